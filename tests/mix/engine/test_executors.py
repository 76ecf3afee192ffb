"""Tasks on this machine: one that fails ends the run with its name. And the message without Slurm."""

import sys
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support import executors

pytestmark = pytest.mark.slow
work, failing_step = executors.work, executors.failing_step


def test_a_task_that_raises_on_this_machine(tmp_path: Path, shell: Run, failing_step: dict[str, str]) -> None:
    executors.demand_failure_then_success(tmp_path, shell, "-j 2")


def test_without_slurm_or_a_cluster_one_line_says_so(work: Path, shell: Run) -> None:
    python = Path(sys.executable)
    done = shell(f"PATH={python.parent} corpuskit mix recipe.yaml --executor slurm")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr
    assert b"sbatch" in done.stderr
    (work / "bad.yaml").write_text("slurm: {partitoin: main}\n")
    done = shell("corpuskit mix recipe.yaml --executor slurm --profile bad.yaml")
    assert (done.returncode, b"bad.yaml:1" in done.stderr) == (2, True), done.stderr
