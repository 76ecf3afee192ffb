"""The authors of a page: stated in its head, in its JSON-LD, or marked by its heading.

A name of the site, or an address, is no author while somebody else is named. Names are kept as the page writes them,
without the word that leads in a byline.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from corpuskit.text.html.calendar_days import written_days
from corpuskit.text.html.page_source import PageSource
from corpuskit.text.html.page_titles import PageTitles
from corpuskit.text.html.raw_markup import MAX_INNER, StartTag, single_line, text_inside

__all__ = ["page_author"]

MAX_AUTHORS = 10
MAX_MARKED = 60
"""Most elements marked as an author that are looked at."""
MAX_NAME_WORDS = 12
"""Most words of a byline; more are a sentence about somebody."""
WINDOW_BEFORE, WINDOW_AFTER = 8 * 1024, 64 * 1024
"""Characters of markup before and after the heading in which a byline may be."""

_META_AUTHORS = (
    "author",
    "article:author",
    "citation_author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "article:author_name",
    "cxenseparse:author",
    "byl",
)
_AUTHOR_WORDS = ("uthor", "utor", "yline", "riter", "erfasser")
"""What every mark of an author holds, whether it begins with a capital or not: each word costs a search."""
_AUTHOR_MARK = re.compile(
    r"(?<![a-z])(?:author(?:s|-?name|-?link|s?-name|-?by)?|post-?author|entry-?author|article-?author|byline(?:-?name|-?author)?"
    r"|autor(?:en|in)?(?:-?name)?|writer|verfasser)(?![a-z])"
)
_FOREIGN_MARK = re.compile(
    r"comment|related|teaser|sidebar|widget|footer|avatar|image|img|photo|bio|box|info|description|about|social|follow|role"
    r"|job|title|position|date|(?<!v)card|desc"
)
_EMPTY = frozenset({"meta", "link", "img", "input", "body", "html", "br"})
_LEAD = re.compile(
    r"^(?:(?:written|posted|published|reported|article|story|text|words|veröffentlicht|geschrieben|ein artikel"
    r"|ein beitrag|eingestellt|erstellt|verfasst|gepostet|publié|rédigé|publicado|escrito|scritto|pubblicato|geschreven"
    r"|gepubliceerd|geplaatst|(?:view |see |read )?(?:all|more) (?:posts|articles|stories|entries)"
    r"|alle (?:beiträge|artikel)|(?:voir )?tous les articles)\s+)?"
    r"(?:by|von|vom|par|por|di|door|av|af|przez|автор)\s*:?\s+"
    r"|^(?:text|autor(?:in|en)?|auteure?s?|autore|autores|authors?|words|redaktion|verfasser(?:in)?|writer|автор|作者)\s*[:：]\s*"
    r"|^(?:作者|记者|記者|文)\s*[:：/]\s*",
    re.IGNORECASE,
)
"""The words that lead in a byline: "Written by", "Text:"."""
_WEEKDAY = (
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Sonnabend"
    r"|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
)
_TAIL = re.compile(
    r"\s*(?:[|•·–—]|\s-\s|,?\s(?:am|on|le|el|il|vom|den)\s\d|\son\s[A-Z][a-z]+\s\d"
    rf"|(?:(?:^|\s)(?:Last|First))?\s(?:Published|Posted|Updated)\b(?!\sby)|(?:(?:^|,?\s)(?:am|on|le|el)\s+|^|,\s*)(?:{_WEEKDAY})\b).*$"
)
_TO_DAY = re.compile(r",?\s(?:am|on|le|el|il|op|den|vom|em|at)\s*$")
"""What stands between a name and the day of publication."""
_RANK = r"(?i:senior|junior|staff|chief|contributing|managing|deputy|new|full|active)"
_ROLE = re.compile(
    rf"(?:,\s*|\s+(?=(?:{_RANK}|[A-Z]{{2,4}})\s))(?:{_RANK}\s+|[A-Z]{{2,4}}\s+)*"
    r"(?i:member|reporter|editor|writer|correspondent|contributor|columnist|moderator|journalist|redakteur(?:in)?)$"
)
"""A role or rank behind a name."""
_COMPANY = re.compile(
    r"\s(?:GmbH(?: & Co\.? KG)?|mbH|Inc|LLC|Ltd|Limited|Corp|Corporation|sp\. ?z ?o\. ?o|s\.r\.o|S\.A|S\.p\.A|S\.r\.l"
    r"|B\.V|AG)\.?$"
)
_ADDRESS = re.compile(
    r"^(?:https?:|//|www\.|@|/)|^\S+@\S+$|^\S+/\S*\.(?:html?|php|aspx?)\b|^[\w-]+(?:\.[\w-]+)+/\S*$", re.IGNORECASE
)
_LEAD_ALONE = re.compile(
    r"^(?:(?:written|posted|published|veröffentlicht|geschrieben|publié|publicado|erstellt)\s?(?:by|on|in|am|von|par|le|por|el)?"
    r"|by|von|vom|par|por|di|door|authors?|autor(?:in|en)?|text|writer|interview|teilen|share|print|drucken|imprimer|imprimir|stampa|afdrukken|e-?mail|pdf|tweet|reply|permalink)\W*$",
    re.IGNORECASE,
)
_WORDLESS = re.compile(
    r"^(?i:admin|administrator|webmaster|editor|root|user|null|none|undefined|unknown|anonymous|redaktion)$|^[A-Z]{1,3}$"
)
"""Accounts, and initials, which say less than a name."""


def page_author(source: PageSource, values: dict[str, str], linked_names: list[str], titles: PageTitles) -> str:
    """Return the authors, separated by commas; empty if nobody is named."""
    stated_names = islice((name for key in _META_AUTHORS if key in values and (name := _name(values[key]))), 1)
    weak_names: list[str] = []
    for found_names in (linked_names, stated_names, islice(_marked_names(source, titles.heading[0]), 1)):
        names = _unique(found_names)
        people = [name for name in names if not _is_nobody(name, titles)]
        if people:
            return single_line(", ".join(people))
        weak_names = weak_names or names
    return single_line(", ".join(weak_names))


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, map(_name, names))))[:MAX_AUTHORS]


def _name(value: str) -> str:
    """Return a name on one line without the words of a byline; empty if it is none, but an address or a company say."""
    line = single_line(value)
    line = _ROLE.sub("", _LEAD.sub("", line, count=1).strip(" ,;|:-"))
    is_none = not line or _ADDRESS.search(line) or _LEAD_ALONE.match(line) or _COMPANY.search(line)
    return "" if is_none else line


def _is_nobody(name: str, titles: PageTitles) -> bool:
    """Whether a name is the site's, or that of an account."""
    return titles.is_site(name) or _WORDLESS.fullmatch(name) is not None


def _marked_names(source: PageSource, heading: int) -> Iterator[str]:
    """Yield the names that elements by the heading are marked with."""
    start, end = (max(0, heading - WINDOW_BEFORE), heading + WINDOW_AFTER) if heading >= 0 else (0, WINDOW_AFTER)
    for tag in source.marked_tags(_AUTHOR_WORDS, start, end, MAX_MARKED):
        if tag.name not in _EMPTY and _is_author(tag):
            name = _byline(text_inside(tag.name, source.part(tag.end, tag.end + MAX_INNER)))
            if name:
                yield name


def _is_author(tag: StartTag) -> bool:
    if _AUTHOR_MARK.search(tag.marks) is None:
        return False
    if not _FOREIGN_MARK.search(tag.marks):
        return True
    rel = tag.attributes.get("rel", "").lower().split()
    return "author" in rel or tag.attributes.get("itemprop", "").lower() == "author"


def _byline(text: str) -> str:
    """Return the name in a byline; empty if it is a text rather than a name."""
    days = written_days(text, None)
    line = _TO_DAY.sub("", text[: days[0].start]) if days and days[0].start else text
    name = _name(_TAIL.sub("", line))
    return (
        name if 0 < len(name.split()) <= MAX_NAME_WORDS and not any(character.isdigit() for character in name) else ""
    )
