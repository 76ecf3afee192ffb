"""Numbers and hashes of many documents in the values of one row."""

import sys
from array import array
from collections.abc import Sequence

__all__ = ["DIGEST_BYTES", "digest_at", "from_bytes", "sum_of", "to_bytes"]

DIGEST_BYTES = 16


def digest_at(digests: Sequence[int], row: int) -> bytes:
    """Return one of many hashes that stand one after the other."""
    return bytes(digests[row * DIGEST_BYTES : (row + 1) * DIGEST_BYTES])


def sum_of(digests: bytes | bytearray) -> int:
    """Return the sum of hashes of 128 bits, modulo 2**128, a half of them at a time."""
    halves = array("Q", digests)
    if sys.byteorder == "little":
        halves.byteswap()
    return ((sum(halves[0::2]) << 64) + sum(halves[1::2])) % (1 << 128)


def from_bytes(values: bytes) -> "array[int]":
    """Return numbers of 4 bytes each."""
    numbers = array("I", values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def to_bytes(numbers: "array[int]") -> bytes:
    """Return numbers as `from_bytes` takes them."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()
