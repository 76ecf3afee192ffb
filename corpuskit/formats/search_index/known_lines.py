"""The lines of an index by their hashes, so that one that comes again need not be read as a document.

A dictionary has the hashes of a small index: all of them are looked up in less time than numpy takes to be imported.
Those of a large one are two numbers of 64 bits each, sorted by the first, with the numbers of the documents: 24 bytes a
document, where a dictionary takes seven times as much.

A line that says the same in another spelling, with spaces or another order of keys, is known as well if the document
came as it: by a hash of that line, which has to do with the version of corpuskit, as another might read it otherwise.
"""

from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import repeat
from typing import TYPE_CHECKING, Protocol

from corpuskit import __version__
from corpuskit.core.counts import StreamCount

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["FoundLines", "KnownLines", "Respellings", "hash_of_other_spelling"]

DIGEST_BYTES = 16
SMALL_INDEX = 1 << 18
"""Documents up to which a dictionary has the hashes, in some 40 MB."""
NUMBERS_AT_A_TIME = 1 << 16
UNKNOWN = -1
_DIGESTS = (
    "SELECT group_concat(number), CAST(group_concat(digest, '') AS BLOB), sum(length(digest) = :size), "
    "group_concat(number) FILTER (WHERE came_as IS NOT NULL), "
    "CAST(group_concat(digest, '') FILTER (WHERE came_as IS NOT NULL) AS BLOB), "
    "group_concat(length(line)) FILTER (WHERE came_as IS NOT NULL), "
    "CAST(group_concat(came_as, '') AS BLOB), sum(length(came_as) = :size) "
    "FROM documents WHERE number BETWEEN :first AND :last"
)
"""Gives many hashes as one value, and how many of them are hashes: with a row for each, it takes twice as long."""


class KnownLines:
    """Which documents have which lines; false if there is none."""

    def __init__(self, digests: bytes = b"", numbers: Sequence[int] = (), others: "Spellings | None" = None) -> None:
        """`digests` are the hashes of the documents with these numbers, one after the other."""
        self._is_any = bool(digests)
        self._lookup: NumberLookup = _lookup_of(digests, numbers)
        self._others = others

    def __bool__(self) -> bool:
        """Whether any line is known."""
        return self._is_any

    @classmethod
    def of(cls, connection: "Connection") -> "KnownLines":
        """Return the lines of an index; none if a hash in it is none."""
        # Asked for one at a time, SQLite finds each at an end of the table.
        [(first,)] = connection.execute("SELECT min(number) FROM documents")
        [(last,)] = connection.execute("SELECT max(number) FROM documents")
        digests, numbers, others = bytearray(), array("q"), Spellings()
        for start in range(first or 0, (last or 0) + 1, NUMBERS_AT_A_TIME):
            values = {"size": DIGEST_BYTES, "first": start, "last": start + NUMBERS_AT_A_TIME - 1}
            [(number_list, digest_run, hashes, *of_others)] = connection.execute(_DIGESTS, values)
            if number_list is None:
                continue
            some_numbers = array("q", map(int, number_list.split(",")))
            if not hashes == len(some_numbers) == len(digest_run) // DIGEST_BYTES or not others.add(tuple(of_others)):
                return cls()
            numbers += some_numbers
            digests += digest_run
        return cls(bytes(digests), numbers, others if others.numbers else None)

    def find(self, lines: Sequence[bytes]) -> "FoundLines":
        """Return which documents have these lines."""
        import xxhash

        digests, sizes = list(map(xxhash.xxh3_128_digest, lines)), list(map(len, lines))
        numbers = self._lookup.numbers_of(digests)
        if self._others is not None:
            self._others.find(lines, numbers, digests, sizes)
        return FoundLines(numbers, digests, sizes)

    def unseen(self, flags: bytearray) -> list[int]:
        """Return the numbers of the documents without a flag, in order."""
        return self._lookup.unseen(flags)


class Spellings:
    """Documents by the hashes of lines that say them in another spelling: some 50 bytes for each."""

    def __init__(self) -> None:
        """Begin without any."""
        self.numbers = array("q")
        self._sizes = array("q")
        self._digests = bytearray()
        self._hashes = bytearray()
        self._lookup: NumberLookup | None = None

    def add(self, columns: tuple[str | None, bytes, str, bytes, int]) -> bool:
        """Add the documents of some columns of `_DIGESTS`; return whether these are what they should be."""
        numbers, digests, sizes, hashes, whole_hashes = columns
        if numbers is None:
            return True
        some_numbers = list(map(int, numbers.split(",")))
        if not whole_hashes == len(some_numbers) == len(hashes) // DIGEST_BYTES:
            return False
        self.numbers.extend(some_numbers)
        self._sizes.extend(map(int, sizes.split(",")))
        self._digests += digests
        self._hashes += hashes
        return True

    def find(self, lines: Sequence[bytes], numbers: list[int], digests: list[bytes], sizes: list[int]) -> None:
        """Enter numbers, hashes and sizes of the canonical lines for those of the lines that have no number yet."""
        unknown = [index for index, number in enumerate(numbers) if number == UNKNOWN]
        if not unknown:
            return
        if self._lookup is None:
            self._lookup = _lookup_of(bytes(self._hashes), range(len(self.numbers)))
        rows = self._lookup.numbers_of([_other_hash(lines[index]) for index in unknown])
        for index, row in zip(unknown, rows, strict=True):
            if row != UNKNOWN:
                numbers[index], sizes[index] = self.numbers[row], self._sizes[row]
                digests[index] = bytes(self._digests[row * DIGEST_BYTES : (row + 1) * DIGEST_BYTES])


class Respellings:
    """Documents that came in another spelling than the index knows: 24 bytes each, to be entered if it is written."""

    def __init__(self) -> None:
        """Begin without any."""
        self._numbers = array("q")
        self._hashes = bytearray()

    def note(self, number: int, known_hash: bytes | None, line: bytes | None) -> None:
        """Take a document that came as a line; None if that was its canonical one, which is always known."""
        if line is not None and (hash_ := _other_hash(line)) != known_hash:
            self._numbers.append(number)
            self._hashes += hash_

    def rows(self) -> Iterator[tuple[bytes, int]]:
        """Yield the hashes with the numbers of their documents."""
        for row, number in enumerate(self._numbers):
            yield bytes(self._hashes[row * DIGEST_BYTES : (row + 1) * DIGEST_BYTES]), number


def hash_of_other_spelling(line: bytes | None) -> bytes | None:
    """Return what a document has in `came_as` that was read from a line in another spelling; None without one."""
    return None if line is None else _other_hash(line)


def _other_hash(line: bytes) -> bytes:
    import xxhash

    return xxhash.xxh3_128_digest(line, _seed())


@cache
def _seed() -> int:
    """Return a number for this version of corpuskit."""
    import xxhash

    return xxhash.xxh3_64_intdigest(__version__.encode())


class NumberLookup(Protocol):
    """The numbers of documents by the hashes of their lines."""

    def numbers_of(self, digests: list[bytes]) -> list[int]:
        """Return the numbers of the documents with these hashes; `UNKNOWN` where there is none."""

    def unseen(self, flags: bytearray) -> list[int]:
        """Return the numbers of the documents without a flag, in order."""


def _lookup_of(digests: bytes, numbers: Sequence[int]) -> NumberLookup:
    if len(numbers) <= SMALL_INDEX:
        keys = [digests[start : start + DIGEST_BYTES] for start in range(0, len(digests), DIGEST_BYTES)]
        by_digest = dict(zip(keys, numbers, strict=True))
        if len(by_digest) == len(numbers):  # no two documents have one line, unless the index is damaged
            return _SmallLookup(by_digest)
    return _LargeLookup(digests, numbers)


class _SmallLookup:
    def __init__(self, by_digest: dict[bytes, int]) -> None:
        self._by_digest = by_digest

    def numbers_of(self, digests: list[bytes]) -> list[int]:
        return list(map(self._by_digest.get, digests, repeat(UNKNOWN)))

    def unseen(self, flags: bytearray) -> list[int]:
        return sorted([number for number in self._by_digest.values() if not flags[number]])


class _LargeLookup:
    def __init__(self, digests: bytes, numbers: Sequence[int]) -> None:
        import numpy as np

        halves = np.frombuffer(digests, np.uint64).reshape(-1, 2)
        order = np.argsort(halves[:, 0], kind="stable")
        self._first, self._second = halves[order, 0], halves[order, 1]
        self._numbers = np.asarray(numbers, np.int64)[order]

    def numbers_of(self, digests: list[bytes]) -> list[int]:
        import numpy as np

        halves = np.frombuffer(b"".join(digests), np.uint64).reshape(-1, 2)
        # Of two documents whose hashes agree in one half, which is rare, only the first is known: the other is read.
        rows = np.minimum(np.searchsorted(self._first, halves[:, 0]), len(self._first) - 1)
        is_known = (self._first[rows] == halves[:, 0]) & (self._second[rows] == halves[:, 1])
        numbers: list[int] = np.where(is_known, self._numbers[rows], UNKNOWN).tolist()
        return numbers

    def unseen(self, flags: bytearray) -> list[int]:
        import numpy as np

        numbers: list[int] = np.sort(self._numbers[np.frombuffer(flags, np.uint8)[self._numbers] == 0]).tolist()
        return numbers


class FoundLines:
    """Lines that are next in a stream, and which of them an index has."""

    def __init__(self, numbers: list[int], digests: list[bytes], sizes: list[int]) -> None:
        """`numbers` are those of their documents, or `UNKNOWN`; hashes and sizes are those of the canonical lines."""
        self._numbers, self._digests, self._sizes = numbers, digests, sizes
        self._unknown = [index for index, number in enumerate(numbers) if number == UNKNOWN] + [len(numbers)]

    def end_of_run(self, start: int, flags: bytearray) -> int:
        """Return where the known lines from `start` on end, each the first of its document, and flag the documents.

        It is `start` where no known line stands, or one whose document has a flag.
        """
        from bisect import bisect_left

        end = self._unknown[bisect_left(self._unknown, start)]
        numbers = self._numbers[start:end]
        first_seen = bytes([flags[number] for number in numbers]).find(1)
        if first_seen >= 0:
            end, numbers = start + first_seen, numbers[:first_seen]
        if len({*numbers}) < len(numbers):
            end, numbers = start + 1, numbers[:1]  # a line comes twice: one by one, the first of them is taken
        for number in numbers:
            flags[number] = 1
        return end

    def count(self, start: int, end: int) -> StreamCount:
        """Return the documents, bytes and digest of these lines."""
        size = sum(self._sizes[start:end]) + end - start
        digest = sum([int.from_bytes(digest, "big") for digest in self._digests[start:end]])
        return StreamCount(end - start, size, digest % (1 << 128))
