"""Coroutines run to their end from ordinary code, also in notebooks, whose thread has a running event loop already."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

__all__ = ["EventLoop"]

Value = TypeVar("Value")


class EventLoop:
    """An event loop for several coroutines, one after the other; use it in `with`."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        """Return the loop itself, which begins with its first coroutine."""
        return self

    def __exit__(self, *_: object) -> None:
        """End what still runs, and close the loop."""
        self.close()

    def run(self, work: Coroutine[Any, Any, Value]) -> Value:
        """Return what a coroutine returns, or raise what it raises."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return self._runner.run(work)
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(self._runner.run, work).result()

    def close(self) -> None:
        """End what still runs, and close the loop."""
        self._runner.close()
