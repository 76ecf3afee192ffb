"""NaN and infinities of tables: JSON has none, so the cells are left out, and somebody is told how many."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import Run

NAN, INFINITY = float("nan"), float("inf")


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_cells_that_json_cannot_hold_are_counted(corpuskit: Run, tmp_path: Path, suffix: str) -> None:
    scores = pa.array([NAN, INFINITY, -0.0, None])
    half = pa.array([1.5, NAN, 2.5, None], pa.float16())
    nested = pa.array([{"a": [1.0, NAN]}, None, {"a": []}, {"a": [-INFINITY]}])
    texts = pa.array(["one", "two", "three", "four"])
    table = pa.Table.from_arrays([texts, scores, half, nested], names=["text", "score", "half", "nested"])
    path = tmp_path / f"numbers.{suffix}"
    if suffix == "parquet":
        pq.write_table(table, path)
    else:
        with pa.ipc.new_file(path, table.schema) as writer:
            writer.write_table(table)
    done = corpuskit("files", path)
    assert done.returncode == 0
    assert b"NaN or infinite, which JSON does not have, is left out (5 times)" in done.stderr
    metadata = [json.loads(line)["metadata"] for line in done.stdout.splitlines()]
    assert metadata[:2] == [{"half": 1.5, "nested": {"a": [1.0, None]}}, {}]
    assert metadata[2] == {"score": -0.0, "half": 2.5, "nested": {"a": []}}
