"""status: how far a run is, who is running it, and what failed."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Run, lines_of, texts
from tests.support.recipes import paragraph

RECIPE = """
sources:
  books: {from: files, inputs: [books/], origin: licensed, license: CC-BY-4.0, steps: [scrub-pii]}
output: {dir: out}
"""


def status_of(corpuskit: Run, folder: str) -> dict[str, object]:
    done = corpuskit("status", folder, "--json")
    assert done.returncode == 0, done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_an_empty_and_a_published_folder(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "empty").mkdir()
    assert status_of(corpuskit, "empty") == {
        "command": "status",
        "running": None,
        "published": False,
        "phases": [],
        "failures": [],
    }
    assert corpuskit("export", "-o", "out", stdin=texts("a")).returncode == 0
    assert status_of(corpuskit, "out")["published"] is True
    assert corpuskit("status", "nowhere").returncode == 2


@pytest.mark.slow
def test_a_run_in_progress_and_one_that_was_killed(tmp_path: Path, environment: dict[str, str], corpuskit: Run) -> None:
    (tmp_path / "books").mkdir()
    for shard in range(12):
        books = [{"id": f"{shard}-{number}", "text": paragraph(shard * 400 + number) * 3} for number in range(900)]
        (tmp_path / "books" / f"{shard:02d}.jsonl").write_bytes(lines_of(books))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    command = [sys.executable, "-m", "corpuskit", "mix", "recipe.yaml", "-j", "1"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL) as run:
        end = time.monotonic() + 60
        while not list(tmp_path.glob("out/.staging/work/tasks/*/*.json")) and time.monotonic() < end:
            time.sleep(0.005)
        run.send_signal(signal.SIGSTOP)
        running = status_of(corpuskit, "out")
        assert str(running["running"]).startswith(f"process {run.pid} ")
        (first, *_) = running["phases"]  # type: ignore[misc]
        assert 0 < first["done"] < first["tasks"] == 12
        run.kill()
    killed = status_of(corpuskit, "out")
    assert killed["running"] is None
    (first, *_) = killed["phases"]  # type: ignore[misc]
    assert first["tasks"] == 12
    assert first["done"] + first["waiting"] == 12
    again = corpuskit("mix", "recipe.yaml", "-j", "1")
    assert again.returncode == 0, again.stderr
    assert b"already done by an earlier run" in again.stderr
    assert status_of(corpuskit, "out")["phases"] == []
