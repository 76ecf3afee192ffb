"""Blocks with their elements, and the rows that the cells of a table of data make."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import NamedTuple

from corpuskit.text.html.blocks import Block
from corpuskit.text.html.markup import whole_number

__all__ = ["Cell", "PlacedBlock", "join_rows"]

CELL_CHARACTERS = 1_000
"""Longest text of a cell in a table of data; longer ones occur in tables that lay out a page."""
CELL_BLOCKS = 8
"""Most blocks in such a cell."""
SECTION_CELL_BLOCKS = 3
"""Most blocks in a cell of a table with headings, each alone in its row; those of a page that is laid out have more."""
MAX_COLUMNS = 200
"""Columns that keep their place if they are empty; further cells follow one another, wherever they say they are."""


class Cell(NamedTuple):
    """Position of a table cell."""

    table: int
    row: int
    """Counted over all tables of the page."""
    column: int


@dataclass(slots=True)
class PlacedBlock:
    """A block of text with the indices of its element and of that element's container."""

    block: Block
    node: int
    container: int
    cell: Cell | None = None
    """The table cell around the block."""
    is_link_run: bool = False
    """Whether the block is a run of list items that are nothing but links, one a line."""
    in_block_link: bool = False
    """Whether one link holds this block and others, as on a card."""
    signature: tuple[int, int] = (0, 0)
    """What stands for the tag and classes of the container (`Elements.signature_of`); like records share it."""
    is_reply: bool = False
    """Whether an element around the block is called a comment, a reply or the like."""

    @property
    def blocks(self) -> list[Block]:
        """Return the blocks to write: a run of links is written as the items of a list."""
        if not self.is_link_run:
            return [self.block]
        block = self.block
        number = whole_number(block.marker) or 0
        return [
            replace(block, text=text, marker=f"{number + offset}." if number else block.marker)
            for offset, text in enumerate(block.text.split("\n"))
        ]


def join_rows(placed_blocks: list[PlacedBlock]) -> list[PlacedBlock]:
    """Return the blocks with each row of a table of data as one block, its cells parted by tabs.

    A cell without text keeps its column. A heading alone in its row stays one: it heads the rows after it, as in lists
    of a program's members. Tables that lay out a page keep the blocks of their cells.
    """
    rows = _cells_by_row(placed_blocks)
    if not rows:
        return placed_blocks
    layout_tables = _layout_tables(rows)
    joined_blocks: list[PlacedBlock] = []
    for placed in placed_blocks:
        cell = placed.cell
        if cell is None or cell.table in layout_tables or placed.block.kind == "heading":
            joined_blocks.append(placed)
            continue
        first = rows[cell.row][0]
        if placed is first:
            joined_blocks.append(_row_block(rows[cell.row]))
    return joined_blocks


def _cells_by_row(placed_blocks: list[PlacedBlock]) -> dict[int, list[PlacedBlock]]:
    rows: dict[int, list[PlacedBlock]] = defaultdict(list)
    for placed in placed_blocks:
        if placed.cell is not None:
            rows[placed.cell.row].append(placed)
    return rows


def _layout_tables(rows: dict[int, list[PlacedBlock]]) -> set[int]:
    """Return the tables that lay out a page.

    These have headings beside other text, lines of code or long texts, or no row of two cells.
    """
    layout_tables: set[int] = set()
    wide_tables: set[int] = set()
    tables_of_sections: set[int] = set()
    crowded_tables: set[int] = set()
    for row in rows.values():
        table = row[0].cell.table if row[0].cell else 0
        lengths: dict[int, int] = defaultdict(int)
        counts: dict[int, int] = defaultdict(int)
        headings = 0
        for placed in row:
            column = placed.cell.column if placed.cell else 0
            lengths[column] += len(placed.block.text)
            counts[column] += 1
            headings += placed.block.kind == "heading"
            if placed.block.kind == "preformatted" and "\n" in placed.block.text:
                layout_tables.add(table)
        if headings == len(row) and len(lengths) == 1:
            tables_of_sections.add(table)
        elif headings:
            layout_tables.add(table)
        if max(counts.values()) > SECTION_CELL_BLOCKS:
            crowded_tables.add(table)
        if max(lengths.values()) > CELL_CHARACTERS or max(counts.values()) > CELL_BLOCKS:
            layout_tables.add(table)
        if len(lengths) > 1:
            wide_tables.add(table)
    tables = {row[0].cell.table for row in rows.values() if row[0].cell}
    return layout_tables | (tables - wide_tables) | (tables_of_sections & crowded_tables)


def _row_block(cells: list[PlacedBlock]) -> PlacedBlock:
    columns: dict[int, list[str]] = defaultdict(list)
    for placed in cells:
        if placed.cell is not None:
            columns[placed.cell.column].append(" ".join(placed.block.text.split()))
    written_columns = [
        *range(min(max(columns) + 1, MAX_COLUMNS)),
        *sorted(column for column in columns if column >= MAX_COLUMNS),
    ]
    texts = [" ".join(columns[column]) if column in columns else "" for column in written_columns]
    block = Block("row", "\t".join(texts))
    block.characters = sum(placed.block.characters for placed in cells)
    block.linked = sum(placed.block.linked for placed in cells)
    first = cells[0]
    return replace(first, block=block, is_link_run=False)
