"""The block elements of a page, and what their tags, classes and ids say."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from corpuskit.text.html.known_tags import Tag
from corpuskit.text.html.markup import attribute
from corpuskit.text.html.pattern_sets import pattern_set
from corpuskit.text.html.tags import CLASS_GROUPS, TAG_GROUPS

__all__ = ["COMMENTS", "Elements", "describe"]

MAX_NAMES = 2_000
"""Characters of a start tag that are searched for names."""
COMMENTS = 1 << list(CLASS_GROUPS).index("comments")
"""The bit of elements whose names say comments or replies."""

_NAMES = re.compile(
    r"""[\s"'](?:class|id|role|itemprop|data-component|data-testid)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""",
    re.ASCII | re.IGNORECASE,
)
_HIDING_WORDS = re.compile(r"""[\s"']hidden(?=[\s=/]|$)|aria-hidden\s*=\s*["']?true|display:\s*none""", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
_TAG_BITS = {tag: 1 << (len(CLASS_GROUPS) + bit) for bit, tag in enumerate(TAG_GROUPS)}
_HIDDEN_BIT = 1 << list(CLASS_GROUPS).index("hidden")


@dataclass(slots=True)
class Elements:
    """The block elements of a page in the order of their start tags, as one list for each property.

    <body><div class="nav"><p>a</p></div><p>b</p></body>

    index        0     1    2    3
    tags         body  div  p    p
    parents      0     0    1    0
    depths       0     1    2    1
    ends         4     3    3    4        the subtree of `div` is elements 1 and 2
    containers   0     1    1    0        the text of a `p` counts for the element around it
    """

    tags: list[str]
    parents: list[int]
    depths: list[int]
    own_bits: list[int]
    """Bits of the `CLASS_GROUPS` and `TAG_GROUPS` that each element belongs to itself."""
    path_bits: list[int]
    """Bits of each element and all its ancestors."""
    ends: list[int]
    """Index after the last element of each subtree."""
    numbers: list[int]
    """A number that elements with the same tag and classes share."""
    has_classes: list[bool]
    containers: list[int]
    """Each element itself or, for `CONTAINED_TAGS`, the element that holds its paragraph, list or table."""
    names: list[str]
    """The values of the attributes that name each element, with spaces between them."""

    def signature_of(self, node: int) -> tuple[int, int]:
        """Return what records of a list and posts of a thread share: the number and, without classes, the parent's."""
        return self.numbers[node], -1 if self.has_classes[node] else self.numbers[self.parents[node]]


def describe(tags: list[Tag], parents: list[int], ends: list[int]) -> Elements:
    """Return the elements with these start tags, which are in the order of the page; the first is the body."""
    kinds: dict[tuple[str, str], int] = {}
    numbers: dict[Tag, int] = {}
    for tag in dict.fromkeys(tags):
        if tag.own_bits < 0:
            _read_names(tag)
        numbers[tag] = kinds.setdefault((tag.name, tag.classes), len(kinds))
    body = tags[0]
    depths, path_bits, containers = [0], [body.own_bits], [0]
    for node in range(1, len(tags)):
        tag, parent = tags[node], parents[node]
        depths.append(depths[parent] + 1)
        path_bits.append(path_bits[parent] | tag.own_bits)
        containers.append(containers[parent] if tag.is_contained else node)
    return Elements(
        [tag.name for tag in tags],
        parents,
        depths,
        [tag.own_bits for tag in tags],
        path_bits,
        ends,
        [numbers[tag] for tag in tags],
        [tag.classes != "" for tag in tags],
        containers,
        [tag.names for tag in tags],
    )


def _read_names(tag: Tag) -> None:
    """Fill in the names of an element, the bits of the groups that it belongs to, and its classes without digits."""
    bits = _TAG_BITS.get(tag.name, 0)
    attributes = tag.attributes[:MAX_NAMES]
    if ("hid" in attributes or "none" in attributes) and _HIDING_WORDS.search(attributes):
        bits |= _HIDDEN_BIT
    tag.names = " ".join([double or single or bare for double, single, bare in _NAMES.findall(attributes)])
    if tag.names:
        for group in _class_patterns().Match(tag.names.replace("_", "-")) or ():
            bits |= 1 << group
    if "class" in attributes or "CLASS" in attributes:
        tag.classes = _DIGITS.sub("", attribute(attributes, "class") or "")
    tag.own_bits = bits


@cache
def _class_patterns() -> Any:
    """Return all patterns of `CLASS_GROUPS` as one automaton: each site has its own names, so a cache is not enough."""
    return pattern_set(CLASS_GROUPS.values())
