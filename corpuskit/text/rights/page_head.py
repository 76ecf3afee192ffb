"""What a page's own markup and HTTP response declare. Only what this room reads is taken: most documents have none.

Markup is scanned, not parsed: comments, scripts and raw text are skipped, and a scan reads each character once.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from html import unescape
from typing import Any

import re2

from corpuskit.text.rights.declarations import MAX_ENTRIES, MAX_VALUE, Declaration

__all__ = ["HEADER_FIELDS", "header_declarations", "page_declarations"]

HEADER_FIELDS = ("content-signal", "content-usage", "link", "tdm-policy", "tdm-reservation", "x-robots-tag")
"""Fields of an HTTP response that are read."""
META_NAMES = frozenset({"robots", "tdm-reservation", "tdm-policy"})
"""Names of `meta` elements that are read, besides those of agents."""
MAX_HEAD = 128 * 1024
"""Characters of a page without an end of its head that are searched for `meta` and `link`."""
MAX_TAG = 2000
"""Bytes around the word `license` in which its `rel` is."""
_HEAD_END = re.compile(r"</head\b|<body\b", re.IGNORECASE)
_MARKERS = ("noai", "noimageai", "noml", "noindex", "none", "tdm-", "rsl+xml")
"""What one of the elements that we read has in its source; nothing else needs a scan."""
_START = re.compile(
    r"<!--|<(script|style|template|textarea|title|xmp|noscript|iframe)\b|<(meta|link|a)(?=[\s/])", re.IGNORECASE
)
_RAW_END = {
    name: re.compile(f"</{name}", re.IGNORECASE)
    for name in ("script", "style", "template", "textarea", "title", "xmp", "iframe")
}
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s"'>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?+""")
_ATTRIBUTE_VALUE = r"""\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))"""
_NAME = re.compile(rf"\bname(?={_ATTRIBUTE_VALUE})", re.IGNORECASE)
"""What may be a `name` with its value; inside the value of another attribute it is none."""
_REL = r"""\brel(?:\s|[\x80-\xff])*=(?:\s|[\x80-\xff])*(?:"[^"]*VALUE|'[^']*VALUE|[^\s"'>]*VALUE)""".replace(
    "VALUE", "(?:licen[cs]e|&)"
)
"""A `rel` whose value has the word, or a reference that may be part of it; spaces of other scripts may be around it."""
_QUOTES = re.compile("[\"'>]")
_RSL_TYPE = "application/rsl+xml"


def header_declarations(fields: Iterable[tuple[str, str]]) -> list[Declaration]:
    """Return the declarations in the fields of an HTTP response, given in order as lower-case name and value."""
    declarations = []
    for name, value in fields:
        if name in HEADER_FIELDS and (name != "link" or "license" in value.lower()):
            declarations.append(Declaration("header", name, value[:MAX_VALUE]))
    return declarations[:MAX_ENTRIES]


def page_declarations(markup: str, agents: Iterable[str] = (), line: bytes | None = None) -> list[Declaration]:
    """Return the declarations in a page's `meta`, `link`, `a rel=license` and RSL elements, each once.

    `agents` are names of further `meta` elements, in lower case. `line` is the page's canonical line, if that is known:
    it has the letters of the markup, in bytes, which are searched many times faster.
    """
    entries = [*_head_entries(_head(markup), frozenset(agents)), *_license_links(markup, line)]
    return list(dict.fromkeys(entries))[:MAX_ENTRIES]


def _head(markup: str) -> str:
    start = markup[:MAX_HEAD]
    end = _HEAD_END.search(start)
    return start[: end.start()] if end else start


def _head_entries(head: str, agents: frozenset[str]) -> Iterator[Declaration]:
    source = head.encode("utf-8", "replace")
    if not _marked().search(source) or not _naming(agents).search(source):
        return
    for name, tag, content in _elements(head):
        if name == "meta":
            if not _may_be_named(tag, agents):
                continue
            attributes = _attributes(tag)
            meta_name = attributes.get("name", "").strip().lower()
            if meta_name in META_NAMES or meta_name in agents:
                yield Declaration("meta", meta_name, attributes.get("content", "")[:MAX_VALUE])
        elif name in ("link", "script") and ("&" in tag or "rsl+xml" in tag.lower()):
            attributes = _attributes(tag)
            if attributes.get("type", "").lower() == _RSL_TYPE:
                value = attributes.get("href", "") if name == "link" else content
                yield Declaration(name, "rsl", value[:MAX_VALUE])


@cache
def _marked() -> Any:
    return _searched("|".join(map(re2.escape, _MARKERS)))


@lru_cache(maxsize=8)
def _naming(agents: frozenset[str]) -> Any:
    """Return a pattern of the names and the type that are read, or of a name or type that references are part of."""
    words = map(re2.escape, sorted({*META_NAMES, *agents, "rsl+xml"}))
    return _searched("|".join([*words, r"""(?:name|type)\s*=\s*(?:"[^"]*&|'[^']*&|[^\s"'>]*&)"""]))


@cache
def _license_word() -> Any:
    return _searched("license")


@cache
def _license_relation() -> Any:
    return _searched(_REL)


def _searched(pattern: str) -> Any:
    """Return a pattern for bytes, whatever the case of letters: an automaton, as most pages have nothing of it."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = False
    return re2.compile(pattern.encode(), options)


def _may_be_named(tag: str, agents: frozenset[str]) -> bool:
    """Whether the tag of a `meta` may have a name that is read: of many, few need all of their attributes read."""
    for match in _NAME.finditer(tag):
        name = (match[1] or match[2] or match[3] or "").strip().lower()
        if name in META_NAMES or name in agents or "&" in name:
            return True
    return False


def _license_links(markup: str, line: bytes | None) -> Iterator[Declaration]:
    """Yield the targets of links and anchors whose `rel` is `license`, wherever in the page they stand."""
    if line is not None and not _license_word().search(line):
        return
    if not _has_license_tag(markup.encode("utf-8", "replace")):
        return
    for name, tag, _ in _elements(markup, marked_by=("license", "licence")):
        attributes = _attributes(tag)
        is_license = "license" in attributes.get("rel", "").lower().split()
        if name in ("link", "a") and is_license and attributes.get("type", "").lower() != _RSL_TYPE:
            yield Declaration("link", "license", attributes.get("href", "").strip()[:MAX_VALUE])


def _has_license_tag(source: bytes) -> bool:
    """Whether there may be a `rel` with the word `license`: of pages that say the word, few have to be scanned."""
    position = 0
    while word := _license_word().search(source, position):
        if _license_relation().search(source[max(word.start() - MAX_TAG, 0) : word.start() + MAX_TAG]):
            return True
        position = word.start() + MAX_TAG - len("license")
    return False


def _elements(markup: str, marked_by: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """Yield the name, what is behind it in the tag, and the raw content of each element that we read.

    Content is that of scripts alone.

    With `marked_by`, only elements whose tag has one of these words.
    """
    position = 0
    while start := _START.search(markup, position):
        position = start.end()
        if start[0] == "<!--":
            end = markup.find("-->", position)
            if end < 0:
                return
            position = end + 3
            continue
        name = (start[1] or start[2]).lower()
        tag_end = _tag_end(markup, position)
        if start[1]:
            content_end = _raw_end(markup, name, tag_end)
            if name == "script" and not marked_by:
                yield name, markup[position:tag_end], markup[tag_end + 1 : content_end]
            position = content_end
        else:
            tag = markup[position:tag_end]
            lower = tag.lower() if marked_by else ""
            if not marked_by or any(word in lower for word in marked_by):
                yield name, tag, ""
            position = tag_end


def _tag_end(markup: str, position: int) -> int:
    """Return where the `>` of a tag is, outside quotes; of a tag that does not end soon, an early guess."""
    limit = min(len(markup), position + 2 * MAX_VALUE)
    first_end = markup.find(">", position, limit)
    if first_end < 0:
        return limit
    if not markup.count('"', position, first_end) % 2 and "'" not in markup[position:first_end]:
        return first_end
    quote = ""
    for match in _QUOTES.finditer(markup, position, limit):
        character = match[0]
        if quote:
            quote = "" if character == quote else quote
        elif character == ">":
            return match.start()
        else:
            quote = character
    return first_end


def _raw_end(markup: str, name: str, position: int) -> int:
    """Return where the content of an element ends that is no markup; of one without an end tag, the end of the page."""
    if name == "noscript":
        return position  # its content is markup where there are no scripts, as for us
    end = _RAW_END[name].search(markup, position)
    return end.start() if end else len(markup)


def _attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag by lower-case name, the first of each, with character references resolved."""
    attributes: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        attributes.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or ""))
    return attributes
