"""What a page says about itself: title, date, author and language, from its head and its JSON-LD.

The elements are read off the source, many times faster than through the tree's nodes. Nothing here asks the clock
or the time zone: a date is taken as the page writes it, its calendar day only, and never guessed from the text.
"""

import datetime
import html
import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

__all__ = ["page_metadata"]

MAX_HEAD = 256 * 1024
"""So many characters are searched for `meta` elements."""
MAX_TAG = 8 * 1024
"""Most characters of a `meta` element."""
MAX_ELEMENTS = 400
"""Most `meta` elements, and most JSON-LD objects, that are read."""
MAX_SCRIPTS = 20
MAX_JSON = 256 * 1024
MAX_LENGTH = 500
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


def page_metadata(source: str, tree: Any) -> dict[str, str]:
    """`title`, `date` (YYYY-MM-DD), `author`, `html_language`, where the page states them.

    `tree` is the resiliparse tree of `source`.
    """
    names = _meta_names(source)
    metadata = {
        "title": _first(names, _TITLES),
        "date": _first_day(names[name] for name in _DATES if name in names),
        "author": _first(names, _AUTHORS, refuse=_is_address),
        "html_language": _language(tree, names),
    }
    if not (metadata["title"] and metadata["date"] and metadata["author"]):
        for key, value in _from_json(source).items():
            metadata[key] = metadata[key] or value
    metadata["title"] = metadata["title"] or _short(tree.title or "")
    metadata["date"] = metadata["date"] or _marked_day(tree)
    return {key: value for key, value in metadata.items() if value}


def _meta_names(source: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for tag in islice(_meta_tags(source), MAX_ELEMENTS):
        attributes: dict[str, str] = {}
        for name, double, single, bare in _ATTRIBUTE.findall(tag[1]):
            attributes.setdefault(name.lower(), double or single or bare)
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = attributes.get(attribute, "").strip().lower()
            if name and "content" in attributes:
                names.setdefault(name, html.unescape(attributes["content"]))
    return names


def _meta_tags(source: str) -> Iterator[re.Match[str]]:
    """The `meta` elements of the head; one that is longer than `MAX_TAG` is passed over, so that time stays linear."""
    position = 0
    while start := _META_START.search(source, position, MAX_HEAD):
        tag = _META.match(source, start.start(), min(start.end() + MAX_TAG, MAX_HEAD))
        if tag:
            yield tag
        position = tag.end() if tag else start.end()


def _first(names: dict[str, str], keys: Iterable[str], refuse: Any = None) -> str:
    for name in keys:
        value = _short(names.get(name, ""))
        if value and not (refuse and refuse(value)):
            return value
    return ""


def _short(value: Any) -> str:
    """The value on one line; empty if it is no string or too long to be a title or a name."""
    if not isinstance(value, str) or len(value) > 4 * MAX_LENGTH:
        return ""
    line = " ".join(value.split())
    return line if len(line) <= MAX_LENGTH else ""


def _is_address(value: str) -> bool:
    return value.startswith(("http://", "https://", "//", "@")) or "/" in value


def _first_day(values: Iterable[Any]) -> str:
    return next((day for value in values if (day := _day(value))), "")


def _day(value: Any) -> str:
    """The calendar day a timestamp begins with, or nothing: `2024-05-01T23:00:00+02:00` is `2024-05-01`."""
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


def _marked_day(tree: Any) -> str:
    """The day of an element marked as the time of publication; a bare `time` may belong to a comment."""
    marked = tree.document.query_selector('[itemprop="datePublished"], time[pubdate]')
    if marked is None:
        return ""
    return _first_day((marked.getattr("datetime"), marked.getattr("content")))


def _language(tree: Any, names: dict[str, str]) -> str:
    root = tree.document.query_selector("html")
    attribute = (root.getattr("lang") or root.getattr("xml:lang") or "") if root is not None else ""
    for value in (attribute, names.get("content-language", ""), names.get("og:locale", "")):
        if _LANGUAGE.fullmatch(value.strip()):
            return value.strip().replace("_", "-")
    return ""


def _from_json(source: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for item in islice(_json_objects(source), MAX_ELEMENTS):
        if not _ARTICLE_TYPES.search(" ".join(_strings(item.get("@type")))):
            continue
        for key, value in (
            ("title", _short(item.get("headline"))),
            ("date", _day(item.get("datePublished"))),
            ("author", _author(item.get("author"))),
        ):
            if value:
                values.setdefault(key, value)
    return values


def _json_objects(source: str) -> Iterator[dict[str, Any]]:
    """The objects of all JSON-LD scripts, and those in their lists and `@graph`, in order."""
    for text in islice(_json_scripts(source), MAX_SCRIPTS):
        try:
            value = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield item
                graph = item.get("@graph")
                yield from (inner for inner in graph if isinstance(inner, dict)) if isinstance(graph, list) else ()


def _json_scripts(source: str) -> Iterator[str]:
    position = source.find("application/ld+json")
    while position >= 0:
        start = source.find(">", position) + 1
        end = source.find("</script", start)
        if not start or end < 0:
            return
        if end - start <= MAX_JSON:
            yield source[start:end]
        position = source.find("application/ld+json", end)


def _strings(value: Any) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _author(value: Any) -> str:
    names = []
    for author in value if isinstance(value, list) else [value]:
        name = _short(author.get("name") if isinstance(author, dict) else author)
        if name and not _is_address(name) and name not in names:
            names.append(name)
    return _short(", ".join(names[:10]))
