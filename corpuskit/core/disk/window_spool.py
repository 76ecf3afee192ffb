"""Rows on disk by the window that they belong to: added in any order, read back window by window, from one file."""

import itertools
from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from corpuskit.core.disk.spool import ByteSpool

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

HELD_BYTES = 1 << 22
"""What waits in memory for all windows together, before it is written."""
READ_BYTES = 1 << 22


class WindowSpool:
    """Byte strings of whole rows, in the order in which each window got them; takes 16 bytes for each piece written."""

    def __init__(self, windows: int) -> None:
        """Begin without any; a file in TMPDIR is opened when there are too many for memory."""
        self._bytes: ByteSpool | None = None
        self._waiting: list[list[bytes]] = [[] for _ in range(windows)]
        self._waiting_bytes = 0
        self._extents = [array("Q") for _ in range(windows)]
        """Of each window: offset and size of its extents, in turn."""

    def append(self, window: int, data: bytes) -> None:
        """Add rows to a window. Raises PublishError if they cannot be written."""
        self._waiting[window].append(data)
        self._waiting_bytes += len(data)
        if self._waiting_bytes >= HELD_BYTES:
            self._flush()

    def blocks(self, window: int) -> Iterator[bytes]:
        """Yield what a window has got, some MiB at a time, cut between two calls of `append`."""
        parts: list[bytes] = []
        size = 0
        for part in itertools.chain(self._written(window), self._waiting[window]):
            parts.append(part)
            size += len(part)
            if size >= READ_BYTES:
                yield b"".join(parts)
                parts, size = [], 0
        if parts:
            yield b"".join(parts)

    def close(self) -> None:
        """Remove the file, and what waits for it."""
        self._waiting.clear()
        if self._bytes is not None:
            self._bytes.close()

    def _written(self, window: int) -> Iterator[bytes]:
        extents = self._extents[window]
        if self._bytes is not None:
            yield from map(self._bytes.read, extents[::2], extents[1::2])

    def _flush(self) -> None:
        self._bytes = self._bytes or ByteSpool()
        for waiting, extents in zip(self._waiting, self._extents, strict=True):
            if waiting:
                data = b"".join(waiting)
                extents.extend((self._bytes.size, len(data)))
                self._bytes.append(data)
                waiting.clear()
        self._waiting_bytes = 0


class WindowRows:
    """Rows of one numpy type by window, each with a byte string if `append` gives some."""

    def __init__(self, kind: "DTypeLike", windows: int) -> None:
        """Begin without any."""
        import numpy

        self.kind = numpy.dtype(kind)
        self._rows, self._strings = WindowSpool(windows), WindowSpool(windows)
        self.count = 0
        """How many rows there are."""

    def append(self, windows: "NDArray[Any]", rows: "NDArray[Any]", strings: Sequence[bytes] | None = None) -> None:
        """Give each row, and its string, to its window. Raises PublishError if they cannot be written.

        windows          2 0 2 0
        rows             a b c d
        to windows 0, 2  b d, a c
        """
        import numpy

        if not len(rows):
            return
        self.count += len(rows)
        order = numpy.argsort(windows, kind="stable")
        numbers, starts = numpy.unique(windows[order], return_index=True)
        for number, part in zip(numbers.tolist(), numpy.split(order, starts[1:]), strict=True):
            self._rows.append(number, rows[part].tobytes())
            if strings is not None:
                self._strings.append(number, b"".join([strings[at] for at in part.tolist()]))

    def blocks(self, window: int) -> "Iterator[NDArray[Any]]":
        """Yield the rows of a window in the order in which they came, some MiB at a time."""
        import numpy

        for data in self._rows.blocks(window):
            yield numpy.frombuffer(data, self.kind)

    def load(self, window: int) -> "NDArray[Any]":
        """Return all rows of a window."""
        import numpy

        return numpy.concatenate([numpy.empty(0, self.kind), *self.blocks(window)])

    def strings(self, window: int) -> bytes:
        """Return the strings of a window's rows, one after the other."""
        return b"".join(self._strings.blocks(window))

    def close(self) -> None:
        """Remove the files."""
        self._rows.close()
        self._strings.close()
