"""The documents of an index, each compared with its row: what is searched by has to follow from what is shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.counts import StreamCount
from corpuskit.core.document import Document, Reject, decode
from corpuskit.formats.search_index.entries import entry_of
from corpuskit.formats.search_index.layout import damaged_index

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["IndexedDocument", "document_at", "indexed_documents"]

NO_DOCUMENT = "a line in it is no document"
UNLIKE_ROW = "a row does not follow from its document"
_QUERY = "SELECT number, id, tenant, agreed, until, input, digest, line FROM documents"


class IndexedDocument(NamedTuple):
    """A document, and what is wrong with its row."""

    number: int
    id: Any
    """As the row has it."""
    document: Document | None
    """None if the line is none."""
    problem: str
    """Empty if the row follows from the line."""


def indexed_documents(connection: "Connection", count: StreamCount) -> Iterator[IndexedDocument]:
    """Yield all documents in the order of their numbers, and count their lines."""
    for row in connection.execute(f"{_QUERY} ORDER BY number"):
        yield _indexed(row, count)


def document_at(connection: "Connection", path: Path, number: int) -> Document:
    """Return the document with a number. Raises DamagedError unless its row follows from it.

    So nobody is shown, by a row that was forged, a document that is not for them.
    """
    row = connection.execute(f"{_QUERY} WHERE number = ?", (number,)).fetchone()
    if row is None:
        # A damaged page of the table may lead to it by one way, and not by another.
        raise damaged_index(path, NO_DOCUMENT)
    indexed = _indexed(row, StreamCount())
    if indexed.problem or indexed.document is None:
        raise damaged_index(path, indexed.problem)
    return indexed.document


def _indexed(row: tuple[Any, ...], count: StreamCount) -> IndexedDocument:
    number, *columns = row
    try:
        entry = entry_of(document := decode(columns[-1]))
    except (Reject, TypeError, ValueError):
        return IndexedDocument(number, columns[0], None, NO_DOCUMENT)
    count.add_hashed(entry.line, int.from_bytes(entry.digest, "big"))
    problem = "" if tuple(columns) == tuple(entry) else UNLIKE_ROW
    return IndexedDocument(number, columns[0], document, problem)
