"""Features that tell content from boilerplate: a table with one column for each block of a page.

Besides the words of a block and the share of them in links (Kohlschütter, Fankhauser and Nejdl, "Boilerplate
detection using shallow text features", WSDM 2010) they describe its position: how far it is from the element that
holds most of the page's prose, which elements and class names are around it, and what its neighbours are like.
"""

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.html.reader import Elements, PlacedBlock
from corpuskit.text.html.tags import CLASS_GROUPS, TAG_GROUPS

__all__ = ["NAMES", "WORDS", "Table", "features"]

Table = NDArray[np.float32]
"""One row for each name of `NAMES`, one column for each block."""
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

PROSE_WORDS = 12
"""Words from which a block with few links counts as prose in the search for the main element."""
PROSE_LINKED = 0.4
"""Share of characters in links from which a block is no prose."""
MOST_COUNTED = 120
"""Most words of a block that count for the main element."""
FAR = 30
"""Most blocks between a block and the first or last prose that count."""
HEAD = 120
"""Characters at the start of a block that are searched for phrases of boilerplate."""

_KINDS = {"heading": 0, "line": 1, "row": 2, "item": 3, "preformatted": 4, "paragraph": 5}
_BOILERPLATE_PHRASES = (
    "copyright", "©", "all rights reserved", "cookie", "newsletter", "subscribe", "sign up", "log in", "read more",
    "share this", "follow us", "click here", "advertisement", "related", "comment", "email", "e-mail", "facebook",
    "twitter", "alle rechte", "kommentar", "anzeige", "mehr zum", "lesen sie", "foto", "photo", "image", "posted",
    "published", "tag:", "tags:", "by ",
)  # fmt: skip
_SPACE, _UNSPACED, _PUNCTUATION, _DIGIT, _ENDING = 1, 2, 4, 8, 16
_BITS = np.arange(len(CLASS_GROUPS) + len(TAG_GROUPS))[:, None]
_GROUP_BITS = _BITS[: len(CLASS_GROUPS)]

# The names are part of classifier.json, whose digest is in manifests: they change when the trees are learned anew.
_OWN_NAMES = (
    # text of the block
    "words", "characters", "linked", "kind", "level", "tag_words", "punctuation", "punctuation_share", "ends", "digits",
    "furniture", "title", "repeated", "marked",
    # position among the blocks
    "place", "place_share", "text_share", "left",
    # position among the elements, as seen from the main element
    "depth", "up", "down", "inside",
    # the element that the block counts for, and its parent
    "node_score", "parent_score", "node_words", "node_linked", "parent_words", "parent_linked", "siblings",
    # position from the first and last prose, and the whole page
    "first_prose", "last_prose", "pieces", "page_words", "best_share", "page_linked",
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


class _TextCounts(NamedTuple):
    """What the text of each block has, one array each."""

    words: Floats
    """Two characters of a script without spaces count as a word."""
    characters: Integers
    """Without whitespace."""
    punctuation: Integers
    digits: Floats
    """Share of the characters, whitespace included."""
    ends_sentence: Booleans


class _SubtreeSums(NamedTuple):
    """Sums over the blocks of each element and all elements below it."""

    words: Floats
    linked: Floats
    characters: Floats


def features(elements: Elements, placed_blocks: list[PlacedBlock], title: str) -> Table:
    """Return the features of all blocks of a page; there must be at least one."""
    table = np.empty((len(NAMES), len(placed_blocks)), np.float32)
    containers = np.array([placed.container for placed in placed_blocks])
    _fill_own_rows(table, elements, placed_blocks, containers, title)
    row = len(_OWN_NAMES)
    near_rows = table[_NEAR]
    for shift in _SHIFTS:
        _fill_shifted(table[row : row + len(_NEAR)], near_rows, shift)
        row += len(_NEAR)
    table[row : row + 2] = 0
    np.equal(containers[1:], containers[:-1], out=table[row, 1:], casting="unsafe")
    np.equal(containers[1:], containers[:-1], out=table[row + 1, :-1], casting="unsafe")
    table[row + 2] = _smooth(np.minimum(table[WORDS], 60))
    table[row + 3] = _smooth(table[_OWN_NAMES.index("linked")])
    row += 4
    # Bit columns:   own_bits 0b0110, _BITS [[0] [1] [2] [3]]   ->   [[0] [1] [1] [0]]
    nodes = np.array([placed.node for placed in placed_blocks])
    table[row : row + len(_BITS)] = (np.array(elements.path_bits)[nodes] >> _BITS) & 1
    own_bits, parents = np.array(elements.own_bits), np.array(elements.parents)
    above = parents[nodes]
    near_bits = own_bits[nodes] | own_bits[above] | own_bits[parents[above]]
    table[row + len(_BITS) :] = (near_bits >> _GROUP_BITS) & 1
    return table


def _fill_own_rows(
    table: Table, elements: Elements, placed_blocks: list[PlacedBlock], containers: Integers, title: str
) -> None:
    # <div><p>one two … twelve</p><p>and two more.</p></div><ul><li><a>Home</a></li></ul>
    #
    # blocks        one…  and…  Home
    # words        [  12     3     1]
    # linked_share [   0     0     1]
    # is_prose     [   1     0     0]      enough words, few of them in links
    # containers   [   2     2     1]      the `div`, and the body, for which the text of an `li` counts
    #
    # elements      root  body  div  p  p  ul  li
    # scores       [ 2.4     6   12  0  0   0   0]      12 words count for the `div`, half for the body, a fifth above
    # best             2                                the `div` is the main element
    # up           [   2     1    0  0  0   1   1]      from the `div` to the first ancestor that both have
    # down         [   0     0    0  1  1   1   2]      and down from there
    #
    # row "up"           [0 0 1]           up[containers]
    # row "node_score"   [1 1 0.5]         (scores / 12)[containers]
    # row "parent_score" [0.5 0.5 0.2]     (scores / 12)[parents]
    blocks = [placed.block for placed in placed_blocks]
    texts = [block.text for block in blocks]
    count = len(texts)
    words, characters, punctuation, digits, ends_sentence = _text_counts(texts)
    linked_share = np.array([block.linked for block in blocks]) / np.array([block.characters for block in blocks])
    linked = characters * linked_share
    is_prose = (words >= PROSE_WORDS) & (linked_share < PROSE_LINKED)
    scores = _prose_scores(elements, containers, words * is_prose, linked_share)
    best = int(np.argmax(scores))
    scores /= max(float(scores[best]), 1.0)
    up, down = _distances(elements, best)
    sums = _subtree_sums(elements, containers, words, linked, characters)
    page_words = max(float(words.sum()), 1.0)
    words_share = sums.words / page_words
    density = sums.linked / np.maximum(sums.characters, 1)
    parents = np.array(elements.parents)[containers]
    levels_up = up[containers]
    indexes = np.arange(count)
    prose_indexes = np.flatnonzero(is_prose)
    first, last = (prose_indexes[0], prose_indexes[-1]) if len(prose_indexes) else (0, count - 1)
    folded_title = " ".join(title.split()).casefold()
    rows = (  # in the order of `_OWN_NAMES`
        words, characters, linked_share,
        [_KINDS[block.kind] for block in blocks],
        [block.level for block in blocks],
        characters / np.maximum(words, 1),
        punctuation, punctuation / np.maximum(words, 1), ends_sentence, digits,
        _begins_with_boilerplate(texts),
        [5 < len(text) < 300 and text.casefold() in folded_title for text in texts],
        _is_repeated(texts),
        [block.marker != "" for block in blocks],
        indexes, indexes / count, (np.cumsum(words) - words) / page_words, count - indexes,
        np.array(elements.depths)[[placed.node for placed in placed_blocks]],
        levels_up, down[containers], levels_up == 0,
        scores[containers], scores[parents],
        words_share[containers], density[containers], words_share[parents], density[parents],
        np.bincount(containers)[containers],
        np.clip(indexes - first, -FAR, FAR), np.clip(indexes - last, -FAR, FAR),
        count, page_words, words_share[best], linked.sum() / max(float(characters.sum()), 1.0),
    )  # fmt: skip
    for row, values in enumerate(rows):
        table[row] = values


def _text_counts(texts: list[str]) -> _TextCounts:
    # texts               "It is 5."  "中文。"
    # codes               I t _ i s _ 5 . 中 文 。     `_` is a space
    # starts, ends        [0 8], [8 11]
    # spaces              [2 0]        sums of the class bits from each start to the next
    # unspaced            [0 2]
    # words               [3 2]        spaces + 1 + unspaced / 2
    # characters          [6 3]
    # digits              [1/8 0]
    # ends_sentence       [1 1]        the class of the character before each end
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32)
    classes = _character_classes()[np.minimum(codes, 0xFFFF)]
    ends = np.array(list(accumulate(map(len, texts))))
    starts = ends - np.array([len(text) for text in texts])
    spaces, unspaced, punctuation, digits = (
        np.add.reduceat((classes & bit) != 0, starts, dtype=np.int64)
        for bit in (_SPACE, _UNSPACED, _PUNCTUATION, _DIGIT)
    )
    lengths = ends - starts
    return _TextCounts(
        words=spaces + 1 + unspaced / 2,
        characters=lengths - spaces,
        punctuation=punctuation,
        digits=digits / lengths,
        ends_sentence=(classes[ends - 1] & _ENDING) != 0,
    )


@cache
def _character_classes() -> NDArray[np.uint8]:
    """Return the class bits of each code point; characters beyond the first plane have those of U+FFFF: none."""
    classes = np.zeros(0x10000, np.uint8)
    for bit, characters in (
        (_SPACE, " \n\t"),
        (_PUNCTUATION, ",.;:!?\u3001\u3002\uff0c\uff01\uff1f"),
        (_DIGIT, "0123456789"),
        (_ENDING, ".!?:\u3002\uff01\uff1f…\"'”»)"),
    ):
        classes[[ord(character) for character in characters]] |= bit
    for start, end in ((0xE00, 0xF00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x3040, 0x3100), (0x3400, 0x4DC0)):
        classes[start:end] |= _UNSPACED
    classes[0x4E00:0xA000] |= _UNSPACED
    return classes


def _is_repeated(texts: list[str]) -> list[bool]:
    earlier: set[str] = set()
    repeated = []
    for text in texts:
        repeated.append(text in earlier)
        earlier.add(text)
    return repeated


def _begins_with_boilerplate(texts: list[str]) -> list[bool]:
    """Return for each block whether its first `HEAD` characters have a phrase of boilerplate."""
    heads = [text[:HEAD] for text in texts]
    starts = list(accumulate((len(head) + 1 for head in heads), initial=0))
    # Lower case may have more characters than the text, but not those of these phrases.
    text = "\n".join(heads)
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(character if len(low := character.lower()) > 1 else low for character in text)
    has_phrase = [False] * len(texts)
    for phrase in _BOILERPLATE_PHRASES:
        position = lower.find(phrase)
        while position >= 0:
            block = bisect_right(starts, position) - 1
            has_phrase[block] = True
            position = lower.find(phrase, starts[block + 1])
    return has_phrase


def _prose_scores(elements: Elements, containers: Integers, words: Floats, linked_share: Floats) -> Floats:
    """Return how much prose is near each element.

    The words of a block count whole for its container, half for the parent and a fifth for the grandparent.
    """
    count = len(elements.tags)
    weights = np.minimum(words, MOST_COUNTED) * (1 - linked_share)
    parents = np.array(elements.parents)
    above = parents[containers]
    top = parents[above]
    # The root is its own parent: there, the same words do not count twice.
    scores: Floats = (
        np.bincount(containers, weights, count)
        + np.bincount(above, weights * (above != containers), count) / 2
        + np.bincount(top, weights * (top != above), count) / 5
    )
    return scores


def _subtree_sums(
    elements: Elements, containers: Integers, words: Floats, linked: Floats, characters: Integers
) -> _SubtreeSums:
    # A subtree is a slice of the elements, so a running sum gives that of each with one subtraction.
    #
    # containers, words    [2 2 1], [12 3 1]
    # words by element     [0 1 15 0 0 0 0]
    # running              [0 0 1 16 16 16 16 16]
    # ends                 [7 7 5 4 5 7 7]
    # words of subtrees    [16 16 15 0 0 0 0]      running[ends] - running[:-1]
    count = len(elements.tags)
    ends = np.array(elements.ends)
    sums = []
    for values in (words, linked, characters):
        running = np.zeros(count + 1)
        np.cumsum(np.bincount(containers, values, count), out=running[1:])
        sums.append(running[ends] - running[:-1])
    return _SubtreeSums(*sums)


def _distances(elements: Elements, best: int) -> tuple[Integers, Integers]:
    """Return for each element the levels up from `best` to the first ancestor of both, and down from there."""
    path = [best]
    while path[-1]:
        path.append(elements.parents[path[-1]])
    depths = np.array(elements.depths)
    up, common_depths = np.empty_like(depths), np.empty_like(depths)
    # From the root down: each subtree overwrites a part of the one above it.
    for levels_up in range(len(path) - 1, -1, -1):
        node = path[levels_up]
        up[node : elements.ends[node]] = levels_up
        common_depths[node : elements.ends[node]] = elements.depths[node]
    return up, depths - common_depths


def _fill_shifted(target: Table, rows: Table, shift: int) -> None:
    """Fill the rows with those of the block `shift` blocks away; -1 beyond the first and the last block."""
    target[:] = -1
    if shift < 0:
        target[:, -shift:] = rows[:, :shift]
    else:
        target[:, :-shift] = rows[:, shift:]


def _smooth(row: NDArray[np.float32]) -> Floats:
    """Return the weighted sum of each value and its four neighbours on either side."""
    return np.convolve(row, _WEIGHTS)[4:-4]
