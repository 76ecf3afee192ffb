"""Read files where somebody may have put a pipe, a device or a link to one in their place."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import IO

from corpuskit.core.errors import cannot_read

_BLOCK = 1 << 20
MOST_BYTES = 1 << 30
"""Of a file that is read whole: the manifest of a million shards has a third of it."""


PASSED_BY_SHELLS = ("/dev/fd/", "/dev/stdin", "/proc/self/fd/")
"""Where a shell puts the pipes that it passes by name: `<(…)`. Somebody writes into those."""


def read_named(path: Path) -> bytes:
    """Return the bytes of a file that an option or a recipe names. Raises OSError."""
    with open_named(path) as stream:
        return _read_bounded(stream, path)


def open_named(path: Path) -> BufferedReader:
    """Open a file that an option or a recipe names, or a pipe that a shell has made for it.

    Raises OSError for other pipes, which may have no writer and would be waited for without end, and for devices.
    """
    return open(path, "rb") if is_passed_by_shell(path) else open_regular(path, follow_links=True)


def is_passed_by_shell(path: Path) -> bool:
    """Whether a name is one that a shell gives a pipe: `<(…)`. The folder of such a name says nothing."""
    return str(path).startswith(PASSED_BY_SHELLS)


def read_regular(path: Path, *, follow_links: bool = False) -> bytes:
    """Return the bytes of a file. Raises OSError for one of more than `MOST_BYTES`, and as `open_regular`."""
    with open_regular(path, follow_links=follow_links) as stream:
        return _read_bounded(stream, path)


def read_at_most(stream: IO[bytes], most: int) -> bytes:
    """Return the bytes of a stream up to so many, in blocks: a single `read` would make room for all at once."""
    blocks = []
    while most and (block := stream.read(min(most, _BLOCK))):
        blocks.append(block)
        most -= len(block)
    return b"".join(blocks)


def _read_bounded(stream: BufferedReader, path: Path) -> bytes:
    size = os.fstat(stream.fileno()).st_size
    # In one piece, as blocks and what they are joined to would take twice the memory.
    data = stream.read(size + 1) if size <= MOST_BYTES else b""
    if size > MOST_BYTES or len(data) + len(more := read_at_most(stream, MOST_BYTES + 1 - len(data))) > MOST_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data + more if more else data


def read_small(path: Path, most: int) -> tuple[bytes, os.stat_result] | None:
    """Return the bytes of a file of at most so many, and the status it was opened with; None if it is none of these.

    None stands for whatever else there is, even an error: a caller opens the file in the usual way then, which tells.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > most:
            return None
        data = os.read(descriptor, status.st_size + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return (data, status) if len(data) == status.st_size else None


def demand_readable(path: Path) -> None:
    """Raise PublishError for a file that is there and that this user may not read, whatever it is."""
    try:
        open_regular(path, follow_links=True).close()
    except PermissionError as error:
        raise cannot_read(path, error) from None
    except OSError:
        return  # whoever goes on to read it says what it is


def open_regular(path: Path, *, follow_links: bool = False) -> BufferedReader:
    """Open a file to read. Raises OSError for anything else, without waiting for the writer of a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow_links else os.O_NOFOLLOW))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return open(descriptor, "rb")
