"""The memo of what stages made of a file's rows: a table on disk, written row by row and read block by block."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy
from numpy.typing import NDArray

from corpuskit.core.counts import line_digest
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.block_file import ROWS, BlockFile, BlockWriter, Field
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.mix.engine.line_counts import DIGEST_BYTES, digest_bytes
from corpuskit.mix.engine.row_facts import Fact
from corpuskit.mix.engine.row_memo import RowMemo

MOST_EFFECTS = 10_000
UNKNOWN = 0
SHA256_BYTES = 32
NO_PATCH = bytes(SHA256_BYTES)
"""Stands for the digest of what a patch has put in a row's place, where none has."""
FIELDS = (
    Field("effect", "<u4", 1),
    Field("of", "|u1", SHA256_BYTES),
    Field("length", "<u8", 1),
    Field("digest", "|u1", DIGEST_BYTES),
)


class OwnLine(NamedTuple):
    """The line of the file itself in a row."""

    length: int
    digest: bytes

    @classmethod
    def of(cls, line: bytes) -> "OwnLine":
        """Return what is noted of a line."""
        return cls(len(line), digest_bytes(line_digest(line)))


class MemoBlock(NamedTuple):
    """Rows that follow one another, with what is known of each."""

    first: int
    """Number of the first row."""
    effects: list[str]
    """Those of the whole file."""
    numbers: "NDArray[Any]"
    """Of each row's effect, from 1 on; `UNKNOWN` if nothing is known of the row."""
    of: "NDArray[Any]"
    lengths: "NDArray[Any]"
    digests: "NDArray[Any]"
    changed_lines: list[bytes]

    def fact(self, at: int) -> Fact | None:
        """Return what is known of a row of the block."""
        number = int(self.numbers[at])
        if number == UNKNOWN:
            return None
        return Fact(self.effects[number - 1], self.of[at].tobytes(), self.changed_lines[at])

    def own_line(self, at: int) -> OwnLine:
        """Return what is noted of the line of the file itself."""
        return OwnLine(int(self.lengths[at]), self.digests[at].tobytes())


class PassedMemo:
    """A memo that an earlier run has left, open to be read."""

    def __init__(self, file: BlockFile) -> None:
        """Its columns are those of `FIELDS`."""
        self._file = file

    @classmethod
    @contextmanager
    def open_for(cls, memo: RowMemo, tasks: Path) -> "Iterator[PassedMemo | None]":
        """Open the memo in the folder of all tasks' files; None if there is none that is whole."""
        path = memo.path_in(tasks)
        if path is None:
            yield None
            return
        with open_regular(path) as stream:
            yield cls(BlockFile(stream, path.name))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._file)

    def blocks(self) -> Iterator[MemoBlock]:
        """Yield the rows, a block at a time."""
        effects: list[str] = self._file.attributes["effects"]
        first, lines = 0, self._file.strings("changed")
        columns = [self._file.column(field.name) for field in FIELDS]
        for numbers, of, lengths, digests in zip(*columns, strict=True):
            changed_lines = list(islice(lines, len(numbers)))
            yield MemoBlock(first, effects, numbers[:, 0], of, lengths[:, 0], digests, changed_lines)
            first += len(numbers)


class PassedMemoWriter:
    """Writes a memo, row by row."""

    def __init__(self, memo: RowMemo, tasks: Path, part: Path) -> None:
        """Open the file at `part`, which is to become the memo in the folder of all tasks' files."""
        self._memo, self._tasks, self._part = memo, tasks, part
        self._stack = ExitStack()
        self._writer = BlockWriter(self._stack.enter_context(filesystem.open_scratch(part)), FIELDS, ["changed"])
        self._numbers: dict[str, int] = {}
        self._rows: list[tuple[int, Fact, OwnLine]] = []

    def add(self, fact: Fact | None, own_line: OwnLine) -> None:
        """Write down what is known of a row."""
        if fact is None or (fact.effect not in self._numbers and len(self._numbers) == MOST_EFFECTS):
            self._rows.append((UNKNOWN, Fact("", NO_PATCH, b""), own_line))
        else:
            self._rows.append((self._numbers.setdefault(fact.effect, len(self._numbers) + 1), fact, own_line))
        if len(self._rows) == ROWS:
            self._write()

    def close(self, *, is_whole: bool) -> None:
        """Close the file; it becomes the memo if it is about the whole file."""
        with self._stack:
            if is_whole:
                self._write()
                self._writer.finish({"effects": [*self._numbers]})
        if is_whole:
            self._memo.adopt(self._tasks, {"": self._part})

    def _write(self) -> None:
        numbers = {
            "effect": numpy.array([number for number, _, _ in self._rows], "<u4"),
            "of": _octets([fact.of for _, fact, _ in self._rows]),
            "length": numpy.array([own_line.length for _, _, own_line in self._rows], "<u8"),
            "digest": _octets([own_line.digest for _, _, own_line in self._rows]),
        }
        self._writer.append(numbers, {"changed": [fact.changed_line for _, fact, _ in self._rows]}, len(self._rows))
        self._rows = []


def _octets(values: list[bytes]) -> "NDArray[Any]":
    return numpy.frombuffer(b"".join(values), "|u1")
