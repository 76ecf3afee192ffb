"""Vectors of texts from a server with OpenAI's API: `POST URL/embeddings`.

How it is asked, and asked again, is the matter of `client`. What is no answer to the request ends the run: a vector too
few, numbers that are none, a page of HTML.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any, Self

from corpuskit.core.errors import RemoteError
from corpuskit.formats.model_server.address import demand_base_url
from corpuskit.formats.model_server.client import ModelClient
from corpuskit.formats.model_server.event_loop import EventLoop

__all__ = ["BATCH", "EmbeddingClient"]

PATH = "/embeddings"
REQUEST_TEXTS = 64
"""Texts of one request."""
CONCURRENCY = 4
"""Requests at a time."""
BATCH = REQUEST_TEXTS * CONCURRENCY
"""Texts that are best handed over at once."""
SECONDS = 120
"""The longest that one answer may take."""


class EmbeddingClient:
    """Asks one server for vectors of one model, several requests at a time; use it in `with`."""

    def __init__(self, url: str, model: str, key: str = "") -> None:
        """`url` is the base of the server's addresses, such as http://127.0.0.1:8080/v1. Raises UsageError."""
        self.model = model
        self._url = demand_base_url(url, "embed")
        self._client = ModelClient(self._url, key, CONCURRENCY, SECONDS)
        self._loop = EventLoop()

    def __enter__(self) -> Self:
        """Make the client; no connection is opened before the first request."""
        self._loop.run(self._client.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self._loop.run(self._client.__aexit__(None, None, None))
        self._loop.close()

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Return the vectors of texts, of length 1, in float16. Raises RemoteError and UsageError."""
        return self._loop.run(self._embed_all(texts))

    async def _embed_all(self, texts: Sequence[str]) -> list[bytes]:
        parts = [texts[start : start + REQUEST_TEXTS] for start in range(0, len(texts), REQUEST_TEXTS)]
        results = await asyncio.gather(*map(self._embed_part, parts), return_exceptions=True)
        vectors: list[bytes] = []
        for result in results:
            if isinstance(result, BaseException):
                raise result
            vectors += result
        return vectors

    async def _embed_part(self, texts: Sequence[str]) -> list[bytes]:
        import orjson

        body = orjson.dumps({"model": self.model, "input": list(texts), "encoding_format": "float"})
        answer = await self._client.ask(PATH, body)
        name = f"{self._url}{PATH}"
        if answer.status != 200:
            raise RemoteError(
                f"cannot ask {name}: status {answer.status}; check address, model and length of the texts"
            )
        return _vectors(answer.value, len(texts), name)


def _vectors(answer: dict[str, Any], number: int, name: str) -> list[bytes]:
    """Return the vectors in an answer, in the order of the texts. Raises RemoteError if there is anything else."""
    import numpy as np

    try:
        entries = answer["data"]
        by_index = {entry["index"]: entry["embedding"] for entry in entries}
        rows = [by_index[index] for index in range(number)]
        is_complete = len(entries) == number
    except (KeyError, TypeError):
        raise RemoteError(
            f"{name} does not answer as OpenAI's API does, with a vector for each text; check the address and the model"
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
