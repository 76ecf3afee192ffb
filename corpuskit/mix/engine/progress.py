"""What `mix` shows on a terminal while it works: the progress of each phase."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from corpuskit.core import console


class MixProgress:
    """Progress by phase; silent without a terminal."""

    def __init__(self, quiet: bool) -> None:
        """Show nothing until `running`."""
        self.is_shown = console.shows_progress(quiet)
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
        with Progress(*columns, console=Console(stderr=True), transient=True) as self._progress:
            yield
        self._progress = None

    def start(self, phase: str, tasks: int) -> None:
        """Begin a phase with this many tasks."""
        if self._progress is not None:
            self._tasks[phase] = self._progress.add_task(console.escape(phase), total=tasks, documents=0)

    def advance(self, phase: str, documents: int) -> None:
        """Count one task as done, with the documents that it gave."""
        if self._progress is not None and phase in self._tasks:
            task = self._progress.tasks[self._tasks[phase]]
            self._progress.update(task.id, advance=1, documents=task.fields["documents"] + documents)
