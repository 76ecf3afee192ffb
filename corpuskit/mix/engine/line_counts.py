"""Counts of many lines at once, from numbers that were noted of each when it was read."""

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.counts import StreamCount, line_digest
from corpuskit.core.disk.regular_file import read_regular
from corpuskit.mix.engine.task_files import TaskFile, damaged_error
from corpuskit.mix.engine.task_results import TaskFileEntry

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGEST_BYTES = 16


def digest_bytes(digest: int) -> bytes:
    """Return a line's digest as it is noted."""
    return digest.to_bytes(DIGEST_BYTES, "little")


def noted_count(lengths: "NDArray[Any]", digests: "NDArray[Any]") -> StreamCount:
    """Return the count of lines with these lengths, without line feeds, and digests, of `DIGEST_BYTES` each.

    >>> import numpy
    >>> digests = numpy.frombuffer(digest_bytes(7) + digest_bytes((1 << 128) - 3), "|u1").reshape(2, -1)
    >>> noted_count(numpy.array([10, 20]), digests)
    StreamCount(documents=2, bytes=32, digest=4)
    """
    import numpy

    quarters = numpy.ascontiguousarray(digests).view("<u4").reshape(-1, 4).sum(axis=0, dtype="<u8").tolist()
    total = sum(quarter << (32 * number) for number, quarter in enumerate(quarters))
    return StreamCount(len(lengths), int(lengths.sum()) + len(lengths), total % (1 << 128))


class NotedLines:
    """Length and digest of each line of a shard, noted by the task that reads it first, for later ones."""

    def __init__(self) -> None:
        """Begin without lines."""
        self._lengths, self._digests = array("Q"), bytearray()

    def noting(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Yield lines, and note each."""
        for line in lines:
            self._lengths.append(len(line))
            self._digests += digest_bytes(line_digest(line))
            yield line

    def write(self, path: Path) -> TaskFileEntry:
        """Write what was noted, to be read by `read_noted_lines`."""
        import numpy

        with TaskFile(path) as file:
            file.write(numpy.array(self._lengths, "<u8").tobytes())
            file.write(bytes(self._digests))
        return file.entry()


def read_noted_lines(path: Path, lines: int) -> "tuple[NDArray[Any], NDArray[Any]]":
    """Return the lengths and the digests of so many lines, without line feeds. Raises DamagedError."""
    import numpy

    content = read_regular(path)
    if len(content) != lines * (8 + DIGEST_BYTES):
        raise damaged_error(path)
    lengths = numpy.frombuffer(content[: 8 * lines], "<u8").astype("<i8")
    return lengths, numpy.frombuffer(content[8 * lines :], "|u1").reshape(-1, DIGEST_BYTES)
