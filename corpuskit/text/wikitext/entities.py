"""Character references of wikitext: only those that a semicolon ends, so that addresses keep their `&copy=`."""

import html
import re
from html.entities import html5

_REFERENCE = re.compile(
    r"&(?:#(?:0{0,16}[0-9]{1,7}|[xX]0{0,16}[0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));", re.ASCII
)
"""Numbers are no longer than Unicode's; Python reads none of thousands of digits."""


def decoded(text: str) -> str:
    """Return text with entities replaced; what is none stays as it is written.

    >>> decoded("&Psi;&#945;&#x3b2; &notanentity; ?a=1&copy=2")
    'Ψαβ &notanentity; ?a=1&copy=2'
    """
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: "re.Match[str]") -> str:
    return html5.get(f"{match[1]};", match[0]) if match[1] else html.unescape(match[0])
