"""The answers to requests, by their ids, in a file that outlives a kill at any moment.

SQLite keeps each answer in a transaction of its own. In its write-ahead log a commit is safe from the death of the
process once it returns; a failure of power may cost the last ones, which are then asked again.
"""

import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Self

from corpuskit.core.errors import DamagedError, PublishError, UsageError
from corpuskit.formats.model_server.completion import Completion, Unusable, Usage

__all__ = ["AnswerStore", "Answered"]

Answered = Completion | Unusable

APPLICATION_ID = 0x636B616E
"""Tells the file from other databases (SQLite's `application_id`)."""
LAYOUT = 1
BUSY_SECONDS = 60
OWNER_ONLY = 0o600
SQLITE_MAGIC = b"SQLite format 3\0"


class AnswerStore:
    """Answers in a file, or in a temporary one that vanishes with the process."""

    def __init__(self, path: Path | None) -> None:
        """Raise UsageError for a file that is something else, PublishError if it cannot be written."""
        self._name = str(path) if path is not None else "a temporary file"
        if path is not None and (path.is_dir() or not _is_database_or_nothing(path)):
            raise UsageError(f"{self._name!r} holds no answers and would be overwritten; name another file")
        try:
            # Used by one thread at a time, which need not be the one that opens it.
            self._database = sqlite3.connect(
                str(path or ""), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._prepare(path)
        except sqlite3.Error as error:
            raise self._error(error) from None

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._database.close()

    def get(self, custom_id: str) -> Answered | None:
        """Return the answer to a request; None if there is none."""
        import orjson

        try:
            row = self._database.execute(
                "SELECT answer FROM answers WHERE id = ?", (bytes.fromhex(custom_id),)
            ).fetchone()
        except sqlite3.Error as error:
            raise self._error(error) from None
        if row is None:
            return None
        kind, first, second, prompt, completion = orjson.loads(row[0])
        return (Completion if kind else Unusable)(first, second, Usage(prompt, completion))

    def put(self, custom_id: str, answer: Answered) -> bool:
        """Keep an answer for good, unless there is one already; return whether there was none."""
        import orjson

        is_completion = isinstance(answer, Completion)
        row = orjson.dumps([int(is_completion), answer[0], answer[1], answer.usage.prompt, answer.usage.completion])
        try:
            cursor = self._database.execute(
                "INSERT OR IGNORE INTO answers VALUES (?, ?)", (bytes.fromhex(custom_id), row)
            )
        except sqlite3.Error as error:
            raise self._error(error) from None
        return cursor.rowcount == 1

    def _prepare(self, path: Path | None) -> None:
        """Make the table in a new file. Raises UsageError for a database of something else."""
        database = self._database
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (tables,) = database.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (layout,) = database.execute("PRAGMA user_version").fetchone()
        if tables and (application != APPLICATION_ID or layout != LAYOUT):
            raise UsageError(f"{self._name!r} is a database of something else; name another file")
        database.execute("PRAGMA synchronous = NORMAL" if path is not None else "PRAGMA synchronous = OFF")
        if path is not None:
            database.execute("PRAGMA journal_mode = WAL")
        if not tables:
            if path is not None:
                path.chmod(OWNER_ONLY)
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {LAYOUT}")
            database.execute(
                "CREATE TABLE IF NOT EXISTS answers (id BLOB PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID"
            )

    def _error(self, error: sqlite3.Error) -> DamagedError | PublishError:
        """Return what is wrong with the file."""
        words = str(error)
        if "malformed" in words or "not a database" in words:
            return DamagedError(f"{self._name}: the file of answers is damaged; move it away, and run it again")
        if "locked" in words or "busy" in words:
            return PublishError(f"{self._name}: another run is writing to it; wait for that, and run it again")
        return PublishError(f"cannot write {self._name!r}: {words}; check the folder, and run it again")


def _is_database_or_nothing(path: Path) -> bool:
    try:
        with open(path, "rb") as stream:
            return stream.read(len(SQLITE_MAGIC)) in (SQLITE_MAGIC, b"")
    except FileNotFoundError:
        return True
    except OSError as error:
        raise UsageError(f"cannot read {path.name!r}: {error.strerror}") from None
