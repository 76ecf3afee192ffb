"""Texts that stand for steps in a recipe and name none: command lines, lists in one text, items without a space."""

import re
from collections.abc import Iterator, Sequence

from corpuskit.core.wording import excerpt

_FLAG = re.compile(r"--?([a-z][a-z0-9-]*)(?:=(.*))?")


def meant_steps(text: str, key: str) -> str:
    """Return what to write for a text under `key` that names no step; empty if it looks like nothing that is known.

    >>> meant_steps("dedup --threshold 0.7", "steps"), meant_steps("extract | dedup", "together")
    ('write `{dedup: {threshold: 0.7}}`', 'write a list: `together: [extract, dedup]`')
    >>> meant_steps("extract -dedup", "steps"), meant_steps("-dedup", "steps")
    ('put a space after each `-`: `- extract`, `- dedup`', 'put a space after the `-`: `- dedup`')
    """
    commands = [part.strip().removeprefix("corpuskit ") for part in re.split(r"[,|]", text.strip("[]")) if part.strip()]
    if len(commands) > 1:
        return f"write a list: `{key}: [{excerpt(', '.join(_as_item(command) for command in commands), 200)}]`"
    words = text.removeprefix("corpuskit ").split()
    if len(words) > 1 and all(re.fullmatch("-[a-z][a-z0-9-]+", word) for word in words[1:]):
        items = ", ".join(f"`- {word.removeprefix('-')}`" for word in words)
        return f"put a space after each `-`: {items}"
    if len(words) == 1 and re.fullmatch("-[a-z][a-z0-9-]+", text):
        return f"put a space after the `-`: `- {text[1:]}`"
    item = _as_item(" ".join(words))
    return f"write `{excerpt(item, 200)}`" if item != text else ""


def _as_item(command: str) -> str:
    """Return a command with flags as the item of a list: `{dedup: {threshold: 0.7}}`."""
    name, *words = command.split()
    options = ", ".join(f"{key}: {value}" for key, value in _options(words))
    return f"{{{name}: {{{options}}}}}" if options else name if not words else command


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the options that flags give, as a recipe has them; a flag without a value is true."""
    rest = list(words)
    while rest:
        flag = _FLAG.fullmatch(rest.pop(0))
        if flag is None:
            return
        value = flag[2]
        if value is None:
            value = rest.pop(0) if rest and not rest[0].startswith("-") else "true"
        yield flag[1], f"[{value}]" if "," in value else value
