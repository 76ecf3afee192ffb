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

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.counts import StreamCount
from corpuskit.core.disk import filesystem
from corpuskit.core.document import decode_trusted
from corpuskit.core.format import TokenOptions, shard_paths
from corpuskit.core.publish.line_writer import JsonlWriter
from corpuskit.core.publish.shard_files import shard_entry, tokens_of_shard
from corpuskit.core.registry import build_formats
from corpuskit.core.tokens import counter, token_version
from corpuskit.mix.engine.bucket_index import BucketIndex, Slice, cut_into_shards
from corpuskit.mix.engine.shards import WorkShard, documents_of
from corpuskit.mix.engine.task_files import TaskFile, entry_and_sha256
from corpuskit.mix.engine.task_results import (
    OutputFile,
    TaskFileEntry,
    TaskResult,
    WriteResult,
)
from corpuskit.mix.engine.tasks import Task, file_of_task
from corpuskit.mix.recipe.policy import GEN_DEPTH
from corpuskit.mix.recipe.recipe import Recipe
from corpuskit.mix.solver.sampling import measures_dtype, ranker

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

NAME = "mix"
BUCKET_BYTES = 1024 * 1024
"""Most bytes of a bucket, unless there are `MOST_BUCKETS`."""
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
        line_writers = [writer for writer in writers if isinstance(writer, JsonlWriter)]
        others = [writer for writer in writers if not isinstance(writer, JsonlWriter)]
        shard_tokens, sent = 0, StreamCount()
        for tokens, line in self._lines():
            sent.add(line)
            shard_tokens += tokens
            for line_writer in line_writers:
                line_writer.write_line(line)
            if others:
                document = decode_trusted(line)
                for writer in others:
                    writer.write(document)
        for writer in writers:
            writer.close()
        files: list[TaskFileEntry] = []
        outputs: list[OutputFile] = []
        for format_, path in zip(formats, paths, strict=True):
            tokens = tokens_of_shard(format_, path, shard_tokens)
            for file in shard_paths(format_, path):
                entry, sha256 = entry_and_sha256(file)
                files.append(entry)
                shard = shard_entry(format_, file.name, (entry["bytes"], sha256), sent.documents, tokens)
                outputs.append({**shard, "path": entry["name"], "format": format_.name})
        return {"files": files, "outputs": outputs, "sent": sent.as_json()}

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines of the slices, each preceded by its tokens; only some formats need them decoded."""
        for bucket, first, skip, take in self.slices:
            records: Iterable[bytes] = self.index.records(bucket, first)
            if self.shuffled:
                records = sorted(records)
            for record in itertools.islice(records, skip, skip + take):
                line, _, tokens = record[record.index(b" ") + 1 :].rpartition(b" ")
                yield int(tokens), line


def bucket_count(recipe: Recipe, stream_bytes: int, epochs: int) -> int:
    """Return how many buckets the final order is divided into: one for each epoch in input order, else by size.

    By size it is a power of four, so that somewhat more input leaves the selections from other shards as they are.
    """
    if recipe.output.order != "shuffled":
        return epochs
    twos = (stream_bytes * epochs // BUCKET_BYTES).bit_length()
    return min(MOST_BUCKETS, 1 << (twos + twos % 2))


def shard_slices(
    index: BucketIndex, documents: "NDArray[numpy.int64]", shuffled: bool, shard_documents: int
) -> Iterator[tuple[Slice, ...]]:
    """Yield the slices that each shard of the corpus is made of, in order; `documents` holds those of each bucket."""
    if shuffled:
        # A bucket is sorted as a whole, so it always begins with the first shard.
        counts = ((bucket, 0, count) for bucket, count in enumerate(documents.tolist()))
        return cut_into_shards(counts, shard_documents)
    counts_by_shard = (
        (bucket, file, count) for bucket in range(index.buckets) for file, count in index.documents(bucket)
    )
    return cut_into_shards(counts_by_shard, shard_documents)


def read_measures(path: Path) -> "NDArray[Any]":
    """Return what `Measure` wrote about a shard, one row for each document."""
    import numpy

    return numpy.fromfile(path, dtype=measures_dtype())
