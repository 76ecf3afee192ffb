"""JSON files that runs leave for one another: written whole, and read as if anybody could have put them there."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
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
    return _check_of(kind)(value, checks or {}, more_keys)


Check = Callable[[Any, Checks, bool], bool]
"""Whether a value conforms to one type, with these checks, and with more keys or not."""


@cache
def _check_of(kind: Any) -> Check:
    """Return the check of a type, which is taken apart once: results of tasks have ten thousands of values."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return lambda value, checks, more_keys: True
    if origin in (Union, UnionType):
        choices = [_check_of(each) for each in arguments]
        return lambda value, checks, more_keys: any(fits(value, checks, more_keys) for fits in choices)
    if origin is list:
        return _check_of_items(list, list.__iter__, _check_of(arguments[0]))
    if origin is dict:
        return _check_of_items(dict, dict.values, _check_of(arguments[1]))
    own_check = _check_of_typed_dict(kind) if is_typeddict(kind) else _check_of_plain(kind)

    def check(value: Any, checks: Checks, more_keys: bool) -> bool:
        return checks[kind](value) if kind in checks else own_check(value, checks, more_keys)

    return check


def _check_of_plain(kind: Any) -> Check:
    return lambda value, checks, more_keys: type(value) is kind


def _check_of_items(container: type, items_of: Callable[[Any], Iterable[Any]], fits: Check) -> Check:
    def check(value: Any, checks: Checks, more_keys: bool) -> bool:
        return type(value) is container and all(fits(item, checks, more_keys) for item in items_of(value))

    return check


def _check_of_typed_dict(kind: Any) -> Check:
    hints = get_type_hints(kind)
    required = kind.__required_keys__

    @cache
    def check_of_key(key: str) -> Check:  # when it is asked for, as a type may contain itself
        return _check_of(hints[key])

    def check(value: Any, checks: Checks, more_keys: bool) -> bool:
        return (
            type(value) is dict
            and required <= value.keys()
            and (more_keys or value.keys() <= hints.keys())
            and all(check_of_key(key)(item, checks, more_keys) for key, item in value.items() if key in hints)
        )

    return check
