"""Temporary files that hold what a corpus stage cannot keep in memory; nameless, to vanish with the process."""

import contextlib
import os
from array import array
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from corpuskit.core.disk import filesystem
from corpuskit.core.errors import NO_DESCRIPTORS, TOO_MANY_FILES, PublishError, what_to_do

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

WRITE_AT_ONCE = 1 << 20


class Spool:
    """Byte strings, appended one after the other and read back by number; each takes 8 bytes of memory."""

    def __init__(self) -> None:
        """Opens a file in TMPDIR. Raises PublishError if that cannot be done."""
        self._file = open_temporary()
        self._ends = array("Q", [0])
        self._waiting: list[bytes] = []
        self._written = 0

    def __len__(self) -> int:
        """Return how many byte strings there are."""
        return len(self._ends) - 1

    def append(self, data: bytes) -> None:
        """Append one byte string. Raises PublishError if the disk is full."""
        self._waiting.append(data)
        self._ends.append(self._ends[-1] + len(data))
        if self._ends[-1] - self._written >= WRITE_AT_ONCE:
            self._flush()

    def __getitem__(self, number: int) -> bytes:
        """Return the byte string with this number, counted from 0."""
        at, end = self._ends[number], self._ends[number + 1]
        if end > self._written:
            self._flush()
        parts = []
        while at < end and (part := os.pread(self._file.fileno(), end - at, at)):
            parts.append(part)
            at += len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def _flush(self) -> None:
        _write(self._file, b"".join(self._waiting))
        self._waiting.clear()
        self._written = self._ends[-1]


class RowSpool:
    """Rows of `width` numbers of one type, appended in blocks and read back as an array."""

    def __init__(self, kind: "DTypeLike", width: int) -> None:
        """Opens a file in TMPDIR. Raises PublishError if that cannot be done."""
        import numpy

        self._file = open_temporary()
        self._kind, self._width, self._size = kind, width, 0
        self._row_bytes = width * numpy.dtype(kind).itemsize

    def append(self, rows: "NDArray[Any]") -> None:
        """Add rows. Raises PublishError if the disk is full."""
        data = rows.astype(self._kind, copy=False).tobytes()
        _write(self._file, data)
        self._size += len(data)

    def load(self) -> "NDArray[Any]":
        """Return all rows, in memory."""
        import numpy

        self._file.seek(0)
        return numpy.fromfile(self._file, self._kind).reshape(-1, self._width)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._size // self._row_bytes

    def chunks(self, rows: int) -> Iterator["NDArray[Any]"]:
        """Yield all rows in order, at most `rows` at a time."""
        import numpy

        for at in range(0, self._size, rows * self._row_bytes):
            data = os.pread(self._file.fileno(), min(rows * self._row_bytes, self._size - at), at)
            yield numpy.frombuffer(data, self._kind).reshape(-1, self._width)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


def open_temporary() -> IO[bytes]:
    """Open a nameless file in TMPDIR. Raises PublishError."""
    try:
        return filesystem.open_nameless()
    except OSError as error:
        raise _no_room(error) from error


@contextlib.contextmanager
def temporary() -> Iterator[None]:
    """Turn a failed write of a temporary file into a PublishError that says what to do."""
    try:
        yield
    except OSError as error:
        raise _no_room(error) from error


def _write(file: IO[bytes], data: bytes) -> None:
    with temporary():
        filesystem.write_all(file, data)


def _no_room(error: OSError) -> PublishError:
    if error.errno in NO_DESCRIPTORS:
        return PublishError(TOO_MANY_FILES)
    why = os.strerror(error.errno) if error.errno else "unknown error"
    return PublishError(
        f"cannot write temporary files: {why}; nothing was published. "
        f"{what_to_do(error)}, or set TMPDIR to a folder that has room for the input"
    )
