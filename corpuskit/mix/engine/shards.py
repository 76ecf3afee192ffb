"""What tasks write to disk: documents as work shards, cut by size; verdicts on what was left out; counts of both."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

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
from corpuskit.mix.engine.task_files import TaskFile, damaged_error, file_entry
from corpuskit.mix.engine.task_results import DocumentsResult, TaskFileEntry
from corpuskit.mix.engine.tasks import FinishedTask, file_of_task

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
        return {
            "files": [shard.file for shard in shards] + verdict_files,
            "counts": [count.as_task_json() for count in counts],
            "left_out": {source: {**verdicts} for source, verdicts in self.counter.left_out.items()},
            "shards": [
                {"name": shard.file["name"], "documents": shard.documents, "bytes": shard.bytes} for shard in shards
            ],
            "verdict_files": [file["name"] for file in verdict_files],
        }

    def _write(self, verdict: Verdict) -> None:
        import orjson

        if self._lines is None:
            self._file = TaskFile(self.path)
            self._lines = compressing_writer(self._file.stream, self.path.name)
        verdict.source = self.source or verdict.source
        self._lines.write(orjson.dumps({**verdict.decision(), POSITION: verdict.position}) + b"\n")


@dataclass
class WorkShardInput(Input):
    """A file of documents that an earlier task wrote; reading it to its end checks that it still is whole."""

    documents: int = 0
    """How many there were."""

    def line_runs(self) -> Iterator[list[Line] | Rejected]:
        """Yield the lines as any input does. Raises DamagedError at the end if they are not those that were written."""
        count = 0
        for run in super().line_runs():
            count += 1 if isinstance(run, Rejected) else len(run)
            yield run
        if self.damage or count != self.documents:
            raise damaged_error(Path(self.name))


class WorkFile(NamedTuple):
    """One file of documents that a task has left."""

    path: Path
    documents: int
    bytes: int
    """Size of the lines, without their ends."""


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

    def inputs(self) -> list[Input]:
        """Return the files as inputs for the next task."""
        return [WorkShardInput(path.name, local_path=path, documents=documents) for path, documents, _ in self.files]


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
        WorkShard(
            (WorkFile(task_path.with_name(shard["name"]), shard["documents"], shard["bytes"]),), f"{key}/{number}"
        )
        for number, shard in enumerate(result["shards"])
    ]


def merged_shards(shards: Iterable[WorkShard]) -> list[WorkShard]:
    """Return the shards with small neighbours merged, so that a task is worth its while; their files stay as they are.

    The outputs of tasks are small where inputs are, or where stages drop most of a shard.
    """

    def name_and_size(shard: WorkShard) -> tuple[str, int]:
        return shard.key, sum(FILE_BYTES + file.bytes for file in shard.files)

    return [_merged(group) for group in grouped(shards, name_and_size, MERGED_BYTES)]


def _merged(group: Sequence[WorkShard]) -> WorkShard:
    if len(group) == 1:
        return group[0]
    keys = json.dumps([shard.key for shard in group])
    files = tuple(file for shard in group for file in shard.files)
    return WorkShard(files, hashlib.sha256(keys.encode()).hexdigest())


def lines_of(shard: WorkShard) -> Iterator[bytes]:
    """Yield the canonical lines of a shard's documents, in order. Raises DamagedError."""
    for file in shard.inputs():
        for item in file.lines():
            if isinstance(item, Rejected):
                raise damaged_error(Path(file.name))
            yield item[1]


def documents_of(shard: WorkShard) -> Iterator[Document]:
    """Yield a shard's documents, in order. They are not checked again: a task has written each line by `encode`."""
    return map(decode_trusted, lines_of(shard))


class WorkShardWriter:
    """Writes one file of documents."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        self._file = TaskFile(path)
        self._lines = JsonlWriter(compressing_writer(self._file.stream, ".zst"))
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


def write_lines(lines: Iterable[bytes], task_path: Path) -> list[WrittenShard]:
    """Write the canonical lines of documents as `write_shards` does."""
    shards: list[WrittenShard] = []
    writer: WorkShardWriter | None = None
    for line in lines:
        if writer is not None and writer.size >= SHARD_BYTES:
            shards.append(writer.finish())
            writer = None
        writer = writer or WorkShardWriter(file_of_task(task_path, f"-{len(shards):04d}.jsonl.zst"))
        writer.write(line)
    return [*shards, writer.finish()] if writer is not None else shards


def linked_files(files: Sequence[WorkFile], task_path: Path) -> list[WrittenShard] | None:
    """Give files of documents a second name as the files of this task; None where the file system has no hard links."""
    shards = []
    for number, file in enumerate(files):
        path = file_of_task(task_path, f"-{number:04d}.jsonl.zst")
        filesystem.remove(path, missing_ok=True)
        try:
            filesystem.link(file.path, path)
        except OSError as error:
            if error.errno not in filesystem.NO_HARD_LINK:
                raise
            return None
        shards.append(WrittenShard(file_entry(path), file.documents, file.bytes))
    return shards
