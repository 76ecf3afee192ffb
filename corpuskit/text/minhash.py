"""MinHash: which texts are alike, found in linear time, by one rule in two forms.

A signature holds, for each of `permutations` random orders of all shingles, the first one that the text has; two
signatures agree in about the share of places that is the Jaccard similarity of the texts (Broder, "On the
resemblance and containment of documents", 1997). Signatures are cut into bands; texts with an equal band are
candidates for a closer look (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3).

The rule. Each band key has *leaders*: the first document in order that has the key, and up to three more that were
not alike to any of the leaders before them. A document matches the leaders of its keys that it is alike to. So every
document is compared with a bounded number of others, however common a key is. `dedup --stream` applies the rule to a
stream, with the tables of `corpuskit.text.leaders`; `earliest_leaders` applies it to columns of keys by sorting, with
the same result.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.shingles import Hashes

__all__ = [
    "LEADERS",
    "Signatures",
    "agreement",
    "band_keys",
    "earliest_leaders",
    "first_with_same",
    "follow",
    "signatures",
    "version",
]

LEADERS = 4
"""Most leaders that a band key has."""

NOBODY = -1

Signatures = NDArray[np.uint32]
Places = NDArray[np.int64]
Similarities = NDArray[np.float64]
Likeness = Callable[[Places, Places], Similarities]
"""Similarities, 0 to 1, of pairs of documents given as two arrays of numbers."""

MIXER = np.uint64(0x94D0_49BB_1331_11EB)
HALF = np.uint64(32)


def version() -> str:
    """Version of the MinHash algorithm; signatures of different versions cannot be compared."""
    from rensa import RMinHash

    return f"rensa RMinHash {RMinHash.ALGORITHM_VERSION}"


def signatures(shingled: Sequence[Hashes], permutations: int, seed: int) -> Signatures:
    """One row of `permutations` numbers a text. The row of a text without shingles means nothing."""
    from rensa import RMinHash

    ends = np.cumsum([0] + [len(hashes) for hashes in shingled], dtype=np.uint64)
    flat = np.concatenate([*shingled, np.empty(0, np.uint64)])
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(flat, ends, permutations, seed)
    return np.array(matrix.to_rows(), np.uint32).reshape(len(shingled), permutations)


def band_keys(rows: Signatures, bands: int) -> Hashes:
    """The `bands` keys of each signature: hashes of its bands, distinct between bands."""
    height = rows.shape[1] // bands
    keys: Hashes = (rows.reshape(len(rows), bands, height) * _row_factors(height)).sum(axis=2, dtype=np.uint64)
    keys += np.arange(1, bands + 1, dtype=np.uint64)
    keys *= MIXER
    keys ^= keys >> HALF
    keys *= MIXER
    keys ^= keys >> HALF
    return keys


def agreement(left: Signatures, right: Signatures) -> Similarities:
    """The share of places in which signatures agree, row by row."""
    shares: Similarities = np.count_nonzero(left == right, axis=1) / left.shape[1]
    return shares


def earliest_leaders(
    columns: Iterable[Hashes], count: int, alike: Likeness, threshold: float
) -> tuple[Places, Similarities]:
    """For each of `count` documents the earliest leader it matches (or -1), and the similarity.

    `columns` are the keys of one band after the other, each in the order in which documents are considered; `alike`
    is asked for similarities of a leader and a later document, and two documents match from `threshold` on.
    """
    matches = np.full(count, NOBODY, np.int64)
    similarities = np.zeros(count, np.float64)
    for column in columns:
        places, groups = _shared(column)
        for _ in range(LEADERS):
            if not len(places):
                break
            first = np.concatenate(([True], groups[1:] != groups[:-1]))
            leaders = places[first][np.cumsum(first) - 1][~first]
            places, groups = places[~first], groups[~first]
            shares = _known_or_new(leaders, places, matches, similarities, alike)
            matched = shares >= threshold
            better = matched & ((matches[places] == NOBODY) | (leaders < matches[places]))
            matches[places[better]] = leaders[better]
            similarities[places[better]] = shares[better]
            places, groups = places[~matched], groups[~matched]
    return matches, similarities


def first_with_same(low: Hashes, high: Hashes) -> Places:
    """For each 128-bit hash, given by its halves, the place of the first equal one, or -1 if that is itself."""
    firsts = np.full(len(low), NOBODY, np.int64)
    order = np.lexsort((high, low))
    low, high = low[order], high[order]
    repeats = np.concatenate(([False], (low[1:] == low[:-1]) & (high[1:] == high[:-1])))[: len(low)]
    starts = np.maximum.accumulate(np.where(repeats, 0, np.arange(len(low))))
    firsts[order[repeats]] = order[starts[repeats]]
    return firsts


def follow(matches: Places) -> Places:
    """The document at the end of each chain of matches: the survivor that stands for it, itself if it has none."""
    ends = np.where(matches == NOBODY, np.arange(len(matches)), matches)
    while not np.array_equal(further := ends[ends], ends):
        ends = further
    return ends


@cache
def _row_factors(height: int) -> Hashes:
    """What the rows of a band are multiplied by before they are added up: odd, and otherwise random."""
    generator = np.random.PCG64(20_240_229)
    return generator.random_raw(height) | np.uint64(1)


def _shared(column: Hashes) -> tuple[Places, Places]:
    """The places whose key others have too, by key and then order, and the number of each one's group."""
    order = np.argsort(column, kind="stable")
    ordered = column[order]
    same = ordered[1:] == ordered[:-1]
    repeats = np.concatenate(([False], same))[: len(column)]
    grouped = repeats | np.concatenate((same, [False]))[: len(column)]
    return order[grouped], np.cumsum(~repeats)[grouped]


def _known_or_new(
    leaders: Places, places: Places, matches: Places, similarities: Similarities, alike: Likeness
) -> Similarities:
    """Similarities of the pairs; a match that another band has found already is not measured again."""
    shares = similarities[places]
    new = matches[places] != leaders
    shares[new] = alike(leaders[new], places[new])
    return shares
