"""Features that tell content from boilerplate: a table with one column for each block of a page.

Besides the words of a block and the share of them in links (Kohlschütter, Fankhauser and Nejdl, "Boilerplate
detection using shallow text features", WSDM 2010) they describe its position: how far it is from the elements that
hold most of the page's prose, which elements and class names are around it, how often its like occurs on the page, and
what its neighbours are like. All are whole numbers, so that a table is the same on any machine.
"""

from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpuskit.text.html.element_sums import (
    ElementArrays,
    Integers,
    core_element,
    distances,
    likes,
    prose_scores,
    subtree_sums,
    sums_by_index,
)
from corpuskit.text.html.elements import Elements
from corpuskit.text.html.model_file import stored_model
from corpuskit.text.html.name_words import ROWS, name_rows
from corpuskit.text.html.rows import PlacedBlock
from corpuskit.text.html.tags import CLASS_GROUPS, TAG_GROUPS

__all__ = ["LINKED", "NAMES", "WORDS", "Table", "features", "folded"]

Table = NDArray[np.int32]
"""One row for each name of `NAMES`, one column for each block."""
Booleans = NDArray[np.bool_]

PROSE_WORDS = 12
"""Words from which a block with few links counts as prose in the search for the main elements."""
PROSE_LINKED = 400
"""Thousandths of the characters in links from which a block is no prose."""
MOST_COUNTED = 120
"""Most words of a block that count for the main element."""
FAR = 30
"""Most blocks between a block and the first or last prose that count."""
HEAD = 120
"""Characters at the start of a block that are searched for phrases of boilerplate."""
CORE_SHARES = (500, 800)
"""Thousandths of the page's prose that the core elements hold: the smallest subtree with so much each."""

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
_COMMENT_BIT = 1 << list(CLASS_GROUPS).index("comments")
_ARTICLE_BIT = 1 << (len(CLASS_GROUPS) + TAG_GROUPS.index("article"))

# The names are part of classifier.json, whose digest is in manifests: they change when the trees are learned anew.
_OWN_NAMES = (
    # text of the block
    "words", "characters", "linked", "kind", "level", "word_length", "punctuation", "punctuation_share", "ends",
    "digits", "boilerplate", "title", "repeated", "marked", "block_link",
    # position among the blocks
    "index", "index_share", "text_share", "left",
    # position among the elements, as seen from the main element and from the cores
    "depth", "up", "down", "inside", "core_up", "core_down", "wide_core_up", "wide_core_down",
    # the element that the block counts for, and those above it
    "node_score", "parent_score", "node_words", "node_linked", "parent_words", "parent_linked", "above_words",
    "above_linked", "siblings",
    # elements of the same tag and classes
    "like_node", "like_node_words", "like_node_linked", "like_parent", "like_parent_words", "like_parent_linked",
    "like_above", "like_above_words", "like_above_linked",
    # runs of blocks with few links, and of blocks of one kind
    "run", "run_words", "kind_run",
    # position from the first and last prose, and the whole page
    "first_prose", "last_prose", "after_heading", "blocks", "page_words", "best_share", "page_linked", "page_prose",
    "page_comments", "page_article",
)  # fmt: skip
_NEAR_NAMES = ("words", "linked", "kind", "punctuation_share", "up", "node_score", "core_up")
_NEAR = [_OWN_NAMES.index(name) for name in _NEAR_NAMES]
_SHIFTS = (-2, -1, 1, 2)
_WEIGHTS = np.array([1, 2, 3, 4, 4, 4, 3, 2, 1])
NAMES = (
    *_OWN_NAMES,
    *(f"{name}{shift:+d}" for shift in _SHIFTS for name in _NEAR_NAMES),
    "same-1",
    "same+1",
    "smooth_words",
    "smooth_linked",
    *(f"around_{name}" for name in (*CLASS_GROUPS, *TAG_GROUPS)),
    *(f"near_{name}" for name in CLASS_GROUPS),
    *ROWS,
)
WORDS = _OWN_NAMES.index("words")
"""Row of the half words of each block."""
LINKED = _OWN_NAMES.index("linked")


class _TextCounts(NamedTuple):
    """What the text of each block has, one array each."""

    half_words: Integers
    """A character of a script without spaces counts as half a word."""
    characters: Integers
    """Without whitespace."""
    punctuation: Integers
    digits: Integers
    """Thousandths of the characters, whitespace included."""
    ends_sentence: Booleans


def features(elements: Elements, placed_blocks: list[PlacedBlock], title: str) -> Table:
    """Return the features of all blocks of a page; there must be at least one."""
    table = np.empty((len(NAMES), len(placed_blocks)), np.int32)
    arrays = ElementArrays(*np.array([getattr(elements, name) for name in ElementArrays._fields]))
    containers = np.array([placed.container for placed in placed_blocks])
    nodes = np.array([placed.node for placed in placed_blocks])
    _fill_own_rows(table, arrays, placed_blocks, containers, nodes, title)
    row = len(_OWN_NAMES)
    near_rows = table[_NEAR]
    for shift in _SHIFTS:
        _fill_shifted(table[row : row + len(_NEAR)], near_rows, shift)
        row += len(_NEAR)
    table[row : row + 2] = 0
    np.equal(containers[1:], containers[:-1], out=table[row, 1:], casting="unsafe")
    np.equal(containers[1:], containers[:-1], out=table[row + 1, :-1], casting="unsafe")
    table[row + 2] = _smooth(np.minimum(table[WORDS], 120))
    table[row + 3] = _smooth(table[_OWN_NAMES.index("linked")])
    row += 4
    # Bit columns:   own_bits 0b0110, _BITS [[0] [1] [2] [3]]   ->   [[0] [1] [1] [0]]
    table[row : row + len(_BITS)] = (arrays.path_bits[nodes] >> _BITS) & 1
    above = arrays.parents[nodes]
    near_bits = arrays.own_bits[nodes] | arrays.own_bits[above] | arrays.own_bits[arrays.parents[above]]
    row += len(_BITS)
    table[row : row + len(_GROUP_BITS)] = (near_bits >> _GROUP_BITS) & 1
    table[-len(ROWS) :] = name_rows(elements.names, elements.parents, nodes, stored_model()["names"])
    return table


def folded(title: str) -> str:
    """Return the title as blocks are looked for in it: on one line, without the case of letters."""
    return " ".join(title.split()).casefold()


def _fill_own_rows(
    table: Table,
    elements: ElementArrays,
    placed_blocks: list[PlacedBlock],
    containers: Integers,
    nodes: Integers,
    title: str,
) -> None:
    blocks = [placed.block for placed in placed_blocks]
    texts = [block.text for block in blocks]
    count = len(texts)
    half_words, characters, punctuation, digits, ends_sentence = _text_counts(texts)
    words = half_words // 2
    linked_share = np.array([1000 * block.linked // max(1, block.characters) for block in blocks])
    linked = characters * linked_share // 1000
    kinds = np.array([_KINDS[block.kind] for block in blocks])
    is_prose = (half_words >= 2 * PROSE_WORDS) & (linked_share < PROSE_LINKED)
    prose = np.minimum(half_words, 2 * MOST_COUNTED) * (1000 - linked_share) // 1000 * is_prose
    scores = prose_scores(elements, containers, prose)
    best = int(np.argmax(scores))
    scores = scores * 1000 // max(int(scores[best]), 1)
    up, down = distances(elements, best)
    sums = subtree_sums(elements, containers, words, linked, characters, prose)
    page_words = max(int(words.sum()), 1)
    words_share = sums.words * 1000 // page_words
    density = sums.linked * 1000 // np.maximum(sums.characters, 1)
    core_up, core_down = distances(elements, core_element(elements, sums.prose, CORE_SHARES[0]))
    wide_up, wide_down = distances(elements, core_element(elements, sums.prose, CORE_SHARES[1]))
    parents = elements.parents[containers]
    above = elements.parents[parents]
    levels_up = up[containers]
    indexes = np.arange(count)
    prose_indexes = np.flatnonzero(is_prose)
    first, last = (prose_indexes[0], prose_indexes[-1]) if len(prose_indexes) else (0, count - 1)
    folded_title = folded(title)
    # No text is longer than its folded form.
    longest_title = min(len(folded_title), 299)
    like = likes(elements, sums, page_words)
    path_bits = elements.path_bits[containers]
    has_few_links = linked_share < PROSE_LINKED
    rows = (  # in the order of `_OWN_NAMES`
        half_words, characters, linked_share, kinds,
        [block.level for block in blocks],
        characters * 10 // np.maximum(words, 1),
        punctuation, punctuation * 1000 // np.maximum(words, 1), ends_sentence, digits,
        _begins_with_boilerplate(texts),
        [5 < len(text) <= longest_title and text.casefold() in folded_title for text in texts],
        _is_repeated(texts),
        [block.marker != "" for block in blocks],
        [placed.in_block_link for placed in placed_blocks],
        indexes, indexes * 1000 // count, (np.cumsum(words) - words) * 1000 // page_words, count - indexes,
        elements.depths[nodes],
        levels_up, down[containers], levels_up == 0,
        core_up[containers], core_down[containers], wide_up[containers], wide_down[containers],
        scores[containers], scores[parents],
        words_share[containers], density[containers], words_share[parents], density[parents],
        words_share[above], density[above],
        np.bincount(containers)[containers],
        *(row[containers] for row in like), *(row[parents] for row in like), *(row[above] for row in like),
        *_runs(has_few_links, words), _runs(kinds, words)[0],
        np.clip(indexes - first, -FAR, FAR), np.clip(indexes - last, -FAR, FAR), _after_heading(kinds),
        count, page_words, words_share[best], int(linked.sum()) * 1000 // max(int(characters.sum()), 1),
        int((words * is_prose).sum()) * 1000 // page_words,
        int(words[(path_bits & _COMMENT_BIT) != 0].sum()) * 1000 // page_words,
        int(words[(path_bits & _ARTICLE_BIT) != 0].sum()) * 1000 // page_words,
    )  # fmt: skip
    for row, (_, values) in enumerate(zip(_OWN_NAMES, rows, strict=True)):
        table[row] = values


def _text_counts(texts: list[str]) -> _TextCounts:
    # texts               "It is 5."  "中文。"
    # codes               I t _ i s _ 5 . 中 文 。     `_` is a space
    # starts, ends        [0 8], [8 11]
    # spaces              [2 0]        sums of the class bits from each start to the next
    # unspaced            [0 2]
    # half_words          [6 4]        2 * (spaces + 1) + unspaced
    # characters          [6 3]
    # digits              [125 0]
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
        half_words=2 * (spaces + 1) + unspaced,
        characters=lengths - spaces,
        punctuation=punctuation,
        digits=digits * 1000 // lengths,
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


def _runs(values: NDArray[np.generic], words: Integers) -> tuple[Integers, Integers]:
    """Return for each block how many equal values in a row it is among, and the words of those."""
    # values     [1 1 0 1], words [5 6 7 8]
    # numbers    [0 0 1 2]                     number of the run
    # result     [2 2 1 1], [11 11 7 8]
    numbers = np.zeros(len(values), np.int64)
    np.cumsum(values[1:] != values[:-1], out=numbers[1:])
    return np.bincount(numbers)[numbers], sums_by_index(numbers, words, int(numbers[-1]) + 1)[numbers]


def _after_heading(kinds: Integers) -> Integers:
    """Return how many blocks ago the last heading was, at most `FAR`."""
    indexes = np.arange(len(kinds))
    latest = np.maximum.accumulate(np.where(kinds == _KINDS["heading"], indexes, -FAR))
    return np.minimum(indexes - latest, FAR)


def _fill_shifted(target: Table, rows: Table, shift: int) -> None:
    """Fill the rows with those of the block `shift` blocks away; -1 beyond the first and the last block."""
    target[:] = -1
    if shift < 0:
        target[:, -shift:] = rows[:, :shift]
    else:
        target[:, :-shift] = rows[:, shift:]


def _smooth(row: Integers) -> Integers:
    """Return the weighted sum of each value and its four neighbours on either side."""
    return np.convolve(row, _WEIGHTS)[4:-4]
