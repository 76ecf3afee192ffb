"""Reports on a terminal: as wide as it is, with no name broken and no figure cut; elsewhere a line stays a line."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.conftest import Run, lines_of

LONG_ID = "a-document-with-a-name-of-its-own/which-is-long-and-has-no-space-in-it-at-all/part-1.html"


COMMANDS = (["stats", "before"], ["diff", "before", "after", "--all"], ["explain", "before", f"{LONG_ID}-119"])


@pytest.fixture
def datasets(tmp_path: Path, shell: Run) -> Path:
    """Two datasets that differ in many documents, reasons and options."""
    rows = [
        {"id": f"{LONG_ID}-{n}", "text": f"text {n}", "metadata": {"source": f"source-{n % 12}", "license": "MIT"}}
        for n in range(120)
    ]
    (tmp_path / "a.jsonl").write_bytes(lines_of(rows))
    (tmp_path / "b.jsonl").write_bytes(lines_of(rows[60:]))
    shell("corpuskit dedup --method exact a.jsonl -o before -q")
    done = shell("corpuskit sample --rate 1 b.jsonl | corpuskit repair-text | corpuskit dedup -o after -q")
    assert done.returncode == 0, done.stderr
    return tmp_path


def on_terminal(command: list[str], folder: Path, environment: dict[str, str], width: int) -> str:
    """What a command prints on a terminal of this width."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    words = [sys.executable, "-m", "corpuskit", *command]
    with subprocess.Popen(words, cwd=folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal):
        os.close(terminal)
        output = b""
        while True:
            try:
                block = os.read(controller, 65536)
            except OSError:  # nobody has the terminal open any more
                break
            output += block
    os.close(controller)
    return output.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("command", COMMANDS)
def test_reports_are_as_wide_as_the_terminal(
    datasets: Path, environment: dict[str, str], corpuskit: Run, command: list[str], width: int
) -> None:
    for variables in ({"NO_COLOR": "1", "TERM": "dumb"}, {"TERM": "xterm"}):
        shown = on_terminal(command, datasets, {**environment, **variables}, width)
        assert "\x1b" not in shown
        for line in shown.splitlines():
            assert len(line) <= width or len(line.split()) == 1, line
        # A break stands where a space was: nothing is lost or broken.
        assert shown.split() == corpuskit(*command).stdout.decode().split()
    assert len(corpuskit(*command).stdout.splitlines()) <= len(shown.splitlines())


def test_json_on_a_terminal_is_one_line(datasets: Path, environment: dict[str, str]) -> None:
    shown = on_terminal(["stats", "before", "--json"], datasets, environment, 80)
    assert len(shown.splitlines()) == 1 and len(shown) > 200


def test_a_difference_fits_on_a_screen(datasets: Path, corpuskit: Run) -> None:
    short, long = (corpuskit(*words).stdout.decode().splitlines() for words in (COMMANDS[1][:-1], COMMANDS[1]))
    assert len(short) <= 24
    assert any("and 6 more (`--all` prints them)" in line for line in short)
    assert not any("--all" in line for line in long)
    assert "only after: 1-sample, 2-repair-text" in long
    assert "3-dedup method: exact -> minhash" in long
