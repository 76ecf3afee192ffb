"""The datasets that a public summary is of, and words that its sections share."""

from collections.abc import Sequence
from typing import Any

from corpuskit.core.provenance.entries import Manifest, SourceEntry
from corpuskit.trust.reports.facts import NOT_STATED, Facts
from corpuskit.trust.reports.figures import Figures

Corpora = Sequence[tuple[Manifest, Figures]]


def stated_entries(facts: Facts, section: str, **labels: str) -> list[tuple[str, Any]]:
    """Return what is stated under some keys of a section, each with its label."""
    return [(label, facts.text(section, key) or NOT_STATED) for key, label in labels.items()]


def sources_of(corpora: Corpora, *origins: str) -> list[tuple[str, SourceEntry]]:
    """Return the sources of all datasets by name, those with most tokens first; of some origins, if any are named."""
    sources = [
        item
        for manifest, _ in corpora
        for item in manifest["sources"].items()
        if not origins or set(origins) & set(several(item[1]["origin"]))
    ]
    return sorted(sources, key=lambda item: (-item[1]["tokens"], item[0]))


def several(value: str | list[str] | None) -> list[str]:
    """Return the values of a key that holds one value, several or none."""
    return [] if value is None else [value] if isinstance(value, str) else value


def joined_text(value: str | list[str] | None) -> str:
    """Return the values of a key as text."""
    return ", ".join(several(value)) or NOT_STATED


def yes_or_no(value: bool | None) -> str:
    """Return an answer; None is one that nobody has given."""
    return NOT_STATED if value is None else "yes" if value else "no"


def written_month(month: str) -> str:
    """Return a month as the template writes it.

    >>> written_month("2026-11")
    '11/2026'
    """
    return f"{month[5:7]}/{month[:4]}"
