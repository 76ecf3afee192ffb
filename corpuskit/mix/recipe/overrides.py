"""Values of a recipe that the command line sets: `--set budget.tokens=5M`."""

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from corpuskit.core.errors import UsageError, in_one
from corpuskit.core.wording import comma_list, did_you_mean, excerpt
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
    errors: list[UsageError] = []
    for setting in settings:
        try:
            trail, location = _apply(setting, value)
        except UsageError as error:
            errors.append(error)
        else:
            overrides[trail] = location
    errors += _unknown_sources(tree, value, overrides)
    if errors:
        raise in_one(errors)
    return Marked(tree.name, value, tree.lines, overrides)


def _apply(setting: str, value: dict[str, Any]) -> tuple[Trail, str]:
    """Set what one `KEY.KEY=VALUE` says, and return its trail and its location for messages."""
    path, equals, text = setting.partition("=")
    if not path or not equals:
        raise UsageError(f"{USAGE}, not {excerpt(setting)!r}")
    location = f"--set {excerpt(path)}"
    return _set_value(value, path, _value_of(text, location), location), location


def _unknown_sources(tree: Marked, value: dict[str, Any], overrides: Mapping[Trail, str]) -> Iterator[UsageError]:
    """Yield the errors for values of sources that the recipe does not have, unless they make up a new source."""
    recipe_sources, set_sources = (
        (each.get("sources") if isinstance(each, dict) else None) for each in (tree.value, value)
    )
    if not isinstance(recipe_sources, dict) or not isinstance(set_sources, dict):
        return
    for trail, location in overrides.items():
        if len(trail) < 3 or trail[0] != "sources" or trail[1] in recipe_sources:
            continue
        if "from" not in set_sources[trail[1]]:
            name = str(trail[1])
            near = did_you_mean(name, recipe_sources)
            yield UsageError(
                f"{location}: no source `{excerpt(name)}`{near}; sources here: {comma_list(recipe_sources)}"
            )


def _value_of(text: str, location: str) -> Any:
    try:
        value = parse(f"value: {text}".encode(errors="surrogateescape"), location).value
    except UsageError as error:
        if "\n" in text:
            raise
        # The parser names a line, and may have read on beyond the only one.
        problem = re.sub(r":[0-9]+: ", ": ", str(error).removeprefix(location), count=1)
        raise UsageError(f"{location}{problem}") from None
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
