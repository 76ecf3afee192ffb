"""Where lines are that have to be read, as they may be a notice, filler or code: most lines have no word of these."""

import numpy as np

from corpuskit.text.quality import cookie_notices, site_notices
from corpuskit.text.quality.arrays import Integers
from corpuskit.text.quality.compiled import compiled_core

__all__ = ["offsets_of_clues"]

# A line with none of these is not a notice, filler or code: pieces of the words that begin with letters that seldom
# stand side by side, as these are sought byte by byte. In lower case, a kelvin sign is a k.
_CLUES = (b"{", b"javascript", b"psum", b"ms of use", b"cy policy", b"ookie", b"oo\xe2\x84\xaa")


def offsets_of_clues(data: bytes) -> Integers:
    """Return the offsets of words in a batch of texts that lines have which may be a notice, filler or code."""
    clues = (*_CLUES, *site_notices.CLUES)
    if not data.isascii():
        clues += (*cookie_notices.CLUES, *site_notices.WIDE_CLUES)
    core = compiled_core()
    if core is not None:
        return np.frombuffer(core.offsets_of(data, b"\n".join([*clues, b""])), np.int64)
    lower = data.lower()
    offsets = []
    for clue in clues:
        offset = lower.find(clue)
        while offset >= 0:
            offsets.append(offset)
            offset = lower.find(clue, offset + 1)
    return np.sort(np.array(offsets, np.int64))
