"""Shingles: the runs of words by which texts are compared, each as a 64-bit hash.

A text is converted to Unicode form NFKC and lower case. Its *units* are its words (runs of letters, digits and marks)
and, in scripts that put no spaces between words, single characters. A shingle is `ngram` words in a row, or the same
amount of text in characters: five words weigh as much as eight characters. A text with fewer units is a single shingle;
a text without units has none.

All work is done by numpy on arrays of code points, so the hashes are the same in every process. They also depend on the
Unicode tables of the running Python; `VERSION` names these too.
"""

import itertools
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["VERSION", "Hashes", "jaccard", "shingles", "unit_bounds"]

VERSION = f"1, Unicode {unicodedata.unidata_version}"
"""Names everything that decides a shingle's hash."""

Hashes = NDArray[np.uint64]

SEPARATOR, WORD, CHARACTER = 0, 1, 2
WORD_WEIGHT, CHARACTER_WEIGHT = 8, 5

# Scripts written without spaces between words: Thai and Lao, Burmese, Khmer, Tai, Balinese, Javanese, kana, Han.
UNSPACED = (
    (0x0E00, 0x0F00),
    (0x1000, 0x10A0),
    (0x1780, 0x1800),
    (0x1950, 0x19E0),
    (0x1A20, 0x1AB0),
    (0x1B00, 0x1B80),
    (0x3005, 0x3008),
    (0x3040, 0x3100),
    (0x31F0, 0x3200),
    (0x3400, 0x4DC0),
    (0x4E00, 0xA000),
    (0xA980, 0xAA00),
    (0xAA60, 0xAA80),
    (0xF900, 0xFB00),
    (0x20000, 0x34000),
)

# Odd, so that powers have inverses modulo 2**64; random otherwise.
LETTER_BASE = 0x9E6C_63D0_C9B2_4F8B
UNIT_BASE = np.uint64(0xD1B5_4A32_D192_ED03)
MIXER = np.uint64(0xBF58_476D_1CE4_E5B9)
HALF = np.uint64(32)

LETTERS, DIGITS = 26, 10
BLOCK = 1 << 15
NORMALISED_AT_ONCE = 1 << 10


def shingles(text: str, ngram: int) -> Hashes:
    """Return the hashes of the text's shingles in their order, repeats included; empty if the text has no words."""
    blocks = [units_of_block(block) for block in blocks_of(text)]
    if not blocks:
        return np.empty(0, np.uint64)
    units = np.concatenate([hashes for hashes, _ in blocks]) if len(blocks) > 1 else blocks[0][0]
    if all(single is None for _, single in blocks):
        return _words(units, ngram)
    weights = np.concatenate([_weights(hashes, single) for hashes, single in blocks])
    return _weighted(units, weights, ngram)


def words_of(text: str) -> tuple[Hashes, NDArray[np.int64]]:
    """Return the hashes of a text's units in order, and their weights: a word has `WORD_WEIGHT`."""
    blocks = [units_of_block(block) for block in blocks_of(text)]
    if not blocks:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    weights = [_weights(hashes, single) for hashes, single in blocks]
    return np.concatenate([hashes for hashes, _ in blocks]), np.concatenate(weights)


def jaccard(left: Hashes, right: Hashes) -> float:
    """Return the shared shingles of two texts as a share of all their shingles, as sets; 0.0 if neither has any.

    >>> jaccard(shingles("a b c d e f", 5), shingles("a b c d e g", 5))
    0.3333333333333333
    """
    left, right = np.unique(left), np.unique(right)
    common = len(np.intersect1d(left, right, assume_unique=True))
    return common / max(len(left) + len(right) - common, 1)


def unit_bounds(text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the units of a text begin and end, in characters: those of `words_of`, in order.

    >>> [array.tolist() for array in unit_bounds("Ab, 猫x")]
    [[0, 4, 5], [2, 5, 6]]
    """
    starts, ends, offset = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for block in blocks_of(text):
        normal = normalised(block)
        origins = _origins(block, normal)
        firsts, lasts = _origins_of_clusters(block, normal) if origins is None else (origins, origins)
        before, at = bounds_of(_coded("\n" + normal + "\n")[1])
        first, last = firsts[before], lasts[at - 1] + 1
        starts.append(first + offset)
        ends.append(last + offset)
        offset += len(block)
    return np.concatenate(starts), np.concatenate(ends)


def _origins(block: str, normal: str) -> NDArray[np.int64] | None:
    """Return for each character of a text's normal form the one that it came from; None if they do not come singly."""
    if block.isascii():
        return np.arange(len(block))
    table = {sign: unicodedata.normalize("NFKC", sign).lower() for sign in set(block)}
    if block.translate({ord(sign): part for sign, part in table.items()}) != normal:
        return None
    if len(block) == len(normal):
        return np.arange(len(block))
    lengths = {sign: len(part) for sign, part in table.items()}
    return np.repeat(np.arange(len(block)), np.fromiter(map(lengths.__getitem__, block), np.int64, len(block)))


def _origins_of_clusters(block: str, normal: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first and the last character that each one of a text's normal form came from, where some come jointly.

    The final form of sigma is as long as the other, so that clusters may be put into small letters one by one.
    """
    firsts, lengths, sizes, start = list[int](), list[int](), list[int](), 0
    for span in blocks_of(block, NORMALISED_AT_ONCE):
        for cluster in _clusters(span):
            firsts.append(start)
            lengths.append(len(cluster))
            sizes.append(len(_normal(cluster)))
            start += len(cluster)
    assert sum(sizes) == len(normal), "the normal forms of clusters are that of the text"
    begins = np.array(firsts, np.int64)
    return np.repeat(begins, sizes), np.repeat(begins + np.array(lengths) - 1, sizes)


def _clusters(span: str) -> Iterator[str]:
    """Yield the parts of a text that become its normal form one by one."""
    cluster = ""
    for character in span:
        if cluster and not _joins(cluster, character):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _joins(cluster: str, character: str) -> bool:
    """Whether the normal form of a character depends on those before it: on the last that is no mark, and its marks."""
    if character.isascii():
        return False
    if unicodedata.combining(unicodedata.normalize("NFKD", character)[0]):
        return True
    return _normal(cluster + character) != _normal(cluster) + _normal(character)


@lru_cache(maxsize=1 << 12)
def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def bounds_of(kinds: NDArray[np.uint8] | NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the indexes before the first and at the last code point of each unit that separators enclose."""
    before, after = kinds[:-1], kinds[1:]
    edges = before != after
    if kinds.dtype != np.bool_ and bool((kinds == CHARACTER).any()):
        edges |= after == CHARACTER
        boundaries = np.flatnonzero(edges)
        return boundaries[after[boundaries] != SEPARATOR], boundaries[before[boundaries] != SEPARATOR]
    boundaries = np.flatnonzero(edges)
    return boundaries[0::2], boundaries[1::2]


def blocks_of(text: str, size: int | None = None) -> Iterator[str]:
    """Yield the text in blocks of at most `size` (or BLOCK) characters, cut after a space wherever there is one."""
    size = size or BLOCK
    start = 0
    while len(text) - start > size:
        end = text.rfind(" ", start, start + size) + 1 or start + size
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def normalised(text: str) -> str:
    """Return the text in NFKC and lower case, made span by span: a long run of combining marks takes quadratic time."""
    if text.isascii():
        return text.lower()
    spans = blocks_of(text, NORMALISED_AT_ONCE)
    return "".join([unicodedata.normalize("NFKC", span) for span in spans]).lower()


def units_of_block(text: str) -> tuple[Hashes, NDArray[np.bool_] | None]:
    """Return the hashes of a block's units, and which of them are single characters; None if none is."""
    _, hashes, single = units_of(*_coded("\n" + normalised(text) + "\n"))
    return hashes, single


def units_of(
    codes: NDArray[np.unsignedinteger], kinds: NDArray[np.uint8] | NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Hashes, NDArray[np.bool_] | None]:
    """Return the units of code points that separators enclose: the index before each, its hash, and if it is single.

    `kinds` has the kind of each code point. The last array is None if no unit is a single character.
    """
    # text           \n  a  b     猫  c \n     `ab` and `c` are words, `猫` is a single character
    # kinds         [0  1  1  0  2  1  0]
    # edges         [ 1  0  1  1  1  1 ]      between neighbours: where a unit starts or ends
    # starts, ends  [0 3 4], [2 4 5]          `ab` is codes[0 + 1 : 2 + 1]; its sum is 97 * base + 98 * base**2
    # single        [0 1 0]
    starts, ends = bounds_of(kinds)
    powers, inverses = _powers(1 << len(codes).bit_length())
    # A unit begins after `starts` and ends at `ends`. Its hash is the polynomial of its code points: a difference of
    # running sums, scaled down to the same power wherever the unit is.
    sums = codes * powers[: len(codes)]
    np.cumsum(sums, out=sums)
    hashes = _scrambled((sums.take(ends) - sums.take(starts)) * inverses.take(starts))
    single = kinds[1:][starts] == CHARACTER if kinds.dtype != np.bool_ else None
    return starts, hashes, single if single is not None and single.any() else None


def windows(units: Hashes, single: NDArray[np.bool_] | None, borders: list[int], ngram: int) -> list[Hashes]:
    """Return the shingles of texts whose units lie one after the other; text n has `borders[n]` to `borders[n + 1]`."""
    total = _words(units, ngram) if len(units) >= ngram else units
    hashes = [
        total[at : end - ngram + 1] if end - at >= ngram else _words(units[at:end], ngram)
        for at, end in itertools.pairwise(borders)
    ]
    if single is not None:
        singles = np.concatenate(([0], np.cumsum(single)))[borders].tolist()
        for number, (at, end) in enumerate(itertools.pairwise(borders)):
            if singles[number + 1] > singles[number]:
                hashes[number] = _weighted(units[at:end], _weights(units[at:end], single[at:end]), ngram)
    return hashes


def _coded(text: str) -> tuple[NDArray[np.unsignedinteger], NDArray[np.uint8] | NDArray[np.bool_]]:
    """Return the text's code points and their kinds; ASCII, which has only words, takes a quicker way."""
    if text.isascii():
        codes_of_ascii = np.frombuffer(text.encode(), np.uint8)
        return codes_of_ascii, kinds_of_ascii(codes_of_ascii)
    order = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"
    codes = np.frombuffer(text.encode(order, "surrogatepass"), np.uint32)
    return codes, kinds_of_characters()[codes]


def _words(units: Hashes, ngram: int) -> Hashes:
    """Return a hash for every `ngram` units in a row."""
    width = min(ngram, len(units))
    count = len(units) - width + 1
    if not width:
        return units
    total = units[:count].copy()
    for step in range(1, width):
        total *= UNIT_BASE
        total += units[step : step + count]
    return _scrambled(total)


def _weighted(units: Hashes, weights: NDArray[np.int64], ngram: int) -> Hashes:
    """Return a hash for every unit with those after it that together weigh as much as `ngram` words."""
    enough = ngram * WORD_WEIGHT
    until = np.cumsum(weights)
    ends = np.searchsorted(until, until - weights + enough) + 1
    count = max(int(np.searchsorted(ends, len(units), side="right")), 1)
    widths = np.minimum(ends[:count], len(units)) - np.arange(count)
    narrowest, total = int(widths.min()), units[:count].copy()
    for step in range(1, narrowest):
        total *= UNIT_BASE
        total += units[step : step + count]
    for step in range(narrowest, int(widths.max())):
        rows = np.flatnonzero(widths > step)
        total[rows] = total[rows] * UNIT_BASE + units[rows + step]
    return _scrambled(total)


def _weights(hashes: Hashes, single: NDArray[np.bool_] | None) -> NDArray[np.int64]:
    if single is None:
        return np.full(len(hashes), WORD_WEIGHT, np.int64)
    return np.where(single, CHARACTER_WEIGHT, WORD_WEIGHT)


def _scrambled(hashes: Hashes) -> Hashes:
    """Mix low bits into high ones and back; this permutes the 64-bit numbers."""
    hashes ^= hashes >> HALF
    hashes *= MIXER
    hashes ^= hashes >> HALF
    return hashes


@cache
def _powers(size: int) -> tuple[Hashes, Hashes]:
    """Return the powers of the letters' base from 0 on, and their inverses."""
    inverse = pow(LETTER_BASE, -1, 1 << 64)
    return _series(LETTER_BASE, size), _series(inverse, size)


def _series(base: int, size: int) -> Hashes:
    factors = np.full(size, base, np.uint64)
    factors[0] = 1
    return np.multiply.accumulate(factors)


@cache
def kinds_of_characters() -> NDArray[np.uint8]:
    """Return the kind of every code point. No letter lies beyond the ideographic planes."""
    kinds = np.zeros(sys.maxunicode + 1, np.uint8)
    kinds[:0x34000] = [_is_letter(chr(code)) for code in range(0x34000)]
    for start, end in UNSPACED:
        kinds[start:end] *= CHARACTER
    return kinds


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character)[0] == "M"


def kinds_of_ascii(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which characters are letters or digits, capital letters apart: they were put into small ones."""
    # What is less than the first of a range wraps around, to more than any range has.
    kinds: NDArray[np.bool_] = codes - np.uint8(ord("a")) < LETTERS
    kinds |= codes - np.uint8(ord("0")) < DIGITS
    return kinds
