"""Which documents fill a quota: chosen by a keyed hash, whatever their order.

A document's *rank* is a hash of the recipe's seed, the source's name and the document's id. A quota of several whole
epochs and a remainder takes every document that many times. The remainder takes documents once more by ascending rank,
and passes over those that no longer fit. So a quota is never exceeded, it is missed by less than the smallest document
left out, and adding or removing a few documents moves few others. A second hash orders the output.

A few *cutoffs* describe what the remainder takes: from this rank on, documents of at most this many tokens. They are
found in a few passes over the documents' measures, which lie on disk shard by shard, in memory that does not grow with
the number of documents. Whether a document is taken then depends on the cutoffs alone.

The hash is BLAKE2b rather than a faster one because page authors choose their ids: with BLAKE2b, a low rank can only be
found by trial.
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
"""Drop reason of documents that the sample does not take."""

MAX_SORTED = 1 << 16
"""Number of documents that are sorted in memory at once."""
BIN_BYTES = 2
BINS = 256**BIN_BYTES
"""Documents are counted by the first bytes of their ranks; the documents of one such bin are always sorted at once."""
VECTOR_ROUNDS = 64
"""Vectorised rounds of the search for documents that still fit, before a loop over single documents finishes it."""

SortKey = tuple[bytes, bytes, int, int]
"""The order of a source's documents: by rank, hash of the text (for ids that occur twice), shard, row."""


def ranker(seed: int, source: str) -> Callable[[str], bytes]:
    """Return the function from a document's id to its rank in this source: 16 bytes, ordered as bytes."""
    return _keyed_hash(f"{seed}\0{source}", b"rank")


def order_key(seed: int, id: str, epoch: int = 1) -> bytes:
    """Return what shuffled output is sorted by: 16 bytes."""
    return orderer(seed)(id, epoch)


@cache
def orderer(seed: int) -> Callable[[str, int], bytes]:
    """Return the function from a document's id and epoch to its `order_key`."""
    hash_of = _keyed_hash(str(seed), b"order")
    return lambda id, epoch: hash_of(f"{epoch}\0{id}")


def measures_dtype() -> Any:
    """Return the type of what `Measure` records about a document: its source's index, rank, tokens and text hash."""
    import numpy

    return numpy.dtype([("source", "<u2"), ("rank", "V16"), ("tokens", "<i8"), ("tie", "V16")])


@dataclass(frozen=True)
class Cutoff:
    """From `start` on in a source's order, documents of at most `max_tokens` tokens are taken once more."""

    start: SortKey
    max_tokens: int


@dataclass(frozen=True)
class QuotaPlan:
    """How a source's quota is filled: every document `whole_epochs` times, and some once more, by the cutoffs."""

    whole_epochs: int = 0
    cutoffs: tuple[Cutoff, ...] = ()

    @property
    def most_epochs(self) -> int:
        """The most times that any document is taken."""
        return self.whole_epochs + bool(self.cutoffs)

    def epochs(self, rows: "Rows", shard: int) -> "Numbers":
        """Return how often each document of a shard is taken, as if all of them belonged to this source.

        whole_epochs 1, cutoffs from the first document on: 9 tokens, from d2 on: 1 token
        documents by rank      d0 d1 d2 d3 d4
        rows["tokens"]          5  3  4  1  2
        tokens of its cutoff    9  9  1  1  1
        epochs                  2  2  1  2  1
        """
        import numpy

        epochs = numpy.full(len(rows), self.whole_epochs, numpy.int64)
        if self.cutoffs:
            max_tokens = numpy.array([cutoff.max_tokens for cutoff in self.cutoffs], numpy.int64)
            epochs += rows["tokens"] <= max_tokens[self._cutoff_indexes(rows, shard)]
        return epochs

    def _cutoff_indexes(self, rows: "Rows", shard: int) -> "Numbers":
        """Return the index of the last cutoff that starts at or before each document.

        The first halves of the ranks nearly always decide; where one equals that of a cutoff, whole keys are compared.

            first halves of the cutoffs' starts    0  40
            first halves of the rows' ranks        3f  40  51  07
            indexes by the halves                   0   1   1   0
            compared as whole keys                      x           (the second half may lie before the start)
        """
        import numpy

        starts = [cutoff.start for cutoff in self.cutoffs]
        start_halves = numpy.array([int.from_bytes(start[0][:8], "big") for start in starts], numpy.uint64)
        first_halves = _halves(rows["rank"])[0]
        indexes: Numbers = numpy.searchsorted(start_halves, first_halves, side="right") - 1
        for row in numpy.flatnonzero(numpy.isin(first_halves, start_halves)).tolist():
            indexes[row] = bisect.bisect_right(starts, _sort_key(rows[row], shard, row)) - 1
        return indexes


def plan_quota(shards: "Shards", source: int, total: int, quota: int) -> QuotaPlan:
    """Plan how to fill the quota of one source.

    `shards` yields, each time it is called, the number and the measures (`measures_dtype`) of every shard that holds
    documents of the source; `total` is the sum of the source's tokens. The documents taken fall short of `quota` by
    less than any document left out. A source whose documents are all larger than its quota gives nothing. Takes about
    10 MB of memory, or 150 bytes per document of the largest shard.
    """
    if total <= 0 or quota <= 0:
        return QuotaPlan()
    whole_epochs, remainder = divmod(quota, total)
    return QuotaPlan(whole_epochs, tuple(_cutoffs(shards, source, remainder)) if remainder else ())


def _cutoffs(shards: "Shards", source: int, budget_left: int) -> Iterator[Cutoff]:
    """Yield the cutoffs by which some tokens are spent on documents in order of rank.

    While more documents remain than are sorted at once, whole bins are taken by their sums:

        tokens by bin                4  3  0  5  2  6        budget_left 10
        sums                         4  7  7 12 14 20        the first 3 bins fit
        cutoff at the start of bin 3: 3 tokens; then the documents from bin 3 on are sorted and taken one by one
    """
    import numpy

    begin = 0
    while begin < BINS:
        yield Cutoff(_bin_start(begin), budget_left)
        documents, tokens = _count_by_bin(shards, source, begin, budget_left)
        sums = numpy.cumsum(tokens)
        if sums[-1] <= budget_left:
            return
        if documents.sum() > MAX_SORTED:
            # All documents before the bin in which the budget runs out fit.
            whole_bins = int(numpy.searchsorted(sums, budget_left, side="right"))
            if whole_bins:
                budget_left -= int(sums[whole_bins - 1])
                yield Cutoff(_bin_start(whole_bins), budget_left)
            begin = max(begin, whole_bins)
        end = begin + max(int(numpy.searchsorted(numpy.cumsum(documents[begin:]), MAX_SORTED, side="right")), 1)
        rows, positions = _sorted_documents(shards, source, range(begin, end), budget_left)
        budget_left = yield from _cutoffs_within(rows, positions, budget_left)
        begin = end


def _count_by_bin(shards: "Shards", source: int, begin: int, budget_left: int) -> "tuple[Numbers, Numbers]":
    """Return the number of documents and of tokens in each bin from `begin` on, of documents within the budget left."""
    import numpy

    documents, tokens = numpy.zeros(BINS, numpy.int64), numpy.zeros(BINS, numpy.int64)
    for _, rows in shards():
        fitting = rows[(rows["source"] == source) & (rows["tokens"] <= budget_left)]
        bins = _bins(fitting)
        numpy.add.at(documents, bins, 1)
        numpy.add.at(tokens, bins, fitting["tokens"])
    documents[:begin] = tokens[:begin] = 0
    return documents, tokens


def _sorted_documents(shards: "Shards", source: int, bins: range, budget_left: int) -> "tuple[Rows, Numbers]":
    """Return the measures of those documents in some bins that fit into the budget left, in order, and their positions.

    ranks of shard 0      c  a          ranks of shard 1      b
    ranks in order        a  b  c
    shard and row       0 1  1 0  0 0
    """
    import numpy

    blocks, positions = [], []
    for shard, rows in shards():
        bins_of_rows = _bins(rows)
        fitting = (
            (rows["source"] == source)
            & (rows["tokens"] <= budget_left)
            & (bins_of_rows >= bins.start)
            & (bins_of_rows < bins.stop)
        )
        row_numbers = numpy.flatnonzero(fitting)
        blocks.append(rows[row_numbers])
        positions.append(numpy.stack([numpy.full(len(row_numbers), shard), row_numbers], axis=1))
    all_rows, all_positions = numpy.concatenate(blocks), numpy.concatenate(positions)
    # The shards and their rows are in order, and the sort is stable.
    order = numpy.lexsort([*reversed(_halves(all_rows["tie"])), *reversed(_halves(all_rows["rank"]))])
    return all_rows[order], all_positions[order]


def _cutoffs_within(rows: "Rows", positions: "Numbers", budget_left: int) -> Generator[Cutoff, None, int]:
    """Yield a cutoff at each sorted document that no longer fits; return the budget that is left.

    Each round looks only at documents that fit into the budget left by themselves, and takes them up to the first
    that no longer does.

        sizes        5  3  4  1  2           budget_left 9
        round 1      5  8 12 13 15 (sums)    takes 2, budget_left 1, cutoff at the third: 1 token
        round 2               1    (sums)    takes 1, budget_left 0, none remains
    """
    import numpy

    sizes = rows["tokens"].astype(numpy.int64)
    remaining = numpy.arange(len(sizes))
    for _ in range(VECTOR_ROUNDS):
        remaining = remaining[sizes[remaining] <= budget_left]
        sums = numpy.cumsum(sizes[remaining])
        fitting = int(numpy.searchsorted(sums, budget_left, side="right"))
        budget_left -= int(sums[fitting - 1]) if fitting else 0
        if fitting == len(remaining):
            return budget_left
        remaining = remaining[fitting:]
        yield _cutoff_at(rows, positions, int(remaining[0]), budget_left)
    last_max_tokens = budget_left
    for index, size in zip(remaining.tolist(), sizes[remaining].tolist(), strict=True):
        if size <= budget_left:
            budget_left -= size
        elif size <= last_max_tokens:
            last_max_tokens = budget_left
            yield _cutoff_at(rows, positions, index, budget_left)
    return budget_left


def _cutoff_at(rows: "Rows", positions: "Numbers", index: int, budget_left: int) -> Cutoff:
    return Cutoff(_sort_key(rows[index], *positions[index].tolist()), budget_left)


def _sort_key(row: Any, shard: int, row_number: int) -> SortKey:
    return row["rank"].tobytes(), row["tie"].tobytes(), shard, row_number


def _bin_start(bin_number: int) -> SortKey:
    """Return the least sort key of a bin."""
    return bin_number.to_bytes(BIN_BYTES, "big") + bytes(RANK_BYTES - BIN_BYTES), bytes(RANK_BYTES), 0, 0


def _bins(rows: "Rows") -> "Numbers":
    """Return each document's bin: the first bytes of its rank."""
    import numpy

    return (_halves(rows["rank"])[0] >> (64 - 8 * BIN_BYTES)).astype(numpy.int64)


def _halves(hashes: "Rows") -> "tuple[NDArray[numpy.uint64], NDArray[numpy.uint64]]":
    """Return hashes of 16 bytes as two columns of numbers, which sort as the hashes do."""
    import numpy

    columns = numpy.frombuffer(hashes.tobytes(), ">u8").reshape(len(hashes), 2).astype(numpy.uint64)
    return columns[:, 0], columns[:, 1]


def _keyed_hash(key: str, person: bytes) -> Callable[[str], bytes]:
    # Hashed first, because a key must not be longer than 64 bytes.
    digest = hashlib.blake2b(key.encode(), digest_size=64).digest()
    start = hashlib.blake2b(digest_size=RANK_BYTES, key=digest, person=person)

    def hash_of(text: str) -> bytes:
        state = start.copy()
        state.update(text.encode())
        return state.digest()

    return hash_of
