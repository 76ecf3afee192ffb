"""Temporary files that hold what a corpus stage cannot keep in memory; nameless, so that they end with the process."""

import os
import tempfile
from array import array
from typing import IO, TYPE_CHECKING, Any

from corpuskit.core.document import Document
from corpuskit.core.errors import PublishError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import DTypeLike, NDArray

WRITE_AT_ONCE = 1 << 20


class Spool:
    """Byte strings, appended one after the other and read back by number; 8 bytes of memory each."""

    def __init__(self) -> None:
        """Opens a file in TMPDIR. Raises PublishError if that cannot be done."""
        self._file = _open()
        self._ends = array("Q", [0])
        self._waiting: list[bytes] = []
        self._written = 0

    def __len__(self) -> int:
        """How many byte strings there are."""
        return len(self._ends) - 1

    def append(self, data: bytes) -> None:
        """Add one. Raises PublishError if the disk is full."""
        self._waiting.append(data)
        self._ends.append(self._ends[-1] + len(data))
        if self._ends[-1] - self._written >= WRITE_AT_ONCE:
            self._flush()

    def __getitem__(self, number: int) -> bytes:
        """The one with this number, counted from 0."""
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


class Table:
    """Rows of `width` numbers of one type, appended in blocks and read back as an array."""

    def __init__(self, kind: "DTypeLike", width: int) -> None:
        """Opens a file in TMPDIR. Raises PublishError if that cannot be done."""
        self._file = _open()
        self._kind, self._width = kind, width

    def append(self, rows: "NDArray[Any]") -> None:
        """Add rows. Raises PublishError if the disk is full."""
        _write(self._file, rows.astype(self._kind, copy=False).tobytes())

    def load(self) -> "NDArray[Any]":
        """All rows, in memory."""
        import numpy

        self._file.seek(0)
        return numpy.fromfile(self._file, self._kind).reshape(-1, self._width)

    def rows(self, numbers: "NDArray[np.int64]") -> "NDArray[Any]":
        """The rows with these numbers, each read from the file."""
        import numpy

        size, file = self._width * numpy.dtype(self._kind).itemsize, self._file.fileno()
        wanted, where = numpy.unique(numbers, return_inverse=True)
        data = b"".join([os.pread(file, size, at) for at in (wanted * size).tolist()])
        return numpy.frombuffer(data, self._kind).reshape(-1, self._width)[where]

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


def reread(line: bytes) -> Document:
    """The document on a canonical line that `encode` gave: nothing is checked again."""
    import orjson

    record = orjson.loads(line)
    identifier, text, metadata = record.pop("id"), record.pop("text"), record.pop("metadata", {})
    return Document(identifier, text, metadata, record, line)


def id_of(line: bytes) -> str:
    """The id on a canonical line. Quotes within it are escaped, so the first bare ones end it."""
    import orjson

    identifier: str = orjson.loads(line[len(b'{"id":') : line.index(b'","text":') + 1])
    return identifier


def _open() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError as error:
        raise _no_room(error) from error


def _write(file: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[os.write(file.fileno(), rest) :]
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> PublishError:
    why = os.strerror(error.errno) if error.errno else "unknown error"
    return PublishError(f"cannot write temporary files: {why}; set TMPDIR to a folder that has room for the input")
