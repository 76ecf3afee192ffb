"""Texts as numbers: each word and each pair of neighbours is a hash, which names one of the model's weights."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xxhash
from numpy.typing import NDArray

__all__ = ["BUCKETS", "FEATURES", "Features", "features_of"]

FEATURES = "corpuskit-hashed-bigrams/1"
"""Name and version of the rules below; a model is read by those that it was learned with."""
BUCKETS = 1 << 18
"""Weights of a model. Two bytes each make half a megabyte."""
MOST_WORDS = 1 << 19
"""Words whose hashes are kept in memory; then they are forgotten, and computed anew."""

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_FIRST, _SECOND, _SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(29)
"""Two odd numbers and a shift that mix the hashes of neighbours, so that `a b` and `b a` differ."""
_PLAIN = bytes(
    ord(chr(code).lower()) if chr(code).isascii() and (chr(code).isalnum() or chr(code) == "'") else ord(" ")
    for code in range(256)
)
"""ASCII with capitals made small, and all but letters, digits and the apostrophe made spaces."""
_NO_WORD = re.compile(r"[^\w']|_")
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
"""Letters of scripts without spaces between words, such as Thai and Han: each is a word by itself."""


class Features(NamedTuple):
    """The features of several texts, those of one text after those of another."""

    buckets: Numbers
    """Shape (features): which weight each has."""
    counts: Numbers
    """Shape (texts): how many features each text has; 2 n - 1 for n words, and 0 for none."""

    def part(self, rows: NDArray[np.bool_]) -> "Features":
        """Return the features of the texts for which `rows` is true."""
        return Features(self.buckets[np.repeat(rows, self.counts)], self.counts[rows])


class _WordHashes(dict[bytes, int]):
    """The hash of each word that was met."""

    def __missing__(self, word: bytes) -> int:
        if len(self) >= MOST_WORDS:
            self.clear()
        value = self[word] = xxhash.xxh64_intdigest(word)
        return value


_word_hashes = _WordHashes()


def features_of(texts: Sequence[str]) -> Features:
    """Return the features of texts.

    >>> features_of(["Good, good tea!", ""]).counts.tolist()
    [5, 0]
    """
    # texts         "Good, good tea!"    ""    "Bad tea"
    # words         [good good tea  bad tea]
    # lengths       [3              0 2]
    # singles       [g g t b t]
    # pairs         [gg gt tb bt 0]           the pair `tb` joins two texts
    # is_inside     [1  1  0  1  0]           so it is left out
    # buckets       [g gg g gt t  b bt t]     each word, then the pair that it begins
    words: list[bytes] = []
    lengths = np.empty(len(texts), np.int64)
    for row, text in enumerate(texts):
        found_words = _words(text)
        lengths[row] = len(found_words)
        words += found_words
    singles = np.fromiter(map(_word_hashes.__getitem__, words), np.uint64, len(words))
    pairs = np.zeros_like(singles)
    pairs[:-1] = (singles[:-1] * _FIRST) ^ (singles[1:] * _SECOND)
    pairs ^= pairs >> _SHIFT
    is_inside = np.ones(len(words), np.bool_)
    is_inside[np.cumsum(lengths)[lengths > 0] - 1] = False
    both = np.empty((len(words), 2), np.uint64)
    both[:, 0], both[:, 1] = singles, pairs
    chosen = np.ones((len(words), 2), np.bool_)
    chosen[:, 1] = is_inside
    buckets = (both[chosen] & np.uint64(BUCKETS - 1)).astype(np.int64)
    return Features(buckets, np.maximum(2 * lengths - 1, 0))


def _words(text: str) -> list[bytes]:
    """Return the words of a text in small letters, as UTF-8. Marks are none."""
    if text.isascii():
        return text.encode().translate(_PLAIN).split()
    plain = _NO_WORD.sub(" ", text.lower().replace("\u2019", "'"))
    return _UNSPACED.sub(r" \1 ", plain).encode("utf-8", "replace").split()
