"""The lines that the documents of an index came as, by their hashes, in the order of the stream.

So a stream that changed little is compared with them from front to back, and all of them are read as a few values.
"""

from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Self

from corpuskit.formats.search_index.layout import IndexDescription, damaged_index
from corpuskit.formats.search_index.number_spans import NumberSpans
from corpuskit.formats.search_index.packed import DIGEST_BYTES, digest_at, from_bytes, sum_of, to_bytes
from corpuskit.formats.search_index.run_list import RunList

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["NOT_ALL_LINES", "LineList", "SpellingList", "whole_lines"]

NOT_ALL_LINES = "the list of lines, by which documents are known again, is not one of all its documents"
PART_LINES = 1 << 16
"""Of which the numbers and hashes are one row."""


class LineList:
    """Numbers of documents, and the hashes of their canonical lines: 20 bytes for each."""

    def __init__(self) -> None:
        """Begin without any."""
        self.numbers = array("I")
        self.digests = bytearray()
        """One after the other."""
        self.spellings = SpellingList()
        self.runs = RunList()
        """Of all lines."""
        self._number_spans: tuple[int, NumberSpans] | None = None

    @classmethod
    def of(cls, connection: "Connection") -> Self | None:
        """Return the lines of an index; None if they are not whole, or not as many as its documents."""
        lines = cls()
        for numbers, digests in connection.execute("SELECT numbers, digests FROM lines ORDER BY part"):
            if not _are_whole(numbers, digests):
                return None
            lines.extend(from_bytes(numbers), digests)
        if not lines.spellings.read(connection) or not lines.runs.read(connection):
            return None
        # Asked for alone, SQLite counts the pages of an index, and finds the last number at the end of the table.
        [(documents,)] = connection.execute("SELECT count(*) FROM documents")
        [(last,)] = connection.execute("SELECT max(number) FROM documents")
        spans = lines.number_spans()
        is_whole = len(lines.numbers) == documents == sum(lines.runs.lines) and spans.are_distinct()
        greatest = max(spans.greatest(), max(lines.spellings.numbers, default=0))
        return lines if is_whole and greatest <= (last or 0) else None

    def extend(self, numbers: Iterable[int], digests: bytes | bytearray) -> None:
        """Add documents with the hashes of their lines."""
        self.numbers.extend(numbers)
        self.digests += digests

    def number_spans(self) -> NumberSpans:
        """Return the spans of the numbers that are there by now, which are looked for once."""
        if self._number_spans is None or self._number_spans[0] != len(self.numbers):
            self._number_spans = len(self.numbers), NumberSpans(self.numbers)
        return self._number_spans[1]

    def without(self, numbers: set[int]) -> "LineList":
        """Return the list without the documents of these numbers."""
        rest = LineList()
        rows = [row for row, number in enumerate(self.numbers) if number in numbers]
        for before, row in pairwise([-1, *rows, len(self.numbers)]):
            start = before + 1
            rest.extend(self.numbers[start:row], self.digests[start * DIGEST_BYTES : row * DIGEST_BYTES])
        rest.spellings = self.spellings.without(numbers)
        rest.runs = self.runs.without(rows)
        return rest

    def write(self, connection: "Connection") -> None:
        """Let an index have these lines, and no others."""
        connection.execute("DELETE FROM lines")
        for start in range(0, len(self.numbers), PART_LINES):
            end = start + PART_LINES
            digests = self.digests[start * DIGEST_BYTES : end * DIGEST_BYTES]
            connection.execute(
                "INSERT INTO lines (numbers, digests) VALUES (?, ?)", (to_bytes(self.numbers[start:end]), digests)
            )
        self.spellings.write(connection)
        self.runs.write(connection)


class SpellingList:
    """Of documents that came in another spelling, what their canonical lines are, and hashes of those that came.

    That makes 40 bytes for each.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.numbers = array("I")
        self.digests = bytearray()
        self.sizes = array("I")
        """Of the canonical lines."""
        self.hashes = bytearray()
        """Of the lines that came."""

    def add(self, number: int, digest: bytes, size: int, hash_: bytes) -> None:
        """Add a document."""
        self.numbers.append(number)
        self.digests += digest
        self.sizes.append(size)
        self.hashes += hash_

    def read(self, connection: "Connection") -> bool:
        """Add those of an index; return whether they are whole."""
        for numbers, digests, sizes, hashes in connection.execute(
            "SELECT numbers, digests, sizes, hashes FROM spellings ORDER BY part"
        ):
            if not (_are_whole(numbers, digests) and _are_whole(numbers, hashes) and _are_whole(sizes, digests)):
                return False
            self.numbers.extend(from_bytes(numbers))
            self.digests += digests
            self.sizes.extend(from_bytes(sizes))
            self.hashes += hashes
        return True

    def rows(self) -> Iterator[tuple[int, bytes, int, bytes]]:
        """Yield what `add` takes."""
        for row, number in enumerate(self.numbers):
            yield number, digest_at(self.digests, row), self.sizes[row], digest_at(self.hashes, row)

    def without(self, numbers: set[int]) -> "SpellingList":
        """Return the list without the documents of these numbers."""
        rest = SpellingList()
        for row in self.rows():
            if row[0] not in numbers:
                rest.add(*row)
        return rest

    def write(self, connection: "Connection") -> None:
        """Let an index have these, and no others."""
        connection.execute("DELETE FROM spellings")
        for start in range(0, len(self.numbers), PART_LINES):
            end = start + PART_LINES
            numbers, sizes = to_bytes(self.numbers[start:end]), to_bytes(self.sizes[start:end])
            digests = self.digests[start * DIGEST_BYTES : end * DIGEST_BYTES]
            hashes = self.hashes[start * DIGEST_BYTES : end * DIGEST_BYTES]
            connection.execute(
                "INSERT INTO spellings (numbers, digests, sizes, hashes) VALUES (?, ?, ?, ?)",
                (numbers, digests, sizes, hashes),
            )


def whole_lines(connection: "Connection", path: Path, description: IndexDescription) -> LineList:
    """Return the lines of an index. Raises DamagedError unless they are those that it says, each with its words.

    The documents are counted, not read.
    """
    lines = LineList.of(connection)
    if lines is None:
        raise damaged_index(path, NOT_ALL_LINES)
    digest = f"{sum_of(lines.digests):032x}"
    if (len(lines.numbers), digest) != (description["stream"]["documents"], description["stream"]["digest"]):
        raise damaged_index(path, "it has not the documents that it says")
    [(with_words,)] = connection.execute("SELECT count(*) FROM words_docsize")
    if with_words != len(lines.numbers):
        raise damaged_index(path, f"it has words of {with_words:,} documents, and {len(lines.numbers):,} documents")
    return lines


def _are_whole(numbers: object, digests: object) -> bool:
    """Whether values of a row are numbers of 4 bytes, and as many hashes."""
    if not isinstance(numbers, bytes) or not isinstance(digests, bytes) or len(numbers) % 4:
        return False
    return len(digests) == len(numbers) // 4 * DIGEST_BYTES
