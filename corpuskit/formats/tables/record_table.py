"""Documents as the rows of a table, and back without loss.

The columns are `id` and `text`, a typed one for each reserved metadata key, and `extra`: the rest of the record as
JSON, in the record's own shape (`{"metadata": {…}, other top-level keys}`), null if nothing is left. A reserved key
whose value does not fit its column exactly (a null, a number written as text, an integer beyond 64 bits) is part of
that rest, so the canonical line of a document comes back byte for byte.

Objects (`rights`, `labels`, `quality` …) are JSON strings, as their keys differ from document to document; `pii` is
a list of `{start, end, type}`, `parents` one of strings.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.reserved import RESERVED, ordered
from corpuskit.formats.tables.arrow_arrays import TextColumn, array_of

SPAN = {"start": pa.int64(), "end": pa.int64(), "type": pa.string()}
TYPES = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    dict: pa.large_string(),
    list: pa.list_(pa.struct(SPAN)),
    list[str]: pa.list_(pa.string()),
}
SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        # Arrow strings are limited to 2 GiB per column chunk; large strings are not.
        pa.field("text", pa.large_string(), nullable=False),
        *(pa.field(key, TYPES[kind]) for key, (kind, _) in RESERVED.items()),
        pa.field("extra", pa.large_string()),
    ]
)
LATER_KEYS = {"actor", "declarations", "event", "parents", "signal"}
"""Keys reserved after tables without a column for them had been published; there they stand in `extra`."""

Cells = dict[str, Any]
"""The cells of one row that are not null."""


def cells(document: Document) -> Cells:
    """Return the document as a row. Raises Reject if it holds what JSON cannot."""
    encode(document)
    row: Cells = {"id": document.id, "text": document.text}
    rest: dict[str, Any] = {}
    for key, value in document.metadata.items():
        kind = RESERVED[key][0] if key in RESERVED else None
        if kind is None or not _FITS[kind](value):
            rest[key] = value
        else:
            row[key] = orjson.dumps(value).decode() if kind is dict else value
    extra = {"metadata": rest, **document.extra} if rest else document.extra
    if extra:
        row["extra"] = orjson.dumps(extra).decode()
    return row


def document(row: Cells) -> Document:
    """Return the document of a row, given without its null cells. Raises Reject if the row is not one."""
    if undecoded := [name for name, cell in row.items() if _holds_bytes(cell)]:
        raise Reject("bad-utf8", f"`{undecoded[0]}` is not UTF-8")
    if type(row.get("text")) is not str:
        raise Reject("no-text", "`text` is null")
    if type(row.get("id")) is not str:
        raise Reject("bad-id", "`id` is null")
    metadata = {key: _value(key, row[key]) for key in RESERVED if key in row}
    extra = _object(row.get("extra", "{}"))
    rest = extra.pop("metadata", {})
    if type(rest) is not dict:
        raise Reject("bad-metadata", "`metadata` in `extra` is not an object")
    return Document(row["id"], row["text"], ordered({**metadata, **rest}), extra)


class RecordTable:
    """Documents collected into an Arrow table; their texts, the bulk of it, as the very bytes of their column."""

    def __init__(self) -> None:
        self._texts = TextColumn()
        self._rows: list[Cells] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, document: Document) -> None:
        """Add one row. Raises Reject, and adds nothing, if the document holds what JSON cannot."""
        row = cells(document)
        self._texts.append(row.pop("text"))
        self._rows.append(row)

    def finish(self) -> pa.Table:
        """Return the table; nothing can be added after this."""
        filled_columns = set().union(*self._rows)
        columns = [
            self._texts.array()
            if field.name == "text"
            else array_of([row.get(field.name) for row in self._rows], field.type)
            if field.name in filled_columns
            else pa.nulls(len(self._rows), field.type)
            for field in SCHEMA
        ]
        return pa.Table.from_arrays(columns, schema=SCHEMA)


def rows(batch: pa.RecordBatch) -> Iterator[Cells]:
    """Yield the rows of an Arrow batch without their null cells."""
    filled_columns = {
        name: _values(column)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if column.null_count < len(column)
    }
    for index in range(batch.num_rows):
        yield {name: values[index] for name, values in filled_columns.items() if values[index] is not None}


def not_finite_numbers(columns: Iterable[pa.Array]) -> int:
    """Return how many numbers in columns, and in lists and structs in them, are NaN or infinite.

    >>> not_finite_numbers([pa.array([1.5, float("nan"), None]), pa.array([[float("inf")], None, []])])
    2
    """
    number = 0
    for column in columns:
        kind = column.type
        if pa.types.is_floating(kind):
            wide = column.cast(pa.float32()) if pa.types.is_float16(kind) else column
            number += pc.sum(pc.invert(pc.is_finite(wide))).as_py() or 0
        elif pa.types.is_struct(kind):
            number += not_finite_numbers(column.flatten())
        elif pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
            number += not_finite_numbers([column.flatten()])
    return number


def repeated_column(schema: pa.Schema) -> str:
    """Return the name of columns that have the same one, as which a row cannot hold them; empty if there are none."""
    return next((name for name, number in Counter(schema.names).items() if number > 1), "")


def is_record_table(schema: pa.Schema) -> bool:
    """Whether a table has exactly the columns of a `RecordTable`, or of one before `LATER_KEYS` were reserved."""
    return set(SCHEMA.names) - LATER_KEYS <= set(schema.names) <= set(SCHEMA.names)


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_dictionary(column.type):
        dictionary = _values(column.dictionary)
        try:
            return [None if index is None else dictionary[index] for index in column.indices.to_pylist()]
        except IndexError:
            raise ValueError("a column points at values that its dictionary does not have") from None
    try:
        return column.to_pylist()  # type: ignore[no-any-return]
    except (OverflowError, UnicodeDecodeError):
        return [_cell(scalar) for scalar in column]


def _holds_bytes(cell: Any) -> bool:
    if isinstance(cell, dict):
        return any(map(_holds_bytes, cell.values()))
    return type(cell) is bytes or (isinstance(cell, list) and any(map(_holds_bytes, cell)))


def _cell(scalar: Any) -> Any:
    """Return what a cell holds, also where Python has no value for it.

    A text that is not UTF-8 stays bytes, and a time after the year 9999 a number.
    """
    try:
        return scalar.as_py()
    except (OverflowError, UnicodeDecodeError):
        if isinstance(scalar, pa.StructScalar):
            return {name: _cell(value) for name, value in scalar.items()}
        if isinstance(scalar, pa.DictionaryScalar):
            return _cell(scalar.value)
        if isinstance(scalar, pa.MapScalar):
            return [tuple(item.values()) for item in _values(scalar.values)]
        if hasattr(scalar, "values"):
            return _values(scalar.values)
        return scalar.as_buffer().to_pybytes() if hasattr(scalar, "as_buffer") else scalar.value


def _value(key: str, cell: Any) -> Any:
    return _object(cell) if RESERVED[key][0] is dict else cell


def _object(cell: str) -> dict[str, Any]:
    try:
        value = orjson.loads(cell)
    except orjson.JSONDecodeError:
        raise Reject("bad-json", "a column of objects holds something else") from None
    if type(value) is not dict:
        raise Reject("bad-json", "a column of objects holds something else")
    return value


def _is_integer(value: Any) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_spans(value: Any) -> bool:
    return type(value) is list and all(
        type(span) is dict
        and list(span) == list(SPAN)
        and _is_integer(span["start"])
        and _is_integer(span["end"])
        and type(span["type"]) is str
        for span in value
    )


_FITS: dict[Any, Callable[[Any], bool]] = {
    str: lambda value: type(value) is str,
    int: _is_integer,
    float: lambda value: type(value) is float and math.isfinite(value),
    dict: lambda value: type(value) is dict,
    list: _is_spans,
    list[str]: lambda value: type(value) is list and all(type(item) is str for item in value),
}
