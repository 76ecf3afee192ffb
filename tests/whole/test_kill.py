"""Kills: whenever a run dies, the next one goes on from what it did and gives the same bytes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpuskit.mix.engine.row_memo import MEMO
from tests.support.recipes import published, write_inputs

WORKERS = 2
COMMAND = [sys.executable, "-m", "corpuskit", "mix", "recipe.yaml", "-j", str(WORKERS)]


@pytest.fixture(scope="module")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], float]:
    """A folder with a recipe of 20 inputs, what an unbroken run publishes, and how long that takes."""
    folder = tmp_path_factory.mktemp("baseline")
    write_inputs(folder)
    subprocess.run([*COMMAND, "-o", "warm"], cwd=folder, env=surroundings(folder), check=True, capture_output=True)
    start = time.monotonic()
    subprocess.run(COMMAND, cwd=folder, env=surroundings(folder, "cold"), check=True, capture_output=True)
    return folder, published(folder / "out"), time.monotonic() - start


def surroundings(folder: Path, cache: str = "warm-cache") -> dict[str, str]:
    return {**os.environ, "CORPUSKIT_STATE": str(folder / "state"), "CORPUSKIT_CACHE": str(folder / cache)}


def kill_and_run_again(baseline: tuple[Path, dict[str, str], float], output: Path, seed: int) -> None:
    folder, expected, seconds = baseline
    is_cold = seed % 3 > 0
    environment = surroundings(folder, f"cache-{seed}") if is_cold else surroundings(folder)
    delay = random.Random(seed).uniform(0.05, 1.05) * (seconds if is_cold else seconds / 2)
    command = [*COMMAND, "-o", str(output)]
    workers: list[int] = []
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL) as run:
        try:
            run.wait(delay)
        except subprocess.TimeoutExpired:
            workers = descendants(run.pid)
            run.send_signal(signal.SIGKILL)
    wait_for_the_end_of(workers)
    tasks = output / ".staging" / "work" / "tasks"
    # What is remembered of rows has a result of its own, too, but is no task.
    results = [path for path in tasks.glob("*/*.json") if not path.with_suffix(MEMO).exists()]
    done = {path.name for path in results if not path.name.endswith(".error.json")}
    begun = {path.name.removesuffix(".started") for path in tasks.glob("*/*.started")}
    assert len(begun) <= WORKERS, "more work is begun than there are workers, so more than a shard a worker is redone"
    published_before = (output / "manifest.json").exists()
    if not published_before:
        assert not list(output.glob("data/part-*")) or (output / ".staging" / "journal.json").exists()
    again = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    assert again.returncode == 0, again.stderr
    assert published(output) == expected
    assert sorted(path.name for path in output.iterdir() if path.name.startswith(".")) == []
    if not is_cold:
        return
    tasks_were = "task was" if len(done) == 1 else "tasks were"
    said = f"{len(done):,} {tasks_were} already done by an earlier run"
    # A run that was killed behind its publication may have begun to take its work away.
    assert published_before or not done or said.encode() in again.stderr, (said, again.stderr)


def descendants(process: int) -> list[int]:
    """All processes below one, as the kernel lists them."""
    found = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        for child in path.read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def wait_for_the_end_of(processes: list[int]) -> None:
    """Workers die with their parent, though not in the same instant."""
    end = time.monotonic() + 20
    while left := [process for process in processes if Path(f"/proc/{process}").exists()]:
        assert time.monotonic() < end, f"{len(left)} workers outlive the run that was killed"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_killed_run_is_resumed_to_the_same_bytes(
    baseline: tuple[Path, dict[str, str], float], tmp_path: Path, seed: int
) -> None:
    kill_and_run_again(baseline, tmp_path / "out", seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(10, 50))
def test_forty_more(baseline: tuple[Path, dict[str, str], float], tmp_path: Path, seed: int) -> None:
    kill_and_run_again(baseline, tmp_path / "out", seed)
