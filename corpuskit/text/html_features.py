"""What tells a block of content from page furniture, as numbers: one row for each block of a page.

Beside the words of a block and the share of them in links (Kohlschütter, Fankhauser and Nejdl, "Boilerplate
detection using shallow text features", WSDM 2010) it counts where the block stands: how far from the element that
holds most of the page's prose, which elements and class names are around it, and what its neighbours are like.
"""

import re
from typing import Any

import numpy as np

from corpuskit.text.html_reader import Node, Piece
from corpuskit.text.html_tags import CLASS_GROUPS, TAG_GROUPS

__all__ = ["NAMES", "container", "features"]

PROSE_WORDS = 12
"""Words from which a block with few links counts as prose when the main element is looked for."""
PROSE_LINKED = 0.4
MOST_COUNTED = 120
"""Words of one block that count at most for the main element."""
FAR = 30

_KINDS = {"heading": 0, "line": 1, "row": 2, "item": 3, "preformatted": 4, "paragraph": 5}
_LEAVES = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "pre",
        "td",
        "th",
        "tr",
        "tbody",
        "blockquote",
        "ul",
        "ol",
        "dt",
        "dd",
    ]
)
_PUNCTUATION = re.compile(r"[,.;:!?\u3001\u3002\uff0c\uff01\uff1f]")
_SENTENCE_END = tuple(".!?:\u3002\uff01\uff1f…\"'”»)")
_DIGITS = re.compile(r"\d")
_FURNITURE = (
    "copyright", "©", "all rights reserved", "cookie", "newsletter", "subscribe", "sign up", "log in", "read more",
    "share this", "follow us", "click here", "advertisement", "related", "comment", "email", "e-mail", "facebook",
    "twitter", "alle rechte", "kommentar", "anzeige", "mehr zum", "lesen sie", "foto", "photo", "image", "posted",
    "published", "tag:", "tags:", "by ",
)  # fmt: skip
_BITS = len(CLASS_GROUPS) + len(TAG_GROUPS)

_OWN_NAMES = [
    "words",
    "characters",
    "linked",
    "kind",
    "level",
    "tag_words",
    "punctuation",
    "punctuation_share",
    "ends",
    "digits",
    "furniture",
    "title",
    "repeated",
    "marked",
    "place",
    "place_share",
    "text_share",
    "left",
    "depth",
    "up",
    "down",
    "inside",
    "node_score",
    "parent_score",
    "node_words",
    "node_linked",
    "parent_words",
    "parent_linked",
    "siblings",
    "first_prose",
    "last_prose",
    "pieces",
    "page_words",
    "best_share",
    "page_linked",
]
_NEAR = ("words", "linked", "kind", "punctuation_share", "up", "node_score")
NAMES = (
    *_OWN_NAMES,
    *(f"{name}{shift:+d}" for shift in (-2, -1, 1, 2) for name in _NEAR),
    "same-1",
    "same+1",
    "smooth_words",
    "smooth_linked",
    *(f"around_{name}" for name in (*CLASS_GROUPS, *TAG_GROUPS)),
    *(f"near_{name}" for name in CLASS_GROUPS),
)


def features(nodes: list[Node], pieces: list[Piece], title: str) -> Any:
    """An array of one row a piece and one column a name of `NAMES`."""
    blocks = [piece.block for piece in pieces]
    count = len(blocks)
    words = np.array([block.words for block in blocks], np.float64)
    characters = np.array([block.characters for block in blocks], np.float64)
    linked = np.array([block.linked for block in blocks], np.float64)
    share = linked / np.maximum(characters, 1)
    texts = [block.text for block in blocks]
    punctuation = np.array([len(_PUNCTUATION.findall(text)) for text in texts], np.float64)
    containers = [container(nodes, piece.node) for piece in pieces]

    score, total, in_links, size, held = _by_node(nodes, containers, words, share, linked, characters)
    best = int(np.argmax(score))
    most = max(float(score[best]), 1.0)
    path = _path(nodes, best)
    up_of, down_of = _distances(nodes, path)
    own = np.array(containers)
    parents = np.array([node.parent for node in nodes])
    above = parents[own]
    everything = max(float(words.sum()), 1.0)
    prose = (words >= PROSE_WORDS) & (share < PROSE_LINKED)
    places = np.arange(count)
    first, last = (int(places[prose][0]), int(places[prose][-1])) if prose.any() else (0, count - 1)
    seen: set[str] = set()
    repeated = []
    for text in texts:
        repeated.append(text in seen)
        seen.add(text)
    folded = " ".join(title.split()).casefold()
    node_density = in_links / np.maximum(size, 1)

    columns: dict[str, Any] = {
        "words": words,
        "characters": characters,
        "linked": share,
        "kind": np.array([_KINDS[block.kind] for block in blocks]),
        "level": np.array([block.level for block in blocks]),
        "tag_words": characters / np.maximum(words, 1),
        "punctuation": punctuation,
        "punctuation_share": punctuation / np.maximum(words, 1),
        "ends": np.array([text.endswith(_SENTENCE_END) for text in texts]),
        "digits": np.array([len(_DIGITS.findall(text[:200])) / len(text[:200]) for text in texts]),
        "furniture": np.array([_is_furniture(text[:120].lower()) for text in texts]),
        "title": np.array([_is_title(text, folded) for text in texts]),
        "repeated": np.array(repeated),
        "marked": np.array([block.marker != "" for block in blocks]),
        "place": places,
        "place_share": places / count,
        "text_share": (np.cumsum(words) - words) / everything,
        "left": count - places,
        "depth": np.array([nodes[piece.node].depth for piece in pieces]),
        "up": up_of[own],
        "down": down_of[own],
        "inside": up_of[own] == 0,
        "node_score": score[own] / most,
        "parent_score": score[above] / most,
        "node_words": total[own] / everything,
        "node_linked": node_density[own],
        "parent_words": total[above] / everything,
        "parent_linked": node_density[above],
        "siblings": held[own],
        "first_prose": np.clip(places - first, -FAR, FAR),
        "last_prose": np.clip(places - last, -FAR, FAR),
        "pieces": np.full(count, count),
        "page_words": np.full(count, everything),
        "best_share": np.full(count, total[best] / everything),
        "page_linked": np.full(count, linked.sum() / max(float(characters.sum()), 1.0)),
    }
    rows = [columns[name] for name in _OWN_NAMES]
    for shift in (-2, -1, 1, 2):
        rows.extend(_shifted(columns[name], shift) for name in _NEAR)
    rows.append(_shifted(own, -1) == own)
    rows.append(_shifted(own, 1) == own)
    rows.append(_smooth(np.minimum(words, 60)))
    rows.append(_smooth(share))
    around = np.array([nodes[piece.node].around for piece in pieces], np.int64)
    near = np.array([_near(nodes, piece.node) for piece in pieces], np.int64)
    table = np.empty((count, len(NAMES)), np.float32)
    table[:, : len(rows)] = np.array(rows, np.float32).T
    table[:, len(rows) : len(rows) + _BITS] = (around[:, None] >> np.arange(_BITS)) & 1
    table[:, len(rows) + _BITS :] = (near[:, None] >> np.arange(len(CLASS_GROUPS))) & 1
    return table


def container(nodes: list[Node], place: int) -> int:
    """The element a block belongs to: its own, or what holds its paragraph, list or table."""
    while nodes[place].tag in _LEAVES and place:
        place = nodes[place].parent
    return place


def _near(nodes: list[Node], place: int) -> int:
    node = nodes[place]
    above = nodes[node.parent]
    return node.own | above.own | nodes[above.parent].own


def _by_node(
    nodes: list[Node], containers: list[int], words: Any, share: Any, linked: Any, characters: Any
) -> tuple[Any, Any, Any, Any, Any]:
    count = len(nodes)
    score, total, in_links, size, held = ([0.0] * count for _ in range(5))
    for place, number, part, inside, length in zip(
        containers, words.tolist(), share.tolist(), linked.tolist(), characters.tolist(), strict=True
    ):
        total[place] += number
        in_links[place] += inside
        size[place] += length
        held[place] += 1
        if number >= PROSE_WORDS and part < PROSE_LINKED:
            worth = min(number, MOST_COUNTED) * (1 - part)
            score[place] += worth
            parent = nodes[place].parent
            if parent != place:
                score[parent] += worth / 2
                above = nodes[parent].parent
                if above != parent:
                    score[above] += worth / 5
    for place in range(count - 1, 0, -1):
        parent = nodes[place].parent
        total[parent] += total[place]
        in_links[parent] += in_links[place]
        size[parent] += size[place]
    return np.array(score), np.array(total), np.array(in_links), np.array(size), np.array(held)


def _path(nodes: list[Node], place: int) -> dict[int, int]:
    """The node and its ancestors, with the number of levels between."""
    path, level = {place: 0}, 0
    while place:
        place = nodes[place].parent
        level += 1
        path[place] = level
    return path


def _distances(nodes: list[Node], path: dict[int, int]) -> tuple[Any, Any]:
    """For each node: levels up from the main element to the first ancestor they share, and down from there."""
    up, down = [0] * len(nodes), [0] * len(nodes)
    for place, node in enumerate(nodes):
        if place in path:
            up[place] = path[place]
        else:
            up[place] = up[node.parent]
            down[place] = down[node.parent] + 1
    return np.array(up), np.array(down)


def _is_furniture(text: str) -> bool:
    return any(phrase in text for phrase in _FURNITURE)


def _is_title(text: str, title: str) -> bool:
    return len(text) > 5 and len(text) < 300 and text.casefold() in title


def _shifted(column: Any, shift: int) -> Any:
    moved = np.full(len(column), -1.0)
    if shift < 0:
        moved[-shift:] = column[:shift]
    else:
        moved[:-shift] = column[shift:]
    return moved


def _smooth(column: Any) -> Any:
    padded = np.pad(column.astype(np.float64), 4)
    return sum(padded[start : start + len(column)] * weight for start, weight in enumerate((1, 2, 3, 4, 4, 4, 3, 2, 1)))
