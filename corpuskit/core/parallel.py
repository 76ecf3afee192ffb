"""Worker processes that give their results back in order, with bounded work in flight.

Workers must not keep a pipe of the parent's open, or its reader would wait for them: they put /dev/null in place of
standard input and output at their start, and die with their parent.
"""

import ctypes
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from corpuskit.core.errors import CorpuskitError

Task = TypeVar("Task")
Result = TypeVar("Result")

IN_FLIGHT_PER_WORKER = 4
PR_SET_PDEATHSIG = 1
KILLED = "a worker process was killed, perhaps for want of memory; try a smaller -j"


def ordered_map(
    work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int, start: str = "fork"
) -> Iterator[Result]:
    """Apply `work` to each task in one of `jobs` processes; results in the tasks' order.

    `start` is `fork` where the parent runs no threads yet, else `spawn`. Raises what `work` raises, and CorpuskitError
    if a worker dies.
    """
    context = multiprocessing.get_context(start)
    pool = ProcessPoolExecutor(jobs, context, initializer=settle_in, initargs=(os.getpid(), work))
    waiting: deque[Future[Any]] = deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(_do, task))
            if len(waiting) >= jobs * IN_FLIGHT_PER_WORKER:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise CorpuskitError(KILLED) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        _end_workers(pool)


class Pool:
    """Worker processes that outlive one call, for calls that carry their function with them."""

    def __init__(self, jobs: int) -> None:
        """The workers are started afresh, as the parent may run threads."""
        self.jobs = jobs
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(jobs, context, initializer=settle_in, initargs=(os.getpid(),))

    def ordered(self, calls: Iterable[tuple[Callable[[Task], Result], Task]]) -> Iterator[Result]:
        """What the calls return, in their order. Raises what they raise, and CorpuskitError if a worker dies."""
        waiting: deque[Future[Any]] = deque()
        try:
            for function, argument in calls:
                waiting.append(self._pool.submit(function, argument))
                if len(waiting) >= self.jobs * IN_FLIGHT_PER_WORKER:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise CorpuskitError(KILLED) from None
        except CorpuskitError as error:
            # The pool hangs the worker's traceback on it, which the task has kept already.
            raise error from None
        finally:
            for future in waiting:
                future.cancel()

    def close(self) -> None:
        """End the workers, whatever they are at."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        _end_workers(self._pool)


_work: Callable[[Any], Any] | None = None


def settle_in(parent: int, work: Callable[[Any], Any] | None = None) -> None:
    """Make this process a worker: let go of the parent's pipes, leave its signals to it, and die when it dies."""
    global _work
    _work = work
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if hasattr(signal, "SIGRTMIN"):  # Linux
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _do(task: Any) -> Any:
    assert _work is not None
    return _work(task)


def _end_workers(pool: ProcessPoolExecutor) -> None:
    for process in list((getattr(pool, "_processes", None) or {}).values()):
        process.terminate()
