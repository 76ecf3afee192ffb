"""Plain values to a step's options and back: the one conversion behind flags and recipe keys."""

import difflib
import math
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from corpuskit.core.errors import UsageError
from corpuskit.core.step import Option, Options

AnyOptions = TypeVar("AnyOptions", bound=Options)
Where = str | Callable[[str], str]

SHOWN = 40
"""Characters of a wrong value that a message repeats."""


class _Unfit(Exception):
    """A value does not fit its type; the text says what would."""


def build_step(
    step_class: type[AnyOptions],
    options: Mapping[str, Any],
    where: Where = "",
    *,
    split_commas: bool = True,
    folder: Path | None = None,
) -> AnyOptions:
    """Build a step from plain values under its option keys (`min-words` or `min_words`).

    Values are those of a recipe (numbers, strings, lists, None) or of flags (strings, lists of strings): a
    string is read as the option's type, a single string given to a list option is split at commas. With
    `split_commas` so are the members of a list, as repeated flags want it; recipes turn it off. Relative
    files are taken from `folder`. `where` stands before messages (`recipe.yaml:12`), or is a function that
    gives this for a key as written, and for "". Raises UsageError for unknown, repeated, missing and wrong
    options, and for what the step itself refuses.
    """
    known = {option.key: option for option in step_class.option_list()}
    place = where if callable(where) else lambda key: where
    values: dict[str, Any] = {}
    for written, value in options.items():
        key = str(written).replace("_", "-")
        problem = _key_problem(key, known, values)
        if problem:
            raise _error(place(str(written)), step_class, problem)
        option = known[key]
        try:
            values[option.name] = _convert(option.type, value, split_commas, folder)
        except _Unfit as unfit:
            raise _error(place(str(written)), step_class, f"`{key}` expects {unfit}{_given(option, value)}") from None
    missing = [option.key for option in known.values() if option.required and option.name not in values]
    if missing:
        raise _error(place(""), step_class, f"needs the option `{missing[0]}`: {known[missing[0]].help}")
    try:
        return step_class(**values)
    except UsageError as error:
        raise type(error)(_joined(place(""), str(error))) from None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean ...?)` with the nearest known word, or nothing if none is near.

    >>> did_you_mean("wieght", ["weight", "origin"])
    ' (did you mean `weight`?)'
    """
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" (did you mean `{near[0]}`?)" if near else ""


def listed(words: Iterable[str]) -> str:
    """The words as a message shows them, or `none`."""
    return ", ".join(words) or "none"


def flags(step: Options) -> list[str]:
    """The command-line arguments for those of the step's options that differ from their defaults."""
    arguments: list[str] = []
    for option in step.option_list():
        value = getattr(step, option.name)
        if not option.required and value == option.default:
            continue
        if isinstance(value, bool):
            arguments.append(f"--{option.key}" if value else f"--no-{option.key}")
            continue
        text = ",".join(str(item) for item in value) if isinstance(value, tuple) else str(value)
        # `--key value` reads better, but a value that looks like a flag has to be tied to its key.
        arguments += [f"--{option.key}={text}"] if text[:1] in {"-", ""} else [f"--{option.key}", text]
    return arguments


def _key_problem(key: str, known: Mapping[str, Option], values: Mapping[str, Any]) -> str:
    if key not in known:
        return f"unknown option `{_short(key)}`{did_you_mean(key, known)}; its options: {listed(known)}"
    if known[key].name in values:
        return f"`{key}` is given twice, spelled with `-` and with `_`"
    return ""


def _convert(kind: Any, value: Any, split: bool, folder: Path | None) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _one_of(typing.get_args(kind), value, split, folder)
    if origin is tuple:
        item_kind = typing.get_args(kind)[0]
        return tuple(_convert(item_kind, item, split, folder) for item in _items(value, split))
    if origin is typing.Literal:
        return _choice(typing.get_args(kind), value)
    if kind is Path:
        return _path(value, folder)
    try:
        convert = _SIMPLE[kind]
    except (KeyError, TypeError):
        raise TypeError(f"options of type {kind} are not supported") from None
    return convert(value)


def _one_of(kinds: tuple[Any, ...], value: Any, split: bool, folder: Path | None) -> Any:
    if value is None and type(None) in kinds:
        return None
    wanted = []
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _convert(kind, value, split, folder)
        except _Unfit as unfit:
            wanted.append(str(unfit))
    raise _Unfit(" or ".join(wanted))


def _items(value: Any, split: bool) -> list[Any]:
    if isinstance(value, str):
        return _parts(value)
    if not isinstance(value, (list, tuple)):
        # One number for a list of numbers: the conversion of the item judges it.
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return [value]
        raise _Unfit("a list")
    if not split:
        return list(value)
    return [part for item in value for part in (_parts(item) if isinstance(item, str) else [item])]


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _choice(choices: tuple[Any, ...], value: Any) -> Any:
    if isinstance(value, str) and value in choices:
        return value
    near = did_you_mean(value, choices) if isinstance(value, str) else ""
    raise _Unfit(f"one of {', '.join(choices)}{near}")


def _path(value: Any, folder: Path | None) -> Path:
    if isinstance(value, Path):
        value = str(value)
    if not isinstance(value, str) or not value or "\0" in value:
        raise _Unfit("the name of a file")
    return folder / value if folder is not None else Path(value)


def _string(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise _Unfit("a string; put it in quotes" if isinstance(value, (int, float)) else "a string")


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise _Unfit("true or false")


def _integer(value: Any) -> int:
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise _Unfit("a whole number") from None
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _Unfit("a whole number")


def _number(value: Any) -> float:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise _Unfit("a number") from None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _finite(value):
        raise _Unfit("a finite number")
    return float(value)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


_SIMPLE: dict[Any, Callable[[Any], Any]] = {str: _string, bool: _boolean, int: _integer, float: _number}


def _given(option: Option, value: Any) -> str:
    # What does not shape content may be a secret.
    return f", not {_short(repr(value))}" if option.shapes_content else ""


def _short(text: str) -> str:
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _error(place: str, step_class: type[Options], problem: str) -> UsageError:
    return UsageError(_joined(place, f"{step_class.name()}: {problem}"))


def _joined(place: str, message: str) -> str:
    return f"{place}: {message}" if place else message
