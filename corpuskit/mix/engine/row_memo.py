"""What became of each row of a file, kept for the next run, in which most of the file's rows are what they were.

A corpus stage may change a few documents of every shard when one input is new. Its verdicts then have another digest,
and so every later task of these shards has another name. But what the later steps make of a document depends on that
document alone: so it is kept under a name that is made of the steps and of the file as it was before the corpus stage.
A memo is never needed: it saves work, and what comes out is the same without it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.core.disk import filesystem
from corpuskit.mix.engine.task_files import file_entry
from corpuskit.mix.engine.task_results import TaskResult
from corpuskit.mix.engine.tasks import StoredTask, Task, file_of_task

MEMO = ".memo"
RULES = 1
"""Raise it when memos have other contents."""


@dataclass(frozen=True)
class RowMemo(Task[TaskResult]):
    """Names the memo of a file; never run, as another task writes it."""

    file: str
    """Identifies the file, without its patch."""
    rules: str
    """What the rows were given to, as JSON."""

    def label(self) -> str:
        """Return what it is of."""
        return f"what became of the rows of {self.file}"

    def identity(self) -> Any:
        """Return the file and the rules."""
        return [RULES, self.file, self.rules]

    def path_in(self, tasks: Path) -> Path | None:
        """Return the path of the memo that an earlier run has left; None if there is none, or if it is not whole."""
        stored = StoredTask.in_folder(tasks, self)
        return file_of_task(stored.task_path, MEMO) if stored.whole_result() is not None else None

    def adopt(self, tasks: Path, path: Path) -> None:
        """Make a file the memo, in place of an earlier one."""
        stored = StoredTask.in_folder(tasks, self)
        filesystem.make_folder(stored.task_path.parent, parents=True, exist_ok=True)
        target = file_of_task(stored.task_path, MEMO)
        filesystem.replace(path, target)
        stored.finish({"files": [file_entry(target)]})


def memo_part(task_path: Path) -> Path:
    """Return the path at which a task writes a memo."""
    return file_of_task(task_path, f"{MEMO}.part")
