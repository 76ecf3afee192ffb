"""Who may read and who may change an index of `dedup` at the same time: many, or one alone."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.errors import PublishError, cannot_read, what_to_do

HOLDER = ".holder"
"""The file that says who changes an index."""


def lock_to_read(folder: Path) -> int:
    """Keep others from changing an index, and return the descriptor to unlock.

    Raises PublishError if one does, or if the folder cannot be read.
    """
    return _lock(folder, fcntl.LOCK_SH)


def lock_to_write(folder: Path, purpose: str) -> int:
    """Keep others from reading and changing an index, and return the descriptor to unlock; `purpose` is for messages.

    Raises PublishError if another process reads or changes it, or if the folder cannot be written.
    """
    descriptor = _lock(folder, fcntl.LOCK_EX)
    try:
        with writing_index(folder):
            write_flushed(folder / HOLDER, f"process {os.getpid()} ({purpose})\n".encode())
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def unlock(descriptor: int) -> None:
    """Let others have the index."""
    # A worker that was forked meanwhile holds the descriptor too; unlocking releases it for all.
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


@contextlib.contextmanager
def writing_index(folder: Path) -> Iterator[None]:
    """Raise PublishError in place of an OSError that says that the folder cannot be written."""
    try:
        yield
    except OSError as error:
        raise PublishError(
            f"cannot write the index {str(folder)!r}: {error.strerror or error}. {what_to_do(error)}, and run it again"
        ) from error


def _lock(folder: Path, mode: int) -> int:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise cannot_read(folder, error) from error
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        use = _use(folder, descriptor)
        os.close(descriptor)
        raise PublishError(f"the index {str(folder)!r} is {use}; wait until it is done") from None
    return descriptor


def _use(folder: Path, descriptor: int) -> str:
    """Return what others do with an index: a killed process may have left its name, so readers are asked for first."""
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return "being read"
    with contextlib.suppress(OSError), open_regular(folder / HOLDER) as stream:
        return "in use by " + stream.read(200).decode("utf-8", "replace").strip()
    return "in use"
