"""Spans of bytes or array entries, many at a time: their indices, and a hash for each."""

from collections.abc import Sequence

import numpy as np
import xxhash

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.compiled import compiled_core

__all__ = ["HashSet", "expand_spans", "hash_spans", "hash_words"]

MAX_BYTES_IN_ARRAYS = 64
"""Longest span that is hashed together with the others; longer ones are hashed one by one."""
END_OF_HASH = (1 << 16) - 1
"""Bits of a hash that tell most others from those of a set."""

_MASKS = np.array([(1 << 8 * size) - 1 for size in range(9)], np.uint64)
# Odd numbers with random-looking bits, from the digits of the golden ratio and of pi.
LENGTH, SHORT, LONG, LAST = np.array(
    [0x9E3779B97F4A7C15, 0x243F6A8885A308D3, 0x13198A2E03707345, 0xA4093822299F31D1], np.uint64
)
HALF = np.uint64(32)


def expand_spans(first: Integers, counts: Integers) -> Integers:
    """Return the indices in all spans, one span after the other; each has a first index and a count.

    >>> expand_spans(np.array([10, 40]), np.array([3, 2])).tolist()
    [10, 11, 12, 40, 41]
    """
    # first - (entries before the span)    10  10  10  37  37
    # + position in the result              0   1   2   3   4
    # = indices                            10  11  12  40  41
    ends = counts.cumsum()
    total = int(ends[-1]) if len(ends) else 0
    indices: Integers = (first - ends + counts).repeat(counts)
    indices += np.arange(total)
    return indices


def hash_spans(data: bytes, starts: Integers, ends: Integers) -> Integers:
    """Return a 64-bit hash of each span: equal for equal spans, never 0."""
    core = compiled_core()
    if core is None:
        return _hash_spans(data, starts, ends)
    hashes = np.empty(len(starts), np.uint64)
    if core.hash_spans(data, starts, ends, hashes):
        _hash_long_spans(data, starts, ends, hashes)
    return hashes


def hash_words(words: Sequence[str]) -> Integers:
    """Return a hash of each word, as `hash_spans` has it for a token of the same letters."""
    encoded = [word.encode() for word in words]
    ends = np.array([len(word) for word in encoded]).cumsum()
    return hash_spans(b"".join(encoded), np.concatenate([[0], ends[:-1]]), ends)


class HashSet:
    """A few hashes that many others are compared with.

    >>> HashSet(np.array([9, 4, 7])).among(np.array([3, 9, 4])).tolist()
    [False, True, True]
    """

    def __init__(self, hashes: Integers) -> None:
        """Take at least one hash."""
        self._rising = np.sort(hashes)
        self._has_end = np.zeros(END_OF_HASH + 1, bool)
        self._has_end[hashes & END_OF_HASH] = True

    def among(self, hashes: Integers) -> Booleans:
        """Return for each of some hashes whether it is in the set."""
        among: Booleans = self._has_end[hashes & END_OF_HASH]
        # Few others have such an end.
        likely, rising = hashes[among], self._rising
        among[among] = rising[np.minimum(rising.searchsorted(likely), len(rising) - 1)] == likely
        return among


def _hash_spans(data: bytes, starts: Integers, ends: Integers) -> Integers:
    # `blocks[i]` is the little-endian integer of the 8 bytes from i on. A span takes in a block for every 8 bytes,
    # the last one masked; those that have more go on to the next round:
    #
    #   data      a _ c o n t r i b u t i o n _        `_` is a space
    #   span 0    a                                    masked to 1 byte
    #   span 1        c o n t r i b u|t i o n          all 8 bytes, then 4 in the second round
    sizes = ends - starts
    blocks = np.ndarray(len(data) + 1, "<u8", data + bytes(8), strides=(1,))
    hashes: Integers = blocks[starts]
    hashes &= _MASKS[np.minimum(sizes, 8)]
    hashes += sizes.astype(np.uint64) * LENGTH
    hashes *= SHORT
    longer = ((sizes > 8) & (sizes <= MAX_BYTES_IN_ARRAYS)).nonzero()[0]
    done = 8
    while len(longer):
        block = blocks[starts[longer] + done] & _MASKS[np.minimum(sizes[longer] - done, 8)]
        before = hashes[longer]
        hashes[longer] = ((before ^ before >> HALF) + block) * LONG
        done += 8
        longer = longer[sizes[longer] > done]
    hashes ^= hashes >> HALF
    hashes *= LAST
    hashes[hashes == 0] = 1
    _hash_long_spans(data, starts, ends, hashes)
    return hashes


def _hash_long_spans(data: bytes, starts: Integers, ends: Integers, hashes: Integers) -> None:
    for index in (ends - starts > MAX_BYTES_IN_ARRAYS).nonzero()[0].tolist():
        hashes[index] = xxhash.xxh3_64_intdigest(data[starts[index] : ends[index]]) or 1
