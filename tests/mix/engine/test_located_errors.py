"""Errors on what a source reads name the recipe's line and the source, and options as a recipe writes them."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.core.registry import find_step
from corpuskit.mix.engine.located_errors import with_keys
from tests.conftest import Run, texts

RECIPE = """
sources:
  news: {from: files, inputs: [news.jsonl], origin: crawl, license: MIT}
  notes: {from: files, inputs: [%s], origin: other, license: MIT}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "news.jsonl").write_bytes(texts("The tide came in.", "The boats rose."))
    pq.write_table(pa.table({"id": ["a"], "body": ["some words"]}), tmp_path / "notes.parquet")  # type: ignore[no-untyped-call]
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(texts(*("abc" * n for n in range(99))), mtime=0)[:-20])
    return tmp_path


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("notes.parquet", 2, "notes.parquet has no column 'text'; name the right one with `options: {text_key: …}`"),
        ("cut.jsonl.gz", 3, "cut.jsonl.gz first; nothing was published. `--accept-damaged` goes on"),
        ("nowhere.jsonl", 2, "no such file or folder: 'nowhere.jsonl'"),
    ],
)
def test_errors_on_inputs_name_line_and_source(folder: Path, corpuskit: Run, name: str, code: int, said: str) -> None:
    (folder / "recipe.yaml").write_text(RECIPE % name)
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--no-cache", "--json")
    *lines, answer = done.stderr.decode().splitlines()
    assert done.returncode == code
    assert "recipe.yaml:4: source `notes`: " in lines[-1] and said in lines[-1]
    assert all("recipe.yaml:4: source `notes`: " in line for line in lines)
    assert json.loads(answer)["error"] == lines[-1].removeprefix("corpuskit mix: ")


def test_only_flags_of_the_steps_become_keys() -> None:
    steps = [find_step("files")(), find_step("filter-language")(keep=("en",))]
    said = with_keys("`--text-key body`, `--keep en`, `--accept-damaged` or `corpuskit files --text-key x`", steps)
    assert said == (
        "`options: {text_key: body}`, `{filter-language: {keep: en}}`, `--accept-damaged` or "
        "`corpuskit files --text-key x`"
    )
