"""What a page says about itself: title, date, author and language, from its source alone.

Nothing here asks the clock or the time zone: of a date only the calendar day is taken, as the page writes it, and it
is never guessed from the text. `page_titles`, `page_authors` and `page_dates` say which statement is believed first.
"""

import datetime
import re
from collections.abc import Iterable, Iterator

from corpuskit.text.html.calendar_days import is_day_first, may_be_other_day, timestamp_day, url_day, url_month
from corpuskit.text.html.json_ld import Identity, LinkedData, linked_data, page_key
from corpuskit.text.html.page_authors import page_author
from corpuskit.text.html.page_dates import PageDates
from corpuskit.text.html.page_titles import PageTitles, page_titles
from corpuskit.text.html.raw_markup import MAX_LENGTH, VisibleMarkup, visible_markup

__all__ = ["page_metadata"]

MAX_HEAD = 512 * 1024
"""Characters at the start of the visible source that are searched for `meta` elements."""

_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "og:pubdate",
    "article:published",
    "article.published",
    "citation_publication_date",
    "citation_online_date",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "published_time",
    "published_on",
    "published-date",
    "date.published",
    "pubdate",
    "pub_date",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "publication-date",
    "publicationdate",
    "originalpublicationdate",
)
"""Names of a day of publication."""
_OTHER_PUBLISHED = re.compile(
    r"(?:(?<!un)publi(?:shed|cation|sh)|release)[-_.:]?(?:date|time)|(?:date|time)[-_.:]?published"
)
"""What the names of a day of publication have in common."""
_DATED = (
    "date",
    "dc.date",
    "dc:date",
    "dcterms.date",
    "dc.date.created",
    "dcterms.created",
    "datecreated",
    "uploaddate",
    "releasedate",
    "creation_date",
)
"""Names of a day that may be of anything; what a reader sees is believed first."""
_MODIFIED = (
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
)
_REPEATED = frozenset({"citation_author", "dc.creator", "dcterms.creator"})
"""Names that have an element for each author."""
_NAMING = ("property", "name", "http-equiv", "itemprop")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


def page_metadata(markup: str, url: str = "") -> dict[str, str]:
    """Return those of `title`, `date` (YYYY-MM-DD), `author` and `html_language` that the page at `url` states."""
    page = visible_markup(markup)
    values = _meta_values(page)
    language = _language(page, values)
    titles = page_titles(page, values, url)
    addresses = _addresses(page, values, url)
    keys = frozenset(filter(None, map(page_key, addresses)))
    data = linked_data(page.json_ld, Identity(keys, titles.headings, tuple(filter(None, titles.stated_titles))))
    metadata = {
        "title": titles.best(data.title),
        "date": _published_day(page, values, data, titles, addresses, language),
        "author": page_author(page.source, values, data.authors, titles),
        "html_language": language,
    }
    return {key: text for key, text in metadata.items() if text}


def _published_day(
    page: VisibleMarkup,
    values: dict[str, str],
    data: LinkedData,
    titles: PageTitles,
    addresses: list[str],
    language: str,
) -> str:
    """Return the day of publication that most sources give, and of equal ones the most trusted; else that of a change.

    A source may be wrong alone: a time in UTC is off by a day, and plugins state the last change.
    """
    dates = PageDates(page.source, titles.heading, is_day_first(language, addresses[0] if addresses else ""))
    address_day = next(filter(None, map(url_day, addresses)), "")
    timestamps = [data.published, _first_timestamp(values, (*_PUBLISHED, *_other_names(values)))]
    days = [day for day in (address_day, *map(timestamp_day, timestamps)) if day]
    if len(days) != 1 and len(set(days)) == len(days):
        # No source is alone, and no two agree; otherwise the others, which take longer to read, would change nothing.
        month = next(filter(None, map(url_month, addresses)), "")
        shown_day = dates.day_in(month) if month else dates.day(modified=False)
        other_days = shown_day, timestamp_day(_first_timestamp(values, _DATED))
        days += filter(None, other_days)
    if days:
        day = max(days, key=lambda day: (days.count(day), -days.index(day)))
        sources = [timestamp for timestamp in timestamps if timestamp_day(timestamp) == day]
        if day != address_day and sources and all(map(may_be_other_day, sources)):
            return _local_day(day, dates.heading_day(modified=False))
        return day
    modified_day = timestamp_day(data.modified) or timestamp_day(_first_timestamp(values, _MODIFIED))
    return modified_day or dates.day(modified=True)


def _local_day(day: str, visible_day: str) -> str:
    """Return the day that a reader sees if it is next to that of a time in UTC; else the latter."""
    if not visible_day:
        return day
    distance = datetime.date.fromisoformat(visible_day) - datetime.date.fromisoformat(day)
    return visible_day if abs(distance.days) == 1 else day


def _other_names(values: dict[str, str]) -> Iterator[str]:
    """Yield further names of a day of publication."""
    for name in values:
        if ("publi" in name or "release" in name) and _OTHER_PUBLISHED.search(name):
            yield name


def _first_timestamp(values: dict[str, str], names: Iterable[str]) -> str:
    """Return the first of the values that has a day."""
    return next((value for name in names if (value := values.get(name)) and timestamp_day(value)), "")


def _meta_values(page: VisibleMarkup) -> dict[str, str]:
    """Return the contents of `meta` elements by each of their names; the first of equal ones."""
    values: dict[str, str] = {}
    body_start = page.tags["body"][0].start if page.tags["body"] else len(page.source)
    for tag in page.tags["meta"]:
        if tag.start > MAX_HEAD:
            break
        attributes = tag.attributes
        content = attributes.get("content", "")
        # What the body's microdata is about, this page or another, depends on where it stands.
        for attribute in _NAMING if tag.start < body_start else _NAMING[:-1]:
            if not (names := attributes.get(attribute)):
                continue
            for name in names.lower().split():
                if name in values and name in _REPEATED and len(values[name]) < MAX_LENGTH:
                    values[name] += f", {content}"
                elif content.strip():
                    values.setdefault(name, content)
    return values


def _addresses(page: VisibleMarkup, values: dict[str, str], url: str) -> list[str]:
    """Return the addresses of the page: where it was found, and what it calls itself."""
    canonical = (
        tag.attributes.get("href", "")
        for tag in page.tags["link"]
        if "canonical" in tag.attributes.get("rel", "").lower().split()
    )
    return [address for address in (url, next(canonical, ""), values.get("og:url", "")) if address]


def _language(page: VisibleMarkup, values: dict[str, str]) -> str:
    root = next(iter(page.tags["html"]), None)
    attributes = root.attributes if root else {}
    stated_language = attributes.get("lang") or attributes.get("xml:lang") or ""
    for value in (stated_language, values.get("content-language", ""), values.get("og:locale", "")):
        if _LANGUAGE.fullmatch(value.strip()):
            return value.strip().replace("_", "-")
    return ""
