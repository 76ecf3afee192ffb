"""Small answers of web servers, taken into memory whole: a range of a file, or all that an address gives.

A range that comes in part is asked for again from where it ended. What comes instead of it (another range, the whole
file, a page that says that something went wrong) is not taken for it.
"""

from typing import Any, NamedTuple

from corpuskit.core.errors import RemoteError
from corpuskit.core.reading.connection_slots import PROCESSES, Slot
from corpuskit.core.reading.retries import MISSING_STATUSES, with_retries
from corpuskit.core.reading.web_requests import (
    PARTIAL_CONTENT,
    WrongAnswerError,
    client_options,
    first_byte_sent,
    is_cut_answer,
    public_url,
    watch_speed,
)

__all__ = ["RangeAnswer", "fetch", "fetch_range", "fetch_tail"]

CHUNK = 64 * 1024
RANGE_NOT_SATISFIABLE = 416
MOST_PARTS = 100
"""Answers in which one range may come."""
MOST_OF_REFUSAL = 4096
MOST_PASSED_OVER = 16 * 1024 * 1024
"""Bytes around a range that are read past if a server sends whole files."""


class RangeAnswer(NamedTuple):
    """Bytes of a file, where they start, and how long the file is, if the server says it."""

    data: bytes
    start: int
    size: int | None


class _Request:
    """What an address is asked for: a range, or all; it may take several answers."""

    def __init__(self, url: str, range_header: str = "", *, allow_private: bool) -> None:
        self.url, self._range, self._allow_private = url, range_header, allow_private
        self._version: tuple[Any, ...] | None = None
        self.data = bytearray()
        # Where the data begin, and the length of the file; None until an answer says it.
        self.start: int | None = None
        self.size: int | None = None

    async def take_answer(self, skipped: int | None, limit: int) -> int:
        """Add what one answer gives to the data, up to `limit` bytes in all; return its status.

        `skipped` is the offset that the data are wanted from; None for those from wherever the answer starts.
        """
        import fsspec

        files = fsspec.filesystem("https", **client_options(allow_private=self._allow_private))
        session = await files.set_session()
        headers = {"Range": self._range} if self._range else {}
        async with await session.get(files.encode_url(self.url), headers=headers) as response:
            status: int = response.status
            if status == RANGE_NOT_SATISFIABLE and self._range:
                return status
            if status != PARTIAL_CONTENT:
                watch_speed(response, 0)
            await _demand_success(response)
            begin = self._begin(response, skipped)
            passed_over = 0 if skipped is None else skipped - begin
            if passed_over > MOST_PASSED_OVER:
                raise WrongAnswerError("the server sends whole files, not the ranges that are asked for")
            async for chunk in response.content.iter_chunked(CHUNK):
                self.data += chunk[passed_over:]
                passed_over = max(passed_over - len(chunk), 0)
                if len(self.data) >= limit:
                    break
        return status

    def _begin(self, response: Any, skipped: int | None) -> int:
        """Return where an answer starts. Raises RemoteError if it is of another version than the answers before it."""
        content_range = response.headers.get("Content-Range", "")
        size = content_range.rpartition("/")[2]
        if response.status != PARTIAL_CONTENT:
            begin, self.size = 0, response.content_length
        else:
            sent = first_byte_sent(content_range)
            begin = (skipped or 0) if sent is None else sent
            self.size = int(size) if size.isascii() and size.isdigit() and len(size) < 20 else None
        version = (self.size, response.headers.get("ETag"), response.headers.get("Last-Modified"))
        if self.data and self._version != version:
            raise RemoteError(f"{public_url(self.url)} was changed while it was read; run it again")
        self._version = version
        self.start = begin if self.start is None else self.start
        return begin

    def ask_from(self, begin: int, end: int) -> None:
        """Ask for the bytes from `begin` to before `end` next."""
        self._range = f"bytes={begin}-{end - 1}"

    def run(self, skipped: int | None, limit: int) -> int:
        """Let one answer be taken in; return its status."""
        import fsspec
        from fsspec.asyn import sync

        loop = fsspec.filesystem("https", **client_options(allow_private=self._allow_private)).loop
        status: int = sync(loop, self.take_answer, skipped, limit)
        return status


async def _demand_success(response: Any) -> None:
    """Raise aiohttp's error for a refusal, with the beginning of what it says about something that is missing."""
    from aiohttp import ClientResponseError

    try:
        response.raise_for_status()
    except ClientResponseError as error:
        if response.status in MISSING_STATUSES:
            body = await response.content.read(MOST_OF_REFUSAL)
            error.body = body.decode("utf-8", "replace")  # type: ignore[attr-defined]
        raise


def fetch(url: str, limit: int, *, allow_private: bool = False, purpose: str = "", processes: int = PROCESSES) -> bytes:
    """Return all that an address gives. Raises RemoteError beyond `limit` bytes; UsageError if nothing is there.

    `purpose` and `processes` tell with which other requests it shares a limit, and how many may run at a time.
    """

    def get() -> bytes:
        request = _Request(url, allow_private=allow_private)
        request.run(None, limit + 1)
        if len(request.data) > limit:
            raise RemoteError(f"it is more than {limit} bytes")
        return bytes(request.data)

    with Slot(url, purpose, processes):
        return with_retries(url, get)


def fetch_range(url: str, start: int, end: int, *, allow_private: bool = False) -> RangeAnswer:
    """Return the bytes from `start` to before `end`; fewer if the file ends before, none if it ends before `start`.

    Raises RemoteError if they cannot be had, or if the file was changed in between; UsageError if there is no file.
    """
    request = _Request(url, allow_private=allow_private)
    data = request.data

    def get() -> bool:
        """Ask for what is missing; return whether that is all."""
        before = len(data)
        request.ask_from(start + before, end)
        try:
            status = request.run(start + before, end - start)
        except Exception as error:
            if is_cut_answer(error) and len(data) > before:
                return False
            raise
        # The length of an answer that is no part need not be the file's: it may be a page that says what is wrong.
        last = min(end, request.size) if status == PARTIAL_CONTENT and request.size is not None else end
        if status == RANGE_NOT_SATISFIABLE or start + len(data) >= last:
            return True
        if len(data) == before:
            raise WrongAnswerError("the server sent nothing of the bytes that were asked for")
        return False

    with Slot(url):
        for _ in range(MOST_PARTS):
            if with_retries(url, get):
                break
        else:
            raise RemoteError(f"cannot read {public_url(url)}: the server sends little at a time; try another server")
    return RangeAnswer(bytes(data[: end - start]), start, request.size)


def fetch_tail(url: str, length: int, *, allow_private: bool = False) -> RangeAnswer:
    """Return the last bytes of a file, and so its size. Raises RemoteError if the server does not say it."""

    def get() -> RangeAnswer:
        request = _Request(url, f"bytes=-{length}", allow_private=allow_private)
        request.run(None, max(length, MOST_PASSED_OVER) + 1)
        if request.size is None or request.start is None:
            raise WrongAnswerError("the server does not say how long the file is")
        if len(request.data) != request.size - request.start:
            raise WrongAnswerError("the server sends whole files, not the ranges that are asked for")
        return RangeAnswer(bytes(request.data), request.start, request.size)

    with Slot(url):
        return with_retries(url, get)
