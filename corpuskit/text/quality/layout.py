"""Where tokens, lines and paragraphs lie in a batch of texts, found in a few array passes over their bytes.

White space and line ends are those of Python's `str.split` and `str.splitlines`, and Ethiopic marks between words are
white space, too; what shows nothing is no token. Offsets are bytes from the start of the batch, a line feed ends texts.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.compiled import compiled_core
from corpuskit.text.quality.fillers import visible_tokens
from corpuskit.text.quality.spans import HALF, LENGTH, LONG, SHORT, hash_spans
from corpuskit.text.quality.sums import sums_between

__all__ = ["Lines", "TextLayout", "TextSpans"]

SPANS_AT_A_TIME = 1 << 16
"""Spans whose offsets become Python's integers at a time."""

_WORD_MARK = "\u1361".encode()
"""What stands between words in Amharic of old, in Ge'ez and in Tigrinya, where others have a space."""
_IS_WHITESPACE = np.zeros(33, bool)
_IS_WHITESPACE[[*range(9, 14), *range(28, 33)]] = True
_IS_LINE_END = np.zeros(33, bool)
_IS_LINE_END[[*range(10, 14), *range(28, 31)]] = True


class Lines(NamedTuple):
    """The lines of `str.splitlines` that are not blank."""

    numbers: Integers
    """Numbers within the batch, in which blank lines count."""
    token_counts: Integers
    first_tokens: Integers
    last_tokens: Integers
    text_indices: Integers
    """The text in which each line lies."""


class TextSpans(NamedTuple):
    """Paragraphs, or lines that line feeds end."""

    starts: Integers
    ends: Integers
    text_indices: Integers
    """The text in which each span lies."""
    token_counts: Integers
    is_repeat: Booleans
    """Whether an equal span comes before it in the same text."""


class TextLayout:
    """The tokens of a batch of texts, and its lines and paragraphs."""

    def __init__(self, texts: Sequence[str], like_peer: bool = False) -> None:
        """Lay out any strings, even with lone surrogates.

        With `like_peer`, white space is that of `str.split` alone, without the Ethiopic mark, and tokens are all.
        """
        # texts           "a bé", "", "c"
        # data            a _ b é é \n \n c \n        `_` is a space; é has two bytes
        # offset          0 1 2 3 4 5  6  7 8
        # text_starts     [0 6 7]
        # text_ends       [5 6 8]                     our line feeds
        # whitespace      [1 5 6 8]
        # starts          [0 2 6 7]                   after the whitespace before, token or not
        # token_starts    [0 2 7]                     `6` holds nothing
        # token_ends      [1 5 8]
        # token_bounds    [0 2 2 3]                   text 0 has the tokens 0 and 1, text 1 none, text 2 token 2
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        self.data = b"\n".join([*encoded, b""])
        self._parts_at_marks = not like_peer and _WORD_MARK in self.data
        self.codes = np.frombuffer(self.data, np.uint8)
        sizes = np.fromiter(map(len, encoded), np.int64, len(encoded)) + 1
        self.text_ends = sizes.cumsum() - 1
        self.text_starts = self.text_ends - sizes + 1
        self.token_starts, self.token_ends, self.line_ends, self.line_feeds = self._parts()
        if not like_peer and not self.data.isascii():
            self.token_starts, self.token_ends = visible_tokens(
                self.data, self.codes, self.token_starts, self.token_ends
            )
        self.token_bounds = np.zeros(len(encoded) + 1, np.int64)
        self.token_bounds[1:] = self.token_starts.searchsorted(self.text_ends)
        """Number of tokens before each text, and in all."""

    def _parts(self) -> tuple[Integers, Integers, Integers, Integers]:
        """Return where tokens start and end, and the offsets of line ends and of line feeds."""
        core = compiled_core()
        if core is not None:
            columns = core.lay_out(self.data, self._parts_at_marks)
            starts, ends, line_ends, line_feeds = (np.frombuffer(column, np.int64) for column in columns)
            return starts, ends, line_ends, line_feeds
        whitespace, line_ends, line_feeds = self._whitespace()
        starts = np.empty_like(whitespace)
        starts[:1] = 0
        starts[1:] = whitespace[:-1] + 1
        filled = starts < whitespace
        return starts[filled], whitespace[filled], line_ends, line_feeds

    def _whitespace(self) -> tuple[Integers, Integers, Integers]:
        """Return the offsets of white space (all its bytes), of line ends (their last byte), and of line feeds."""
        low = (self.codes <= 32).nonzero()[0]
        values = self.codes[low]
        whitespace, line_ends = low[_IS_WHITESPACE[values]], low[_IS_LINE_END[values]]
        if b"\r" in self.data:
            # Of `\r\n`, the line feed ends the line.
            following = self.codes[np.minimum(line_ends + 1, len(self.data) - 1)]
            line_ends = line_ends[(self.codes[line_ends] != 13) | (following != 10)]
        if not self.data.isascii():
            wide, wide_line_ends = self._wide_whitespace()
            if len(wide):
                whitespace = np.sort(np.concatenate([whitespace, wide]))
                line_ends = np.sort(np.concatenate([line_ends, wide_line_ends]))
        return whitespace, line_ends, low[values == 10]

    def _wide_whitespace(self) -> tuple[Integers, Integers]:
        """Return the offsets of white space beyond ASCII (all its bytes), and of line ends (their last byte)."""
        # U+0085 and U+00A0 take two bytes, C2 85 and C2 A0; all others take three:
        # U+1680 is E1 9A 80, U+2000 to U+200A are E2 80 80 to 8A, U+2028, U+2029 and U+202F are E2 80 A8, A9 and AF,
        # U+205F is E2 81 9F, U+3000 is E3 80 80.
        codes = self.codes
        two = (codes == 0xC2).nonzero()[0]
        second = codes[two + 1]
        two = two[(second == 0x85) | (second == 0xA0)]
        three = ((codes == 0xE2) | (codes == 0xE1) | (codes == 0xE3)).nonzero()[0]
        if len(three):
            second = codes[three + 1]
            three = three[(second == 0x80) | (second == 0x81) | (second == 0x9A)]
        values = (codes[three].astype(np.int64) << 16) | (codes[three + 1].astype(np.int64) << 8) | codes[three + 2]
        is_line_end = (values == 0xE280A8) | (values == 0xE280A9)
        is_whitespace = is_line_end | (values >= 0xE28080) & (values <= 0xE2808A) | (values == 0xE280AF)
        is_whitespace |= (values == 0xE2819F) | (values == 0xE19A80) | (values == 0xE38080)
        wide = three[is_whitespace]
        line_ends = np.concatenate([two[codes[two + 1] == 0x85] + 1, three[is_line_end] + 2])
        if self._parts_at_marks:
            wide = np.concatenate([wide, self._word_marks()])
        return np.concatenate([two, two + 1, wide, wide + 1, wide + 2]), line_ends

    def _word_marks(self) -> Integers:
        """Return the offsets of the Ethiopic marks between words; two of them together end a sentence, and stay."""
        marks = (self.codes == _WORD_MARK[0]).nonzero()[0]
        marks = marks[(self.codes[marks + 1] == _WORD_MARK[1]) & (self.codes[marks + 2] == _WORD_MARK[2])]
        apart = np.diff(marks) != len(_WORD_MARK)
        single: Integers = marks[np.append(True, apart)[: len(marks)] & np.append(apart, True)[: len(marks)]]
        return single

    @cached_property
    def text_indices(self) -> Integers:
        """The text in which each token lies."""
        return np.arange(len(self.text_ends)).repeat(np.diff(self.token_bounds))

    @cached_property
    def token_hashes(self) -> Integers:
        """A 64-bit hash of each token: equal for equal tokens, never 0."""
        return hash_spans(self.data, self.token_starts, self.token_ends)

    def characters_before(self, offsets: Integers) -> Integers:
        """Return the number of characters before each offset, our line feeds included."""
        continuation = self._continuation_bytes
        return offsets - continuation.searchsorted(offsets) if len(continuation) else offsets

    @cached_property
    def _continuation_bytes(self) -> Integers:
        """The offsets of bytes that do not begin a character."""
        if self.data.isascii():
            return np.empty(0, np.int64)
        return np.flatnonzero((self.codes & 0xC0) == 0x80)

    @cached_property
    def line_counts(self) -> Integers:
        """The number of lines in each text, blank ones included."""
        # texts                 "a\nb", "c\n", ""
        # data                  a \n b \n c \n \n \n
        # line ends             [1 3 5 6 7]
        # up to each text's end [2 4 5]        differences: [2 2 1]
        # ended                 [0 1 1]        a line end comes right before our line feed, or there is no text:
        # counts                [2 1 0]        our line feed ends no line there
        before = np.concatenate([[0], self.line_ends.searchsorted(self.text_ends, "right")])
        last = self.text_ends - 1
        ended: Booleans = self.line_ends[np.maximum(self.line_ends.searchsorted(last, "right") - 1, 0)] == last
        counts: Integers = np.diff(before) - (ended | (self.text_starts == self.text_ends))
        return counts

    @cached_property
    def first_lines(self) -> Integers:
        """The number of each text's first line within the batch, counted as in `Lines.numbers`."""
        return self.line_ends.searchsorted(self.text_starts)

    @cached_property
    def lines(self) -> Lines:
        """The lines of `str.splitlines` that are not blank."""
        # data                      a _ b \n \n c \n      `_` is a space
        # token_starts              [0 2 5]
        # tokens before line ends   [2 2 3]
        # their differences         [2 0 1]               line 1 is blank
        # numbers, token_counts     [0 2], [2 1]
        # first_tokens, last_tokens [0 2], [1 2]
        ends = self.token_starts.searchsorted(self.line_ends)
        counts = np.diff(ends, prepend=0)
        numbers = counts.nonzero()[0]
        counts, ends = counts[numbers], ends[numbers]
        return Lines(numbers, counts, ends - counts, ends - 1, self.text_indices[ends - 1])

    @cached_property
    def row_starts(self) -> Integers:
        """Where the first token of each of `lines` starts."""
        return self.token_starts[self.lines.first_tokens]

    @cached_property
    def row_ends(self) -> Integers:
        """Where the last token of each of `lines` ends."""
        return self.token_ends[self.lines.last_tokens]

    @cached_property
    def row_sizes(self) -> Integers:
        """The bytes of each of `lines`, without the white space at its ends."""
        return self.row_ends - self.row_starts

    @cached_property
    def row_bounds(self) -> Integers:
        """The number of `lines` before each text, and in all."""
        return self.lines.text_indices.searchsorted(np.arange(len(self.text_ends) + 1))

    def sums_of_rows(self, values: Integers) -> Integers:
        """Return the sum of the values of each of `lines`, from those of their tokens."""
        # Every token lies in a line, so that the tokens of one line come right before those of the next.
        first = self.lines.first_tokens
        return np.add.reduceat(values, first) if len(first) else np.zeros(0, np.int64)

    def sums_of_texts(self, values: Integers) -> Integers:
        """Return the sum of the values of each text, from those of its `lines`: whole numbers, or whether to count."""
        return sums_between(values, self.row_bounds)

    def line_of(self, row: int) -> str:
        """Return the line of a row of `lines`, with its line end."""
        number = int(self.lines.numbers[row])
        start = int(self.line_ends[number - 1]) + 1 if number else 0
        return self.data[start : int(self.line_ends[number]) + 1].decode("utf-8", "surrogatepass")

    @cached_property
    def lf_lines(self) -> TextSpans:
        """The lines that are not empty, split at line feeds only."""
        starts = np.empty_like(self.line_feeds)
        starts[:1] = 0
        starts[1:] = self.line_feeds[:-1] + 1
        filled = starts < self.line_feeds
        return self.text_spans(starts[filled], self.line_feeds[filled])

    @cached_property
    def prose_lines(self) -> TextSpans:
        """The lines of `str.splitlines` that are not blank, without the white space at their ends."""
        lines = self.lines
        return self.spans_of_tokens(lines.first_tokens, lines.last_tokens, lines.text_indices)

    @cached_property
    def opens_paragraph(self) -> Booleans:
        """Whether each of `lines` is the first of its text, or follows a blank line."""
        lines = self.lines
        opens = np.ones(len(lines.numbers), bool)
        opens[1:] = (np.diff(lines.numbers) != 1) | (np.diff(lines.text_indices) != 0)
        return opens

    @cached_property
    def paragraph_starts(self) -> Integers:
        """The first of `lines` of each paragraph."""
        starts: Integers = self.opens_paragraph.nonzero()[0]
        return starts

    @cached_property
    def row_paragraphs(self) -> Integers:
        """The paragraph of each of `lines`."""
        return self.opens_paragraph.cumsum() - 1

    def sums_of_paragraphs(self, values: Integers) -> Integers:
        """Return the sum of the values of each paragraph, from those of its `lines`: numbers, or whether to count."""
        if not len(values):
            return np.zeros(0, np.int64)
        return np.add.reduceat(values, self.paragraph_starts, dtype=np.int64)

    @cached_property
    def prose_paragraphs(self) -> TextSpans:
        """The lines that no blank line parts, without the white space at their ends."""
        # data           a \r\n _ \r\n b \n c      `_` is a space
        # lines          a, b, c
        # numbers        [0 2 3]
        # opens          [1 1 0]                    the number is not the next, or the text is another
        # closes         [1 0 1]
        lines, opens = self.lines, self.opens_paragraph
        closes = np.append(opens[1:], True)[: len(opens)]
        return self.spans_of_tokens(lines.first_tokens[opens], lines.last_tokens[closes], lines.text_indices[opens])

    @cached_property
    def paragraphs(self) -> TextSpans:
        """The paragraphs, split at blank lines.

        White space at the ends of the text and line feeds at the ends of a paragraph do not belong to them.
        """
        # texts          "a b\n\n\nc\n", "d"
        # data           a _ b \n \n \n c \n \n d \n     `_` is a space
        # offset         0 1 2 3  4  5  6 7  8  9 10
        # line feeds     [3 4 5 7 8 10]
        # opens, closes  [1 0 0 1 0 1], [0 0 1 0 1 1]    of the runs of line feeds
        # first, last    [3 7 10], [5 8 10]              of the runs; `10` is a single one and parts no paragraphs
        # token_starts   [0 2 6 9]
        # tokens before  [2 3]                           the runs at 3 and 7
        # inner          [1 0]                           the tokens before and after the run lie in one text
        # starts         [6] of the inner runs, [0 9] of the texts;  together [0 6 9]
        # ends           [3] of the inner runs, [7 10] of the texts; together [3 7 10]
        line_feeds = self.line_feeds
        opens = np.ones(len(line_feeds), bool)
        opens[1:] = line_feeds[1:] != line_feeds[:-1] + 1
        closes = np.append(opens[1:], True)
        first, last = line_feeds[opens], line_feeds[closes]
        several = last > first
        first, last = first[several], last[several]
        before = self.token_starts.searchsorted(first)
        inner = (before > 0) & (before < len(self.token_starts))
        before, first, last = before[inner], first[inner], last[inner]
        inner = self.text_indices[before - 1] == self.text_indices[before]
        filled = (self.token_bounds[1:] > self.token_bounds[:-1]).nonzero()[0]
        starts = np.concatenate([last[inner] + 1, self.token_starts[self.token_bounds[filled]]])
        ends = np.concatenate([first[inner], self.token_ends[self.token_bounds[filled + 1] - 1]])
        return self.text_spans(np.sort(starts), np.sort(ends))

    def text_spans(self, starts: Integers, ends: Integers) -> TextSpans:
        """Return spans of bytes, which rise and hold tokens whole, with their texts and repeats."""
        text_indices = self.text_ends.searchsorted(starts)
        if not len(self.token_starts):
            # Nothing but white space, which only `lf_lines` has.
            is_repeat, none = np.zeros(len(starts), bool), np.zeros(len(starts), np.int64)
            self._mark_repeats(np.arange(len(starts)), starts, ends, text_indices, is_repeat)
            return TextSpans(starts, ends, text_indices, none, is_repeat)
        # The sum of a single token is its hash.
        first, after = self.token_starts.searchsorted(starts), self.token_starts.searchsorted(ends)
        token = np.minimum(first, len(self.token_starts) - 1)
        single = (self.token_starts[token] == starts) & (self.token_ends[token] == ends)
        return self._spans(starts, ends, text_indices, first, after, single)

    def spans_of_tokens(self, first: Integers, last: Integers, text_indices: Integers) -> TextSpans:
        """Return spans by their first and last tokens, which rise, and their texts."""
        starts, ends = self.token_starts[first], self.token_ends[last]
        return self._spans(starts, ends, text_indices, first, last + 1, first == last)

    def _spans(
        self,
        starts: Integers,
        ends: Integers,
        text_indices: Integers,
        first: Integers,
        after: Integers,
        single: Booleans,
    ) -> TextSpans:
        # Spans           text 0: "a b" "c" "a b"   text 1: "a b"
        # sums            [S T S U]       of token hashes, with the length and the text mixed in
        # again           [S]             sums that come more than once
        # alike           [0 2]           spans that have one of these: only their bytes are compared
        # is_repeat       [0 0 1 0]
        is_repeat = np.zeros(len(starts), bool)
        core = compiled_core()
        if core is not None:
            core.mark_repeats(self.data, starts, ends, text_indices, is_repeat)
            return TextSpans(starts, ends, text_indices, after - first, is_repeat)
        sums = self._hash_sums[after] - self._hash_sums[first] + (ends - starts).astype(np.uint64) * LENGTH
        sums = ((sums ^ sums >> HALF) * SHORT) + text_indices.astype(np.uint64) * LONG
        ordered = np.sort(sums)
        again = ordered[1:][ordered[1:] == ordered[:-1]]
        if len(again):
            alike = (again[np.minimum(again.searchsorted(sums), len(again) - 1)] == sums).nonzero()[0]
            # With several tokens, `b a` has the sum of `a b`.
            self._mark_repeats(alike[~single[alike]], starts, ends, text_indices, is_repeat)
            alike = alike[single[alike]]
            is_repeat[alike] = True
            is_repeat[alike[np.unique(sums[alike], return_index=True)[1]]] = False
        return TextSpans(starts, ends, text_indices, after - first, is_repeat)

    def _mark_repeats(
        self, spans: Integers, starts: Integers, ends: Integers, text_indices: Integers, is_repeat: Booleans
    ) -> None:
        """Set `is_repeat` for those of the spans that equal an earlier one of their text, byte by byte."""
        earlier: set[tuple[int, bytes]] = set()
        for some in range(0, len(spans), SPANS_AT_A_TIME):
            part = spans[some : some + SPANS_AT_A_TIME]
            columns = [column[part].tolist() for column in (text_indices, starts, ends)]
            for span, text_index, start, end in zip(part.tolist(), *columns, strict=True):
                content = text_index, self.data[start:end]
                if content in earlier:
                    is_repeat[span] = True
                else:
                    earlier.add(content)

    @cached_property
    def _hash_sums(self) -> Integers:
        """Sums of the hashes of the tokens before each token, and of all."""
        sums = np.zeros(len(self.token_starts) + 1, np.uint64)
        self.token_hashes.cumsum(out=sums[1:])
        return sums
