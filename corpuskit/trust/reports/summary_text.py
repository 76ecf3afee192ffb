"""The sections of a public summary, and their texts: Markdown for people, JSON for programs, CSV for the domains."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from corpuskit.core import console
from corpuskit.trust.reports.figures import TextAmount

DOMAIN_COLUMNS = ("domain", "documents", "characters")


@dataclass
class Section:
    """A section of the summary: its number and title, its entries, and a table."""

    number: str
    title: str
    entries: list[tuple[str, Any]] = field(default_factory=list)
    head: tuple[str, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)


def as_json(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Return the sections as JSON values."""
    return [
        {
            "section": section.number,
            "title": section.title,
            "entries": dict(section.entries),
            **({"rows": [dict(zip(section.head, row, strict=True)) for row in section.rows]} if section.rows else {}),
        }
        for section in sections
    ]


def markdown(sections: Sequence[Section]) -> str:
    """Return the sections as Markdown."""
    parts: list[str] = []
    for section in sections:
        level = "#" * (2 + section.number.count(".")) if section.number else "#" if not parts else "###"
        lines = [f"{level} {f'{section.number} ' if section.number else ''}{section.title}"]
        if section.entries:
            lines += ["", "| | |", "| --- | --- |"]
            lines += [f"| {label} | {_escaped(value)} |" for label, value in section.entries]
        if section.rows:
            lines += ["", f"| {' | '.join(section.head)} |", f"| {' | '.join('---' for _ in section.head)} |"]
            lines += [f"| {' | '.join(map(_escaped, row))} |" for row in section.rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _escaped(value: Any) -> str:
    """Return text for a cell of a Markdown table, as it is."""
    text = f"{value:,}" if type(value) is int else console.escape(" ".join(str(value).split()))
    return re.sub(r"([\\`|<>\[\]*_~#])", r"\\\1", text)


def domain_list(domains: Sequence[tuple[str, TextAmount]]) -> str:
    """Return domains as CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(DOMAIN_COLUMNS)
    writer.writerows((domain, amount.documents, amount.characters) for domain, amount in domains)
    return stream.getvalue()
