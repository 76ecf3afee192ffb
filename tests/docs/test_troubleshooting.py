"""The page about failures: it has every exit code, and its messages are ones that corpuskit prints."""

import ast
import re

import pytest

from corpuskit.core import errors
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


def cells(heading: str, column: int) -> list[str]:
    """One column of the table under a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n#")[0]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [row.split("|")[column + 1].strip() for row in rows]


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """All texts in the source code, f-strings without what is put into them."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "corpuskit").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return [node.value for node in nodes if isinstance(node.value, str)]


def test_every_exit_code_has_its_row() -> None:
    codes = {error.exit_code for error in vars(errors).values() if hasattr(error, "exit_code")}
    assert cells("By exit code", 0) == [str(code) for code in sorted({0, *codes})]


def test_there_are_messages_to_check() -> None:
    assert len(cells("By message", 0)) >= 9


@pytest.mark.parametrize("message", cells("By message", 0))
def test_each_message_is_one_of_ours(message: str, texts: list[str]) -> None:
    for fragment in re.split("…|`[^`]*`", message):
        if len(fragment.strip(" ;,.")) > 4:
            assert any(fragment.strip() in text for text in texts), fragment
