"""Runs of words that occurred before, in the same or an earlier text, are removed, wherever they begin.

From each pair of words that `span_matching` gives, the run is followed to both sides, word by word, in the leader's
words, which wait on disk; if it is long enough, it goes. A word that goes has been said before by its leader or, if the
leader lost it too, by the leader's own: the first to say it keeps it.
"""

import itertools
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corpuskit.core.disk.window_spool import WindowRows
from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop
from corpuskit.text.dedup.shingles import WORD, kinds_of_characters
from corpuskit.text.dedup.span_matching import PAIR_COLUMNS
from corpuskit.text.dedup.span_texts import RunLength, SpanTexts
from corpuskit.text.dedup.word_units import bounds_in_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pairs = NDArray[np.int64]

REASON = "duplicate-spans"
COMPARED_FIRST = 64
"""Words that are compared at once; then four times as many, and so on."""
PAIRS_AT_ONCE = 1 << 13
LINES_HELD = 1 << 12
"""Runs that were followed, before those that have ended are forgotten."""
_BREAK = re.compile(r"\n[^\S\n]*\n")


class WordSpan(NamedTuple):
    """Words of a document, from `start` to before `end`, that its leader has too."""

    start: int
    end: int
    leader: int


class Repeats(NamedTuple):
    """What goes of a document, in words; they are numbered from 0."""

    ranges: Sequence[tuple[int, int]]
    longest: tuple[int, int]
    """The longest run that one leader has, and the first of equals."""
    leader: str
    """Its leader's id."""


class SpanResolver:
    """Makes of the pairs of all buckets what goes of each document; holds the pairs of a million words."""

    def __init__(self, texts: SpanTexts, length: RunLength) -> None:
        """Begin without pairs."""
        self._texts, self._length = texts, length
        self._windows = texts.windows
        self._pairs = WindowRows("<i8", self._windows)

    def add(self, pairs: "Pairs") -> None:
        """Take pairs, in any order. Raises PublishError if they cannot be written."""
        self._pairs.append(self._texts.windows_of(pairs[:, 0], pairs[:, 1]), pairs)

    def close(self) -> None:
        """Remove the temporary files."""
        self._pairs.close()

    def repeats(self) -> Iterator[Repeats | None]:
        """Yield what goes of each document, in order; None where nothing does."""
        by_document = itertools.groupby(self._pairs_in_order(), lambda pairs: int(pairs[0, 0]))
        document, parts = next(by_document, (-1, None))
        for number in range(len(self._texts)):
            if number != document or parts is None:
                yield None
                continue
            yield self._repeats_in(number, parts)
            document, parts = next(by_document, (-1, None))

    def _pairs_in_order(self) -> Iterator["Pairs"]:
        """Yield the pairs by document and word; those of a document may come in several parts."""
        for window in range(self._windows):
            pairs = self._pairs.load(window).reshape(-1, PAIR_COLUMNS)
            pairs = pairs[np.lexsort((pairs[:, 3], pairs[:, 2], pairs[:, 1], pairs[:, 0]))]
            borders = np.flatnonzero(np.diff(pairs[:, 0])) + 1
            yield from np.split(pairs, borders) if len(pairs) else ()

    def _repeats_in(self, number: int, parts: "Iterable[Pairs]") -> Repeats | None:
        ranges, longest = array("q"), WordSpan(0, 0, -1)
        for span in self._spans(number, parts):
            add_range(ranges, span.start, span.end)
            if (span.end - span.start, -span.start) > (longest.end - longest.start, -longest.start):
                longest = span
        if not ranges:
            return None
        leader = self._texts.identifier(longest.leader)
        word_ranges = list(zip(ranges[::2], ranges[1::2], strict=True))
        return Repeats(word_ranges, (longest.start, longest.end), leader)

    def _spans(self, number: int, parts: "Iterable[Pairs]") -> Iterator[WordSpan]:
        """Yield the runs around pairs that are long enough; each has a word that is not before that of the last one."""
        followed: dict[tuple[int, int], int] = {}
        most_followed = LINES_HELD
        gone_from = gone_to = 0
        for at, leader, leader_at, first, last in self._with_surroundings(number, parts):
            # On one line of (word here, word there) a run that was followed is not followed again; and where all that
            # a run could take goes already, none is looked for.
            line = (leader, leader_at - at)
            if at < followed.get(line, 0) or (gone_from <= first and last <= gone_to):
                continue
            start, end = self._run_around(number, at, leader, leader_at)
            if len(followed) >= most_followed:
                followed = {each: its_end for each, its_end in followed.items() if its_end > at}
                most_followed = max(LINES_HELD, 2 * len(followed))
            followed[line] = end
            if not self._is_long(number, start, end):
                continue
            yield WordSpan(start, end, leader)
            gone_from, gone_to = (min(start, gone_from), max(end, gone_to)) if start <= gone_to else (start, end)

    def _with_surroundings(self, number: int, parts: "Iterable[Pairs]") -> Iterator[tuple[int, ...]]:
        """Yield word, leader, word there, and from and to where a run may reach, for each pair."""
        size = self._texts.size(number)
        for part in parts:
            for start in range(0, len(part), PAIRS_AT_ONCE):
                pairs = part[start : start + PAIRS_AT_ONCE]
                firsts, lasts = self._length.reach(pairs[:, 1], size)
                yield from zip(*pairs[:, 1:].T.tolist(), firsts.tolist(), lasts.tolist(), strict=True)

    def _run_around(self, number: int, at: int, leader: int, leader_at: int) -> tuple[int, int]:
        """Return from and to where a document has the words that its leader has, around a word of both."""
        back = self._common_before(number, at, leader, leader_at)
        start, start_there = at - back, leader_at - back
        most = self._texts.size(number) - start
        # In one document, a run ends where it would repeat itself.
        most = min(most, self._texts.size(leader) - start_there) if leader != number else min(most, start - start_there)
        return start, start + self._common_after(number, start, leader, start_there, most)

    def _is_long(self, number: int, start: int, end: int) -> bool:
        size = end - start
        # Whatever the words are, so few weigh too little, and so many enough.
        if size < self._length.least or size >= 2 * self._length.least:
            return size >= self._length.least
        return self._texts.weight(number, start, end) >= self._length.weight

    def _common_after(self, number: int, at: int, leader: int, leader_at: int, most: int) -> int:
        """Return how many words two documents have in common from two words on, and at most so many."""
        common, size = 0, COMPARED_FIRST
        while common < most:
            words, first = self._texts.words_near(number, at + common)
            others, first_there = self._texts.words_near(leader, leader_at + common)
            left, right = words[at + common - first :], others[leader_at + common - first_there :]
            width = min(size, most - common, len(left), len(right))
            differs = left[:width] != right[:width]
            if differs.any():
                return common + int(differs.argmax())
            common, size = common + width, 4 * size
        return common

    def _common_before(self, number: int, at: int, leader: int, leader_at: int) -> int:
        """Return how many words two documents have in common before two words of them."""
        common, size, most = 0, COMPARED_FIRST, min(at, leader_at)
        while common < most:
            words, first = self._texts.words_near(number, at - common - 1)
            others, first_there = self._texts.words_near(leader, leader_at - common - 1)
            left, right = words[: at - common - first], others[: leader_at - common - first_there]
            width = min(size, len(left), len(right))
            differs = left[len(left) - width :] != right[len(right) - width :]
            if differs.any():
                return common + int(differs[::-1].argmax())
            common, size = common + width, 4 * size
        return common


def resolve_spans(texts: SpanTexts, pairs: "Iterable[Pairs]", length: RunLength) -> Iterator[Repeats | None]:
    """Yield what goes of each document, in order, given all pairs."""
    with closing(SpanResolver(texts, length)) as resolver:
        for part in pairs:
            resolver.add(part)
        yield from resolver.repeats()


def without_repeats(document: Document, repeats: Repeats) -> Document | Drop:
    """Return a document without what was said before, or a drop if no words are left."""
    runs = [*repeats.ranges, repeats.longest]
    *ranges, longest = _in_characters(document.text, runs)
    text = _without(document.text, ranges)
    if any(map(str.isalnum, text)):
        shorter = document.with_text(text)
        shorter.hits = {REASON: len(ranges)}
        return shorter
    return Drop(document, REASON, {"of": repeats.leader, "span": list(longest), "removed": len(ranges)})


def _in_characters(text: str, runs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where runs of words begin and end in a text."""
    firsts, lasts = np.array(runs, np.int64).T - np.array([[0], [1]])
    starts, ends = np.zeros(len(runs), np.int64), np.zeros(len(runs), np.int64)
    before = 0
    for bounds in bounds_in_blocks(text):
        after = before + len(bounds.starts)
        for numbers, all_bounds, block_bounds in ((firsts, starts, bounds.starts), (lasts, ends, bounds.ends)):
            is_here = (before <= numbers) & (numbers < after)
            all_bounds[is_here] = block_bounds[numbers[is_here] - before]
        before = after
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def add_range(ranges: "array[int]", start: int, end: int) -> None:
    """Add a range to disjoint ones, starts and ends in turn; it overlaps the last of them or lies after it.

    >>> ranges = array("q", [0, 5, 8, 9])
    >>> add_range(ranges, 4, 12)
    >>> ranges
    array('q', [0, 12])
    """
    while ranges and start <= ranges[-1]:
        end, start = max(end, ranges.pop()), min(start, ranges.pop())
    ranges.extend((start, end))


def _without(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """Return a text without some ranges of characters, and without the signs that cling to them.

    Where white space stood on both sides, the wider break of the two stays: a blank line, a line end or a space.

    >>> _without("One. (Two three.) Four", [(6, 15)]), _without("SUM(A1<B1+C1)", [(4, 9)])
    ('One. Four', 'SUM C1)')
    """
    kept_parts, position = list[str](), 0
    for start, end in ranges:
        while start > position and not text[start - 1].isspace() and not text[start - 1].isalnum():
            start -= 1
        while end < len(text) and not text[end].isspace() and not text[end].isalnum():
            end += 1
        kept_parts.append(text[position:start])
        position = end
    kept_parts.append(text[position:])
    new_parts, white = [kept_parts[0].rstrip()], kept_parts[0][len(kept_parts[0].rstrip()) :]
    for part in kept_parts[1:]:
        right = part.lstrip()
        white += part[: len(part) - len(right)]
        if right:
            body = right.rstrip()
            before = new_parts[-1]
            new_parts += [_break(white, before[-1:] + right[0]) if len(new_parts) > 1 or before else "", body]
            white = right[len(body) :]
    ends_in_white = len(kept_parts) == 1 or kept_parts[-1].strip()
    return "".join([*new_parts, white if ends_in_white else ""])


def _break(white: str, neighbours: str) -> str:
    """Return what stands between two characters, given the white space that did; words are not joined to others."""
    if not white:
        return " " if all(kinds_of_characters()[ord(character)] == WORD for character in neighbours) else ""
    return "\n\n" if _BREAK.search(white) else "\n" if "\n" in white else " "
