"""The words of texts as arrays: every distinct token is split and classified once, then looked up by its hash.

Running text repeats its vocabulary, so one look-up per token replaces the splitting, and the tokens of many texts are
looked up in one go. What is remembered is a pure function of the token; forgetting it changes no result, unless two
tokens, or two words, share a 64-bit hash. Only numbers are kept, no text. A vocabulary is emptied between batches when
it grows past `MAX_KEYS` tokens or words. Its tables have their full size from the start: 30 MB, besides what the
present batch needs.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from corpuskit.text.quality import characters as char
from corpuskit.text.quality.arrays import Integers
from corpuskit.text.quality.batch_words import TokenBatch, split_tokens
from corpuskit.text.quality.compiled import compiled_core
from corpuskit.text.quality.hash_table import HashTable
from corpuskit.text.quality.languages import ENGLISH_STOP_WORDS, all_stop_words
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.spans import expand_spans, hash_words

__all__ = ["KnownTokens", "Vocabulary", "Words", "vocabulary"]

MAX_KEYS = 240_000
"""Together with what a batch adds, a few thousand, they fill half a hash table."""
MAX_ENTRIES = 500_000
INITIAL_ROWS = 1 << 18
"""Tokens, and words, that there is space for from the start."""
INITIAL_ENTRIES = 1 << 19
"""Entries that there is space for from the start."""

STOP_WORDS = ENGLISH_STOP_WORDS
ENGLISH_FORMS = tuple(spell(word) for spell in (str.lower, str.title, str.upper) for word in STOP_WORDS)
"""English stop words in small letters, then with a capital, then in capitals: a token has a flag for each of them."""

# Flags of words: has a letter; is not only symbols; ends a sentence; is punctuation; ends one as marks of other scripts
# do, which stay with their word.
LETTERS, PROPER, FULL_STOP, PUNCTUATION, STOPS = 1, 2, 4, 8, 16
WORD_FLAG_BITS = 5
# Flags of tokens, by their first or last characters.
OPENS_BULLET, ENDS_ELLIPSIS, ENDS_THREE_DOTS, ENDS_C4_LINE, ENDS_TERMINAL, ENDS_CLOSED = 1, 2, 4, 8, 16, 32
ENDS_PROSE, ENDS_COLON = 64, 128
"""Ends in a mark that ends a sentence or an ellipsis, or in a colon; brackets, quotes or a note's number may follow."""
MAX_MARKS_AFTER_END = 8
"""Characters after the end of a sentence that are looked past: brackets, quotes, and the number of a note."""
STOP_WORD_SHIFT, LENGTH_SHIFT = 8, 32
LENGTH_MASK = (1 << 30) - 1
UNMEASURED = 1 << 62
"""Says nothing of the length of words: an address on the web, what is too long for a word of any language,
or several words of a script without spaces in a text whose language has them."""
LONGEST_WORD = 100
"""Characters; German names of laws have up to 80, and data in base64 have thousands."""
PROPER_WORD = 1 << 32


class Words(NamedTuple):
    """The words of the tokens of a batch, one array entry per word."""

    words: Integers
    """Which word: within this batch, equal numbers are equal words; below 2**27."""
    lengths: Integers
    """The number of characters."""
    flags: Integers


class KnownTokens(NamedTuple):
    """What the vocabulary knows about the tokens of a batch, one array entry per token, except for `entries`."""

    spans: Integers
    """Index of the first word among the entries, shifted by 32, and the number of words."""
    flags: Integers
    """Flags of the token; from bit 8 on, which of `ENGLISH_FORMS` it holds; from bit 32 to 61, its length in bytes."""
    proper: Integers
    """Number of words that are not of symbols alone, shifted by 32, and their characters."""
    letters: Integers
    """Number of words with a letter."""
    entries: Integers
    """An entry for each word of each token in the vocabulary: number (from bit 32 on), characters, flags."""

    @property
    def word_counts(self) -> Integers:
        """Words of each token."""
        return self.spans & 0xFFFFFFFF

    def words(self) -> Words:
        """Return the words of these tokens, in order."""
        core = compiled_core()
        if core is not None:
            words, lengths, flags = np.empty((3, int(self.word_counts.sum())), np.int64)
            core.words_of(self.spans, self.entries, words, lengths, flags)
            return Words(words, lengths, flags)
        entries = self.entries[expand_spans(self.spans >> 32, self.word_counts)]
        return Words(
            words=entries >> 32,
            lengths=(entries & 0xFFFFFFFF) >> WORD_FLAG_BITS,
            flags=entries & (1 << WORD_FLAG_BITS) - 1,
        )


class _Column:
    """An array that grows when it has to."""

    def __init__(self, initial_size: int) -> None:
        self._initial_size = initial_size
        # Filled, so that the memory is allocated now and not page by page.
        self._array = np.full(initial_size, 0, np.int64)
        self.size = 0

    def clear(self) -> None:
        self.size = 0
        # The memory that one huge text took is released.
        if len(self._array) > self._initial_size:
            self._array = np.full(self._initial_size, 0, np.int64)

    def append(self, values: Integers) -> None:
        size = self.size + len(values)
        if size > len(self._array):
            self._array = np.concatenate([self._array[: self.size], np.empty(size, np.int64)])
        self._array[self.size : size] = values
        self.size = size

    def array(self) -> Integers:
        return self._array


class Vocabulary:
    """Maps tokens to rows; the columns hold what is known about each row's token."""

    def __init__(self, unspaced: bool, like_peer: bool = False) -> None:
        """Make an empty vocabulary; `unspaced` as in `words.split_token`.

        Characters that show nothing are no part of words, but to datatrove, with `like_peer`, they are.
        """
        self.unspaced, self._like_peer = unspaced, like_peer
        self._token_rows, self._word_numbers = HashTable(), HashTable()
        self._columns = [_Column(INITIAL_ROWS) for _ in range(4)]
        self._spans, self._flags, self._proper, self._letters = self._columns
        # One entry per word, and the entries of the words of all tokens, one token after the other.
        self._word_entries, self._entries = _Column(INITIAL_ROWS), _Column(INITIAL_ENTRIES)
        self._clear()

    def look_up(self, layout: TextLayout) -> KnownTokens:
        """Return what is known about the tokens of a layout; those not met before are learnt first.

        A vocabulary that has grown too large forgets everything before.
        """
        if max(len(self._token_rows), len(self._word_numbers)) > MAX_KEYS or self._entries.size > MAX_ENTRIES:
            self._clear()
        rows, new = self._token_rows.number_keys(layout.token_hashes)
        if len(new):
            self._learn_tokens(TokenBatch(layout.codes, layout.token_starts[new], layout.token_ends[new]))
        spans, flags, proper, letters = [column.array().take(rows) for column in self._columns]
        return KnownTokens(spans, flags, proper, letters, self._entries.array())

    def _clear(self) -> None:
        self._token_rows.clear()
        self._word_numbers.clear()
        for column in (*self._columns, self._word_entries, self._entries):
            column.clear()
        # The number of a stop word is its index among all of them.
        words = known_stop_words()
        self._word_numbers.number_keys(hash_words(words))
        self._word_entries.append(np.array([_letters_entry(word, number) for number, word in enumerate(words)]))

    def _learn_tokens(self, batch: TokenBatch) -> None:
        """Split and classify tokens that were not met before."""
        # tokens           (to    cat.       learnt by an empty vocabulary, which knows the stop words alone, say 900
        # words           ( to   cat .
        # numbers         [900 2  901 902]   `to` is stop word 2; new words are numbered as they come
        # first           [0      2]         first word of each token
        # spans           [0,2    2,2]       written `index,count`, and so is what follows
        # proper          [1,2    1,3]       `to` has 2 characters, `cat` has 3; marks do not count
        # stops           [1<<10  0]         stop word 2 sets bit 8 + 2
        # letters         [1      1]
        starts, ends = split_tokens(batch, self.unspaced)
        numbers, new = self._word_numbers.number_keys(batch.hash_spans(starts, ends))
        if len(new):
            self._learn_words(self._word_kinds(batch), starts[new], ends[new])
        entries = self._word_entries.array()[numbers]
        first = starts.searchsorted(batch.starts)
        proper = (entries & PROPER != 0) * (PROPER_WORD + ((entries & 0xFFFFFFFF) >> WORD_FLAG_BITS))
        stops = np.where(
            numbers < len(ENGLISH_FORMS), 1 << STOP_WORD_SHIFT + np.minimum(numbers, len(ENGLISH_FORMS)), 0
        )
        self._spans.append(first + self._entries.size << 32 | np.diff(first, append=len(starts)))
        self._flags.append(self._token_flags(batch) | np.bitwise_or.reduceat(stops, first))
        self._proper.append(np.add.reduceat(proper, first))
        self._letters.append(np.add.reduceat(entries & LETTERS, first))
        self._entries.append(entries)

    def _learn_words(self, kinds: Integers, starts: Integers, ends: Integers) -> None:
        """Classify words that were not met before."""
        # characters      _ a 1 _ ? _        the words `a1` and `?`; `_` is a space
        # bounds          [1 3 4 5]          start, end, start, end
        # reduceat        over [1 3), [3 4), [4 5), [5 6); every other one is a word
        # some            `a1` has ALPHA and DIGIT, `?` has TERMINAL
        # every           `a1` has neither,         `?` has TERMINAL
        bounds = np.column_stack([starts, ends]).ravel()
        some = np.bitwise_or.reduceat(kinds, bounds)[::2]
        every = np.bitwise_and.reduceat(kinds, bounds)[::2]
        sizes = ends - starts - _invisible_characters(kinds, bounds)
        letters = some & char.ALPHA != 0
        terminal = (sizes == 1) & (some & char.TERMINAL != 0)
        proper = letters | (every & char.DIGIT != 0)
        flags = np.where(every & char.SYMBOL != 0, 0, PROPER) | np.where(every & char.PUNCTUATION != 0, PUNCTUATION, 0)
        flags = np.where(terminal, FULL_STOP | PUNCTUATION, flags)
        flags = np.where(proper, PROPER | letters * LETTERS, flags)
        flags |= (kinds[ends - 1] & char.SENTENCE_END != 0) * STOPS
        numbers = np.arange(self._word_entries.size, self._word_entries.size + len(starts))
        self._word_entries.append(numbers << 32 | sizes << WORD_FLAG_BITS | flags)

    def _word_kinds(self, batch: TokenBatch) -> Integers:
        """Return the bits of the characters of a batch, of which those that show nothing are symbols."""
        if not _has_invisible(batch.kinds):
            return batch.kinds
        if self._like_peer:
            return batch.kinds & ~np.uint32(char.INVISIBLE)
        kinds: Integers = batch.kinds | (batch.kinds & char.INVISIBLE != 0) * np.uint32(char.SYMBOL)
        return kinds

    def _token_flags(self, batch: TokenBatch) -> Integers:
        """Return the flags and, shifted, the lengths of the tokens."""
        first, last = batch.kinds[batch.starts], batch.kinds[batch.ends - 1]
        # A space lies before each token, so the last three characters are dots only if the token has three.
        dots = last & batch.kinds[batch.ends - 2] & batch.kinds[np.maximum(batch.ends - 3, 0)] & char.DOT != 0
        ends = _ends_before_marks(batch)
        flags: Integers = batch.ends - batch.starts << LENGTH_SHIFT
        for bit, flag in (
            (first & char.BULLET, OPENS_BULLET),
            (last & char.ELLIPSIS, ENDS_ELLIPSIS),
            (dots, ENDS_ELLIPSIS | ENDS_THREE_DOTS),
            (last & char.TERMINAL, ENDS_TERMINAL),
            (last & char.C4_END, ENDS_C4_LINE),
            (last & char.CLOSING_MARK, ENDS_CLOSED),
            (ends & (char.TERMINAL | char.SENTENCE_END | char.ELLIPSIS), ENDS_PROSE),
            (ends & char.LEADS_ON, ENDS_COLON),
        ):
            flags |= (bit != 0) * flag
        flags[batch.tokens_with("://")] |= UNMEASURED
        flags[batch.ends - batch.starts > LONGEST_WORD] |= UNMEASURED
        if not self.unspaced:
            flags[batch.tokens_at((batch.kinds & char.UNSPACED != 0).nonzero()[0])] |= UNMEASURED
        return flags


@cache
def vocabulary(unspaced: bool, like_peer: bool = False) -> Vocabulary:
    """Return the vocabulary of this process, for texts with or without spaces."""
    return Vocabulary(unspaced, like_peer)


@cache
def known_stop_words() -> tuple[str, ...]:
    """Return the stop words that every vocabulary numbers first: the English forms, then those of other languages."""
    others = (spell(word) for word in all_stop_words() for spell in (str, str.title, str.upper))
    return tuple(dict.fromkeys((*ENGLISH_FORMS, *others)))


@cache
def stop_word_bits(stop_words: tuple[str, ...]) -> Integers:
    """Return a bit for each word's number: that of the stop word it is, in any letter case, or 0.

    The last entry, 0, is for the numbers of all other words.
    """
    words = known_stop_words()
    numbers = {word: number for number, word in enumerate(words)}
    bits = np.zeros(len(words) + 1, np.int64)
    for index, word in enumerate(stop_words):
        for spelling in (word, word.title(), word.upper()):
            bits[numbers[spelling]] |= 1 << index
    return bits


def _letters_entry(word: str, number: int) -> int:
    """Return the entry of a word that consists of letters."""
    return number << 32 | len(word) << WORD_FLAG_BITS | LETTERS | PROPER


def _invisible_characters(kinds: Integers, bounds: Integers) -> Integers:
    """Return how many characters of each word show nothing; `bounds` has the start and the end of each."""
    if not _has_invisible(kinds):
        return np.zeros(len(bounds) // 2, np.int64)
    invisible = kinds & char.INVISIBLE != 0
    counts: Integers = np.add.reduceat(invisible.astype(np.int64), bounds)[::2]
    return counts


def _has_invisible(kinds: Integers) -> bool:
    return bool(np.bitwise_or.reduce(kinds) & char.INVISIBLE)


def _ends_before_marks(batch: TokenBatch) -> Integers:
    """Return the bits of the last character of each token before brackets, quotes and the number of a note."""
    # tokens          end.)    end.[3]    (3)    end:
    # round 1         end.     end.[3     (3     end:      a mark comes off
    # round 2         end.     end.[      (      end:      in brackets, figures come off, too
    # result          .        .          (      :         the bits of the last character that is left
    kinds = batch.kinds
    ends = batch.ends.copy()
    pending = (kinds[ends - 1] & char.AFTER_END).nonzero()[0]
    for _ in range(MAX_MARKS_AFTER_END):
        last = kinds[ends[pending] - 1]
        opens = batch.codes[ends[pending] - 1] == ord("[")
        comes_off = (last & (char.AFTER_END | char.FIGURE) != 0) | opens
        pending = pending[comes_off & (ends[pending] - 1 > batch.starts[pending])]
        ends[pending] -= 1
    bits: Integers = kinds[ends - 1]
    return bits
