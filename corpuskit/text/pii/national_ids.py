"""Detectors of national ids: one for each kind of `national_id_kinds`.

After its word an id may be written with gaps, and if several ids follow one another, all count; elsewhere an id counts
only in a written form that is proof enough. Either way, the check of the id must hold. A word that means something
else as well (`CPR training`, `BSN journal`) has to name the number: no more than `number`, `is` and the like between.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache, partial
from typing import Any

from corpuskit.text.pii.detector import (
    Detector,
    Span,
    apart_from_digits,
    end_of_word,
    is_named_phone,
    matches,
    merged,
    pattern,
)
from corpuskit.text.pii.national_id_checks import check, load
from corpuskit.text.pii.national_id_kinds import GAP, KINDS, TYPES, IdKind

_REACH = 48
"""How many bytes after its word, or after the id before it, an id may begin."""
_LONGEST = 80
_BEFORE = 256
"""More bytes than a word, what is between it and its id, and the beginning of an id take."""
_LONGEST_PART = 512
"""More bytes than an id takes from its digits on; not many more are taken at once, nor are numbers looked at singly."""
_NEXT = 4
"""Bytes after its word within which an id is its own, whatever stands before."""
_TRIES = 4
"""How many numbers that have the shape of an id are checked after one word."""
_LINKS = (
    r"n|nr|no|nos|num|n[ºo°]|№|numbers?|nummer(?:et)?|n[úu]mero|num[ée]ro|code|id|is|er|was|es|est|are|of|for|til|på|van"
    r"|de|den|der|del|het|the|my|his|her|their|min|mijn|mon|patient(?:en)?|pati[ëe]nt|cli[ëe]nt|holder|and|og|en"
)
_LINK = pattern(rf"(?i)(?:[^\p{{L}}\p{{N}}]{{0,6}}(?:{_LINKS})\b){{0,4}}[^\p{{L}}\p{{N}}]{{0,6}}")
"""What stands between a word that means something else as well and its id."""
_DATE = re.compile(rb"(?<!\d)(?:\d\d([-/.])\d\d\1(?:19|20)\d\d|(?:19|20)\d\d([-/.])\d\d\2\d\d)(?!\d)")
"""With the hour behind it, a date has as many digits as many ids: `NHS, 09/01/2012 10:15`."""
_GAPS = re.compile(r"[ .\-/\n\xa0‑]")
__all__ = ["DETECTORS", "TYPES", "compact"]

_BY_TYPE = {kind.type: kind for kind in KINDS}


def compact(kind: str, value: str) -> str:
    """Return the id without gaps, in upper case: how it is checked and compared.

    >>> compact("gb-nino", "ab 12 34 56 c"), compact("fi-hetu", "131052-308T")
    ('AB123456C', '131052-308T')
    """
    return value.upper() if _BY_TYPE[kind].signs else _GAPS.sub("", value).upper()


def near_ids(data: bytes) -> bytes:
    """Return those parts of a text in which its ids lie and the words before them: most texts have few numbers."""
    parts, end = [], 0
    while match := _compiled(_GATE).search(data, max(0, end - _LONGEST)):
        start = max(end, match.start() - _BEFORE)
        end = match.start() + _LONGEST_PART
        parts.append(data[start:end])
    return b"".join(parts)


def _find(kind: IdKind, data: bytes) -> list[Span]:
    spans = [*_ids_after_words(kind, data)] if kind.words else []
    if kind.alone:
        spans += matches(_compiled(kind.alone), data, partial(_is_id, kind))
    return merged(spans)


def _ids_after_words(kind: IdKind, data: bytes) -> Iterator[Span]:
    words, offset = _compiled(_all_words(kind)), 0
    shape = _compiled(_shape(kind))
    while match := words.search(data, offset):
        offset = match.end()
        ambiguous = match.lastindex is not None
        while span := _next_to(kind, shape, data, offset):
            if ambiguous and not _LINK.fullmatch(data, offset, span[0]):
                break
            yield span
            offset, ambiguous = span[1], False


def _next_to(kind: IdKind, shape: Any, data: bytes, offset: int) -> Span | None:
    """Return the first id that begins within reach of this offset, if it is one of the first numbers there."""
    limit = offset + _REACH
    for _ in range(_TRIES):
        match = shape.search(data, offset, limit + _LONGEST)
        if not match or match.start() > limit:
            break
        start, end = match.span()
        if _is_id(kind, data, start, end) and not (start - offset > _NEXT and is_named_phone(data, start)):
            return start, end
        offset = min(end, end_of_word(data, start))
    return None


def _is_id(kind: IdKind, data: bytes, start: int, end: int) -> bool:
    return apart_from_digits(data, start, end) and _holds(kind, data[start:end])


@lru_cache(4096)
def _holds(kind: IdKind, written: bytes) -> bool:
    """Whether the check holds; where words are dense, the same number is near several of them."""
    load()
    if _DATE.search(written):
        return False
    value = compact(kind.type, written.decode())
    return len(set(value)) > 1 and check(kind.check)(value)


@cache
def _compiled(source: str) -> Any:
    """Return the pattern, compiled when the first text needs it: few texts hold any id."""
    return pattern(source)


def _shape(kind: IdKind) -> str:
    first, *rest = kind.shape.split()
    return first + "".join(f"(?:{GAP}{part[:-1]})?" if part.endswith("?") else GAP + part for part in rest)


def _all_words(kind: IdKind) -> str:
    """Return a pattern whose only group is matched by the words that mean something else as well."""
    return _words(kind.words) + (f"|({_words(kind.near)})" if kind.near else "")


def _words(words: str) -> str:
    return "|".join(map(_word, words.split("|")))


def _word(word: str) -> str:
    stem = word.removesuffix("*")
    bounded = (r"(?:\b|_)" if stem[0].isascii() and stem[0].isalnum() else "") + re.escape(stem).replace(r"\ ", "[ _-]")
    if stem == word and stem[-1].isascii() and stem[-1].isalnum():
        bounded += r"(?:\b|_)"
    return bounded if any(character.isupper() for character in word) else f"(?i:{bounded})"


def _trigger(kind: IdKind) -> str:
    return "|".join(filter(None, [kind.words and _all_words(kind), kind.alone]))


def _any_id_pattern() -> str:
    """Return what every id matches: six digits in a row, gaps aside, or the shape of an id that may have fewer."""
    return "|".join([rf"[0-9](?:{GAP}[0-9]){{5}}", *(_shape(kind) for kind in KINDS if kind.few_digits)])


_GATE = _any_id_pattern()
DETECTORS = tuple(Detector(kind.type, _trigger(kind), partial(_find, kind), _GATE) for kind in KINDS)
