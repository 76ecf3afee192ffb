"""Calendar days as people and machines write them: timestamps, month names of many languages, and addresses.

Nothing here asks the clock or the time zone: the day is the one that is written. Where day and month could be either
number, the page's language and host decide; if they do not, there is no day.
"""

import datetime
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

__all__ = ["WrittenDay", "is_day_first", "may_be_other_day", "timestamp_day", "url_day", "url_month", "written_days"]

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
CENTURY_TURN = 69
"""Years of two digits from here on are of the twentieth century, as POSIX has it."""

FIRST_SAME_HOUR, LAST_SAME_HOUR = 9, 14
"""Hours in UTC at which it is the same day nearly everywhere."""

_MONTHS = """
january januar janvier enero gennaio janeiro januari stycznia styczeń января январь січня ιανουαρίου ιανουάριος
  jan jän jänner janv ene gen sty янв ιαν leden ledna tammikuuta ocak gener
february februar février febrero febbraio fevereiro februari lutego luty февраля февраль лютого φεβρουαρίου φεβρουάριος
  feb fév févr fev lut фев февр φεβ únor února helmikuuta şubat febrer feber
march märz mars marzo março maart marca marzec марта март березня μαρτίου μάρτιος
  mar mär mrz mrt marz мар μαρ marts březen března maaliskuuta mart març
april avril abril aprile kwietnia kwiecień апреля апрель квітня απριλίου απρίλιος
  apr avr abr kwi апр απρ duben dubna huhtikuuta nisan
may mai mayo maggio maio mei maja maj мая май травня μαΐου μαίου μάιος
  mag μαι květen května toukokuuta mayıs maig
june juni juin junio giugno junho czerwca czerwiec июня июнь червня ιουνίου ιούνιος
  jun giu cze июн ιουν červen června kesäkuuta haziran juny
july juli juillet julio luglio julho lipca lipiec июля июль липня ιουλίου ιούλιος
  jul juil lug lip июл ιουλ červenec července heinäkuuta temmuz juliol
august août aout agosto augustus sierpnia sierpień августа август серпня αυγούστου αύγουστος
  aug ago sie авг αυγ augusti srpen srpna elokuuta ağustos agost
september septembre septiembre setiembre settembre setembro września wrzesień сентября сентябрь вересня σεπτεμβρίου
  sep sept set wrz сен сент σεπ σεπτ σεπτέμβριος září syyskuuta eylül setembre
october oktober octobre octubre ottobre outubro października październik октября октябрь жовтня οκτωβρίου οκτώβριος
  oct okt ott out paź окт οκτ říjen října lokakuuta ekim
november novembre noviembre novembro listopada listopad ноября ноябрь νοεμβρίου νοέμβριος
  nov lis ноя нояб νοε marraskuuta kasım
december dezember décembre diciembre dicembre dezembro grudnia grudzień декабря декабрь грудня δεκεμβρίου δεκέμβριος
  dec dez déc dic gru дек δεκ prosinec prosince joulukuuta aralık desember desembre
"""
"""The names, twelve paragraphs of them: full names first, then the short ones and those of further languages."""


def _month_numbers() -> dict[str, int]:
    paragraphs = re.split(r"\n(?! )", _MONTHS.strip())
    return {name: number for number, names in enumerate(paragraphs, 1) for name in names.split()}


_MONTH_NUMBERS = _month_numbers()
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"\d{4}")
_TIMESTAMP = re.compile(r"\s*(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|(\d{2})(\d{2}))(?!\d)")
_UTC_TIME = re.compile(r"[T\s](\d{2}):\d{2}(?::\d{2})?(?:[.,]\d{1,9})?\s?(?:Z|GMT|UTC|\+00:?00)\s*$")
_NUMBER_PARTS = re.compile(r"\d[./-]\s?\d")
"""What all days in numbers alone have, but for those with signs of Chinese."""
# Patterns begin with the digit and not with what is not before it: there they are looked for in a fifth of the time.
_YEAR_FIRST = re.compile(r"(\d(?<![\d./-]\d)\d{3})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?![\d/-])")
_CJK = re.compile(r"(?<!\d)(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_NUMBERS = re.compile(r"(\d(?<![\d.,/:-]\d)\d?)([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?![\d/-]|[.,]\d)")
_MONTH = r"([^\W\d_]{3,12})"
_DAY_MONTH = re.compile(
    rf"(\d(?<![\d.,/:]\d)\d?)(?:st|nd|rd|th|er|[ºª°.])?[\s\xa0-]{{0,3}}(?:(?:of|de|di|d’|d')\s?)?{_MONTH}"
    r"[.,]?[\s\xa0,-]{0,3}(?:(?:de|del|του)\s)?(\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(
    rf"(?<![^\W\d_]){_MONTH}\.?[\s\xa0-]{{1,3}}(\d{{1,2}})(?:st|nd|rd|th)?[,.]?[\s\xa0,-]{{1,3}}(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_DAY_YEAR = re.compile(r"\d(?:st|nd|rd|th)?[,.]?[\s\xa0,-]{1,3}\d{4}(?!\d)", re.IGNORECASE)
"""What all days have whose month is written first; looking for words takes longer than for digits."""
_URL_DAYS = (
    re.compile(r"/((?:19|20)\d\d)/(\d{1,2}|[a-z]{3,9})/(\d{1,2})(?=[/._-]|$)", re.IGNORECASE),
    re.compile(r"/((?:19|20)\d\d)[-_]?(\d\d)/(\d\d)(?=[/._-]|$)"),
    re.compile(r"/((?:19|20)\d\d)/(\d\d)[-_]?(\d\d)(?=[/._-]|$)"),
    re.compile(r"[/_.=-]((?:19|20)\d\d)([-_])(\d\d)\2(\d\d)(?=[/._-]|$)"),
    re.compile(r"[/_.-]t?((?:19|20)\d\d)(\d\d)(\d\d)(?=[/._-]|$)"),
)
"""Days in a path: /2021/03/04/ and /2021/mar/04/, /2021-03/04/, /2021/0304/, -2021-03-04-, /20210304/."""

_URL_MONTH = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])(?=/)")

_MONTH_FIRST_HOSTS = frozenset("us gov edu mil ph".split())  # noqa: SIM905 - a list of words reads better
_DAY_FIRST_HOSTS = frozenset(
    """uk ie au nz in za de at ch fr be lu es it pt br nl pl ru ua by cz sk si hr rs gr cy tr il ro bg mx ar cl co pe
    uy ve ec bo py no dk fi ee lv is mt sg my id th vn eg ma ke ng gh pk bd lk ae sa""".split()  # noqa: SIM905
)
_DAY_FIRST_ENGLISH = frozenset("gb uk ie au nz in za sg my ng ke gh pk bd lk mt".split())  # noqa: SIM905
_YEAR_FIRST_LANGUAGES = frozenset("zh ja ko hu lt mn fa sv".split())  # noqa: SIM905


class WrittenDay(NamedTuple):
    """A day that a text mentions: as YYYY-MM-DD, and from where to where it is written."""

    day: str
    start: int
    end: int


_UNSET_DAYS = frozenset(("1900-01-01", "1970-01-01"))
"""What programs write where no day was set."""


def timestamp_day(value: object) -> str:
    """Return the calendar day that a timestamp begins with, or else the only one it mentions; else an empty string.

    A program wrote it, so the page's language does not say how 3/4/2021 is meant.

    >>> timestamp_day("2024-05-01T23:00:00+02:00"), timestamp_day("Thu, 04 Mar 2021 09:00:00 GMT")
    ('2024-05-01', '2021-03-04')
    """
    if not isinstance(value, str) or not 0 < len(value) <= 200:
        return ""
    match = _TIMESTAMP.match(value)
    if match:
        day = _day(match[1], match[3] or match[5], match[4] or match[6])
        return "" if day in _UNSET_DAYS else day
    days = {written.day for written in written_days(value, None)}
    return days.pop() if len(days) == 1 else ""


def may_be_other_day(timestamp: str) -> bool:
    """Whether a timestamp is in UTC and so late or early that many people have another day.

    >>> may_be_other_day("2021-03-04T23:00:00Z"), may_be_other_day("2021-03-04T23:00:00+01:00")
    (True, False)
    """
    match = _UTC_TIME.search(timestamp)
    return match is not None and not FIRST_SAME_HOUR <= int(match[1]) <= LAST_SAME_HOUR


def written_days(text: str, day_first: bool | None) -> list[WrittenDay]:
    """Return the days that a text mentions, in its order; `day_first` says how to read 3/4/2021, if anything does.

    >>> [day for day, _, _ in written_days("3 mars 2021, 04.03.2021, 5/6/2021", None)]
    ['2021-03-03', '2021-03-04']
    """
    if not _DIGIT.search(text):
        return []
    days = [written for written in _all_days(text, day_first) if written.day]
    return sorted(days, key=lambda written: written.start)


def url_day(url: str) -> str:
    """Return the day in the path of an address, or an empty string.

    >>> url_day("https://example.org/2021/03/04/lamp")
    '2021-03-04'
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    for pattern in _URL_DAYS if "20" in path or "19" in path else ():
        for match in pattern.finditer(path[:2000]):
            numbers = [part for part in match.groups() if part.isalnum()]
            month = numbers[1] if numbers[1].isdecimal() else str(_MONTH_NUMBERS.get(numbers[1].lower(), 0))
            day = _day(numbers[0], month, numbers[2])
            if day:
                return day
    return ""


def url_month(url: str) -> str:
    """Return the month (YYYY-MM) in the path of an address, as blogs have it, or an empty string.

    >>> url_month("https://example.org/2021/03/lamp.html")
    '2021-03'
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    match = _URL_MONTH.search(path[:2000])
    return f"{match[1]}-{match[2]}" if match else ""


def is_day_first(language: str, url: str) -> bool | None:
    """Whether 3/4/2021 is the third of April on a page of this language and host; None if they do not say, or disagree.

    >>> is_day_first("en-GB", ""), is_day_first("en", "https://example.gov/"), is_day_first("en", "https://example.com/")
    (True, False, None)
    """
    opinions = {_order_of_language(language.lower()), _order_of_host(url)} - {None}
    return opinions.pop() if len(opinions) == 1 else None


def _order_of_language(language: str) -> bool | None:
    name, _, region = language.replace("_", "-").partition("-")
    if name == "en":
        return True if region in _DAY_FIRST_ENGLISH else False if region == "us" else None
    return None if not name or name in _YEAR_FIRST_LANGUAGES else True


def _order_of_host(url: str) -> bool | None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    ending = host.rpartition(".")[2]
    return True if ending in _DAY_FIRST_HOSTS else False if ending in _MONTH_FIRST_HOSTS else None


def _all_days(text: str, day_first: bool | None) -> Iterator[WrittenDay]:
    # Only numbers alone have years of two digits: most texts hold none of the other kinds, and need no search for them.
    has_year = _YEAR.search(text) is not None
    has_parts = _NUMBER_PARTS.search(text) is not None
    patterns = ((_YEAR_FIRST,) if has_parts else ()) + ((_CJK,) if "年" in text or "년" in text else ())
    for pattern in patterns if has_year else ():
        for match in pattern.finditer(text):
            year, month, day = (part for part in match.groups() if part.isdecimal())
            yield WrittenDay(_day(year, month, day), match.start(), match.end())
    for match in _NUMBERS.finditer(text) if has_parts else ():
        yield WrittenDay(_day_of_numbers(match, day_first), match.start(), match.end())
    if not has_year:
        return
    for match in _DAY_MONTH.finditer(text):
        yield WrittenDay(_day_of_name(match[3], match[2], match[1]), match.start(), match.end())
    for match in _MONTH_DAY.finditer(text) if _DAY_YEAR.search(text) else ():
        yield WrittenDay(_day_of_name(match[3], match[1], match[2]), match.start(), match.end())


def _day_of_numbers(match: re.Match[str], day_first: bool | None) -> str:
    first, separator, second, year = match.groups()
    if len(year) == 2:
        year = ("19" if int(year) >= CENTURY_TURN else "20") + year
    if int(first) > 12 or separator == ".":
        # Nobody writes the month first with full stops.
        return _day(year, second, first)
    if int(second) > 12 or first == second:
        return _day(year, first, second)
    if day_first is None:
        return ""
    return _day(year, second, first) if day_first else _day(year, first, second)


def _day_of_name(year: str, month: str, day: str) -> str:
    number = _MONTH_NUMBERS.get(month.lower())
    return _day(year, str(number), day) if number else ""


def _day(year: str, month: str, day: str) -> str:
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        return ""
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
