"""What the words in the class names and ids of elements say of the text inside, as learned from pages of many sites.

`CLASS_GROUPS` has what people know of such names; this is what pages show of them, word for word: the log odds of
content in elements with the word, in hundredths, where each site counts once (`names` in classifier.json).
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["ROWS", "NameWords", "name_rows", "words_of"]

ROWS = ("name_low", "name_high", "path_low", "path_high", "path_sum", "near_low", "near_high")
"""The features that words give a block: of its element, of all around it, and of its element and two above."""

_WORDS = re.compile(r"[A-Z]*[a-z]+|[A-Z]+", re.ASCII)

NameWords = Mapping[str, int]
"""The log odds of content for each word, in hundredths."""


def words_of(names: str) -> list[str]:
    """Return the words of names in small letters: letters in a row; a capital after a small one begins the next.

    article-body_2 mainText HTMLPage   ->   article, body, main, text, htmlpage
    """
    words: list[str] = _WORDS.findall(names)
    return words if names.islower() else [word.lower() for word in words]


def extremes(names: str, words: NameWords) -> tuple[int, int]:
    """Return the least and the greatest value of the known words among names; 0 and 0 if there are none."""
    values = [words[word] for word in words_of(names) if word in words]
    return (min(values), max(values)) if values else (0, 0)


def name_rows(
    names: Sequence[str], parents: Sequence[int], nodes: NDArray[np.int64], words: NameWords
) -> NDArray[np.int32]:
    """Return the `ROWS` of the blocks in the elements `nodes`; each element of the page has names and a parent."""
    extremes_of = {name: extremes(name, words) for name in set(names)}
    lows, highs = map(list, zip(*[extremes_of[name] for name in names], strict=True))
    path_lows, path_highs, path_sums = lows[:1], highs[:1], [lows[0] + highs[0]]
    for node in range(1, len(names)):
        low, high, parent = lows[node], highs[node], parents[node]
        path_low, path_high = path_lows[parent], path_highs[parent]
        # Comparisons take a third of what `min` and `max` of two numbers do.
        path_lows.append(low if low < path_low else path_low)
        path_highs.append(high if high > path_high else path_high)
        path_sums.append(path_sums[parent] + low + high)
    own_extremes = np.array((lows, highs), np.int32)
    parents_of = np.array(parents)
    above = parents_of[nodes]
    near = [own_extremes[:, indexes] for indexes in (nodes, above, parents_of[above])]
    return np.concatenate((
        near[0],
        np.array((path_lows, path_highs, path_sums), np.int32)[:, nodes],
        [np.minimum.reduce([low for low, _ in near]), np.maximum.reduce([high for _, high in near])],
    ))  # fmt: skip
