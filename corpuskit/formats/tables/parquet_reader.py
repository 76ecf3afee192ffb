"""Parquet files of any origin: their rows as plain values, one damaged row group at a time."""

import io
import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
from pyarrow.parquet import ParquetFile

from corpuskit.core.disk.regular_file import read_at_most
from corpuskit.core.document import MAX_LINE, Reject
from corpuskit.core.errors import UsageError
from corpuskit.core.reading.members import FREE_BYTES, RATIO
from corpuskit.core.wording import excerpt
from corpuskit.formats.tables.parquet_batches import READ_OPTIONS, Oversized, RowGroups
from corpuskit.formats.tables.record_table import not_finite_numbers, repeated_column
from corpuskit.formats.tables.record_table import rows as rows_of_batch

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

MAX_FROM_PIPE = 1024 * 1024 * 1024
PARQUET_MAGIC = b"PAR1"
FAULTS = (pa.ArrowException, OSError, ValueError, OverflowError)
"""What pyarrow raises for a damaged file."""


class ParquetInput:
    """An open Parquet file."""

    def __init__(self, input_: "Input", stream: BinaryIO, size: int) -> None:
        """`size` is the size of the stream in bytes. Raises one of `FAULTS` if the footer cannot be read."""
        self.input_, self.size, self._stream = input_, size, stream
        self.file = ParquetFile(stream, **READ_OPTIONS)
        self._groups = RowGroups(self.file, stream)
        self.schema = self.file.schema_arrow
        self.column_names = list(self.schema.names)

    def __enter__(self) -> "ParquetInput":
        """Return the open file."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the file and its input."""
        self.file.close()
        self._stream.close()

    def rows(self, columns: Sequence[str] | None) -> Iterator[dict[str, Any] | Reject]:
        """Yield all rows in order without their null cells; report row groups that cannot be read, and skip them."""
        metadata, row_count = self.file.metadata, 0
        for number in range(metadata.num_row_groups):
            if self._expands(number):
                self._report(number, f"expands more than {RATIO}-fold")
                continue
            batches = self._groups.batches(number, columns)
            while True:
                try:
                    batch = next(batches)
                    rows = (
                        [_reject_oversized(batch)]
                        if isinstance(batch, Oversized)
                        else rows_with_remarks(batch, self.input_)
                    )
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
        """Whether the footer states a size for a row group that is out of all proportion to the file."""
        return bool(self.file.metadata.row_group(number).total_byte_size > max(FREE_BYTES, RATIO * self.size))

    def _report(self, number: int, what: str) -> None:
        rows_lost = self.file.metadata.row_group(number).num_rows
        message = f"parquet: row group {number} {what}, up to {rows_lost} rows"
        self.input_.damaged(message, *_extent(self.file, number, self.size))


def open_parquet(input_: "Input") -> ParquetInput | None:
    """Open a Parquet file; report the damage and return None if it is not whole.

    Data from a pipe is held in memory. Raises UsageError if it is more than 1 GiB.
    """
    stream = input_.open()
    if not stream.seekable():
        data = io.BytesIO(read_at_most(stream, MAX_FROM_PIPE + 1))
        if data.getbuffer().nbytes > MAX_FROM_PIPE:
            raise UsageError(f"{input_.name}: Parquet from a pipe may have at most 1 GiB; store it and name the file")
        stream = data
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    try:
        table = ParquetInput(input_, stream, size)
    except FAULTS:
        stream.seek(0)
        head = stream.read(len(PARQUET_MAGIC))
        stream.close()
        if size and head != PARQUET_MAGIC:
            content = "JSON" if head.lstrip()[:1] in (b"{", b"[") else "another format"
            input_.damaged(f"parquet: this is {content} under its name; rename the file", 0, size)
        else:
            input_.damaged("parquet: the footer cannot be read", 0, size)
        return None
    if name := repeated_column(table.schema):
        stream.close()
        input_.damaged(f"parquet: several columns are called {excerpt(name)!r}; give each its own name", 0, size)
        return None
    return table


def _reject_oversized(size: int) -> Reject:
    return Reject("line-too-long", f"{size} bytes, at most {MAX_LINE}")


def rows_with_remarks(batch: pa.RecordBatch, input_: "Input") -> list[dict[str, Any]]:
    """Return the rows of a batch without their null cells; remark on numbers that JSON does not have."""
    if number := not_finite_numbers(batch.columns):
        input_.remark("a number that is NaN or infinite, which JSON does not have, is left out", number)
    return list(rows_of_batch(batch))


def plain_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with its cells as JSON values, without numbers that are not finite. Raises Reject as `plain`."""
    cells = {name: plain(cell) for name, cell in row.items()}
    return {name: cell for name, cell in cells.items() if cell is not None}


def plain(value: Any) -> Any:
    """Return a cell as a JSON value: times as ISO 8601, decimals and other types as their text, bytes as UTF-8 text.

    Raises Reject("binary-value") for bytes that are not UTF-8.
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
        return _text_of(value)
    return str(value)


def _text_of(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Reject("binary-value", "bytes that are not UTF-8; `--columns` chooses other columns") from None


def _extent(file: ParquetFile, number: int, size: int) -> tuple[int, int]:
    """Return roughly where a row group starts in a file of `size` bytes, and roughly how many bytes it has.

    Both are estimated from the groups' sizes before compression: asking pyarrow for the offset of a column ends the
    process if the footer is damaged there (a C++ exception that nothing catches).
    """
    sizes = [max(0, file.metadata.row_group(index).total_byte_size) for index in range(file.num_row_groups)]
    whole = max(1, sum(sizes))
    start = size * sum(sizes[:number]) // whole
    return start, size * sizes[number] // whole
