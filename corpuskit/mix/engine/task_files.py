"""The files that tasks leave, each with its size and digest, so that damage is found before anything relies on them."""

import contextlib
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.errors import DamagedError
from corpuskit.mix.engine.task_results import FileName, TaskFileEntry

if TYPE_CHECKING:
    from xxhash import xxh3_128

READ_BYTES = 1024 * 1024


class TaskFile(io.RawIOBase):
    """A file that is hashed while it is written, which saves reading it again."""

    def __init__(self, path: Path) -> None:
        """Open the file to write from its start."""
        self.path = path
        self._stream = filesystem.open_write(path)
        self._digest = _new_digest()
        self._size = 0

    @property
    def stream(self) -> BinaryIO:
        """The same object, as compressors and writers take it."""
        return cast(BinaryIO, self)

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Write all of the data."""
        self._digest.update(data)
        self._size += len(data)
        with self._naming():
            return self._stream.write(data)

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._size

    def close(self) -> None:
        """Finish the file."""
        try:
            with self._naming():
                self._stream.close()
        finally:
            super().close()

    @contextlib.contextmanager
    def _naming(self) -> Iterator[None]:
        """Name the file in an error that the system raises, which says nothing of it after the file was opened."""
        try:
            yield
        except OSError as error:
            error.filename = error.filename or str(self.path)
            raise

    def entry(self) -> TaskFileEntry:
        """Return the entry of the finished file in the task's result."""
        return {"name": FileName(self.path.name), "bytes": self._size, "xxh3": self._digest.hexdigest()}


def file_entry(path: Path) -> TaskFileEntry:
    """Return the entry of a file that something else wrote, by reading it. Raises OSError unless it is regular."""
    digest = _new_digest()
    return {"name": FileName(path.name), "bytes": _feed(path, digest), "xxh3": digest.hexdigest()}


def entry_and_sha256(path: Path) -> tuple[TaskFileEntry, str]:
    """Return the entry of a file and its sha256, by reading it once. Raises OSError unless it is regular."""
    digest, sha256 = _new_digest(), hashlib.sha256()
    size = _feed(path, digest, sha256)
    return {"name": FileName(path.name), "bytes": size, "xxh3": digest.hexdigest()}, sha256.hexdigest()


def has_size(folder: Path, entry: TaskFileEntry) -> bool:
    """Whether a task's file is there, with all its bytes."""
    try:
        with open_regular(folder / entry["name"]) as stream:
            return stream.seek(0, io.SEEK_END) == entry["bytes"]
    except OSError:
        return False


def is_whole(folder: Path, entry: TaskFileEntry) -> bool:
    """Whether a task's file is, byte for byte, what the task wrote."""
    try:
        return file_entry(folder / entry["name"]) == entry
    except OSError:
        return False


def damaged_error(path: Path) -> DamagedError:
    """Return the error for a task's file that was damaged after it had been found whole."""
    return DamagedError(
        f"{path.name}, unfinished work of this or an earlier run, is damaged; nothing was published. "
        "Run it again: what is damaged is made anew"
    )


def _feed(path: Path, *digests: Any) -> int:
    """Give a file's bytes to the digests; return how many they are."""
    size = 0
    with open_regular(path) as stream:
        while block := stream.read(READ_BYTES):
            for digest in digests:
                digest.update(block)
            size += len(block)
    return size


def _new_digest() -> "xxh3_128":
    import xxhash

    return xxhash.xxh3_128()
