"""Parquet files of any origin: their rows as plain values, one damaged row group at a time."""

import io
import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
from pyarrow.parquet import ParquetFile

from corpuskit.core.document import MAX_LINE, Reject
from corpuskit.core.errors import UsageError
from corpuskit.core.reading.members import FREE_BYTES, RATIO
from corpuskit.formats.tables.parquet_batches import AS_READ, Groups, Oversized
from corpuskit.formats.tables.record_table import rows as rows_of_batch

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

MAX_FROM_PIPE = 1024 * 1024 * 1024
FAULTS = (pa.ArrowException, OSError, ValueError, OverflowError)
"""What pyarrow raises over a damaged file."""


class Shard:
    """An open Parquet file."""

    def __init__(self, input_: "Input", stream: BinaryIO, size: int) -> None:
        """`size` is that of the stream. Raises one of `FAULTS` if the footer cannot be read."""
        self.input_, self.size = input_, size
        self.file = ParquetFile(stream, **AS_READ)
        self._groups = Groups(self.file, stream)
        self.names = list(self.file.schema_arrow.names)

    def rows(self, columns: Sequence[str] | None) -> Iterator[dict[str, Any] | Reject]:
        """All rows in order without their null cells; a row group that cannot be read is reported and left out."""
        metadata, row_count = self.file.metadata, 0
        for number in range(metadata.num_row_groups):
            if self._expands(number):
                self._report(number, f"expands more than {RATIO}-fold")
                continue
            batches = self._groups.batches(number, columns)
            while True:
                try:
                    batch = next(batches)
                    rows = [_too_long(batch)] if isinstance(batch, Oversized) else list(rows_of_batch(batch))
                except StopIteration:
                    break
                except FAULTS:
                    self._report(number, "cannot be read")
                    break
                row_count += len(rows)
                yield from rows
        if row_count != metadata.num_rows and not self.input_.damage:
            self.input_.damaged(f"parquet: {row_count} rows where the footer counts {metadata.num_rows}", 0, 0)

    def _expands(self, number: int) -> bool:
        """Whether a row group is said to be out of all proportion to the file."""
        return bool(self.file.metadata.row_group(number).total_byte_size > max(FREE_BYTES, RATIO * self.size))

    def _report(self, number: int, what: str) -> None:
        rows_lost = self.file.metadata.row_group(number).num_rows
        message = f"parquet: row group {number} {what}, up to {rows_lost} rows"
        self.input_.damaged(message, *_extent(self.file, number, self.size))


def open_shard(input_: "Input") -> Shard | None:
    """The file, ready to be read; None, with the damage reported, if it is not whole.

    A file that cannot be sought in (a pipe) is held in memory. Raises UsageError beyond 1 GiB of it.
    """
    stream = input_.open()
    if not stream.seekable():
        data = stream.read(MAX_FROM_PIPE + 1)
        if len(data) > MAX_FROM_PIPE:
            raise UsageError(f"{input_.name}: Parquet from a pipe may have 1 GiB; store it and name the file")
        stream = io.BytesIO(data)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    try:
        return Shard(input_, stream, size)
    except FAULTS:
        input_.damaged("parquet: the footer cannot be read", 0, size)
        return None


def _too_long(size: int) -> Reject:
    return Reject("line-too-long", f"{size} bytes, at most {MAX_LINE}")


def plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """The row's cells as JSON knows them, missing numbers left out. Raises Reject("binary-value")."""
    cells = {name: plain(cell) for name, cell in row.items()}
    return {name: cell for name, cell in cells.items() if cell is not None}


def plain(value: Any) -> Any:
    """A cell as JSON knows it: times as ISO 8601, decimals and other types as their text, bytes as UTF-8 text.

    Raises Reject("binary-value") for bytes that are no UTF-8.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return _decoded(value)
    return str(value)


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Reject("binary-value", "bytes that are no text; choose other columns with --columns") from None


def _extent(shard: ParquetFile, number: int, size: int) -> tuple[int, int]:
    """About where a row group starts in a file of this size, and how many bytes it has.

    Reckoned from the groups' sizes before compression: asking pyarrow for a column's place ends the process if the
    footer is damaged there (a C++ exception that nothing catches).
    """
    sizes = [max(0, shard.metadata.row_group(index).total_byte_size) for index in range(shard.num_row_groups)]
    whole = max(1, sum(sizes))
    start = size * sum(sizes[:number]) // whole
    return start, size * sizes[number] // whole
