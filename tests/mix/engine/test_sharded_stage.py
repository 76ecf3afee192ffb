"""A corpus stage over many shards holds few files open, and leaves the verdicts on a shard where it can be found."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from corpuskit.core.errors import DamagedError
from corpuskit.core.step import VerdictPart
from corpuskit.mix.engine.sharded_stage import FilterShard
from corpuskit.mix.engine.shards import WorkShard
from corpuskit.stages.dedup import Dedup
from tests.conftest import Run, lines_of
from tests.support.recipes import paragraph, published, shards

RECIPE = """
sources:
  a: {from: files, inputs: [a/], origin: other, license: CC0-1.0}
together: [dedup]
"""
MANY_SHARDS = """
import sys
from corpuskit.cli.main import main
from corpuskit.mix.engine import read_tasks, shards
read_tasks.TASK_BYTES = shards.MERGED_BYTES = 1
main()
"""
FILES, DESCRIPTORS = 70, 60


def few_descriptors() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


@pytest.mark.slow
def test_more_shards_than_descriptors_give_the_same_dataset(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "a").mkdir()
    for number in range(FILES):
        documents = [{"id": f"{number}-{part}", "text": paragraph((number + part) % FILES)} for part in range(2)]
        (tmp_path / "a" / f"{number:03d}.jsonl").write_bytes(lines_of(documents))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    for script, output in ((MANY_SHARDS, "many"), ("from corpuskit.cli.main import main; main()", "few")):
        command = [sys.executable, "-c", script, "mix", "recipe.yaml", "-o", output, "-j", "1"]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, preexec_fn=few_descriptors)
    assert published(tmp_path / "many") == published(tmp_path / "few")


def test_verdicts_that_were_changed_are_not_used(tmp_path: Path) -> None:
    (tmp_path / "verdicts").write_bytes(b"[0,[],[]]")
    signatures, verdicts = tmp_path / "signatures", tmp_path / "verdicts"
    task = FilterShard(Dedup(), WorkShard((), "key"), signatures, verdicts, VerdictPart(0, 9, "0" * 64))
    with pytest.raises(DamagedError, match="verdicts, unfinished work"):
        task.run(tmp_path / "task")


SPANS = """
sources:
  a: {from: files, inputs: [a/], origin: other, license: CC0-1.0}
together: [{dedup: {unit: span, min_words: 20}}]
"""


def test_runs_of_words_go_in_a_recipe_as_in_a_pipe(tmp_path: Path, environment: dict[str, str], shell: Run) -> None:
    (tmp_path / "a").mkdir()
    for number in range(9):
        texts = [f"Day {number}. {paragraph(number)} {paragraph((number * part) % 5)} End." for part in range(3)]
        documents = [{"id": f"{number}-{part}", "text": text} for part, text in enumerate([*texts, paragraph(2)])]
        (tmp_path / "a" / f"{number}.jsonl").write_bytes(lines_of(documents))
    (tmp_path / "recipe.yaml").write_text(SPANS)
    (tmp_path / "many_shards.py").write_text(MANY_SHARDS)
    command = [sys.executable, "-c", MANY_SHARDS, "mix", "recipe.yaml", "-o", "two", "-j", "2", "--no-cache"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True)
    for script in (
        "python many_shards.py mix recipe.yaml -o many -j 1 --no-cache",
        "corpuskit mix recipe.yaml -o one -j 1 --no-cache",
        "corpuskit files a --source a --origin other --license CC0-1.0 |"
        " corpuskit dedup --unit span --min-words 20 -o pipe",
    ):
        done = shell(script)
        assert done.returncode == 0, done.stderr
    assert published(tmp_path / "many") == published(tmp_path / "two") == published(tmp_path / "one")
    assert shards(tmp_path / "one") == shards(tmp_path / "pipe")
    steps = [
        next(step for step in json.loads((tmp_path / name / "manifest.json").read_bytes())["steps"] if "hits" in step)
        for name in ("one", "pipe")
    ]
    assert steps[0]["hits"]["duplicate-spans"] > 10
    assert [step["dropped"] for step in steps] == [{"duplicate-spans": 25}] * 2
    assert steps[0]["hits"] == steps[1]["hits"]
