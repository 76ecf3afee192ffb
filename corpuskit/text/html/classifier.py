"""Decide which blocks of a page are its main content: boosted trees over the features of each block.

tests/benchmarks/extraction_learning.py learns the trees, which lie next to this file as `classifier.json`. A score is a
sum of whole numbers (thousandths of the log odds), so it is the same on any machine.
"""

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.html.elements import Elements
from corpuskit.text.html.features import LINKED, NAMES, WORDS, Table, features
from corpuskit.text.html.model_file import stored_model
from corpuskit.text.html.rows import PlacedBlock

__all__ = ["PROBABILITIES", "BlockScores", "score_blocks", "sum_leaves", "trees", "unpack"]

CONFIDENT_MARGIN = 1_500
"""Distance from even odds, in thousandths of the log odds, at which a verdict is sure."""

SLICE = 4_096
"""Blocks whose scores are summed at once, to bound memory."""

PROBABILITIES = np.array([round(10_000 / (1 + math.exp(-score / 100))) for score in range(-800, 801)], np.int64)
"""Probability in ten-thousandths of each score from -8000 to 8000, in tenths of its unit."""


@dataclass(frozen=True)
class Trees:
    """All nodes of all trees, one array for each property."""

    column: NDArray[np.int64]
    """The feature that the node compares."""
    threshold: NDArray[np.int32]
    """Greater values lead to the right child."""
    left: NDArray[np.int64]
    """Index of the left child; the right one follows it."""
    value: NDArray[np.int64]
    """What a leaf adds to the score."""
    roots: NDArray[np.int64]
    depth: int
    """Of the deepest tree."""


@dataclass(frozen=True)
class BlockScores:
    """What the trees say of a page's blocks."""

    log_odds: NDArray[np.int64]
    """Of content, in thousandths."""
    half_words: NDArray[np.int64]
    linked: NDArray[np.int64]
    """Thousandths of the characters in links."""

    @property
    def probabilities(self) -> NDArray[np.int64]:
        """Return the probability of content of each block, in ten-thousandths."""
        probabilities: NDArray[np.int64] = PROBABILITIES[np.clip(self.log_odds // 10, -800, 800) + 800]
        return probabilities

    @property
    def confidence(self) -> float:
        """Return the share of the words in blocks whose score is far from even odds, 0 to 1."""
        total = int(self.half_words.sum())
        return int(self.half_words[np.abs(self.log_odds) >= CONFIDENT_MARGIN].sum()) / total if total else 0.0


def score_blocks(elements: Elements, placed_blocks: list[PlacedBlock], title: str) -> BlockScores:
    """Return what the trees say of the blocks; there must be at least one."""
    table = features(elements, placed_blocks, title)
    return BlockScores(sum_leaves(trees(), table), table[WORDS].astype(np.int64), table[LINKED].astype(np.int64))


def sum_leaves(trees: Trees, table: Table) -> NDArray[np.int64]:
    """Return for each column of features the sum of the leaves that it leads to."""
    # One tree of depth 1, two blocks:
    #
    # column, threshold    [1 0 0], [5 max max]        the root compares feature 1; a leaf is its own left child
    # left, value          [1 1 2], [0 -7 9]
    # table                [[3 4] [0 9]]               flat: [3 4 0 9]
    # starts               [2 0 0]                     where the row of each node's feature begins in `flat`
    # node                 [[0 0]]                     one row a tree, one column a block
    # goes_right           [[0 1]]                     [0 9] > 5 at the root; below it flat[start + block] > threshold
    # node                 [[1 2]]
    # result               [-7 9]
    roots = trees.roots
    scores = np.empty(table.shape[1], np.int64)
    for start in range(0, table.shape[1], SLICE):
        part = np.ascontiguousarray(table[:, start : start + SLICE])
        count = part.shape[1]
        flat, starts, columns = part.ravel(), trees.column * count, np.arange(count)
        # A root is the same node for all blocks, so its feature is a row of the table.
        goes_right = part.take(trees.column[roots], axis=0) > trees.threshold[roots, None]
        node = trees.left[roots, None] + goes_right
        for _ in range(trees.depth - 1):
            goes_right = flat.take(starts.take(node) + columns) > trees.threshold.take(node)
            node = trees.left.take(node) + goes_right
        scores[start : start + SLICE] = trees.value.take(node).sum(axis=0)
    return scores


def unpack(model: dict[str, Any]) -> Trees:
    """Return the trees as arrays. A leaf is its own left child, with a threshold that nothing exceeds."""
    column, left, value, roots = (np.array(model[name], np.int64) for name in ("column", "left", "value", "roots"))
    most = np.iinfo(np.int32).max
    threshold = np.array([most if limit is None else limit for limit in model["threshold"]], np.int32)
    return Trees(column, threshold, left, value, roots, int(model["depth"]))


@cache
def trees() -> Trees:
    """Return the trees of `classifier.json`."""
    model = stored_model()
    if model["features"] != list(NAMES):
        raise RuntimeError("classifier.json was learned with other features")
    return unpack(model)
