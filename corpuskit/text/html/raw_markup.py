"""Elements of a page found in its raw source, in time linear in its length: no tree is needed for a head.

What a reader never sees (comments, scripts, styles, drawings) is cut out once; after that regular expressions find
tags. A tag that does not end within `MAX_TAG` characters is skipped, and after `MAX_BROKEN` of these the search ends,
so that a page made of openers costs no more than another.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from corpuskit.text.html.markup import decode_entities

__all__ = [
    "StartTag",
    "VisibleMarkup",
    "inner_text",
    "single_line",
    "start_tags",
    "tags_with",
    "text_of",
    "visible_markup",
]

MAX_TAG = 8 * 1024
"""Most characters of a start tag."""
MAX_BROKEN = 200
"""Most start tags that do not end."""
MAX_LENGTH = 500
"""Most characters of a title, a name or a line."""
MAX_INNER = 8 * 1024
"""Most characters of markup inside an element whose text is wanted."""
MAX_WORDS = 2_000
"""Most words that are looked for a start tag around them."""
MAX_LOOK_BACK = 2_000
"""Most characters from the start of a tag to a word in it."""
MAX_SCRIPTS = 20
"""Most JSON-LD scripts that are read."""

_HIDDEN = re.compile(r"<(?:(!--)|(script|style|svg|template|textarea|iframe|math)(?=[\s/>]))", re.IGNORECASE)
_END = {
    name: re.compile(rf"</{name}[^>]{{0,100}}>", re.IGNORECASE)
    for name in ("script", "style", "svg", "template", "textarea", "iframe", "math")
}
_COMMENT_END = re.compile("--!?>")
_UNCLOSED_IS_TEXT = ("svg", "template", "math")
"""Elements without an end whose content the parser shows all the same; any other hides the rest of the page."""
_OPENER = re.compile(r"<([A-Za-z][A-Za-z0-9]*)(?=[\s/>])")
_REST_OF_TAG = re.compile(r"""(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++)))?+""")
_TAG = re.compile(r"</?([A-Za-z][^\s/>]*+)[^>]*+>?")
_WITHIN_WORDS = frozenset("a abbr b bdi em font i mark s small strong sub sup u wbr".split())  # noqa: SIM905
_JSON_LD = "application/ld+json"


class StartTag(NamedTuple):
    """A start tag: its element's name and its attributes, in lower case, and where it starts and ends."""

    name: str
    attributes: dict[str, str]
    start: int
    end: int

    @property
    def marks(self) -> str:
        """The element's class, id and roles in lower case, to be searched for words."""
        names = ("class", "id", "itemprop", "rel", "property")
        return " ".join(filter(None, map(self.attributes.get, names))).lower()


@dataclass(frozen=True)
class VisibleMarkup:
    """The source of a page without hidden elements, and the texts of its JSON-LD scripts."""

    source: str
    json_ld: list[str]


def visible_markup(markup: str) -> VisibleMarkup:
    """Return the markup without comments, scripts, styles, drawings and the like."""
    parts: list[str] = []
    scripts: list[str] = []
    unclosed: set[str] = set()
    position = copied = broken = 0
    while opener := _HIDDEN.search(markup, position):
        name = (opener[2] or "").lower()
        tag_end = opener.end() if opener[1] else _end_of_tag(markup, opener.end())
        if tag_end < 0 or name in unclosed:
            position = opener.end()
            broken += tag_end < 0
            if broken > MAX_BROKEN:
                break
            continue
        # A comment may end right where it starts: <!-->.
        end = _COMMENT_END.search(markup, tag_end - 2) if opener[1] else _END[name].search(markup, tag_end)
        if end is None and name in _UNCLOSED_IS_TEXT:
            unclosed.add(name)
            position = tag_end
            continue
        parts.append(markup[copied : opener.start()])
        if (
            name == "script"
            and end
            and len(scripts) < MAX_SCRIPTS
            and _JSON_LD in markup[opener.end() : tag_end].lower()
        ):
            scripts.append(markup[tag_end : end.start()])
        position = copied = end.end() if end else len(markup)
    parts.append(markup[copied:])
    return VisibleMarkup("".join(parts), scripts)


def start_tags(source: str, opener: re.Pattern[str], start: int = 0, end: int | None = None) -> Iterator[StartTag]:
    """Yield the start tags that `opener` finds; its first group is the element's name."""
    stop = len(source) if end is None else min(end, len(source))
    position, broken = start, 0
    while broken <= MAX_BROKEN and (match := opener.search(source, position, stop)):
        tag_end = _end_of_tag(source, match.end())
        if tag_end < 0:
            broken += 1
            position = match.end()
            continue
        yield StartTag(match[1].lower(), _attributes(source[match.end() : tag_end - 1]), match.start(), tag_end)
        position = tag_end


def tags_with(source: str, words: tuple[str, ...], start: int = 0, end: int | None = None) -> Iterator[StartTag]:
    """Yield the start tags that hold one of the words: words are far fewer than tags, and found many times faster."""
    stop = len(source) if end is None else min(end, len(source))
    position = start
    for word_start in islice(_word_starts(source, words, start, stop), MAX_WORDS):
        if word_start < position:
            continue
        opener = _OPENER.match(source, source.rfind("<", max(start, word_start - MAX_LOOK_BACK), word_start))
        tag_end = _end_of_tag(source, opener.end()) if opener else -1
        if opener and tag_end > word_start:
            yield StartTag(opener[1].lower(), _attributes(source[opener.end() : tag_end - 1]), opener.start(), tag_end)
            position = tag_end


def _word_starts(source: str, words: tuple[str, ...], start: int, stop: int) -> Iterator[int]:
    """Yield where any of the words starts, in order."""
    next_starts = {word: source.find(word, start, stop) for word in words}
    while next_starts := {word: index for word, index in next_starts.items() if index >= 0}:
        word, first = min(next_starts.items(), key=lambda item: item[1])
        yield first
        next_starts[word] = source.find(word, first + 1, stop)


def inner_text(source: str, tag: StartTag) -> str:
    """Return the text of the element that the tag opens on one line; empty if it does not end soon."""
    part = source[tag.end : tag.end + MAX_INNER]
    end = re.search(f"</{tag.name}", part, re.IGNORECASE)
    return single_line(text_of(part[: end.start()])) if end else ""


def text_of(part: str) -> str:
    """Return a part of the markup without tags, and its references as characters."""
    return decode_entities(_TAG.sub(_gap, part) if "<" in part else part).replace("\xad", "")


def _gap(tag: re.Match[str]) -> str:
    """Return what stands for a tag: nothing if words go on through it."""
    return "" if tag[1].lower() in _WITHIN_WORDS else " "


def single_line(value: object) -> str:
    """Return the value on one line; empty if it is not a string or too long for a title or a name."""
    if not isinstance(value, str) or len(value) > 4 * MAX_LENGTH:
        return ""
    line = " ".join(value.split())
    return line if len(line) <= MAX_LENGTH else ""


def _end_of_tag(source: str, position: int) -> int:
    """Return where the start tag whose name ends at `position` ends; -1 if it does not within `MAX_TAG`."""
    match = _REST_OF_TAG.match(source, position, min(position + MAX_TAG, len(source)))
    return match.end() if match else -1


def _attributes(text: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        attributes.setdefault(name.lower(), decode_entities(double or single or bare))
    return attributes
