"""Read an address through fsspec, and try again from where a request failed or a body was cut.

A body that ends early goes on at the byte where it ended: by a range request, or by passing over what has been read,
whose hash must be the same. What changed in between is an error, not a mixture of two versions.
"""

import contextlib
import io
import time
from typing import Any
from urllib.parse import urlsplit

from corpuskit.core import console
from corpuskit.core.errors import RemoteError
from corpuskit.core.reading import web_requests
from corpuskit.core.reading.connection_slots import Slot
from corpuskit.core.reading.private_addresses import HOST_SCHEMES, demand_public_host
from corpuskit.core.reading.retries import with_retries
from corpuskit.core.reading.web_requests import client_options, is_web, public_url, too_slow

__all__ = ["RemoteStream"]

_PASSED_OVER = 1024 * 1024


class RemoteStream(io.RawIOBase):
    """The bytes at an address. Reading raises RemoteError when the tries are used up."""

    def __init__(self, url: str, *, allow_private: bool = False) -> None:
        """Raises UsageError if nothing is there or the scheme is unknown, RemoteError if it cannot be read.

        Addresses in private networks are refused with UsageError, unless they are allowed.
        """
        self.url, self._allow_private = url, allow_private
        self._slot = Slot(url) if is_web(url) else None
        self._position = 0
        self._version: tuple[Any, ...] | None = None
        """What tells whether the content is still the same."""
        self._prefix: Any = None
        """Hash of all bytes read so far, as long as they are read in order."""
        self._stream: Any = None
        self._waited, self._came = 0.0, 0
        """Seconds for which bytes were waited for lately, and how many came."""
        self._attempt(self._current_stream)

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Whether any part can be asked for: the length is known, and the server has not refused."""
        size = getattr(self._stream, "size", None)
        return size is not None and bool(self._stream.seekable())

    def tell(self) -> int:
        """Return the offset of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset."""
        self._position = self._attempt(lambda: self._current_stream().seek(offset, whence))
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes; none at the end."""
        data: bytes = self._attempt(lambda: self._read_some(size))
        if self._prefix is not None:
            self._prefix.update(data)
        self._position += len(data)
        return data

    def close(self) -> None:
        """Close the connection."""
        if self._stream is not None:
            self._stream.close()
        if self._slot is not None:
            self._slot.release()
        super().close()

    @property
    def size(self) -> int | None:
        """The length in bytes; None if it is not known."""
        size = getattr(self._stream, "size", None)
        return None if size is None else int(size)

    @property
    def version(self) -> tuple[Any, ...]:
        """What tells one content at the address from another: its size, ETag and times, None where not known."""
        return self._version or ()

    def _read_some(self, size: int) -> bytes:
        """Return the next bytes. Raises RemoteError for a body that ends before the size that the server named."""
        stream, begin = self._current_stream(), time.monotonic()
        data: bytes = stream.read(size)
        self._watch_speed(len(data), time.monotonic() - begin)
        if not data and size and self._position < (getattr(stream, "size", None) or 0):
            raise RemoteError("the server sends no more of it, although it named a greater size")
        return data

    def _watch_speed(self, size: int, seconds: float) -> None:
        """Raise RemoteError if too few bytes came in the time for which they were waited for."""
        self._waited, self._came = self._waited + seconds, self._came + size
        if self._waited >= web_requests.SILENCE:
            if self._came < web_requests.SLOWEST * self._waited:
                raise too_slow()
            self._waited, self._came = 0.0, 0

    def _forget(self) -> None:
        """Close a stream that failed, so that the next try opens another."""
        if self._stream is not None:
            with contextlib.suppress(Exception):
                self._stream.close()
        self._stream = None

    def _current_stream(self) -> Any:
        """Return the stream at the position to read from; after a failure, a new one."""
        if self._stream is None:
            self._stream = self._open()
        return self._stream

    def _open(self) -> Any:
        import xxhash

        if self._slot is not None:
            self._slot.take()
        elif not self._allow_private and self.url.startswith(tuple(f"{scheme}://" for scheme in HOST_SCHEMES)):
            demand_public_host(urlsplit(self.url).hostname or "")
        console.detail(f"asks for {public_url(self.url)} from byte {self._position:,} on")
        system, path = _file_system_of(self.url, allow_private=self._allow_private)
        version = _version_of(system.info(path))
        stream = system.open(path, "rb")
        if self._version not in (None, version):
            raise RemoteError(f"{public_url(self.url)} was changed while it was read; run it again")
        self._version = version
        if self._position and getattr(stream, "size", None) is not None:
            stream.seek(self._position)
        elif self._position:
            _pass_over(stream, self._position, self._prefix, self.url)
        elif getattr(stream, "size", None) is None:
            self._prefix = xxhash.xxh3_128()
        return stream

    def _attempt(self, action: Any) -> Any:
        """Return what the action returns; after a failure that may pass, open the address anew and repeat it."""
        try:
            return with_retries(self.url, action, is_begun=lambda: self._version is not None, forget=self._forget)
        except BaseException:
            if self._slot is not None:
                self._slot.release()
            raise


def _file_system_of(url: str, *, allow_private: bool) -> tuple[Any, str]:
    """Return the file system of fsspec that an address belongs to, and the path in it.

    Web addresses are not given to fsspec to take apart: it splits at `::`, which IPv6 addresses have.
    """
    import fsspec

    if is_web(url):
        return fsspec.filesystem(url.partition(":")[0], **client_options(allow_private=allow_private)), url
    system, path = fsspec.core.url_to_fs(url)
    return system, path


def _version_of(details: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(details.get(name) for name in ("size", "ETag", "Last-Modified", "mtime"))


def _pass_over(stream: Any, size: int, expected: Any, url: str) -> None:
    """Read what was read before. Raises RemoteError if it is not the same."""
    import xxhash

    digest, left = xxhash.xxh3_128(), size
    while left and (data := stream.read(min(left, _PASSED_OVER))):
        digest.update(data)
        left -= len(data)
    if left or expected is None or digest.digest() != expected.digest():
        raise RemoteError(f"{public_url(url)} was changed while it was read; run it again")
