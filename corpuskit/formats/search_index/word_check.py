"""Whether the words of an index are those of its documents: these are derived anew, and compared with them.

FTS5 merges equal words to equal bytes, whatever was put in and taken out before. So a copy of the words is merged, as
are those derived anew, and mostly the bytes say it all. Where they differ, be it for a reason of this SQLite's own,
the words themselves are compared, which takes three times as long.
"""

import hashlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from corpuskit.core.disk import filesystem
from corpuskit.core.document import decode_trusted
from corpuskit.formats.search_index.entries import title_of
from corpuskit.formats.search_index.layout import PAGE_BYTES, WORDS_SCHEMA
from corpuskit.formats.search_index.new_version import CACHE_KIB, set_up_words

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["are_words_of_documents"]

STRAY_NUMBER = 1 << 62
"""That of a document which is put in and taken out, so that there is something to merge."""


def are_words_of_documents(connection: "Connection") -> bool:
    """Whether an index has just the words of its documents, whose lines were compared with what they say before."""
    with filesystem.make_temporary_folder() as folder:
        derived = _open_words(Path(folder) / "derived")
        try:
            derived.executemany("INSERT INTO words (rowid, text, title) VALUES (?, ?, ?)", _texts(connection))
            derived.execute("COMMIT")
            if _are_equal_when_merged(connection, derived, Path(folder) / "copy"):
                return True
            connection.execute("PRAGMA query_only = OFF")  # for the temporary tables; the file itself is open to read
            return _summary_of_words(connection) == _summary_of_words(derived)
        finally:
            derived.close()


def _open_words(path: Path) -> "Connection":
    """Open a new database that has a table of words, in a transaction."""
    words = filesystem.open_database(path)
    for pragma in (
        "journal_mode = OFF",
        "synchronous = OFF",
        f"page_size = {PAGE_BYTES}",
        f"cache_size = -{CACHE_KIB}",
    ):
        words.execute(f"PRAGMA {pragma}")
    words.execute("BEGIN")
    words.execute(WORDS_SCHEMA)
    set_up_words(words)
    return words


def _texts(connection: "Connection") -> Iterator[tuple[int, str, str]]:
    for number, line in connection.execute("SELECT number, line FROM documents ORDER BY number"):
        document = decode_trusted(line)
        yield number, document.text, title_of(document)


def _are_equal_when_merged(connection: "Connection", derived: "Connection", path: Path) -> bool:
    """Whether words merge to the same bytes as those that were derived; false also where that cannot be told."""
    import sqlite3

    copy = _open_words(path)
    try:
        for table in ("words_data", "words_idx", "words_docsize"):
            rows = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 (names of our own)
            marks = ", ".join("?" * len(rows.description))
            copy.execute(f"DELETE FROM {table}")  # noqa: S608
            copy.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608
        copy.execute("COMMIT")
        copy.close()
        copy = filesystem.open_database(path)  # FTS5 has read what was there before
        copy.execute("PRAGMA journal_mode = OFF")
        copy.execute("PRAGMA synchronous = OFF")
        return all(one == other for one, other in zip_longest(_merged(copy), _merged(derived)))
    except sqlite3.DatabaseError:
        return False
    finally:
        copy.close()


def _merged(words: "Connection") -> Iterator[tuple[object, ...]]:
    """Yield the rows of words after they were merged, without the number of their segment.

    A word that was taken out leaves its mark on how rows are filled, so what was merged is merged once more.
    """
    words.execute("BEGIN")
    words.execute("INSERT INTO words (words, rank) VALUES ('automerge', 0)")
    words.execute("INSERT INTO words (words) VALUES ('optimize')")
    words.execute("INSERT INTO words (rowid, text, title) VALUES (?, 'stray', '')", (STRAY_NUMBER,))
    words.execute("COMMIT")
    words.execute("BEGIN")
    words.execute("INSERT INTO words (words, rowid, text, title) VALUES ('delete', ?, 'stray', '')", (STRAY_NUMBER,))
    words.execute("INSERT INTO words (words) VALUES ('optimize')")
    words.execute("COMMIT")
    # Of the number of a row, the bits from the 38th on are those of the segment; row 10 lists the segments.
    yield from words.execute("SELECT id & ((1 << 37) - 1), block FROM words_data WHERE id != 10 ORDER BY id")
    yield from words.execute("SELECT id, sz FROM words_docsize ORDER BY id")


def _summary_of_words(connection: "Connection") -> list[tuple[object, ...]]:
    """Return the words with their numbers of documents and of positions, a sum over all positions, and all lengths.

    Positions come in the order of the words. So with these numbers, the number of a row says which word stands there,
    and takes a tenth of the time that the words themselves would.
    """
    connection.execute("CREATE VIRTUAL TABLE temp.counts USING fts5vocab (main, words, 'row')")
    connection.execute("CREATE VIRTUAL TABLE temp.positions USING fts5vocab (main, words, 'instance')")
    # Sums of floating-point numbers are equal only in the same order.
    positions = connection.execute(
        "SELECT count(*), total((rowid & 4095) * (doc + 1.0) * (offset + 7.0) * (1 + (col = 'title'))) "
        "FROM temp.positions"
    ).fetchall()
    words, lengths = hashlib.sha256(), hashlib.sha256()
    # As bytes: FTS5 cuts words of more than 32 KiB, be it within a letter.
    for word, documents, number in connection.execute("SELECT CAST(term AS BLOB), doc, cnt FROM temp.counts"):
        words.update(b"%d:%d:%s;" % (documents, number, word))
    for document, size in connection.execute("SELECT id, sz FROM words_docsize ORDER BY id"):
        lengths.update(b"%d:%s;" % (document, bytes(size).hex().encode()))
    return [*positions, (words.hexdigest(), lengths.hexdigest())]
