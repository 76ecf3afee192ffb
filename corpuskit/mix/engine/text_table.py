"""Text tables, as reports for people print them."""

from collections.abc import Sequence


def table_lines(rows: Sequence[Sequence[str]], right_aligned: bool = True) -> list[str]:
    """Return rows as lines with columns two spaces apart: the first left-aligned, the others right- or left-aligned.

    >>> table_lines([("phase", "tasks", "reads"), ("web: files", "12", "3 bytes")])
    ['phase       tasks    reads', 'web: files     12  3 bytes']
    >>> table_lines([("phase", "tasks", "reads"), ("web: files", "12", "3 bytes")], right_aligned=False)
    ['phase       tasks  reads', 'web: files  12     3 bytes']
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    align = str.rjust if right_aligned else str.ljust
    return [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(align(cell, width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    ]
