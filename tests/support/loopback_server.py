"""A server on loopback that speaks as much HTTP as clients of OpenAI's API need; its subclasses know the answers."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar


class Request(NamedTuple):
    """What a client asked."""

    method: str
    path: str
    headers: dict[str, str]
    """By their names in small letters."""
    body: bytes


@dataclass
class LoopbackServer:
    """Takes connections, and reads requests from them, one after the other."""

    url: str = ""
    connections: int = 0

    async def respond(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer a request, or fail; return whether the connection stays open."""
        raise NotImplementedError

    async def listen(self) -> asyncio.Server:
        """Begin to listen on a free port of this machine, and set the address."""
        listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
        return listening

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            # What still waits when the server ends is cancelled, and nobody is left to hear of it.
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self.respond(await _read(reader), writer):
                    pass
        finally:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    return Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))


async def send(
    writer: asyncio.StreamWriter, status: int, body: bytes, headers: str = "", kind: str = "application/json"
) -> None:
    """Send one whole answer."""
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    writer.write(head.encode() + body)
    await writer.drain()


AnyServer = TypeVar("AnyServer", bound=LoopbackServer)


@contextlib.contextmanager
def running(server: AnyServer) -> Iterator[AnyServer]:
    """Run a server in a thread of its own, on a free port."""
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(server.listen())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(_close(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _close(listening: asyncio.Server) -> None:
    listening.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0.01)  # transports close in a later round of the loop
