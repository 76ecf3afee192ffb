"""What a page says to whoever cannot see its content: alone, it is none."""

import re

__all__ = ["is_notice"]

MAX_NOTICE = 200
"""Most characters of a notice."""
_NOTICE = re.compile(
    r"(?:loading|please wait|support|menu|search|log ?in|sign in|wird geladen|bitte warten|chargement|cargando)"
    r"[\s.:\u2026!]*"
    r"|(?:(?:please|you need to|you must) )?(?:enable|activate|turn on) (?:javascript|cookies)\b[^\n]{0,120}"
    r"|javascript (?:is|must be|has to be|seems to be) (?:required|enabled|disabled)\b[^\n]{0,120}"
    r"|(?:your|this) browser (?:is (?:not supported|out of date|outdated)|does not support)\b[^\n]{0,120}"
    r"|your (?:shopping )?(?:cart|basket|bag) is (?:currently )?empty\b[^\n]{0,40}",
    re.IGNORECASE,
)


def is_notice(text: str) -> bool:
    """Whether a text is nothing but a notice in place of the page's content.

    >>> is_notice("Loading..."), is_notice("Loading a barge takes two days.")
    (True, False)
    """
    return len(text) <= MAX_NOTICE and _NOTICE.fullmatch(text) is not None
