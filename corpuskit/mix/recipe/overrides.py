"""Values of a recipe that the command line sets: `--set budget.tokens=5M`."""

import copy
from collections.abc import Sequence
from typing import Any

from corpuskit.core.errors import UsageError
from corpuskit.core.wording import did_you_mean, excerpt
from corpuskit.mix.recipe.yaml import Marked, Trail, parse

USAGE = "`--set` takes a key, `=` and a value, as in `--set budget.tokens=5M`"


def with_overrides(tree: Marked, settings: Sequence[str]) -> Marked:
    """Return a recipe's tree with the values set that `KEY.KEY=VALUE` names; the values are YAML.

    Raises UsageError for what has another form, and for a key below a value that has no keys.
    """
    if not settings:
        return tree
    value, overrides = copy.deepcopy(tree.value), dict(tree.overrides)
    if not isinstance(value, dict):
        return tree
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not path or not equals:
            raise UsageError(f"{USAGE}, not {excerpt(setting)!r}")
        location = f"--set {excerpt(path)}"
        trail = _set_value(value, path, _value_of(text, location), location)
        overrides[trail] = location
    return Marked(tree.name, value, tree.lines, overrides)


def _value_of(text: str, location: str) -> Any:
    value = parse(f"value: {text}".encode(errors="surrogateescape"), location).value
    if not isinstance(value, dict) or list(value) != ["value"]:
        raise UsageError(f"{location}: {excerpt(text)!r} is more than one value")
    return value["value"]


def _set_value(top: dict[str, Any], path: str, value: Any, location: str) -> Trail:
    """Set the value that a path leads to, and return its trail; mappings on the way are made where there are none."""
    holder: Any = top
    trail: list[str | int] = []
    rest = path
    while True:
        key, rest = _next_key(holder, rest, location)
        trail.append(key)
        if not rest:
            holder[key] = value
            return tuple(trail)
        if isinstance(holder, dict) and holder.get(key) is None:
            holder[key] = {}
        holder = holder[key]


def _next_key(holder: Any, path: str, location: str) -> tuple[str | int, str]:
    """Return the first key of a path, and what is left of it. The names of sources may have dots."""
    first, _, rest = path.partition(".")
    if isinstance(holder, list):
        if not first.isdecimal() or int(first) >= len(holder):
            raise UsageError(f"{location}: {excerpt(first)!r} is no number of an item, from 0 to {len(holder) - 1}")
        return int(first), rest
    if not isinstance(holder, dict):
        raise UsageError(f"{location}: there are no keys below a single value; set that value itself")
    names = [str(key) for key in holder if path == key or path.startswith(f"{key}.")]
    if names:
        key = max(names, key=len)
        return key, path[len(key) + 1 :]
    same = [key for key in holder if str(key).replace("-", "_") == first.replace("-", "_")]
    if not first:
        raise UsageError(f"{location}: {USAGE}{did_you_mean(path, holder)}")
    return (same[0] if same else first), rest
