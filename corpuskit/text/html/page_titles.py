"""The title of a page among those that it states: heading, `og:title`, headline, and `<title>` with the site's name.

The heading is what readers see, so it is taken where another title confirms it; alone it may be a slogan. What stands
before or behind a separator and is the site's name belongs to no title.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

from corpuskit.text.html.json_ld import comparable_title
from corpuskit.text.html.raw_markup import inner_text, single_line, start_tags

__all__ = ["PageTitles", "page_titles"]

MAX_HEADINGS = 200
"""Most headings that are looked at."""
STATED = ("og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title")

_TITLE = re.compile(r"<(title)(?=[\s>])", re.IGNORECASE)
_HEADING = re.compile(r"<(h[1-6])(?=[\s>])", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s+(?:[|\-–—:·•»›>/~]|::|\|\|)\s+|\s*[|»›_]\s*|:\s+|(?<=[\u3040-\u9fff])[-–—](?=\w)")


@dataclass(frozen=True)
class Heading:
    """A heading: its level, its text, and where it starts and ends."""

    level: int
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class PageTitles:
    """The titles of a page, cleaned of the site's name."""

    all_headings: tuple[Heading, ...]
    stated_titles: tuple[str, ...]
    """Those of `meta` elements, then `<title>`."""
    document_title: str
    site_names: frozenset[str]

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(heading.text for heading in self.all_headings if heading.level == 1)[:3]

    @property
    def heading(self) -> tuple[int, int]:
        """Where the page's heading starts and ends: one that a title confirms, else the first; -1 if there is none."""
        chosen = self.confirmed_heading() or next((item for item in self.all_headings if item.level == 1), None)
        return (chosen.start, chosen.end) if chosen else (-1, -1)

    def confirmed_heading(self, headline: str = "") -> Heading | None:
        """Return the heading that a title states too, whole or nearly so."""
        for level in range(1, 7):
            for title in (*self.stated_titles, headline):
                cleaned = comparable_title(self.without_site(title))
                for heading in self.all_headings:
                    if heading.level == level and _confirms(cleaned, comparable_title(heading.text)):
                        return heading
        return None

    def best(self, headline: str, *, confirmed: bool) -> str:
        """Return the title to take."""
        heading = self.confirmed_heading(headline)
        if heading:
            return heading.text
        for title in (*self.stated_titles[:-1], headline, self.document_title):
            cleaned = self.without_site(title)
            if cleaned and not self.is_site(cleaned):
                return cleaned
        return next((item.text for item in self.all_headings if item.level == 1), "") or self.document_title

    def is_site(self, title: str) -> bool:
        """Whether a title is no more than the site's name."""
        return comparable_title(title).replace(" ", "") in self.site_names

    def without_site(self, title: str) -> str:
        """Return a title without the site's name before or behind a separator."""
        separators = list(_SEPARATOR.finditer(title))
        for separator in separators:
            if self.is_site(title[separator.end() :]):
                return title[: separator.start()]
        for separator in reversed(separators):
            if self.is_site(title[: separator.start()]):
                return title[separator.end() :]
        return title


def page_titles(source: str, values: dict[str, str], url: str) -> PageTitles:
    """Return the titles that the page's source, `meta` elements and address give."""
    document_title = next((text for tag in start_tags(source, _TITLE) if (text := inner_text(source, tag))), "")
    stated_titles = [text for name in STATED if (text := single_line(values.get(name, "")))]
    site_names = frozenset(_site_names(values, url))
    headings = tuple(
        heading
        for heading in islice(_headings(source), MAX_HEADINGS)
        if comparable_title(heading.text).replace(" ", "") not in site_names
    )
    return PageTitles(headings, (*stated_titles, document_title), document_title, site_names)


def _headings(source: str) -> Iterator[Heading]:
    for tag in start_tags(source, _HEADING):
        text = inner_text(source, tag)
        if text:
            yield Heading(int(tag.name[1]), text, tag.start, tag.end)


def _confirms(title: str, heading: str) -> bool:
    """Whether a title, both in comparable words, has all of a heading and little else."""
    return bool(heading) and f" {heading} " in f" {title} " and len(heading) * 2 >= len(title)


def _site_names(values: dict[str, str], url: str) -> Iterator[str]:
    """Yield the names of the site: as it states them, and its host with and without its ending."""
    names = [values.get(name, "") for name in ("og:site_name", "application-name", "apple-mobile-web-app-title")]
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    names += [host, host.rpartition(".")[0], host.partition(".")[0]]
    for name in names:
        words = comparable_title(name).replace(" ", "")
        if words:
            yield words
