"""Wording that messages share: the nearest known name, a list, a short excerpt of what a user wrote."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return ` (did you mean ...?)` with the nearest known word, or nothing if none is near.

    >>> did_you_mean("wieght", ["weight", "origin"])
    ' (did you mean `weight`?)'
    """
    near = nearest(word, candidates)
    return f" (did you mean `{near}`?)" if near else ""


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate that is most like the word, or None if none is near."""
    return next(iter(difflib.get_close_matches(word, list(candidates), n=1, cutoff=0.6)), None)


def comma_list(words: Iterable[str]) -> str:
    """Return the words as a message shows them, or `none`."""
    return ", ".join(words) or "none"


def excerpt(text: str, limit: int = 60) -> str:
    """Return the text printable and short, as a message may show it.

    >>> excerpt("a\\x1b[2J" + "b" * 70, 10)
    'a?[2Jbbbb…'
    """
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"
