"""Where the selected documents are: for each bucket of the final order, its bytes in the file of each shard.

In shuffled order a bucket is the records of all shards together; in input order they follow one another, shard by
shard. Shards times buckets is too much to hold in memory or to hand to every task, so one file holds all offsets, in
rows of fixed size, one per shard. With 2 buckets:

    row 0  name of shard 0's file, 64 bytes | bucket 0: offset, length, documents | bucket 1: offset, length, documents
    row 1  name of shard 1's file, 64 bytes | bucket 0: offset, length, documents | bucket 1: offset, length, documents
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from corpuskit.core.disk import filesystem
from corpuskit.core.errors import is_out_of_memory
from corpuskit.mix.engine.task_files import damaged_error
from corpuskit.mix.engine.task_results import in_tasks_folder

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

ENTRY = struct.Struct("<qqq")
NAME_BYTES = 64


class BucketEntry(NamedTuple):
    """One bucket of one shard, which is one zstd frame in the shard's file."""

    offset: int
    length: int
    documents: int


class Slice(NamedTuple):
    """The documents of one bucket that go into one shard of the corpus."""

    bucket: int
    first: int
    """The shard whose documents of the bucket are read first."""
    skip: int
    """How many documents to skip from there."""
    take: int
    """How many documents to take after these, from however many shards they lie in."""


@dataclass(frozen=True)
class BucketIndex:
    """The file of all offsets, `KEY.buckets`; its key identifies everything in it."""

    folder: Path
    key: str
    shards: int
    buckets: int

    def records(self, bucket: int, first: int = 0) -> Iterator[bytes]:
        """Yield the records of a bucket, shard by shard, beginning with shard number `first`. Raises DamagedError."""
        import zstandard

        for path, entry in self._entries(bucket, first):
            with open(path, "rb") as stream:
                stream.seek(entry.offset)
                frame = stream.read(entry.length)
            try:
                records = zstandard.ZstdDecompressor().decompress(frame).split(b"\n")[:-1]
            except zstandard.ZstdError as error:
                if is_out_of_memory(error):
                    raise
                raise damaged_error(path) from None
            if len(records) != entry.documents:
                raise damaged_error(path)
            yield from records

    def documents(self, bucket: int) -> Iterator[int]:
        """Yield how many documents of a bucket each shard has."""
        with open(self.path, "rb") as stream:
            for shard in range(self.shards):
                yield self._entry(stream, bucket, shard).documents

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / f"{self.key}.buckets"

    def _entries(self, bucket: int, first: int) -> Iterator[tuple[Path, BucketEntry]]:
        """Yield the bucket's file and entry in each shard that has documents of it."""
        with open(self.path, "rb") as stream:
            for shard in range(first, self.shards):
                entry = self._entry(stream, bucket, shard)
                if entry.documents:
                    stream.seek(self._row(shard))
                    yield in_tasks_folder(self.folder, stream.read(NAME_BYTES).rstrip(b"\0").decode()), entry

    def _entry(self, stream: BinaryIO, bucket: int, shard: int) -> BucketEntry:
        stream.seek(self._row(shard) + NAME_BYTES + ENTRY.size * bucket)
        return BucketEntry(*ENTRY.unpack(stream.read(ENTRY.size)))

    def _row(self, shard: int) -> int:
        """Return the offset of a shard's row."""
        return (NAME_BYTES + self.buckets * ENTRY.size) * shard


def write_bucket_index(
    folder: Path, files: Iterable[tuple[str, Sequence[BucketEntry]]], buckets: int
) -> "tuple[BucketIndex, NDArray[numpy.int64]]":
    """Write the index of files, each with its name and its buckets in order; return it and each bucket's documents."""
    import numpy

    documents = numpy.zeros(buckets, numpy.int64)
    digest = hashlib.sha256()
    unfinished, shards = folder / "buckets.part", 0
    filesystem.remove(unfinished, missing_ok=True)  # a link of that name would be followed
    with filesystem.open_write(unfinished) as stream:
        for name, entries in files:
            row = name.encode().ljust(NAME_BYTES, b"\0") + b"".join(ENTRY.pack(*entry) for entry in entries)
            stream.write(row)
            digest.update(row)
            documents += [entry.documents for entry in entries]
            shards += 1
    index = BucketIndex(folder, digest.hexdigest()[:32], shards, buckets)
    filesystem.replace(unfinished, index.path)
    return index, documents


def cut_into_shards(counts: Iterable[tuple[int, int, int]], shard_documents: int) -> Iterator[tuple[Slice, ...]]:
    """Yield the slices that each shard of the corpus is made of, in order.

    `counts` are bucket, shard and number of documents, in final order. Slices of one bucket that follow one another are
    merged. Buckets 0 and 1 of three and two documents, in shards of four:

        bucket 0      bucket 1
        d0  d1  d2    d3 | d4

    >>> for slices in cut_into_shards([(0, 0, 3), (1, 0, 2)], 4):
    ...     print(*slices, sep="\\n", end="\\n\\n")
    Slice(bucket=0, first=0, skip=0, take=3)
    Slice(bucket=1, first=0, skip=0, take=1)
    <BLANKLINE>
    Slice(bucket=1, first=0, skip=1, take=1)
    <BLANKLINE>
    """
    slices: list[Slice] = []
    capacity = shard_documents
    for bucket, shard, documents in counts:
        remaining = documents
        while remaining:
            take = min(remaining, capacity)
            if slices and slices[-1].bucket == bucket:
                slices[-1] = slices[-1]._replace(take=slices[-1].take + take)
            else:
                slices.append(Slice(bucket, shard, documents - remaining, take))
            remaining, capacity = remaining - take, capacity - take
            if not capacity:
                yield tuple(slices)
                slices, capacity = [], shard_documents
    if slices:
        yield tuple(slices)
