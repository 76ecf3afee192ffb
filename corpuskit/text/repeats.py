"""Which runs of n words repeat within a text, for many texts at a time."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_TEXTS", "word_runs"]

Integers = npt.NDArray[Any]

WORD_BITS = 27
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
    """The runs of n words, from those of one word less: sort them to group equal ones."""
    inside = room[runs.places] >= n
    places = runs.places[inside]
    place, times = bounds[:-1].copy(), np.ones(len(bounds) - 1, np.int64)
    keys = runs.labels[inside] << (WORD_BITS if n == 2 else 32)
    keys |= words[places + n - 1]
    order = keys.argsort()
    keys = keys[order]
    opens = np.ones(len(keys) + 1, bool)
    opens[1:-1] = keys[1:] != keys[:-1]
    first = opens.nonzero()[0]
    sizes = np.diff(first)
    shared = (sizes > 1).nonzero()[0]
    if not len(shared):
        return Runs(places[:0], keys[:0], place, times)
    first, sizes = first[shared], sizes[shared]
    # Only what repeats goes on; the sort has kept texts together, but not the places in a group.
    inner = np.arange(int(sizes.sum())) + (first - sizes.cumsum() + sizes).repeat(sizes)
    members, labels = order[inner], np.arange(len(sizes)).repeat(sizes)
    starts = np.concatenate([[0], sizes.cumsum()[:-1]])
    earliest = places[np.minimum.reduceat(members, starts)]
    _note_commonest(text[earliest], sizes, earliest, place, times)
    back = members.argsort()
    return Runs(places[members[back]], labels[back], place, times)


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
    seen: set[int] = set()
    counted = []
    following = 0
    for place, label in zip(runs.places.tolist(), runs.labels.tolist(), strict=True):
        if place < following:
            continue
        if label in seen:
            following = place + n
            counted.append(place)
        else:
            seen.add(label)
    places = np.array(counted, np.int64)
    return np.bincount(text[places], ends[places + n] - ends[places], texts).astype(np.int64)
