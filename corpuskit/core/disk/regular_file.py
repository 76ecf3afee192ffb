"""Read files where somebody may have put a pipe, a device or a link to one in their place."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

MOST_BYTES = 1 << 30
"""Of a file that is read whole: the manifest of a million shards has a third of it."""


def read_regular(path: Path, *, follow_links: bool = False) -> bytes:
    """Return the bytes of a file. Raises OSError for one of more than `MOST_BYTES`, and as `open_regular`."""
    with open_regular(path, follow_links=follow_links) as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(path))
    return data


def open_regular(path: Path, *, follow_links: bool = False) -> BufferedReader:
    """Open a file to read. Raises OSError for anything else, without waiting for the writer of a pipe."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow_links else os.O_NOFOLLOW))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return open(descriptor, "rb")
