"""The words of texts as arrays: every distinct chunk is split and classified once, then looked up by its hash.

Running text repeats its vocabulary, so one look-up a chunk replaces the splitting, and the chunks of many texts are
looked up in one go. What is remembered is a pure function of the chunk; forgetting it changes no result, save where
two chunks, or two words, have one hash of 64 bits. Only numbers are kept, no text. A vocabulary is emptied between
batches when it grows past `LARGEST` chunks or words. Its tables have their full size from the start: 15 MB, besides
what the present batch needs.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from corpuskit.text.quality import characters as of
from corpuskit.text.quality.batch_words import LaidChunks, split_chunks
from corpuskit.text.quality.hash_table import HashTable
from corpuskit.text.quality.layout import Chunks
from corpuskit.text.quality.spans import hashes, places

__all__ = ["Known", "Vocabulary", "Words", "vocabulary"]

Integers = npt.NDArray[Any]

LARGEST = 120_000
"""With the new ones of a batch, of which there are a few thousand, they fill half a hash table."""
LARGEST_ENTRIES = 250_000
ROOM = 1 << 17, 1 << 18
"""Places for chunks or words, and for entries, from the start on."""

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
"""Rae et al. 2021, section A.1.1."""

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
        entries = self.entries[places(self.runs >> 32, self.counts)]
        return Words(
            words=entries >> 32,
            lengths=(entries & 0xFFFFFFFF) >> MARK_BITS,
            marks=entries & (1 << MARK_BITS) - 1,
        )


class _Column:
    """An array that grows when it has to."""

    def __init__(self, room: int) -> None:
        self._room = room
        # Filled, so that the memory is taken now and not page by page.
        self._array = np.full(room, 0, np.int64)
        self.size = 0

    def clear(self) -> None:
        self.size = 0
        # What one huge text took is given back.
        if len(self._array) > self._room:
            self._array = np.full(self._room, 0, np.int64)

    def add(self, values: Integers) -> None:
        size = self.size + len(values)
        if size > len(self._array):
            self._array = np.concatenate([self._array[: self.size], np.empty(size, np.int64)])
        self._array[self.size : size] = values
        self.size = size

    def array(self) -> Integers:
        return self._array


class Vocabulary:
    """Chunk to number; the columns hold what is known of each number."""

    def __init__(self, unspaced: bool) -> None:
        """`unspaced` as in `words.split_chunk`."""
        self._unspaced = unspaced
        self._chunks, self._words = HashTable(), HashTable()
        self._runs, self._marks, self._proper, self._letters = [_Column(ROOM[0]) for _ in range(4)]
        # Of words, and of the words of chunks one after the other.
        self._known, self._entries = map(_Column, ROOM)
        self._empty()

    def _empty(self) -> None:
        columns = (self._runs, self._marks, self._proper, self._letters, self._known, self._entries)
        for part in (self._chunks, self._words, *columns):
            part.clear()
        # A stop word's number is its place among them.
        self._words.numbers(_stop_hashes())
        self._known.add(np.array([_entry(word, place) for place, word in enumerate(STOP_WORDS)]))

    def numbers(self, chunks: Chunks) -> Integers:
        """The chunks as numbers; forgets what it knew first, if that is too much."""
        if max(len(self._chunks), len(self._words)) > LARGEST or self._entries.size > LARGEST_ENTRIES:
            self._empty()
        numbers, new = self._chunks.numbers(chunks.hashes)
        if len(new):
            self._learn(LaidChunks(chunks.codes, chunks.starts[new], chunks.ends[new]))
        return numbers

    def _learn(self, laid: LaidChunks) -> None:
        """Split and classify chunks that were not met before."""
        starts, ends = split_chunks(laid, self._unspaced)
        numbers, new = self._words.numbers(laid.hashes(starts, ends))
        if len(new):
            self._learn_words(laid.kinds, starts[new], ends[new])
        entries = self._known.array()[numbers]
        first = starts.searchsorted(laid.starts)
        proper = (entries & PROPER != 0) * (PROPER_WORD + ((entries & 0xFFFFFFFF) >> MARK_BITS))
        # Letters are of proper words alone; of others there are none.
        stops = np.where(numbers < len(STOP_WORDS), 1 << STOP_BITS + np.minimum(numbers, len(STOP_WORDS)), 0)
        self._runs.add(first + self._entries.size << 32 | np.diff(first, append=len(starts)))
        self._marks.add(_marks_of_chunks(laid) | np.bitwise_or.reduceat(stops, first))
        self._proper.add(np.add.reduceat(proper, first))
        self._letters.add(np.add.reduceat(entries & LETTERS, first))
        self._entries.add(entries)

    def _learn_words(self, kinds: Integers, starts: Integers, ends: Integers) -> None:
        """Classify words that were not met before."""
        bounds = np.column_stack([starts, ends]).ravel()
        some = np.bitwise_or.reduceat(kinds, bounds)[::2]
        every = np.bitwise_and.reduceat(kinds, bounds)[::2]
        sizes = ends - starts
        letters = some & of.ALPHA != 0
        terminal = (sizes == 1) & (some & of.TERMINAL != 0)
        proper = letters | (every & of.DIGIT != 0)
        marks = np.where(every & of.SYMBOL != 0, 0, PROPER) | np.where(every & of.PUNCTUATION != 0, PUNCTUATION, 0)
        marks = np.where(terminal, FULL_STOP | PUNCTUATION, marks)
        marks = np.where(proper, PROPER | letters * LETTERS, marks)
        numbers = np.arange(self._known.size, self._known.size + len(starts))
        self._known.add(numbers << 32 | sizes << MARK_BITS | marks)

    def known(self, numbers: Integers) -> Known:
        """What is known of chunks, from the numbers that were last given out."""
        columns = (self._runs, self._marks, self._proper, self._letters)
        runs, marks, proper, letters = [column.array()[numbers] for column in columns]
        return Known(runs, marks, proper, letters, self._entries.array())


@cache
def vocabulary(unspaced: bool) -> Vocabulary:
    """The vocabulary of this process, for texts with or without spaces."""
    return Vocabulary(unspaced)


@cache
def _stop_hashes() -> Integers:
    ends = np.array([len(word) for word in STOP_WORDS]).cumsum()
    return hashes("".join(STOP_WORDS).encode(), np.concatenate([[0], ends[:-1]]), ends)


def _entry(word: str, number: int) -> int:
    """What is known of a word of letters."""
    return number << 32 | len(word) << MARK_BITS | LETTERS | PROPER


def _marks_of_chunks(laid: LaidChunks) -> Integers:
    first, last = laid.kinds[laid.starts], laid.kinds[laid.ends - 1]
    # Before a chunk of fewer characters lies a space.
    dots = last & laid.kinds[laid.ends - 2] & laid.kinds[np.maximum(laid.ends - 3, 0)] & of.DOT != 0
    marks: Integers = laid.ends - laid.starts << LENGTH_BITS
    for bit, mark in ((first & of.BULLET, BULLET), (last & of.ELLIPSIS, ELLIPSIS), (dots, ELLIPSIS | THREE_DOTS)):
        marks |= (bit != 0) * mark
    for kind, mark in ((of.TERMINAL, TERMINAL_END), (of.C4_END, C4_END)):
        marks |= (last & kind != 0) * mark
    return marks
