"""What a corpus stage made of a shard, kept for the next run, in which most verdicts on its documents are the same.

A new input has a few documents of every shard stand for one more duplicate. The memo is what `FilterShard` has left:
the verdicts that it followed, the patch of each file, what it says of the documents that it left out, and its result.
The next run asks the stage about those documents only on which there is another verdict. It goes on from the rest if
each of them stays in the corpus, as it did before: then what was left out is the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple, TypedDict

from corpuskit.core.counts import StepCount, StreamCount
from corpuskit.mix.engine.patched_files import WrittenPatch, link, stays_patched, write_unread
from corpuskit.mix.engine.patches import PatchWriter, read_patch
from corpuskit.mix.engine.row_memo import RowMemo, memo_part
from corpuskit.mix.engine.shards import WorkFile, WorkShard, WrittenShard, documents_result
from corpuskit.mix.engine.task_files import TaskFile, file_entry
from corpuskit.mix.engine.task_results import DocumentsResult, FileName, TaskFileEntry
from corpuskit.mix.engine.tasks import file_of_task

FOLLOWED = "-followed"
"""Ending of the file of verdicts, after the name of the memo."""


class RejudgedRow(NamedTuple):
    """A document on which there is another verdict, and which stays in the corpus."""

    own_line: bytes
    """Its line in the file."""
    line: bytes
    """What stands there from now on."""


class FilterNote(TypedDict):
    """What the memo's own file says."""

    sha256: str
    """Of the verdicts."""
    task: str
    """What the names of the task's files begin with."""
    result: DocumentsResult
    """Of the task."""


@dataclass
class FilterMemo:
    """What an earlier run has left about a shard."""

    path: Path
    note: FilterNote

    @classmethod
    def of_shard(cls, memo: RowMemo, tasks: Path) -> "FilterMemo | None":
        """Return the memo; None if there is none that is whole, in the folder of all tasks' files."""
        path = memo.path_in(tasks)
        return None if path is None else cls(path, json.loads(path.read_bytes()))

    def followed_verdicts(self) -> bytes | None:
        """Return the verdicts that the earlier task followed; None if another task has replaced them meanwhile."""
        verdicts = self._path_of(FOLLOWED).read_bytes()
        return verdicts if _sha256(verdicts) == self.note["sha256"] else None

    def new_result(self, shard: WorkShard, rows: Mapping[int, RejudgedRow], task_path: Path) -> DocumentsResult | None:
        """Write what becomes of a shard whose documents are what they were but for some, by number; return the result.

        None if one of them had been left out, or if a file is rather to be written anew.
        """
        count = StepCount.from_json(self.note["result"]["counts"][0])
        changed_files = list(self._changed_files(shard, rows, count.sent))
        if len(changed_files) != len(shard.files):
            return None
        shards: list[WrittenShard] = []
        for number, (file, changed_file) in enumerate(zip(shard.files, changed_files, strict=True)):
            unread = write_unread(file, changed_file.write, task_path, number)
            if unread is None:
                return None
            shards += unread
        decisions = [self._linked(name, task_path) for name in self.note["result"]["verdict_files"]]
        if None in decisions:
            return None
        return documents_result([count], self.note["result"]["left_out"], shards, [each for each in decisions if each])

    def _changed_files(
        self, shard: WorkShard, rows: Mapping[int, RejudgedRow], sent: StreamCount
    ) -> "Iterator[ChangedFile]":
        """Yield what each file has in the place of its rows; fewer if one cannot be gone on from."""
        firsts = accumulate((file.documents for file in shard.files), initial=0)
        for first, file, entry in zip(firsts, shard.files, self.note["result"]["shards"], strict=False):
            replaced = self._replaced(entry.get("patch"))
            of_file = {row - first: rows[row] for row in rows if first <= row < first + file.documents}
            if replaced is None or any(replaced.get(row) == [] for row in of_file):
                return
            changed_file = ChangedFile(replaced, WrittenPatch(entry["documents"], entry["bytes"]))
            for row, rejudged_row in of_file.items():
                changed_file.put(row, rejudged_row, sent)
            if not changed_file.stays_patched(file):
                return
            yield changed_file

    def _replaced(self, name: FileName | None) -> dict[int, list[bytes]] | None:
        """Return the rows of a patch; None if another task has replaced it meanwhile."""
        if name is None:
            return {}
        path = self._path_of(self._ending_of(name))
        return dict(read_patch(path)) if self._is_noted(name, file_entry(path)) else None

    def _linked(self, name: FileName, task_path: Path) -> TaskFileEntry | None:
        """Give a file of the memo a second name, as one of this task; None if that cannot be, or it was replaced."""
        ending = self._ending_of(name)
        entry = link(self._path_of(ending), file_of_task(task_path, ending))
        return entry if entry is not None and self._is_noted(name, entry) else None

    def _is_noted(self, name: FileName, entry: TaskFileEntry) -> bool:
        return entry["xxh3"] in [file["xxh3"] for file in self.note["result"]["files"] if file["name"] == name]

    def _ending_of(self, name: FileName) -> str:
        return name.removeprefix(self.note["task"])

    def _path_of(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)


@dataclass
class ChangedFile:
    """What stands in the place of rows of a file, by the earlier task and by the new verdicts."""

    replaced: dict[int, list[bytes]]
    written: WrittenPatch

    def put(self, row: int, rejudged_row: RejudgedRow, sent: StreamCount) -> None:
        """Put a line in the place of a row, and count it among the lines that are sent."""
        (before,) = self.replaced.pop(row, [rejudged_row.own_line])
        if rejudged_row.line != rejudged_row.own_line:
            self.replaced[row] = [rejudged_row.line]
        sent.replace(before, rejudged_row.line)
        self.written = self.written._replace(bytes=self.written.bytes + len(rejudged_row.line) - len(before))

    def stays_patched(self, file: WorkFile) -> bool:
        """Whether the file is not written anew."""
        replaced_bytes = sum(len(line) for lines in self.replaced.values() for line in lines)
        return stays_patched(file, replaced_bytes, file.bytes, self.written.bytes)

    def write(self, _: WorkFile, patch: PatchWriter) -> WrittenPatch:
        """Write the patch of the file."""
        for row in sorted(self.replaced):
            patch.replace(row, self.replaced[row])
        return self.written


def keep_filtered(memo: RowMemo, shard: WorkShard, verdicts: bytes, result: DocumentsResult, task_path: Path) -> None:
    """Make what a task leaves of a shard, by these verdicts, the memo, if it has linked all files of it."""
    if [entry.get("base") for entry in result["shards"]] != [file.base for file in shard.files]:
        return
    unfinished, note = memo_part(task_path), FilterNote(sha256=_sha256(verdicts), task=task_path.name, result=result)
    names = [entry["patch"] for entry in result["shards"] if "patch" in entry] + result["verdict_files"]
    parts = {name.removeprefix(task_path.name): task_path.with_name(name) for name in names}
    files = {ending: unfinished.with_name(unfinished.name + ending) for ending in (*parts, FOLLOWED, "")}
    if any(link(path, files[ending]) is None for ending, path in parts.items()):
        return
    for ending, content in ((FOLLOWED, verdicts), ("", json.dumps(note).encode())):
        with TaskFile(files[ending]) as file:
            file.write(content)
    memo.adopt(task_path.parent.parent, files)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
