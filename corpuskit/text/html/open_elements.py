"""The stack of open block elements, with the rules by which a start tag ends elements that nobody ended.

From the tree construction of the HTML standard (https://html.spec.whatwg.org/multipage/parsing.html): `p` ends before a
block, `li`, `dd` and `dt` before their like, a cell or row before the next, and no end tag reaches out of a cell. Every
rule asks for the latest position of a tag, never walks the stack, so reading stays linear however deep a page nests.
"""

from corpuskit.text.html.known_tags import (
    ENDS_LIKE,
    ENDS_PARAGRAPH,
    HEADING,
    OPAQUE,
    SCOPE,
    STACKED_TAGS,
    TABLE_PART,
    Tag,
)
from corpuskit.text.html.tags import HEADING_LEVELS, TABLE_PARTS

__all__ = ["OpenElements"]

MAX_DEPTH = 512
"""Deeper elements are read as part of the one they are in, as browsers do."""

_LIKES = {"li": ("li",), "dd": ("dd", "dt"), "dt": ("dd", "dt")}
"""The innermost opaque element that a start tag ends."""
_ENDED_BY = {
    "td": ("td", "th", "caption"),
    "th": ("td", "th", "caption"),
    "tr": ("tr", "caption"),
    "tbody": ("tbody", "thead", "tfoot", "caption"),
    "thead": ("tbody", "thead", "tfoot", "caption"),
    "tfoot": ("tbody", "thead", "tfoot", "caption"),
    "caption": ("caption",),
}
"""Parts of the same table that a part ends."""
_NOWHERE = {**dict.fromkeys(STACKED_TAGS, -1), "body": 0}
_TABLE_TAGS = TABLE_PARTS | {"table"}


class OpenElements:
    """The start tags of the open elements, outermost first; element 0 is the body."""

    __slots__ = ("_before", "_flattened", "_latest", "_opaque", "_scope", "tags")

    def __init__(self) -> None:
        self.tags = [Tag("body")]
        self._latest = _NOWHERE.copy()
        """Index of the innermost open element of each name; -1 if there is none."""
        self._scope = 0
        """Index of the innermost open element that is a scope."""
        self._opaque = 0
        """Index of the innermost open element that is opaque."""
        self._before = [(-1, 0, 0)]
        """What these three were before each open element: the first for its own name."""
        self._flattened = 0
        """Elements nested deeper than `MAX_DEPTH` whose end tag is yet to come."""

    def index_of(self, name: str) -> int:
        """Return the index of the innermost open element with this name; -1 if there is none."""
        return self._latest[name]

    def ended_by_start(self, tag: Tag) -> int:
        """Return the index from which a start tag ends the open elements; their number if it ends none."""
        flags = tag.flags
        if flags & ENDS_PARAGRAPH:
            if flags & ENDS_LIKE and self.tags[self._opaque].name in _LIKES[tag.name]:
                return self._opaque
            paragraph = self._latest["p"]
            if paragraph > self._scope:
                return paragraph
            if flags & HEADING and self.tags[-1].flags & HEADING:
                return len(self.tags) - 1
        elif flags & TABLE_PART:
            return self._ended_by_part(tag.name)
        return len(self.tags)

    def _ended_by_part(self, name: str) -> int:
        end, table = len(self.tags), self._latest["table"]
        for part in _ENDED_BY.get(name, ()):
            index = self._latest[part]
            if table < index < end:
                end = index
        return end

    def ended_by_end(self, name: str) -> int:
        """Return the index from which an end tag ends the open elements; their number if it ends none."""
        end = len(self.tags)
        if self._flattened:
            if end >= MAX_DEPTH:
                self._flattened -= 1
                return end
        elif self.tags[-1].name == name and end > 1:
            return end - 1
        if name in HEADING_LEVELS:
            index = max(self._latest[heading] for heading in HEADING_LEVELS)
        else:
            index = self._latest[name]
        if name in _TABLE_TAGS:
            return index if index >= max(1, self._latest["table"]) else end
        return index if index > self._scope or (index == self._scope > 0) else end

    def push(self, tag: Tag) -> bool:
        """Open an element; False if it would be too deep."""
        index = len(self.tags)
        if index >= MAX_DEPTH:
            self._flattened += 1
            return False
        self.tags.append(tag)
        name, latest = tag.name, self._latest
        self._before.append((latest[name], self._scope, self._opaque))
        latest[name] = index
        if tag.flags & SCOPE:
            self._scope = index
        if tag.flags & OPAQUE:
            self._opaque = index
        return True

    def pop(self) -> Tag:
        """End the innermost element and return its start tag."""
        tag = self.tags.pop()
        self._latest[tag.name], self._scope, self._opaque = self._before.pop()
        return tag
