"""Marks of citations in a line: those of notes such as `[12]`, and what Wikipedia puts beside a sentence."""

import re
from collections.abc import Container

__all__ = ["has_citation_marks", "has_notes", "without_citations"]

_NOTE = re.compile(r"\[edit\]|\[citation needed\]")
_CITATION = re.compile(rf"\[(\d*)\]|{_NOTE.pattern}")


def has_citation_marks(text: str) -> bool:
    """Whether a text may have marks of citations: empty brackets, and indexes, are alike."""
    return "[" in text and _CITATION.search(text) is not None


def has_notes(text: str) -> bool:
    """Whether a text has `[edit]` or `[citation needed]`."""
    return _NOTE.search(text) is not None


def without_citations(line: str, cited: Container[str] | None) -> str:
    """Return a line without its marks; those of numbers go if they are among the cited ones, or in any case with None.

    >>> without_citations("Boats float.[1] x[2] is red.[edit]", {"1"})
    'Boats float. x[2] is red.'
    """
    if cited is None:
        return _CITATION.sub("", line)
    return _CITATION.sub(lambda mark: "" if mark[1] is None or mark[1] in cited else mark[0], line)
