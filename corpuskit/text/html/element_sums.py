"""Where a page's prose is among its elements, and how far each of them is from there, in arrays by element."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ElementArrays",
    "Integers",
    "SubtreeSums",
    "core_element",
    "distances",
    "likes",
    "prose_scores",
    "subtree_sums",
    "sums_by_index",
]

Integers = NDArray[np.int64]


class ElementArrays(NamedTuple):
    """Lists of `Elements` as arrays, so that each is made once."""

    parents: Integers
    depths: Integers
    ends: Integers
    numbers: Integers
    own_bits: Integers
    path_bits: Integers


class SubtreeSums(NamedTuple):
    """Sums over the blocks of each element and all elements below it."""

    words: Integers
    linked: Integers
    characters: Integers
    prose: Integers


def prose_scores(elements: ElementArrays, containers: Integers, prose: Integers) -> Integers:
    """Return how much prose is near each element.

    The words of a block count whole for its container, half for the parent and a fifth for the grandparent.
    """
    count = len(elements.parents)
    above = elements.parents[containers]
    top = elements.parents[above]
    # The root is its own parent: there, the same words do not count twice.
    return (
        10 * sums_by_index(containers, prose, count)
        + 5 * sums_by_index(above, prose * (above != containers), count)
        + 2 * sums_by_index(top, prose * (top != above), count)
    )


def sums_by_index(indexes: Integers, values: Integers, count: int) -> Integers:
    """Return the sum of the values at each index; sums below 2**53 are exact."""
    return np.bincount(indexes, values, count).astype(np.int64)


def subtree_sums(
    elements: ElementArrays,
    containers: Integers,
    words: Integers,
    linked: Integers,
    characters: Integers,
    prose: Integers,
) -> SubtreeSums:
    """Return the sums of what the blocks hold, of which each counts for its container."""
    # A subtree is a slice of the elements, so a running sum gives that of each with one subtraction.
    #
    # containers, words    [1 1 0], [12 3 1]
    # words by element     [1 15 0 0 0 0]
    # running              [0 1 16 16 16 16 16]
    # ends                 [6 4 3 4 6 6]
    # words of subtrees    [16 15 0 0 0 0]      running[ends] - running[:-1]
    count = len(elements.parents)
    sums = []
    for values in (words, linked, characters, prose):
        running = np.zeros(count + 1, np.int64)
        np.cumsum(sums_by_index(containers, values, count), out=running[1:])
        sums.append(running[elements.ends] - running[:-1])
    return SubtreeSums(*sums)


def core_element(elements: ElementArrays, prose: Integers, share: int) -> int:
    """Return the deepest element whose subtree holds `share` thousandths of the page's prose; the last of several."""
    holds_enough = np.flatnonzero(prose * 1000 >= max(int(prose[0]) * share, 1))
    if not len(holds_enough):
        return 0
    depths = elements.depths[holds_enough]
    # Shares above a half leave one chain of such elements, so the deepest is the last.
    return int(holds_enough[np.flatnonzero(depths == depths.max())[-1]])


def distances(elements: ElementArrays, best: int) -> tuple[Integers, Integers]:
    """Return for each element the levels up from `best` to the first ancestor of both, and down from there."""
    path = [best]
    while path[-1]:
        path.append(int(elements.parents[path[-1]]))
    up, common_depths = np.empty_like(elements.depths), np.empty_like(elements.depths)
    # From the root down: each subtree overwrites a part of the one above it.
    for levels_up in range(len(path) - 1, -1, -1):
        node = path[levels_up]
        up[node : elements.ends[node]] = levels_up
        common_depths[node : elements.ends[node]] = elements.depths[node]
    return up, elements.depths - common_depths


def likes(elements: ElementArrays, sums: SubtreeSums, page_words: int) -> tuple[Integers, Integers, Integers]:
    """Return for each element how many have its tag and classes, their share of the words, and that of their links."""
    numbers = elements.numbers
    count = len(numbers)
    words = sums_by_index(numbers, sums.words, count) * 1000 // page_words
    characters = np.maximum(sums_by_index(numbers, sums.characters, count), 1)
    linked = sums_by_index(numbers, sums.linked, count) * 1000 // characters
    return np.bincount(numbers)[numbers], words[numbers], linked[numbers]
