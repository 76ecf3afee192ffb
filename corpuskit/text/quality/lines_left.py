"""The texts of a batch without the lines that are gone from them."""

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers

__all__ = ["LinesLeft"]


class LinesLeft:
    """The runs of lines that stay in each text of a batch."""

    def __init__(self, stays: Booleans, numbers: Integers, bounds: Integers) -> None:
        """Take which rows stay, the line number of each within its text, and the number of rows before each text.

        The rows of a text are its lines that are not blank.
        """
        # stays, numbers    [1 1 0 1], [0 1 3 5]     of one text, whose lines 2 and 4 are blank
        # opens, closes     [0 3], [1 3]             the first and last rows of the runs that stay
        # between           [1]                      a row goes between the runs, of whose 3 lines others are blank
        is_first = np.zeros(len(stays) + 1, bool)
        is_first[bounds] = True
        begins, ends = stays.copy(), stays.copy()
        begins[1:] &= ~stays[:-1] | is_first[1:-1]
        ends[:-1] &= ~stays[1:] | is_first[1:-1]
        opens, closes = begins.nonzero()[0], ends.nonzero()[0]
        below_blank = np.zeros(len(opens), bool)
        below_blank[1:] = numbers[opens[1:]] - numbers[closes[:-1]] != opens[1:] - closes[:-1]
        self._first, self._last = numbers[opens].tolist(), numbers[closes].tolist()
        self._below_blank = below_blank.tolist()
        self._bounds = opens.searchsorted(bounds).tolist()

    def of(self, index: int, lines: list[str]) -> str:
        """Return what is left of the lines of one text: blank ones stay, but one for all where others are gone.

        >>> runs = LinesLeft(np.array([True, True, False, True]), np.array([0, 1, 3, 5]), np.array([0, 4]))
        >>> runs.of(0, ["a", "b ", "", "c", "", "d"])
        'a\\nb\\n\\nd'
        """
        left: list[str] = []
        for run in range(self._bounds[index], self._bounds[index + 1]):
            if left and self._below_blank[run]:
                left.append("")
            left += [line.rstrip() for line in lines[self._first[run] : self._last[run] + 1]]
        return "\n".join(left)
