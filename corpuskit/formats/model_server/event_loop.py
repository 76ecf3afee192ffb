"""Coroutines run to their end from ordinary code, also in notebooks, whose thread has a running event loop already."""

import asyncio
from collections.abc import Callable, Coroutine
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
        return _beside_running_loop(lambda: self._runner.run(work))

    def close(self) -> None:
        """End what still runs, and close the loop."""
        _beside_running_loop(self._runner.close)


def _beside_running_loop(call: Callable[[], Value]) -> Value:
    """Return what a call returns, made in another thread where this one has a running event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return call()
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()
