"""An embedding server on loopback: as much of OpenAI's API as `index` and `search` ask, with faults on request."""

import asyncio
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from tests.support.loopback_server import LoopbackServer, Request, running, send

Embed = Callable[[Sequence[str]], list[list[float]]]


def hashed_words(texts: Sequence[str], dimensions: int = 32) -> list[list[float]]:
    """Vectors of texts by their words: each adds 1 to the dimension that its hash says."""
    vectors = []
    for text in texts:
        vector = [0.001] * dimensions
        for word in re.findall(r"\w+", text.lower()):
            vector[hashlib.sha256(word.encode()).digest()[0] % dimensions] += 1.0
        vectors.append(vector)
    return vectors


STATUSES = {"busy": 429, "broken": 500, "refused": 401, "too-long": 400, "redirect": 307}


@dataclass
class LoopbackEmbeddings(LoopbackServer):
    """What the server answers with, and what it was asked."""

    embed: Embed = hashed_words
    faults: "Counter[str]" = field(default_factory=Counter)
    """How often yet to answer otherwise, by kind; see `_fail` and `faulty_vectors`."""
    texts: list[str] = field(default_factory=list)
    """All texts that were embedded, in order."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Of each request, by names in small letters."""
    models: set[str] = field(default_factory=set)

    async def respond(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer as servers with OpenAI's API do, or as the faults say."""
        body = json.loads(request.body)
        self.headers.append(request.headers)
        self.models.add(body["model"])
        if request.path != "/v1/embeddings":
            await send(writer, 404, b"{}")
            return True
        for kind in [kind for kind, times in self.faults.items() if times > 0]:
            self.faults[kind] -= 1
            return await self._fail(kind, body["input"], writer)
        self.texts += body["input"]
        await send(writer, 200, answer_of(await asyncio.to_thread(self.embed, body["input"])))
        return True

    async def _fail(self, kind: str, texts: list[str], writer: asyncio.StreamWriter) -> bool:
        if kind == "hang-up":
            return False
        if kind in STATUSES:
            headers = "Retry-After: 0\r\nLocation: http://127.0.0.1:9/v1/embeddings\r\n"
            await send(writer, STATUSES[kind], b"{}", headers)
        elif kind == "html":
            await send(writer, 200, b"<!DOCTYPE html><title>Sign in</title>", kind="text/html")
        elif kind == "cut":
            await send(writer, 200, b'{"data": [{"index": 0, "embedd')
        else:
            await send(writer, 200, answer_of(faulty_vectors(kind, self.embed(texts))))
        return True


def faulty_vectors(kind: str, vectors: list[Any]) -> list[Any]:
    """Return other vectors than a server should give."""
    row = vectors[-1]
    return {
        "too-few": vectors[:-1],
        "too-many": [*vectors, row],
        "nan": [*vectors[:-1], [math.nan, *row[1:]]],
        "infinite": [*vectors[:-1], [math.inf, *row[1:]]],
        "zeros": [*vectors[:-1], [0.0] * len(row)],
        "huge": [*vectors[:-1], [1e200] * len(row)],
        "words": [*vectors[:-1], ["a"] * len(row)],
        "unlike": [*vectors[:-1], row[1:]] if vectors[1:] else [[]],
        "shorter": [vector[1:] for vector in vectors],
        "empty": [[] for _ in vectors],
        "no-list": [*vectors[:-1], "vector"],
    }[kind]


def answer_of(vectors: list[Any]) -> bytes:
    """Return an answer with vectors, the last one first: it is `index` that says which is which."""
    data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(vectors)]
    return json.dumps({"object": "list", "data": data[::-1], "model": "m"}).encode()


def loopback_embeddings(embed: Embed = hashed_words) -> AbstractContextManager[LoopbackEmbeddings]:
    """Run a server until the block ends."""
    return running(LoopbackEmbeddings(embed=embed))
