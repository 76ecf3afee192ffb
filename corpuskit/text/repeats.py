"""What repeats in a text: equal lines and paragraphs, equal runs of n words."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["repeated", "word_runs"]

Integers = npt.NDArray[Any]

FEW = 100
"""Up to so many places plain Python is faster than arrays."""


def repeated(parts: list[str]) -> tuple[int, int]:
    """How many parts equal an earlier one, and how many characters those have.

    >>> repeated(["a", "bb", "a", "bb", "bb"])
    (3, 5)
    """
    if len(set(parts)) == len(parts):
        return 0, 0
    seen: set[str] = set()
    count = characters = 0
    for part in parts:
        if part in seen:
            count += 1
            characters += len(part)
        else:
            seen.add(part)
    return count, characters


def word_runs(words: Integers, lengths: Integers) -> Iterator[tuple[str, int]]:
    """Characters in the commonest runs of 2 to 4 words and in duplicated runs of 5 to 10, by signal name.

    `words` are numbers below 2**31, `lengths` their characters.
    A run of n + 1 words can only repeat where its first n words do, so each length looks at the places that are left
    of the one before: a few per cent of an ordinary text from n = 4 on. Comparison is exact, not by hash.
    """
    ends = np.zeros(len(words) + 1, np.int64)
    lengths.cumsum(out=ends[1:])
    runs = Runs(1, np.arange(len(words)), words, 0, 1)
    for n in range(2, 11):
        runs = _longer(runs, words)
        if n < 5:
            yield f"repetition_top_{n}_gram_characters", _commonest(runs, ends)
        else:
            yield f"repetition_duplicate_{n}_gram_characters", _duplicated(runs, ends)


class Runs(NamedTuple):
    """The runs of n words that occur more than once."""

    n: int
    places: Integers | list[int]
    """Where they start, rising."""
    labels: Integers | list[int]
    """Equal labels for equal runs."""
    place: int
    """First place of the most frequent run, of several the first; 0 if none repeats."""
    times: int
    """How often that one occurs."""


def _commonest(runs: Runs, ends: Integers) -> int:
    """Characters that the most frequent run covers, with a space between words; 0 if there is no run."""
    after = runs.place + runs.n
    if after >= len(ends):
        return 0
    return int(ends[after] - ends[runs.place] + runs.n - 1) * runs.times


def _duplicated(runs: Runs, ends: Integers) -> int:
    """Characters in runs that repeat an earlier one, no character counted twice, spaces left out.

    Read from the left: a run that was met before counts and is stepped over whole, any other is noted and
    the reading moves on by a word.
    """
    if not len(runs.places):
        return 0
    seen: set[int] = set()
    characters = following = 0
    for place, label in zip(_list(runs.places), _list(runs.labels), strict=True):
        if place < following:
            continue
        if label in seen:
            following = place + runs.n
            characters += int(ends[following] - ends[place])
        else:
            seen.add(label)
    return characters


def _longer(runs: Runs, words: Integers) -> Runs:
    """The runs of one word more."""
    if not len(runs.places):
        return Runs(runs.n + 1, [], [], 0, 1)
    if len(runs.places) > FEW:
        return _longer_many(runs.n, np.asarray(runs.places), np.asarray(runs.labels), words)
    return _longer_few(runs.n, _list(runs.places), _list(runs.labels), words)


def _longer_many(n: int, places: Integers, labels: Integers, words: Integers) -> Runs:
    """Sort the runs to group equal ones; a group's number is the label of its places."""
    if places[-1] + n >= len(words):
        within = int(places.searchsorted(len(words) - n))
        places, labels = places[:within], labels[:within]
    keys = labels << 32
    keys |= words[places + n]
    order = keys.argsort()
    ordered = keys[order]
    group = np.zeros(len(keys), np.int64)
    (ordered[1:] != ordered[:-1]).cumsum(out=group[1:])
    labels = np.empty_like(group)
    labels[order] = group
    sizes = np.bincount(group)[labels]
    left = (sizes > 1).nonzero()[0]
    if not len(left):
        return Runs(n + 1, [], [], 0, 1)
    first = int(sizes.argmax())
    return Runs(n + 1, places[left], labels[left], int(places[first]), int(sizes[first]))


def _longer_few(n: int, places: list[int], labels: list[int], words: Integers) -> Runs:
    """The same without arrays; a label is the first place of its run."""
    within = bisect_left(places, len(words) - n)
    if not within:
        return Runs(n + 1, [], [], 0, 1)
    places = places[:within]
    keys = (np.array(labels[:within]) << 32 | words[np.array(places) + n]).tolist()
    sizes = Counter(keys)
    if len(sizes) == within:
        return Runs(n + 1, [], [], 0, 1)
    first: dict[int, int] = {}
    left = [(place, first.setdefault(key, place)) for place, key in zip(places, keys, strict=True) if sizes[key] > 1]
    most = max(sizes, key=sizes.__getitem__)
    return Runs(n + 1, [place for place, _ in left], [label for _, label in left], first[most], sizes[most])


def _list(numbers: list[int] | Integers) -> list[int]:
    return numbers if isinstance(numbers, list) else numbers.tolist()
