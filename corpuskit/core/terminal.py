"""How wide the terminal is that a stream goes to, and lines that fit into it: no name is broken, no figure cut."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

_BEFORE_TEXT = re.compile(r" *(?:[0-9][0-9,]*  +)?")
"""What stands in front of a line's text: white space, or the figure of a column."""
NARROWEST = 40
"""Columns below which lines are left to the terminal."""


def terminal_width(stream: IO[str] | None) -> int | None:
    """Return the columns of the terminal that a stream goes to, or `$COLUMNS` of them; None if it goes elsewhere."""
    if stream is None or not stream.isatty():
        return None
    columns = os.environ.get("COLUMNS", "")
    try:
        width = int(columns) if columns.isdecimal() else os.get_terminal_size(stream.fileno()).columns
    except OSError:
        return None
    return width if width >= NARROWEST else None


def folded(lines: Iterable[str], width: int | None) -> Iterator[str]:
    """Yield lines of at most so many columns, as far as their words allow it; what follows a break is indented.

    >>> list(folded(["     1,204  near-duplicate, e.g. notes/harbour.txt, notes/tide.txt"], 44))
    ['     1,204  near-duplicate, e.g.', '               notes/harbour.txt,', '               notes/tide.txt']
    """
    import textwrap

    for line in lines:
        if width is None or len(line) <= width:
            yield line
            continue
        before = _BEFORE_TEXT.match(line)
        indent = " " * ((before.end() if before else 0) + 3)
        yield from textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def table_lines(rows: Sequence[Sequence[str]], right_aligned: bool = True, width: int | None = None) -> list[str]:
    """Return rows as lines with columns two spaces apart: the first left-aligned, the others right- or left-aligned.

    If that takes more than `width` columns, each is two lines, the first of them for the first cell alone.

    >>> table_lines([("phase", "tasks", "reads"), ("web: files", "12", "3 bytes")])
    ['phase       tasks    reads', 'web: files     12  3 bytes']
    >>> table_lines([("phase", "tasks", "reads"), ("web: files", "12", "3 bytes")], right_aligned=False)
    ['phase       tasks  reads', 'web: files  12     3 bytes']
    >>> table_lines([("phase", "tasks", "reads"), ("web: files", "12", "3 bytes")], width=20)
    ['phase\\n  tasks    reads', 'web: files\\n     12  3 bytes']
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    align = str.rjust if right_aligned else str.ljust
    figures = [
        "  ".join(align(cell, cell_width) for cell, cell_width in zip(row[1:], widths[1:], strict=True)).rstrip()
        for row in rows
    ]
    if width is not None and sum(widths) + 2 * (len(widths) - 1) > width:
        return [f"{row[0]}\n  {rest}".rstrip() for row, rest in zip(rows, figures, strict=True)]
    return [f"{row[0].ljust(widths[0])}  {rest}".rstrip() for row, rest in zip(rows, figures, strict=True)]
