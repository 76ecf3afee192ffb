"""A linear model over hashed words and pairs: how it is learned, and how well it tells two sets apart.

Naive Bayes log-count ratios scale the features of a logistic regression (Wang and Manning, "Baselines and Bigrams:
Simple, Good Sentiment and Topic Classification", 2012), which is fitted to all texts at once by AdaGrad (Duchi et al.,
2011), from zero and in a fixed order: the same texts give the same model.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.quality_model.calibration import fit_calibration, sigmoid
from corpuskit.text.quality_model.features import BUCKETS, Features

__all__ = ["Linear", "area_under_curve", "learn", "learn_calibrated"]

ROUNDS, RATE = 40, 0.3
SMOOTHING = 0.5
"""Added to the count of each feature in each set."""
LARGEST = 32_767
CHUNK = 1 << 20
"""Features that are worked on at once, which bounds memory."""

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Truths = NDArray[np.bool_]


class Linear(NamedTuple):
    """A model: whole weights, so that sums are exact on every machine."""

    weights: NDArray[np.int16]
    """Shape (BUCKETS)."""
    scale: float
    bias: float

    def scores(self, features: Features) -> Floats:
        """Return for each text how likely it is good, 0 to 1, to six digits; 0 for a text without words.

        Likely means: if as many good texts as bad ones were met.
        """
        scores: Floats = np.round(sigmoid(self.logits(features)), 6)
        scores[features.counts == 0] = 0
        return scores

    def logits(self, features: Features) -> Floats:
        """Return the logarithm of the odds for each text."""
        values = self.weights[features.buckets].astype(np.int64)
        sums = np.concatenate(([0], np.cumsum(values)))
        ends = np.cumsum(features.counts)
        totals = sums[ends] - sums[ends - features.counts]
        logits: Floats = self.bias + self.scale * totals / np.sqrt(np.maximum(features.counts, 1))
        return logits


def learn(features: Features, is_good: Truths) -> Linear:
    """Return the model that tells the good texts from the others; both sets count the same, whatever their sizes."""
    rows = np.repeat(np.arange(len(is_good)), features.counts)
    is_of_good = is_good[rows]
    good_counts = np.bincount(features.buckets[is_of_good], minlength=BUCKETS) + SMOOTHING
    bad_counts = np.bincount(features.buckets[~is_of_good], minlength=BUCKETS) + SMOOTHING
    ratios = np.log(good_counts / good_counts.sum()) - np.log(bad_counts / bad_counts.sum())
    # What occurs in neither set says nothing, although the sets are of different sizes: its weight stays 0. Small sets
    # hold few of the buckets.
    del rows
    occurring = np.flatnonzero((good_counts > SMOOTHING) | (bad_counts > SMOOTHING))
    features, ratios, size = _renumbered(features, occurring), ratios[occurring], len(occurring)
    lengths = 1 / np.sqrt(np.maximum(features.counts, 1))
    shares = np.where(is_good, 0.5 / max(is_good.sum(), 1), 0.5 / max((~is_good).sum(), 1))
    weights, squares = np.zeros(size), np.full(size, 1e-12)
    bias, bias_squares = 0.0, 1e-12
    for _ in range(ROUNDS):
        gradient, bias_gradient = np.zeros(size), 0.0
        effects = ratios * weights
        for texts, buckets, text_numbers in _chunks(features):
            sums = np.bincount(text_numbers, effects[buckets], len(lengths[texts]))
            errors = shares[texts] * (sigmoid(bias + lengths[texts] * sums) - is_good[texts])
            gradient += np.bincount(buckets, (errors * lengths[texts])[text_numbers], size)
            bias_gradient += float(errors.sum())
        gradient *= ratios
        squares += gradient * gradient
        weights -= RATE * gradient / np.sqrt(squares)
        bias_squares += bias_gradient**2
        bias -= RATE * bias_gradient / bias_squares**0.5
    effects = np.zeros(BUCKETS)
    effects[occurring] = ratios * weights
    scale = float(np.abs(effects).max()) / LARGEST or 1.0
    return Linear(np.rint(effects / scale).astype(np.int16), _rounded(scale), _rounded(bias))


def learn_calibrated(features: Features, is_good: Truths, is_kept_apart: Truths) -> Linear:
    """Return the model of all texts, whose scores are put right by one that has not seen those kept apart.

    A model is too sure of what it learned from, and leans to the larger set; two numbers mend that (`calibration`).
    """
    linear = learn(features, is_good)
    apart, others = features.part(is_kept_apart), features.part(~is_kept_apart)
    if not 0 < is_good[is_kept_apart].sum() < is_kept_apart.sum():
        return linear
    logits = learn(others, is_good[~is_kept_apart]).logits(apart)
    slope, shift = fit_calibration(logits, is_good[is_kept_apart])
    return Linear(linear.weights, _rounded(linear.scale * slope), _rounded(linear.bias * slope + shift))


def area_under_curve(good: Floats, bad: Floats) -> float:
    """Return how often a good text has a higher score than a bad one; equal scores count half (ROC AUC).

    >>> area_under_curve(np.array([0.9, 0.5]), np.array([0.5, 0.1]))
    0.875
    """
    order = np.sort(bad)
    below = np.searchsorted(order, good, "left") + np.searchsorted(order, good, "right")
    return float(below.sum()) / (2 * len(good) * len(bad))


def _renumbered(features: Features, buckets: Numbers) -> Features:
    """Return features that are numbered by their positions among `buckets`, which are all that there are.

    >>> _renumbered(Features(np.array([7, 3, 7]), np.array([1, 2])), np.array([3, 7])).buckets.tolist()
    [1, 0, 1]
    """
    positions = np.empty(BUCKETS, np.int64)
    positions[buckets] = np.arange(len(buckets))
    return Features(positions[features.buckets], features.counts)


def _chunks(features: Features) -> Iterator[tuple[slice, Numbers, Numbers]]:
    """Yield runs of texts, their features, and for each feature its text's number in the run."""
    ends = np.cumsum(features.counts)
    start, count = 0, len(ends)
    while start < count:
        before = int(ends[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + CHUNK, "right")))
        numbers = np.repeat(np.arange(end - start), features.counts[start:end])
        yield slice(start, end), features.buckets[before : int(ends[end - 1])], numbers
        start = end


def _rounded(value: float) -> float:
    """Return a number to nine digits, as machines differ in the last ones of sums."""
    return float(f"{value:.8e}")
