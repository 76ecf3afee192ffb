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
from corpuskit.core.reading import web_requests
from corpuskit.core.reading.web_requests import client_options, in_words, is_lost_connection, retry_after, too_slow

__all__ = ["RemoteStream", "public_url"]

BUSY_STATUSES = (429, 500, 502, 503, 504, 509)
"""What a server answers that may answer otherwise in a while."""
WAITS = (1, 2, 4, 8, 16)
"""Seconds before each further try, unless the server names its own; a byte that arrives begins the list anew."""
LONGEST_WAIT = 60
"""Seconds; a server that asks for more is not waited for."""
MISSING_STATUSES = (404, 410)
HIDDEN_STATUSES = (401, 403)
"""What the Hub answers for names that are not there, too, so that nobody learns which are private."""
HUB = "hf://"
"""Addresses of the Hugging Face Hub, such as `hf://datasets/NAME@REVISION/FILE`."""
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
        super().close()

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
                asked = retry_after(error.__cause__ or error)
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


def is_web(url: str) -> bool:
    """Whether a web server is asked."""
    return url.startswith(("http://", "https://"))


def _options(url: str) -> dict[str, Any]:
    """Return what fsspec is to know of an address."""
    return {"client_kwargs": client_options()} if is_web(url) else {}


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
    cause = error.__cause__ or error
    if isinstance(cause, (RemoteError, UsageError)):
        return False
    status = getattr(cause, "status", None)
    if status is not None:
        return status in BUSY_STATUSES
    return begun and is_lost_connection(error)


def _refusal(url: str, error: Exception) -> Exception:
    """Return the error to raise for what reading an address raised."""
    if isinstance(error, UsageError):
        return error
    # fsspec also says "not found" of a host that does not answer; only its cause tells them apart.
    cause = error.__cause__ or error
    name = public_url(url)
    if isinstance(cause, RemoteError):
        return cause if name in str(cause) else RemoteError(f"cannot read {name}: {cause}; try another server")
    if isinstance(error, FileNotFoundError) and (cause is error or _status(cause) in MISSING_STATUSES):
        return UsageError(f"no such address: {name}")
    if url.startswith(HUB):
        return _refusal_of_hub(name, error)
    if isinstance(error, ImportError):
        return UsageError(f"{name}: {error}")
    if isinstance(cause, ValueError) and is_web(url):
        return UsageError(f"cannot read {name}: it is not a valid address; check host and port")
    if isinstance(error, ValueError):
        scheme = name.partition("://")[0]
        return UsageError(f"cannot read {name}: {scheme}:// is not a known kind of address; check the spelling")
    return RemoteError(f"cannot read {name}: {in_words(error)}")


def _refusal_of_hub(name: str, error: Exception) -> Exception:
    cause = error.__cause__ or error
    if isinstance(error, FileNotFoundError) and _status(cause) in HIDDEN_STATUSES:
        return UsageError(f"no such address: {name}; if it is private, sign in with `hf auth login`")
    if type(cause).__name__ == "OfflineModeIsEnabled":
        return RemoteError(f"cannot read {name}: HF_HUB_OFFLINE is set; unset it, or download the file before")
    if isinstance(error, ValueError):
        return UsageError(f"cannot read {name}: write hf://datasets/OWNER/NAME@REVISION/FILE")
    return RemoteError(f"cannot read {name}: {in_words(error)}")


def _status(cause: BaseException) -> int:
    """Return the status of the answer that an error is about; 0 if it is about none."""
    status = getattr(cause, "status", None) or getattr(getattr(cause, "response", None), "status_code", None)
    return int(status or 0)
