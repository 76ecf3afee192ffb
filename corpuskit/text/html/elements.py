"""The block elements of a page, and what their tags, classes and ids say."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import re2

from corpuskit.text.html.known_tags import Tag
from corpuskit.text.html.markup import attribute
from corpuskit.text.html.tags import CLASS_GROUPS, CONTAINED_TAGS, TAG_GROUPS

__all__ = ["Elements", "describe"]

MAX_NAMES = 400
"""Characters of a start tag that are searched for names."""

_NAMES = re.compile(
    r"""[\s"'](?:class|id|role|itemprop|data-component|data-testid)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))"""
)
_HIDING_WORDS = re.compile(r"""[\s"']hidden(?=[\s=/]|$)|aria-hidden\s*=\s*["']?true|display:\s*none""")
_DIGITS = re.compile(r"\d+")
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

    parents: list[int]
    ends: list[int]
    """Index after the last element of each subtree."""
    tags: list[str]
    own_bits: list[int]
    """Bits of the `CLASS_GROUPS` and `TAG_GROUPS` that each element belongs to itself."""
    depths: list[int] = field(default_factory=list)
    path_bits: list[int] = field(default_factory=list)
    """Bits of each element and all its ancestors."""
    numbers: list[int] = field(default_factory=list)
    """A number that elements with the same tag and classes share."""
    signatures: list[tuple[int, int]] = field(default_factory=list)
    """What records of one list and posts of one thread share: that number and, without classes, the parent's."""
    containers: list[int] = field(default_factory=list)
    """Each element itself or, for `CONTAINED_TAGS`, the element that holds its paragraph, list or table."""


def describe(tags: list[Tag], parents: list[int], ends: list[int]) -> Elements:
    """Return the elements with these start tags, which are in the order of the page; the first is the body."""
    for tag in tags:
        if tag.own_bits < 0:
            _read_names(tag)
    elements = Elements(parents, ends, [tag.name for tag in tags], [tag.own_bits for tag in tags])
    depths, path_bits, numbers = elements.depths, elements.path_bits, elements.numbers
    signatures, containers = elements.signatures, elements.containers
    number_of: dict[tuple[str, str], int] = {}
    for node, (tag, parent) in enumerate(zip(tags, parents, strict=True)):
        number = number_of.setdefault((tag.name, tag.classes), len(number_of))
        numbers.append(number)
        signatures.append((number, -1 if tag.classes else numbers[parent]))
        if node:
            depths.append(depths[parent] + 1)
            path_bits.append(path_bits[parent] | tag.own_bits)
            containers.append(containers[parent] if tag.name in CONTAINED_TAGS else node)
        else:
            depths.append(0)
            path_bits.append(tag.own_bits)
            containers.append(0)
    return elements


def _read_names(tag: Tag) -> None:
    """Fill in the bits of the groups that an element belongs to, and its classes without digits."""
    bits = _TAG_BITS.get(tag.name, 0)
    attributes = tag.attributes[:MAX_NAMES]
    if "hid" in attributes or ("none" in attributes and _HIDING_WORDS.search(attributes)):
        bits |= _HIDDEN_BIT
    class_names = " ".join([double or single or bare for double, single, bare in _NAMES.findall(attributes)])
    if class_names:
        for group in _class_patterns().Match(class_names.replace("_", "-")) or ():
            bits |= 1 << group
    if "class" in attributes:
        tag.classes = _DIGITS.sub("", attribute(attributes, "class") or "")
    tag.own_bits = bits


@cache
def _class_patterns() -> Any:
    """Return all patterns of `CLASS_GROUPS` as one automaton: each site has its own names, so a cache is not enough."""
    options = re2.Options()
    options.case_sensitive = False
    pattern_set = re2.Set.SearchSet(options)
    for pattern in CLASS_GROUPS.values():
        pattern_set.Add(pattern)
    pattern_set.Compile()
    return pattern_set
