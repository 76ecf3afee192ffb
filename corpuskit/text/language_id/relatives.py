"""Languages that the model cannot tell apart line by line, so that its doubt between them says nothing of a text.

They are written standards of one language, or such close neighbours that the model takes one sentence in ten to thirty
of the one for the other. Pairs that people do mix in one text (Ukrainian and Russian, Spanish and Portuguese) are not
among them.
"""

__all__ = ["are_relatives", "has_relatives", "with_relatives"]

_GROUPS = """
bs hr sh sr
id ms
da nn no
af nl
cs sk
wuu yue zh
ar arz
pnb ur
az tr
bg mk
mk sr
ast es
es gl
gl pt
bar de
ceb tl
"""
_PAIRS = frozenset(
    (one, other) for group in _GROUPS.split("\n") for one in group.split() for other in group.split() if one != other
)
_LANGUAGES = frozenset(_GROUPS.split())


def are_relatives(one: str, other: str) -> bool:
    """Whether the model takes one of two languages for the other.

    >>> are_relatives("hr", "sr"), are_relatives("ru", "uk")
    (True, False)
    """
    return (one, other) in _PAIRS


def has_relatives(language: str) -> bool:
    """Whether the model takes a language for another."""
    return language in _LANGUAGES


def with_relatives(ranked: list[tuple[str, float]]) -> dict[str, float]:
    """Return the probabilities of the first language and of its relatives among those ranked.

    >>> with_relatives([("hr", 0.5), ("sr", 0.25), ("en", 0.1), ("bs", 0.1)])
    {'hr': 0.5, 'sr': 0.25, 'bs': 0.1}
    """
    first = ranked[0][0]
    return {language: score for language, score in ranked if language == first or (first, language) in _PAIRS}
