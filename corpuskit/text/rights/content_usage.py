"""AI preferences: the value of `Content-Usage`, a Structured Field dictionary (RFC 9651).

The vocabulary draft has the categories `train-ai` and `search`, each `y` or `n`; other categories, other values and
parameters are passed over. A value that does not parse says nothing at all, not even in the part that would.
"""

from functools import lru_cache

from corpuskit.text.rights.statements import ALLOWED, DISALLOWED

__all__ = ["usage_verdicts"]

CATEGORIES = {"train-ai": "train", "search": "search"}
PREFERENCES = {"y": ALLOWED, "n": DISALLOWED}


@lru_cache(maxsize=4096)
def usage_verdicts(value: str) -> dict[str, str]:
    """Return what a field value allows and disallows, by use; empty if it says nothing. Treat the result as frozen.

    >>> usage_verdicts("train-ai=n, search=y;x=1"), usage_verdicts("train-ai=n,")
    ({'train': 'disallowed', 'search': 'allowed'}, {})
    """
    from http_sf import StructuredFieldError, Token, parse

    try:
        members = parse(value.strip().encode("ascii"), tltype="dictionary")
    except (StructuredFieldError, UnicodeEncodeError, ValueError):
        return {}
    assert isinstance(members, dict)
    verdicts = {}
    for category, use in CATEGORIES.items():
        member = members.get(category)
        item = member[0] if isinstance(member, tuple) else member
        # A string "n" is another value than the token n.
        if isinstance(item, Token) and str(item) in PREFERENCES:
            verdicts[use] = PREFERENCES[str(item)]
    return verdicts
