"""What a page says about itself: title, date, author and language, from its head and its JSON-LD.

The elements are read from the markup, many times faster than through the tree's nodes. Nothing here asks the clock or
the time zone: of a date only the calendar day is taken, as the page writes it, and it is never guessed from the text.
"""

import datetime
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

__all__ = ["page_metadata"]

MAX_HEAD = 256 * 1024
"""Characters at the start of the page that are searched for `meta` elements."""
MAX_TAG = 8 * 1024
"""Most characters of a `meta` element."""
MAX_ELEMENTS = 400
"""Most `meta` elements, and most JSON-LD objects, that are read."""
MAX_SCRIPTS = 20
"""Most JSON-LD scripts that are read."""
MAX_JSON = 256 * 1024
"""Most characters of a JSON-LD script."""
MAX_LENGTH = 500
"""Most characters of a title or of the authors."""
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100

_TITLES = ("og:title", "citation_title", "dc.title", "dcterms.title", "twitter:title")
_DATES = (
    "article:published_time",
    "og:article:published_time",
    "citation_publication_date",
    "datepublished",
    "dc.date.issued",
    "dcterms.issued",
    "dc.date",
    "dcterms.created",
    "dcterms.date",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "published_time",
    "article.published",
    "date",
)
_AUTHORS = ("author", "article:author", "citation_author", "dc.creator", "dcterms.creator", "parsely-author")
_ARTICLE_TYPES = re.compile(r"Article|Posting|Report|Recipe|Review|Book|WebPage$")
_META_START = re.compile(r"<meta\b", re.IGNORECASE)
_META = re.compile(r"""<meta\b((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([A-Za-z:-]++)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++))""")
_DAY = re.compile(r"\s*(\d{4})[-/.]?(\d{2})[-/.]?(\d{2})(?!\d)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}")


def page_metadata(markup: str, tree: Any) -> dict[str, str]:
    """Return those of `title`, `date` (YYYY-MM-DD), `author` and `html_language` that the page states.

    `tree` is the resiliparse tree of `markup`.
    """
    values = _meta_values(markup)
    metadata = {
        "title": _first_value(values, _TITLES),
        "date": _first_calendar_day(values[name] for name in _DATES if name in values),
        "author": _first_value(values, _AUTHORS, is_unfit=_is_address),
        "html_language": _language(tree, values),
    }
    if not (metadata["title"] and metadata["date"] and metadata["author"]):
        for key, text in _json_ld_metadata(markup).items():
            metadata[key] = metadata[key] or text
    metadata["title"] = metadata["title"] or _single_line(tree.title or "")
    metadata["date"] = metadata["date"] or _marked_calendar_day(tree)
    return {key: text for key, text in metadata.items() if text}


def _meta_values(markup: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for tag in islice(_meta_tags(markup), MAX_ELEMENTS):
        attributes: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(tag[1]):
            attributes.setdefault(name.lower(), double or single or bare)
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = attributes.get(attribute, "").strip().lower()
            if name and "content" in attributes:
                values.setdefault(name, html.unescape(attributes["content"]))
    return values


def _meta_tags(markup: str) -> Iterator[re.Match[str]]:
    """Yield the `meta` elements of the head, without those longer than `MAX_TAG`, so that time stays linear."""
    position = 0
    while start := _META_START.search(markup, position, MAX_HEAD):
        tag = _META.match(markup, start.start(), min(start.end() + MAX_TAG, MAX_HEAD))
        if tag:
            yield tag
        position = tag.end() if tag else start.end()


def _first_value(values: dict[str, str], keys: Iterable[str], is_unfit: Callable[[str], bool] | None = None) -> str:
    for name in keys:
        value = _single_line(values.get(name, ""))
        if value and not (is_unfit and is_unfit(value)):
            return value
    return ""


def _single_line(value: Any) -> str:
    """Return the value on one line; empty if it is not a string or too long for a title or a name."""
    if not isinstance(value, str) or len(value) > 4 * MAX_LENGTH:
        return ""
    line = " ".join(value.split())
    return line if len(line) <= MAX_LENGTH else ""


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://", "//", "@")) or "/" in value


def _first_calendar_day(values: Iterable[Any]) -> str:
    return next((day for value in values if (day := _calendar_day(value))), "")


def _calendar_day(value: Any) -> str:
    """Return the calendar day that a timestamp begins with, or an empty string.

    >>> _calendar_day("2024-05-01T23:00:00+02:00")
    '2024-05-01'
    """
    match = _DAY.match(value) if isinstance(value, str) else None
    if not match:
        return ""
    year, month, day = (int(part) for part in match.groups())
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return ""
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""


def _marked_calendar_day(tree: Any) -> str:
    """Return the day of an element marked as the time of publication; a bare `time` may belong to a comment."""
    element = tree.document.query_selector('[itemprop="datePublished"], time[pubdate]')
    if element is None:
        return ""
    return _first_calendar_day((element.getattr("datetime"), element.getattr("content")))


def _language(tree: Any, values: dict[str, str]) -> str:
    root = tree.document.query_selector("html")
    attribute = (root.getattr("lang") or root.getattr("xml:lang") or "") if root is not None else ""
    for value in (attribute, values.get("content-language", ""), values.get("og:locale", "")):
        if _LANGUAGE.fullmatch(value.strip()):
            return value.strip().replace("_", "-")
    return ""


def _json_ld_metadata(markup: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for item in islice(_json_ld_objects(markup), MAX_ELEMENTS):
        if not _ARTICLE_TYPES.search(" ".join(_strings(item.get("@type")))):
            continue
        for key, value in (
            ("title", _single_line(item.get("headline"))),
            ("date", _calendar_day(item.get("datePublished"))),
            ("author", _author(item.get("author"))),
        ):
            if value:
                values.setdefault(key, value)
    return values


def _json_ld_objects(markup: str) -> Iterator[dict[str, Any]]:
    """Yield the objects of all JSON-LD scripts, and those in their lists and `@graph`, in order."""
    for text in islice(_json_ld_scripts(markup), MAX_SCRIPTS):
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield item
                graph = item.get("@graph")
                yield from (inner for inner in graph if isinstance(inner, dict)) if isinstance(graph, list) else ()


def _json_ld_scripts(markup: str) -> Iterator[str]:
    position = markup.find("application/ld+json")
    while position >= 0:
        start = markup.find(">", position) + 1
        end = markup.find("</script", start)
        if not start or end < 0:
            return
        if end - start <= MAX_JSON:
            yield markup[start:end]
        position = markup.find("application/ld+json", end)


def _strings(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _author(value: Any) -> str:
    names = []
    for author in value if isinstance(value, list) else [value]:
        name = _single_line(author.get("name") if isinstance(author, dict) else author)
        if name and not _is_address(name) and name not in names:
            names.append(name)
    return _single_line(", ".join(names[:10]))
