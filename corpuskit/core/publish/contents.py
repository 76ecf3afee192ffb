"""What the documents of a dataset are like: how long, in which languages, and from which days, for manifest and card.

Sums of parts add up to those of the whole in any order, and take the same memory for any number of documents: lengths
are counted by their two leading figures, so that a quantile is at most a tenth too low.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

from corpuskit.core.provenance.entries import ContentEntry, DatesEntry

QUANTILES = (5, 25, 50, 75, 95)
MOST_LANGUAGES = 50
OTHER, UNKNOWN = "other", "unknown"
_DATE = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?(?![0-9-])")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")


class ContentPart(TypedDict):
    """The sums of one part of a dataset, as JSON."""

    characters: int
    lengths: dict[str, int]
    languages: dict[str, int]
    dated: int
    dates: NotRequired[list[str]]
    """The first and the last; absent if there is none."""


@dataclass
class Contents:
    """Lengths, languages and dates of documents."""

    characters: int = 0
    lengths: "Counter[int]" = field(default_factory=Counter)
    """Documents by length of text in characters, rounded down to two figures."""
    languages: "Counter[str]" = field(default_factory=Counter)
    """Documents by `metadata.language`, if it has the form of a language tag."""
    dated: int = 0
    """Documents whose `metadata.date` starts with a year, a month or a day of ISO 8601."""
    first: str = ""
    last: str = ""

    def add(self, lengths: Iterable[int], language: str, days: Iterable[str]) -> None:
        """Count documents of one language: the length of each in characters, and the days that some of them state."""
        for length in lengths:
            self.characters += length
            self.lengths[two_figures(length)] += 1
            if language:
                self.languages[language] += 1
        for day in days:
            self.dated += 1
            self._extend(day, day)

    def part(self) -> ContentPart:
        """Return the sums as JSON, for `merge`."""
        part: ContentPart = {
            "characters": self.characters,
            "lengths": {str(length): number for length, number in sorted(self.lengths.items())},
            "languages": dict(sorted(self.languages.items())),
            "dated": self.dated,
        }
        return {**part, "dates": [self.first, self.last]} if self.dated else part

    def merge(self, part: ContentPart) -> None:
        """Add the sums that `part` returned for other documents."""
        self.characters += part["characters"]
        self.lengths.update({int(length): number for length, number in part["lengths"].items()})
        self.languages.update(part["languages"])
        self.dated += part["dated"]
        if "dates" in part:
            self._extend(*part["dates"])

    def _extend(self, first: str, last: str) -> None:
        self.first = min(self.first or first, first)
        self.last = max(self.last, last)

    def as_json(self) -> ContentEntry:
        """Return the `contents` of the manifest."""
        ranked = sorted(self.languages.items(), key=lambda item: (-item[1], item[0]))
        languages = dict(ranked[:MOST_LANGUAGES])
        others = sum(number for _, number in ranked[MOST_LANGUAGES:])
        unknown = self.lengths.total() - self.languages.total()
        entry: ContentEntry = {"characters": self.characters, "lengths": _quantiles(self.lengths)}
        if languages:
            more = {OTHER: others, UNKNOWN: unknown}
            entry["languages"] = languages | {name: number for name, number in more.items() if number}
        if self.dated:
            dates: DatesEntry = {"first": self.first, "last": self.last, "documents": self.dated}
            entry["dates"] = dates
        return entry


def language_of(metadata: Mapping[str, Any]) -> str:
    """Return `metadata.language`, if it has the form of a language tag; else nothing."""
    language = metadata.get("language")
    return language if isinstance(language, str) and _LANGUAGE.fullmatch(language) else ""


def stated_day(metadata: Mapping[str, Any]) -> str:
    """Return the year, month or day of ISO 8601 that `metadata.date` starts with; else nothing.

    >>> stated_day({"date": "2024-05-06T12:00:00Z"}), stated_day({"date": "May 6"})
    ('2024-05-06', '')
    """
    date = metadata.get("date")
    match = _DATE.match(date) if isinstance(date, str) else None
    return match[0] if match else ""


def sum_of(contents: Iterable[Contents]) -> Contents:
    """Return the sums of several."""
    total = Contents()
    for part in contents:
        total.merge(part.part())
    return total


def two_figures(number: int) -> int:
    """Round down to two leading figures.

    >>> two_figures(7), two_figures(42), two_figures(1_299)
    (7, 42, 1200)
    """
    if number < 100:
        return number
    unit: int = 10 ** (len(str(number)) - 2)
    return number - number % unit


def _quantiles(lengths: "Counter[int]") -> dict[str, int]:
    """Return the quantiles of lengths that are counted; empty without any.

    >>> _quantiles(Counter({10: 1, 20: 2, 300: 1}))
    {'p5': 10, 'p25': 10, 'p50': 20, 'p75': 20, 'p95': 20}
    """
    last, quantiles, counted = lengths.total() - 1, {}, 0
    waiting = list(QUANTILES) if lengths else []
    for length, number in sorted(lengths.items()):
        counted += number
        while waiting and last * waiting[0] // 100 < counted:
            quantiles[f"p{waiting.pop(0)}"] = length
    return quantiles
