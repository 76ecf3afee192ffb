"""The edges of pages: the lines before the first sentence of a text, and those after its last, where menus stand."""

from bisect import bisect_left, bisect_right
from functools import cache, partial
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
    may_be_cut_from_foot,
    may_be_cut_from_head,
)
from corpuskit.text.quality.spans import HashSet, hash_words

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
_CRUMB = "»".encode()
BARS = tuple(f" {bar} ".encode() for bar in "|·•›»/")
"""What stands between the links of a line."""
_OPENS_BAR = np.zeros(256, bool)
_OPENS_BAR[[bar[1] for bar in BARS]] = True
LONGEST_BAR = 3
_SIDES_OF_BOX = ("│", "┃", "║")
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
    edges = _listed(layout, lines, links, in_head & _are_among(heads, texts) | in_foot & _are_among(feet, texts))
    short_rows = lines.short.nonzero()[0].tolist()
    for index in heads:
        start, end = bounds[index], bounds[index + 1]
        beyond, after = min(int(first[index]), end), max(int(last[index]) + 1, start)
        # No short row stands between the sentences of a text that has some.
        _cut_head(layout, edges, start, beyond, min(_at_or_after(short_rows, after, end), end), cut)
    for index in feet:
        start, end = bounds[index], bounds[index + 1]
        beyond, after = min(int(first[index]), end), max(int(last[index]) + 1, start)
        _cut_foot(layout, edges, max(_at_or_before(short_rows, beyond - 1, -1) + 1, start), after, end, cut)
    return cut


def _are_among(chosen: list[int], texts: Integers) -> Booleans:
    """Return for each row whether its text is one of the chosen ones."""
    are_chosen = np.zeros(int(texts[-1]) + 1, bool)
    are_chosen[chosen] = True
    return are_chosen[texts]


class _EdgeRows(NamedTuple):
    """The rows at edges that no other rule takes out; lists are faster than arrays for a few rows at a time.

    A position is an index in the first columns; the rows of one edge lie side by side there.
    """

    rows: list[int]
    short: list[bool]
    may_be_links: list[bool]
    words: list[int]
    starts: list[int]
    ends: list[int]
    links: list[int]
    """The positions of rows that may be links."""
    longer: list[int]
    """The positions of rows that are not short."""


def _listed(layout: TextLayout, lines: PageLines, links: Booleans, at_edges: Booleans) -> _EdgeRows:
    rows = (at_edges & lines.stays).nonzero()[0]
    numbers = layout.lines.numbers[rows]
    starts = np.where(numbers > 0, layout.line_ends[numbers - 1] + 1, 0)
    short, may_be_links = lines.short[rows], links[rows]
    return _EdgeRows(
        rows.tolist(),
        short.tolist(),
        may_be_links.tolist(),
        lines.words[rows].tolist(),
        starts.tolist(),
        layout.line_ends[numbers].tolist(),
        may_be_links.nonzero()[0].tolist(),
        (~short).nonzero()[0].tolist(),
    )


def _cut_head(layout: TextLayout, edges: _EdgeRows, start: int, beyond: int, body_end: int, cut: Booleans) -> None:
    """Set `cut` for the menu of a text among its rows from `start` to before its first sentence, at `beyond`.

    What it is about is read from there to `body_end`.
    """
    opening, closing = bisect_left(edges.rows, start), bisect_left(edges.rows, beyond)
    read = min(closing, opening + LONGEST_EDGE)
    after_link = _at_or_before(edges.links, closing - 1, -1) + 1
    end = opening + _read_from_edge(edges.short[opening:read], after_link - opening)
    longer = min(_at_or_after(edges.longer, end, closing), closing)
    body_start = edges.rows[longer] if longer < closing else beyond
    _cut_edge(layout, edges, opening, end, cut, (body_start, body_end), at_head=True)
    if end > opening and cut[edges.rows[end - 1]]:
        # A longer menu goes on as it begins.
        cut[edges.rows[end:longer]] = True


def _cut_foot(layout: TextLayout, edges: _EdgeRows, body_start: int, after: int, end: int, cut: Booleans) -> None:
    """Set `cut` for the menu of a text among its rows from `after` its last sentence to before `end`.

    What it is about is read from `body_start` to there.
    """
    opening, closing = bisect_left(edges.rows, after), bisect_left(edges.rows, end)
    read = max(opening, closing - LONGEST_EDGE)
    first_link = min(_at_or_after(edges.links, opening, closing), closing)
    size = _read_from_edge(edges.short[read:closing][::-1], closing - first_link)
    start = max(closing - max(size, LAST_LINES), opening)
    longer = max(_at_or_before(edges.longer, start - 1, opening - 1), opening - 1)
    body_end = edges.rows[longer] + 1 if longer >= opening else after
    _cut_edge(layout, edges, start, closing, cut, (body_start, body_end), at_head=False)
    if start < closing and cut[edges.rows[start]]:
        cut[edges.rows[longer + 1 : start]] = True


def _at_or_after(rising: list[int], value: int, otherwise: int) -> int:
    """Return the first of some numbers from a value on."""
    index = bisect_left(rising, value)
    return rising[index] if index < len(rising) else otherwise


def _at_or_before(rising: list[int], value: int, otherwise: int) -> int:
    """Return the last of some numbers up to a value."""
    index = bisect_right(rising, value)
    return rising[index - 1] if index else otherwise


def _read_from_edge(short: list[bool], up_to_link: int) -> int:
    """Return how many lines of an edge are read, from the edge on: `up_to_link` the last link, or some longer lines."""
    longer = 0
    for index, is_short in enumerate(short):
        longer += not is_short
        if not is_short and longer > MOST_BEFORE and index >= up_to_link:
            return index + 1
    return len(short)


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
    return _hashes_of_links().among(layout.token_hashes[layout.lines.first_tokens[rows]])


@cache
def _hashes_of_links() -> HashSet:
    """Return the hashes of the first words of links."""
    return HashSet(hash_words(list(first_words_of_links())))


def _cut_edge(
    layout: TextLayout, edges: _EdgeRows, start: int, end: int, cut: Booleans, body: tuple[int, int], at_head: bool
) -> None:
    """Set `cut` for the rows of a menu among those at some positions; `body` is where the rows beside it lie."""
    if start == end:
        return
    data, spans = layout.data, zip(edges.starts[start:end], edges.ends[start:end], strict=True)
    texts = [data[first:last].decode("utf-8", "replace") for first, last in spans]
    short, may_be = edges.short[start:end], edges.may_be_links[start:end]
    if not at_head:
        may_be[-LAST_LINES:] = [True] * len(may_be[-LAST_LINES:])
    are_links = [
        may_be_link and not _is_row_of_box(text) and (is_link(text) or (not is_short and is_row_of_links(text)))
        for text, is_short, may_be_link in zip(texts, short, may_be, strict=True)
    ]
    if True not in are_links:
        may_be_cut = may_be_cut_from_head(short, texts[0]) if at_head else may_be_cut_from_foot(short, texts[-1])
        if not may_be_cut:
            return
    # As `EdgeLine(...)` does it, without a call of Python for each line.
    columns = texts, short, edges.words[start:end], are_links
    edge_lines = list(map(partial(tuple.__new__, EdgeLine), zip(*columns, strict=True)))

    @cache
    def rest() -> str:
        longer = [text for text, is_short in zip(texts, short, strict=True) if not is_short]
        return "\n".join([*longer, _body(layout, *body, at_head)]).lower()

    goes = head_lines_to_cut(edge_lines, rest) if at_head else foot_lines_to_cut(edge_lines, rest)
    cut[[edges.rows[start + index] for index in goes]] = True


def _is_row_of_box(text: str) -> bool:
    line = text.strip()
    return line.startswith(_SIDES_OF_BOX) and line.endswith(_SIDES_OF_BOX)


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
