"""Which n-grams of words repeat within a text, for many texts at a time."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.compiled import compiled_core
from corpuskit.text.quality.spans import expand_spans

__all__ = ["MAX_TEXTS", "repeated_ngram_characters"]

WORD_BITS, LABEL_BITS = 27, 32
LONGEST_SECTION = 1_000_000
"""Words that are measured at a time; ten times what `gopher-max-words` allows."""
HASH = np.uint64(0x9E3779B97F4A7C15)
"""An odd number with random-looking bits: the digits of the golden ratio."""
NAMES = (
    *(f"repetition_top_{n}_gram_characters" for n in range(2, 5)),
    *(f"repetition_duplicate_{n}_gram_characters" for n in range(5, 11)),
)
MAX_TEXTS = 1 << 63 - 2 * WORD_BITS
"""The most texts that can be passed at a time."""


def repeated_ngram_characters(
    words: Integers, lengths: Integers, bounds: Integers, window: float = math.inf, least_count: float = 1
) -> Iterator[tuple[str, Integers]]:
    """Yield, by signal name, the characters in each text's commonest 2- to 4-grams and in its duplicate 5- to 10-grams.

    `words` are numbers below 2**27, `lengths` their characters; text i has those from `bounds[i]` to `bounds[i + 1]`.
    An n-gram can only repeat where its first n - 1 words do, so each length looks only at the starts that remain from
    the one before: a few per cent of an ordinary text from n = 4 on. Comparison is exact, not by hash. Duplicates are
    sought within windows of so many words, one after the other: a longer text repeats phrases by its length alone. An
    n-gram is the commonest only if it occurs `least_count` times. A text of more than `LONGEST_SECTION` words has the
    sums of its sections, so that memory has a bound.
    """
    if bounds[-1] - bounds[0] > LONGEST_SECTION:
        yield from _characters_of_sections(words, lengths, bounds, window, least_count)
    else:
        yield from _characters_of_texts(words, lengths, bounds, window, least_count)


def _characters_of_sections(
    words: Integers, lengths: Integers, bounds: Integers, window: float, least_count: float
) -> Iterator[tuple[str, Integers]]:
    """Yield what `repeated_ngram_characters` does, text by text and section by section."""
    sums: dict[str, Integers] = {}
    for text_index, (start, end) in enumerate(pairwise(bounds.tolist())):
        count = max(-(-(end - start) // LONGEST_SECTION), 1)
        inner = [start + part * (end - start) // count for part in range(count + 1)]
        for first, last in pairwise(inner):
            section = np.array([0, last - first])
            part_of_words = words[first:last], lengths[first:last], section
            for name, covered in _characters_of_texts(*part_of_words, window, least_count):
                sums.setdefault(name, np.zeros(len(bounds) - 1, np.int64))[text_index] += covered[0]
    yield from sums.items()


def _characters_of_texts(
    words: Integers, lengths: Integers, bounds: Integers, window: float, least_count: float
) -> Iterator[tuple[str, Integers]]:
    """Yield what `repeated_ngram_characters` does, all texts at once."""
    core = compiled_core()
    if core is None:
        yield from _characters_in_arrays(words, lengths, bounds, window, least_count)
        return
    figures = np.zeros((len(NAMES), len(bounds) - 1), np.int64)
    core.repeated_ngrams(words, lengths, bounds, figures, 0 if math.isinf(window) else int(window), least_count)
    yield from zip(NAMES, figures, strict=True)


def _characters_in_arrays(
    words: Integers, lengths: Integers, bounds: Integers, window: float, least_count: float
) -> Iterator[tuple[str, Integers]]:
    ends = np.zeros(len(words) + 1, np.int64)
    lengths.cumsum(out=ends[1:])
    sizes = np.diff(bounds)
    texts = _Parts(bounds)
    labels = texts.indices << WORD_BITS | words
    ngrams = RepeatedNgrams(np.arange(len(words)), labels, bounds[:-1], np.ones(len(sizes), np.int64))
    for n in range(2, 5):
        ngrams = _extend_by_a_word(n, ngrams, words, texts)
        yield NAMES[n - 2], _commonest_characters(n, ngrams, ends, sizes, least_count)
    windows, first_windows = texts, np.arange(len(sizes))
    if len(sizes) and sizes.max() > window:
        windows, first_windows = _windows(bounds, int(window))
        ngrams = _repeated_within(ngrams, windows)
    for n in range(5, 11):
        ngrams = _extend_by_a_word(n, ngrams, words, windows)
        covered = _duplicate_characters(n, ngrams, ends, windows)
        yield NAMES[n - 2], np.add.reduceat(covered, first_windows)


class _Parts:
    """Texts, or windows of texts: one after the other in an array of words."""

    def __init__(self, bounds: Integers) -> None:
        self.bounds = bounds
        sizes = np.diff(bounds)
        self.indices = np.arange(len(sizes)).repeat(sizes)
        """The part in which each word lies."""
        self.words_left = bounds[1:].repeat(sizes) - np.arange(bounds[-1])
        """The words from each one to the end of its part."""

    def __len__(self) -> int:
        return len(self.bounds) - 1


def _windows(bounds: Integers, window: int) -> tuple[_Parts, Integers]:
    """Return windows of about equal sizes, at most `window` words each, and the first window of each text."""
    # bounds          [0 3 10]       window = 4
    # counts          [1 2]          windows of each text
    # inner           [0 0 1]        their numbers within the text
    # starts          [0 3 6]        3 + 1 * 7 // 2
    sizes = np.diff(bounds)
    counts = np.maximum(-(-sizes // window), 1)
    first = np.concatenate([[0], counts.cumsum()])
    inner = np.arange(first[-1]) - first[:-1].repeat(counts)
    starts = bounds[:-1].repeat(counts) + inner * sizes.repeat(counts) // counts.repeat(counts)
    return _Parts(np.append(starts, bounds[-1])), first[:-1]


def _repeated_within(ngrams: "RepeatedNgrams", windows: _Parts) -> "RepeatedNgrams":
    """Return those n-grams that occur more than once in their window, with labels of their own there."""
    keys = windows.indices[ngrams.starts] << LABEL_BITS | ngrams.labels
    _, labels, counts = np.unique(keys, return_inverse=True, return_counts=True)
    repeats = counts[labels] > 1
    nothing = np.ones(len(windows), np.int64)
    return RepeatedNgrams(ngrams.starts[repeats], labels[repeats], windows.bounds[:-1], nothing)


class RepeatedNgrams(NamedTuple):
    """The n-grams that occur more than once in their text."""

    starts: Integers
    """The word at which each starts, rising."""
    labels: Integers
    """Equal labels for equal n-grams of one text; those of a later text are larger."""
    commonest_start: Integers
    """By text: first start of the most frequent n-gram, the earliest of several; the text's start if none repeats."""
    commonest_count: Integers
    """By text: how often that n-gram occurs."""


def _extend_by_a_word(n: int, shorter: RepeatedNgrams, words: Integers, parts: _Parts) -> RepeatedNgrams:
    """Return the repeated n-grams, from the repeated (n - 1)-grams."""
    # words               a b c a b c a b d      one text; n = 3, and `ab`, `bc` and `ca` repeat
    # shorter.starts      [0 1 2 3 4 5 6]        all but `bd` at 7
    # shorter.labels      [2 0 1 2 0 1 2]        2 is `ab`, 0 is `bc`, 1 is `ca`
    # starts              [0 1 2 3 4 5 6]        those that a word of their text follows
    # keys                abc bca cab abc bca cab abd
    # order               [1 4 2 5 0 3 6]        brings equal keys together
    # opens               [1 0 1 0 1 0 1 1]      where a group opens, and one after the last
    # first, sizes        [0 2 4], [2 2 2]       of the groups that repeat; `abd` stands alone
    # inner               [0 1 2 3 4 5]          their indices in `order`
    # labels              [2 0 1 2 0 1 -1]       -1 does not repeat and goes no further
    bounds, text_indices = parts.bounds, parts.indices
    inside = parts.words_left[shorter.starts] >= n
    starts = shorter.starts[inside]
    commonest_start, commonest_count = bounds[:-1].copy(), np.ones(len(bounds) - 1, np.int64)
    keys = shorter.labels[inside] << (WORD_BITS if n == 2 else LABEL_BITS)
    keys |= words[starts + n - 1]
    order, opens = _group_equal_keys(keys, text_indices[starts], len(commonest_count))
    first = opens.nonzero()[0]
    sizes = np.diff(first)
    repeated = (sizes > 1).nonzero()[0]
    if not len(repeated):
        return RepeatedNgrams(starts[:0], keys[:0], commonest_start, commonest_count)
    first, sizes = first[repeated], sizes[repeated]
    inner = expand_spans(first, sizes)
    labels = np.full(len(starts), -1)
    labels[order[inner]] = np.arange(len(sizes)).repeat(sizes)
    earliest = starts[order[first]]
    _note_commonest(text_indices[earliest], sizes, earliest, commonest_start, commonest_count)
    repeats = labels >= 0
    return RepeatedNgrams(starts[repeats], labels[repeats], commonest_start, commonest_count)


def _group_equal_keys(keys: Integers, text_indices: Integers, text_count: int) -> tuple[Integers, Booleans]:
    """Return indices that bring the equal keys of each text together, text by text, and where groups open.

    Within a group, indices rise. After the last group one more opens.
    """
    # keys          [7 5 7 9]              of one text
    # hashed        text | hash | index    packed in 63 bits; hashes are cut to what the other two leave
    # sorted        0|h(5)|1  0|h(7)|0  0|h(7)|2  0|h(9)|3
    # order         [1 0 2 3]              the lowest bits
    # opens         [1 1 0 1 1]            where `text | hash` changes, and one after the last
    #
    # If two keys share a hash, keys change where hashes do not; then the keys themselves are sorted.
    # Sorting hashes together with their indices costs a third of sorting indices by their keys.
    bits, top = len(keys).bit_length(), 63 - text_count.bit_length()
    hashed = (keys.astype(np.uint64) * HASH >> np.uint64(64 - top + bits)).astype(np.int64) << bits
    hashed |= text_indices << top | np.arange(len(keys))
    hashed.sort()
    order = hashed & (1 << bits) - 1
    hashed >>= bits
    ordered_keys, opens = keys[order], np.ones(len(keys) + 1, bool)
    opens[1:-1] = hashed[1:] != hashed[:-1]
    different = ordered_keys[1:] != ordered_keys[:-1]
    if (different != opens[1:-1]).any():
        order = keys.argsort(kind="stable")
        opens[1:-1] = np.diff(keys[order]) != 0
    return order, opens


def _note_commonest(
    text_indices: Integers,
    sizes: Integers,
    earliest: Integers,
    commonest_start: Integers,
    commonest_count: Integers,
) -> None:
    """Record each text's largest group, or of several the one that begins first; groups come text by text."""
    # text_indices      [0 0 0 2]        of the groups
    # sizes             [2 3 3 2]
    # earliest          [1 7 4 20]       first start of each group
    # score             size << 32 | 2**32 - 1 - earliest: the largest group is best, then the earliest
    # opens             [0 3]            first groups of the texts 0 and 2
    # commonest_start   [4 . 20]         text 1 stays as it was
    # commonest_count   [3 . 2]
    score = (sizes << 32) + ((1 << 32) - 1 - earliest)
    opens = np.concatenate([[0], (text_indices[1:] != text_indices[:-1]).nonzero()[0] + 1])
    best = np.maximum.reduceat(score, opens)
    commonest_start[text_indices[opens]] = (1 << 32) - 1 - (best & 0xFFFFFFFF)
    commonest_count[text_indices[opens]] = best >> 32


def _commonest_characters(
    n: int, ngrams: RepeatedNgrams, ends: Integers, sizes: Integers, least_count: float
) -> Integers:
    """Return the characters that the most frequent n-gram covers, a space between words; 0 if there is none."""
    after = np.minimum(ngrams.commonest_start + n, len(ends) - 1)
    characters: Integers = (ends[after] - ends[ngrams.commonest_start] + n - 1) * ngrams.commonest_count
    return np.where((sizes >= n) & (ngrams.commonest_count >= least_count), characters, 0)


def _duplicate_characters(n: int, ngrams: RepeatedNgrams, ends: Integers, parts: _Parts) -> Integers:
    """Return the characters in n-grams that repeat an earlier one, counting none twice, without spaces.

    A text is read from the left: an n-gram that was noted before counts and is stepped over whole, any other is noted
    and the reading moves on by one word.
    """
    starts, labels = ngrams.starts, ngrams.labels
    if not len(starts):
        return np.zeros(len(parts), np.int64)
    earliest = np.empty(int(labels.max()) + 1, np.int64)
    earliest[labels[::-1]] = starts[::-1]
    again = earliest[labels] != starts
    counted = _counted_starts(n, starts, labels, again)
    return np.bincount(parts.indices[counted], ends[counted + n] - ends[counted], len(parts)).astype(np.int64)


def _counted_starts(n: int, starts: Integers, labels: Integers, again: Booleans) -> Integers:
    """Return the starts of the n-grams that count; `again` says which are not the first with their label.

    Only those are visited. An n-gram that occurs earlier was not necessarily noted there, because it may have been
    stepped over; such n-grams are remembered.
    """
    # words              a b a b c b c         n = 2 for the example
    # starts, labels     [0 2 3 5], [1 1 0 0]  1 is `ab`, 0 is `bc`
    # again              [0 1 0 1]             so the starts 2 and 5 are gone through
    # at 2               `ab` counts; it covers start 3, the first `bc`, which is stepped over and stays unnoted
    # at 5               `bc` is unnoted: it is noted now and does not count
    # result             [2]
    later, later_labels = starts[again], labels[again].tolist()
    first, first_labels = starts[~again], labels[~again].tolist()
    following = later.searchsorted(later + n).tolist()
    lows, highs = first.searchsorted(later).tolist(), first.searchsorted(later + n).tolist()
    counted = []
    unnoted: set[int] = set()
    index = 0
    while index < len(following):
        if later_labels[index] in unnoted:
            unnoted.discard(later_labels[index])
            index += 1
            continue
        counted.append(index)
        if lows[index] < highs[index]:
            unnoted.update(first_labels[lows[index] : highs[index]])
        index = following[index]
    return later[np.array(counted, np.int64)]
