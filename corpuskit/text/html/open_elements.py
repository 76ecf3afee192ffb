"""The stack of open block elements, with the rules by which a start tag ends elements that nobody ended.

From the tree construction of the HTML standard (https://html.spec.whatwg.org/multipage/parsing.html): `p` ends before a
block, `li`, `dd` and `dt` before their like, a cell or row before the next, and no end tag reaches out of a cell. Every
rule asks for the latest position of a tag, never walks the stack, so reading stays linear however deep a page nests.
"""

from corpuskit.text.html.tags import HEADING_LEVELS, TABLE_PARTS

__all__ = ["OpenElements"]

MAX_DEPTH = 512
"""Deeper elements are read as part of the one they are in, as browsers do."""

_ENDS_PARAGRAPH = frozenset((
    "address", "article", "aside", "blockquote", "center", "details", "dialog", "dir", "div", "dl", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "li", "dd",
    "dt", "main", "menu", "nav", "ol", "p", "pre", "listing", "search", "section", "summary", "ul", "xmp", "table",
))  # fmt: skip
_TRANSPARENT = frozenset(("address", "div", "p"))
"""An `li`, `dd` or `dt` ends an earlier one through these only."""
_SCOPES = frozenset(("td", "th", "caption", "table", "template", "button", "object"))
"""No tag inside ends an element outside, but for the parts of a table."""
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


class OpenElements:
    """Tags and attributes of the open elements, outermost first; element 0 is the body."""

    def __init__(self) -> None:
        self.tags = ["body"]
        self.attributes = [""]
        self._positions: dict[str, list[int]] = {"body": [0]}
        self._scopes = [0]
        """Indices of the open elements that are in `_SCOPES`, outermost first."""
        self._opaque = [0]
        """Indices of the open elements that are not in `_TRANSPARENT`."""
        self._flattened = 0
        """Elements nested deeper than `MAX_DEPTH` whose end tag is yet to come."""

    def index_of(self, tag: str) -> int:
        """Return the index of the innermost open element with this tag; -1 if there is none."""
        positions = self._positions.get(tag)
        return positions[-1] if positions else -1

    def ended_by_start(self, tag: str) -> int:
        """Return the index from which a start tag ends the open elements; their number if it ends none."""
        end = len(self.tags)
        if tag in _ENDS_PARAGRAPH:
            if tag == "li":
                if self.tags[self._opaque[-1]] == "li":
                    return self._opaque[-1]
            elif (tag == "dd" or tag == "dt") and self.tags[self._opaque[-1]] in ("dd", "dt"):
                return self._opaque[-1]
            paragraphs = self._positions.get("p")
            if paragraphs and paragraphs[-1] > self._scopes[-1]:
                return paragraphs[-1]
            if tag in HEADING_LEVELS and self.tags[-1] in HEADING_LEVELS:
                return end - 1
        elif tag in TABLE_PARTS:
            table = self.index_of("table")
            for part in _ENDED_BY.get(tag, ()):
                index = self.index_of(part)
                if table < index < end:
                    end = index
        return end

    def ended_by_end(self, tag: str) -> int:
        """Return the index from which an end tag ends the open elements; their number if it ends none."""
        end = len(self.tags)
        if self.tags[-1] == tag and end > 1 and not self._flattened:
            return end - 1
        if self._flattened and end >= MAX_DEPTH:
            self._flattened -= 1
            return end
        if tag in HEADING_LEVELS:
            index = max(map(self.index_of, HEADING_LEVELS))
        else:
            index = self.index_of(tag)
        if tag in TABLE_PARTS or tag == "table":
            return index if index >= max(1, self.index_of("table")) else end
        scope = self._scopes[-1]
        return index if index > scope or (index == scope > 0) else end

    def push(self, tag: str, attributes: str) -> bool:
        """Open an element; False if it would be too deep."""
        index = len(self.tags)
        if index >= MAX_DEPTH:
            self._flattened += 1
            return False
        self.tags.append(tag)
        self.attributes.append(attributes)
        positions = self._positions.get(tag)
        if positions is None:
            self._positions[tag] = [index]
        else:
            positions.append(index)
        if tag in _SCOPES:
            self._scopes.append(index)
        if tag not in _TRANSPARENT:
            self._opaque.append(index)
        return True

    def pop(self) -> str:
        """End the innermost element and return its tag."""
        tag = self.tags.pop()
        self.attributes.pop()
        index = self._positions[tag].pop()
        if self._scopes[-1] == index:
            self._scopes.pop()
        if self._opaque[-1] == index:
            self._opaque.pop()
        return tag
