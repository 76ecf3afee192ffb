"""What is left around templates, files and references that were taken out: empty brackets, commas, spaces.

Each leaves a hole, a character of ours, and only around holes is anything tidied: what people wrote stays as it is,
`f()` and `for (;;)` too.
"""

import re

HOLE = "\x03"
"""Stands where something was taken out; XML cannot contain it."""
CITATION = "\x04"
"""Stands where a reference to a book or page was taken out."""
_SEPARATORS = " \t,;:/–\\-"
"""As a set of a pattern."""
_SEPARATOR_SET, _OPENING = frozenset(" \t,;:/–-"), frozenset("(（")
_RUN = re.compile(rf"(?:([(（])|(?<![{_SEPARATORS}{HOLE}(（]))([{_SEPARATORS}]*){HOLE}([{_SEPARATORS}{HOLE}]*)([)）]?)")
"""A hole with the separators around it, from their first on, so that a long row of them is looked at once."""
_WORD_END, _NEXT_WORD = rf"[^{_SEPARATORS}{HOLE}(（", rf"[^{_SEPARATORS}{HOLE}.\])）"
"""Sets of a pattern that are not ended: what is neither a separator nor what makes one go."""
_PLAIN_HOLE = re.compile(
    rf"{HOLE}(?:(?<={_WORD_END}]{HOLE}){HOLE}*+(?=\n)"
    rf"|(?<={_WORD_END}\n*#]{HOLE}){HOLE}*+(?=[ \t]++{_NEXT_WORD}]|{_NEXT_WORD}\w]))"
)
"""Holes that leave nothing behind: after a word or full stop, before a space and a word or the end of the line.

Most are: they go all at once, by a pattern that begins with the character to look for.
"""
_LOST_START = re.compile(
    rf"(\n[*#:;]*)(?:(?<=[*#])[ \t'\"“]*{CITATION}[ \t{HOLE}{CITATION}]*(?:[,;][^\n]*|\.[^\n]{{0,40}})(?=\n|\Z)"
    rf"|[ \t'\"“]*[{HOLE}{CITATION}][ \t{HOLE}{CITATION}]*[.,](?![.\w])[ \t]*)"
)
"""An item of a list that goes on about a book after the reference is gone: `* {{cite book|…}}, ISBN 0-…`; and a line
of which the first sentence, or the first part of it, is gone.

The pattern begins with the line feed before a line, which is found faster than the start of a line.
"""
_AGE = re.compile(rf"\({HOLE} (?:years?|months?|weeks?|days?)\b[^()\n]{{0,40}}\)")
"""How long ago something was, which a template counts from today on."""
_ENTITY = re.compile(r"&#?\w{1,32}\Z")
_LONGEST_ENTITY = 40
_LINE_START = re.compile(r"(?:\A|\n)[*#:;]*\Z")
_MOST_MARKERS = 20
_FULL_STOP = re.compile(r"[.\]](?![.\w])")
_MOST_BRACKETS = 3
"""Empty brackets within one another."""


def tidied(text: str) -> str:
    """Return text without holes, and without what they have left of brackets and separators around them.

    >>> tidied(f"A ({HOLE}; b) c{HOLE}, d ({HOLE}, {HOLE}) {HOLE}. f( ; )")
    'A (b) c, d. f( ; )'
    """
    if HOLE not in text and CITATION not in text:
        return text
    text = _PLAIN_HOLE.sub("", _AGE.sub(HOLE, text.replace(CITATION, HOLE)))
    for _ in range(_MOST_BRACKETS):
        text = _with_closed_holes(text)
        if HOLE not in text:
            break
    return text.replace(HOLE, "")


def without_stumps(text: str) -> str:
    """Return the text of an article without items of lists of which little but the end of a reference is left.

    Other lines that have lost their beginning do not begin with the comma or full stop after it.
    """
    if HOLE not in text and CITATION not in text:
        return text
    return _LOST_START.sub(r"\1", f"\n{text}")[1:]


def _with_closed_holes(text: str) -> str:
    """Return text with each hole, and the separators around it, replaced; found by the holes, which are few."""
    parts, end = list[str](), 0
    at = text.find(HOLE)
    while at >= 0:
        start = at
        while start > end and text[start - 1] in _SEPARATOR_SET:
            start -= 1
        if start > end and text[start - 1] in _OPENING:
            start -= 1
        match = _RUN.match(text, start)
        assert match is not None
        parts += (text[end:start], _closed(match))
        end = match.end()
        at = text.find(HOLE, end)
    parts.append(text[end:])
    return "".join(parts)


def _closed(match: "re.Match[str]") -> str:
    """Return what stays of a hole and of the separators and brackets around it."""
    opening, before, inside, closing = match.groups()
    of_word = ""
    if before[:1] == ";" and _ENTITY.search(match.string, max(0, match.start() - _LONGEST_ENTITY), match.start()):
        of_word, before = ";", before[1:]
    between, _, after = f"{HOLE}{inside}".rpartition(HOLE)
    is_end = _FULL_STOP.match(match.string, match.end()) is not None
    if not (before or opening or closing or is_end):
        of_word += between.replace(HOLE, "").strip()[:1]  # of the word before: `word<ref/>,<ref/>`
    if opening and closing:
        return HOLE
    if opening:
        return opening + before.lstrip(" \t,;:") + after.lstrip(" \t,;:")
    if closing:
        return of_word + before.rstrip(" \t,;:") + after.rstrip(" \t,;:") + closing
    if _LINE_START.search(match.string, max(0, match.start() - _MOST_MARKERS), match.start()):
        return before + after.lstrip(" \t,")
    return of_word + _between(before, after, is_end)


def _between(before: str, after: str, is_end: bool) -> str:
    """Return the separators that stay between two words of which what stood between them is gone."""
    if is_end and not after.strip(" \t,;"):
        return before.rstrip(" \t,;")
    first = after.lstrip(" \t")[:1]
    if first == "," or (after[:1] and after[:1] in ";:"):
        return before.rstrip(" \t,;") + after.lstrip(" \t")
    if first and first in before:
        return before.rstrip(f" \t{first}") + after
    return before + (after.lstrip(" \t") if before.endswith((" ", "\t")) else after)
