"""A version of an index in the making, beside the one in place.

The file in place is read, and copied as soon as something is to be changed. In the copy, everything happens in one
transaction. It takes the place of the old file by one renaming, so the index is the old one or the new one at any
moment; what a killed run leaves besides has other names, and the next run removes it.
"""

import contextlib
import os
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import flush, lock_file, publishing
from corpuskit.core.document import Document, decode_trusted
from corpuskit.formats.search_index.entries import DocumentEntry, title_of
from corpuskit.formats.search_index.erasure import Traces, demand_erased, write_anew
from corpuskit.formats.search_index.layout import (
    APPLICATION_ID,
    JOURNALS,
    PAGE_BYTES,
    REMOVED_SCHEMA,
    SCHEMA,
    IndexDescription,
    UnerasedEntry,
    damaged_index,
    database_errors,
    demand_no_journal,
    is_search_index,
    open_index,
    read_description,
)
from corpuskit.formats.search_index.line_list import LineList
from corpuskit.formats.search_index.seal import remove_seal, write_seal

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["NewVersion", "leftovers", "set_up_words"]

CACHE_KIB = 65_536
SMALL_CACHE_KIB = 8_192
"""For a small change: it touches most pages once, and memory that was used before need not be cleared by the system."""
PENDING_BYTES = 64 * 1024 * 1024
"""Of word positions that FTS5 collects before it writes them."""
WORD_PAGE_BYTES = PAGE_BYTES - 46
"""Of words that FTS5 keeps in a row, so that a page has one row (46 is what FTS5 leaves of 4,096 bytes)."""
SEGMENTS_TO_MERGE = 4
"""As many segments of words are merged into one, in the course of writing (the default of FTS5)."""
MOST_HELD_BYTES = 4 * 1024 * 1024
"""Of lines that are held until their words are put in or taken out: many at a time, SQLite takes half as long."""
_INSERTION = (
    "INSERT INTO documents (number, id, tenant, agreed, until, input, digest, line) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


class NewVersion:
    """What is to take the place of an index, or of nothing."""

    def __init__(self, target: Path, *, defers_erasure: bool = False) -> None:
        """Lock the index, and read what is there.

        Raises UsageError for another file, PublishError if it is in use, DamagedError for one that is not whole. With
        `defers_erasure`, bytes of what is taken out may stay in the file, which says so.
        """
        _demand_index_or_nothing(target)
        demand_no_journal(target)
        self.target, self._defers_erasure = target, defers_erasure
        self._work, self._anew, *_ = leftovers(target)
        self._lock_path = target.with_name(f".{target.name}.lock")
        self._stack = contextlib.ExitStack()
        self.connection: Connection
        self.before: IndexDescription | None = None
        """What the index in place says of itself; None if there is none."""
        self.is_copied = False
        self._is_erasing = False
        """Whether anything was taken out, of which no byte may be left."""
        self._has_removed = False
        """Whether there is a table of removed documents."""
        self._had_vectors = False
        self._traces = Traces()
        self._inserted: list[tuple[int, str, str]] = []
        """Numbers, texts and titles of documents whose words are not there yet."""
        self._inserted_bytes = 0
        self._deleted: list[tuple[int, str, str]] = []
        """The same of documents whose words are still there."""
        self._deleted_bytes = 0
        self._next_number = 1
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

    @property
    def has_seal(self) -> bool:
        """Whether it gets a checksum, for which all of it is read: not where a small change is to cost little."""
        return not self._defers_erasure

    def close(self) -> None:
        """Leave nothing behind but the index in place, and release the lock."""
        self._stack.close()

    def demand_copy(self) -> None:
        """Go on in a copy of the index from the first change on."""
        if self.is_copied:
            return
        with publishing(self.target):
            filesystem.copy(self.target, self._work)
        self._open_copy()
        self.connection.execute("BEGIN")
        set_up_words(self.connection)
        self._next_number = self._last_number() + 1
        self._had_vectors = self.connection.execute("SELECT 1 FROM vectors LIMIT 1").fetchone() is not None

    def insert(self, entry: DocumentEntry, document: Document) -> int:
        """Add a document under a new number, greater than all before; return the number."""
        self.demand_copy()
        # FTS5 writes what it has collected whenever a number is not greater than the one before.
        number, self._next_number = self._next_number, self._next_number + 1
        self.connection.execute(_INSERTION, (number, *entry))
        self._inserted.append((number, document.text, title_of(document)))
        self._inserted_bytes += len(entry.line)
        if self._inserted_bytes > MOST_HELD_BYTES:
            self._set_cache(CACHE_KIB)
            self._insert_words()
        return number

    def delete(self, number: int) -> None:
        """Take a document out of `documents`, and later out of `words`; remember what to look for afterwards."""
        self.demand_copy()
        row = self.connection.execute("SELECT line FROM documents WHERE number = ?", (number,)).fetchone()
        try:
            document = decode_trusted(line := row[0])
        except (AttributeError, LookupError, TypeError, ValueError):
            raise damaged_index(self.target, "a line in it is no document") from None
        self.connection.execute("DELETE FROM documents WHERE number = ?", (number,))
        self._note_removal()
        if self._defers_erasure:
            self.connection.execute("INSERT INTO removed VALUES (?, ?)", (number, line))
        else:
            self._traces.add(line)
        self._deleted.append((number, document.text, title_of(document)))
        self._deleted_bytes += len(line)
        if self._deleted_bytes > MOST_HELD_BYTES:
            self._set_cache(CACHE_KIB)
            self._delete_words()

    def delete_vector(self, number: int) -> None:
        """Take the vector of a document that the index in place had out, if there are any."""
        self.demand_copy()
        if not self._had_vectors:
            return
        self.connection.execute("DELETE FROM vectors WHERE number = ?", (number,))
        self._note_removal()

    def delete_all_vectors(self) -> None:
        """Take all vectors out, before anything else; what is left of the file is written anew, so nothing waits."""
        self._defers_erasure = False
        self.demand_copy()
        self.connection.execute("DELETE FROM vectors")
        self._note_removal()

    def finish_erasure(self) -> UnerasedEntry | None:
        """Take out what earlier runs have deferred, unless this one defers as well.

        Return what the index has to say of bytes that stay; None if none do.
        """
        earlier = None if self.before is None else self.before.get("unerased")
        if self._defers_erasure:
            return self._unerased(earlier) if self._has_removed else earlier
        if earlier is not None:
            self.demand_copy()
            for (line,) in self.connection.execute("SELECT line FROM removed"):
                if not isinstance(line, bytes):
                    raise damaged_index(self.target, "a line of a removed document is none")
                self._traces.add(line)
            self.connection.execute("DROP TABLE removed")
            self._is_erasing = True
        return None

    def write_description(self, content: IndexDescription) -> None:
        """Let the index say this of itself."""
        import orjson

        self.demand_copy()
        self.connection.execute("DELETE FROM description")
        text = orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
        self.connection.execute("INSERT INTO description VALUES (?)", (text,))

    def write_lines(self, lines: LineList) -> None:
        """Let the index have these lines of its documents, in this order."""
        self.demand_copy()
        lines.write(self.connection)

    def replace_target(self) -> None:
        """Replace the index, without a byte of what was taken out. Raises PublishError if one is left.

        Where erasure is deferred, bytes may be left.
        """
        self._delete_words()
        self._insert_words()
        self.connection.execute("COMMIT")
        written = self._work
        if self._is_erasing:
            write_anew(self.connection, self._anew)
            demand_erased(self.connection, self._anew, self._traces)
            written = self._anew
            if self.target.exists():
                filesystem.copy_mode(self.target, written)
        self.connection.close()
        if self.has_seal:
            write_seal(written)
        else:
            remove_seal(written)
        flush(written)
        filesystem.replace(written, self.target)

    def _open_old(self) -> None:
        """Read from the index in place, or make the tables of a new one."""
        self._stack.callback(self._remove_leftovers)
        if self.target.exists() and self.target.stat().st_size > 0:
            self.connection = self._stack.enter_context(open_index(self.target))
            self.before = read_description(self.connection, self.target)
            return
        self._open_copy()
        with database_errors(self.target):
            self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self.connection.execute("BEGIN")
            for statement in SCHEMA:
                self.connection.execute(statement)
            set_up_words(self.connection)

    def _open_copy(self) -> None:
        """Open the file that is written to."""
        with publishing(self.target), database_errors(self.target):
            self.connection = filesystem.open_database(self._work)
            self._stack.callback(self.connection.close)
            for pragma in (
                "journal_mode = OFF",  # what fails is thrown away
                "synchronous = OFF",  # it is flushed once, at the end
                "secure_delete = ON",
                "trusted_schema = OFF",
                f"page_size = {PAGE_BYTES}",  # of a new file
            ):
                self.connection.execute(f"PRAGMA {pragma}")
            self._set_cache(SMALL_CACHE_KIB)
        self.is_copied = True

    def _set_cache(self, kib: int) -> None:
        """Let SQLite hold so much of the file."""
        self.connection.execute(f"PRAGMA cache_size = -{kib}")

    def _note_removal(self) -> None:
        """See to it that the bytes of what is taken out are erased, or that the index can say that they are not."""
        if not self._defers_erasure:
            self._is_erasing = True
        elif not self._has_removed:
            if self.before is None or "unerased" not in self.before:
                self.connection.execute(REMOVED_SCHEMA)
            self._has_removed = True

    def _last_number(self) -> int:
        """Return the greatest number that is taken: that of a removed document is, as long as its words may be left."""
        [(last,)] = self.connection.execute("SELECT max(number) FROM documents")
        if self.before is None or "unerased" not in self.before:
            return last or 0
        [(last_removed,)] = self.connection.execute("SELECT max(number) FROM removed")
        return max(last or 0, last_removed or 0)

    def _unerased(self, earlier: UnerasedEntry | None) -> UnerasedEntry:
        [(documents,)] = self.connection.execute("SELECT count(*) FROM removed")
        since = datetime.now(UTC).date().isoformat() if earlier is None else earlier["since"]
        return {"documents": documents, "since": since}

    def _insert_words(self) -> None:
        self.connection.executemany("INSERT INTO words (rowid, text, title) VALUES (?, ?, ?)", self._inserted)
        self._inserted, self._inserted_bytes = [], 0

    def _delete_words(self) -> None:
        """Take the words of deleted documents out, in the order of their numbers, as FTS5 collects them best."""
        if not self._deleted:
            return
        if not self._defers_erasure:
            _set_word_option(self.connection, "automerge", 0)  # all segments are merged in the end
        self.connection.executemany(
            "INSERT INTO words (words, rowid, text, title) VALUES ('delete', ?, ?, ?)",
            sorted(self._deleted, key=itemgetter(0)),
        )
        self._deleted, self._deleted_bytes = [], 0

    def _remove_leftovers(self) -> None:
        for path in leftovers(self.target):
            self._remove(path)

    def _remove(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            filesystem.remove(path, missing_ok=True)


def set_up_words(connection: "Connection") -> None:
    """Let FTS5 collect many words before it writes them, and fill pages."""
    _set_word_option(connection, "hashsize", PENDING_BYTES)
    _set_word_option(connection, "pgsz", WORD_PAGE_BYTES)
    _set_word_option(connection, "automerge", SEGMENTS_TO_MERGE)


def _set_word_option(connection: "Connection", name: str, value: int) -> None:
    connection.execute("INSERT INTO words (words, rank) VALUES (?, ?)", (name, value))


def leftovers(target: Path) -> tuple[Path, ...]:
    """Return where versions in the making lie, which a killed run leaves: the copy, what is written anew, and journals.

    A journal of SQLite may hold pages of the file that it is named like.
    """
    work, anew = (target.with_name(f".{target.name}.{ending}") for ending in ("work", "anew"))
    return work, anew, *(path.with_name(path.name + ending) for path in (work, anew) for ending in JOURNALS)


def _demand_index_or_nothing(target: Path) -> None:
    """Raise UsageError where something else than an index would be overwritten, PublishError without a folder."""
    from corpuskit.core.publish.targets import demand_own_kind
    from corpuskit.core.publish.whole_file import demand_folder

    demand_folder(target.parent)
    demand_own_kind(target, "search index", "the index, such as search.idx", is_search_index)
