"""Where chunks, lines and paragraphs lie in a batch of texts, found over their bytes in a few array passes.

White space and line ends are those of Python's `str.split` and `str.splitlines`. All places are bytes from the start
of the batch, in which each text is followed by a line feed of ours.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpuskit.text.quality.spans import HALF, LENGTH, LONG, SHORT, hashes

__all__ = ["Chunks", "Lines", "Parts"]

Integers = npt.NDArray[Any]

_WHITE = np.zeros(33, bool)
_WHITE[[*range(9, 14), *range(28, 33)]] = True
_BREAKS = np.zeros(33, bool)
_BREAKS[[*range(10, 14), *range(28, 31)]] = True


class Lines(NamedTuple):
    """The lines of `str.splitlines` that are not blank."""

    numbers: Integers
    """Numbers within the batch."""
    counts: Integers
    """Chunks of each."""
    first: Integers
    """First chunk of each."""
    last: Integers
    text: Integers
    """The text in which each lies."""


class Parts(NamedTuple):
    """Stretches of texts: paragraphs, or lines that line feeds end."""

    starts: Integers
    ends: Integers
    text: Integers
    """The text in which each lies."""
    chunks: Integers
    """Chunks of each."""
    again: npt.NDArray[np.bool_]
    """Whether an equal part stands before it in the same text."""


class Chunks:
    """The chunks of a batch of texts, and its lines and paragraphs."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Any strings, lone surrogates too."""
        parts = [text.encode("utf-8", "surrogatepass") for text in texts]
        self.data = b"\n".join([*parts, b""])
        self.codes = np.frombuffer(self.data, np.uint8)
        ends = np.fromiter(map(len, parts), np.int64, len(parts)) + 1
        self.text_ends = ends.cumsum() - 1
        self.text_starts = self.text_ends - ends + 1
        white, self.breaks, self.feeds = self._white()
        starts = np.empty_like(white)
        starts[:1] = 0
        starts[1:] = white[:-1] + 1
        filled = starts < white
        self.starts, self.ends = starts[filled], white[filled]
        self.bounds = np.zeros(len(parts) + 1, np.int64)
        self.bounds[1:] = self.starts.searchsorted(self.text_ends)
        """Chunks before each text, and of all."""

    def _white(self) -> tuple[Integers, Integers, Integers]:
        """Places of white space (all its bytes), of line ends, and of line feeds."""
        low = (self.codes <= 32).nonzero()[0]
        values = self.codes[low]
        feeds = low[values == 10]
        white, breaks = low[_WHITE[values]], low[_BREAKS[values]]
        if b"\r" in self.data:
            following = self.codes[np.minimum(breaks + 1, len(self.data) - 1)]
            breaks = breaks[(self.codes[breaks] != 13) | (following != 10)]
        if not self.data.isascii():
            wide, wide_breaks = self._wide()
            if len(wide):
                white = np.sort(np.concatenate([white, wide]))
                breaks = np.sort(np.concatenate([breaks, wide_breaks]))
        return white, breaks, feeds

    def _wide(self) -> tuple[Integers, Integers]:
        """The same of white space beyond ASCII: all its bytes, and the last ones of line ends."""
        codes = self.codes
        two = (codes == 0xC2).nonzero()[0]
        second = codes[two + 1]
        two = two[(second == 0x85) | (second == 0xA0)]
        three = ((codes == 0xE2) | (codes == 0xE1) | (codes == 0xE3)).nonzero()[0]
        if len(three):
            second = codes[three + 1]
            three = three[(second == 0x80) | (second == 0x81) | (second == 0x9A)]
        values = (codes[three].astype(np.int64) << 16) | (codes[three + 1].astype(np.int64) << 8) | codes[three + 2]
        is_break = (values == 0xE280A8) | (values == 0xE280A9)
        is_white = is_break | (values >= 0xE28080) & (values <= 0xE2808A) | (values == 0xE280AF)
        is_white |= (values == 0xE2819F) | (values == 0xE19A80) | (values == 0xE38080)
        white = three[is_white]
        breaks = np.concatenate([two[codes[two + 1] == 0x85] + 1, three[is_break] + 2])
        return np.concatenate([two, two + 1, white, white + 1, white + 2]), breaks

    @cached_property
    def text(self) -> Integers:
        """The text in which each chunk lies."""
        return np.arange(len(self.text_ends)).repeat(np.diff(self.bounds))

    @cached_property
    def hashes(self) -> Integers:
        """A number of 64 bits for each chunk, equal for equal chunks, never 0."""
        return hashes(self.data, self.starts, self.ends)

    def characters(self, places: Integers) -> Integers:
        """Characters before each of these places, line feeds of ours with them."""
        following = self._following
        return places - following.searchsorted(places) if len(following) else places

    @cached_property
    def _following(self) -> Integers:
        """Bytes that begin no character."""
        if self.data.isascii():
            return np.empty(0, np.int64)
        following: Integers = ((self.codes & 0xC0) == 0x80).nonzero()[0]
        return following

    @cached_property
    def line_counts(self) -> Integers:
        """Lines of each text, blank ones too."""
        before = np.concatenate([[0], self.breaks.searchsorted(self.text_ends, "right")])
        last = self.text_ends - 1
        ended: npt.NDArray[np.bool_] = self.breaks[np.maximum(self.breaks.searchsorted(last, "right") - 1, 0)] == last
        counts: Integers = np.diff(before) - (ended | (self.text_starts == self.text_ends))
        return counts

    @cached_property
    def first_lines(self) -> Integers:
        """Number of the first line of each text within the batch, to which `Lines.numbers` belong."""
        numbers: Integers = self.breaks.searchsorted(self.text_starts)
        return numbers

    @cached_property
    def lines(self) -> Lines:
        """The lines of `str.splitlines` that are not blank."""
        ends = self.starts.searchsorted(self.breaks)
        counts = np.diff(ends, prepend=0)
        numbers = counts.nonzero()[0]
        counts, ends = counts[numbers], ends[numbers]
        return Lines(numbers, counts, ends - counts, ends - 1, self.text[ends - 1])

    @cached_property
    def fed_lines(self) -> Parts:
        """What line feeds part, where it is not empty."""
        starts = np.empty_like(self.feeds)
        starts[:1] = 0
        starts[1:] = self.feeds[:-1] + 1
        filled = starts < self.feeds
        return self._parts(starts[filled], self.feeds[filled])

    @cached_property
    def paragraphs(self) -> Parts:
        """What blank lines part, without white space at the ends of the text and line feeds at those of the part."""
        feeds = self.feeds
        opens = np.ones(len(feeds), bool)
        opens[1:] = feeds[1:] != feeds[:-1] + 1
        closes = np.append(opens[1:], True)
        first, last = feeds[opens], feeds[closes]
        wide = last > first
        first, last = first[wide], last[wide]
        before = self.starts.searchsorted(first)
        inner = (before > 0) & (before < len(self.starts))
        before, first, last = before[inner], first[inner], last[inner]
        inner = self.text[before - 1] == self.text[before]
        filled = (self.bounds[1:] > self.bounds[:-1]).nonzero()[0]
        starts = np.concatenate([last[inner] + 1, self.starts[self.bounds[filled]]])
        ends = np.concatenate([first[inner], self.ends[self.bounds[filled + 1] - 1]])
        return self._parts(np.sort(starts), np.sort(ends))

    def _parts(self, starts: Integers, ends: Integers) -> Parts:
        text = self.text_ends.searchsorted(starts)
        first, after = self.starts.searchsorted(starts), self.starts.searchsorted(ends)
        again = np.zeros(len(starts), bool)
        # Equal parts have equal sums; what shares its sum is compared as it is.
        sums = self._sums[after] - self._sums[first] + (ends - starts).astype(np.uint64) * LENGTH
        sums = ((sums ^ sums >> HALF) * SHORT) + text.astype(np.uint64) * LONG
        order = sums.argsort()
        equal = sums[order][1:] == sums[order][:-1]
        alike = np.zeros(len(starts), bool)
        alike[order[1:][equal]] = alike[order[:-1][equal]] = True
        self._compare(alike.nonzero()[0], starts, ends, text, again)
        return Parts(starts, ends, text, after - first, again)

    def _compare(self, places: Integers, starts: Integers, ends: Integers, text: Integers, again: Integers) -> None:
        seen: set[tuple[int, bytes]] = set()
        data = self.data
        rows = zip(places.tolist(), text[places].tolist(), starts[places].tolist(), ends[places].tolist(), strict=True)
        for place, number, start, end in rows:
            part = number, data[start:end]
            if part in seen:
                again[place] = True
            else:
                seen.add(part)

    @cached_property
    def _sums(self) -> Integers:
        """Of the hashes of the chunks before each chunk."""
        sums = np.zeros(len(self.starts) + 1, np.uint64)
        self.hashes.cumsum(out=sums[1:])
        return sums
