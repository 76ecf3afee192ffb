"""What `mix` shows while it works: bars on a terminal, and elsewhere a line now and then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from corpuskit.core import console

REFRESHES = 1
"""A second: each one redraws all bars, some 700 bytes."""
SECONDS_BETWEEN_LINES = 30.0


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
        seconds = now - self.begun_at
        seconds_left = seconds / self.finished_tasks * (self.tasks - self.finished_tasks)
        return (
            f"{self.phase}: {self.finished_tasks:,} of {self.tasks:,} tasks, {self.documents:,} documents, "
            f"{self.documents / seconds:,.0f} a second, about {duration(seconds_left)} left"
        )


def duration(seconds: float) -> str:
    """Return a time in hours, minutes and seconds.

    >>> duration(59), duration(3723)
    ('0:59', '1:02:03')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class MixProgress:
    """Progress by phase: bars on a terminal; elsewhere lines, unless the user wants none."""

    def __init__(self, quiet: bool) -> None:
        """Show nothing until `running`."""
        self.is_shown = console.shows_progress(quiet)
        self._writes_lines = not quiet and not self.is_shown
        self._lines: dict[str, PhaseLines] = {}
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show progress while the work in this context runs."""
        if not self.is_shown:
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("{task.fields[documents]:,} documents"),
            TimeElapsedColumn(),
        )
        terminal = Console(stderr=True)
        with Progress(*columns, console=terminal, transient=True, refresh_per_second=REFRESHES) as self._progress:
            yield
        self._progress = None

    def start(self, phase: str, tasks: int) -> None:
        """Begin a phase with this many tasks."""
        self._lines[phase] = PhaseLines(phase, tasks)
        if self._progress is not None:
            self._tasks[phase] = self._progress.add_task(console.escape(phase), total=tasks, documents=0)

    def advance(self, phase: str, documents: int) -> None:
        """Count one task as done, with the documents that it gave."""
        line = self._lines[phase].advance(documents) if phase in self._lines else None
        if line is not None and self._writes_lines:
            console.notice("mix", line)
        elif line is not None:
            console.log(f"corpuskit mix: {line}")
        if self._progress is not None and phase in self._tasks:
            task = self._progress.tasks[self._tasks[phase]]
            self._progress.update(task.id, advance=1, documents=task.fields["documents"] + documents)
