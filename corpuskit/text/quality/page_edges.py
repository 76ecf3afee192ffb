"""The edges of pages: the lines before the first sentence of a text, and those after its last, where menus stand."""

from functools import cache, partial
from itertools import islice, takewhile
from typing import NamedTuple

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.link_words import first_words_of_links, is_link, is_row_of_links
from corpuskit.text.quality.menus import (
    LEAST_UNKNOWN_MENU,
    MOST_BEFORE,
    NOTICE,
    EdgeLine,
    foot_lines_to_cut,
    head_lines_to_cut,
)
from corpuskit.text.quality.spans import hash_spans

__all__ = ["PageLines", "begin_like_links", "menu_rows"]

_IS_MARK = np.zeros(256, bool)
_IS_MARK[[*(code for code in range(33, 127) if not chr(code).isalnum()), 0xC2, 0xE2]] = True
LONGEST_EDGE = 120
"""Lines of an edge that are read; a longer menu goes on as it begins."""
READ_BYTES = 4000
"""Bytes of the text in which it is sought what lines at its edge are about."""
LONGEST_LINK_WORDS = 12
NOTICE_LINES = 12
"""Last lines of a page that its notice may begin in."""
_OPENS_NOTICE = np.zeros(256, bool)
_OPENS_NOTICE[[opening.encode()[0] for opening in NOTICE]] = True
END_OF_HASH = (1 << 16) - 1
"""Bits of a hash that tell most words from those of links."""
_CRUMB = "»".encode()
BARS = tuple(f" {bar} ".encode() for bar in "|·•›»/")
"""What stands between the links of a line."""
_OPENS_BAR = np.zeros(256, bool)
_OPENS_BAR[[bar[1] for bar in BARS]] = True
LONGEST_BAR = 3
LEAST_TOKENS_OF_ROW, MOST_TOKENS_OF_ROW = 5, 40
"""Words and marks of a line of links."""
WORDS_OF_FIRST_LINK = 3
LAST_LINES = 6
"""Last lines of a page in which a link may be glued to what it leads to."""


class PageLines(NamedTuple):
    """What is known of the rows of a layout; each field has one entry per row."""

    short: Booleans
    """Whether it has so few words that it may be a link."""
    stays: Booleans
    """Whether no other rule takes it out."""
    sentences: Booleans
    leads_on: Booleans
    """Whether it ends in a colon."""
    words: Integers
    letters: Integers
    """The number of words with a letter."""


def menu_rows(layout: TextLayout, lines: PageLines, ignored: Booleans) -> Booleans:
    """Return for each row whether it is part of a menu at the edge of its text, or a short line above one taken out.

    `ignored` says in which texts no menus are sought.
    """
    texts, count = layout.lines.text_indices, len(layout.text_ends)
    cut = lines.short & _above_lost(texts, lines)
    first, last = _edges(count, texts, lines.sentences)
    last = _edges(count, texts, lines.sentences & ~_in_notice(layout) & ~_crumbs(layout))[1]
    rows = np.arange(len(texts))
    sought = ~ignored[texts]
    in_head, in_foot = (rows < first[texts]) & sought, (rows > last[texts]) & sought
    cut &= in_head | in_foot
    links = _may_be_links(layout, lines, (in_head | in_foot) & lines.stays)
    bounds = layout.row_bounds.tolist()
    leads_on = lines.leads_on & (rows >= layout.row_bounds[1:][texts] - LAST_LINES)
    heads = _worth_reading(in_head, links, lines, texts, count)
    feet = _worth_reading(in_foot, links | leads_on, lines, texts, count)
    if not heads and not feet:
        return cut
    page = _listed(layout, lines, links)
    for index in heads:
        beyond = min(int(first[index]), bounds[index + 1])
        edge = [row for row in range(bounds[index], beyond) if page.stays[row]]
        size = _read_from_edge(edge, page)
        after = range(max(int(last[index]) + 1, bounds[index]), bounds[index + 1])
        end = _first_short(page.short, after, bounds[index + 1])
        body = _body(layout, _next_longer(edge, size, page.short, beyond), end, at_head=True)
        _cut_edge(layout, page, edge[:size], cut, body, at_head=True)
        _go_on(edge, size, page.short, cut)
    for index in feet:
        beyond = max(int(last[index]), bounds[index] - 1)
        edge = [row for row in range(bounds[index + 1] - 1, beyond, -1) if page.stays[row]]
        size = max(_read_from_edge(edge, page), LAST_LINES)
        before = range(min(int(first[index]), bounds[index + 1]) - 1, bounds[index] - 1, -1)
        start = _first_short(page.short, before, bounds[index] - 1) + 1
        body = _body(layout, start, _next_longer(edge, size, page.short, beyond) + 1, at_head=False)
        _cut_edge(layout, page, edge[:size][::-1], cut, body, at_head=False)
        _go_on(edge, size, page.short, cut)
    return cut


class _ListedRows(NamedTuple):
    """What the lines at edges are read by; lists are faster than arrays for a few rows at a time."""

    short: list[bool]
    stays: list[bool]
    links: list[bool]
    """Whether each row may be a link."""
    words: list[int]
    starts: list[int]
    ends: list[int]


def _listed(layout: TextLayout, lines: PageLines, links: Booleans) -> _ListedRows:
    numbers = layout.lines.numbers
    starts = np.where(numbers > 0, layout.line_ends[numbers - 1] + 1, 0)
    columns = (lines.short, lines.stays, links, lines.words, starts, layout.line_ends[numbers])
    return _ListedRows(*(column.tolist() for column in columns))


def _first_short(short: list[bool], rows: range, beyond: int) -> int:
    """Return the first of some rows that is short, or the row `beyond` them; no row of a text without sentences is."""
    return next((row for row in rows if short[row]), beyond)


def _next_longer(edge: list[int], read: int, short: list[bool], beyond: int) -> int:
    """Return the first row of an edge that is not read and is no short line, or the row `beyond` the edge."""
    return next((row for row in islice(edge, read, None) if not short[row]), beyond)


def _go_on(edge: list[int], read: int, short: list[bool], cut: Booleans) -> None:
    """Set `cut` for the short lines that go on with a menu which is longer than what was read of its edge."""
    if 0 < read < len(edge) and cut[edge[read - 1]]:
        cut[list(takewhile(short.__getitem__, islice(edge, read, None)))] = True


def _read_from_edge(edge: list[int], rows: _ListedRows) -> int:
    """Return how many lines of an edge are read, from the edge on: up to the last link, or some longer lines."""
    last_link = next((index for index in range(len(edge) - 1, -1, -1) if rows.links[edge[index]]), -1)
    longer = 0
    for index, row in enumerate(edge[:LONGEST_EDGE]):
        longer += not rows.short[row]
        if not rows.short[row] and longer > MOST_BEFORE and index > last_link:
            return index + 1
    return min(len(edge), LONGEST_EDGE)


def _worth_reading(in_edge: Booleans, telling: Booleans, lines: PageLines, texts: Integers, count: int) -> list[int]:
    """Return the texts with a row in one edge that may be a link or has no letter, or with enough short ones."""
    short = in_edge & lines.short & lines.stays
    reasons = np.bincount(texts[short], minlength=count) >= LEAST_UNKNOWN_MENU
    reasons[texts[in_edge & telling]] = True
    reasons[texts[short & (lines.letters == 0)]] = True
    indices: list[int] = reasons.nonzero()[0].tolist()
    return indices


def _may_be_links(layout: TextLayout, lines: PageLines, at_edge: Booleans) -> Booleans:
    """Return which rows at an edge begin with the first word of a link, or with a mark, and have few words."""
    rows = (at_edge & (layout.lines.token_counts <= LONGEST_LINK_WORDS)).nonzero()[0]
    marks = _IS_MARK[layout.codes[layout.row_starts[rows]]] & lines.short[rows]
    may_be = np.zeros(len(at_edge), bool)
    may_be[rows[begin_like_links(layout, rows) | marks]] = True
    may_be[_with_bars(layout, at_edge)] = True
    return may_be


def _with_bars(layout: TextLayout, at_edge: Booleans) -> Integers:
    """Return the rows at an edge that have a mark between their first words, as a line of links has."""
    if not any(bar in layout.data for bar in BARS):
        return np.zeros(0, np.int64)
    lines = layout.lines
    rows: Integers = (
        at_edge & (lines.token_counts >= LEAST_TOKENS_OF_ROW) & (lines.token_counts <= MOST_TOKENS_OF_ROW)
    ).nonzero()[0]
    after = lines.first_tokens[rows][:, None] + np.arange(1, 1 + WORDS_OF_FIRST_LINK)
    starts = layout.token_starts[after]
    sizes = layout.token_ends[after] - starts
    has_bar = (sizes <= LONGEST_BAR) & _OPENS_BAR[layout.codes[starts]]
    with_bars: Integers = rows[has_bar.any(axis=1)]
    return with_bars


def begin_like_links(layout: TextLayout, rows: Integers) -> Booleans:
    """Return which of some rows begin with the first word of a link."""
    link_hashes, hashes = _hashes_of_links(), layout.token_hashes[layout.lines.first_tokens[rows]]
    begin = _ends_of_hashes_of_links()[hashes & END_OF_HASH]
    # Few others have such an end.
    hashes = hashes[begin]
    begin[begin] = link_hashes[np.minimum(link_hashes.searchsorted(hashes), len(link_hashes) - 1)] == hashes
    return begin


@cache
def _ends_of_hashes_of_links() -> Booleans:
    """Return for each end of a hash whether one of `_hashes_of_links` has it."""
    ends = np.zeros(END_OF_HASH + 1, bool)
    ends[_hashes_of_links() & END_OF_HASH] = True
    return ends


@cache
def _hashes_of_links() -> Integers:
    """Return the hashes of the first words of links, rising."""
    encoded = [word.encode() for word in first_words_of_links()]
    ends = np.array([len(word) for word in encoded]).cumsum()
    return np.sort(hash_spans(b"".join(encoded), np.concatenate([[0], ends[:-1]]), ends))


def _cut_edge(layout: TextLayout, rows: _ListedRows, edge: list[int], cut: Booleans, body: str, at_head: bool) -> None:
    """Set `cut` for the rows of a menu among those of one edge of a `body`."""
    data = layout.data
    texts = [data[rows.starts[row] : rows.ends[row]].decode("utf-8", "replace") for row in edge]
    short, words = [rows.short[row] for row in edge], [rows.words[row] for row in edge]
    may_be = [rows.links[row] for row in edge]
    if not at_head:
        may_be[-LAST_LINES:] = [True] * len(may_be[-LAST_LINES:])
    are_links = [
        maybe and (is_link(text) or (not is_short and is_row_of_links(text)))
        for maybe, is_short, text in zip(may_be, short, texts, strict=True)
    ]
    # As `EdgeLine(...)` does it, without a call of Python for each line.
    edge_lines = list(map(partial(tuple.__new__, EdgeLine), zip(texts, short, words, are_links, strict=True)))
    longer = [line.text for line in edge_lines if not line.is_short]
    rest = "\n".join([*longer, body]).lower()
    goes = head_lines_to_cut(edge_lines, rest) if at_head else foot_lines_to_cut(edge_lines, rest)
    cut[[edge[index] for index in goes]] = True


def _above_lost(texts: Integers, lines: PageLines) -> Booleans:
    """Return for each row whether the next one of its text is a longer line that another rule takes out."""
    above = np.zeros(len(texts), bool)
    above[:-1] = (texts[1:] == texts[:-1]) & ~lines.stays[1:]
    return above


def _edges(count: int, texts: Integers, sentences: Booleans) -> tuple[Integers, Integers]:
    """Return the first and last rows of sentences of each text; without any, all of it is an edge."""
    rows = np.flatnonzero(sentences)
    first, last = np.full(count, len(texts)), np.full(count, -1)
    last[texts[rows]] = rows
    first[texts[rows[::-1]]] = rows[::-1]
    return first, last


def _crumbs(layout: TextLayout) -> Booleans:
    """Return for each row whether it leads to its page, as `Harbours of the north »` does, and is no quotation."""
    lines = layout.lines
    crumbs = np.zeros(len(lines.numbers), bool)
    if _CRUMB not in layout.data:
        return crumbs
    starts, ends = layout.token_starts[lines.last_tokens], layout.row_ends
    for row in ((ends - starts == len(_CRUMB)) & (layout.codes[ends - 1] == _CRUMB[-1])).nonzero()[0].tolist():
        line = layout.line_of(row).rstrip()
        crumbs[row] = line.endswith("»") and "«" not in line
    return crumbs


def _in_notice(layout: TextLayout) -> Booleans:
    """Return for each row whether it lies in the notice below its text, which begins with `©`."""
    # Rows of two texts    Boats sail. / Home / © Ann / All is hers now.  |  © Bo / He sails it.
    # result               0             0      1       1                    1      1
    texts, starts, ends = layout.lines.text_indices, layout.row_starts, layout.row_bounds[1:]
    in_notice = np.zeros(len(starts), bool)
    if NOTICE[0].encode() not in layout.data:
        return in_notice
    rows = _OPENS_NOTICE[layout.codes[starts]].nonzero()[0]
    for row in rows[rows >= ends[texts[rows]] - NOTICE_LINES].tolist():
        if any(layout.data.startswith(opening.encode(), int(starts[row])) for opening in NOTICE):
            in_notice[row : ends[texts[row]]] = True
    return in_notice


def _body(layout: TextLayout, start: int, end: int, at_head: bool) -> str:
    """Return the first or last part of the rows from `start` to before `end`, which no edge has."""
    if start >= end:
        return ""
    lines = layout.lines
    first, last = (
        int(layout.token_starts[lines.first_tokens[start]]),
        int(layout.token_ends[lines.last_tokens[end - 1]]),
    )
    first, last = (first, min(first + READ_BYTES, last)) if at_head else (max(last - READ_BYTES, first), last)
    return layout.data[first:last].decode("utf-8", "ignore")
