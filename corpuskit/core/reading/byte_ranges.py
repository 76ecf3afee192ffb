"""Ranges of a file: stored bytes that are read separately, and whether together they cover the file.

A range holds the records whose members start in it, each to its end. Where its records really start and stop is found
by reading. The ranges of a file are its content only if each stops where the next one starts, nothing is damaged, and
nothing that must be unique is found twice; otherwise the file has to be read whole.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.core.disk import filesystem

CHUNK = 1 << 20


@dataclass
class ByteRange:
    """A range of stored bytes, by its first byte and the one after its last, and what reading it finds."""

    begin: int
    end: int
    head: int = 0
    """Bytes at the front of the file that its reading depends on as well."""
    start: int | None = None
    """Where its first member starts; None if no record starts in the range."""
    stop: int | None = None
    """Where the first member of a later range starts, or the length of the file; None if that was not found."""
    keys: set[int] = field(default_factory=set)
    """64-bit hashes of what must be unique in the file."""

    @property
    def size(self) -> int:
        """How many stored bytes were read as its records."""
        return 0 if self.start is None or self.stop is None else self.stop - self.start


def byte_ranges(size: int, part_bytes: int) -> list[tuple[int, int]]:
    """Return the ranges of a file of `size` bytes, the same wherever the file is read.

    >>> byte_ranges(250, 100)
    [(0, 100), (100, 200), (200, 250)]
    """
    return [(begin, min(begin + part_bytes, size)) for begin in range(0, size, part_bytes)]


def cover_file(ranges: Sequence[dict[str, Any]], size: int) -> bool:
    """Whether ranges, by `start`, `stop` and `damaged`, cover a file of `size` bytes without gaps and damage."""
    offset = 0
    for range_ in ranges:
        if range_["damaged"]:
            return False
        if range_["start"] is None:
            continue
        if range_["start"] != offset or range_["stop"] is None:
            return False
        offset = range_["stop"]
    return offset == size


def keys_are_unique(files: Sequence[Path]) -> bool:
    """Whether the keys in these files are all different."""
    import numpy

    keys = numpy.concatenate([numpy.fromfile(path, "<u8") for path in files])
    keys.sort()
    return not bool((keys[1:] == keys[:-1]).any())


def write_keys(keys: set[int], path: Path) -> None:
    """Write keys, sorted, 8 bytes each."""
    import numpy

    with filesystem.open_write(path) as stream:
        stream.write(numpy.sort(numpy.fromiter(keys, "<u8", len(keys))).tobytes())


def content_of(path: Path, head: int, begin: int, reach: int) -> tuple[str, bool]:
    """Return the sha256 of a file's first `head` bytes and those from `begin` to `reach`, and whether it ends there."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        digest.update(stream.read(head))
        stream.seek(begin)
        left = reach - begin
        while left > 0 and (chunk := stream.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
        return digest.hexdigest(), not left and not stream.read(1)
