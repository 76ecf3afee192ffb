"""Jupyter notebooks: their prose and code in order, without outputs.

Formats 3 and 4 of https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from corpuskit.core.document import Reject, parse_lossless

SUFFIX = ".ipynb"
MAX_BYTES = 32 * 1024 * 1024
"""Largest file: outputs, which are left out, may hold pictures."""
DEFAULT_LANGUAGE = "python"
_DEEPEST_HEADING = 6
_FENCE = re.compile(r"^ {0,3}(`{3,})", re.MULTILINE)


class Notebook(NamedTuple):
    """What a notebook says."""

    text: str
    """Markdown: cells of code are fenced blocks with the name of their language."""
    language: str
    """Of the code, in small letters, as the notebook names it."""


def read_notebook(data: bytes) -> Notebook:
    """Return the text of a notebook's cells and their language. Raises Reject for what is no notebook."""
    try:
        content = parse_lossless(data)
    except Reject as reject:
        raise Reject("bad-notebook", reject.detail) from None
    cells = _cells(content)
    language = _language(content, cells)
    parts = [part for cell in cells for part in _parts(cell, language)]
    return Notebook("\n\n".join(parts) + "\n" if parts else "", language)


def _cells(content: Any) -> list[dict[str, Any]]:
    """Return the cells of format 4, or of all worksheets of format 3."""
    if isinstance(content, dict):
        sheets = content.get("worksheets")
        lists = [sheet.get("cells") if isinstance(sheet, dict) else None for sheet in sheets or ()]
        lists = lists if isinstance(sheets, list) and "cells" not in content else [content.get("cells")]
        if all(isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells) for cells in lists):
            return [cell for cells in lists for cell in cells or ()]
    raise Reject("bad-notebook", "it has no list of cells")


def _language(content: dict[str, Any], cells: list[dict[str, Any]]) -> str:
    metadata = content.get("metadata")
    for holder, key in (("language_info", "name"), ("kernelspec", "language")):
        value = metadata.get(holder) if isinstance(metadata, dict) else None
        if isinstance(value, dict) and isinstance(value.get(key), str) and value[key]:
            return str(value[key]).lower()
    named_languages = (cell.get("language") for cell in cells)
    return next((name.lower() for name in named_languages if isinstance(name, str) and name), DEFAULT_LANGUAGE)


def _parts(cell: dict[str, Any], language: str) -> Iterator[str]:
    kind = cell.get("cell_type")
    source = cell.get("source", cell.get("input", ""))
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise Reject("bad-notebook", "the source of a cell is no text")
    text = "".join(lines).strip("\r\n")
    if not text.strip():
        return
    if kind == "code":
        fence = "`" * max([3, *(len(match[1]) + 1 for match in _FENCE.finditer(text))])
        yield f"{fence}{language}\n{text}\n{fence}"
    elif kind == "heading" and isinstance(level := cell.get("level"), int):
        yield "#" * min(max(level, 1), _DEEPEST_HEADING) + " " + text
    else:
        yield text
