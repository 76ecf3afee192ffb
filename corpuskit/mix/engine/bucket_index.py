"""Where the selected documents are: for each bucket of the final order, its bytes in the files of each shard.

In shuffled order a bucket is the records of all shards together; in input order they follow one another, shard by
shard. Shards times buckets is too much to hold in memory or to hand to every task, so one file holds all offsets, in
rows of fixed size, one per file. With 2 buckets:

    row 0  name of shard 0's file, 64 bytes | bucket 0: offset, length, documents | bucket 1: offset, length, documents
    row 1  name of shard 1's file, 64 bytes | bucket 0: offset, length, documents | bucket 1: offset, length, documents

A file of *changes* may follow that of a shard. The first line of each of its buckets holds edits of the bucket of the
file before, as `Edit` has them, and the records after this line are those that they add. The number of its documents is
how many more there are then, which may be less than none.
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

CHANGES = ".changes"
"""Ending of the names of files of changes."""
ENTRY = struct.Struct("<qqq")
NAME_BYTES = 64


class BucketEntry(NamedTuple):
    """One bucket in one file, which is one zstd frame there."""

    offset: int
    length: int
    documents: int


class Edit(NamedTuple):
    """A change of the records of a bucket in one file."""

    position: int
    """Of the record before which records are added."""
    removed: int
    """How many records are left out from there on."""
    added: int


class Slice(NamedTuple):
    """The documents of one bucket that go into one shard of the corpus."""

    bucket: int
    first: int
    """The file whose documents of the bucket are read first."""
    skip: int
    """How many documents to skip from there."""
    take: int
    """How many documents to take after these, from however many files they lie in."""


@dataclass(frozen=True)
class BucketIndex:
    """The file of all offsets, `KEY.buckets`; its key identifies everything in it."""

    folder: Path
    key: str
    files: int
    buckets: int

    def records(self, bucket: int, first: int = 0) -> Iterator[bytes]:
        """Yield the records of a bucket, file by file, beginning with file number `first`. Raises DamagedError."""
        records: list[bytes] = []
        of = first
        for file, path, entry in self._entries(bucket, first):
            lines, is_changes = _lines_in(path, entry), path.name.endswith(CHANGES)
            if not is_changes or file != of + 1:  # the file of the changes may have had none of the bucket
                yield from records
                records = []
            records = _edited(records, _edits_in(lines.pop(0)), lines, path) if is_changes else lines
            of = file
        yield from records

    def documents(self, bucket: int) -> Iterator[tuple[int, int]]:
        """Yield for each file of records, by its number, how many documents of a bucket there are, with its changes."""
        with open(self.path, "rb") as stream:
            number, documents = 0, 0
            for file in range(self.files):
                is_changes = self._name(stream, file).endswith(CHANGES)
                if file and not is_changes:
                    yield number, documents
                number, documents = (number, documents) if is_changes else (file, 0)
                documents += self._entry(stream, bucket, file).documents
            if self.files:
                yield number, documents

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / f"{self.key}.buckets"

    def _entries(self, bucket: int, first: int) -> Iterator[tuple[int, Path, BucketEntry]]:
        """Yield the number, the path and the entry of each file that has something in the bucket."""
        with open(self.path, "rb") as stream:
            for file in range(first, self.files):
                entry = self._entry(stream, bucket, file)
                if entry.length:
                    yield file, in_tasks_folder(self.folder, self._name(stream, file)), entry

    def _name(self, stream: BinaryIO, file: int) -> str:
        stream.seek(self._row(file))
        return stream.read(NAME_BYTES).rstrip(b"\0").decode()

    def _entry(self, stream: BinaryIO, bucket: int, file: int) -> BucketEntry:
        stream.seek(self._row(file) + NAME_BYTES + ENTRY.size * bucket)
        return BucketEntry(*ENTRY.unpack(stream.read(ENTRY.size)))

    def _row(self, file: int) -> int:
        """Return the offset of a file's row."""
        return (NAME_BYTES + self.buckets * ENTRY.size) * file


def _lines_in(path: Path, entry: BucketEntry) -> list[bytes]:
    """Return the lines of a bucket in one file. Raises DamagedError."""
    import zstandard

    with open(path, "rb") as stream:
        stream.seek(entry.offset)
        frame = stream.read(entry.length)
    try:
        lines = zstandard.ZstdDecompressor().decompress(frame).split(b"\n")[:-1]
    except zstandard.ZstdError as error:
        if is_out_of_memory(error):
            raise
        raise damaged_error(path) from None
    documents = len(lines)
    if path.name.endswith(CHANGES):
        documents -= 1 + sum(edit.removed for edit in _edits_in(lines[0]))
    if documents != entry.documents:
        raise damaged_error(path)
    return lines


def edits_line(edits: Iterable[Edit]) -> bytes:
    """Return the first line of a bucket of changes, line feed included."""
    return b" ".join(b"%d,%d,%d" % edit for edit in edits) + b"\n"


def _edits_in(line: bytes) -> list[Edit]:
    return [Edit(*map(int, edit.split(b","))) for edit in line.split()]


def _edited(records: list[bytes], edits: Iterable[Edit], added: Sequence[bytes], path: Path) -> list[bytes]:
    """Return records after edits, which a file of changes at `path` has, and which use up what is added."""
    edited: list[bytes] = []
    at = used = 0
    for edit in edits:
        if not at <= edit.position <= len(records) - edit.removed:
            raise damaged_error(path)
        edited += [*records[at : edit.position], *added[used : used + edit.added]]
        at, used = edit.position + edit.removed, used + edit.added
    if used != len(added):
        raise damaged_error(path)
    return edited + records[at:]


def write_bucket_index(
    folder: Path, files: Iterable[tuple[str, Sequence[BucketEntry]]], buckets: int
) -> "tuple[BucketIndex, NDArray[numpy.int64]]":
    """Write the index of files, each with its name and its buckets in order; return it and each bucket's documents."""
    import numpy

    documents = numpy.zeros(buckets, numpy.int64)
    digest = hashlib.sha256()
    unfinished, count = folder / "buckets.part", 0
    filesystem.remove(unfinished, missing_ok=True)  # a link of that name would be followed
    with filesystem.open_write(unfinished) as stream:
        for name, entries in files:
            row = name.encode().ljust(NAME_BYTES, b"\0") + b"".join(ENTRY.pack(*entry) for entry in entries)
            stream.write(row)
            digest.update(row)
            documents += [entry.documents for entry in entries]
            count += 1
    index = BucketIndex(folder, digest.hexdigest()[:32], count, buckets)
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
