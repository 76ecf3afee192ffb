"""Where Gopher's marks, hash signs and ellipses, stand in the bytes of a batch of texts."""

import numpy as np

from corpuskit.text.quality.arrays import Integers

__all__ = ["offsets_of_ellipses", "offsets_of_hashes"]

_DOTS, _ELLIPSIS = b"...", "…".encode()


def offsets_of_hashes(data: bytes, codes: Integers) -> Integers:
    """Return where hash signs stand; `codes` are the bytes of `data`."""
    if b"#" not in data:
        return np.zeros(0, np.int64)
    hashes: Integers = (codes == ord("#")).nonzero()[0]
    return hashes


def offsets_of_ellipses(data: bytes, codes: Integers) -> Integers:
    """Return where ellipses begin, of a character or of three dots, in no order; `codes` are the bytes of `data`.

    >>> offsets_of_ellipses(b"a... b", np.frombuffer(b"a... b", np.uint8)).tolist()
    [1]
    """
    offsets = [_runs_of_dots(codes)] if _DOTS in data else []
    if _ELLIPSIS in data:
        first = (codes[:-2] == _ELLIPSIS[0]).nonzero()[0]
        offsets.append(first[(codes[first + 1] == _ELLIPSIS[1]) & (codes[first + 2] == _ELLIPSIS[2])])
    return np.concatenate([np.zeros(0, np.int64), *offsets])


def _runs_of_dots(codes: Integers) -> Integers:
    """Return where three dots stand that share none with the three before."""
    # codes       a . . . . . . . b . . .
    # offset      0 1 2 3 4 5 6 7 8 9
    # threes      [1 2 3 4 5 9]               each dot with two more behind it
    # run_starts  [1 1 1 1 1 9]
    # returned    [1 4 9]
    dots = codes == ord(".")
    threes = (dots[:-2] & dots[1:-1] & dots[2:]).nonzero()[0]
    opens = np.ones(len(threes), bool)
    opens[1:] = threes[1:] - threes[:-1] != 1
    run_starts = threes[opens][opens.cumsum() - 1]
    apart: Integers = threes[(threes - run_starts) % len(_DOTS) == 0]
    return apart
