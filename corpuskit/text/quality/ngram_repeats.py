"""Which runs of n words repeat within a text, for many texts at a time."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_TEXTS", "word_runs"]

Integers = npt.NDArray[Any]

WORD_BITS = 27
HASH = np.uint64(0x9E3779B97F4A7C15)
"""An odd number with bits at random: the golden ratio's digits."""
MOST_TEXTS = 1 << 63 - 2 * WORD_BITS
"""So many texts can be given at a time."""


def word_runs(words: Integers, lengths: Integers, bounds: Integers) -> Iterator[tuple[str, Integers]]:
    """Characters in the commonest runs of 2 to 4 words and in duplicated runs of 5 to 10 of each text, by signal name.

    `words` are numbers below 2**27, `lengths` their characters; text i has those from `bounds[i]` to `bounds[i + 1]`.
    A run of n + 1 words can only repeat where its first n words do, so each length looks at the places that are left
    of the one before: a few per cent of an ordinary text from n = 4 on. Comparison is exact, not by hash.
    """
    ends = np.zeros(len(words) + 1, np.int64)
    lengths.cumsum(out=ends[1:])
    sizes = np.diff(bounds)
    text = np.arange(len(sizes)).repeat(sizes)
    room = bounds[1:].repeat(sizes) - np.arange(len(words))
    labels = text << WORD_BITS | words
    runs = Runs(np.arange(len(words)), labels, bounds[:-1], np.ones(len(sizes), np.int64))
    for n in range(2, 11):
        runs = _longer(n, runs, words, text, room, bounds)
        if n < 5:
            yield f"repetition_top_{n}_gram_characters", _commonest(n, runs, ends, sizes)
        else:
            yield f"repetition_duplicate_{n}_gram_characters", _duplicated(n, runs, ends, text, len(sizes))


class Runs(NamedTuple):
    """The runs of n words that occur more than once in their text."""

    places: Integers
    """Where they start, rising."""
    labels: Integers
    """Equal labels for equal runs of one text; those of a later text are larger."""
    place: Integers
    """For each text the first place of its most frequent run, of several the first; its start if none repeats."""
    times: Integers
    """How often that one occurs."""


def _longer(n: int, runs: Runs, words: Integers, text: Integers, room: Integers, bounds: Integers) -> Runs:
    """The runs of n words, from those of one word less."""
    inside = room[runs.places] >= n
    places = runs.places[inside]
    place, times = bounds[:-1].copy(), np.ones(len(bounds) - 1, np.int64)
    keys = runs.labels[inside] << (WORD_BITS if n == 2 else 32)
    keys |= words[places + n - 1]
    order, opens = _grouped(keys, text[places], len(times))
    first = opens.nonzero()[0]
    sizes = np.diff(first)
    shared = (sizes > 1).nonzero()[0]
    if not len(shared):
        return Runs(places[:0], keys[:0], place, times)
    first, sizes = first[shared], sizes[shared]
    # Only what repeats goes on.
    inner = np.arange(int(sizes.sum())) + (first - sizes.cumsum() + sizes).repeat(sizes)
    labels = np.full(len(places), -1)
    labels[order[inner]] = np.arange(len(sizes)).repeat(sizes)
    earliest = places[order[first]]
    _note_commonest(text[earliest], sizes, earliest, place, times)
    left = labels >= 0
    return Runs(places[left], labels[left], place, times)


def _grouped(keys: Integers, text: Integers, texts: int) -> tuple[Integers, Integers]:
    """Places that bring equal keys of one text together, those of a text before the next, and where groups open.

    Within a group places rise. After the last group one more opens.
    """
    # Sorting hashes with their places costs a third of sorting places by their keys.
    bits, top = len(keys).bit_length(), 63 - texts.bit_length()
    hashed = (keys.astype(np.uint64) * HASH >> np.uint64(64 - top + bits)).astype(np.int64) << bits
    hashed |= text << top | np.arange(len(keys))
    hashed.sort()
    order = hashed & (1 << bits) - 1
    hashed >>= bits
    found, opens = keys[order], np.ones(len(keys) + 1, bool)
    opens[1:-1] = hashed[1:] != hashed[:-1]
    different = found[1:] != found[:-1]
    if (different != opens[1:-1]).any():
        order = keys.argsort(kind="stable")
        opens[1:-1] = np.diff(keys[order]) != 0
    return order, opens


def _note_commonest(text: Integers, sizes: Integers, earliest: Integers, place: Integers, times: Integers) -> None:
    """Of each text's groups the largest, of several the one that begins first."""
    score = (sizes << 32) + ((1 << 32) - 1 - earliest)
    opens = np.concatenate([[0], (text[1:] != text[:-1]).nonzero()[0] + 1])
    best = np.maximum.reduceat(score, opens)
    place[text[opens]] = (1 << 32) - 1 - (best & 0xFFFFFFFF)
    times[text[opens]] = best >> 32


def _commonest(n: int, runs: Runs, ends: Integers, sizes: Integers) -> Integers:
    """Characters that the most frequent run covers, with a space between words; 0 if there is no run."""
    after = np.minimum(runs.place + n, len(ends) - 1)
    found: Integers = (ends[after] - ends[runs.place] + n - 1) * runs.times
    return np.where(sizes >= n, found, 0)


def _duplicated(n: int, runs: Runs, ends: Integers, text: Integers, texts: int) -> Integers:
    """Characters in runs that repeat an earlier one, no character counted twice, spaces left out.

    Read from the left: a run that was met before counts and is stepped over whole, any other is noted and
    the reading moves on by a word.
    """
    places, labels = runs.places, runs.labels
    if not len(places):
        return np.zeros(texts, np.int64)
    earliest = np.empty(int(labels.max()) + 1, np.int64)
    earliest[labels[::-1]] = places[::-1]
    again = earliest[labels] != places
    counted = _met_before(n, places, labels, again)
    return np.bincount(text[counted], ends[counted + n] - ends[counted], texts).astype(np.int64)


def _met_before(n: int, places: Integers, labels: Integers, again: npt.NDArray[np.bool_]) -> Integers:
    """The runs that count; `again` says which are not the first of their kind.

    Only those are gone through. That a run occurs before does not say that it was noted there, for it may have been
    stepped over: such ones are remembered.
    """
    later, kind = places[again], labels[again].tolist()
    first, first_kind = places[~again], labels[~again].tolist()
    following = later.searchsorted(later + n).tolist()
    lows, highs = first.searchsorted(later).tolist(), first.searchsorted(later + n).tolist()
    counted = []
    unnoted: set[int] = set()
    at = 0
    while at < len(following):
        if kind[at] in unnoted:
            unnoted.discard(kind[at])
            at += 1
            continue
        counted.append(at)
        if lows[at] < highs[at]:
            unnoted.update(first_kind[lows[at] : highs[at]])
        at = following[at]
    return later[np.array(counted, np.int64)]
