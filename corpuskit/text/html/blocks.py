"""Blocks of text: what lies between native main-content extraction and the text or Markdown we write.

Resiliparse hands over a page's main content as a small, fully escaped HTML of headings, paragraphs, lists,
preformatted text and links, with bare lines between them and tabs between table cells. `blocks` reads it,
`prose` keeps what reads like content, `as_text` and `as_markdown` write it down.

The rules of `prose` follow the findings of Kohlschütter, Fankhauser and Nejdl, "Boilerplate detection using
shallow text features" (WSDM 2010): the number of words of a block and the share of them inside links tell content
from page furniture in any language. The thresholds were fitted on pages in six languages
(tests/benchmarks/extraction_quality.py prints the figures).
"""

import re
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Block", "Kind", "as_markdown", "as_text", "blocks", "drop_empty_sections", "prose", "unescape"]

Kind = Literal["heading", "paragraph", "item", "preformatted", "line", "row"]

ENOUGH_WORDS = 14
"""A block with this many words, few of them linked, is certainly content."""
LINE_WORDS = 3
"""Fewest words of a line that stands outside any paragraph."""
SENTENCE_WORDS = 8
"""Words on average of items that are sentences."""
ITEM_WORDS = 3
"""Fewest words the items of a list have on average."""
LINKED_PARAGRAPH, LINKED_LIST, LINKED_LINE, LINKED_HEADING = 0.6, 0.5, 0.34, 0.9
"""Share of the characters inside links from which a block is navigation."""

_BREAK = "\v"  # stands for <br> while a block is read; white space, and in no page on purpose
_TAG = re.compile(r'<(/?)(h[1-6]|p|ul|ol|li|pre|br|a)(?: href="[^"]*")?>')
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_BLOCK_START = re.compile(r"^(?=#{1,6} |[-+*>] |\d{1,9}[.)] |```|~~~|\|)", re.MULTILINE)


@dataclass(slots=True)
class Block:
    """One heading, paragraph, list item, … of a page."""

    kind: Kind
    text: str
    level: int = 0
    """Rank of a heading, 1 to 6, or depth of a list item, from 1 on."""
    marker: str = ""
    """`-` or `3.` before a list item; empty on its further paragraphs."""
    linked: int = 0
    """Characters inside links, white space not counted."""
    words: float = 0.0
    characters: int = 0

    @property
    def link_share(self) -> float:
        """Part of the characters that is inside links, 0 to 1."""
        return self.linked / self.characters if self.characters else 0.0


@dataclass(slots=True)
class _BlockReader:
    """Turns tags and text, in order, into blocks."""

    done: list[Block] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    tag: str = ""
    lists: list[list[int]] = field(default_factory=list)
    """One `[next number]` for each open list; 0 for a list without numbers."""
    marker: str = ""
    linked: int = 0
    link_start: int | None = None
    """Index into `parts` where an open link began; links that are never closed are empty ones."""

    def text(self, text: str) -> None:
        if self.tag or self.lists:
            self.parts.append(text)
            return
        for number, line in enumerate(text.split("\n")):
            if number:
                self.flush()
            if line:
                self.parts.append(line)

    def on_tag(self, tag: str, closing: bool) -> None:
        if tag == "a":
            self._link(closing)
        elif tag == "br":
            if self.tag or self.lists:
                self.parts.append(_BREAK)
        elif tag in ("ul", "ol"):
            self._list(tag, closing)
        elif tag == "li":
            self.flush()
            self.tag = ""
            self.marker = "" if closing else self._next_marker()
        else:
            self.flush()
            self.tag = "" if closing else tag

    def flush(self) -> None:
        text = "".join(self.parts)
        self.parts.clear()
        linked, self.linked, self.link_start = self.linked, 0, None
        kind = self._kind(text)
        text = _tidy(text, kind)
        if not text:
            return
        level = int(self.tag[1]) if kind == "heading" else len(self.lists)
        block = Block(kind, text, level, self.marker if kind == "item" else "", linked)
        block.words = len(text.split()) + len(_UNSPACED.findall(text)) / 2
        block.characters = len("".join(text.split()))
        if kind == "item":
            self.marker = ""
        self.done.append(block)

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
        self.flush()
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


def blocks(markup: str) -> list[Block]:
    """Read the escaped HTML that resiliparse writes as `minimal_html`, in time linear in its length."""
    reader, position = _BlockReader(), 0
    for match in _TAG.finditer(markup):
        if match.start() > position:
            reader.text(unescape(markup[position : match.start()]))
        position = match.end()
        reader.on_tag(match[2], bool(match[1]))
    reader.text(unescape(markup[position:]))
    reader.flush()
    return reader.done


def prose(page: list[Block]) -> list[Block]:
    """Keep what reads like content, from the first to the last block that certainly is; all, if none is left."""
    is_kept, sure = [False] * len(page), [False] * len(page)
    start = 0
    while start < len(page):
        end = _end_of_group(page, start)
        group = page[start:end]
        is_kept[start:end] = [_reads_like_content(group)] * len(group)
        sure[start:end] = [is_kept[start] and _certainly(group, block) for block in group]
        start = end
    if any(sure):
        first, last = sure.index(True), len(sure) - 1 - sure[::-1].index(True)
        for index in range(first):
            is_kept[index] &= page[index].kind in ("heading", "paragraph")
        is_kept[last + 1 :] = [False] * (len(page) - last - 1)
    drop_empty_sections(page, is_kept)
    chosen = [block for block, keep in zip(page, is_kept, strict=True) if keep]
    return chosen or page


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


def as_text(page: list[Block]) -> str:
    """Plain text: blank lines between blocks; items of a list, rows of a table and bare lines on lines of their own."""
    return _join_blocks(page, [_plain(block) for block in page])


def as_markdown(page: list[Block]) -> str:
    """CommonMark with pipe tables; links and images are left out."""
    return _join_blocks(page, [_markdown(page, index) for index in range(len(page))])


def unescape(text: str) -> str:
    """Undo the few entities that the markup holds; a general decoder would take a second for each megabyte of them."""
    if "&" not in text:
        return text
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", "\xa0"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _end_of_group(page: list[Block], start: int) -> int:
    """Lists and tables are judged as a whole, everything else block by block."""
    end = start + 1
    while page[start].kind in ("item", "row") and end < len(page) and page[end].kind == page[start].kind:
        end += 1
    return end


def _reads_like_content(group: list[Block]) -> bool:
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


def _certainly(group: list[Block], block: Block) -> bool:
    """Long enough by itself, or an item among items that are sentences rather than labels."""
    if block.words >= ENOUGH_WORDS and block.link_share < LINKED_LIST:
        return True
    return block.kind == "item" and sum(item.words for item in group) >= SENTENCE_WORDS * len(group)


def _join_blocks(page: list[Block], written: list[str]) -> str:
    parts: list[str] = []
    for index, text in enumerate(written):
        if index:
            together = page[index].kind == page[index - 1].kind and page[index].kind in ("item", "row", "line")
            parts.append("\n" if together else "\n\n")
        parts.append(text)
    return "".join(parts)


def _plain(block: Block) -> str:
    if block.kind == "item":
        indent = "  " * (block.level - 1)
        return f"{indent}{block.marker} {block.text}" if block.marker else f"{indent}  {block.text}"
    return block.text


def _markdown(page: list[Block], index: int) -> str:
    block = page[index]
    if block.kind == "heading":
        return f"{'#' * block.level} {' '.join(block.text.split())}"
    if block.kind == "preformatted":
        fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", block.text)), default=0))
        return f"{fence}\n{block.text}\n{fence}"
    if block.kind == "item":
        indent = "    " * (block.level - 1)
        return f"{indent}{block.marker or ' '} {_escaped(block.text)}".replace("\n", f"\n{indent}  ")
    if block.kind == "row":
        return _markdown_row(page, index)
    return _escaped(block.text)


def _markdown_row(page: list[Block], index: int) -> str:
    cells = [cell.replace("|", "\\|") for cell in page[index].text.split("\t")]
    row = f"| {' | '.join(cells)} |"
    if index and page[index - 1].kind == "row":
        return row
    return f"{row}\n|{' --- |' * len(cells)}"


def _escaped(text: str) -> str:
    """Keep lines of prose from turning into headings, lists, quotes, fences or tables."""
    return _BLOCK_START.sub(lambda match: "\\", text) if _BLOCK_START.search(text) else text


def _tidy(text: str, kind: Kind) -> str:
    if kind == "preformatted":
        return text.replace(_BREAK, "\n").strip("\n").rstrip()
    if kind == "row":
        return "\t".join(" ".join(cell.split()) for cell in text.strip("\n").split("\t\t")).rstrip()
    lines = (" ".join(line.split()) for line in text.split(_BREAK))
    return "\n".join(line for line in lines if line)
