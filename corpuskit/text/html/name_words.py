"""What the words in the class names and ids of elements say of the text inside, as learned from pages of many sites.

`CLASS_GROUPS` has what people know of such names; this is what pages show of them, word for word: the log odds of
content in elements with the word, in hundredths, where each site counts once (`names` in classifier.json).
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["ROWS", "NameWords", "name_rows", "words_of"]

ROWS = ("name_low", "name_high", "path_low", "path_high", "path_sum", "near_low", "near_high")
"""The features that words give a block: of its element, of all around it, and of its element and two above."""

_WORDS = re.compile(r"[A-Z]*[a-z]+|[A-Z]+", re.ASCII)

NameWords = Mapping[str, int]
"""The log odds of content for each word, in hundredths."""


def words_of(names: str) -> Iterator[str]:
    """Yield the words of names in small letters: letters in a row; a capital after a small one begins the next.

    article-body_2 mainText HTMLPage   ->   article, body, main, text, htmlpage
    """
    return (word.lower() for word in _WORDS.findall(names))


def extremes(names: str, words: NameWords) -> tuple[int, int]:
    """Return the least and the greatest value of the known words among names; 0 and 0 if there are none."""
    values = [words[word] for word in words_of(names) if word in words]
    return (min(values), max(values)) if values else (0, 0)


def name_rows(
    names: Sequence[str], parents: Sequence[int], nodes: NDArray[np.int64], words: NameWords
) -> NDArray[np.int32]:
    """Return the `ROWS` of the blocks in the elements `nodes`; each element of the page has names and a parent."""
    extremes_of = {name: extremes(name, words) for name in set(names)}
    values: list[tuple[int, ...]] = []
    for name, parent in zip(names, parents, strict=True):
        low, high = extremes_of[name]
        if not values:
            values.append((low, high, low, high, low + high, low, high))
            continue
        _, _, path_low, path_high, path_sum, _, _ = around = values[parent]
        above = values[parents[parent]]
        values.append((
            low, high,
            min(low, path_low), max(high, path_high), path_sum + low + high,
            min(low, around[0], above[0]), max(high, around[1], above[1]),
        ))  # fmt: skip
    return np.array(values, np.int32)[nodes].T
