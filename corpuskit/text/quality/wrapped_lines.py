"""Sentences that are wrapped at a width: a line that is a piece of one says nothing alone."""

from corpuskit.text.quality.arrays import Booleans
from corpuskit.text.quality.layout import TextLayout

__all__ = ["rows_of_sentence"]

SHORTEST_WRAPPED = 40
"""Bytes of a line that is wrapped: a menu has shorter ones below each other."""
MOST_ROWS = 12
"""Lines on each side that a piece is put together with."""


def rows_of_sentence(layout: TextLayout, row: int, is_closed: Booleans) -> range:
    """Return the rows of `TextLayout.lines` that go on with each other around a row: itself, if it is no piece.

    `is_closed` says which rows end as a sentence does. A line goes on with the one above if it begins with a small
    letter, and that one is long and does not end a sentence.
    """
    # rows        The harbour pilot of the northern pier asked / for a rope that holds. / Nobody had one.
    # of row 0    0 and 1
    first = last = row
    while row - first < MOST_ROWS and _goes_on(layout, first, is_closed):
        first -= 1
    while last - row < MOST_ROWS and _goes_on(layout, last + 1, is_closed):
        last += 1
    return range(first, last + 1)


def _goes_on(layout: TextLayout, row: int, is_closed: Booleans) -> bool:
    """Whether a row goes on with the one above."""
    if not 0 < row < len(is_closed) or is_closed[row - 1] or layout.opens_paragraph[row]:
        return False
    return bool(layout.row_sizes[row - 1] >= SHORTEST_WRAPPED) and layout.line_of(row).lstrip()[:1].islower()
