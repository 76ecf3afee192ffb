"""The command line: every step class becomes a command by itself.

A step's fields are its flags, the fields of `Settings` those that all data commands share. Values go as strings to
`build_step`, the same conversion that recipes use, so flags and recipe keys are held to the same rules. A command's
module is imported when the command is run or its help is asked for.
"""

import contextlib
import errno
import inspect
import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

# Plain help: boxes would cost a third of the start-up time and spoil what scripts read.
os.environ.setdefault("TYPER_USE_RICH", "0")

import typer
from typer.core import TyperGroup

from corpuskit import __version__
from corpuskit.core import talk
from corpuskit.core.errors import CorpuskitError, PublishError, UsageError
from corpuskit.core.options import build_step
from corpuskit.core.registry import find_step, help_line, step_names
from corpuskit.core.settings import Settings, Tags
from corpuskit.core.step import Command, Option, Options, Report, Source, Step

NO_ROOM = (
    errno.ENOSPC,
    errno.EFBIG,
    errno.EDQUOT,
    errno.EMFILE,
    errno.ENFILE,
    errno.EROFS,
    errno.EACCES,
)
SHORT = {"output": "-o", "jobs": "-j"}
NOT_FOR_REPORTS = ("output", "drops", "shard_documents", "allow_empty", "jobs")


class Commands(TyperGroup):
    """The group of all steps, each made into a command when it is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All step names."""
        return step_names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name."""
        return _command(find_step(cmd_name))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """All commands with their help lines, none of them imported."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line(name)) for name in step_names()])


class AsGiven:
    """Hands the words of the command line on as they are: `build_step` converts them.

    Typer would have pydantic make a validator for each parameter, and importing that doubles the time to start.
    """

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """The value itself."""
        return value


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit; expected errors end in one line on standard error."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_interrupted)
    name = next((word for word in arguments if not word.startswith("-")), "")
    try:
        code = _guarded(name, arguments)
    except BrokenPipeError:
        _die_of(signal.SIGPIPE)
    except KeyboardInterrupt as interrupt:
        _die_of(interrupt.args[0] if interrupt.args else signal.SIGINT)
    _leave(code)


def _guarded(name: str, arguments: list[str]) -> int:
    """The exit code of a command line; what goes wrong is said in one line."""
    from typer._click.exceptions import ClickException, NoArgsIsHelpError

    try:
        # Typer only reads the command line: run inside it, a command would have its signals and closed pipes
        # turned into exit codes of typer's own.
        work = _app()(arguments, standalone_mode=False)
        return int(work()) if callable(work) else int(work or 0)
    except CorpuskitError as error:
        talk.say(name, str(error))
        if error.__cause__ is not None and error.exit_code == 1:
            talk.say(name, f"the details are in {_traceback_file(error)}")
        return error.exit_code
    except NoArgsIsHelpError as error:
        error.show()
        return UsageError.exit_code
    except ClickException as error:
        command = f"corpuskit {name}".rstrip()
        talk.say(name, f"{error.format_message()} (`{command} --help` lists the options)")
        return UsageError.exit_code
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except OSError as error:
        if error.errno in NO_ROOM:
            talk.say(name, f"cannot write: {error.strerror}; nothing was published. Make room, and run it again")
            return PublishError.exit_code
        return _internal_fault(name, error)
    except Exception as error:
        return _internal_fault(name, error)


def _internal_fault(name: str, error: BaseException) -> int:
    what = f"internal fault ({type(error).__name__}); please report it with {_traceback_file(error)}"
    talk.say(name, what)
    return CorpuskitError.exit_code


def _traceback_file(error: BaseException) -> str:
    import tempfile
    import traceback

    descriptor, path = tempfile.mkstemp(prefix="corpuskit-fault-", suffix=".txt")
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write("".join(traceback.format_exception(error)))
    return path


def _raise_interrupted(number: int, _frame: Any) -> None:
    raise KeyboardInterrupt(number)


def _die_of(number: int) -> NoReturn:
    """End by the signal itself, so that shells see what happened."""
    with contextlib.suppress(Exception):
        sys.stderr.flush()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    raise SystemExit(128 + number)


def _leave(code: int) -> NoReturn:
    """Exit without the interpreter's own flush of a closed standard output."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    sys.exit(code)


def _app() -> Any:
    app = typer.Typer(
        cls=Commands,
        name="corpuskit",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
        epilog="Commands stream JSONL documents from standard input to standard output; pipe them into one another.",
    )

    @app.callback()
    def corpuskit(
        version: bool = typer.Option(
            False, "--version", help="Print the version and exit.", is_eager=True, callback=_print_version
        ),
    ) -> None:
        """Build language-model training corpora: composable commands, one recipe, a provable manifest."""

    # A group needs one registered command to be a group; `Commands` answers for it.
    app.command("mix")(corpuskit)
    return _made(app)


def _print_version(wanted: bool | None) -> None:
    if wanted:
        talk.print_out(f"corpuskit {__version__}")
        raise typer.Exit


def _command(step_class: type[Step]) -> Any:
    """The typer command of a step class."""
    groups = _option_groups(step_class)
    takes = step_class.inputs if issubclass(step_class, Command) else "INPUT"

    def run(**values: Any) -> Callable[[], int]:
        return lambda: _run(step_class, groups, values)

    parameters = [_keyword("arguments", _argument(takes), list[str])]
    parameters += [_parameter(option) for _, options in groups for option in options]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__doc__ = inspect.getdoc(step_class)
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(
        step_class.name(),
        help=_help(step_class),
        short_help=step_class.help_line(),
        context_settings={"help_option_names": ["--help", "-h"]},
    )(run)
    return _made(app)


def _made(app: typer.Typer) -> Any:
    command = typer.main.get_command(app)
    # The parameters of the command and the one for help, which comes into being when it is asked for.
    for parameter in command.get_params(typer.Context(command, **command.context_settings)):
        parameter._runtime_param = AsGiven()  # type: ignore[attr-defined]
    return command


def _option_groups(step_class: type[Step]) -> list[tuple[type[Options], list[Option]]]:
    """The data classes a command's flags come from, with their options."""
    shared = Settings.option_list()
    if issubclass(step_class, Command):
        shared = [option for option in shared if option.name in step_class.settings]
    elif issubclass(step_class, Report):
        shared = [option for option in shared if option.name not in NOT_FOR_REPORTS]
    groups: list[tuple[type[Options], list[Option]]] = [(step_class, step_class.option_list())]
    if issubclass(step_class, Source):
        groups.append((Tags, Tags.option_list()))
    return [*groups, (Settings, shared)]


def _argument(takes: str) -> Any:
    return typer.Argument(None, metavar=takes, show_default=False, hidden=True)


def _parameter(option: Option) -> inspect.Parameter:
    names = [SHORT[option.name]] if option.name in SHORT else []
    names.append(f"--{option.key}" if len(option.key) > 1 else f"-{option.key}")
    help_text = option.help + _shown_default(option)
    annotation: Any = str
    default: Any
    if option.type is bool:
        annotation = bool
        names[-1] += f"/--no-{option.key}" if option.default else ""
        default = typer.Option(None, *names, help=help_text, show_default=False)
    else:
        many = "tuple" in str(option.type)
        annotation = list[str] if many else str
        default = typer.Option(None, *names, help=help_text, metavar=_metavar(option), show_default=False)
    return _keyword(option.name, default, annotation)


def _keyword(name: str, default: Any, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _metavar(option: Option) -> str:
    words = {"int": "N", "float": "X", "Path": "PATH"}
    kind = str(getattr(option.type, "__name__", option.type))
    if option.choices:
        return ("|" if "tuple" not in str(option.type) else ",").join(option.choices)
    return next((shown for word, shown in words.items() if word in kind), "TEXT")


def _shown_default(option: Option) -> str:
    if option.required:
        return " [required]"
    default = option.default
    if default is None or default is False or default == ():
        return ""
    text = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
    return f" [default: {'on' if default is True else text}]"


def _help(step_class: type[Step]) -> str:
    """The class docstring; a paragraph that is indented is an example and stays as it is."""
    paragraphs = (inspect.getdoc(step_class) or "").split("\n\n")
    return "\n\n".join(f"\b\n{part}" if part.startswith("  ") else part for part in paragraphs)


def _run(step_class: type[Step], groups: Iterable[tuple[type[Options], list[Option]]], values: dict[str, Any]) -> int:
    built: dict[type[Options], Any] = {}
    for owner, options in groups:
        given = {option.key: values[option.name] for option in options if values[option.name] not in (None, [], ())}
        built[owner] = build_step(owner, given)
    arguments = list(values["arguments"] or [])
    step, settings = built[step_class], built[Settings]
    if isinstance(step, Command):
        return step.execute(arguments, settings)
    if not arguments and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("no input: name files, or pipe documents in")
    from corpuskit.core.process import Process

    return Process(step, arguments, settings, built.get(Tags, Tags())).run()


if __name__ == "__main__":
    main()
