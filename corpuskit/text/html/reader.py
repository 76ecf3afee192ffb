"""Read a page's serialised tree into blocks of text, each with where it stands.

The parser writes its tree back as well-formed HTML many times faster than Python can walk the tree's nodes, so one
scan over that string, tag by tag, does all that is needed: it keeps a stack of block elements, collects the text
between them, and notes for every element what its classes and ids say.
"""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import re2

from corpuskit.text.html.blocks import Block, Kind, unescape
from corpuskit.text.html.tags import BLOCK_TAGS, CLASS_GROUPS, LEAF_TAGS, RAW_TAGS, SKIPPED_TAGS, TAG_GROUPS

CELL_CHARACTERS = 200
"""Longest text of a cell of a table of data; longer ones are found in tables that lay out a page."""
MOST_MENDED = 200
"""Places at which reading begins anew because the source makes no sense there."""

_ATTRIBUTES = r'(?:\s=?[^\s=>]*+(?:="[^"]*+")?+)*+\s*+'
"""As the parser writes them: values always in quotes; a quotation mark may be part of a name."""
_INLINE = (
    r"</?(?:span|b|i|em|strong|font|small|u|mark|abbr|time|cite|q|s|sub|sup|code|kbd|var|wbr|ins|del|label|img|input"
    rf"|source|link|meta|picture)(?=[\s/>]){_ATTRIBUTES}>"
)
_LINK = rf"<a(?=[\s>]){_ATTRIBUTES}>(?:[^<]++|{_INLINE})*+</a>"
_ITEM = rf"<li(?=[\s>]){_ATTRIBUTES}>\s*+{_LINK}\s*+</li>\s*+"
_TOKEN = re.compile(
    rf"((?:[^<]++|{_INLINE}|{_LINK})*+)(?:((?:{_ITEM}){{3,}}+)|<(?:(/?)([a-z][^\s/>]*+)({_ATTRIBUTES})>|!--))"
)
_SCRIPT = re.compile("<script", re.IGNORECASE)
_START = re.compile(r"<(?:/?[a-z]|!--)")
_TAG = re.compile(rf"{_INLINE}|</?a(?=[\s>]){_ATTRIBUTES}>")
_LINKED = re.compile(rf"<a(?=[\s>]){_ATTRIBUTES}>((?:[^<]++|{_INLINE})*+)</a>")
_NAMES = re.compile(r' (?:class|id|role|itemprop|data-component|data-testid)="([^"]*)"')
_HIDING = re.compile(r' hidden=| aria-hidden="true"|display:\s*none')
_TAG_BITS = {tag: 1 << (len(CLASS_GROUPS) + bit) for bit, tag in enumerate(TAG_GROUPS)}
_HIDDEN = 1 << list(CLASS_GROUPS).index("hidden")
_BREAK = "\v"
_PARAGRAPH_BREAK = re.compile(r"\v\s*\v")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SKIPPED, _PARTING, _BLOCK, _ITEM_TAG, _COUNTED, _OUTER = range(1, 7)
_ROLES: dict[str | None, int] = {
    **dict.fromkeys(SKIPPED_TAGS, _SKIPPED),
    # These part the text before them from the text after them.
    **dict.fromkeys(("hr", "nav", "menu", "iframe", "video", "object"), _PARTING),
    **dict.fromkeys(BLOCK_TAGS - SKIPPED_TAGS, _BLOCK),
    "li": _ITEM_TAG,
    **dict.fromkeys(("ul", "ol", "pre"), _COUNTED),
    # Passed over unless they are part of an article or a quotation.
    **dict.fromkeys(("footer", "aside"), _OUTER),
}


@dataclass(slots=True)
class Elements:
    """The block elements of a page in the order of their start tags, one list for each of their properties."""

    tags: list[str] = field(default_factory=lambda: ["body"])
    parents: list[int] = field(default_factory=lambda: [0])
    depths: list[int] = field(default_factory=lambda: [0])
    own_bits: list[int] = field(default_factory=lambda: [0])
    """Bits of `CLASS_GROUPS` and `TAG_GROUPS` an element has itself."""
    around: list[int] = field(default_factory=lambda: [0])
    """Bits of an element and all its ancestors."""
    ends: list[int] = field(default_factory=lambda: [0])
    """Place after the last element of each subtree."""
    containers: list[int] = field(default_factory=lambda: [0])
    """The element itself, or what holds its paragraph, list or table."""

    def add(self, parent: int, tag: str, attributes: str, depth: int) -> int:
        """Append an element; its place."""
        node = len(self.tags)
        own_bits = _TAG_BITS.get(tag, 0)
        if attributes:
            own_bits |= _bits(attributes[:400])
        self.tags.append(tag)
        self.parents.append(parent)
        self.depths.append(depth)
        self.own_bits.append(own_bits)
        self.around.append(self.around[parent] | own_bits)
        self.ends.append(0)
        self.containers.append(self.containers[parent] if tag in LEAF_TAGS else node)
        return node


@dataclass(slots=True)
class PlacedBlock:
    """A block of text, the place of the element it stands in, and of that it belongs to."""

    block: Block
    node: int
    container: int
    row: int = 0
    """Place of the table row it is a cell of; 0 outside tables."""
    run: bool = False
    """Whether it is a run of list items that are nothing but links, a line each."""

    @property
    def blocks(self) -> list[Block]:
        """What is to be written."""
        if not self.run:
            return [self.block]
        level, marker, texts = self.block.level, self.block.marker, self.block.text.split("\n")
        if not marker[:-1].isdigit():
            return [Block("item", text, level, marker) for text in texts]
        return [Block("item", text, level, f"{number}.") for number, text in enumerate(texts, int(marker[:-1]))]


@dataclass(slots=True)
class _PageReader:
    elements: Elements = field(default_factory=Elements)
    blocks: list[PlacedBlock] = field(default_factory=list)
    names: list[str] = field(default_factory=lambda: ["body"])
    """Tags of the open elements, and their attributes."""
    attributes: list[str] = field(default_factory=lambda: [""])
    nodes: list[int] = field(default_factory=lambda: [0])
    """Where the first of the open elements are in `elements`; the others hold no text yet."""
    pre: int = 0
    lists: list[int] = field(default_factory=list)
    """The next number of each open list; 0 for lists without numbers."""
    new_item: bool = False
    """Whether the text that comes is the first of a list item."""

    def on_counted(self, tag: str, closing: bool) -> None:
        """Keep count of the open lists, and of preformatted text."""
        if tag == "pre":
            self.pre += -1 if closing else 1
        elif closing:
            self.lists.pop()
        else:
            self.lists.append(int(tag == "ol"))

    def add(self, parts: list[str], linked: int) -> None:
        """The text collected between two tags; `linked` of its characters lie in links besides its own."""
        text = "".join(parts)
        if "<" in text:
            if "<a" in text:
                inner = "".join(_LINKED.findall(text))
                linked += len(_TAG.sub("", inner) if "<" in inner else inner)
            text = _TAG.sub("", text)
        if "&" in text:
            text = unescape(text)
        line = " ".join(text.split())
        if not line:
            return
        total = len(line)
        self._open_elements()
        if self.pre:
            self._add("preformatted", text.replace(_BREAK, "\n").strip("\n").rstrip(), linked, total)
        elif _BREAK in text:
            for part in _PARAGRAPH_BREAK.split(text):
                lines = (" ".join(line.split()) for line in part.split(_BREAK))
                self._add_line("\n".join(line for line in lines if line), linked, total)
        else:
            self._add_line(line, linked, total)

    def add_run(self, source: str) -> None:
        """List items that are nothing but links: one block, as most are navigation and there are many of them."""
        texts = [" ".join(unescape(_TAG.sub("", text)).split()) for text in _LINKED.findall(source)]
        texts = [text for text in texts if text]
        if not texts:
            return
        marker = self._next_marker()
        if marker != "-":
            self.lists[-1] += len(texts) - 1
        self._open_elements()
        text = "\n".join(texts)
        block = Block("item", text, max(1, len(self.lists)), marker, len(text))
        block.characters = len(text)
        self.blocks.append(PlacedBlock(block, self.nodes[-1], self.elements.containers[self.nodes[-1]], run=True))

    def _open_elements(self) -> None:
        """Write down the open elements, now that they are known to hold text."""
        names, nodes = self.names, self.nodes
        for depth in range(len(nodes), len(names)):
            nodes.append(self.elements.add(nodes[-1], names[depth], self.attributes[depth], depth))

    def _add_line(self, text: str, linked: int, total: int) -> None:
        if not text:
            return
        tag = self.names[-1]
        if tag in _HEADINGS:
            self._add("heading", text, linked, total)
        elif self.lists:
            self._add("item", text, linked, total)
        else:
            self._add("paragraph" if tag == "p" or len(text) > 80 else "line", text, linked, total)

    def _add(self, kind: Kind, text: str, linked: int, total: int) -> None:
        if not text:
            return
        node, tag = self.nodes[-1], self.names[-1]
        block = Block(kind, text, _HEADINGS[tag] if kind == "heading" else len(self.lists), "", min(linked, total))
        block.characters = total
        if self.new_item and kind == "item":
            block.marker, self.new_item = self._next_marker(), False
        row = self.nodes[-2] if tag == "td" or tag == "th" else 0
        self.blocks.append(PlacedBlock(block, node, self.elements.containers[node], row))

    def _next_marker(self) -> str:
        if not self.lists or not self.lists[-1]:
            return "-"
        self.lists[-1] += 1
        return f"{self.lists[-1] - 1}."


def read(source: str) -> tuple[Elements, list[PlacedBlock]]:
    """The block elements and blocks of a serialised `body`, in order; time linear in its length.

    Of each block, `linked` and `characters` are those of all the text between two tags; `words` is left out.
    """
    reader = _PageReader()
    _scan(source, reader)
    ends = reader.elements.ends
    for node in reader.nodes:
        ends[node] = len(ends)
    return reader.elements, _join_rows(reader.blocks)


def _scan(source: str, reader: _PageReader) -> None:
    # One long function with local names, as a call for each tag would take as long as everything else together.
    names, open_attributes, nodes = reader.names, reader.attributes, reader.nodes
    next_token, role_of, ends = _TOKEN.match, _ROLES.get, reader.elements.ends
    parts: list[str] = []
    in_link, linked = False, 0
    match, mended = next_token(source), 0
    while match is not None:
        text, run, closing, tag, attributes = match.groups()
        if text and (parts or not text.isspace()):
            parts.append(text)
            if in_link:
                linked += len(_TAG.sub("", text) if "<" in text else text)
        position = match.end()
        role = role_of(tag, 0)
        if role >= _BLOCK:
            if parts and (not closing or names[-1] == tag):
                reader.add(parts, linked)
                linked = 0
                parts.clear()
            if not closing:
                if role == _OUTER and "article" not in names and "blockquote" not in names:
                    position = _behind(source, tag, position)
                else:
                    names.append(tag)
                    open_attributes.append(attributes)
                    if role == _ITEM_TAG:
                        reader.new_item = True
                    elif role == _COUNTED:
                        reader.on_counted(tag, False)
            elif names[-1] == tag and len(names) > 1:
                names.pop()
                open_attributes.pop()
                if len(nodes) > len(names):
                    ends[nodes.pop()] = len(ends)
                if role == _ITEM_TAG:
                    reader.new_item = False
                elif role == _COUNTED:
                    reader.on_counted(tag, True)
        elif tag == "a":
            in_link = not closing
        elif tag == "br":
            parts.append(_BREAK)
        elif run or role:
            if parts and role != _SKIPPED:
                reader.add(parts, linked)
                linked = 0
                parts.clear()
            if run:
                reader.add_run(run)
            elif tag != "hr" and not closing:
                position = _behind(source, tag, position)
        elif tag is None:
            position = source.find("-->", position) + 3
            if position < 3:
                break
        match = next_token(source, position)
        while match is None and mended < MOST_MENDED and (start := _START.search(source, position + 1)):
            # Scripts that hold comments and scripts may end later than they seem to.
            mended += 1
            position = start.start()
            match = next_token(source, position)
    if parts:
        reader.add(parts, linked)


def _behind(source: str, tag: str, position: int) -> int:
    """The offset after the end of an element whose content begins at `position`."""
    if tag == "script":
        return _behind_script(source, position)
    if tag in RAW_TAGS:
        end = source.find(f"</{tag}", position)
        return len(source) if end < 0 else end + len(tag) + 3
    depth = 1
    for match in _TOKEN.finditer(source, position):
        if match[4] == tag:
            depth += -1 if match[3] else 1
            if not depth:
                return match.end()
    return len(source)


def _behind_script(source: str, position: int) -> int:
    """Find the end of a script, in which a script inside a comment has an end of its own (HTML, "double escaped")."""
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
    bits = _HIDDEN if "hid" in attributes or ("none" in attributes and _HIDING.search(attributes)) else 0
    names = " ".join(_NAMES.findall(attributes))
    if names:
        for group in _groups().Match(names.replace("_", "-")) or ():
            bits |= 1 << group
    return bits


@cache
def _groups() -> Any:
    """All patterns of `CLASS_GROUPS` as one automaton: elements differ in their names from site to site."""
    options = re2.Options()
    options.case_sensitive = False
    pattern_set = re2.Set.SearchSet(options)
    for pattern in CLASS_GROUPS.values():
        pattern_set.Add(pattern)
    pattern_set.Compile()
    return pattern_set


def _join_rows(blocks: list[PlacedBlock]) -> list[PlacedBlock]:
    """Cells of one table row become one block, if each is a single short text."""
    if not any(block.row for block in blocks):
        return blocks
    joined_blocks: list[PlacedBlock] = []
    start = 0
    while start < len(blocks):
        end = start + 1
        row = blocks[start].row
        while row and end < len(blocks) and blocks[end].row == row:
            end += 1
        cells = blocks[start:end]
        short = all(len(cell.block.text) <= CELL_CHARACTERS for cell in cells)
        if row and end - start > 1 and short and len({cell.node for cell in cells}) == end - start:
            block = Block("row", "\t".join(" ".join(cell.block.text.split()) for cell in cells))
            block.characters = sum(cell.block.characters for cell in cells)
            block.linked = sum(cell.block.linked for cell in cells)
            joined_blocks.append(PlacedBlock(block, cells[0].node, cells[0].container, row))
        else:
            joined_blocks.extend(cells)
        start = end
    return joined_blocks
