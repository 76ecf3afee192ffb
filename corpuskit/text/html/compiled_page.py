"""A page as the compiled core has read it, for the steps that follow in Python."""

from typing import Any

from corpuskit.text.html.blocks import Block
from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.rows import Cell, PlacedBlock

__all__ = ["placed_blocks", "read_compiled"]


def read_compiled(markup: str, is_xml: bool) -> Any:
    """Return what the core has read of a page, which only the core looks into. Raises Reject `too-many-nodes`."""
    return compiled_core().read(markup, is_xml)


def placed_blocks(page: Any) -> list[PlacedBlock]:
    """Return the blocks of a page, in order."""
    blocks = []
    for kind, text, level, marker, linked, characters, list_number, *position in compiled_core().blocks(page):
        node, container, cell, *rest = position
        block = Block(kind, text, level, marker, linked, 0.0, characters, list_number)
        blocks.append(PlacedBlock(block, node, container, Cell(*cell) if cell else None, *rest))
    return blocks
