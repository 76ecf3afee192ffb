"""What tasks write as JSON, key by key: the engine's working state, which is not published as such."""

import re
from pathlib import Path
from typing import Any, NewType, NotRequired, TypedDict

from corpuskit.core.counts import CountEntry, StreamEntry
from corpuskit.core.disk.file_status import FileStatus
from corpuskit.core.provenance.entries import InputEntry
from corpuskit.core.publish.source_totals import SourcePart

FINGERPRINT_LETTERS = 32
FOLDER_LETTERS = 2
PHASES = "phases.json"
"""In the folder of work: the phases that have begun, for `status`."""

LeftOut = dict[str, dict[str, dict[str, int]]]
"""Number of documents and records left out: by source, then `dropped` or `rejected`, then `step: reason`."""

Remarks = dict[str, dict[str, int]]
"""What people should know of inputs although nothing is lost, and how often it was the case: by name of the input."""

FileName = NewType("FileName", str)
"""Name of one of the task's own files: the task's fingerprint, then an ending."""

Fingerprint = NewType("Fingerprint", str)
"""What a task is known by (`fingerprint` in `mix/engine/tasks.py`)."""


def in_tasks_folder(folder: Path, name: str) -> Path:
    """Return the path of a task, or of one of its files: in a folder named by the first letters, so that none is big.

    >>> in_tasks_folder(Path("tasks"), "0a1b.json").as_posix()
    'tasks/0a/0a1b.json'
    """
    return folder / name[:FOLDER_LETTERS] / name


def is_fingerprint(value: Any) -> bool:
    """Whether a value that was read from JSON is a fingerprint."""
    return isinstance(value, str) and re.fullmatch(f"[0-9a-f]{{{FINGERPRINT_LETTERS}}}", value) is not None


class PhaseEntry(TypedDict):
    """One phase in `phases.json`."""

    phase: str
    """What it is called."""
    tasks: list[Fingerprint]
    """Those that it has, in order."""


class TaskFileEntry(TypedDict):
    """One file that a task wrote, in the tasks' folder."""

    name: FileName
    bytes: int
    xxh3: str
    """Hash of its bytes, 128 bits in hexadecimal."""


class TaskResult(TypedDict):
    """The result of any task."""

    files: list[TaskFileEntry]
    """Every file that the task wrote."""


class StoredResult(TypedDict):
    """The JSON file of a finished task."""

    result: Any
    """A `TaskResult`, with the further keys of its kind of task."""
    xxh3: str
    """Hash of the task's fingerprint and the result: neither damaged nor edited results are used."""


class StoredError(TypedDict):
    """The JSON file of a task that failed."""

    kind: str
    """Name of the error's class."""
    message: str


class WorkShardEntry(TypedDict):
    """One file of documents between two phases."""

    name: FileName
    documents: int
    bytes: int
    """Size of the lines, without their ends."""
    base: NotRequired[str]
    """What identifies the file if an earlier task wrote it and this one has linked it."""
    rows: NotRequired[int]
    """Number of lines in the linked file."""
    patch: NotRequired[FileName]
    """Name of the file that says what has changed of it."""


class DocumentsResult(TaskResult):
    """The result of a task that passes documents through steps."""

    counts: list[CountEntry]
    """The counts of each step."""
    left_out: LeftOut
    shards: list[WorkShardEntry]
    """The documents that came out, in order."""
    verdict_files: list[FileName]
    """Name of the file of verdicts; empty if there are none."""
    inputs: NotRequired[list[InputEntry]]
    """What was read, if the task reads whole inputs."""
    remarks: NotRequired[Remarks]
    """On these inputs; only of a task that reads some."""
    content_key: NotRequired[str]
    """Identifies the task and the content that it read, if the task's fingerprint does not cover that content."""


class InputsResult(DocumentsResult):
    """The result of reading whole inputs."""

    file_status: list[FileStatus | None]
    """Status of each input when it was read; None for one that is not a local file."""


class RangeSpan(TypedDict):
    """Where the records of a byte range really are."""

    start: int | None
    """Where its first member starts; None if no record starts in the range."""
    stop: int | None
    """Where the first member of a later range starts, or the length of the file; None if that is unknown."""
    damaged: bool
    keys_file: FileName
    """Name of the file of hashes of what must be unique in the whole input."""


class RangeContent(TypedDict):
    """The bytes of a file that the result of a range depends on."""

    head: int
    """How many bytes from the front of the file."""
    begin: int
    """The range's first byte."""
    reach: int
    """The offset after the last byte that was read."""
    sha256: str
    """The digest of the head and of the bytes from `begin` to `reach`."""
    at_end: bool
    """Whether the file ends at `reach`."""


class RangeResult(DocumentsResult):
    """The result of reading one byte range of an input."""

    span: RangeSpan
    content: RangeContent
    file_status: FileStatus | None


class HashResult(TaskResult):
    """The result of hashing an input that is read in ranges."""

    input: InputEntry
    file_status: FileStatus | None


class VerdictPartEntry(TypedDict):
    """Where the verdicts on one shard are (`VerdictPart`)."""

    offset: int
    length: int
    sha256: str


class ResolveResult(TaskResult):
    """The result of resolving the matches of a corpus stage."""

    parts: list[VerdictPartEntry]
    """The verdicts on each shard, in the first file."""


class RealClasses(TypedDict, total=False):
    """What the result of a selection says of real texts, if these are counted."""

    real_classes: list[str]
    """Their classes, by number."""


class SelectedPart(TypedDict):
    """A file of selected documents, or of changes of the one before."""

    name: FileName
    buckets: list[list[int]]
    """Offset, length and documents of each bucket in the file (`BucketEntry`)."""


class SelectResult(DocumentsResult, RealClasses):
    """The result of selecting from a shard."""

    parts: list[SelectedPart]
    totals: dict[str, SourcePart]
    """What was selected of each source (`Totals.parts`)."""


class RealTokensResult(TaskResult):
    """The result of counting the real texts of a published shard."""

    classes: list[str]


class JoinResult(TaskResult):
    """The result of joining all verdicts."""

    decisions: list[list[str | int]]
    """Step id, verdict, reason, and how many there are of these."""


class EqualIdsResult(TaskResult):
    """The result of looking for equal ids."""

    documents: int
    """How many have the source and the id of an earlier one."""
    source: str
    id: str
    """Those of the first of them."""


class OutputFile(TypedDict):
    """A file of one shard of the corpus: a `ShardEntry` whose path is its name in the tasks' folder, and its format."""

    format: str
    path: FileName
    bytes: int
    sha256: str
    documents: int
    tokens: int
    readable: NotRequired[bool]


class WriteResult(TaskResult):
    """The result of writing one shard of the corpus."""

    outputs: list[OutputFile]
    """Those of one format follow one another, the shard's own before its companions."""
    sent: StreamEntry
    """The documents of the shard."""
