"""Characters that show nothing, and what consists of them alone: neither a word nor a line.

Mails fill the space after their subject with joiners, editors of pages put a space of no width into a blank line, and a
soft hyphen says where a word may break. Between letters they are a part of the word, as Persian and Hindi need them.
"""

import re

import numpy as np

from corpuskit.text.quality.arrays import Integers

__all__ = ["INVISIBLES", "visible_tokens"]

INVISIBLES = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""For a `[...]` of a regular expression: where words may break or join, which way they are read, byte order."""
_FILLER = re.compile(
    rb"(?:\xc2\xad|\xcd\x8f|\xd8\x9c|\xe1\xa0\x8e|\xe2(?:\x80[\x8b-\x8f\xaa-\xae]|\x81[\xa0-\xa4\xa6-\xa9])|\xef\xbb\xbf)+"
)
"""The same characters in UTF-8."""
_BEGINS_INVISIBLE = np.zeros(1 << 16, bool)
_BEGINS_INVISIBLE[[0xC2AD, 0xCD8F, 0xD89C, 0xE1A0, 0xE280, 0xE281, 0xEFBB]] = True
"""By their first two bytes."""


def visible_tokens(data: bytes, codes: Integers, starts: Integers, ends: Integers) -> tuple[Integers, Integers]:
    """Return where those tokens of UTF-8 `data` start and end that show something; `codes` are its bytes."""
    pairs = codes[starts].astype(np.uint16) << 8 | codes[starts + 1]
    likely = _BEGINS_INVISIBLE[pairs].nonzero()[0]
    # Dashes and quotation marks, U+2010 to U+201F, have the same two bytes, and begin many a token.
    likely = likely[codes[np.minimum(starts[likely] + 2, len(codes) - 1)] & 0xF0 != 0x90]
    spans = zip(likely.tolist(), starts[likely].tolist(), ends[likely].tolist(), strict=True)
    fillers = [index for index, start, end in spans if _FILLER.fullmatch(data, start, end)]
    return (np.delete(starts, fillers), np.delete(ends, fillers)) if fillers else (starts, ends)
