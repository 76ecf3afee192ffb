"""Many files to read from at any offset, of which only a few are open at a time: a process may not open thousands."""

import os
from collections import OrderedDict
from pathlib import Path

from corpuskit.core.errors import DamagedError

MOST_OPEN = 32
"""How many files all of a process's pooled files together keep open."""


class PooledFile:
    """A file that `os.pread` reads through `fileno()`; it is closed while others are read, and opened again."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises OSError."""
        self._path = path
        self._identity: tuple[int, int] | None = None
        self.fileno()

    def fileno(self) -> int:
        """Return a descriptor to use at once: asking another file for its own may close this one.

        Raises DamagedError if another file has taken this one's path since it was opened.
        """
        descriptor = _open_files.get(self)
        if descriptor is not None:
            _open_files.move_to_end(self)
            return descriptor
        while len(_open_files) >= MOST_OPEN:
            os.close(_open_files.popitem(last=False)[1])
        descriptor = os.open(self._path, os.O_RDONLY)
        status = os.fstat(descriptor)
        identity = (status.st_dev, status.st_ino)
        if self._identity not in (None, identity):
            os.close(descriptor)
            raise DamagedError(f"{self._path.name} was replaced while it was read; run it again")
        self._identity = identity
        _open_files[self] = descriptor
        return descriptor

    def close(self) -> None:
        """Close the file if it is open."""
        descriptor = _open_files.pop(self, None)
        if descriptor is not None:
            os.close(descriptor)


_open_files: "OrderedDict[PooledFile, int]" = OrderedDict()
"""The open files and their descriptors, that used last at the end."""
