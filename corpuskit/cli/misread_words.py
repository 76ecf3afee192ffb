"""Words that a command took for inputs, or for its own options, and that were meant for something else."""

import os
import re
import shutil
from collections.abc import Sequence
from itertools import takewhile
from shlex import join

from corpuskit.cli.arguments import Groups, flags_with_options, takes_many
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import excerpt

_SHARE = re.compile(r"(?:0?\.\d+|[01](?:\.0*)?|\d+(?:\.\d+)?%)")


def meant_option(groups: Groups, words: Sequence[str], missing_input: str) -> str:
    """Return the option that a word was meant for which is no input: a number, a share, or one more of several values.

    Empty if it looks like none.
    """
    option_of = dict(flags_with_options(groups))
    if "-n" in option_of and re.fullmatch(r"\d+", missing_input):
        return f"`-n {missing_input}`"
    if "--rate" in option_of and _SHARE.fullmatch(missing_input):
        share = float(missing_input.rstrip("%")) / (100 if missing_input.endswith("%") else 1)
        return f"`--rate {share:g}`"
    index = next((at for at, word in enumerate(words) if word == missing_input), 0)
    start = index
    while start > 0 and _is_value(words[start - 1]):
        start -= 1
    flag = words[start - 1] if start and start < index else ""
    option, implied_value = option_of.get(flag, (None, None))
    if option is None or implied_value is not None or not takes_many(option):
        return ""
    values = list(takewhile(_is_value, words[start:]))
    if missing_input not in values:
        return ""
    return f"`{flag} {excerpt(','.join(values), 200)}`"


def demand_program_after_dashes(name: str, groups: Groups, words: Sequence[str]) -> None:
    """Raise UsageError if one of a command's words is a program, where its words are to stand after `--`."""
    option_of = dict(flags_with_options(groups))
    for index, word in enumerate(words):
        _, implied_value = option_of.get(words[index - 1], (None, "")) if index else (None, "")
        if implied_value is None or word.startswith("-") or _is_input(word) or not shutil.which(word):
            continue
        line = join(["corpuskit", name, *words[:index], "--", *words[index:]])
        raise UsageError(f"the program and its words come after `--`: `{excerpt(line, 200)}`")


def _is_value(word: str) -> bool:
    """Whether a word may be one of an option's values, and no file whose name is misspelt."""
    return re.fullmatch(r"\w[\w+-]*", word) is not None and not _is_input(word)


def _is_input(word: str) -> bool:
    return os.path.lexists(word) or "://" in word
