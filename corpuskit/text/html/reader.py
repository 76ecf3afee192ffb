"""Read the source of a page into blocks of text, each with its element.

One pass from tag to tag: it keeps the stack of open block elements, collects the inline markup between them, and
records what the classes and ids of each element say. Time is linear in the page, whatever it holds.
"""

import re
from dataclasses import dataclass, field

from corpuskit.text.html.blocks import Block, Kind, tidy_text
from corpuskit.text.html.elements import COMMENTS, Elements
from corpuskit.text.html.formulas import inline_tex, tex_of_math
from corpuskit.text.html.inline import LINE_BREAK, inline_text
from corpuskit.text.html.markup import (
    INLINE_TAG,
    LINK,
    TOKEN,
    attribute,
    decode_entities,
    end_of_comment,
    end_of_raw_text,
    whole_number,
)
from corpuskit.text.html.open_elements import OpenElements
from corpuskit.text.html.rows import Cell, PlacedBlock, join_rows
from corpuskit.text.html.tags import BLOCK_TAGS, HEADING_LEVELS, RAW_TAGS, SKIPPED_TAGS, TABLE_PARTS
from corpuskit.text.html.unseen import is_unseen, numbers_one_line

__all__ = ["read"]

FEW_CHARACTERS = 250
"""Characters of text below which a page is read once more, with what is hidden and for readers without scripts."""
LONG_LINE = 80
"""Characters from which text outside a paragraph is one nevertheless."""
MAX_SPAN = 100
"""Most columns or rows that a table cell covers."""

_PARAGRAPH_BREAK = re.compile(r"\v\s*\v")
_CODE_BLOCK = re.compile(r"""class\s*=\s*["']?(?:fragment|SourceCode|SCodeFlow|SVerbatim|RktBlk)\b(?!-)""")
"""Names that documentation generators give to code that is not in a `pre`."""
_CODE_DIVISION = re.compile(
    r"""class\s*=\s*["']?(?:[^"'>]*?\s)?(?:code-?block|source-?code|code-?listing)(?=["'\s>]|$)|white-space:\s*pre(?!-)""",
    re.IGNORECASE,
)
"""What a `div` says that holds nothing but code."""
_CODE_TAGS = frozenset(("div", "blockquote", "table"))
_ROW_GROUPS = frozenset(("table", "tbody", "thead", "tfoot", "tr"))
_CONTROL_BUTTON = re.compile(
    r"aria-expanded|aria-controls|data-(?:bs-)?toggle|accordion|collaps|faq|question", re.IGNORECASE
)
_QUESTION_END = ("?", "\uff1f", "\u061f", "\u037e")
_SKIP, _RAW, _BLOCK, _RULE = range(1, 5)
_ROLES: dict[str | None, int] = {
    **dict.fromkeys(BLOCK_TAGS, _BLOCK),
    **dict.fromkeys(SKIPPED_TAGS, _SKIP),
    **dict.fromkeys(RAW_TAGS, _RAW),
    # Tags that separate text and have nothing to read; `html` and `body` end and begin a block as any other.
    **dict.fromkeys(("hr", "html", "body", "frameset", "optgroup", "option"), _RULE),
}


@dataclass(slots=True)
class _List:
    """An open list."""

    number: int | None
    """The number of the next item; None in a list without numbers."""
    step: int = 1
    style: str = "1"
    counts_down_to_one: bool = False
    """Whether the first number depends on how many items there are."""
    items: list[Block] = field(default_factory=list)
    """Blocks that begin an item, for lists that count down to one."""


@dataclass(slots=True)
class _Table:
    """An open table."""

    index: int
    row: int = 0
    next_column: int = 0
    covered: dict[int, int] = field(default_factory=dict)
    """Columns that a cell of an earlier row covers, with the number of rows to go."""


class _PageReader:
    """What has been read so far: elements, blocks, and what is open at this point of the page."""

    def __init__(self, markup: str, lenient: bool) -> None:
        self.markup = markup
        self.lenient = lenient
        """Whether to read what is hidden or meant for readers without scripts, too."""
        self.elements = Elements()
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
        self.lists: list[_List] = []
        self.list_number = 0
        """Of the outermost list, counted over the page."""
        self.tables: list[_Table] = []
        self.table_count = 0
        self.row_count = 0
        self.cells: list[Cell] = []
        """Positions of the open table cells, innermost last."""
        self.new_item = False
        """Whether the next text is the first of a list item."""
        self.item_value: int | None = None
        self.math_is_unclosed = False
        """Whether no `math` element ends behind this point, so that none needs to be looked for."""

    # --- elements

    def start(self, tag: str, role: int, attributes: str) -> None:
        """Read the start tag of a block or of an element that is skipped."""
        if self.skip_depth and self._is_in_unclosed_drawing(role):
            self._end_elements(self.skip_depth - 1)
        index = self.open.ended_by_start(tag)
        if index < len(self.open.tags):
            self._end_elements(index)
        # A drawing in a paragraph is part of its line, as an icon behind a link is; elsewhere it parts labels.
        if self.parts and not (tag == "svg" and self.open.tags[-1] == "p"):
            self.flush()
        if role == _BLOCK and tag in TABLE_PARTS and not self.tables:
            return
        if tag in ("td", "th") and self.open.index_of("tr") < self.open.index_of("table"):
            self.start("tr", _BLOCK, "")
        if not self.open.push(tag, attributes) or self.skip_depth:
            return
        if self._is_skipped(tag, role, attributes):
            self.skip_depth = len(self.open.tags)
            if tag == "td" and not self.pre_depth and numbers_one_line(attributes):
                self.pre_depth = self.open.index_of("table") + 1
            return
        if attributes and not self.pre_depth and tag in _CODE_TAGS and _CODE_BLOCK.search(attributes):
            self.pre_depth = len(self.open.tags)
        if tag == "li":
            self.new_item = True
            self.item_value = whole_number(attribute(attributes, "value")) if "value" in attributes else None
        elif tag == "ul" or tag == "ol":
            self._start_list(tag, attributes)
        elif tag == "pre" or tag == "listing":
            self.pre_depth = self.pre_depth or len(self.open.tags)
        elif tag == "table":
            self.table_count += 1
            self.tables.append(_Table(self.table_count))
        elif tag == "tr":
            self._start_row()
        elif tag == "td" or tag == "th":
            self._start_cell(attributes)

    def _is_in_unclosed_drawing(self, role: int) -> bool:
        """Whether a block starts inside an `svg`: only a `foreignObject` may hold one, so the end tag is missing."""
        if role != _BLOCK or self.open.tags[self.skip_depth - 1] != "svg":
            return False
        return self.open.index_of("foreignobject") < self.skip_depth

    def end(self, tag: str) -> None:
        """Read the end tag of a block or of an element that is skipped."""
        index = self.open.ended_by_end(tag)
        if index < len(self.open.tags):
            self._end_elements(index)
        elif tag == "p":
            self.flush()

    def rule(self, tag: str) -> None:
        """Read a tag that parts text and has none of its own."""
        if tag == "hr":
            self._end_elements(self.open.ended_by_start(tag))
        self.flush()

    def finish(self) -> None:
        """End all elements."""
        self._end_elements(1)
        self.flush()
        self._record_open_elements()
        self.elements.ends[0] = len(self.elements.ends)

    def _end_elements(self, index: int) -> None:
        while len(self.open.tags) > index:
            if self.parts and not self.skip_depth:
                self.flush(ending=True)
            self._end_innermost()

    def _end_innermost(self) -> None:
        depth = len(self.open.tags)
        tag = self.open.pop()
        if len(self.nodes) == depth:
            self.elements.ends[self.nodes.pop()] = len(self.elements.ends)
        if self.link_depth >= depth:
            self.link_depth = 0
        if self.skip_depth:
            if self.skip_depth >= depth:
                self.skip_depth = 0
            return
        if self.pre_depth >= depth:
            self.pre_depth = 0
        if tag == "li":
            self.new_item = False
        elif tag == "ul" or tag == "ol":
            _end_list(self.lists.pop())
        elif tag == "table":
            self.tables.pop()
        elif tag == "td" or tag == "th":
            self.cells.pop()

    def _is_skipped(self, tag: str, role: int, attributes: str) -> bool:
        if role == _SKIP:
            if tag == "noscript":
                return not self.lenient
            return tag != "template" or "shadowrootmode" not in attributes
        if not attributes or self.lenient:
            return False
        return is_unseen(tag, attributes, self.open.attributes[-2], self.markup)

    # --- lists and tables

    def _start_list(self, tag: str, attributes: str) -> None:
        if not self.lists:
            self.list_number += 1
        if tag == "ul":
            self.lists.append(_List(None))
            return
        start = whole_number(attribute(attributes, "start"))
        step = 1 if attribute(attributes, "reversed") is None else -1
        style = attribute(attributes, "type") or "1"
        self.lists.append(_List(1 if start is None else start, step, style, start is None and step < 0))

    def _start_row(self) -> None:
        table = self.tables[-1]
        self.row_count += 1
        table.row, table.next_column = self.row_count, 0
        table.covered = {column: rows - 1 for column, rows in table.covered.items() if rows > 1}

    def _start_cell(self, attributes: str) -> None:
        table = self.tables[-1]
        while table.next_column in table.covered:
            table.next_column += 1
        column = table.next_column
        self.cells.append(Cell(table.index, table.row, column))
        columns = rows = 1
        if "span" in attributes:
            columns = min(max(1, whole_number(attribute(attributes, "colspan")) or 1), MAX_SPAN)
            rows = min(max(1, whole_number(attribute(attributes, "rowspan")) or 1), MAX_SPAN)
        if rows > 1:
            for covered in range(column, column + columns):
                table.covered[covered] = rows
        table.next_column = column + columns

    # --- text

    def flush(self, ending: bool = False) -> None:
        """Make a block of the inline markup since the last block tag, or a line of preformatted text."""
        if not self.parts:
            return
        if self.pre_depth and not (ending and self.pre_depth == len(self.open.tags)):
            self._end_line_of_code(ending)
            return
        markup = "".join(self.parts)
        linked = self.linked
        self.parts.clear()
        self.linked = self.parts_of_lines = 0
        is_code = self.pre_depth > 0 or (ending and "\n" in markup and self._is_in_code_division())
        text, linked = inline_text(markup, linked, in_code=is_code)
        line = " ".join(text.split())
        if line:
            self._add_text(text, line, linked, is_code)

    def _end_line_of_code(self, ending: bool) -> None:
        """End a line, as elements inside preformatted text are its lines, but for space between such elements."""
        is_between = not ending or self.open.tags[-1] in _ROW_GROUPS
        has_text = len(self.parts) > self.parts_of_lines > 0
        if has_text and is_between and self.parts[-1].isspace() and self.open.tags[self.pre_depth - 1] != "pre":
            self.parts.pop()
        elif INLINE_TAG.sub("", self.parts[-1])[-1:] not in ("\n", LINE_BREAK):
            self.parts.append("\n")
        self.parts_of_lines = len(self.parts)

    def _is_in_code_division(self) -> bool:
        """Whether the text that ends here is all of a `div` that shows code without a `pre`."""
        return self.open.tags[-1] == "div" and _CODE_DIVISION.search(self.open.attributes[-1]) is not None

    def _add_text(self, text: str, line: str, linked: int, is_code: bool) -> None:
        tag = self.open.tags[-1]
        total = len(line)
        if tag == "button" and not self._is_question(line):
            return
        self._record_open_elements()
        if is_code:
            self._add_block("preformatted", tidy_text(text, "preformatted"), linked, total)
        elif LINE_BREAK not in text:
            self._add_line(line, linked, total, LONG_LINE)
        else:
            paragraphs = [tidy_text(part, "paragraph") for part in _PARAGRAPH_BREAK.split(text)]
            paragraphs = [paragraph for paragraph in paragraphs if paragraph]
            # Verse and East Asian prose part short paragraphs so.
            for paragraph in paragraphs:
                self._add_line(paragraph, linked, total, LONG_LINE if len(paragraphs) == 1 else 0)

    def _add_line(self, text: str, linked: int, total: int, long_line: int) -> None:
        tag = self.open.tags[-1]
        if tag in HEADING_LEVELS:
            self._add_block("heading", text, linked, total)
        elif self.lists:
            self._add_block("item", text, linked, total)
        else:
            self._add_block("paragraph" if tag == "p" or len(text) > long_line else "line", text, linked, total)

    def _add_block(self, kind: Kind, text: str, linked: int, total: int) -> None:
        if not text:
            return
        level = HEADING_LEVELS[self.open.tags[-1]] if kind == "heading" else len(self.lists)
        block = Block(kind, text, level, "", min(linked, total), characters=total)
        if self.lists:
            block.list_number = self.list_number
            if self.new_item and kind == "item":
                block.marker, self.new_item = self._next_marker(block), False
        self._append(block)

    def _append(self, block: Block, is_link_run: bool = False) -> None:
        node = self.nodes[-1]
        if self.link_depth:
            self.link_blocks += 1
        self.blocks.append(
            PlacedBlock(
                block,
                node,
                self.elements.containers[node],
                self.cells[-1] if self.cells else None,
                is_link_run,
                self.link_depth > 0 and self.link_blocks > 1,
            )
        )

    def _next_marker(self, block: Block) -> str:
        open_list = self.lists[-1]
        if open_list.number is None:
            return "-"
        if self.item_value is not None:
            open_list.number, self.item_value = self.item_value, None
        number = open_list.number
        open_list.number += open_list.step
        open_list.items.append(block)
        return _marker(number, open_list.style)

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
        open_elements, nodes = self.open, self.nodes
        for depth in range(len(nodes), len(open_elements.tags)):
            parent = nodes[-1] if nodes else 0
            nodes.append(self.elements.add(parent, open_elements.tags[depth], open_elements.attributes[depth], depth))

    def _is_question(self, line: str) -> bool:
        """Whether a button's text is that of a question, or of a heading that opens what follows it."""
        return line.endswith(_QUESTION_END) or _CONTROL_BUTTON.search(self.open.attributes[-1]) is not None


def read(markup: str, xml: bool = False) -> tuple[Elements, list[PlacedBlock]]:
    """Return the block elements and the blocks of a page, in order, in time linear in its length.

    `xml` says that the page is XHTML by its media type. `linked` and `characters` of a block count all the text between
    two tags, even where line breaks make several blocks of it; `words` is not counted.
    """
    reader = _scan(markup, xml, lenient=False)
    if sum(len(placed.block.text) for placed in reader.blocks) < FEW_CHARACTERS:
        lenient_reader = _scan(markup, xml, lenient=True)
        if _plain_length(lenient_reader.blocks) > 2 * _plain_length(reader.blocks):
            reader = lenient_reader
    elements = reader.elements
    for placed in reader.blocks:
        placed.signature = elements.signatures[placed.container]
        placed.is_reply = elements.path_bits[placed.container] & COMMENTS != 0
    return elements, join_rows(reader.blocks)


def _plain_length(blocks: list[PlacedBlock]) -> int:
    return sum(len(placed.block.text) for placed in blocks if placed.block.linked * 2 < placed.block.characters)


def _scan(markup: str, xml: bool, lenient: bool) -> _PageReader:
    # One long function with local names: a call for each tag would take as long as all the rest.
    reader = _PageReader(markup, lenient)
    parts, next_token, role_of = reader.parts, TOKEN.match, _ROLES.get
    position, end = 0, len(markup)
    while position < end:
        match = next_token(markup, position)
        if match is None:
            if not reader.skip_depth:
                _add_inline(reader, markup[position:])
            break
        text, link_run, closing, tag, attributes, other = match.groups()
        position = match.end()
        if text and not reader.skip_depth and (parts or not text.isspace()):
            _add_inline(reader, text)
        if link_run:
            reader.flush()
            if not reader.skip_depth:
                reader.add_link_run(link_run)
            continue
        if tag is None:
            position = _after_other(reader, markup, position, other, xml)
            continue
        role = role_of(tag)
        if role is None and not tag.islower():
            tag = tag.lower()
            role = role_of(tag)
        if role is None:
            position = _read_inline_element(reader, markup, position, tag, closing, attributes)
        elif role == _RAW:
            if not closing and not (attributes[-1:] == "/" and (xml or reader.open.index_of("svg") > 0)):
                position = _read_raw_text(reader, markup, position, tag, attributes)
        elif role == _RULE:
            reader.rule(tag)
            if tag == "body" and not closing and attributes:
                reader.open.attributes[0] = attributes
        elif closing:
            reader.end(tag)
        elif not (attributes[-1:] == "/" and (xml or tag == "svg")):
            reader.start(tag, role, attributes)
    reader.finish()
    return reader


def _add_inline(reader: _PageReader, text: str) -> None:
    reader.parts.append(text)
    if reader.link_depth:
        reader.linked += len(INLINE_TAG.sub("", text) if "<" in text else text)


def _after_other(reader: _PageReader, markup: str, position: int, other: str, xml: bool) -> int:
    """Return where to read on after a comment, a declaration, or a `<` that is text."""
    if other == "!--":
        return end_of_comment(markup, position)
    if other == "!" and markup.startswith("[CDATA[", position) and (xml or reader.open.index_of("svg") > 0):
        end = markup.find("]]>", position)
        end = len(markup) if end < 0 else end
        if not reader.skip_depth:
            reader.parts.append(_escape(markup[position + 7 : end]))
        return end + 3
    if other:
        end = markup.find(">", position)
        return len(markup) if end < 0 else end + 1
    if markup[position : position + 1].isalpha():
        # A tag that the page ends in.
        return len(markup)
    if not reader.skip_depth:
        reader.parts.append("&lt;")
    return position


def _read_inline_element(
    reader: _PageReader, markup: str, position: int, tag: str, closing: str, attributes: str
) -> int:
    """Read a tag that ends no block, and return where to read on."""
    if tag == "br":
        if not reader.skip_depth:
            reader.parts.append(LINE_BREAK)
    elif tag == "a":
        reader.link_depth = 0 if closing or "href" not in attributes else len(reader.open.tags)
        reader.link_blocks = 0
    elif tag == "math" and not closing and not reader.math_is_unclosed:
        end, after = end_of_raw_text(markup, "math", position)
        if end == len(markup):
            reader.math_is_unclosed = True
            return position
        if not reader.skip_depth:
            reader.parts.append(_escape(tex_of_math(attributes, markup[position:end])))
        return after
    elif tag == "label":
        if reader.parts:
            reader.parts.append(" ")
    elif tag == "button":
        _read_button(reader, closing, attributes)
    return position


def _read_button(reader: _PageReader, closing: str, attributes: str) -> None:
    """A button inside a heading or the like is its text; any other is a block of its own."""
    if closing:
        reader.end("button")
    elif reader.open.tags[-1] not in HEADING_LEVELS and reader.open.tags[-1] not in ("dt", "summary"):
        reader.flush()
        reader.open.push("button", attributes)


def _read_raw_text(reader: _PageReader, markup: str, position: int, tag: str, attributes: str) -> int:
    end, after = end_of_raw_text(markup, tag, position)
    if reader.skip_depth:
        return after
    if tag == "script" and "math/tex" in attributes:
        reader.parts.append(_escape(inline_tex(markup[position:end])))
    elif tag == "xmp":
        reader.start("pre", _BLOCK, attributes)
        reader.parts.append(_escape(markup[position:end]))
        reader.end("pre")
    elif tag == "iframe":
        reader.flush()
    return after


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _end_list(ended: _List) -> None:
    """Number the items of a list that counts down from their number."""
    if ended.counts_down_to_one:
        for number, block in enumerate(reversed(ended.items), 1):
            block.marker = _marker(number, ended.style)


def _marker(number: int, style: str) -> str:
    """Return what stands before an item of an ordered list: `3.`, `c.` or `C.`."""
    if style in ("a", "A") and 1 <= number <= 26:
        return f"{chr(ord(style) + number - 1)}."
    return f"{number}."
