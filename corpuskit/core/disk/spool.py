"""Temporary files that hold what a corpus stage cannot keep in memory; nameless, to vanish with the process."""

import contextlib
import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import publishing
from corpuskit.core.errors import NO_DESCRIPTORS, TOO_MANY_FILES, PublishError, what_to_do

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

WRITE_AT_ONCE = 1 << 20


class ByteSpool:
    """Bytes, appended one after the other and read back by offset and size; takes no memory for each."""

    def __init__(self) -> None:
        """Opens a file in TMPDIR. Raises PublishError if that cannot be done."""
        self._file = open_temporary()
        self._waiting: list[bytes] = []
        self._written = 0
        self.size = 0
        """How many bytes there are: the offset of what is appended next."""

    def append(self, data: bytes) -> None:
        """Append bytes. Raises PublishError if the disk is full."""
        self._waiting.append(data)
        self.size += len(data)
        if self.size - self._written >= WRITE_AT_ONCE:
            self._flush()

    def read(self, offset: int, size: int) -> bytes:
        """Return the bytes from this offset on."""
        end = offset + size
        if end > self._written:
            self._flush()
        parts = []
        while offset < end and (part := os.pread(self._file.fileno(), end - offset, offset)):
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def _flush(self) -> None:
        _write(self._file, b"".join(self._waiting))
        self._waiting.clear()
        self._written = self.size


class Spool:
    """Byte strings, appended one after the other and read back by number; each takes 8 bytes of memory."""

    def __init__(self) -> None:
        """Opens a file in TMPDIR. Raises PublishError if that cannot be done."""
        self._bytes = ByteSpool()
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        """Return how many byte strings there are."""
        return len(self._ends) - 1

    def append(self, data: bytes) -> None:
        """Append one byte string. Raises PublishError if the disk is full."""
        self._bytes.append(data)
        self._ends.append(self._bytes.size)

    def __getitem__(self, number: int) -> bytes:
        """Return the byte string with this number, counted from 0."""
        offset = self._ends[number]
        return self._bytes.read(offset, self._ends[number + 1] - offset)

    def __iter__(self) -> Iterator[bytes]:
        """Yield all byte strings, in their order."""
        return (self[number] for number in range(len(self)))

    def close(self) -> None:
        """Remove the file."""
        self._bytes.close()


class RowSpool:
    """Rows of `width` numbers of one type, appended in blocks and read back as an array."""

    def __init__(self, kind: "DTypeLike", width: int) -> None:
        """Opens a file in TMPDIR. Raises PublishError if that cannot be done."""
        import numpy

        self._file = open_temporary()
        self.kind, self._width, self._size = kind, width, 0
        self._row_bytes = width * numpy.dtype(kind).itemsize

    def append(self, rows: "NDArray[Any]") -> None:
        """Add rows. Raises PublishError if the disk is full."""
        data = rows.astype(self.kind, copy=False).tobytes()
        _write(self._file, data)
        self._size += len(data)

    def overwrite(self, start: int, rows: "NDArray[Any]") -> None:
        """Put rows in place of those from `start` on. Raises PublishError."""
        self._file.seek(start * self._row_bytes)
        _write(self._file, rows.astype(self.kind, copy=False).tobytes())
        self._file.seek(self._size)

    def load(self) -> "NDArray[Any]":
        """Return all rows, in memory."""
        import numpy

        self._file.seek(0)
        return numpy.fromfile(self._file, self.kind).reshape(-1, self._width)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._size // self._row_bytes

    def chunks(self, rows: int, start: int = 0, end: int | None = None) -> Iterator["NDArray[Any]"]:
        """Yield all rows in order, or those from `start` to before `end`, at most `rows` at a time."""
        import numpy

        stop = self._size if end is None else end * self._row_bytes
        for at in range(start * self._row_bytes, stop, rows * self._row_bytes):
            data = os.pread(self._file.fileno(), min(rows * self._row_bytes, stop - at), at)
            yield numpy.frombuffer(data, self.kind).reshape(-1, self._width)

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
def temporary(file: IO[bytes] | Path | None = None) -> Iterator[None]:
    """Turn a failed write of a temporary file into a PublishError that says what to do.

    A file with a name is not in TMPDIR: it is a task's, in the folder that is written.
    """
    name = str(file) if isinstance(file, Path) else getattr(file, "name", None)
    if isinstance(name, str):
        with publishing(Path(name)):
            yield
        return
    try:
        yield
    except OSError as error:
        raise _no_room(error) from error


def _write(file: IO[bytes], data: bytes) -> None:
    with temporary(file):
        filesystem.write_all(file, data)


def _no_room(error: OSError) -> PublishError:
    if error.errno in NO_DESCRIPTORS:
        return PublishError(TOO_MANY_FILES)
    why = os.strerror(error.errno) if error.errno else "unknown error"
    return PublishError(
        f"cannot write temporary files: {why}; nothing was published. "
        f"{what_to_do(error)}, or set TMPDIR to a folder that has room for the input"
    )
