"""What the head of a page and its headings say: `meta` elements, language, address, titles."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.page_source import PageSource
from corpuskit.text.html.raw_markup import (
    MAX_LENGTH,
    StartTag,
    VisibleMarkup,
    inner_text,
    single_line,
    text_of,
    visible_markup,
)

__all__ = ["Heading", "PageFacts", "own_text", "page_facts", "tidy_title"]

MAX_HEAD = 512 * 1024
"""Characters at the start of the visible source that are searched for `meta` elements."""
MAX_HEADINGS = 200
"""Most headings that are looked at."""

_REPEATED = frozenset({"citation_author", "dc.creator", "dcterms.creator"})
"""Names that have an element for each author."""
_NAMING = ("property", "name", "http-equiv", "itemprop")
_HEADING_END = re.compile("</[hH][1-6]")
_BUTTON = re.compile(r"<button[\s>][^<]*(?:<(?!/?button)[^<]*)*</button\s*>", re.IGNORECASE)
_PERMALINK = re.compile(r"\s*[\u00b6\u2693\U0001f517\uf0c1]+(?=\s|$)")
_LOCAL_LINK = re.compile(r"<a\s[^>]*href\s*=\s*[\"']?#", re.IGNORECASE)
_TORN_NAME = re.compile(r"(?<=\w)::\s+(?=[\w~])")
"""A name with that of its space in an element of its own: `std:: sort`."""


class Heading(NamedTuple):
    """A heading: its level, its text, and where it starts and ends."""

    level: int
    text: str
    start: int
    end: int


class PageFacts(NamedTuple):
    """What a page says about itself, as it says it."""

    source: PageSource
    json_ld: list[str]
    """The texts of its scripts of JSON-LD."""
    meta_values: dict[str, str]
    """The contents of `meta` elements by each of their names; the first of equal ones."""
    language: str
    """That of the root."""
    canonical_address: str
    title: str
    """The text of the first `title` that has one."""
    headings: list[Heading]


def page_facts(markup: str, utf8: bytes | None = None) -> PageFacts:
    """Return what the head of a page and its headings say. The core takes the markup in UTF-8 if that is known."""
    core = compiled_core()
    if core is not None:
        source = markup if utf8 is None else utf8
        compiled_page, json_ld, values, language, address, title, tuples = core.page_facts(source)
        # `_make` takes three times as long, and a page has up to 200.
        headings = [tuple.__new__(Heading, heading) for heading in tuples]
        return PageFacts(PageSource(None, compiled_page), json_ld, values, language, address, title, headings)
    page = visible_markup(markup)
    return PageFacts(
        PageSource(page.source),
        page.json_ld,
        _meta_values(page),
        _language(page),
        _canonical_address(page),
        next((text for tag in page.tags["title"] if (text := inner_text(page.source, tag))), ""),
        list(_headings(page)),
    )


def _meta_values(page: VisibleMarkup) -> dict[str, str]:
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


def _language(page: VisibleMarkup) -> str:
    root = next(iter(page.tags["html"]), None)
    attributes = root.attributes if root else {}
    return attributes.get("lang") or attributes.get("xml:lang") or ""


def _canonical_address(page: VisibleMarkup) -> str:
    addresses = (
        tag.attributes.get("href", "")
        for tag in page.tags["link"]
        if "canonical" in tag.attributes.get("rel", "").lower().split()
    )
    return next(addresses, "")


def _headings(page: VisibleMarkup) -> Iterator[Heading]:
    for tag in page.tags["heading"][:MAX_HEADINGS]:
        text = _heading_text(page.source, tag)
        if text:
            yield Heading(int(tag.name[1]), text, tag.start, tag.end)


def _heading_text(source: str, tag: StartTag) -> str:
    text = inner_text(source, tag)
    if text and (text.endswith("#") or source.find("<button", tag.end, tag.end + MAX_LENGTH) >= 0):
        end = _HEADING_END.search(source, tag.end)
        return own_text(source[tag.end : end.start()]) if end else text
    return tidy_title(text)


def own_text(inner: str) -> str:
    """Return the text of a heading without buttons and links to itself, and with names in one piece."""
    if "<button" in inner:
        inner = _BUTTON.sub(" ", inner)
    text = single_line(text_of(inner))
    if text.endswith("#") and _LOCAL_LINK.search(inner):
        text = text[:-1].rstrip()
    return tidy_title(text)


def tidy_title(title: str) -> str:
    """Return a title without signs for links to it, and with names in one piece."""
    if not title.isascii():
        title = _PERMALINK.sub("", title)
    return _TORN_NAME.sub("::", title) if ":: " in title else title
