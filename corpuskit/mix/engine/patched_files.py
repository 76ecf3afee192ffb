"""Files of documents that a task leaves mostly as they are: it links them, and writes what it changed as patches."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from corpuskit.core.disk import filesystem
from corpuskit.mix.engine.patches import PATCH, PatchedRow, PatchWriter, patched_rows
from corpuskit.mix.engine.shards import WorkFile, WorkShard, WrittenShard, path_of_shard, write_lines
from corpuskit.mix.engine.task_files import file_entry
from corpuskit.mix.engine.task_results import TaskFileEntry
from corpuskit.mix.engine.tasks import file_of_task

LEAST_BYTES = 256 * 1024
"""Average size of files below which they are joined instead of patched: a file has costs of its own."""
MOST_REPLACED = 2
"""A file is written whole when replaced lines make more than a part of this many of it."""
MOST_LEFT_OUT = 4
"""A file is written whole when less than a part of this many of it remains."""

Change = Callable[[PatchedRow], Sequence[bytes] | None]
"""Returns the lines that stand in the place of a row from now on; None for the line of the file itself."""


class WrittenPatch(NamedTuple):
    """What a file and its patch hold."""

    documents: int
    bytes: int
    """Size of the lines, without their ends."""


WithoutReading = Callable[[WorkFile, PatchWriter], WrittenPatch | None]
"""Writes the patch of a file without reading the file; None, with nothing done, if that cannot be."""


def can_be_patched(shard: WorkShard) -> bool:
    """Whether a shard's files are large enough."""
    return shard.bytes >= LEAST_BYTES * len(shard.files)


def write_changed(
    shard: WorkShard, change: Change, task_path: Path, without_reading: WithoutReading | None = None
) -> list[WrittenShard]:
    """Write what `change` makes of each row of a shard, in order; return the files.

    `without_reading` is asked first of each file, and `change` of the rows of those for which it has no answer.
    """
    if not can_be_patched(shard):
        return write_lines(_lines_after(change, _rows_of(shard)), task_path)
    shards: list[WrittenShard] = []
    for file in shard.files:
        unread = write_unread(file, without_reading, task_path, len(shards)) if without_reading else None
        shards += _write_file(file, change, task_path, len(shards)) if unread is None else unread
    return shards


def stays_patched(file: WorkFile, replaced: int, before: int, after: int) -> bool:
    """Whether a file is not written anew if so many bytes of it are replaced, of those before and after."""
    return replaced * MOST_REPLACED <= file.bytes and after * MOST_LEFT_OUT >= before


def write_unread(
    file: WorkFile, write_patch: WithoutReading, task_path: Path, number: int
) -> list[WrittenShard] | None:
    """Link a file and write a patch without reading the file; None, with nothing done, if that cannot be."""
    file_link = link(file.path, path_of_shard(task_path, number))
    if file_link is None:
        return None
    patch = PatchWriter(_path_of_patch(task_path, number))
    written = write_patch(file, patch)
    entry = patch.finish()
    if not patch.rows:
        filesystem.remove(patch.path)
    if written is None or not written.documents:
        filesystem.remove(path_of_shard(task_path, number))
        filesystem.remove(patch.path, missing_ok=True)
        return None if written is None else []
    return [_linked(file, file_link, *written, entry if patch.rows else None)]


def linked_files(files: Sequence[WorkFile], task_path: Path) -> list[WrittenShard] | None:
    """Give files of documents and their patches a second name, as files of this task; None where links are unknown."""
    shards = []
    for number, file in enumerate(files):
        entry = link(file.path, path_of_shard(task_path, number))
        patch = link(file.patch, _path_of_patch(task_path, number)) if file.patch is not None else None
        if entry is None or (patch is None and file.patch is not None):
            return None
        shards.append(_linked(file, entry, file.documents, file.bytes, patch))
    return shards


def _write_file(file: WorkFile, change: Change, task_path: Path, number: int) -> list[WrittenShard]:
    """Link a file and write a patch, or write the file anew if much of it differs; none if nothing remains."""
    patch = PatchWriter(_path_of_patch(task_path, number))
    documents = size = before = count = 0
    rows = file.input().rows()
    for row in rows:
        instead = change(row)
        length = len(row.line)
        before += length
        if instead is None:
            documents += 1
            size += length
        else:
            patch.replace(count, instead)
            documents += len(instead)
            size += sum(map(len, instead))
        count += 1
        if patch.bytes * MOST_REPLACED > file.bytes:
            break
    entry = patch.finish()
    is_small = stays_patched(file, patch.bytes, before, size)
    file_link = link(file.path, path_of_shard(task_path, number)) if is_small and documents else None
    if file_link is not None:
        if not patch.rows:
            filesystem.remove(patch.path)
        return [_linked(file, file_link, documents, size, entry if patch.rows else None)]
    first_lines = _first_lines(file, patch.path, count)
    shards = write_lines(itertools.chain(first_lines, _lines_after(change, rows)), task_path, number)
    filesystem.remove(patch.path)
    return shards


def _first_lines(file: WorkFile, patch: Path, count: int) -> Iterator[bytes]:
    """Yield the lines that a patch leaves of the first rows of a file."""
    base = file._replace(patch=None).input().rows()
    first_rows = (row.line for row in itertools.islice(base, count))
    return (line for row in patched_rows(file.path.name, first_rows, patch) for line in row.lines)


def _lines_after(change: Change, rows: Iterable[PatchedRow]) -> Iterator[bytes]:
    for row in rows:
        instead = change(row)
        yield from (row.line,) if instead is None else instead


def _rows_of(shard: WorkShard) -> Iterator[PatchedRow]:
    for file in shard.files:
        yield from file.input().rows()


def _linked(
    file: WorkFile, entry: TaskFileEntry, documents: int, size: int, patch: TaskFileEntry | None
) -> WrittenShard:
    rows = file.documents if file.rows is None else file.rows
    return WrittenShard(entry, documents, size, file.base, rows, patch)


def link(path: Path, target: Path) -> TaskFileEntry | None:
    """Give a file a second name; None if its file system has no hard links."""
    filesystem.remove(target, missing_ok=True)
    try:
        filesystem.link(path, target)
    except OSError as error:
        if error.errno not in filesystem.NO_HARD_LINK:
            raise
        return None
    return file_entry(target)


def _path_of_patch(task_path: Path, number: int) -> Path:
    return file_of_task(task_path, f"-{number:04d}{PATCH}")
