"""Blocks of text: the form between a page and the plain text or Markdown that we write.

Resiliparse returns a page's main content as minimal, fully escaped HTML: headings, paragraphs, lists, preformatted
text and links, with bare lines between them and tabs between table cells. `parse_blocks` reads it, `reads_like_content`
keeps what reads like content, `as_text` and `as_markdown` write it.

The rules of `reads_like_content` follow Kohlschütter, Fankhauser and Nejdl, "Boilerplate detection using shallow text
features" (WSDM 2010): the number of words in a block and the share of them inside links tell content from boilerplate
in any language. The thresholds were fitted on pages in six languages (tests/benchmarks/extraction_quality.py prints
the figures).
"""

import re
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Literal

from corpuskit.text.html.inline import LINE_BREAK
from corpuskit.text.html.markup import decode_common_entities

__all__ = [
    "Block",
    "Kind",
    "as_markdown",
    "as_text",
    "drop_empty_sections",
    "parse_blocks",
    "reads_like_content",
    "tidy_text",
]

Kind = Literal["heading", "paragraph", "item", "preformatted", "line", "row"]

ENOUGH_WORDS = 14
"""A block with at least this many words, few of them linked, is certainly content."""
LINE_WORDS = 3
"""Fewest words of a line outside any paragraph, for it to be content."""
SENTENCE_WORDS = 8
"""Average words of an item from which a list holds sentences, not labels."""
ITEM_WORDS = 3
"""Fewest words of an item on average, for a list to be content."""
MAX_INDENT = 32
"""Deepest level of a list that is written deeper than the one around it; no page has so many on purpose."""
LINKED_PARAGRAPH, LINKED_LIST, LINKED_LINE, LINKED_HEADING = 0.6, 0.5, 0.34, 0.9
"""Share of characters inside links from which a block is navigation."""
_TAG = re.compile(r'<(/?)(h[1-6]|p|ul|ol|li|pre|br|a)(?: href="[^"]*")?>')
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_FORMULA = re.compile(r"(\\\(.*?\\\))", re.DOTALL)
_MARKUP = re.compile(r"[*`\[]|(?<![^\W_])_|_(?![^\W_])|<(?=[a-zA-Z/!?])|&(?=#?\w{1,31};)|\\(?=[!-/:-@\[-`{-~])")
"""Characters that CommonMark would read as emphasis, code, a link, a tag, a reference or an escape."""
_BLOCK_START = re.compile(r"^(?=#{1,6} |[-+>] |~~~|\|)", re.MULTILINE)

_NUMBER_START = re.compile(r"^(\d{1,9})([.)])(?= |$)", re.MULTILINE)
"""CommonMark takes a backslash only before punctuation."""


@dataclass(slots=True)
class Block:
    """One heading, paragraph, list item, … of a page."""

    kind: Kind
    text: str
    level: int = 0
    """Rank of a heading, 1 to 6, or depth of a list item, from 1."""
    marker: str = ""
    """`-` or `3.` before a list item; empty for its further paragraphs."""
    linked: int = 0
    """Characters inside links, counted as in `characters`."""
    words: float = 0.0
    characters: int = 0
    """`parse_blocks` leaves out whitespace; the reader of whole pages counts single spaces between words."""
    list_number: int = 0
    """Which of the page's lists, nested ones counted with the outermost, an item is of."""

    @property
    def link_share(self) -> float:
        """Return the share of the characters that are inside links, 0 to 1."""
        return self.linked / self.characters if self.characters else 0.0


@dataclass(slots=True)
class _BlockReader:
    """Turn tags and text, in order, into blocks."""

    finished_blocks: list[Block] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    tag: str = ""
    lists: list[list[int]] = field(default_factory=list)
    """A `[next number]` for each open list; 0 for a list without numbers."""
    marker: str = ""
    linked: int = 0
    link_start: int | None = None
    """Index in `parts` at which an open link begins. A link that is never closed counts as empty."""

    def add_text(self, text: str) -> None:
        if self.tag or self.lists:
            self.parts.append(text)
            return
        for number, line in enumerate(text.split("\n")):
            if number:
                self.finish_block()
            if line:
                self.parts.append(line)

    def on_tag(self, tag: str, closing: bool) -> None:
        if tag == "a":
            self._link(closing)
        elif tag == "br":
            if self.tag or self.lists:
                self.parts.append(LINE_BREAK)
        elif tag in ("ul", "ol"):
            self._list(tag, closing)
        elif tag == "li":
            self.finish_block()
            self.tag = ""
            self.marker = "" if closing else self._next_marker()
        else:
            self.finish_block()
            self.tag = "" if closing else tag

    def finish_block(self) -> None:
        text = "".join(self.parts)
        self.parts.clear()
        linked, self.linked, self.link_start = self.linked, 0, None
        kind = self._kind(text)
        text = tidy_text(text, kind)
        if not text:
            return
        level = int(self.tag[1]) if kind == "heading" else len(self.lists)
        block = Block(kind, text, level, self.marker if kind == "item" else "", linked)
        block.words = len(text.split()) + len(_UNSPACED.findall(text)) / 2
        block.characters = len("".join(text.split()))
        if kind == "item":
            self.marker = ""
        self.finished_blocks.append(block)

    def _kind(self, text: str) -> Kind:
        if self.tag == "pre":
            return "preformatted"
        if self.tag.startswith("h"):
            return "heading"
        if self.lists:
            return "item"
        if self.tag:
            return "paragraph"
        return "row" if "\t" in text.strip() else "line"

    def _link(self, closing: bool) -> None:
        if not closing:
            self.link_start = len(self.parts)
        elif self.link_start is not None:
            self.linked += len("".join("".join(self.parts[self.link_start :]).split()))
            self.link_start = None

    def _list(self, tag: str, closing: bool) -> None:
        self.finish_block()
        self.tag = self.marker = ""
        if not closing:
            self.lists.append([int(tag == "ol")])
        elif self.lists:
            self.lists.pop()

    def _next_marker(self) -> str:
        if not self.lists or not self.lists[-1][0]:
            return "-"
        number = self.lists[-1][0]
        self.lists[-1][0] += 1
        return f"{number}."


def parse_blocks(markup: str) -> list[Block]:
    """Return the blocks of what resiliparse writes as `minimal_html`, in time linear in its length."""
    reader, position = _BlockReader(), 0
    for match in _TAG.finditer(markup):
        if match.start() > position:
            reader.add_text(decode_common_entities(markup[position : match.start()]))
        position = match.end()
        reader.on_tag(match[2], bool(match[1]))
    reader.add_text(decode_common_entities(markup[position:]))
    reader.finish_block()
    return reader.finished_blocks


def reads_like_content(blocks: list[Block]) -> list[bool]:
    """Return which blocks read like content, up to the last that certainly is.

    Before the first block that is certainly content, only headings and paragraphs can be kept.
    """
    is_kept, is_certain = [False] * len(blocks), [False] * len(blocks)
    start = 0
    while start < len(blocks):
        end = _end_of_group(blocks, start)
        group = blocks[start:end]
        is_kept[start:end] = [_group_reads_like_content(group)] * len(group)
        if is_kept[start]:
            is_certain[start:end] = _are_certain(group)
        start = end
    if any(is_certain):
        first, last = is_certain.index(True), len(is_certain) - 1 - is_certain[::-1].index(True)
        for index in range(first):
            is_kept[index] &= blocks[index].kind in ("heading", "paragraph")
        is_kept[last + 1 :] = [False] * (len(blocks) - last - 1)
    drop_empty_sections(blocks, is_kept)
    return is_kept


def drop_empty_sections(blocks: list[Block], is_kept: list[bool]) -> None:
    """Unmark each heading that no kept block follows before the next heading."""
    has_content = False
    for index in range(len(blocks) - 1, -1, -1):
        if blocks[index].kind != "heading":
            has_content = has_content or is_kept[index]
            continue
        is_kept[index] = is_kept[index] and has_content
        # A title directly above another heading heads the same text.
        has_content = has_content and is_kept[index] and index > 0 and blocks[index - 1].kind == "heading"


def as_text(blocks: list[Block]) -> str:
    """Return plain text: blank lines between blocks, but not between list items, table rows or bare lines."""
    return _join_blocks(blocks, [_plain_text(block) for block in blocks])


def as_markdown(blocks: list[Block]) -> str:
    """Return CommonMark with pipe tables, without links and images."""
    return _join_blocks(blocks, [_markdown_block(blocks, index) for index in range(len(blocks))])


def tidy_text(text: str, kind: Kind) -> str:
    """Return the text of a block as it is stored: whitespace collapsed except in code, `LINE_BREAK` as line feed."""
    if kind == "preformatted":
        return _without_line_numbers(text.replace(LINE_BREAK, "\n").replace("\xa0", " ").strip("\n").rstrip())
    if kind == "row":
        return "\t".join(" ".join(cell.split()) for cell in text.strip("\n").split("\t\t")).rstrip()
    lines = (" ".join(line.split()) for line in text.split(LINE_BREAK))
    return "\n".join(line for line in lines if line)


def _without_line_numbers(code: str) -> str:
    r"""Return code without the numbers that stand on lines of their own before each line of it.

    >>> _without_line_numbers("1\nif x:\n2\n    y()")
    'if x:\n    y()'
    """
    lines = code.split("\n")
    first = lines[0].strip()
    if len(lines) < 4 or len(lines) % 2 or not (first.isascii() and first.isdigit()):
        return code
    numbers = [line.strip() for line in lines[::2]]
    if numbers != [str(number) for number in range(int(first[:9]), int(first[:9]) + len(numbers))]:
        return code
    return "\n".join(lines[1::2])


def _end_of_group(blocks: list[Block], start: int) -> int:
    """Return where the list or table that begins at `start` ends; any other block is a group of its own."""
    end = start + 1
    while blocks[start].kind in ("item", "row") and end < len(blocks) and blocks[end].kind == blocks[start].kind:
        end += 1
    return end


def _group_reads_like_content(group: list[Block]) -> bool:
    kind, words = group[0].kind, sum(block.words for block in group)
    share = sum(block.linked for block in group) / max(1, sum(block.characters for block in group))
    if kind == "preformatted":
        return True
    if kind == "heading":
        return group[0].level == 1 or share < LINKED_HEADING
    if kind == "paragraph":
        return share < LINKED_PARAGRAPH
    if kind == "item":
        return share < LINKED_LIST and words >= ITEM_WORDS * len(group)
    if kind == "row" and len(group) > 1:
        return share < LINKED_LINE
    return share < LINKED_LINE and words >= LINE_WORDS


def _are_certain(group: list[Block]) -> list[bool]:
    """Return which blocks are long enough by themselves, or items among sentences rather than labels."""
    if group[0].kind == "item" and sum(item.words for item in group) >= SENTENCE_WORDS * len(group):
        return [True] * len(group)
    return [block.words >= ENOUGH_WORDS and block.link_share < LINKED_LIST for block in group]


def _join_blocks(blocks: list[Block], block_texts: list[str]) -> str:
    parts: list[str] = []
    for index, text in enumerate(block_texts):
        if index:
            kind = blocks[index].kind
            before = blocks[index - 1]
            goes_on = kind in ("item", "row", "line") and kind == before.kind
            goes_on = goes_on and blocks[index].list_number == before.list_number
            parts.append("\n" if goes_on else "\n\n")
        parts.append(text)
    return "".join(parts)


def _plain_text(block: Block) -> str:
    if block.kind == "item":
        indent = "  " * (min(block.level, MAX_INDENT) - 1)
        return f"{indent}{block.marker} {block.text}" if block.marker else f"{indent}  {block.text}"
    return block.text


def _markdown_block(blocks: list[Block], index: int) -> str:
    block = blocks[index]
    if block.kind == "heading":
        return f"{'#' * block.level} {_escape_markup(' '.join(block.text.split()))}"
    if block.kind == "preformatted":
        fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", block.text)), default=0))
        return f"{fence}\n{block.text}\n{fence}"
    if block.kind == "item":
        indent = "    " * (min(block.level, MAX_INDENT) - 1)
        return f"{indent}{block.marker or ' '} {_escape(block.text)}".replace("\n", f"\n{indent}  ")
    if block.kind == "row":
        return _markdown_row(blocks, index)
    return _escape(block.text)


def _markdown_row(blocks: list[Block], index: int) -> str:
    cells = [_escape_markup(cell).replace("|", "\\|") for cell in blocks[index].text.split("\t")]
    if index and blocks[index - 1].kind == "row":
        return f"| {' | '.join(cells)} |"
    # Rows end where their text does, and cells beyond those of the head would not be shown.
    rows = takewhile(lambda block: block.kind == "row", islice(blocks, index, None))
    columns = 1 + max(row.text.count("\t") for row in rows)
    cells += [""] * (columns - len(cells))
    return f"| {' | '.join(cells)} |\n|{' --- |' * columns}"


def _escape(text: str) -> str:
    """Escape what Markdown would read as markup, so that it shows the text as it is."""
    text = _NUMBER_START.sub(r"\1\\\2", _escape_markup(text))
    return _BLOCK_START.sub(lambda match: "\\", text) if _BLOCK_START.search(text) else text


def _escape_markup(text: str) -> str:
    r"""Escape characters in running text; formulas stay as they are.

    >>> _escape_markup(r"a *b* in snake_case, <p> and \(x*y_1\)")
    'a \\*b\\* in snake_case, \\<p> and \\(x*y_1\\)'
    """
    if not _MARKUP.search(text):
        return text
    parts = _FORMULA.split(text) if "\\(" in text else [text]
    parts[::2] = [_MARKUP.sub(r"\\\g<0>", part) for part in parts[::2]]
    return "".join(parts)
