"""Which documents fill a quota: by keyed hash, exactly, and whatever the order they come in.

A document's *rank* is a hash of the recipe's seed, the source's name and the document's id. A quota of several whole
epochs and a rest takes every document that many times, and for the rest once more the documents of lowest rank, passing
over those that no longer fit. So a quota is never exceeded, what is missing to it is less than the smallest document
left out, and adding or removing a few documents moves few others. A second hash orders the output.

What the rest takes is found as a few *bounds*: from this rank on, documents of at most a number of tokens. They are
found in some passes over the documents' measures, which lie on disk shard by shard, in memory that does not depend on
how many there are; and each shard's documents are then judged by the bounds alone.

BLAKE2b and not a faster hash, since page authors choose their ids: with it they have to try for a low rank.
"""

import bisect
import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Numbers = NDArray[numpy.int64]
    Rows = NDArray[Any]
    Shards = Callable[[], Iterable[tuple[int, Rows]]]

RANK_BYTES = 16
OVER_BUDGET = "over-budget"
"""Drop reason of documents that the sample has no place for."""

AT_ONCE = 1 << 16
"""Documents that are sorted in memory."""
BIN_BYTES = 2
BINS = 256**BIN_BYTES
"""Documents are counted by the first bytes of their ranks; those of one such bin are sorted at once, however many."""
PATIENT_ROUNDS = 64
"""Rounds of the vectorised search for documents that still fit, before single steps finish it."""

SortKey = tuple[bytes, bytes, int, int]
"""A document's place in a source's order: rank, hash of the text (for ids that occur twice), shard, row."""


def ranker(seed: int, source: str) -> Callable[[str], bytes]:
    """The function from a document's id to its rank in this source, 16 bytes that compare as they sort."""
    return _keyed(f"{seed}\0{source}", b"rank")


def order_key(seed: int, id: str, epoch: int = 1) -> bytes:
    """Where a document stands in shuffled output: 16 bytes that compare as they sort."""
    return orderer(seed)(id, epoch)


@cache
def orderer(seed: int) -> Callable[[str, int], bytes]:
    """The function from a document's id and epoch to its `order_key`."""
    hashed = _keyed(str(seed), b"order")
    return lambda id, epoch: hashed(f"{epoch}\0{id}")


def measures() -> Any:
    """What is known of a document before it is chosen: place of its source, rank, tokens, hash of its text."""
    import numpy

    return numpy.dtype([("source", "<u2"), ("rank", "V16"), ("tokens", "<i8"), ("tie", "V16")])


@dataclass(frozen=True)
class Bound:
    """From this position in the order on, documents of at most this many tokens are taken once more."""

    start: SortKey
    tokens: int


@dataclass(frozen=True)
class Filling:
    """How a source's quota is filled: every document a number of times, and by the bounds some of them once more."""

    whole: int = 0
    bounds: tuple[Bound, ...] = ()

    @property
    def most(self) -> int:
        """How often a document is taken at most."""
        return self.whole + bool(self.bounds)

    def epochs(self, rows: "Rows", shard: int) -> "Numbers":
        """How often each of these documents of a shard would be taken, were they all of this source."""
        import numpy

        epochs = numpy.full(len(rows), self.whole, numpy.int64)
        if self.bounds:
            most = numpy.array([bound.tokens for bound in self.bounds], numpy.int64)
            epochs += rows["tokens"] <= most[self._bound_of(rows, shard)]
        return epochs

    def _bound_of(self, rows: "Rows", shard: int) -> "Numbers":
        """Number of the last bound that starts at or before each document; half a rank nearly always tells."""
        import numpy

        starts = [bound.start for bound in self.bounds]
        halves = numpy.array([int.from_bytes(start[0][:8], "big") for start in starts], numpy.uint64)
        first = _halves(rows["rank"])[0]
        numbers: Numbers = numpy.searchsorted(halves, first, side="right") - 1
        for row in numpy.flatnonzero(numpy.isin(first, halves)).tolist():
            numbers[row] = bisect.bisect_right(starts, _sort_key(rows[row], shard, row)) - 1
        return numbers


def fill(shards: "Shards", source: int, total: int, quota: int) -> Filling:
    """Fill one source's quota.

    `shards` gives, each time it is called, the `measures` of every shard that holds documents of the source, by the
    shard's number; `total` is the sum of the source's tokens. The tokens chosen are `quota` less a remainder smaller
    than any document left out; a source of documents that are all larger than its quota gives nothing. Memory: about
    10 MB, or 150 bytes for each document of the largest shard.
    """
    if total <= 0 or quota <= 0:
        return Filling()
    whole, remainder = divmod(quota, total)
    return Filling(whole, tuple(_bounds(shards, source, remainder)) if remainder else ())


def _bounds(shards: "Shards", source: int, budget_left: int) -> Iterator[Bound]:
    import numpy

    begin = 0
    while begin < BINS:
        yield Bound(_edge(begin), budget_left)
        documents, tokens = _counted(shards, source, begin, budget_left)
        sums = numpy.cumsum(tokens)
        if sums[-1] <= budget_left:
            return
        if documents.sum() > AT_ONCE:
            # All documents before the bin in which the budget runs out fit.
            full = int(numpy.searchsorted(sums, budget_left, side="right"))
            if full:
                budget_left -= int(sums[full - 1])
                yield Bound(_edge(full), budget_left)
            begin = max(begin, full)
        end = begin + max(int(numpy.searchsorted(numpy.cumsum(documents[begin:]), AT_ONCE, side="right")), 1)
        rows, positions = _in_order(shards, source, range(begin, end), budget_left)
        budget_left = yield from _closely(rows, positions, budget_left)
        begin = end


def _counted(shards: "Shards", source: int, begin: int, budget_left: int) -> "tuple[Numbers, Numbers]":
    """Documents and tokens by bin, of those that fit into what is left and lie in this bin or after it."""
    import numpy

    documents, tokens = numpy.zeros(BINS, numpy.int64), numpy.zeros(BINS, numpy.int64)
    for _, rows in shards():
        fitting = rows[(rows["source"] == source) & (rows["tokens"] <= budget_left)]
        bins = _bins(fitting)
        numpy.add.at(documents, bins, 1)
        numpy.add.at(tokens, bins, fitting["tokens"])
    documents[:begin] = tokens[:begin] = 0
    return documents, tokens


def _in_order(shards: "Shards", source: int, bins: range, budget_left: int) -> "tuple[Rows, Numbers]":
    """The documents in some bins that fit into the budget left, in order, and for each its shard and row."""
    import numpy

    blocks, positions = [], []
    for shard, rows in shards():
        among = _bins(rows)
        fitting = (
            (rows["source"] == source) & (rows["tokens"] <= budget_left) & (among >= bins.start) & (among < bins.stop)
        )
        numbers = numpy.flatnonzero(fitting)
        blocks.append(rows[numbers])
        positions.append(numpy.stack([numpy.full(len(numbers), shard), numbers], axis=1))
    every, origin_rows = numpy.concatenate(blocks), numpy.concatenate(positions)
    # The shards and their rows are in order, and the sort is stable.
    order = numpy.lexsort([*reversed(_halves(every["tie"])), *reversed(_halves(every["rank"]))])
    return every[order], origin_rows[order]


def _closely(rows: "Rows", positions: "Numbers", budget_left: int) -> Generator[Bound, None, int]:
    """The bounds within documents in order, each where one no longer fits; the budget that is left.

    Each round looks only at those small enough for the room left, and takes them up to the first that is not any
    more.
    """
    import numpy

    sizes = rows["tokens"].astype(numpy.int64)
    left = numpy.arange(len(sizes))
    for _ in range(PATIENT_ROUNDS):
        left = left[sizes[left] <= budget_left]
        sums = numpy.cumsum(sizes[left])
        fitting = int(numpy.searchsorted(sums, budget_left, side="right"))
        budget_left -= int(sums[fitting - 1]) if fitting else 0
        if fitting == len(left):
            return budget_left
        left = left[fitting:]
        yield _bound(rows, positions, int(left[0]), budget_left)
    last = budget_left
    for number, size in zip(left.tolist(), sizes[left].tolist(), strict=True):
        if size <= budget_left:
            budget_left -= size
        elif size <= last:
            last = budget_left
            yield _bound(rows, positions, number, budget_left)
    return budget_left


def _bound(rows: "Rows", positions: "Numbers", number: int, budget_left: int) -> Bound:
    return Bound(_sort_key(rows[number], *positions[number].tolist()), budget_left)


def _sort_key(row: Any, shard: int, number: int) -> SortKey:
    return row["rank"].tobytes(), row["tie"].tobytes(), shard, number


def _edge(number: int) -> SortKey:
    """The place before all documents of a bin."""
    return number.to_bytes(BIN_BYTES, "big") + bytes(RANK_BYTES - BIN_BYTES), bytes(RANK_BYTES), 0, 0


def _bins(rows: "Rows") -> "Numbers":
    import numpy

    return (_halves(rows["rank"])[0] >> (64 - 8 * BIN_BYTES)).astype(numpy.int64)


def _halves(hashes: "Rows") -> "tuple[NDArray[numpy.uint64], NDArray[numpy.uint64]]":
    """Hashes of 16 bytes as two numbers each, of which the first counts first."""
    import numpy

    columns = numpy.frombuffer(hashes.tobytes(), ">u8").reshape(len(hashes), 2).astype(numpy.uint64)
    return columns[:, 0], columns[:, 1]


def _keyed(key: str, person: bytes) -> Callable[[str], bytes]:
    # Hashed first, as a key may not be longer than 64 bytes.
    digest = hashlib.blake2b(key.encode(), digest_size=64).digest()
    start = hashlib.blake2b(digest_size=RANK_BYTES, key=digest, person=person)

    def hashed(text: str) -> bytes:
        state = start.copy()
        state.update(text.encode())
        return state.digest()

    return hashed
