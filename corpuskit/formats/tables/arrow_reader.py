"""Arrow files and streams, as `datasets` saves to disk: their rows as plain values, one record batch at a time."""

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa

from corpuskit.core.document import Reject
from corpuskit.core.wording import excerpt
from corpuskit.formats.tables.parquet_reader import FAULTS, rows_with_remarks
from corpuskit.formats.tables.record_table import repeated_column

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

FILE_MAGIC = b"ARROW1"
"""Begins a file, whose footer lists its batches; a stream has none (arrow.apache.org/docs/format/Columnar.html)."""


class ArrowInput:
    """An open Arrow file or stream."""

    def __init__(self, input_: "Input", stream: BinaryIO, batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> None:
        """`batches` are those of the stream, in order."""
        self.schema, self.column_names = schema, list(schema.names)
        self._input, self._stream, self._batches = input_, stream, batches

    def __enter__(self) -> "ArrowInput":
        """Return the open input."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the input."""
        self._stream.close()

    def rows(self, columns: Sequence[str] | None) -> Iterator[dict[str, Any] | Reject]:
        """Yield all rows in order without their null cells; report where the batches cannot be read on."""
        while True:
            try:
                batch = next(self._batches)
                rows = rows_with_remarks(batch.select(columns) if columns is not None else batch, self._input)
            except StopIteration:
                return
            except FAULTS:
                self._input.damaged("arrow: a record batch cannot be read, and what follows it", self._input.reach, 0)
                return
            yield from rows


def open_arrow(input_: "Input") -> ArrowInput | None:
    """Open an Arrow file or stream; report the damage and return None if it does not begin as one."""
    stream = input_.open()
    head = stream.read(len(FILE_MAGIC))
    try:
        if stream.seekable():
            stream.seek(0)
            source: Any = stream
        else:
            source = io.BytesIO(head + stream.read())
        if head == FILE_MAGIC:
            file = pa.ipc.open_file(source)
            batches = (file.get_batch(number) for number in range(file.num_record_batches))
            table = ArrowInput(input_, stream, batches, file.schema)
        else:
            reader = pa.ipc.open_stream(source)
            table = ArrowInput(input_, stream, iter(reader), reader.schema)
    except FAULTS:
        stream.close()
        input_.damaged("arrow: this is no Arrow file or stream", 0, 0)
        return None
    if name := repeated_column(table.schema):
        stream.close()
        input_.damaged(f"arrow: several columns are called {excerpt(name)!r}; give each its own name", 0, 0)
        return None
    return table
