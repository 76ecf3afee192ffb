"""How high the ratio of two shares may be, as far as chance allows."""

import math
from statistics import NormalDist

__all__ = ["highest_ratio"]

TAIL = 0.05
"""Probability that lies beyond each end of the interval."""
DEVIATIONS = NormalDist().inv_cdf(1 - TAIL)


def highest_ratio(share: float, number: float, base: float, base_number: float) -> float:
    """Return the upper end of the confidence interval of share / base, which are shares of so many documents.

    Of few documents a share says little: a class of which a model knows 2 of 25 would fail every third time. The
    interval is that of Donner and Zou ("Closed-form confidence intervals for functions of the normal mean and standard
    deviation", 2012), made of Wilson's intervals for both shares. A base of 0 says nothing, and gives 1.
    """
    if base <= 0:
        return 1.0
    _, high = _wilson(share, number)
    low, _ = _wilson(base, base_number)
    square = (share * base) ** 2 - high * low * (2 * share - high) * (2 * base - low)
    return (share * base + math.sqrt(max(square, 0.0))) / (low * (2 * base - low))


def _wilson(share: float, number: float) -> tuple[float, float]:
    """Return both ends of Wilson's interval; `number` need not be whole, as an effective sample size is not."""
    square = DEVIATIONS**2
    middle = (share + square / (2 * number)) / (1 + square / number)
    half = DEVIATIONS / (1 + square / number) * math.sqrt(share * (1 - share) / number + square / (4 * number**2))
    return middle - half, middle + half
