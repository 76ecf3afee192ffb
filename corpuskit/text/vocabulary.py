"""The words of a text as arrays: every distinct chunk is split and classified once, then looked up.

Running text repeats its vocabulary, so one dictionary look-up a chunk replaces the splitting. What is remembered is a
pure function of the chunk; forgetting it changes no result. A vocabulary is emptied between texts when it grows past
`LARGEST` characters or entries, so memory stays below about 150 MB plus what the present text needs.
"""

import unicodedata
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpuskit.text.words import split_chunk

__all__ = ["Vocabulary", "Words", "vocabulary"]

Integers = npt.NDArray[Any]

LARGEST_ENTRIES = 300_000
LARGEST_CHARACTERS = 8_000_000

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
"""Rae et al. 2021, section A.1.1."""

# Unicode's sentence-terminal punctuation, as code points and ranges of them.
_TERMINAL_RANGES = (
    "21 2e 3f 589 61d-61f 6d4 700-702 7f9 837 839 83d-83e 964-965 104a-104b 1362 1367-1368 166e 1735-1736 17d4-17d6 "
    "17d9-17da 1803 1809 1944-1945 1aa8-1aab 1b5a-1b5b 1b5e-1b5f 1b7d-1b7e 1c3b-1c3c 1c7e-1c7f 203c-203d 2047-2049 "
    "2e2e 2e3c 2e53-2e54 3002 a4ff a60e-a60f a6f3 a6f7 a876-a877 a8ce-a8cf a92f a9c8-a9c9 aa5d-aa5f aaf0-aaf1 abeb "
    "fe52 fe56-fe57 ff01 ff0e ff1f ff61 10a56-10a57 10f55-10f59 10f86-10f89 11047-11048 110be-110c1 11141-11143 "
    "111c5-111c6 111cd 111de-111df 11238-11239 1123b-1123c 112a9 1144b-1144c 115c2-115c3 115c9-115d7 11641-11642 "
    "1173c-1173e 11944 11946 11a42-11a43 11a9b-11a9c 11c41-11c42 11ef7-11ef8 11f43-11f44 16a6e-16a6f 16af5 "
    "16b37-16b38 16b44 16e98 1bc9f 1da88"
)
_SYMBOLS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~—”％〈、━【「」，】；“《„’∶´．（–？！：～«〉》）。…►»"


def _characters(ranges: str) -> frozenset[str]:
    bounds = [item.partition("-") for item in ranges.split()]
    return frozenset(chr(code) for low, _, high in bounds for code in range(int(low, 16), int(high or low, 16) + 1))


TERMINAL = _characters(_TERMINAL_RANGES)
"""Characters that end a sentence."""
_CONTROLS = frozenset(map(chr, (*range(32), *range(127, 160))))
SYMBOLS = TERMINAL | _CONTROLS | frozenset(_SYMBOLS)
"""A word of these alone is no word to the Gopher rules: ASCII marks, common typographic and East Asian ones."""

# Marks of words.
LETTERS, PROPER, FULL_STOP, PUNCTUATION = 1, 2, 4, 8
MARK_BITS = 4
# Marks of chunks.
BULLET, ELLIPSIS, THREE_DOTS, C4_END = 1, 2, 4, 8
STOP_BITS, LENGTH_BITS = 8, 16


class Words(NamedTuple):
    """The words of one text; the first three arrays run over words, the others over chunks."""

    words: Integers
    """Which word: equal numbers are equal words, within this text."""
    lengths: Integers
    """Characters."""
    marks: Integers
    per_chunk: Integers
    """Words of each chunk."""
    chunk_marks: Integers
    """From the lowest bit: marks, stop words, characters."""

    @property
    def stop_words(self) -> int:
        """How many different stop words occur."""
        met = int(np.bitwise_or.reduce(self.chunk_marks)) if len(self.chunk_marks) else 0
        return (met >> STOP_BITS & 0xFF).bit_count()

    @property
    def longest_chunk(self) -> int:
        """Characters of the longest chunk."""
        return int(self.chunk_marks.max()) >> LENGTH_BITS if len(self.chunk_marks) else 0


class _Column:
    """A growing array: what is appended counts from the next `array()` on."""

    def __init__(self, kind: Any) -> None:
        self._array = np.empty(4096, kind)
        self._size = 0
        self.pending: list[int] = []

    def array(self) -> Integers:
        if self.pending:
            size = self._size + len(self.pending)
            if size > len(self._array):
                self._array = np.concatenate([self._array[: self._size], np.empty(size, self._array.dtype)])
            self._array[self._size : size] = self.pending
            self._size = size
            self.pending = []
        return self._array


class Vocabulary(dict[str, int]):
    """Chunk to number; the columns hold what is known of each number."""

    def __init__(self, unspaced: bool) -> None:
        """`unspaced` as in `split_chunk`."""
        super().__init__()
        self._unspaced = unspaced
        self._empty()

    def _empty(self) -> None:
        self.clear()
        self._characters = 0
        self._entry_total = 0
        # Word to its number, length and marks as one integer: few look-ups in large tables cost least.
        self._known: dict[str, int] = {}
        self._chunks, self._chunk_marks = _Column(np.int64), _Column(np.int64)
        self._entries = _Column(np.int64)

    def __missing__(self, chunk: str) -> int:
        """Split and classify a chunk that was not met before."""
        number = self[chunk] = len(self)
        words = split_chunk(chunk, self._unspaced)
        known, entries, first = self._known, self._entries.pending, self._entry_total
        marks = _FIRST.get(chunk[0], 0) | _LAST.get(chunk[-1], 0)
        for word in words:
            entry = known.get(word)
            if entry is None:
                mark = LETTERS | PROPER if word.isalpha() else _marks(word)
                entry = known[word] = len(known) << 32 | len(word) << MARK_BITS | mark
            entries.append(entry)
            if word in _STOPS:
                marks |= _STOPS[word]
        if chunk[-3:] == "...":
            marks |= ELLIPSIS | THREE_DOTS
        self._chunks.pending.append(first << 32 | len(words))
        self._chunk_marks.pending.append(len(chunk) << LENGTH_BITS | marks)
        self._entry_total = first + len(words)
        self._characters += len(chunk)
        return number

    def numbers(self, chunks: list[str]) -> Integers:
        """The chunks of a text as numbers; forgets what it knew first, if that is too much."""
        if len(self) > LARGEST_ENTRIES or self._characters > LARGEST_CHARACTERS:
            self._empty()
        return np.fromiter(map(self.__getitem__, chunks), np.int64, len(chunks))

    def words(self, numbers: Integers) -> Words:
        """The words of a text, from the numbers that were last given out."""
        runs = self._chunks.array()[numbers]
        count = runs & 0xFFFFFFFF
        entries = self._entries.array()[_places(runs >> 32, count)]
        return Words(
            words=entries >> 32,
            lengths=(entries & 0xFFFFFFFF) >> MARK_BITS,
            marks=entries & (1 << MARK_BITS) - 1,
            per_chunk=count,
            chunk_marks=self._chunk_marks.array()[numbers],
        )


@cache
def vocabulary(unspaced: bool) -> Vocabulary:
    """The vocabulary of this process, for texts with or without spaces."""
    return Vocabulary(unspaced)


def _places(first: Integers, count: Integers) -> Integers:
    """`first[0] … first[0] + count[0] - 1, first[1] …`: the runs one after the other."""
    ends = count.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    if total == len(first):
        return first
    places: Integers = (first - ends + count).repeat(count)
    places += np.arange(total)
    return places


def _marks(word: str) -> int:
    """Marks of a word that is not of letters alone."""
    letters = any(map(str.isalpha, word))
    if letters or word.isdigit():
        return LETTERS * letters | PROPER
    if word in TERMINAL:
        return FULL_STOP | PUNCTUATION
    punctuation = all(unicodedata.category(character)[0] == "P" for character in word)
    return PROPER * (not SYMBOLS.issuperset(word)) | PUNCTUATION * punctuation


_STOPS = {word: 1 << STOP_BITS + place for place, word in enumerate(STOP_WORDS)}
_FIRST = {"•": BULLET, "-": BULLET}
_LAST = {
    **dict.fromkeys(".?!\"'", C4_END),
    "…": ELLIPSIS,
}
