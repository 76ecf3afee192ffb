"""Where the text of a page begins and ends, so that menus are sought before and after it.

It begins with the first sentence and ends with the last, but for two kinds of lines: a link to a page whose title ends
like a sentence (`Next: Why boats float?`) is a part of the menu, and a list that a line with a colon leads to is a part
of the text.
"""

import re

import numpy as np

from corpuskit.text.quality.arrays import Booleans, Integers
from corpuskit.text.quality.calls_to_action import is_call_to_action
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.link_words import is_link, leads_to_others, leads_to_page, may_turn_page
from corpuskit.text.quality.page_edges import begin_like_links

__all__ = ["bound_texts"]

MOST_LINK_WORDS = 16
"""Words of a link with the title of the page that it leads to."""
MOST_LINKS = 3
"""Links that are sought at each end of a text, one inside the other."""
LEAST_ITEMS, LEAST_UNDER_HEADING = 2, 3
"""Short lines that are a list under a line of several words that leads to them, and under a heading of few."""
WORDS_OF_LEAD = 5
"""Words of a line that leads to a list; a heading with a colon has fewer."""
MOST_ITEMS = 400
"""Lines of a list that are read."""
MOST_LEAD_WORDS = 6
"""Words of a line that leads to the titles of other pages."""
MOST_TITLES, MOST_TITLE_WORDS = 40, 20
"""Titles below such a line, and the words of each."""

_COMPANY = re.compile(r"\b(?:Inc|Ltd|Corp|Co|LLC|Bros|Pty|S\.A|B\.V|e\.V)\.\s*\Z")
_TITLE_END = re.compile(r"(?:[?!…？！]|\.\.\.)\s*\Z")
_SITE_LEAD = re.compile(
    r"\b(?:also|related|similar|share|follow|tags?|tagged|filed|posted|categor\w*|topics?|sign up|subscribe|recent"
    r"|popular|latest|newsletter|search|links?|menu|navigation|more|next|read|visit|contact|language|login|log in"
    r"|user ?name|password|sort|filter|view|download|siehe auch|mehr|teilen|verwandt\w*|kategorien?|suche|voir aussi"
    r"|partager|plus"
    r"|véase también|compartir|ver también|leia também|compartilhe|leggi anche|condividi|lees ook|delen|zobacz też"
    r"|см\. также|читайте также|поделиться|теги|рубрики)\b"
    r"|(?:关注|分享|标签|分类|相关|關注|標籤|分類|相關|関連|共有|タグ|カテゴリ)",
    re.IGNORECASE,
)


def bound_texts(
    layout: TextLayout, sentences: Booleans, short: Booleans, closed: Booleans, leads: Booleans, words: Integers
) -> None:
    """Take links out of the sentences of a batch and into its short lines, and the ends of lists into the sentences.

    `short` says which rows have so few words that they may be links, `closed` which of as many words end like
    sentences, `leads` which rows end in a colon.
    """
    links = _links_like_sentences(layout, sentences, short, words)
    links += _titles_like_sentences(layout, sentences, words)
    sentences[links], short[links] = False, True
    at_edge = _at_edges(layout, sentences)
    closed_links = [row for row in (closed & at_edge).nonzero()[0].tolist() if is_link(layout.line_of(row))]
    short[closed_links] = True
    sentences[_ends_of_lists(layout, at_edge, short, leads, words)] = True


def _at_edges(layout: TextLayout, sentences: Booleans) -> Booleans:
    """Return which rows lie before the first or after the last sentence of their text."""
    texts, inside = layout.lines.text_indices, sentences.nonzero()[0]
    first, last = np.full(len(layout.text_ends), len(texts)), np.full(len(layout.text_ends), -1)
    for bounds, ends in ((first, _first_of_texts(inside, texts)), (last, _last_of_texts(inside, texts))):
        bounds[texts[ends]] = ends
    rows = np.arange(len(texts))
    at_edge: Booleans = (rows < first[texts]) | (rows > last[texts])
    return at_edge


def _links_like_sentences(layout: TextLayout, sentences: Booleans, short: Booleans, words: Integers) -> list[int]:
    """Return the rows at either end of a text's sentences that are links of a menu, though they end like sentences."""
    # sentences       0      1                   1                     0      0
    # rows            Home / Boats float well. / Next: Why do they? / Blog / Shop
    # returned                                   x
    texts = layout.lines.text_indices
    may_be_link = short.copy()
    rows = short.nonzero()[0]
    may_be_link[rows] = begin_like_links(layout, rows)
    if not may_be_link.any():
        return []
    beside = np.zeros(len(texts), bool)
    for distance in (1, 2):
        same = texts[distance:] == texts[:-distance]
        beside[distance:] |= may_be_link[:-distance] & same
        beside[:-distance] |= may_be_link[distance:] & same
    may_be = sentences & beside & (words <= MOST_LINK_WORDS)
    links: list[int] = []
    for ends in (_first_of_texts, _last_of_texts):
        left = sentences.copy()
        left[links] = False
        for _ in range(MOST_LINKS):
            rows = ends(left.nonzero()[0], texts)
            links_here = [row for row in rows[may_be[rows]].tolist() if _is_in_menu(layout, row, short)]
            if not links_here:
                break
            left[links_here] = False
            links += links_here
    return links


def _first_of_texts(rows: Integers, texts: Integers) -> Integers:
    first: Integers = rows[np.diff(texts[rows], prepend=-1) != 0]
    return first


def _last_of_texts(rows: Integers, texts: Integers) -> Integers:
    last: Integers = rows[np.diff(texts[rows], append=len(texts) + 1) != 0]
    return last


def _titles_like_sentences(layout: TextLayout, sentences: Booleans, words: Integers) -> list[int]:
    """Return the rows that end like questions or teasers below a line that leads to the titles of other pages.

    Nothing but titles follows that line up to the end of its text.
    """
    # rows        Boats float. / Related articles / Why do boats float? / Oars and tar / Boats of the north ...
    # returned                                      x                                    x
    texts = layout.lines.text_indices
    last = _last_of_texts(sentences.nonzero()[0], texts)
    last = last[_may_be_titles(layout, last)]
    if not len(last):
        return []
    sought = np.zeros(len(layout.text_ends), bool)
    sought[texts[last]] = True
    ends = texts.searchsorted(texts, "right")
    near_end = ends - np.arange(len(texts)) <= MOST_TITLES + 1
    rows = (sought[texts] & near_end & ~sentences & (words <= MOST_LEAD_WORDS)).nonzero()[0]
    titles: list[int] = []
    for row in rows[begin_like_links(layout, rows)].tolist():
        below = slice(row + 1, int(ends[row]))
        like_sentences = (sentences[below].nonzero()[0] + row + 1).tolist()
        if not like_sentences or (words[below] > MOST_TITLE_WORDS).any() or not leads_to_others(layout.line_of(row)):
            continue
        if all(_TITLE_END.search(layout.line_of(title)) for title in like_sentences):
            titles += like_sentences
    return titles


def _may_be_titles(layout: TextLayout, rows: Integers) -> Booleans:
    """Return which of some rows end in a mark of questions or teasers, as far as a byte or two say."""
    ends = layout.token_ends[layout.lines.last_tokens[rows]]
    last, before = layout.codes[ends - 1], layout.codes[ends - 2]
    may_be: Booleans = (last == ord("?")) | (last == ord("!")) | (last > ord("~"))
    may_be |= (last == ord(".")) & (before == ord("."))
    return may_be


def _is_in_menu(layout: TextLayout, row: int, short: Booleans) -> bool:
    """Whether a row says that it leads to a page, or stands between links, or names a company below them."""
    line = layout.line_of(row)
    is_title, is_company = _TITLE_END.search(line) is not None, _COMPANY.search(line) is not None
    is_call = is_call_to_action(line)
    if not (is_title or is_company or is_call or may_turn_page(line)):
        return False
    if is_link(line):
        return True
    texts = layout.lines.text_indices

    def is_link_of_text(other: int) -> bool:
        if not 0 <= other < len(texts) or texts[other] != texts[row]:
            return False
        text = layout.line_of(other)
        return (bool(short[other]) and is_link(text)) or leads_to_page(text)

    if is_call and (is_link_of_text(row - 1) or is_link_of_text(row + 1)):
        return True
    if not is_link_of_text(row - 1):
        return leads_to_page(line) and is_link_of_text(row + 1)
    if leads_to_page(line):
        return True
    # What a link stands for may end in a full stop, below its name.
    return (is_title and is_link_of_text(row + 1)) or (is_company and is_link_of_text(row - 2))


def _ends_of_lists(
    layout: TextLayout, at_edge: Booleans, short: Booleans, leads: Booleans, words: Integers
) -> list[int]:
    """Return the first and last rows of the lists at the edges of texts that a line with a colon leads to."""
    # rows            Sail with it. / It has room for: / oars / ropes / sails / Home
    # returned                        x                               x
    texts = layout.lines.text_indices
    before_short = np.zeros(len(texts), bool)
    before_short[:-2] = (texts[2:] == texts[:-2]) & short[1:-1] & short[2:] & ~leads[1:-1]
    bounds: list[int] = []
    for row in (leads & at_edge & before_short).nonzero()[0].tolist():
        end = _end_of_list(layout, row, short, leads)
        few = words[row] < WORDS_OF_LEAD
        if end - row > (LEAST_UNDER_HEADING if few else LEAST_ITEMS) - 1 and not _leads_away(layout.line_of(row)):
            bounds += [row, end]
    return bounds


def _end_of_list(layout: TextLayout, row: int, short: Booleans, leads: Booleans) -> int:
    """Return the last row of a list below a row."""
    texts = layout.lines.text_indices
    end = row
    while end + 1 < min(len(texts), row + MOST_ITEMS) and texts[end + 1] == texts[row]:
        if not short[end + 1] or leads[end + 1] or is_link(layout.line_of(end + 1)):
            break
        end += 1
    return end


def _leads_away(line: str) -> bool:
    """Whether a line leads to other pages, or asks for something."""
    return _SITE_LEAD.search(line) is not None or is_link(line)
