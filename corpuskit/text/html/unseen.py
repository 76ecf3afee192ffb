"""Elements whose text no reader of the page sees, by their attributes: hidden ones, consent banners, line numbers."""

import re
from functools import cache, lru_cache
from typing import Any

from corpuskit.text.html.known_tags import Tag
from corpuskit.text.html.markup import attribute
from corpuskit.text.html.pattern_sets import pattern_set

__all__ = ["is_hidden", "is_unseen", "numbers_one_line"]

_VALUE = r"""\s*=\s*["']?[^"'>]*?"""
_CONSENT, _LINE_NUMBERS, _GUTTER, _HIDDEN, _SHOWN_LATER, _TOOLTIP = range(6)
_PATTERNS = (
    # Names that the common consent managers give their banners.
    rf"(?:class|id){_VALUE}\b(?:cookie-?(?:law|bar|banner|notice|consent|popup|dialog|modal|overlay|box)"
    "|cybotcookie|borlabscookie|onetrust|ot-sdk|cc-(?:window|banner)|cmplz|didomi|qc-cmp|sp_message|usercentrics"
    "|truste_|iubenda-cs|consent-?(?:banner|bar|notice|popup|dialog|modal|manager)|gdpr-?(?:banner|bar|notice|popup))",
    # Names of the column that numbers the lines of code.
    rf"class{_VALUE}\b(?:linenos?|lnt|blob-num|line-?num(?:ber)?|lines-num)(?:[^\w-]|$)",
    # Such a column where it is a table cell; a `div` of this name is as often a part of the page with space around it.
    rf"class{_VALUE}\bgutter(?:[^\w-]|$)",
    r"hidden|display:\s*none",
    # Names of what is hidden until a reader opens it, and of what React sends late: a script moves it into its place.
    rf"(?:class|id){_VALUE}(?:collaps|accordion|tab|panel|answer|faq|toggle|expand|spoiler|read-?more)"
    r"""|\bid\s*=\s*["']?S:[0-9a-f]+(?:["'\s>/]|$)""",
    # Names of what is shown only while a reader points at something.
    r"""role\s*=\s*["']?tooltip|class\s*=\s*["']?(?:[^"'>]*?\s)?(?:ttc|tooltip-?(?:text|content|inner))(?:[^\w-]|$)""",
)
_DECLARATION = re.compile(r"(?:^|;)\s*(display|visibility|content-visibility)\s*:\s*([\w-]+)", re.ASCII | re.IGNORECASE)
_CONSENT_STATE = re.compile(
    r"(?:cookie|consent|gdpr|onetrust|didomi|cmplz)[\w-]*-"
    r"(?:visible|active|accepted|open|shown|enabled|disabled|set|dark-filter)\b",
    re.ASCII | re.IGNORECASE,
)
"""Names of pages on which a banner is or was shown."""
_HIDDEN_ATTRIBUTE = re.compile(r"""[\s"']hidden(?=[\s=/]|$)(?!\s*+=\s*+until)""", re.ASCII | re.IGNORECASE)
"""A browser shows `hidden=until-found` to those who search the page."""
_QUOTED = re.compile(r"""=\s*+(?:"[^"]*+"|'[^']*+')""", re.ASCII)
_UNSEEN, _HIDDEN_NOW = 1, 2
"""Reasons to skip an element: nobody reads it; nobody sees it unless a control of the page opens it."""
_NUMBER_COLUMNS = frozenset(("td", "th", "div", "pre"))
_FOLDED = re.compile(
    r"""class\s*=\s*["']?[^"'>]*?(?:collapsed|collapsible|foldable|spoiler|faq)""", re.ASCII | re.IGNORECASE
)
"""Names of what holds a heading and the hidden text that it opens."""
_ONE_LINE = re.compile(
    r"""data-line-number|\bid\s*=\s*["']?L\d+|class\s*=\s*["']?[^"'>]*?\b(?:lineno|blob-num|line-?num(?:ber)?|lines-num)\b""",
    re.ASCII | re.IGNORECASE,
)
"""What only a cell with the number of a single line has."""
_CONTROLLED = re.compile(r"""(?:aria-controls|data-(?:bs-)?target)\s*=\s*["']?#?([^\s"'>]+)""", re.ASCII)


def is_hidden(attributes: str) -> bool:
    """Whether attributes hide their element. A class `hidden` may hold for small screens only: the trees weigh it.

    >>> is_hidden(' class="a" hidden'), is_hidden(' class="hidden md:block"')
    (True, False)
    """
    style = attribute(attributes, "style")
    if style:
        # Of several declarations the last one holds.
        values = {name.lower(): value.lower() for name, value in _DECLARATION.findall(style)}
        if values.get("display") == "none" or "hidden" in (values.get("visibility"), values.get("content-visibility")):
            return True
    if "hidden" not in attributes.lower():
        return False
    # Quoted values may hold anything, but `until-found` counts.
    bare = _QUOTED.sub(lambda match: "=until" if "until-found" in match[0] else "=x", attributes)
    return _HIDDEN_ATTRIBUTE.search(f" {bare}") is not None


def is_unseen(tag: Tag, parent: Tag, markup: str) -> bool:
    """Whether nobody reads the element, unless a control of the page opens it."""
    if tag.reason_to_skip < 0:
        tag.reason_to_skip = _reason_to_skip(tag.name, tag.attributes)
    if tag.reason_to_skip == _HIDDEN_NOW:
        if _FOLDED.search(parent.attributes):
            return False
        return attribute(tag.attributes, "id") not in _controlled_ids(markup)
    return tag.reason_to_skip == _UNSEEN


def _names_several(attributes: str) -> bool:
    """Whether an element has several classes: a listing whose lines are numbered, not the column of numbers."""
    return len((attribute(attributes, "class") or "").split()) > 1


def numbers_one_line(attributes: str) -> bool:
    """Whether a table cell that is not read has the number of one line of code, so that the next cell is that line."""
    return _ONE_LINE.search(attributes) is not None


def _reason_to_skip(name: str, attributes: str) -> int:
    """Return why an element's content is not read, if its attributes give a reason."""
    matched = _patterns().Match(attributes)
    if not matched:
        return 0
    if _LINE_NUMBERS in matched and name in _NUMBER_COLUMNS and not (name == "pre" and _names_several(attributes)):
        return _UNSEEN
    if _GUTTER in matched and name == "td":
        return _UNSEEN
    if _CONSENT in matched and name not in ("article", "main", "body") and not _CONSENT_STATE.search(attributes):
        return _UNSEEN
    if _TOOLTIP in matched:
        return _UNSEEN
    if _HIDDEN in matched and _SHOWN_LATER not in matched and is_hidden(attributes):
        return _HIDDEN_NOW
    return 0


@cache
def _patterns() -> Any:
    return pattern_set(_PATTERNS)


@lru_cache(maxsize=1)
def _controlled_ids(markup: str) -> set[str]:
    """Return the ids of what a control on the page opens."""
    ids: set[str] = set()
    # A search for a word is many times faster than one for a pattern.
    for word in ("aria-controls", "data-target", "data-bs-target"):
        start = markup.find(word)
        while start >= 0:
            match = _CONTROLLED.match(markup, start)
            if match:
                ids.add(match[1])
            start = markup.find(word, match.end() if match else start + len(word))
    return ids
