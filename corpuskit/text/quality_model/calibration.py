"""How what a model says of a text becomes a probability: Platt's method.

Platt, "Probabilistic outputs for support vector machines" (1999), as Lin, Lin and Weng mend it in "A note on Platt's
probabilistic outputs for support vector machines" (2007): smoothed targets, so that a best fit exists even where the
sets are told apart without an error, and Newton steps that are shortened until they lower the loss.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["STEEPEST", "calibration_loss", "fit_calibration", "sigmoid"]

STEEPEST = 20.0
"""Most that calibration may stretch or shrink what a model says."""
MOST_STEPS = 100
FLAT = 1e-11
"""Gradient at which the best fit is reached."""
RIDGE = 1e-12
"""Added to the diagonal of the Hessian, which is singular if all logits are equal."""
SHORTEST = 1e-10
"""Part of a step below which no shorter one is tried."""
SUFFICIENT = 1e-4
"""Part of the expected decrease that a step has to reach."""

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


def fit_calibration(logits: Floats, is_good: Truths) -> tuple[float, float]:
    """Return slope and shift, of which sigmoid(slope * logits + shift) fits the truth best; both sets count the same.

    `logits` and `is_good` have shape (texts); there are texts of both sets. The slope lies between 1 / STEEPEST and
    STEEPEST, so the order of the texts stays.
    """
    middle, spread = float(logits.mean()), float(logits.std()) or 1.0
    slope, shift = _best_fit((logits - middle) / spread, is_good)
    slope, shift = slope / spread, shift - slope * middle / spread
    bounded = min(max(slope, 1 / STEEPEST), STEEPEST)
    # The loss is convex: if the best slope is out of bounds, the best within them is the bound itself.
    return (slope, shift) if bounded == slope else (bounded, _best_shift(bounded * logits, is_good))


def calibration_loss(logits: Floats, is_good: Truths, slope: float, shift: float) -> float:
    """Return the cross-entropy with the smoothed targets, in nats; the mean of both sets' means."""
    shares, targets = _shares_and_targets(is_good)
    values = slope * logits + shift
    return float((shares * (np.logaddexp(0, values) - targets * values)).sum())


def sigmoid(values: Floats) -> Floats:
    """Return the probability of which each value is the logarithm of the odds."""
    result: Floats = 1 / (1 + np.exp(-np.clip(values, -700, 700)))
    return result


def _best_fit(logits: Floats, is_good: Truths) -> tuple[float, float]:
    """Return slope and shift of least loss, by Newton's method from 0, where no score lies near 0 or 1."""
    shares, targets = _shares_and_targets(is_good)
    inputs = np.stack([logits, np.ones_like(logits)])
    point = np.zeros(2)
    for _ in range(MOST_STEPS):
        scores = sigmoid(point @ inputs)
        gradient = inputs @ (shares * (scores - targets))
        hessian = (inputs * (shares * scores * (1 - scores))) @ inputs.T + RIDGE * np.eye(2)
        direction: Floats = np.linalg.solve(hessian, -gradient).astype(np.float64)
        step = _step_that_helps(logits, is_good, point, direction, float(gradient @ direction))
        if np.abs(gradient).max() < FLAT or not step:
            break
        point = point + step * direction
    return float(point[0]), float(point[1])


def _step_that_helps(logits: Floats, is_good: Truths, point: Floats, direction: Floats, descent: float) -> float:
    """Return the longest part of a step, halved again and again, that lowers the loss enough; 0 if none does."""
    loss, step = calibration_loss(logits, is_good, *point), 1.0
    while step >= SHORTEST:
        if calibration_loss(logits, is_good, *(point + step * direction)) < loss + SUFFICIENT * step * descent:
            return step
        step /= 2
    return 0.0


def _best_shift(values: Floats, is_good: Truths) -> float:
    """Return the shift of least loss for a given slope, by bisection: the loss falls before it and rises after it."""
    shares, targets = _shares_and_targets(is_good)
    reach = float(np.abs(values).max()) + float(np.log(len(values) + 1)) + 1
    low, high = -reach, reach
    for _ in range(MOST_STEPS):
        shift = (low + high) / 2
        if float((shares * (sigmoid(values + shift) - targets)).sum()) < 0:
            low = shift
        else:
            high = shift
    return (low + high) / 2


def _shares_and_targets(is_good: Truths) -> tuple[Floats, Floats]:
    """Return how much each text counts, and the probability that is asked of it."""
    good, bad = int(is_good.sum()), int((~is_good).sum())
    return np.where(is_good, 0.5 / good, 0.5 / bad), np.where(is_good, (good + 1) / (good + 2), 1 / (bad + 2))
