"""Shingles of many texts at once: the hashes of `corpuskit.text.dedup.shingles`, with numpy called once per group.

For most texts a table is enough: each of their characters becomes one other, whatever is next to it. Such texts are
laid into one array, ASCII apart from others, and hashed together. A text with a character whose form depends on its
neighbours (a combining mark, a final sigma), or that becomes several, is first put into its normal form.
"""

import itertools
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.dedup.shingles import (
    BLOCK,
    SEPARATOR,
    Hashes,
    kinds_of_ascii,
    kinds_of_characters,
    normalised,
    shingles,
    units_of,
    windows,
)

__all__ = ["ALONE", "CODE", "KIND_SHIFT", "UTF_16", "folding", "shingles_of", "shingles_of_sizes"]

GROUP = 1 << 16
"""Characters hashed together: the arrays of a group should fit into the processor's cache."""

ALONE = 4
"""Kind of a code unit that a table cannot replace."""

CODE = np.uint32(0xFFFF)
KIND_SHIFT = np.uint32(16)
UTF_16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"
SAMPLED = 64
PAGE = 256
HIGH_SURROGATES, LOW_SURROGATES = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
PICTOGRAPHS = range(0xD83C, 0xD83F)
UNSPACED_FROM = "\u0e00"

Table = NDArray[np.uint32]


def shingles_of(texts: Sequence[str], ngram: int) -> list[Hashes]:
    """Return the hashes of each text's shingles, as `shingles` returns them."""
    return [hashes for (hashes,) in shingles_of_sizes(texts, (ngram,))]


def shingles_of_sizes(texts: Sequence[str], ngrams: Sequence[int]) -> list[tuple[Hashes, ...]]:
    """Return the hashes of each text's shingles of several sizes; its words are hashed once."""
    shingled: list[tuple[Hashes, ...]] = [()] * len(texts)
    for numbers in _groups(texts):
        group = [texts[number] for number in numbers]
        if len(group[0]) > BLOCK:
            hashes = [tuple(shingles(group[0], ngram) for ngram in ngrams)]
        elif group[0].isascii():
            hashes = _of_ascii(group, ngrams)
        else:
            hashes = _of_any(group, ngrams, raw=True)
        for number, text_hashes in zip(numbers, hashes, strict=True):
            shingled[number] = text_hashes
    return shingled


def _groups(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the numbers of texts to hash together; the grouping changes no hash."""
    waiting: dict[str, list[int]] = {"ascii": [], "spaced": [], "unspaced": []}
    sizes = dict.fromkeys(waiting, 0)
    for number, text in enumerate(texts):
        if len(text) > BLOCK:
            yield [number]
            continue
        kind = "ascii" if text.isascii() else "spaced" if max(text[:SAMPLED]) < UNSPACED_FROM else "unspaced"
        if sizes[kind] + len(text) > GROUP and waiting[kind]:
            yield waiting[kind]
            waiting[kind], sizes[kind] = [], 0
        waiting[kind].append(number)
        sizes[kind] += len(text)
    yield from filter(None, waiting.values())


def _of_ascii(texts: list[str], ngrams: Sequence[int]) -> list[tuple[Hashes, ...]]:
    laid = "\n".join(["", *texts, ""]).encode().lower()
    codes = np.frombuffer(laid, np.uint8)
    return _of_laid(codes, kinds_of_ascii(codes), [len(text) for text in texts], ngrams)


def _of_any(texts: list[str], ngrams: Sequence[int], raw: bool) -> list[tuple[Hashes, ...]]:
    """Return the shingles of texts as they are or, unless `raw`, of texts in their normal form."""
    coded = [text.encode(UTF_16, "surrogatepass") for text in texts]
    line_feed = "\n".encode(UTF_16)
    laid = np.frombuffer(line_feed + line_feed.join(coded) + line_feed, np.uint16)
    entries = (folding() if raw else _plain()).take(laid)
    kinds = (entries >> KIND_SHIFT).astype(np.uint8)
    sizes = [len(line) // 2 for line in coded]
    odd = np.flatnonzero(kinds == ALONE) if kinds.max() >= ALONE else ()
    if not len(odd):
        return _of_laid(entries & CODE, kinds, sizes, ngrams)
    whose = np.searchsorted(np.cumsum(np.array(sizes) + 1), odd, side="left")
    return _of_some(texts, set(whose.tolist()), ngrams, raw)


def _of_some(texts: list[str], odd: set[int], ngrams: Sequence[int], raw: bool) -> list[tuple[Hashes, ...]]:
    """Return the shingles of texts; the `odd` ones are normalised first or, if they already are, hashed alone."""
    even = [text for number, text in enumerate(texts) if number not in odd]
    others = [text for number, text in enumerate(texts) if number in odd]
    by_table = iter(_of_any(even, ngrams, raw) if even else ())
    if raw:
        apart = iter(_of_any([normalised(text) for text in others], ngrams, raw=False))
    else:
        apart = iter([tuple(shingles(text, ngram) for ngram in ngrams) for text in others])
    return [next(apart) if number in odd else next(by_table) for number in range(len(texts))]


def _of_laid(
    codes: NDArray[np.unsignedinteger],
    kinds: NDArray[np.uint8] | NDArray[np.bool_],
    sizes: list[int],
    ngrams: Sequence[int],
) -> list[tuple[Hashes, ...]]:
    """Return the shingles of texts that lie in one array, with a line feed before, between and after them."""
    starts, units, single = units_of(codes, kinds)
    borders = np.searchsorted(starts, np.cumsum([0] + [size + 1 for size in sizes])).tolist()
    return list(zip(*(windows(units, single, borders, ngram) for ngram in ngrams), strict=True))


@cache
def folding() -> Table:
    """Return for each UTF-16 unit the one that it becomes in NFKC and lower case, and the kind of that."""
    table = _plain().copy()
    for start in range(0, 1 << 16, PAGE):
        page = "".join(map(chr, range(start, start + PAGE)))
        if not unicodedata.is_normalized("NFKC", page) or page.lower() != page or not _depending().isdisjoint(page):
            table[start : start + PAGE] = [_folded(character) for character in page]
    return _with_surrogates(table)


@cache
def _plain() -> Table:
    """Return for each UTF-16 unit itself and its kind."""
    table = np.arange(1 << 16, dtype=np.uint32) | kinds_of_characters()[: 1 << 16].astype(np.uint32) << KIND_SHIFT
    return _with_surrogates(table)


def _with_surrogates(table: Table) -> Table:
    table[HIGH_SURROGATES.start : HIGH_SURROGATES.stop] = ALONE << 16
    for high in PICTOGRAPHS:
        if _all_symbols(high):
            table[high] = _entry(" ")
    table[LOW_SURROGATES.start : LOW_SURROGATES.stop] = _entry(" ")
    return table


def _all_symbols(high: int) -> bool:
    """Whether all characters that begin with a high surrogate separate words, as pictographs do."""
    first = 0x10000 + (high - HIGH_SURROGATES.start) * 0x400
    characters = "".join(map(chr, range(first, first + 0x400)))
    separate = not kinds_of_characters()[first : first + 0x400].any()
    return separate and unicodedata.is_normalized("NFKC", characters) and characters.lower() == characters


def _folded(character: str) -> int:
    """Return a character's entry. A character that becomes only separators, as an ellipsis does, is a separator."""
    normal = unicodedata.normalize("NFKC", character)
    becomes = normal.lower()
    if character in _depending() or normal in _depending():
        return ALONE << 16
    if len(becomes) == 1 and becomes <= "\uffff":
        return _entry(becomes)
    letters = any(kinds_of_characters()[ord(part)] != SEPARATOR or part in _depending() for part in becomes)
    return ALONE << 16 if letters else _entry(" ")


def _entry(character: str) -> int:
    return ord(character) | int(kinds_of_characters()[ord(character)]) << 16


@cache
def _depending() -> frozenset[str]:
    """Return the characters that are reordered or composed with others, or whose lower case depends on others."""
    # Final sigma, and the vowels and finals of Hangul. No Han character or Hangul syllable depends on others.
    characters = {"\u03a3", *map(chr, range(0x1161, 0x1176)), *map(chr, range(0x11A8, 0x11C3))}
    for character in map(chr, itertools.chain(range(0x3400), range(0xA000, 0xAC00), range(0xD7A4, 1 << 16))):
        if unicodedata.combining(character):
            characters.add(character)
        characters.update(unicodedata.normalize("NFD", character)[1:])
    return frozenset(characters)
