"""What is looked for in an index, and what an index answers, unit by unit."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from corpuskit.formats.common_crawl.crawl import Crawl
from corpuskit.formats.common_crawl.index_row import IndexRow
from corpuskit.formats.common_crawl.url_pattern import UrlPattern


class BadRow(NamedTuple):
    """A row of an index that cannot be read."""

    unit: str
    raw: str
    problem: str


@dataclass(frozen=True)
class IndexQuery:
    """Which records of a crawl are meant."""

    crawl: Crawl
    urls: tuple[UrlPattern, ...] = ()
    mimes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    """HTTP statuses such as 200 or 2xx."""
    languages: tuple[str, ...] = ()
    limit: int | None = None

    def takes(self, row: IndexRow) -> bool:
        """Whether a row is one of them, apart from its address."""
        return (
            row.is_of_pages
            and self.takes_status(row.status)
            and self.takes_mime(row.mime)
            and self.takes_languages(row.languages)
        )

    def takes_status(self, status: str) -> bool:
        """Whether a record of this HTTP status is one of them, apart from all else."""
        return not self.statuses or status in self.statuses or f"{status[:1]}xx" in self.statuses

    def takes_mime(self, mime: str) -> bool:
        """Whether a record of this media type is one of them, apart from all else."""
        return not self.mimes or mime in self.mimes

    def takes_languages(self, languages: Iterable[str]) -> bool:
        """Whether a record in these languages is one of them, apart from all else."""
        return not self.languages or not set(self.languages).isdisjoint(languages)

    def takes_url(self, url: str) -> bool:
        """Whether an address is one of them."""
        return not self.urls or any(pattern.matches(url) for pattern in self.urls)

    def status_pattern(self) -> str:
        """Return a regular expression for the statuses; empty if any will do.

        >>> IndexQuery(Crawl("CC-MAIN-2026-05"), statuses=("200", "3xx")).status_pattern()
        '^(200|3..)$'
        """
        return f"^({'|'.join(status.replace('x', '.') for status in self.statuses)})$" if self.statuses else ""

    def as_json(self) -> dict[str, Any]:
        """Return the query, to be compared with others."""
        return {
            "crawl": self.crawl.name,
            "urls": [pattern.text for pattern in self.urls],
            "mimes": list(self.mimes),
            "statuses": list(self.statuses),
            "languages": list(self.languages),
            "limit": self.limit,
        }


@dataclass
class UnitAnswer:
    """What one unit of an index has for a query."""

    rows: list[IndexRow] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)


class CrawlIndex(Protocol):
    """An index that is read in units: the pages of an API, or the parts of a table."""

    @property
    def name(self) -> str:
        """Its address, without secrets."""

    def units(self, query: IndexQuery) -> list[str]:
        """Return what is to be read, in the order of the index."""

    def read(self, unit: str, query: IndexQuery) -> UnitAnswer:
        """Return what one unit has for the query, in its order. Raises RemoteError and DamagedError."""


def media_type_problem(mime: str) -> bool:
    """Whether this cannot be a media type: `text/html` can."""
    return not re.fullmatch(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+", mime)


def read_rows(answers: Iterator[UnitAnswer], limit: int | None) -> Iterator[UnitAnswer]:
    """Yield the answers until there are `limit` rows, the last one cut."""
    left = limit
    for answer in answers:
        if left is not None:
            answer.rows = answer.rows[:left]
            left -= len(answer.rows)
        yield answer
        if left == 0:
            return
