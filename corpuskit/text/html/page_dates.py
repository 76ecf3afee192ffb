"""The day on which a page says that it was published: marked in its markup, or written by its heading.

A day counts only where a reader would take it for the page's own: an element marked as the time of publication, or a
short line by the heading. Those of comments, of links to other pages and of side columns do not. Days of changes are
told apart, and ones that could be read in two ways are left out.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from corpuskit.text.html.calendar_days import WrittenDay, is_day_first, timestamp_day, written_days
from corpuskit.text.html.page_lines import MAX_NAMED_LINE, Line, comments_start, lines_of
from corpuskit.text.html.page_source import PageSource
from corpuskit.text.html.raw_markup import StartTag, any_name, inner_text, start_tags, text_of

__all__ = ["PageDates"]

MAX_MARKED = 400
"""Most elements marked with a time that are looked at."""
WINDOW_BEFORE, WINDOW_AFTER = 8 * 1024, 64 * 1024
"""Characters of markup before and after the heading in which a line may belong to it."""
LINES_BEFORE, LINES_AFTER = 6, 13
"""Lines of text before and after the heading that may belong to it."""
MAX_TIME = 300
"""Most characters of markup in an element that is marked with a time."""
MAX_LINE = 200
"""Most characters of a line that is about a date rather than one that mentions it."""
MAX_WORDS = 7
"""Most words beside the date, unless one says that it is of publication."""

_TIME_WORDS = ("date", "Date", "ubli", "odified", "astmod")
"""What every mark of a time holds: each word costs a search of the whole page."""
_TIME = re.compile(r"<(time)(?=[\s>])", re.ASCII | re.IGNORECASE)
_PUBLISHED_MARK = re.compile(
    r"datepublished|pubdate|(?<![a-z])published(?![a-z])|entry-date|post-?date|publi(?:sh|cation)-?(?:date|time)|dateissued"
)
_MODIFIED_MARK = re.compile(r"modified|updated|lastmod")
_FOREIGN_MARK = re.compile(
    r"(?<![a-z])(?:no)?comments?(?!s?-?(?:link|count|number))|related|teaser|sidebar|recommend|widget|reply|footer"
    r"|more-?(?:news|posts|stories)"
)
_DIGIT = re.compile(r"\d")
_HEADING_PART = re.compile(rf"<({any_name(['span', 'small', 'time', 'em', 'p', 'div'])})(?=[\s>])")
_WORD = re.compile(r"[^\W\d_]{2,}")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?::\d{2})?(?:\s?(?:am|pm|uhr|h))?", re.IGNORECASE)
_DATELINE_END = re.compile(r"\s*(?:[|–—:]|[.]\s|-{1,2}\s)")
"""What ends the date at the start of a text: Berlin, 4 March 2021 – The lamp …"""
_SEPARATOR = re.compile(r"[|·•⋅∙]|\s[–—-]\s")
"""What stands between a date and the author, the rubric or the time of reading."""
_RANGE = re.compile(r"\d\.?\s*(?:-|–|—|bis|to|until|al|au|до|и|und|and|&|/)\s*$", re.IGNORECASE)
_PUBLISHED_WORD = re.compile(
    r"publish|posted|released|issued|ver(?:ö|oe)ffentlich|erschienen|erstellt|publi[ée]|mis en ligne|publicad|pubblicat"
    r"|geplaatst|gepubliceerd|opublikowan|dodan|опубликован|размещен|δημοσ|publiziert"
    r"|發布|发布|公開|掲載|発表|投稿|日期|来源",
    re.IGNORECASE,
)
_UPDATED_WORD = re.compile(
    r"updat|modif|edited|revis|review|aktualisiert|ge[äa]ndert|bearbeitet|stand:|mise? à jour|màj|maj |actualizad"
    r"|aggiornat|atualizad|bijgewerkt|gewijzigd|zaktualizowan|aktualizac|обновл|измен|ενημ|更新|修改|accessed|abgerufen|retrieved"
    r"|last change|letzte änderung",
    re.IGNORECASE,
)
_EVENT_WORD = re.compile(
    r"(?:until|till|deadline|expires|born|founded|since|joined|registered|geboren|gegründet|seit|bis|ab|termin|beginn"
    r"|registriert|beigetreten|inscrit(?: le)?|copyright|©)\W*$",
    re.IGNORECASE,
)


_VERSION = re.compile(r"\b(?:version|ver|v|rev|firmware|build|kernel)\.?\s*$", re.IGNORECASE)
_COMMIT = re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[a-f]*\d)[0-9a-f]{7,40}\s*$")
"""The digest of the version of a program before its day: not the day of a page that the program wrote."""
_NUMBERS = re.compile(r"\d{1,4}\.\d{1,2}\.\d{1,4}")
_SECTION_NUMBER = re.compile(r"(?!\d\d\.\d\d\.)\d{1,2}\.\d{1,2}\.\d{1,2}")
_TITLE_BEHIND = re.compile(r"\.?\s+[^\W\d_]")
"""What follows the number of a section: 3.1.10. Which one to choose."""
FIRST_PAGE = "1991-08-06"
"""The day of the first page of the Web; a line with an earlier one is about something else."""
_END_AND_NUMBER = re.compile(r"\d{1,2}\.\s+\d{1,2}\.\d{2}")
"""The end of one sentence and a number: lamp 1. 3.84 volts."""


class PageDates:
    """The days that a page shows by its heading, or that elements are marked with.

    The heading's offsets are those of its start tag, or of a title that is not marked as a heading; -1 if there is
    none.
    """

    def __init__(self, source: PageSource, heading: tuple[int, int], language: str = "", address: str = "") -> None:
        """`language` and `address`, if they are known, say how numbers are read that may be of a day or of a month."""
        self.source = source
        self.heading = heading
        self._language, self._address = language, address

    @cached_property
    def day_first(self) -> bool | None:
        """Whether 3/4/2021 is the third of April; None if nothing says so."""
        return is_day_first(self._language, self._address)

    def day(self, *, modified: bool) -> str:
        """Return the day of publication that a reader sees or that is marked, or that of a change; empty if none is."""
        return next(self._days(modified=modified), "")

    def day_in(self, month: str) -> str:
        """Return the day of publication, of which the page's address gives the month (YYYY-MM).

        A day of another month is that of what the page is about, such as a book, if one of this month is there too.
        """
        days = list(self._days(modified=False))
        return next((day for day in days if day.startswith(month)), days[0] if days else "")

    def _days(self, *, modified: bool) -> Iterator[str]:
        """Yield the days that may be meant, the most trusted first."""
        if self.heading[0] >= 0:
            yield from self._days_by_heading(modified=modified)
        ways = self._timed_day, self._marked_day, self._named_day
        yield from filter(None, (way(modified=modified) for way in ways))

    def _named_day(self, *, modified: bool) -> str:
        """Return the only day that lines anywhere after the heading call that of publication, or of a change."""
        if self.heading[0] < 0 or not self._may_name_days:
            return ""
        days = set[str]()
        label = ""
        for line in self._lines_after:
            if len(line.text) > MAX_NAMED_LINE:
                label = ""
            elif _DIGIT.search(line.text):
                days |= _named_days(f"{label} {line.text}", self.day_first, modified=modified)
                label = ""
            else:
                label = line.text
        return days.pop() if len(days) == 1 else ""

    def _marked_day(self, *, modified: bool) -> str:
        """Return the day of the elements marked as the time of publication, or of a change.

        It is the only one that they give, or else that nearest to the heading.
        """
        heading = self.heading[0]
        days = [
            (abs(tag.start - heading), day)
            for tag in self._marked_tags
            if _is_modified(tag) == modified and (day := _tag_day(tag, self._behind(tag), self.day_first))
        ]
        if len({day for _, day in days}) == 1:
            return days[0][1]
        distance, day = min(days, default=(0, ""))
        return day if heading >= 0 and distance < WINDOW_AFTER else ""

    def _behind(self, tag: StartTag) -> str:
        return self.source.part(tag.end, tag.end + MAX_TIME)

    @cached_property
    def _marked_tags(self) -> list[StartTag]:
        """The elements marked as the time of publication or of a change, but for those of comments and teasers."""
        tags = list(islice(_marked_tags(self.source), MAX_MARKED))
        sections = self.source.foreign_sections() if tags else []
        heading = self.heading[0]
        others = [(start, end) for start, end in sections if not start < heading < end]
        return [tag for tag in tags if not any(start < tag.start < end for start, end in others)]

    def heading_day(self, *, modified: bool) -> str:
        """Return the day that the heading or the text by it gives as the page's own, or as that of a change."""
        return next(self._days_by_heading(modified=modified), "") if self.heading[0] >= 0 else ""

    def _days_by_heading(self, *, modified: bool) -> Iterator[str]:
        if not modified and (day := self._day_in_heading()):
            yield day
        days = (_line_day(line, self.day_first, modified=modified) for line in self._heading_lines())
        yield from filter(None, days)

    def _timed_day(self, *, modified: bool) -> str:
        """Return the only day that `time` elements after the heading give."""
        if self.heading[0] < 0:
            return ""
        days = {day for line in self._timed_lines for day in _time_days(line.source, self.day_first, modified=modified)}
        return days.pop() if len(days) == 1 else ""

    def _day_in_heading(self) -> str:
        """Return the day that an element inside the heading is no more than."""
        inner = self.source.part(self.heading[1], self._heading_end)
        if "<" in inner and _DIGIT.search(inner):
            for tag in start_tags(inner, _HEADING_PART):
                day = _only_day(inner_text(inner, tag), self.day_first)
                if day:
                    return day
        return ""

    @cached_property
    def _heading_end(self) -> int:
        """Where the text of the heading ends."""
        return self.source.heading_end(*self.heading)

    @property
    def _window(self) -> tuple[int, int]:
        """From where to where the markup after the heading goes."""
        return self._heading_end, self._heading_end + WINDOW_AFTER

    @cached_property
    def _after(self) -> str:
        """The markup after the heading."""
        return self.source.part(*self._window)

    def _heading_lines(self) -> Iterator[Line]:
        """Yield the lines by the heading, those after it first."""
        yield from self._lines_below
        yield from self._lines_above

    @cached_property
    def _lines_below(self) -> list[Line]:
        return self.source.lines_below(*self._window, LINES_AFTER)

    @cached_property
    def _lines_above(self) -> list[Line]:
        start = self.heading[0]
        return self.source.lines_above(start - WINDOW_BEFORE, start, LINES_BEFORE)

    @cached_property
    def _may_name_days(self) -> bool:
        """Whether a word of publication or of a change has a date behind it; few pages do, and lines take long."""
        return any(written_days(text, self.day_first) for text in self.source.named_texts(*self._window))

    @cached_property
    def _lines_after(self) -> list[Line]:
        """All lines after the heading and before the comments."""
        return list(lines_of(self._after[: comments_start(self._after)]))

    @cached_property
    def _timed_lines(self) -> list[Line]:
        """Those of them that hold a `time`."""
        return [line for line in self._lines_after if line.is_timed] if self.source.has_time(*self._window) else []


def _marked_tags(source: PageSource) -> Iterator[StartTag]:
    for tag in source.marked_tags(_TIME_WORDS):
        is_time = _PUBLISHED_MARK.search(tag.marks) or _MODIFIED_MARK.search(tag.marks) or "pubdate" in tag.attributes
        if is_time and not _FOREIGN_MARK.search(tag.marks):
            yield tag


def _is_modified(tag: StartTag) -> bool:
    return _MODIFIED_MARK.search(tag.marks) is not None and "datepublished" not in tag.marks


def _only_day(text: str, day_first: bool | None) -> str:
    """Return the day that a text is, but for a time of day and signs; empty if it says more."""
    days = written_days(text, day_first) if len(text) <= MAX_LINE else []
    return days[0].day if len(days) == 1 and not _words_beside(text, days) else ""


def _tag_day(tag: StartTag, behind: str, day_first: bool | None) -> str:
    """Return the day of an element: in an attribute, or else the only one in its text, `behind` its start tag."""
    for key in ("datetime", "content", "title"):
        day = timestamp_day(tag.attributes.get(key))
        if day:
            return day
    if tag.name == "meta":
        return ""
    text = text_of(behind.partition(f"</{tag.name}")[0])
    days = {written.day for written in written_days(text, day_first)} if len(text) <= MAX_LINE else set()
    return days.pop() if len(days) == 1 else ""


def _line_day(line: Line, day_first: bool | None, *, modified: bool) -> str:
    """Return the day that the line gives as that of publication, or of a change; empty if it gives none."""
    if line.is_timed and len(line.text) <= MAX_LINE and _is_updated(line.text) == modified:
        day = next(_time_days(line.source, day_first, modified=modified), "")
        if day:
            return day
    days = written_days(line.text[:MAX_LINE], day_first)
    if len(line.text) > MAX_LINE:
        # Of a paragraph only the dateline counts.
        days = days[:1] if days and _DATELINE_END.match(line.text, days[0].end) else []
    own_days = _days_of_page(line.text, days, modified=modified)
    if len(own_days) != 1:
        return ""
    words = _words_beside(line.text, days)
    about_date = _UPDATED_WORD if modified else _PUBLISHED_WORD
    return own_days.pop() if len(words) <= MAX_WORDS or about_date.search(line.text) else ""


def _named_days(text: str, day_first: bool | None, *, modified: bool) -> set[str]:
    """Return the day of a line, with a label before it, that says that it is of publication, or of a change."""
    days = written_days(text, day_first)
    if len(days) != 1 or len(_words_beside(text, days)) > MAX_WORDS:
        return set()
    about_date = _UPDATED_WORD if modified else _PUBLISHED_WORD
    is_named = about_date.search(text, 0, days[0].start) is not None
    return _days_of_page(text, days, modified=modified) if is_named else set()


def _days_of_page(text: str, days: list[WrittenDay], *, modified: bool) -> set[str]:
    """Return the days of publication, or of a change; none if one is that of an event or the end of a range."""
    own_days: set[str] = set()
    position = 0
    for written in days:
        lead = text[position : written.start]
        position = written.end
        day, trail = text[written.start : written.end], text[written.end :]
        if _RANGE.search(lead) or _EVENT_WORD.search(lead) or _is_number(lead, day, trail) or written.day < FIRST_PAGE:
            return set()
        if _is_updated(lead) == modified:
            own_days.add(written.day)
    return own_days


def _is_number(lead: str, day: str, trail: str) -> bool:
    """Whether what reads like a day is the number of a version or section, or the end of a sentence and a number."""
    is_version = _NUMBERS.fullmatch(day) is not None and _VERSION.search(lead) is not None
    is_section = (
        not lead.strip() and _SECTION_NUMBER.fullmatch(day) is not None and _TITLE_BEHIND.match(trail) is not None
    )
    return is_version or is_section or _COMMIT.search(lead) is not None or _END_AND_NUMBER.fullmatch(day) is not None


def _words_beside(text: str, days: list[WrittenDay]) -> list[str]:
    """Return the words of a line around its dates, but for times, up to the end of a dateline or to a separator."""
    words: list[str] = []
    position = 0
    for written in days:
        words += _WORD.findall(_CLOCK.sub(" ", _SEPARATOR.split(text[position : written.start])[-1]))
        position = written.end
        if _DATELINE_END.match(text, position):
            return words
    return words + _WORD.findall(_CLOCK.sub(" ", _SEPARATOR.split(text[position:])[0]))


def _time_days(part: str, day_first: bool | None, *, modified: bool) -> Iterator[str]:
    """Yield the days of the `time` elements that are of publication, or of a change."""
    for tag in islice(start_tags(part, _TIME), MAX_MARKED):
        is_modified = _MODIFIED_MARK.search(tag.marks) is not None
        behind = part[tag.end : tag.end + MAX_TIME]
        if (
            is_modified == modified
            and not _FOREIGN_MARK.search(tag.marks)
            and (day := _tag_day(tag, behind, day_first))
        ):
            yield day


def _is_updated(text: str) -> bool:
    """Whether the words before a date say that it is of a change."""
    updates = [match.end() for match in _UPDATED_WORD.finditer(text)]
    if not updates:
        return False
    publications = [match.end() for match in _PUBLISHED_WORD.finditer(text)]
    return not publications or publications[-1] < updates[-1]
