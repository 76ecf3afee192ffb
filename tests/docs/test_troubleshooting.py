"""The page about failures: it has every exit code, and messages that corpuskit prints, each with its own code."""

import ast
import re
from typing import NamedTuple

import pytest

from corpuskit.core import errors
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
CODES = {name: error.exit_code for name, error in vars(errors).items() if hasattr(error, "exit_code")}


class Message(NamedTuple):
    """A message of the page, and the exit code of the group that it is in."""

    code: int
    text: str

    def fragments(self) -> list[str]:
        """What stands between the names and numbers."""
        fragments = (fragment.strip(" ,;") for fragment in self.text.split("…"))
        return [fragment for fragment in fragments if len(fragment) > 2]


def rows(section: str) -> list[list[str]]:
    """The cells of the tables in a section, without the head."""
    lines = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| message |")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def section_of(heading: str) -> str:
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def messages() -> list[Message]:
    groups = re.split(r"\n### (\d): .*\n", section_of("By message"))[1:]
    pairs = zip(groups[::2], groups[1::2], strict=True)
    return [Message(int(code), row[0]) for code, table in pairs for row in rows(table)]


def constants(node: ast.AST) -> list[str]:
    """The texts in a piece of source code, f-strings without what is put into them."""
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


@pytest.fixture(scope="module")
def trees() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "corpuskit").rglob("*.py")]


@pytest.fixture(scope="module")
def texts(trees: list[ast.Module]) -> list[str]:
    return [text for tree in trees for text in constants(tree)]


@pytest.fixture(scope="module")
def raised(trees: list[ast.Module]) -> list[tuple[int, list[str]]]:
    """Exit code and texts of each error that is made of texts in its own call."""
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [(CODES[call.func.id], constants(call)) for call in calls if getattr(call.func, "id", "") in CODES]  # type: ignore[attr-defined]


def codes_of(message: Message, raised: list[tuple[int, list[str]]]) -> set[int]:
    """The exit codes of the errors that have all fragments of a message."""
    fragments = message.fragments()
    return {code for code, texts in raised if all(any(part in text for text in texts) for part in fragments)}


def test_every_exit_code_has_its_row_and_its_messages() -> None:
    known = {0, *CODES.values()}
    assert {int(row[0]) for row in rows(section_of("By exit code")) if row[0].isdigit()} == known
    assert {message.code for message in messages()} == known


def test_rows_say_what_and_why_and_what_to_do() -> None:
    table = rows(section_of("By message"))
    assert len(table) >= 60 and all(len(row) == 3 and all(row) for row in table)
    assert len({row[0] for row in table}) == len(table)


@pytest.mark.parametrize("message", messages(), ids=lambda message: message.text)
def test_each_message_is_one_of_ours(message: Message, texts: list[str]) -> None:
    assert message.fragments()
    for fragment in message.fragments():
        assert any(fragment in text for text in texts), fragment


@pytest.mark.parametrize("message", messages(), ids=lambda message: message.text)
def test_each_message_stands_with_its_exit_code(message: Message, raised: list[tuple[int, list[str]]]) -> None:
    codes = codes_of(message, raised)
    assert not codes or message.code in codes


def test_the_codes_of_most_errors_are_found(raised: list[tuple[int, list[str]]]) -> None:
    failures = [message for message in messages() if message.code]
    assert sum(bool(codes_of(message, raised)) for message in failures) > len(failures) / 2
