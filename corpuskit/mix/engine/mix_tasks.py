"""The last step of a recipe: what of each source goes into the corpus, how often, and in which order.

Three phases of tasks. *Measure* takes down, for each document of a shard, its rank, tokens and a hash of its text; from
these the solver sets the quotas and the sampler says how they are filled. *Select* writes what was chosen of a shard,
cut into buckets by final order. *Write* puts the buckets of all shards together to one shard of the corpus, in every
format. What grows with the corpus is on disk: the measures, and where in which file each bucket lies
(`mix/engine/bucket_index.py`).
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import size_and_digest
from corpuskit.core.document import Document, decode, encode
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.step import Drop
from corpuskit.core.tokens import counter, token_version
from corpuskit.mix.engine.bucket_index import Frames, Slice, in_shards
from corpuskit.mix.engine.sharded_stage import documents_of
from corpuskit.mix.engine.shards import Accounts, Piece
from corpuskit.mix.engine.tasks import Result, Task
from corpuskit.mix.recipe.recipe import Recipe
from corpuskit.mix.recipe.shell_pipe import allocate
from corpuskit.mix.solver.sampling import OVER_BUDGET, Filling, fill, measures, order_key, ranker

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

NAME = "mix"
BUCKET_BYTES = 1024 * 1024
MOST_BUCKETS = 4096


def blend_options(recipe: Recipe) -> dict[str, Any]:
    """What shapes the choice, as the manifest records it."""
    options: dict[str, Any] = {"order": recipe.output.order, "seed": recipe.seed}
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
class Measure(Task):
    """Rank, tokens and text hash of each document of a shard."""

    piece: Piece
    seed: int
    sources: tuple[str, ...]
    tokenizer: str

    def label(self) -> str:
        """The shard."""
        return f"mix: measures of {self.piece.path.name}"

    def identity(self) -> Any:
        """Shard, seed, sources and how tokens are counted."""
        return [self.piece.key, self.seed, self.sources, token_version(self.tokenizer)]

    def run(self, stem: Path) -> Result:
        """Write `STEM.measures`."""
        import numpy
        import xxhash

        count_tokens = counter(self.tokenizer)
        rankers = {name: (place, ranker(self.seed, name)) for place, name in enumerate(self.sources)}
        rows = []
        for document in documents_of([self.piece]):
            place, rank = rankers[document.metadata["source"]]
            tie = xxhash.xxh3_128_digest(document.text.encode())
            rows.append((place, rank(document.id), count_tokens(document.text), tie))
        path = stem.with_name(f"{stem.name}.measures")
        with filesystem.open_write(path) as stream:
            stream.write(numpy.array(rows, dtype=measures()).tobytes())
        return {"files": [path.name]}


@dataclass(frozen=True)
class Select(Task):
    """What was chosen of a shard, in buckets of the final order, one zstd frame a bucket.

    A record is `KEY LINE TOKENS`; the key, 32 letters, is where it stands in shuffled order, and none in input order.
    """

    piece: Piece
    number: int
    """Of the shard, among all."""
    measured: Path | None
    """What `Measure` left of it; every document is taken once if None."""
    fillings: tuple[Filling, ...]
    """How the quota of each source is filled."""
    shuffled: bool
    seed: int
    buckets: int
    tokenizer: str

    def label(self) -> str:
        """The shard."""
        return f"mix: selection from {self.piece.path.name}"

    def identity(self) -> Any:
        """Shard, choice and order."""
        chosen = None
        if self.measured is not None:
            chosen = hashlib.sha256(self._epochs(_measured(self.measured)).tobytes()).hexdigest()
        order = [self.shuffled, self.seed if self.shuffled else None, self.buckets]
        return [self.piece.key, chosen, order, token_version(self.tokenizer)]

    def run(self, stem: Path) -> Result:
        """Write `STEM.chosen`; the result's `buckets` are `[offset, length, documents]`."""
        accounts = Accounts(stem)
        count = StepCount()
        held: list[list[bytes]] = [[] for _ in range(self.buckets)]
        for document, times, tokens in self._taken():
            line = encode(document)
            count.received.add(line)
            if not times:
                count.dropped[OVER_BUDGET] += 1
                place = (NAME, count.received.documents)
                accounts.take(Verdict.of_drop(NAME, Drop(document, OVER_BUDGET), place))
                continue
            for epoch in range(1, times + 1):
                if epoch > 1:
                    line = encode(document.with_metadata(epoch=epoch))
                    count.made += 1
                count.sent.add(line)
                bucket, key = self._place(document, epoch)
                held[bucket].append(b"%s %s %d\n" % (key, line, tokens))
        path = stem.with_name(f"{stem.name}.chosen")
        index = _write_buckets(path, held)
        result = accounts.close([count])
        return {**result, "buckets": index, "files": [*result["files"], path.name]}

    def _taken(self) -> Iterator[tuple[Document, int, int]]:
        """Each document, how often it is taken, and its tokens."""
        documents = documents_of([self.piece])
        if self.measured is None:
            count_tokens = counter(self.tokenizer)
            yield from ((document, 1, count_tokens(document.text)) for document in documents)
        else:
            rows = _measured(self.measured)
            yield from zip(documents, self._epochs(rows).tolist(), rows["tokens"].tolist(), strict=True)

    def _epochs(self, rows: "NDArray[Any]") -> "NDArray[numpy.int64]":
        import numpy

        epochs = numpy.zeros(len(rows), "<i8")
        for source in numpy.unique(rows["source"]).tolist():
            own = rows["source"] == source
            epochs[own] = self.fillings[source].epochs(rows, self.number)[own]
        return epochs

    def _place(self, document: Document, epoch: int) -> tuple[int, bytes]:
        """Bucket and key."""
        if not self.shuffled:
            return epoch - 1, b""
        key = order_key(self.seed, document.id, epoch)
        bucket = int.from_bytes(key[:4], "big") * self.buckets >> 32
        own = document.metadata.get("epoch") or 1
        if epoch == 1 and own != 1:
            # A repetition that another corpus has made keeps its number, by which repetitions stand in their bucket.
            key = order_key(self.seed, document.id, own)
        return bucket, key.hex().encode()


@dataclass(frozen=True)
class Write(Task):
    """One shard of the corpus, in every format."""

    number: int
    slices: tuple[Slice, ...]
    frames: Frames
    shuffled: bool
    formats: tuple[str, ...]
    tokenizer: str

    def label(self) -> str:
        """Which shard."""
        return f"mix: shard {self.number} of the corpus"

    def identity(self) -> Any:
        """The slices, the frames they are cut of, and the formats."""
        from corpuskit.core.registry import find_format

        slices = [[item.bucket, item.first, item.skip, item.take] for item in self.slices]
        versions = [find_format(name).versions() for name in self.formats]
        order = [self.frames.key, self.shuffled]
        return [self.number, slices, order, self.formats, versions, token_version(self.tokenizer)]

    def run(self, stem: Path) -> Result:
        """Write `STEM-FORMAT` files; the result's `parts` are name, size, digest, documents and tokens of each."""
        from corpuskit.core.registry import find_format

        forms = [find_format(name) for name in self.formats]
        paths = [stem.with_name(f"{stem.name}-{form.name}{form.suffix}") for form in forms]
        for path in paths:
            filesystem.remove(path, missing_ok=True)
        writers = [form.open(path) for form, path in zip(forms, paths, strict=True)]
        totals = Totals(counter(self.tokenizer))
        for tokens, document in self._documents():
            totals.add_counted(document, tokens)
            for writer in writers:
                writer.write(document)
        for writer in writers:
            writer.close()
        facts = [totals.documents, totals.tokens]
        parts = [
            [form.name, path.name, *size_and_digest(path), *facts] for form, path in zip(forms, paths, strict=True)
        ]
        return {"parts": parts, "totals": totals.parts(), "files": [path.name for path in paths]}

    def _documents(self) -> Iterator[tuple[int, Document]]:
        for item in self.slices:
            records: Iterable[bytes] = self.frames.records(item.bucket, item.first)
            if self.shuffled:
                records = sorted(records)
            for record in itertools.islice(records, item.skip, item.skip + item.take):
                line, _, tokens = record[record.index(b" ") + 1 :].rpartition(b" ")
                yield int(tokens), decode(line)


def fillings(recipe: Recipe, measured: Sequence[Path]) -> tuple[Filling, ...]:
    """How the quota of each source is filled. Raises Infeasible."""
    import numpy

    supply = dict.fromkeys((source.name for source in recipe.sources), 0)
    holding: dict[str, list[int]] = {name: [] for name in supply}
    for number, path in enumerate(measured):
        rows = _measured(path)
        for at in numpy.unique(rows["source"]).tolist():
            name = recipe.sources[at].name
            supply[name] += int(rows["tokens"][rows["source"] == at].sum())
            holding[name].append(number)
    quotas = allocate(recipe, supply)

    def filling(at: int, name: str) -> Filling:
        def shards() -> "Iterator[tuple[int, NDArray[Any]]]":
            return ((number, _measured(measured[number])) for number in holding[name])

        return fill(shards, at, supply[name], quotas[name].tokens) if name in quotas else Filling()

    return tuple(filling(at, name) for at, name in enumerate(supply))


def bucket_count(recipe: Recipe, stream_bytes: int, epochs: int) -> int:
    """How many buckets the final order is cut into: one an epoch in input order, else by size."""
    if recipe.output.order != "shuffled":
        return epochs
    return min(MOST_BUCKETS, stream_bytes * epochs // BUCKET_BYTES + 1)


def slices_of(
    frames: Frames, documents: "NDArray[numpy.int64]", shuffled: bool, shard_documents: int
) -> Iterator[tuple[Slice, ...]]:
    """The slices of which each shard of the corpus is made, in order; `documents` are those of each bucket."""
    if shuffled:
        return in_shards(((bucket, 0, count) for bucket, count in enumerate(documents.tolist())), shard_documents)
    every = range(frames.buckets)
    counts = ((bucket, *found) for bucket in every for found in enumerate(frames.documents(bucket)))
    return in_shards(counts, shard_documents)


def _measured(path: Path) -> "NDArray[Any]":
    import numpy

    return numpy.fromfile(path, dtype=measures())


def _write_buckets(path: Path, held: list[list[bytes]]) -> list[tuple[int, int, int]]:
    import zstandard

    compressor = zstandard.ZstdCompressor(level=1, write_checksum=True)
    index = []
    with filesystem.open_write(path) as stream:
        for records in held:
            frame = compressor.compress(b"".join(records)) if records else b""
            index.append((stream.tell(), len(frame), len(records)))
            stream.write(frame)
    return index
