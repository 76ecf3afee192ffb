"""Which blocks of a page are its main content: boosted trees over the features of each block.

The trees are learned by tests/benchmarks/extraction_learning.py and lie beside this file as `classifier.json`. A
score is a sum of whole numbers (thousandths of the log odds), so that it is the same on any machine.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit.text.html.features import NAMES, WORDS, features
from corpuskit.text.html.reader import Elements, PlacedBlock

__all__ = ["choose", "judged", "scores", "sure_share", "unpacked"]

KEPT = -300
"""Score from which a block is content; thousandths of the log odds."""
BETWEEN = -1700
"""The same for a block between others that are content, in the same element."""
RUN = 1700
"""The same for a run of list items that are nothing but links."""
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


def judged(elements: Elements, pieces: list[PlacedBlock], title: str) -> tuple[list[int], Any]:
    """For each block the log odds that it is content, in thousandths; and its words."""
    if not pieces:
        return [], np.zeros(0)
    table = features(elements, pieces, title)
    return scores(_trees(), table), table[WORDS]


def scores(trees: Trees, table: Any) -> list[int]:
    """The sum of the leaves that each column of features comes to."""
    count = table.shape[1]
    flat, starts, blocks = table.ravel(), trees.column * count, np.arange(count)
    place = np.repeat(trees.roots[:, None], count, axis=1)
    for _ in range(trees.depth):
        above = flat.take(starts.take(place) + blocks) > trees.threshold.take(place)
        place = trees.left.take(place) + above
    total: list[int] = trees.value.take(place).sum(axis=0).tolist()
    return total


def unpacked(model: dict[str, Any]) -> Trees:
    """The trees as arrays. A leaf is its own left child, with a threshold that nothing exceeds."""
    column, left, value, roots = (np.array(model[name], np.int64) for name in ("column", "left", "value", "roots"))
    threshold = np.array([np.inf if limit is None else limit for limit in model["threshold"]], np.float32)
    return Trees(column, threshold, left, value, roots, int(model["depth"]))


def choose(pieces: list[PlacedBlock], marks: list[int]) -> list[bool]:
    """Whether each block is kept: those that score well, and what stands among them in the same element."""
    kept = [mark >= (RUN if piece.run else KEPT) for mark, piece in zip(marks, pieces, strict=True)]
    span: dict[int, list[int]] = {}
    for place, keep in enumerate(kept):
        if keep:
            span.setdefault(pieces[place].container, [place, place])[1] = place
    for place, piece in enumerate(pieces):
        if not kept[place] and marks[place] >= BETWEEN and piece.container in span:
            first, last = span[piece.container]
            kept[place] = first < place < last and piece.block.link_share < LINKED
    _keep_lists(pieces, kept)
    _drop_empty_sections(pieces, kept)
    return kept


def sure_share(marks: list[int], words: Any) -> float:
    """Part of the words that lies in blocks whose score is far from the threshold, 0 to 1."""
    total = float(words.sum())
    return float(words[np.abs(np.array(marks) - KEPT) >= UNSURE].sum()) / total if total else 0.0


def _keep_lists(pieces: list[PlacedBlock], kept: list[bool]) -> None:
    """A list, a table or code right behind a block that is kept belongs to it, if it is of text, not of links."""
    start = 0
    while start < len(pieces):
        kind, end = pieces[start].block.kind, start + 1
        if kind not in _ADJACENT_KINDS:
            start = end
            continue
        while end < len(pieces) and pieces[end].block.kind == kind and pieces[end].container == pieces[start].container:
            end += 1
        linked = sum(piece.block.linked for piece in pieces[start:end])
        characters = sum(piece.block.characters for piece in pieces[start:end])
        before = start and kept[start - 1] and pieces[start - 1].container == pieces[start].container
        if before and pieces[start - 1].block.kind != "heading" and linked * 4 < characters:
            kept[start:end] = [True] * (end - start)
        start = end


def _drop_empty_sections(pieces: list[PlacedBlock], kept: list[bool]) -> None:
    """A heading stays only if something it heads stays."""
    filled = False
    for place in range(len(pieces) - 1, -1, -1):
        if pieces[place].block.kind != "heading":
            filled = filled or kept[place]
            continue
        kept[place] = kept[place] and filled
        # A title directly above another heading heads the same text.
        filled = filled and kept[place] and place > 0 and pieces[place - 1].block.kind == "heading"


def model_digest() -> str:
    """The sha256 of the learned trees, in hexadecimal."""
    return hashlib.sha256(_MODEL.read_bytes()).hexdigest()


@cache
def _trees() -> Trees:
    model = json.loads(_MODEL.read_text("utf-8"))
    if model["features"] != list(NAMES):
        raise RuntimeError("classifier.json was learned with other features")
    return unpacked(model)
