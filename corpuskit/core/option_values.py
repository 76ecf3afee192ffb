"""Convert a value to an option's type: one conversion for flags, recipe keys and keyword arguments."""

import math
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.core.wording import comma_list, did_you_mean


class UnfitValueError(Exception):
    """A value does not fit its type; the text says what would."""


class UnsupportedTypeError(TypeError):
    """Options cannot have this type."""


@dataclass(frozen=True)
class Spelling:
    """How values are written, depending on where they come from.

    Flags are words (`--keep en,de`), recipes hold YAML values and words (`keep: en`), Python has only values.
    """

    words: bool = True
    """Whether a string may stand for a number, a truth value or a list."""
    split_commas: bool = False
    """Whether the members of a list are split at commas, as repeated flags need."""
    folder: Path | None = None
    """The folder that relative paths start from."""


IN_PYTHON = Spelling(words=False)


def convert(kind: Any, value: Any, spelling: Spelling) -> Any:
    """Return the value as the type `kind`.

    Raises UnfitValueError if it does not fit, UnsupportedTypeError if options cannot have the type.
    """
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _any_of(typing.get_args(kind), value, spelling)
    if origin is tuple:
        item_kind = typing.get_args(kind)[0]
        return tuple(convert(item_kind, item, spelling) for item in _items(value, spelling))
    if origin is typing.Literal:
        return _choice(typing.get_args(kind), value)
    if kind is Path:
        return _path(value, spelling.folder)
    try:
        to_kind = _SIMPLE[kind]
    except (KeyError, TypeError):
        raise UnsupportedTypeError(f"options of type {kind} are not supported") from None
    if isinstance(value, str) and kind is not str and not spelling.words:
        raise UnfitValueError(_EXPECTED[kind])
    return to_kind(value)


def _any_of(kinds: tuple[Any, ...], value: Any, spelling: Spelling) -> Any:
    if value is None and type(None) in kinds:
        return None
    wanted_kinds = []
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return convert(kind, value, spelling)
        except UnfitValueError as unfit:
            wanted_kinds.append(str(unfit))
    raise UnfitValueError(" or ".join(wanted_kinds))


def _items(value: Any, spelling: Spelling) -> list[Any]:
    if isinstance(value, str):
        if not spelling.words:
            raise UnfitValueError(f"a list such as [{value!r}]")
        return _split_at_commas(value)
    if not isinstance(value, (list, tuple)):
        # A single number stands for a list of one; the conversion of the item decides whether it fits.
        if spelling.words and isinstance(value, (int, float)) and not isinstance(value, bool):
            return [value]
        raise UnfitValueError("a list")
    if not spelling.split_commas:
        return list(value)
    return [part for item in value for part in (_split_at_commas(item) if isinstance(item, str) else [item])]


def _split_at_commas(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _choice(choices: tuple[Any, ...], value: Any) -> Any:
    if isinstance(value, str) and value in choices:
        return value
    near = did_you_mean(value, choices) if isinstance(value, str) else ""
    raise UnfitValueError(f"one of {comma_list(choices)}{near}")


def _path(value: Any, folder: Path | None) -> Path:
    if isinstance(value, Path):
        value = str(value)
    if not isinstance(value, str) or not value or "\0" in value:
        raise UnfitValueError("the name of a file")
    return folder / value if folder is not None else Path(value)


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise UnfitValueError("a string; put it in quotes" if isinstance(value, (int, float)) else "a string")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise UnfitValueError(_EXPECTED[bool])


def _integer(value: Any) -> int:
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise UnfitValueError(_EXPECTED[int]) from None
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UnfitValueError(_EXPECTED[int])


def _number(value: Any) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise UnfitValueError("a number") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
        raise UnfitValueError(_EXPECTED[float])
    return float(value)


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


_SIMPLE: dict[Any, Callable[[Any], Any]] = {str: _string, bool: _boolean, int: _integer, float: _number}
_EXPECTED: dict[Any, str] = {bool: "true or false", int: "a whole number", float: "a finite number"}
