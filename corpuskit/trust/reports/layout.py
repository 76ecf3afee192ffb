"""What sections of the page share: pictures with their tables, and amounts of documents."""

from collections.abc import Callable

from corpuskit.trust.reports.figures import TextAmount
from corpuskit.trust.reports.markup import percent, table
from corpuskit.trust.reports.pictures import bars

LONGEST_TABLE = 30
"""Rows of a table of domains, reasons and the like; the page stays readable, and the manifest has the rest."""
MOST_BARS = 12


def beside(picture: str, *tables: str) -> str:
    """Return a picture with its tables beside it, or below it where the page is narrow."""
    if not picture:
        return "".join(tables)
    return f'<div class="beside"><figure>{picture}</figure><div>{"".join(tables)}</div></div>'


def more(rows: int, most: int = LONGEST_TABLE) -> str:
    """Return that a table shows only its first rows, if it has more."""
    return f"; the first {most} of {rows:,}" if rows > most else ""


def amounts_table(
    first: str, amounts: list[tuple[str, TextAmount]], total: TextAmount, by: Callable[[TextAmount], int], name: str
) -> str:
    """Return bars and a table of amounts, in their order."""
    whole = by(total)
    rows = [
        (label, amount.documents, amount.characters, percent(by(amount), whole))
        for label, amount in amounts[:LONGEST_TABLE]
    ]
    picture = bars(name, [(label, by(item), percent(by(item), whole)) for label, item in amounts[:MOST_BARS]])
    head = (first, "Documents", "Characters", "Share")
    return beside(picture, table(name + more(len(amounts)), head, rows))


def listed(value: str | list[str] | None) -> str:
    """Return the values of a key that holds one value, several or none."""
    return ", ".join([value] if isinstance(value, str) else value or ["not stated"])
