"""Which blocks of a page are its main content: boosted trees over the features of each block.

The trees are learned by tests/benchmarks/extraction_learning.py and stored next to this file as `classifier.json`. A
score is a sum of whole numbers (thousandths of the log odds), so that it is the same on any machine.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit.text.html.blocks import drop_empty_sections
from corpuskit.text.html.features import NAMES, WORDS, features
from corpuskit.text.html.reader import Elements, PlacedBlock

__all__ = ["choose", "score_blocks", "scores", "sure_share", "unpacked"]

KEEP_FROM = -300
"""Score from which a block is content; thousandths of the log odds."""
BETWEEN = -1700
"""Score from which a block is content between others that are, in the same element."""
RUN = 1700
"""Score from which a run of list items that are nothing but links is content."""
LINKED = 0.5
UNSURE = 1500

_MODEL = Path(__file__).with_name("classifier.json")
_ADJACENT_KINDS = ("item", "preformatted", "row")


@dataclass(frozen=True)
class Trees:
    """All nodes of all trees: what each compares, where it leads (a right child follows the left one), what it adds."""

    column: Any
    threshold: Any
    left: Any
    value: Any
    roots: Any
    depth: int


def score_blocks(elements: Elements, blocks: list[PlacedBlock], title: str) -> tuple[list[int], Any]:
    """For each block the log odds that it is content, in thousandths; and its words."""
    if not blocks:
        return [], np.zeros(0)
    table = features(elements, blocks, title)
    return scores(_trees(), table), table[WORDS]


def scores(trees: Trees, table: Any) -> list[int]:
    """The sum of the leaves that each column of features comes to."""
    count = table.shape[1]
    flat, starts, blocks = table.ravel(), trees.column * count, np.arange(count)
    node = np.repeat(trees.roots[:, None], count, axis=1)
    for _ in range(trees.depth):
        above = flat.take(starts.take(node) + blocks) > trees.threshold.take(node)
        node = trees.left.take(node) + above
    total: list[int] = trees.value.take(node).sum(axis=0).tolist()
    return total


def unpacked(model: dict[str, Any]) -> Trees:
    """The trees as arrays. A leaf is its own left child, with a threshold that nothing exceeds."""
    column, left, value, roots = (np.array(model[name], np.int64) for name in ("column", "left", "value", "roots"))
    threshold = np.array([np.inf if limit is None else limit for limit in model["threshold"]], np.float32)
    return Trees(column, threshold, left, value, roots, int(model["depth"]))


def choose(blocks: list[PlacedBlock], marks: list[int]) -> list[bool]:
    """Whether each block is kept: those that score well, and what stands among them in the same element."""
    is_kept = [mark >= (RUN if block.is_link_run else KEEP_FROM) for mark, block in zip(marks, blocks, strict=True)]
    span: dict[int, list[int]] = {}
    for index, keep in enumerate(is_kept):
        if keep:
            span.setdefault(blocks[index].container, [index, index])[1] = index
    for index, block in enumerate(blocks):
        if not is_kept[index] and marks[index] >= BETWEEN and block.container in span:
            first, last = span[block.container]
            is_kept[index] = first < index < last and block.block.link_share < LINKED
    _keep_lists(blocks, is_kept)
    drop_empty_sections([placed.block for placed in blocks], is_kept)
    return is_kept


def sure_share(marks: list[int], words: Any) -> float:
    """Part of the words that lies in blocks whose score is far from the threshold, 0 to 1."""
    total = float(words.sum())
    return float(words[np.abs(np.array(marks) - KEEP_FROM) >= UNSURE].sum()) / total if total else 0.0


def _keep_lists(blocks: list[PlacedBlock], is_kept: list[bool]) -> None:
    """Keep a list, a table or code right after a kept block, if it consists of text and not of links."""
    start = 0
    while start < len(blocks):
        kind, end = blocks[start].block.kind, start + 1
        if kind not in _ADJACENT_KINDS:
            start = end
            continue
        while end < len(blocks) and blocks[end].block.kind == kind and blocks[end].container == blocks[start].container:
            end += 1
        linked = sum(block.block.linked for block in blocks[start:end])
        characters = sum(block.block.characters for block in blocks[start:end])
        before = start and is_kept[start - 1] and blocks[start - 1].container == blocks[start].container
        if before and blocks[start - 1].block.kind != "heading" and linked * 4 < characters:
            is_kept[start:end] = [True] * (end - start)
        start = end


def model_digest() -> str:
    """The sha256 of the learned trees, in hexadecimal."""
    return hashlib.sha256(_MODEL.read_bytes()).hexdigest()


@cache
def _trees() -> Trees:
    model = json.loads(_MODEL.read_text("utf-8"))
    if model["features"] != list(NAMES):
        raise RuntimeError("classifier.json was learned with other features")
    return unpacked(model)
