"""Convert a value to an option's type: one conversion for flags, recipe keys and keyword arguments."""

import math
import re
import types
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Literal, NamedTuple

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import comma_list, did_you_mean, excerpt, printable_name

EXCERPT = 40
"""Characters of a wrong value that a message repeats."""


class UnfitValueError(Exception):
    """A value does not fit its type."""

    def __init__(self, expected: str, value: Any, hint: str = "") -> None:
        """`expected` says what would fit, and `value` is what does not: the member of a list, not the list."""
        super().__init__(expected)
        self.expected = expected
        self.value = value
        self.hint = hint


class UnsupportedTypeError(TypeError):
    """Options cannot have this type."""


class Spelling(NamedTuple):
    """How options are named and their values written, depending on where they come from.

    Flags are words (`--keep en,de`), recipes hold YAML values and words (`keep: en`), Python has only values.
    """

    style: Literal["flags", "keys", "keywords"]
    split_commas: bool = False
    """Whether the members of a list are split at commas, as repeated flags need."""
    folder: Path | None = None
    """The folder that relative paths start from."""

    @property
    def words(self) -> bool:
        """Whether a string may stand for a number, a truth value or a list."""
        return self.style != "keywords"

    def of_option(self, name: str) -> str:
        """Return an option's name: `--min-words`, `min-words` or `min_words`."""
        if self.style == "keywords":
            return name.replace("-", "_")
        key = name.rstrip("_").replace("_", "-")
        if self.style == "keys":
            return key
        return f"--{key}" if len(key) > 1 else f"-{key}"

    def of_value(self, value: Any) -> str:
        """Return a value as a message repeats it: `null` in a recipe is `None` in Python."""
        if self.style == "keys" and (value is None or isinstance(value, bool)):
            return {None: "null", True: "true", False: "false"}[value]
        return repr(str(value) if isinstance(value, Path) else value)


IN_PYTHON = Spelling("keywords")
AS_FLAGS = Spelling("flags", split_commas=True)

_current: ContextVar[Spelling] = ContextVar("spelling", default=IN_PYTHON)


@contextmanager
def spelling_of_messages(spelling: Spelling) -> Iterator[None]:
    """Let `spelled` name options as this spelling does."""
    token = _current.set(spelling)
    try:
        yield
    finally:
        _current.reset(token)


def current_spelling() -> Spelling:
    """Return how the options of the step that is being built are spelled."""
    return _current.get()


def spelled(name: str, value: Any = None) -> str:
    """Return an option, with its value if one is given, as whoever builds the step writes it.

    >>> spelled("min_words", 3)
    '`min_words=3`'
    >>> with spelling_of_messages(AS_FLAGS):
    ...     spelled("min_words", 3)
    '`--min-words 3`'
    """
    spelling = _current.get()
    option = spelling.of_option(name)
    if value is None:
        return f"`{option}`"
    if spelling.style == "keywords":
        return f"`{option}={spelling.of_value(list(value) if isinstance(value, tuple) else value)}`"
    is_flag = spelling.style == "flags"
    if isinstance(value, (list, tuple)):
        members = ("," if is_flag else ", ").join(map(str, value))
        value = members if is_flag else f"[{members}]"
    return f"`{option}{'' if is_flag else ':'} {value}`"


def misfit(name: str, expected: str, value: Any, hint: str = "") -> UsageError:
    """Return the error for a value that an option cannot have: what it expects, the value, and a hint.

    >>> str(misfit("rate", "a share from 0 to 1", 2.0))
    '`rate` expects a share from 0 to 1, not 2.0'
    """
    spelling = _current.get()
    return UsageError(f"{spelled(name)} expects {expected}, not {excerpt(spelling.of_value(value), EXCERPT)}{hint}")


def demand_share(name: str, value: float, least: float = 0, most: float = 1) -> None:
    """Raise UsageError for an option that is no share of a whole, or lies beyond other bounds.

    >>> demand_share("rate", 0.25)
    """
    if not least <= value <= most:
        raise misfit(name, f"a share from {least:g} to {most:g}", value)


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
        return _path(value, spelling)
    try:
        to_kind = _SIMPLE[kind]
    except (KeyError, TypeError):
        raise UnsupportedTypeError(f"options of type {kind} are not supported") from None
    if isinstance(value, str) and kind is not str and not spelling.words:
        raise UnfitValueError(_EXPECTED[kind], value)
    if kind is str and isinstance(value, (int, float)) and spelling.style == "keys":
        raise UnfitValueError("a string", value, "; put it in quotes")
    return to_kind(value)


def _any_of(kinds: tuple[Any, ...], value: Any, spelling: Spelling) -> Any:
    if value is None and type(None) in kinds:
        return None
    misfits = []
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return convert(kind, value, spelling)
        except UnfitValueError as unfit:
            misfits.append(unfit)
    if len(misfits) == 1:
        raise misfits[0]
    raise UnfitValueError(" or ".join(unfit.expected for unfit in misfits), value)


def _items(value: Any, spelling: Spelling) -> list[Any]:
    if isinstance(value, str):
        if not spelling.words:
            raise UnfitValueError(f"a list such as [{value!r}]", value)
        return _split_at_commas(value)
    if not isinstance(value, (list, tuple)):
        # A single number stands for a list of one; the conversion of the item decides whether it fits.
        if spelling.words and isinstance(value, (int, float)) and not isinstance(value, bool):
            return [value]
        raise UnfitValueError("a list", value)
    if not spelling.split_commas:
        return list(value)
    return [part for item in value for part in (_split_at_commas(item) if isinstance(item, str) else [item])]


def _split_at_commas(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise UnfitValueError("at least one value", text)
    return parts


def _choice(choices: tuple[Any, ...], value: Any) -> Any:
    if isinstance(value, str) and value in choices:
        return value
    near = did_you_mean(value, choices) if isinstance(value, str) else ""
    raise UnfitValueError(f"one of {comma_list(choices)}", value, near)


def _path(value: Any, spelling: Spelling) -> Path:
    text = str(value) if isinstance(value, Path) else value
    if not isinstance(text, str) or not text or "\0" in text:
        raise UnfitValueError("the name of a file", value)
    if is_address(text):
        raise UnfitValueError("the name of a file or folder of this machine", value)
    if spelling.style == "flags" and text.startswith("-") and text != "-":
        raise UnfitValueError("the name of a file; one that begins with a dash is written ./-name", value)
    return spelling.folder / text if spelling.folder is not None else Path(text)


def is_address(name: str) -> bool:
    """Whether a name of a file begins with a scheme, so that it would become a folder named like one.

    >>> is_address("s3://bucket/corpus"), is_address("./s3:/corpus")
    (True, False)
    """
    return re.match("[a-z][a-z0-9+.-]*://", name, re.IGNORECASE) is not None


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise UnfitValueError("a string", value)
    if not value:
        raise UnfitValueError("a string that is not empty", value)
    if printable_name(value) != value:
        raise UnfitValueError("a string in UTF-8", value)
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise UnfitValueError(_EXPECTED[bool], value)


def _integer(value: Any) -> int:
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            raise UnfitValueError(_EXPECTED[int], value) from None
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise UnfitValueError(_EXPECTED[int], value)


def _number(value: Any) -> float:
    number = value
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            raise UnfitValueError("a number", value, _percent_hint(value)) from None
        if not number and re.search("[1-9]", value.lower().partition("e")[0]):
            raise UnfitValueError("a number that is not so near to 0", value)
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not _is_finite(number):
        raise UnfitValueError(_EXPECTED[float], value)
    return float(number)


def _percent_hint(value: str) -> str:
    """Return how a percentage is written as a number; empty for any other text.

    >>> _percent_hint("12.5%"), _percent_hint("half")
    ('; write 0.125', '')
    """
    match = re.fullmatch(r"\s*(\d{1,3}(?:\.\d{1,9})?)\s*%\s*", value, re.ASCII)
    return f"; write {float(match[1]) / 100:g}" if match else ""


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


_SIMPLE: dict[Any, Callable[[Any], Any]] = {str: _string, bool: _boolean, int: _integer, float: _number}
_EXPECTED: dict[Any, str] = {bool: "true or false", int: "a whole number", float: "a finite number"}
