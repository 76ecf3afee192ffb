"""The object of a page's JSON-LD that describes the page itself, among those of teasers, sites and people.

An object is the page's if its address is the page's, or its headline is the page's heading or title. One that names
another page is never taken; one that nothing speaks for or against is taken if it is the only one.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import orjson

from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.markup import unescape
from corpuskit.text.html.raw_markup import single_line

__all__ = ["Identity", "LinkedData", "comparable_title", "linked_data", "page_key"]

MAX_JSON = 256 * 1024
"""Most characters of a script."""
MAX_OBJECTS = 400
"""Most objects that are looked at."""
MAX_DEPTH = 6
"""Most levels of lists and objects that are descended."""

_DECODER = json.JSONDecoder(strict=False)
_ARTICLE_TYPES = r"(?:Article|Posting|Report|Recipe|Review|Book|Podcast\w*|Episode|VideoObject|Course)$"
_ARTICLE_TYPE = re.compile(_ARTICLE_TYPES)
_PAGE_TYPE = re.compile(rf"{_ARTICLE_TYPES}|(?:Page|CreativeWork)$")
_INNER_KEYS = ("@graph", "mainEntity", "mainEntityOfPage")
"""Keys under which the object of this page may lie; under others (`itemListElement`, `hasPart`) lie those of others."""
_WRAPPER = re.compile(r"(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)\s*")
"""What hides a script from browsers that do not know it; whatever stands after the value is not read."""
_TITLE_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W_]+")
_ASCII_WORDS = bytes(ord(chr(code).lower()) if chr(code).isalnum() else ord(" ") for code in range(128)).ljust(256)
"""What each character of ASCII is in such words."""
_ARCHIVE = re.compile(r"^https?://web\.archive\.org/web/\d+[a-z_]*/", re.IGNORECASE)


@dataclass(frozen=True)
class Identity:
    """By what an object is known to be of this page: the keys of its addresses, its heading and its other titles."""

    page_keys: frozenset[str] = frozenset()
    headings: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


@dataclass(frozen=True)
class LinkedData:
    """What the page's own object says."""

    title: str = ""
    published: str = ""
    modified: str = ""
    authors: list[str] = field(default_factory=list)


def linked_data(scripts: Iterable[str], identity: Identity) -> LinkedData:
    """Return the values of the object that is of this page; empty ones if none is."""
    objects = list(islice(_objects(scripts), MAX_OBJECTS))
    scored_objects = [(_score(item, identity), item) for item in objects if _is_of_page(item)]
    best = max((score for score, _ in scored_objects), default=-1)
    if best == 0:
        # Nothing says whose the objects are: among several articles, any may be another's.
        scored_objects = [(score, item) for score, item in scored_objects if score == 0 and _is_article(item)]
        if len(scored_objects) != 1:
            return LinkedData()
    if best < 0 or not scored_objects:
        return LinkedData()
    named_objects = {item["@id"]: item for item in objects if isinstance(item.get("@id"), str) and item.get("name")}
    own_objects = [(score, item) for score, item in scored_objects if score >= min(best, 2)]
    return _merged([item for _, item in sorted(own_objects, key=lambda scored: -scored[0])], named_objects)


@lru_cache(maxsize=1024)
def comparable_title(title: str) -> str:
    """Return the words of a title in lower case, each character of Chinese or Japanese a word."""
    core = compiled_core()
    words: str | None = None if core is None else core.comparable_title(title)
    return _comparable_title(title) if words is None else words


def _comparable_title(title: str) -> str:
    if title.isascii():
        return " ".join(title.encode().translate(_ASCII_WORDS).decode().split())
    return " ".join(_TITLE_WORD.findall(title.casefold()))


def is_same_title(first: str, second: str) -> bool:
    """Whether two titles have the same words, or one is within the other.

    >>> is_same_title("The island in spring", "The island in spring - Example News")
    True
    """
    one, other = comparable_title(first), comparable_title(second)
    shorter, longer = sorted((one, other), key=len)
    return bool(one) and (one == other or (" " in shorter and f" {shorter} " in f" {longer} "))


def is_similar_title(first: str, second: str) -> bool:
    """Whether two titles share most of their words, as a headline and its short form for search engines do."""
    words, other_words = set(comparable_title(first).split()), set(comparable_title(second).split())
    common = len(words & other_words)
    return common >= 4 and common * 4 >= min(len(words), len(other_words)) * 3


def page_key(url: object) -> str:
    """Return an address without what does not tell pages apart: scheme, `www.`, fragment, last slash, campaign."""
    if not isinstance(url, str) or len(url) > 4096:
        return ""
    try:
        parts = urlsplit(unescape(_ARCHIVE.sub("", url.strip())))
    except ValueError:
        return ""
    host = (parts.netloc.lower()).removeprefix("www.").removesuffix(":80").removesuffix(":443")
    query = "&".join(sorted(part for part in parts.query.split("&") if part and not part.startswith("utm_")))
    path = parts.path.rstrip("/")
    return f"{host}{path}?{query}" if host or path else ""


def _objects(scripts: Iterable[str]) -> Iterator[dict[str, Any]]:
    for text in scripts:
        if len(text) <= MAX_JSON:
            yield from _inner_objects(_parsed(text), 0)


def _parsed(text: str) -> Any:
    """Return the value of a script, whatever stands around it; None if there is none."""
    stripped = text.lstrip("\ufeff \t\r\n")
    wrapper = _WRAPPER.match(stripped)
    unwrapped = stripped[wrapper.end() :] if wrapper else stripped
    candidate = unescape(unwrapped) if "&quot;" in unwrapped and '"' not in unwrapped else unwrapped
    try:
        # What it takes, the other takes as well, which reads what programs write by mistake and needs twice the time.
        return orjson.loads(candidate)
    except orjson.JSONDecodeError:
        pass
    try:
        return _DECODER.raw_decode(candidate)[0]
    except (ValueError, RecursionError):
        return None


def _inner_objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _inner_objects(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in _INNER_KEYS:
            if key in value:
                yield from _inner_objects(value[key], depth + 1)


def _is_article(item: dict[str, Any]) -> bool:
    return any(map(_ARTICLE_TYPE.search, _strings(item.get("@type"))))


def _is_of_page(item: dict[str, Any]) -> bool:
    """Whether an object is an article or a page."""
    return any(map(_PAGE_TYPE.search, _strings(item.get("@type"))))


def _score(item: dict[str, Any], identity: Identity) -> int:
    """Return how surely an object is of this page: 0 if nothing tells, less if it names another page."""
    headlines = [text for key in ("headline", "name", "alternativeHeadline") if (text := _text(item.get(key)))]
    addresses = _addresses(item)
    if any(is_same_title(text, heading) for text in headlines for heading in identity.headings):
        return 4
    if addresses & identity.page_keys:
        return 3
    if any(is_same_title(text, title) for text in headlines for title in identity.titles):
        return 2
    if addresses and identity.page_keys:
        return -1
    titles = (*identity.headings, *identity.titles)
    if any(is_similar_title(text, title) for text in headlines for title in titles):
        return 1
    return -1 if headlines and identity.headings and identity.titles else 0


def _addresses(item: dict[str, Any]) -> frozenset[str]:
    """Return the keys of the addresses that the object gives for its page, but for those of a whole site."""
    page = item.get("mainEntityOfPage")
    values = [item.get("url"), item.get("@id"), page]
    if isinstance(page, dict):
        values += [page.get("@id"), page.get("url")]
    keys = map(page_key, {value for value in values if isinstance(value, str) and "/" in value})
    return frozenset(key for key in keys if "/" in key)


def _merged(own_objects: list[dict[str, Any]], named_objects: dict[str, dict[str, Any]]) -> LinkedData:
    """Return the first value of each kind; an article's before those of the page that holds it."""
    ordered = sorted(own_objects, key=lambda item: not _is_article(item))
    articles = [item for item in ordered if _is_article(item)]

    def first(keys: tuple[str, ...], items: list[dict[str, Any]]) -> str:
        return next((text for key in keys for item in items if (text := _text(item.get(key)))), "")

    authors = next((names for item in ordered if (names := _names(item.get("author"), named_objects))), [])
    return LinkedData(
        first(("headline",), articles) or first(("name",), articles),
        first(("datePublished", "dateCreated", "uploadDate"), ordered),
        first(("dateModified",), ordered),
        authors,
    )


def _names(value: Any, named_objects: dict[str, dict[str, Any]]) -> list[str]:
    """Return the names of authors: people before organisations, which publish rather than write."""
    people: list[str] = []
    others: list[str] = []
    for author in (value if isinstance(value, list) else [value])[:20]:
        identifier = author.get("@id") if isinstance(author, dict) else None
        named = named_objects.get(identifier, author) if isinstance(identifier, str) else author
        is_organization = isinstance(named, dict) and "Organization" in " ".join(_strings(named.get("@type")))
        name = named.get("name") if isinstance(named, dict) else named
        for text in filter(None, map(_text, name if isinstance(name, list) else [name])):
            if text not in people + others:
                (others if is_organization else people).append(text)
    return people or others


def _text(value: Any) -> str:
    """Return a string as a reader sees it: plugins write HTML's references and tags into JSON."""
    if not isinstance(value, str):
        return ""
    return single_line(unescape(value))


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]
