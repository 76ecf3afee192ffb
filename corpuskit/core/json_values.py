"""What a value of JSON holds."""

import math
from typing import Any

__all__ = ["holds_containers", "is_deeper_than", "lost_number"]

_EXACT = frozenset((str, int, bool, type(None)))
"""Types whose values JSON expresses as they are."""


def holds_containers(metadata: dict[str, Any]) -> bool:
    """Whether an object or a list is among the values of an object."""
    for value in metadata.values():  # noqa: SIM110 - a generator would cost as much as the rest of the check
        if type(value) is dict or type(value) is list:
            return True
    return False


def holds_not_finite(value: Any) -> bool:
    """Whether a number that JSON cannot express is anywhere in a value; orjson would write null."""
    if isinstance(value, float):
        return not math.isfinite(value)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return any(holds_not_finite(item) for item in inner)


def lost_number(line: bytes, metadata: dict[str, Any], extra: dict[str, Any]) -> bool:
    """Whether orjson wrote null on a document's line for a number that JSON cannot express."""
    # Most documents have strings and whole numbers, and a look at these is faster than one for a word in a long line.
    if not extra and _EXACT.issuperset(map(type, metadata.values())):
        return False
    return b"null" in line and holds_not_finite({"metadata": metadata, **extra})


def is_deeper_than(value: Any, limit: int) -> bool:
    """Whether objects and lists lie deeper within one another than a limit."""
    level = [value]
    for _ in range(limit):
        level = [
            item
            for container in level
            for item in (container.values() if type(container) is dict else container)
            if type(item) in (dict, list)
        ]
        if not level:
            return False
    return True
