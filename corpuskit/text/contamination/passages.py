"""The passages of evaluation sets that are looked for, and the n-grams that tell them, as one table.

An n-gram is the hash of so many words in a row, normalised, wherever they stand: line breaks, punctuation and case do
not matter. Hashes come from outside, so that the kernel of `dedup` makes them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]

TABLE_BITS = 24
"""Binary logarithm of the size of the table that rules nearly all n-grams of a corpus out with one look."""
MOST_PASSAGES = 20
"""An n-gram of more passages than that is the form of their questions, and tells none of them."""


class Passage(NamedTuple):
    """A text of an evaluation item, long enough to be told."""

    item: str
    """Where the item stands: `gsm8k.jsonl:12`."""
    field: str


class Passages:
    """All passages, and which n-gram belongs to which of them.

    `grams` has each n-gram once, sorted; those of one row are `owners[starts[row] : starts[row + 1]]`.
    """

    def __init__(self, passages: Sequence[Passage], hashes: Sequence[Hashes]) -> None:
        """`hashes` has the n-grams of each passage in order. Passages of equal n-grams are one, the first."""
        self.passages: list[Passage] = []
        self.numbers: list[int] = []
        """Which of those given they are."""
        distinct: list[Hashes] = []
        earlier_keys: set[bytes] = set()
        for number, (passage, row) in enumerate(zip(passages, hashes, strict=True)):
            key = row.tobytes()
            if len(row) and key not in earlier_keys:
                earlier_keys.add(key)
                self.passages.append(passage)
                self.numbers.append(number)
                distinct.append(np.unique(row))
        flat = np.concatenate([*distinct, np.empty(0, np.uint64)])
        owners = np.repeat(np.arange(len(distinct)), [len(row) for row in distinct])
        order = np.argsort(flat, kind="stable")
        flat, owners = flat[order], owners[order]
        self.grams, counts = np.unique(flat, return_counts=True)
        is_telling = np.repeat(counts <= MOST_PASSAGES, counts)
        owners = owners[is_telling]
        self.grams, counts = self.grams[counts <= MOST_PASSAGES], counts[counts <= MOST_PASSAGES]
        self.starts: Numbers = np.concatenate(([0], np.cumsum(counts)))
        self.owners: Numbers = owners
        self.sizes: Numbers = np.bincount(owners, minlength=len(distinct))
        """How many n-grams tell each passage."""
        self._table = np.zeros(1 << TABLE_BITS, np.bool_)
        self._table[self._slots(self.grams)] = True

    def rows_of(self, hashes: Hashes) -> tuple[Numbers, Numbers]:
        """Return where among these n-grams are some of passages, and their rows in `grams`."""
        if not len(self.grams):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        positions = np.flatnonzero(self._table[self._slots(hashes)])
        if not len(positions):
            return positions, positions
        likely_hashes = hashes[positions]
        rows = np.minimum(np.searchsorted(self.grams, likely_hashes), len(self.grams) - 1)
        is_equal = self.grams[rows] == likely_hashes
        return positions[is_equal], rows[is_equal]

    def owners_of(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Return for each passage of each of these n-grams the index of the n-gram, and the passage."""
        counts = self.starts[rows + 1] - self.starts[rows]
        indices = np.repeat(np.arange(len(rows)), counts)
        offsets = np.arange(len(indices)) - np.repeat(np.cumsum(counts) - counts, counts)
        return indices, self.owners[self.starts[rows][indices] + offsets]

    @staticmethod
    def _slots(hashes: Hashes) -> Hashes:
        return hashes >> np.uint64(64 - TABLE_BITS)
