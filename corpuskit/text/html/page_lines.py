"""Lines of text that a page's markup makes, and which of its sections are about other pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, starmap

import re2

from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.raw_markup import any_name, text_of

__all__ = [
    "HEADING",
    "MAX_NAMED_LINE",
    "Line",
    "comments_start",
    "dated_lines_above",
    "dated_lines_below",
    "foreign_sections",
    "has_digit",
    "lines_of",
    "named_texts",
]

LONGEST_SUBTITLE = 90
"""Most characters of a line that is not yet the text; an `aside` after that is a side column."""
MAX_NAMED_LINE = 80
"""Most characters of a line far from the heading that is about its date."""
MAX_NAMING_WORDS = 100
"""Most words that call a day that of publication or of a change that are looked at for a date behind it."""
MAX_TO_DATE = 250
"""Most characters of markup from such a word to the end of the date."""
HEADING = re.compile(r"<h[1-6][\s>]", re.IGNORECASE)
_SECTION_HEADING = re.compile(r"<h[1-5][\s>]", re.IGNORECASE)

_DIGIT = re.compile(r"\d")
_FOREIGN_SECTION = re.compile(
    r"(?<![a-z])(?:no)?comments?(?!s?-?(?:link|count|number))|related|teaser(?![-_]?text)|recommend"
    r"|(?<!lay-)(?<!layout-)(?<!has-)(?<!with-)(?<!no-)sidebar(?![-_]{1,2}main)|more-?(?:news|posts|stories)"
)
"""What names sections of other pages. A teaser's text alone is a standfirst; layouts are named after sidebars."""
_FOREIGN_WORDS = ("comment", "related", "teaser", "recommend", "sidebar", "more")
"""What each of these names holds: most tags have none, and looking for words takes less time than for the pattern."""
_COMMENTS = re.compile(
    r"<(?:section|div|ol|ul)(?=\s[^>]{0,300}?(?:id|class)=[\"']?[^\"'>]{0,100}comment)|<footer[\s>]",
    re.ASCII | re.IGNORECASE,
)
_NAMING_WORD = re2.compile(
    "(?i)publi|posted|ffentlich|erstellt|erschienen|mise |ubblicat|geplaatst|updated|modified|aktualisiert|nderung"
    "|stand:|actualizad|aggiornat|atualizad|bijgewerkt|gewijzigd|zaktualiz|опубликован|размещен|обновл|измен"
    "|更新|修改|发布|發布|公開|掲載"
)
"""Words that are looked for far from the heading; ambiguous ones are not. One automaton for all costs one search."""
_LINE_NAMES = tuple(
    """a address article aside blockquote body br button caption dd div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section select table tbody td th tr ul""".split()  # noqa: SIM905
)
_BREAK = re.compile(rf"<(/?)({any_name(_LINE_NAMES)})(?=[\s>/])[^>]*+>", re.ASCII)
"""A tag that breaks a line, or one of a link."""
_SECTIONS = ("article", "aside", "div", "footer", "nav", "ol", "section", "ul")
_SECTION_TAG = re.compile(rf"<(/?)({any_name(_SECTIONS)})(?=[\s>])[^<>]*+>")


@dataclass(slots=True)
class Line:
    """A line of text, and its markup."""

    text: str
    source: str
    is_timed: bool
    """Whether it holds a `time` element."""


def dated_lines_below(part: str, most: int) -> list[Line]:
    """Return those of the first `most` lines of a part after a heading that hold a digit or a `time`."""
    return _dated(list(islice(_lines_of(_first_section(part), frozenset()), most)))


def dated_lines_above(part: str, most: int) -> list[Line]:
    """Return those of the last `most` lines of a part before a heading that hold a digit or a `time`, last first."""
    part = _last_section(part.rpartition("</title")[2])
    return _dated(list(_lines_of(part, _open_sections(part)))[: -most - 1 : -1])


def named_texts(part: str) -> Iterator[str]:
    """Yield the texts behind words that call a day that of publication or of a change, if they hold a digit."""
    for word in islice(_NAMING_WORD.finditer(part), MAX_NAMING_WORDS):
        text = text_of(part[word.start() : word.start() + MAX_TO_DATE])[:MAX_NAMED_LINE]
        if has_digit(text):
            yield text


def _dated(lines: list[Line]) -> list[Line]:
    return [line for line in lines if line.is_timed or has_digit(line.text)]


def has_digit(text: str) -> bool:
    """Whether a text has a digit, of whatever script."""
    return _DIGIT.search(text) is not None


def _first_section(part: str) -> str:
    """Return what comes before the second heading: one may be a subtitle, the next has its own dates.

    An `h6` heads nothing so near the title: pages have their dateline in one.
    """
    headings = [match.start() for match in islice(_SECTION_HEADING.finditer(part), 2)]
    return part[: headings[1]] if len(headings) == 2 else part


def _last_section(part: str) -> str:
    """Return what comes from the last heading on, which may be a date; what is before it has a heading of its own."""
    starts = [match.start() for match in HEADING.finditer(part)]
    return part[starts[-1] :] if starts else part


def _open_sections(part: str) -> frozenset[int]:
    """Return where the sections start that do not end in a part before the heading: they hold the heading."""
    starts: dict[str, list[int]] = {name: [] for name in _SECTIONS}
    for match in _SECTION_TAG.finditer(part):
        name_starts = starts[match[2].lower()]
        if not match[1]:
            name_starts.append(match.start())
        elif name_starts:
            name_starts.pop()
    return frozenset(start for name_starts in starts.values() for start in name_starts)


def lines_of(part: str) -> Iterator[Line]:
    """Return the lines that block elements make of a part of the markup, but for those of links and foreign sections.

    A link that holds several lines is a teaser of its page.
    """
    core = compiled_core()
    return _lines_of(part, frozenset()) if core is None else starmap(Line, core.lines_of(part, -1))


def _lines_of(part: str, own_sections: frozenset[int]) -> Iterator[Line]:
    """Return the lines of a part; `own_sections` are known to be the page's own by where they start."""
    position = links = links_before = longest_line = 0
    foreign_name, foreign_depth = "", 0
    for match in _BREAK.finditer(part + "<br>"):
        closing, name = match[1], match[2].lower()
        if name == "a":
            links = max(0, links - 1) if closing else links + 1
            continue
        if not (links_before or links or foreign_depth):
            source = part[position : match.start()]
            text = "" if source.isspace() else " ".join(text_of(source).split())
            is_timed = "<time" in source.lower()
            if text or is_timed:
                yield Line(text, source, is_timed)
                longest_line = max(longest_line, len(text))
        position, links_before = match.end(), links
        if foreign_depth:
            foreign_depth += (-1 if closing else 1) if name == foreign_name else 0
        elif (
            not closing
            and name in _SECTIONS
            and _is_foreign(name, match[0], longest_line)
            and match.start() not in own_sections
        ):
            foreign_name, foreign_depth = name, 1


def _is_foreign(name: str, tag: str, longest_line: int) -> bool:
    """Whether a section is about other pages; an `aside` between heading and text has the date and the author."""
    return (name == "aside" and longest_line > LONGEST_SUBTITLE) or is_named_foreign(tag)


def is_named_foreign(tag: str) -> bool:
    """Whether the names in a start tag are those of a section about other pages."""
    tag = tag.lower()
    return any(word in tag for word in _FOREIGN_WORDS) and _FOREIGN_SECTION.search(tag) is not None


def comments_start(part: str) -> int:
    """Return where comments or a footer begin in a part of the markup; its length if none do."""
    core = compiled_core()
    start: int = _comments_start(part) if core is None else core.comments_start(part)
    return start


def _comments_start(part: str) -> int:
    match = _COMMENTS.search(part)
    return match.start() if match else len(part)


def foreign_sections(source: str) -> list[tuple[int, int]]:
    """Return where sections about other pages start and end; what holds the heading is none, whatever it is called."""
    sections: list[tuple[int, int]] = []
    name, depth, start = "", 0, 0
    for match in _SECTION_TAG.finditer(source):
        if depth:
            depth += (-1 if match[1] else 1) if match[2].lower() == name else 0
            if not depth:
                sections.append((start, match.end()))
        elif not match[1] and (match[2].lower() == "aside" or is_named_foreign(match[0])):
            name, depth, start = match[2].lower(), 1, match.start()
    return sections
