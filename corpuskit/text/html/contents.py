"""Tables of contents: links that repeat the headings after them; the text itself has these."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.html.rows import PlacedBlock

__all__ = ["drop_contents"]

FEWEST_ENTRIES = 2
"""Links that repeat a heading from which a run of links is a table of contents, if they are half of it."""
MOST_LABEL_HALF_WORDS = 10
"""Half words up to which a text right before a table of contents is its label."""


def drop_contents(
    placed_blocks: list[PlacedBlock], is_kept: list[bool], half_words: NDArray[np.int64], is_linked: NDArray[np.bool_]
) -> set[int]:
    """Unmark the tables of contents, and return the blocks right before them.

    `is_linked` says which blocks are nothing but links. A short text right before is a label and goes too; a heading
    may head more than the table, so the caller decides.
    """
    last_headings = {
        _without_number(placed.block.text): index
        for index, placed in enumerate(placed_blocks)
        if is_kept[index] and placed.block.kind == "heading"
    }
    if len(last_headings) < FEWEST_ENTRIES:
        return set()
    before: set[int] = set()
    for start, end in _runs_of_links(placed_blocks, is_linked):
        entries = [(index, text) for index in range(start, end) for text in placed_blocks[index].block.text.split("\n")]
        repeated = sum(last_headings.get(_without_number(text), -1) > index for index, text in entries)
        if repeated < FEWEST_ENTRIES or 2 * repeated < len(entries):
            continue
        is_kept[start:end] = [False] * (end - start)
        if start:
            before.add(start - 1)
            is_label = (
                placed_blocks[start - 1].block.kind != "heading" and half_words[start - 1] <= MOST_LABEL_HALF_WORDS
            )
            is_kept[start - 1] &= not is_label
    return before


def _runs_of_links(placed_blocks: list[PlacedBlock], is_linked: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the first block and the block after the last of each run that is nothing but links, without headings."""
    is_heading = np.array([placed.block.kind == "heading" for placed in placed_blocks])
    steps = np.flatnonzero(np.diff(is_linked & ~is_heading, prepend=False, append=False)).tolist()
    yield from zip(steps[::2], steps[1::2], strict=True)


def _without_number(text: str) -> str:
    """Return the name of a section without its number, which the link or the heading may lack.

    >>> _without_number("2.1. Ropes"), _without_number("3D maps"), _without_number("1984")
    ('Ropes', 'D maps', '1984')
    """
    return text.lstrip("0123456789.").lstrip(" ") or text
