"""A model server on loopback that counts what it is asked, and fails as it is told to.

An answer depends on the request alone. `GET /counts` says how much was asked, and what was charged for answers that
were sent whole.
"""

import asyncio
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.loopback_server import LoopbackServer, Request, running, send

__all__ = ["FAULTS", "ModelServer", "answer_of", "completion", "running"]

FAULTS = (
    "429",
    "500",
    "503",
    "408",
    "409",
    "400",
    "401",
    "402",
    "404",
    "drop",
    "cut",
    "cut-unsaid",
    "html",
    "slow",
    "bad-json",
)
"""What may happen to a request in place of an answer; `cut` ends inside a character, `cut-unsaid` gives no length."""
SLOW_SECONDS = 30.0


def answer_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return the completion of a request: words that its messages determine, with their number as usage."""
    prompt = "\n".join(message["content"] for message in body["messages"])
    digest = hashlib.sha256(prompt.encode()).hexdigest()
    text = f"Café answer {digest[:12]} to {len(prompt)} characters – {digest[12:20]}"
    return completion(text, len(prompt.split()), model=body.get("model", "fake-1"))


def completion(text: Any, prompt_tokens: int = 3, *, model: str = "fake-1", finish: str = "stop") -> dict[str, Any]:
    """Return an answer as servers give it."""
    tokens = len(text.split()) if isinstance(text, str) else 0
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": tokens,
            "total_tokens": prompt_tokens + tokens,
        },
    }


@dataclass
class ModelServer(LoopbackServer):
    """What the server does, and what it has counted."""

    faults: list[str] = field(default_factory=list)
    """What happens to the first requests, in order; afterwards, and for an empty string, they are answered."""
    fault_of: Callable[[bytes, int], str] = lambda body, calls: ""
    """The fault of a body that was asked so many times before."""
    answer: Callable[[dict[str, Any]], dict[str, Any]] = answer_of
    delay: float = 0.0
    fixed: bytes = b""
    """If set, the answer to everything, so that the server costs next to nothing."""
    calls: int = 0
    bodies: Counter[bytes] = field(default_factory=Counter)
    charged: Counter[str] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    retry_after: str = "1"

    async def respond(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer a request as it deserves, or as the faults say."""
        if request.path == "/counts":
            await send(writer, 200, json.dumps(self.counts()).encode())
            return True
        body = request.body
        self.calls += 1
        if self.fixed:
            await send(writer, 200, self.fixed)
            return True
        self.keys.append(request.headers.get("authorization", ""))
        fault = self.faults.pop(0) if self.faults else self.fault_of(body, self.bodies[body])
        self.bodies[body] += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.delay:
                await asyncio.sleep(self.delay)
            return await (self._fail(fault, body, writer) if fault else self._answer(body, writer))
        finally:
            self.in_flight -= 1

    async def _answer(self, body: bytes, writer: asyncio.StreamWriter) -> bool:
        value = self.answer(json.loads(body))
        self.charged.update(value.get("usage") or {})
        await send(writer, 200, json.dumps(value, ensure_ascii=False).encode())
        return True

    async def _fail(self, fault: str, body: bytes, writer: asyncio.StreamWriter) -> bool:
        whole = json.dumps(self.answer(json.loads(body)), ensure_ascii=False).encode()
        inside = whole.index("é".encode()) + 1 if "é".encode() in whole else len(whole) // 2
        if fault == "drop":
            return False
        if fault == "cut":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole[:inside])
        elif fault == "cut-unsaid":
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + whole[:inside])
        elif fault == "slow":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole[:5])
            await writer.drain()
            await asyncio.sleep(SLOW_SECONDS)
        elif fault == "html":
            await send(writer, 200, b"<html><body>Sign in to the network</body></html>", kind="text/html")
            return True
        elif fault == "bad-json":
            await send(writer, 200, b'{"choices": 5}')
            return True
        else:
            error = {"error": {"message": f"no: {body[:40]!r}", "type": "fault", "code": f"fault_{fault}"}}
            headers = f"Retry-After: {self.retry_after}\r\n" if fault in ("429", "503") and self.retry_after else ""
            await send(writer, int(fault), json.dumps(error).encode(), headers)
            return True
        await writer.drain()
        return False

    def counts(self) -> dict[str, Any]:
        """Return what was counted, as JSON has it."""
        return {
            "calls": self.calls,
            "connections": self.connections,
            "distinct": len(self.bodies),
            "charged": dict(self.charged),
        }


async def main(delay: float, fixed: bool) -> None:
    """Serve until standard input ends; the first line of output is the address."""
    server = ModelServer(delay=delay, fixed=json.dumps(completion("Yes, it is.")).encode() if fixed else b"")
    listening = await server.listen()
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    async with listening:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 0.0, "--fixed" in sys.argv))
