"""The day on which a page says that it was published: marked in its markup, or written by its heading.

A day counts only where a reader would take it for the page's own: an element marked as the time of publication, or a
short line by the heading. Those of comments, of links to other pages and of side columns do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from corpuskit.text.html.calendar_days import timestamp_day, written_days
from corpuskit.text.html.raw_markup import StartTag, start_tags, text_of

__all__ = ["DateContext", "marked_day", "nearby_day"]

MAX_MARKED = 400
"""Most elements marked with a time that are looked at."""
WINDOW_BEFORE, WINDOW_AFTER = 6 * 1024, 16 * 1024
"""Characters of markup before and after the heading in which a line may belong to it."""
LINES_BEFORE, LINES_AFTER = 6, 14
"""Lines of text before and after the heading that may belong to it."""
MAX_LINE = 200
"""Most characters of a line that is about a date rather than one that mentions it."""
MAX_WORDS = 7
"""Most words beside the date, unless one says that it is of publication."""

_TIMED = re.compile(r"<(time|abbr|meta|span|div|p|a|i|b|em|strong|small|li|dd|td|h[2-6])(?=\s[^>]{0,400}?(?:datetime|date|time|publi))", re.IGNORECASE)
_TIME = re.compile(r"<(time|meta|abbr|span|div|p)(?=\s)", re.IGNORECASE)
_PUBLISHED_MARK = re.compile(r"datepublished|pubdate|(?<![a-z])published(?![a-z])|entry-date|post-?date|publish-?date|dateissued")
_MODIFIED_MARK = re.compile(r"modified|updated|lastmod")
_FOREIGN = re.compile(r"comment|related|teaser|sidebar|recommend|widget|reply|footer|event(?!-?post)")
_SECTION = re.compile(
    r"<(aside|section|div|ol|ul|article|footer|nav)(?=\s[^>]{0,300}?(?:comment|related|teaser|sidebar|recommend|more-?(?:news|posts|stories)))",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"</?(?:address|article|aside|blockquote|body|br|button|caption|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]"
    r"|header|hr|li|main|nav|ol|option|p|pre|section|select|table|tbody|td|th|tr|ul)(?=[\s>/])[^>]*+>",
    re.IGNORECASE,
)
_HEADING = re.compile(r"<h[1-6][\s>]", re.IGNORECASE)
_LINK = re.compile(r"<a(?=\s)([^>]*+)>(.*?)</a", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{2,}")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?(?:am|pm|uhr|h))?", re.IGNORECASE)
_PUBLISHED_WORD = re.compile(
    r"publish|posted|released|issued|ver(?:ö|oe)ffentlich|erschienen|erstellt|publi[ée]|mis en ligne|publicad|pubblicat"
    r"|geplaatst|gepubliceerd|opublikowan|dodan|опубликован|размещен|δημοσ|發布|发布|公開|掲載|発表|投稿|日期|来源|publiziert",
    re.IGNORECASE,
)
_UPDATED_WORD = re.compile(
    r"updat|modif|edited|revis|review|aktualisiert|ge[äa]ndert|bearbeitet|stand:|mis(?:e)? à jour|màj|maj |actualizad|aggiornat"
    r"|atualizad|bijgewerkt|gewijzigd|zaktualizowan|aktualizac|обновл|измен|ενημ|更新|修改|accessed|abgerufen|retrieved"
    r"|last change|letzte änderung",
    re.IGNORECASE,
)
_EVENT_WORD = re.compile(
    r"(?:until|till|deadline|expires|born|founded|since|geboren|gegründet|seit|bis|vom|ab|termin|beginn|copyright|©|datum der)\W*$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\d\.?\s*(?:-|–|—|bis|to|until|al|au|до|и|und|and|&|/)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class DateContext:
    """What is needed to read dates: how 3/4/2021 is meant, and the keys of the page's own addresses."""

    day_first: bool | None = None


@dataclass(frozen=True)
class Line:
    """A line of text, and whether it stands in a link to another page or under a mark of publication."""

    text: str
    source: str


def marked_day(source: str, heading: int, context: DateContext, *, modified: bool = False) -> str:
    """Return the day of the elements marked as the time of publication: the only one, or that nearest to the heading."""
    days: list[tuple[int, str]] = []
    for tag in islice(_marked_tags(source), MAX_MARKED):
        is_modified = _MODIFIED_MARK.search(tag.classes) is not None and "datepublished" not in tag.classes
        if is_modified != modified:
            continue
        day = _tag_day(source, tag, context)
        if day:
            days.append((tag.start, day))
    if len({day for _, day in days}) == 1:
        return days[0][1]
    after = [(abs(start - heading), day) for start, day in days if heading >= 0]
    distance, day = min(after, default=(0, ""))
    return day if distance < WINDOW_AFTER else ""


def nearby_day(source: str, heading: tuple[int, int], context: DateContext) -> str:
    """Return the day that a line by the heading, which starts and ends at these offsets, gives as the page's own."""
    start, end = heading
    after = islice(_lines(_until_other_content(source[end : end + WINDOW_AFTER])), LINES_AFTER)
    before = list(_lines(source[max(0, start - WINDOW_BEFORE) : start]))[-LINES_BEFORE:]
    for line in (*after, *reversed(before)):
        day = _line_day(line, context)
        if day:
            return day
    return ""


def _marked_tags(source: str) -> Iterator[StartTag]:
    """Yield elements marked as the time of publication or of a change, but for those of comments and teasers."""
    for tag in start_tags(source, _TIMED):
        marks = tag.classes
        is_time = "pubdate" in tag.attributes or _PUBLISHED_MARK.search(marks) or _MODIFIED_MARK.search(marks)
        if is_time and not _FOREIGN.search(marks):
            yield tag


def _tag_day(source: str, tag: StartTag, context: DateContext) -> str:
    for key in ("datetime", "content", "title"):
        day = timestamp_day(tag.attributes.get(key), context.day_first)
        if day:
            return day
    if tag.name == "meta":
        return ""
    text = text_of(source[tag.end : tag.end + 300].partition(f"</{tag.name}")[0])
    days = {written.day for written in written_days(text, context.day_first)} if len(text) <= MAX_LINE else set()
    return days.pop() if len(days) == 1 else ""


def _until_other_content(part: str) -> str:
    """Return what comes before comments, related pages or a second heading."""
    section = _SECTION.search(part)
    part = part[: section.start()] if section else part
    headings = [match.start() for match in islice(_HEADING.finditer(part), 2)]
    return part[: headings[1]] if len(headings) == 2 else part


def _lines(part: str) -> Iterator[Line]:
    """Yield the lines that block elements make of a part of the markup."""
    position = 0
    for match in _BREAK.finditer(part):
        yield from _line(part[position : match.start()])
        position = match.end()
    yield from _line(part[position:])


def _line(source: str) -> Iterator[Line]:
    text = " ".join(text_of(source).split())
    if text or "<time" in source.lower():
        yield Line(text, source)


def _line_day(line: Line, context: DateContext) -> str:
    """Return the day that the line gives as that of publication; empty if it is about something else, or of a change."""
    for tag in start_tags(line.source, _TIME):
        if tag.name == "time" and not _MODIFIED_MARK.search(tag.classes):
            day = _tag_day(line.source, tag, context)
            if day and len(line.text) <= MAX_LINE and not _is_updated(line.text):
                return day
    if len(line.text) > MAX_LINE:
        return ""
    days = written_days(line.text, context.day_first)
    published_days: list[str] = []
    position = 0
    for written in days:
        lead = line.text[position : written.start]
        position = written.end
        if _RANGE.search(lead) or _EVENT_WORD.search(lead):
            return ""
        if not _is_updated(lead):
            published_days.append(written.day)
    if not published_days or len(set(published_days)) > 1:
        return ""
    rest = line.text
    for written in reversed(days):
        rest = rest[: written.start] + " " + rest[written.end :]
    words = _WORD.findall(_CLOCK.sub(" ", rest))
    return published_days[0] if len(words) <= MAX_WORDS or _PUBLISHED_WORD.search(rest) else ""


def _is_updated(text: str) -> bool:
    """Whether the words before a date say that it is of a change."""
    updates = [match.end() for match in _UPDATED_WORD.finditer(text)]
    publications = [match.end() for match in _PUBLISHED_WORD.finditer(text)]
    return bool(updates) and (not publications or publications[-1] < updates[-1])
