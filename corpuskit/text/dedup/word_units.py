"""The units of a text block by block, and where they stand: as `shingles` says, but by a table wherever that is enough.

A table says what most characters become in NFKC and lower case, whatever is next to them (`shingle_batches`).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.dedup.shingle_batches import ALONE, CODE, KIND_SHIFT, UTF_16, folding
from corpuskit.text.dedup.shingles import Hashes, blocks_of, bounds_of, unit_bounds, units_of, units_of_block

__all__ = ["Bounds", "Units", "bounds_in_blocks", "units_in_blocks"]

LINE_FEED = "\n".encode(UTF_16)
HIGH_SURROGATE, LOW_SURROGATE, SURROGATE_KIND = 0xD800, 0xDC00, 0xFC00


class Units(NamedTuple):
    """Units that follow one another."""

    hashes: Hashes
    single: NDArray[np.bool_] | None
    """Which are characters of a script without spaces; None if none is."""


class Bounds(NamedTuple):
    """Where units that follow one another begin and end, in characters."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def units_in_blocks(text: str) -> Iterator[Units]:
    """Yield the units of a text in order, those of some 32,000 characters at a time; nothing if there are no such.

    >>> [len(units.hashes) for units in units_in_blocks("One, 猫 two")]
    [3]
    """
    for block in blocks_of(text):
        coded = None if block.isascii() else _by_table(block)
        if coded is None:
            yield Units(*units_of_block(block))
        else:
            yield Units(*units_of(coded[0] & CODE, coded[1])[1:])


def bounds_in_blocks(text: str) -> Iterator[Bounds]:
    """Yield where the units of a text begin and end, for the same blocks.

    >>> [(bounds.starts.tolist(), bounds.ends.tolist()) for bounds in bounds_in_blocks("One, 猫 two")]
    [([0, 5, 7], [3, 6, 10])]
    """
    offset = 0
    for block in blocks_of(text):
        coded = None if block.isascii() else _by_table(block)
        starts, ends = unit_bounds(block) if coded is None else _in_characters(block, coded[1])
        yield Bounds(starts + offset, ends + offset)
        offset += len(block)


def _by_table(block: str) -> tuple[NDArray[np.uint32], NDArray[np.uint8]] | None:
    """Return the table's entries for the UTF-16 of a text between line feeds, and the kinds in them.

    None if a character is not in the table, or if surrogates do not come in pairs.
    """
    laid = np.frombuffer(LINE_FEED + block.encode(UTF_16, "surrogatepass") + LINE_FEED, np.uint16)
    entries = folding().take(laid)
    kinds = (entries >> KIND_SHIFT).astype(np.uint8)
    if kinds.max() >= ALONE:
        return None
    return entries, kinds


def _in_characters(block: str, kinds: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    starts, ends = bounds_of(kinds)
    if len(kinds) == len(block) + 2:
        return starts, ends
    # A character of two UTF-16 units counts as one.
    units = np.frombuffer(block.encode(UTF_16, "surrogatepass"), np.uint16) & SURROGATE_KIND
    is_second = np.zeros(len(units) + 1, np.int64)
    is_second[2:] = (units[1:] == LOW_SURROGATE) & (units[:-1] == HIGH_SURROGATE)
    seconds = np.cumsum(is_second)
    if len(units) - seconds[-1] != len(block):
        return unit_bounds(block)
    return starts - seconds[starts], ends - seconds[ends]
