"""Read an address through fsspec, and try again from where a request failed or a body was cut.

A server that is busy (429, 503, …) is asked again after doubling waits, or when its Retry-After says. A body that ends
early goes on at the byte where it ended: by a range request, or by passing over what has been read, whose hash must be
the same. What changed in between is an error, not a mixture of two versions.
"""

import contextlib
import io
import time
from typing import Any

from corpuskit.core import console
from corpuskit.core.errors import RemoteError, UsageError

__all__ = ["RemoteStream", "public_url"]

BUSY_STATUSES = (429, 500, 502, 503, 504, 509)
"""What a server answers that may answer otherwise in a while."""
WAITS = (1, 2, 4, 8, 16)
"""Seconds before each further try, unless the server names its own; a byte that arrives begins the list anew."""
LONGEST_WAIT = 60
"""Seconds; a server that asks for more is not waited for."""
SILENCE = 60
"""Seconds without a byte after which a connection counts as lost."""
MISSING_STATUSES = (404, 410)
_PASSED_OVER = 1024 * 1024


class RemoteStream(io.RawIOBase):
    """The bytes at an address. Reading raises RemoteError when the tries are used up."""

    def __init__(self, url: str) -> None:
        """Raises UsageError if nothing is there or the scheme is unknown, RemoteError if it cannot be read."""
        self.url = url
        self._position = 0
        self._version: tuple[Any, ...] | None = None
        """What tells whether the content is still the same."""
        self._prefix: Any = None
        """Hash of all bytes read so far, as long as they are read in order."""
        self._stream: Any = None
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
        data: bytes = self._attempt(lambda: self._current_stream().read(size))
        if self._prefix is not None:
            self._prefix.update(data)
        self._position += len(data)
        return data

    def close(self) -> None:
        """Close the connection."""
        if self._stream is not None:
            self._stream.close()
        super().close()

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
        import fsspec
        import xxhash

        opening = fsspec.open(self.url, "rb", **_options(self.url))
        version = _version_of(opening)
        stream = opening.open()
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
        """Return what the action returns; after a failure that may pass, wait, open the address anew and repeat it."""
        waits = iter(WAITS)
        while True:
            try:
                return action()
            except Exception as error:  # every file system raises its own types
                refusal = _refusal(self.url, error)
                wait = next(waits, None) if _may_pass(error, begun=self._version is not None) else None
                asked = _retry_after(error)
                if wait is None or asked > LONGEST_WAIT:
                    raise refusal from None
            self._forget()
            console.notice("", f"{refusal.args[0].partition(';')[0]}; trying again in {max(wait, asked)} s")
            time.sleep(max(wait, asked))


def public_url(url: str) -> str:
    """Return the URL without user-info, query and fragment, which may hold secrets."""
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _options(url: str) -> dict[str, Any]:
    """Return what fsspec is to tell a web server. By default, it would end any download after five minutes."""
    if not url.startswith(("http://", "https://")):
        return {}
    from aiohttp import ClientTimeout

    from corpuskit import __version__

    timeout = ClientTimeout(total=None, sock_connect=SILENCE, sock_read=SILENCE)
    # What is compressed nevertheless is recognised by its content, and by its end: aiohttp takes a cut body for whole.
    headers = {"User-Agent": f"corpuskit/{__version__}", "Accept-Encoding": "identity"}
    return {"client_kwargs": {"timeout": timeout, "headers": headers, "auto_decompress": False}}


def _version_of(opening: Any) -> tuple[Any, ...]:
    details = opening.fs.info(opening.path)
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


def _may_pass(error: Exception, *, begun: bool) -> bool:
    """Whether the same request may do better later. A host that never answered is left alone."""
    if isinstance(error, (RemoteError, UsageError)):
        return False
    cause = error.__cause__ or error
    status = getattr(cause, "status", None)
    if status is not None:
        return status in BUSY_STATUSES
    return begun and _is_lost_connection(error)


def _is_lost_connection(error: BaseException) -> bool:
    from aiohttp import ClientConnectionError, ClientPayloadError

    return isinstance(error, (ClientConnectionError, ClientPayloadError, ConnectionError, TimeoutError))


def _in_words(error: Exception) -> str:
    from aiohttp import ClientPayloadError

    return "the answer ends early" if isinstance(error, ClientPayloadError) else type(error.__cause__ or error).__name__


def _retry_after(error: Exception) -> int:
    """Return the seconds that the server asks to wait; 0 if it names none, or a date."""
    headers = getattr(error.__cause__ or error, "headers", None) or {}
    value = str(headers.get("Retry-After", ""))
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else 0


def _refusal(url: str, error: Exception) -> Exception:
    """Return the error to raise for what reading an address raised."""
    if isinstance(error, (RemoteError, UsageError)):
        return error
    # fsspec also says "not found" of a host that does not answer; only its cause tells them apart.
    cause = error.__cause__ or error
    status = getattr(cause, "status", 0)
    if isinstance(error, FileNotFoundError) and (cause is error or status in MISSING_STATUSES):
        return UsageError(f"no such address: {public_url(url)}")
    if isinstance(error, ImportError):
        return UsageError(f"{public_url(url)}: {error}")
    why = f"status {status}" if status else _in_words(error)
    return RemoteError(f"cannot read {public_url(url)}: {why}; try again later")
