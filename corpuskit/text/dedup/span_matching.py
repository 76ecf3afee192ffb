"""Which words may begin a repeat: pairs of a later and the first occurrence of a fingerprint, by sorting a bucket.

The first document with a fingerprint is its leader. It may share but a part of a run, and a document in between all of
it. So each fingerprint comes with a hash of its surroundings, as far as a run of the least length may reach.
Occurrences with the leader's surroundings have nothing to say that it has not; if several do not have them, these and
the leader are compared once more, by all runs of the least length around the fingerprint.
"""

import itertools
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corpuskit.core.disk.group_by_key import Run, by_key
from corpuskit.core.disk.window_spool import WindowRows
from corpuskit.text.dedup.span_texts import COLUMNS, RunLength, SpanTexts, join_units, weights_before
from corpuskit.text.dedup.winnowing import range_hashes
from corpuskit.text.dedup.word_units import Units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Keyed = NDArray[np.uint64]
    Pairs = NDArray[np.int64]

PAIR_COLUMNS = 4
"""Of a pair: a later document, the word in it, the first document, the word in that."""
ODD_COLUMNS = 3
"""Of an odd one: its fingerprint, its document, its word."""
WORDS_AT_ONCE = 1 << 13
MIXER = np.uint64(0xC2B2_AE3D_27D4_EB4F)


class Comparison(NamedTuple):
    """What sorting says of some occurrences of fingerprints."""

    pairs: "Pairs"
    odd_ones: "Keyed"
    """Occurrences without the leader's surroundings and the leader, of fingerprints that have several such."""


def span_pairs(texts: SpanTexts, bucket: int, length: RunLength, max_rows: int) -> Iterator["Pairs"]:
    """Yield the pairs that a bucket's fingerprints make; `max_rows` of these are held at a time.

    The pairs are the same for any `max_rows`, in another order, and a few come twice.
    """
    with closing(WindowRows("<u8", texts.windows)) as odd_ones:
        for runs in by_key(texts.fingerprints(bucket), max_rows):
            for comparison in _comparisons(runs):
                yield comparison.pairs
                numbers, at = comparison.odd_ones[:, 1:].T.astype(np.int64)
                odd_ones.append(texts.windows_of(numbers, at), comparison.odd_ones)
        for runs in by_key(_runs_around(texts, odd_ones, length), max_rows):
            for comparison in _comparisons(runs):
                yield comparison.pairs


def _comparisons(runs: Iterable[Run]) -> Iterator[Comparison]:
    """Yield every later occurrence of a key with the first one, and the odd ones, of rows that came in order."""
    runs = iter(runs)
    for run in runs:
        if run.part:
            yield from _of_one_key(itertools.chain([run], runs))
        else:
            yield _of_whole_keys(run.rows)


def _of_whole_keys(rows: "Keyed") -> Comparison:
    """Compare all occurrences of some keys.

    rows        f a 0 x    f b 7 x    f c 9 y    f d 3 z    g ...
    pairs       b 7 a 0    c 9 a 0    d 3 a 0
    odd ones    a 0        c 9        d 3
    """
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    is_first = np.concatenate(([True], rows[1:, 0] != rows[:-1, 0]))
    firsts = np.flatnonzero(is_first)
    sizes = np.diff(np.append(firsts, len(rows)))
    leaders = np.repeat(rows[firsts], sizes, axis=0)
    is_odd = rows[:, 3] != leaders[:, 3]
    # One by itself has no other than the leader to be compared with.
    has_several = np.add.reduceat(is_odd, firsts, dtype=np.int64) > 1
    is_odd = (is_odd | is_first) & np.repeat(has_several, sizes)
    return Comparison(_paired(rows[~is_first], leaders[~is_first]), rows[is_odd, :ODD_COLUMNS])


def _of_one_key(parts: Iterable[Run]) -> Iterator[Comparison]:
    """Compare the occurrences of a key that come in parts, as `_of_whole_keys` does when they come together."""
    leader = np.empty((0, COLUMNS), np.uint64)
    waiting: list[Keyed] = []
    odd_count = 0
    for run in parts:
        rows = run.rows
        if not len(leader):
            leader, rows = rows[:1], rows[1:]
            waiting.append(leader)
        odd_ones = rows[rows[:, 3] != leader[0, 3]]
        odd_count += len(odd_ones)
        waiting.append(odd_ones)
        ready = np.concatenate(waiting) if odd_count > 1 else rows[:0]
        waiting = [] if odd_count > 1 else waiting
        yield Comparison(_paired(rows, np.broadcast_to(leader, rows.shape)), ready[:, :ODD_COLUMNS])


def _paired(rows: "Keyed", leaders: "Keyed") -> "Pairs":
    return np.column_stack((rows[:, 1:3], leaders[:, 1:3])).astype(np.int64)


def _runs_around(texts: SpanTexts, odd_ones: WindowRows, length: RunLength) -> Iterator["Keyed"]:
    """Yield rows of key, document, word and 0 for all runs of the least length around the odd ones.

    Only runs around the same fingerprint have the same key: so a bucket needs to know of no other.
    """
    for window in range(texts.windows):
        rows = odd_ones.load(window).reshape(-1, ODD_COLUMNS)
        rows = rows[np.lexsort((rows[:, 2], rows[:, 0], rows[:, 1]))]
        marks, documents, at = rows[:, 0], rows[:, 1].astype(np.int64), rows[:, 2].astype(np.int64)
        sizes = texts.sizes(documents)
        firsts, ends = length.reach(at, sizes)
        last_starts = np.minimum(at, sizes - length.least)
        # A run around two occurrences of a fingerprint is one run.
        is_same = (rows[1:, :2] == rows[:-1, :2]).all(axis=1)
        firsts[1:] = np.where(is_same, np.maximum(firsts[1:], last_starts[:-1] + 1), firsts[1:])
        order = np.lexsort((at, documents))
        order = order[last_starts[order] >= firsts[order]]
        bounds = (each[order] for each in (firsts, last_starts + 1, ends))
        starts = RunStarts(marks[order], documents[order], at[order], *bounds)
        yield from starts.hashed(texts, length)


class RunStarts(NamedTuple):
    """Where runs begin, in ranges of words around fingerprints; in the order of documents and fingerprints."""

    marks: "Keyed"
    documents: "Pairs"
    at: "Pairs"
    firsts: "Pairs"
    ends: "Pairs"
    reaches: "Pairs"
    """To where a run may reach."""

    def hashed(self, texts: SpanTexts, length: RunLength) -> Iterator["Keyed"]:
        """Yield the rows of all runs, those of some thousand words at a time."""
        if not len(self.at):
            return
        parts = np.stack((self.documents, self.at // WORDS_AT_ONCE))
        borders = np.flatnonzero(np.concatenate(([True], (parts[:, 1:] != parts[:, :-1]).any(axis=0))))
        # Each part of a document is read once: the words of all runs in it.
        begins = np.minimum.reduceat(self.firsts, borders)
        sizes = np.maximum.reduceat(self.reaches, borders) - begins
        groups = np.flatnonzero(np.diff(np.cumsum(sizes) // WORDS_AT_ONCE)) + 1
        numbers = np.repeat(np.arange(len(borders)), np.diff(np.append(borders, len(self.at))))
        for group in np.split(np.arange(len(borders)), groups):
            parts_of_texts = [
                texts.units(number, begin, begin + size)
                for number, begin, size in zip(
                    self.documents[borders[group]].tolist(), begins[group].tolist(), sizes[group].tolist(), strict=True
                )
            ]
            first, end = np.searchsorted(numbers, (group[0], group[-1] + 1))
            counts = self.ends[first:end] - self.firsts[first:end]
            starts = np.repeat(self.firsts[first:end] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
            # Where the words of each part begin, and end, among those of all parts.
            limits = np.cumsum(sizes[group])
            part_numbers = np.repeat(numbers[first:end] - group[0], counts)
            offset = (limits - sizes[group] - begins[group])[part_numbers]
            units = reduce(join_units, parts_of_texts)
            ends = run_ends(units, starts + offset, length)
            after = np.repeat(self.at[first:end] + length.gram, counts) + offset
            is_whole = (ends >= after) & (ends <= limits[part_numbers])
            rows = np.zeros((int(is_whole.sum()), COLUMNS), np.uint64)
            hashes = range_hashes(units.hashes, (starts + offset)[is_whole], ends[is_whole])
            rows[:, 0] = hashes ^ np.repeat(self.marks[first:end], counts)[is_whole] * MIXER
            rows[:, 1] = np.repeat(self.documents[first:end], counts)[is_whole]
            rows[:, 2] = starts[is_whole]
            yield rows


def run_ends(units: Units, starts: "Pairs", length: RunLength) -> "Pairs":
    """Return where the shortest run ends that begins at each place and weighs enough; past the last unit if none does.

    >>> words = np.arange(4, dtype=np.uint64)
    >>> run_ends(Units(words, np.array([True, True, False, True])), np.array([0, 1]), RunLength(2))
    array([3, 4])
    """
    if units.single is None:
        return starts + length.least
    before = weights_before(units.single)
    return np.searchsorted(before, before[starts] + length.weight)
