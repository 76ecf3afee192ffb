"""Which passages a document holds, by how many of their n-grams stand near one another in it.

Two looks. The first counts in how many documents each n-gram stands that do not hold a passage of it as a whole: an
n-gram of many such documents is a stock phrase, and convicts nobody (as Marin's common-n-gram sets do). The second
convicts by the n-grams that are left.
"""

from typing import NamedTuple

import numpy as np

from corpuskit.text.contamination.passages import Numbers, Passages

WHOLE = 0.8
"""Share of a passage's n-grams from which on a document holds all of it, but for a word or two."""
LEAST_HITS = 2
"""n-grams that convict where half of a short passage's would be fewer; of a passage of one n-gram, that one."""
SPREAD = 2
"""How many times its own length the n-grams of a passage may lie apart: words put in between do not hide it."""


class Finding(NamedTuple):
    """A passage in a document."""

    passage: int
    hits: int
    """Distinct n-grams of it."""
    size: int
    """How many n-grams tell it, stock phrases apart."""
    first: int
    """Where in the document its first n-gram is, in words."""
    last: int


def needed_hits(sizes: Numbers, min_hits: int) -> Numbers:
    """Return how many n-grams convict a document, for passages of so many."""
    return np.minimum(np.maximum((sizes + 1) // 2, np.minimum(sizes, LEAST_HITS)), min_hits)


class Search:
    """Looks for passages in documents, given as the positions and rows of `Passages.rows_of`."""

    def __init__(self, passages: Passages, min_hits: int, common: int) -> None:
        """`common` is the most documents in which a telling n-gram stands without its passage."""
        self._passages = passages
        self._min_hits = min_hits
        self._common = common
        self._elsewhere = np.zeros(len(passages.grams), np.int64)
        """In how many documents each n-gram stands without one of its passages as a whole."""
        self._is_stock = np.zeros(len(passages.grams), np.bool_)
        self._sizes = passages.sizes

    def has_stock(self, passage: int) -> bool:
        """Whether some of a passage's n-grams are stock phrases, after the first look."""
        return bool(self._sizes[passage] < self._passages.sizes[passage])

    def note(self, positions: Numbers, rows: Numbers) -> None:
        """Count the n-grams of a document, at the first look."""
        del positions
        distinct = np.unique(rows)
        indices, owners = self._passages.owners_of(distinct)
        hits = np.bincount(owners, minlength=len(self._sizes))
        is_whole = (hits >= WHOLE * self._sizes) & (self._sizes >= self._min_hits)
        in_whole = np.zeros(len(distinct), np.bool_)
        in_whole[indices[is_whole[owners]]] = True
        self._elsewhere[distinct[~in_whole]] += 1

    def end_first_look(self) -> int:
        """Tell stock phrases from what tells a passage; return how many n-grams are stock phrases."""
        self._is_stock = self._elsewhere > self._common
        stock = np.flatnonzero(self._is_stock)
        _, owners = self._passages.owners_of(stock)
        self._sizes = self._passages.sizes - np.bincount(owners, minlength=len(self._passages.sizes))
        return len(stock)

    def find(self, positions: Numbers, rows: Numbers) -> Finding | None:
        """Return the passage of which a document holds most, at the second look; None if it holds none."""
        is_telling = ~self._is_stock[rows]
        positions, rows = positions[is_telling], rows[is_telling]
        indices, owners = self._passages.owners_of(rows)
        needed = needed_hits(self._sizes, self._min_hits)
        best: Finding | None = None
        for passage in np.flatnonzero((np.bincount(owners, minlength=len(needed)) >= needed) & (needed > 0)).tolist():
            chosen = indices[owners == passage]
            finding = self._in_window(passage, positions[chosen], rows[chosen])
            if finding.hits >= needed[passage] and (best is None or finding.hits > best.hits):
                best = finding
        return best

    def _in_window(self, passage: int, positions: Numbers, rows: Numbers) -> Finding:
        """Return the window in which most distinct n-grams of a passage stand, the first of such windows."""
        size = int(self._sizes[passage])
        width = SPREAD * (size + self._min_hits)
        counts: dict[int, int] = {}
        start = 0
        best = Finding(passage, 0, size, 0, 0)
        offsets, grams = positions.tolist(), rows.tolist()
        for end, (offset, gram) in enumerate(zip(offsets, grams, strict=True)):
            counts[gram] = counts.get(gram, 0) + 1
            while offset - offsets[start] > width:
                counts[grams[start]] -= 1
                if not counts[grams[start]]:
                    del counts[grams[start]]
                start += 1
            if len(counts) > best.hits:
                best = Finding(passage, len(counts), size, offsets[start], offsets[end])
        return best
