"""The file of answers: one run at a time, and nothing is believed that was changed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corpuskit.core.errors import DamagedError, PublishError, UsageError
from corpuskit.formats.model_server.completion import Completion, Unusable, Usage
from corpuskit.synthetic.requests.answer_store import LAYOUT, AnswerStore

ID = "ab" * 32
ANSWER = Completion("Yes.", "m", Usage(3, 1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with AnswerStore(tmp_path / "a.sqlite") as store:
        assert store.put(ID, ANSWER)
        assert not store.put(ID, Unusable("empty-completion", ""))
    return tmp_path / "a.sqlite"


def change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(statement, values)


def test_one_run_at_a_time_holds_it(path: Path) -> None:
    with AnswerStore(path) as store:
        with pytest.raises(PublishError, match="by another run") as raised:
            AnswerStore(path)
        assert raised.value.exit_code == 5
        assert store.get(ID) == ANSWER
    with AnswerStore(path) as store:
        assert store.get(ID) == ANSWER
        store.forget(ID)
        assert store.get(ID) is None


def test_a_changed_bit_is_damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        (row,) = database.execute("SELECT answer FROM answers").fetchone()
    for at in range(len(row)):
        change(path, "UPDATE answers SET answer = ?", row[:at] + bytes([row[at] ^ 1]) + row[at + 1 :])
        with AnswerStore(path) as store, pytest.raises(DamagedError):
            store.get(ID)
    change(path, "UPDATE answers SET answer = ?", row)
    with AnswerStore(path) as store:
        assert store.get(ID) == ANSWER


@pytest.mark.parametrize("row", ["text", 5, b"", b"[]", b"\xff" * 40])
def test_junk_in_a_row_is_damage(path: Path, row: object) -> None:
    change(path, "UPDATE answers SET answer = ?", row)
    with AnswerStore(path) as store, pytest.raises(DamagedError):
        store.get(ID)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON answers BEGIN DELETE FROM answers; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE more (a)",
        "CREATE INDEX i ON answers (answer)",
    ],
)
def test_what_is_not_ours_in_the_schema_is_refused(path: Path, statement: str) -> None:
    change(path, statement)
    with pytest.raises(DamagedError):
        AnswerStore(path)
    change(path, f"DROP {statement.split()[1]} {statement.split()[2]}")
    with AnswerStore(path) as store:
        assert store.get(ID) == ANSWER


def test_another_layout_is_left_alone(path: Path) -> None:
    change(path, f"PRAGMA user_version = {LAYOUT + 1}")
    with pytest.raises(UsageError, match="another version"):
        AnswerStore(path)


def test_who_asks_no_more_lets_others_ask(path: Path) -> None:
    with AnswerStore(path) as store:
        store.let_others_ask()
        with AnswerStore(path) as other:
            assert other.get(ID) == ANSWER
        assert store.get(ID) == ANSWER
