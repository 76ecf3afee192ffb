"""Letters of ASCII whatever their case, as HTML compares names: no other letter stands for one of them."""

import string

__all__ = ["small_letters"]

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def small_letters(text: str) -> str:
    """Return a text with the capital letters of ASCII made small, and no other.

    >>> small_letters("Bot"), small_letters("\\u212aBot")
    ('bot', '\\u212abot')
    """
    return text.lower() if text.isascii() else text.translate(_SMALL)
