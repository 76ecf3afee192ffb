"""The edges of pages: the lines before the first sentence of a text, and those after its last, where menus stand."""

from typing import NamedTuple

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.menus import EdgeLine, foot_lines_to_cut, head_lines_to_cut

__all__ = ["PageLines", "menu_rows"]

LONGEST_EDGE = 300
"""Lines of an edge that are read; a longer menu goes on as it begins."""
READ_BYTES = 6000
"""Bytes of the text in which it is sought what lines at its edge are about."""


class PageLines(NamedTuple):
    """What is known of the rows of a layout; each field has one entry per row."""

    short: Booleans
    """Whether it has so few words that it may be a link."""
    kept: Booleans
    """Whether no other rule takes it out."""
    sentences: Booleans
    leads_on: Booleans
    """Whether it ends in a colon."""
    words: Integers


def menu_rows(layout: TextLayout, lines: PageLines) -> Booleans:
    """Return for each row whether it is part of a menu at the edge of its text, or a short line above one taken out."""
    texts = layout.lines.text_indices
    cut = lines.short & _above_lost(texts, lines)
    first, last = _edges(len(layout.text_ends), texts, lines.sentences)
    rows = np.arange(len(texts))
    in_head, in_foot = rows < first[texts], rows > last[texts]
    cut &= in_head | in_foot
    heads = np.unique(texts[in_head & lines.short & lines.kept])
    foots = np.unique(texts[in_foot & (lines.short | lines.leads_on) & lines.kept])
    bounds = texts.searchsorted(np.arange(len(layout.text_ends) + 1)).tolist()
    for index in heads.tolist():
        edge = np.arange(bounds[index], min(int(first[index]), bounds[index + 1]))
        _cut_edge(layout, lines, edge[lines.kept[edge]][:LONGEST_EDGE], cut, int(first[index]), at_head=True)
    for index in foots.tolist():
        edge = np.arange(max(int(last[index]) + 1, bounds[index]), bounds[index + 1])
        _cut_edge(layout, lines, edge[lines.kept[edge]][-LONGEST_EDGE:], cut, int(last[index]), at_head=False)
    return cut


def _cut_edge(
    layout: TextLayout, lines: PageLines, edge: Integers, cut: Booleans, sentence: int, at_head: bool
) -> None:
    """Set `cut` for the rows of a menu among those of one edge; `sentence` is the row of the text next to it."""
    texts = [_text_of(layout, row) for row in edge.tolist()]
    short, words = lines.short[edge].tolist(), lines.words[edge].tolist()
    edge_lines = [EdgeLine(*line) for line in zip(texts, short, words, strict=True)]
    longer = [line.text for line in edge_lines if not line.is_short]
    rest = "\n".join([*longer, _beside(layout, sentence, at_head)]).lower()
    goes = head_lines_to_cut(edge_lines, rest) if at_head else foot_lines_to_cut(edge_lines, rest)
    cut[edge[sorted(goes)]] = True


def _above_lost(texts: Integers, lines: PageLines) -> Booleans:
    """Return for each row whether the next one of its text is a longer line that another rule takes out."""
    above = np.zeros(len(texts), bool)
    above[:-1] = (texts[1:] == texts[:-1]) & ~lines.kept[1:]
    return above


def _edges(count: int, texts: Integers, sentences: Booleans) -> tuple[Integers, Integers]:
    """Return the first and last rows of sentences of each text; without any, all of it is an edge."""
    rows = np.flatnonzero(sentences)
    first, last = np.full(count, len(texts)), np.full(count, -1)
    last[texts[rows]] = rows
    first[texts[rows[::-1]]] = rows[::-1]
    return first, last


def _text_of(layout: TextLayout, row: int) -> str:
    """Return the line of a row."""
    number = int(layout.lines.numbers[row])
    start = int(layout.line_ends[number - 1]) + 1 if number else 0
    return layout.data[start : int(layout.line_ends[number])].decode("utf-8", "replace")


def _beside(layout: TextLayout, row: int, at_head: bool) -> str:
    """Return the text from a row on, or up to it."""
    lines = layout.lines
    if not 0 <= row < len(lines.numbers):
        return ""
    if at_head:
        start = int(layout.token_starts[lines.first_tokens[row]])
        end = min(start + READ_BYTES, int(layout.text_ends[lines.text_indices[row]]))
    else:
        end = int(layout.token_ends[lines.last_tokens[row]])
        start = max(end - READ_BYTES, int(layout.text_starts[lines.text_indices[row]]))
    return layout.data[start:end].decode("utf-8", "ignore")
