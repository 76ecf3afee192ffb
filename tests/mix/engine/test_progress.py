"""Progress where nobody watches: a line now and then, and none for a run that is over soon."""

import contextlib
import os
import pty
import re
import subprocess
import sys

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
    for _ in range(30):
        shown.advance({phase!r}, 31234)
        time.sleep(0.02)
"""
    terminal, end = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    with subprocess.Popen([sys.executable, "-c", script], stderr=end, env=environment) as process:
        os.close(end)
        drawn = b""
        with contextlib.suppress(OSError):
            while part := os.read(terminal, 65536):
                drawn += part
    os.close(terminal)
    assert process.returncode == 0
    lines = re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode()))
    assert max(map(len, lines)) <= columns
    assert re.search(r"30/1,200 937,020 documents [\d,]+ a second, about \d+:\d\d left", lines[-2] + lines[-1])
    assert ("━" in drawn.decode()) == (columns >= 100)
