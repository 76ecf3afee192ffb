"""Row groups of a Parquet file as batches whose size is known before they are made.

Rows that name a text of a dictionary take no bytes of the file, and all of the text's in memory: a thousand rows of
one text of 1 MiB are a file of 55 kB and a batch of 1 GiB. So a group of few rows is read with its dictionaries kept,
for its rows to share the texts; of any other the first row is, which brings the dictionaries along, and the longest
texts in these say how many rows may be read at once.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow.parquet import ParquetFile

from corpuskit.core.document import MAX_LINE

AS_READ = {"pre_buffer": False, "buffer_size": 1 << 20, "page_checksum_verification": True}
"""Options of `ParquetFile` for files that may be large, or damaged."""

MOST_ROWS = 1000
BYTES = 8 * 1024 * 1024
"""What a batch is meant to take, by what the footer says of the group."""
MOST_BYTES = MAX_LINE
"""What the texts of dictionaries may add to that."""
FEW_BATCHES = 2
"""A dictionary that is kept grows with the texts of other columns, and is copied for each batch."""
OFFSETS = {pa.string(): "i4", pa.binary(): "i4", pa.large_string(): "i8", pa.large_binary(): "i8"}
"""Types of texts, and the numbers that say where in a buffer each begins."""

Oversized = int
"""In place of a batch: the bytes that its one row would take, more than `MOST_BYTES`."""


class Groups:
    """The row groups of an open Parquet file.

    A list of texts is bounded by its row group only: how long it is shows when it is read.
    """

    def __init__(self, shard: ParquetFile, stream: Any) -> None:
        """`stream` is what the file was opened with."""
        self._plain = shard
        texts = [column.path for column in map(shard.schema.column, range(len(shard.schema))) if _is_text(column)]
        self._file = ParquetFile(stream, metadata=shard.metadata, read_dictionary=texts, **AS_READ)

    def batches(self, number: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch | Oversized]:
        """The batches of a row group in order, of some columns or all. Raises what pyarrow does over a damaged file."""
        group = self._plain.metadata.row_group(number)
        rows = rows_a_read(group)
        if group.num_rows <= FEW_BATCHES * rows:
            for batch in _read(self._file, rows, number, columns):
                yield from _slices(batch)
        else:
            first = next(_read(self._file, 1, number, columns))
            longest = max(1, sum(map(_longest_value, first.columns)))
            yield from _read(self._plain, max(1, min(rows, MOST_BYTES // longest)), number, columns)


def rows_a_read(group: Any) -> int:
    """How many rows of a row group make a batch of some 8 MiB, by its footer."""
    fitting = BYTES * int(group.num_rows) // max(1, int(group.total_byte_size))
    return max(1, min(MOST_ROWS, fitting))


def _read(shard: ParquetFile, rows: int, number: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    return shard.iter_batches(rows, row_groups=[number], columns=columns, use_threads=False)  # type: ignore[no-any-return]


def _is_text(column: Any) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY")


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch | Oversized]:
    """The batch, in halves of halves where its rows would take too much."""
    size = sum(map(_bytes_within, batch.columns))
    if size <= MOST_BYTES:
        yield batch
    elif batch.num_rows == 1:
        yield size
    else:
        half = batch.num_rows // 2
        yield from _slices(batch.slice(0, half))
        yield from _slices(batch.slice(half))


def _bytes_within(column: pa.Array) -> int:
    """What the texts of a column take in lists and objects; rows share those that are cells of their own."""
    if pa.types.is_dictionary(column.type):
        return 0
    return sum(int(_lengths(values.dictionary)[_indices(values)].sum()) for values in _dictionaries(column))


def _longest_value(column: pa.Array) -> int:
    return sum(int(_lengths(values.dictionary).max(initial=0)) for values in _dictionaries(column))


def _dictionaries(column: pa.Array) -> Iterator[pa.DictionaryArray]:
    """The arrays of texts in a column, at whatever depth, that name values of a dictionary."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        if kind.value_type in OFFSETS:
            yield column
    elif pa.types.is_nested(kind):
        for inner in _inner(column):
            yield from _dictionaries(inner)


def _inner(column: pa.Array) -> list[pa.Array]:
    """What the lists or objects of a column hold."""
    if pa.types.is_map(column.type):
        # A slice of a column has the keys of the whole.
        first, *_, last = column.offsets.to_pylist()
        return [column.keys.slice(first, last - first), column.items.slice(first, last - first)]
    inner = column.flatten()
    return inner if isinstance(inner, list) else [inner]


def _lengths(texts: pa.Array) -> "np.ndarray[Any, Any]":
    """How many bytes each of these has."""
    kind = np.dtype(OFFSETS[texts.type])
    offsets: np.ndarray[Any, Any] = np.frombuffer(
        texts.buffers()[1], kind, len(texts) + 1, texts.offset * kind.itemsize
    )
    return np.diff(offsets)


def _indices(values: pa.DictionaryArray) -> "np.ndarray[Any, Any]":
    indices: np.ndarray[Any, Any] = values.indices.to_numpy(zero_copy_only=False)
    return indices[~np.isnan(indices)].astype(np.int64) if values.null_count else indices
