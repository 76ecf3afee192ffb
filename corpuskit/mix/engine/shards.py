"""What tasks write to disk: documents as work shards, cut by size; verdicts on what was left out; counts of both."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.document import Document, decode_trusted, encode
from corpuskit.core.outcome import Rejected
from corpuskit.core.provenance.chain import Chain, follow
from corpuskit.core.provenance.verdicts import DROPPED, REJECTED, Verdict
from corpuskit.core.publish.line_writer import JsonlWriter
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.lines import Line
from corpuskit.mix.engine.grouping import MOST_FACTOR, grouped
from corpuskit.mix.engine.patches import PatchedRow, patched_rows
from corpuskit.mix.engine.stored_lines import FrameWriter, stored_lines
from corpuskit.mix.engine.task_files import TaskFile, damaged_error
from corpuskit.mix.engine.task_results import DocumentsResult, LeftOut, TaskFileEntry, WorkShardEntry
from corpuskit.mix.engine.tasks import FinishedTask, file_of_task

LINES_AT_ONCE = 256
POSITION = "position"
"""Key of a verdict between phases: the number of its step among those of the task."""
SHARD_BYTES = 64 * 1024 * 1024
FILE_BYTES = 64 * 1024
"""What a file costs beside its bytes, as bytes: a shard has at most 1,024 of them."""
MERGED_BYTES = SHARD_BYTES // MOST_FACTOR
"""Least size of small shards that later tasks take together; the greatest is that of a shard."""


@dataclass
class VerdictCounter:
    """Passes verdicts on and counts them by source, for the summary."""

    pass_on: Callable[[Verdict], None]
    left_out: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    """By source, then `dropped` or `rejected`, then `step: reason`."""

    def take(self, verdict: Verdict) -> None:
        """Count one verdict under the source that its document names."""
        of_source = self.left_out.setdefault(verdict.source, {DROPPED: Counter(), REJECTED: Counter()})
        of_source[verdict.verdict][f"{verdict.step}: {verdict.reason}"] += 1
        self.pass_on(verdict)


class WrittenShard(NamedTuple):
    """A file of documents that a task has finished."""

    file: TaskFileEntry
    documents: int
    bytes: int
    """Size of the lines, without their ends."""
    base: str = ""
    """What identifies the file if an earlier task wrote it and this one has linked it."""
    rows: int = 0
    """Number of lines in the linked file."""
    patch: TaskFileEntry | None = None

    def entries(self) -> list[TaskFileEntry]:
        """Return the entries of its files."""
        return [self.file] if self.patch is None else [self.file, self.patch]

    def as_json(self) -> WorkShardEntry:
        """Return its entry in the task's result."""
        entry: WorkShardEntry = {"name": self.file["name"], "documents": self.documents, "bytes": self.bytes}
        if self.base:
            entry |= {"base": self.base, "rows": self.rows}
        if self.patch is not None:
            entry["patch"] = self.patch["name"]
        return entry


class TaskLog:
    """The verdicts of one task, from which its result is made."""

    def __init__(self, task_path: Path, source: str = "") -> None:
        """Write verdicts to `TASK_PATH.verdicts.jsonl.zst`, once there is one; on documents of `source`, if given."""
        self.source = source
        self.path = file_of_task(task_path, ".verdicts.jsonl.zst")
        filesystem.remove(self.path, missing_ok=True)
        self.counter = VerdictCounter(self._write)
        self.take = self.counter.take
        self._file: TaskFile | None = None
        self._lines: BinaryIO | None = None

    def close(self, counts: Sequence[StepCount], shards: Sequence[WrittenShard] = ()) -> DocumentsResult:
        """Finish the file and return the result of a task with these counts and shards."""
        if self._lines is not None:
            self._lines.close()
        verdict_files = [self._file.entry()] if self._file is not None else []
        left_out = {source: dict[str, dict[str, int]](verdicts) for source, verdicts in self.counter.left_out.items()}
        return documents_result(counts, left_out, shards, verdict_files)

    def _write(self, verdict: Verdict) -> None:
        import orjson

        if self._lines is None:
            self._file = TaskFile(self.path)
            self._lines = compressing_writer(self._file.stream, self.path.name)
        verdict.source = self.source or verdict.source
        self._lines.write(orjson.dumps({**verdict.decision(), POSITION: verdict.position}) + b"\n")


def documents_result(
    counts: Sequence[StepCount],
    left_out: LeftOut,
    shards: Sequence[WrittenShard],
    verdict_files: Sequence[TaskFileEntry],
) -> DocumentsResult:
    """Return the result of a task that left these files, of documents and of verdicts."""
    return {
        "files": [entry for shard in shards for entry in shard.entries()] + [*verdict_files],
        "counts": [count.as_task_json() for count in counts],
        "left_out": left_out,
        "shards": [shard.as_json() for shard in shards],
        "verdict_files": [file["name"] for file in verdict_files],
    }


@dataclass
class WorkShardInput(Input):
    """A file of documents that an earlier task wrote; reading it to its end checks that it still is whole."""

    documents: int = 0
    """How many lines the file has."""
    patch: Path | None = None

    def line_runs(self) -> Iterator[list[Line] | Rejected]:
        """Yield the lines as any input does. Raises DamagedError at the end if they are not those that were written."""
        lines = (line for row in self.rows() for line in _located(row))
        while run := list(islice(lines, LINES_AT_ONCE)):
            yield run

    def rows(self) -> Iterator[PatchedRow]:
        """Yield the lines of the file itself, each with what stands in its place. Raises DamagedError."""
        return patched_rows(self.name, self.own_lines(), self.patch)

    def own_lines(self) -> Iterator[bytes]:
        """Yield the lines of the file itself. Raises DamagedError."""
        assert self.local_path is not None
        count = 0
        for line in stored_lines(self.local_path):
            count += 1
            yield line
        if count != self.documents:
            raise damaged_error(self.local_path)


def _located(row: PatchedRow) -> Iterator[Line]:
    """Yield what stands in the place of a row, each line with its offset."""
    offset = row.offset
    for line in row.lines:
        yield offset, line
        offset += len(line) + 1


class WorkFile(NamedTuple):
    """One file of documents that a task has left."""

    path: Path
    documents: int
    bytes: int
    """Size of the lines, without their ends."""
    base: str = ""
    """Identifies what is in the file, without its patch."""
    rows: int | None = None
    """Number of lines in the file, if there is a patch."""
    patch: Path | None = None
    """What has changed of the file since it was written."""

    def input(self) -> WorkShardInput:
        """Return the file as an input for the next task."""
        rows = self.documents if self.rows is None else self.rows
        return WorkShardInput(self.path.name, local_path=self.path, documents=rows, patch=self.patch)


@dataclass(frozen=True)
class WorkShard:
    """Documents in order, in one or several files; `key` identifies everything that their content depends on."""

    files: tuple[WorkFile, ...]
    key: str

    @property
    def documents(self) -> int:
        """The number of documents in all files."""
        return sum(file.documents for file in self.files)

    @property
    def name(self) -> str:
        """The name of the first file, and how many more there are, for messages."""
        more = f" and {len(self.files) - 1} more" if len(self.files) > 1 else ""
        return self.files[0].path.name + more

    @property
    def bytes(self) -> int:
        """The size of all lines."""
        return sum(file.bytes for file in self.files)

    def inputs(self) -> list[Input]:
        """Return the files as inputs for the next task."""
        return [file.input() for file in self.files]


class VerdictFile(NamedTuple):
    """A file of verdicts that a task has left."""

    name: str
    step_ids: tuple[str, ...]
    """The ids in the chain of the steps that the task applied, by their position."""


@dataclass
class ShardedStream:
    """A stream on disk between two phases: its shards in order, and the chain of steps so far."""

    shards: list[WorkShard]
    chain: Chain
    verdict_files: list[VerdictFile] = field(default_factory=list)
    """In the order of the documents, phase after phase."""

    def record_verdicts(self, result: DocumentsResult, step_ids: tuple[str, ...]) -> None:
        """Note the verdicts that a task left on what these steps of the chain took."""
        self.verdict_files += [VerdictFile(name, step_ids) for name in result["verdict_files"]]


def joined_streams(streams: Sequence[ShardedStream]) -> ShardedStream:
    """Return one stream of several, one after the other."""
    shards = merged_shards(shard for stream in streams for shard in stream.shards)
    whole = ShardedStream(shards, follow([stream.chain for stream in streams]))
    number = 0
    for stream in streams:
        ids = [entry["id"] for entry in stream.chain.steps]
        new_ids = dict(zip(ids, (entry["id"] for entry in whole.chain.steps[number:]), strict=False))
        number += len(ids)
        whole.verdict_files += [
            VerdictFile(name, tuple(new_ids[id_] for id_ in step_ids)) for name, step_ids in stream.verdict_files
        ]
    return whole


def work_shards(finished: FinishedTask[DocumentsResult]) -> list[WorkShard]:
    """Return the files of documents that a task left."""
    task_path, result = finished
    key = result.get("content_key", task_path.name)
    return [
        WorkShard((_work_file(task_path, shard, f"{key}/{number}"),), f"{key}/{number}")
        for number, shard in enumerate(result["shards"])
    ]


def _work_file(task_path: Path, shard: WorkShardEntry, key: str) -> WorkFile:
    patch = task_path.with_name(shard["patch"]) if "patch" in shard else None
    path, base = task_path.with_name(shard["name"]), shard.get("base", key)
    return WorkFile(path, shard["documents"], shard["bytes"], base, shard.get("rows"), patch)


def merged_shards(shards: Iterable[WorkShard]) -> list[WorkShard]:
    """Return the shards with small neighbours merged, so that a task is worth its while; their files stay as they are.

    The outputs of tasks are small where inputs are, or where stages drop most of a shard.
    """

    def name_and_size(shard: WorkShard) -> tuple[str, int]:
        # Named by what is beneath the patches, so that a corpus stage that changes a few rows does not move the ends.
        return "".join(file.base for file in shard.files), sum(FILE_BYTES + file.bytes for file in shard.files)

    return [_merged(group) for group in grouped(shards, name_and_size, MERGED_BYTES)]


def _merged(group: Sequence[WorkShard]) -> WorkShard:
    if len(group) == 1:
        return group[0]
    keys = json.dumps([shard.key for shard in group])
    files = tuple(file for shard in group for file in shard.files)
    return WorkShard(files, hashlib.sha256(keys.encode()).hexdigest())


def lines_of(shard: WorkShard) -> Iterator[bytes]:
    """Yield the canonical lines of a shard's documents, in order. Raises DamagedError."""
    for file in shard.files:
        input_ = file.input()
        if file.patch is None:
            yield from input_.own_lines()
        else:
            yield from (line for row in input_.rows() for line in row.lines)


def documents_of(shard: WorkShard) -> Iterator[Document]:
    """Yield a shard's documents, in order. They are not checked again: a task has written each line by `encode`."""
    return map(decode_trusted, lines_of(shard))


class WorkShardWriter:
    """Writes one file of documents."""

    def __init__(self, path: Path) -> None:
        """Open the file; one of that name may be a link to that of another task."""
        filesystem.remove(path, missing_ok=True)
        self._file = TaskFile(path)
        self._lines = JsonlWriter(cast(BinaryIO, FrameWriter(self._file.stream)))
        self.size = self.documents = 0

    def write(self, line: bytes) -> None:
        """Write the canonical line of one document."""
        self._lines.write_line(line)
        self.size += len(line)
        self.documents += 1

    def finish(self) -> WrittenShard:
        """Finish the file."""
        self._lines.close()
        return WrittenShard(self._file.entry(), self.documents, self.size)


def write_shards(documents: Iterable[Document], task_path: Path) -> list[WrittenShard]:
    """Write documents to `TASK_PATH-0000.jsonl.zst` and on, cut by size; return the files in order."""
    return write_lines(map(encode, documents), task_path)


def write_lines(lines: Iterable[bytes], task_path: Path, first: int = 0) -> list[WrittenShard]:
    """Write the canonical lines of documents as `write_shards` does; the files are numbered from `first` on."""
    shards: list[WrittenShard] = []
    writer: WorkShardWriter | None = None
    for line in lines:
        if writer is not None and writer.size >= SHARD_BYTES:
            shards.append(writer.finish())
            writer = None
        writer = writer or WorkShardWriter(path_of_shard(task_path, first + len(shards)))
        writer.write(line)
    return [*shards, writer.finish()] if writer is not None else shards


def path_of_shard(task_path: Path, number: int) -> Path:
    """Return the path of one of a task's files of documents."""
    return file_of_task(task_path, f"-{number:04d}.jsonl.zst")
