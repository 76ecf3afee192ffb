"""The words of texts as arrays: every distinct chunk is split and classified once, then looked up by its hash.

Running text repeats its vocabulary, so one look-up a chunk replaces the splitting, and the chunks of many texts are
looked up in one go. What is remembered is a pure function of the chunk; forgetting it changes no result, save where
two chunks have one hash of 64 bits. A vocabulary is emptied between batches when it grows past `LARGEST` characters
or entries, so memory stays below about 150 MB plus what the present batch needs.
"""

import unicodedata
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpuskit.text.chunks import Chunks
from corpuskit.text.hash_table import HashTable
from corpuskit.text.words import split_chunk

__all__ = ["Known", "Vocabulary", "Words", "vocabulary"]

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
BULLET, ELLIPSIS, THREE_DOTS, C4_END, TERMINAL_END = 1, 2, 4, 8, 16
STOP_BITS, LENGTH_BITS = 8, 16
PROPER_WORD = 1 << 32


class Words(NamedTuple):
    """The words of the chunks of a batch, one array entry a word."""

    words: Integers
    """Which word: equal numbers are equal words, within this batch; below 2**27."""
    lengths: Integers
    """Characters."""
    marks: Integers


class Known(NamedTuple):
    """What is known of the chunks of a batch, one array entry a chunk."""

    runs: Integers
    """Place of the first word among the entries, shifted by 32, and how many words."""
    marks: Integers
    """From the lowest bit: marks, stop words, characters."""
    proper: Integers
    """Words that are not of symbols alone, shifted by 32, and their characters."""
    letters: Integers
    """Words with a letter."""
    entries: Integers
    """Number, characters and marks of words, as one integer."""

    @property
    def counts(self) -> Integers:
        """Words of each chunk."""
        return self.runs & 0xFFFFFFFF

    def words(self) -> Words:
        """The words of these chunks, in order."""
        entries = self.entries[_places(self.runs >> 32, self.counts)]
        return Words(
            words=entries >> 32,
            lengths=(entries & 0xFFFFFFFF) >> MARK_BITS,
            marks=entries & (1 << MARK_BITS) - 1,
        )


class _Column:
    """A growing array: what is appended counts from the next `array()` on."""

    def __init__(self) -> None:
        self._array = np.empty(4096, np.int64)
        self._size = 0
        self.pending: list[int] = []

    def array(self) -> Integers:
        if self.pending:
            size = self._size + len(self.pending)
            if size > len(self._array):
                self._array = np.concatenate([self._array[: self._size], np.empty(size, np.int64)])
            self._array[self._size : size] = self.pending
            self._size = size
            self.pending = []
        return self._array


class Vocabulary:
    """Chunk to number; the columns hold what is known of each number."""

    def __init__(self, unspaced: bool) -> None:
        """`unspaced` as in `split_chunk`."""
        self._unspaced = unspaced
        self._empty()

    def _empty(self) -> None:
        self._table = HashTable()
        self._characters = 0
        self._entry_total = 0
        # Word to its number, length and marks as one integer: few look-ups in large tables cost least.
        self._known: dict[str, int] = {}
        self._runs, self._marks, self._proper, self._letters = _Column(), _Column(), _Column(), _Column()
        self._entries = _Column()

    def numbers(self, chunks: Chunks) -> Integers:
        """The chunks as numbers; forgets what it knew first, if that is too much."""
        if len(self._table) > LARGEST_ENTRIES or self._characters > LARGEST_CHARACTERS:
            self._empty()
        numbers, new = self._table.numbers(chunks.hashes)
        data, starts, ends = chunks.data, chunks.starts[new].tolist(), chunks.ends[new].tolist()
        self._learn([data[start:end].decode("utf-8", "surrogatepass") for start, end in zip(starts, ends, strict=True)])
        return numbers

    def _learn(self, chunks: list[str]) -> None:
        """Split and classify chunks that were not met before."""
        entries, first = self._entries.pending, self._entry_total
        known, known_runs = self._known, self._runs.pending
        marks, proper_words, letter_words = self._marks.pending, self._proper.pending, self._letters.pending
        for chunk in chunks:
            words = split_chunk(chunk, self._unspaced)
            last = chunk[-1]
            mark = len(chunk) << LENGTH_BITS | _FIRST.get(chunk[0], 0) | _LAST.get(last, 0)
            if last == "." and chunk[-3:] == "...":
                mark |= ELLIPSIS | THREE_DOTS
            proper = letters = 0
            for word in words:
                entry = known.get(word)
                if entry is None:
                    entry = LETTERS | PROPER if word.isalpha() else _marks(word)
                    entry = known[word] = len(known) << 32 | len(word) << MARK_BITS | entry
                entries.append(entry)
                if entry & PROPER:
                    proper += PROPER_WORD + len(word)
                    letters += entry & LETTERS
                    if word in _STOPS:
                        mark |= _STOPS[word]
            known_runs.append(first << 32 | len(words))
            marks.append(mark)
            proper_words.append(proper)
            letter_words.append(letters)
            first += len(words)
        self._entry_total = first
        self._characters += sum(map(len, chunks))

    def known(self, numbers: Integers) -> Known:
        """What is known of chunks, from the numbers that were last given out."""
        columns = (self._runs, self._marks, self._proper, self._letters)
        runs, marks, proper, letters = [column.array()[numbers] for column in columns]
        return Known(runs, marks, proper, letters, self._entries.array())


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
_LAST = dict.fromkeys(TERMINAL, TERMINAL_END)
_LAST["…"] = ELLIPSIS
for _end in ".?!\"'":
    _LAST[_end] = _LAST.get(_end, 0) | C4_END
