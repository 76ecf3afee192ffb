"""From the words of a command line to the values of options.

Plain words (each flag spelled out and followed by its value) are read here. All others, wrong ones and requests for
help, are left to typer, whose import takes longer than most of what a short command does.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from corpuskit.cli.habits import habit_hint
from corpuskit.core.options import Option, Options
from corpuskit.core.registry import steps_with_option
from corpuskit.core.settings import Settings, Tags
from corpuskit.core.step import Command, Report, Source, Step
from corpuskit.core.wording import excerpt, nearest, or_list

SHORT = {"output": "-o", "jobs": "-j", "quiet": "-q", "verbose": "-v"}
NOT_FOR_REPORTS = ("output", "drops", "shard_documents", "allow_empty", "jobs")

MOST_OWNERS = 3
"""Commands that a message names as those which have an option."""

Groups = Sequence[tuple[type[Options], list[Option]]]
Values = dict[str, Any]
"""The words given for each option, under its name, and the inputs under `arguments`."""


def option_groups(step_class: type[Step]) -> Groups:
    """Return the data classes that a command's flags come from, each with its options."""
    settings_options = Settings.option_list()
    if issubclass(step_class, Command):
        settings_options = [
            replace(option, help=step_class.output_help or option.help) if option.name == "output" else option
            for option in settings_options
            if option.name in step_class.settings
        ]
    elif issubclass(step_class, Report):
        settings_options = [option for option in settings_options if option.name not in NOT_FOR_REPORTS]
    groups: list[tuple[type[Options], list[Option]]] = [(step_class, step_class.option_list())]
    if issubclass(step_class, Source):
        groups.append((Tags, Tags.option_list()))
    return [*groups, (Settings, settings_options)]


def flags_of(option: Option) -> list[str]:
    """Return how an option is spelled on the command line, in typer's notation."""
    names = [SHORT[option.name]] if option.name in SHORT else []
    names.append(f"--{option.key}" if len(option.key) > 1 else f"-{option.key}")
    if option.type is bool and option.default:
        names[-1] += f"/--no-{option.key}"
    return names


def spellings(option: Option) -> list[str]:
    """Return every flag of an option: `-o` and `--output`."""
    return [flag for names in flags_of(option) for flag in names.split("/")]


def takes_many(option: Option) -> bool:
    """Whether the option may be given several times."""
    return "tuple" in str(option.type)


def unknown_flag(command: str, word: str, flags: Iterable[str], words: Sequence[str] = ()) -> str:
    """Return what to say about a flag that does not exist: the nearest one, or where all are listed.

    `words` are those of the whole command.
    """
    flags = list(flags)
    name = word.partition("=")[0]
    hint = f"`{' '.join(['corpuskit', *command.split(), '--help'])}` lists the options"
    if command == "sample" and name.startswith("-n"):
        return (
            "`sample` takes a share of the documents: `--rate 0.1`; the first few are those of `corpuskit head -n 10`"
        )
    number = re.fullmatch(r"-(\d+)", word)
    if number and "-n" in flags:
        hint = f"did you mean `-n {number[1]}`?"
    elif habit := habit_hint(command, name, words, takes_number="-n" in flags):
        hint = habit
    elif owners := steps_with_option(name[2:]) if re.fullmatch("--[a-z-]{2,}", name) else []:
        hint = f"it is one of {or_list(f'`corpuskit {owner}`' for owner in owners[:MOST_OWNERS])}"
    elif near := _nearest_flag(name, [*flags, "--version"]) or _short_flag(name, flags):
        hint = f"did you mean `{near if near in flags else f'corpuskit {near}'}`?"
    return f"unknown option `{excerpt(name)}` ({hint})"


def takes_program(groups: Groups) -> bool:
    """Whether the command runs a program, whose words stand after `--`."""
    return any(option.name == "command" for _, options in groups for option in options)


def split_at_dashes(groups: Groups, words: Sequence[str]) -> tuple[list[str], Values]:
    """Return the words before `--`, and the program after it as the value of `command`, if there is that option."""
    if not takes_program(groups) or "--" not in words:
        return list(words), {}
    index = list(words).index("--")
    return list(words[:index]), {"command": list(words[index + 1 :])}


def with_counts_named(groups: Groups, words: Sequence[str]) -> list[str]:
    """Return the words with `-3` as `-n 3`, as `head` of every shell takes it, if there is an option `-n`."""
    flags = dict(flags_with_options(groups))
    if "-n" not in flags:
        return list(words)
    named: list[str] = []
    for index, word in enumerate(words):
        is_value = index > 0 and words[index - 1] in flags
        named += ["-n", word[1:]] if re.fullmatch(r"-[0-9]+", word) and not is_value else [word]
    return named


def _nearest_flag(name: str, flags: Iterable[str]) -> str | None:
    """Return the flag that is most like a word; the dashes that all have do not count."""
    flag_of = {flag.lstrip("-"): flag for flag in flags}
    near = nearest(name.lstrip("-"), flag_of)
    return None if near is None else flag_of[near]


def _short_flag(name: str, flags: Sequence[str]) -> str | None:
    """Return the flag of one letter that a word may stand for: `-n` for `--number`."""
    letters = name.lstrip("-")
    return next((flag for flag in flags if len(flag) == 2 and letters.startswith(flag[1])), None)


def plain_values(groups: Groups, words: Sequence[str]) -> Values | None:
    """Return the values that plain words give, as typer would; None if some are not plain."""
    option_of = dict(flags_with_options(groups))
    values: Values = {option.name: None for _, options in groups for option in options}
    values["arguments"] = []
    rest = iter(words)
    for word in rest:
        if not word:
            return None
        if not word.startswith("-") or word == "-":
            values["arguments"].append(word)
            continue
        flag, attached_value = _split(word)
        if flag not in option_of:
            return None
        option, implied_value = option_of[flag]
        if implied_value is not None:
            if attached_value:
                return None
            values[option.name] = implied_value
            continue
        value = attached_value or next(rest, "")
        if not value or value.startswith("-"):
            return None
        if not takes_many(option) and values[option.name] is not None:
            return None
        values[option.name] = [*(values[option.name] or ()), value] if takes_many(option) else value
    return values


def _split(word: str) -> tuple[str, str]:
    """Return a flag and the value attached to it, if there is one: `-n5` is `-n` and `5`."""
    return (word, "") if word.startswith("--") or "=" in word else (word[:2], word[2:])


def flags_with_options(groups: Groups) -> Iterator[tuple[str, tuple[Option, bool | None]]]:
    """Yield each flag with its option, and the value it implies if it takes none."""
    for _, options in groups:
        for option in options:
            for names in flags_of(option):
                yes, _, no = names.partition("/")
                yield yes, (option, True if option.type is bool else None)
                if no:
                    yield no, (option, False)
