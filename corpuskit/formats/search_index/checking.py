"""Whether an index is what it says of itself: every row follows from the lines of its documents.

The words are derived anew, into a temporary file, and compared with those of the index (`word_check`).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.counts import StreamCount
from corpuskit.core.document import decode_trusted
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.entries import Manifest
from corpuskit.core.provenance.manifest import read_manifest
from corpuskit.core.wording import printable_name, quantity
from corpuskit.formats.search_index.entries import embedded_text
from corpuskit.formats.search_index.layout import (
    IndexDescription,
    damaged_index,
    database_errors,
    description_digest,
    open_index,
    read_description,
    unerased_text,
)
from corpuskit.formats.search_index.line_list import NOT_ALL_LINES, LineList
from corpuskit.formats.search_index.packed import digest_at
from corpuskit.formats.search_index.rows import indexed_documents
from corpuskit.formats.search_index.run_list import run_hash
from corpuskit.formats.search_index.seal import demand_seal
from corpuskit.formats.search_index.word_check import are_words_of_documents

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["IndexCheck", "demand_whole"]

MOST_PROBLEMS = 5
"""Of one kind that are told."""
TOLERANCE = 0.01
"""By which the length of a vector in float16 may differ from 1."""


class IndexCheck:
    """What an index says of itself, and everything that is wrong with it."""

    def __init__(self, path: Path, dataset: Path | None = None) -> None:
        """Read all of it, and compare it with the manifest of a published dataset, if one is given."""
        self.path = path
        self.problems: list[str] = []
        self.description = self._description()
        if dataset is not None and self.description is not None:
            manifest = read_manifest(dataset)
            self.problems += _snapshot_problems(self.description, manifest, printable_name(dataset.name))

    def answer(self) -> dict[str, Any]:
        """Return what the index is, as programs read it."""
        answer: dict[str, Any] = {"index": printable_name(self.path.name)}
        if self.description is not None:
            documents, digest = self.description["stream"]["documents"], description_digest(self.description)
            answer |= {"documents": documents, "digest": digest}
            keys = ("snapshot", "embedding", "unerased")
            answer |= {key: value for key, value in self.description.items() if key in keys}
        return answer

    def summary(self) -> str:
        """Return what the index is, as people read it."""
        assert self.description is not None
        snapshot = self.description.get("snapshot")
        documents = quantity(self.description["stream"]["documents"], "document")
        origin = f", those of {snapshot['name']} {snapshot['digest']}" if snapshot else ""
        unerased = self.description.get("unerased")
        return documents + origin + (f"; {unerased_text(unerased['documents'])}" if unerased else "")

    def _description(self) -> IndexDescription | None:
        """Return what the index says of itself; None if that cannot be read. Collects problems."""
        try:
            with open_index(self.path) as connection, database_errors(self.path):
                rows = connection.execute("PRAGMA integrity_check (5)")
                self.problems += [str(row[0]) for row in rows if row[0] != "ok"]
                if self.problems:
                    return None
                description = read_description(connection, self.path)
                self.problems += _some(_document_problems(connection, description))
                if not self.problems:
                    self.problems += _row_problems(connection, description)
                if not self.problems:
                    demand_seal(self.path)
                return description
        except DamagedError as error:
            self.problems.append(str(error).removeprefix(f"{printable_name(self.path.name)} "))
            return None


def demand_whole(connection: "Connection", path: Path, description: IndexDescription) -> None:
    """Raise DamagedError unless words, vectors and what is known of removed documents are those of the documents.

    These are whole: `whole_documents` has read them.
    """
    for (problem,) in connection.execute("PRAGMA integrity_check (1)"):
        if problem != "ok":
            raise damaged_index(path, str(problem))
    for problem in _row_problems(connection, description):
        raise damaged_index(path, problem)


def _row_problems(connection: "Connection", description: IndexDescription) -> list[str]:
    """Compare what is derived from the documents, which are whole, with them."""
    vector_problems = _some(_vector_problems(connection, description))
    line_problems = _some(_line_problems(connection))
    words_and_removed = [*_word_problems(connection), *_removed_problems(connection, description)]
    return [*line_problems, *vector_problems, *words_and_removed]


def _snapshot_problems(description: IndexDescription, manifest: Manifest, name: str) -> Iterator[str]:
    """Yield how an index differs from the published dataset with this manifest."""
    snapshot = description.get("snapshot")
    if snapshot is None:
        yield f"names no dataset; make it with `corpuskit index --from-manifest {name}`"
    elif snapshot["digest"] != manifest["digest"]:
        yield f"was made from another snapshot than {name}: {snapshot['digest']}, not {manifest['digest']}"
    else:
        expected = manifest["steps"][-1].get("out") if manifest["steps"] else None
        if expected is not None and expected != description["stream"]:
            yield f"does not hold the documents of {name}, whose manifest it names"


def _some(problems: Iterator[str]) -> list[str]:
    return [problem for problem, _ in zip(problems, range(MOST_PROBLEMS), strict=False)]


def _document_problems(connection: "Connection", description: IndexDescription) -> Iterator[str]:
    """Compare each row with its line, and all lines with the digest."""
    count = StreamCount()
    for indexed in indexed_documents(connection, count):
        if indexed.problem:
            yield f"{indexed.problem}: that of {indexed.id!r}"
    if count.as_json() != description["stream"]:
        stream = description["stream"]
        yield (
            f"it holds {count.documents} documents with digest {count.as_json()['digest']}, and says "
            f"{stream['documents']} with {stream['digest']}"
        )


def _line_problems(connection: "Connection") -> Iterator[str]:
    """Compare the list of lines with the documents: by it, a document is known without being read."""
    lines = LineList.of(connection)
    if lines is None:
        yield NOT_ALL_LINES
        return
    documents = connection.execute("SELECT number, digest FROM documents ORDER BY number")
    rows = sorted(range(len(lines.numbers)), key=lines.numbers.__getitem__)
    for row, (number, digest) in zip(rows, documents, strict=True):
        if lines.numbers[row] != number or digest_at(lines.digests, row) != digest:
            yield f"the list of lines has another line of document number {number}"
    query = "SELECT digest, length(line) FROM documents WHERE number = ?"
    for number, digest, size, _ in lines.spellings.rows():
        if connection.execute(query, (number,)).fetchone() != (digest, size):
            yield f"the list of spellings has another line of document number {number}"
    yield from _run_problems(connection, lines)


def _run_problems(connection: "Connection", lines: LineList) -> Iterator[str]:
    """Compare the runs of lines with those of the documents."""
    query = "SELECT line FROM documents WHERE number = ?"
    for start, end, size, hash_ in lines.runs.hashed():
        numbers = lines.numbers[start:end]
        own_lines = [line for number in numbers for (line,) in connection.execute(query, (number,))]
        if sum(map(len, own_lines)) + len(own_lines) != size or run_hash(own_lines) != hash_:
            yield f"the list of runs has other lines from document number {numbers[0]} on"


def _vector_problems(connection: "Connection", description: IndexDescription) -> Iterator[str]:
    """Compare each vector with its document: there is one for each that says something, of the text that it says."""
    import numpy as np
    import xxhash

    embedding = description.get("embedding")
    [(strays,)] = connection.execute("SELECT count(*) FROM vectors WHERE number NOT IN (SELECT number FROM documents)")
    if strays:
        yield f"{strays} vectors belong to no document"
    if embedding is None and connection.execute("SELECT 1 FROM vectors LIMIT 1").fetchone() is None:
        return
    rows_with_vectors = "SELECT line, embedded, vector FROM documents LEFT JOIN vectors USING (number)"
    for line, embedded, vector in connection.execute(rows_with_vectors):
        document = decode_trusted(line)
        text = embedded_text(document)
        if embedding is None or not text.strip():
            if vector is not None:
                yield f"{document.id!r} has a vector that nothing was embedded for"
        elif not isinstance(vector, bytes) or embedded != xxhash.xxh3_128_digest(text.encode()):
            yield f"{document.id!r} has no vector of what it says"
        elif len(vector) != 2 * embedding["dimensions"]:
            yield f"the vector of {document.id!r} has {len(vector) // 2} dimensions, not {embedding['dimensions']}"
        elif not abs(np.linalg.norm(np.frombuffer(vector, "<f2").astype(np.float32)) - 1) < TOLERANCE:
            yield f"the vector of {document.id!r} is damaged: its length is not 1"


def _removed_problems(connection: "Connection", description: IndexDescription) -> Iterator[str]:
    """Compare what the index says of bytes of removed documents with the lines that it keeps of them."""
    unerased = description.get("unerased")
    if unerased is None:
        return
    [(removed, still_there)] = connection.execute(
        "SELECT count(*), count(documents.number) FROM removed LEFT JOIN documents USING (number)"
    )
    if removed != unerased["documents"] or still_there:
        yield f"it says that bytes of {unerased['documents']} removed documents are left, and has other lines of them"


def _word_problems(connection: "Connection") -> Iterator[str]:
    """Compare the words with those that the documents give."""
    if not are_words_of_documents(connection):
        yield "the words by which documents are found are not those of the documents"
