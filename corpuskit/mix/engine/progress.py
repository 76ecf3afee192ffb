"""What `mix` shows people on standard error: how far each source is, and at the end where everything went."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from corpuskit.core import console

SHOWN_REASONS = 4


@dataclass
class Row:
    """One source: what was read of it, what left it and why, what was taken."""

    read: int = 0
    sampled: int = 0
    tokens: int = 0
    epochs: float = 0.0
    share: float = 0.0
    dropped: "Counter[str]" = field(default_factory=Counter)
    rejected: "Counter[str]" = field(default_factory=Counter)
    """Documents that left, by `step: reason`."""


class Board:
    """Progress by source; silent where there is no terminal."""

    def __init__(self, quiet: bool) -> None:
        """Nothing is shown before `running`."""
        self.shows = console.shows_progress(quiet)
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Show progress while the work in this context runs."""
        if not self.shows:
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

    def start(self, label: str, total: int) -> None:
        """A piece of work in so many parts begins."""
        if self._progress is not None:
            self._tasks[label] = self._progress.add_task(console.escape(label), total=total, documents=0)

    def advance(self, label: str, documents: int) -> None:
        """One part is done, and gave so many documents."""
        if self._progress is not None and label in self._tasks:
            task = self._progress.tasks[self._tasks[label]]
            self._progress.update(task.id, advance=1, documents=task.fields["documents"] + documents)


def table(rows: dict[str, Row]) -> str:
    """The summary: a line for each source, and below it what left it and why.

    >>> print(table({"web": Row(10, 4, 900, 1, 1.0, Counter({"dedup: duplicate": 6}))}))
    source  documents  dropped  rejected  sampled  tokens  epochs   share
    web            10        6         0        4     900    1.00  100.0%
            dropped: 6 dedup: duplicate
    """
    heads = ("source", "documents", "dropped", "rejected", "sampled", "tokens", "epochs", "share")
    cells = [
        (
            console.escape(name),
            f"{row.read:,}",
            f"{row.dropped.total():,}",
            f"{row.rejected.total():,}",
            f"{row.sampled:,}",
            f"{row.tokens:,}",
            f"{row.epochs:.2f}",
            f"{row.share:.1%}",
        )
        for name, row in rows.items()
    ]
    widths = [max(len(cell) for cell in column) for column in zip(heads, *cells, strict=True)]
    lines = [_line(heads, widths)]
    for cell, row in zip(cells, rows.values(), strict=True):
        lines.append(_line(cell, widths))
        lines += _reasons("dropped", row.dropped, widths[0] + 2) + _reasons("rejected", row.rejected, widths[0] + 2)
    return "\n".join(lines)


def show(rows: dict[str, Row]) -> None:
    """Print the summary on standard error."""
    sys.stderr.write(table(rows) + "\n")


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    first = cells[0].ljust(widths[0])
    return "  ".join([first, *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))])


def _reasons(word: str, reasons: "Counter[str]", indent: int) -> list[str]:
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{number:,} {reason}" for reason, number in ranked[:SHOWN_REASONS]]
    rest = sum(number for _, number in ranked[SHOWN_REASONS:])
    if rest:
        shown.append(f"{rest:,} for {len(ranked) - SHOWN_REASONS} other reasons")
    return [" " * indent + f"{word}: " + ", ".join(shown)] if shown else []
