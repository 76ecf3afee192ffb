"""Which lines at the head and foot of a page are a menu: links to other pages, and what a site writes below each page.

C4 takes out lines of few words, as they are mostly links. But a title, the headwords of a dictionary, the ingredients
of a recipe and the usage line of a manual are as short. So only the edges of a page are looked at: the lines before its
first sentence, and those after its last. There, a menu is known by what it says (`Home`, `Next`, `Contents`), or by
being several short lines of which the text takes up few: a recipe goes on to speak of its flour, a page does not speak
of its links. Blank lines between them say nothing: the same page has them or not, as whoever made it text likes.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from corpuskit.text.quality.calls_to_action import is_call_to_action
from corpuskit.text.quality.link_words import is_row_of_links, leads_to_others, turns_page

__all__ = ["LEAST_UNKNOWN_MENU", "MOST_BEFORE", "NOTICE", "EdgeLine", "foot_lines_to_cut", "head_lines_to_cut"]

LEAST_MENU = 3
"""Short lines together, one of them a link, that are a menu: a title and a byline are two."""
LEAST_UNKNOWN_MENU = 4
"""Short lines together that may be a menu though none is known as a link: a manual has a heading, usage, a heading."""
MOST_TITLES = 2
"""Short lines between a menu and the text that are a title and a byline, or above it the name of the site."""
MOST_BEFORE = 2
"""Longer lines that may stand before the first short one: the names of the site and of the page."""
NOTICE = ("©", "Copyright ©")
"""What begins the notice below a page, which is no part of its text."""
MOST_CALL_WORDS = 4
"""Words of what a site asks, where what it says is not known: more are a sentence."""
MOST_TITLE_WORDS = 20
"""Words of the title of another page below the text."""
LONGEST_LEAD = 5
"""Words of a line that ends in a colon and leads on to nothing."""
LEAST_ROWS = 3
"""Rows of a table: the lines between a number and the next are the cells of one."""
LEAST_CELLS = 3
LEAST_PREFIX = 4
"""Characters from which a word is known by its beginning: its ending changes with the sentence."""

_LETTER = re.compile(r"[^\W\d_]")
_DATE = re.compile(r"\d{1,4}\s?[-./年]\s?\d{1,2}\s?[-./月]\s?\d{1,4}|\b(?:1[5-9]|20)\d\d\b")
_BULLET = re.compile(r"\s*[-*•‣·+–—]\s")
_ITEM = re.compile(r"\s*\(?\d|\s*#{1,6}\s|.*(?:[,;，、；]|\d\s*[^\W\d_]+\.?)\s*\Z|.*[\\=<>{}\[\]_$]|.*[/.]\w")
"""A numbered item, a heading of Markdown, a line of verse, a quantity, or a name that programs use."""
_WORD = re.compile(r"[^\W_]+")
_LABELLED = re.compile(r"\s*[^\s:][^:]{0,40}: \S")
_OPTION = re.compile(r"\s*--?\w")
_CRUMB = re.compile(r"[^«.!?]{1,60}\s»\s*")
_NUMBER = re.compile(r"\d[\d.,]*")
_CALL_END = re.compile(r"[!?！？؟;]\s*\Z")
_PATH = re.compile(r": (?:/|[a-z]+://)\S+\s*\Z")


Rest = Callable[[], str]
"""Gives the part of a text that its edge may be about, in small letters: few edges have it looked at."""


class EdgeLine(NamedTuple):
    """A line before the first sentence of a text, or after its last one."""

    text: str
    is_short: bool
    """Whether it has so few words that it may be a link."""
    words: int
    is_link: bool
    """Whether it is known as a link of a menu."""


def head_lines_to_cut(lines: Sequence[EdgeLine], rest: Rest) -> set[int]:
    """Return which of the lines before a text's first sentence are a menu; `rest` gives the text from there on.

    >>> head = [EdgeLine(line, True, 1, line != "Boats") for line in ("Home", "Shop", "Help", "Boats")]
    >>> sorted(head_lines_to_cut(head, lambda: "the boats are on the shore."))
    [0, 1, 2]
    >>> head = [EdgeLine(line, True, 1, False) for line in ("Oars", "Boats", "Sail", "Row")]
    >>> head_lines_to_cut(head, lambda: "oars move a boat, sails do not.")
    set()
    """
    lines = _with_calls(lines, 0)
    links = _links(lines)
    cut = set(links) if len(links) > 1 else _rows_of_links(lines, links)
    cut |= {index for index, link in enumerate(lines[:-3], 1) if link.is_link and _is_between_turns(lines, index)}
    for start, end, longer in _runs(lines, links):
        cut |= _menu_before_title(lines, start, end, links, rest if longer <= MOST_BEFORE else None)
    cut |= _crumbs(lines, cut)
    return cut | _empty_at_edge(lines, range(len(lines)), cut)


def may_be_cut_from_head(short: Sequence[bool], first: str) -> bool:
    """Whether something may go of lines before a text's first sentence of which none is known as a link.

    It is a quick look before `head_lines_to_cut`. `short` says of each line whether it is; `first` is the first one.

    >>> may_be_cut_from_head([True, True, False, True], "Boats")
    False
    """
    return _has_unknown_menu(short) or (bool(short) and short[0] and _is_empty(first))


def may_be_cut_from_foot(short: Sequence[bool], last: str) -> bool:
    """Whether something may go of lines after a text's last sentence of which none is known as a link.

    It is a quick look before `foot_lines_to_cut`. `short` says of each line whether it is; `last` is the last one.

    >>> may_be_cut_from_foot([True, False, True], "More:"), may_be_cut_from_foot([True], "Oars")
    (True, False)
    """
    if _has_unknown_menu(short) or (bool(short) and short[-1] and _is_empty(last)):
        return True
    return last.rstrip().endswith((":", "：")) or _LABELLED.match(last) is not None


def _has_unknown_menu(short: Sequence[bool]) -> bool:
    """Whether enough short lines stand together for a menu of which no link is known."""
    return bytes([True] * LEAST_UNKNOWN_MENU) in bytes(short)


def _is_empty(line: str) -> bool:
    """Whether a line has no letter and no date."""
    return not _LETTER.search(line) and not _DATE.search(line)


def foot_lines_to_cut(lines: Sequence[EdgeLine], rest: Rest) -> set[int]:
    """Return which of the lines after a text's last sentence are a menu; `rest` gives the text before them.

    >>> foot = [EdgeLine("Related:", True, 1, True), EdgeLine("Oars", True, 1, False)]
    >>> sorted(foot_lines_to_cut(foot, lambda: "the boats are on the shore."))
    [0, 1]
    """
    notice = next((index for index, line in enumerate(lines) if line.text.lstrip().startswith(NOTICE)), len(lines))
    lines = _with_calls(lines, notice)
    cut = _colophon(lines)
    links = _links(lines)
    cut |= links if len(links) > 1 else _rows_of_links(lines, links)
    cut |= _titles_of_others(lines[:notice])
    for start, end, _ in _runs(lines, links):
        after = len([index for index in range(end, notice) if index not in cut])
        if after <= MOST_BEFORE:
            cut |= _menu_after_text(lines, start, end, links, rest, is_last=not after)
    cut |= _crumbs(lines, cut)
    cut |= _empty_at_edge(lines, range(len(lines) - 1, -1, -1), cut)
    last = max((index for index in range(len(lines)) if index not in cut), default=-1)
    if last >= 0 and lines[last].words <= LONGEST_LEAD and lines[last].text.rstrip().endswith((":", "：")):
        cut.add(last)
    return cut


def _with_calls(lines: Sequence[EdgeLine], end: int) -> Sequence[EdgeLine]:
    """Return the lines with what a site asks beside its links as one more link, though it ends like a sentence.

    What is asked in other words than those that are known is a short line where it stands between links, or is the last
    one before the `end` of a foot.

    >>> calls = [EdgeLine(line, False, 2, False) for line in ("Join us!", "Join in.")]
    >>> [line.is_link for line in _with_calls([EdgeLine("Home", True, 1, True), *calls], 0)]
    [True, True, False]
    """
    links = [index for index, line in enumerate(lines) if line.is_link]
    if not links:
        return lines
    lines = list(lines)
    for link in links:
        for index in (link - 1, link + 1):
            if 0 <= index < len(lines) and not lines[index].is_link and is_call_to_action(lines[index].text):
                lines[index] = lines[index]._replace(is_short=True, is_link=True)
                links.append(index)
    if len(links) > 1:
        for index, line in enumerate(lines):
            if line.is_short or line.words > MOST_CALL_WORDS or not _CALL_END.search(line.text):
                continue
            if _is_between_links(lines, index) or (index == end - 1 and _ends_menu(lines[:index])):
                lines[index] = line._replace(is_short=True)
    return lines


def _is_between_links(lines: Sequence[EdgeLine], index: int) -> bool:
    """Whether a line stands right beside a link, and another is next to it or next but one on its other side."""
    above, below = (
        [line.is_link for line in side] for side in (lines[max(0, index - 2) : index], lines[index + 1 : index + 3])
    )
    return any(above) and any(below) and (above[-1] or below[0])


def _ends_menu(lines: Sequence[EdgeLine]) -> bool:
    """Whether the last lines are a menu of which some links are known."""
    last = lines[-LEAST_MENU:]
    return len(last) == LEAST_MENU and all(line.is_short for line in last) and sum(line.is_link for line in last) > 1


def _rows_of_links(lines: Sequence[EdgeLine], links: set[int]) -> set[int]:
    """Return the lines that are menus by themselves, and no heads of tables: as many cells follow those."""
    return {
        index
        for index in links
        if is_row_of_links(lines[index].text)
        and all(
            other.is_link or other.text.count("|") != lines[index].text.count("|") or "|" not in other.text
            for other in lines[index + 1 : index + 2]
        )
    }


def _titles_of_others(lines: Sequence[EdgeLine]) -> set[int]:
    """Return the last lines if they are titles of other pages, below a line that says so."""
    lead = next((index for index, line in enumerate(lines) if line.is_link and leads_to_others(line.text)), len(lines))
    titles = lines[lead + 1 :]
    if not titles or any(title.words > MOST_TITLE_WORDS for title in titles):
        return set()
    return set(range(lead, len(lines)))


def _links(lines: Sequence[EdgeLine]) -> set[int]:
    """Return the lines that are links: not cells of tables, nor what an option of a command stands for."""
    links = {index for index, line in enumerate(lines) if line.is_link and not _is_value(lines, index)}
    if links:
        for start, end, _ in _runs(lines, links):
            if _is_table(lines[start:end]):
                links -= set(range(start, end))
    return links


def _is_value(lines: Sequence[EdgeLine], index: int) -> bool:
    """Whether a line is an option of a command, or the value of the one before it: `index` below `-i | --index`."""
    line = lines[index].text.strip().lower()
    return _OPTION.match(line) is not None or (index > 0 and f"-{line}" in lines[index - 1].text.lower())


def _is_table(run: Sequence[EdgeLine]) -> bool:
    """Whether numbers come again and again between short lines, in rows of several cells.

    >>> cells = "Name Size Kind w3m 2828 text links 2302 text lynx 1935 text".split()
    >>> _is_table([EdgeLine(cell, True, 1, cell == "links") for cell in cells])
    True
    >>> _is_table([EdgeLine(line, True, 1, True) for line in "News 12 Shop 40 Help 3 1 2 3 Next".split()])
    False
    """
    if len(run) <= (LEAST_ROWS - 1) * LEAST_CELLS:
        return False
    numbers = [index for index, line in enumerate(run) if _NUMBER.fullmatch(line.text.strip())]
    rows = sum(after - before >= LEAST_CELLS for before, after in pairwise(numbers)) + 1
    return rows >= LEAST_ROWS and len({run[index].text.strip() for index in numbers}) >= LEAST_ROWS


def _is_between_turns(lines: Sequence[EdgeLine], index: int) -> bool:
    """Whether a line is the title of a book between links to its pages before and after, and that of a page follows."""
    before, line, after, title = lines[index - 1 : index + 3]
    is_turned = all(link.is_link and turns_page(link.text) for link in (before, after))
    return is_turned and not line.is_link and not title.is_link


def _crumbs(lines: Sequence[EdgeLine], cut: set[int]) -> set[int]:
    """Return the lines right below a menu that lead to the page, such as `Boats »`."""
    crumbs: set[int] = set()
    for index in cut:
        below = index + 1
        while below < len(lines) and below not in cut and _CRUMB.fullmatch(lines[below].text):
            crumbs.add(below)
            below += 1
    return crumbs


def _runs(lines: Sequence[EdgeLine], links: set[int]) -> Iterator[tuple[int, int, int]]:
    """Yield where each run of short lines or links starts and ends, and the number of longer lines before it."""
    start, longer = -1, 0
    for index, line in enumerate(lines):
        if line.is_short or index in links:
            start = index if start < 0 else start
        else:
            if start >= 0:
                yield start, index, longer
            start, longer = -1, longer + 1
    if start >= 0:
        yield start, len(lines), longer


def _menu_before_title(lines: Sequence[EdgeLine], start: int, end: int, links: set[int], rest: Rest | None) -> set[int]:
    """Return which lines of a run are a menu above the title and byline of what follows.

    Without a `rest`, only a run with links is one.
    """
    links_here = [index for index in range(start, end) if index in links]
    if len(links_here) > 1 or (
        links_here and (len(links) > 1 or _is_strange(lines[start:end], rest or str, LEAST_MENU))
    ):
        above = lines[start : links_here[0]]
        is_name = _are_titles(above) and any(_is_taken_up(line.text, rest or str) for line in above)
        first = links_here[0] if is_name else start
        return set(range(first, links_here[-1] + 1 if _are_titles(lines[links_here[-1] + 1 : end]) else end))
    if rest is None or end - start < LEAST_UNKNOWN_MENU:
        return set()
    title = _is_taken_up(lines[end - 1].text, rest)
    return _unknown_menu(lines, start, end - title, rest)


def _are_titles(lines: Sequence[EdgeLine]) -> bool:
    """Whether the lines beside a menu are few enough for the names of site and page, and no items."""
    return len(lines) <= MOST_TITLES and not any(_BULLET.match(line.text) for line in lines)


def _menu_after_text(
    lines: Sequence[EdgeLine], start: int, end: int, links: set[int], rest: Rest, is_last: bool
) -> set[int]:
    """Return which lines of a run are a menu below a text: what follows a link there is one, too."""
    links_here = [index for index in range(start, end) if index in links]
    if links_here and (is_last or len(links) > 1):
        return set(range(links_here[0], end))
    return _unknown_menu(lines, start, end, rest) if is_last else set()


def _unknown_menu(lines: Sequence[EdgeLine], start: int, end: int, rest: Rest) -> set[int]:
    """Return the lines of a run if they are a menu though none is known as a link."""
    return set(range(start, end)) if _is_strange(lines[start:end], rest, LEAST_UNKNOWN_MENU) else set()


def _is_strange(run: Sequence[EdgeLine], rest: Rest, least: int) -> bool:
    """Whether short lines are enough for a menu, and more than half of them no items and not taken up by the text."""
    if len(run) < least or _is_table(run):
        return False
    return 2 * sum(not _is_item(line.text) and not _is_taken_up(line.text, rest) for line in run) > len(run)


def _is_item(line: str) -> bool:
    """Whether a line is one of a list, of verse or of code."""
    return any(kind.match(line) for kind in (_BULLET, _ITEM, _OPTION))


def _is_taken_up(line: str, rest: Rest) -> bool:
    """Whether a word of a line begins a word of the rest of its text, which is in small letters."""
    return any(_begins_word(_stem(word), rest()) for word in _WORD.findall(line) if _tells(word))


def _tells(word: str) -> bool:
    """Whether a word says what a text is about: it is long, an abbreviation, or of a script without small letters."""
    return len(word) >= LEAST_PREFIX or (len(word) > 1 and not word.islower())


def _stem(word: str) -> str:
    return word.lower()[: max(LEAST_PREFIX, len(word) - 2)]


def _begins_word(stem: str, text: str) -> bool:
    start = text.find(stem)
    while start > 0 and text[start - 1].isascii() and text[start - 1].isalnum():
        start = text.find(stem, start + 1)
    return start >= 0


def _empty_at_edge(lines: Sequence[EdgeLine], order: range, cut: set[int]) -> set[int]:
    """Return the lines from the edge on that have no letter and no date: prices, numbers, rules."""
    empty: set[int] = set()
    for index in order:
        if index in cut:
            continue
        line = lines[index]
        if not line.is_short or not _is_empty(line.text):
            break
        empty.add(index)
    return empty


def _colophon(lines: Sequence[EdgeLine]) -> set[int]:
    """Return the last lines that name the page itself: labels with values, one of them its path, below a colon."""
    start = len(lines)
    while start and _LABELLED.match(lines[start - 1].text):
        start -= 1
    labelled = range(start, len(lines))
    if len(labelled) < MOST_TITLES or not start or not any(_PATH.search(lines[index].text) for index in labelled):
        return set()
    return {start - 1, *labelled} if lines[start - 1].text.rstrip().endswith((":", "：")) else set()
