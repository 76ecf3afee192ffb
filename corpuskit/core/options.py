"""Options: the annotated fields of a data class, checked however it is built.

One declaration gives the flag, the recipe key, the keyword argument, the manifest entry and the reference page.
"""

import dataclasses
import functools
import re
import typing
from abc import ABCMeta
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.option_values import (
    AS_FLAGS,
    EXCERPT,
    IN_PYTHON,
    Spelling,
    UnfitValueError,
    UnsupportedTypeError,
    convert,
    current_spelling,
    spelling_of_messages,
)
from corpuskit.core.wording import comma_list, did_you_mean, excerpt, quantity

RUNTIME = "runtime"
"""Second annotation of an option that does not shape content (a key file, a spool folder): not in the manifest."""

MAY_BE_EMPTY = "may be empty"
"""Second annotation of an option to which the empty string is a value like any other: the id of a document."""
VERBATIM = "verbatim"
"""Written into the `Annotated` type of a list of strings whose members may hold commas."""

NOT_AN_OPTION = "not an option"
"""First annotation of a field that callers cannot set by flag or recipe: state that a step carries along."""


@dataclass(frozen=True)
class Option:
    """One option of a step, as its field declares it."""

    name: str
    type: Any
    help: str
    default: Any
    required: bool
    shapes_content: bool
    choices: tuple[str, ...] = ()
    may_be_empty: bool = False
    is_verbatim: bool = False
    """Whether commas in a flag's value belong to it, and do not separate several."""

    @property
    def key(self) -> str:
        """The name as flags and recipes spell it: `min-words`; `as` for `as_`, which Python could not call `as`."""
        return self.name.rstrip("_").replace("_", "-")


if TYPE_CHECKING:
    OptionsType = ABCMeta  # a type checker holds calls against the fields
else:

    class OptionsType(ABCMeta):
        """The type of option classes: a call that does not fit its options, or that they refuse, is a UsageError."""

        def __call__(cls, *values: Any, **named_values: Any) -> Any:
            """Build an instance. Raises UsageError that begins with the command's name, except on the command line."""
            try:
                return super().__call__(*values, **named_values)
            except TypeError as error:
                was_called = error.__traceback__ is not None and error.__traceback__.tb_next is not None
                problem = "" if was_called else _call_problem(cls, values, named_values)
                if not problem:
                    raise
                raise _error("", cls, problem) from None
            except UsageError as error:
                raise type(error)(_with_name(cls, str(error))) from None


class Options(metaclass=OptionsType):
    """Base of the data classes whose annotated fields are options.

    Building one converts each value to its option's type, or raises UsageError.
    """

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Check the options before the class's own `__post_init__` relies on them."""
        super().__init_subclass__(**arguments)
        own_check = cls.__dict__.get("__post_init__")
        if own_check is not None:
            cls.__post_init__ = _checked_first(own_check)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Raise UsageError for a value that does not fit its option."""
        _convert_fields(self)

    @classmethod
    def name(cls) -> str:
        """Return the command's name: `FilterQuality` is `filter-quality`."""
        return _command_name(cls.__name__)

    @classmethod
    def help_line(cls) -> str:
        """Return the first line of the class docstring."""
        return (cls.__doc__ or "").strip().splitlines()[0]

    @classmethod
    def option_list(cls) -> list[Option]:
        """Return the options in order of declaration."""
        return list(_options_of(cls))


@functools.cache
def _command_name(class_name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", class_name).lower()


@functools.cache
def _options_of(options_class: type[Options]) -> list[Option]:
    """Return a class's options; cached, as reading type hints takes long for a short command."""
    hints = typing.get_type_hints(options_class, include_extras=True)
    fields = dataclasses.fields(options_class)  # type: ignore[arg-type]
    options = [_option(item, hints[item.name]) for item in fields]
    return [option for option in options if option.help != NOT_AN_OPTION]


AnyOptions = TypeVar("AnyOptions", bound=Options)
LocationOfKey = str | Callable[[str], str]


def build_step(
    step_class: type[AnyOptions],
    options: Mapping[str, Any],
    location: LocationOfKey = "",
    *,
    split_commas: bool = True,
    folder: Path | None = None,
    as_flags: bool = False,
) -> AnyOptions:
    """Build a step from plain values under its option keys (`min-words` or `min_words`).

    Values are those of a recipe (numbers, strings, lists, None) or of flags (strings, lists of strings): a string is
    read as the option's type, and a single string given to a list option is split at commas. With `split_commas`, so
    are the members of a list, as repeated flags need; recipes turn it off. Relative paths start from `folder`. With
    `as_flags`, messages spell options as the command line does, and leave out the command's name, which it prints.
    `location` (`recipe.yaml:12`) begins the messages; it may be a function that returns the location of a key as
    written, and that of the whole step for "". Raises UsageError for unknown, repeated, missing and wrong options, and
    for what the step itself refuses.
    """
    if not isinstance(step_class, OptionsType):
        raise UsageError(f"build_step takes a step class, as find_step returns it, not {excerpt(repr(step_class))}")
    option_of = {option.key: option for option in step_class.option_list()}
    location_of = location if callable(location) else lambda key: location
    spelling = AS_FLAGS if as_flags else Spelling("keys", split_commas, folder)
    with spelling_of_messages(spelling):
        values: dict[str, Any] = {}
        for written, value in options.items():
            key = str(written).replace("_", "-")
            problem = _key_problem(key, option_of, values)
            if problem:
                raise _error(location_of(str(written)), step_class, problem)
            option = option_of[key]
            try:
                values[option.name] = _converted(option, value, spelling)
            except UnfitValueError as unfit:
                raise _error(location_of(str(written)), step_class, _misfit(option, unfit)) from None
        missing = [option for option in option_of.values() if option.required and option.name not in values]
        if missing:
            raise _error(location_of(""), step_class, _need(missing[0]))
        try:
            return step_class(**values)
        except (UsageError, DamagedError) as error:
            raise type(error)(_at_location(location_of(""), str(error))) from None


def to_flags(step: Options) -> list[str]:
    """Return the command-line arguments for those of the step's options that differ from their defaults."""
    arguments: list[str] = []
    for option in step.option_list():
        flag = AS_FLAGS.of_option(option.name)
        value = getattr(step, option.name)
        if not option.required and value == option.default:
            continue
        if isinstance(value, bool):
            arguments.append(flag if value else f"--no-{option.key}")
            continue
        text = ",".join(map(_as_word, value)) if isinstance(value, tuple) else _as_word(value)
        # `--key value` reads better, but a value that looks like a flag has to be tied to its key.
        arguments += [f"{flag}={text}"] if text[:1] in {"-", ""} else [flag, text]
    return arguments


def _as_word(value: Any) -> str:
    """Return a value as a flag takes it: a file whose name begins with a dash is one of this folder."""
    return f"./{value}" if isinstance(value, Path) and str(value).startswith("-") and str(value) != "-" else str(value)


def _checked_first(own_check: Callable[[Any], None]) -> Callable[[Any], None]:
    @functools.wraps(own_check)
    def check(self: Any) -> None:
        _convert_fields(self)
        own_check(self)

    return check


def _convert_fields(instance: Options) -> None:
    for option in instance.option_list():
        value = getattr(instance, option.name)
        if value is option.default:
            continue
        try:
            converted = _converted(option, value, IN_PYTHON)
        except UnsupportedTypeError:
            continue  # an option that flags and recipes cannot set
        except UnfitValueError as unfit:
            raise UsageError(_misfit(option, unfit)) from None
        object.__setattr__(instance, option.name, converted)


def wrong_default(step_class: type[Options]) -> str:
    """Return which option has a default of another type than its own; empty if none has."""
    for option in step_class.option_list():
        if option.required:
            continue
        try:
            _converted(option, option.default, IN_PYTHON)
        except UnsupportedTypeError:
            continue
        except UnfitValueError as unfit:
            return f"the default of `{option.name}` is {option.default!r}, and its type expects {unfit}"
    return ""


def _converted(option: Option, value: Any, spelling: Spelling) -> Any:
    # An option whose default is the empty string gives it a meaning.
    if option.is_verbatim:
        spelling = spelling._replace(split_commas=False)
    means_something = option.may_be_empty or option.default == ""
    return value if value == "" and means_something else convert(option.type, value, spelling)


def _key_problem(key: str, option_of: Mapping[str, Option], values: Mapping[str, Any]) -> str:
    if key not in option_of:
        spelling = current_spelling()
        names = [spelling.of_option(name) for name in option_of]
        near = did_you_mean(spelling.of_option(key), names)
        return f"unknown option `{excerpt(spelling.of_option(key), EXCERPT)}`{near}; its options: {comma_list(names)}"
    if option_of[key].name in values:
        return f"`{key}` is given twice, spelled with `-` and with `_`"
    return ""


def _call_problem(cls: type[Options], values: tuple[Any, ...], named_values: Mapping[str, Any]) -> str:
    """Return why the options cannot be called like this; empty if they can."""
    fields = [item.name for item in dataclasses.fields(cls)]  # type: ignore[arg-type]
    option_of = {option.key: option for option in cls.option_list()}
    for name in named_values:
        if name not in fields:
            return _key_problem(name.replace("_", "-"), option_of, {})
        if name in fields[: len(values)]:
            return f"`{name}` is given twice, by its position and by its name"
    if len(values) > len(fields):
        return f"takes {quantity(len(option_of), 'option')}, and {len(values)} values are given"
    given_names = {*fields[: len(values)], *named_values}
    missing = [option for option in option_of.values() if option.required and option.name not in given_names]
    return _need(missing[0]) if missing else ""


def _need(option: Option) -> str:
    return f"needs the option `{current_spelling().of_option(option.name)}`: {option.help}"


def _misfit(option: Option, unfit: UnfitValueError) -> str:
    spelling = current_spelling()
    # The value of an option that does not shape content may be a secret.
    repeated = f", not {excerpt(spelling.of_value(unfit.value), EXCERPT)}{unfit.hint}" if option.shapes_content else ""
    return f"`{spelling.of_option(option.name)}` expects {unfit}{repeated}"


def _error(location: str, step_class: type[Options], problem: str) -> UsageError:
    return UsageError(_at_location(location, _with_name(step_class, problem)))


def _with_name(step_class: type[Options], message: str) -> str:
    """Return the message with the command's name before it, or without it on a command line, which prints the name."""
    prefix = f"{step_class.name()}: "
    message = message.removeprefix(prefix)
    return message if current_spelling().style == "flags" else prefix + message


def _at_location(location: str, message: str) -> str:
    return f"{location}: {message}" if location else message


def _option(item: "dataclasses.Field[Any]", hint: Any) -> Option:
    base, extras = hint, ()
    if typing.get_origin(hint) is Annotated:
        base, *rest = typing.get_args(hint)
        extras = tuple(rest)
    required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    default = None if required else item.default
    if item.default_factory is not dataclasses.MISSING:
        default = item.default_factory()
    return Option(
        name=item.name,
        type=base,
        help=extras[0] if extras else "",
        default=default,
        required=required,
        shapes_content=RUNTIME not in extras,
        choices=_choices(base),
        may_be_empty=MAY_BE_EMPTY in extras,
        is_verbatim=VERBATIM in extras,
    )


def _choices(base: Any) -> tuple[str, ...]:
    """Return the words a `Literal[...]` or `tuple[Literal[...], ...]` option allows."""
    if typing.get_origin(base) is typing.Literal:
        return tuple(typing.get_args(base))
    for argument in typing.get_args(base):
        if typing.get_origin(argument) is typing.Literal:
            return tuple(typing.get_args(argument))
    return ()
