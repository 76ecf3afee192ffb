"""Elements whose text no reader of the page sees, by their attributes: hidden ones, consent banners, line numbers."""

import re
from functools import lru_cache

from corpuskit.text.html.markup import attribute

__all__ = ["is_unseen", "numbers_one_line"]

_HIDDEN = re.compile(
    r"""[\s"']hidden(?=[\s=/]|$)(?!\s*=\s*["']?until)|display:\s*none|visibility:\s*hidden""", re.IGNORECASE
)
_OPENED_BY_CONTROL = re.compile(
    r"""(?:class|id)\s*=\s*["']?[^"'>]*?(?:collaps|accordion|tab|panel|answer|faq|toggle|expand|spoiler|read-?more)""",
    re.IGNORECASE,
)
"""Names of what is hidden until a reader opens it."""
_FOLDED = re.compile(r"""class\s*=\s*["']?[^"'>]*?(?:collapsed|collapsible|foldable|spoiler|faq)""", re.IGNORECASE)
"""Names of what holds a heading and the hidden text that it opens."""
_CONSENT = re.compile(
    r"""(?:class|id)\s*=\s*["']?[^"'>]*?(?:cookie-?(?:law|bar|banner|notice|consent|popup|dialog|modal|overlay|box)"""
    r"""|cybotcookie|borlabscookie|onetrust|ot-sdk|cc-(?:window|banner)|cmplz|didomi|qc-cmp|sp_message|usercentrics"""
    r"""|truste_|iubenda-cs|consent-?(?:banner|bar|notice|popup|dialog|modal|manager)|gdpr-?(?:banner|bar|notice|popup))""",
    re.IGNORECASE,
)
"""Names that the common consent managers give their banners."""
_TOOLTIP = re.compile(
    r"""role\s*=\s*["']?tooltip|class\s*=\s*["']?(?:[^"'>]*?\s)?(?:ttc|tooltip-?(?:text|content|inner))\b(?!-)""",
    re.IGNORECASE,
)
"""Names of what is shown only while a reader points at something."""
_UNSEEN, _HIDDEN_NOW = 1, 2
"""Reasons to skip an element: nobody reads it; nobody sees it unless a control of the page opens it."""
_NUMBER_COLUMNS = frozenset(("td", "th", "div", "pre"))
_LINE_NUMBERS = re.compile(
    r"""class\s*=\s*["']?[^"'>]*?\b(?:linenos?|lnt|blob-num|gutter|line-?num(?:ber)?|lines-num)\b(?!-)""",
    re.IGNORECASE,
)
"""Names of the column that numbers the lines of code."""
_ONE_LINE = re.compile(
    r"""data-line-number|\bid\s*=\s*["']?L\d+|class\s*=\s*["']?[^"'>]*?\b(?:lineno|blob-num|line-?num(?:ber)?|lines-num)\b""",
    re.IGNORECASE,
)
"""What only a cell with the number of a single line has."""
_CONTROLLED = re.compile(r"""(?:aria-controls|data-(?:bs-)?target)\s*=\s*["']?#?([^\s"'>]+)""")


def is_unseen(tag: str, attributes: str, parent_attributes: str, markup: str) -> bool:
    """Whether nobody reads the element, unless a control of the page opens it."""
    reason = _reason_to_skip(tag, attributes)
    if reason != _HIDDEN_NOW:
        return reason == _UNSEEN
    return not _FOLDED.search(parent_attributes) and attribute(attributes, "id") not in _controlled_ids(markup)


def numbers_one_line(attributes: str) -> bool:
    """Whether a table cell that is not read has the number of one line of code, so that the next cell is that line."""
    return _ONE_LINE.search(attributes) is not None


@lru_cache(maxsize=8192)
def _reason_to_skip(tag: str, attributes: str) -> int:
    """Return why an element's content is not read, if its attributes give a reason."""
    if tag in _NUMBER_COLUMNS and _LINE_NUMBERS.search(attributes):
        return _UNSEEN
    if tag != "article" and tag != "main" and _CONSENT.search(attributes):
        return _UNSEEN
    if _TOOLTIP.search(attributes):
        return _UNSEEN
    if ("hidden" in attributes or "none" in attributes) and _HIDDEN.search(attributes):
        return 0 if _OPENED_BY_CONTROL.search(attributes) else _HIDDEN_NOW
    return 0


@lru_cache(maxsize=1)
def _controlled_ids(markup: str) -> frozenset[str]:
    """Return the ids of what a control on the page opens."""
    return frozenset(_CONTROLLED.findall(markup))
