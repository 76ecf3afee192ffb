"""Typer commands made from step classes: they print the help, and read what is not spelled plainly.

A command returns the words as they were given. `build_step` converts them, as it does the keys of recipes, so the same
rules apply to flags and recipe keys.
"""

import inspect
import os
import re
from collections.abc import Sequence
from typing import Any

# Plain help: boxes would take a third of the start-up time and get in the way of scripts.
os.environ.setdefault("TYPER_USE_RICH", "0")

import typer
from typer._click.exceptions import ClickException, NoSuchOption
from typer.core import TyperCommand

from corpuskit.cli.arguments import Values, flags_of, option_groups, spellings, takes_many, unknown_flag
from corpuskit.core.errors import UsageError
from corpuskit.core.options import Option
from corpuskit.core.step import Command, Step

CONTEXT_SETTINGS: dict[str, Any] = {"help_option_names": ["--help", "-h"], "max_content_width": 120}
UNBROKEN = "\u2011"
"""The hyphen at which no line ends; in the help it stands for those within names until lines are broken."""
_HYPHEN_IN_NAME = re.compile(r"(?<=\w)-(?=\w)")

LONGEST_CHOICES = 60
"""Characters of choices that an option shows in place of a word; a line has no room for more."""


class HelpfulCommand(TyperCommand):
    """A command whose help has its own options first, apart from those that all commands share."""

    step_class: type[Step]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options group by group."""
        records = {parameter.name: parameter.get_help_record(ctx) for parameter in self.get_params(ctx)}
        groups = option_groups(self.step_class)
        titles = (
            ("Options", "What the documents are", "Common options")
            if len(groups) == 3
            else ("Options", "Common options")
        )
        for title, (_, options) in zip(titles, groups, strict=True):
            names = [option.name for option in options] + (["help"] if title == titles[-1] else [])
            listed = [record for record in map(records.get, names) if record is not None]
            if rows := [(flags, _HYPHEN_IN_NAME.sub(UNBROKEN, text)) for flags, text in listed]:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the usage line; what a command takes is in its own words, which say how many."""
        takes = self.step_class.inputs if issubclass(self.step_class, Command) else "[INPUT]..."
        formatter.write_usage(ctx.command_path, f"[OPTIONS] {takes}")

    def get_help(self, ctx: Any) -> str:
        """Return the help with ordinary hyphens."""
        return str(super().get_help(ctx)).replace(UNBROKEN, "-")


class RawValue:
    """A parameter type that passes words on unchanged: `build_step` converts them.

    Typer would have pydantic make a validator for each parameter, and importing that doubles the time to start.
    """

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value itself."""
        return value


def read_words(step_class: type[Step], words: Sequence[str]) -> Values | None:
    """Return the values that the words give, or None after printing the help. Raises UsageError."""
    name = step_class.name()
    try:
        result = typer_command(step_class)(list(words), prog_name=f"corpuskit {name}", standalone_mode=False)
    except NoSuchOption as error:
        flags = [flag for _, options in option_groups(step_class) for option in options for flag in spellings(option)]
        raise UsageError(unknown_flag(name, error.option_name, [*flags, "--help", "-h"], words)) from None
    except ClickException as error:
        message = error.format_message().replace("'", "`").rstrip(".")
        raise UsageError(f"{message} (`corpuskit {name} --help` lists the options)") from None
    return _single_values(step_class, result) if isinstance(result, dict) else None


def _single_values(step_class: type[Step], values: Values) -> Values:
    """Return the values, with a word in place of a list where an option takes one. Raises UsageError for more."""
    for _, options in option_groups(step_class):
        for option in options:
            words = values[option.name]
            if option.type is bool or takes_many(option) or words is None:
                continue
            if len(words) > 1:
                raise UsageError(f"`{spellings(option)[-1]}` is given twice; give it once")
            values[option.name] = next(iter(words), None)
    return values


def full_help(step_class: type[Step]) -> str:
    """Return what `--help` prints for a command."""
    command = typer_command(step_class)
    context = typer.Context(command, info_name=f"corpuskit {step_class.name()}", **CONTEXT_SETTINGS)
    return str(command.get_help(context))


def typer_command(step_class: type[Step]) -> Any:
    """Return the typer command of a step class; called, it returns the values it was given."""

    def read(**values: Any) -> Values:
        return values

    metavar = step_class.inputs if issubclass(step_class, Command) else "INPUT"
    parameters = [_keyword("arguments", _argument(metavar), list[str])]
    parameters += [_parameter(option) for _, options in option_groups(step_class) for option in options]
    read.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    read.__doc__ = inspect.getdoc(step_class)
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(
        step_class.name(),
        cls=type("HelpfulCommand", (HelpfulCommand,), {"step_class": step_class}),
        help=_help(step_class),
        short_help=step_class.help_line(),
        context_settings=CONTEXT_SETTINGS,
    )(read)
    return _with_raw_values(app)


def _with_raw_values(app: typer.Typer) -> Any:
    command = typer.main.get_command(app)
    # The parameters of the command and the one for help, which is only created when it is requested.
    for parameter in command.get_params(typer.Context(command, **command.context_settings)):
        parameter._runtime_param = RawValue()  # type: ignore[attr-defined]
    return command


def _argument(takes: str) -> Any:
    return typer.Argument(None, metavar=takes, show_default=False, hidden=True)


def _parameter(option: Option) -> inspect.Parameter:
    names = flags_of(option)
    help_text = option.help + _shown_default(option)
    annotation: Any = str
    default: Any
    if option.type is bool:
        annotation = bool
        default = typer.Option(None, *names, help=help_text, show_default=False)
    else:
        annotation = list[str]  # typer would let the last of several words win
        default = typer.Option(None, *names, help=help_text, metavar=_metavar(option), show_default=False)
    return _keyword(option.name, default, annotation)


def _keyword(name: str, default: Any, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _metavar(option: Option) -> str:
    words = {"int": "N", "float": "X", "Path": "PATH"}
    kind = str(getattr(option.type, "__name__", option.type))
    choices = ("," if takes_many(option) else "|").join(option.choices or ())
    if choices and len(choices) <= LONGEST_CHOICES:
        return choices
    return next((metavar for word, metavar in words.items() if word in kind), "TEXT")


def _shown_default(option: Option) -> str:
    if option.required:
        return " [required]"
    default = option.default
    if default is None or default is False or default == ():
        return ""
    text = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
    return f" [default: {'on' if default is True else text}]"


def _help(step_class: type[Step]) -> str:
    """Return the class docstring; a paragraph that is indented is an example and stays as it is."""
    paragraphs = (inspect.getdoc(step_class) or "").split("\n\n")
    return "\n\n".join(
        f"\b\n{part}" if part.startswith("  ") else _HYPHEN_IN_NAME.sub(UNBROKEN, part) for part in paragraphs
    )
