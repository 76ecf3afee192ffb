"""The contents of a whole manual below one of its chapters, which a site repeats on each page.

Such a list may have eight hundred lines below a chapter of twenty, so it goes before any rule judges the page: what is
left is the chapter. It is known by the numbers of its sections, which count up through several levels without a
sentence between. The few sections that a chapter itself lists are too few, and end the text seldom. An agenda or the
figures of a machine below a text have such numbers, too: a short list names a section that stands above it as a title.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from corpuskit.text.quality.link_words import is_link

__all__ = [
    "ENDS_NO_TITLE",
    "MOST_BELOW",
    "MOST_BETWEEN",
    "is_chapter",
    "may_be_title",
    "may_end_in_list",
    "without_contents",
    "without_list",
]

LEAST_ENTRIES = 12
"""Numbered lines of a list of contents."""
MOST_WORDS, LONGEST_ENTRY = 20, 160
"""Words and characters of an entry; a script without spaces has one word."""
MOST_BETWEEN = 30
"""Lines without a number between two entries: titles of the lowest level, and the second lines of long ones."""
LEAST_SHARE = 0.2
"""Share of numbered lines in the list."""
LEAST_IN_TURN = 0.5
"""Share of entries right after the one before: versions and prices rise, too, but leave numbers out."""
MOST_BELOW = 12
"""Lines below the list: the notice of the site and its links."""
LEAST_UNNAMED = 24
"""Lines of a list that names no section above it, and has no title of its own."""
LEAST_SENTENCES = 3
"""Sentences of a chapter, or long lines where no mark ends one; a page of fewer is nothing but its list."""
LONG_LINE = 100
LETTERS = 1000
"""What the letter of an appendix counts from, behind the numbers of all chapters."""
FOOT, LEAST_IN_FOOT = 1200, 3
"""Last characters of a text in which some entries stand, if it ends in such a list."""
LEAST_LINES_IN_FOOT = 8
ENDS_NO_TITLE = (".", ";", ":", ",", "{", "}", "=", "|", "。", "।", "።", "；", "：", "、")
"""Ends of lines that are no titles of sections without a number."""
MOST_KNOWN_LISTS = 16
"""Lists that are kept for the next chapters of their manuals."""

_NUMBER = r"(?:\d{1,3}|[A-Z](?=\.))(?:\.\d{1,3})*[.)、]?"
_ENTRY = re.compile(rf"[\s§•*·-]*(?P<number>{_NUMBER})\s+(?:[–—-]\s+)?[\"'“„«‘‚’“(\[¿¡「『《]?[^\W\d_]")
_IN_FOOT = re.compile(rf"\n[ \t§•*·-]*{_NUMBER}\s")
_SENTENCE = re.compile(r"(?<!\d)[.!?؟।።။][\"'”’»)\]]*(?=\s|\Z)|[。！？]")
_ENDS_SENTENCE = frozenset(".;።。।؛；")
_CLOSING = "\"'”’»)]」』"
_LABEL = re.compile(
    r"[\s§•*·-]*(?:(?:[^\W\d_]{2,12}\s+)?(?:\d{1,3}|[A-Z](?=\.)|[IVXLC]{1,7}(?=[.):]))(?:\.\d{1,3})*[.)、:]?"
    r"|[第제]\s?[\d一二三四五六七八九十]{1,3}\s?[章節节部장])[\s:.–—-]*"
)
"""The number of a section, and the word before it."""
_PAGE = re.compile(r"[\s.…·]*\d{0,4}\s*\Z")

Number = tuple[int, ...]
Entry = tuple[int, Number]
"""A line, counted from the end of its text, and its number."""


class _KnownList(NamedTuple):
    """What was read of a text from its end on, up to the first line of a list."""

    lines: list[str]
    entries: list[Entry]
    """The last one first."""
    is_list: bool


_NO_LIST = _KnownList([], [], False)
_known_lists: dict[tuple[int, str], _KnownList] = {}
"""By how many lines may stand below a list, and the last line of the text."""


def without_contents(text: str) -> str:
    """Return a text without the contents of the manual that it is a chapter of; the text itself if none are there.

    >>> chapter = "2.1 Oars\\nOars are long. They are of ash.\\nThey are dear, too."
    >>> sections = [f"{chapter}.{section} Oars" for chapter in (1, 2, 3) for section in range(1, 6)]
    >>> without_contents("\\n".join([chapter, *sections, "A. Index"])) == chapter
    True
    >>> without_contents("\\n".join([chapter, *sections[:6]])).endswith("2.1 Oars")
    True
    """
    if not may_end_in_list(text, _IN_FOOT, LEAST_LINES_IN_FOOT):
        return text
    lines = text.splitlines()
    first = last = len(lines)
    most_below = MOST_BELOW
    while bounds := _contents(lines[:first], most_below):
        # The sections of a preface may be counted by themselves.
        first, last = bounds[0], min(last, bounds[1]) if most_below else last
        most_below = 0
    return without_list(lines, first, last) or text


def may_end_in_list(text: str, entry: re.Pattern[str], least_lines: int) -> bool:
    """Whether so many lines, and some entries of a list, each with the line feed before it, stand at a text's foot.

    >>> may_end_in_list("Oars.\\n1 A\\n2 B\\n3 C", re.compile(r"\\n\\d"), 3)
    True
    """
    foot = max(0, len(text) - FOOT)
    return text.count("\n", foot) >= least_lines and len(entry.findall(text, foot)) >= LEAST_IN_FOOT


def without_list(lines: list[str], first: int, last: int) -> str | None:
    """Return lines without a list and what it is called; None if it may be their own, or they are nothing else."""
    size = last - first
    while 0 < first < last and (is_link(lines[first - 1]) or not lines[first - 1].strip()):
        # What the list is called stands above it.
        first -= 1
    is_called = any(line.strip() for line in lines[first : last - size])
    if not size or not is_chapter(lines[:first]):
        return None
    if size < LEAST_UNNAMED and not is_called and not _names_section(lines[first:last], lines[:first]):
        return None
    below = "\n".join(lines[last:]).strip()
    chapter = "\n".join(lines[:first])
    return f"{chapter}\n\n{below}" if below else chapter


def _names_section(entries: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether an entry of a list is a line above it, but for their numbers.

    >>> _names_section(["7.1 Oars . . . 42", "8. Sails"], ["Chapter 7: Oars", "They are of ash."])
    True
    """
    titles = {_title(line) for line in entries} - {""}
    return any(len(line) <= LONGEST_ENTRY and _title(line) in titles for line in lines)


def _title(line: str) -> str:
    label = _LABEL.match(line)
    return _PAGE.sub("", line[label.end() if label else 0 :]).strip().lower()


def is_chapter(lines: list[str]) -> bool:
    """Whether there are so many sentences in lines that something is left without the list below them."""
    sentences = 0
    for line in lines:
        sentences += max(len(_SENTENCE.findall(line)), len(line) >= LONG_LINE)
        if sentences >= LEAST_SENTENCES:
            return True
    return False


def _contents(lines: list[str], most_below: int) -> tuple[int, int] | None:
    """Return the first line of a list, and the line after its last one, if it has at most so many lines below it."""
    # Each chapter of a manual has the same list.
    key = most_below, lines[-1] if lines else ""
    manual_list = _known_lists.get(key, _NO_LIST)
    if lines[len(lines) - len(manual_list.lines) :] != manual_list.lines:
        manual_list = _NO_LIST
    entries = _read_up(lines, most_below, manual_list.entries)
    if len(entries) > len(manual_list.entries):
        manual_list = _KnownList(lines[entries[-1][0] :], entries, _is_list(entries[::-1]))
        if manual_list.is_list:
            if len(_known_lists) >= MOST_KNOWN_LISTS:
                _known_lists.clear()
            _known_lists[key] = manual_list
    if not manual_list.is_list:
        return None
    return len(lines) + entries[-1][0], len(lines) + entries[0][0] + 1


def _read_up(lines: list[str], most_below: int, first_entries: list[Entry]) -> list[Entry]:
    """Return what may be the entries of a list, the last one first; with those that were read before."""
    entries = first_entries.copy()
    between = 0
    for index in range(entries[-1][0] - 1 if entries else -1, -len(lines) - 1, -1):
        line = lines[index].strip()
        if not line:
            continue
        number = _number(line)
        if number is not None and _comes_before(number, line, entries):
            entries.append((index, number))
            between = 0
            continue
        between += 1
        if between > (MOST_BETWEEN if entries else most_below) or (entries and not may_be_title(line)):
            break
    return entries


@lru_cache(maxsize=1 << 13)
def _number(line: str) -> Number | None:
    """Return the number of the section that a line begins with, its letter as one behind all figures."""
    entry = _ENTRY.match(line)
    if entry is None or not may_be_title(line):
        return None
    first, *rest = entry["number"].rstrip(".)、").split(".")
    return (int(first) if first.isdecimal() else LETTERS + ord(first), *map(int, rest))


def _comes_before(number: Number, line: str, entries: list[Entry]) -> bool:
    """Whether a number belongs above the entries so far; `4 Parts`, a title, begins with what may be one."""
    if not entries:
        return True
    below = entries[-1][1]
    return number < below and (len(number) > 1 or not line.split()[0].isalnum() or _is_next(number, below))


def may_be_title(line: str) -> bool:
    """Whether a line is as short as a title and ends in no mark as sentences do.

    >>> may_be_title("What breaks?"), may_be_title("It breaks.")
    (True, False)
    """
    if len(line) > LONGEST_ENTRY or line.count(" ") >= MOST_WORDS:
        return False
    return line.rstrip(_CLOSING)[-1:] not in _ENDS_SENTENCE


def _is_list(entries: list[Entry]) -> bool:
    """Whether so many numbers of several levels follow each other that the lines are a list of contents."""
    if len(entries) < LEAST_ENTRIES or len({len(number) for _, number in entries}) == 1:
        return False
    numbers = [number for _, number in entries]
    in_turn = sum(_is_next(before, after) for before, after in pairwise(numbers))
    lines = entries[-1][0] - entries[0][0] + 1
    return in_turn >= LEAST_IN_TURN * len(numbers) and len(numbers) >= LEAST_SHARE * lines


def _is_next(before: Number, after: Number) -> bool:
    """Whether a section comes right after another: its first part, or the next one at its level or above.

    >>> [_is_next((2, 3), after) for after in ((2, 3, 1), (2, 4), (3,), (2, 5), (1065,))]
    [True, True, True, False, True]
    """
    level = len(after) - 1
    if len(after) == len(before) + 1:
        return after == (*before, 1)
    starts_letters = after == (LETTERS + ord("A"),) and before[0] < LETTERS
    return len(after) <= len(before) and (
        starts_letters or (after[:level] == before[:level] and after[level] == before[level] + 1)
    )
