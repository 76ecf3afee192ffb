"""A corpus stage over many shards holds few files open, and leaves the verdicts on a shard where it can be found."""

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
from tests.conftest import lines_of
from tests.support.recipes import paragraph, published

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
    task = FilterShard(Dedup(), WorkShard((), "key"), tmp_path / "verdicts", VerdictPart(0, 9, "0" * 64))
    with pytest.raises(DamagedError, match="verdicts, unfinished work"):
        task.run(tmp_path / "task")
