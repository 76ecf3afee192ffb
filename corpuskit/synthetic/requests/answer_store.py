"""The answers to requests, by their ids, in a file that outlives a kill at any moment.

SQLite keeps each answer in a transaction of its own. In its write-ahead log a commit is safe from the death of the
process once it returns; a failure of power may cost the last ones, which are then asked again. One run at a time holds
the file, or two would ask for, and pay for, the same answers.
"""

import fcntl
import multiprocessing
import os
import sqlite3
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self

from corpuskit.core import console
from corpuskit.core.disk.durable import demand_lock
from corpuskit.core.errors import DamagedError, PublishError, UsageError
from corpuskit.formats.model_server.completion import Completion, Unusable, Usage

__all__ = ["AnswerStore", "Answered"]

Answered = Completion | Unusable

APPLICATION_ID = 0x636B616E
"""Tells the file from other databases (SQLite's `application_id`)."""
LAYOUT = 2
TABLE = "CREATE TABLE answers (id BLOB PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID"
BUSY_SECONDS = 60
DIGEST_BYTES = 16
"""Of each row, before the answer."""
OWNER_ONLY = 0o600
SQLITE_MAGIC = b"SQLite format 3\0"


class AnswerStore:
    """Answers in a file, or in a temporary one that vanishes with the process."""

    def __init__(self, path: Path | None) -> None:
        """Raise UsageError for a file that is something else, PublishError if it cannot be written or is in use."""
        self._name = str(path) if path is not None else "a temporary file"
        if path is not None and (path.is_dir() or not _is_database_or_nothing(path)):
            raise UsageError(f"{self._name!r} holds no answers and would be overwritten; name another file")
        self._lock = None if path is None else _locked(path)
        try:
            # Used by one thread at a time, which need not be the one that opens it.
            self._database = sqlite3.connect(
                str(path or ""), timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._prepare(path)
        except BaseException as error:
            self._let_go()
            if isinstance(error, sqlite3.Error):
                raise self._error(error) from None
            raise

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._database.close()
        self._let_go()

    def let_others_ask(self) -> None:
        """Give up the lock when nothing more will be asked; who has it may then wait for what others yield."""
        if self._lock is not None:
            # Not closed before SQLite's own descriptor: the system would drop all of SQLite's locks with it.
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _let_go(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def get(self, custom_id: str) -> Answered | None:
        """Return the answer to a request; None if there is none. Raises DamagedError for one that was changed."""
        try:
            row = self._database.execute(
                "SELECT answer FROM answers WHERE id = ?", (bytes.fromhex(custom_id),)
            ).fetchone()
        except sqlite3.Error as error:
            raise self._error(error) from None
        if row is None:
            return None
        answer = _answer_in(custom_id, row[0])
        if answer is None:
            raise self._damage()
        return answer

    def put(self, custom_id: str, answer: Answered) -> bool:
        """Keep an answer for good, unless there is one already; return whether there was none."""
        import orjson

        is_completion = isinstance(answer, Completion)
        data = orjson.dumps([int(is_completion), answer[0], answer[1], answer.usage.prompt, answer.usage.completion])
        try:
            cursor = self._database.execute(
                "INSERT OR IGNORE INTO answers VALUES (?, ?)",
                (bytes.fromhex(custom_id), _digest(custom_id, data) + data),
            )
        except sqlite3.Error as error:
            raise self._error(error) from None
        return cursor.rowcount == 1

    def forget(self, custom_id: str) -> None:
        """Let a request be asked again."""
        try:
            self._database.execute("DELETE FROM answers WHERE id = ?", (bytes.fromhex(custom_id),))
        except sqlite3.Error as error:
            raise self._error(error) from None

    def _prepare(self, path: Path | None) -> None:
        """Make the table in a new file. Raises UsageError for a database of something else.

        A trigger or a view would have us run what others wrote, so nothing may stand there but our table.
        """
        database = self._database
        database.execute("PRAGMA trusted_schema = OFF")
        (application,) = database.execute("PRAGMA application_id").fetchone()
        tables = database.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        (layout,) = database.execute("PRAGMA user_version").fetchone()
        if tables and (application != APPLICATION_ID or layout != LAYOUT):
            raise UsageError(
                f"{self._name!r} is a database of something else, or of another version; name another file"
            )
        if tables and tables != [("table", "answers", TABLE)]:
            raise self._damage()
        database.execute("PRAGMA synchronous = NORMAL" if path is not None else "PRAGMA synchronous = OFF")
        if path is not None:
            database.execute("PRAGMA journal_mode = WAL")
        if not tables:
            if path is not None:
                path.chmod(OWNER_ONLY)
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {LAYOUT}")
            database.execute(TABLE)

    def _damage(self) -> DamagedError:
        return DamagedError(f"{self._name}: the file of answers is damaged; move it away, and run it again")

    def _error(self, error: sqlite3.Error) -> DamagedError | PublishError:
        """Return what is wrong with the file."""
        words = str(error)
        if "malformed" in words or "not a database" in words:
            return self._damage()
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


def _locked(path: Path) -> int:
    """Return the file, open and locked until it is closed or the process dies. Raises PublishError if it is in use."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    except OSError as error:
        raise PublishError(
            f"cannot write {str(path)!r}: {error.strerror}; check the folder, or name another --cache"
        ) from None
    if multiprocessing.parent_process() is not None and not _has_locked(descriptor):
        # Most likely by a worker of the same run, with another plan or source; it lets go when it has asked.
        console.remark("synth-run", f"waits until {path.name} is free, to which answers are being written")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    demand_lock(descriptor, path, "another run, which asks for the same answers", "--cache")
    return descriptor


def _has_locked(descriptor: int) -> bool:
    """Lock a file if it is free; return whether it was."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _digest(custom_id: str, data: bytes) -> bytes:
    return blake2b(bytes.fromhex(custom_id) + data, digest_size=DIGEST_BYTES).digest()


def _answer_in(custom_id: str, row: object) -> Answered | None:
    """Return the answer that a row holds; None if it is not as it was written."""
    import orjson

    if not isinstance(row, bytes):
        return None
    digest, data = row[:DIGEST_BYTES], row[DIGEST_BYTES:]
    if digest != _digest(custom_id, data):
        return None
    try:
        kind, first, second, prompt, completion = orjson.loads(data)
    except (ValueError, TypeError):
        return None
    if not (isinstance(first, str) and isinstance(second, str) and type(prompt) is type(completion) is int):
        return None
    return (Completion if kind else Unusable)(first, second, Usage(prompt, completion))
