"""What is kept of a list or a table while it is open: the numbers of items, the columns of cells."""

from dataclasses import dataclass, field

from corpuskit.text.html.blocks import Block
from corpuskit.text.html.markup import attribute, whole_number
from corpuskit.text.html.rows import Cell

__all__ = ["OpenList", "OpenTable", "open_list"]

MAX_SPAN = 100
"""Most columns or rows that a table cell covers."""
MAX_COLUMNS = 1_000
"""Most columns of a table of which it is known which cells cover them."""


@dataclass(slots=True)
class OpenList:
    """An open list."""

    number: int | None
    """The number of the next item; None in a list without numbers."""
    step: int = 1
    style: str = "1"
    counts_down_to_one: bool = False
    """Whether the first number depends on how many items there are."""
    items: list[Block] = field(default_factory=list)
    """Blocks that begin an item, for lists that count down to one."""

    def next_marker(self, block: Block, value: int | None) -> str:
        """Return the marker of the item that a block begins; `value` is the number that the item states."""
        if self.number is None:
            return "-"
        if value is not None:
            self.number = value
        number = self.number
        self.number += self.step
        self.items.append(block)
        return _marker(number, self.style)

    def end(self) -> None:
        """Give the items of a list that counts down from their number their markers."""
        if self.counts_down_to_one:
            for number, block in enumerate(reversed(self.items), 1):
                block.marker = _marker(number, self.style)


@dataclass(slots=True)
class OpenTable:
    """An open table."""

    index: int
    rows: int = 0
    """Rows of this table so far."""
    row: int = 0
    """The row that is open, counted over the page."""
    next_column: int = 0
    covered: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Of columns that a cell of an earlier row covers: the last row it reaches, and the column after it."""

    def free_column(self) -> int:
        """Return the first column from the next one on that no cell of an earlier row covers."""
        column = self.next_column
        while (cover := self.covered.get(column)) and cover[0] >= self.rows:
            column = cover[1]
        return column

    def start_row(self, row: int) -> None:
        """Begin a row; `row` is its number on the page."""
        self.rows += 1
        self.row, self.next_column = row, 0

    def start_cell(self, attributes: str) -> Cell:
        """Return where a cell stands, and note which columns it covers."""
        column = self.free_column()
        columns = rows = 1
        if "span" in attributes:
            columns = min(max(1, whole_number(attribute(attributes, "colspan")) or 1), MAX_SPAN)
            rows = min(max(1, whole_number(attribute(attributes, "rowspan")) or 1), MAX_SPAN)
        self.next_column = end = column + columns
        if rows > 1:
            cover = (self.rows + rows - 1, end)
            self.covered.update(dict.fromkeys(range(column, min(end, MAX_COLUMNS)), cover))
        return Cell(self.index, self.row, column)


def open_list(tag: str, attributes: str) -> OpenList:
    """Return a list that begins: with numbers if it is an `ol`."""
    if tag == "ul":
        return OpenList(None)
    start = whole_number(attribute(attributes, "start"))
    step = 1 if attribute(attributes, "reversed") is None else -1
    style = attribute(attributes, "type") or "1"
    return OpenList(1 if start is None else start, step, style, start is None and step < 0)


def _marker(number: int, style: str) -> str:
    """Return what stands before an item of an ordered list: `3.`, `c.` or `C.`."""
    if style in ("a", "A") and 1 <= number <= 26:
        return f"{chr(ord(style) + number - 1)}."
    return f"{number}."
