"""status: how far a run is, who is running it, and what failed."""

import gzip
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
        "ended": None,
        "exit": 0,
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


TWO_SOURCES = """
budget: {tokens: %d, tokenizer: words}
floors: {news: 0.9}
sources:
  news: {from: files, inputs: [news.jsonl], origin: crawl, license: MIT}
  notes: {from: files, inputs: [notes.jsonl], origin: other, license: MIT}
"""


@pytest.fixture
def refused(tmp_path: Path, corpuskit: Run) -> Path:
    """A folder with a dataset, in which a run was refused as there is not enough text for its budget."""
    for name in ("news", "notes"):
        (tmp_path / f"{name}.jsonl").write_bytes(texts(*(f"{name} of the harbour {number}" for number in range(9))))
    for tokens, code in ((20, 0), (5000, 6)):
        (tmp_path / "recipe.yaml").write_text(TWO_SOURCES % tokens)
        assert corpuskit("mix", "recipe.yaml", "-o", "out").returncode == code
    return tmp_path


def test_a_refused_run_is_told_from_an_interrupted_one(refused: Path, corpuskit: Run) -> None:
    status = status_of(corpuskit, "out")
    assert status["published"] is True and status["phases"]
    ended = status["ended"]
    assert isinstance(ended, dict) and ended["exit"] == 6 and "the budget cannot be met" in ended["error"]
    lines = corpuskit("status", "out").stdout.decode().splitlines()
    assert lines[0] == f"the last run was refused: {ended['error']}"
    assert lines[2] == "the dataset that was published here before stands"
    assert not any("interrupted" in line for line in lines)
    assert corpuskit("verify", "out").returncode == 0


def test_a_refused_run_keeps_nobody_from_publishing_and_its_work_for_the_next(refused: Path, corpuskit: Run) -> None:
    published = corpuskit("files", "notes.jsonl", "-o", "out")
    assert published.returncode == 0, published.stderr
    assert not (refused / "out" / ".staging").exists()
    (refused / "recipe.yaml").write_text(TWO_SOURCES % 30)
    again = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert again.returncode == 0 and b"already done by an earlier run" in again.stderr
    assert status_of(corpuskit, "out")["ended"] is None


def test_a_failed_run_is_told_and_a_run_that_begins_forgets_it(refused: Path, corpuskit: Run) -> None:
    notes = (refused / "notes.jsonl").read_bytes()
    (refused / "recipe.yaml").write_text((TWO_SOURCES % 20).replace("notes.jsonl", "notes.jsonl.gz"))
    (refused / "notes.jsonl.gz").write_bytes(gzip.compress(notes, mtime=0)[:-20])
    assert corpuskit("mix", "recipe.yaml", "-o", "out").returncode == 3
    assert corpuskit("status", "out").stdout.startswith(b"the last run failed: 1 input is damaged")
    assert corpuskit("files", "notes.jsonl", "-o", "out").returncode == 5
    (refused / "notes.jsonl.gz").write_bytes(gzip.compress(notes, mtime=0))
    assert corpuskit("mix", "recipe.yaml", "-o", "out").returncode == 0
    assert corpuskit("status", "out").stdout == b"published, nothing is running\n"
