"""Where the chosen documents lie: for each bucket of the final order its frame in the file of each shard.

A bucket in shuffled order is all its frames together; in input order they follow one another. Shards times buckets is
too much to hold, or to hand to every task, so the frames' places lie in one file, an entry of fixed size a shard.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from corpuskit.core.disk import filesystem

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

FRAME = struct.Struct("<qqq")
"""Offset, length and documents."""
NAME_BYTES = 64


@dataclass(frozen=True)
class Frames:
    """The file of frames' places, `KEY.frames`; its key stands for all it says."""

    folder: Path
    key: str
    shards: int
    buckets: int

    def records(self, bucket: int, first: int = 0) -> Iterator[bytes]:
        """The records of a bucket, shard by shard, from one shard on."""
        import zstandard

        for path, offset, length in self._places(bucket, first):
            with open(path, "rb") as stream:
                stream.seek(offset)
                data = zstandard.ZstdDecompressor().decompress(stream.read(length))
            yield from data.split(b"\n")[:-1]

    def documents(self, bucket: int) -> Iterator[int]:
        """How many documents of a bucket each shard has."""
        with open(self.path, "rb") as stream:
            for shard in range(self.shards):
                stream.seek(self._at(bucket, shard))
                yield FRAME.unpack(stream.read(FRAME.size))[2]

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / f"{self.key}.frames"

    def _places(self, bucket: int, first: int) -> Iterator[tuple[Path, int, int]]:
        with open(self.path, "rb") as stream:
            for shard in range(first, self.shards):
                stream.seek(self._at(bucket, shard))
                offset, length, documents = FRAME.unpack(stream.read(FRAME.size))
                if documents:
                    stream.seek(self._at(0, shard) - NAME_BYTES)
                    yield self.folder / stream.read(NAME_BYTES).rstrip(b"\0").decode(), offset, length

    def _at(self, bucket: int, shard: int) -> int:
        return (NAME_BYTES + self.buckets * FRAME.size) * shard + NAME_BYTES + FRAME.size * bucket


@dataclass(frozen=True)
class Slice:
    """Which documents of a bucket a shard of the corpus takes: so many after so many from one shard on."""

    bucket: int
    first: int
    skip: int
    take: int


def write_frames(
    folder: Path, chosen: Iterable[tuple[str, list[tuple[int, int, int]]]], buckets: int
) -> "tuple[Frames, NDArray[numpy.int64]]":
    """Write down the frames of each file, by its name and in order; also how many documents each bucket has."""
    import numpy

    documents = numpy.zeros(buckets, numpy.int64)
    digest = hashlib.sha256()
    unfinished, shards = folder / "frames.part", 0
    with filesystem.open_write(unfinished) as stream:
        for name, frames in chosen:
            entry = name.encode().ljust(NAME_BYTES, b"\0") + b"".join(FRAME.pack(*frame) for frame in frames)
            stream.write(entry)
            digest.update(entry)
            documents += [frame[2] for frame in frames]
            shards += 1
    written = Frames(folder, digest.hexdigest()[:32], shards, buckets)
    filesystem.replace(unfinished, written.path)
    return written, documents


def in_shards(counts: Iterable[tuple[int, int, int]], shard_documents: int) -> Iterator[tuple[Slice, ...]]:
    """The slices of which each shard of the corpus is made, in order, from bucket, shard and documents in order.

    >>> list(in_shards([(0, 0, 3), (1, 0, 2)], 4))
    [(Slice(bucket=0, first=0, skip=0, take=3), Slice(bucket=1, first=0, skip=0, take=1)), \
(Slice(bucket=1, first=0, skip=1, take=1),)]
    """
    part: list[Slice] = []
    room = shard_documents
    for bucket, shard, documents in counts:
        left = documents
        while left:
            take = min(left, room)
            if part and part[-1].bucket == bucket:
                part[-1] = replace(part[-1], take=part[-1].take + take)
            else:
                part.append(Slice(bucket, shard, documents - left, take))
            left, room = left - take, room - take
            if not room:
                yield tuple(part)
                part, room = [], shard_documents
    if part:
        yield tuple(part)
