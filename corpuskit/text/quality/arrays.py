"""The array types of this package."""

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Booleans", "Integers", "Numbers"]

Integers = npt.NDArray[Any]
"""Bytes (uint8), code points and bits (uint32), offsets and counts (int64) or hashes (uint64)."""
Numbers = npt.NDArray[Any]
"""Integers or floats."""
Booleans = npt.NDArray[np.bool_]
