"""Stretches of bytes or array entries, many at a time: where they lie, and a hash for each."""

from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

__all__ = ["hashes", "places"]

Integers = npt.NDArray[Any]

LONGEST_IN_ARRAYS = 64
"""Bytes of a stretch that is hashed together with the others; longer ones are hashed one by one."""

_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
# Odd numbers with bits at random, from the digits of the golden ratio and of pi.
LENGTH, SHORT, LONG, LAST = np.array(
    [0x9E3779B97F4A7C15, 0x243F6A8885A308D3, 0x13198A2E03707345, 0xA4093822299F31D1], np.uint64
)
HALF = np.uint64(32)


def places(first: Integers, count: Integers) -> Integers:
    """`first[0] … first[0] + count[0] - 1, first[1] …`: the stretches one after the other."""
    ends = count.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    found: Integers = (first - ends + count).repeat(count)
    found += np.arange(total)
    return found


def hashes(data: bytes, starts: Integers, ends: Integers) -> Integers:
    """A number of 64 bits for each of these stretches, equal for equal ones, never 0."""
    sizes = ends - starts
    blocks = np.ndarray(len(data) + 1, "<u8", data + bytes(8), strides=(1,))
    found: Integers = blocks[starts]
    found &= _MASKS[np.minimum(sizes, 8)]
    found += sizes.astype(np.uint64) * LENGTH
    found *= SHORT
    longer = ((sizes > 8) & (sizes <= LONGEST_IN_ARRAYS)).nonzero()[0]
    done = 8
    while len(longer):
        block = blocks[starts[longer] + done] & _MASKS[np.minimum(sizes[longer] - done, 8)]
        before = found[longer]
        found[longer] = ((before ^ before >> HALF) + block) * LONG
        done += 8
        longer = longer[sizes[longer] > done]
    found ^= found >> HALF
    found *= LAST
    for place in (sizes > LONGEST_IN_ARRAYS).nonzero()[0].tolist():
        found[place] = xxhash.xxh3_64_intdigest(data[starts[place] : ends[place]])
    found[found == 0] = 1
    return found
