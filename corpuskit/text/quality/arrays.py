"""The array types of this package, and figures as they are recorded."""

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["DIGITS", "Booleans", "Integers", "Numbers", "rounded"]

Integers = npt.NDArray[Any]
"""Bytes (uint8), code points and bits (uint32), offsets and counts (int64) or hashes (uint64)."""
Numbers = npt.NDArray[Any]
"""Integers or floats."""
Booleans = npt.NDArray[np.bool_]

DIGITS = 6
"""Decimal places of the figures that are recorded; verdicts use unrounded figures."""


def rounded(columns: list[Numbers]) -> list[list[float]]:
    """Return the figures as they are recorded, column by column; floats are rounded as `round` does it."""
    # exact       [3.4e-06  3.5e-06]
    # scaled      [3.4      3.5]
    # rounded     [3e-06    4e-06]
    # middle      [0        1]          so near the middle that only the exact value tells which side is nearer
    # result      [3e-06    3e-06]      the float 3.5e-06 lies just below
    float_indices = [index for index, column in enumerate(columns) if column.dtype.kind == "f"]
    figures: list[list[float]] = [column.tolist() for column in columns]
    if not float_indices:
        return figures
    exact = np.array([columns[index] for index in float_indices])
    scaled = exact * 10.0**DIGITS
    rounded = np.rint(scaled) / 10.0**DIGITS
    middle = np.abs(scaled - np.floor(scaled) - 0.5) <= 1e-6 + scaled * 1e-14
    rounded[middle] = [round(value, DIGITS) for value in exact[middle].tolist()]
    for index, column in zip(float_indices, rounded.tolist(), strict=True):
        figures[index] = column
    return figures
