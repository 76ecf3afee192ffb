"""What a start tag says: its name and attributes, and what they mean to the reader.

Pages repeat their tags, and sites share many. So each way to write one is looked at once, and what it says is kept.
"""

import re

from corpuskit.text.html.tags import BLOCK_TAGS, CONTAINED_TAGS, HEADING_LEVELS, RAW_TAGS, SKIPPED_TAGS, TABLE_PARTS

__all__ = [
    "ADDS_NOTHING",
    "ANCHOR",
    "BLOCK",
    "BREAKS_LINE",
    "BUTTON",
    "CELL",
    "ENDS_LIKE",
    "ENDS_PARAGRAPH",
    "HEADING",
    "KEEPS_STATE",
    "LABEL",
    "MATH",
    "OPAQUE",
    "PREFORMATTED",
    "RAW",
    "RULE",
    "SCOPE",
    "SKIPPED",
    "STACKED_TAGS",
    "STARTS_ELEMENT",
    "TABLE_PART",
    "KnownTags",
    "Tag",
    "action_of_end",
    "known_tags",
    "small_letters",
]

MAX_KNOWN = 8192
"""Most ways to write a start tag that are kept at a time."""
MAX_KNOWN_LENGTH = 400
"""Most characters of one that is kept."""

# What the reader does at a tag.
ADDS_NOTHING, STARTS_ELEMENT, RAW, RULE, BREAKS_LINE, ANCHOR, MATH, LABEL, BUTTON = range(9)
_ACTIONS: dict[str, int] = {
    **dict.fromkeys(BLOCK_TAGS, STARTS_ELEMENT),
    **dict.fromkeys(SKIPPED_TAGS, STARTS_ELEMENT),
    **dict.fromkeys(RAW_TAGS, RAW),
    # Tags that separate text and have nothing to read; `html` and `body` end and begin a block as any other.
    **dict.fromkeys(("hr", "html", "body", "frameset", "optgroup", "option"), RULE),
    "br": BREAKS_LINE,
    "a": ANCHOR,
    "math": MATH,
    "label": LABEL,
    "button": BUTTON,
}

# What is true of an element by its name.
BLOCK, SKIPPED, ENDS_PARAGRAPH, ENDS_LIKE, SCOPE, OPAQUE, HEADING, TABLE_PART, CELL, PREFORMATTED, KEEPS_STATE = (
    1 << bit for bit in range(11)
)
_NAMES_WITH: dict[int, frozenset[str]] = {
    BLOCK: BLOCK_TAGS,
    SKIPPED: SKIPPED_TAGS,
    ENDS_PARAGRAPH: frozenset((
        "address", "article", "aside", "blockquote", "center", "details", "dialog", "dir", "div", "dl", "fieldset",
        "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "li",
        "dd", "dt", "main", "menu", "nav", "ol", "p", "pre", "listing", "search", "section", "summary", "ul", "xmp",
        "table",
    )),
    # A start tag ends an earlier element of its kind.
    ENDS_LIKE: frozenset(("li", "dd", "dt")),
    # No tag inside ends an element outside, but for the parts of a table.
    SCOPE: frozenset(("td", "th", "caption", "table", "template", "button", "object")),
    HEADING: frozenset(HEADING_LEVELS),
    TABLE_PART: TABLE_PARTS,
    CELL: frozenset(("td", "th")),
    PREFORMATTED: frozenset(("pre", "listing")),
    # The reader keeps something while such an element is open.
    KEEPS_STATE: frozenset(("li", "ul", "ol", "table", "tr", "td", "th", "pre", "listing")),
}  # fmt: skip
_TRANSPARENT = frozenset(("address", "div", "p"))
"""An `li`, `dd` or `dt` ends an earlier one through these only; all others are `OPAQUE`."""
_FLAGS = {
    name: sum(flag for flag, names in _NAMES_WITH.items() if name in names) | (OPAQUE * (name not in _TRANSPARENT))
    for name in {*_ACTIONS, *(name for names in _NAMES_WITH.values() for name in names)}
}

_MEANING = {name: (_ACTIONS.get(name, ADDS_NOTHING), flags, name in CONTAINED_TAGS) for name, flags in _FLAGS.items()}
"""Action, flags and whether it is contained, by the name of a tag."""
_NO_MEANING = ADDS_NOTHING, OPAQUE, False

STACKED_TAGS = BLOCK_TAGS | SKIPPED_TAGS | {"button"}
"""Names of the elements that the reader keeps on its stack."""

_NAME = re.compile(r"[^\s/>]*+", re.ASCII)
_CODE_BLOCK = re.compile(r"""class\s*=\s*["']?(?:fragment|SourceCode|SCodeFlow|SVerbatim|RktBlk)\b(?!-)""", re.ASCII)
"""Names that documentation generators give to code that is not in a `pre`."""

_CODE_TAGS = frozenset(("div", "blockquote", "table"))


class Tag:
    """A start tag."""

    __slots__ = (
        "action", "attributes", "classes", "flags", "is_contained", "name", "names", "own_bits", "reason_to_skip",
    )  # fmt: skip

    def __init__(self, source: str, is_xml: bool = False) -> None:
        end = _NAME.match(source).end()  # type: ignore[union-attr]
        self.name = name = small_letters(source[:end])
        self.attributes = attributes = source[end:]
        self.action, self.flags, self.is_contained = _MEANING.get(name, _NO_MEANING)
        self.own_bits = -1
        """See `Elements.own_bits`; -1 until an element needs them, as many have no text."""
        self.classes = ""
        """The value of `class` without digits, as soon as `own_bits` are known."""
        self.names = ""
        """See `Elements.names`; as soon as `own_bits` are known."""
        self.reason_to_skip = -1 if attributes else 0
        """See `unseen`; -1 until it is asked for, 0 if there is none."""
        if not attributes:
            return
        if attributes[-1] == "/" and self.action == STARTS_ELEMENT and (is_xml or name == "svg"):
            self.action = ADDS_NOTHING
        if name in _CODE_TAGS and _CODE_BLOCK.search(attributes):
            self.flags |= PREFORMATTED | KEEPS_STATE


def small_letters(name: str) -> str:
    """Return a tag's name in small letters; one with letters beyond ASCII is no known name, and stays as it is."""
    return name if name.islower() or not name.isascii() else name.lower()


class KnownTags:
    """Start tags by their source, which is all between `<` and `>`."""

    def __init__(self, is_xml: bool) -> None:
        self._is_xml = is_xml
        self._tags: dict[str, Tag] = {}
        self.find = self._tags.get
        """Return the tag that is written so, if it is known already."""

    def learn(self, source: str) -> Tag:
        """Return a tag that is not known yet."""
        tag = Tag(source, self._is_xml)
        if len(source) <= MAX_KNOWN_LENGTH:
            if len(self._tags) >= MAX_KNOWN:
                self._tags.clear()
            self._tags[source] = tag
        return tag


_KNOWN_TAGS = {is_xml: KnownTags(is_xml) for is_xml in (False, True)}


def known_tags(is_xml: bool) -> KnownTags:
    """Return the start tags of HTML or of XHTML pages."""
    return _KNOWN_TAGS[is_xml]


def action_of_end(name: str) -> int:
    """Return what the reader does at an end tag with a name in small letters."""
    return _ACTIONS.get(name, ADDS_NOTHING)
