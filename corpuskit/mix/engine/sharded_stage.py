"""A corpus stage on many machines: sign each shard, match by bucket, resolve, filter each shard.

For near-duplicates: one task per shard computes signatures; one task per bucket (a band) finds and verifies matches;
one task resolves all matches to verdicts; one task per shard filters it by the verdicts. The verdicts are those of
`CorpusStage.run` over all shards in order.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from corpuskit.core.counts import StepCount, StreamCount
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.document import Document, Reject, decode_trusted, encode
from corpuskit.core.outcome import Drop
from corpuskit.core.provenance.verdicts import DROPPED, Verdict
from corpuskit.core.step import Change, CorpusStage, ShardedRun, VerdictPart
from corpuskit.core.stream.batch import Location, count_hits, of_reject
from corpuskit.mix.engine.patched_files import write_changed
from corpuskit.mix.engine.patches import PatchedRow
from corpuskit.mix.engine.shards import TaskLog, WorkShard, documents_of
from corpuskit.mix.engine.task_files import damaged_error, file_entry
from corpuskit.mix.engine.task_results import DocumentsResult, ResolveResult, TaskResult
from corpuskit.mix.engine.tasks import Task, file_of_task, identity_of, interned

SIGNATURES, MATCHES, VERDICTS = ".signatures", ".matches", ".verdicts"


class NoMore:
    """What stands after the last of a series in which None has a meaning."""


NO_MORE = NoMore()


@dataclass(frozen=True)
class SignShard(Task[TaskResult]):
    """Computes the signatures of one shard."""

    step: CorpusStage
    shard: WorkShard

    def label(self) -> str:
        """Return the step and the shard."""
        return f"{self.step.name()}: signatures of shard {self.shard.name}"

    def identity(self) -> Any:
        """Return the step and the shard."""
        return [identity_of(self.step), self.shard.key]

    def run(self, task_path: Path) -> TaskResult:
        """Write the signatures."""
        path = file_of_task(task_path, SIGNATURES)
        _sharded_run(self.step).sign(documents_of(self.shard), path)
        return {"files": [file_entry(path)]}


@dataclass(frozen=True)
class MatchBucket(Task[TaskResult]):
    """Finds the matches among all shards in one bucket."""

    step: CorpusStage
    bucket: int
    signatures: tuple[Path, ...]

    def label(self) -> str:
        """Return the step and the bucket."""
        return f"{self.step.name()}: matches in bucket {self.bucket + 1}"

    def identity(self) -> Any:
        """Return the step, the bucket and what is compared."""
        depends_on = _sharded_run(self.step).depends_on()
        return [identity_of(self.step), self.bucket, _names(self.signatures), depends_on]

    def run(self, task_path: Path) -> TaskResult:
        """Write the matches."""
        path = file_of_task(task_path, MATCHES)
        _sharded_run(self.step).match(self.bucket, self.signatures, path)
        return {"files": [file_entry(path)]}


@dataclass(frozen=True)
class ResolveMatches(Task[ResolveResult]):
    """Resolves the matches of all buckets to verdicts, in a part for each shard."""

    step: CorpusStage
    signatures: tuple[Path, ...]
    matches: tuple[Path, ...]

    def label(self) -> str:
        """Return the step."""
        return f"{self.step.name()}: verdicts"

    def identity(self) -> Any:
        """Return the step, the signatures and the matches."""
        return [identity_of(self.step), _names(self.signatures), _names(self.matches)]

    def run(self, task_path: Path) -> ResolveResult:
        """Write the verdicts."""
        resolution = _sharded_run(self.step).resolve(self.signatures, self.matches, file_of_task(task_path, VERDICTS))
        return {
            "files": [file_entry(path) for path in resolution.files],
            "parts": [
                {"offset": part.offset, "length": part.length, "sha256": part.sha256} for part in resolution.parts
            ],
        }


@dataclass(frozen=True)
class FilterShard(Task[DocumentsResult]):
    """Filters one shard by the verdicts on its documents."""

    step: CorpusStage
    shard: WorkShard
    verdicts: Path
    part: VerdictPart

    def label(self) -> str:
        """Return the step and the shard."""
        return f"{self.step.name()}: shard {self.shard.name}"

    def identity(self) -> Any:
        """Return the step, the shard and the verdicts on it, which other shards may leave as they are."""
        return [identity_of(self.step), self.shard.key, self.part.sha256]

    def run(self, task_path: Path) -> DocumentsResult:
        """Write the documents that stay."""
        log, count, unchanged = TaskLog(task_path), StepCount(), StreamCount()
        changes = _sharded_run(self.step).changes(self._read_verdicts())
        shards = write_changed(self.shard, partial(self._remaining, changes, log, count, unchanged), task_path)
        count.received.merge(unchanged)
        count.sent.merge(unchanged)
        if next(changes, NO_MORE) is not NO_MORE:
            raise damaged_error(self.verdicts)
        return log.close([count], shards)

    def _remaining(
        self, changes: Iterator[Change | None], log: TaskLog, count: StepCount, unchanged: StreamCount, row: PatchedRow
    ) -> Sequence[bytes] | None:
        """Return what stands in the place of a row; most documents are as they were, and are not even decoded."""
        remaining: list[bytes] = []
        for line in row.lines:
            change = next(changes, NO_MORE)
            if change is None:
                unchanged.add(line)
                remaining.append(line)
                continue
            if isinstance(change, NoMore):
                raise damaged_error(self.verdicts)
            count.received.add(line)
            location = (self.step.name(), count.received.documents + unchanged.documents)
            after = self._changed(decode_trusted(line), change, log, count, location)
            if after is not None:
                count.sent.add(after)
                remaining.append(after)
        return None if row.instead is None and remaining == [row.line] else remaining

    def _changed(
        self, document: Document, change: Change, log: TaskLog, count: StepCount, location: Location
    ) -> bytes | None:
        """Return the line of a changed document; None if it was dropped or rejected."""
        name = self.step.name()
        try:
            item = change(document)
            if isinstance(item, Document):
                count_hits(count, item)
                return encode(item)
            verdict = (
                Verdict.of_drop(name, item, location) if isinstance(item, Drop) else Verdict.of_rejected(name, item)
            )
        except Reject as reject:
            verdict = of_reject(name, reject, document.id, b"", location)
        (count.dropped if verdict.verdict == DROPPED else count.rejected)[verdict.reason] += 1
        log.take(verdict)
        return None

    def _read_verdicts(self) -> bytes:
        with open_regular(self.verdicts) as stream:
            stream.seek(self.part.offset)
            verdicts = stream.read(self.part.length)
        if hashlib.sha256(verdicts).hexdigest() != self.part.sha256:
            raise damaged_error(self.verdicts)
        return verdicts


def _sharded_run(step: CorpusStage) -> ShardedRun:
    run = interned(step).sharded()
    assert run is not None, step.name()
    return run


def _names(paths: Sequence[Path]) -> list[str]:
    return [path.name for path in paths]
