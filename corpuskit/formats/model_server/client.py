"""A client that asks a model server many things at once, and asks again what may be answered otherwise in a while.

Answers that say "later" (408, 409, 429, 5xx), connections that break, and answers that are no answer (a page of HTML, a
body that was cut) are asked for again: after 1, 2, 4 … 60 seconds, or when the server says. What it says holds for all
requests. An answer 4xx is final, and is the caller's to judge. A server that refuses access, or asks for money first,
is not asked further; nor is one that has failed several requests to the end without answering any.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Any, NamedTuple, Self

from corpuskit.core.errors import NO_DESCRIPTORS, PublishError, RemoteError, UsageError
from corpuskit.core.reading.web_requests import in_words, is_lost_connection, retry_after, user_agent
from corpuskit.formats.model_server.address import NOT_LOOPBACK, connect_to_loopback
from corpuskit.formats.model_server.statuses import NO_ACCESS, is_busy

__all__ = ["ModelAnswer", "ModelClient", "UnansweredError"]

WAITS = (1, 2, 4, 8, 16, 32, 60)
"""Seconds before each further try, unless the server names a later time."""
LONGEST_WAIT = 60
"""Seconds; a server that asks for more is not waited for."""
LONG_WAIT = 4
"""Seconds; a shorter wait is not worth a line."""
SECONDS_BETWEEN_NOTICES = 30
CONNECT_SECONDS = 30
MOST_BYTES = 64 * 1024 * 1024
"""Of one answer."""
FAILURES = 3
"""Requests in a row that were given up, after which the server is not asked further."""


class UnansweredError(RemoteError):
    """One request was given up after all tries; others may be answered."""


class ModelAnswer(NamedTuple):
    """What a server said to a request: its status, and its JSON object (empty if an error came without one)."""

    status: int
    value: dict[str, Any]


class _Failure(NamedTuple):
    """Why a try failed, and how many seconds the server asks to wait."""

    what: str
    seconds: int = 0
    is_final: bool = False


class ModelClient:
    """An open client of one server; use it in `async with`, from one event loop."""

    def __init__(
        self, base_url: str, key: str, concurrency: int, seconds: float, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        """`seconds` is the longest that one answer may take. `tell` is given a line on a wait, now and then."""
        self._tell = tell
        self._told_at = float("-inf")
        self._base_url = base_url
        self._headers = {"Content-Type": "application/json", "User-Agent": user_agent()}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._concurrency = concurrency
        self._seconds = seconds
        self._session: Any = None
        self._not_before = 0.0
        self._failures = 0
        self._has_answered = False

    async def __aenter__(self) -> Self:
        """Make the client; no connection is opened before the first request."""
        from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

        is_plain = self._base_url.lower().startswith("http://")
        connector = TCPConnector(
            limit=self._concurrency, socket_factory=connect_to_loopback if is_plain else None, keepalive_timeout=60
        )
        timeout = ClientTimeout(total=self._seconds, sock_connect=CONNECT_SECONDS)
        self._session = ClientSession(
            connector=connector, cookie_jar=DummyCookieJar(), timeout=timeout, headers=self._headers, trust_env=False
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self._session.close()

    async def ask(self, path: str, body: bytes) -> ModelAnswer:
        """Return the answer to one request; a status other than 200 is one of 400 to 499 that no further try helps.

        Raises UnansweredError after the last try, RemoteError if the server is not to be asked further.
        """
        waits = iter(WAITS)
        while True:
            await self._wait_for_server()
            result = await self._try(path, body)
            if isinstance(result, ModelAnswer):
                self._failures, self._has_answered = 0, True
                return result
            wait = next(waits, None)
            if result.is_final:
                raise RemoteError(f"cannot ask {self._base_url}: {result.what}")
            if wait is None or result.seconds > LONGEST_WAIT:
                raise self._given_up(result)
            if result.seconds:
                self._not_before = max(self._not_before, asyncio.get_running_loop().time() + result.seconds)
            wait = max(wait, result.seconds)
            self._tell_of_wait(wait, result.what)
            await asyncio.sleep(wait)

    def _tell_of_wait(self, seconds: float, what: str) -> None:
        """Say what is waited for if it takes long, and was not said a short while ago."""
        now = asyncio.get_running_loop().time()
        if seconds >= LONG_WAIT and now - self._told_at >= SECONDS_BETWEEN_NOTICES:
            self._told_at = now
            self._tell(f"{what.partition(';')[0]}; asking {self._base_url} again in {seconds:g} s")

    def _given_up(self, failure: _Failure) -> RemoteError:
        """Return the error for a request whose tries are used up: the last of several in a row ends them all."""
        self._failures += 1
        what = f"cannot ask {self._base_url}: {failure.what}"
        return UnansweredError(what) if self._failures < FAILURES else RemoteError(what)

    async def _wait_for_server(self) -> None:
        """Wait until the time that the server has named."""
        now = asyncio.get_running_loop().time()
        if now < self._not_before:
            await asyncio.sleep(self._not_before - now)

    async def _try(self, path: str, body: bytes) -> ModelAnswer | _Failure:
        from aiohttp import ClientError

        try:
            async with self._session.post(self._base_url + path, data=body, allow_redirects=False) as response:
                return _read(response, await _body(response))
        except OSError as error:
            return self._connection_failure(error)
        except ClientError as error:
            return _Failure(in_words(error), is_final=not is_lost_connection(error))

    def _connection_failure(self, error: OSError) -> _Failure:
        """Return what a failure of the system or of the connection is. Raises UsageError and PublishError."""
        from aiohttp import ClientConnectorError

        if isinstance(error, TimeoutError):
            return _Failure(f"no answer within {self._seconds:g} s; try again later")
        if error.errno in NO_DESCRIPTORS:
            raise PublishError(
                f"too many connections are open at once for this machine; lower --concurrency "
                f"({self._concurrency}), or allow more files (`ulimit -n`)"
            ) from None
        if isinstance(error, ClientConnectorError):
            if NOT_LOOPBACK in str(error.os_error):
                raise UsageError(
                    f"{self._base_url} leads to another machine over plain HTTP, where prompts and keys could be read "
                    "on the way; use https, or a server on this machine"
                ) from None
            return _Failure(in_words(error), is_final=not self._has_answered)
        return _Failure(in_words(error), is_final=not is_lost_connection(error))


async def _body(response: Any) -> bytes | None:
    """Return the whole body; None if it is larger than any answer."""
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > MOST_BYTES:
            return None
    return bytes(data)


def _read(response: Any, data: bytes | None) -> ModelAnswer | _Failure:
    """Return what an answer with this status and body is."""
    status: int = response.status
    if is_busy(status):
        return _Failure(f"status {status}; try again later", retry_after(response))
    if status in NO_ACCESS:
        return _Failure(
            f"{NO_ACCESS[status]} (status {status}); check the key, the account and the address", is_final=True
        )
    if 400 <= status < 500:
        return ModelAnswer(status, _object(data) or {})
    if status != 200:
        return _Failure(f"the server answers with status {status}; check the address", is_final=True)
    if data is None:
        return _Failure(f"the answer has more than {MOST_BYTES:,} bytes")
    value = _object(data)
    if not value:
        return _Failure("the answer is not JSON; check what stands before the server")
    return ModelAnswer(status, value)


def _object(data: bytes | None) -> dict[str, Any] | None:
    """Return the JSON object in a body; None if there is none."""
    import json

    import orjson

    try:
        value = orjson.loads(data or b"")
    except orjson.JSONDecodeError:
        # A lone surrogate, written as an escape, is JSON to most servers; whoever reads the text deals with it.
        try:
            value = json.loads(data or b"")
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None
