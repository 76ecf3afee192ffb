"""A server of the standard library, in a thread of the test's own process."""

import contextlib
import socketserver
import threading
from collections.abc import Iterator

SECONDS_BETWEEN_LOOKS = 0.01
"""How often a server looks whether it is to end. Without this it does so twice a second, and its end takes as long."""


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """Have a server answer requests in the meantime, and close it afterwards."""
    thread = threading.Thread(target=server.serve_forever, args=(SECONDS_BETWEEN_LOOKS,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
