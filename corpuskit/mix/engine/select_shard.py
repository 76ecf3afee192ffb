"""The task that selects documents of a shard, and divides them into the buckets of the final order.

What an earlier run has made of most of a shard is used again (`selection_memo`): then there are two files, the records
of that run, which are linked, and what has changed of them.
"""

import hashlib
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.counts import StepCount, StreamCount, line_digest
from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document, decode_trusted, encode
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.publish.contents import stated_day
from corpuskit.core.publish.equal_ids import id_hash
from corpuskit.core.publish.source_totals import Totals, Traits
from corpuskit.core.step import Drop
from corpuskit.core.tokens import counter, token_version
from corpuskit.mix.engine.bucket_index import CHANGES, BucketEntry, Edit, edits_line
from corpuskit.mix.engine.equal_ids import hashes_file
from corpuskit.mix.engine.mix_tasks import NAME, read_measures
from corpuskit.mix.engine.patched_files import link
from corpuskit.mix.engine.real_floor import RULES, RealTokens, demand_depth
from corpuskit.mix.engine.row_memo import RowMemo, memo_part
from corpuskit.mix.engine.selection_memo import (
    RECORDS,
    NewSelectionMemo,
    RowFacts,
    SelectionChanges,
    SelectionMemo,
    bucket_of,
    row_digest,
    rows_in,
)
from corpuskit.mix.engine.shards import TaskLog, WorkShard, documents_of, lines_of
from corpuskit.mix.engine.task_files import TaskFile, damaged_error
from corpuskit.mix.engine.task_results import RealClasses, SelectedPart, SelectResult, TaskFileEntry
from corpuskit.mix.engine.tasks import Task, file_of_task
from corpuskit.mix.recipe.policy import GEN_DEPTH
from corpuskit.mix.solver.sampling import OVER_BUDGET, QuotaPlan, order_key

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

CHOSEN = ".chosen"


class MeasuredLine(NamedTuple):
    """A document, and what the selection goes by."""

    line: bytes
    times: int
    """How often it is taken."""
    tokens: int
    document: Document


class BucketFile(NamedTuple):
    """A file of buckets that the task leaves."""

    file: TaskFileEntry
    buckets: list[BucketEntry]


@dataclass(frozen=True)
class Select(Task[SelectResult]):
    """Selects documents of a shard and divides them into buckets of the final order, one zstd frame per bucket.

    A record is `KEY LINE TOKENS`. In shuffled order, records are sorted by the key, which has 32 letters; in input
    order it is empty.
    """

    shard: WorkShard
    number: int
    """The shard's number among all."""
    measures_file: Path | None
    """What `Measure` wrote about the shard; None if every document is taken once."""
    quota_plans: tuple[QuotaPlan, ...]
    """How the quota of each source is filled."""
    shuffled: bool
    seed: int
    buckets: int
    tokenizer: str
    most_gen_depth: int = GEN_DEPTH
    counts_real: bool = False
    """Whether the real texts among the selected ones are counted, by class."""
    remembers: bool = False
    """Whether what becomes of each document is written down for the next run."""

    def label(self) -> str:
        """Return the step and the shard."""
        return f"{NAME}: selection from {self.shard.name}"

    def identity(self) -> Any:
        """Return the shard, what is selected of it, and the order."""
        selection = None
        if self.measures_file is not None:
            selection = hashlib.sha256(self._epochs(read_measures(self.measures_file)).tobytes()).hexdigest()
        order = [self.shuffled, self.seed if self.shuffled else None, self.buckets]
        rules = [self.most_gen_depth, RULES if self.counts_real else None]
        return [self.shard.key, selection, order, token_version(self.tokenizer), rules]

    def memos(self) -> Sequence[RowMemo]:
        """Return the memo of the files that stood before a corpus stage as they are, of what is beneath patches."""
        memo = self._memo()
        return [memo] if memo is not None else []

    def _memo(self) -> RowMemo | None:
        is_plain = self.measures_file is None and not self.counts_real
        if not self.remembers or not is_plain or any(file.rows is None for file in self.shard.files):
            return None
        order = [self.seed, self.buckets] if self.shuffled else None
        rules = [NAME, order, token_version(self.tokenizer), self.most_gen_depth]
        return RowMemo(tuple(file.base for file in self.shard.files), json.dumps(rules))

    def run(self, task_path: Path) -> SelectResult:
        """Write the parts, `TASK_PATH.ids`, which are hashes of ids, and `TASK_PATH.real`.

        Raises RefusedError for a document that is made of synthetic ones.
        """
        selection = SelectedDocuments(self, TaskLog(task_path))
        parts = self._changed_parts(selection, task_path)
        if parts is None:
            parts = self._whole_parts(selection, task_path)
        with TaskFile(hashes_file(task_path)) as ids:
            ids.write(selection.id_hashes())
        result = selection.log.close([selection.count])
        files = [*result["files"], *(part.file for part in parts), ids.entry()]
        counted = RealClasses()
        if self.counts_real:
            files.append(selection.real.write(task_path))
            counted = RealClasses(real_classes=selection.real.classes())
        selected_parts: list[SelectedPart] = [
            {"name": part.file["name"], "buckets": [list(entry) for entry in part.buckets]} for part in parts
        ]
        totals = selection.totals.parts()
        return {**result, "parts": selected_parts, "files": files, "totals": totals, **counted}

    def _changed_parts(self, selection: "SelectedDocuments", task_path: Path) -> list[BucketFile] | None:
        """Link what an earlier run has left, and write what has changed; None if there is nothing to go on from."""
        memo, tasks = self._memo(), task_path.parent.parent
        earlier_memo = memo and SelectionMemo.of_shard(memo, tasks, rows_in(self.shard.files), self.buckets)
        changes = earlier_memo and earlier_memo.changes(self.shard.files)
        linked_file = link(earlier_memo.records, file_of_task(task_path, CHOSEN)) if earlier_memo and changes else None
        if not changes or linked_file is None or linked_file["xxh3"] != changes.memo.records_xxh3:
            return None
        records = BucketRecords(self.buckets)
        self._take_changes(changes, selection, records)
        edits = changes.edits(records.edits_to_add_first()) if self.shuffled else [changes.edits_in_order()]
        changes_part = records.write_changes(file_of_task(task_path, CHANGES), edits)
        return [BucketFile(linked_file, changes.memo.entries), changes_part]

    def _take_changes(
        self, changes: SelectionChanges, selection: "SelectedDocuments", records: "BucketRecords"
    ) -> None:
        """Take the documents that are new or other ones, and count the rest, whose place is between them."""
        count_tokens, start = counter(self.tokenizer), 0
        selection.count_same(changes.same_count())
        changes.count_same(selection.totals)
        for row, lines in changes.rows:
            selection.add_hashes(changes.same_hashes(start, row))
            for line in lines:
                selection.take(_measured(line, count_tokens), records)
            start = row + 1
        selection.add_hashes(changes.same_hashes(start, None))

    def _whole_parts(self, selection: "SelectedDocuments", task_path: Path) -> list[BucketFile]:
        """Select from all documents, and write a memo if there is to be one."""
        memo, records = self._memo(), BucketRecords(self.buckets)
        if memo is None:
            for measured in self._measured():
                selection.take(measured, records)
            return [records.write(file_of_task(task_path, CHOSEN))]
        others, count_tokens = BucketRecords(self.buckets), counter(self.tokenizer)
        new_memo, edits_in_order, noted = NewSelectionMemo(memo, rows_in(self.shard.files)), [], 0
        for number, row in enumerate(row for file in self.shard.files for row in file.input().rows()):
            for line in row.lines:
                measured = _measured(line, count_tokens)
                # What repeats a document keeps the order of an earlier corpus, and rows of many lines have none.
                if len(row.lines) > 1 or measured.document.metadata.get("epoch"):
                    selection.take(measured, others)
                    edits_in_order.append(Edit(noted, 0, 1))
                    continue
                facts = selection.take(measured, records)
                new_memo.note(number, facts, row_digest(line, is_own=row.instead is None))
                noted += 1
        part = records.write(file_of_task(task_path, CHOSEN))
        edits = others.edits_to_add_first() if self.shuffled else [edits_in_order]
        other_part = others.write_changes(file_of_task(task_path, CHANGES), edits)
        self._keep_memo(new_memo, part, task_path)
        return [part, other_part]

    def _keep_memo(self, memo: NewSelectionMemo, part: BucketFile, task_path: Path) -> None:
        """Write the memo, whose records are those of the task; none where files cannot have two names."""
        unfinished = memo_part(task_path)
        records = unfinished.with_name(unfinished.name + RECORDS)
        if link(file_of_task(task_path, CHOSEN), records) is not None:
            memo.write(task_path.parent.parent, unfinished, part.buckets, records)

    def _measured(self) -> Iterator[MeasuredLine]:
        """Yield each document's line, how often it is taken, and its tokens."""
        if self.measures_file is None:
            count_tokens = counter(self.tokenizer)
            yield from (_measured(line, count_tokens) for line in lines_of(self.shard))
            return
        rows = read_measures(self.measures_file)
        if len(rows) != self.shard.documents:
            raise damaged_error(self.measures_file)
        numbers = zip(self._epochs(rows).tolist(), rows["tokens"].tolist(), strict=True)
        for document, (times, tokens) in zip(documents_of(self.shard), numbers, strict=True):
            yield MeasuredLine(encode(document), times, tokens, document)

    def _epochs(self, rows: "NDArray[Any]") -> "NDArray[numpy.int64]":
        """Return how often each document is taken.

        A plan answers for all rows, but its answer counts only for the rows of its source:

            rows["source"]       0  1  0  1
            plan of source 0     2  1  1  2
            plan of source 1     0  1  0  0
            epochs               2  1  1  0
        """
        import numpy

        epochs = numpy.zeros(len(rows), "<i8")
        for source in numpy.unique(rows["source"]).tolist():
            of_source = rows["source"] == source
            epochs[of_source] = self.quota_plans[source].epochs(rows, self.number)[of_source]
        return epochs

    def bucket_and_key(self, document: Document, epoch: int) -> tuple[int, bytes]:
        """Return the bucket of a document's repetition, and what orders it there."""
        if not self.shuffled:
            return epoch - 1, b""
        key = order_key(self.seed, document.id, epoch)
        bucket = bucket_of(key, self.buckets)
        earlier_epoch = document.metadata.get("epoch") or 1
        if epoch == 1 and earlier_epoch != 1:
            # A repetition made by another corpus keeps its number, which orders the repetitions within a bucket.
            key = order_key(self.seed, document.id, earlier_epoch)
        return bucket, key


class BucketRecords:
    """Records by bucket, until they are written to a file, one zstd frame for each bucket that is not empty."""

    def __init__(self, buckets: int) -> None:
        """Begin with empty buckets."""
        self._buckets: list[list[bytes]] = [[] for _ in range(buckets)]

    def add(self, bucket: int, key: bytes, line: bytes, tokens: int) -> None:
        """Add the record of a document."""
        self._buckets[bucket].append(b"%s %s %d\n" % (key.hex().encode(), line, tokens))

    def write(self, path: Path) -> BucketFile:
        """Write the records alone."""
        return _write_frames(path, ((len(records), records) for records in self._buckets))

    def write_changes(self, path: Path, edits: Sequence[Sequence[Edit]]) -> BucketFile:
        """Write the records as what edits of another file's buckets add."""
        documents = (sum(edit.added - edit.removed for edit in of_bucket) for of_bucket in edits)
        frames = (
            [edits_line(of_bucket), *records] if of_bucket else []
            for of_bucket, records in zip(edits, self._buckets, strict=True)
        )
        return _write_frames(path, zip(documents, frames, strict=True))

    def edits_to_add_first(self) -> list[list[Edit]]:
        """Return the edits that put the records before those of other files."""
        return [[Edit(0, 0, len(records))] if records else [] for records in self._buckets]


@dataclass
class SelectedDocuments:
    """What a task has taken so far."""

    task: Select
    log: TaskLog
    count: StepCount = field(default_factory=StepCount)
    real: RealTokens = field(default_factory=RealTokens)
    totals: Totals = field(init=False)
    """Of what is taken, by source."""
    _hashes: "array[int]" = field(default_factory=lambda: array("Q"))

    def __post_init__(self) -> None:
        """Begin without documents."""
        self.totals = Totals(counter(self.task.tokenizer))

    def take(self, measured: MeasuredLine, records: BucketRecords) -> RowFacts:
        """Count a document, and add its record as often as it is taken."""
        line, document = measured.line, measured.document
        facts = RowFacts(
            measured.tokens,
            id_hash(document),
            b"",
            len(line),
            line_digest(line),
            Traits.of(document),
            len(document.text),
            stated_day(document.metadata),
        )
        self.count.received.add_hashed(line, facts.digest)
        self._hashes.append(facts.id_hash)
        if not measured.times:
            self._drop(document)
            return facts
        demand_depth(document, self.task.most_gen_depth)
        if self.task.counts_real:
            self.real.add(document, measured.tokens)
        key = self._add(document, line, 1, facts, records)
        for epoch in range(2, measured.times + 1):
            repeated = document.with_metadata(epoch=epoch)
            line = encode(repeated)
            self.count.made += 1
            traits, digest = Traits.of(repeated), line_digest(line)
            self._add(document, line, epoch, facts._replace(digest=digest, traits=traits), records)
        return facts._replace(key=key)

    def _add(self, document: Document, line: bytes, epoch: int, facts: RowFacts, records: BucketRecords) -> bytes:
        """Add the record of a repetition, of which these are the facts; return the key that orders it."""
        self.count.sent.add_hashed(line, facts.digest)
        self.totals.add_alike(facts.traits, [facts.tokens], [facts.characters], [facts.day] if facts.day else [])
        bucket, key = self.task.bucket_and_key(document, epoch)
        records.add(bucket, key, line, facts.tokens)
        return key

    def _drop(self, document: Document) -> None:
        self.count.dropped[OVER_BUDGET] += 1
        location = (NAME, self.count.received.documents)
        self.log.take(Verdict.of_drop(NAME, Drop(document, OVER_BUDGET), location))

    def count_same(self, lines: StreamCount) -> None:
        """Count lines of which an earlier run has made records."""
        self.count.received.merge(lines)
        self.count.sent.merge(lines)

    def add_hashes(self, hashes: bytes) -> None:
        """Add the hashes of documents' ids, 8 bytes each, in the order of the documents."""
        self._hashes.frombytes(hashes)

    def id_hashes(self) -> bytes:
        """Return the hashes of all ids."""
        import numpy

        return bytes(numpy.array(self._hashes, "<u8").tobytes())


def _measured(line: bytes, count_tokens: Callable[[str], int]) -> MeasuredLine:
    document = decode_trusted(line)
    return MeasuredLine(line, 1, count_tokens(document.text), document)


def _write_frames(path: Path, frames: Iterable[tuple[int, list[bytes]]]) -> BucketFile:
    """Write the lines of each bucket, given with the number of its documents."""
    import zstandard

    filesystem.remove(path, missing_ok=True)  # it may be a link to the file of another task
    compressor = zstandard.ZstdCompressor(level=1, write_checksum=True)
    entries = []
    with TaskFile(path) as file:
        for documents, lines in frames:
            frame = compressor.compress(b"".join(lines)) if lines else b""
            entries.append(BucketEntry(file.tell(), len(frame), documents))
            file.write(frame)
    return BucketFile(file.entry(), entries)
