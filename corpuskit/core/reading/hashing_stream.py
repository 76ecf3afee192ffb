"""Open files and addresses, and count and hash their stored bytes while they are read."""

import hashlib
import io
from pathlib import Path
from typing import Any, BinaryIO, cast

from corpuskit.core.errors import (
    NO_DESCRIPTORS,
    TOO_MANY_FILES,
    DamagedError,
    PublishError,
    RemoteError,
    UsageError,
)


class HashingStream(io.RawIOBase):
    """Reads a stream and keeps its length and sha256 for as long as it is read from front to back.

    `reach` is the offset after the last byte that was read, in whatever order.
    """

    def __init__(self, stream: BinaryIO, url: str | None = None, *, stays_open: bool = False) -> None:
        """`stream` is read, sought and closed through this object from now on; `url` is where it comes from.

        A pipe `stays_open`: its writer would be ended if its reader left it early.
        """
        self.stream, self.url, self.stays_open = stream, url, stays_open
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
        except Exception as error:
            if self.url is None:
                raise _unreadable(error) from None
            raise _remote(self.url, error) from None
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


def public_url(url: str) -> str:
    """Return the URL without user-info, query and fragment, which may hold secrets."""
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def open_local(path: Path) -> BinaryIO:
    """Open a file. Raises UsageError if it cannot be read."""
    try:
        return open(path, "rb")
    except OSError as error:
        if error.errno in NO_DESCRIPTORS:
            raise PublishError(TOO_MANY_FILES) from None
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}") from None


def open_url(url: str) -> BinaryIO:
    """Open an address through fsspec. Raises UsageError if nothing is there, RemoteError if it fails otherwise."""
    import fsspec

    try:
        return cast(BinaryIO, fsspec.open(url, "rb").open())
    except ImportError as error:
        raise UsageError(f"{public_url(url)}: {error}") from None
    except Exception as error:  # every file system raises its own types
        # fsspec also says "not found" of a host that does not answer; only its cause tells them apart.
        cause = error.__cause__ or error
        if isinstance(error, FileNotFoundError) and (cause is error or getattr(cause, "status", 0) in (404, 410)):
            raise UsageError(f"no such address: {public_url(url)}") from None
        raise _remote(url, cause) from None


def _unreadable(error: Exception) -> Exception:
    """Return the error of a failing disk or a closed standard input in words; other errors as they are."""
    return DamagedError(f"an input cannot be read: {error.strerror}") if isinstance(error, OSError) else error


def _remote(url: str, error: BaseException) -> RemoteError:
    return RemoteError(f"cannot read {public_url(url)}: {type(error).__name__}; try again later")
