"""Short passages of which all words but one stand in a document, in order.

One changed word breaks as many n-grams as an n-gram has words: of a short passage too few are left to convict. But its
first or its last `EDGE` words are left as they are, since they do not overlap. They tell where to look, and there the
words themselves are compared. Only words are, not the single characters of scripts without spaces.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from corpuskit.text.contamination.passages import MOST_PASSAGES, Hashes
from corpuskit.text.contamination.search import Finding

EDGE = 4
"""Words by which a passage is looked for, at its beginning and its end."""
TABLE_BITS = 22
"""Binary logarithm of the size of the table that rules nearly all words of a corpus out with one look."""


class NearMatch(NamedTuple):
    """Where in a document, in words, a passage stands but for one word that is changed, left out or put in."""

    passage: int
    first: int
    last: int
    """Its last word."""


class ShortPassages:
    """The passages that one changed word would hide, by the hashes of their words."""

    def __init__(self, words: Mapping[int, Hashes], edges: Mapping[int, tuple[int, int]]) -> None:
        """`edges` has the hashes of each passage's first and of its last `EDGE` words.

        What more than `MOST_PASSAGES` begin or end with is the form of their questions, and leads to none of them.
        """
        self.words = {passage: hashes.tolist() for passage, hashes in words.items()}
        flat = np.array([edge for both in edges.values() for edge in both], np.uint64)
        _, indices, counts = np.unique(flat, return_inverse=True, return_counts=True)
        order = np.argsort(flat, kind="stable")
        order = order[counts[indices[order]] <= MOST_PASSAGES]
        self._edges = flat[order]
        self._owners = np.repeat(np.array(list(edges), np.int64), 2)[order].tolist()
        self._is_last = (order % 2 == 1).tolist()
        self._table = np.zeros(1 << TABLE_BITS, np.bool_)
        self._table[_slots(self._edges)] = True

    def matches(self, edges: Hashes, words: Callable[[], tuple[Hashes, object]]) -> list[NearMatch]:
        """Return which passages a document holds, each once.

        `edges` has the hash of every `EDGE` words in a row; `words` is asked for the hashes of all its words, which it
        returns first, if an edge of a passage is among them.
        """
        (positions,) = self._table[_slots(edges)].nonzero()
        if not len(positions):
            return []
        begins = self._edges.searchsorted(edges[positions], "left")
        ends = self._edges.searchsorted(edges[positions], "right")
        if not (begins < ends).any():
            return []
        document = words()[0].tolist()
        by_passage: dict[int, NearMatch] = {}
        for position, begin, end in zip(positions.tolist(), begins.tolist(), ends.tolist(), strict=True):
            for number in range(begin, end):
                owner = self._owners[number]
                if owner not in by_passage:
                    match = _span(document, self.words[owner], position, self._is_last[number])
                    if match is not None:
                        by_passage[owner] = NearMatch(owner, *match)
        return list(by_passage.values())


class NearMatches:
    """What a corpus holds of short passages; a passage of more than `common` documents is a stock phrase."""

    def __init__(self, common: int) -> None:
        self._common = common
        self._counts: dict[int, int] = {}
        self._by_document: dict[int, list[NearMatch]] = {}

    def note(self, document: int, matches: list[NearMatch]) -> None:
        """Hold what a document has, at the first look, but for what is a stock phrase by now."""
        for match in matches:
            count = self._counts[match.passage] = self._counts.get(match.passage, 0) + 1
            if count <= self._common:
                self._by_document.setdefault(document, []).append(match)

    def find(self, document: int, sizes: Mapping[int, int]) -> Finding | None:
        """Return the longest passage that a document has, at the second look; `sizes` are words of those that count."""
        telling = [
            match
            for match in self._by_document.get(document, ())
            if match.passage in sizes and self._counts[match.passage] <= self._common
        ]
        if not telling:
            return None
        best = max(telling, key=lambda match: sizes[match.passage])
        size = sizes[best.passage]
        return Finding(best.passage, size - 1, size, best.first, best.last)


def _slots(hashes: Hashes) -> Hashes:
    return hashes >> np.uint64(64 - TABLE_BITS)


def _span(document: list[int], passage: list[int], position: int, is_last: bool) -> tuple[int, int] | None:
    """Return the first and last word of a passage in a document that has one of its edges at a position.

    >>> _span([0, 1, 2, 3, 4, 9, 6, 7, 8, 0], [1, 2, 3, 4, 5, 6, 7, 8], 1, False)
    (1, 8)
    """
    size = len(passage)
    for length in (size, size - 1, size + 1):  # a word changed, left out, put in
        start = position + EDGE - length if is_last else position
        part = document[start : start + length] if start >= 0 else []
        if len(part) == length and _equal(part, passage) + _equal(part[::-1], passage[::-1]) >= max(size, length) - 1:
            return start, start + length - 1
    return None


def _equal(left: list[int], right: list[int]) -> int:
    """Return how many members two lists begin with alike."""
    count = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        count += 1
    return count
