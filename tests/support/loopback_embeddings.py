"""An embedding server on loopback: as much of OpenAI's API as `index` and `search` ask, with faults on request."""

import hashlib
import json
import math
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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


@dataclass
class LoopbackEmbeddings:
    """What the server answers with, and what it was asked."""

    embed: Embed = hashed_words
    faults: "Counter[str]" = field(default_factory=Counter)
    """How often yet to answer otherwise, by kind; see `Handler.faulty_answer`."""
    texts: list[str] = field(default_factory=list)
    """All texts that were embedded, in order."""
    headers: list[dict[str, str]] = field(default_factory=list)
    models: set[str] = field(default_factory=set)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    """Answers as servers with OpenAI's API do."""

    protocol_version = "HTTP/1.1"
    server_state: LoopbackEmbeddings

    def do_POST(self) -> None:
        """Answer a request."""
        state = self.server_state
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        state.headers.append(dict(self.headers))
        state.models.add(body["model"])
        if self.path != "/v1/embeddings":
            self.answer(404, b"{}")
            return
        for kind in [kind for kind, times in state.faults.items() if times > 0]:
            state.faults[kind] -= 1
            self.faulty_answer(kind, body["input"])
            return
        state.texts += body["input"]
        self.vectors(state.embed(body["input"]))

    def faulty_answer(self, kind: str, texts: list[str]) -> None:
        """Answer otherwise than a server should."""
        vectors: list[Any] = self.server_state.embed(texts)
        statuses = {"busy": 429, "broken": 500, "refused": 401, "too-long": 400, "redirect": 307}
        if kind in statuses:
            self.answer(statuses[kind], b"{}", {"Retry-After": "0", "Location": "http://127.0.0.1:9/v1/embeddings"})
        elif kind == "html":
            self.answer(200, b"<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html"})
        elif kind == "cut":
            self.answer(200, b'{"data": [{"index": 0, "embedd')
        elif kind == "hang-up":
            self.close_connection = True
        else:
            row = vectors[-1]
            self.vectors(
                {
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
            )

    def vectors(self, vectors: list[Any]) -> None:
        """Answer with vectors, the last one first: it is `index` that says which is which."""
        data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(vectors)]
        self.answer(200, json.dumps({"object": "list", "data": data[::-1], "model": "m"}).encode())

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Print nothing."""


@contextmanager
def loopback_embeddings(embed: Embed = hashed_words) -> Iterator[LoopbackEmbeddings]:
    """Run a server until the block ends."""
    state = LoopbackEmbeddings(embed)
    handler = type("BoundHandler", (Handler,), {"server_state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
