"""Words about telephoning before and after a number, and how much each of them proves.

A label names the number that follows (`Tel.: 1234567`, `"phone": "1234567"`, `fax number is 1234567`): any digits of
the right length count. A mention (`call me at`, `contact`, `mobile`, `on the phone`) says only that a number may
follow; it has to look like one as well. A word for another kind of number speaks against both, and so does a number
between.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from corpuskit.text.pii.detector import AS_ZEROS, before, pattern
from corpuskit.text.pii.phone_vocabulary import (
    ABBREVIATIONS,
    LABELS,
    LINKS,
    MENTIONS,
    NAMES,
    OTHERS,
    PARTICLES,
    SERVICES,
)

Context = Literal["label", "adjoining", "mention", "other", ""]
"""What the words before a number make of it; `adjoining`: a mention right before it: `call us on 1234567`."""

REACH = 36
"""Bytes between a word and its number."""
_REACH_OF_OTHERS = 72
"""The same where letters take two or three bytes."""
_REMEMBERED = 4096

_WORDS = pattern(f"(?i)({NAMES})|({LABELS})|({ABBREVIATIONS})|({MENTIONS})|({SERVICES})|{OTHERS}")
Kind = Literal["name", "label", "mention", "service", "other", ""]
_KINDS: dict[int, Kind] = {1: "name", 2: "label", 3: "name", 4: "mention", 5: "service"}
"""By number of the group."""
NO_TELEPHONES: tuple[Kind, ...] = ("", "service", "other")
"""Kinds of words that make no telephone number of digits, whatever stands between."""

_QUALIFIER = r" ?\(\p{L}[\p{L} ,./-]{0,15}\)"
"""`(home)` and the like, between a word and its number."""
_ASCII_SIGNS = r"\x00-/:-@\[-`{-\x7f"
_TIGHT = pattern(
    rf"(?i)^(?:[^\p{{L}}\p{{M}}\p{{N}}]{{0,6}}|{_QUALIFIER}|[{PARTICLES}]{{1,4}}){{0,3}}"
    rf"(?:{LINKS}[^\p{{L}}\p{{M}}\p{{N}}]{{1,6}}){{0,4}}(?:ל-)?$"
)
_TIGHT_ASCII = pattern(
    rf"(?i)^(?:[{_ASCII_SIGNS}]{{0,6}}| ?\([A-Za-z][A-Za-z ,./-]{{0,15}}\)){{0,3}}"
    rf"(?:{LINKS}[{_ASCII_SIGNS}]{{1,6}}){{0,4}}$"
)
"""The same for ASCII alone: the classes of Unicode letters take long to compile, and most gaps do not need them."""
_QUALIFIERS = pattern(_QUALIFIER)
_MARKED = pattern(
    r"(?i)[:=：#(\"'№]|\b(?:number|numbers|no|nr|num|numer|numero|nummer|n\x{fa}mero|num\x{e9}ro|номер)\b|[番号號码碼번호]"
)
_SERVICE = re.compile(
    rb"(?i) (?:\w+ )?(?:services?|hotline|support|office|desk|inquiries|enquiries|questions|department|dept\.?|line"
    rb"|info)[:,.;]? (?:at |on )?\Z"
)
_NUMBER_BETWEEN = re.compile(rb"[0-9]{2}|[0-9][^:.)\]]")
_AREA_CODE = re.compile(rb"(?:\+[0-9]{1,3} ?)?\([0-9]{2,4}\)\s+\Z")
"""Where the line ends after it."""
_AFTER = re.compile(
    rb"(?i)(?: ?,? ?(?:x|ext\.?|extension) ?[0-9]{1,6})?[\s,(\-]{0,3}(?:office|fax|mobile|cell)\b(?!\s+[a-z])"
)
_CHAIN = re.compile(
    r"(?i)\s*(?:[/;,&|+-]|·|•|、|，|؛|،|y|and|or|und|u\.|oder|et|ou|e|o|i|of|en|eller|och|og|lub|albo|nebo|vagy|és|sau|și|ή|και|и|или|або|та"
    r"|ve|veya|atau|dan|hoặc|và|หรือ|या|और|أو|و|یا|או|ו-?|或|和|または|또는)\s*\Z".encode()
)
_SPACES = re.compile(rb"(?: |\xc2\xa0|\t){1,3}\Z")
_LONGEST_CHAIN = 16
_LAST_GROUP, _NEXT_GROUP = re.compile(rb"(?<![0-9])[0-9]{7,8}\Z"), re.compile(rb"[0-9]{7,8}(?![0-9])")
_LONGEST_NUMBER = 24


class Word(NamedTuple):
    """The last telling word before an offset, and where it ends."""

    kind: Kind
    end: int


_NO_WORD = Word("", 0)


def last_word(data: bytes, start: int) -> Word:
    """Return the last telling word before this offset, within reach and in the same paragraph."""
    window = before(data, start, REACH)
    if not window.isascii():
        window = before(data, start, _REACH_OF_OTHERS)
    kind, distance = _last_word(window.translate(AS_ZEROS))
    return Word(kind, start - distance)


@lru_cache(_REMEMBERED)
def _last_word(window: bytes) -> tuple[Kind, int]:
    """Return the kind of the last word, and how many bytes from the end of the window it ends."""
    window = window.rpartition(b"\n\n")[2]
    last = None
    while word := _WORDS.search(window, last.end() if last else 0):
        last = word
    if last is None:
        return "", 0
    return _KINDS[last.lastindex] if last.lastindex else "other", len(window) - last.end()


def context(data: bytes, word: Word, start: int) -> Context:
    """Return what a word makes of the number that begins at `start`."""
    if not word.kind or start - word.end > _REACH_OF_OTHERS:
        return ""
    gap = data[word.end : start]
    if len(gap) > REACH and gap.isascii():
        return ""
    return "other" if word.kind == "other" else _context(word.kind, gap.translate(AS_ZEROS))


@lru_cache(_REMEMBERED)
def _context(kind: str, gap: bytes) -> Context:
    if kind == "service":
        return "" if _SERVICE.match(gap) else "other"
    gap = _AREA_CODE.sub(b" ", gap)
    if _NUMBER_BETWEEN.search(gap):
        return ""
    if not (_TIGHT_ASCII if gap.isascii() else _TIGHT).match(gap):
        return "mention"
    if kind == "name" or (kind == "label" and _MARKED.search(_QUALIFIERS.sub(b"", gap))):
        return "label"
    return "adjoining"


def context_of_list(data: bytes, last: int, start: int, context: Context) -> Context:
    """Return what a number ends up as after a telephone number that ends at `last`: `1234567 / 1234568`."""
    if context == "label" or not is_in_chain(last, start):
        return context
    between = data[last:start]
    if context == "adjoining":
        # `Tel 1234567, fax 1234568`
        return "label"
    if context in ("", "mention") and _CHAIN.match(between):
        return "label"
    if context or not _SPACES.match(between):
        return context
    return "label" if _is_next_number(before(data, last, _LONGEST_NUMBER), data, start) else "adjoining"


def is_in_chain(last: int, start: int) -> bool:
    """Whether what begins at `start` is near enough to a telephone number that ends at `last` to go on with it."""
    return last > 0 and start - last <= _LONGEST_CHAIN


def _is_next_number(before_it: bytes, data: bytes, start: int) -> bool:
    """Whether a number without its area code follows one of the same length and beginning: `021-54098575 54098577`."""
    one, other = _LAST_GROUP.search(before_it), _NEXT_GROUP.match(data, start)
    return bool(one and other) and len(one[0]) == len(other[0]) and one[0][:2] == other[0][:2]  # type: ignore[index]


def word_after(data: bytes, end: int) -> bool:
    """Whether the word after a number and its extension says what it is: `(65 43 21 09, office)`."""
    return bool(_AFTER.match(data, end, end + 44))
