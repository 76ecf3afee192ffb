"""Which lines of a text the rules for prose judge: not code, and in a text of sentences not the labels between them.

The papers judge all lines of web pages that were freed of code and tables. On documentation, half of the lines may be
code, which has no stop words, repeats its names and ends no line with a full stop; and in an article with a table,
cells outnumber paragraphs. A row is the index of a line in `TextLayout.lines`.
"""

import re
from collections.abc import Iterable, Iterator

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.compiled import compiled_core
from corpuskit.text.quality.layout import TextLayout

__all__ = ["SENTENCE_WORDS", "beside_prose", "code_rows", "fenced_rows", "rows_of_prose"]

_FENCES = ((b"```", b"```"), (b"~~~", b"~~~"), (b"\\[", b"\\]"), (b"$$", b"$$"))
"""What opens and closes lines of code and formulas, which are no prose."""
_MARKS_OF_CODE = b"={}<>;_$\\|"
"""Marks that prose seldom has; an opening bracket right after a word is one, too."""
_ENDS_OF_CODE = b"{}\\"
_PROMPTS = (b"$ ", b">>> ", b"#include", b"//", b"/*", b"% ")
_LINK = re.compile(
    rb"\{(?<![\w$\\#%@=:)\]>{]\{)"  # no name, sign or bracket before it
    rb"(?:\r?\n)?[\w\x80-\xff(](?:[\w\x80-\xff \r\n.'/|+*?!&()-]|,(?=\s)){0,60}"
    rb"(?:\(?(?:https?|ftp|news|mailto):[^\s{}]{1,200})?\}(?![\w\[({=])"
)
"""Words in curly brackets, as dictionaries mark what they have an entry of, and letters what is to be filled in."""
_DRAWN = "│".encode()
LEAST_MARKS = 0.06
"""Share of marks in a line that looks like code; of code, most lines have a tenth and more."""
MOST_CODE = 0.8
"""Share of a text that may look like code beside prose; fences say what is in them, whatever its share."""
DEEPER = 2
"""Columns by which an indented block stands to the right of the line before it."""
LONGEST_BLOCK = 40
"""Lines of the longest paragraph that is code or prose as a whole: pages without blank lines are one paragraph."""
LEAST_ROWS, LEAST_COLUMNS = 3, 2
"""Rows of a table or tree that is no menu though it begins or ends a paragraph, and columns of a table."""
SENTENCE_WORDS = 5
"""Words from which a closed line is a sentence, between which and the next no menu stands."""
WORDS_OF_WRAPPED_LINE = 6
"""Words a line of a paragraph that is wrapped at a width."""
WORDS_OF_LABEL = 3
"""Words of a line up to which it is no line of such a paragraph, unless it ends a sentence."""
WORDS_OF_LONGEST_LINE = 16
"""Words of a line that count for that: a longer one is a paragraph of its own, and no other is wrapped for its sake."""


def fenced_rows(layout: TextLayout) -> Booleans:
    """Return for each row whether it lies in a block of code or in a formula of several lines, or is its mark.

    What is drawn around a table says as clearly what is in it, and so do the rules of reStructuredText above and below.
    """
    lines = layout.lines
    fenced = _drawn_rows(layout) | _ruled_rows(layout)
    if not len(fenced):
        return fenced
    starts, ends = layout.row_starts, layout.row_ends
    may_open, may_follow, may_close = np.zeros((3, 256), bool)
    may_open[[opening[0] for opening, _ in _FENCES]] = True
    may_follow[[opening[1] for opening, _ in _FENCES]] = True
    may_close[[partner[-1] for _, partner in _FENCES]] = True
    opens = may_open[layout.codes[starts]]
    opens[opens] = may_follow[layout.codes[starts[opens] + 1]]
    if not opens.any():
        return fenced
    # Only lines that begin or end with a mark can open or close anything, and only below one that opens something.
    marked = (opens | may_close[layout.codes[ends - 1]]).nonzero()[0]
    marked = marked[(layout.sums_of_texts(opens) > 0)[lines.text_indices[marked]]]
    columns = [column[marked].tolist() for column in (lines.text_indices, starts, ends)]
    edges = (
        (row, text, layout.data[start:end]) for row, text, start, end in zip(marked.tolist(), *columns, strict=True)
    )
    for first, last in _fences(edges):
        fenced[first : last + 1] = True
    return fenced


def _drawn_rows(layout: TextLayout) -> Booleans:
    """Return for each row whether it is one of a drawn table: `│` and the like, U+2500 to U+257F, stand in it.

    A row that only begins so is a branch of a tree, which may be a menu.
    """
    # rows        ┌──┬──┐ / │ a│ b│ / └─ Shop / a │ b
    # returned    x         x                   x
    lines = layout.lines
    drawn = np.zeros(len(lines.numbers), bool)
    if layout.data.isascii():
        return drawn
    wide = (layout.codes == _DRAWN[0]).nonzero()[0]
    wide = wide[_is_drawn(layout, wide)]
    if len(wide):
        starts, ends = layout.row_starts, layout.row_ends
        drawn[ends.searchsorted(wide, "right")] = True
        drawn &= ~_is_drawn(layout, starts) | _is_drawn(layout, np.maximum(ends - len(_DRAWN), 0))
    return drawn


def _is_drawn(layout: TextLayout, offsets: Integers) -> Booleans:
    """Whether one of U+2500 to U+257F stands at each offset: E2 94 or E2 95, and another byte."""
    codes = layout.codes
    following = codes[offsets + 1]
    drawn: Booleans = (codes[offsets] == _DRAWN[0]) & ((following == _DRAWN[1]) | (following == _DRAWN[1] + 1))
    return drawn


def _ruled_rows(layout: TextLayout) -> Booleans:
    """Return for each row whether it lies between two equal rules of several columns in its paragraph: `===  =====`."""
    lines = layout.lines
    ruled = np.zeros(len(lines.numbers), bool)
    if b"== " not in layout.data:
        return ruled
    columns = (layout.codes[layout.row_starts] == ord("=")) & (lines.token_counts > 1)
    first_of: dict[tuple[int, bytes], int] = {}
    for row in columns.nonzero()[0].tolist():
        rule = layout.data[int(layout.row_starts[row]) : int(layout.row_ends[row])]
        if not rule.strip(b"= "):
            first = first_of.setdefault((int(layout.row_paragraphs[row]), rule), row)
            ruled[first : row + 1] |= row > first
    return ruled


def code_rows(layout: TextLayout, fenced: Booleans, closed: Booleans) -> Booleans:
    """Return for each row whether it lies in code: fenced, or a paragraph whose lines mostly look like code.

    `closed` says which rows end as a sentence does.
    """
    lines = layout.lines
    starts, ends = layout.row_starts, layout.row_ends
    if not len(starts):
        return fenced
    looks = _looks_like_code(layout, starts, ends) & ~(closed & (lines.token_counts >= SENTENCE_WORDS))
    looks &= ~_opens_turn(layout, starts)
    if not looks.any():
        return fenced
    tables = _table_rows(layout)
    first = _starts_of_parts(layout, ~looks & (closed | (lines.token_counts >= SENTENCE_WORDS)), fenced, tables)
    sizes = np.diff(np.append(first, len(starts)))
    is_code = 2 * np.add.reduceat(looks, first, dtype=np.int64) >= sizes
    # What begins or ends a page may be a menu, whose marks are those of code.
    at_edge = layout.opens_paragraph[first] | np.append(layout.opens_paragraph[first[1:]], True)
    in_code = 2 * layout.sums_of_paragraphs(looks) >= np.diff(np.append(layout.paragraph_starts, len(looks)))
    is_code &= ~at_edge | in_code[layout.row_paragraphs[first]] | (tables[first] & (sizes >= LEAST_ROWS))
    # A single line is code where it stands to the right of the line before it, or below its colon.
    indents = starts - np.concatenate([[0], layout.line_ends + 1])[lines.numbers]
    before = np.maximum(first - 1, 0)
    led = layout.codes[ends[before] - 1] == ord(":")
    deeper = indents[first] >= indents[before] + DEEPER
    follows = (first > 0) & (lines.text_indices[before] == lines.text_indices[first])
    is_code &= (sizes > 1) | (follows & (led | deeper))
    return fenced | is_code.repeat(sizes)


def beside_prose(layout: TextLayout, code: Booleans, fenced: Booleans) -> Booleans:
    """Return the rows of code that stand beside prose: where almost all looks like code, it is judged as the text.

    Fences say what is in them, whatever their share.
    """
    if not code.any():
        return fenced
    whole, part = (layout.sums_of_texts(layout.row_sizes * rows) for rows in (~fenced, code & ~fenced))
    rows: Booleans = fenced | code & (part <= MOST_CODE * whole)[layout.lines.text_indices]
    return rows


def rows_of_prose(layout: TextLayout, stays: Booleans, sentences: Booleans, words: Integers) -> Booleans:
    """Return for each row that stays whether it is a sentence, or in a paragraph of such that is wrapped at a width.

    `sentences` says which rows end as a sentence does or have the end of one within, `words` how many words each has.
    """
    if not len(words):
        return sentences
    # Of a block, the words that its lines have beyond those of a wrapped line; without the end of a sentence, none.
    beyond = (np.minimum(words, WORDS_OF_LONGEST_LINE) - WORDS_OF_WRAPPED_LINE) * stays
    has_end = np.logical_or.reduceat(sentences & stays, layout.paragraph_starts)
    wrapped = has_end & (layout.sums_of_paragraphs(beyond) >= 0)
    in_wrapped = wrapped[layout.row_paragraphs] & (sentences | (words > WORDS_OF_LABEL))
    prose: Booleans = stays & (sentences & (words >= SENTENCE_WORDS) | in_wrapped)
    return prose


def _starts_of_parts(layout: TextLayout, prose: Booleans, fenced: Booleans, tables: Booleans) -> Integers:
    """Return the first row of each paragraph; a long one is cut where lines of prose begin and end.

    Fences, tables and trees may stand right below what leads to them, which is no part of them.
    """
    # rows          To sort: / sort(a) / b = a[0] / Both are sorted now.     of more than 40 in one paragraph
    # prose         1          0         0          1
    # opens         1          1         0          1
    sizes = np.diff(np.append(layout.paragraph_starts, len(prose)))
    long = sizes > LONGEST_BLOCK
    if not long.any() and not fenced.any() and not tables.any():
        return layout.paragraph_starts
    changes = np.diff(prose, prepend=prose[:1])
    opens: Booleans = layout.opens_paragraph | changes & long.repeat(sizes)
    opens[1:] |= (fenced[1:] != fenced[:-1]) | (tables[1:] != tables[:-1])
    starts: Integers = opens.nonzero()[0]
    return starts


def _table_rows(layout: TextLayout) -> Booleans:
    """Return for each row whether it is one of a table of several columns between `|` or `+`, or a branch of a tree.

    In a drawing, which may begin and end so, the next row seldom has as many of these marks.
    """
    codes, starts, ends = layout.codes, layout.row_starts, layout.row_ends
    first, last = codes[starts], codes[ends - 1]
    cells = ((first == ord("|")) | (first == ord("+"))) & (first == last)
    rows = np.zeros(len(starts), bool)
    if cells.any():
        marks = ((codes == ord("|")) | (codes == ord("+"))).nonzero()[0]
        columns = (marks.searchsorted(ends) - marks.searchsorted(starts)) * cells
        alike = (columns[1:] == columns[:-1]) & (columns[1:] > LEAST_COLUMNS)
        rows[1:] |= alike
        rows[:-1] |= alike
    branches = (first == 0xE2).nonzero()[0]
    rows[branches] = codes[starts[branches] + 1] == 0x94
    return rows


def _looks_like_code(layout: TextLayout, starts: Integers, ends: Integers) -> Booleans:
    """Return for each row whether it has many marks, or begins or ends as lines of code do."""
    codes = layout.codes
    ends_code = np.zeros(256, bool)
    ends_code[list(_ENDS_OF_CODE)] = True
    at_end = ends_code[codes[ends - 1]]
    marks = _marks_in_rows(layout, starts, ends)
    if b"{" in layout.data:
        links = np.array([link.span() for link in _LINK.finditer(layout.data)], np.int64).reshape(-1, 2)
        in_one_text = np.equal(*layout.text_ends.searchsorted(links).T)
        links = links[in_one_text]
        opening, closing = (ends.searchsorted(offsets, "right") for offsets in (links[:, 0], links[:, 1] - 1))
        marks -= np.bincount(np.concatenate([opening, closing]), minlength=len(ends))
        at_end[closing[ends[closing] == links[:, 1]]] = False
    looks: Booleans = at_end | (marks >= np.maximum(LEAST_MARKS * (ends - starts), 1))
    opens = np.zeros(256, bool)
    opens[[prompt[0] for prompt in _PROMPTS]] = True
    for row in (opens[codes[starts]] & ~looks).nonzero()[0].tolist():
        looks[row] = layout.data.startswith(_PROMPTS, int(starts[row]))
    return looks


def _marks_in_rows(layout: TextLayout, starts: Integers, ends: Integers) -> Integers:
    """Return the marks of code in each row."""
    core = compiled_core()
    if core is not None:
        counts = np.empty(len(starts), np.int64)
        core.marks_in_rows(layout.data, starts, ends, counts)
        return counts
    codes = layout.codes
    is_mark = np.zeros(256, bool)
    is_mark[list(_MARKS_OF_CODE)] = True
    marks = is_mark[codes]
    if b"$" in layout.data:
        # A price is no code.
        following = np.flatnonzero(codes[:-1] == ord("$")) + 1
        marks[following[(codes[following] >= ord("0")) & (codes[following] <= ord("9"))] - 1] = False
    calls = np.flatnonzero(codes[1:] == ord("(")) + 1
    marks[calls[codes[calls - 1] > ord(" ")]] = True
    if not layout.data.isascii():
        # The lines of tables that are drawn, U+2500 to U+257F, are E2 94 and E2 95.
        wide = np.flatnonzero(codes[:-1] == 0xE2)
        marks[wide[(codes[wide + 1] == 0x94) | (codes[wide + 1] == 0x95)]] = True
    offsets = marks.nonzero()[0]
    return offsets.searchsorted(ends) - offsets.searchsorted(starts)


def _opens_turn(layout: TextLayout, starts: Integers) -> Booleans:
    """Return for each row whether it says who speaks next, as `<|user|>` and ChatML's `<|im_start|>user` do."""
    codes = layout.codes
    opens: Booleans = (codes[starts] == ord("<")) & (codes[np.minimum(starts + 1, len(codes) - 1)] == ord("|"))
    return opens


def _fences(marked: Iterable[tuple[int, int, bytes]]) -> Iterator[tuple[int, int]]:
    """Yield the rows of each line that a mark of `_FENCES` begins and of the next that its partner ends.

    `marked` are the lines that may be one of these: row, text and what stands there. A mark without a partner in its
    text opens nothing.
    """
    start, opened_in, closing = -1, -1, b""
    for row, text, line in marked:
        if start >= 0 and text == opened_in:
            if line.endswith(closing):
                yield start, row
                start = -1
            continue
        start = -1
        for opening, partner in _FENCES:
            if line.startswith(opening) and not (len(line) > len(opening) and line.endswith(partner)):
                start, opened_in, closing = row, text, partner
                break
