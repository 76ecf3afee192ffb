"""What the detectors of personal data share: compiled patterns, and the bytes and words next to a hit.

Detectors work on UTF-8 bytes with RE2, whose time is linear in the text, whatever it holds. RE2 has no
look-around, so a pattern matches the bare value and the bytes next to it are checked here. A NUL byte stands for
text that is already taken (by an earlier detector, or by a placeholder): no pattern may match across it.
"""

import re
import string
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import re2

Span = tuple[int, int]
"""Start and end, in bytes of the UTF-8 text."""

GAP = r"(?:[ .\-]|\x{a0}|\x{2011})"
"""One character that may stand between the groups of a number."""

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

AS_ZEROS = bytes.maketrans(b"123456789", b"000000000")
"""In lists of numbers, what is around each is the same but for its digits, and need be looked at only once."""

_MEMORY = 64 << 20
_WORD = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_REST_OF_WORD = re.compile(rb"[0-9A-Z_a-z]*")
_DIGITS = frozenset(b"0123456789")
_NOT_DIGITS = bytes(byte for byte in range(256) if byte not in _DIGITS)


@dataclass(frozen=True)
class Detector:
    """Finds one type of personal data. `trigger` matches somewhere in every text in which `find` finds anything."""

    type: str
    trigger: str
    find: Callable[[bytes], Iterable[Span]]
    gate: str = ""
    """A pattern that must match as well; many detectors may share it, and if it fails, their triggers cost nothing."""


def options() -> Any:
    """Return the RE2 options of every pattern: UTF-8, and enough memory that automata need not start over."""
    chosen = re2.Options()
    chosen.max_mem = _MEMORY
    chosen.log_errors = False
    return chosen


class _Pattern:
    """A pattern that is compiled when it is first used: most texts need few, and all together take a tenth of a second.

    Then its methods are attributes of its own, so that later calls cost what those of the library cost.
    """

    def __init__(self, source: str | bytes, compile_: Callable[[Any], Any]) -> None:
        self._source = source
        self._compile = compile_

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = self._compile(self._source)
        self.__dict__.update((method, getattr(compiled, method)) for method in _METHODS)
        return self.__dict__[name]


_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")


def pattern(source: str) -> Any:
    """Return a pattern of RE2, to be used on bytes; it is compiled when it is first used."""
    return _Pattern(source, lambda source: re2.compile(source, options()))


def late_re(source: bytes) -> Any:
    """Return a pattern of Python's own engine, to be used on bytes; it is compiled when it is first used."""
    return _Pattern(source, re.compile)


def trigger_set(sources: list[str]) -> Any:
    """Return one automaton for all triggers; its last number is a pattern that matches every text."""
    triggers = re2.Set.SearchSet(options())
    for source in [*sources, ""]:
        triggers.Add(source)
    triggers.Compile()
    return triggers


_NEAR_PHONE = 32
_PHONE_BEFORE = pattern(
    r"(?i)(?:phones?|\btel(?:efon|\x{e9}fono|efono|efone)?|t\x{e9}l(?:\x{e9}phone)?|\bfax|\bmob(?:ile|il)?|m\x{f3}vil|celular|\bcell|\bcall"
    r"|hotline|whatsapp|\bhandy|\bfon|τηλ|тел(?:ефон)?|факс|电话|電話|手机|手機|传真|전화|휴대폰|携帯|โทร|هاتف|جوال|تلفن|טלפון|फ़ोन|फोन)"
    r"(?:[ ._-]?(?:number|no|nr|num|num\x{e9}ro|numero|n\x{fa}mero|me|us|at|on|is))*[^\p{L}\p{N}\n]{0,4}[(+]?$"
)
_FOLDED_DIGITS = {zero + value: str(value) for zero in ZEROS for value in range(10)}
_FULL_WIDTH = {ord(sign) + 0xFEE0: sign for sign in "+-()[]/@." + string.ascii_letters}
_FOLDED = str.maketrans({chr(code): sign for code, sign in (_FOLDED_DIGITS | _FULL_WIDTH).items()})
_TO_FOLD = re.compile(f"[{''.join(map(re.escape, map(chr, _FOLDED)))}]+")
_DASHES = "\u2014\u2015\u2212\u30fc\ufe63"
"""What people type between digits for a hyphen: long dashes, the minus sign, the long vowel mark, a small hyphen."""
_DASH = re.compile(f"(?<=[0-9])[{_DASHES}](?=[0-9])")
FOLDABLE = (
    "[" + "".join(rf"\x{{{zero:x}}}-\x{{{zero + 9:x}}}" for zero in ZEROS) + r"\x{ff20}]"
    r"|\x{ff0b}[0-9]|\x{ff08}[0-9+]{2,6}\x{ff09}[0-9 -]|[0-9]\x{ff08}[0-9]+\x{ff09}[0-9]|[0-9][\x{ff0d}\x{ff0f}"
    + "".join(rf"\x{{{ord(dash):x}}}" for dash in _DASHES)
    + r"][0-9]"
    r"|[\x{ff08}\x{ff3b}] ?(?:at|AT|@|\x{ff41}\x{ff54}|\x{ff21}\x{ff34}) ?[\x{ff09}\x{ff3d}]"
)
"""What a text holds in which `folded` changes something that could be personal data."""


def folded(text: str) -> str:
    """Return the text with the digits of other scripts and full-width signs in ASCII.

    So are dashes between digits. Every character stays where it is. Commas, colons and full stops of CJK text are left:
    they end numbers.

    >>> folded("٠٦１２、（०3）")
    '0612、(03)'
    """
    return _DASH.sub("-", _TO_FOLD.sub(lambda run: run.group().translate(_FOLDED), text))


def stands_alone(data: bytes, start: int, end: int) -> bool:
    """Whether no ASCII letter, digit or underscore touches the span."""
    return not word_at(data, start - 1) and not word_at(data, end)


def apart_from_digits(data: bytes, start: int, end: int) -> bool:
    """Whether the span is neither inside a word nor part of a longer number such as `0.4111` or `978-3-16`."""
    if not stands_alone(data, start, end):
        return False
    if start > 1 and data[start - 1] in b".-" and digit_at(data, start - 2):
        return False
    return not (end < len(data) and data[end] in b".-" and digit_at(data, end + 1))


def word_at(data: bytes, offset: int) -> bool:
    """Whether an ASCII letter, digit or underscore stands at this byte."""
    return 0 <= offset < len(data) and data[offset] in _WORD


def digit_at(data: bytes, offset: int) -> bool:
    """Whether an ASCII digit stands at this byte."""
    return 0 <= offset < len(data) and data[offset] in _DIGITS


def before(data: bytes, start: int, width: int) -> bytes:
    """Return up to `width` bytes before a hit, no further back than the last text that is taken already."""
    return data[max(0, start - width) : start].rpartition(b"\0")[2]


def after(data: bytes, end: int, width: int) -> bytes:
    """Return up to `width` bytes after a hit, no further than the next text that is taken already."""
    return data[end : end + width].partition(b"\0")[0]


def is_named_phone(data: bytes, start: int) -> bool:
    """Whether a word for telephones stands right before a number, so that words further off are not about it."""
    return bool(_PHONE_BEFORE.search(before(data, start, _NEAR_PHONE)))


def digits_of(value: bytes) -> bytes:
    """Return the ASCII digits of a value, without what stands between them."""
    return value.translate(None, _NOT_DIGITS)


def matches(compiled: Any, data: bytes, accept: Callable[[bytes, int, int], bool], offset: int = 0) -> Iterator[Span]:
    """Yield the matches from `offset` on that `accept(data, start, end)` allows.

    After a refused match, only its first group of digits is skipped: the true value may begin with the second. So
    `accept` has to refuse what begins within a word.
    """
    while match := compiled.search(data, offset):
        start, end = match.span()
        if accept(data, start, end):
            yield start, end
            offset = end
        else:
            offset = end_of_word(data, start)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, overlapping ones made one: nothing that any of them takes is left out."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif end > start:
            apart.append((start, end))
    return apart


def end_of_word(data: bytes, start: int) -> int:
    """Return where the word that begins here ends, however long: no value that stands alone begins inside it."""
    return _REST_OF_WORD.match(data, start + 1).end()  # type: ignore[union-attr]
