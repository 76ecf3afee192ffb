"""Texts of tables that are not UTF-8, as other writers leave them: their rows are rejected, and no others."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.core.document import Document
from corpuskit.formats.tables.record_table import RecordTable
from tests.conftest import Run

CELLS = [b"one", b"two \xff\xfe", b"three", b"four"]


def texts(cells: list[bytes]) -> pa.Array:
    """Return texts that nobody has looked at."""
    return pa.Array.from_buffers(pa.string(), len(cells), pa.array(cells).buffers())


NESTED = {
    "list": pa.ListArray.from_arrays(pa.array([0, 1, 2, 3, 4]), texts(CELLS)),
    "object": pa.StructArray.from_arrays([texts(CELLS)], ["inner"]),
    "dictionary": pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 3]), texts(CELLS), safe=False),
    "map": pa.MapArray.from_arrays(pa.array([0, 1, 2, 3, 4]), pa.array(["a", "b", "c", "d"]), texts(CELLS)),
}


def write(path: Path, table: pa.Table) -> None:
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
@pytest.mark.parametrize("column", ["text", *NESTED])
def test_one_row_is_rejected_and_its_group_read(corpuskit: Run, tmp_path: Path, suffix: str, column: str) -> None:
    columns = {"text": pa.array(["one", "two", "three", "four"]), **NESTED}
    columns[column] = texts(CELLS) if column == "text" else columns[column]
    table = pa.table({name: columns[name] for name in dict.fromkeys(["text", column])})
    write(tmp_path / f"t.{suffix}", table)
    done = corpuskit("files", tmp_path / f"t.{suffix}")
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["one", "three", "four"]
    assert done.returncode == 0
    assert b"binary-value" in done.stderr


@pytest.mark.parametrize("column", ["text", "id", "parents"])
def test_one_row_of_a_shard_is_rejected(corpuskit: Run, tmp_path: Path, column: str) -> None:
    records = RecordTable()
    for number in range(4):
        records.add(Document(f"d{number}", f"text {number}", {"parents": ["p"]}, {}))
    table = records.finish()
    cells = NESTED["list"] if column == "parents" else texts(CELLS)
    at = table.schema.get_field_index(column)
    write(tmp_path / "t.parquet", table.set_column(at, pa.field(column, cells.type), cells))
    done = corpuskit("files", tmp_path / "t.parquet")
    assert len(done.stdout.splitlines()) == 3
    assert b"1 rejected (bad-utf8 1)" in done.stderr
