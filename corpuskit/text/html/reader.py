"""Read a page's serialised tree into blocks of text, each with its element.

The parser writes its tree as well-formed HTML many times faster than Python can walk the tree's nodes. So one scan
over that string, tag by tag, does it all: it keeps a stack of block elements, collects the text between them, and
records what the classes and ids of each element say.
"""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import re2

from corpuskit.text.html.blocks import LINE_BREAK, Block, Kind, tidy_text, unescape
from corpuskit.text.html.tags import BLOCK_TAGS, CLASS_GROUPS, CONTAINED_TAGS, RAW_TAGS, SKIPPED_TAGS, TAG_GROUPS

CELL_CHARACTERS = 200
"""Longest text of a cell in a table of data; longer ones occur in tables that lay out a page."""
MAX_RESTARTS = 200
"""How often reading may go on at a later tag where the markup makes no sense."""

_ATTRIBUTES = r'(?:\s=?[^\s=>]*+(?:="[^"]*+")?+)*+\s*+'
"""As the parser writes them: values are always quoted; a name may contain a quotation mark."""
_INLINE = (
    r"</?(?:span|b|i|em|strong|font|small|u|mark|abbr|time|cite|q|s|sub|sup|code|kbd|var|wbr|ins|del|label|img|input"
    rf"|source|link|meta|picture)(?=[\s/>]){_ATTRIBUTES}>"
)
_LINK = rf"<a(?=[\s>]){_ATTRIBUTES}>(?:[^<]++|{_INLINE})*+</a>"
_ITEM = rf"<li(?=[\s>]){_ATTRIBUTES}>\s*+{_LINK}\s*+</li>\s*+"
# Text with its inline tags and whole links, then a run of items that are only links, a tag, or the start of a comment.
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
_PARAGRAPH_BREAK = re.compile(r"\v\s*\v")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# What a start tag means for the scan. `_scan` compares: the roles from `_BLOCK` on keep an element's content.
_SKIP, _SEPARATE, _BLOCK, _ITEM_TAG, _LIST_OR_PRE, _MARGINAL = range(1, 7)
_ROLES: dict[str | None, int] = {
    **dict.fromkeys(SKIPPED_TAGS, _SKIP),
    # Skipped too, if they have content; besides, they separate the text before them from the text after them.
    **dict.fromkeys(("hr", "nav", "menu", "iframe", "video", "object"), _SEPARATE),
    **dict.fromkeys(BLOCK_TAGS - SKIPPED_TAGS, _BLOCK),
    "li": _ITEM_TAG,
    **dict.fromkeys(("ul", "ol", "pre"), _LIST_OR_PRE),
    # Skipped unless they are part of an article or a quotation.
    **dict.fromkeys(("footer", "aside"), _MARGINAL),
}


@dataclass(slots=True)
class Elements:
    """The block elements of a page in the order of their start tags, as one list for each property.

    <body><div class="nav"><p>a</p></div><p>b</p></body>

    index        0     1     2    3    4
    tags         body  body  div  p    p        element 0 is the root, with the page's body as its child
    parents      0     0     1    2    1
    depths       0     1     2    3    2
    ends         5     5     4    4    5        the subtree of `div` is elements 2 and 3
    containers   0     1     2    2    1        the text of a `p` counts for the element around it
    """

    tags: list[str] = field(default_factory=lambda: ["body"])
    parents: list[int] = field(default_factory=lambda: [0])
    depths: list[int] = field(default_factory=lambda: [0])
    own_bits: list[int] = field(default_factory=lambda: [0])
    """Bits of the `CLASS_GROUPS` and `TAG_GROUPS` that each element belongs to itself."""
    path_bits: list[int] = field(default_factory=lambda: [0])
    """Bits of each element and all its ancestors."""
    ends: list[int] = field(default_factory=lambda: [0])
    """Index after the last element of each subtree."""
    containers: list[int] = field(default_factory=lambda: [0])
    """Each element itself or, for `CONTAINED_TAGS`, the element that holds its paragraph, list or table."""

    def add(self, parent: int, tag: str, attributes: str, depth: int) -> int:
        """Append an element and return its index."""
        node = len(self.tags)
        own_bits = _TAG_BITS.get(tag, 0)
        if attributes:
            own_bits |= _class_bits(attributes[:400])
        self.tags.append(tag)
        self.parents.append(parent)
        self.depths.append(depth)
        self.own_bits.append(own_bits)
        self.path_bits.append(self.path_bits[parent] | own_bits)
        self.ends.append(0)
        self.containers.append(self.containers[parent] if tag in CONTAINED_TAGS else node)
        return node


@dataclass(slots=True)
class PlacedBlock:
    """A block of text with the indices of its element and of that element's container."""

    block: Block
    node: int
    container: int
    row: int = 0
    """Index of the table row that the block is a cell of; 0 outside tables."""
    is_link_run: bool = False
    """Whether the block is a run of list items that are nothing but links, one a line."""

    @property
    def blocks(self) -> list[Block]:
        """Return the blocks to write: a run of links is written as the items of a list."""
        if not self.is_link_run:
            return [self.block]
        level, marker, texts = self.block.level, self.block.marker, self.block.text.split("\n")
        if not marker[:-1].isdigit():
            return [Block("item", text, level, marker) for text in texts]
        return [Block("item", text, level, f"{number}.") for number, text in enumerate(texts, int(marker[:-1]))]


@dataclass(slots=True)
class _PageReader:
    elements: Elements = field(default_factory=Elements)
    blocks: list[PlacedBlock] = field(default_factory=list)
    open_tags: list[str] = field(default_factory=lambda: ["body"])
    open_attributes: list[str] = field(default_factory=lambda: [""])
    open_nodes: list[int] = field(default_factory=lambda: [0])
    """Indices in `elements` of the open elements that hold text; those after them in `open_tags` have none yet."""
    pre_depth: int = 0
    """How many `pre` elements are open."""
    list_numbers: list[int] = field(default_factory=list)
    """The next number of each open list; 0 for a list without numbers."""
    new_item: bool = False
    """Whether the next text is the first of a list item."""

    def on_list_or_pre(self, tag: str, closing: bool) -> None:
        """Keep track of open lists and preformatted text."""
        if tag == "pre":
            self.pre_depth += -1 if closing else 1
        elif closing:
            self.list_numbers.pop()
        else:
            self.list_numbers.append(int(tag == "ol"))

    def add_text(self, parts: list[str], linked: int) -> None:
        """Add the text between two tags; `linked` of its characters lie in links whose tags are not in `parts`."""
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
        self._record_open_elements()
        if self.pre_depth:
            self._add_block("preformatted", tidy_text(text, "preformatted"), linked, total)
        elif LINE_BREAK in text:
            for part in _PARAGRAPH_BREAK.split(text):
                self._add_line(tidy_text(part, "paragraph"), linked, total)
        else:
            self._add_line(line, linked, total)

    def add_link_run(self, markup: str) -> None:
        """Add list items that are nothing but links as one block: they are many, and most are navigation."""
        texts = [" ".join(unescape(_TAG.sub("", text)).split()) for text in _LINKED.findall(markup)]
        texts = [text for text in texts if text]
        if not texts:
            return
        marker = self._next_marker()
        if marker != "-":
            self.list_numbers[-1] += len(texts) - 1
        self._record_open_elements()
        text = "\n".join(texts)
        block = Block("item", text, max(1, len(self.list_numbers)), marker, len(text))
        block.characters = len(text)
        node = self.open_nodes[-1]
        self.blocks.append(PlacedBlock(block, node, self.elements.containers[node], is_link_run=True))

    def _record_open_elements(self) -> None:
        """Append the open elements to `elements`, as they hold text now."""
        tags, nodes = self.open_tags, self.open_nodes
        for depth in range(len(nodes), len(tags)):
            nodes.append(self.elements.add(nodes[-1], tags[depth], self.open_attributes[depth], depth))

    def _add_line(self, text: str, linked: int, total: int) -> None:
        if not text:
            return
        tag = self.open_tags[-1]
        if tag in _HEADINGS:
            self._add_block("heading", text, linked, total)
        elif self.list_numbers:
            self._add_block("item", text, linked, total)
        else:
            self._add_block("paragraph" if tag == "p" or len(text) > 80 else "line", text, linked, total)

    def _add_block(self, kind: Kind, text: str, linked: int, total: int) -> None:
        if not text:
            return
        node, tag = self.open_nodes[-1], self.open_tags[-1]
        level = _HEADINGS[tag] if kind == "heading" else len(self.list_numbers)
        block = Block(kind, text, level, "", min(linked, total))
        block.characters = total
        if self.new_item and kind == "item":
            block.marker, self.new_item = self._next_marker(), False
        row = self.open_nodes[-2] if tag == "td" or tag == "th" else 0
        self.blocks.append(PlacedBlock(block, node, self.elements.containers[node], row))

    def _next_marker(self) -> str:
        if not self.list_numbers or not self.list_numbers[-1]:
            return "-"
        self.list_numbers[-1] += 1
        return f"{self.list_numbers[-1] - 1}."


def read(markup: str) -> tuple[Elements, list[PlacedBlock]]:
    """Return the block elements and the blocks of a serialised `body`, in order, in time linear in its length.

    `linked` and `characters` of a block count all the text between two tags, even where line breaks make several
    blocks of it; `words` is not counted.
    """
    reader = _PageReader()
    _scan(markup, reader)
    ends = reader.elements.ends
    for node in reader.open_nodes:
        ends[node] = len(ends)
    return reader.elements, _join_rows(reader.blocks)


def _scan(markup: str, reader: _PageReader) -> None:
    # One long function with local names: a call for each tag would take as long as all the rest.
    open_tags, open_attributes, open_nodes = reader.open_tags, reader.open_attributes, reader.open_nodes
    next_token, role_of, ends = _TOKEN.match, _ROLES.get, reader.elements.ends
    parts: list[str] = []
    in_link, linked = False, 0
    match, restarts = next_token(markup), 0
    while match is not None:
        text, link_run, closing, tag, attributes = match.groups()
        if text and (parts or not text.isspace()):
            parts.append(text)
            if in_link:
                linked += len(_TAG.sub("", text) if "<" in text else text)
        position = match.end()
        role = role_of(tag, 0)
        if role >= _BLOCK:
            if parts and (not closing or open_tags[-1] == tag):
                reader.add_text(parts, linked)
                linked = 0
                parts.clear()
            if not closing:
                if role == _MARGINAL and "article" not in open_tags and "blockquote" not in open_tags:
                    position = _end_of_element(markup, tag, position)
                else:
                    open_tags.append(tag)
                    open_attributes.append(attributes)
                    if role == _ITEM_TAG:
                        reader.new_item = True
                    elif role == _LIST_OR_PRE:
                        reader.on_list_or_pre(tag, False)
            elif open_tags[-1] == tag and len(open_tags) > 1:
                open_tags.pop()
                open_attributes.pop()
                if len(open_nodes) > len(open_tags):
                    ends[open_nodes.pop()] = len(ends)
                if role == _ITEM_TAG:
                    reader.new_item = False
                elif role == _LIST_OR_PRE:
                    reader.on_list_or_pre(tag, True)
        elif tag == "a":
            in_link = not closing
        elif tag == "br":
            parts.append(LINE_BREAK)
        elif link_run or role:
            if parts and role != _SKIP:
                reader.add_text(parts, linked)
                linked = 0
                parts.clear()
            if link_run:
                reader.add_link_run(link_run)
            elif tag != "hr" and not closing:
                position = _end_of_element(markup, tag, position)
        elif tag is None:
            position = markup.find("-->", position) + 3
            if position < 3:
                break
        match = next_token(markup, position)
        while match is None and restarts < MAX_RESTARTS and (start := _START.search(markup, position + 1)):
            # A script that contains comments and scripts may end later than it seems to.
            restarts += 1
            position = start.start()
            match = next_token(markup, position)
    if parts:
        reader.add_text(parts, linked)


def _end_of_element(markup: str, tag: str, position: int) -> int:
    """Return the offset after the end of an element whose content begins at `position`."""
    if tag == "script":
        return _end_of_script(markup, position)
    if tag in RAW_TAGS:
        end = markup.find(f"</{tag}", position)
        return len(markup) if end < 0 else end + len(tag) + 3
    depth = 1
    for match in _TOKEN.finditer(markup, position):
        if match[4] == tag:
            depth += -1 if match[3] else 1
            if not depth:
                return match.end()
    return len(markup)


def _end_of_script(markup: str, position: int) -> int:
    """Return the offset after a script, in which a script inside a comment has its own end (HTML, "double escaped")."""
    in_comment = False
    while (end := markup.find("</script", position)) >= 0:
        comment = markup.rfind("<!--", position, end)
        if comment >= 0 or in_comment:
            start = max(comment, position)
            in_comment = markup.find("-->", start, end) < 0
            if in_comment and _SCRIPT.search(markup, start, end):
                position = end + 9
                continue
        return end + 9
    return len(markup)


@lru_cache(maxsize=8192)
def _class_bits(attributes: str) -> int:
    """Return the bits of the `CLASS_GROUPS` that the names and classes of an element belong to."""
    bits = _HIDDEN if "hid" in attributes or ("none" in attributes and _HIDING.search(attributes)) else 0
    class_names = " ".join(_NAMES.findall(attributes))
    if class_names:
        for group in _class_patterns().Match(class_names.replace("_", "-")) or ():
            bits |= 1 << group
    return bits


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


def _join_rows(blocks: list[PlacedBlock]) -> list[PlacedBlock]:
    """Return the blocks with the cells of each table row joined into one, if each cell is a single short text."""
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
