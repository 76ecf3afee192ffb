"""Documents of a mix that have the source and the id of another, over all its shards."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.disk.group_by_key import READ_ROWS, with_repeats
from corpuskit.mix.engine.shards import WorkShard, documents_of
from corpuskit.mix.engine.task_results import EqualIdsResult
from corpuskit.mix.engine.tasks import Task, file_of_task

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

MOST_ROWS = 1 << 20
"""Documents whose hashes are held at a time; the others lie on the disk, by hash."""


def hashes_file(task_path: Path) -> Path:
    """Return the path of the hashes of a shard's documents, in order."""
    return file_of_task(task_path, ".ids")


@dataclass(frozen=True)
class FindEqualIds(Task[EqualIdsResult]):
    """Counts the documents that have the source and the id of an earlier one."""

    shards: tuple[WorkShard, ...]
    hashes: tuple[Path, ...]
    """What was written of each shard."""

    def label(self) -> str:
        """Return what is looked for."""
        return "mix: ids"

    def identity(self) -> Any:
        """Return the files of hashes, whose names are of their content."""
        return [path.name for path in self.hashes]

    def is_cacheable(self) -> bool:
        """Return False: it costs less to look again than to keep the hashes."""
        return False

    def run(self, task_path: Path) -> EqualIdsResult:
        """Bring equal hashes together; read the first document again that has one."""
        documents, first = 0, -1
        total = sum(path.stat().st_size for path in self.hashes) // 8
        for rows, is_repeat in with_repeats(self._rows(), MOST_ROWS, total):
            repeats = rows[is_repeat, 1]
            if len(repeats):
                documents += len(repeats)
                first = min(int(repeats.min()), first) if first >= 0 else int(repeats.min())
        source, identifier = self._source_and_id(first) if documents else ("", "")
        return {"files": [], "documents": documents, "source": source, "id": identifier}

    def _rows(self) -> "Iterator[NDArray[numpy.uint64]]":
        """Yield the hashes, each with the number of its document among all."""
        import numpy

        first = 0
        for path in self.hashes:
            hashes = numpy.fromfile(path, "<u8").astype(numpy.uint64)
            for start in range(0, len(hashes), READ_ROWS):
                part = hashes[start : start + READ_ROWS]
                numbers = numpy.arange(first + start, first + start + len(part), dtype=numpy.uint64)
                yield numpy.column_stack((part, numbers))
            first += len(hashes)

    def _source_and_id(self, number: int) -> tuple[str, str]:
        for shard in self.shards:
            if number < shard.documents:
                document = next(itertools.islice(documents_of(shard), number, None))
                return str(document.metadata.get("source")), document.id
            number -= shard.documents
        raise AssertionError(number)
