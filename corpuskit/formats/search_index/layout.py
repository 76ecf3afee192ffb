"""How a search index is laid out, what it says of itself, and how it is opened to read.

A file in place is never changed: a new one takes its name. So whoever has opened it reads one version to the end, needs
no lock, and may read it from where nothing can be written.
"""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict
from urllib.parse import quote

from corpuskit.core.counts import StreamEntry
from corpuskit.core.disk.regular_file import demand_readable, open_regular
from corpuskit.core.disk.stored_json import conforms
from corpuskit.core.errors import DamagedError, PublishError, UsageError
from corpuskit.core.provenance.chain import CHECKS
from corpuskit.core.provenance.entries import InputEntry, StepEntry
from corpuskit.core.reading.input_kinds import SEARCH_INDEX_MARK, SEARCH_INDEX_MARK_OFFSET
from corpuskit.core.wording import printable_name, quantity

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = [
    "APPLICATION_ID",
    "IF_CLEARED",
    "JOURNALS",
    "PAGE_BYTES",
    "REMOVED_SCHEMA",
    "SCHEMA",
    "SUFFIX",
    "WORDS_SCHEMA",
    "EmbeddingEntry",
    "IndexDescription",
    "IndexedSnapshot",
    "UnerasedEntry",
    "damaged_index",
    "database_errors",
    "demand_no_journal",
    "description_digest",
    "has_lost_its_head",
    "is_search_index",
    "open_index",
    "read_description",
    "unerased_text",
]

_FORMAT_NAME, _FORMAT_NUMBER = "corpuskit.index", 4
FORMAT = f"{_FORMAT_NAME}/{_FORMAT_NUMBER}"
IF_CLEARED = "(behind `filter-takedown`, if it was cleared of anything)"
"""What a file that is removed no longer shows: `index` would have refused documents that were taken out of it."""
REMEDY = f"; remove it, and make it anew with `corpuskit index` {IF_CLEARED}"
APPLICATION_ID = int.from_bytes(SEARCH_INDEX_MARK, "big")
"""What tells the file from other databases (https://www.sqlite.org/fileformat.html, 1.3.18)."""
SUFFIX = ".idx"
PAGE_BYTES = 16_384
"""Of the database: with larger pages, all of it is read and written in fewer calls."""
_HEADER = b"SQLite format 3\0"
JOURNALS = ("-wal", "-journal")
"""What SQLite adds to the name of a file for its write-ahead log, and for its rollback journal."""
_SHADOW_TABLES = {
    "CREATE TABLE 'words_data'(id INTEGER PRIMARY KEY, block BLOB)",
    "CREATE TABLE 'words_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID",
    "CREATE TABLE 'words_docsize'(id INTEGER PRIMARY KEY, sz BLOB)",
    "CREATE TABLE 'words_config'(k PRIMARY KEY, v) WITHOUT ROWID",
}
"""What FTS5 keeps for `words`, in all versions of SQLite since 3.9."""
_REFUSED = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")

_OTHER_FORMAT = re.compile(rf"{re.escape(_FORMAT_NAME)}/([0-9]{{1,6}})")

WORDS_SCHEMA = "CREATE VIRTUAL TABLE words USING fts5 (text, title, content='', tokenize='porter unicode61')"
RUNS_SCHEMA = (
    "CREATE TABLE runs (part INTEGER PRIMARY KEY, lines BLOB NOT NULL, sizes BLOB NOT NULL, hashes BLOB NOT NULL)"
)
SCHEMA = (
    "CREATE TABLE description (content TEXT NOT NULL)",
    "CREATE TABLE documents (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tenant TEXT, agreed INTEGER NOT NULL,"
    " until TEXT, input INTEGER NOT NULL, digest BLOB NOT NULL, line BLOB NOT NULL)",
    "CREATE TABLE lines (part INTEGER PRIMARY KEY, numbers BLOB NOT NULL, digests BLOB NOT NULL)",
    "CREATE TABLE spellings (part INTEGER PRIMARY KEY, numbers BLOB NOT NULL, digests BLOB NOT NULL,"
    " sizes BLOB NOT NULL, hashes BLOB NOT NULL)",
    RUNS_SCHEMA,
    WORDS_SCHEMA,
    "CREATE TABLE vectors (number INTEGER PRIMARY KEY, embedded BLOB NOT NULL, vector BLOB NOT NULL)",
    "CREATE INDEX vectors_by_text ON vectors (embedded)",
)
"""`number` ties the tables together. `words` keeps no text; that is in `line`, the canonical line of the document.
`lines` has numbers and digests of all documents once more, many in a row, in the order of the stream (`line_list`), and
`spellings` those that came in another spelling, with hashes of the lines that came (`known_lines`).
`runs` has hashes of some lines in a row (`run_list`).
`embedded` is the hash of what was embedded, and `vector` has length 1, in float16, little-endian."""
REMOVED_SCHEMA = "CREATE TABLE removed (number INTEGER PRIMARY KEY, line BLOB NOT NULL)"
"""Documents whose erasure was deferred: the run that erases looks for their lines. The table is there as long as bytes
of removed documents may be, so a version of corpuskit that knows nothing of them refuses the file."""


_FORMER_SCHEMAS = {SCHEMA[1], SCHEMA[1].replace(" line BLOB", " came_as BLOB, line BLOB")}
"""Those of the documents in formats before 4, which had no table of runs."""


class OtherFormatError(DamagedError):
    """An index is of the format of another version of corpuskit: it may be whole, but cannot be read."""


class IndexedSnapshot(TypedDict):
    """The published dataset whose documents an index holds."""

    name: str
    digest: str
    """That of its manifest."""


class EmbeddingEntry(TypedDict):
    """What the vectors of an index are."""

    model: str
    dimensions: int
    """0 as long as there is no vector."""


class UnerasedEntry(TypedDict):
    """Removed documents that no search finds, but whose bytes may be in the file."""

    documents: int
    since: str
    """Day of the first deferral, in UTC, such as 2026-11-01."""


class IndexDescription(TypedDict):
    """What an index says of itself."""

    format: str
    stream: StreamEntry
    """All documents of the index."""
    snapshot: NotRequired[IndexedSnapshot]
    embedding: NotRequired[EmbeddingEntry]
    unerased: NotRequired[UnerasedEntry]
    steps: list[StepEntry]
    inputs: list[InputEntry]
    versions: dict[str, str]


def is_search_index(path: Path) -> bool:
    """Whether a file says that it is a search index."""
    head = _head_of(path)
    return head.startswith(_HEADER) and head[SEARCH_INDEX_MARK_OFFSET:] == SEARCH_INDEX_MARK


def has_lost_its_head(path: Path) -> bool:
    """Whether a file begins with zeros, or has but one of the two marks of an index."""
    head = _head_of(path)
    is_marked = head[SEARCH_INDEX_MARK_OFFSET:] == SEARCH_INDEX_MARK
    return len(head) == SEARCH_INDEX_MARK_OFFSET + len(SEARCH_INDEX_MARK) and (is_marked or not any(head))


def _head_of(path: Path) -> bytes:
    """Return the first bytes of a file; none if it cannot be read."""
    try:
        with open_regular(path, follow_links=True) as stream:
            return stream.read(SEARCH_INDEX_MARK_OFFSET + len(SEARCH_INDEX_MARK))
    except OSError:
        return b""


@contextlib.contextmanager
def open_index(path: Path) -> Iterator["Connection"]:
    """Open an index to read.

    Raises UsageError for a file that is none, DamagedError for one that is not whole, PublishError for one that may not
    be read.
    """
    import sqlite3

    if not os.path.lexists(path):
        raise UsageError(f"no such index: {printable_name(str(path))!r}; `corpuskit index` makes one")
    demand_readable(path)
    if not is_search_index(path):
        if path.suffix == SUFFIX and has_lost_its_head(path):
            raise damaged_index(path, "its first bytes are not those of an index")
        raise UsageError(f"{printable_name(str(path))!r} is no search index; `corpuskit index` makes one")
    demand_no_journal(path)
    with database_errors(path):
        address = f"file:{quote(os.fsencode(os.path.abspath(path)))}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, isolation_level=None)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA cell_size_check = ON")
            _demand_schema(connection, path)
            yield connection
        finally:
            connection.close()


def demand_no_journal(path: Path) -> None:
    """Raise DamagedError if a journal of SQLite lies beside an index: none of corpuskit's.

    Another program has changed the file then. The journal may hold text that the index has no more, and SQLite would
    write its pages into whatever index has the name.
    """
    target = Path(os.path.realpath(path))
    for ending in JOURNALS:
        journal = target.with_name(target.name + ending)
        with contextlib.suppress(FileNotFoundError):
            if journal.stat().st_size:
                name = printable_name(journal.name)
                raise DamagedError(
                    f"{printable_name(path.name)} has a journal beside it, {name}, in which another program left pages "
                    "that may hold text of removed documents; end that program, remove the journal, and run it again"
                )


@contextlib.contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into a DamagedError, or a PublishError where the system refused something."""
    import sqlite3

    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "").startswith(_REFUSED):
            raise PublishError(
                f"cannot read or write {str(path)!r}: {error}; nothing was published. Make room, or check who may "
                "write there, and run it again"
            ) from None
        raise damaged_index(path, str(error)) from None
    except sqlite3.DatabaseError as error:
        raise damaged_index(path, str(error)) from None
    except UnicodeDecodeError:
        raise damaged_index(path, "a text in it is not UTF-8") from None


def read_description(connection: "Connection", path: Path) -> IndexDescription:
    """Return what an index says of itself. Raises DamagedError for anything else."""
    import orjson

    with database_errors(path):
        rows = connection.execute("SELECT content FROM description").fetchmany(2)
    try:
        [(content,)] = rows
        description: IndexDescription = orjson.loads(content)
    except (ValueError, TypeError):
        raise damaged_index(path, "it does not say what it holds") from None
    _demand_own_format(description, path)
    if not conforms(description, IndexDescription, CHECKS, more_keys=True) or description["format"] != FORMAT:
        raise DamagedError(f"{printable_name(path.name)} is no {FORMAT}{REMEDY}")
    if ("unerased" in description) != _has_removed(connection):
        raise damaged_index(path, "it is of two minds whether bytes of removed documents are left")
    return description


def description_digest(content: IndexDescription) -> str:
    """Return the sha256 by which others name an index: that of its description, which has that of its documents."""
    from corpuskit.core.provenance.manifest import digest

    return digest({"description": content}).removeprefix("sha256:")


def unerased_text(documents: int) -> str:
    """Return in words that bytes of so many removed documents may be left."""
    return f"bytes of {quantity(documents, 'removed document')} may be left in the file"


def _demand_schema(connection: "Connection", path: Path) -> None:
    """Raise DamagedError unless the tables are those of an index: others could have triggers or views behind them."""
    rows = connection.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")
    statements = [sql for (sql,) in rows if sql != REMOVED_SCHEMA]
    if RUNS_SCHEMA not in statements and not _FORMER_SCHEMAS.isdisjoint(statements):
        raise _earlier_format(path)
    if set(statements) != {*SCHEMA, *_SHADOW_TABLES} or len(statements) != len(SCHEMA) + 4:
        if SCHEMA[0] in statements:  # a table, so nothing is behind it
            _demand_own_format(_described(connection), path)
        raise damaged_index(path, "its tables are not those of an index")


def _described(connection: "Connection") -> Any:
    """Return what an index says of itself, whatever that is; None if it says nothing."""
    import orjson

    try:
        [(content,)] = connection.execute("SELECT content FROM description").fetchmany(2)
        return orjson.loads(content)
    except (ValueError, TypeError):
        return None


def _demand_own_format(description: Any, path: Path) -> None:
    """Raise OtherFormatError for what another version of corpuskit says of an index of its own."""
    format_ = description.get("format") if isinstance(description, dict) else None
    written = _OTHER_FORMAT.fullmatch(format_) if isinstance(format_, str) else None
    if written is None or int(written[1]) == _FORMAT_NUMBER:
        return
    if int(written[1]) < _FORMAT_NUMBER:
        raise _earlier_format(path)
    raise OtherFormatError(
        f"{printable_name(path.name)} was made by a later version: it is a {format_}, and this one knows {FORMAT}; "
        "upgrade corpuskit"
    )


def _earlier_format(path: Path) -> OtherFormatError:
    return OtherFormatError(f"{printable_name(path.name)} was made by an earlier version and is no {FORMAT}{REMEDY}")


def _has_removed(connection: "Connection") -> bool:
    """Whether there is a table of removed documents."""
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE sql = ?", (REMOVED_SCHEMA,)).fetchone() is not None


def damaged_index(path: Path, what: Any) -> DamagedError:
    """Return the error for an index that is not what it should be."""
    return DamagedError(f"{printable_name(path.name)} is damaged: {what}{REMEDY}")
