"""What tasks write as JSON, key by key: the engine's working state, which is not published as such."""

from typing import Any, NotRequired, TypedDict

from corpuskit.core.counts import CountEntry
from corpuskit.core.provenance.entries import InputEntry

FileStatus = list[int]
"""Size, modification time and change time of a file; no program can reset the last of these."""

LeftOut = dict[str, dict[str, dict[str, int]]]
"""Number of documents and records left out: by source, then `dropped` or `rejected`, then `step: reason`."""


class TaskResult(TypedDict):
    """The result of any task."""

    files: list[str]
    """Names of the files that the task wrote, all in the tasks' folder."""


class StoredResult(TypedDict):
    """The JSON file of a finished task."""

    result: Any
    """A `TaskResult`, with the additional keys of its kind of task."""
    sizes: list[int]
    """Bytes of each of its `files`, in the same order."""


class WorkShardEntry(TypedDict):
    """One file of documents between two phases."""

    name: str
    documents: int


class DocumentsResult(TaskResult):
    """The result of a task that passes documents through steps."""

    counts: list[CountEntry]
    """The counts of each step."""
    left_out: LeftOut
    shards: list[WorkShardEntry]
    """The documents that came out, in order."""
    verdict_files: list[str]
    """Name of the file of verdicts; empty if there are none."""
    inputs: NotRequired[list[InputEntry]]
    """What was read, if the task reads whole inputs."""
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
    keys_file: str
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


class SelectResult(DocumentsResult):
    """The result of selecting from a shard."""

    buckets: list[list[int]]
    """Offset, length and documents of each bucket in the file of selected documents (`BucketEntry`)."""


class OutputFile(TypedDict):
    """One shard of the corpus in one format."""

    format: str
    name: str
    bytes: int
    sha256: str
    documents: int
    tokens: int


class WriteResult(TaskResult):
    """The result of writing one shard of the corpus."""

    outputs: list[OutputFile]
    """One for each format."""
    totals: dict[str, Any]
    """What the shard holds of each source (`Totals.parts`)."""
