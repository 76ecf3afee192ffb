"""What tasks leave as JSON, key by key: the engine's working state, none of which is published as such."""

from typing import Any, NotRequired, TypedDict

from corpuskit.core.counts import CountEntry
from corpuskit.core.provenance.entries import InputEntry, ShardEntry
from corpuskit.core.publish.source_totals import SourcePart

FileStatus = list[int]
"""Size, modification time and change time of a file; no program can set the last of these back."""

LeftOut = dict[str, dict[str, dict[str, int]]]
"""Number of documents and records left out: by source, then `dropped` or `rejected`, then `step: reason`."""


class TaskResult(TypedDict):
    """The result of any task."""

    files: list[str]
    """Names of the files that the task wrote, all in the tasks' folder."""


class StoredResult(TypedDict):
    """The JSON file of a finished task."""

    result: Any
    """A `TaskResult`, with the further keys of its kind of task."""
    sizes: list[int]
    """Bytes of each of its `files`, in the same order."""


class WorkShardEntry(TypedDict):
    """One file of documents between two phases."""

    name: str
    documents: int


class DocumentsResult(TaskResult):
    """The result of a task that passes documents through steps."""

    counts: list[CountEntry]
    """The account of each step."""
    left_out: LeftOut
    shards: list[WorkShardEntry]
    """The documents that came out, in order."""
    verdict_files: list[str]
    """Name of the file of verdicts; empty if there are none."""
    inputs: NotRequired[list[InputEntry]]
    """What was read, if the task reads whole inputs."""
    content_key: NotRequired[str]
    """Stands for the task and the content that it read, if the task's fingerprint does not cover that."""


class InputsResult(DocumentsResult):
    """The result of reading whole inputs."""

    file_status: list[FileStatus | None]
    """Status of each input when it was read; None for one that is not a local file."""


class RangeSpan(TypedDict):
    """Where the records of a byte range really lie."""

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
    """Of the head and of the bytes from `begin` to `reach`."""
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


class OutputFile(ShardEntry):
    """A file of one shard of the corpus; its path is its name in the tasks' folder."""

    format: str


class WriteResult(TaskResult):
    """The result of writing one shard of the corpus."""

    outputs: list[OutputFile]
    """Those of one format follow one another, the shard's own before its companions."""
    totals: dict[str, SourcePart]
    """What the shard holds of each source (`Totals.parts`)."""
