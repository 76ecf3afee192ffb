"""What a page's own markup and HTTP response declare. Only what this room reads is taken: most documents have none."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import unescape

from corpuskit.core.ascii_case import small_letters
from corpuskit.text.rights.declarations import MAX_ENTRIES, MAX_VALUE, Declaration

__all__ = ["HEADER_FIELDS", "head_words", "header_declarations", "page_declarations"]

HEADER_FIELDS = ("content-signal", "content-usage", "link", "tdm-policy", "tdm-reservation", "x-robots-tag")
"""Fields of an HTTP response that are read."""
META_NAMES = frozenset({"robots", "tdm-reservation", "tdm-policy"})
"""Names of `meta` elements that are read, besides those of agents."""
MARKS = ("noai", "noimageai", "noml", "noindex", "none", "tdm-", "rsl+xml")
"""What one of the elements of a head that we read has in its source; nothing else needs a scan."""
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s"'>/=]++)(?>\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))|)""")
_RSL_TYPE = "application/rsl+xml"

Tag = tuple[str, str, str]
"""The name, the attributes and the content of an element, as `declaring_tags` finds them."""


@lru_cache(maxsize=8)
def head_words(agents: frozenset[str] = frozenset()) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return what elements of a head that declare something have: marks in its source, and names of `meta`.

    `agents` are further names, in lower case.
    """
    return MARKS, META_NAMES | agents


def header_declarations(fields: Iterable[tuple[str, str]]) -> list[Declaration]:
    """Return the declarations in the fields of an HTTP response, given in order as lower-case name and value."""
    declarations = []
    for name, value in fields:
        if name in HEADER_FIELDS and (name != "link" or "license" in value.lower()):
            declarations.append(Declaration("header", name, value[:MAX_VALUE]))
    return declarations[:MAX_ENTRIES]


def page_declarations(
    head_tags: Iterable[Tag], license_tags: Iterable[Tag], agents: frozenset[str] = frozenset()
) -> list[Declaration]:
    """Return the declarations in a page's `meta`, `link`, `a rel=license` and RSL elements, each once.

    Given are the tags of its head with `head_words`, and links and anchors that have the word `license`.
    """
    entries = [*_head_entries(head_tags, META_NAMES | agents), *_license_links(license_tags)]
    return list(dict.fromkeys(entries))[:MAX_ENTRIES]


def _head_entries(tags: Iterable[Tag], names: frozenset[str]) -> Iterator[Declaration]:
    for name, tag, content in tags:
        attributes = _attributes(tag)
        if name == "meta":
            meta_name = small_letters(attributes.get("name", "").strip())
            if meta_name in names:
                yield Declaration("meta", meta_name, attributes.get("content", "")[:MAX_VALUE])
        elif small_letters(attributes.get("type", "")) == _RSL_TYPE:
            value = attributes.get("href", "") if name == "link" else content
            yield Declaration(name, "rsl", value[:MAX_VALUE])


def _license_links(tags: Iterable[Tag]) -> Iterator[Declaration]:
    """Yield the targets of links and anchors whose `rel` is `license`."""
    for _, tag, _ in tags:
        attributes = _attributes(tag)
        is_license = "license" in small_letters(attributes.get("rel", "")).split()
        if is_license and small_letters(attributes.get("type", "")) != _RSL_TYPE:
            yield Declaration("link", "license", attributes.get("href", "").strip()[:MAX_VALUE])


def _attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag by lower-case name, the first of each, with character references resolved."""
    attributes: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        attributes.setdefault(small_letters(match[1]), unescape(match[2] or match[3] or match[4] or ""))
    return attributes
