"""What became of each row of files, kept for the next run, in which most of the rows are what they were.

A corpus stage may change a few documents of every shard when one input is new. Its verdicts then have another digest,
and so every later task of these shards has another name. But what the later steps make of a document depends on that
document alone: so it is kept under a name that is made of the steps and of the files as they were before the corpus
stage. A memo is never needed: it saves work, and what comes out is the same without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.core.disk import filesystem
from corpuskit.mix.engine.task_files import file_entry
from corpuskit.mix.engine.task_results import TaskResult
from corpuskit.mix.engine.tasks import StoredTask, Task, file_of_task

MEMO = ".memo"
RULES = 3
"""Raise it when memos have other contents."""


@dataclass(frozen=True)
class RowMemo(Task[TaskResult]):
    """Names the memo of files; never run, as another task writes it."""

    files: tuple[str, ...]
    """Identify the files, without their patches."""
    rules: str
    """What the rows were given to, as JSON."""

    def label(self) -> str:
        """Return what it is of."""
        return f"what became of the rows of {', '.join(self.files)}"

    def identity(self) -> Any:
        """Return the files and the rules."""
        return [RULES, self.files, self.rules]

    def path_in(self, tasks: Path) -> Path | None:
        """Return the path of the memo that an earlier run has left; None if there is none, or if it is not whole.

        Further files of the memo have this name and an ending.
        """
        stored = StoredTask.in_folder(tasks, self)
        return file_of_task(stored.task_path, MEMO) if stored.whole_result() is not None else None

    def adopt(self, tasks: Path, files: Mapping[str, Path]) -> None:
        """Make files the memo, in place of an earlier one, each by the ending that its name gets after `MEMO`."""
        stored = StoredTask.in_folder(tasks, self)
        filesystem.make_folder(stored.task_path.parent, parents=True, exist_ok=True)
        targets = {ending: file_of_task(stored.task_path, MEMO + ending) for ending in files}
        for ending, path in files.items():
            filesystem.replace(path, targets[ending])
        stored.finish({"files": [file_entry(target) for target in targets.values()]})


def memo_part(task_path: Path) -> Path:
    """Return the path at which a task writes a memo."""
    return file_of_task(task_path, f"{MEMO}.part")
