"""Regular expressions of the package mean the same on every Python that it runs on."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import corpuskit
from corpuskit.text.quality.word_table import WordTable
from tests.conftest import ROOT

POSSESSIVE_GROUP = re.compile(r"(?<![\\(|])\)(?:[*+?]|\{[0-9,]*\})\+")
LOOPS = (_constants.POSSESSIVE_REPEAT, _constants.MAX_REPEAT, _constants.MIN_REPEAT)
STEPS = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY)
"""Operations that read one character or, if they fail, none."""
NEVER = str(_parser.parse("(?!)"))
MAX_NESTED = 4
"""Containers within one another in which patterns are looked for."""


def is_sound(pattern: re.Pattern[Any]) -> bool:
    """Whether no group under a possessive quantifier can fail after it has read something.

    Up to Python 3.11.4, what such a try has read stays read (https://github.com/python/cpython/issues/106052). One more
    alternative after it begins where it began, even if that one never matches.
    """
    return _is_sound(_parser.parse(pattern.pattern, pattern.flags))


def _is_sound(parsed: Any) -> bool:
    if isinstance(parsed, _parser.SubPattern):
        return all(_is_sound(argument) and _ends_well(operation, argument) for operation, argument in parsed)
    return not isinstance(parsed, tuple | list) or all(map(_is_sound, parsed))


def _ends_well(operation: Any, argument: Any) -> bool:
    return operation is not _constants.POSSESSIVE_REPEAT or _compiler._simple(argument[2]) or _resets(argument[2])


def _resets(group: Any) -> bool:
    """Whether a try of a group that fails leaves nothing read: it ends in `|(?!)`, or only its first steps can fail."""
    operation, argument = group[0]
    if len(group) == 1 and operation is _constants.SUBPATTERN:
        return _resets(argument[3])
    if len(group) == 1 and operation is _constants.BRANCH:
        last = argument[1][-1]
        return len(last) == 1 and str(last) == NEVER
    rest = list(group)
    while rest and rest[0][0] in STEPS:
        del rest[0]
    return all(_always_matches(operation, argument) for operation, argument in rest)


def _always_matches(operation: Any, argument: Any) -> bool:
    """Whether an operation matches anywhere: a repetition from 0 on, or alternatives with an empty last one."""
    if operation is _constants.ATOMIC_GROUP:
        return len(argument) == 1 and _always_matches(*argument[0])
    if operation is _constants.BRANCH:
        return len(argument[1][-1]) == 0
    return operation in LOOPS and argument[0] == 0 and _compiler._simple(argument[2])


def patterns_in(value: Any, nested: int = MAX_NESTED) -> Iterator[re.Pattern[Any]]:
    """Yield the patterns that a module's value is or holds."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, WordTable):
        yield value.pattern
    elif isinstance(value, list | tuple | set | frozenset | dict) and nested:
        for item in value.values() if isinstance(value, dict) else value:
            yield from patterns_in(item, nested - 1)
    elif nested and getattr(type(value), "__module__", "").startswith("corpuskit."):
        yield from patterns_in(getattr(value, "__dict__", {}), nested - 1)


@pytest.mark.parametrize(
    "pattern", ["(?:ab?c)*+", "(?:(?!c).)++", "(?:a(?!b)|c)*+", '(?:[^>"]++|"[^"]*+")*+', "x(?:(?:a[b]*+c)*+|d)"]
)
def test_a_group_that_may_fail_halfway_is_refused(pattern: str) -> None:
    assert not is_sound(re.compile(pattern))


@pytest.mark.parametrize(
    "pattern",
    ["(?:ab?c|(?!))*+", "(?:ab)*+", "[ab]*+", '(?:=[ ]*+(?>"[^"]*+"|)[^=]*+)*+', "(?>ab?|)", "((?:ab?c|(?!)){3,}+)"],
)
def test_a_group_that_fails_at_its_start_or_takes_all_back_passes(pattern: str) -> None:
    assert is_sound(re.compile(pattern))


def test_every_pattern_of_the_package_is_sound() -> None:
    count = 0
    for module in pkgutil.walk_packages(corpuskit.__path__, "corpuskit."):
        for name, value in vars(importlib.import_module(module.name)).items():
            for pattern in patterns_in(value):
                count += 1
                assert is_sound(pattern), f"{module.name}.{name}"
    assert count > 500


def test_functions_make_no_pattern_with_a_possessive_group() -> None:
    """What a function compiles when it is called, the test above does not see."""
    for path in (ROOT / "corpuskit").rglob("*.py"):
        for function in ast.walk(ast.parse(path.read_bytes())):
            for node in ast.walk(function) if isinstance(function, ast.FunctionDef) else ():
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    assert not POSSESSIVE_GROUP.search(node.value), f"{path}:{node.lineno}"
