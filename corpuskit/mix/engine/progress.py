"""What `mix` shows while it works: bars on a terminal, and elsewhere a line now and then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from corpuskit.core import console
from corpuskit.core.wording import duration, quantity

REFRESHES = 1
"""A second: each one redraws all bars, some 700 bytes."""
SECONDS_BETWEEN_LINES = 30.0
WIDTH_WITH_BARS = 100
"""Columns of a terminal from which on there is room for bars beside the figures."""
FIGURES_WIDTH = 66
"""Columns that the figures of a line may take, with the mark of a phase that runs."""
BAR_WIDTH = 16
LINES_BELOW = 2
"""Lines of the terminal that are left free: the prompt, and what is said meanwhile."""


class PhaseLines:
    """Progress of one phase as lines of a log, the first after half a minute, so that short runs stay silent."""

    def __init__(self, phase: str, tasks: int) -> None:
        """Begin to count and to measure."""
        self.phase, self.tasks = phase, tasks
        self.finished_tasks = self.documents = 0
        self.begun_at = self.last_line_at = time.monotonic()

    def advance(self, documents: int) -> str | None:
        """Count one task as done; return a line if it is time for one: tasks, documents, rate and time left."""
        self.finished_tasks += 1
        self.documents += documents
        now = time.monotonic()
        if now - self.last_line_at < SECONDS_BETWEEN_LINES:
            return None
        self.last_line_at = now
        tasks = f"{self.finished_tasks:,} of {self.tasks:,} tasks"
        return f"{self.phase}: {tasks}, {quantity(self.documents, 'document')}, {self.pace()}"

    def is_complete(self) -> bool:
        """Whether all tasks are done."""
        return self.finished_tasks == self.tasks

    def outcome(self) -> str:
        """Return the documents, if the phase gives any, and the seconds."""
        documents = f"{quantity(self.documents, 'document')} in " if self.documents else ""
        return f"{documents}{time.monotonic() - self.begun_at:.2f} s"

    def pace(self) -> str:
        """Return the rate so far and the time left, or the time taken if all is done."""
        seconds = time.monotonic() - self.begun_at
        rate = f"{self.documents / max(seconds, 0.001):,.0f} a second, " if self.documents else ""
        tasks_left = self.tasks - self.finished_tasks
        if not tasks_left:
            return f"{rate}took {duration(seconds)}"
        return f"{rate}about {duration(seconds / max(self.finished_tasks, 1) * tasks_left)} left"


class MixProgress:
    """Progress by phase: bars on a terminal; elsewhere lines, unless the user wants none."""

    def __init__(self, quiet: bool) -> None:
        """Show nothing until `running`."""
        self.is_shown = console.shows_progress(quiet)
        self._writes_lines = not quiet and not self.is_shown
        self._lines: dict[str, PhaseLines] = {}
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}
        self._name_width = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show progress while the work in this context runs."""
        if not self.is_shown:
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
        from rich.table import Column

        terminal = Console(stderr=True)
        has_bars = terminal.width >= WIDTH_WITH_BARS
        figures = ("{task.completed:,.0f}/{task.total:,.0f}", "{task.fields[documents]}", "{task.fields[pace]}")
        unbroken = Column(no_wrap=True, justify="right")
        columns = (
            SpinnerColumn("line", finished_text=" "),  # a task may take long, and nothing else moves meanwhile
            TextColumn("{task.description}", table_column=Column(no_wrap=True)),
            *([BarColumn(bar_width=BAR_WIDTH)] if has_bars else []),
            *(TextColumn(figure, table_column=unbroken.copy()) for figure in figures),
        )
        # A line that is wrapped could not be drawn over, so names give way to figures.
        self._name_width = max(terminal.width - FIGURES_WIDTH - (BAR_WIDTH + 1) * has_bars, 8)
        with Progress(*columns, console=terminal, transient=True, refresh_per_second=REFRESHES) as self._progress:
            yield
        self._progress = None

    def start(self, phase: str, tasks: int) -> None:
        """Begin a phase with this many tasks; `dedup, matches` is a part of the phase `dedup`, if that has begun."""
        self._lines[phase] = PhaseLines(phase, tasks)
        console.detail(f"{phase}: {quantity(tasks, 'task')}")
        whole = self._whole_of(phase)
        if whole != phase:
            self._lines[whole].tasks += tasks
            if self._progress is not None and whole in self._tasks:
                self._progress.update(self._tasks[whole], total=self._lines[whole].tasks)
        elif self._progress is not None:
            self._make_room()
            name = _shortened(console.escape(phase), self._name_width)
            self._tasks[phase] = self._progress.add_task(name, total=tasks, documents="", pace="")

    def advance(self, phase: str, documents: int) -> None:
        """Count one task as done, with the documents that it gave; what a part does counts for the whole phase."""
        line = self._lines[phase].advance(documents) if phase in self._lines else None
        if phase in self._lines and self._lines[phase].is_complete():
            console.detail(f"{phase}: {self._lines[phase].outcome()}")
        if (whole := self._whole_of(phase)) != phase:
            phase, line = whole, self._lines[whole].advance(0)
        if line is not None and self._writes_lines:
            console.notice("mix", line)
        elif line is not None:
            console.log(f"corpuskit mix: {line}")
        if self._progress is not None and phase in self._tasks:
            lines = self._lines[phase]
            figure = quantity(lines.documents, "document") if lines.documents else ""
            self._progress.update(self._tasks[phase], advance=1, documents=figure, pace=lines.pace())

    def _make_room(self) -> None:
        """Hide the earliest phases that are done, so that no more lines are drawn than the terminal has."""
        rows = self._progress.console.height - LINES_BELOW
        visible_tasks = [task for task in self._progress.tasks if task.visible]
        done = [task for task in visible_tasks if task.finished]
        for task in done[: max(len(visible_tasks) + 1 - rows, 0)]:
            self._progress.update(task.id, visible=False)

    def _whole_of(self, phase: str) -> str:
        """Return the phase under way that this one is a part of; the phase itself if it is none."""
        whole = phase.rpartition(", ")[0]
        return whole if whole in self._lines and not self._lines[whole].is_complete() else phase


def _shortened(name: str, width: int) -> str:
    """Return a name of at most so many characters: its start, which tells the source, and its end, the step.

    >>> _shortened("a-source-with-a-long-name: fetch-warc, extract", 20)
    'a-source-w…, extract'
    """
    if len(name) <= width:
        return name
    end = (width - 1) // 2
    return f"{name[: width - 1 - end]}…{name[len(name) - end :]}"
