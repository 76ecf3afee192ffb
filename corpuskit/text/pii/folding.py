"""Texts as the detectors read them: digits, signs and spaces in ASCII, and nothing that does not show.

`folded` leaves every character where it is. `Visible` is a text without the characters that show nothing, and knows
where each of its characters stood.
"""

import re
import string
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

ZEROS = (
    0x660,
    0x6F0,
    0x966,
    0x9E6,
    0xA66,
    0xAE6,
    0xB66,
    0xBE6,
    0xC66,
    0xCE6,
    0xD66,
    0xE50,
    0xED0,
    0x1040,
    0x17E0,
    0xFF10,
)
"""The zeros of Arabic, Persian, the Indian scripts, Thai, Lao, Burmese, Khmer, and full width; nine follow each."""

_FOLDED_DIGITS = {zero + value: str(value) for zero in ZEROS for value in range(10)}
_FULL_WIDTH = {ord(sign) + 0xFEE0: sign for sign in "+-()[]/@." + string.ascii_letters}
_FOLDED = str.maketrans({chr(code): sign for code, sign in (_FOLDED_DIGITS | _FULL_WIDTH).items()})
_TO_FOLD = re.compile(f"[{''.join(map(re.escape, map(chr, _FOLDED)))}]+")
_DASHES = "\u2010\u2011\u2014\u2015\u2212\u30fc\ufe63"
"""What people type between digits for a hyphen: other hyphens, long dashes, the minus sign, the long vowel mark."""
_DASH = re.compile(f"[{_DASHES}](?<=[0-9].)(?=[0-9])")
_HYPHENS = "\u2010-\u2013"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""For a `[...]` of a regular expression: what Unicode calls a space, but for the plain one."""
_BEFORE_SPACE, _AFTER_SPACE = rf"[0-9)(+./{_HYPHENS}-]", rf"[0-9(+/{_HYPHENS}-]"
_SPACE = re.compile(
    rf"[{_SPACES}](?:(?<={_BEFORE_SPACE}.)(?={_AFTER_SPACE})|(?<=[0-9A-Z].)(?=[0-9A-Z])|(?=[@.(\[{{<])|(?<=[@.)\]}}>].))"
    r"|\t(?<=[0-9)]\t)(?=[0-9(])"
)
"""Spaces in values. A tab counts only between digits, as it mostly stands between cells."""
_INVISIBLES = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
"""For a `[...]`: where words may break or join, which way they are read, byte order."""
_INVISIBLE = re.compile(f"[{_INVISIBLES}]+")
_DIGITS = "".join(f"{chr(zero)}-{chr(zero + 9)}" for zero in ZEROS)
_EDGE, _SIGN = rf"[0-9{_DIGITS})+@]", rf"[!-~{_DIGITS}]"
_OF_WORD = "[!-~\u00c0-\u024f\u0370-\u052f]"
"""Of addresses: signs of ASCII, and Latin, Greek and Cyrillic letters."""
_INSIDE_VALUE = re.compile(
    rf"[{_INVISIBLES}](?:(?:(?<={_SIGN}.)|(?<=[0-9{_DIGITS})] .))[{_INVISIBLES}]*(?= ?[0-9{_DIGITS}(+@])"
    rf"|(?<={_EDGE}.)[{_INVISIBLES}]*(?={_SIGN})|(?<=[A-Z].)(?=[A-Z]{{1,3}}[0-9])|(?<=\S.)(?=@|{_OF_WORD}[^\s@]{{0,64}}@))"
    rf"|@[^\s@]{{0,64}}[{_INVISIBLES}](?={_OF_WORD})"
)
"""Such a character beside a digit or sign, among the letters of an account, or in a word with the sign of addresses."""


def _re2(source: str) -> str:
    """Return a pattern as RE2 takes it, which reads bytes: characters outside ASCII by their numbers."""
    return "".join(sign if sign.isascii() else rf"\x{{{ord(sign):x}}}" for sign in source)


FOLDABLE = _re2(
    f"[{_DIGITS}\uff20]"
    f"|\uff0b[0-9]|\uff08[0-9+]{{2,6}}\uff09[0-9 -]|[0-9]\uff08[0-9]+\uff09[0-9]|[0-9][\uff0d\uff0f{_DASHES}][0-9]"
    "|[\uff08\uff3b] ?(?:at|AT|@|\uff41\uff54|\uff21\uff34) ?[\uff09\uff3d]"
    rf"|[{_SPACES}](?:[0-9+@]|[(\[{{<] ?(?:at|AT|@|a\)))|@[{_SPACES}]|[0-9)]\t[0-9(]"
)
"""Occurs in every text in which `folded` changes something that could be personal data."""
SPLIT = _re2(rf"[{_INVISIBLES}] ?[0-9{_DIGITS}(+@]|[{_INVISIBLES}]{_OF_WORD}|@[{_INVISIBLES}]")
"""Occurs in every text for which `is_split` holds; RE2 passes over a text without any in a fraction of the time."""


def folded(text: str) -> str:
    """Return the text with the digits of other scripts and full-width signs in ASCII.

    So are dashes between digits, and spaces of any width between the parts of numbers and addresses. Every character
    stays where it is. Commas, colons and full stops of CJK text are left: they end numbers.

    >>> folded("٠٦１２、（０3）"), folded("06\u202f12\u200912")
    ('0612、(03)', '06 12 12')
    """
    text = _TO_FOLD.sub(lambda run: run.group().translate(_FOLDED), text)
    return _DASH.sub("-", _SPACE.sub(" ", text))


def plain(value: str) -> str:
    """Return a value as it is compared and looked up: folded, without characters that show nothing.

    >>> plain("\u200ejo\u200b@example.org")
    'jo@example.org'
    """
    return folded(_INVISIBLE.sub("", value))


def is_split(text: str) -> bool:
    """Whether characters that show nothing stand where they could be inside a number or an address."""
    return _INSIDE_VALUE.search(text) is not None


class Visible(NamedTuple):
    """A text without the characters that show nothing."""

    text: str
    gaps: list[int]
    """Where in it such characters stood, in order."""
    left_out: list[int]
    """How many of them there are before the first gap (none), the second, and so on."""

    @classmethod
    def of(cls, text: str) -> "Visible":
        """Return what shows of a text."""
        runs = [match.span() for match in _INVISIBLE.finditer(text)]
        left_out = [0, *accumulate(end - start for start, end in runs)]
        gaps = [start - before for (start, _), before in zip(runs, left_out, strict=False)]
        return cls(_INVISIBLE.sub("", text), gaps, left_out)

    def origin(self, offset: int) -> int:
        """Return where in the whole text a character of this one stands.

        >>> Visible.of("a\u200bb").origin(1)
        2
        """
        return offset + self.left_out[bisect_right(self.gaps, offset)]
