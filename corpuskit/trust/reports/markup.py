"""HTML of reports: text that is escaped, tables, and sections."""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from corpuskit.core import console

LONGEST_CELL = 300
"""Characters of a text in a table; names and options may be as long as anyone likes."""


def escaped(value: Any) -> str:
    """Return text for an element or an attribute; control and direction characters are spelled out.

    >>> escaped("a < b"), escaped(1_000)
    ('a &lt; b', '1,000')
    """
    text = f"{value:,}" if type(value) is int else str(value)
    return html.escape(console.escape(shortened(text)), quote=True)


def shortened(text: str, most: int = LONGEST_CELL) -> str:
    """Return the beginning of a long text, with an ellipsis."""
    return text if len(text) <= most else text[:most] + "…"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table: the first cell of a row heads it, integers and shares are aligned to the right."""
    heads = "".join(f'<th scope="col">{escaped(name)}</th>' for name in head)
    lines = [f"<tr>{_row(row)}</tr>" for row in rows]
    if not lines:
        return ""
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escaped(caption)}"><table>'
        f"<caption>{escaped(caption)}</caption>\n<thead><tr>{heads}</tr></thead>\n"
        "<tbody>\n" + "\n".join(lines) + "\n</tbody></table></div>"
    )


def _row(row: Sequence[Any]) -> str:
    first, *rest = row
    return f'<th scope="row"><bdi>{escaped(first)}</bdi></th>' + "".join(map(_cell, rest))


def _cell(value: Any) -> str:
    is_figure = type(value) is int or (isinstance(value, str) and value.endswith("%"))
    return f'<td class="figure">{escaped(value)}</td>' if is_figure else f"<td><bdi>{escaped(value)}</bdi></td>"


def section(identifier: str, heading: str, *parts: str) -> str:
    """Return a section; empty if it has no parts."""
    content = "\n".join(part for part in parts if part)
    if not content:
        return ""
    return f'<section id="{identifier}">\n<h2>{escaped(heading)}</h2>\n{content}\n</section>'


def paragraph(text: str) -> str:
    """Return a paragraph; empty without text."""
    return f"<p>{html.escape(console.escape(text))}</p>" if text else ""


def percent(part: int, whole: int) -> str:
    """Return a share with one decimal.

    >>> percent(1, 8), percent(0, 0)
    ('12.5%', '0.0%')
    """
    return f"{part / whole if whole else 0:.1%}"
