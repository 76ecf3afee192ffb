"""The door to the disk: every write to outputs and to work in progress goes through here.

These are plain calls with nothing added. Because they are in one module, tests can make each of them fail in turn, the
first, the second and so on, and check that a run then publishes a whole dataset or none. Reads do not pass here.
"""

import errno
import os
import stat
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from sqlite3 import Connection
    from tempfile import TemporaryDirectory


def open_new(path: Path) -> BinaryIO:
    """Open a new file to write. Raises FileExistsError if there is one."""
    return open(path, "xb")


def open_write(path: Path) -> BinaryIO:
    """Open a file to write from its start, and create it if need be."""
    return open(path, "wb")


def open_scratch(path: Path) -> IO[bytes]:
    """Open a file to write and to read back, unbuffered: `write_all` writes to it."""
    return open(path, "wb+", buffering=0)


def open_nameless() -> IO[bytes]:
    """Open a file in TMPDIR without a name, so that it vanishes with the process."""
    import tempfile

    return tempfile.TemporaryFile(buffering=0)


def open_flags(path: Path, flags: int, mode: int = 0o666) -> BinaryIO:
    """Open a file to write, with the system's own flags."""
    return os.fdopen(os.open(path, flags, mode), "wb")


def open_lock(path: Path) -> int:
    """Open a file to lock, and create it if need be; not through a link. Returns the descriptor."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)


def open_update(path: Path) -> BinaryIO:
    """Open a file to read and to write, and create it if need be; not through a link."""
    return os.fdopen(open_lock(path), "r+b")


def open_database(path: Path) -> "Connection":
    """Open an SQLite database to write, and create it if need be; its own writes do not pass here."""
    import sqlite3

    return sqlite3.connect(path, isolation_level=None)


NO_COPY = (errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM)
"""What a system says whose kernel copies no files, or none from here to there."""


def copy(path: Path, target: Path) -> None:
    """Copy a file's bytes and mode to a new file, or over another."""
    # `shutil` loads the compressors of all archives, which takes longer than a small file. Larger writes than the
    # kernel's own cost up to five times as much where memory is in pieces.
    if not _is_copied_by_kernel(path, target):
        import shutil

        shutil.copyfile(path, target)
    copy_mode(path, target)


def _is_copied_by_kernel(path: Path, target: Path) -> bool:
    """Copy a file's bytes, or let both have the same blocks where the file system can; return whether it did."""
    if not hasattr(os, "copy_file_range"):
        return False
    with open(path, "rb", buffering=0) as source, open(target, "wb", buffering=0) as copied:
        try:
            while os.copy_file_range(source.fileno(), copied.fileno(), 1 << 30):
                pass
        except OSError as error:
            if error.errno in NO_COPY:
                return False
            raise
        return os.fstat(source.fileno()).st_size == os.fstat(copied.fileno()).st_size


def copy_mode(path: Path, target: Path) -> None:
    """Let a file have the mode of another."""
    os.chmod(target, stat.S_IMODE(os.stat(path).st_mode))


def of_descriptor(descriptor: int) -> BinaryIO:
    """Return the file of a descriptor that `open_lock` gave, unbuffered."""
    return cast(BinaryIO, os.fdopen(descriptor, "r+b", buffering=0))


def truncate(file: IO[bytes], size: int) -> None:
    """Cut a file off."""
    file.truncate(size)


def write(descriptor: int, data: bytes | memoryview) -> int:
    """Write to a descriptor; return how many bytes were written."""
    return os.write(descriptor, data)


def write_all(file: IO[bytes], data: bytes) -> None:
    """Write to an unbuffered file, however many calls the system needs."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def sync(descriptor: int) -> None:
    """Make a file's bytes, or a folder's names, survive a power failure."""
    os.fsync(descriptor)


def replace(path: Path, target: Path) -> None:
    """Rename a file, over another if there is one."""
    os.replace(path, target)


NO_HARD_LINK = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP)
"""What a file system says that has no hard links, or none here."""


def open_stdout() -> BinaryIO:
    """Open standard output once more; closing that leaves it open."""
    return open(os.dup(1), "wb")


def link(path: Path, target: Path) -> None:
    """Give a file a second name."""
    os.link(path, target)


def make_folder(path: Path, *, parents: bool = False, exist_ok: bool = False, mode: int = 0o777) -> None:
    """Make a folder."""
    path.mkdir(mode, parents, exist_ok)


def make_temporary_folder() -> "TemporaryDirectory[str]":
    """Make a folder in TMPDIR that is removed when its `with` block ends."""
    import tempfile

    return tempfile.TemporaryDirectory(prefix="corpuskit-")


def remove(path: Path, *, missing_ok: bool = False) -> None:
    """Remove a file."""
    path.unlink(missing_ok)


def remove_folder(path: Path) -> None:
    """Remove an empty folder."""
    path.rmdir()


def remove_tree(path: Path) -> None:
    """Remove a folder and whatever in it can be removed. Raises the OSError of the first thing that cannot be."""
    import shutil
    import sys

    refusals: list[OSError] = []

    def note(error: BaseException) -> None:
        # What is gone was removed by another; a folder that is not empty holds what was noted, or what was just made.
        if isinstance(error, OSError) and error.errno not in (errno.ENOENT, errno.ENOTEMPTY):
            refusals.append(error)

    if sys.version_info >= (3, 12):
        shutil.rmtree(path, onexc=lambda _function, _name, error: note(error))
    else:
        shutil.rmtree(path, onerror=lambda _function, _name, raised: note(raised[1]))
    if refusals:
        raise refusals[0]
