"""Elements whose text no reader of the page sees, by their attributes: hidden ones, consent banners, line numbers."""

import re
from functools import lru_cache

from corpuskit.text.html.markup import attribute

__all__ = ["is_unseen"]

_HIDDEN = re.compile(
    r"""[\s"']hidden(?=[\s=/]|$)(?!\s*=\s*["']?until)|display:\s*none|visibility:\s*hidden""", re.IGNORECASE
)
_OPENED_BY_CONTROL = re.compile(
    r"""(?:class|id)\s*=\s*["']?[^"'>]*?(?:collaps|accordion|tab|panel|answer|faq|toggle|expand|spoiler|read-?more)""",
    re.IGNORECASE,
)
"""Names of what is hidden until a reader opens it."""
_CONSENT = re.compile(
    r"""(?:class|id)\s*=\s*["']?[^"'>]*?(?:cookie-?(?:law|bar|banner|notice|consent|popup|dialog|modal|overlay|box)"""
    r"""|cybotcookie|borlabscookie|onetrust|ot-sdk|cc-(?:window|banner)|cmplz|didomi|qc-cmp|sp_message|usercentrics"""
    r"""|truste_|iubenda-cs|consent-?(?:banner|bar|notice|popup|dialog|modal|manager)|gdpr-?(?:banner|bar|notice|popup))""",
    re.IGNORECASE,
)
"""Names that the common consent managers give their banners."""
_UNSEEN, _HIDDEN_NOW = 1, 2
"""Reasons to skip an element: nobody reads it; nobody sees it unless a control of the page opens it."""
_NUMBER_COLUMNS = frozenset(("td", "th", "div", "pre"))
_LINE_NUMBERS = re.compile(
    r"""class\s*=\s*["']?[^"'>]*?\b(?:linenos?|lnt|blob-num|line-number)\b(?!-)""", re.IGNORECASE
)
"""Names of the column that numbers the lines of code."""
_GUTTER = re.compile(r"""class\s*=\s*["']?[^"'>]*?\bgutter\b(?!-)""", re.IGNORECASE)
"""A table cell so named is such a column; a `div` is as often a part of the page with space around it."""
_STREAMED = re.compile(r"""\bid\s*=\s*["']?S:[0-9a-f]+["']?(?=[\s>/]|$)""")
"""Name of a part of the page that React sends late: hidden, and a script moves it to where it belongs."""
_CONTROLLED = re.compile(r"""(?:aria-controls|data-(?:bs-)?target)\s*=\s*["']?#?([^\s"'>]+)""")


def is_unseen(tag: str, attributes: str, markup: str) -> bool:
    """Whether nobody reads the element, unless a control of the page opens it."""
    reason = _reason_to_skip(tag, attributes)
    return reason == _UNSEEN or (reason == _HIDDEN_NOW and attribute(attributes, "id") not in _controlled_ids(markup))


@lru_cache(maxsize=8192)
def _reason_to_skip(tag: str, attributes: str) -> int:
    """Return why an element's content is not read, if its attributes give a reason."""
    if tag in _NUMBER_COLUMNS and _LINE_NUMBERS.search(attributes):
        return _UNSEEN
    if tag == "td" and _GUTTER.search(attributes):
        return _UNSEEN
    if tag != "article" and tag != "main" and _CONSENT.search(attributes):
        return _UNSEEN
    if ("hidden" in attributes or "none" in attributes) and _HIDDEN.search(attributes):
        is_shown = _OPENED_BY_CONTROL.search(attributes) or _STREAMED.search(attributes)
        return 0 if is_shown else _HIDDEN_NOW
    return 0


@lru_cache(maxsize=1)
def _controlled_ids(markup: str) -> frozenset[str]:
    """Return the ids of what a control on the page opens."""
    return frozenset(_CONTROLLED.findall(markup))
