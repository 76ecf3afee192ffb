"""JSON files that runs leave for one another: written whole, and read as if anybody could have put them there."""

import errno
import json
import os
import stat
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, BinaryIO, Union, get_args, get_origin, get_type_hints, is_typeddict

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import write_flushed

Checks = Mapping[Any, Callable[[Any], bool]]
"""For types that ask for more than their name says: what accepts a value of the type."""


def read_json(path: Path, kind: Any, checks: Checks | None = None) -> Any:
    """Return what a JSON file holds; None if there is no regular file, if it is not JSON, or not of this type."""
    try:
        with open_regular(path) as stream:
            value = json.loads(stream.read())
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


def open_regular(path: Path) -> BinaryIO:
    """Open a file to read. Raises OSError for anything else: links are not followed, nor pipes waited for."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return open(descriptor, "rb")


def conforms(value: Any, kind: Any, checks: Checks | None = None) -> bool:
    """Whether a value that was read from JSON is of a type: typed dictionaries, lists, unions, plain types.

    >>> conforms({"a": [1, None]}, dict[str, list[int | None]])
    True
    >>> conforms(True, int)
    False
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if checks and kind in checks:
        return checks[kind](value)
    if kind is Any:
        return True
    if origin in (Union, UnionType):
        return any(conforms(value, each, checks) for each in arguments)
    if origin is list:
        return type(value) is list and all(conforms(item, arguments[0], checks) for item in value)
    if origin is dict:
        return type(value) is dict and all(conforms(item, arguments[1], checks) for item in value.values())
    if is_typeddict(kind):
        return type(value) is dict and _has_its_keys(value, kind, checks)
    return type(value) is kind


def _has_its_keys(value: dict[str, Any], kind: Any, checks: Checks | None) -> bool:
    """Whether a dictionary has the keys that a `TypedDict` requires, no others than it knows, and their types."""
    hints = _type_hints(kind)
    return kind.__required_keys__ <= value.keys() <= hints.keys() and all(
        conforms(item, hints[key], checks) for key, item in value.items()
    )


@cache
def _type_hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
