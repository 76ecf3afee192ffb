"""Which blocks of a page are its main content: boosted trees over the features of each block.

The trees are learned by tests/benchmarks/extraction_learning.py and lie beside this file as `html_model.json`. A
score is a sum of whole numbers (thousandths of the log odds), so that it is the same on any machine.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit.text.html_features import NAMES, features
from corpuskit.text.html_reader import Node, Piece

__all__ = ["choose", "scores", "sure_share"]

KEPT = -300
"""Score from which a block is content; thousandths of the log odds."""
BETWEEN = -1700
"""The same for a block between others that are content, in the same element."""
LINKED = 0.5
UNSURE = 1500

_ADJACENT_KINDS = ("item", "preformatted", "row")


def scores(nodes: list[Node], pieces: list[Piece], title: str) -> list[int]:
    """For each block the log odds that it is content, in thousandths."""
    if not pieces:
        return []
    column, threshold, left, right, value, roots, depth = _trees()
    table = features(nodes, pieces, title)
    flat, start = table.ravel(), (np.arange(len(pieces)) * table.shape[1])[:, None]
    place = np.repeat(roots[None, :], len(pieces), axis=0)
    for _ in range(depth):
        below = flat[start + column[place]] <= threshold[place]
        place = np.where(below, left[place], right[place])
    total: list[int] = value[place].sum(axis=1).tolist()
    return total


def choose(pieces: list[Piece], marks: list[int], containers: list[int]) -> list[bool]:
    """Whether each block is kept: those that score well, and what stands among them in the same element."""
    kept = [mark >= KEPT for mark in marks]
    span: dict[int, list[int]] = {}
    for place, keep in enumerate(kept):
        if keep:
            span.setdefault(containers[place], [place, place])[1] = place
    for place, piece in enumerate(pieces):
        if not kept[place] and piece.block.link_share < LINKED and containers[place] in span:
            first, last = span[containers[place]]
            kept[place] = marks[place] >= BETWEEN and first < place < last
    _keep_lists(pieces, kept, containers)
    _drop_empty_sections(pieces, kept)
    return kept


def sure_share(pieces: list[Piece], marks: list[int]) -> float:
    """Part of the words that lies in blocks whose score is far from the threshold, 0 to 1."""
    words = sum(piece.block.words for piece in pieces)
    sure = sum(piece.block.words for piece, mark in zip(pieces, marks, strict=True) if abs(mark - KEPT) >= UNSURE)
    return sure / words if words else 0.0


def _keep_lists(pieces: list[Piece], kept: list[bool], containers: list[int]) -> None:
    """A list, a table or code right behind a block that is kept belongs to it, if it is of text, not of links."""
    start = 0
    while start < len(pieces):
        kind, end = pieces[start].block.kind, start + 1
        if kind not in _ADJACENT_KINDS:
            start = end
            continue
        while end < len(pieces) and pieces[end].block.kind == kind and containers[end] == containers[start]:
            end += 1
        linked = sum(piece.block.linked for piece in pieces[start:end])
        characters = sum(piece.block.characters for piece in pieces[start:end])
        before = start and kept[start - 1] and containers[start - 1] == containers[start]
        if before and pieces[start - 1].block.kind != "heading" and linked * 4 < characters:
            kept[start:end] = [True] * (end - start)
        start = end


def _drop_empty_sections(pieces: list[Piece], kept: list[bool]) -> None:
    """A heading stays only if something it heads stays."""
    filled = False
    for place in range(len(pieces) - 1, -1, -1):
        if pieces[place].block.kind != "heading":
            filled = filled or kept[place]
            continue
        kept[place] = kept[place] and filled
        # A title directly above another heading heads the same text.
        filled = filled and kept[place] and place > 0 and pieces[place - 1].block.kind == "heading"


@cache
def _trees() -> tuple[Any, Any, Any, Any, Any, Any, int]:
    model = json.loads(Path(__file__).with_name("html_model.json").read_text("utf-8"))
    if model["features"] != list(NAMES):
        raise RuntimeError("html_model.json was learned with other features")
    places: list[Any] = [np.array(model[name], np.int32) for name in ("column", "left", "right", "value", "roots")]
    column, left, right, value, roots = places
    return column, np.array(model["threshold"], np.float64), left, right, value, roots, int(model["depth"])
