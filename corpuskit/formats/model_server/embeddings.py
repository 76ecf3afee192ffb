"""Vectors of texts from a server with OpenAI's API: `POST URL/embeddings`.

Texts and key go over https, or stay on this machine: of plain HTTP, what is looked at is the address that was
connected to. A redirect is not followed, and no proxy is asked. What is no answer to the request ends the run: a vector
too few, numbers that are none, a page of HTML.
"""

import ipaddress
import math
import os
import re
import socket
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from time import sleep
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from corpuskit.core.disk.key_file import read_key_file
from corpuskit.core.errors import RemoteError, UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.reading.web_requests import retry_after, user_agent
from corpuskit.core.wording import excerpt

__all__ = ["EmbeddingClient", "embedding_key"]

KEY_VARIABLE = "CORPUSKIT_MODEL_KEY"
"""Environment variable with the key of the server."""
BATCH = 64
"""Texts of one request."""
WAITS = (1, 2, 4, 8, 16)
"""Seconds before each further try, unless the server names a later time."""
LONGEST_WAIT = 60
"""Seconds; a server that asks for more is not waited for."""
SECONDS = 120
"""The longest that a server may be silent."""
MOST_BYTES = 64 * 1024 * 1024
"""Of one answer."""
BUSY_STATUSES = (408, 409, 429, 500, 502, 503, 504)
_KEY = re.compile(r"[!-~]{1,4096}")


class _Busy(NamedTuple):
    """A try that may do better later."""

    what: str
    seconds: int = 0


class EmbeddingClient:
    """Asks one server for vectors of one model, one request after the other."""

    def __init__(self, url: str, model: str, key: str = "") -> None:
        """`url` is the base of the server's addresses, such as http://127.0.0.1:8080/v1. Raises UsageError."""
        self.model = model
        self._url = _base_url(url)
        self._parts = urlsplit(self._url)
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": user_agent()}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._connection: HTTPConnection | None = None
        self._has_answered = False

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Return the vectors of up to `BATCH` texts, of length 1, in float16. Raises RemoteError and UsageError."""
        import orjson

        body = orjson.dumps({"model": self.model, "input": list(texts), "encoding_format": "float"})
        return _vectors(self._ask(body), len(texts), self._name)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def _name(self) -> str:
        return f"{self._url}/embeddings"

    def _ask(self, body: bytes) -> bytes:
        """Return the answer to a request, asked again where that may help. Raises RemoteError."""
        waits = iter(WAITS)
        while True:
            result = self._try(body)
            if isinstance(result, bytes):
                self._has_answered = True
                return result
            self.close()
            wait = next(waits, None)
            if wait is None or result.seconds > LONGEST_WAIT:
                raise RemoteError(f"cannot ask {self._name}: {result.what}; try again later")
            sleep(max(wait, result.seconds))

    def _try(self, body: bytes) -> bytes | _Busy:
        try:
            connection = self._open()
            connection.request("POST", f"{self._parts.path}/embeddings", body, self._headers)
            response = connection.getresponse()
            data = response.read(MOST_BYTES + 1)
        except ConnectionRefusedError:
            if not self._has_answered:
                raise RemoteError(f"cannot ask {self._name}: nothing answers there; check host and port") from None
            return _Busy("nothing answers there")
        except socket.gaierror:
            raise RemoteError(f"cannot ask {self._name}: its host is not known; check the address") from None
        except TimeoutError:
            return _Busy(f"the server sent nothing for {SECONDS} s")
        except (OSError, HTTPException) as error:
            return _Busy(f"the connection failed ({type(error).__name__})")
        return self._answer(response, data)

    def _answer(self, response: HTTPResponse, data: bytes) -> bytes | _Busy:
        status = response.status
        if status in BUSY_STATUSES:
            return _Busy(f"status {status}", _seconds_asked(response))
        if status in (401, 403):
            raise RemoteError(f"cannot ask {self._name}: access is refused (status {status}); check {KEY_VARIABLE}")
        if status != 200:
            raise RemoteError(f"cannot ask {self._name}: status {status}; check address, model and length of the texts")
        if len(data) > MOST_BYTES:
            raise RemoteError(f"cannot ask {self._name}: the answer has more than {MOST_BYTES:,} bytes")
        return data

    def _open(self) -> HTTPConnection:
        """Return the connection, open. Raises UsageError if it leads to another machine without encryption."""
        if self._connection is not None:
            return self._connection
        is_plain = self._parts.scheme == "http"
        host = self._parts.hostname or ""
        connection = (HTTPConnection if is_plain else HTTPSConnection)(host, self._parts.port, timeout=SECONDS)
        connection.connect()
        if is_plain and not _is_loopback(str(connection.sock.getpeername()[0])):
            connection.close()
            raise UsageError(
                f"{self._url} leads to another machine over plain HTTP, where texts and keys could be read on the way; "
                "use https, or a server on this machine"
            )
        self._connection = connection
        return connection


def embedding_key(key_file: Path | None) -> str:
    """Return the key in a file, or else in the environment; empty if there is none. Raises UsageError."""
    key = os.environ.get(KEY_VARIABLE, "") if key_file is None else read_key_file(key_file).decode("utf-8", "replace")
    origin = KEY_VARIABLE if key_file is None else f"the key file {key_file.name!r}"
    key = key.strip()
    if (key or key_file is not None) and not _KEY.fullmatch(key):
        raise UsageError(f"{origin} holds no key: a key is one word of ASCII letters, digits and marks")
    return key


def _base_url(url: str) -> str:
    """Return the address without a slash at its end. Raises UsageError for one that is not of http or https."""
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, is_address = SplitResult("", "", "", "", ""), False
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(
            f"{spelled('embed')} holds more than an address; give a key in {KEY_VARIABLE} or {spelled('key_file')}"
        )
    if not is_address or not re.fullmatch("[!-~]+", url):
        raise misfit("embed", "an address such as http://127.0.0.1:8080/v1 or https://host/v1", url)
    return url.rstrip("/")


def _seconds_asked(response: HTTPResponse) -> int:
    """Return the seconds that a server asks to wait; 0 if it names none."""
    error = OSError()
    error.headers = response.headers  # type: ignore[attr-defined]
    return retry_after(error)


def _is_loopback(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def _vectors(data: bytes, number: int, name: str) -> list[bytes]:
    """Return the vectors in an answer, in the order of the texts. Raises RemoteError if there is anything else."""
    import numpy as np
    import orjson

    try:
        answer: Any = orjson.loads(data)
        entries = answer["data"]
        by_index = {entry["index"]: entry["embedding"] for entry in entries}
        rows = [by_index[index] for index in range(number)]
        is_complete = len(entries) == number
    except (orjson.JSONDecodeError, KeyError, TypeError):
        beginning = excerpt(data[:40].decode("utf-8", "replace"), 40)
        raise RemoteError(
            f"{name} does not answer as OpenAI's API does, with a vector for each text (it begins {beginning!r}); "
            "check the address and the model"
        ) from None
    if not is_complete:
        raise RemoteError(f"{name} gives {len(entries)} vectors for {number} texts; check the server")
    sizes = {len(row) if isinstance(row, list) else 0 for row in rows}
    if len(sizes) != 1 or 0 in sizes:
        raise RemoteError(f"{name} gives vectors of unlike dimensions; check the server")
    if not all(type(value) in (float, int) for row in rows for value in row):
        raise RemoteError(f"{name} gives vectors with values that are no numbers; check the server")
    matrix = np.asarray(rows, np.float64)
    with np.errstate(over="ignore"):
        lengths = np.sqrt((matrix * matrix).sum(axis=1))
    if not all(math.isfinite(length) and length > 0 for length in lengths.tolist()):
        raise RemoteError(f"{name} gives vectors that have no length (zeros, or numbers too large); check the server")
    return [row.tobytes() for row in (matrix / lengths[:, None]).astype("<f2")]
