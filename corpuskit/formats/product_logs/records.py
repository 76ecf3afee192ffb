"""The records of a log: JSON lines, a JSON array, a table, or Parquet."""

import codecs
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.document import MAX_LINE, Reject, parse_lossless
from corpuskit.core.outcome import Rejected
from corpuskit.formats.detect import format_of
from corpuskit.formats.whole_file import read_whole_file

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input

LISTS = ("data", "results", "tickets", "records", "items")
"""Keys under which an export that is one object may hold its records."""


class LogRecord(NamedTuple):
    """One record, with its offset in the input and its bytes."""

    offset: int
    raw: bytes
    value: Any


def records_of(input_: "Input") -> Iterator[LogRecord | Rejected]:
    """Yield the records of a log in order. Raises Reject for a file of another kind."""
    format_name = format_of(input_)
    if format_name == "jsonl":
        yield from _lines(input_)
    elif format_name == "json":
        yield from _array(input_)
    elif format_name in ("csv", "tsv"):
        yield from _rows(input_, "\t" if format_name == "tsv" else ",")
    elif format_name == "parquet":
        from corpuskit.formats.tables import parquet_reader

        if (parquet := parquet_reader.open_parquet(input_)) is not None:
            with parquet:
                for row in parquet.rows(None):
                    plain = row if isinstance(row, Reject) else parquet_reader.plain_row(row)
                    yield _rejected(input_, 0, b"", plain) if isinstance(plain, Reject) else LogRecord(0, b"", plain)
    else:
        raise Reject("not-a-log", f"a log is JSONL, JSON, CSV, TSV or Parquet, not {format_name}")


def _lines(input_: "Input") -> Iterator[LogRecord | Rejected]:
    for item in input_.lines():
        if isinstance(item, Rejected):
            yield item
            continue
        offset, line = item
        try:
            yield LogRecord(offset, line, parse_lossless(line))
        except Reject as reject:
            yield _rejected(input_, offset, line, reject)


def _array(input_: "Input") -> Iterator[LogRecord | Rejected]:
    import orjson

    data = read_whole_file(input_, MAX_LINE)
    if isinstance(data, Rejected):
        yield data
        return
    try:
        value = parse_lossless(data.removeprefix(codecs.BOM_UTF8).strip())
    except Reject as reject:
        yield _rejected(input_, 0, data, reject)
        return
    if isinstance(value, dict):
        value = next((value[key] for key in LISTS if isinstance(value.get(key), list)), [value])
    for record in value if isinstance(value, list) else [value]:
        yield LogRecord(0, orjson.dumps(record), record)


def _rows(input_: "Input", delimiter: str) -> Iterator[LogRecord | Rejected]:
    from corpuskit.formats.tables import csv

    names: list[str] = []
    for row in csv.open_table(input_, delimiter).rows:
        raw = row.text.encode("utf-8", "surrogateescape")
        if row.problem:
            yield Rejected(row.problem, input_.name, row.offset, raw, row.detail)
        elif not names:
            names = csv.column_names(row.fields)
        else:
            cells = dict(zip(names, row.fields, strict=True))
            yield LogRecord(row.offset, raw, {key: cell for key, cell in cells.items() if cell != ""})


def _rejected(input_: "Input", offset: int, raw: bytes, reject: Reject) -> Rejected:
    return Rejected(reject.reason, input_.name, offset, raw, reject.detail)
