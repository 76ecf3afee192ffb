"""Options that people know from elsewhere, and how a command says the same."""

import os
import re
from collections.abc import Sequence

_RECIPE_KEYS = {
    "--seed": "seed",
    **dict.fromkeys(("--budget", "--tokens"), "budget.tokens"),
    "--tokenizer": "budget.tokenizer",
    **dict.fromkeys(("--format", "--formats", "--to"), "output.formats"),
}
"""Values of a recipe that a flag of `mix` might set."""
_OTHER_FLAGS = {
    "export": dict.fromkeys(("--format", "--formats", "--as"), "--to"),
    "sample": dict.fromkeys(("--share", "--fraction", "--frac", "--ratio", "--percent", "-p"), "--rate"),
}
_NUMBERS = ("--limit", "--max", "--take", "--number", "--lines", "-n")
"""Flags for how many documents there are to be, which is what `head` is for."""
_GLOBS = ("-g", "--glob", "--include", "--pattern")


def habit_hint(command: str, flag: str, words: Sequence[str], *, takes_number: bool = False) -> str:
    """Return what to type in place of a flag that a command does not have; empty for one that nobody is used to.

    A command that `takes_number` has a flag for how many documents.

    >>> habit_hint("mix", "--seed", ["r.yaml", "--seed", "5"]), habit_hint("sample", "--share", ["--share=10%"])
    ('write `--set seed=5`', 'write `--rate 0.1`')
    """
    if name := _name_like_flag(flag, words):
        return f"for the file of this name, write `./{name}`"
    value = _value_of(flag, words)
    if command == "mix" and flag in _RECIPE_KEYS:
        return f"write `--set {_RECIPE_KEYS[flag]}={value or '…'}`"
    if other := _OTHER_FLAGS.get(command, {}).get(flag):
        return f"write `{' '.join(filter(None, (other, _as_share(value))))}`"
    if flag in _NUMBERS and command and not takes_number:
        return f"for the first documents, add `| corpuskit head -n {value or 'N'}`"
    if flag in _GLOBS and command:
        return f"name the files by a pattern in quotes: `corpuskit {command} '{value or '*.md'}'`"
    return ""


def _name_like_flag(flag: str, words: Sequence[str]) -> str:
    """Return the word that was read as a flag and is the name of a file; empty if there is none."""
    near = (word for word in words if word.startswith(flag) and not word.startswith("--"))
    return next((word for word in near if os.path.lexists(word)), "")


def _value_of(flag: str, words: Sequence[str]) -> str:
    """Return the value that follows a flag; empty if none does."""
    for index, word in enumerate(words):
        if word == flag:
            following = words[index + 1] if index + 1 < len(words) else ""
            return "" if following.startswith("-") else following
        if word.startswith(f"{flag}="):
            return word.partition("=")[2]
    return ""


def _as_share(value: str) -> str:
    percent = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?)%", value, re.ASCII)
    return f"{float(percent[1]) / 100:g}" if percent else value
