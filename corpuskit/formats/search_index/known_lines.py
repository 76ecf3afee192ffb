"""The lines of an index by their hashes, so that one that comes again need not be read as a document.

Hashes are held as two numbers of 64 bits, sorted by the first, with the numbers of the documents: 24 bytes a document.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from corpuskit.core.counts import StreamCount

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["FoundLines", "KnownLines"]

DIGEST_BYTES = 16


class KnownLines:
    """Which documents have which lines; false if there is none."""

    def __init__(self, digests: bytes = b"", numbers: Any = ()) -> None:
        """`digests` are the hashes of the documents with these numbers, one after the other."""
        self._is_any = bool(digests)
        if self._is_any:
            import numpy as np

            halves = np.frombuffer(digests, np.uint64).reshape(-1, 2)
            order = np.argsort(halves[:, 0], kind="stable")
            self._first, self._second = halves[order, 0], halves[order, 1]
            self._numbers = np.asarray(numbers, np.int64)[order]

    def __bool__(self) -> bool:
        """Whether any line is known."""
        return self._is_any

    @classmethod
    def of(cls, connection: "Connection") -> "KnownLines":
        """Return the lines of an index; none if a hash in it is none."""
        from array import array

        digests, numbers = bytearray(), array("q")
        for number, digest in connection.execute("SELECT number, digest FROM documents"):
            if not isinstance(digest, bytes) or len(digest) != DIGEST_BYTES:
                return cls()
            digests += digest
            numbers.append(number)
        return cls(bytes(digests), numbers)

    def find(self, lines: Sequence[bytes]) -> "FoundLines":
        """Return which documents have these lines."""
        import numpy as np
        import xxhash

        digests = b"".join(map(xxhash.xxh3_128_digest, lines))
        halves = np.frombuffer(digests, np.uint64).reshape(-1, 2)
        # Of two documents whose hashes agree in one half, which is rare, only the first is known: the other is read.
        rows = np.minimum(np.searchsorted(self._first, halves[:, 0]), len(self._first) - 1)
        is_known = (self._first[rows] == halves[:, 0]) & (self._second[rows] == halves[:, 1])
        return FoundLines(lines, digests, np.where(is_known, self._numbers[rows], -1))

    def unseen(self, flags: bytearray) -> list[int]:
        """Return the numbers of the documents without a flag, in order."""
        import numpy as np

        numbers: list[int] = np.sort(self._numbers[np.frombuffer(flags, np.uint8)[self._numbers] == 0]).tolist()
        return numbers


class FoundLines:
    """Lines that are next in a stream, and which of them an index has."""

    def __init__(self, lines: Sequence[bytes], digests: bytes, numbers: Any) -> None:
        """`digests` are the hashes of the lines, and `numbers` those of their documents: -1 where there is none."""
        import numpy as np

        self._numbers = numbers
        self._unknown = [*np.flatnonzero(numbers < 0).tolist(), len(lines)]
        # Of all lines before each: their bytes, and the sums of the four quarters of their hashes.
        self._sums = np.zeros((len(lines) + 1, 5), np.uint64)
        self._sums[1:, 0] = [len(line) + 1 for line in lines]
        self._sums[1:, 1:] = np.frombuffer(digests, ">u4").reshape(-1, 4)
        np.cumsum(self._sums, axis=0, out=self._sums)

    def end_of_run(self, start: int, flags: bytearray) -> int:
        """Return where the known lines from `start` on end, each the first of its document, and flag the documents.

        It is `start` where no known line stands, or one whose document has a flag.
        """
        from bisect import bisect_left

        import numpy as np

        end = self._unknown[bisect_left(self._unknown, start)]
        if end == start:
            return end
        numbers = self._numbers[start:end]
        flag_array = np.frombuffer(flags, np.uint8)
        is_seen = flag_array[numbers] > 0
        if is_seen.any():
            end = start + int(is_seen.argmax())
        elif len({*numbers.tolist()}) < len(numbers):
            end = start + 1  # a line comes twice: one by one, the first of them is taken
        flag_array[numbers[: end - start]] = 1
        return end

    def count(self, start: int, end: int) -> StreamCount:
        """Return the documents, bytes and digest of these lines."""
        size, first, second, third, fourth = (self._sums[end] - self._sums[start]).tolist()
        digest = (first << 96) + (second << 64) + (third << 32) + fourth
        return StreamCount(end - start, size, digest % (1 << 128))
