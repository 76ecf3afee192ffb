"""A corpus stage on many machines: sign each shard, match by bucket, resolve, filter each shard.

For near-duplicates: one task per shard computes signatures; one task per bucket (a band) finds and verifies matches;
one task resolves all matches to verdicts; one task per shard filters it by the verdicts. The verdicts are those of
`CorpusStage.run` over all shards in order.
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.counts import StepCount, StreamCount
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.document import Document, Reject, decode_trusted, encode
from corpuskit.core.outcome import Drop
from corpuskit.core.provenance.verdicts import DROPPED, Verdict
from corpuskit.core.step import Change, CorpusStage, ShardedRun, VerdictPart
from corpuskit.core.stream.batch import count_hits, of_reject
from corpuskit.mix.engine.filter_memo import FilterMemo, RejudgedRow, keep_filtered
from corpuskit.mix.engine.line_counts import NotedLines, noted_count, read_noted_lines
from corpuskit.mix.engine.patched_files import WrittenPatch, can_be_patched, link, stays_patched, write_changed
from corpuskit.mix.engine.patches import PatchedRow, PatchWriter
from corpuskit.mix.engine.row_memo import RowMemo, memo_part
from corpuskit.mix.engine.shards import TaskLog, WorkFile, WorkShard, lines_of
from corpuskit.mix.engine.stored_lines import stored_lines_at
from corpuskit.mix.engine.task_files import damaged_error, file_entry
from corpuskit.mix.engine.task_results import DocumentsResult, ResolveResult, TaskResult
from corpuskit.mix.engine.tasks import Task, file_of_task, identity_of, interned

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNATURES, LINES, MATCHES, VERDICTS = ".signatures", ".lines", ".matches", ".verdicts"
MOST_OTHERS = 8
"""A shard is filtered anew when there are other verdicts on more than a part of this many of its documents."""


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
        """Write the signatures, and what `FilterShard` is to know of each line."""
        path, noted_lines = file_of_task(task_path, SIGNATURES), NotedLines()
        _sharded_run(self.step).sign(map(decode_trusted, noted_lines.noting(lines_of(self.shard))), path)
        return {"files": [file_entry(path), noted_lines.write(lines_path(path))]}


@dataclass(frozen=True)
class MatchBucket(Task[TaskResult]):
    """Finds the matches among all shards in one bucket."""

    step: CorpusStage
    bucket: int
    signatures: tuple[Path, ...]
    remembers: bool = False
    """Whether the matches are kept for the next run, which may have more shards."""

    def label(self) -> str:
        """Return the step and the bucket."""
        return f"{self.step.name()}: matches in bucket {self.bucket + 1}"

    def identity(self) -> Any:
        """Return the step, the bucket and what is compared."""
        depends_on = _sharded_run(self.step).depends_on()
        return [identity_of(self.step), self.bucket, _names(self.signatures), depends_on]

    def run(self, task_path: Path) -> TaskResult:
        """Write the matches."""
        path, memo, tasks = file_of_task(task_path, MATCHES), self._memo(), task_path.parent.parent
        earlier = None if memo is None else memo.path_in(tasks)
        _sharded_run(self.step).match(self.bucket, self.signatures, path, earlier)
        unfinished = memo_part(task_path)
        if memo is not None and link(path, unfinished) is not None:
            memo.adopt(tasks, {"": unfinished})
        return {"files": [file_entry(path)]}

    def memos(self) -> Sequence[RowMemo]:
        """Return the memo of the stream that begins with the same shard."""
        memo = self._memo()
        return [memo] if memo is not None else []

    def _memo(self) -> RowMemo | None:
        run = _sharded_run(self.step)
        if not (self.remembers and self.signatures and run.goes_on_from_matches):
            return None
        return RowMemo((self.signatures[0].name,), json.dumps([identity_of(self.step), self.bucket, run.depends_on()]))


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
    signatures: Path
    """Those of the shard: beside them is noted what lines it has."""
    verdicts: Path
    part: VerdictPart
    remembers: bool = False
    """Whether what it leaves is kept for the next run, which may have other verdicts on some documents."""

    def label(self) -> str:
        """Return the step and the shard."""
        return f"{self.step.name()}: shard {self.shard.name}"

    def identity(self) -> Any:
        """Return the step, the shard and the verdicts on it, which other shards may leave as they are."""
        return [identity_of(self.step), self.shard.key, self.part.sha256]

    def run(self, task_path: Path) -> DocumentsResult:
        """Write the documents that stay."""
        verdicts, memo, tasks = self._read_verdicts(), self._memo(), task_path.parent.parent
        changes = list(_sharded_run(self.step).changes(verdicts))
        if len(changes) != self.shard.documents:
            raise damaged_error(self.verdicts)
        earlier = None if memo is None else FilterMemo.of_shard(memo, tasks)
        result = None if earlier is None else self._go_on(earlier, verdicts, changes, task_path)
        if result is None:
            rows = FilteredRows(self.step, changes, lines_path(self.signatures), TaskLog(task_path))
            shards = write_changed(self.shard, rows.remaining, task_path, rows.filter_known)
            result = rows.log.close([rows.complete_count()], shards)
        if memo is not None:
            keep_filtered(memo, self.shard, verdicts, result, task_path)
        return result

    def memos(self) -> Sequence[RowMemo]:
        """Return the memo of the shard's files."""
        memo = self._memo()
        return [memo] if memo is not None else []

    def _memo(self) -> RowMemo | None:
        if not self.remembers or not can_be_patched(self.shard) or any(file.patch for file in self.shard.files):
            return None
        return RowMemo(tuple(file.base for file in self.shard.files), json.dumps(identity_of(self.step)))

    def _go_on(
        self, earlier: FilterMemo, verdicts: bytes, changes: Sequence[Change | None], task_path: Path
    ) -> DocumentsResult | None:
        """Write what an earlier run has left, with what other verdicts make of it; None if that is not possible."""
        followed = earlier.followed_verdicts()
        numbers = [] if followed is None else _sharded_run(self.step).other_verdicts(verdicts, followed)
        if followed is None or len(numbers) * MOST_OTHERS > len(changes):
            return None
        rows: dict[int, RejudgedRow] = {}
        for number, line in zip(numbers, self._lines_of(numbers), strict=True):
            line_after = _line_after(line, changes[number])
            if line_after is None:
                return None
            rows[number] = RejudgedRow(line, line_after)
        return earlier.new_result(self.shard, rows, task_path)

    def _lines_of(self, numbers: Sequence[int]) -> Iterator[bytes]:
        """Yield the lines of documents of the shard, whose numbers ascend."""
        lengths, _ = read_noted_lines(lines_path(self.signatures), self.shard.documents)
        first = 0
        for file in self.shard.files:
            here = numbers[bisect_left(numbers, first) : bisect_left(numbers, first + file.documents)]
            if here:
                yield from own_lines_at(file, lengths[first : first + file.documents], [row - first for row in here])
            first += file.documents

    def _read_verdicts(self) -> bytes:
        with open_regular(self.verdicts) as stream:
            stream.seek(self.part.offset)
            verdicts = stream.read(self.part.length)
        if hashlib.sha256(verdicts).hexdigest() != self.part.sha256:
            raise damaged_error(self.verdicts)
        return verdicts


@dataclass
class FilteredRows:
    """The rows of a shard in order, with what becomes of each: most stay as they are, and are not even read."""

    step: CorpusStage
    changes: Sequence[Change | None]
    """By document of the shard."""
    lines: Path
    """What is noted of the shard's lines."""
    log: TaskLog
    _count: StepCount = field(default_factory=StepCount)
    """Without the documents that stay."""
    _unchanged: StreamCount = field(default_factory=StreamCount)
    _at: int = 0
    """How many documents came before the next one."""

    def complete_count(self) -> StepCount:
        """Return the account of all documents."""
        self._count.received.merge(self._unchanged)
        self._count.sent.merge(self._unchanged)
        return self._count

    def remaining(self, row: PatchedRow) -> Sequence[bytes] | None:
        """Return what stands in the place of a row; None for the line of the file itself."""
        remaining: list[bytes] = []
        for line in row.lines:
            change = self.changes[self._at]
            self._at += 1
            if change is None:
                self._unchanged.add(line)
                remaining.append(line)
            elif (after := self._changed(line, change, self._at)) is not None:
                remaining.append(after)
        return None if row.instead is None and remaining == [row.line] else remaining

    def filter_known(self, file: WorkFile, patch: PatchWriter) -> WrittenPatch | None:
        """Write to `patch` what becomes of a file, of which only the rows that change are made lines; None if many do.

        Of a file that has a patch, it is not noted which lines stand in which row.
        """
        import numpy

        if file.patch is not None:
            return None
        noted_lengths, noted_digests = self._noted
        here = slice(self._at, self._at + file.documents)
        lengths, digests = noted_lengths[here], noted_digests[here]
        stays = numpy.fromiter((change is None for change in self.changes[here]), bool, file.documents)
        if not stays_patched(file, int(lengths[~stays].sum()), int(lengths.sum()), int(lengths[stays].sum())):
            return None
        unchanged = noted_count(lengths[stays], digests[stays])
        self._unchanged.merge(unchanged)
        documents, size = unchanged.documents, unchanged.bytes - unchanged.documents
        rows = (~stays).nonzero()[0].tolist()
        for row, line in zip(rows, own_lines_at(file, lengths, rows), strict=True):
            change = self.changes[self._at + row]
            assert change is not None
            after = self._changed(line, change, self._at + row + 1)
            patch.replace(row, () if after is None else (after,))
            documents, size = documents + (after is not None), size + len(after or b"")
        self._at += file.documents
        return WrittenPatch(documents, size)

    @cached_property
    def _noted(self) -> "tuple[NDArray[Any], NDArray[Any]]":
        return read_noted_lines(self.lines, len(self.changes))

    def _changed(self, line: bytes, change: Change, number: int) -> bytes | None:
        """Return the line of a changed document, the shard's `number`th; None if it was dropped or rejected."""
        name, count, document = self.step.name(), self._count, decode_trusted(line)
        location = (name, number)
        count.received.add(line)
        try:
            item = change(document)
            if isinstance(item, Document):
                count_hits(count, item)
                after = encode(item)
                count.sent.add(after)
                return after
            verdict = (
                Verdict.of_drop(name, item, location, line)
                if isinstance(item, Drop)
                else Verdict.of_rejected(name, item)
            )
        except Reject as reject:
            verdict = of_reject(name, reject, document.id, b"", location)
        (count.dropped if verdict.verdict == DROPPED else count.rejected)[verdict.reason] += 1
        self.log.take(verdict)
        return None


def own_lines_at(file: WorkFile, lengths: "NDArray[Any]", rows: Sequence[int]) -> Iterator[bytes]:
    """Yield the file's own lines in these rows, in order, by the noted lengths of all."""
    ends = (lengths + 1).cumsum()
    starts = (ends - 1 - lengths)[rows].tolist()
    return stored_lines_at(file.path, starts, (ends[rows] - 1).tolist(), int(ends[-1]))


def _line_after(line: bytes, change: Change | None) -> bytes | None:
    """Return the line of a document after a change; None if that leaves it out, or finds something that is counted."""
    if change is None:
        return line
    try:
        item = change(decode_trusted(line))
    except Reject:
        return None
    return encode(item) if isinstance(item, Document) and not item.hits else None


def lines_path(signatures: Path) -> Path:
    """Return the path of what is noted of the lines of a shard with these signatures."""
    return signatures.with_name(signatures.name.removesuffix(SIGNATURES) + LINES)


def _sharded_run(step: CorpusStage) -> ShardedRun:
    run = interned(step).sharded()
    assert run is not None, step.name()
    return run


def _names(paths: Sequence[Path]) -> list[str]:
    return [path.name for path in paths]
