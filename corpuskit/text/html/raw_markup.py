"""Elements of a page found in its raw source, in time linear in its length: no tree is needed for a head.

There are two readers of source. `reader` follows every tag of the body, because text depends on what is open around
it; it skips the head, and what a page says to machines there. This one skips the body but for a dozen elements, which
takes a tenth of the time, and it keeps elements that a browser does not show (`hidden`, `noscript`, `display:none`),
because pages mark dates and authors in them. Where both read the same source they follow the same rules: comments,
declarations and raw text end as `markup` says, and quotation marks count after an equals sign only. Two differences
remain, for speed: a tag inside an attribute of an element that is skipped here is taken for one, and a drawing hides
whatever it holds.

What a reader never sees (comments, scripts, styles, drawings) is cut out once; after that regular expressions find
tags. A tag that does not end within `MAX_TAG` characters is skipped, and after `MAX_BROKEN` of these the search ends,
so that a page made of openers costs no more than another.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice

from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.markup import decode_entities, end_of_comment, end_of_raw_text

__all__ = [
    "StartTag",
    "VisibleMarkup",
    "any_name",
    "inner_text",
    "is_marked",
    "single_line",
    "start_tags",
    "tags_with",
    "text_inside",
    "text_of",
    "visible_markup",
]


def any_name(names: Iterable[str]) -> str:
    """Return a pattern of any of the names in any case.

    Without a flag for cases, and with one alternative for each first letter, it fails at once on most other names.

    >>> any_name(["hr", "h1", "p"])
    '(?:[hH](?:[rR]|1)|[pP])'
    """
    rests: dict[str, list[str]] = {}
    for name in names:
        rest = "".join(map(_any_case, name[1:]))
        rests.setdefault(name[0], []).append(rest)
    heads = (_any_case(first) + (f"(?:{'|'.join(ends)})" if ends != [""] else "") for first, ends in rests.items())
    return f"(?:{'|'.join(heads)})"


def _any_case(character: str) -> str:
    return f"[{character}{character.upper()}]" if character.isalpha() else character


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

MAX_TAGS = 400
"""Most tags of a kind that are listed."""

_RAW_NAMES = ("script", "style", "textarea", "iframe", "xmp", "noembed", "noframes")
_DRAWING_NAMES = ("svg", "template", "math")
"""Elements without an end whose content the parser shows all the same; any other hides the rest of the page."""
_LISTED_NAMES = ("html", "body", "meta", "title", "h1", "h2", "h3", "h4", "h5", "h6")
_HEADING_NAMES = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_CANONICAL_LINK = any_name(["link"]) + r"(?=\s[^<>cC]*+(?:[cC](?![aA]nonical)[^<>cC]*+|(?!))*+[cC][aA]nonical)"
"""Most links are to styles and icons."""
_LANDMARK = re.compile(
    r"<(?=[!?hHbBmMlLtTsSxXiInN]|/[^A-Za-z])(?:"
    rf"({any_name(_LISTED_NAMES)}(?=[\s/>])|{_CANONICAL_LINK})"
    rf"|({any_name(_RAW_NAMES + _DRAWING_NAMES)})(?=[\s/>])|(!--)|[!?/])",
    re.ASCII,
)
"""An element to be listed or cut out, a comment, or a declaration, which ends at the next `>`."""
_LISTED, _COMMENT = 1, 3
"""Groups of that pattern."""
_DRAWING_END = {name: re.compile(rf"</{any_name([name])}(?=[\s/>])[^>]*+>", re.ASCII) for name in _DRAWING_NAMES}
_OPENER = re.compile(r"<([A-Za-z][A-Za-z0-9]*)(?=[\s/>])")
_REST_OF_TAG = re.compile(r"""[^>=]*+(?:=\s*+(?>"[^"]*+"|'[^']*+'|)[^>=]*+)*+>""", re.ASCII)
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?>\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s>"']++))|)""", re.ASCII)
"""Spaces of other scripts part no attributes (HTML Living Standard, 13.2.5.32)."""
_TAG = re.compile(r"</?[A-Za-z][^>]*+>?")
_WITHIN_WORDS = re.compile(
    "</?"
    + any_name("a abbr b bdi em font i mark s small strong sub sup u wbr".split())  # noqa: SIM905
    + r"(?>[\s/][^>]*+|)(?:>|\Z)",
    re.ASCII,
)
"""Tags through which words go on."""
_JSON_LD = "application/ld+json"


@dataclass
class StartTag:
    """A start tag: its element's name in lower case, the text of its attributes, and where it starts and ends."""

    name: str
    attribute_text: str
    start: int
    end: int
    known_marks: str | None = field(default=None, compare=False)
    """The marks, if the core has read them."""

    @cached_property
    def attributes(self) -> dict[str, str]:
        """The attributes, their names in lower case; the first of equal ones."""
        pairs = _ATTRIBUTE.findall(self.attribute_text)
        attributes = {name.lower(): double or single or bare for name, double, single, bare in reversed(pairs)}
        if "&" in self.attribute_text:
            return {name: decode_entities(value) for name, value in attributes.items()}
        return attributes

    @cached_property
    def marks(self) -> str:
        """The element's class, id and roles in lower case, to be searched for words."""
        if self.known_marks is not None:
            return self.known_marks
        names = ("class", "id", "itemprop", "rel", "property")
        return " ".join(filter(None, map(self.attributes.get, names))).lower()


@dataclass(frozen=True)
class VisibleMarkup:
    """The source of a page without hidden elements, the texts of its JSON-LD scripts, and the tags of a page's head.

    The tags are listed by name; those of headings together, as `heading`.
    """

    source: str
    json_ld: list[str]
    tags: dict[str, list[StartTag]]


def visible_markup(markup: str) -> VisibleMarkup:
    """Return the markup without comments, scripts, styles, drawings and the like, and list its tags."""
    tags: dict[str, list[StartTag]] = {name: [] for name in (*_LISTED_NAMES, "link", "heading")}
    tags.update(dict.fromkeys(_HEADING_NAMES, tags["heading"]))
    source, json_ld = _read_landmarks(markup, tags)
    return VisibleMarkup(source, json_ld, tags)


def _read_landmarks(markup: str, tags: dict[str, list[StartTag]]) -> tuple[str, list[str]]:
    """Return the visible source and the JSON-LD of a page, and fill in its tags by name."""
    hidden_elements = _HiddenElements(markup)
    parts: list[str] = []
    position = copied = removed = broken = 0
    while landmark := _LANDMARK.search(markup, position):
        start, position = landmark.span()
        kind = landmark.lastindex
        if kind == _COMMENT:
            end = end_of_comment(markup, position)
        elif kind is None:
            end = markup.find(">", position) + 1 or len(markup)
        elif (tag_end := _end_of_tag(markup, position)) < 0:
            broken += 1
            if broken > MAX_BROKEN:
                break
            continue
        elif kind == _LISTED:
            name = landmark[kind].lower()
            if len(tags[name]) < MAX_TAGS:
                tags[name].append(StartTag(name, markup[position : tag_end - 1], start - removed, tag_end - removed))
            position = end_of_raw_text(markup, name, tag_end)[1] if name == "title" else tag_end
            continue
        elif (end := hidden_elements.end(landmark[kind].lower(), position, tag_end)) < 0:
            position = tag_end
            continue
        parts.append(markup[copied:start])
        position = copied = end
        removed += end - start
    parts.append(markup[copied:])
    return "".join(parts), hidden_elements.json_ld


class _HiddenElements:
    """The hidden elements of a page: where each ends, and the JSON-LD among them."""

    def __init__(self, markup: str) -> None:
        self.markup = markup
        self.json_ld: list[str] = []
        self.unclosed: set[str] = set()
        """Names of drawings that have no end behind this point, so that none needs to be looked for."""

    def end(self, name: str, name_end: int, tag_end: int) -> int:
        """Return the offset after an element; -1 if it is a drawing that does not end."""
        if name in _DRAWING_NAMES:
            drawing_end = None if name in self.unclosed else _DRAWING_END[name].search(self.markup, tag_end)
            if drawing_end is None:
                self.unclosed.add(name)
            return drawing_end.end() if drawing_end else -1
        text_end, end = end_of_raw_text(self.markup, name, tag_end)
        is_data = name == "script" and _JSON_LD in self.markup[name_end:tag_end].lower()
        if is_data and text_end < len(self.markup) and len(self.json_ld) < MAX_SCRIPTS:
            self.json_ld.append(self.markup[tag_end:text_end])
        return end


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
        yield StartTag(match[1].lower(), source[match.end() : tag_end - 1], match.start(), tag_end)
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
            yield StartTag(opener[1].lower(), source[opener.end() : tag_end - 1], opener.start(), tag_end)
            position = tag_end


def is_marked(tag: StartTag, words: tuple[str, ...]) -> bool:
    """Whether a tag holds one of the words in its marks, or has the attribute of a date, which may have no value."""
    return any(word in tag.marks for word in words) or "pubdate" in tag.attributes


def _word_starts(source: str, words: tuple[str, ...], start: int, stop: int) -> Iterator[int]:
    """Yield where any of the words starts, in order."""
    next_starts = {word: source.find(word, start, stop) for word in words}
    while next_starts := {word: index for word, index in next_starts.items() if index >= 0}:
        word, first = min(next_starts.items(), key=lambda item: item[1])
        yield first
        next_starts[word] = source.find(word, first + 1, stop)


def inner_text(source: str, tag: StartTag) -> str:
    """Return the text of the element that the tag opens on one line; empty if it does not end soon."""
    return text_inside(tag.name, source[tag.end : tag.end + MAX_INNER])


def text_inside(name: str, behind: str) -> str:
    """Return the text of an element on one line from what is behind its start tag; empty if it does not end there."""
    end = _end_tag(name).search(behind)
    return single_line(text_of(behind[: end.start()])) if end else ""


@lru_cache(maxsize=256)
def _end_tag(name: str) -> re.Pattern[str]:
    return re.compile(f"</{any_name([name])}")


def text_of(part: str) -> str:
    """Return a part of the markup without tags, and its references as characters."""
    core = compiled_core() if "<" in part or "&" in part else None
    if core is not None:
        text: str = core.text_of(part)
        return text
    if "<" in part:
        part = _TAG.sub(" ", _WITHIN_WORDS.sub("", part))
    return decode_entities(part).replace("\xad", "")


def single_line(value: object) -> str:
    """Return the value on one line; empty if it is not a string or too long for a title or a name."""
    if not isinstance(value, str) or len(value) > 4 * MAX_LENGTH:
        return ""
    line = " ".join(value.split())
    return line if len(line) <= MAX_LENGTH else ""


def _end_of_tag(source: str, position: int) -> int:
    """Return where the start tag whose name ends at `position` ends; -1 if it does not within `MAX_TAG`."""
    match = _REST_OF_TAG.match(source, position, position + MAX_TAG)
    return match.end() if match else -1
