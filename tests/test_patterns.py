"""Regular expressions of the package mean the same on every Python that it runs on."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import corpuskit
from tests.conftest import ROOT

POSSESSIVE_GROUP = re.compile(r"(?<![\\(])\)(?:[*+?]|\{[0-9,]*\})\+")
MAX_NESTED = 4
"""Containers within one another in which patterns are looked for."""


def repeats_group_possessively(pattern: re.Pattern[Any]) -> bool:
    """Whether a pattern has a group under a possessive quantifier.

    Up to Python 3.11.4, what a failed try of the group has read stays read (https://github.com/python/cpython/issues/106052);
    an atomic group around a greedy repetition is what later versions make of it, and right on all.

    >>> [repeats_group_possessively(re.compile(text)) for text in ("(?:ab?c)*+", "(?>(?:ab?c)*)", "[ab]*+")]
    [True, False, False]
    """
    return _has_possessive_group(_parser.parse(pattern.pattern, pattern.flags))


def _has_possessive_group(parsed: Any) -> bool:
    if isinstance(parsed, _parser.SubPattern):
        return any(
            (operation is _constants.POSSESSIVE_REPEAT and not _compiler._simple(argument[2]))
            or _has_possessive_group(argument)
            for operation, argument in parsed
        )
    return isinstance(parsed, tuple | list) and any(map(_has_possessive_group, parsed))


def patterns_in(value: Any, nested: int = MAX_NESTED) -> Iterator[re.Pattern[Any]]:
    """Yield the patterns that a module's value is or holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple | set | frozenset | dict) and nested:
        for item in value.values() if isinstance(value, dict) else value:
            yield from patterns_in(item, nested - 1)
    elif nested and getattr(type(value), "__module__", "").startswith("corpuskit."):
        yield from patterns_in(getattr(value, "__dict__", {}), nested - 1)


def test_no_pattern_repeats_a_group_possessively() -> None:
    count = 0
    for module in pkgutil.walk_packages(corpuskit.__path__, "corpuskit."):
        for name, value in vars(importlib.import_module(module.name)).items():
            for pattern in patterns_in(value):
                count += 1
                assert not repeats_group_possessively(pattern), f"{module.name}.{name}"
    assert count > 500


def test_no_source_repeats_a_group_possessively() -> None:
    """As the test above; this one sees patterns that functions make, and is blind to what stands in braces."""
    for path in (ROOT / "corpuskit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not POSSESSIVE_GROUP.search(node.value), f"{path}:{node.lineno}"
    assert POSSESSIVE_GROUP.search("(?:ab?c){2,}+")
