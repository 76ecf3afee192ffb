"""The title of a page among those that it states: heading, `og:title`, headline, and `<title>` with the site's name.

The heading is what readers see, so it is taken where another title confirms it, or where it is the page's only one and
shares a word with a title; alone it may be a slogan. What stands before or behind a separator and is the site's name
belongs to no title, and neither does a kicker inside the heading.
"""

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from operator import attrgetter
from urllib.parse import urlsplit

from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.json_ld import comparable_title
from corpuskit.text.html.page_facts import Heading, PageFacts, own_text, tidy_title
from corpuskit.text.html.page_source import PageSource
from corpuskit.text.html.raw_markup import any_name, single_line, start_tags

__all__ = ["PageTitles", "page_titles"]

MAX_MENU = 16 * 1024
"""Most characters of a menu before a heading in it."""
MAX_SEPARATORS = 20
"""Most separators of a title that may stand before or behind the site's name."""
MIN_TITLE = 10
"""Fewest characters by which a title is known among other texts."""
MIN_WORD = 5
"""Fewest letters of a word that tells what a title is about."""
MAX_OCCURRENCES = 20
"""Most occurrences of a title that are looked at."""
MAX_LOOK_BACK = 200
"""Most characters of the tag before a title."""
META_TITLES = ("og:title", "citation_title", "dc.title", "dcterms.title", "parsely-title", "dc:title", "twitter:title")

_HEADING_PART = re.compile(rf"<({any_name(['span', 'small', 'em', 'p', 'div'])})(?=[\s>])")
_KICKER = re.compile(
    r"kicker|overline|over-?title|topline|roofline|super-?title|eyebrow|dachzeile|spitzmarke|titleheader|topic-?label"
    r"|sub-?title|sub-?head|(?<![a-z-])label(?![a-z])|invisible|visually-?hidden|sr-only|(?<![a-z])date(?![a-z])"
)
"""Names of what stands in a heading above, below or beside its own text."""
_OWN_TAG = re.compile(r"<(?!/|a[\s>])[^<>]*>\s*$", re.IGNORECASE)
"""The start tag of an element, not a link, whose text begins here."""
_FILE_NAME = re.compile(r"[^\s/]+\.(?:x?html?|php|aspx?|md|txt|pdf|docx?)", re.IGNORECASE)
_TELEPHONE = re.compile(r"\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b")
_SECTION_NAMES = frozenset(("news", "blog", "aktuelles", "nachrichten", "neuigkeiten", "press", "articles"))
"""What the heading above a page's own may say, when it is that of a section of the site."""
_ALPHANUMERIC = frozenset(string.ascii_letters + string.digits)
_SEPARATOR = re.compile(
    r"\s+(?:[|\-–—:·•»›>/~]|::|\|\|)\s+|\s*[|»›_]\s*|:\s+|(?<=[\u3000-\u9fff\uff00-\uffef])[-–—_](?=\w)"
)
_SEPARATOR_SIGN = re.compile(r"[|\-–—:·•»›>/~_]")
"""What each separator has: most titles have none of it, and it is looked for in a tenth of the time."""


@dataclass(frozen=True)
class PageTitles:
    """The titles that a page gives, and the names of its site."""

    all_headings: tuple[Heading, ...]
    stated_titles: tuple[str, ...]
    """Those of `meta` elements, then `<title>`."""
    document_title: str
    site_names: frozenset[str]
    source: PageSource

    @property
    def headings(self) -> tuple[str, ...]:
        """The texts of the first headings of the first level."""
        return tuple(heading.text for heading in self.all_headings if heading.level == 1)[:3]

    @cached_property
    def heading(self) -> tuple[int, int]:
        """Where the page's heading starts and ends: one that a title confirms, a title's text, or the first heading.

        It is -1 if there is none.
        """
        confirmed = self._confirmed_heading
        title_text = _title_text(self.source.text, self.stated_titles) if confirmed is None else (-1, -1)
        if title_text[0] >= 0:
            return title_text
        heading = confirmed[0] if confirmed else next((item for item in self.all_headings if item.level == 1), None)
        return (heading.start, heading.end) if heading else (-1, -1)

    @cached_property
    def _confirmed_heading(self) -> tuple[Heading, str] | None:
        """The heading that a stated title gives, too, and the title that both give."""
        return self._heading_among(self.stated_titles)

    def confirmed_heading(self, headline: str) -> tuple[Heading, str] | None:
        """Return the heading that a title states too, and the title that both give; None if no title states any."""
        if not headline or headline in self.stated_titles:
            return self._confirmed_heading
        return self._heading_among((*self.stated_titles, headline))

    def _heading_among(self, stated_titles: tuple[str, ...]) -> tuple[Heading, str] | None:
        titles = [self.without_site(title) for title in dict.fromkeys(stated_titles) if title]
        title_words = set(map(comparable_title, titles)) - {""}
        related_headings = []
        for heading in sorted(_may_agree(self.all_headings, title_words), key=attrgetter("level")):
            words = comparable_title(heading.text)
            if words in title_words and not self._is_in_menu(heading):
                return heading, self._without_kicker(heading)
            # Whatever the other ways to agree, one has all words of the other in a row.
            if _has_either(words, title_words):
                related_headings.append(heading)
        for agree in (_starts_alike, _is_segment, _ends_alike, _holds):
            for heading in related_headings:
                for title in titles:
                    if (agreed := agree(title, heading.text)) and not self._is_in_menu(heading):
                        return heading, self._without_kicker(heading) if agreed == heading.text else agreed
        return None

    def _is_in_menu(self, heading: Heading) -> bool:
        """Whether a heading below the first level stands in a `nav`, where it heads a list of other pages."""
        if heading.level == 1:
            return False
        before = self.source.part(heading.start - MAX_MENU, heading.start)
        return before.rfind("<nav") > before.rfind("</nav")

    def _only_heading(self) -> str:
        """Return the text of the only heading of the first level if a stated title has one of its longer words."""
        headings = [heading for heading in self.all_headings if heading.level == 1]
        if len(headings) != 1 or _TELEPHONE.search(headings[0].text):
            return ""
        heading_words = comparable_title(headings[0].text)
        if any(title and heading_words.startswith(comparable_title(title)) for title in self.stated_titles):
            # The title is the heading's short form.
            return ""
        if heading_words.split()[-1:] == comparable_title(self.document_title).split()[:1]:
            # "Function sort" in "sort in list".
            return self._without_kicker(headings[0])
        words, *title_words = (_longer_words(text) for text in (headings[0].text, *self.stated_titles))
        return self._without_kicker(headings[0]) if words & set().union(*title_words) else ""

    def _without_kicker(self, heading: Heading) -> str:
        """Return the text of a heading without those of its elements that are named as no part of it."""
        inner = self.source.inside_heading(heading.end)
        for tag in list(start_tags(inner, _HEADING_PART)) if "<" in inner else ():
            close = inner.find(f"</{tag.name}", tag.end)
            if close > 0 and _KICKER.search(tag.marks):
                inner = inner[: tag.start] + " " * (close - tag.start) + inner[close:]
        return own_text(inner).strip(" :|–—-") or heading.text

    def best(self, headline: str) -> str:
        """Return the title to take; `headline` is that of the page's JSON-LD."""
        confirmed = self.confirmed_heading(headline)
        if confirmed:
            return self._own_heading(confirmed[0]) or confirmed[1]
        only_heading = self._only_heading()
        if only_heading:
            return only_heading
        for title in (*self.stated_titles[:-1], headline, self.document_title):
            cleaned = self.without_site(title)
            if cleaned and not self.is_site(cleaned) and not _FILE_NAME.fullmatch(cleaned):
                return cleaned
        least = 6 if _FILE_NAME.fullmatch(self.document_title) else 1
        return next((item.text for item in self.all_headings if item.level <= least), "") or self.document_title

    def _own_heading(self, heading: Heading) -> str:
        """Return the only other heading of the first level if this one names a section of the site."""
        if heading.text.casefold() not in _SECTION_NAMES:
            return ""
        others = [item.text for item in self.all_headings if item.level == 1 and item != heading]
        return others[0] if len(others) == 1 else ""

    def is_site(self, title: str) -> bool:
        """Whether a title is no more than the site's name."""
        return _compact(title) in self.site_names

    def without_site(self, title: str) -> str:
        """Return a title without the site's name before or behind a separator."""
        separators = _separators(title)
        for separator in separators:
            if self.is_site(title[separator.end() :]) and comparable_title(title[: separator.start()]):
                return title[: separator.start()]
        for separator in reversed(separators):
            if self.is_site(title[: separator.start()]):
                return title[separator.end() :]
        return title


def page_titles(page: PageFacts, url: str) -> PageTitles:
    """Return the titles that the page's source, `meta` elements and address give."""
    values, headings = page.meta_values, page.headings
    document_title = tidy_title(page.title)
    stated_titles = [text for name in META_TITLES if name in values and (text := tidy_title(single_line(values[name])))]
    site_names = set(_site_names(values, url))
    site_names.update(_brands(stated_titles, document_title, headings, site_names))
    own_headings = _without_names(headings, site_names)
    titles = (*stated_titles, document_title)
    return PageTitles(own_headings, titles, document_title, frozenset(site_names), page.source)


@lru_cache(maxsize=64)
def _separators(title: str) -> tuple[re.Match[str], ...]:
    """Return the separators of a title behind or before which the site's name may stand."""
    return tuple(islice(_SEPARATOR.finditer(title), MAX_SEPARATORS)) if _SEPARATOR_SIGN.search(title) else ()


def _title_text(source: str, titles: tuple[str, ...]) -> tuple[int, int]:
    """Return where a title, or its part before a separator, is the start of an element's text; -1 if nowhere."""
    body = max(0, source.find("</title"))
    for title in dict.fromkeys(titles):
        ends = [match.start() for match in _separators(title)[:3]]
        for part in (title, *(title[:end] for end in reversed(ends))):
            end = body
            for _ in range(MAX_OCCURRENCES if len(comparable_title(part)) >= MIN_TITLE else 0):
                start = source.find(part, end)
                if start < 0:
                    break
                end = start + len(part)
                if _OWN_TAG.search(source, max(0, start - MAX_LOOK_BACK), start):
                    return start, end
    return -1, -1


def _may_agree(headings: tuple[Heading, ...], title_words: set[str]) -> Iterable[Heading]:
    """Return the headings but for those of which the core sees that they have no title within them, and are in none."""
    core = compiled_core()
    related_headings: list[Heading] = [] if core is None else core.related_headings(headings, tuple(title_words))
    return headings if core is None else related_headings


def _has_either(words: str, other_words: set[str]) -> bool:
    """Whether a text has one of the others within it, or lies within one."""
    for other in other_words:  # noqa: SIM110 - a generator takes twice the time
        if words in other or other in words:
            return True
    return False


def _longer_words(text: str) -> set[str]:
    """Return the words that say what a text is about; characters of Chinese or Japanese are words by themselves."""
    return {word for word in comparable_title(text).split() if len(word) >= MIN_WORD or not word.isascii()}


def _starts_alike(title: str, heading: str) -> str:
    """Return the heading if it and the title start with the same words, and half of the longer one or more is these."""
    shorter, longer = sorted((comparable_title(title), comparable_title(heading)), key=len)
    return heading if shorter and longer.startswith(f"{shorter} ") and len(shorter) * 2 >= len(longer) else ""


def _is_segment(title: str, heading: str) -> str:
    """Return the heading if it is what the title has before its first or its second separator."""
    heading_words = comparable_title(heading)
    return heading if heading_words and heading_words in _first_segments(title) else ""


@lru_cache(maxsize=64)
def _first_segments(title: str) -> tuple[str, ...]:
    """Return the words of what a title has before its first and before its second separator."""
    return tuple(comparable_title(title[: separator.start()]) for separator in _separators(title)[:2])


def _ends_alike(title: str, heading: str) -> str:
    """Return the title if the heading ends with it: what stands before it is a kicker."""
    words = comparable_title(title)
    is_end = bool(words) and comparable_title(heading).endswith(f" {words}")
    return title if is_end and len(words) * 5 >= len(heading) * 2 else ""


def _holds(title: str, heading: str) -> str:
    """Return the heading if the title has all of it and little else."""
    words, title_words = comparable_title(heading), comparable_title(title)
    return heading if words and f" {words} " in f" {title_words} " and len(words) * 2 >= len(title_words) else ""


def _site_names(values: dict[str, str], url: str) -> Iterator[str]:
    """Yield the names of the site: as it states them, and its host with and without its ending."""
    names = [values.get(name, "") for name in ("og:site_name", "application-name", "apple-mobile-web-app-title")]
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    names += [host, host.rpartition(".")[0], host.partition(".")[0]]
    for name in dict.fromkeys(filter(None, names)):
        if compact_name := _compact(name):
            yield compact_name


def _brands(
    stated_titles: list[str], document_title: str, headings: list[Heading], site_names: set[str]
) -> Iterator[str]:
    """Yield those of the titles that are the site's name: alone they stand at an end of `<title>`, by the page's own.

    It is the last part that is a name, unless a heading says so, too; or the first, if a heading is the rest.
    """
    separators = _separators(document_title) if stated_titles else ()
    if not separators:
        return
    parts = [(_compact(document_title[: each.start()]), _compact(document_title[each.end() :])) for each in separators]
    titles = {title for part in parts for title in part if title}.intersection(map(_compact, stated_titles))
    if not titles:
        return
    # What no heading could say need not be looked for among them.
    heading_texts = _compact_among(headings, {*titles, *(last for _, last in parts)})
    for title in titles - heading_texts:
        for first, last in parts:
            is_last = title == last and first and first not in site_names and len(first) > len(last)
            if is_last or (title == first and last in heading_texts):
                yield title


def _compact_among(headings: list[Heading], compact_titles: set[str]) -> set[str]:
    """Return those of the titles that headings say, too."""
    others = _other_initials(compact_titles)
    return compact_titles.intersection([_compact(item.text) for item in headings if item.text[:1] not in others])


def _without_names(headings: list[Heading], site_names: set[str]) -> tuple[Heading, ...]:
    """Return the headings that are not the site's name."""
    others = _other_initials(site_names)
    return tuple([item for item in headings if item.text[:1] in others or _compact(item.text) not in site_names])


def _other_initials(compact_titles: set[str]) -> frozenset[str]:
    """Return the letters and digits that begin none of these in compact form: they tell of nearly all texts."""
    initials = {title[:1] for title in compact_titles}
    return _ALPHANUMERIC.difference(initials, map(str.upper, initials))


@lru_cache(maxsize=1024)
def _compact(title: str) -> str:
    """Return the letters and digits of a title in lower case, as hosts have them."""
    return comparable_title(title).replace(" ", "")
