"""docs/guarantees.md promises only what a test holds."""

import ast
import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
PROMISES = re.findall(r"^- \*\*(.+?)\*\*(.*?)(?=^- |^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def names_in(path: str) -> set[str]:
    """The names of the tests in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_the_page_has_promises() -> None:
    assert len(PROMISES) >= 20
    assert len(PROMISES) == sum(line.startswith("- ") for line in PAGE.splitlines()), "each begins with its sentence"


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: re.sub(r"\W+", "-", promise[0])[:60])
def test_every_promise_names_tests_that_exist(promise: tuple[str, str]) -> None:
    named = TEST.findall(promise[1])
    assert named, "a promise without a test"
    for path, name in named:
        assert (ROOT / path).is_file(), path
        assert name in names_in(path), f"{path} has no {name}"
