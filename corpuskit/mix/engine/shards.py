"""What tasks leave on disk: documents as work shards, cut by size; verdicts on what was left out; counts of both."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.document import Document, encode
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.provenance.verdicts import DROPPED, REJECTED, Verdict, VerdictLog
from corpuskit.core.publish.line_writer import JsonlWriter
from corpuskit.core.reading.inputs import Input
from corpuskit.core.stream.flow import Flow
from corpuskit.mix.engine.task_results import DocumentsResult, WorkShardEntry
from corpuskit.mix.engine.tasks import FinishedTask, file_of_task

SHARD_BYTES = 64 * 1024 * 1024


@dataclass
class VerdictCounter:
    """Passes verdicts on and counts them by source, for the summary."""

    pass_on: Callable[[Verdict], None]
    left_out: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    """By source, then `dropped` or `rejected`, then `step: reason`."""

    def take(self, verdict: Verdict) -> None:
        """Count one verdict under the source that its document names."""
        of_source = self.left_out.setdefault(_source_name(verdict), {DROPPED: Counter(), REJECTED: Counter()})
        of_source[verdict.verdict][f"{verdict.step}: {verdict.reason}"] += 1
        self.pass_on(verdict)


class TaskLog:
    """The verdicts of one task, from which its result is made."""

    def __init__(self, task_path: Path) -> None:
        """Write verdicts to `TASK_PATH.verdicts.jsonl.zst`."""
        self.path = file_of_task(task_path, ".verdicts.jsonl.zst")
        filesystem.remove(self.path, missing_ok=True)
        self.verdicts = VerdictLog(decisions=self.path)
        self.counter = VerdictCounter(self.verdicts.take)
        self.take = self.counter.take

    def close(self, counts: Sequence[StepCount], shards: Sequence[WorkShardEntry] = ()) -> DocumentsResult:
        """Finish the file and return the result of a task with these counts and shards."""
        self.verdicts.close()
        verdict_files = [self.path.name] if self.path.exists() else []
        return {
            "files": [shard["name"] for shard in shards] + verdict_files,
            "counts": [count.as_task_json() for count in counts],
            "left_out": {source: {**verdicts} for source, verdicts in self.counter.left_out.items()},
            "shards": list(shards),
            "verdict_files": verdict_files,
        }


@dataclass(frozen=True)
class WorkShard:
    """One file of documents in order; `key` stands for everything that its content depends on."""

    path: Path
    documents: int
    key: str

    def input(self) -> Input:
        """Return the file as an input for the next task."""
        return Input(self.path.name, local_path=self.path)


@dataclass
class ShardedStream:
    """A stream as it lies on disk between two phases: its shards in order, and the chain of steps so far."""

    shards: list[WorkShard]
    chain: Chain
    verdict_files: dict[str, list[str]] = field(default_factory=dict)
    """By step, the names of the files that hold its verdicts, in order."""

    def record_verdicts(self, result: DocumentsResult) -> None:
        """Note the verdicts that a task left, under each step that made any of them."""
        reasons = (key for verdicts in result["left_out"].values() for counts in verdicts.values() for key in counts)
        for step in dict.fromkeys(key.partition(": ")[0] for key in reasons):
            self.add_verdict_files({step: result["verdict_files"]})

    def add_verdict_files(self, files: Mapping[str, Iterable[str]]) -> None:
        """Note the files of verdicts of these steps."""
        for step, names in files.items():
            self.verdict_files.setdefault(step, []).extend(names)


def work_shards(finished: FinishedTask[DocumentsResult]) -> list[WorkShard]:
    """Return the files of documents that a task left."""
    task_path, result = finished
    key = result.get("content_key", task_path.name)
    return [
        WorkShard(task_path.with_name(shard["name"]), shard["documents"], f"{key}/{number}")
        for number, shard in enumerate(result["shards"])
    ]


def documents_of(shards: Sequence[WorkShard]) -> Iterator[Document]:
    """Yield all documents of some shards, in order."""
    return Flow([], lambda verdict: None).documents([shard.input() for shard in shards])


def write_shards(documents: Iterable[Document], task_path: Path) -> list[WorkShardEntry]:
    """Write documents to `TASK_PATH-0000.jsonl.zst` and on, cut by size; return the files in order."""
    shards: list[WorkShardEntry] = []
    writer: JsonlWriter | None = None
    size = 0
    for document in documents:
        if writer is None or size >= SHARD_BYTES:
            if writer is not None:
                writer.close()
            path = file_of_task(task_path, f"-{len(shards):04d}.jsonl.zst")
            writer, size = JsonlWriter(compressing_writer(filesystem.open_write(path), ".zst")), 0
            shards.append({"name": path.name, "documents": 0})
        line = encode(document)
        writer.write_line(line)
        size += len(line)
        shards[-1]["documents"] += 1
    if writer is not None:
        writer.close()
    return shards


def _source_name(verdict: Verdict) -> str:
    import orjson

    try:
        return str(orjson.loads(verdict.line)["metadata"]["source"])
    except (ValueError, KeyError, TypeError):
        return ""
