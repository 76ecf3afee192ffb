"""MinHash: which texts are similar, found in linear time, by one rule in two forms.

A signature holds, for each of `permutations` random orders of all shingles, the first one that the text has. The share
of positions in which two signatures agree is about the Jaccard similarity of their texts (Broder, "On the resemblance
and containment of documents", 1997). Signatures are cut into bands; texts that share a band are candidates for a closer
look (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3).

The rule: each band key has *leaders*, which are the first document in order that has the key, and up to three more that
were not similar to any of the leaders before them. A document matches those leaders of its keys that it is similar to.
So every document is compared with a bounded number of others, however common a key is. `dedup --stream` applies the
rule to a stream, with the tables of `leader_tables`; `earliest_leaders` applies it to columns of keys by sorting, with
the same result.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpuskit.core.environment import variable_set
from corpuskit.text.dedup.shingles import HALF, Hashes

__all__ = [
    "LEADERS",
    "Matches",
    "Signatures",
    "agreement",
    "band_keys",
    "earliest_leaders",
    "final_survivors",
    "first_with_same",
    "match_in_band",
    "signatures",
    "version",
]

LEADERS = 4
"""Most leaders that a band key has."""

NOBODY = -1
THREADS = "RAYON_NUM_THREADS"
"""The variable by which the library's threads are counted."""
LEAST_FOR_THREADS = 256
"""Texts from which it uses them."""

Signatures = NDArray[np.uint32]
Ranks = NDArray[np.int64]
Similarities = NDArray[np.float64]
Likeness = Callable[[Ranks, Ranks], Similarities]
"""Similarities, 0 to 1, of pairs of documents given as two arrays of numbers."""

Computed = Callable[[Ranks, Ranks], tuple[Similarities, NDArray[np.bool_]]]
"""Returns the similarities of leaders and documents as far as an earlier run has computed them, and of which it has."""

BAND_KEY_MIXER = np.uint64(0x94D0_49BB_1331_11EB)


@cache
def _hasher() -> Any:
    """Return what signs texts, on one thread.

    Many texts, or long ones, are signed on several threads by default. A worker that is forked from a process with such
    threads has none of them, and would wait for them without end; and there are as many workers as processors anyhow.
    """
    from rensa import RMinHash

    # The number is read when so many texts are signed for the first time.
    texts = np.arange(LEAST_FOR_THREADS + 1, dtype=np.uint64)
    with variable_set(THREADS, "1"):
        RMinHash.digest_matrix_from_flat_token_hashes(texts[1:], texts, 1, 0)
    return RMinHash


def version() -> str:
    """Return the version of the MinHash algorithm; signatures of different versions cannot be compared."""
    from rensa import RMinHash

    return f"rensa RMinHash {RMinHash.ALGORITHM_VERSION}"


def signatures(shingled: Sequence[Hashes], permutations: int, seed: int) -> Signatures:
    """Return one row of `permutations` numbers per text. The row of a text without shingles means nothing."""
    ends = np.cumsum([0] + [len(hashes) for hashes in shingled], dtype=np.uint64)
    flat = np.concatenate([*shingled, np.empty(0, np.uint64)])
    matrix = _hasher().digest_matrix_from_flat_token_hashes(flat, ends, permutations, seed)
    pack = struct.Struct(f"={permutations}I").pack  # numpy takes five times as long to read lists of numbers
    numbers = bytearray().join([pack(*row) for row in matrix.to_rows()])
    return np.frombuffer(numbers, np.uint32).reshape(len(shingled), permutations)


def band_keys(rows: Signatures, bands: int) -> Hashes:
    """Return the `bands` keys of each signature: hashes of its bands, distinct between bands."""
    height = rows.shape[1] // bands
    of_bands = rows.reshape(len(rows), bands, height)
    keys = np.zeros((len(rows), bands), np.uint64)
    for row, factor in enumerate(_row_factors(height)):  # six times as quick as `sum` along so short an axis
        keys += of_bands[:, :, row] * factor
    keys += np.arange(1, bands + 1, dtype=np.uint64)
    keys *= BAND_KEY_MIXER
    keys ^= keys >> HALF
    keys *= BAND_KEY_MIXER
    keys ^= keys >> HALF
    return keys


def agreement(left: Signatures, right: Signatures) -> Similarities:
    """Return the share of positions in which signatures agree, row by row."""
    shares: Similarities = np.count_nonzero(left == right, axis=1) / left.shape[1]
    return shares


class Matches:
    """The earliest leader found so far for each of `count` documents, whose ranks begin at `start`.

    Documents of lower rank can lead, but their own matches are not recorded.
    """

    def __init__(self, count: int, start: int = 0) -> None:
        """Begin without any match."""
        self.start = start
        self.leaders = np.full(count, NOBODY, np.int64)
        self.similarities = np.zeros(count, np.float64)

    def computed(self, leaders: Ranks, ranks: Ranks) -> tuple[Similarities, NDArray[np.bool_]]:
        """Return the similarities of pairs, and which of them are known already, so that no match is measured again."""
        at = np.maximum(ranks - self.start, 0)
        return self.similarities[at], (self.leaders[at] == leaders) & (ranks >= self.start)

    def enter(self, leaders: Ranks, ranks: Ranks, shares: Similarities) -> None:
        """Record matches; the earliest leader of a document wins."""
        asked = ranks >= self.start
        leaders, at, shares = leaders[asked], ranks[asked] - self.start, shares[asked]
        better = (self.leaders[at] == NOBODY) | (leaders < self.leaders[at])
        self.leaders[at[better]] = leaders[better]
        self.similarities[at[better]] = shares[better]


class BandMatches:
    """The matches of one band, handed on as they are found: in one band a document has one leader at most."""

    def __init__(
        self,
        start: int,
        take: Callable[[Ranks, Ranks, Similarities], None],
        computed_before: "Computed | None" = None,
    ) -> None:
        """`take` gets documents from rank `start` on, their leaders and the similarities."""
        self.start, self._take, self._computed_before = start, take, computed_before

    def computed(self, leaders: Ranks, ranks: Ranks) -> tuple[Similarities, NDArray[np.bool_]]:
        """Return what an earlier run knows; here no similarity is, as a document that matched is asked for no more."""
        if self._computed_before is not None:
            return self._computed_before(leaders, ranks)
        return np.zeros(len(ranks), np.float64), np.zeros(len(ranks), bool)

    def enter(self, leaders: Ranks, ranks: Ranks, shares: Similarities) -> None:
        """Hand matches on."""
        asked = ranks >= self.start
        if asked.any():
            self._take(ranks[asked], leaders[asked], shares[asked])


def earliest_leaders(
    columns: Iterable[Hashes], count: int, alike: Likeness, threshold: float
) -> tuple[Ranks, Similarities]:
    """Return for each of `count` documents the earliest leader that it matches (or -1), and their similarity.

    `columns` yields the keys of one band after the other, each in the order in which documents are considered. `alike`
    returns the similarities of leaders and later documents; two documents match from `threshold` on.
    """
    matches = Matches(count)
    for column in columns:
        match_in_band(column, np.arange(count), matches, alike, threshold)
    return matches.leaders, matches.similarities


def match_in_band(
    keys: Hashes, ranks: Ranks, matches: Matches | BandMatches, alike: Likeness, threshold: float, *, part: bool = False
) -> Ranks:
    """Apply the rule to documents by their key in one band; return the leaders of the keys.

    With `part`, these are only some of the keys' documents. Leaders that are passed in again lead again, so that a
    key's documents may come in parts, each after the leaders of the parts before it. Without `part`, keys that decide
    nothing are left out.
    """
    # keys             [7 9 7 7 8 7]         of the documents 0 to 5; 9 and 8 stand alone and are left out
    # ranks, groups    [0 2 3 5], [1 1 1 1]  similarities 0-2: 0.9, 0-3: 0.2, 0-5: 0.3, 3-5: 0.8; threshold 0.5
    # 1st round        first [1 0 0 0]       0 leads 2, 3 and 5; 2 matches, so ranks [3 5] remain
    # 2nd round        first [1 0]           3 leads 5, which matches, so nobody remains
    # result           [0 3]                 matches.leaders [-1 -1 0 -1 -1 3]
    ranks, groups = _sorted(keys, ranks)
    if not part:
        ranks, groups = _deciding(ranks, groups, matches.start)
    led = []
    for _ in range(LEADERS):
        if not len(ranks):
            break
        first = np.concatenate(([True], groups[1:] != groups[:-1]))
        led.append(ranks[first])
        leaders = led[-1][np.cumsum(first) - 1][~first]
        ranks, groups = ranks[~first], groups[~first]
        shares, computed = matches.computed(leaders, ranks)
        shares[~computed] = alike(leaders[~computed], ranks[~computed])
        matched = shares >= threshold
        matches.enter(leaders[matched], ranks[matched], shares[matched])
        ranks, groups = ranks[~matched], groups[~matched]
    return np.concatenate([*led, np.empty(0, np.int64)])


def first_with_same(low: Hashes, high: Hashes) -> Ranks:
    """Return for each 128-bit hash, given by its halves, the index of the first equal one; -1 if that is itself."""
    firsts = np.full(len(low), NOBODY, np.int64)
    order = np.lexsort((high, low))
    low, high = low[order], high[order]
    repeats = np.concatenate(([False], (low[1:] == low[:-1]) & (high[1:] == high[:-1])))[: len(low)]
    starts = np.maximum.accumulate(np.where(repeats, 0, np.arange(len(low))))
    firsts[order[repeats]] = order[starts[repeats]]
    return firsts


def final_survivors(matches: Ranks) -> Ranks:
    """Return the survivor at the end of each document's chain of matches; the document itself if it has no match."""
    ends = np.where(matches == NOBODY, np.arange(len(matches)), matches)
    while not np.array_equal(further := ends[ends], ends):
        ends = further
    return ends


@cache
def _row_factors(height: int) -> Hashes:
    """Return the factors of the rows of a band, which are multiplied and added up: odd, and otherwise random."""
    generator = np.random.PCG64(20_240_229)
    return generator.random_raw(height) | np.uint64(1)


def _sorted(keys: Hashes, ranks: Ranks) -> tuple[Ranks, Ranks]:
    """Return the ranks, sorted by key and then by rank, and the number of each one's group."""
    ascending = bool((ranks[1:] > ranks[:-1]).all())
    order = np.argsort(keys, kind="stable") if ascending else np.lexsort((ranks, keys))
    ordered = keys[order]
    return ranks[order], np.cumsum(np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(keys)])


def _deciding(ranks: Ranks, groups: Ranks, start: int) -> tuple[Ranks, Ranks]:
    """Keep the groups that have several members and whose last member needs a verdict."""
    ends = np.flatnonzero(np.concatenate((groups[1:] != groups[:-1], [True]))[: len(groups)])
    sizes = np.diff(ends, prepend=-1)
    decides = np.repeat((sizes > 1) & (ranks[ends] >= start), sizes)
    return ranks[decides], groups[decides]
