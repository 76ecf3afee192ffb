"""Near copies of texts that are known by their signatures alone.

The signature is that of `dedup` with its own defaults, so that it can be held against an index, too. It cannot be
turned back into the text: of some hundred random orders of the text's shingles, it has 32 bits of the first one.

Texts count as near copies if their signatures agree in seven of ten positions or more. With 112 positions that finds
99.4 % of the texts that share exactly .8 of their shingles, and all but one in a million from .87 on; of those that
share .6 it takes 1.4 %. The error is on the side of those who asked for a text to be taken out.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.dedup.minhash import Ranks, Signatures, agreement, band_keys, signatures
from corpuskit.text.dedup.shingle_batches import shingles_of
from corpuskit.text.dedup.shingles import VERSION, Hashes

NGRAM, PERMUTATIONS, SEED = 5, 112, 1
BANDS = 28
"""Of four positions each: of two signatures that agree in .7 of theirs, one band agrees with a chance of 99.95 %."""
AGREEMENT = 0.7
LONG_MEAN = 0.35
"""Of the numbers in a signature, as a share of their range: that of a long text is lower."""
BATCH_TEXTS = 256
_BITS_PER_KEY = 16
_LEAST_BITS = 1 << 16


class Copy(NamedTuple):
    """A text that is a near copy."""

    number: int
    """Of the signature that it agrees with most."""
    agreement: float


def scheme() -> str:
    """Return what signatures must have in common to be comparable: versions of shingles and of the hash."""
    from rensa import RMinHash

    return f"{VERSION.partition(',')[0]}.{RMinHash.ALGORITHM_VERSION}"


def sign_texts(texts: Sequence[str]) -> list[str]:
    """Return the signature of each text, for a list; empty for a text without words."""
    written = []
    for start in range(0, len(texts), BATCH_TEXTS):
        rows, wordless = signature_rows(texts[start : start + BATCH_TEXTS])
        written += ["" if empty else write_signature(row) for row, empty in zip(rows, wordless, strict=True)]
    return written


def signature_rows(texts: Sequence[str]) -> tuple[Signatures, NDArray[np.bool_]]:
    """Return the signatures of texts, a row each, and which texts have no words; their rows mean nothing."""
    shingled = shingles_of(texts, NGRAM)
    return signatures(shingled, PERMUTATIONS, SEED), np.array([not len(hashes) for hashes in shingled], bool)


def write_signature(row: NDArray[np.uint32]) -> str:
    """Return a signature as a list has it: the scheme, and the numbers in base64, little-endian."""
    return f"{scheme()}:{base64.b64encode(row.astype('<u4').tobytes()).decode()}"


def is_signature(written: str) -> bool:
    """Whether a signature is of this scheme."""
    return read_signature(written) is not None


def are_of_long_texts(rows: Signatures) -> NDArray[np.bool_]:
    """Return which signatures show that their texts have more than 46 shingles, as practically all from 80 on do.

    The more shingles, the lower the least of them is in each position. Of 60,000 texts with 46, none had a mean below
    .379 of the range; it is .432, with a standard deviation of .013. At 64 it is .359, at 80 .309, at 100 .260.
    """
    is_long: NDArray[np.bool_] = rows.mean(axis=1, dtype=np.float64) < LONG_MEAN * 2.0**32
    return is_long


def rows_of_signatures(written: Sequence[str]) -> Signatures:
    """Return signatures of this scheme, a row each."""
    rows = [row for row in map(read_signature, written) if row is not None]
    return np.stack(rows) if rows else np.empty((0, PERMUTATIONS), np.uint32)


def read_signature(written: str) -> NDArray[np.uint32] | None:
    """Return the numbers of a signature; None if it is not of this scheme."""
    name, _, numbers = written.partition(":")
    try:
        data = base64.b64decode(numbers, validate=True)
    except (binascii.Error, ValueError):
        return None
    if name != scheme() or len(data) != 4 * PERMUTATIONS:
        return None
    return np.frombuffer(data, "<u4").astype(np.uint32)


class NearCopies:
    """Signatures, looked up by their bands: 4 KB of memory for each."""

    def __init__(self, rows: Signatures) -> None:
        """Index the rows; of equal ones, the first."""
        self.rows = rows
        _, firsts = np.unique(rows, axis=0, return_index=True)
        firsts.sort()
        keys = band_keys(rows[firsts], BANDS).ravel()
        order = np.argsort(keys)
        self._keys = keys[order]
        self._owners = firsts[order // BANDS]
        self._bits, self._shift = _filter_of(self._keys)

    def find(self, texts: Sequence[str]) -> list[Copy | None]:
        """Return for each text of what it is a near copy."""
        rows, wordless = signature_rows(texts)
        return [None if empty else copy for copy, empty in zip(self.find_rows(rows), wordless, strict=True)]

    def find_rows(self, rows: Signatures) -> list[Copy | None]:
        """Return for each signature which of the others it agrees with most, if that is enough."""
        copies: list[Copy | None] = [None] * len(rows)
        if not len(rows) or not len(self.rows):
            return copies
        asking, owners = self._candidates(band_keys(rows, BANDS))
        shares = agreement(rows[asking], self.rows[owners])
        for index in np.flatnonzero(shares >= AGREEMENT).tolist():
            number, copy = int(asking[index]), Copy(int(owners[index]), float(shares[index]))
            best = copies[number]
            if best is None or (-copy.agreement, copy.number) < (-best.agreement, best.number):
                copies[number] = copy
        return copies

    def _candidates(self, keys: Hashes) -> tuple[Ranks, Ranks]:
        """Return pairs, each once: rows that are asked about, and rows here that share a band with them."""
        is_likely = self._bits.take((keys >> self._shift).astype(np.int64))
        likely = np.flatnonzero(is_likely)
        likely_keys = keys.ravel()[likely]
        starts = np.searchsorted(self._keys, likely_keys, side="left")
        sizes = np.searchsorted(self._keys, likely_keys, side="right") - starts
        # starts [3 8], sizes [2 1]: the places 3, 4 and 8, asked about by the first, the first and the second.
        offsets = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        owners = self._owners[np.repeat(starts, sizes) + offsets]
        pairs = np.unique(np.stack([np.repeat(likely // BANDS, sizes), owners], axis=1), axis=0)
        return pairs[:, 0], pairs[:, 1]


def _filter_of(keys: Hashes) -> tuple[NDArray[np.bool_], np.uint64]:
    """Return flags, of which those of the keys' first bits are set, and by how many bits to shift a key to find its."""
    size = max(_LEAST_BITS, 1 << (min(len(keys), 1 << 22) * _BITS_PER_KEY).bit_length())
    shift = np.uint64(64 - (size.bit_length() - 1))
    flags = np.zeros(size, bool)
    flags[(keys >> shift).astype(np.int64)] = True
    return flags, shift


def near_copies_of(written: Sequence[str]) -> NearCopies:
    """Return what finds near copies of the texts with these signatures."""
    return NearCopies(rows_of_signatures(written))


def version() -> str:
    """Return the version of near copies, for the manifest: of signatures, and of when they agree."""
    return f"{scheme()}, {PERMUTATIONS} positions, {AGREEMENT}"


def are_comparable(settings: Mapping[str, Any]) -> bool:
    """Whether an index with these settings holds signatures of this scheme."""
    from corpuskit.text.dedup import minhash

    expected = {
        "method": "minhash",
        "ngram": NGRAM,
        "permutations": PERMUTATIONS,
        "seed": SEED,
        "minhash": minhash.version(),
        "shingles": VERSION,
    }
    return all(settings.get(key) == value for key, value in expected.items())
