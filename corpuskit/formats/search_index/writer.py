"""From an index and a stream of documents to the index that holds just those documents."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from corpuskit.core.counts import StreamCount
from corpuskit.core.disk.durable import finishing, flush, publishing
from corpuskit.core.document import Document
from corpuskit.core.errors import RemoteError, UsageError
from corpuskit.core.recogniser import Passed, Recogniser
from corpuskit.core.wording import printable_name
from corpuskit.formats.search_index.entries import embedded_text, entry_of
from corpuskit.formats.search_index.known_lines import KnownLines, hash_of_other_spelling
from corpuskit.formats.search_index.layout import IF_CLEARED, IndexDescription, damaged_index, database_errors
from corpuskit.formats.search_index.line_list import LineList, whole_lines
from corpuskit.formats.search_index.new_version import NewVersion
from corpuskit.formats.search_index.seal import demand_seal

__all__ = ["ADDED", "CHANGED", "UNCHANGED", "Changes", "Embedder", "IndexWriter"]

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"

VALUE_BYTES = 2
GREATEST_NUMBER = 2_000_000_000
"""Of a document; the memory for so many flags is taken only where they are set."""
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
    unerased: int
    """Removed, now or before, and their bytes may still be in the file."""
    erased: int
    """Removed before, and what was left of them is gone now."""


class IndexWriter:
    """The version of an index that holds the documents of a stream."""

    def __init__(self, target: Path, embedder: Embedder | None = None, *, defers_erasure: bool = False) -> None:
        """Lock the index, and read what is there. Raises UsageError for another file, PublishError if it is in use."""
        self.target, self._embedder = target, embedder
        self._version = NewVersion(target, defers_erasure=defers_erasure)
        self._seen_flags = bytearray()
        self._lines_before = KnownLines()
        self._lines = LineList()
        self._count = StreamCount()
        self._added = self._changed = self._removed = self._embedded = 0
        self._pending: list[tuple[int, bytes, str]] = []
        self._dimensions = 0
        try:
            if self._version.before is not None:
                self._begin_with(self._version.before)
        except BaseException:
            self.close()
            raise

    @property
    def before(self) -> IndexDescription | None:
        """What the index in place says of itself; None if there is none."""
        return self._version.before

    @property
    def documents(self) -> int:
        """How many documents were taken from the stream so far."""
        return self._count.documents

    def add(self, document: Document) -> str:
        """Take the next document; return what it is to the index. Raises UsageError for an id that was there before."""
        entry = entry_of(document)
        with database_errors(self.target):
            row = self._version.connection.execute(
                "SELECT number, digest FROM documents WHERE id = ?", (entry.id,)
            ).fetchone()
            if row is None:
                number, way = self._version.insert(entry, document), ADDED
                self._added += 1
            elif self._is_seen(row[0]):
                raise RepeatedIdError(f"two documents have the id {printable_name(entry.id)!r}")
            elif row[1] == entry.digest:
                number, way = row[0], UNCHANGED
                self._lines_before.note_moved()
            else:
                self._version.delete(row[0])
                self._see(row[0])  # it is dealt with
                number, way = self._version.insert(entry, document), CHANGED
                self._changed += 1
            self._see(number)
            self._count.add_hashed(entry.line, int.from_bytes(entry.digest, "big"))
            self._lines.extend([number], entry.digest)
            hash_ = hash_of_other_spelling(document.came_as)
            self._lines.runs.add(entry.line if hash_ is None else None)
            if hash_ is not None:
                self._lines.spellings.add(number, entry.digest, len(entry.line), hash_)
            if self._embedder is not None:
                self._demand_vector(number, embedded_text(document), None if row is None else row[0])
        return way

    def recogniser(self) -> Recogniser | None:
        """Return what takes those of the next lines that the index has; None if it has none.

        It needs no document: a line with the hash of one in the index is that line, and has its vector.
        """
        return self if self._lines_before else None

    def pass_known(self, block: bytes, start: int) -> tuple[Passed | None, int | None]:
        """Take lines that a block has from `start` on; return how many are then for `pass_lines`."""
        count, lines_left = self._lines_before.runs.take(block, start, self._seen_flags, self._lines)
        return self._passed(count) if count.documents else None, lines_left

    def pass_lines(self, lines: Sequence[bytes]) -> Callable[[int], Passed | None]:
        """Return what takes those of the next lines that the index has, by their numbers and in order.

        It returns None for a line that `add` is to take.
        """
        found_lines = self._lines_before.find(lines)

        def take(start: int) -> Passed | None:
            end = found_lines.end_of_run(start, self._seen_flags)
            if end == start:
                return None
            found_lines.enter(start, end, self._lines)
            return self._passed(found_lines.count(start, end))

        return take

    def publish(self, description: Callable[[StreamCount, int], IndexDescription]) -> Changes:
        """Remove what the stream did not have, and put the new version in place.

        `description` returns what the index is to say of itself, given its documents and the dimensions of its vectors.
        """
        version = self._version
        with database_errors(self.target), publishing(self.target):
            self._embed_pending()
            self._remove_unseen()
            unerased = version.finish_erasure()
            content = description(self._count, self._dimensions)
            if unerased is not None:
                content["unerased"] = unerased
            if content != version.before:
                version.write_description(content)
            if version.is_copied:
                version.write_lines(self._lines)
                version.replace_target()
            elif not version.has_seal:
                demand_seal(self.target)  # where nothing is new, there is time for it
        unchanged = self._count.documents - self._added - self._changed
        left = 0 if unerased is None else unerased["documents"]
        earlier = None if version.before is None else version.before.get("unerased")
        erased = earlier["documents"] if earlier is not None and unerased is None else 0
        changes = Changes(self._added, self._changed, self._removed, unchanged, self._embedded, left, erased)
        with finishing(self.target):
            if version.is_copied:
                flush(self.target.parent)
        self.close()
        return changes

    def close(self) -> None:
        """Leave nothing behind but the index in place, and release the lock."""
        self._version.close()

    def _passed(self, count: StreamCount) -> Passed:
        self._count.merge(count)
        return Passed(count, UNCHANGED)

    def _begin_with(self, before: IndexDescription) -> None:
        """Read what the stream is compared with. Raises UsageError where vectors would be missing, and DamagedError."""
        has_vectors = self._take_over_vectors(before)
        with database_errors(self.target):
            # Asked for one at a time, SQLite finds each at an end of the table.
            [(first,)] = self._version.connection.execute("SELECT min(number) FROM documents")
            [(last,)] = self._version.connection.execute("SELECT max(number) FROM documents")
            if (first or 0) < 0 or (last or 0) > GREATEST_NUMBER:
                raise damaged_index(self.target, "it has numbers of documents that cannot be")
            self._seen_flags = bytearray((last or 0) + 1)
            lines = whole_lines(self._version.connection, self.target, before)
            if has_vectors:
                self._lines_before = KnownLines(lines)
        if self._version.has_seal:
            demand_seal(self.target)

    def _take_over_vectors(self, before: IndexDescription) -> bool:
        """Return whether all documents have the vectors that they need; remove those of another model."""
        embedding = before.get("embedding")
        if embedding is not None and self._embedder is None:
            raise UsageError(
                f"{str(self.target)!r} has vectors of {embedding['model']}; add `--embed URL --embed-model MODEL`, or "
                f"remove the file to make one without {IF_CLEARED}"
            )
        if self._embedder is None:
            return True
        if embedding is None:
            return False
        if embedding["model"] == self._embedder.model:
            self._dimensions = embedding["dimensions"]
            return True
        self._version.delete_all_vectors()
        return False

    def _remove_unseen(self) -> None:
        for number in self._unseen():
            self._version.delete(number)
            self._version.delete_vector(number)
            self._removed += 1

    def _unseen(self) -> list[int]:
        if self._lines_before:
            return self._lines_before.unseen(self._seen_flags)
        numbers = self._version.connection.execute("SELECT number FROM documents")
        return [number for (number,) in numbers if not self._is_seen(number)]

    def _is_seen(self, number: int) -> bool:
        return number < len(self._seen_flags) and self._seen_flags[number] > 0

    def _see(self, number: int) -> None:
        if number >= len(self._seen_flags):
            self._seen_flags.extend(bytes(number + 1 - len(self._seen_flags)))
        self._seen_flags[number] = 1

    def _demand_vector(self, number: int, text: str, number_before: int | None) -> None:
        """See to it that a document has the vector of this text: its own, that of an equal text, or a new one."""
        import xxhash

        embedded = xxhash.xxh3_128_digest(text.encode())
        connection = self._version.connection
        if number_before is not None:
            row = connection.execute("SELECT embedded FROM vectors WHERE number = ?", (number_before,)).fetchone()
            if row == (embedded,):
                if number != number_before:
                    connection.execute("UPDATE vectors SET number = ? WHERE number = ?", (number, number_before))
                return
            if row is not None:
                self._version.delete_vector(number_before)
        if not text.strip():
            return
        equal = self._version.connection.execute(
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
                    f"make it anew {IF_CLEARED}"
                )
            self._write_vector(number, embedded, vector)
        self._embedded += len(self._pending)
        self._pending.clear()

    def _write_vector(self, number: int, embedded: bytes, vector: Vector) -> None:
        self._version.demand_copy()
        self._version.connection.execute("INSERT INTO vectors VALUES (?, ?, ?)", (number, embedded, vector))


class RepeatedIdError(UsageError):
    """A document has the id of one before it in the same stream."""
