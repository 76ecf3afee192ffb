"""JSON files that runs leave for one another: written whole, and read as if anybody could have put them there."""

import json
import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.disk.regular_file import read_regular

Checks = Mapping[Any, Callable[[Any], bool]]
"""For types that ask for more than their name says: what accepts a value of the type."""


def read_json(path: Path, kind: Any, checks: Checks | None = None) -> Any:
    """Return what a JSON file holds; None if there is no regular file, if it is not JSON, or not of this type."""
    try:
        value = json.loads(read_regular(path))
    except (OSError, ValueError, RecursionError):
        return None
    return value if conforms(value, kind, checks) else None


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    filesystem.remove(temporary, missing_ok=True)  # a link of that name would be followed
    write_flushed(temporary, json.dumps(value).encode())
    try:
        filesystem.replace(temporary, path)
    except IsADirectoryError:
        filesystem.remove_tree(path)
        filesystem.replace(temporary, path)


def conforms(value: Any, kind: Any, checks: Checks | None = None, *, more_keys: bool = False) -> bool:
    """Whether a value that was read from JSON is of a type: typed dictionaries, lists, unions, plain types.

    With `more_keys`, dictionaries may have keys that a later version added.

    >>> conforms({"a": [1, None]}, dict[str, list[int | None]])
    True
    >>> conforms(True, int)
    False
    """

    def fits(item: Any, item_kind: Any) -> bool:
        return conforms(item, item_kind, checks, more_keys=more_keys)

    origin, arguments = get_origin(kind), get_args(kind)
    if checks and kind in checks:
        return checks[kind](value)
    if kind is Any:
        return True
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in arguments)
    if origin is list:
        return type(value) is list and all(fits(item, arguments[0]) for item in value)
    if origin is dict:
        return type(value) is dict and all(fits(item, arguments[1]) for item in value.values())
    if is_typeddict(kind):
        hints = _type_hints(kind)
        return (
            type(value) is dict
            and kind.__required_keys__ <= value.keys()
            and (more_keys or value.keys() <= hints.keys())
            and all(fits(item, hints[key]) for key, item in value.items() if key in hints)
        )
    return type(value) is kind


@cache
def _type_hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
