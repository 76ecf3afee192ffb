"""The command line: every step class becomes a command by itself.

A command's module and what reads its flags are imported when the command is run or its help is requested; the list of
all commands needs neither.
"""

import contextlib
import errno
import gc
import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Any, NoReturn

# Nothing here does linear algebra, and numpy's library for it starts threads that spin for half of numpy's import time.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from corpuskit import __version__
from corpuskit.cli import early_interrupts
from corpuskit.core import console
from corpuskit.core.errors import (
    CorpuskitError,
    UsageError,
    refusal_of_system,
)
from corpuskit.core.registry import WINGS, added_steps, find_step, help_line, own_steps, shadowing_notice

early_interrupts.restore()

if TYPE_CHECKING:
    from corpuskit.cli.arguments import Groups, Values
    from corpuskit.core.step import Step

ABOUT = "Build language-model training corpora: composable commands, one recipe, a provable manifest."
MORE = (
    "Commands stream JSONL documents from standard input to standard output; pipe them into one another. "
    "`corpuskit help COMMAND` describes each one, `corpuskit --version` prints the release, and "
    "`source <(corpuskit --completion bash)` (or zsh, fish) lets the shell complete names and flags."
)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit; expected errors end in one line on standard error."""
    is_whole_process = arguments is None
    if is_whole_process:
        # What start-up makes lives to the end: there is nothing to collect. `_collect_rarely` turns the collector on.
        gc.disable()
    arguments = sys.argv[1:] if arguments is None else arguments
    if sys.stderr is None:
        _discard_stderr()
    console.silence_destructors()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # A signal that is ignored at the start, as under `nohup`, must not end the command.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _raise_interrupted)
    name = arguments[0] if arguments and not arguments[0].startswith("-") else ""
    try:
        code = _guarded(name, arguments)
    except BrokenPipeError:
        _die_of(signal.SIGPIPE)
    except KeyboardInterrupt as interrupt:
        _die_of(interrupt.args[0] if interrupt.args else signal.SIGINT)
    if is_whole_process:
        # Or the interpreter looks through all objects once more, which is a tenth of the time of a short command.
        gc.freeze()
    _leave(code)


def _collect_rarely() -> None:
    """Let Python look for cycles of objects once in many thousand: streams make none, and modules are not let go of."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def _guarded(name: str, arguments: list[str]) -> int:
    """Run a command line and return its exit code; report an error in one line."""
    try:
        return _dispatch(name, arguments)
    except CorpuskitError as error:
        for each in (error, *error.others):
            console.notice(name, str(each))
        if error.__cause__ is not None and error.exit_code == 1:
            console.notice(name, f"the details are in {_traceback_file(error)}")
        _print_failure(name, arguments, error)
        _enter_failure(name, arguments)
        return error.exit_code
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        refusal = _refusal_of_system(error)
        _enter_failure(name, arguments)
        if refusal is None:
            return _internal_fault(name, arguments, error)
        console.notice(name, str(refusal))
        _print_failure(name, arguments, refusal)
        return refusal.exit_code


def _print_failure(name: str, arguments: list[str], error: CorpuskitError) -> None:
    """Print the object of `--json`, if it was asked for, where the command would have printed that of success."""
    if "--json" not in arguments:
        return
    if name in own_steps() and find_step(name).answers:
        console.print_failed_answer(name, error)
    else:
        console.print_outcome(name, error.count, error, account=error.account)


def _enter_failure(name: str, arguments: list[str]) -> None:
    """Let the next command of the pipe say which one failed, if this one would have written documents into it."""
    from corpuskit.core.provenance.ledger import enter_failure
    from corpuskit.core.step import Command, Report

    if any(word.startswith(("-o", "--output")) for word in arguments):
        return
    with contextlib.suppress(CorpuskitError, ImportError):
        if issubclass(find_step(name), (Command, Report)):
            return
    # What went wrong first is what people have to know.
    with contextlib.suppress(Exception):
        enter_failure(name or "corpuskit")


def _refusal_of_system(error: Exception) -> CorpuskitError | None:
    """Return what the operating system refused, as an error for the user; None if it refused nothing."""
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG and error.filename:
        return UsageError(f"the name {os.fsdecode(error.filename)!r} is too long for the file system; shorten it")
    return refusal_of_system(error)


def _dispatch(name: str, arguments: list[str]) -> int:
    if not arguments:
        sys.stderr.write(overview())
        return UsageError.exit_code
    if arguments[0] in ("--help", "-h"):
        console.write_stdout(overview())
        return 0
    if arguments[0] == "help":
        if not arguments[1:]:
            console.write_stdout(overview())
            return 0
        return _help_of(arguments[1:])
    if arguments[0] == "--completion":
        from corpuskit.cli.completion import completion_script

        console.write_stdout(completion_script(arguments[1] if arguments[1:] else ""))
        return 0
    if arguments[0] in ("--version", "-V") or (arguments == ["version"] and "version" not in added_steps()):
        from corpuskit.text.html import compiled as extraction
        from corpuskit.text.language_id import model as languages
        from corpuskit.text.quality import compiled as quality

        twins = {
            "extract": extraction.description(),
            "filter-language": languages.description(),
            "filter-quality": quality.description(),
        }
        lines = (f"{command}: {twin}" for command, twin in twins.items())
        console.write_stdout("\n".join([f"corpuskit {__version__}", *lines]))
        return 0
    if arguments[0].startswith("-"):
        from corpuskit.cli.arguments import unknown_flag

        if command := next((word for word in arguments if word in own_steps()), ""):
            others = " ".join(word for word in arguments if word != command)
            raise UsageError(f"options come after the command: `corpuskit {command} {others}`")
        raise UsageError(unknown_flag("", arguments[0], ("--help", "-h", "--version", "-V", "--completion")))
    return _command(name, arguments[1:])


def _help_of(names: list[str]) -> int:
    """Print the help of each command. Returns the exit code."""
    from corpuskit.cli.typer_command import full_help

    console.write_stdout("\n\n".join(full_help(find_step(name)) for name in names))
    return 0


def _command(name: str, words: list[str]) -> int:
    """Read one command's words and run it. Returns the exit code.

    Typer only reads. If it ran the command, it would turn signals and closed pipes into exit codes of its own.
    """
    from corpuskit.cli.arguments import (
        option_groups,
        plain_values,
        split_at_dashes,
        takes_program,
        with_counts_named,
    )

    step_class = find_step(name)
    groups = option_groups(step_class)
    words, program = split_at_dashes(groups, words)
    words = with_counts_named(groups, words)
    if takes_program(groups) and not program:
        from corpuskit.cli.misread_words import demand_program_after_dashes

        demand_program_after_dashes(name, groups, words)
    values = plain_values(groups, words)
    if values is None:
        from corpuskit.cli.typer_command import read_words

        values = read_words(step_class, words)
    if values is None:
        return 0
    values |= program
    try:
        return _run(step_class, groups, values)
    except UsageError as error:
        raise _with_meant_option(groups, words, error) from None


def _with_meant_option(groups: "Groups", words: list[str], error: UsageError) -> UsageError:
    """Return the error, with the option that a missing input looks like the value of."""
    if not error.missing_input:
        return error
    from corpuskit.cli.misread_words import meant_option

    option = meant_option(groups, words, error.missing_input)
    return UsageError(f"no such file or folder: {error.missing_input!r} (did you mean {option}?)") if option else error


def _run(step_class: "type[Step]", groups: "Groups", values: "Values") -> int:
    """Build the step and its settings, and run it. Returns the exit code."""
    from corpuskit.core.options import Options, build_step
    from corpuskit.core.settings import Settings, Tags
    from corpuskit.core.step import Command, Source

    built: dict[type[Options], Any] = {}
    for owner, options in groups:
        words = {option.key: values[option.name] for option in options}
        built[owner] = build_step(owner, _given_words(words), as_flags=True)
    arguments = list(values["arguments"] or [])
    step, settings = built[step_class], built[Settings]
    _collect_rarely()
    with console.hushed(step.name(), settings.quiet):
        if shadowed := shadowing_notice(step.name()):
            console.remark("", shadowed)
        if isinstance(step, Command):
            return step.execute(arguments, settings)
    names_inputs = isinstance(step, Source) and step.names_inputs
    if not arguments and not names_inputs and sys.stdin is not None and sys.stdin.isatty():
        command = f"corpuskit {step_class.name()}"
        raise UsageError(
            f"name an input, or pipe one in: `{_example(command, step_class)}`; `{command} --help` lists the options"
        )
    from corpuskit.core.stream.run import StepRun

    return StepRun(step, arguments, settings, built.get(Tags, Tags())).run()


def _example(command: str, step_class: "type[Step]") -> str:
    """Return the first example of the help that names an input."""
    example = re.search(rf"^ +({command}\b[^|\n]*)", step_class.__doc__ or "", re.MULTILINE)
    return example[1].strip() if example else f"{command} documents.jsonl"


def _given_words(words: "Values") -> "Values":
    return {key: word for key, word in words.items() if word not in (None, [], ())}


def overview() -> str:
    """Return what `corpuskit --help` prints. Typer could write it, but importing it takes longer than all of this."""
    steps = own_steps()
    wings = [(wing.capitalize(), f"corpuskit.{wing}.") for wing in WINGS]
    groups = [(title, [name for name in steps if steps[name].startswith(module)]) for title, module in wings]
    groups.append(("Other packages", sorted(set(added_steps()) - set(steps))))
    lines = ["Usage: corpuskit COMMAND [INPUT]... [OPTIONS]", "", *_wrapped(ABOUT, "  "), ""]
    for title, names in groups:
        if names:
            lines += [f"{title}:", *(line for name in sorted(names) for line in _row(name)), ""]
    return "\n".join([*lines, *_wrapped(MORE, "  "), ""])


def _row(name: str) -> list[str]:
    return _wrapped(help_line(name), " " * 20, f"  {name:<16}  ")


def _wrapped(text: str, indent: str, first_indent: str | None = None) -> list[str]:
    import shutil
    import textwrap

    width = max(60, min(shutil.get_terminal_size().columns, 120))
    # A name such as `filter-quality` is never broken at its dash.
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent if first_indent is None else first_indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _internal_fault(name: str, arguments: list[str], error: BaseException) -> int:
    fault = CorpuskitError(f"internal fault ({type(error).__name__}); please report it with {_traceback_file(error)}")
    console.notice(name, str(fault))
    _print_failure(name, arguments, fault)
    return fault.exit_code


def _traceback_file(error: BaseException) -> str:
    """Write the traceback to a file and return its name; if the disk fails, there may be none."""
    try:
        return _keep_traceback(error)
    except OSError:
        return "no file, as none could be written"


def _keep_traceback(error: BaseException) -> str:
    import tempfile
    import traceback

    descriptor, path = tempfile.mkstemp(prefix="corpuskit-fault-", suffix=".txt")
    with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write("".join(traceback.format_exception(error)))
    return path


def _discard_stderr() -> None:
    """Point descriptor 2 at /dev/null: if it stayed closed, the next file opened would get what libraries print."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if nowhere != 2:
        os.dup2(nowhere, 2)
        os.close(nowhere)
    os.set_inheritable(2, True)
    sys.stderr = open(2, "w")  # noqa: SIM115 - for as long as the process lasts


def _raise_interrupted(number: int, _frame: Any) -> None:
    raise KeyboardInterrupt(number)


def _die_of(number: int) -> NoReturn:
    """End the process by the signal itself, so that shells see what happened."""
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


if __name__ == "__main__":
    main()
