"""Open files and addresses, and count and hash their stored bytes while they are read."""

import hashlib
import io
from pathlib import Path
from typing import Any, BinaryIO

from corpuskit.core.errors import (
    NO_DESCRIPTORS,
    TOO_MANY_FILES,
    DamagedError,
    PublishError,
    UsageError,
)


class HashingStream(io.RawIOBase):
    """Reads a stream and keeps its length and sha256 for as long as it is read from front to back.

    `reach` is the offset after the last byte that was read, in whatever order.
    """

    def __init__(self, stream: BinaryIO, *, stays_open: bool = False) -> None:
        """`stream` is read, sought and closed through this object from now on.

        A pipe `stays_open`: its writer would be ended if its reader left it early.
        """
        self.stream, self.stays_open = stream, stays_open
        self.digest = hashlib.sha256()
        self.size = self.reach = 0
        self._ended = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Whether the underlying stream can seek."""
        return self.stream.seekable()

    def tell(self) -> int:
        """Return the stream's position, or the bytes read so far if it cannot tell."""
        return self.stream.tell() if self.stream.seekable() else self.size

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek in the underlying stream."""
        return self.stream.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes."""
        at = self.tell()
        try:
            data = self.stream.read(size) or b""
        except OSError as error:
            raise DamagedError(f"an input cannot be read: {error.strerror}") from None
        self.reach = max(self.reach, at + len(data))
        if not data and size != 0:
            self._ended = self._ended or at == self.size
        elif at <= self.size < at + len(data):
            # Bytes read a second time, after a seek back, are not hashed again.
            self.digest.update(data[self.size - at :])
            self.size = at + len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer, as `io` asks for."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def complete(self) -> bool:
        """Whether the whole stream went through the digest."""
        return self._ended

    def close(self) -> None:
        """Close the underlying stream, unless it stays open; size and digest remain."""
        if not self.stays_open:
            self.stream.close()
        super().close()


def open_local(path: Path) -> BinaryIO:
    """Open a file. Raises UsageError if it cannot be read."""
    try:
        return open(path, "rb")
    except OSError as error:
        if error.errno in NO_DESCRIPTORS:
            raise PublishError(TOO_MANY_FILES) from None
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}") from None
