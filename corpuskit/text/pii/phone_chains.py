"""Further numbers after one label: `Tel. 234 5678, 234 5679`, `Ann 234 5678, Bob 234 5679`, `…, private 234 5679`."""

import re
from typing import NamedTuple

from corpuskit.text.pii.detector import AS_ZEROS
from corpuskit.text.pii.phone_vocabulary import QUALIFIERS
from corpuskit.text.pii.phone_words import Context
from corpuskit.text.pii.script_patterns import ScriptPattern

_AND = (
    r"y|and|or|und|u\.|oder|et|ou|e|o|i|of|en|eller|och|og|lub|albo|nebo|vagy|és|sau|ή|και|и|или|або|та"
    r"|ve|veya|atau|dan|hoặc|và|หรือ|या|और|أو|و|یا|או|ו-?|或|和|または|또는"
)
_AT = r"(?: (?:unter|al|ao|at|au|on|sur|на))?"
_CHAIN = ScriptPattern(
    rf"(?i)^\s*(?:[/;,&|+-]|·|•|、|，|；|؛|،|{_AND})?{_AT}\s*"
    rf"(?:[(]?(?:{QUALIFIERS})[)]?[.:： ]{{0,2}})?(?:{_AND})?\s*\(?$"
)
_NAMES_BETWEEN = ScriptPattern(
    rf"(?i)^ ?(?:\([\p{{L}}\p{{M}} .'-]{{1,20}}\))?[\s,;/|&·•–-]{{0,4}}(?:(?:{_AND})\s)?"
    r"(?:\(?\p{L}[\p{L}\p{M}.'-]*\)?[ :,]{0,2}){0,3}\(?$"
)
"""A person or two words between the numbers of two."""
_SPACES = re.compile(rb"(?: |\xc2\xa0|\t){1,3}\Z")
_NO_SIGNS = b" \t\r\n("
_NEAR, _LONGEST = 16, 48
"""Bytes between two numbers."""
_LAST_GROUP, _NEXT_GROUP = re.compile(rb"(?<![0-9])[0-9]{7,8}\Z"), re.compile(rb"[0-9]{7,8}(?![0-9])")
_GOES_ON = re.compile(rb"[ ./-]?[0-9]")


class Previous(NamedTuple):
    """The telephone number before, as it is written, and where it ended with all that belongs to it."""

    text: bytes
    end: int


NONE = Previous(b"", 0)


def context_of_list(data: bytes, previous: Previous, start: int, context: Context) -> Context:
    """Return what a number ends up as after a telephone number: `1234567 / 1234568`."""
    if context in ("label", "other") or not is_in_chain(previous, start):
        return context
    between = data[previous.end : start]
    if context == "adjoining" and len(between) <= _NEAR:
        # `Tel 1234567, fax 1234568`
        return "label"
    if _SPACES.match(between):
        return "label" if _is_next_number(previous.text, data, start) else "adjoining"
    if not between.strip(_NO_SIGNS):
        return context
    if _CHAIN.occurs_in(between):
        return "label"
    return "label" if _is_alike(previous.text, data, start) and _NAMES_BETWEEN.occurs_in(between) else context


def is_in_chain(previous: Previous, start: int) -> bool:
    """Whether what begins at `start` is near enough to a telephone number to go on with it."""
    return previous.end > 0 and start - previous.end <= _LONGEST


def is_in_row(previous: Previous, start: int) -> bool:
    """Whether nearly nothing is between a telephone number and what begins at `start`."""
    return previous.end > 0 and start - previous.end <= 3


def _is_next_number(before_it: bytes, data: bytes, start: int) -> bool:
    """Whether a number without its area code follows one of the same length and beginning: `021-54098575 54098577`."""
    one, other = _LAST_GROUP.search(before_it), _NEXT_GROUP.match(data, start)
    return bool(one and other) and len(one[0]) == len(other[0]) and one[0][:2] == other[0][:2]  # type: ignore[index]


def _is_alike(text: bytes, data: bytes, start: int) -> bool:
    """Whether the next number is written like the one before it; if without gaps, it has to begin like it, too."""
    end = start + len(text)
    following = data[start:end]
    if text.translate(AS_ZEROS) != following.translate(AS_ZEROS) or _GOES_ON.match(data, end):
        return False
    return not text.isdigit() or text[:2] == following[:2]
