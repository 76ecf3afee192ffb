"""Jobs of Slurm: what its commands do not say is never taken for an answer."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpuskit.core.errors import DamagedError, RemoteError
from corpuskit.mix.engine import slurm_jobs
from corpuskit.mix.engine.slurm_jobs import SlurmJobs, submit

UNREACHABLE = "echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1"
INVALID = "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1"
HANGING = "exec sleep 600"
LISTED = "[ -e running ] && echo 7 || true"
CANCELLING = 'echo "$@" >> cancelled; rm -f running'

Commands = Callable[..., SlurmJobs]


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """Put scripts in place of Slurm's commands, and return the jobs that an earlier run left: number 7, running."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for name, seconds in (("ANSWER", 30), ("SUBMIT", 30), ("PATIENCE", 30), ("CANCEL", 0.2), ("POLL", 0.05)):
        monkeypatch.setattr(slurm_jobs, f"{name}_SECONDS", seconds)

    def install(**scripts: str) -> SlurmJobs:
        for name, script in scripts.items():
            (tmp_path / name).write_text(f"#!/bin/bash\n{script}\n")
            (tmp_path / name).chmod(0o755)
        (tmp_path / "running").touch()
        (tmp_path / "slurm.json").write_text('["7"]')
        return SlurmJobs(tmp_path)

    return install


def test_jobs_are_cancelled_and_forgotten_once_they_are_gone(tmp_path: Path, commands: Commands) -> None:
    commands(squeue=LISTED, scancel=CANCELLING).cancel_earlier()
    assert (tmp_path / "cancelled").read_text() == "7\n"
    assert not (tmp_path / "slurm.json").exists()


@pytest.mark.parametrize("squeue", [UNREACHABLE, HANGING, "exit 3"])
def test_a_queue_that_does_not_answer_is_no_empty_queue(
    tmp_path: Path,
    commands: Commands,
    squeue: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    jobs = commands(squeue=squeue, scancel=CANCELLING)
    monkeypatch.setattr(slurm_jobs, "PATIENCE_SECONDS", 0.2)
    if squeue == HANGING:
        monkeypatch.setattr(slurm_jobs, "ANSWER_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(RemoteError, match="does not answer"):
        jobs.wait()
    with pytest.raises(RemoteError, match=r"job 7 of an earlier run.*remove"):
        jobs.cancel_earlier()
    jobs.close()
    assert time.monotonic() - began < 30
    assert "the next run cancels" in capsys.readouterr().err
    assert (tmp_path / "cancelled").exists()
    assert json.loads((tmp_path / "slurm.json").read_bytes()) == ["7"]


def test_a_queue_that_fails_now_and_then_is_asked_again(tmp_path: Path, commands: Commands) -> None:
    jobs = commands(squeue=f"[ -e asked ] && exit 0; touch asked; {UNREACHABLE}")
    jobs.wait()
    assert not (tmp_path / "slurm.json").exists()


def test_jobs_that_cannot_be_cancelled_are_remembered(tmp_path: Path, commands: Commands) -> None:
    jobs = commands(squeue=LISTED, scancel="exit 1")
    assert not jobs.cancel()
    assert (tmp_path / "slurm.json").exists()


def test_jobs_that_slurm_has_forgotten_are_gone(tmp_path: Path, commands: Commands) -> None:
    jobs = commands(squeue=INVALID, scancel="exit 1")
    assert jobs.cancel()
    one_runs = "case $* in *jobs=7,8*) " + INVALID + ";; *jobs=8*) [ -e running ] && echo 8;; esac; exit 0"
    jobs = commands(squeue=one_runs, scancel="exit 1")
    jobs.note("Submitted batch job 8")
    assert not jobs.cancel()
    (tmp_path / "running").unlink()
    assert jobs.cancel()


@pytest.mark.parametrize(
    ("sbatch", "says"),
    [
        ("true", "named no job"),
        ("echo hello", "named no job"),
        ("echo 'sbatch: error: invalid partition specified: x' >&2; exit 1", "invalid partition"),
        (HANGING, "`sbatch` does not answer"),
    ],
)
def test_submissions_that_fail_are_one_sentence(
    commands: Commands, sbatch: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = commands(sbatch=sbatch)
    if sbatch == HANGING:
        monkeypatch.setattr(slurm_jobs, "SUBMIT_SECONDS", 0.5)
    with pytest.raises(RemoteError, match=says) as caught:
        submit("#!/bin/bash\n", jobs.note)
    assert "\n" not in str(caught.value)


def test_a_submitted_job_is_on_disk(tmp_path: Path, commands: Commands) -> None:
    jobs = commands(sbatch='grep -q work "${@: -1}" && echo "Submitted batch job 12 on cluster east"')
    assert submit("#!/bin/bash\nwork\n", jobs.note, "--export=ALL") == "12"
    assert json.loads((tmp_path / "slurm.json").read_bytes()) == ["7", "12"]


@pytest.mark.parametrize(
    "content",
    ["{}", "null", "5", "[7]", '["--user=all"]', '["7 8"]', '["٧"]', pytest.param("[" * 100_000, id="deep"), ""],
)
def test_a_list_of_jobs_that_is_none_is_named(tmp_path: Path, commands: Commands, content: str) -> None:
    commands()
    (tmp_path / "slurm.json").write_text(content)
    with pytest.raises(DamagedError, match=r"slurm\.json' does not list jobs"):
        SlurmJobs(tmp_path)


def test_without_slurm_there_is_nothing_to_cancel(tmp_path: Path) -> None:
    SlurmJobs(tmp_path).cancel_earlier()
