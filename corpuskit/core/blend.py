"""The last step of a recipe: what of each source goes into the corpus, how often, and in which order.

Three phases of tasks. *Measure* takes down, for each document of a shard, its rank, tokens and a hash of its text; from
these the solver sets the quotas and the sampler fills them, here and in memory of about 50 bytes a document. *Select*
writes what was chosen of a shard, cut into buckets by final order. *Write* puts the buckets of all shards together to
one shard of the corpus, in every format.
"""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.account import StepCount
from corpuskit.core.aside import Verdict
from corpuskit.core.document import Document, decode, encode
from corpuskit.core.files import system
from corpuskit.core.files.durable import size_and_digest
from corpuskit.core.files.totals import Totals
from corpuskit.core.plan import allocate
from corpuskit.core.recipe import Recipe
from corpuskit.core.sampling import OVER_BUDGET, choose, order_key, ranker
from corpuskit.core.spread import documents_of
from corpuskit.core.step import Drop
from corpuskit.core.tasks import Result, Task
from corpuskit.core.tokens import counter, token_version

if TYPE_CHECKING:
    from corpuskit.core.engine import Piece

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


def measures() -> Any:
    """The record that `Measure` keeps of a document: place of its source, rank, tokens, hash of its text."""
    import numpy

    return numpy.dtype([("source", "<u2"), ("rank", "V16"), ("tokens", "<i8"), ("tie", "V16")])


@dataclass(frozen=True)
class Measure(Task):
    """Rank, tokens and text hash of each document of a shard."""

    piece: "Piece"
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
        with system.open_write(path) as stream:
            stream.write(numpy.array(rows, dtype=measures()).tobytes())
        return {"files": [path.name]}


@dataclass(frozen=True)
class Select(Task):
    """What was chosen of a shard, in buckets of the final order, as `TOKENS LINE` in one zstd frame a bucket."""

    piece: "Piece"
    epochs: bytes | None
    """How often each document is taken, as 32-bit integers; once each if None."""
    shuffled: bool
    seed: int
    buckets: int
    tokenizer: str

    def label(self) -> str:
        """The shard."""
        return f"mix: selection from {self.piece.path.name}"

    def identity(self) -> Any:
        """Shard, choice and order."""
        chosen = None if self.epochs is None else hashlib.sha256(self.epochs).hexdigest()
        order = [self.shuffled, self.seed if self.shuffled else None, self.buckets]
        return [self.piece.key, chosen, order, token_version(self.tokenizer)]

    def run(self, stem: Path) -> Result:
        """Write `STEM.chosen`; the result's `buckets` are `[offset, length, documents]`."""
        from corpuskit.core.engine import Accounts

        accounts = Accounts(stem)
        count = StepCount()
        held: list[list[tuple[bytes, bytes]]] = [[] for _ in range(self.buckets)]
        count_tokens = counter(self.tokenizer)
        for document, times in self._taken():
            line = encode(document)
            count.received.add(line)
            if not times:
                count.dropped[OVER_BUDGET] += 1
                place = (NAME, count.received.documents)
                accounts.take(Verdict.of_drop(NAME, Drop(document, OVER_BUDGET), place))
                continue
            tokens = b"%d " % count_tokens(document.text)
            for epoch in range(1, times + 1):
                if epoch > 1:
                    line = encode(document.with_metadata(epoch=epoch))
                    count.made += 1
                count.sent.add(line)
                bucket, key = self._place(document.id, epoch)
                held[bucket].append((key, tokens + line))
        path = stem.with_name(f"{stem.name}.chosen")
        index = _write_buckets(path, held, self.shuffled)
        result = accounts.close([count])
        return {**result, "buckets": index, "files": [*result["files"], path.name]}

    def _taken(self) -> Iterator[tuple[Document, int]]:
        import numpy

        documents = documents_of([self.piece])
        if self.epochs is None:
            yield from ((document, 1) for document in documents)
        else:
            yield from zip(documents, numpy.frombuffer(self.epochs, "<i4").tolist(), strict=True)

    def _place(self, identifier: str, epoch: int) -> tuple[int, bytes]:
        if not self.shuffled:
            return epoch - 1, b""
        key = order_key(self.seed, identifier, epoch)
        return int.from_bytes(key[:4], "big") * self.buckets >> 32, key


@dataclass(frozen=True)
class Slice:
    """A bucket's frames in all shards, and which of its documents a part takes: so many after so many."""

    frames: tuple[tuple[Path, int, int], ...]
    skip: int
    take: int


@dataclass(frozen=True)
class Write(Task):
    """One shard of the corpus, in every format."""

    number: int
    slices: tuple[Slice, ...]
    shuffled: bool
    seed: int
    formats: tuple[str, ...]
    tokenizer: str

    def label(self) -> str:
        """Which shard."""
        return f"mix: shard {self.number} of the corpus"

    def identity(self) -> Any:
        """The slices by the names of their files, and the formats."""
        from corpuskit.core.registry import find_format

        slices = [
            [[(path.name, offset, length) for path, offset, length in item.frames], item.skip, item.take]
            for item in self.slices
        ]
        versions = [find_format(name).versions() for name in self.formats]
        order = [self.shuffled, self.seed if self.shuffled else None]
        return [self.number, slices, order, self.formats, versions, token_version(self.tokenizer)]

    def run(self, stem: Path) -> Result:
        """Write `STEM-FORMAT` files; the result's `parts` are name, size, digest, documents and tokens of each."""
        from corpuskit.core.registry import find_format

        forms = [find_format(name) for name in self.formats]
        paths = [stem.with_name(f"{stem.name}-{form.name}{form.suffix}") for form in forms]
        for path in paths:
            system.remove(path, missing_ok=True)
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
            records = self._in_order(_bucket(item.frames))
            yield from itertools.islice(records, item.skip, item.skip + item.take)

    def _in_order(self, records: Iterator[bytes]) -> Iterator[tuple[int, Document]]:
        counted = (record.partition(b" ")[::2] for record in records)
        decoded = ((int(tokens), decode(line), line) for tokens, line in counted)
        ordered = sorted(decoded, key=self._key) if self.shuffled else decoded
        return ((tokens, document) for tokens, document, _ in ordered)

    def _key(self, record: tuple[int, Document, bytes]) -> tuple[bytes, bytes]:
        _, document, line = record
        return order_key(self.seed, document.id, document.metadata.get("epoch") or 1), line


@dataclass
class Chosen:
    """What `Select` left of one shard."""

    path: Path
    buckets: list[tuple[int, int, int]]


def choices(recipe: Recipe, measured: Sequence[Path]) -> list[bytes]:
    """For each shard how often each of its documents is taken, as `Select.epochs`. Raises Infeasible."""
    import numpy

    rows = [numpy.fromfile(path, dtype=measures()) for path in measured]
    every = numpy.concatenate(rows) if rows else numpy.empty(0, measures())
    epochs = numpy.zeros(len(every), "<i4")
    places = {source.name: numpy.flatnonzero(every["source"] == at) for at, source in enumerate(recipe.sources)}
    supply = {name: int(every["tokens"][place].sum()) for name, place in places.items()}
    for name, quota in allocate(recipe, supply).items():
        own = every[places[name]]
        chosen = choose(own["rank"].tobytes(), own["tokens"].copy(), quota.tokens, own["tie"].tobytes())
        epochs[places[name]] = chosen.epochs
    ends = numpy.cumsum([len(part) for part in rows])
    return [part.tobytes() for part in numpy.split(epochs, ends[:-1])] if rows else []


def most_epochs(epochs: Sequence[bytes]) -> int:
    """How often the most frequent document is taken, at least 1."""
    import numpy

    return max([1, *(int(numpy.frombuffer(part, "<i4").max(initial=1)) for part in epochs)])


def bucket_count(recipe: Recipe, stream_bytes: int, epochs: int) -> int:
    """How many buckets the final order is cut into: one an epoch in input order, else by size."""
    if recipe.output.order != "shuffled":
        return epochs
    return min(MOST_BUCKETS, stream_bytes * epochs // BUCKET_BYTES + 1)


def slices_of(
    chosen: Sequence[Chosen], buckets: int, shuffled: bool, shard_documents: int
) -> Iterator[tuple[Slice, ...]]:
    """The slices of which each shard of the corpus is made, in order.

    A bucket in shuffled order is all its frames together; in input order each frame stands for itself.
    """
    part: list[Slice] = []
    room = shard_documents
    for bucket in range(buckets):
        entries = [(item.path, *item.buckets[bucket]) for item in chosen]
        for together in [entries] if shuffled else [[entry] for entry in entries]:
            frames = tuple((path, offset, length) for path, offset, length, documents in together if documents)
            left = sum(entry[3] for entry in together)
            skip = 0
            while left:
                take = min(left, room)
                part.append(Slice(frames, skip, take))
                skip, left, room = skip + take, left - take, room - take
                if not room:
                    yield tuple(part)
                    part, room = [], shard_documents
    if part:
        yield tuple(part)


def _write_buckets(path: Path, held: list[list[tuple[bytes, bytes]]], sort: bool) -> list[tuple[int, int, int]]:
    import zstandard

    compressor = zstandard.ZstdCompressor(level=1, write_checksum=True)
    index = []
    with system.open_write(path) as stream:
        for records in held:
            if sort:
                records.sort()
            frame = compressor.compress(b"".join(record + b"\n" for _, record in records)) if records else b""
            index.append((stream.tell(), len(frame), len(records)))
            stream.write(frame)
    return index


def _bucket(frames: Sequence[tuple[Path, int, int]]) -> Iterator[bytes]:
    import zstandard

    for path, offset, length in frames:
        with open(path, "rb") as stream:
            stream.seek(offset)
            data = zstandard.ZstdDecompressor().decompress(stream.read(length))
        yield from data.split(b"\n")[:-1]
