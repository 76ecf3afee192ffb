"""What tells a block of content from page furniture, as numbers: one column for each block of a page.

Beside the words of a block and the share of them in links (Kohlschütter, Fankhauser and Nejdl, "Boilerplate
detection using shallow text features", WSDM 2010) it counts where the block stands: how far from the element that
holds most of the page's prose, which elements and class names are around it, and what its neighbours are like.
"""

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import Any

import numpy as np

from corpuskit.text.html.reader import Elements, PlacedBlock
from corpuskit.text.html.tags import CLASS_GROUPS, TAG_GROUPS

__all__ = ["NAMES", "WORDS", "features"]

PROSE_WORDS = 12
"""Words from which a block with few links counts as prose when the main element is looked for."""
PROSE_LINKED = 0.4
MOST_COUNTED = 120
"""Words of one block that count at most for the main element."""
FAR = 30
HEAD = 120
"""Characters of a block that are searched for phrases of page furniture."""

_KINDS = {"heading": 0, "line": 1, "row": 2, "item": 3, "preformatted": 4, "paragraph": 5}
_FURNITURE = (
    "copyright", "©", "all rights reserved", "cookie", "newsletter", "subscribe", "sign up", "log in", "read more",
    "share this", "follow us", "click here", "advertisement", "related", "comment", "email", "e-mail", "facebook",
    "twitter", "alle rechte", "kommentar", "anzeige", "mehr zum", "lesen sie", "foto", "photo", "image", "posted",
    "published", "tag:", "tags:", "by ",
)  # fmt: skip
_SPACE, _UNSPACED, _PUNCTUATION, _DIGIT, _ENDING = 1, 2, 4, 8, 16
_BITS = np.arange(len(CLASS_GROUPS) + len(TAG_GROUPS))[:, None]
_GROUP_BITS = _BITS[: len(CLASS_GROUPS)]

_OWN_NAMES = (
    "words", "characters", "linked", "kind", "level", "tag_words", "punctuation", "punctuation_share", "ends",
    "digits", "furniture", "title", "repeated", "marked", "place", "place_share", "text_share", "left", "depth", "up",
    "down", "inside", "node_score", "parent_score", "node_words", "node_linked", "parent_words", "parent_linked",
    "siblings", "first_prose", "last_prose", "pieces", "page_words", "best_share", "page_linked",
)  # fmt: skip
_NEAR_NAMES = ("words", "linked", "kind", "punctuation_share", "up", "node_score")
_NEAR = [_OWN_NAMES.index(name) for name in _NEAR_NAMES]
_SHIFTS = (-2, -1, 1, 2)
_WEIGHTS = np.array([1.0, 2, 3, 4, 4, 4, 3, 2, 1])
NAMES = (
    *_OWN_NAMES,
    *(f"{name}{shift:+d}" for shift in _SHIFTS for name in _NEAR_NAMES),
    "same-1",
    "same+1",
    "smooth_words",
    "smooth_linked",
    *(f"around_{name}" for name in (*CLASS_GROUPS, *TAG_GROUPS)),
    *(f"near_{name}" for name in CLASS_GROUPS),
)
WORDS = _OWN_NAMES.index("words")


def features(elements: Elements, placed: list[PlacedBlock], title: str) -> Any:
    """An array of one row a name of `NAMES` and one column a piece."""
    count = len(placed)
    table = np.empty((len(NAMES), count), np.float32)
    containers = np.array([block.container for block in placed])
    _own_rows(table, elements, placed, containers, title)
    row = len(_OWN_NAMES)
    near = table[_NEAR]
    for shift in _SHIFTS:
        _shift(table[row : row + len(_NEAR)], near, shift)
        row += len(_NEAR)
    table[row : row + 2] = 0
    np.equal(containers[1:], containers[:-1], out=table[row, 1:], casting="unsafe")
    np.equal(containers[1:], containers[:-1], out=table[row + 1, :-1], casting="unsafe")
    table[row + 2] = _smooth(np.minimum(table[WORDS], 60))
    table[row + 3] = _smooth(table[_OWN_NAMES.index("linked")])
    row += 4
    nodes = np.array([block.node for block in placed])
    table[row : row + len(_BITS)] = (np.array(elements.path_bits)[nodes] >> _BITS) & 1
    bits, parents = np.array(elements.own_bits), np.array(elements.parents)
    above = parents[nodes]
    table[row + len(_BITS) :] = ((bits[nodes] | bits[above] | bits[parents[above]]) >> _GROUP_BITS) & 1
    return table


def _own_rows(table: Any, elements: Elements, placed: list[PlacedBlock], containers: Any, title: str) -> None:
    blocks = [item.block for item in placed]
    texts = [block.text for block in blocks]
    count = len(texts)
    words, characters, punctuation, digits, ends = _counts(texts)
    share = np.array([block.linked for block in blocks]) / np.array([block.characters for block in blocks])
    linked = characters * share
    prose = (words >= PROSE_WORDS) & (share < PROSE_LINKED)
    score, total, in_links, size = _by_element(elements, containers, words, share * prose + ~prose, linked, characters)
    best = int(np.argmax(score))
    score /= max(float(score[best]), 1.0)
    up, down = _distances(elements, best)
    above = np.array(elements.parents)[containers]
    everything = max(float(words.sum()), 1.0)
    total /= everything
    density = in_links / np.maximum(size, 1)
    indexes = np.arange(count)
    those = np.flatnonzero(prose)
    first, last = (those[0], those[-1]) if len(those) else (0, count - 1)
    up_own = up[containers]
    folded = " ".join(title.split()).casefold()
    rows = (
        words, characters, share,
        [_KINDS[block.kind] for block in blocks],
        [block.level for block in blocks],
        characters / np.maximum(words, 1),
        punctuation, punctuation / np.maximum(words, 1), ends, digits,
        _boilerplate(texts),
        [5 < len(text) < 300 and text.casefold() in folded for text in texts],
        _repeated(texts),
        [block.marker != "" for block in blocks],
        indexes, indexes / count, (np.cumsum(words) - words) / everything, count - indexes,
        np.array(elements.depths)[[block.node for block in placed]],
        up_own, down[containers], up_own == 0,
        score[containers], score[above], total[containers], density[containers], total[above], density[above],
        np.bincount(containers)[containers],
        np.clip(indexes - first, -FAR, FAR), np.clip(indexes - last, -FAR, FAR),
        count, everything, total[best], linked.sum() / max(float(characters.sum()), 1.0),
    )  # fmt: skip
    for row, values in enumerate(rows):
        table[row] = values


def _counts(texts: list[str]) -> tuple[Any, Any, Any, Any, Any]:
    """Words, characters without white space, punctuation, the share of digits, and whether a sentence ends there.

    Two characters of a script without spaces count as a word.
    """
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32)
    marks = _character_classes()[np.minimum(codes, 0xFFFF)]
    ends = np.array(list(accumulate(map(len, texts))))
    starts = ends - np.array([len(text) for text in texts])
    spaces, unspaced, punctuation, digits = (
        np.add.reduceat((marks & mark) != 0, starts, dtype=np.int64)
        for mark in (_SPACE, _UNSPACED, _PUNCTUATION, _DIGIT)
    )
    length = ends - starts
    return (
        spaces + 1 + unspaced / 2,
        length - spaces,
        punctuation,
        digits / length,
        (marks[ends - 1] & _ENDING) != 0,
    )


@cache
def _character_classes() -> Any:
    """What each character is, by its code point; those beyond the first plane are nothing in particular."""
    classes = np.zeros(0x10000, np.uint8)
    for mark, characters in (
        (_SPACE, " \n\t"),
        (_PUNCTUATION, ",.;:!?\u3001\u3002\uff0c\uff01\uff1f"),
        (_DIGIT, "0123456789"),
        (_ENDING, ".!?:\u3002\uff01\uff1f…\"'”»)"),
    ):
        classes[[ord(character) for character in characters]] |= mark
    for start, end in ((0xE00, 0xF00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x3040, 0x3100), (0x3400, 0x4DC0)):
        classes[start:end] |= _UNSPACED
    classes[0x4E00:0xA000] |= _UNSPACED
    return classes


def _repeated(texts: list[str]) -> list[bool]:
    earlier: set[str] = set()
    repeated = []
    for text in texts:
        repeated.append(text in earlier)
        earlier.add(text)
    return repeated


def _boilerplate(texts: list[str]) -> list[bool]:
    """Whether the beginning of each block has a phrase of page furniture."""
    heads = [text[:HEAD] for text in texts]
    starts = list(accumulate((len(head) + 1 for head in heads), initial=0))
    # Lower case may be longer, but not in the characters of these phrases.
    text = "\n".join(heads)
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(character if len(low := character.lower()) > 1 else low for character in text)
    is_boilerplate = [False] * len(texts)
    for phrase in _FURNITURE:
        position = lower.find(phrase)
        while position >= 0:
            block = bisect_right(starts, position) - 1
            is_boilerplate[block] = True
            position = lower.find(phrase, starts[block + 1])
    return is_boilerplate


def _by_element(
    elements: Elements, containers: Any, words: Any, share: Any, linked: Any, characters: Any
) -> tuple[Any, Any, Any, Any]:
    """For each element: how much prose is near, and the words, linked and all characters of its subtree."""
    count = len(elements.tags)
    worth = np.minimum(words, MOST_COUNTED) * (1 - share)
    parents = np.array(elements.parents)
    above = parents[containers]
    top = parents[above]
    score = (
        np.bincount(containers, worth, count)
        + np.bincount(above, worth * (above != containers), count) / 2
        + np.bincount(top, worth * (top != above), count) / 5
    )
    ends = np.array(elements.ends)
    sums = []
    for values in (words, linked, characters):
        running = np.zeros(count + 1)
        np.cumsum(np.bincount(containers, values, count), out=running[1:])
        sums.append(running[ends] - running[:-1])
    return score, sums[0], sums[1], sums[2]


def _distances(elements: Elements, best: int) -> tuple[Any, Any]:
    """For each element: levels up from the main element to the first ancestor they share, and down from there."""
    path = [best]
    while path[-1]:
        path.append(elements.parents[path[-1]])
    levels = np.array(elements.depths)
    up, common = np.empty_like(levels), np.empty_like(levels)
    for level in range(len(path) - 1, -1, -1):
        node = path[level]
        up[node : elements.ends[node]] = level
        common[node : elements.ends[node]] = elements.depths[node]
    return up, levels - common


def _shift(target: Any, near: Any, shift: int) -> None:
    target[:] = -1
    if shift < 0:
        target[:, -shift:] = near[:, :shift]
    else:
        target[:, :-shift] = near[:, shift:]


def _smooth(column: Any) -> Any:
    return np.convolve(column, _WEIGHTS)[4:-4]
