"""Which reserved metadata has another type than docs/record.md gives.

Data of others often has a `date: 2020` or a `source: 5`. It is published as it came, and people are told.
"""

from collections.abc import Mapping
from typing import Any, get_origin

from corpuskit.core.document import ORIGINS
from corpuskit.core.reserved import RESERVED
from corpuskit.core.wording import comma_list, quantity

_TYPES: dict[str, Any] = {key: get_origin(kind) or kind for key, (kind, _) in RESERVED.items()}


def mistyped_keys(metadata: Mapping[str, Any]) -> list[str]:
    """Return the reserved keys whose value has another type than is reserved for it; null counts as no value.

    >>> mistyped_keys({"date": 2020, "source": "web", "epoch": True, "language_score": 1, "url": None, "own": 5})
    ['date', 'epoch']
    >>> mistyped_keys({"origin": "nonsense"}), mistyped_keys({"origin": "crawl"})
    (['origin'], [])
    """
    return [key for key, value in metadata.items() if key in _TYPES and value is not None and not _fits(key, value)]


def _fits(key: str, value: Any) -> bool:
    if key == "origin":
        return isinstance(value, str) and value in ORIGINS
    return type(value) is _TYPES[key] or (_TYPES[key] is float and type(value) is int)


def mistyped_notice(documents: Mapping[str, int]) -> str:
    """Return what a run says about reserved keys of other types, given how many documents have each.

    >>> mistyped_notice({"source": 1, "date": 1200}).partition(": ")[2]
    '`date` of 1,200 documents, `source` of 1 document'
    """
    named = [f"`{key}` of {quantity(number, 'document')}" for key, number in sorted(documents.items())]
    return f"published as it came, but of another kind than docs/record.md has: {comma_list(named)}"
