"""What the selection made of a shard, kept for the next run, in which most of its documents are what they were.

Only where each document is taken once. The memo has two files: the records of the documents, divided into buckets as
`Select` leaves them, and a table. This begins with the digest of the records and the `BucketEntry` of each bucket; then
there is a row for each row of the shard's files; last are the traits to which rows refer by number, as JSON. The next
run links the records, and writes beside them what has changed (`bucket_index` reads both together).

The memo stays as it is until more than a part of `MOST_CHANGED` of its rows are others.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.counts import StreamCount
from corpuskit.core.publish.source_totals import Totals, Traits
from corpuskit.mix.engine.bucket_index import BucketEntry, Edit
from corpuskit.mix.engine.line_counts import DIGEST_BYTES, digest_bytes, noted_count
from corpuskit.mix.engine.patches import read_patch
from corpuskit.mix.engine.row_memo import RowMemo
from corpuskit.mix.engine.shards import WorkFile
from corpuskit.mix.engine.task_files import TaskFile, damaged_error, file_entry

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

UNKNOWN = -1
KEY_BYTES = 16
DAY_BYTES = len("2026-11-29")
SHA256_BYTES = 32
MOST_CHANGED = 8
RECORDS = "-records"
"""Ending of the file of records, after the name of the memo."""


class ChangedRow(NamedTuple):
    """A row that is not what it was when the memo was written."""

    row: int
    lines: Sequence[bytes]
    """What stands in its place."""


class RowFacts(NamedTuple):
    """What is noted of a document."""

    tokens: int
    id_hash: int
    key: bytes
    """What orders it."""
    length: int
    """Of its line."""
    digest: int
    """Of its line."""
    traits: Traits
    characters: int
    """Of its text."""
    day: str
    """The day that it states; empty without one."""


def row_digest(line: bytes, *, is_own: bool) -> bytes:
    """Return what tells whether the line in the place of a row is the noted one: zeros if it is the row's own line."""
    return bytes(SHA256_BYTES) if is_own else hashlib.sha256(line).digest()


def bucket_of(key: bytes, buckets: int) -> int:
    """Return the bucket of a document with this order key."""
    return int.from_bytes(key[:4], "big") * buckets >> 32


@dataclass
class NewSelectionMemo:
    """The table of a memo that is being written."""

    memo: RowMemo
    rows: int
    table: "NDArray[Any]" = field(init=False)
    _numbers: dict[Traits, int] = field(default_factory=dict)
    """Of all traits, in the order in which they were met."""

    def __post_init__(self) -> None:
        """Begin a table of unknown rows."""
        import numpy

        self.table = numpy.zeros(self.rows, _row_type())
        self.table["tokens"] = UNKNOWN

    def note(self, row: int, facts: RowFacts, of: bytes) -> None:
        """Note a row; `of` is its `row_digest`."""
        self.table[row] = (
            facts.tokens,
            facts.id_hash,
            _octets(facts.key.ljust(KEY_BYTES, b"\0")),
            facts.length,
            _octets(digest_bytes(facts.digest)),
            self._numbers.setdefault(facts.traits, len(self._numbers)),
            facts.characters,
            facts.day.encode(),
            _octets(of),
        )

    def write(self, tasks: Path, part: Path, entries: Sequence[BucketEntry], records: Path) -> None:
        """Write the memo by way of a file at `part`; `records` are moved into it."""
        import numpy

        with TaskFile(part) as file:
            file.write(file_entry(records)["xxh3"].encode())
            file.write(numpy.array(entries, "<i8").tobytes())
            file.write(self.table.tobytes())
            file.write(json.dumps([traits.as_text() for traits in self._numbers]).encode())
        self.memo.adopt(tasks, {RECORDS: records, "": part})


@dataclass
class SelectionMemo:
    """What an earlier run has left about a shard."""

    records: Path
    records_xxh3: str
    """Tells whether the records are those of the table: another task of the run may have replaced both."""
    entries: list[BucketEntry]
    """Where the records of each bucket are."""
    table: "NDArray[Any]"
    traits: list[str]
    """Those that rows have, by number, as text."""

    @classmethod
    def of_shard(cls, memo: RowMemo, tasks: Path, rows: int, buckets: int) -> "SelectionMemo | None":
        """Return the memo; None if there is none that is whole, in the folder of all tasks' files."""
        import numpy

        path = memo.path_in(tasks)
        if path is None:
            return None
        head, row_type = _head_type(buckets), _row_type()
        content = path.read_bytes()
        end = head.itemsize + rows * row_type.itemsize
        if len(content) <= end:
            return None
        (first,) = numpy.frombuffer(content[: head.itemsize], head)
        return cls(
            records=path.with_name(path.name + RECORDS),
            records_xxh3=first["xxh3"].decode(),
            entries=[BucketEntry(*entry) for entry in first["entries"].tolist()],
            table=numpy.frombuffer(content[head.itemsize : end], row_type),
            traits=json.loads(content[end:]),
        )

    def changes(self, files: Sequence[WorkFile]) -> "SelectionChanges | None":
        """Return what the shard's rows are now; None if too many are not what they were. Raises DamagedError."""
        import numpy

        is_same = self._is_known & ~self.table["of"].any(axis=1)
        is_own = numpy.ones(len(is_same), bool)  # where no patch says anything
        lines: dict[int, Sequence[bytes]] = {}
        for first, file in _with_first_rows(files):
            for row, instead in read_patch(file.patch) if file.patch is not None else ():
                if row >= _rows_of(file):
                    raise damaged_error(file.patch or file.path)
                at = first + row
                is_own[at], is_same[at] = False, self._is_same(at, instead)
                if not is_same[at]:
                    lines[at] = instead
        is_wanted = is_own & ~is_same
        changed = (self._is_known & ~is_same).sum() + is_wanted.sum() + sum(map(len, lines.values()))
        if changed * MOST_CHANGED > len(is_same):
            return None
        lines.update(_own_lines(files, is_wanted))
        return SelectionChanges(self, is_same, [ChangedRow(row, lines[row]) for row in sorted(lines)])

    @cached_property
    def _is_known(self) -> "NDArray[numpy.bool_]":
        is_known: NDArray[numpy.bool_] = self.table["tokens"] != UNKNOWN
        return is_known

    def _is_same(self, row: int, instead: Sequence[bytes]) -> bool:
        if len(instead) != 1 or not self._is_known[row]:
            return False
        return bool(self.table["of"][row].tobytes() == row_digest(instead[0], is_own=False))

    def positions(self) -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
        """Return the rows that have a record, sorted by bucket; the bucket of each; its position there."""
        import numpy

        (rows,) = self._is_known.nonzero()
        leading = numpy.ascontiguousarray(self.table["key"][rows, :4]).view(">u4").reshape(-1).astype("<u8")
        buckets = leading * numpy.uint64(len(self.entries)) >> numpy.uint64(32)
        order = numpy.argsort(buckets, kind="stable")
        buckets = buckets[order].astype("<i8")
        starts = numpy.searchsorted(buckets, numpy.arange(len(self.entries)))
        return rows[order], buckets, numpy.arange(len(rows)) - starts[buckets]


@dataclass
class SelectionChanges:
    """What has become of the rows of a memo."""

    memo: SelectionMemo
    is_same: "NDArray[numpy.bool_]"
    rows: list[ChangedRow]
    """Those that are not what they were, in order."""

    def same_count(self) -> StreamCount:
        """Return the count of the lines that are what they were."""
        table = self.memo.table[self.is_same]
        return noted_count(table["length"], table["digest"])

    def count_same(self, totals: Totals) -> None:
        """Add the documents that are what they were to what is counted by source."""
        import numpy

        table = self.memo.table[self.is_same]
        table = table[numpy.argsort(table["traits"], kind="stable")]
        numbers, starts = numpy.unique(table["traits"], return_index=True)
        for number, alike in zip(numbers.tolist(), numpy.split(table, starts[1:]), strict=False):
            days = [day.decode() for day in alike["day"].tolist() if day]
            traits = Traits.of_text(self.memo.traits[number])
            totals.add_alike(traits, alike["tokens"].tolist(), alike["characters"].tolist(), days)

    def same_hashes(self, start: int, end: int | None) -> bytes:
        """Return the hashes of ids from one row to another that are what they were, 8 bytes each."""
        hashes = self.memo.table["id_hash"][start:end][self.is_same[start:end]]
        return bytes(hashes.tobytes())

    def edits(self, edits_to_add: Sequence[list[Edit]]) -> list[list[Edit]]:
        """Return the edits of each bucket that add records first, and take out what no longer stands.

        For shuffled order, which sorts the records of a bucket.
        """
        edits = [[*of_bucket] for of_bucket in edits_to_add]
        rows, buckets, positions = self.memo.positions()
        is_gone = ~self.is_same[rows]
        for bucket, position in zip(buckets[is_gone].tolist(), positions[is_gone].tolist(), strict=True):
            edits[bucket].append(Edit(position, 1, 0))
        return edits

    def edits_in_order(self) -> list[Edit]:
        """Return the edits of the only bucket that put what stands in the place of each row there."""
        had_record = self.memo.table["tokens"] != UNKNOWN
        before = (had_record.cumsum() - had_record).tolist()
        edits = (Edit(before[row], int(had_record[row]), len(lines)) for row, lines in self.rows)
        return [edit for edit in edits if edit.removed or edit.added]


def rows_in(files: Sequence[WorkFile]) -> int:
    """Return how many rows files have, without their patches."""
    return sum(map(_rows_of, files))


def _rows_of(file: WorkFile) -> int:
    return file.documents if file.rows is None else file.rows


def _with_first_rows(files: Sequence[WorkFile]) -> Iterator[tuple[int, WorkFile]]:
    """Yield files, each with the number of its first row among all."""
    first = 0
    for file in files:
        yield first, file
        first += _rows_of(file)


def _own_lines(files: Sequence[WorkFile], is_wanted: "NDArray[numpy.bool_]") -> Iterator[tuple[int, Sequence[bytes]]]:
    """Yield the wanted rows' own lines; only files that have some are read."""
    for first, file in _with_first_rows(files):
        is_wanted_here = is_wanted[first : first + _rows_of(file)]
        if is_wanted_here.any():
            numbers = set((is_wanted_here.nonzero()[0] + first).tolist())
            lines = enumerate(file.input().own_lines(), start=first)
            yield from ((row, (line,)) for row, line in lines if row in numbers)


def _octets(value: bytes) -> "NDArray[Any]":
    import numpy

    return numpy.frombuffer(value, "|u1")


def _head_type(buckets: int) -> "numpy.dtype[Any]":
    import numpy

    return numpy.dtype([("xxh3", "S32"), ("entries", "<i8", (buckets, 3))])


def _row_type() -> "numpy.dtype[Any]":
    import numpy

    return numpy.dtype(
        [
            ("tokens", "<i8"),
            ("id_hash", "<u8"),
            ("key", "|u1", KEY_BYTES),
            ("length", "<u8"),
            ("digest", "|u1", DIGEST_BYTES),
            ("traits", "<u4"),
            ("characters", "<u8"),
            ("day", f"S{DAY_BYTES}"),
            ("of", "|u1", SHA256_BYTES),
        ]
    )
