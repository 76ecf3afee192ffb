"""The last step of a recipe: which documents of each source go into the corpus, how often, and in which order.

Three phases of tasks. *Measure* records each document's rank, its tokens and a hash of its text; from these the solver
sets the quotas and the sampler plans how to fill them. *Select* writes the selected documents of a shard, divided into
buckets by final order. *Write* joins the buckets of all shards into one shard of the corpus, in every format. What
grows with the corpus is on disk: the measures, and the position of each bucket in each file
(`mix/engine/bucket_index.py`).

    shard 0: d0 d1 d2      measure      rank, tokens, text hash of d0 d1 d2      (shard 1 likewise)
                           select       bucket 0: d2    bucket 1: d0             (d1 is over budget)
    shard 1: d3 d4         select       bucket 0: d3    bucket 1: d4
    corpus                 write        bucket 0 = d2 d3 by order key, then bucket 1 = d0 d4, cut into shards
"""

import hashlib
import itertools
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.counts import StepCount, StreamCount, line_digest
from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document, decode_trusted, encode
from corpuskit.core.format import TokenOptions, shard_paths
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.publish.equal_ids import id_hash
from corpuskit.core.publish.shard_files import shard_entry, tokens_of_shard
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.registry import build_formats
from corpuskit.core.step import Drop
from corpuskit.core.tokens import counter, token_version
from corpuskit.mix.engine.bucket_index import BucketEntry, BucketIndex, Slice, cut_into_shards
from corpuskit.mix.engine.equal_ids import hashes_file
from corpuskit.mix.engine.real_floor import RULES, RealTokens, demand_depth
from corpuskit.mix.engine.row_memo import RowMemo, memo_part
from corpuskit.mix.engine.selection_memo import MeasuredLine, SelectionMemo
from corpuskit.mix.engine.shards import TaskLog, WorkFile, WorkShard, documents_of
from corpuskit.mix.engine.task_files import TaskFile, damaged_error, entry_and_sha256
from corpuskit.mix.engine.task_results import (
    OutputFile,
    RealClasses,
    SelectResult,
    TaskFileEntry,
    TaskResult,
    WriteResult,
)
from corpuskit.mix.engine.tasks import Task, file_of_task
from corpuskit.mix.recipe.policy import GEN_DEPTH
from corpuskit.mix.recipe.recipe import Recipe
from corpuskit.mix.solver.sampling import OVER_BUDGET, QuotaPlan, measures_dtype, order_key, ranker

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

NAME = "mix"
BUCKET_BYTES = 1024 * 1024
MOST_BUCKETS = 4096


def mix_options(recipe: Recipe) -> dict[str, Any]:
    """Return what shapes the selection, as the manifest records it."""
    options: dict[str, Any] = {"order": recipe.output.order, "seed": recipe.seed}
    if recipe.policy.gen_depth != GEN_DEPTH:
        options["gen-depth"] = recipe.policy.gen_depth
    if recipe.budget:
        options |= {
            "budget": recipe.budget.tokens,
            "weights": {source.name: source.weight for source in recipe.sources},
            "max-epochs": {source.name: source.max_epochs for source in recipe.sources},
            "caps": dict(recipe.caps),
            "any-source": recipe.any_source,
            "floors": dict(recipe.floors),
        }
    return options


@dataclass(frozen=True)
class Measure(Task[TaskResult]):
    """Measures the documents of a shard: rank, tokens and text hash."""

    shard: WorkShard
    seed: int
    sources: tuple[str, ...]
    tokenizer: str

    def label(self) -> str:
        """Return the step and the shard."""
        return f"mix: measures of {self.shard.name}"

    def identity(self) -> Any:
        """Return the shard, the seed, the sources and how tokens are counted."""
        return [self.shard.key, self.seed, self.sources, token_version(self.tokenizer)]

    def run(self, task_path: Path) -> TaskResult:
        """Write `TASK_PATH.measures`."""
        import numpy
        import xxhash

        count_tokens = counter(self.tokenizer)
        rankers = {name: (number, ranker(self.seed, name)) for number, name in enumerate(self.sources)}
        rows = []
        for document in documents_of(self.shard):
            source_number, rank = rankers[document.metadata["source"]]
            text_hash = xxhash.xxh3_128_digest(document.text.encode())
            rows.append((source_number, rank(document.id), count_tokens(document.text), text_hash))
        with TaskFile(file_of_task(task_path, ".measures")) as file:
            file.write(numpy.array(rows, dtype=measures_dtype()).tobytes())
        return {"files": [file.entry()]}


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
    """Whether what is found out about each document is written down for the next run."""

    def label(self) -> str:
        """Return the step and the shard."""
        return f"mix: selection from {self.shard.name}"

    def identity(self) -> Any:
        """Return the shard, what is selected of it, and the order."""
        selection = None
        if self.measures_file is not None:
            selection = hashlib.sha256(self._epochs(read_measures(self.measures_file)).tobytes()).hexdigest()
        order = [self.shuffled, self.seed if self.shuffled else None, self.buckets]
        rules = [self.most_gen_depth, RULES if self.counts_real else None]
        return [self.shard.key, selection, order, token_version(self.tokenizer), rules]

    def memos(self) -> Sequence[RowMemo]:
        """Return the memos of the files that stood before a corpus stage as they are, of what is beneath patches."""
        return [memo for memo in map(self._memo_of, self.shard.files) if memo is not None]

    def _memo_of(self, file: WorkFile) -> RowMemo | None:
        if not self.remembers or self.measures_file is not None or self.counts_real or file.rows is None:
            return None
        rules = [NAME, self.seed if self.shuffled else None, token_version(self.tokenizer), self.most_gen_depth]
        return RowMemo(file.base, json.dumps(rules))

    def run(self, task_path: Path) -> SelectResult:
        """Write `TASK_PATH.chosen`, the hashes of ids, and `TASK_PATH.real`.

        Raises RefusedError for a document that is made of synthetic ones.
        """
        import numpy

        log = TaskLog(task_path)
        count = StepCount()
        hashes = array("Q")
        buckets: list[list[bytes]] = [[] for _ in range(self.buckets)]
        real = RealTokens()
        for measured in self._measured(task_path):
            line, times = measured.line, measured.times
            digest = line_digest(line)
            count.received.add_hashed(line, digest)
            hashes.append(measured.id_hash)
            if not times:
                count.dropped[OVER_BUDGET] += 1
                location = (NAME, count.received.documents)
                log.take(Verdict.of_drop(NAME, Drop(measured.document(), OVER_BUDGET), location))
                continue
            if measured.key is None:
                demand_depth(measured.document(), self.most_gen_depth)
            if self.counts_real:
                real.add(measured.document(), measured.tokens)
            for epoch in range(1, times + 1):
                if epoch > 1:
                    line = encode(measured.document().with_metadata(epoch=epoch))
                    digest = line_digest(line)
                    count.made += 1
                count.sent.add_hashed(line, digest)
                bucket, key = self._bucket_and_key(measured, epoch)
                buckets[bucket].append(b"%s %s %d\n" % (key, line, measured.tokens))
        file, entries = _write_buckets(selection_file(task_path), buckets)
        with TaskFile(hashes_file(task_path)) as ids:
            ids.write(numpy.array(hashes, "<u8").tobytes())
        result = log.close([count])
        files = [*result["files"], file, ids.entry()]
        if self.counts_real:
            files.append(real.write(task_path))
        counted = RealClasses(real_classes=real.classes()) if self.counts_real else RealClasses()
        return {**result, "buckets": [list(entry) for entry in entries], "files": files, **counted}

    def _measured(self, task_path: Path) -> Iterator[MeasuredLine]:
        """Yield each document's line, how often it is taken, its tokens and the hash of its id."""
        if self.measures_file is None:
            count_tokens = counter(self.tokenizer)
            for file in self.shard.files:
                yield from self._measured_now(file, count_tokens, task_path)
            return
        rows = read_measures(self.measures_file)
        if len(rows) != self.shard.documents:
            raise damaged_error(self.measures_file)
        numbers = zip(self._epochs(rows).tolist(), rows["tokens"].tolist(), strict=True)
        for document, (times, tokens) in zip(documents_of(self.shard), numbers, strict=True):
            yield MeasuredLine(encode(document), times, tokens, id_hash(document), decoded=document)

    def _measured_now(
        self, file: WorkFile, count_tokens: Callable[[str], int], task_path: Path
    ) -> Iterator[MeasuredLine]:
        """Yield the lines of a file, each to be taken once; what an earlier run found out is not asked again."""
        memo = self._memo_of(file)
        remembered_rows = None if memo is None else SelectionMemo.of_file(file, memo, task_path.parent.parent)
        facts = iter(()) if remembered_rows is None else remembered_rows.facts()
        for number, row in enumerate(file.input().rows()):
            fact = next(facts, None)
            if fact is not None and row.instead is None:
                yield MeasuredLine(row.line, 1, *fact)
                continue
            for line in row.lines:
                document = decode_trusted(line)
                measured = MeasuredLine(line, 1, count_tokens(document.text), id_hash(document), decoded=document)
                yield measured
                if remembered_rows is not None and row.instead is None and not document.metadata.get("epoch"):
                    key = order_key(self.seed, document.id, 1) if self.shuffled else b""
                    remembered_rows.note(number, measured.tokens, measured.id_hash, key)
        if remembered_rows is not None:
            remembered_rows.write(memo_part(task_path))

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

    def _bucket_and_key(self, measured: MeasuredLine, epoch: int) -> tuple[int, bytes]:
        if not self.shuffled:
            return epoch - 1, b""
        if measured.key is not None:
            return self._bucket_of(measured.key), measured.key.hex().encode()
        document = measured.document()
        key = order_key(self.seed, document.id, epoch)
        bucket = self._bucket_of(key)
        earlier_epoch = document.metadata.get("epoch") or 1
        if epoch == 1 and earlier_epoch != 1:
            # A repetition made by another corpus keeps its number, which orders the repetitions within a bucket.
            key = order_key(self.seed, document.id, earlier_epoch)
        return bucket, key.hex().encode()

    def _bucket_of(self, key: bytes) -> int:
        return int.from_bytes(key[:4], "big") * self.buckets >> 32


@dataclass(frozen=True)
class Write(Task[WriteResult]):
    """Writes one shard of the corpus, in every format."""

    number: int
    slices: tuple[Slice, ...]
    index: BucketIndex
    shuffled: bool
    formats: tuple[str, ...]
    tokenizer: str
    token_options: TokenOptions | None = None
    """Of formats of token ids."""

    def label(self) -> str:
        """Return the step and the shard's number."""
        return f"mix: shard {self.number} of the corpus"

    def identity(self) -> Any:
        """Return the slices, the buckets that they are cut from, and the formats."""
        slices = [list(slice_) for slice_ in self.slices]
        versions = [format_.versions() for format_ in build_formats(self.formats, self.token_options)]
        order = [self.index.key, self.shuffled]
        return [self.number, slices, order, self.formats, versions, token_version(self.tokenizer)]

    def is_cacheable(self) -> bool:
        """Return False: what it writes is published, and hardly ever asked for again."""
        return False

    def run(self, task_path: Path) -> WriteResult:
        """Write one shard `TASK_PATH-FORMAT` for each format, with its companions."""
        formats = build_formats(self.formats, self.token_options)
        paths = [file_of_task(task_path, f"-{format_.name}{format_.suffix}") for format_ in formats]
        for format_, path in zip(formats, paths, strict=True):
            for file in shard_paths(format_, path):
                filesystem.remove(file, missing_ok=True)
        writers = [format_.open(path) for format_, path in zip(formats, paths, strict=True)]
        totals, sent = Totals(counter(self.tokenizer)), StreamCount()
        for tokens, document in self._documents():
            sent.add(encode(document))
            totals.add_counted(document, tokens)
            for writer in writers:
                writer.write(document)
        for writer in writers:
            writer.close()
        files: list[TaskFileEntry] = []
        outputs: list[OutputFile] = []
        for format_, path in zip(formats, paths, strict=True):
            tokens = tokens_of_shard(format_, path, totals.tokens)
            for file in shard_paths(format_, path):
                entry, sha256 = entry_and_sha256(file)
                files.append(entry)
                shard = shard_entry(format_, file.name, (entry["bytes"], sha256), totals.documents, tokens)
                outputs.append({**shard, "path": entry["name"], "format": format_.name})
        return {"files": files, "outputs": outputs, "sent": sent.as_json(), "totals": totals.parts()}

    def _documents(self) -> Iterator[tuple[int, Document]]:
        """Yield the documents of the slices, each preceded by its tokens."""
        for bucket, first, skip, take in self.slices:
            records: Iterable[bytes] = self.index.records(bucket, first)
            if self.shuffled:
                records = sorted(records)
            for record in itertools.islice(records, skip, skip + take):
                line, _, tokens = record[record.index(b" ") + 1 :].rpartition(b" ")
                yield int(tokens), decode_trusted(line)


def selection_file(task_path: Path) -> Path:
    """Return the path of the documents that `Select` selected."""
    return file_of_task(task_path, ".chosen")


def bucket_count(recipe: Recipe, stream_bytes: int, epochs: int) -> int:
    """Return how many buckets the final order is divided into: one for each epoch in input order, else by size.

    By size it is a power of two, so that somewhat more input leaves the selections from other shards as they are.
    """
    if recipe.output.order != "shuffled":
        return epochs
    return min(MOST_BUCKETS, 1 << (stream_bytes * epochs // BUCKET_BYTES).bit_length())


def shard_slices(
    index: BucketIndex, documents: "NDArray[numpy.int64]", shuffled: bool, shard_documents: int
) -> Iterator[tuple[Slice, ...]]:
    """Yield the slices that each shard of the corpus is made of, in order; `documents` holds those of each bucket."""
    if shuffled:
        # A bucket is sorted as a whole, so it always begins with the first shard.
        counts = ((bucket, 0, count) for bucket, count in enumerate(documents.tolist()))
        return cut_into_shards(counts, shard_documents)
    counts_by_shard = (
        (bucket, shard, count) for bucket in range(index.buckets) for shard, count in enumerate(index.documents(bucket))
    )
    return cut_into_shards(counts_by_shard, shard_documents)


def read_measures(path: Path) -> "NDArray[Any]":
    """Return what `Measure` wrote about a shard, one row for each document."""
    import numpy

    return numpy.fromfile(path, dtype=measures_dtype())


def _write_buckets(path: Path, buckets: list[list[bytes]]) -> tuple[TaskFileEntry, list[BucketEntry]]:
    import zstandard

    compressor = zstandard.ZstdCompressor(level=1, write_checksum=True)
    entries = []
    with TaskFile(path) as file:
        for records in buckets:
            frame = compressor.compress(b"".join(records)) if records else b""
            entries.append(BucketEntry(file.tell(), len(frame), len(records)))
            file.write(frame)
    return file.entry(), entries
