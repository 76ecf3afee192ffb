"""A journal of SQLite beside an index: no command calls the index whole, or writes one that SQLite would change."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run, lines_of

SECRET = "Jane Roe lives at the mill by the weir with seven cats"
LEAVE_LOG = """
import os, sqlite3
connection = sqlite3.connect("a.idx")
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("CREATE TABLE note (line)")
connection.execute("INSERT INTO note SELECT line FROM documents")
connection.commit()
os._exit(0)
"""
LEAVE_ROLLBACK = """
import os, sqlite3
connection = sqlite3.connect("a.idx", isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN")
connection.execute("UPDATE documents SET line = zeroblob(200000)")
os._exit(0)
"""
COMMANDS = (
    ("verify", "a.idx"),
    ("search", "mill", "a.idx"),
    ("index", "in.jsonl", "-o", "a.idx"),
    ("takedown", "--list", "list.jsonl", "a.idx"),
    ("takedown", "--list", "list.jsonl", "a.idx", "--apply"),
)


@pytest.fixture
def folder(tmp_path: Path, corpuskit: Run) -> Path:
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": "jane", "text": SECRET}, {"id": "b", "text": "The tides."}]))
    (tmp_path / "list.jsonl").write_bytes(lines_of([{"id": "jane"}]))
    assert corpuskit("index", "in.jsonl", "-o", "a.idx").returncode == 0
    return tmp_path


def leave(folder: Path, program: str) -> None:
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True)


@pytest.mark.parametrize(("program", "ending"), [(LEAVE_LOG, "-wal"), (LEAVE_ROLLBACK, "-journal")])
def test_every_command_refuses_an_index_with_a_journal(folder: Path, corpuskit: Run, program: str, ending: str) -> None:
    leave(folder, program)
    journal = folder / f"a.idx{ending}"
    assert SECRET.encode() in journal.read_bytes()
    for command in COMMANDS:
        before = (folder / "a.idx").read_bytes()
        done = corpuskit(*command)
        assert done.returncode == 3, (command, done)
        assert (
            f"a.idx{ending}" in (done.stderr + done.stdout).decode()
            and b"remove the journal" in done.stderr + done.stdout
        )
        assert (folder / "a.idx").read_bytes() == before and journal.exists()


def test_a_receipt_does_not_hold_for_an_index_with_a_journal(folder: Path, corpuskit: Run) -> None:
    shutil.copy(folder / "a.idx", folder / "old.idx")
    done = corpuskit("takedown", "--list", "list.jsonl", "a.idx", "--apply", "--receipt", "receipt.json")
    assert done.returncode == 0
    check = ("verify", "--receipt", "receipt.json", "--list", "list.jsonl", "a.idx")
    assert corpuskit(*check).returncode == 0
    (folder / "a.idx").rename(folder / "new.idx")
    (folder / "old.idx").rename(folder / "a.idx")
    leave(folder, LEAVE_LOG)
    (folder / "new.idx").rename(folder / "a.idx")
    assert corpuskit(*check).returncode == 3
    (folder / "a.idx-wal").unlink()
    assert corpuskit(*check).returncode == 0


def test_no_index_is_made_where_a_journal_waits_for_it(folder: Path, corpuskit: Run) -> None:
    leave(folder, LEAVE_LOG)
    (folder / "a.idx").unlink()
    done = corpuskit("index", "in.jsonl", "-o", "a.idx")
    assert done.returncode == 3 and not (folder / "a.idx").exists()


def test_an_empty_journal_holds_nothing(folder: Path, corpuskit: Run) -> None:
    """As SQLite leaves it while another program has the file open, and has changed nothing."""
    (folder / "a.idx-wal").write_bytes(b"")
    assert corpuskit("verify", "a.idx").returncode == 0


def test_the_journal_of_the_file_behind_a_link_counts(folder: Path, corpuskit: Run) -> None:
    (folder / "link.idx").symlink_to("a.idx")
    leave(folder, LEAVE_LOG)
    assert corpuskit("verify", "link.idx").returncode == 3
