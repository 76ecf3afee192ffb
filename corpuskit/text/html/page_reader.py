"""What is known at one point of a page: the open elements, the markup of the line, the blocks so far.

`PageReader` takes one tag or one text after the other from `reader`, and makes elements and blocks of them.
"""

import re

from corpuskit.core.document import Reject
from corpuskit.text.html.blocks import Block, Kind, tidy_text
from corpuskit.text.html.inline import LINE_BREAK, inline_text
from corpuskit.text.html.known_tags import (
    BLOCK,
    CELL,
    HEADING,
    KEEPS_STATE,
    PREFORMATTED,
    SKIPPED,
    TABLE_PART,
    Tag,
)
from corpuskit.text.html.lists_and_tables import OpenList, OpenTable, open_list
from corpuskit.text.html.markup import (
    INLINE_TAG,
    LINK,
    attribute,
    decode_entities,
    whole_number,
)
from corpuskit.text.html.open_elements import OpenElements
from corpuskit.text.html.rows import Cell, PlacedBlock
from corpuskit.text.html.tags import HEADING_LEVELS, LAST_RESORT
from corpuskit.text.html.unseen import is_unseen, numbers_one_line

LONG_LINE = 80
"""Characters from which text outside a paragraph is one nevertheless."""
MAX_BLOCKS = 250_000
"""Most blocks of a page: each takes a kilobyte and a few microseconds until the page's text is chosen."""
MAX_ELEMENTS = 500_000
"""Most elements of a page that hold text."""

_PARAGRAPH_BREAK = re.compile(r"\v\s*\v")
_CODE_DIVISION = re.compile(
    r"""class\s*=\s*["']?(?:[^"'>]*?\s)?(?:code-?block|source-?code|code-?listing)(?=["'\s>]|$)|white-space:\s*pre(?!-)""",
    re.ASCII | re.IGNORECASE,
)
"""What a `div` says that holds nothing but code."""
_PAGE_LINK = re.compile(
    r"""<a\s[^>]*?\brel\s*=\s*["']?(?:[^"'>]*?\s)?(?:next|prev|previous|up|contents|start)(?=["'\s>/])""",
    re.ASCII | re.IGNORECASE,
)
"""A link to the page before, after or above this one (HTML 4.01, "Link types"); a line of these is navigation."""
_ROW_GROUPS = frozenset(("table", "tbody", "thead", "tfoot", "tr"))
_CONTROL_BUTTON = re.compile(
    r"aria-expanded|aria-controls|data-(?:bs-)?toggle|accordion|collaps|faq|question", re.ASCII | re.IGNORECASE
)
_QUESTION_END = ("?", "\uff1f", "\u061f", "\u037e")
_ROW = Tag("tr")


class PageReader:
    """What has been read so far: elements, blocks, and what is open at this point of the page."""

    __slots__ = (
        "blocks", "cells", "elements", "ends", "is_xml", "item_value", "lenient", "link_blocks", "link_depth", "linked",
        "list_number", "lists", "markup", "new_item", "nodes", "open", "parents", "parts",
        "parts_of_lines", "pre_depth", "row_count", "skip_depth", "table_count", "tables", "unended_raw_tags",
    )  # fmt: skip

    def __init__(self, markup: str, is_xml: bool, lenient: bool) -> None:
        self.markup = markup
        self.is_xml = is_xml
        self.lenient = lenient
        """Whether to read what is hidden or meant for readers without scripts, too."""
        self.elements: list[Tag] = []
        """Start tags of the elements that hold text, with the index of each one's parent and that of its end."""
        self.parents: list[int] = []
        self.ends: list[int] = []
        self.blocks: list[PlacedBlock] = []
        self.open = OpenElements()
        self.nodes: list[int] = []
        """Indices in `elements` of the open elements that hold text; those after them in `open` have none yet."""
        self.parts: list[str] = []
        """Inline markup since the last block tag."""
        self.linked = 0
        """Characters of `parts` that are in links whose tags are not in it."""
        self.link_depth = 0
        """Number of open elements when a link was opened that is still open; 0 outside links."""
        self.link_blocks = 0
        """Blocks read within that link."""
        self.skip_depth = 0
        """Number of open elements with the skipped one that this point is in; 0 outside."""
        self.pre_depth = 0
        """The same for the outermost open `pre`."""
        self.parts_of_lines = 0
        """Number of `parts` in the lines of preformatted text that have ended."""
        self.lists: list[OpenList] = []
        self.list_number = 0
        """Of the outermost list, counted over the page."""
        self.tables: list[OpenTable] = []
        self.table_count = 0
        self.row_count = 0
        self.cells: list[Cell] = []
        """Positions of the open table cells, innermost last."""
        self.new_item = False
        """Whether the next text is the first of a list item."""
        self.item_value: int | None = None
        self.unended_raw_tags: set[str] = set()
        """Names of raw text elements that no tag ends behind this point, so that none needs to be looked for."""

    # --- elements

    def start(self, tag: Tag) -> None:
        """Read the start tag of a block or of an element that is skipped."""
        flags = tag.flags
        if self.skip_depth and flags & BLOCK and self._is_in_unclosed_drawing():
            self._end_elements(self.skip_depth - 1)
        open_elements = self.open
        index = open_elements.ended_by_start(tag)
        if index < len(open_elements.tags):
            self._end_elements(index)
        # A drawing in a paragraph is part of its line, as an icon behind a link is; elsewhere it parts labels.
        if self.parts and not (tag.name == "svg" and open_elements.tags[-1].name == "p"):
            self.flush()
        if flags & TABLE_PART:
            if not self.tables:
                return
            if flags & CELL and open_elements.index_of("tr") < open_elements.index_of("table"):
                self.start(_ROW)
        if not open_elements.push(tag) or self.skip_depth:
            return
        if flags & SKIPPED:
            if self._is_skipped(tag):
                self.skip_depth = len(open_elements.tags)
        elif tag.reason_to_skip and not self.lenient and is_unseen(tag, open_elements.tags[-2], self.markup):
            self.skip_depth = len(open_elements.tags)
            if tag.name == "td" and not self.pre_depth and numbers_one_line(tag.attributes):
                self.pre_depth = open_elements.index_of("table") + 1
        elif flags & KEEPS_STATE:
            self._open_state(tag)

    def _is_in_unclosed_drawing(self) -> bool:
        """Whether a block starts inside an `svg`: only a `foreignObject` may hold one, so the end tag is missing."""
        skipped = self.open.tags[self.skip_depth - 1]
        return skipped.name == "svg" and self.open.index_of("foreignobject") < self.skip_depth

    def _is_skipped(self, tag: Tag) -> bool:
        if tag.name in LAST_RESORT and self.lenient:
            return False
        if tag.name == "dialog":
            return attribute(tag.attributes, "open") is None
        if tag.name == "object":
            return attribute(tag.attributes, "data") is not None
        return tag.name != "template" or "shadowrootmode" not in tag.attributes

    def _open_state(self, tag: Tag) -> None:
        """Begin what is kept while an element is open."""
        name = tag.name
        if tag.flags & PREFORMATTED:
            self.pre_depth = self.pre_depth or len(self.open.tags)
        if name == "li":
            self.new_item = True
            self.item_value = whole_number(attribute(tag.attributes, "value")) if "value" in tag.attributes else None
        elif name == "ul" or name == "ol":
            if not self.lists:
                self.list_number += 1
            self.lists.append(open_list(name, tag.attributes))
        elif name == "table":
            self.table_count += 1
            self.tables.append(OpenTable(self.table_count))
        elif name == "tr":
            self.row_count += 1
            self.tables[-1].start_row(self.row_count)
        elif tag.flags & CELL:
            self.cells.append(self.tables[-1].start_cell(tag.attributes))

    def end(self, name: str) -> None:
        """Read the end tag of a block or of an element that is skipped."""
        index, depth = self.open.ended_by_end(name), len(self.open.tags)
        if index == depth - 1:
            self._end_innermost()
        elif index < depth:
            self._end_elements(index)
        elif name == "p":
            self.flush()

    def rule(self, tag: Tag) -> None:
        """Read a tag that parts text and has none of its own."""
        if tag.name == "hr":
            self._end_elements(self.open.ended_by_start(tag))
        self.flush()

    def finish(self) -> None:
        """End all elements."""
        self._end_elements(1)
        self.flush()
        self._record_open_elements()
        self.ends[0] = len(self.ends)

    def _end_elements(self, index: int) -> None:
        tags = self.open.tags
        while len(tags) > index:
            self._end_innermost()

    def _end_innermost(self) -> None:
        if self.parts and not self.skip_depth:
            self.flush(ending=True)
        depth = len(self.open.tags)
        tag = self.open.pop()
        if len(self.nodes) == depth:
            self.ends[self.nodes.pop()] = len(self.ends)
        if self.link_depth >= depth:
            self.link_depth = 0
        if self.skip_depth:
            if self.skip_depth >= depth:
                self.skip_depth = 0
        elif tag.flags & KEEPS_STATE:
            self._close_state(tag, depth)

    def _close_state(self, tag: Tag, depth: int) -> None:
        """End what is kept while an element is open."""
        name = tag.name
        if self.pre_depth >= depth:
            self.pre_depth = 0
        if name == "li":
            self.new_item = False
        elif name == "ul" or name == "ol":
            self.lists.pop().end()
        elif name == "table":
            self.tables.pop()
        elif tag.flags & CELL:
            self.cells.pop()

    def is_in_xml(self) -> bool:
        """Whether the rules of XML hold at this point."""
        return self.is_xml or self.open.index_of("svg") > 0

    # --- text

    def add_inline(self, text: str) -> None:
        """Read text with its inline tags and whole links."""
        self.parts.append(text)
        if self.link_depth:
            self.linked += len(INLINE_TAG.sub("", text) if "<" in text else text)

    def flush(self, ending: bool = False) -> None:
        """Make a block of the inline markup since the last block tag, or a line of preformatted text."""
        parts = self.parts
        if not parts:
            return
        if self.pre_depth and not (ending and self.pre_depth == len(self.open.tags)):
            self._end_line_of_code(ending)
            return
        markup = parts[0] if len(parts) == 1 else "".join(parts)
        parts.clear()
        linked, self.linked = self.linked, 0
        self.parts_of_lines = 0
        is_code = self.pre_depth > 0 or (ending and "\n" in markup and self._is_in_code_division())
        text = markup
        if "<" in markup or "&" in markup:
            text, linked = inline_text(markup, linked, is_code)
            if "rel=" in markup and linked * 2 >= len(text) and is_page_link(markup):
                return
        line = " ".join(text.split())
        if line:
            self._add_text(text, line, linked, is_code)

    def _end_line_of_code(self, ending: bool) -> None:
        """End a line, as elements inside preformatted text are its lines, but for space between such elements."""
        is_between = not ending or self.open.tags[-1].name in _ROW_GROUPS
        has_text = len(self.parts) > self.parts_of_lines > 0
        if has_text and is_between and self.parts[-1].isspace() and self.open.tags[self.pre_depth - 1].name != "pre":
            self.parts.pop()
        elif INLINE_TAG.sub("", self.parts[-1])[-1:] not in ("\n", LINE_BREAK):
            self.parts.append("\n")
        self.parts_of_lines = len(self.parts)

    def _is_in_code_division(self) -> bool:
        """Whether the text that ends here is all of a `div` that shows code without a `pre`."""
        tag = self.open.tags[-1]
        return tag.name == "div" and shows_code(tag.attributes)

    def _add_text(self, text: str, line: str, linked: int, is_code: bool) -> None:
        tag = self.open.tags[-1]
        if tag.name == "button" and not is_question(line, tag.attributes):
            return
        self._record_open_elements()
        total = len(line)
        if is_code:
            if code := tidy_text(text, "preformatted"):
                self._add_block("preformatted", code, linked, total)
        elif LINE_BREAK not in text:
            self._add_block(self._kind_of_line(tag, total > LONG_LINE), line, linked, total)
        else:
            paragraphs = [tidy_text(part, "paragraph") for part in _PARAGRAPH_BREAK.split(text)]
            paragraphs = [paragraph for paragraph in paragraphs if paragraph]
            # Verse and East Asian prose part short paragraphs so.
            longest_line = LONG_LINE if len(paragraphs) == 1 else 0
            for paragraph in paragraphs:
                self._add_block(self._kind_of_line(tag, len(paragraph) > longest_line), paragraph, linked, total)

    def _kind_of_line(self, tag: Tag, is_long: bool) -> Kind:
        if tag.flags & HEADING:
            return "heading"
        if self.lists:
            return "item"
        return "paragraph" if is_long or tag.name == "p" else "line"

    def _add_block(self, kind: Kind, text: str, linked: int, total: int) -> None:
        level = HEADING_LEVELS[self.open.tags[-1].name] if kind == "heading" else len(self.lists)
        block = Block(kind, text, level, "", linked if linked < total else total, 0.0, total)
        if self.lists:
            block.list_number = self.list_number
            if self.new_item and kind == "item":
                block.marker, self.new_item = self._next_marker(block), False
        self._append(block)

    def _append(self, block: Block, is_link_run: bool = False) -> None:
        in_block_link = False
        if self.link_depth:
            self.link_blocks += 1
            in_block_link = self.link_blocks > 1
        if len(self.blocks) >= MAX_BLOCKS:
            raise Reject("too-many-nodes", f"more than {MAX_BLOCKS} blocks of text")
        cell = self.cells[-1] if self.cells else None
        # The container is known as soon as all elements are.
        self.blocks.append(PlacedBlock(block, self.nodes[-1], 0, cell, is_link_run, in_block_link))

    def _next_marker(self, block: Block) -> str:
        innermost = self.lists[-1]
        marker = innermost.next_marker(block, self.item_value)
        if innermost.number is not None:
            self.item_value = None
        return marker

    def add_link_run(self, markup: str) -> None:
        """Add list items that are nothing but links as one block: they are many, and most are navigation."""
        texts = [" ".join(decode_entities(INLINE_TAG.sub("", text)).split()) for text in LINK.findall(markup)]
        texts = [text for text in texts if text]
        if not texts:
            return
        self._record_open_elements()
        text = "\n".join(texts)
        block = Block("item", text, max(1, len(self.lists)), "-", len(text), characters=len(text))
        block.list_number = self.list_number
        if self.lists and self.lists[-1].number is not None:
            block.marker = self._next_marker(block)
            self.lists[-1].number += (len(texts) - 1) * self.lists[-1].step
        self._append(block, is_link_run=True)

    def _record_open_elements(self) -> None:
        """Append the open elements to `elements`, as they hold text now."""
        nodes, tags = self.nodes, self.open.tags
        depth = len(nodes)
        if depth == len(tags):
            return
        parent, node = nodes[-1] if nodes else 0, len(self.elements)
        if node > MAX_ELEMENTS:
            raise Reject("too-many-nodes", f"more than {MAX_ELEMENTS} elements with text")
        for tag in tags[depth:]:
            self.elements.append(tag)
            self.parents.append(parent)
            self.ends.append(0)
            nodes.append(node)
            parent, node = node, node + 1


def is_question(line: str, attributes: str) -> bool:
    """Whether a button's text is that of a question, or of a heading that opens what follows it."""
    return line.endswith(_QUESTION_END) or _CONTROL_BUTTON.search(attributes) is not None


def shows_code(attributes: str) -> bool:
    """Whether a `div` says that it holds nothing but code."""
    return _CODE_DIVISION.search(attributes) is not None


def is_page_link(markup: str) -> bool:
    """Whether a line has a link to the page before, after or above this one."""
    return _PAGE_LINK.search(markup) is not None
