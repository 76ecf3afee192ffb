"""How CPU time grows with the size of an input."""

import time
from collections.abc import Callable
from typing import Any

TRIES = 3
"""A busy machine makes single tries slow: the quickest counts."""


def seconds_of(work: Callable[[], Any]) -> float:
    """CPU time of one try."""
    before = time.process_time()
    work()
    return time.process_time() - before


def least_seconds(work: Callable[[], Any]) -> float:
    """CPU time of the quickest of several tries."""
    return min(seconds_of(work) for _ in range(TRIES))


def is_quicker(work: Callable[[], Any], limit: float) -> bool:
    """Whether one of several tries takes less CPU time than the limit; as soon as one has, there are no more."""
    return any(seconds_of(work) < limit for _ in range(TRIES))


def keeps_pace(large: Callable[[], Any], small: Callable[[], Any], times: float, allowance: float) -> bool:
    """Whether large work takes no longer than the allowance, or than it and so many times as long as small work.

    The small work is done only if the large work takes longer than the allowance.
    """
    return is_quicker(large, allowance) or is_quicker(large, times * least_seconds(small) + allowance)


def grows_linearly(work: Callable[[int], Any], small: int, large: int) -> bool:
    """Whether a unit of the large size takes less than three times as long as one of the small size."""
    unit = max(least_seconds(lambda: work(small)), 1e-3) / small
    return is_quicker(lambda: work(large), 3 * unit * large)
