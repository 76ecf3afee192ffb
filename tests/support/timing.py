"""How CPU time grows with the size of an input."""

import time
from collections.abc import Callable
from typing import Any


def growth(work: Callable[[int], Any], small: int, large: int) -> float:
    """CPU time per unit at the large size, over that at the small one: 1 where time is linear."""

    def seconds(size: int) -> float:
        durations = []
        for _ in range(3):
            before = time.process_time()
            work(size)
            durations.append(time.process_time() - before)
        return min(durations)

    return (seconds(large) / large) / (max(seconds(small), 1e-3) / small)
