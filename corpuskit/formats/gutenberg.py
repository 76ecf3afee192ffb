"""Plain texts of Project Gutenberg: the text between licence header and footer, and what the header says.

The marks changed over the years: https://www.gutenberg.org/policy/license.html has the present ones; texts of before
2002 end their header with "*END*THE SMALL PRINT!", and their text with "End of the Project Gutenberg Etext".
"""

import calendar
import re
from typing import NamedTuple

from corpuskit.core.document import Reject

_START = re.compile(
    r"^[ \t]*(?:\*{3}[ ]?START OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)\b[^*]{0,400}\*{3}"
    r"|\*END[ *]+ ?THE SMALL PRINT![^\n]*)[^\n]*\n",
    re.MULTILINE | re.IGNORECASE,
)
_END = re.compile(
    r"^[ \t]*(?:(\*{3} ?END OF TH(?:E|IS) PROJECT GUTENBERG E(?:BOOK|TEXT)\b)"
    r"|\*{0,3} ?End of (?:the |this )?Project Gutenberg\b"
    r"|\*{3} ?START: FULL LICENSE ?\*{3})",
    re.MULTILINE | re.IGNORECASE,
)
MAX_FOOTER = 40_000
"""Most characters after the mark of a text's end: the licence has about 19,000."""
MAX_BETWEEN_MARKS = 1000
"""Most characters from one mark of the end to the next: old texts say it in words, and then between asterisks."""
_FIELD = re.compile(
    r"^(Title|Language|Edition|Release Date|Posting Date|Author):[ \t]*(\S[^\n]*(?:\n[ \t]+\S[^\n]*)*)", re.M | re.I
)
_NUMBER = re.compile(r"\[(?:E-?text|E-?Book)\s*#\s*(\d{1,6})\]", re.IGNORECASE)
_DAY = re.compile(r"([A-Z][a-z]+)(?: (\d{1,2}))?,? (\d{4})")
_CREDITS = re.compile(
    r"(?:produced|e-?text (?:prepared|produced)|transcribed|scanned|digitized|prepared|updated editions produced)\s+"
    r"(?:and \w+ )?by\b|credits?:",
    re.IGNORECASE,
)
_LANGUAGES = """
    Afrikaans=af Arabic=ar Bulgarian=bg Catalan=ca Chinese=zh Czech=cs Danish=da Dutch=nl English=en Esperanto=eo
    Estonian=et Finnish=fi French=fr Frisian=fy Galician=gl German=de Greek=el Hebrew=he Hungarian=hu Icelandic=is
    Interlingua=ia Irish=ga Italian=it Japanese=ja Korean=ko Latin=la Lithuanian=lt Norwegian=no Polish=pl
    Portuguese=pt Romanian=ro Russian=ru Sanskrit=sa Serbian=sr Slovenian=sl Spanish=es Swedish=sv Tagalog=tl
    Telugu=te Welsh=cy Yiddish=yi
    """
LANGUAGES = dict(entry.lower().split("=") for entry in _LANGUAGES.split())


class GutenbergText(NamedTuple):
    """A text and what its header says; what it does not say is empty."""

    text: str
    title: str
    author: str
    language: str
    date: str
    number: str
    edition: str
    has_end: bool
    """Whether the mark of the text's end was found."""


def read_gutenberg(source: str) -> GutenbergText:
    """Return the text of a file of Project Gutenberg. Raises Reject("not-gutenberg") if there is no mark of a start."""
    source = source.replace("\r\n", "\n").removeprefix("\ufeff")
    start = _START.search(source)
    if start is None:
        raise Reject("not-gutenberg", 'no line "*** START OF THE PROJECT GUTENBERG EBOOK …"; use `corpuskit files`')
    header, body = source[: start.start()], source[start.end() :]
    end = _end_of_text(body)
    text = _without_credits(body[:end])
    fields = {match[1].lower(): " ".join(match[2].split()) for match in reversed(list(_FIELD.finditer(header)))}
    number = _NUMBER.search(header)
    language = fields.get("language", "").split(",")[0].strip().lower()
    return GutenbergText(
        re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip(),
        fields.get("title", ""),
        fields.get("author", ""),
        LANGUAGES.get(language, language if re.fullmatch("[a-z]{2,3}", language) else ""),
        _date(fields.get("release date") or fields.get("posting date", "")),
        number[1] if number else "",
        fields.get("edition", ""),
        end is not None,
    )


def _end_of_text(body: str) -> int | None:
    """Return where the text ends: at the last mark, or at those right before it; None if there is none.

    A line like it within the text ends nothing: more follows than the licence has.
    """
    marks = [(match.start(), match[1] is not None) for match in _END.finditer(body)]
    last = max((start for start, is_full in marks if is_full), default=marks[-1][0] if marks else -1)
    if last < 0 or len(body) - last > MAX_FOOTER:
        return None
    for start, _ in reversed(marks):
        if start < last and last - start <= MAX_BETWEEN_MARKS:
            last = start
    return last


def _without_credits(text: str) -> str:
    """Return a text without the paragraphs on top that name who typed it."""
    while _CREDITS.match(text := text.lstrip()):
        text = text.partition("\n\n")[2]
    return text


def _date(text: str) -> str:
    match = _DAY.search(text)
    if not match or match[1] not in calendar.month_name:
        return ""
    month = list(calendar.month_name).index(match[1])
    day = int(match[2] or 0)
    if not 1 <= day <= calendar.monthrange(int(match[3]) or 4, month)[1]:
        return f"{match[3]}-{month:02}"
    return f"{match[3]}-{month:02}-{day:02}"
