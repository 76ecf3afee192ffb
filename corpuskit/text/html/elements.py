"""The block elements of a page, and what their tags, classes and ids say."""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import re2

from corpuskit.text.html.markup import attribute
from corpuskit.text.html.tags import CLASS_GROUPS, CONTAINED_TAGS, TAG_GROUPS

__all__ = ["COMMENTS", "Elements"]

COMMENTS = 1 << list(CLASS_GROUPS).index("comments")
"""The bit of elements whose names say comments or replies."""

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

    tags: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    own_bits: list[int] = field(default_factory=list)
    """Bits of the `CLASS_GROUPS` and `TAG_GROUPS` that each element belongs to itself."""
    path_bits: list[int] = field(default_factory=list)
    """Bits of each element and all its ancestors."""
    ends: list[int] = field(default_factory=list)
    """Index after the last element of each subtree."""
    numbers: list[int] = field(default_factory=list)
    """A number that elements with the same tag and classes share."""
    signatures: list[tuple[int, int]] = field(default_factory=list)
    """What records of one list and posts of one thread share: that number and, without classes, the parent's."""
    containers: list[int] = field(default_factory=list)
    """Each element itself or, for `CONTAINED_TAGS`, the element that holds its paragraph, list or table."""
    number_of: dict[tuple[str, str], int] = field(default_factory=dict)
    """Of each tag with its classes, the number that stands for it."""

    def add(self, parent: int, tag: str, attributes: str, depth: int) -> int:
        """Append an element and return its index."""
        node = len(self.tags)
        own_bits, classes = _TAG_BITS.get(tag, 0), ""
        if attributes:
            class_bits, classes = _class_facts(attributes[:400])
            own_bits |= class_bits
        self.numbers.append(self.number_of.setdefault((tag, classes), len(self.number_of)))
        self.signatures.append((self.numbers[node], -1 if classes else self.numbers[parent]))
        self.tags.append(tag)
        self.parents.append(parent)
        self.depths.append(depth)
        self.own_bits.append(own_bits)
        self.path_bits.append((self.path_bits[parent] if node else 0) | own_bits)
        self.ends.append(0)
        self.containers.append(self.containers[parent] if node and tag in CONTAINED_TAGS else node)
        return node


@lru_cache(maxsize=8192)
def _class_facts(attributes: str) -> tuple[int, str]:
    """Return the bits of the `CLASS_GROUPS` that an element's names belong to, and its classes without digits."""
    bits = _HIDDEN_BIT if "hid" in attributes or ("none" in attributes and _HIDING_WORDS.search(attributes)) else 0
    class_names = " ".join([double or single or bare for double, single, bare in _NAMES.findall(attributes)])
    if class_names:
        for group in _class_patterns().Match(class_names.replace("_", "-")) or ():
            bits |= 1 << group
    return bits, _DIGITS.sub("", attribute(attributes, "class") or "") if "class" in attributes else ""


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
