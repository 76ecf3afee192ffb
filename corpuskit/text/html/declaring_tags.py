"""The tags of a page that may declare something on its use: in its head, and links to a licence anywhere.

Which words such tags have is for the caller to say, and what they come to as well. Markup is scanned, not parsed:
comments, scripts and raw text are skipped, and a scan reads each character once. Most pages have nothing of it, so that
looking for words in bytes comes first.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, NamedTuple

import re2

from corpuskit.core.ascii_case import small_letters
from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.raw_markup import any_name

__all__ = ["DeclaringTags", "declaring_tags"]

MAX_HEAD = 128 * 1024
"""Characters of a page without an end of its head that are searched for tags of a head."""
MAX_TAG = 8000
"""Characters of a tag within which its end is looked for."""
MAX_TO_REL = 2000
"""Bytes around the word `license` in which its `rel` is."""
RSL = "rsl+xml"
"""What the type of an element with a licence in RSL has."""

_HEAD_END = re.compile(rf"</{any_name(['head'])}\b|<{any_name(['body'])}\b")
_RAW_NAMES = ("script", "style", "template", "textarea", "title", "xmp", "iframe")
_START = re.compile(
    rf"<!--|<({any_name((*_RAW_NAMES, 'noscript'))})\b|<({any_name(['meta', 'link', 'a'])})(?=[\s/])",
)
_RAW_END = {name: re.compile(f"</{any_name([name])}") for name in _RAW_NAMES}
_ATTRIBUTE_VALUE = r"""\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))"""
_NAME = re.compile(rf"\bname(?={_ATTRIBUTE_VALUE})", re.IGNORECASE)
"""What may be a `name` with its value; inside the value of another attribute it is none."""
_REL = r"""\brel(?:\s|[\x80-\xff])*=(?:\s|[\x80-\xff])*(?:"[^"]*VALUE|'[^']*VALUE|[^\s"'>]*VALUE)""".replace(
    "VALUE", "(?:licen[cs]e|&)"
)
"""A `rel` whose value has the word, or a reference that may be part of it; spaces of other scripts may be around it."""
_QUOTES = re.compile("[\"'>]")


class DeclaringTags(NamedTuple):
    """Tags, each as its name, its attributes and, of scripts, its content."""

    of_head: list[tuple[str, str, str]]
    licensing: list[tuple[str, str, str]]
    """Links and anchors that have the word `license`, if the page has any with such a `rel`."""


def declaring_tags(
    markup: str,
    marks: tuple[str, ...],
    names: frozenset[str],
    line: bytes | None = None,
    utf8: bytes | None = None,
) -> DeclaringTags:
    """Return the tags of a page that may declare something on its use.

    `marks`, one of which a head has in its source if a tag is to be read there, and `names` of `meta` elements are in
    lower case. `line` is the page's canonical line, if that is known: it has the letters of the markup, in bytes, which
    are searched many times faster than a text. `utf8` is the markup in UTF-8, if that is known.
    """
    core = compiled_core()
    words = _compiled_words(marks, names) if core is not None else None
    source = markup if utf8 is None else utf8
    if words is not None and (tags := core.declaring_tags(source, words)) is not None:
        return DeclaringTags(*tags)
    return DeclaringTags(list(_head_tags(_head(markup), marks, names)), list(_license_tags(markup, line)))


@lru_cache(maxsize=8)
def _compiled_words(marks: tuple[str, ...], names: frozenset[str]) -> Any:
    """Return the words as the core has them; None if it cannot look for one of them."""
    if RSL in names:
        # The core gets the type with the names, and takes it for none of them.
        return None
    return compiled_core().load_head_words(tuple(sorted(set(marks))), tuple(sorted({*names, RSL})))


def _head(markup: str) -> str:
    start = markup[:MAX_HEAD]
    end = _HEAD_END.search(start)
    return start[: end.start()] if end else start


def _head_tags(head: str, marks: tuple[str, ...], names: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Yield each `meta` with one of the names, and each link and script that may have a type of RSL."""
    source = head.encode("utf-8", "replace")
    if not _marked(marks).search(source) or not _naming(names).search(source):
        return
    for name, tag, content in _elements(head):
        if name == "meta":
            if _may_be_named(tag, names):
                yield name, tag, ""
        elif name in ("link", "script") and ("&" in tag or RSL in tag.lower()):
            yield name, tag, content


@lru_cache(maxsize=8)
def _marked(marks: tuple[str, ...]) -> Any:
    return _searched("|".join(map(re2.escape, marks)))


@lru_cache(maxsize=8)
def _naming(names: frozenset[str]) -> Any:
    """Return a pattern of the names and the type that are read, or of a name or type that references are part of."""
    words = map(re2.escape, sorted({*names, RSL}))
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


def _may_be_named(tag: str, names: frozenset[str]) -> bool:
    """Whether the tag of a `meta` may have a name that is read: of many, few need all of their attributes read."""
    for match in _NAME.finditer(tag):
        name = small_letters((match[1] or match[2] or match[3] or "").strip())
        if name in names or "&" in name:
            return True
    return False


def _license_tags(markup: str, line: bytes | None) -> Iterator[tuple[str, str, str]]:
    """Yield links and anchors whose `rel` may be `license`, wherever in the page they stand."""
    if line is not None and not _license_word().search(line):
        return
    if not _has_license_tag(markup.encode("utf-8", "replace")):
        return
    for name, tag, _ in _elements(markup, marked_by=("license", "licence")):
        if name in ("link", "a"):
            yield name, tag, ""


def _has_license_tag(source: bytes) -> bool:
    """Whether there may be a `rel` with the word `license`: of pages that say the word, few have to be scanned."""
    position = 0
    while word := _license_word().search(source, position):
        if _license_relation().search(source[max(word.start() - MAX_TO_REL, 0) : word.start() + MAX_TO_REL]):
            return True
        position = word.start() + MAX_TO_REL - len("license")
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
    limit = min(len(markup), position + MAX_TAG)
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
