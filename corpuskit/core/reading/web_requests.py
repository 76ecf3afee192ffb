"""How web servers are asked, which of their answers are believed, and what went wrong in words.

fsspec takes an answer for what was asked. A server, or a proxy before it, may send only a part without being asked for
one (RFC 9110, 15.3.7: status 206 answers a request with a Range), or the part of another place; both would lose data
without a word.
"""

import os
import re
import time
from collections.abc import Iterator
from typing import Any

from corpuskit.core.errors import RemoteError

__all__ = [
    "WrongAnswerError",
    "client_options",
    "demand_whole_answer",
    "first_byte_sent",
    "in_words",
    "is_cut_answer",
    "is_lost_connection",
    "is_web",
    "public_url",
    "retry_after",
    "status_of",
    "watch_speed",
]


class WrongAnswerError(RemoteError):
    """An answer that is not to the request, as proxies give it at times; the next may be."""


CONTACT = "CORPUSKIT_CONTACT"
"""Environment variable with a mail or web address, which servers are told."""
CONNECTIONS = 4
"""Connections of one process to one host."""

NO_HOST = "its host is not known; check the address, or the network"
LONGEST_CHAIN = 20
"""Errors that come from one another, as far as they are followed."""
SILENCE = 60
"""Seconds without a byte after which a connection counts as lost."""
SLOWEST = 100
"""Bytes a second below which a server is given up, over `SILENCE` seconds."""
PARTIAL_CONTENT = 206
NO_CONTENT, REDIRECTS = (204, 205), range(300, 400)
"""Answers without a body; a redirect that leads somewhere was followed before it is looked at."""


def client_options(*, allow_private: bool = False) -> dict[str, Any]:
    """Return what fsspec is to tell its web client. By default, it would end any download after five minutes."""
    from aiohttp import ClientTimeout

    timeout = ClientTimeout(total=None, sock_connect=SILENCE, sock_read=SILENCE)
    # What is compressed nevertheless is recognised by its content, and by its end: aiohttp takes a cut body for whole.
    headers = {"User-Agent": user_agent(), "Accept-Encoding": "identity"}
    client_kwargs = {
        "timeout": timeout,
        "headers": headers,
        "auto_decompress": False,
        "raise_for_status": demand_whole_answer,
    }
    return {"client_kwargs": client_kwargs, "get_client": _any_client if allow_private else _public_client}


def user_agent() -> str:
    """Return who asks: the program and, if the user gives one, an address at which to reach its user."""
    from corpuskit import __version__

    contact = os.environ.get(CONTACT, "")
    who = f" (+{contact})" if re.fullmatch(r"[!-'*-~]{1,200}", contact) else " (builds text corpora)"
    return f"corpuskit/{__version__}{who}"


async def _public_client(**options: Any) -> Any:
    """Return a web client that connects to public addresses alone, whatever leads it elsewhere."""
    from corpuskit.core.reading.private_addresses import connect_publicly

    return _client(connect_publicly, options)


async def _any_client(**options: Any) -> Any:
    """Return a web client that connects to any address."""
    return _client(None, options)


def _client(socket_factory: Any, options: dict[str, Any]) -> Any:
    from aiohttp import ClientSession, DummyCookieJar, TCPConnector

    connector = TCPConnector(limit=CONNECTIONS, limit_per_host=CONNECTIONS, socket_factory=socket_factory)
    return ClientSession(connector=connector, cookie_jar=DummyCookieJar(), **options)


def public_url(url: str) -> str:
    """Return the URL without user-info, query and fragment, which may hold secrets."""
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def is_web(url: str) -> bool:
    """Whether a web server is asked."""
    return url.startswith(("http://", "https://"))


async def demand_whole_answer(response: Any) -> None:
    """Raise RemoteError for an answer of nothing, or a part that was not asked for; watch the speed of a part.

    A part is taken in at once, so its speed is the server's. Of a whole body, `RemoteStream` reads as it needs.
    """
    if response.status in NO_CONTENT or response.status in REDIRECTS:
        raise RemoteError(f"the server sent nothing (status {response.status}); check the address")
    asked_range = response.request_info.headers.get("Range", "")
    if response.status != PARTIAL_CONTENT:
        return
    if not asked_range:
        raise WrongAnswerError("the server sent a part of it, although all was asked for (status 206)")
    asked, sent = _first_asked(asked_range), first_byte_sent(response.headers.get("Content-Range", ""))
    if asked is not None and sent not in (None, asked):
        raise WrongAnswerError(f"the server sent another part than was asked for, from byte {sent} instead of {asked}")
    watch_speed(response, 0)


def _first_asked(value: str) -> int | None:
    first, dash, _ = value.removeprefix("bytes=").partition("-")
    return int(first) if dash and first.isdigit() else None


def first_byte_sent(value: str) -> int | None:
    """Return the first byte that a Content-Range names; None if it names none (RFC 9110, 14.4)."""
    first, dash, _ = value.removeprefix("bytes ").strip().partition("-")
    return int(first) if dash and first.isascii() and first.isdigit() and len(first) < 20 else None


def watch_speed(response: Any, already: int) -> None:
    """Give up an answer that comes too slowly, at each end of `SILENCE` seconds; `already` bytes have come before."""
    import asyncio

    def look() -> None:
        body = response.content
        if body is None or body.is_eof() or response.closed:
            return
        if body.total_bytes - already < SLOWEST * SILENCE:
            body.set_exception(too_slow())
            response.close()
        else:
            watch_speed(response, body.total_bytes)

    asyncio.get_running_loop().call_later(SILENCE, look)


def too_slow() -> RemoteError:
    """Return the error for a server that sends next to nothing."""
    return RemoteError(f"the server sends less than {SLOWEST} bytes a second")


def is_cut_answer(error: BaseException) -> bool:
    """Whether a body ended before its end."""
    from aiohttp import ClientPayloadError

    return isinstance(error, ClientPayloadError)


def is_lost_connection(error: BaseException) -> bool:
    """Whether a connection broke, or fell silent."""
    from aiohttp import ClientConnectionError, ClientPayloadError

    return isinstance(error, (ClientConnectionError, ClientPayloadError, ConnectionError, TimeoutError))


def retry_after(error: BaseException) -> int:
    """Return the seconds that the server asks to wait, itself or by a date; 0 if it names none (RFC 9110, 10.2.3)."""
    headers = getattr(error, "headers", None) or {}
    value = str(headers.get("Retry-After", "")).strip()
    if value.isascii() and value.isdigit():
        return int(value[:9])
    import email.utils

    try:
        return max(0, round(email.utils.parsedate_to_datetime(value).timestamp() - time.time()))
    except (TypeError, ValueError, OverflowError):
        return 0


def status_of(error: Any) -> int:
    """Return the status of the answer that an error is about; 0 if it is about none."""
    status = getattr(error, "status", None) or getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else 0


def in_words(error: BaseException) -> str:
    """Return what went wrong with a request, and what to do about it."""
    import aiohttp

    errors = [error.__cause__, error] if error.__cause__ is not None else [error]
    if status := next(filter(None, map(status_of, errors)), 0):
        return _status_in_words(status)
    kinds: tuple[tuple[type[BaseException], str], ...] = (
        (aiohttp.ClientConnectorDNSError, NO_HOST),
        (aiohttp.ClientConnectorCertificateError, "the server's certificate is not trusted"),
        (aiohttp.ClientConnectorSSLError, "no encrypted connection to the server can be made; check the address"),
        (aiohttp.ClientConnectorError, "nothing answers there; check host and port, or try again later"),
        (aiohttp.ClientPayloadError, "the answer ends early; try again later"),
        (TimeoutError, f"the server sent nothing for {SILENCE} s; try again later"),
        (aiohttp.ServerDisconnectedError, "the server closed the connection; try again later"),
        (ConnectionError, "the connection broke; try again later"),
        (aiohttp.ClientResponseError, "the answer is not valid HTTP; check the address"),
        (PermissionError, "access is refused; check the credentials"),
    )
    for kind, words in kinds:
        if any(isinstance(each, kind) for each in errors):
            return words
    # Libraries with clients of their own hide it behind errors of theirs.
    import socket

    if any(isinstance(each, socket.gaierror) for each in _chain(error)):
        return NO_HOST
    return "the request failed; try again later"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that it comes from."""
    for _ in range(LONGEST_CHAIN):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _status_in_words(status: int) -> str:
    if status in (401, 403, 407):
        return f"the server refuses access (status {status}); check the address and the credentials"
    if status < 500 and status not in (408, 425, 429):
        return f"the server refuses the request (status {status}); check the address"
    return f"status {status}; try again later"
