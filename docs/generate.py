"""Write docs/reference.md from the step classes: `python docs/generate.py`; with `--check` only compare.

Everything on that page is declared in the code: names, help, options, formats, exit codes. `tests/docs/test_docs.py`
fails while the page differs from what this prints.
"""

import importlib
import inspect
import sys
from collections.abc import Iterable
from pathlib import Path

from corpuskit.cli.arguments import NOT_FOR_REPORTS, SHORT
from corpuskit.core import errors
from corpuskit.core.registry import find_format, find_step, format_names, own_steps
from corpuskit.core.settings import Settings, Tags
from corpuskit.core.step import Command, CorpusStage, Option, Report, Sink, Source, Split, Stage, Step

PAGE = Path(__file__).parent / "reference.md"
COMMAND = "python docs/generate.py"
KINDS = {
    Source: "source: inputs → documents",
    Split: "split: one document becomes one or more, in any order",
    Sink: "sink: documents → a published dataset",
    Stage: "stage: one document at a time, in any order",
    CorpusStage: "corpus stage: the whole stream, in order",
    Report: "report: documents → an answer",
    Command: "command: no part of a pipe",
}
HEAD = f"""# Reference

This page is made from the code by `{COMMAND}`; change the step classes, not the page.

[Commands](#commands) · [Options of all data commands](#options-of-all-data-commands) ·
[Options of all sources](#options-of-all-sources) · [Output formats](#output-formats) · [Exit codes](#exit-codes)

An option `--min-words` on the command line is the key `min-words` in a recipe. On the command line, separate the values
of a list option by commas or repeat the option; in a recipe, give a list. `runtime` options do not shape content and
are not in the manifest.

## Commands
"""
SHARED_HEAD = """## Options of all data commands

Without an input, or with `-`, a command reads standard input; without `-o` it writes to standard output. Reports have
only the options that concern reading; other commands have those that their own entry names.
"""
SOURCES_HEAD = """## Options of all sources

What a source says about every document that it yields, as the keys of a recipe's source do.
"""
FORMATS_HEAD = """## Output formats

For `export --to` and a recipe's `output: {formats: […]}`.
"""
EXIT_HEAD = """## Exit codes

| code | meaning |
|---|---|
| 0 | done; rejected records alone change nothing, unless `--max-rejects` says so |"""
SIGNALS = "| 130, 141, 143 | ended by SIGINT, SIGPIPE (the reader closed the pipe) or SIGTERM |"


def page() -> str:
    """The whole page."""
    parts = [HEAD, *(command(find_step(name)) for name in sorted(own_steps()))]
    parts += [SHARED_HEAD, table(Settings.option_list()), SOURCES_HEAD, table(Tags.option_list())]
    parts += [FORMATS_HEAD, formats(), "\n".join([EXIT_HEAD, *exit_codes(), SIGNALS])]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def command(step_class: type[Step]) -> str:
    """The section of one command."""
    options = step_class.option_list()
    lines = [f"### {step_class.name()}\n", f"*{kind(step_class)}*\n", docstring(step_class), ""]
    lines += [table(options)] if options else ["No options of its own.\n"]
    return "\n".join([*lines, also(step_class)])


def kind(step_class: type[Step]) -> str:
    """What kind of step it is, in words."""
    return next(words for base, words in KINDS.items() if issubclass(step_class, base))


def docstring(step_class: type[Step]) -> str:
    """The description; indented paragraphs, which are examples, become blocks of shell text."""
    paragraphs = (inspect.getdoc(step_class) or "").split("\n\n")
    return "\n\n".join(block(part) if part.startswith("  ") else prose(part) for part in paragraphs)


def prose(paragraph: str) -> str:
    """A paragraph whose angle brackets are no HTML."""
    parts = paragraph.split("`")
    return "`".join(part if place % 2 else part.replace("<", "&lt;") for place, part in enumerate(parts))


def block(paragraph: str) -> str:
    """An example as a fenced block."""
    return "```text\n" + inspect.cleandoc(paragraph) + "\n```"


def also(step_class: type[Step]) -> str:
    """Which of the shared options the command has."""
    if issubclass(step_class, Command):
        return f"Also: {', '.join(flag(name) for name in step_class.settings)}.\n"
    if issubclass(step_class, Report):
        names = [option.name for option in Settings.option_list() if option.name not in NOT_FOR_REPORTS]
        return f"Also: {', '.join(flag(name) for name in names)}.\n"
    sources = " and [of all sources](#options-of-all-sources)" if issubclass(step_class, Source) else ""
    return f"Also: the options [of all data commands](#options-of-all-data-commands){sources}.\n"


def table(options: Iterable[Option]) -> str:
    """A row for each option."""
    rows = [
        f"| {flag(option.name)} | {cell(type_of(option))} | {default_of(option)} | {note(option)} |"
        for option in options
    ]
    return "\n".join(["| option | type | default | meaning |", "|---|---|---|---|", *rows]) + "\n"


def flag(name: str) -> str:
    """The flag of an option, with its short form."""
    short = f"`{SHORT[name]}`, " if name in SHORT else ""
    return f"{short}`{'-' if len(name) == 1 else '--'}{name.rstrip('_').replace('_', '-')}`"


def type_of(option: Option) -> str:
    """The type in plain words."""
    many = "list of " if "tuple" in str(option.type) else ""
    if option.choices:
        return many + " | ".join(f"`{word}`" for word in option.choices)
    shown = str(getattr(option.type, "__name__", option.type))
    words = {"Path": "file", "bool": "yes or no", "int": "whole number", "float": "number"}
    return many + next((plain for name, plain in words.items() if name in shown), "text")


def default_of(option: Option) -> str:
    """The default as it would be written."""
    if option.required:
        return "required"
    value = option.default
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{','.join(map(str, value)) if isinstance(value, tuple) else value}`"


def note(option: Option) -> str:
    """The option's sentence."""
    return cell(option.help) + ("" if option.shapes_content or not is_own(option) else " *runtime*")


def is_own(option: Option) -> bool:
    """Whether the option is a step's; of those that all commands share, none shapes content."""
    return not any(option in shared.option_list() for shared in (Settings, Tags))


def formats() -> str:
    """A line for each output format."""
    lines = []
    for name in format_names():
        form = type(find_format(name))
        module = importlib.import_module(form.__module__)
        text = inspect.getdoc(form) or module.__doc__ or ""
        lines.append(f"- `{name}`: {' '.join(text.split(chr(10) * 2)[0].split())}")
    return "\n".join(lines) + "\n"


def exit_codes() -> list[str]:
    """A row for each class of error."""
    classes = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)]
    return [f"| {error.exit_code} | {meaning(error)} |" for error in sorted(classes, key=lambda error: error.exit_code)]


def meaning(error: type[errors.CorpuskitError]) -> str:
    """What an exit code says."""
    if error is errors.CorpuskitError:
        return "internal fault; standard error names the file that the traceback went to"
    line = (inspect.getdoc(error) or "").splitlines()[0].rstrip(".")
    return cell(line[0].lower() + line[1:])


def cell(text: str) -> str:
    """Text that does not end its table cell."""
    return text.replace("|", "\\|")


if __name__ == "__main__":
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"docs/{PAGE.name} is out of date; run: {COMMAND}")
