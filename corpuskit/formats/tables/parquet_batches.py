"""Row groups of a Parquet file as batches whose size is known before they are made.

A row that refers to a text in a dictionary takes no bytes of the file, but all bytes of the text in memory: a thousand
rows of one text of 1 MiB are a file of 55 kB and a batch of 1 GiB. So a group of few rows is read with its dictionaries
kept, and its rows share the texts. Of a larger group, only the first row is read in this way. The whole dictionaries
come with it, and the longest texts in them say how many rows may be read at once.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow.parquet import ParquetFile

from corpuskit.core.document import MAX_LINE

READ_OPTIONS = {"pre_buffer": False, "buffer_size": 1 << 20, "page_checksum_verification": True}
"""Options of `ParquetFile` for files that may be large or damaged."""

MAX_ROWS = 1000
BATCH_BYTES = 8 * 1024 * 1024
"""Bytes that a batch should take, by what the footer says about its group."""
MAX_DICTIONARY_BYTES = MAX_LINE
"""Bytes that the texts of dictionaries may add to that."""
FEW_BATCHES = 2
"""Most batches of a group whose dictionaries are kept: they grow with its texts and are copied for each batch."""
OFFSET_TYPES = {pa.string(): "i4", pa.binary(): "i4", pa.large_string(): "i8", pa.large_binary(): "i8"}
"""Types of texts, each with that of the offsets at which they begin in a buffer."""

Oversized = int
"""Instead of a batch: the bytes that its one row would take, more than `MAX_DICTIONARY_BYTES`."""


class RowGroups:
    """The row groups of an open Parquet file.

    Only the row group limits the length of a list of texts, which shows when it is read.
    """

    def __init__(self, file: ParquetFile, stream: Any) -> None:
        """`stream` is what the file was opened from."""
        self._file = file
        texts = [column.path for column in map(file.schema.column, range(len(file.schema))) if _is_text(column)]
        self._file_with_dictionaries = ParquetFile(
            stream, metadata=file.metadata, read_dictionary=texts, **READ_OPTIONS
        )

    def batches(self, number: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch | Oversized]:
        """Yield the batches of a row group in order, of some columns or all. Raises what pyarrow raises for damage."""
        group = self._file.metadata.row_group(number)
        rows = _rows_of_batch(group)
        if group.num_rows <= FEW_BATCHES * rows:
            for batch in _read(self._file_with_dictionaries, rows, number, columns):
                yield from _slices(batch)
        else:
            first = next(_read(self._file_with_dictionaries, 1, number, columns))
            row_bytes = max(1, sum(map(_longest_text, first.columns)))
            yield from _read(self._file, max(1, min(rows, MAX_DICTIONARY_BYTES // row_bytes)), number, columns)


def _rows_of_batch(group: Any) -> int:
    """Return how many rows of a row group make a batch of about `BATCH_BYTES`, by the footer."""
    fitting_rows = BATCH_BYTES * int(group.num_rows) // max(1, int(group.total_byte_size))
    return max(1, min(MAX_ROWS, fitting_rows))


def _read(file: ParquetFile, rows: int, number: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    return file.iter_batches(rows, row_groups=[number], columns=columns, use_threads=False)  # type: ignore[no-any-return]


def _is_text(column: Any) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY")


def _slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch | Oversized]:
    """Yield the batch, halved again and again as long as its rows would take too much."""
    size = sum(map(_nested_bytes, batch.columns))
    if size <= MAX_DICTIONARY_BYTES:
        yield batch
    elif batch.num_rows == 1:
        yield size
    else:
        half = batch.num_rows // 2
        yield from _slices(batch.slice(0, half))
        yield from _slices(batch.slice(half))


def _nested_bytes(column: pa.Array) -> int:
    """Return how many bytes the texts in a column's lists and objects take; texts that are whole cells are shared."""
    # column         [["b" "b"] [null "aaaa"] ["b"]]
    # dictionary     [b aaaa]            lengths [1 4]
    # indices        [0 0 1 0]           those of all lists in a row, without nulls
    # lengths there  [1 1 4 1]           7 bytes, as rows are made of them
    if pa.types.is_dictionary(column.type):
        return 0
    return sum(int(_lengths(values.dictionary)[_indices(values)].sum()) for values in _dictionaries(column))


def _longest_text(column: pa.Array) -> int:
    """Return how many bytes the texts of one row may take: the longest of each dictionary, together."""
    return sum(int(_lengths(values.dictionary).max(initial=0)) for values in _dictionaries(column))


def _dictionaries(column: pa.Array) -> Iterator[pa.DictionaryArray]:
    """Yield the arrays in a column, at any depth, that refer to texts in a dictionary."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        if kind.value_type in OFFSET_TYPES:
            yield column
    elif pa.types.is_nested(kind):
        for inner_array in _inner_arrays(column):
            yield from _dictionaries(inner_array)


def _inner_arrays(column: pa.Array) -> list[pa.Array]:
    """Return the arrays that the lists or objects of a column are made of."""
    if pa.types.is_map(column.type):
        # The keys and items of a slice are those of the whole column.
        first, *_, last = column.offsets.to_pylist()
        return [column.keys.slice(first, last - first), column.items.slice(first, last - first)]
    inner_arrays = column.flatten()
    return inner_arrays if isinstance(inner_arrays, list) else [inner_arrays]


def _lengths(texts: pa.Array) -> "np.ndarray[Any, Any]":
    """Return how many bytes each text has."""
    kind = np.dtype(OFFSET_TYPES[texts.type])
    offsets: np.ndarray[Any, Any] = np.frombuffer(
        texts.buffers()[1], kind, len(texts) + 1, texts.offset * kind.itemsize
    )
    return np.diff(offsets)


def _indices(values: pa.DictionaryArray) -> "np.ndarray[Any, Any]":
    """Return the index in the dictionary of each value that is not null."""
    # pyarrow's own `to_numpy` imports pandas if that is installed, which takes longer than a small file.
    return np.from_dlpack(values.indices.drop_null() if values.null_count else values.indices)
