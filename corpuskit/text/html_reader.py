"""Read a page's serialised tree into blocks of text, each with where it stands.

The parser writes its tree back as well-formed HTML many times faster than Python can walk the tree's nodes, so one
scan over that string, tag by tag, does all that is needed: it keeps a stack of block elements, collects the text
between them, and notes for every block the words of the classes and ids around it.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from corpuskit.text.html_blocks import Block
from corpuskit.text.html_tags import BLOCK_TAGS, CLASS_GROUPS, RAW_TAGS, SKIPPED_TAGS, TAG_GROUPS

Kind = Literal["heading", "paragraph", "item", "preformatted", "line", "row"]

CELL_CHARACTERS = 200
"""Longest text of a cell of a table of data; longer ones are found in tables that lay out a page."""
MOST_MENDED = 200
"""Places at which reading begins anew because the source makes no sense there."""

_ATTRIBUTES = r'(?:\s=?[^\s=>]*+(?:="[^"]*+")?+)*+\s*+'
"""As the parser writes them: values always in quotes; a quotation mark may be part of a name."""
_REST = rf"{_ATTRIBUTES}>"
_INLINE = (
    r"</?(?:span|b|i|em|strong|font|small|u|mark|abbr|time|cite|q|s|sub|sup|code|kbd|var|wbr|ins|del|label|img|input"
    rf"|source|link|meta|picture)(?=[\s/>]){_REST}"
)
_TOKEN = re.compile(rf"((?:[^<]++|{_INLINE})*+)<(?:(/?)([a-z][^\s/>]*+)({_ATTRIBUTES})>|!--)")
_SCRIPT = re.compile("<script", re.IGNORECASE)
_START = re.compile(r"<(?:/?[a-z]|!--)")
_TAG = re.compile(_INLINE)
_WORDS = re.compile(
    r'\b(?:class|id|role|itemprop|data-component|data-testid|style)="([^"]*)"|\b(hidden|aria-hidden="true")'
)
_GROUPS = [re.compile(pattern) for pattern in CLASS_GROUPS.values()]
_TAG_BITS = {tag: 1 << (len(CLASS_GROUPS) + place) for place, tag in enumerate(TAG_GROUPS)}
_HIDDEN = 1 << list(CLASS_GROUPS).index("hidden")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BREAK = "\v"
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_PARAGRAPH_BREAK = re.compile(r"\v\s*\v")


@dataclass(slots=True)
class Node:
    """A block element: its parent's place in the list of nodes, what surrounds it, and where its subtree ends."""

    parent: int
    tag: str
    own: int
    """Bits of `CLASS_GROUPS` and `TAG_GROUPS` the element has itself."""
    around: int
    """The same for the element and all its ancestors."""
    depth: int
    end: int = 0
    """Place after the last node of the subtree."""


@dataclass(slots=True)
class Piece:
    """A block of text and the place of the node it stands in."""

    block: Block
    node: int
    tag: str
    row: int = 0
    """Place of the table row it is a cell of; 0 outside tables."""


@dataclass(slots=True)
class _Reader:
    nodes: list[Node] = field(default_factory=lambda: [Node(0, "body", 0, 0, 0)])
    pieces: list[Piece] = field(default_factory=list)
    stack: list[int] = field(default_factory=lambda: [0])
    parts: list[str] = field(default_factory=list)
    linked: int = 0
    total: int = 0
    in_link: bool = False
    pre: int = 0
    lists: list[int] = field(default_factory=list)
    marker: str = ""

    def text(self, text: str) -> None:
        if "<" in text:
            text = _TAG.sub("", text)
        self.parts.append(text)
        if not text.isspace():
            self.total += len(text)
            self.linked += len(text) * self.in_link

    def open(self, tag: str, attributes: str) -> None:
        self.flush()
        parent = self.stack[-1]
        above = self.nodes[parent]
        own = _TAG_BITS.get(tag, 0)
        if attributes:
            own |= _bits(attributes[:400])
        self.stack.append(len(self.nodes))
        self.nodes.append(Node(parent, tag, own, above.around | own, above.depth + 1))
        if tag == "li":
            self.marker = self._next_marker()
        elif tag == "ul" or tag == "ol":
            self.lists.append(int(tag == "ol"))
        elif tag == "pre":
            self.pre += 1

    def close(self, tag: str) -> None:
        if len(self.stack) < 2 or self.nodes[self.stack[-1]].tag != tag:
            return
        self.flush()
        self.nodes[self.stack.pop()].end = len(self.nodes)
        if tag == "li":
            self.marker = ""
        elif tag == "ul" or tag == "ol":
            self.lists.pop()
        elif tag == "pre":
            self.pre -= 1

    def flush(self) -> None:
        if not self.parts:
            return
        text = "".join(self.parts)
        linked, total = self.linked, self.total
        self.parts.clear()
        self.linked = self.total = 0
        if not total:
            return
        if "&" in text:
            text = _unescaped(text)
        if self.pre:
            self._add("preformatted", text.replace(_BREAK, "\n").strip("\n").rstrip(), linked, total)
            return
        several = _PARAGRAPH_BREAK.split(text) if _BREAK in text else (text,)
        for part in several:
            if _BREAK in part:
                lines = (" ".join(line.split()) for line in part.split(_BREAK))
                tidy = "\n".join(line for line in lines if line)
            else:
                tidy = " ".join(part.split())
            if tidy:
                self._add(self._kind(tidy), tidy, linked, total)

    def _add(self, kind: Kind, text: str, linked: int, total: int) -> None:
        if not text:
            return
        place = self.stack[-1]
        tag = self.nodes[place].tag
        block = Block(kind, text, int(tag[1]) if kind == "heading" else len(self.lists))
        if kind == "item":
            block.marker, self.marker = self.marker, ""
        spaces = text.count(" ") + text.count("\n")
        block.words = spaces + 1
        if not text.isascii():
            block.words += len(_UNSPACED.findall(text)) / 2
        block.characters = len(text) - spaces
        block.linked = round(block.characters * linked / total)
        row = self.nodes[place].parent if tag in ("td", "th") else 0
        self.pieces.append(Piece(block, place, tag, row))

    def _kind(self, text: str) -> Kind:
        tag = self.nodes[self.stack[-1]].tag
        if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            return "heading"
        if self.lists:
            return "item"
        return "paragraph" if tag == "p" or len(text) > 80 else "line"

    def _next_marker(self) -> str:
        if not self.lists or not self.lists[-1]:
            return "-" if self.lists else ""
        self.lists[-1] += 1
        return f"{self.lists[-1] - 1}."


def read(source: str) -> tuple[list[Node], list[Piece]]:
    """The block elements and blocks of a serialised `body`, in order; time linear in its length."""
    reader = _Reader()
    next_token, parts = _TOKEN.match, reader.parts
    match, mended = next_token(source), 0
    while match is not None:
        text, closing, tag, attributes = match.groups()
        if text:
            reader.text(text)
        position = match.end()
        if tag is None:
            position = source.find("-->", position) + 3
            if position < 3:
                break
        elif tag in BLOCK_TAGS and tag not in SKIPPED_TAGS:
            if closing:
                reader.close(tag)
            else:
                reader.open(tag, attributes)
        elif tag == "a":
            reader.in_link = not closing
        elif tag == "br":
            parts.append(_BREAK)
        elif tag == "hr":
            reader.flush()
        elif tag in SKIPPED_TAGS and not closing:
            position = _behind(source, tag, position)
            if tag in ("nav", "menu", "iframe", "video", "object"):
                reader.flush()
        match = next_token(source, position)
        while match is None and mended < MOST_MENDED and (start := _START.search(source, position + 1)):
            # Scripts that hold comments and scripts may end later than they seem to.
            mended += 1
            position = start.start()
            match = next_token(source, position)
    reader.flush()
    for place in reader.stack:
        reader.nodes[place].end = len(reader.nodes)
    return reader.nodes, _rows_joined(reader.pieces)


def _behind(source: str, tag: str, position: int) -> int:
    """The place behind the end of an element whose content begins at `position`."""
    if tag == "script":
        return _behind_script(source, position)
    if tag in RAW_TAGS:
        end = source.find(f"</{tag}", position)
        return len(source) if end < 0 else end + len(tag) + 3
    depth = 1
    for match in _TOKEN.finditer(source, position):
        if match[3] == tag:
            depth += -1 if match[2] else 1
            if not depth:
                return match.end()
    return len(source)


def _behind_script(source: str, position: int) -> int:
    """The same for a script, in which a script inside a comment has an end of its own (HTML, "double escaped")."""
    commented = False
    while (end := source.find("</script", position)) >= 0:
        opening = source.rfind("<!--", position, end)
        if opening >= 0 or commented:
            start = max(opening, position)
            commented = source.find("-->", start, end) < 0
            if commented and _SCRIPT.search(source, start, end):
                position = end + 9
                continue
        return end + 9
    return len(source)


@lru_cache(maxsize=8192)
def _bits(attributes: str) -> int:
    """Which groups the names and classes of an element belong to."""
    found = _WORDS.findall(attributes)
    if not found:
        return 0
    words = _CAMEL.sub("-", " ".join(value for value, _ in found)).lower().replace("_", "-")
    bits = 0
    for word in words.replace("display: none", "display:none").split():
        bits |= _word_bits(word)
    return bits | (_HIDDEN if any(flag for _, flag in found) else 0)


@lru_cache(maxsize=32768)
def _word_bits(word: str) -> int:
    """The groups of one name; names repeat far more often than the sets of them that elements have."""
    return sum(1 << place for place, group in enumerate(_GROUPS) if group.search(word))


def _rows_joined(pieces: list[Piece]) -> list[Piece]:
    """Cells of one table row become one block, if each is a single short text."""
    joined: list[Piece] = []
    start = 0
    while start < len(pieces):
        end = start + 1
        row = pieces[start].row
        while row and end < len(pieces) and pieces[end].row == row:
            end += 1
        cells = pieces[start:end]
        short = all(len(cell.block.text) <= CELL_CHARACTERS for cell in cells)
        if row and end - start > 1 and short and len({cell.node for cell in cells}) == end - start:
            block = Block("row", "\t".join(" ".join(cell.block.text.split()) for cell in cells))
            block.words = sum(cell.block.words for cell in cells)
            block.characters = sum(cell.block.characters for cell in cells)
            block.linked = sum(cell.block.linked for cell in cells)
            joined.append(Piece(block, cells[0].node, "td", row))
        else:
            joined.extend(cells)
        start = end
    return joined


def _unescaped(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", "\xa0"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text
