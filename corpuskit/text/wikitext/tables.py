"""Tables of wikitext: a line a row, a tab between cells, so that columns can be told; layout and boxes left out."""

import re

from corpuskit.text.wikitext.debris import tidied

UNWANTED = re.compile(
    r"\b(?:infobox|navbox|vertical-navbox|sidebar|metadata|[a-z]?mbox(?:-[a-z]+)?|noprint|succession-box|nowraplinks|taxobox|"
    r"geobox|toc)\b|display\s*:\s*none",
    re.IGNORECASE,
)
"""Classes of tables that are boxes beside an article or below it."""
ATTRIBUTES = re.compile(
    r"[\s;!]*+(?:(?>[a-z][a-z-]*+\s*+=\s*+(?>\"[^\"|]*+\"?|'[^'|]*+'|[^\s|\"'=;]++)|nowrap)[\s;!]*+|(?!))++",
    re.IGNORECASE,
)
"""Attributes of a cell; possessive, since a cell of many equal signs could be split in ever so many ways."""
SPAN = re.compile(r"\b(col|row)span\s*=\s*[\"']?\s*(\d{1,3})", re.IGNORECASE)
MAX_SPAN = 100
HEADER_SEPARATOR = re.compile(r"\|\||!!")
CELL_LINE_BREAK = re.compile(r"<br\s*/?\s*>", re.IGNORECASE)
INDENT = re.compile(r"^[*#:;]+[ \t]*", re.MULTILINE)


ROW = "\x02"
"""Stands before each row of a table, which nothing else tells from a line of text; XML cannot contain it."""


def text_of_table(content: str) -> str:
    """Return a table's rows; paragraphs if it has one column or tables within; nothing if it is a box or empty."""
    first_line, _, body = content.partition("\n")
    if UNWANTED.search(first_line):
        return ""
    caption, rows = _rows(body)
    if ROW in body:  # a table within this one, which is there for the layout
        return "\n\n".join(filter(None, (caption, *(_attributes_and_source(cell)[1] for row in rows for cell in row))))
    grid = [row for row in _grid(rows) if any(row)]
    if not grid:
        return caption
    if max(map(len, grid)) == 1:
        return "\n\n".join(filter(None, (caption, *(row[0] for row in grid))))
    lines = "\n".join(ROW + "\t".join(row).rstrip("\t") for row in grid)
    return f"{caption}\n\n{lines}" if caption else lines


def _rows(body: str) -> tuple[str, list[list[list[str]]]]:
    """Return a table's caption and its rows of cells, which are their lines, the first with the attributes."""
    caption: list[str] = []
    rows: list[list[list[str]]] = [[]]
    in_caption = False
    for line in body.split("\n"):
        source = line.lstrip(" \t")
        mark, kind = source[:1], source[1:2]
        if mark not in ("|", "!"):
            if in_caption:
                caption.append(line)
            elif rows[-1]:
                rows[-1][-1].append(line)
            continue
        in_caption = mark == "|" and kind == "+"
        if in_caption:
            caption = [_split_attributes(source[2:])[1]]
        elif mark == "|" and kind == "-":
            rows.append([])
        else:
            is_header = mark == "!" and "!!" in source
            cells = HEADER_SEPARATOR.split(source[1:]) if is_header else source[1:].split("||")
            rows[-1] += [[cell] for cell in cells]
    return " ".join(" ".join(caption).split()), [row for row in rows if row]


def _split_attributes(cell: str) -> tuple[str, str]:
    """Return a cell's attributes, which are all before its first bar, and its text."""
    before, bar, after = cell.partition("|")
    if bar:
        return before, after.lstrip("|")
    is_text = "=" not in cell and "nowrap" not in cell.lower()
    return ("", cell) if is_text or not ATTRIBUTES.fullmatch(tidied(cell)) else (cell, "")


def _attributes_and_source(cell: list[str]) -> tuple[str, str]:
    attributes, line = _split_attributes(cell[0])
    return attributes, "\n".join((line, *cell[1:])) if len(cell) > 1 else line


def _spans(attributes: str) -> tuple[int, int]:
    """Return how many columns and rows a cell takes."""
    spans = {"col": 1, "row": 1}
    for kind, number in SPAN.findall(attributes):
        spans[kind.lower()] = min(max(int(number), 1), MAX_SPAN)
    return spans["col"], spans["row"]


def _text_of_cell(source: str) -> str:
    text = tidied(INDENT.sub("", source) if "\n" in source else source)
    return " ".join((CELL_LINE_BREAK.sub(" ", text) if "<" in text else text).split())


def _grid(rows: list[list[list[str]]]) -> list[list[str]]:
    """Return the rows with a place for each column; cells that span several leave the further ones empty."""
    waiting: dict[int, int] = {}
    """How many further rows a cell above takes a place in, by column."""
    grid = []
    for cells in rows:
        row: list[str] = []
        for cell in cells:
            if waiting:
                _pass_over(row, waiting)
            attributes, source = _attributes_and_source(cell)
            row.append(_text_of_cell(source))
            if attributes and "span" in attributes.lower():
                columns, count = _spans(attributes)
                row.extend([""] * (columns - 1))
                if count > 1:
                    waiting |= dict.fromkeys(range(len(row) - columns, len(row)), count)
        if waiting:
            _pass_over(row, waiting)
            waiting = {column: count - 1 for column, count in waiting.items() if count > 1}
        grid.append(row)
    return grid


def _pass_over(row: list[str], waiting: dict[int, int]) -> None:
    while len(row) in waiting and waiting[len(row)] > 0:
        row.append("")
