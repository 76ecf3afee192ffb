"""Documents of one source with one id are told; of two sources, or in two epochs, they are not."""

from pathlib import Path

import numpy as np
import pytest

from corpuskit.mix.engine.equal_ids import FindEqualIds
from tests.conftest import Run, lines_of
from tests.support.recipes import paragraph

RECIPE = """
seed: 1
sources:
  a: {from: files, inputs: [a/], origin: other, license: MIT}
  b: {from: files, inputs: [b/], origin: other, license: MIT}
"""


def write(path: Path, ids: list[str], first: int) -> None:
    path.parent.mkdir(exist_ok=True)
    documents = [{"id": identifier, "text": paragraph(first + at)} for at, identifier in enumerate(ids)]
    path.write_bytes(lines_of(documents))


@pytest.mark.parametrize("jobs", [1, 2])
def test_equal_ids_of_one_source_are_told_wherever_they_lie(tmp_path: Path, shell: Run, jobs: int) -> None:
    write(tmp_path / "a" / "1.jsonl", ["x", "twice", "y", "twice"], 0)
    write(tmp_path / "a" / "2.jsonl", ["z", "x", "twice"], 10)
    write(tmp_path / "b" / "1.jsonl", ["x", "y", "z"], 20)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    done = shell(f"corpuskit mix recipe.yaml -o out -j {jobs}")
    assert done.returncode == 0, done.stderr
    message = b"3 documents have the source and the id of another, 'twice' of source a first; "
    assert message in done.stderr


def test_equal_ids_of_two_sources_are_not_told(tmp_path: Path, shell: Run) -> None:
    write(tmp_path / "a" / "1.jsonl", ["x", "y"], 0)
    write(tmp_path / "b" / "1.jsonl", ["x", "y"], 20)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    done = shell("corpuskit mix recipe.yaml -o out")
    assert done.returncode == 0, done.stderr
    assert b"the id of another" not in done.stderr


def test_a_corpus_of_one_document_has_no_equal_ids(tmp_path: Path, shell: Run) -> None:
    write(tmp_path / "a" / "1.jsonl", ["x"], 0)
    (tmp_path / "recipe.yaml").write_text(RECIPE.split("  b:")[0])
    done = shell("corpuskit mix recipe.yaml -o out")
    assert done.returncode == 0, done.stderr
    assert b"the id of another" not in done.stderr


def test_hashes_beyond_memory_give_the_same_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpuskit.mix.engine import equal_ids

    numbers = [5, 1, 5, 2, 1, 5, 7, 2, 5] * 3
    paths = []
    for shard, start in enumerate(range(0, len(numbers), 4)):
        paths.append(tmp_path / f"{shard}.ids")
        np.array(numbers[start : start + 4], "<u8").tofile(paths[-1])
    monkeypatch.setattr(FindEqualIds, "_source_and_id", lambda self, number: ("web", str(number)))
    answers = []
    for most_rows in (1 << 20, 4, 2):
        monkeypatch.setattr(equal_ids, "MOST_ROWS", most_rows)
        answers.append(FindEqualIds((), tuple(paths)).run(tmp_path / "task"))
    assert answers == [{"files": [], "documents": len(numbers) - 4, "source": "web", "id": "2"}] * 3
