"""From an index and a stream of documents to the index that holds just those documents.

The file in place is read, and copied as soon as something is to be changed. In the copy, everything happens in one
transaction. It takes the place of the old file by one renaming, so the index is the old one or the new one at any
moment; what a killed run leaves besides has other names, and the next run removes it.
"""

import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from corpuskit.core.counts import StreamCount
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import finishing, flush, lock_file, publishing
from corpuskit.core.document import Document, Reject, decode
from corpuskit.core.errors import DamagedError, PublishError, RemoteError, UsageError
from corpuskit.core.wording import printable_name
from corpuskit.formats.search_index.entries import DocumentEntry, embedded_text, entry_of, title_of
from corpuskit.formats.search_index.erasure import Traces, demand_erased, write_anew
from corpuskit.formats.search_index.layout import (
    APPLICATION_ID,
    SCHEMA,
    IndexDescription,
    database_errors,
    is_search_index,
    open_index,
    read_description,
)

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["ADDED", "CHANGED", "UNCHANGED", "Changes", "Embedder", "IndexWriter"]

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"
CACHE_KIB = 65_536
PENDING_BYTES = 64 * 1024 * 1024
"""Of word positions that FTS5 collects before it writes them."""

VALUE_BYTES = 2
Vector = bytes
"""Of length 1, in float16, little-endian."""


class Embedder(NamedTuple):
    """What makes vectors of texts."""

    model: str
    embed: Callable[[Sequence[str]], list[Vector]]
    """Returns a vector for each of up to `batch` texts. Raises RemoteError."""
    batch: int


class Changes(NamedTuple):
    """What became of the documents of an index."""

    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int


class IndexWriter:
    """A new version of an index in the making."""

    def __init__(self, target: Path, embedder: Embedder | None = None) -> None:
        """Lock the index, and read what is there. Raises UsageError for another file, PublishError if it is in use."""
        _demand_index_or_nothing(target)
        self.target, self._embedder = target, embedder
        self._work, self._anew = (target.with_name(f".{target.name}.{ending}") for ending in ("work", "anew"))
        self._lock_path = target.with_name(f".{target.name}.lock")
        self._stack = contextlib.ExitStack()
        self._connection: Connection
        self._is_copied = False
        self._seen_flags = bytearray()
        self._count = StreamCount()
        self._before: IndexDescription | None = None
        self._traces = Traces()
        self._added = self._changed = self._removed = self._embedded = 0
        self._pending: list[tuple[int, bytes, str]] = []
        self._dimensions = 0
        self._is_rewritten = False
        with publishing(target):
            descriptor = lock_file(self._lock_path, target)
        self._stack.callback(os.close, descriptor)
        self._stack.callback(self._remove, self._lock_path)
        try:
            self._remove_leftovers()
            self._open_old()
        except BaseException:
            self.close()
            raise

    def add(self, document: Document) -> str:
        """Take the next document; return what it is to the index. Raises UsageError for an id that was there before."""
        entry = entry_of(document)
        with database_errors(self.target):
            row = self._connection.execute("SELECT number, digest FROM documents WHERE id = ?", (entry.id,)).fetchone()
            if row is None:
                number, way = self._insert(entry, document), ADDED
            elif self._is_seen(row[0]):
                raise RepeatedIdError(f"two documents have the id {printable_name(entry.id)!r}")
            elif row[1] == entry.digest:
                number, way = row[0], UNCHANGED
            else:
                number, way = self._change(row[0], entry, document), CHANGED
            self._see(number)
            self._count.add_hashed(entry.line, int.from_bytes(entry.digest, "big"))
            if self._embedder is not None:
                self._demand_vector(number, embedded_text(document), is_new=way == ADDED)
        return way

    def publish(self, description: Callable[[StreamCount, int], IndexDescription]) -> Changes:
        """Remove what the stream did not have, and put the new version in place.

        `description` returns what the index is to say of itself, given its documents and the dimensions of its vectors.
        """
        with database_errors(self.target), publishing(self.target):
            self._embed_pending()
            self._remove_unseen()
            content = description(self._count, self._dimensions)
            if content != self._before:
                self._write_description(content)
            if self._is_copied:
                self._publish_file()
        unchanged = self._count.documents - self._added - self._changed
        changes = Changes(self._added, self._changed, self._removed, unchanged, self._embedded)
        with finishing(self.target):
            if self._is_copied:
                flush(self.target.parent)
        self.close()
        return changes

    def close(self) -> None:
        """Leave nothing behind but the index in place, and release the lock."""
        self._stack.close()

    def _open_old(self) -> None:
        """Read from the index in place, or make the tables of a new one."""
        self._stack.callback(self._remove_leftovers)
        if not self._has_old():
            self._open_copy()
            with database_errors(self.target):
                self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._connection.execute("BEGIN")
                for statement in SCHEMA:
                    self._connection.execute(statement)
                self._set_pending_bytes()
            return
        self._connection = self._stack.enter_context(open_index(self.target))
        self._before = read_description(self._connection, self.target)
        self._demand_same_kind()
        with database_errors(self.target):
            last = self._connection.execute("SELECT max(number) FROM documents").fetchone()[0]
        self._seen_flags = bytearray((last or 0) + 1)

    def _demand_same_kind(self) -> None:
        """Raise UsageError where vectors would be missing; remove those of another model."""
        assert self._before is not None
        before = self._before.get("embedding")
        if before is not None and self._embedder is None:
            raise UsageError(
                f"{str(self.target)!r} has vectors of {before['model']}; add `--embed URL --embed-model MODEL`, or "
                "remove the file to make one without"
            )
        if before is None or self._embedder is None:
            return
        if before["model"] == self._embedder.model:
            self._dimensions = before["dimensions"]
        else:
            self._demand_copy()
            self._connection.execute("DELETE FROM vectors")
            self._is_rewritten = True

    def _has_old(self) -> bool:
        return self.target.exists() and self.target.stat().st_size > 0

    def _open_copy(self) -> None:
        """Open the file that is written to."""
        with publishing(self.target), database_errors(self.target):
            self._connection = filesystem.open_database(self._work)
            self._stack.callback(self._connection.close)
            for pragma in (
                "journal_mode = OFF",  # what fails is thrown away
                "synchronous = OFF",  # it is flushed once, at the end
                "secure_delete = ON",
                f"cache_size = -{CACHE_KIB}",
                "trusted_schema = OFF",
            ):
                self._connection.execute(f"PRAGMA {pragma}")
        self._is_copied = True

    def _demand_copy(self) -> None:
        """Go on in a copy of the index from the first change on."""
        if self._is_copied:
            return
        with publishing(self.target):
            filesystem.copy(self.target, self._work)
        self._open_copy()
        self._connection.execute("BEGIN")
        self._set_pending_bytes()

    def _set_pending_bytes(self) -> None:
        self._connection.execute("INSERT INTO words (words, rank) VALUES ('hashsize', ?)", (PENDING_BYTES,))

    def _insert(self, entry: DocumentEntry, document: Document, number: int | None = None) -> int:
        self._demand_copy()
        cursor = self._connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, *entry))
        assert cursor.lastrowid is not None
        self._added += number is None
        self._connection.execute(
            "INSERT INTO words (rowid, text, title) VALUES (?, ?, ?)",
            (cursor.lastrowid, document.text, title_of(document)),
        )
        return cursor.lastrowid

    def _change(self, number: int, entry: DocumentEntry, document: Document) -> int:
        self._delete(number)
        self._changed += 1
        return self._insert(entry, document, number)

    def _delete(self, number: int) -> None:
        """Take a document out of `documents` and `words`, and remember what to look for afterwards."""
        self._demand_copy()
        [(line,)] = self._connection.execute("SELECT line FROM documents WHERE number = ?", (number,)).fetchall()
        try:
            document = decode(line)
        except (Reject, TypeError, ValueError):
            raise DamagedError(
                f"{str(self.target)!r} is damaged: a line in it is no document; remove it, and make it anew"
            ) from None
        self._connection.execute(
            "INSERT INTO words (words, rowid, text, title) VALUES ('delete', ?, ?, ?)",
            (number, document.text, title_of(document)),
        )
        self._connection.execute("DELETE FROM documents WHERE number = ?", (number,))
        self._traces.add(line)

    def _remove_unseen(self) -> None:
        for number in self._unseen():
            self._delete(number)
            self._connection.execute("DELETE FROM vectors WHERE number = ?", (number,))
            self._removed += 1

    def _unseen(self) -> list[int]:
        numbers = self._connection.execute("SELECT number FROM documents")
        return [number for (number,) in numbers if not self._is_seen(number)]

    def _is_seen(self, number: int) -> bool:
        return number < len(self._seen_flags) and self._seen_flags[number] > 0

    def _see(self, number: int) -> None:
        if number >= len(self._seen_flags):
            self._seen_flags.extend(bytes(number + 1 - len(self._seen_flags)))
        self._seen_flags[number] = 1

    def _demand_vector(self, number: int, text: str, *, is_new: bool) -> None:
        """See to it that a document has the vector of this text: its own, that of an equal text, or a new one."""
        import xxhash

        embedded = xxhash.xxh3_128_digest(text.encode())
        if not is_new:
            row = self._connection.execute("SELECT embedded FROM vectors WHERE number = ?", (number,)).fetchone()
            if row == (embedded,) or (row is None and not text.strip()):
                return
            self._demand_copy()
            self._connection.execute("DELETE FROM vectors WHERE number = ?", (number,))
        if not text.strip():
            return
        equal = self._connection.execute(
            "SELECT vector FROM vectors WHERE embedded = ? LIMIT 1", (embedded,)
        ).fetchone()
        if equal is not None:
            self._write_vector(number, embedded, equal[0])
            return
        self._pending.append((number, embedded, text))
        if self._embedder is not None and len(self._pending) >= self._embedder.batch:
            self._embed_pending()

    def _embed_pending(self) -> None:
        if not self._pending:
            return
        assert self._embedder is not None
        vectors = self._embedder.embed([text for _, _, text in self._pending])
        for (number, embedded, _), vector in zip(self._pending, vectors, strict=True):
            self._dimensions = self._dimensions or len(vector) // VALUE_BYTES
            if len(vector) != self._dimensions * VALUE_BYTES:
                raise RemoteError(
                    f"the server gives vectors of {len(vector) // VALUE_BYTES} dimensions for {self._embedder.model}, "
                    f"and {str(self.target)!r} has some of {self._dimensions}; check the model, or remove the file to "
                    "make it anew"
                )
            self._write_vector(number, embedded, vector)
        self._embedded += len(self._pending)
        self._pending.clear()

    def _write_vector(self, number: int, embedded: bytes, vector: Vector) -> None:
        self._demand_copy()
        self._connection.execute("INSERT INTO vectors VALUES (?, ?, ?)", (number, embedded, vector))

    def _write_description(self, content: IndexDescription) -> None:
        import orjson

        self._demand_copy()
        self._connection.execute("DELETE FROM description")
        text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
        self._connection.execute("INSERT INTO description VALUES (?)", (text,))

    def _publish_file(self) -> None:
        self._connection.execute("COMMIT")
        written = self._work
        if self._changed or self._removed or self._is_rewritten:
            write_anew(self._connection, self._anew)
            demand_erased(self._connection, self._anew, self._traces)
            written = self._anew
            if self.target.exists():
                filesystem.copy_mode(self.target, written)
        self._connection.close()
        flush(written)
        filesystem.replace(written, self.target)

    def _remove_leftovers(self) -> None:
        for path in (self._work, self._anew):
            self._remove(path)

    def _remove(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            filesystem.remove(path, missing_ok=True)


class RepeatedIdError(UsageError):
    """A document has the id of one before it in the same stream."""


def _demand_index_or_nothing(target: Path) -> None:
    """Raise UsageError where something else than an index would be overwritten."""
    if not target.parent.is_dir():
        raise PublishError(f"there is no folder {str(target.parent)!r}; make it, or choose another -o")
    if target.is_dir():
        raise UsageError(f"{str(target)!r} is a folder; name a file for the index, such as search.idx")
    if target.is_file():
        if target.stat().st_size and not is_search_index(target):
            raise UsageError(f"{str(target)!r} is no search index and would be overwritten; name another file")
    elif target.exists():
        raise UsageError(f"{str(target)!r} is a device or a pipe; name a file for the index")
