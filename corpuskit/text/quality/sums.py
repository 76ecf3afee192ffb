"""Small sums over arrays that have one entry per token or per text."""

from collections.abc import Sequence

import numpy as np

from corpuskit.text.quality.arrays import Integers, Numbers


def ratio(part: Integers, whole: Integers) -> Numbers:
    """Return part by whole, 0 where the whole is."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0)


def occurrences(texts: Sequence[str], mark: str) -> Integers:
    """Return how often a mark stands in each text."""
    return np.array([text.count(mark) for text in texts], np.int64)


def distinct(values: Integers) -> Integers:
    """Return the different values, rising.

    `np.unique` asks whether the array is masked, and so loads numpy's whole module for such arrays.
    """
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    different: Integers = ordered[is_first]
    return different


def running_sums(values: Integers) -> Integers:
    """Return the sums of the values before each value, and of all."""
    sums = np.zeros(len(values) + 1, np.int64)
    values.cumsum(out=sums[1:])
    return sums


def sums_between(values: Integers, bounds: Integers) -> Integers:
    """Return the sums of the values between each bound and the next; of truth values, how many are true.

    >>> sums_between(np.array([5, 1, 2]), np.array([0, 2, 2, 3])).tolist()
    [6, 0, 2]
    """
    # values            [5 1 2]
    # running_sums      [0 5 6 8]
    # bounds            [0 2 2 3]
    # sums at those     [0 6 6 8]
    # differences       [6 0 2]
    sums = running_sums(values)[bounds]
    differences: Integers = sums[1:] - sums[:-1]
    return differences


def united_flags(flags: Integers, bounds: Integers) -> Integers:
    """Return the flags that any entry between each bound and the next has."""
    united = np.zeros(len(bounds) - 1, np.int64)
    filled = (bounds[1:] > bounds[:-1]).nonzero()[0]
    if len(filled):
        united[filled] = np.bitwise_or.reduceat(flags[: bounds[-1]], bounds[filled])
    return united
