"""Progress where nobody watches: a line now and then, and none for a run that is over soon."""

import contextlib
import inspect
import os
import pty
import re
import subprocess
import sys
from typing import Any

import pytest

from corpuskit.core.wording import duration
from corpuskit.mix.engine import progress
from corpuskit.mix.engine.progress import MixProgress


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


def lines_of_a_phase(
    clock: Clock, capsys: pytest.CaptureFixture[str], seconds: float, quiet: bool = False
) -> list[str]:
    """What is said during 12 tasks of 50 documents, one after `seconds` each."""
    shown = MixProgress(quiet)
    with shown.running():
        shown.start("web: extract", 12)
        for _ in range(12):
            clock.now += seconds
            shown.advance("web: extract", 50)
    return capsys.readouterr().err.splitlines()


def test_a_long_phase_says_how_far_it_is(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    said = lines_of_a_phase(clock, capsys, 11)
    assert said[0] == ("corpuskit mix: web: extract: 3 of 12 tasks, 150 documents, 5 a second, about 1:39 left")
    assert len(said) == 4


def test_a_short_phase_and_a_quiet_run_say_nothing(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    assert lines_of_a_phase(clock, capsys, 2) == []
    assert lines_of_a_phase(clock, capsys, 100, quiet=True) == []


def test_times_are_read_at_a_glance() -> None:
    assert [duration(seconds) for seconds in (0.4, 61, 7199.6)] == ["0:00", "1:01", "2:00:00"]


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_no_line_is_wider_than_the_terminal_and_each_shows_the_pace(columns: int) -> None:
    phase = "a-source-with-a-long-name: fetch-warc, extract, filter-language, filter-quality"
    script = f"""
import time
from corpuskit.mix.engine.progress import MixProgress
shown = MixProgress(False)
with shown.running():
    shown.start({phase!r}, 1200)
    for _ in range(5):  # it is drawn ten times a second
        shown.advance({phase!r}, 31234)
        time.sleep(0.15)
"""
    drawn = drawn_by(script, columns)
    lines = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn))
    assert max(map(len, lines)) <= columns
    assert re.search(r"5/1,200 156,170 documents [\d,]+ a second, about \d+:\d\d left", lines[-2] + lines[-1])
    assert ("━" in drawn) == (columns >= 100)
    assert len({line[0] for line in lines if "/1,200" in line} - {" "}) > 1  # the mark turns


def run_a_phase_of_parts(clock: Any) -> None:
    """Run a phase of two tasks after its parts, half a minute for each task."""
    shown = MixProgress(False)
    with shown.running():
        shown.start("web: dedup", 2)
        for part, tasks in (("signatures", 2), ("matches", 14), ("verdicts", 1)):
            shown.start(f"web: dedup, {part}", tasks)
            for _ in range(tasks):
                clock.now += 31
                shown.advance(f"web: dedup, {part}", 0)
        for _ in range(2):
            clock.now += 31
            shown.advance("web: dedup", 50)


def test_the_parts_of_a_phase_are_one_line_that_counts_them_all(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    run_a_phase_of_parts(clock)
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(",")[0] for line in (said[0], said[2], said[-1])] == [
        "corpuskit mix: web: dedup: 1 of 4 tasks",
        "corpuskit mix: web: dedup: 3 of 18 tasks",
        "corpuskit mix: web: dedup: 19 of 19 tasks",
    ]
    assert len(said) == 19 and ", 100 documents, " in said[-1]
    script = f"""
from types import SimpleNamespace
from typing import Any
from corpuskit.mix.engine.progress import MixProgress
{inspect.getsource(run_a_phase_of_parts)}
run_a_phase_of_parts(SimpleNamespace(now=0))
"""
    last_frame = drawn_by(script, 100).rpartition("web: dedup")
    assert "19/19" in last_frame[2] and "dedup," not in "".join(last_frame)


def test_the_running_phase_is_seen_on_a_screen_with_few_lines() -> None:
    script = """
from corpuskit.mix.engine.progress import MixProgress
shown = MixProgress(False)
with shown.running():
    for number in range(30):
        shown.start(f"s{number}: files", 1)
        shown.advance(f"s{number}: files", 1)
    shown.start("last: files", 2)
"""
    frames = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn_by(script, 80, {"LINES": "12"})).rpartition("last: files")
    frame = frames[0].rpartition("s21: files")[2] + frames[2]
    assert "s29: files" in frame and "0/2" in frames[2] and "s20: files" not in frame and "..." not in frame


def drawn_by(script: str, columns: int, more: dict[str, str] | None = None) -> str:
    """What a program draws on a terminal that is so wide."""
    terminal, end = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", **(more or {})}
    with subprocess.Popen([sys.executable, "-c", script], stderr=end, env=environment) as process:
        os.close(end)
        drawn = b""
        with contextlib.suppress(OSError):
            while part := os.read(terminal, 65536):
                drawn += part
    os.close(terminal)
    assert process.returncode == 0
    return drawn.decode()
