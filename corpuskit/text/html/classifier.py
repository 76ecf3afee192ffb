"""Decide which blocks of a page are its main content: boosted trees over the features of each block.

tests/benchmarks/extraction_learning.py learns the trees, which lie next to this file as `classifier.json`. A score is a
sum of whole numbers (thousandths of the log odds), so it is the same on any machine.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.html.blocks import drop_empty_sections
from corpuskit.text.html.features import NAMES, WORDS, Table, features
from corpuskit.text.html.reader import Elements, PlacedBlock

__all__ = ["choose", "confidence", "model_digest", "score_blocks", "sum_leaves", "unpack"]

KEEP_SCORE = -300
"""Score from which a block is content; thousandths of the log odds."""
BETWEEN_SCORE = -1700
"""Score from which a block is content between others that are, in the same element."""
BETWEEN_LINKED = 0.5
"""Share of characters in links from which it is not."""
LINK_RUN_SCORE = 1700
"""Score from which a run of list items that are nothing but links is content."""
CONFIDENT_MARGIN = 1500
"""Distance from `KEEP_SCORE` at which a verdict is sure."""

_MODEL = Path(__file__).with_name("classifier.json")
_ADJACENT_KINDS = ("item", "preformatted", "row")


@dataclass(frozen=True)
class Trees:
    """All nodes of all trees, one array for each property."""

    column: NDArray[np.int64]
    """The feature that the node compares."""
    threshold: NDArray[np.float32]
    """Greater values lead to the right child."""
    left: NDArray[np.int64]
    """Index of the left child; the right one follows it."""
    value: NDArray[np.int64]
    """What a leaf adds to the score."""
    roots: NDArray[np.int64]
    depth: int
    """Of the deepest tree."""


def score_blocks(
    elements: Elements, placed_blocks: list[PlacedBlock], title: str
) -> tuple[list[int], NDArray[np.float32]]:
    """Return for each block its score, the log odds of content in thousandths, and its words."""
    if not placed_blocks:
        return [], np.zeros(0, np.float32)
    table = features(elements, placed_blocks, title)
    return sum_leaves(_trees(), table), table[WORDS]


def sum_leaves(trees: Trees, table: Table) -> list[int]:
    """Return for each column of features the sum of the leaves that it leads to."""
    # One tree of depth 1, two blocks:
    #
    # column, threshold    [1 0 0], [0.5 inf inf]      the root compares feature 1; a leaf is its own left child
    # left, value          [1 1 2], [0 -7 9]
    # table                [[3 4] [0 1]]               flat: [3 4 0 1]
    # starts               [2 0 0]                     where the row of each node's feature begins in `flat`
    # node                 [[0 0]]                     one row a tree, one column a block
    # goes_right           [[0 1]]                     flat[2 + 0] > 0.5, flat[2 + 1] > 0.5
    # node                 [[1 2]]
    # result               [-7 9]
    count = table.shape[1]
    flat, starts, columns = table.ravel(), trees.column * count, np.arange(count)
    node = np.repeat(trees.roots[:, None], count, axis=1)
    for _ in range(trees.depth):
        goes_right = flat.take(starts.take(node) + columns) > trees.threshold.take(node)
        node = trees.left.take(node) + goes_right
    scores: list[int] = trees.value.take(node).sum(axis=0).tolist()
    return scores


def unpack(model: dict[str, Any]) -> Trees:
    """Return the trees as arrays. A leaf is its own left child, with a threshold that nothing exceeds."""
    column, left, value, roots = (np.array(model[name], np.int64) for name in ("column", "left", "value", "roots"))
    threshold = np.array([np.inf if limit is None else limit for limit in model["threshold"]], np.float32)
    return Trees(column, threshold, left, value, roots, int(model["depth"]))


def choose(placed_blocks: list[PlacedBlock], scores: list[int]) -> list[bool]:
    """Return whether each block is kept: those that score well, and others between them in the same element."""
    is_kept = [
        score >= (LINK_RUN_SCORE if placed.is_link_run else KEEP_SCORE)
        for score, placed in zip(scores, placed_blocks, strict=True)
    ]
    kept_spans: dict[int, list[int]] = {}
    for index, keep in enumerate(is_kept):
        if keep:
            kept_spans.setdefault(placed_blocks[index].container, [index, index])[1] = index
    for index, placed in enumerate(placed_blocks):
        if not is_kept[index] and scores[index] >= BETWEEN_SCORE and placed.container in kept_spans:
            first, last = kept_spans[placed.container]
            is_kept[index] = first < index < last and placed.block.link_share < BETWEEN_LINKED
    _keep_lists(placed_blocks, is_kept)
    drop_empty_sections([placed.block for placed in placed_blocks], is_kept)
    return is_kept


def confidence(scores: list[int], words: NDArray[np.float32]) -> float:
    """Return the share of the words in blocks whose score is far from the threshold, 0 to 1."""
    total = float(words.sum())
    is_sure = np.abs(np.array(scores) - KEEP_SCORE) >= CONFIDENT_MARGIN
    return float(words[is_sure].sum()) / total if total else 0.0


def _keep_lists(placed_blocks: list[PlacedBlock], is_kept: list[bool]) -> None:
    """Keep a list, a table or code right after a kept block, if it consists of text and not of links."""
    start = 0
    while start < len(placed_blocks):
        first, end = placed_blocks[start], start + 1
        if first.block.kind not in _ADJACENT_KINDS:
            start = end
            continue
        while end < len(placed_blocks) and _continues(first, placed_blocks[end]):
            end += 1
        linked = sum(placed.block.linked for placed in placed_blocks[start:end])
        characters = sum(placed.block.characters for placed in placed_blocks[start:end])
        if start and is_kept[start - 1] and linked * 4 < characters:
            before = placed_blocks[start - 1]
            if before.container == first.container and before.block.kind != "heading":
                is_kept[start:end] = [True] * (end - start)
        start = end


def _continues(first: PlacedBlock, placed: PlacedBlock) -> bool:
    """Whether a block belongs to the list, table or code that begins with `first`."""
    return placed.block.kind == first.block.kind and placed.container == first.container


def model_digest() -> str:
    """Return the SHA-256 of the learned trees, in hexadecimal."""
    return hashlib.sha256(_MODEL.read_bytes()).hexdigest()


@cache
def _trees() -> Trees:
    model = json.loads(_MODEL.read_text("utf-8"))
    if model["features"] != list(NAMES):
        raise RuntimeError("classifier.json was learned with other features")
    return unpack(model)
