"""Patches: what a task changed of a file of documents, kept beside the file instead of writing all of it again.

A step that leaves most documents alone would copy them, and so would each step after it. A patch names the rows that
differ, by their numbers in the file, and the lines that stand in their place: none for a document that was left out.

    file    patch         what is read
    d0      1 0           d0
    d1      3 1           d2
    d2      d3 changed    d3 changed
    d3                    d4
    d4
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import quick_compressing_writer
from corpuskit.mix.engine.stored_lines import stored_lines
from corpuskit.mix.engine.task_files import TaskFile, damaged_error
from corpuskit.mix.engine.task_results import TaskFileEntry

PATCH = ".patch.zst"
HELD_BYTES = 1 << 17
"""Of lines that are passed on to the compressor together."""
END = -1
"""Stands for a row at the end of a patch, with the number of rows: what is cut would be a patch, too."""


class PatchedRow(NamedTuple):
    """One line of a file of documents, and what stands in its place."""

    input: str
    """Name of the file."""
    offset: int
    """Where the lines that stand here begin, if all that is read were one file."""
    line: bytes
    instead: Sequence[bytes] | None
    """The lines that stand in its place; None for the line itself."""

    @property
    def lines(self) -> Sequence[bytes]:
        """The lines that stand here."""
        return (self.line,) if self.instead is None else self.instead


class PatchWriter:
    """Writes a patch, row by row."""

    def __init__(self, path: Path) -> None:
        """Open the file."""
        filesystem.remove(path, missing_ok=True)
        self.path = path
        self.rows = self.bytes = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._file = TaskFile(path)
        self._stream = quick_compressing_writer(self._file.stream)

    def replace(self, row: int, lines: Sequence[bytes]) -> None:
        """Put lines in the place of a row, whose number is greater than those before."""
        self._waiting.append(b"%d %d" % (row, len(lines)))
        self._waiting += lines
        size = sum(map(len, lines))
        self.rows += 1
        self.bytes += size
        self._waiting_bytes += size + len(self._waiting[-1 - len(lines)])
        if self._waiting_bytes >= HELD_BYTES:
            self._pass_on()

    def finish(self) -> TaskFileEntry:
        """Finish the file."""
        self._waiting.append(b"%d %d" % (END, self.rows))
        self._pass_on()
        self._stream.close()
        return self._file.entry()

    def _pass_on(self) -> None:
        """Write what is held: to compress a few bytes takes as long as to compress many."""
        self._waiting.append(b"")
        self._stream.write(b"\n".join(self._waiting))
        self._waiting, self._waiting_bytes = [], 0


def read_patch(path: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the rows of a patch, each with the lines that stand in its place. Raises DamagedError."""
    lines, rows = stored_lines(path), 0
    try:
        while (head := tuple(map(int, next(lines).split(b" ")))) != (END, rows):
            row, count = head
            yield row, [next(lines) for _ in range(count)]
            rows += 1
    except (ValueError, StopIteration, RuntimeError):  # RuntimeError: there are fewer lines than a row has
        raise damaged_error(path) from None


def patched_rows(name: str, lines: Iterator[bytes], patch: Path | None) -> Iterator[PatchedRow]:
    """Yield the rows of a file with these lines. Raises DamagedError for a patch that does not fit it."""
    replacements = iter(()) if patch is None else read_patch(patch)
    none_left = (END, None)
    number, instead = next(replacements, none_left)
    offset = 0
    for at, line in enumerate(lines):
        if at != number:
            yield PatchedRow(name, offset, line, None)
            offset += len(line) + 1
            continue
        yield PatchedRow(name, offset, line, instead)
        offset += sum(len(other) + 1 for other in instead or ())
        number, instead = next(replacements, none_left)
    if patch is not None and number != none_left[0]:
        raise damaged_error(patch)
