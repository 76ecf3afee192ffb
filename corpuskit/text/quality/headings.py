"""Which short lines are headings: C4's fewest words in a line are for menus, and a title may have one or two."""

from collections.abc import Iterator

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.layout import TextLayout

__all__ = ["heading_rows"]

LOWEST_LEVEL = 6
"""Hash signs of Markdown's lowest heading."""


def heading_rows(
    layout: TextLayout, short: Booleans, kept_rows: Booleans, sentences: Booleans, with_letters: Booleans
) -> Booleans:
    """Return for each row whether it is one of the `short` lines and a heading of what stays below it.

    A heading of Markdown stays before a line of `kept_rows`, or before another that does. Any other stays if it is the
    only short line above a kept one, or the first or second of two above a sentence, as titles and bylines are; in a
    menu, there are more.
    """
    # lines       Boats / Bill Mole / They float well on calm water. / Home / Shop / Help / Go on to the next page.
    # short       1       1           0                                1      1      1      0
    # above       0       1           0                                0      0      1      0
    # alone       0       0           0                                0      0      0      0
    # pair        0       1           0                                0      0      0      0
    # result      1       1           0                                0      0      0      0
    texts = layout.lines.text_indices
    same = texts[1:] == texts[:-1]
    has_next_kept = _below(same, kept_rows & ~short)
    before = _above(same, short)
    above = short & has_next_kept
    alone = above & ~before
    pair = above & before & ~_above(same, before) & _below(same, sentences)
    headings: Booleans = (alone | pair | _below(same, pair) & short) & with_letters
    # A heading may stand above the heading of its first section.
    for row in _rows_of_markdown(layout, short):
        headings[row] |= has_next_kept[row] or (row < len(same) and same[row] and headings[row + 1])
    return headings


def _below(same: Booleans, rows: Booleans) -> Booleans:
    """Return for each row whether the next one of its text is one of `rows`."""
    is_next = np.zeros(len(rows), bool)
    is_next[:-1] = same & rows[1:]
    return is_next


def _above(same: Booleans, rows: Booleans) -> Booleans:
    """Return for each row whether the one before it in its text is one of `rows`."""
    is_before = np.zeros(len(rows), bool)
    is_before[1:] = same & rows[:-1]
    return is_before


def _rows_of_markdown(layout: TextLayout, short: Booleans) -> Iterator[int]:
    """Yield the short rows that begin with the hash signs of a heading, the last first."""
    first: Integers = layout.lines.first_tokens
    starts, sizes = layout.token_starts[first], layout.token_ends[first] - layout.token_starts[first]
    marked = short & (layout.codes[starts] == ord("#")) & (sizes <= LOWEST_LEVEL) & (layout.lines.token_counts > 1)
    for row in reversed(marked.nonzero()[0].tolist()):
        start = int(starts[row])
        if not layout.data[start : start + int(sizes[row])].strip(b"#"):
            yield row
