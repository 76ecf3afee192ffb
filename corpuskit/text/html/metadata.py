"""What a page says about itself: title, date, author and language, from its source alone.

Nothing here asks the clock or the time zone: of a date only the calendar day is taken, as the page writes it, and it
is never guessed from the text. `page_titles`, `page_authors` and `page_dates` say which statement is believed first.
"""

import datetime
import re

from corpuskit.text.html.calendar_days import may_be_other_day, timestamp_day, url_day, url_month
from corpuskit.text.html.json_ld import Identity, LinkedData, linked_data, page_key
from corpuskit.text.html.page_authors import page_author
from corpuskit.text.html.page_dates import PageDates
from corpuskit.text.html.page_facts import PageFacts, page_facts
from corpuskit.text.html.page_titles import PageTitles, page_titles

__all__ = ["page_metadata"]


def _ranked(*names: str) -> dict[str, int]:
    """Return names with their ranks: a page has few of them, and they are looked for at once."""
    return {name: rank for rank, name in enumerate(names)}


_PUBLISHED = _ranked(
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
_DATED = _ranked(
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
_MODIFIED = _ranked(
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


def page_metadata(markup: str, url: str = "", utf8: bytes | None = None) -> dict[str, str]:
    """Return those of `title`, `date` (YYYY-MM-DD), `author` and `html_language` that the page at `url` states.

    `utf8` is the markup in UTF-8, if that is known.
    """
    page = page_facts(markup, utf8)
    language = _language(page)
    titles = page_titles(page, url)
    addresses = list(dict.fromkeys(filter(None, (url, page.canonical_address, page.meta_values.get("og:url", "")))))
    keys = frozenset(filter(None, map(page_key, addresses))) if page.json_ld else frozenset()
    data = linked_data(page.json_ld, Identity(keys, titles.headings, tuple(filter(None, titles.stated_titles))))
    metadata = {
        "title": titles.best(data.title),
        "date": _published_day(page, data, titles, addresses, language),
        "author": page_author(page.source, page.meta_values, data.authors, titles),
        "html_language": language,
    }
    return {key: text for key, text in metadata.items() if text}


def _published_day(page: PageFacts, data: LinkedData, titles: PageTitles, addresses: list[str], language: str) -> str:
    """Return the day of publication that most sources give, and of equal ones the most trusted; else that of a change.

    A source may be wrong alone: a time in UTC is off by a day, and plugins state the last change.
    """
    values = page.meta_values
    dates = PageDates(page.source, titles.heading, language, addresses[0] if addresses else "")
    address_day = next(filter(None, map(url_day, addresses)), "")
    timestamps = [data.published, _first_timestamp(values, _PUBLISHED) or _other_timestamp(values)]
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


def _other_timestamp(values: dict[str, str]) -> str:
    """Return the first value with a day under further names of a day of publication."""
    for name, value in values.items():
        if ("publi" in name or "release" in name) and _OTHER_PUBLISHED.search(name) and timestamp_day(value):
            return value
    return ""


def _first_timestamp(values: dict[str, str], ranks: dict[str, int]) -> str:
    """Return the value with a day whose name ranks first."""
    for name in sorted([name for name in values if name in ranks], key=ranks.__getitem__):
        if timestamp_day(values[name]):
            return values[name]
    return ""


def _language(page: PageFacts) -> str:
    values = page.meta_values
    for value in (page.language, values.get("content-language", ""), values.get("og:locale", "")):
        if _LANGUAGE.fullmatch(value.strip()):
            return value.strip().replace("_", "-")
    return ""
