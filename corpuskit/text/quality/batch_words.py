"""The words of many chunks at a time, as `words.split_chunk` finds them one by one.

The chunks lie side by side in an array of characters. Marks come off their ends and cuts are made in a few array
passes. What those do not tell for sure goes through `split_chunk`: known forms (`don't`), units behind digits, runs of
dots and dashes, chunks of marks alone, addresses that would be cut.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpuskit.text.quality import characters as of
from corpuskit.text.quality.spans import hashes, places
from corpuskit.text.quality.words import SPECIAL, split_chunk

__all__ = ["LaidChunks", "split_chunks"]

Integers = npt.NDArray[Any]
Booleans = npt.NDArray[np.bool_]

MOST_MARKS = 12
"""So many marks at the end of a chunk are taken off in array passes."""
LONGEST_UNIT = 4
_SPACE, _DOLLAR, _PLUS = 32, 36, 43


class LaidChunks:
    """Chunks side by side in an array of characters: a space, and another after every chunk."""

    def __init__(self, codes: Integers, starts: Integers, ends: Integers) -> None:
        """The chunks of UTF-8 `codes` from `starts` to `ends`: at least one, each with a byte behind it."""
        sizes = ends - starts + 1
        copied = np.full(int(sizes.sum()) + 1, _SPACE, np.uint8)
        copied[1:] = codes[places(starts, sizes)]
        spaces = sizes.cumsum()
        copied[spaces] = _SPACE
        self._data = copied.tobytes()
        self._bytes = None
        if self._data.isascii():
            self.text, self.codes = self._data.decode("ascii"), copied
        else:
            self.text = self._data.decode("utf-8", "surrogatepass")
            self.codes = np.frombuffer(self.text.encode("utf-32-le", "surrogatepass"), np.uint32)
            self._bytes = ((copied & 0xC0) != 0x80).nonzero()[0]
            spaces = self._bytes.searchsorted(spaces)
        self.kinds = of.kinds(self.codes)
        """Bits of each character, as `characters` names them."""
        self.ends = spaces
        self.starts = np.concatenate([[0], spaces[:-1]]) + 1

    def hashes(self, starts: Integers, ends: Integers) -> Integers:
        """A number of 64 bits for each of these stretches of characters, equal for equal ones, never 0."""
        if self._bytes is not None:
            starts, ends = self._bytes[starts], self._bytes[ends]
        return hashes(self._data, starts, ends)


class Bare(NamedTuple):
    """Chunks without the marks at their ends."""

    first: Integers
    last: Integers
    """Where the marks behind begin."""
    doubtful: Booleans
    """Whether this is not told for sure."""
    behind: list[tuple[Integers, Integers]]
    """Marks behind: numbers of chunks, and where a mark of each begins."""


def split_chunks(laid: LaidChunks, unspaced: bool) -> tuple[Integers, Integers]:
    """Where the words of chunks begin and end; `unspaced` as in `words.split_chunk`."""
    bare = _bare(laid)
    cuts, chunks, doubtful = _cuts(laid, bare)
    doubtful |= bare.doubtful | _known_forms(laid, bare)
    if unspaced:
        doubtful[laid.ends.searchsorted((laid.codes >= 128).nonzero()[0])] = True
    opens = np.zeros(len(laid.codes), bool)
    opens[places(laid.starts, np.where(doubtful, 0, bare.first - laid.starts + 1))] = True
    for owners, marks in bare.behind:
        opens[marks[~doubtful[owners]]] = True
    cuts = cuts[~doubtful[chunks]]
    opens[cuts] = opens[cuts + 1] = True
    opens[_one_by_one(laid, doubtful.nonzero()[0], unspaced)] = True
    starts = opens.nonzero()[0]
    opens[laid.ends] = True
    bounds = opens.nonzero()[0]
    return starts, bounds[bounds.searchsorted(starts) + 1]


def _bare(laid: LaidChunks) -> Bare:
    found = laid.kinds
    plain = ((found & of.OPENS) == 0).nonzero()[0]
    first, last = plain[plain.searchsorted(laid.starts)], laid.ends.copy()
    doubtful = (first == last) | (laid.codes[first] == _PLUS)
    behind = []
    left = (~doubtful).nonzero()[0]
    for _ in range(MOST_MARKS):
        end = last[left]
        size = _last_mark(found[end - 3], found[end - 2], found[end - 1])
        some = size.nonzero()[0]
        left, end = left[some], (end - size)[some]
        if not len(left):
            break
        last[left] = end
        behind.append((left, end))
        inside = end > first[left]
        doubtful[left[~inside]] = True
        left = left[inside]
    doubtful[left] = True
    _doubt_units(found, first, last, doubtful)
    return Bare(first, last, doubtful, behind)


def _last_mark(second: Integers, before: Integers, last: Integers) -> Integers:
    """Characters of the mark that the kinds of the last three say comes off, 0 if none does."""
    # A stop after a capital that stands alone belongs to its word.
    capitals = (before & of.UPPER != 0) & (second & (of.ALPHA | of.LOWER) == of.ALPHA)
    stop = (last & of.DOT != 0) & ((before & of.BEFORE_DOT != 0) | capitals)
    genitive = (last & of.GENITIVE != 0) & (before & of.APOSTROPHE != 0)
    return np.where(genitive, 2, (last & of.CLOSES != 0) | stop)


def _doubt_units(found: Integers, first: Integers, last: Integers, doubtful: Booleans) -> None:
    """What may be a unit is one only behind a digit."""
    ends = (found[last - 1] & of.UNIT_END != 0).nonzero()[0]
    for back in range(2, LONGEST_UNIT + 2):
        place = last[ends] - back
        doubtful[ends[(found[place] & of.FIGURE != 0) & (place >= first[ends])]] = True


def _cuts(laid: LaidChunks, bare: Bare) -> tuple[Integers, Integers, Booleans]:
    """Where single marks cut chunks, in which, and for which chunks this is not told for sure."""
    found = laid.kinds
    at = (found & (of.DOT | of.HYPHEN | of.COLON | of.COMMA | of.SIGN | of.CUTS) != 0).nonzero()[0]
    before, mark, after = found[at - 1], found[at], found[at + 1]
    chunks = laid.ends.searchsorted(at)
    inside = at < bare.last[chunks]
    stop, hyphen = mark & of.DOT != 0, mark & of.HYPHEN != 0
    figures = (before & of.FIGURE != 0) & (mark & of.SIGN != 0)
    cut = (before & of.ALNUM != 0) & (hyphen | (mark & of.COLON != 0))
    cut |= (before & of.LETTER != 0) & (mark & of.COMMA != 0)
    cut |= stop & (before & (of.LETTER | of.UPPER) == of.LETTER) & (after & of.LOWER == 0)
    cut = cut & (after & of.LETTER != 0) | figures & (after & of.FIGURE != 0)
    unsure = inside & (mark & of.CUTS != 0) | stop & (after & of.DOT != 0)
    unsure |= (after & of.HYPHEN != 0) & (hyphen & (before & of.ALNUM != 0) | figures)
    stopped, doubtful = np.zeros((2, len(laid.ends)), bool)
    # Where there is a stop, what would be cut may be an address, which is not.
    stopped[chunks[stop & inside]] = True
    doubtful[chunks[cut]] = True
    doubtful &= stopped
    doubtful[chunks[unsure]] = True
    dollars = (laid.codes == _DOLLAR).nonzero()[0]
    doubtful[laid.ends.searchsorted(dollars[found[dollars - 1] & of.ALPHA != 0])] = True
    return at[cut], chunks[cut], doubtful


def _known_forms(laid: LaidChunks, bare: Bare) -> Booleans:
    """Which chunks are, or are after the taking off of marks, what may be a known form."""
    known = _known_cores()
    cores = laid.hashes(bare.first, np.maximum(bare.first, bare.last))
    alike: Booleans = known[np.minimum(known.searchsorted(cores), len(known) - 1)] == cores
    return alike


@cache
def _known_cores() -> Integers:
    """Hashes of the known forms without the marks at their ends, sorted."""
    forms = [form.encode() for form in SPECIAL]
    ends = np.array([len(form) + 1 for form in forms]).cumsum() - 1
    data = np.frombuffer(b" ".join([*forms, b""]), np.uint8)
    laid = LaidChunks(data, np.concatenate([[0], ends[:-1] + 1]), ends)
    bare = _bare(laid)
    return np.unique(laid.hashes(bare.first, np.maximum(bare.first, bare.last)))


def _one_by_one(laid: LaidChunks, chunks: Integers, unspaced: bool) -> list[int]:
    """Where the words of these chunks begin."""
    opens = []
    text = laid.text
    for start, end in zip(laid.starts[chunks].tolist(), laid.ends[chunks].tolist(), strict=True):
        for word in split_chunk(text[start:end], unspaced):
            opens.append(start)
            start += len(word)
    return opens
