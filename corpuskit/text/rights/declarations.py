"""What a document declares itself, as it travels in `metadata.declarations` until `filter-rights` has read it.

    {"header": {"x-robots-tag": ["noai"]}, "meta": {"tdm-reservation": ["1"]}, "link": {"license": ["https://…"]}}

`of` lists the same for duplicates that the document stands for.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

__all__ = ["Declaration", "declarations_in", "declarations_of_duplicates", "with_declarations"]

CARRIERS = ("header", "meta", "link", "script")
OF = "of"
MAX_VALUE = 4000
MAX_ENTRIES = 50


class Declaration(NamedTuple):
    """One header field or element: `carrier` is one of `CARRIERS`, the name is in lower case."""

    carrier: str
    name: str
    value: str


def declarations_in(value: Any) -> list[Declaration]:
    """Return the declarations in a value of `metadata.declarations`; what is none is passed over.

    >>> declarations_in({"meta": {"robots": ["noai"]}, "mine": 1})
    [Declaration(carrier='meta', name='robots', value='noai')]
    """
    if not isinstance(value, dict):
        return []
    return [
        Declaration(carrier, name, text)
        for carrier in CARRIERS
        for name, texts in (value[carrier].items() if isinstance(value.get(carrier), dict) else ())
        for text in (texts if isinstance(texts, list) else [texts])
        if isinstance(text, str)
    ]


def declarations_of_duplicates(value: Any) -> list[list[Declaration]]:
    """Return the declarations of each duplicate that a document stands for."""
    others = value.get(OF) if isinstance(value, dict) else None
    return [declarations_in(other) for other in others] if isinstance(others, list) else []


def with_declarations(value: Any, declarations: Iterable[Declaration]) -> dict[str, Any] | None:
    """Return `metadata.declarations` with more in it, each once; None if there are none."""
    unique = dict.fromkeys([*declarations_in(value), *declarations])
    result: dict[str, Any] = {}
    for carrier, name, text in list(unique)[:MAX_ENTRIES]:
        result.setdefault(carrier, {}).setdefault(name, []).append(text[:MAX_VALUE])
    if isinstance(value, dict) and OF in value:
        result[OF] = value[OF]
    return result or None
