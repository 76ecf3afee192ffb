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
    hashes = gram_hashes(words, gram)
    if len(hashes) < window:
        # Shorter than what is asked for: nothing in it can be long enough.
        return np.empty(0, np.intp), hashes[:0]
    chosen = _last_minima(hashes, window)
    return chosen, hashes[chosen]


def _last_minima(hashes: Hashes, window: int) -> NDArray[np.intp]:
    """Return the indexes of hashes that are the least of a window, the last one of equals, in order.

    A hash is the least of a window that has it if, and only if, none of the windows that have it has a greater least.

    hashes                           5 3 8 4 7
    least of every two               3 3 4 4
    greatest of those that have it   3 3 4 4 4      so 3 and 4 are chosen
    """
    least = _extremes(np.minimum, hashes, window)
    padding = np.zeros(window - 1, np.uint64)
    greatest = _extremes(np.maximum, np.concatenate((padding, least, padding)), window)
    chosen = np.flatnonzero(greatest == hashes)
    # Equals in one window are neighbours here: what lies between them and is less would part them.
    is_equal = (hashes[chosen[1:]] == hashes[chosen[:-1]]) & (np.diff(chosen) < window)
    if not is_equal.any():
        return chosen
    windows = np.lib.stride_tricks.sliding_window_view(hashes, window)
    # Of equals the last one is wanted, so that the order is turned around.
    return np.unique(window - 1 - windows[:, ::-1].argmin(axis=1) + np.arange(len(windows)))


def _extremes(extreme: np.ufunc, values: Hashes, window: int) -> Hashes:
    """Return the extreme of every `window` values in a row, from those of half as many."""
    width = 1
    while 2 * width <= window:
        values = extreme(values[:-width], values[width:])
        width *= 2
    return extreme(values[: len(values) - window + width], values[window - width :])  # type: ignore[no-any-return]


def range_hashes(words: Hashes, starts: NDArray[np.intp], ends: NDArray[np.intp]) -> Hashes:
    """Return a hash for the words of each range: of equal words, the same wherever they stand."""
    sums, inverses = _running_sums(words)
    return _mixed((sums[ends] - sums[starts]) * inverses[starts])


def gram_hashes(words: Hashes, gram: int) -> Hashes:
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
