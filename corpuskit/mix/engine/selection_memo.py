"""What the selection found out about the rows of a file, kept for the next run: tokens, hash of the id, order key.

Only rows that stand in the file as they are, beneath its patch, are remembered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.document import Document, decode_trusted
from corpuskit.mix.engine.row_memo import RowMemo
from corpuskit.mix.engine.shards import WorkFile
from corpuskit.mix.engine.task_files import TaskFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = -1
KEY_BYTES = 16


class MeasuredLine(NamedTuple):
    """A document's line, and what the selection goes by."""

    line: bytes
    times: int
    """How often it is taken."""
    tokens: int
    id_hash: int
    key: bytes | None = None
    """The order key of its first epoch, if it is known; then the depth of the document is known to be allowed."""
    decoded: Document | None = None

    def document(self) -> Document:
        """Return the document, which is decoded for this if it was not before."""
        return self.decoded or decode_trusted(self.line)


@dataclass
class SelectionMemo:
    """The rows of one file, with what is known of each."""

    memo: RowMemo
    tasks: Path
    """The folder of all tasks' files."""
    rows: "NDArray[Any]"

    @classmethod
    def of_file(cls, file: WorkFile, memo: RowMemo, tasks: Path) -> "SelectionMemo":
        """Return what an earlier run has left about a file, or a memo of which all rows are unknown."""
        import numpy

        count = file.documents if file.rows is None else file.rows
        row_type = numpy.dtype([("tokens", "<i8"), ("id_hash", "<u8"), ("key", "|u1", KEY_BYTES)])
        path = memo.path_in(tasks)
        if path is None or path.stat().st_size != count * row_type.itemsize:
            rows = numpy.zeros(count, row_type)
            rows["tokens"] = UNKNOWN
            return cls(memo, tasks, rows)
        return cls(memo, tasks, numpy.fromfile(path, row_type))

    def facts(self) -> "Iterator[tuple[int, int, bytes] | None]":
        """Yield the tokens, the hash of the id and the order key of each row; None if they are unknown."""
        keys = self.rows["key"].tobytes()
        numbers = zip(self.rows["tokens"].tolist(), self.rows["id_hash"].tolist(), strict=True)
        for at, (tokens, id_hash) in enumerate(numbers):
            yield None if tokens == UNKNOWN else (tokens, id_hash, keys[at * KEY_BYTES : (at + 1) * KEY_BYTES])

    def note(self, row: int, tokens: int, id_hash: int, key: bytes) -> None:
        """Note what was found out about a row."""
        import numpy

        self.rows[row] = (tokens, id_hash, numpy.frombuffer(key.ljust(KEY_BYTES, b"\0"), "|u1"))

    def write(self, part: Path) -> None:
        """Write the memo by way of a file at `part`, in place of the earlier one."""
        with TaskFile(part) as file:
            file.write(self.rows.tobytes())
        self.memo.adopt(self.tasks, part)
