"""What a page's own markup and HTTP response declare. Only what this room reads is taken: most documents have none.

Markup is scanned, not parsed: comments, scripts and raw text are skipped, and a scan reads each character once.
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from corpuskit.text.rights.declarations import MAX_ENTRIES, MAX_VALUE, Declaration

__all__ = ["HEADER_FIELDS", "header_declarations", "page_declarations"]

HEADER_FIELDS = ("content-signal", "content-usage", "link", "tdm-policy", "tdm-reservation", "x-robots-tag")
"""Fields of an HTTP response that are read."""
META_NAMES = frozenset({"robots", "tdm-reservation", "tdm-policy"})
"""Names of `meta` elements that are read, besides those of agents."""
MAX_HEAD = 128 * 1024
"""Characters of a page without an end of its head that are searched for `meta` and `link`."""
MAX_TAG = 500
_HEAD_END = re.compile(r"</head\b|<body\b", re.IGNORECASE)
_MARKERS = ("noai", "noimageai", "noml", "noindex", "none", "tdm-", "rsl+xml")
"""What one of the elements that we read has in its source; nothing else needs a scan."""
_START = re.compile(
    r"<!--|<(script|style|template|textarea|title|xmp|noscript|iframe)\b|<(meta|link|a)(?=[\s/])", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"""[\s/]*+([^\s"'>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?+""")
_REL = re.compile(r"\brel\b", re.IGNORECASE)
_QUOTES = re.compile("[\"'>]")
_LICENSE = re.compile(r"license|licence", re.IGNORECASE)
_RSL_TYPE = "application/rsl+xml"


def header_declarations(fields: Iterable[tuple[str, str]]) -> list[Declaration]:
    """Return the declarations in the fields of an HTTP response, given in order as lower-case name and value."""
    declarations = []
    for name, value in fields:
        if name in HEADER_FIELDS and (name != "link" or "license" in value.lower()):
            declarations.append(Declaration("header", name, value[:MAX_VALUE]))
    return declarations[:MAX_ENTRIES]


def page_declarations(markup: str, agents: Iterable[str] = ()) -> list[Declaration]:
    """Return the declarations in a page's `meta`, `link`, `a rel=license` and RSL elements, each once.

    `agents` are names of further `meta` elements, in lower case.
    """
    entries = [*_head_entries(_head(markup), frozenset(agents)), *_license_links(markup)]
    return list(dict.fromkeys(entries))[:MAX_ENTRIES]


def _head(markup: str) -> str:
    start = markup[:MAX_HEAD]
    end = _HEAD_END.search(start)
    return start[: end.start()] if end else start


def _head_entries(head: str, agents: frozenset[str]) -> Iterator[Declaration]:
    lower = head.lower()
    if not any(marker in lower for marker in _MARKERS):
        return
    for name, attributes, content in _elements(head):
        if name == "meta":
            meta_name = attributes.get("name", "").strip().lower()
            if meta_name in META_NAMES or meta_name in agents:
                yield Declaration("meta", meta_name, attributes.get("content", "")[:MAX_VALUE])
        elif name == "link" and attributes.get("type", "").lower() == _RSL_TYPE:
            yield Declaration("link", "rsl", attributes.get("href", "")[:MAX_VALUE])
        elif name == "script" and attributes.get("type", "").lower() == _RSL_TYPE:
            yield Declaration("script", "rsl", content[:MAX_VALUE])


def _license_links(markup: str) -> Iterator[Declaration]:
    """Yield the targets of links and anchors whose `rel` is `license`, wherever in the page they stand."""
    if not _has_license_tag(markup):
        return
    for name, attributes, _ in _elements(markup, marked_by=_LICENSE):
        is_license = "license" in attributes.get("rel", "").lower().split()
        if name in ("link", "a") and is_license and attributes.get("type", "").lower() != _RSL_TYPE:
            yield Declaration("link", "license", attributes.get("href", "").strip()[:MAX_VALUE])


def _has_license_tag(markup: str) -> bool:
    """Whether a tag with `rel` may have the word `license`: of long pages with many links, few have to be scanned."""
    for word in ("license", "License", "LICENSE"):
        position = markup.find(word)
        while position >= 0:
            tag = markup[max(position - MAX_TAG, 0) : position + MAX_TAG]
            if _REL.search(tag):
                return True
            position = markup.find(word, position + MAX_TAG)
    return False


def _elements(markup: str, marked_by: re.Pattern[str] | None = None) -> Iterator[tuple[str, dict[str, str], str]]:
    """Yield the name, attributes and raw content of each element that we read; content is that of scripts alone.

    With `marked_by`, only elements whose tag has a match of it.
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
            if name == "script" and marked_by is None:
                yield name, _attributes(markup[position:tag_end]), markup[tag_end + 1 : content_end]
            position = content_end
        else:
            if marked_by is None or marked_by.search(markup, position, tag_end):
                yield name, _attributes(markup[position:tag_end]), ""
            position = tag_end


def _tag_end(markup: str, position: int) -> int:
    """Return where the `>` of a tag is, outside quotes; of a tag that does not end soon, an early guess."""
    limit = min(len(markup), position + 2 * MAX_VALUE)
    quote = ""
    for match in _QUOTES.finditer(markup, position, limit):
        character = match[0]
        if quote:
            quote = "" if character == quote else quote
        elif character == ">":
            return match.start()
        else:
            quote = character
    end = markup.find(">", position, limit)
    return end if end >= 0 else limit


def _raw_end(markup: str, name: str, position: int) -> int:
    """Return where the content of an element ends that is no markup; of one without an end tag, the end of the page."""
    if name == "noscript":
        return position  # its content is markup where there are no scripts, as for us
    end = re.compile(f"</{name}", re.IGNORECASE).search(markup, position)
    return end.start() if end else len(markup)


def _attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag by lower-case name, the first of each, with character references resolved."""
    attributes: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(tag):
        attributes.setdefault(match[1].lower(), unescape(match[2] or match[3] or match[4] or ""))
    return attributes
