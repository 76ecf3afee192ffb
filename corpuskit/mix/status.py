"""`status`: how far a run of a recipe is."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypedDict, cast

from corpuskit.core import console
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.publish.run_ending import EndingEntry, ending_of, is_refusal
from corpuskit.core.settings import Settings
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.terminal import table_lines, terminal_width

if TYPE_CHECKING:
    from corpuskit.mix.engine.task_results import PhaseEntry

STATES = ("done", "started", "failed", "waiting")
STATE_OF_ENDING = {".started": "started", ".error.json": "failed", ".json": "done"}


class PhaseStatus(TypedDict):
    """The tasks of one phase."""

    phase: str
    """Its name."""
    tasks: int
    """The number of its tasks."""
    done: int
    started: int
    """How many are running."""
    failed: int
    waiting: int


class FolderStatus(TypedDict):
    """How far the run in a folder is, as `--json` prints it."""

    running: str | None
    """Who is writing the folder; None if nobody is."""
    published: bool
    """Whether the folder holds a dataset."""
    phases: list[PhaseStatus]
    """The phases that have begun, in order."""
    failures: list[str]
    """The errors of failed tasks."""
    ended: EndingEntry | None
    """What the last run was refused for, or failed of; None if it goes on, was interrupted, or published."""


@dataclass(frozen=True)
class Status(Command):
    """Show how far `mix` is with a folder: tasks done, running, failed and waiting.

    Looks at the work that a run keeps in `DIR/.staging`, wherever its tasks run. A phase appears when it begins, with
    all its tasks. Also shows who is writing the folder, why the last run was refused or failed, the errors of failed
    tasks, and whether the folder holds a dataset, which such a run leaves as it was.

        corpuskit status corpus
    """

    inputs: ClassVar[str] = "DIR"

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Print one line for each phase."""
        arguments = argument_list(arguments)
        if len(arguments) != 1:
            raise UsageError("name one folder: `corpuskit status DIR`")
        folder = Path(arguments[0])
        if not folder.is_dir():
            raise UsageError(f"no such folder: {arguments[0]!r}")
        status = folder_status(folder)
        if settings.json:
            console.write_stdout(console.answer_line("status", status))
        else:
            console.write_report(_render(status))
        return 0


def folder_status(folder: Path) -> FolderStatus:
    """Return who is writing the folder, whether it holds a dataset, how the last run ended, its phases and errors."""
    from corpuskit.core.disk.stored_json import read_json
    from corpuskit.core.publish.folder_output import holder_of
    from corpuskit.core.publish.recovery import STAGING, TASKS, WORK
    from corpuskit.core.reading.resolve import is_dataset
    from corpuskit.mix.engine.task_results import PHASES, Fingerprint, PhaseEntry, in_tasks_folder, is_fingerprint

    work = folder / STAGING / WORK
    holder = holder_of(folder)
    phases: list[PhaseEntry] = read_json(work / PHASES, list[PhaseEntry], {Fingerprint: is_fingerprint}) or []
    states = _task_states(work / TASKS)
    errors = [_task_error(in_tasks_folder(work / TASKS, name)) for phase in phases for name in phase["tasks"]]
    return {
        "running": holder,
        "published": is_dataset(folder),
        "phases": [_phase_status(phase, states, holder is not None) for phase in phases],
        "failures": [error for error in errors if error],
        "ended": ending_of(work) if holder is None else None,
    }


def _task_states(tasks: Path) -> dict[str, str]:
    """Return the state of each task, by its files; if there are several, `done` wins, then `failed`."""
    states: dict[str, str] = {}
    for path in sorted(tasks.glob("*/*")):
        task, dot, ending = path.name.partition(".")
        state = STATE_OF_ENDING.get(dot + ending)
        if state and states.get(task) != "done":
            states[task] = state if state == "done" or states.get(task) != "failed" else "failed"
    return states


def _phase_status(phase: "PhaseEntry", states: dict[str, str], is_running: bool) -> PhaseStatus:
    counts = dict.fromkeys(STATES, 0)
    for name in phase["tasks"]:
        state = states.get(name, "waiting")
        # A task started by a run that has ended must be done again.
        counts["waiting" if state == "started" and not is_running else state] += 1
    return cast(PhaseStatus, {"phase": phase["phase"], "tasks": len(phase["tasks"]), **counts})


def _task_error(task_path: Path) -> str | None:
    """Return the error of a failed task; None if it is done, or has not failed."""
    from corpuskit.core.disk.stored_json import read_json
    from corpuskit.mix.engine.task_results import StoredError

    if task_path.with_name(f"{task_path.name}.json").exists():
        return None
    error: StoredError | None = read_json(task_path.with_name(f"{task_path.name}.error.json"), StoredError)
    return error["message"] if error else None


def _render(status: FolderStatus) -> str:
    rows: list[tuple[str, ...]] = [("phase", "tasks", "done", "running", "failed", "waiting")]
    for phase in status["phases"]:
        figures = (phase["tasks"], phase["done"], phase["started"], phase["failed"], phase["waiting"])
        rows.append((console.escape(phase["phase"]), *(f"{figure:,}" for figure in figures)))
    lines = [
        *_heading_lines(status),
        *(table_lines(rows, width=terminal_width(sys.stdout)) if status["phases"] else ()),
    ]
    ended = status["ended"]
    lines += [
        f"failed: {console.escape(error)}" for error in status["failures"] if ended is None or error != ended["error"]
    ]
    return "\n".join(lines)


def _heading_lines(status: FolderStatus) -> Iterator[str]:
    """Yield what the folder is in, and what it holds."""
    ended = status["ended"]
    if status["running"]:
        yield f"being written by {status['running']}"
    elif ended is not None and is_refusal(ended):
        verb = "was refused" if ended["exit"] == RefusedError.exit_code else "failed"
        yield f"the last run {verb}: {console.escape(ended['error'])}"
        yield "its finished tasks are kept for the next run of `corpuskit mix`"
    elif ended is not None:
        yield f"the last run failed: {console.escape(ended['error'])}"
        yield "the next run of `corpuskit mix` continues with what is not done"
    elif status["phases"]:
        yield "a run was interrupted; the next run of `corpuskit mix` continues with what is not done"
    if status["published"] and (status["running"] or status["phases"]):
        yield "the dataset that was published here before stands"
    elif not status["running"] and not status["phases"]:
        yield "published, nothing is running" if status["published"] else "nothing is running, nothing is published"
