"""Fingerprints of texts, a few of all runs of words, chosen so that texts which share enough words in a row share one.

Winnowing, of Schleimer, Wilkerson and Aiken, "Winnowing: local algorithms for document fingerprinting" (SIGMOD 2003):
of every `window` hashes of `gram` words in a row the least is chosen, the last one of equals. What is chosen depends on
the words in the window alone, so that `window + gram - 1` words that two texts share have a fingerprint in both.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.dedup.shingles import Hashes

BASE = 0xA24B_AED4_963E_E407
"""Odd, so that powers have inverses modulo 2**64; random otherwise."""
MIXER = np.uint64(0x9FB2_1C65_1E98_DF25)


def fingerprints(words: Hashes, gram: int, window: int) -> tuple[NDArray[np.intp], Hashes]:
    """Return the fingerprints of a text in order: the word that each begins at, and its hash; none of a short text."""
    hashes = _gram_hashes(words, gram)
    if len(hashes) < window:
        # Shorter than what is asked for: nothing in it can be long enough.
        return np.empty(0, np.intp), hashes[:0]
    windows = np.lib.stride_tricks.sliding_window_view(hashes, window)
    # The last of equals, so that the order is turned around.
    least = window - 1 - windows[:, ::-1].argmin(axis=1)
    chosen = np.unique(least + np.arange(len(windows)))
    return chosen, hashes[chosen]


def range_hashes(words: Hashes, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Hashes:
    """Return a hash for the words of each range: of equal words, the same wherever they stand."""
    sums, inverses = _running_sums(words)
    return _mixed((sums[ends] - sums[starts]) * inverses[starts])


def _gram_hashes(words: Hashes, gram: int) -> Hashes:
    """Return a hash for every `gram` words in a row; none of a shorter text."""
    count = len(words) - gram + 1
    if count < 1:
        return words[:0]
    sums, inverses = _running_sums(words)
    return _mixed((sums[gram:] - sums[:-gram]) * inverses[:count])


def _running_sums(words: Hashes) -> tuple[Hashes, Hashes]:
    """Return the sums of words times powers, from 0 on, and what scales a difference of two to the same power."""
    powers, inverses = _powers(len(words))
    sums = np.zeros(len(words) + 1, np.uint64)
    np.cumsum(words * powers[: len(words)], out=sums[1:])
    return sums, inverses


def _mixed(hashes: Hashes) -> Hashes:
    hashes ^= hashes >> np.uint64(32)
    hashes *= MIXER
    hashes ^= hashes >> np.uint64(29)
    return hashes


def _powers(size: int) -> tuple[Hashes, Hashes]:
    """Return the powers of the base from 0 on, and their inverses: at least so many."""
    return _powers_up_to(1 << max(size, 1024).bit_length())


@cache
def _powers_up_to(size: int) -> tuple[Hashes, Hashes]:
    return _series(BASE, size), _series(pow(BASE, -1, 1 << 64), size)


def _series(base: int, size: int) -> Hashes:
    factors = np.full(size, base, np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)
