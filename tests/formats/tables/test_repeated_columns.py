"""Tables with several columns of one name: a row cannot hold both, and none may vanish."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import Run


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "arrows"])
@pytest.mark.parametrize("name", ["text", "x"])
def test_they_are_damage_that_names_them(corpuskit: Run, tmp_path: Path, suffix: str, name: str) -> None:
    names = ["text", name, "x"] if name == "text" else ["text", "x", "x"]
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"]), pa.array(["c"])], names=names)
    path = tmp_path / f"twice.{suffix}"
    if suffix == "parquet":
        pq.write_table(table, path)
    else:
        new = pa.ipc.new_file if suffix == "arrow" else pa.ipc.new_stream
        with new(path, table.schema) as writer:
            writer.write_table(table)
    (tmp_path / "good.jsonl").write_text(json.dumps({"text": "kept"}) + "\n")
    done = corpuskit("files", path, tmp_path / "good.jsonl", "--source", "s", "--format", "auto")
    assert done.returncode == 3
    assert f"several columns are called '{name}'".encode() in done.stderr
    assert [json.loads(line)["text"] for line in done.stdout.splitlines()] == ["kept"]
