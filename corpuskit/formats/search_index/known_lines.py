"""The lines of an index by their hashes, so that one that comes again need not be read as a document.

Hashes are held as two numbers of 64 bits, sorted by the first, with the numbers of the documents: 24 bytes a document.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["KnownLines"]

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

    def find(self, lines: Sequence[bytes]) -> tuple[list[bytes], list[int]]:
        """Return the hash of each line, and the number of the document that has the line; -1 where none has."""
        import numpy as np
        import xxhash

        digests = [xxhash.xxh3_128_digest(line) for line in lines]
        halves = np.frombuffer(b"".join(digests), np.uint64).reshape(-1, 2)
        # Of two documents whose hashes agree in one half, which is rare, only the first is known: the other is read.
        rows = np.minimum(np.searchsorted(self._first, halves[:, 0]), len(self._first) - 1)
        is_known = (self._first[rows] == halves[:, 0]) & (self._second[rows] == halves[:, 1])
        return digests, np.where(is_known, self._numbers[rows], -1).tolist()
