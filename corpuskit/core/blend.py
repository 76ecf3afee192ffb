"""The last step of a recipe: what of each source goes into the corpus, how often, and in which order.

Two passes over the stream on disk. The first takes down, for each document, its rank, tokens and a hash of its text;
from these the solver sets the quotas and the sampler fills them. The second writes what was chosen. Resident memory is
about 50 bytes a document; a shuffled order is made by spilling to buckets that are sorted one at a time.
"""

import struct
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.core.account import StepCount
from corpuskit.core.aside import Verdict
from corpuskit.core.document import Document, decode, encode
from corpuskit.core.plan import allocate
from corpuskit.core.recipe import Recipe
from corpuskit.core.sampling import OVER_BUDGET, Choice, choose, order_key, ranker
from corpuskit.core.step import Drop

NAME = "mix"
BUCKET_BYTES = 64 * 1024 * 1024
MOST_BUCKETS = 256

Documents = Callable[[], Iterable[Document]]


@dataclass
class Supply:
    """What one source has to offer, document by document in order."""

    rank: Callable[[str], bytes]
    ranks: bytearray = field(default_factory=bytearray)
    tokens: "array[int]" = field(default_factory=lambda: array("q"))
    ties: bytearray = field(default_factory=bytearray)

    def add(self, document: Document, tokens: int) -> None:
        """Take one document down."""
        import xxhash

        self.ranks += self.rank(document.id)
        self.tokens.append(tokens)
        self.ties += xxhash.xxh3_128_digest(document.text.encode())


@dataclass
class Blend:
    """Chooses and orders the documents of a recipe."""

    recipe: Recipe
    folder: Path
    count_tokens: Callable[[str], int]
    take: Callable[[Verdict], None]
    count: StepCount = field(default_factory=StepCount)

    def documents(self, stream: Documents) -> Iterator[Document]:
        """The documents of the corpus in their final order. `stream` gives those to choose from, anew at each call."""
        chosen = self._chosen(stream)
        return self._shuffled(chosen) if self.recipe.output.order == "shuffled" else chosen

    def options(self) -> dict[str, Any]:
        """What shapes the choice, as the manifest records it."""
        recipe = self.recipe
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

    def _chosen(self, stream: Documents) -> Iterator[Document]:
        if self.recipe.budget is None:
            for document in stream():
                self.count.received.add(encode(document))
                yield self._sent(document)
            return
        choices = self._choices(stream)
        most = max((int(choice.epochs.max(initial=0)) for choice in choices.values()), default=0)
        for epoch in range(1, max(most, 1) + 1):
            yield from self._epoch(stream, choices, epoch)

    def _epoch(self, stream: Documents, choices: dict[str, Choice], epoch: int) -> Iterator[Document]:
        places = dict.fromkeys(choices, 0)
        for document in stream():
            source = document.metadata["source"]
            times = int(choices[source].epochs[places[source]])
            places[source] += 1
            if epoch == 1:
                self.count.received.add(encode(document))
                if times == 0:
                    self._drop(document)
            if epoch <= times:
                self.count.made += epoch > 1
                yield self._sent(document.with_metadata(epoch=epoch) if epoch > 1 else document)

    def _choices(self, stream: Documents) -> dict[str, Choice]:
        """How often each document of each source is taken. Raises Infeasible."""
        recipe = self.recipe
        supplies = {source.name: Supply(ranker(recipe.seed, source.name)) for source in recipe.sources}
        for document in stream():
            supplies[document.metadata["source"]].add(document, self.count_tokens(document.text))
        quotas = allocate(recipe, {name: sum(supply.tokens) for name, supply in supplies.items()})
        return {
            name: choose(bytes(supply.ranks), supply.tokens, quotas[name].tokens, bytes(supply.ties))
            for name, supply in supplies.items()
        }

    def _sent(self, document: Document) -> Document:
        self.count.sent.add(encode(document))
        return document

    def _drop(self, document: Document) -> None:
        self.count.dropped[OVER_BUDGET] += 1
        self.take(Verdict.of_drop(NAME, Drop(document, OVER_BUDGET), (NAME, self.count.received.documents)))

    def _shuffled(self, documents: Iterator[Document]) -> Iterator[Document]:
        buckets = Buckets(self.folder, MOST_BUCKETS)
        for document in documents:
            epoch = document.metadata.get("epoch") or 1
            buckets.add(order_key(self.recipe.seed, document.id, epoch), encode(document))
        for line in buckets.in_order():
            yield decode(line)


class Buckets:
    """Lines sorted by a key of 16 evenly spread bytes, on disk but for one bucket at a time."""

    def __init__(self, folder: Path, number: int) -> None:
        """Up to 256 buckets, told apart by the first byte of the key."""
        folder.mkdir(parents=True, exist_ok=True)
        self.paths = [folder / f"bucket-{place:03d}" for place in range(number)]
        self.held: list[list[bytes]] = [[] for _ in range(number)]
        self.held_bytes = 0

    def add(self, key: bytes, line: bytes) -> None:
        """Put one line into its bucket."""
        record = key + struct.pack("<Q", len(line)) + line
        self.held[key[0] * len(self.paths) >> 8].append(record)
        self.held_bytes += len(record)
        if self.held_bytes > BUCKET_BYTES:
            self._spill()

    def in_order(self) -> Iterator[bytes]:
        """All lines by key, equal keys by line."""
        self._spill()
        for path in self.paths:
            if path.exists():
                yield from (line for _, line in sorted(_records(path.read_bytes())))
                path.unlink()

    def _spill(self) -> None:
        for path, records in zip(self.paths, self.held, strict=True):
            if records:
                with open(path, "ab") as stream:
                    stream.writelines(records)
                records.clear()
        self.held_bytes = 0


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        key = data[at : at + 16]
        (length,) = struct.unpack_from("<Q", data, at + 16)
        yield key, data[at + 24 : at + 24 + length]
        at += 24 + length
