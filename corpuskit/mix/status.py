"""How far a run of a recipe is."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core import console
from corpuskit.core.errors import UsageError
from corpuskit.core.settings import Settings
from corpuskit.core.step import Command

STATES = ("done", "started", "failed", "waiting")


@dataclass(frozen=True)
class Status(Command):
    """Show how far `mix` is with a folder: tasks done, running, failed and waiting.

    Looks at the work that a run keeps in `DIR/.staging`, wherever its tasks run. A phase appears when it begins, with
    all its tasks. Says who is writing the folder, and what failed tasks failed of.

        corpuskit status corpus
    """

    inputs: ClassVar[str] = "DIR"

    def execute(self, arguments: list[str], settings: Settings) -> int:
        """Print a line a phase."""
        if len(arguments) != 1:
            raise UsageError("name one folder: `corpuskit status DIR`")
        folder = Path(arguments[0])
        if not folder.is_dir():
            raise UsageError(f"no such folder: {arguments[0]!r}")
        answer = status_of(folder)
        console.print_out(console.answer_line("status", answer) if settings.json else _render(answer))
        return 0


def status_of(folder: Path) -> dict[str, Any]:
    """Who writes the folder, whether it holds a dataset, its phases with their tasks by state, and the failures."""
    from corpuskit.core.publish.folder_output import STAGING, TASKS, WORK, holder_of
    from corpuskit.core.reading.resolve import is_dataset
    from corpuskit.mix.engine.engine import PHASES

    work = folder / STAGING / WORK
    holder = holder_of(folder)
    try:
        phases = json.loads((work / PHASES).read_bytes())
    except (OSError, ValueError):
        phases = []
    known = _states(work / TASKS)
    failures = [reason for phase in phases for name in phase["tasks"] if (reason := _failure(work / TASKS / name))]
    return {
        "running": holder,
        "published": is_dataset(folder),
        "phases": [_phase(phase, known, holder is not None) for phase in phases],
        "failures": failures,
    }


def _states(tasks: Path) -> dict[str, str]:
    """The state of each task by the files there are; of several the most advanced."""
    states: dict[str, str] = {}
    endings = {".started": "started", ".error.json": "failed", ".json": "done"}
    for path in sorted(tasks.iterdir()) if tasks.is_dir() else ():
        stem, dot, ending = path.name.partition(".")
        state = endings.get(dot + ending)
        if state and states.get(stem) != "done":
            states[stem] = state if state == "done" or states.get(stem) != "failed" else "failed"
    return states


def _phase(phase: dict[str, Any], known: dict[str, str], running: bool) -> dict[str, Any]:
    counts = dict.fromkeys(STATES, 0)
    for name in phase["tasks"]:
        state = known.get(name, "waiting")
        # What was started by a run that is no more has to be done again.
        counts["waiting" if state == "started" and not running else state] += 1
    return {"phase": phase["phase"], "tasks": len(phase["tasks"]), **counts}


def _failure(stem: Path) -> str | None:
    if stem.with_name(f"{stem.name}.json").exists():
        return None
    try:
        return str(json.loads(stem.with_name(f"{stem.name}.error.json").read_bytes())["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _render(answer: dict[str, Any]) -> str:
    if answer["running"]:
        head = f"being written by {answer['running']}"
    elif answer["phases"]:
        head = "a run was broken off; the next run of `corpuskit mix` goes on from what is done"
    else:
        head = "published, nothing is running" if answer["published"] else "nothing is running, nothing is published"
    rows: list[tuple[str, ...]] = [("phase", "tasks", "done", "running", "failed", "waiting")]
    for phase in answer["phases"]:
        figures = (phase["tasks"], *(phase[state] for state in STATES))
        rows.append((console.escape(phase["phase"]), *(f"{figure:,}" for figure in figures)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [head]
    for row in rows if answer["phases"] else ():
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join([row[0].ljust(widths[0]), *cells]))
    lines += [f"failed: {console.escape(reason)}" for reason in answer["failures"]]
    return "\n".join(lines)
