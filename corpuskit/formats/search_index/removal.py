"""Documents taken out of an index, and everything that it holds of them: lines, words and vectors."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from corpuskit.core.counts import StreamCount
from corpuskit.core.disk.durable import finishing, flush, publishing
from corpuskit.core.document import Document
from corpuskit.core.errors import PublishError
from corpuskit.formats.search_index.checking import demand_whole
from corpuskit.formats.search_index.layout import (
    IndexDescription,
    damaged_index,
    database_errors,
    description_digest,
    open_index,
    read_description,
)
from corpuskit.formats.search_index.line_list import LineList
from corpuskit.formats.search_index.new_version import NewVersion, leftovers
from corpuskit.formats.search_index.rows import indexed_documents
from corpuskit.formats.search_index.seal import demand_seal

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["Described", "remove_documents", "sweep", "vectors_of", "whole_documents"]

Described = Callable[[IndexDescription, StreamCount, StreamCount], IndexDescription]
"""Returns what an index says of itself after a removal: given what it said, all its documents, and those that stay."""


def whole_documents(path: Path) -> Iterator[tuple[int, Document]]:
    """Yield all documents of an index with their numbers. Raises DamagedError if they are not those that it describes.

    The last is known only after the last document.
    """
    with open_index(path) as connection, database_errors(path):
        for (problem,) in connection.execute("PRAGMA quick_check (1)"):
            if problem != "ok":
                raise damaged_index(path, problem)
        description = read_description(connection, path)
        count = StreamCount()
        for indexed in indexed_documents(connection, count):
            if indexed.problem or indexed.document is None:
                raise damaged_index(path, indexed.problem)
            yield indexed.number, indexed.document
        if count.as_json() != description["stream"]:
            raise damaged_index(path, f"it holds {count.documents} documents, which are not those that it says")
        demand_seal(path)


def vectors_of(path: Path, numbers: Iterable[int]) -> int:
    """Return how many of the documents with these numbers have a vector."""
    with open_index(path) as connection, database_errors(path):
        return sum(_has_vector(connection, number) for number in numbers)


def remove_documents(path: Path, digest: str, numbers: Iterable[int], described: Described) -> None:
    """Put a version without the documents of these numbers in place, whole or not at all, and without a byte of them.

    Nor is one left of documents whose erasure was deferred.

    `digest` is that of the description of the version whose numbers they are. Raises PublishError if the index is in
    use, or another version is in place; DamagedError if anything in it is not that of its documents, as `verify` says.
    """
    version = NewVersion(path)
    try:
        before = version.before
        if before is None or description_digest(before) != digest:
            raise PublishError(f"{str(path)!r} was written anew meanwhile; run it again")
        received = StreamCount.from_json(before["stream"])
        with database_errors(path), publishing(path):
            demand_whole(version.connection, path, before)
            lines = LineList.of(version.connection)
            assert lines is not None  # as they are whole
            numbers_removed = {*numbers}
            for number in sorted(numbers_removed):
                version.delete(number)
                version.delete_vector(number)
            version.finish_erasure()
            content: IndexDescription = {**described(before, received, _count_of(version.connection))}
            content.pop("unerased", None)
            version.write_description(content)
            version.write_lines(lines.without(numbers_removed))
            version.replace_target()
        with finishing(path):
            flush(path.parent)
    finally:
        version.close()


def sweep(path: Path) -> None:
    """Remove what killed runs have left beside an index: it may hold texts. Raises PublishError if it is in use."""
    if any(left.exists() for left in leftovers(path)):
        NewVersion(path).close()


def _has_vector(connection: "Connection", number: int) -> bool:
    return connection.execute("SELECT 1 FROM vectors WHERE number = ?", (number,)).fetchone() is not None


def _count_of(connection: "Connection") -> StreamCount:
    count = StreamCount()
    for digest, line in connection.execute("SELECT digest, line FROM documents"):
        count.add_hashed(line, int.from_bytes(digest, "big"))
    return count
