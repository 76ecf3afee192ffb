"""Durable writes: flushed to disk, locked against other runs, with failures reported in one line."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.errors import NO_DESCRIPTORS, TOO_MANY_FILES, PublishError, what_to_do

_rewrites_inputs: ContextVar[bool] = ContextVar("rewrites_inputs", default=False)


@contextlib.contextmanager
def rewriting_inputs() -> Iterator[None]:
    """Advise nobody in this context to write elsewhere: what is written is what was named to be changed."""
    token = _rewrites_inputs.set(True)
    try:
        yield
    finally:
        _rewrites_inputs.reset(token)


def or_elsewhere(advice: str, option: str = "-o") -> str:
    """Return advice, with that of another name behind it where an option gives one.

    >>> or_elsewhere("wait")
    'wait, or choose another -o'
    """
    return advice if _rewrites_inputs.get() else f"{advice}, or choose another {option}"


class Publishing:
    """A context in which a failed write is a PublishError; the same one may be entered for each of many writes."""

    def __init__(self, target: Path, option: str) -> None:
        self._target, self._option = target, option

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Raise PublishError for what the system refused."""
        if not isinstance(error, OSError):
            return
        if error.errno in NO_DESCRIPTORS:
            raise PublishError(TOO_MANY_FILES) from error
        raise PublishError(
            f"cannot write {str(self._target)!r}: {error.strerror or error}; nothing was published. "
            f"{_what_to_do(error, self._option)}, and run it again"
        ) from error


def _what_to_do(error: OSError, option: str) -> str:
    return what_to_do(error) if _rewrites_inputs.get() else f"{what_to_do(error)} or choose another {option}"


def publishing(target: Path, option: str = "-o") -> Publishing:
    """Turn a failed write into a PublishError that names the target, which an option gave, and what to do."""
    return Publishing(target, option)


@contextlib.contextmanager
def finishing(target: Path) -> Iterator[None]:
    """Turn a failure after publication into a PublishError that says so. A reader that has left is none."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (OSError, MemoryError) as error:
        reason = "not enough memory" if isinstance(error, MemoryError) else error.strerror or error
        raise PublishError(
            f"{str(target)!r} was published, but finishing up failed: {reason}. {what_to_do(error)}, and run it again"
        ) from error


def demand_lock(descriptor: int, target: Path, holder: str = "another run", option: str = "-o") -> None:
    """Lock an open file or folder; the lock dies with this process. Raises PublishError if another holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise PublishError(f"{str(target)!r} is being written by {holder}; {or_elsewhere('wait', option)}") from None


def lock_file(path: Path, target: Path, option: str = "-o") -> int:
    """Lock a file that its holders remove, as the lock of `target`; return its descriptor. Raises PublishError.

    If it was removed in the meantime, the lock is void, and it is tried again.
    """
    while True:
        descriptor = filesystem.open_lock(path)
        demand_lock(descriptor, target, option=option)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        os.close(descriptor)


def size_and_digest(path: Path) -> tuple[int, str]:
    """Return the size and sha256 of a file."""
    with open_regular(path, follow_links=True) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return stream.tell(), digest


def flush(path: Path) -> None:
    """Make a file's bytes, or a folder's names, survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        filesystem.sync(descriptor)
    finally:
        os.close(descriptor)


def write_flushed(path: Path, data: bytes) -> None:
    """Write a file and flush it."""
    with filesystem.open_write(path) as stream:
        stream.write(data)
        stream.flush()
        filesystem.sync(stream.fileno())
