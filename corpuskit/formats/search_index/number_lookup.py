"""The numbers of documents by the hashes of their lines.

A stream that was indexed before mostly comes in its order again, so the hashes are compared from front to back, many
at a time. Where documents have moved, all hashes are looked up. A dictionary has those of a small index: all of them
are looked up in less time than numpy takes to be imported. Those of a large one are two numbers of 64 bits each, sorted
by the first, with the numbers of the documents: 24 bytes a document, where a dictionary takes seven times as much.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Protocol

from corpuskit.formats.search_index.packed import DIGEST_BYTES

__all__ = ["UNKNOWN", "NumberLookup"]

UNKNOWN = -1
SMALL_INDEX = 1 << 18
"""Documents up to which a dictionary has the hashes, in some 40 MB."""
COMPARED_BYTES = 32 * DIGEST_BYTES
"""Of hashes that are compared at a time."""
SEARCHED_BYTES = 256 * DIGEST_BYTES
"""Of the hashes that come next, where one that differs is looked for: so many documents may be missing in a row."""
SHORT_JUMP = 4 * DIGEST_BYTES
"""A line that stands there has hardly moved; of one farther ahead, the next line of the batch has to as well."""
MOST_MOVED = 32
"""Documents that have moved, after which the order is not relied on."""


class NumberLookup:
    """Looks up lines in the order of the stream before, and in any order if need be."""

    def __init__(self, digests: bytes, numbers: Sequence[int]) -> None:
        """`digests` are those of the lines of the documents with these numbers, one after the other."""
        self._digests, self._numbers = digests, numbers
        self._at = 0
        """Offset of the hash that comes next."""
        self._moved = 0
        self._unordered: _UnorderedLookup | None = None

    def note_moved(self) -> None:
        """Take notice that a line was not found which is known."""
        self._moved += 1
        if self._unordered is None and self._moved > MOST_MOVED:
            self._unordered = _unordered_lookup(self._digests, self._numbers)

    def next_row(self) -> int | None:
        """Return the row of the line that comes next; None if the order is not relied on."""
        return self._at // DIGEST_BYTES if self._unordered is None else None

    def go_on_at(self, row: int) -> None:
        """Take notice that all lines before a row have come, or come no more."""
        self._at = row * DIGEST_BYTES

    def digests_of(self, start: int, end: int) -> bytes:
        """Return the hashes of some rows."""
        return self._digests[start * DIGEST_BYTES : end * DIGEST_BYTES]

    def row_of_next(self, digest: bytes) -> int | None:
        """Return the row of a hash that comes next, or hardly later, and go on behind it; None if it does not."""
        at = self._at
        if not self._digests.startswith(digest, at):
            at = self._digests.find(digest, at + DIGEST_BYTES, at + DIGEST_BYTES + SHORT_JUMP)
            if at < 0 or at % DIGEST_BYTES:
                return None
        self._at = at + DIGEST_BYTES
        return at // DIGEST_BYTES

    def numbers_of(self, digests: bytes) -> list[int]:
        """Return the numbers of the documents with these hashes; `UNKNOWN` where there is none, or it has moved."""
        if self._unordered is not None:
            return self._unordered.numbers_of(digests)
        numbers: list[int] = []
        start = 0
        while start < len(digests):
            digest = digests[start : start + DIGEST_BYTES]
            size = self._equal_bytes(digests[start:]) if self._digests.startswith(digest, self._at) else 0
            if size:
                row = self._at // DIGEST_BYTES
                numbers += self._numbers[row : row + size // DIGEST_BYTES]
                self._at += size
                start += size
            elif not self._jump(digest, digests[start + DIGEST_BYTES :][:DIGEST_BYTES]):
                numbers.append(UNKNOWN)
                start += DIGEST_BYTES
        return numbers

    def _equal_bytes(self, digests: bytes) -> int:
        """Return how many bytes of these hashes are those that come next, in whole hashes."""
        for start in range(0, len(digests), COMPARED_BYTES):
            some = digests[start : start + COMPARED_BYTES]
            at = self._at + start
            if not self._digests.startswith(some, at):
                return start + _common_bytes(some, self._digests[at : at + len(some)])
        return len(digests)

    def _jump(self, digest: bytes, next_digest: bytes) -> bool:
        """Go on at a hash that stands a little ahead, as those before it come no more; return whether it does.

        `next_digest` is empty behind the last line of a batch.
        """
        at = self._digests.find(digest, self._at, self._at + SEARCHED_BYTES)
        if at < 0 or at % DIGEST_BYTES:
            return False
        end = at + DIGEST_BYTES
        if at - self._at > SHORT_JUMP and not self._digests.startswith(next_digest, end):
            return False
        self._at = at
        return True


def _common_bytes(digests: bytes, others: bytes) -> int:
    """Return how many bytes of hashes are equal from the first on, in whole hashes."""
    size = min(len(digests), len(others))
    difference = int.from_bytes(digests[:size], "big") ^ int.from_bytes(others[:size], "big")
    equal = size - (difference.bit_length() + 7) // 8
    return equal - equal % DIGEST_BYTES


class _UnorderedLookup(Protocol):
    def numbers_of(self, digests: bytes) -> list[int]: ...


def _unordered_lookup(digests: bytes, numbers: Sequence[int]) -> _UnorderedLookup:
    if len(numbers) <= SMALL_INDEX:
        by_digest = dict(zip(_each(digests), numbers, strict=True))
        if len(by_digest) == len(numbers):  # no two documents have one line, unless the index is damaged
            return _SmallLookup(by_digest)
    return _LargeLookup(digests, numbers)


def _each(digests: bytes) -> list[bytes]:
    return [digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)]


class _SmallLookup:
    def __init__(self, by_digest: dict[bytes, int]) -> None:
        self._by_digest = by_digest

    def numbers_of(self, digests: bytes) -> list[int]:
        return list(map(self._by_digest.get, _each(digests), repeat(UNKNOWN)))


class _LargeLookup:
    def __init__(self, digests: bytes, numbers: Sequence[int]) -> None:
        import numpy as np

        halves = np.frombuffer(digests, np.uint64).reshape(-1, 2)
        order = np.argsort(halves[:, 0], kind="stable")
        self._first, self._second = halves[order, 0], halves[order, 1]
        self._numbers = np.asarray(numbers, np.int64)[order]

    def numbers_of(self, digests: bytes) -> list[int]:
        import numpy as np

        halves = np.frombuffer(digests, np.uint64).reshape(-1, 2)
        # Of two documents whose hashes agree in one half, which is rare, only the first is known: the other is read.
        rows = np.minimum(np.searchsorted(self._first, halves[:, 0]), len(self._first) - 1)
        is_known = (self._first[rows] == halves[:, 0]) & (self._second[rows] == halves[:, 1])
        numbers: list[int] = np.where(is_known, self._numbers[rows], UNKNOWN).tolist()
        return numbers
