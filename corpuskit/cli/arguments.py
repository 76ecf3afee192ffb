"""From the words of a command line to a step that runs.

Words that are plain (each flag spelled out, with its value behind it) are read here. All others, and those that are
wrong or ask for help, are for typer, whose import takes longer than most of what a short command does.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from corpuskit.core.errors import UsageError
from corpuskit.core.options import Option, Options, build_step
from corpuskit.core.settings import Settings, Tags
from corpuskit.core.step import Command, Report, Source, Step

SHORT = {"output": "-o", "jobs": "-j"}
NOT_FOR_REPORTS = ("output", "drops", "shard_documents", "allow_empty", "jobs")

Groups = Sequence[tuple[type[Options], list[Option]]]


def option_groups(step_class: type[Step]) -> list[tuple[type[Options], list[Option]]]:
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


def flags_of(option: Option) -> list[str]:
    """How an option is spelled on the command line, as typer wants to be told."""
    names = [SHORT[option.name]] if option.name in SHORT else []
    names.append(f"--{option.key}" if len(option.key) > 1 else f"-{option.key}")
    if option.type is bool and option.default:
        names[-1] += f"/--no-{option.key}"
    return names


def takes_many(option: Option) -> bool:
    """Whether the option may stand several times."""
    return "tuple" in str(option.type)


def plain_values(groups: Groups, words: Sequence[str]) -> dict[str, Any] | None:
    """The values that plain words give, as typer would; None if some are not plain."""
    spelled = dict(_spellings(groups))
    values: dict[str, Any] = {option.name: None for _, options in groups for option in options}
    values["arguments"] = []
    rest = iter(words)
    for word in rest:
        if not word:
            return None
        if not word.startswith("-") or word == "-":
            values["arguments"].append(word)
            continue
        if word not in spelled:
            return None
        option, stands_for = spelled[word]
        if stands_for is not None:
            values[option.name] = stands_for
            continue
        value = next(rest, "")
        if not value or value.startswith("-"):
            return None
        values[option.name] = [*(values[option.name] or ()), value] if takes_many(option) else value
    return values


def _spellings(groups: Groups) -> Iterator[tuple[str, tuple[Option, bool | None]]]:
    """Each flag with its option, and the value of those that take none."""
    for _, options in groups:
        for option in options:
            for names in flags_of(option):
                yes, _, no = names.partition("/")
                yield yes, (option, True if option.type is bool else None)
                if no:
                    yield no, (option, False)


def run(step_class: type[Step], groups: Iterable[tuple[type[Options], list[Option]]], values: dict[str, Any]) -> int:
    """Build the step and its settings, and run it; the exit code."""
    built: dict[type[Options], Any] = {}
    for owner, options in groups:
        given = {option.key: values[option.name] for option in options if values[option.name] not in (None, [], ())}
        built[owner] = build_step(owner, given)
    arguments = list(values["arguments"] or [])
    step, settings = built[step_class], built[Settings]
    if isinstance(step, Command):
        return step.execute(arguments, settings)
    if not arguments and sys.stdin is not None and sys.stdin.isatty():
        # Nothing is named and nothing piped in: whoever typed this wants to know what to type.
        from corpuskit.cli.typer_command import full_help

        sys.stderr.write(full_help(step_class) + "\n")
        return UsageError.exit_code
    from corpuskit.core.stream.run import StepRun

    return StepRun(step, arguments, settings, built.get(Tags, Tags())).run()
