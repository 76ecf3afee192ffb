"""A clock past the year 2262, which Python refuses to read: commands that need no time work, others say it."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import Run, environment_of, lines_of

CLOCK = """
import time

def too_late():
    raise OverflowError("timestamp too large to convert to C _PyTime_t")

time.time = time.time_ns = too_late
"""


def run_late(folder: Path, command: str) -> "subprocess.CompletedProcess[str]":
    """Run a shell command whose Python cannot read the clock."""
    (folder / "late").mkdir(exist_ok=True)
    (folder / "late" / "sitecustomize.py").write_text(CLOCK)
    root = Path(__file__).resolve().parents[2]
    environment = {
        **environment_of(folder),
        "PYTHONPATH": f"{folder / 'late'}:{root}",
    }
    shell = f'set -o pipefail; corpuskit() {{ "{sys.executable}" -m corpuskit "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", shell], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_no_command_has_a_traceback_or_a_fault(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": "1", "text": "a word"}]))
    (tmp_path / "recipe.yaml").write_text("sources: {a: {from: files, inputs: [in.jsonl], origin: other}}\n")
    assert corpuskit("export", "in.jsonl", "-o", "earlier", "-q").returncode == 0  # leaves an entry in the ledger
    published = run_late(tmp_path, "corpuskit files in.jsonl | corpuskit dedup -o out")
    assert published.returncode == 0 and (tmp_path / "out" / "manifest.json").exists(), published.stderr
    for command in ("corpuskit files in.jsonl | corpuskit dedup", "corpuskit mix recipe.yaml -o mixed"):
        done = run_late(tmp_path, command)
        assert done.returncode in (0, 5), done.stderr
        assert "Traceback" not in done.stderr and "internal fault" not in done.stderr
        assert done.returncode == 0 or "the clock of this machine is past the year 2262" in done.stderr
