"""Numbers of documents of which most follow one another, as they were given in the order of a stream.

What is asked of every number, whether it comes twice or has a flag, is then asked of some thousand spans.
"""

import sys
from array import array
from bisect import bisect_right
from itertools import compress, count, pairwise

__all__ = ["NumberSpans"]

LEAST_LENGTH = 8
"""Numbers of a span, on average, from which looking at spans takes less time than looking at numbers."""
_GREATEST = b"\xff" * 4


class NumberSpans:
    """The rows at which numbers do not go on from the one before; they are held if they are few."""

    def __init__(self, numbers: "array[int]") -> None:
        """`numbers` are of 4 bytes each; the list may grow afterwards, but what was added is not looked at."""
        self._numbers, self._rows = numbers, len(numbers)
        breaks = _breaks(numbers)
        are_few = len(breaks) * LEAST_LENGTH <= self._rows
        self._starts = array("I", [0, *breaks, self._rows]) if are_few else None

    def are_distinct(self) -> bool:
        """Whether no number comes twice."""
        if self._starts is None:
            return len({*self._numbers}) == self._rows
        return all(last < first for (_, last), (first, _) in pairwise(self._firsts_and_lasts()))

    def greatest(self) -> int:
        """Return the greatest number; 0 without any."""
        if self._starts is None:
            return max(self._numbers)
        return max((last for _, last in self._firsts_and_lasts()), default=0)

    def is_within_one(self, start: int, end: int) -> bool:
        """Whether the numbers of these rows follow one another; false also where that is not known."""
        return self._starts is not None and self._starts[bisect_right(self._starts, start)] >= end

    def without_flag(self, flags: bytearray) -> list[int]:
        """Return the numbers that have no flag, in order."""
        if self._starts is None:
            return sorted([number for number in self._numbers if not flags[number]])
        numbers = []
        for first, last in self._firsts_and_lasts():
            number = flags.find(0, first, last + 1)
            while number >= 0:
                numbers.append(number)
                number = flags.find(0, number + 1, last + 1)
        return numbers

    def _firsts_and_lasts(self) -> list[tuple[int, int]]:
        """Return the first and last number of each span, in the order of numbers."""
        numbers = self._numbers
        rows = pairwise(self._starts or ())
        return sorted([(numbers[start], numbers[end - 1]) for start, end in rows if start < end])


def _breaks(numbers: "array[int]") -> "array[int]":
    """Return the rows at which a number is not the one before and 1, comparing all of them as two large numbers."""
    values = numbers.tobytes()
    if _GREATEST in values:  # and 1, it would be too large for its bytes; no index has such a number
        return array("I", range(1, len(numbers)))
    before = int.from_bytes(values[:-4], sys.byteorder)
    ones = int.from_bytes((array("I", [1]) * (len(numbers) - 1)).tobytes(), sys.byteorder)
    differences = int.from_bytes(values[4:], sys.byteorder) ^ (before + ones)
    return array("I", compress(count(1), array("I", differences.to_bytes(len(values[4:]), sys.byteorder))))
