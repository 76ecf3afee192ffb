"""What `mix` shows on standard error: the progress of each phase, and at the end what became of each source."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from corpuskit.core import console
from corpuskit.mix.engine.text_table import table_lines

SHOWN_REASONS = 4
REFRESHES = 1
"""A second: each one redraws all bars, some 700 bytes."""


@dataclass
class SourceSummary:
    """One source: what was read, what was left out and why, and what was sampled."""

    read: int = 0
    sampled: int = 0
    tokens: int = 0
    epochs: float = 0.0
    share: float = 0.0
    dropped: "Counter[str]" = field(default_factory=Counter)
    """Documents by `step: reason`."""
    rejected: "Counter[str]" = field(default_factory=Counter)
    """Records by `step: reason`."""


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
        terminal = Console(stderr=True)
        with Progress(*columns, console=terminal, transient=True, refresh_per_second=REFRESHES) as self._progress:
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


def summary_table(summaries: Mapping[str, SourceSummary]) -> str:
    """Return the summary: a line for each source, and below it what was left out and why.

    >>> print(summary_table({"web": SourceSummary(10, 4, 900, 1, 1.0, Counter({"dedup: duplicate": 6}))}))
    source  documents  dropped  rejected  sampled  tokens  epochs   share
    web            10        6         0        4     900    1.00  100.0%
            dropped: 6 dedup: duplicate
    """
    rows: list[tuple[str, ...]] = [
        ("source", "documents", "dropped", "rejected", "sampled", "tokens", "epochs", "share")
    ]
    rows += [
        (
            console.escape(name),
            f"{summary.read:,}",
            f"{summary.dropped.total():,}",
            f"{summary.rejected.total():,}",
            f"{summary.sampled:,}",
            f"{summary.tokens:,}",
            f"{summary.epochs:.2f}",
            f"{summary.share:.1%}",
        )
        for name, summary in summaries.items()
    ]
    indent = max(len(row[0]) for row in rows) + 2
    heading, *source_lines = table_lines(rows)
    lines = [heading]
    for line, summary in zip(source_lines, summaries.values(), strict=True):
        reasons = _reason_lines("dropped", summary.dropped) + _reason_lines("rejected", summary.rejected)
        lines += [line, *(" " * indent + reason for reason in reasons)]
    return "\n".join(lines)


def print_summary(summaries: Mapping[str, SourceSummary]) -> None:
    """Print the summary on standard error."""
    sys.stderr.write(summary_table(summaries) + "\n")


def _reason_lines(word: str, reasons: "Counter[str]") -> list[str]:
    ranked = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    phrases = [f"{number:,} {reason}" for reason, number in ranked[:SHOWN_REASONS]]
    rest = sum(number for _, number in ranked[SHOWN_REASONS:])
    if rest:
        phrases.append(f"{rest:,} for {len(ranked) - SHOWN_REASONS} other reasons")
    return [f"{word}: " + ", ".join(phrases)] if phrases else []
