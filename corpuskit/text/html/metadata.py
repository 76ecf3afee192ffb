"""What a page says about itself: title, date, author and language, from its source alone.

Nothing here asks the clock or the time zone: of a date only the calendar day is taken, as the page writes it, and it is
never guessed from the text. `page_titles`, `page_authors` and `page_dates` say which statement is believed before which.
"""

import html
import re
from collections.abc import Iterable
from itertools import islice

from corpuskit.text.html.calendar_days import is_day_first, timestamp_day, url_day
from corpuskit.text.html.json_ld import Identity, LinkedData, linked_data, page_key
from corpuskit.text.html.page_dates import DateContext, marked_day, nearby_day
from corpuskit.text.html.page_titles import PageTitles, page_titles
from corpuskit.text.html.page_authors import page_author
from corpuskit.text.html.raw_markup import StartTag, VisibleMarkup, start_tags, visible_markup

__all__ = ["page_metadata"]

MAX_HEAD = 512 * 1024
"""Characters at the start of the visible source that are searched for `meta` elements."""
MAX_ELEMENTS = 400
"""Most `meta` elements that are read."""

_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "citation_publication_date",
    "citation_online_date",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "published_time",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publication_date",
    "publicationdate",
    "date.published",
    "cxenseparse:recs:publishtime",
    "dc.date",
    "dcterms.date",
    "dc.date.created",
    "dcterms.created",
    "date",
    "releasedate",
    "article_date_original",
    "originalpublicationdate",
    "creation_date",
)
_MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "last-modified", "dcterms.modified", "dc.date.modified")
_META = re.compile(r"<(meta)(?=[\s/])", re.IGNORECASE)
_ROOT = re.compile(r"<(html)(?=[\s/>])", re.IGNORECASE)
_LINK = re.compile(r"<(link)(?=\s)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


def page_metadata(markup: str, url: str = "") -> dict[str, str]:
    """Return those of `title`, `date` (YYYY-MM-DD), `author` and `html_language` that the page at `url` states."""
    page = visible_markup(markup)
    values = _meta_values(page.source)
    language = _language(page.source, values)
    titles = page_titles(page.source, values, url)
    addresses = _addresses(page.source, values, url)
    keys = frozenset(filter(None, map(page_key, addresses)))
    data = linked_data(page.json_ld, Identity(keys, titles.headings, titles.stated_titles))
    metadata = {
        "title": titles.best(data.title, confirmed=data.confirmed),
        "date": _published_day(page, values, data, titles, DateContext(is_day_first(language, url)), addresses),
        "author": page_author(page.source, values, data.authors, titles),
        "html_language": language,
    }
    return {key: text for key, text in metadata.items() if text}


def _published_day(page, values, data, titles: PageTitles, context: DateContext, addresses: list[str]) -> str:
    candidates = {
        "jsonld": timestamp_day(data.published, context.day_first) if data.confirmed else "",
        "meta": _first_day((values.get(name) for name in _PUBLISHED), context),
        "jsonld0": timestamp_day(data.published, context.day_first),
        "url": next(filter(None, map(url_day, addresses)), ""),
        "marked": marked_day(page.source, titles.heading[0], context),
        "near": nearby_day(page.source, titles.heading, context) if titles.heading[0] >= 0 else "",
        "modified": _first_day((values.get(name) for name in _MODIFIED), context) or timestamp_day(data.modified),
    }
    global DEBUG
    DEBUG = candidates
    return next(filter(None, candidates.values()), "")


def _first_day(values: Iterable[object], context: DateContext) -> str:
    return next((day for value in values if (day := timestamp_day(value, context.day_first))), "")


def _meta_values(source: str) -> dict[str, str]:
    """Return the contents of `meta` elements by each of their names; the first of equal ones."""
    values: dict[str, str] = {}
    for tag in islice(start_tags(source, _META, 0, MAX_HEAD), MAX_ELEMENTS):
        content = tag.attributes.get("content", "")
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            for name in tag.attributes.get(attribute, "").lower().split():
                if content.strip():
                    values.setdefault(name, content)
    return values


def _addresses(source: str, values: dict[str, str], url: str) -> list[str]:
    """Return the addresses of the page: where it was found, and what it calls itself."""
    canonical = (
        tag.attributes.get("href", "")
        for tag in islice(start_tags(source, _LINK, 0, MAX_HEAD), MAX_ELEMENTS)
        if "canonical" in tag.attributes.get("rel", "").lower().split()
    )
    return [address for address in (url, next(canonical, ""), values.get("og:url", "")) if address]


def _language(source: str, values: dict[str, str]) -> str:
    root = next(start_tags(source, _ROOT), None)
    attributes = root.attributes if root else {}
    stated_language = attributes.get("lang") or attributes.get("xml:lang") or ""
    for value in (stated_language, values.get("content-language", ""), values.get("og:locale", "")):
        if _LANGUAGE.fullmatch(value.strip()):
            return value.strip().replace("_", "-")
    return ""
