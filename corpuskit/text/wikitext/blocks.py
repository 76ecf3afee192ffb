"""Lines of wikitext without links, templates and tables: headings, items, paragraphs, and markup within them."""

import re
from typing import NamedTuple

from corpuskit.text.wikitext.debris import HOLE, tidied, without_stumps
from corpuskit.text.wikitext.links import without_external_links
from corpuskit.text.wikitext.tables import ROW

HEADING = re.compile(r"(={1,6})[ \t]*(\S.*?)[ \t]*\1[ \t]*")
LIST_SIGNS = frozenset("*#:;")
BLOCK_SIGNS = LIST_SIGNS | frozenset(f"={ROW}-|{{")
"""What a line of text that is no plain paragraph may begin with, apart from spaces."""
LIST_MARKER = re.compile(r"[*#:;]+")
RULE = re.compile(r"-{4,}")
QUOTES = re.compile(r"''(?:'''('*)|'(')|'?)")
"""Italic and bold: two, three or five apostrophes in a row; what there are more, and one of four, are text (groups)."""
LINE_BREAK = re.compile(r"</?br[^<>]{0,100}>", re.IGNORECASE)
BLOCK_TAG = re.compile(
    r"</?(?:p|div|center|blockquote|ul|ol|dl|li|dd|dt|table|tbody|tr|td|th|caption|h[1-6]|hr|section|div)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
HIDDEN = re.compile(r"<(span|div)\b[^<>]{0,500}display\s*:\s*none[^<>]{0,500}>[^<>]*</\1>", re.IGNORECASE)
RAISED = re.compile(r"<(sup|sub)\b[^<>]{0,200}>([^<>]{0,100})</\1\s*>", re.IGNORECASE)
INLINE_TAG = re.compile(
    r"</?(?:abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|rb|rp|rt|rtc|ruby|s|samp|small|span|strike|"
    r"strong|sub|sup|time|tt|u|var|wbr|noinclude|includeonly|onlyinclude|data|nowiki|ref|references|gallery|math|pre|"
    r"poem|source|syntaxhighlight|section|imagemap|timeline|hiero|score|chem|ce|graph|tvar|translate|languages)\b"
    r"(?:[\s/][^<>]{0,2000})?>",
    re.IGNORECASE,
)
SPACES = re.compile(r"[ \t]{2,}")


class _Block(NamedTuple):
    kind: str
    """`heading`, `item`, `paragraph`, `row` or `pre`; empty for a blank line, which ends a list or table."""
    level: int
    text: str


def text_of_lines(wikitext: str) -> str:
    """Return blocks apart by blank lines; items of a list, rows of a table and preformatted lines follow one another.

    Headings of sections in which nothing is left go.
    """
    source = HIDDEN.sub(HOLE, wikitext) if "display" in wikitext else wikitext
    blocks = _without_empty_sections(_blocks(_without_signs(source)))
    parts: list[str] = []
    previous = ""
    for block in blocks:
        if not block.kind:
            previous = ""
            continue
        if parts:
            parts.append("\n" if block.kind == previous and block.kind in ("item", "row", "pre") else "\n\n")
        parts.append(block.text)
        previous = block.kind
    return "".join(parts)


def _blocks(source: str) -> list[_Block]:
    blocks: list[_Block] = []
    paragraph: list[str] = []
    numbers: list[int] = []

    def end_paragraph() -> None:
        if not paragraph:
            return
        text = " ".join(paragraph)
        paragraph.clear()
        text = "\n".join(filter(None, map(_clean, text.split("\n")))) if "\n" in text else _clean(text)
        if text:
            blocks.append(_Block("paragraph", 0, text))

    for line in _lines(source):
        first = line[:1]
        if numbers and first not in LIST_SIGNS:
            numbers.clear()
        if first and first not in BLOCK_SIGNS and not first.isspace():
            paragraph.append(line)
        elif not line.strip():
            end_paragraph()
            if blocks and blocks[-1].kind in ("row", "item", "pre"):
                blocks.append(_Block("", 0, ""))
        elif first == ROW:
            end_paragraph()
            blocks.append(_Block("row", 0, _row(line[1:])))
        elif first == "=" and (match := HEADING.fullmatch(line)):
            end_paragraph()
            if heading := _clean(match[2]):
                blocks.append(_Block("heading", len(match[1]), heading))
        elif first in LIST_SIGNS:
            end_paragraph()
            if item := _item(line, numbers):
                blocks.append(item)
        elif first == " ":
            text = _clean(line)
            if text and not paragraph:
                blocks.append(_Block("pre", 0, line[1:].rstrip()))
            elif text:
                paragraph.append(line.strip())
        elif RULE.match(line):
            end_paragraph()
            line = RULE.sub("", line, count=1)
            paragraph.append(line)
        elif line.lstrip()[:1] == "|" or line.startswith(("{|", "|}")):
            continue  # what is left of a table or template that nothing closes
        else:
            paragraph.append(line)
    end_paragraph()
    return [block for block in blocks if block.text or not block.kind]


def _lines(source: str) -> list[str]:
    """Return the lines; tags of blocks begin new ones, and a line break within a paragraph becomes a line feed."""
    if "<" in source:
        source = BLOCK_TAG.sub("\n\n", source)
        source = LINE_BREAK.sub("\v", source)
    if "\v" in source:
        return [line.replace("\v", "\n") for line in source.split("\n")]
    return source.split("\n")


def _item(line: str, numbers: list[int]) -> _Block | None:
    """Return an item of a list, or an indented paragraph or definition, which has no sign; None if nothing is in it."""
    match = LIST_MARKER.match(line)
    assert match is not None, "the line begins with one of these signs"
    marker = match[0]
    text = _clean(line[match.end() :].replace("\n", " "))
    if marker == "*":
        numbers.clear()
        return _Block("item", 0, f"- {text}") if text else None
    depth = len(marker) - 1
    if marker[-1] == "#":
        del numbers[depth + 1 :]
        numbers.extend([0] * (depth + 1 - len(numbers)))
        if text:
            numbers[depth] += 1
    else:
        del numbers[depth:]
    if not text:
        return None
    if marker[-1] in ":;":
        if set(marker) <= {":"}:
            return _Block("paragraph", 0, text)
        if marker[-1] == ";":
            term, colon, definition = text.partition(" : ")
            text = f"{term}: {definition}" if colon else term
        return _Block("item", depth, "  " * depth + text)
    sign = f"{numbers[depth]}." if marker[-1] == "#" else "-"
    indents = len(marker.rstrip("*#")) if set(marker[:-1]) <= {":"} else 0
    return _Block("item", depth, f"{'  ' * (depth - indents)}{sign} {text}")


def _without_signs(source: str) -> str:
    """Return the text without bold and italic, tags and addresses, and what is left around what was taken out."""
    source = "".join(filter(None, QUOTES.split(source)))
    if "<" in source:
        source = RAISED.sub(_raised, source)
        source = INLINE_TAG.sub("", source)
    return tidied(without_stumps(without_external_links(source)))


def _row(line: str) -> str:
    """Return a row of a table, of which a tab ends each cell but the last."""
    cells = line.split("\t")
    return "\t".join(map(_clean, cells) if "  " in line else [cell.strip() for cell in cells])


def _clean(text: str) -> str:
    """Return a line with single spaces, as a page shows them."""
    return (SPACES.sub(" ", text) if "  " in text or "\t" in text else text).strip()


def _raised(match: "re.Match[str]") -> str:
    """Return what stands above or below the line, with a sign where it would change a number before it."""
    name, content = match[1].lower(), match[2].replace(HOLE, "").strip()
    if not content:
        return HOLE
    before = match.string[match.start() - 1 : match.start()]
    is_number = content.lstrip("+-−–").isdigit()
    if name == "sup" and (is_number or before.isdigit()) and before.isalnum() and not content.isalpha():
        return f"^{content}" if len(content) == 1 or is_number else f"^({content})"
    if name == "sub" and before.isdigit() and content[:1].isdigit():
        return f"_{content}"
    return content


def _without_empty_sections(blocks: list[_Block]) -> list[_Block]:
    """Return the blocks without headings that nothing follows but headings of their own level or above."""
    blocks_upwards: list[_Block] = []
    next_level = 0
    """Level of the heading below; 0 at the end, and more than any level where text follows."""
    for block in reversed(blocks):
        if block.kind == "heading":
            if next_level <= block.level:
                continue
            next_level = block.level
        elif block.kind:
            next_level = 7
        blocks_upwards.append(block)
    blocks_upwards.reverse()
    return blocks_upwards
