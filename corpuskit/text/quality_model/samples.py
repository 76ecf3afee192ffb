"""Texts to learn from: a bounded sample that is the same whatever the order in which they come."""

from typing import NamedTuple

import numpy as np
import xxhash
from numpy.typing import NDArray

from corpuskit.text.quality_model.features import Features, features_of

__all__ = ["TextSample", "TextSampler", "joined_sets"]

MOST_FEATURES = 10_000_000
"""Features kept of one set, 4 bytes each; of more, those of the texts with the lowest hashes."""
TEXT_FEATURES = 20_000
"""Features kept of one text: its first 10,000 words. A book counts as one text."""
AT_ONCE = 256


class TextSample(NamedTuple):
    """A set of different texts, in the order of their hashes."""

    hashes: NDArray[np.uint64]
    """Shape (texts)."""
    features: Features
    lengths: NDArray[np.int64]
    """Shape (texts): their characters."""

    def part(self, rows: NDArray[np.bool_]) -> "TextSample":
        """Return the texts for which `rows` is true."""
        return TextSample(self.hashes[rows], self.features.part(rows), self.lengths[rows])


class TextSampler:
    """Takes texts, and keeps the features of as many as there is room for."""

    def __init__(self) -> None:
        """Begin without a text."""
        self.texts = 0
        self.copies = 0
        """Texts that were met before."""
        self.left_out = 0
        """Different texts for which there was no room."""
        self._waiting: list[str] = []
        self._chosen_texts: dict[int, tuple[NDArray[np.uint32], int]] = {}
        self._features = 0
        self._highest = 1 << 64

    def add(self, text: str) -> None:
        """Take a text."""
        self.texts += 1
        self._waiting.append(text)
        if len(self._waiting) == AT_ONCE:
            self._take_waiting()

    def finish(self) -> TextSample:
        """Return the sample."""
        self._take_waiting()
        self._cut(MOST_FEATURES)
        hashes = sorted(self._chosen_texts)
        buckets = [self._chosen_texts[key][0] for key in hashes]
        counts = np.array([len(part) for part in buckets], np.int64)
        flat = np.concatenate([np.empty(0, np.uint32), *buckets]).astype(np.int64)
        lengths = np.array([self._chosen_texts[key][1] for key in hashes], np.int64)
        return TextSample(np.array(hashes, np.uint64), Features(flat, counts), lengths)

    def _take_waiting(self) -> None:
        buckets, counts = features_of(self._waiting)
        ends = np.cumsum(counts).tolist()
        for text, end, count in zip(self._waiting, ends, counts.tolist(), strict=True):
            key = xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace"))
            if key in self._chosen_texts:
                self.copies += 1
            elif key >= self._highest:
                self.left_out += 1
            else:
                part = buckets[end - count : end][:TEXT_FEATURES].astype(np.uint32)
                self._chosen_texts[key] = part, len(text)
                self._features += len(part)
        self._waiting = []
        if self._features > 2 * MOST_FEATURES:
            self._cut(MOST_FEATURES)

    def _cut(self, most: int) -> None:
        """Leave out the texts with the highest hashes until so many features are left."""
        if self._features <= most:
            return
        for key in sorted(self._chosen_texts, reverse=True):
            if self._features <= most:
                break
            self._features -= len(self._chosen_texts.pop(key)[0])
            self._highest = key
            self.left_out += 1


def joined_sets(good: TextSample, bad: TextSample) -> tuple[Features, NDArray[np.bool_]]:
    """Return the features of both sets, and for each text whether it is a good one."""
    features = Features(*(np.concatenate(pair) for pair in zip(good.features, bad.features, strict=True)))
    is_good = np.zeros(len(features.counts), np.bool_)
    is_good[: len(good.hashes)] = True
    return features, is_good
