"""How a source's inputs are read: one task per file, per group of small files, or per byte range of a big one.

What a task reads depends only on names, sizes and first bytes, so it is the same whatever the number of workers. Byte
ranges are read on the assumption that together they cover the file (`core/reading/byte_ranges.py`). If they do not, for
example because the file is damaged, their results are ignored and one task reads the whole file. So the documents are
always those that reading the whole file gives.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.core.disk.durable import size_and_digest
from corpuskit.core.disk.file_status import FileStatus, file_status, settled
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.entries import InputEntry
from corpuskit.core.reading.byte_ranges import (
    ByteRange,
    byte_ranges,
    content_of,
    cover_file,
    keys_are_unique,
    write_keys,
)
from corpuskit.core.reading.hashing_stream import open_local
from corpuskit.core.reading.input_kinds import archive_of_name
from corpuskit.core.reading.inputs import Input
from corpuskit.core.settings import Tags
from corpuskit.core.step import Source, Step
from corpuskit.core.stream.first_reject import FirstReject
from corpuskit.core.stream.flow import Flow
from corpuskit.mix.engine.grouping import grouped
from corpuskit.mix.engine.located_errors import errors_located
from corpuskit.mix.engine.shards import TaskLog, write_shards
from corpuskit.mix.engine.task_files import file_entry
from corpuskit.mix.engine.task_results import (
    DocumentsResult,
    FileName,
    HashResult,
    InputsResult,
    RangeContent,
    RangeResult,
    Remarks,
)
from corpuskit.mix.engine.tasks import FinishedTask, Task, file_of_task, identity_of, interned

TASK_BYTES = 1024 * 1024
"""Least size of a group of small files that one task reads."""
FILE_BYTES = 4 * 1024
"""What a file costs beside its bytes, as bytes: an empty file is work, too."""
KEYS = ".keys"


@dataclass(frozen=True)
class ReadInputs(Task[InputsResult]):
    """Reads whole inputs through the source step and the stages after it."""

    name: str
    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    tags: Tags
    location: str = ""
    """How errors name the source."""

    def label(self) -> str:
        """Return the source and its first input."""
        more = f" and {len(self.inputs) - 1} more" if len(self.inputs) > 1 else ""
        return f"{self.name}: {self.steps[0].name()} of {self.inputs[0].name}{more}"

    def identity(self) -> Any:
        """Return the steps, the tags and the names of the inputs; `is_current` compares their content."""
        names = [
            [file.name, file.expected_sha256, *_archive_mark(file), *_selection_mark(file), *_stated_metadata(file)]
            for file in self.inputs
        ]
        return [names, [identity_of(step) for step in self.steps], vars(self.tags)]

    def run(self, task_path: Path) -> InputsResult:
        """Read all of them."""
        with errors_located(self.location, self.steps):
            return self._run(task_path)

    def _run(self, task_path: Path) -> InputsResult:
        log = TaskLog(task_path, self.name)
        files = [file.unread_copy() for file in self.inputs]
        status_before = [_file_status(file) for file in files]
        rejects = FirstReject(log.take)
        flow = Flow([interned(step) for step in self.steps], rejects.take, tags=self.tags)
        shards = write_shards(flow.documents(files), task_path)
        for file, what in rejects.lost_inputs(files):
            file.remark(what)
        entries = [file.manifest_entry() for file in files]
        for file, before in zip(files, status_before, strict=True):
            if _file_status(file) != before:
                raise _changed_error(file)
        result = log.close(flow.counts, shards)
        key = _content_key(task_path, entries)
        return {
            **result,
            "inputs": entries,
            "remarks": _remarks_on(files),
            "content_key": key,
            "file_status": [status and settled(status) for status in status_before],
        }

    def is_cacheable(self) -> bool:
        """Whether what is read can be compared: what an address gives may change from one run to the next."""
        return all(file.local_path is not None or file.expected_sha256 is not None for file in self.inputs)

    def is_current(self, result: InputsResult) -> bool:
        """Whether the inputs are still what was read: the same status or, if that differs, the same digest.

        An input from a URL has no content before it is downloaded, so an earlier download counts as current.
        """
        return all(
            file.local_path is None or _file_status(file) == status or _has_content(file, entry)
            for file, status, entry in zip(self.inputs, result["file_status"], result["inputs"], strict=True)
        )


@dataclass(frozen=True)
class ReadRange(Task[RangeResult]):
    """Reads one byte range of a local file through the source step and the stages after it."""

    name: str
    file: Input
    begin: int
    end: int
    steps: tuple[Step, ...]
    tags: Tags
    location: str = ""
    """How errors name the source."""

    def label(self) -> str:
        """Return the source, the input and the range."""
        return f"{self.name}: {self.steps[0].name()} of {self.file.name}, bytes {self.begin:,} to {self.end:,}"

    def identity(self) -> Any:
        """Return the steps, the tags, the input's name and the range; `is_current` compares its content."""
        location = [self.file.name, self.begin, self.end]
        return [location, [identity_of(step) for step in self.steps], vars(self.tags)]

    def run(self, task_path: Path) -> RangeResult:
        """Read the range. The result says where its records start and stop, and which bytes were read to find out."""
        with errors_located(self.location, self.steps):
            return self._run(task_path)

    def _run(self, task_path: Path) -> RangeResult:
        byte_range = ByteRange(self.begin, self.end)
        file = Input(self.file.name, local_path=self.file.local_path, byte_range=byte_range)
        log = TaskLog(task_path, self.name)
        status_before = _file_status(file)
        flow = Flow([interned(step) for step in self.steps], log.take, tags=self.tags)
        shards = write_shards(flow.documents([file]), task_path)
        keys_file = file_of_task(task_path, KEYS)
        write_keys(byte_range.keys, keys_file)
        content = self._content(byte_range.head, file.reach)
        if _file_status(file) != status_before:
            raise _changed_error(file)
        result = log.close(flow.counts, shards)
        return {
            **result,
            "files": [*result["files"], file_entry(keys_file)],
            "remarks": _remarks_on([file]),
            "content_key": _content_key(task_path, content),
            "span": {
                "start": byte_range.start,
                "stop": byte_range.stop,
                "damaged": bool(file.damage),
                "keys_file": FileName(keys_file.name),
            },
            "content": content,
            "file_status": status_before and settled(status_before),
        }

    def is_current(self, result: RangeResult) -> bool:
        """Whether the bytes that were read are unchanged."""
        content = result["content"]
        if _file_status(self.file) == result["file_status"]:
            return True
        return self._content(content["head"], content["reach"]) == content

    def _content(self, head: int, reach: int) -> RangeContent:
        assert self.file.local_path is not None
        sha256, at_end = content_of(self.file.local_path, head, self.begin, reach)
        return {"head": head, "begin": self.begin, "reach": reach, "sha256": sha256, "at_end": at_end}


@dataclass(frozen=True)
class HashFile(Task[HashResult]):
    """Finds the length and sha256 of a local file that is read in ranges."""

    file: Input

    def label(self) -> str:
        """Return what is computed, and the input."""
        return f"the sha256 of {self.file.name}"

    def identity(self) -> Any:
        """Return the input's name; `is_current` compares its content."""
        return [self.file.name]

    def run(self, task_path: Path) -> HashResult:
        """Read the file to its end."""
        status_before = _file_status(self.file)
        entry = Input(self.file.name, local_path=self.file.local_path).manifest_entry()
        if _file_status(self.file) != status_before:
            raise _changed_error(self.file)
        return {"files": [], "input": entry, "file_status": status_before and settled(status_before)}

    def is_current(self, result: HashResult) -> bool:
        """Whether the file is unchanged."""
        return _file_status(self.file) == result["file_status"] or _has_content(self.file, result["input"])


@dataclass(frozen=True)
class ReadPlan:
    """Inputs and the tasks that read them: one task for all of them, or several for the ranges of a single file."""

    whole_task: ReadInputs
    """Reads everything; with ranges, it runs only if these do not fit together."""
    range_tasks: tuple[ReadRange, ...] = ()

    @property
    def tasks(self) -> list[Task[Any]]:
        """The tasks to run first."""
        return [HashFile(self.range_tasks[0].file), *self.range_tasks] if self.range_tasks else [self.whole_task]

    def usable_results(self, finished: Sequence[FinishedTask[Any]]) -> Sequence[FinishedTask[DocumentsResult]] | None:
        """Return those results of `tasks` that hold documents; None if the file must be read whole.

        Raises DamagedError if the file was changed between two of the tasks.
        """
        if not self.range_tasks:
            return finished
        for task, (_, result) in zip(self.tasks, finished, strict=True):
            if not task.is_current(result):
                raise _changed_error(self.range_tasks[0].file)
        whole_file: HashResult = finished[0].result
        ranges: Sequence[FinishedTask[RangeResult]] = finished[1:]
        keys_files = [task_path.with_name(result["span"]["keys_file"]) for task_path, result in ranges]
        spans = [dict(result["span"]) for _, result in ranges]
        if not cover_file(spans, whole_file["input"]["bytes"]) or not keys_are_unique(keys_files):
            return None
        first, *others = ranges
        first_result: RangeResult = {**first.result, "inputs": [whole_file["input"]]}
        return [FinishedTask(first.task_path, first_result), *others]


def read_plans(
    name: str, inputs: Sequence[Input], steps: Sequence[Step], tags: Tags, location: str = ""
) -> list[ReadPlan]:
    """Plan how a source's inputs are read by its source step and the stages after it; in the order of the inputs.

    Errors name the source by its `location` in the recipe.
    """
    plans = []
    for files in group(inputs):
        whole_task = ReadInputs(name, tuple(files), tuple(steps), tags, location)
        ranges = _ranges(files[0], steps[0]) if len(files) == 1 else []
        range_tasks = tuple(
            ReadRange(name, files[0], begin, end, tuple(steps), tags, location) for begin, end in ranges
        )
        plans.append(ReadPlan(whole_task, range_tasks))
    return plans


def group(inputs: Sequence[Input]) -> list[list[Input]]:
    """Group inputs into tasks: one file each, small files together; the same whatever the number of workers."""

    def name_and_size(file: Input) -> tuple[str, int]:
        if file.local_path:
            return file.name, FILE_BYTES + os.stat(file.local_path).st_size
        return file.name, FILE_BYTES + file.selection.size if file.selection else TASK_BYTES

    return grouped(inputs, name_and_size, TASK_BYTES)


def _ranges(file: Input, step: Step) -> list[tuple[int, int]]:
    """Return the byte ranges in which a file is read; none if it is read whole."""
    if not isinstance(step, Source) or not step.part_bytes or file.local_path is None or file.is_stream:
        return []
    size = file.local_path.stat().st_size
    if size <= step.part_bytes or file.expected_sha256 is not None:
        return []
    with open_local(file.local_path) as stream:
        return byte_ranges(size, step.part_bytes) if step.splits(stream) else []


def _archive_mark(file: Input) -> list[str]:
    """Return what tells an archive that was named from one that lies in a tree of code, where it is not opened."""
    return ["named"] if file.is_named and archive_of_name(file.name) else []


def _selection_mark(file: Input) -> list[str]:
    """Return what tells which records of an archive at an address are read."""
    return [file.selection.fingerprint()] if file.selection is not None else []


def _stated_metadata(file: Input) -> list[str]:
    """Return what the publisher of a file says of all its documents."""
    return [text for pair in sorted(file.stated_metadata.items()) for text in pair]


def _remarks_on(files: Sequence[Input]) -> Remarks:
    return {file.name: dict(file.findings.remarks) for file in files if file.findings.remarks}


def _file_status(file: Input) -> FileStatus | None:
    """Return what changes when the file is written to; None if it is not a local file."""
    return None if file.local_path is None else file_status(file.local_path)


def _has_content(file: Input, entry: InputEntry) -> bool:
    """Whether a file has the size and digest of its manifest entry."""
    assert file.local_path is not None
    return size_and_digest(file.local_path) == (entry["bytes"], entry["sha256"])


def _changed_error(file: Input) -> DamagedError:
    return DamagedError(f"{file.name} was changed while it was read; run it again")


def _content_key(task_path: Path, content: Sequence[InputEntry] | Mapping[str, Any]) -> str:
    canonical = json.dumps([task_path.name, content], sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
