"""Worker processes that give their results back in order, with bounded work in flight.

Workers must not keep a pipe of the parent's open, or its reader would wait for them: they replace standard input and
output with /dev/null when they start, and die with their parent.
"""

import contextlib
import ctypes
import errno
import gc
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from corpuskit.core import console
from corpuskit.core.errors import TOO_MANY_FILES, CorpuskitError, PublishError, UsageError
from corpuskit.core.stream.batch import Batch
from corpuskit.core.stream.cpu_guard import MARKS_A_WORKER, Guard, Marks, without
from corpuskit.core.stream.freed_memory import keep_freed_memory

Task = TypeVar("Task")
Result = TypeVar("Result")

IN_FLIGHT_PER_WORKER = 4
LAST_SECONDS = 5
PR_SET_PDEATHSIG = 1
NO_MAIN_GUARD = 97
"""Exit code of a worker that was about to run the whole script again."""
WORKER_KILLED = "a worker process was killed, perhaps for lack of memory; try a smaller -j"


def ordered_map(
    work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int, start: str = "fork"
) -> Iterator[Result]:
    """Apply `work` to each task in one of `jobs` processes; yield the results in the tasks' order.

    `start` is `fork` if the parent runs no threads yet, else `spawn`. Raises what `work` raises, and CorpuskitError
    if a worker dies.
    """
    return _results(Workers(work, jobs, start), tasks)


def each_in_order(work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    """Apply `work` to each task as `ordered_map` does, or in this process where workers would be no quicker."""
    return ordered_map(work, tasks, jobs) if min(jobs, len(tasks)) > 1 else map(work, tasks)


def guarded_map(
    work: Callable[[Batch, Guard], Batch], batches: Iterable[Batch], jobs: int, start: str = "fork"
) -> Iterator[Batch]:
    """Apply `work` to batches of documents as `ordered_map` does, in workers that a guard watches.

    A worker that spends too long on a document is killed, a new one replaces it, and the batch is done again without
    that document.
    """
    return _results(GuardedWorkers(work, jobs, start), batches)


def _results(workers: "Workers[Any]", tasks: Iterable[Any]) -> Iterator[Any]:
    try:
        for task in tasks:
            workers.submit(task)
            if len(workers.waiting) >= workers.most:
                yield workers.next_result()
        while workers.waiting:
            yield workers.next_result()
    finally:
        workers.close()


@dataclass(eq=False, slots=True)
class Submitted(Generic[Task]):
    """A task on its way; `slot` is where its worker records its position."""

    task: Task
    slot: int
    future: "Future[Any]"


class Workers(Generic[Task]):
    """Processes that do tasks, and the tasks whose results nobody has taken yet, in order."""

    def __init__(self, work: Callable[..., Any], jobs: int, start: str) -> None:
        self._work, self._jobs, self._context = work, jobs, multiprocessing.get_context(start)
        self.most = jobs * IN_FLIGHT_PER_WORKER
        self.waiting: deque[Submitted[Task]] = deque()
        self._next_slot = 0
        keep_freed_memory()
        self._open()

    def submit(self, task: Task) -> None:
        """Hand a task to the next worker that is free."""
        submitted = Submitted(task, self._next_slot * MARKS_A_WORKER, Future())
        self._next_slot = (self._next_slot + 1) % self.most
        self.waiting.append(submitted)
        self._start(submitted)

    def next_result(self) -> Any:
        """Return the result of the oldest task."""
        while True:
            try:
                result = self.waiting[0].future.result()
            except BrokenProcessPool:
                self._recover()
            else:
                self.waiting.popleft()
                return result

    def close(self) -> None:
        """End all workers, whatever they are doing. They hold their parent's locks, so they are waited for.

        They are killed: one that has only just been forked still has its parent's handler of SIGTERM, whose exception
        may get lost there, and then the parent waits for it without end.
        """
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.join(LAST_SECONDS)

    def _shared_marks(self) -> Marks | None:
        return None

    def _recover(self) -> None:
        raise CorpuskitError(WORKER_KILLED) from None

    def _open(self) -> None:
        settings = (os.getpid(), self._work, self._shared_marks())
        with starting():
            self._pool = ProcessPoolExecutor(self._jobs, self._context, initializer=become_worker, initargs=settings)
        self._processes: dict[int, BaseProcess] = {}

    def _start(self, submitted: Submitted[Task]) -> None:
        try:
            with starting():
                submitted.future = self._pool.submit(_do, submitted.slot, submitted.task)
        except BrokenProcessPool as error:
            submitted.future = Future()
            submitted.future.set_exception(error)
        finally:
            self._processes |= getattr(self._pool, "_processes", None) or {}


class GuardedWorkers(Workers[Batch]):
    """Workers that may spend only a limited time on each document."""

    _marks: Marks

    def _shared_marks(self) -> Marks:
        self._marks = self._context.RawArray("q", self.most * MARKS_A_WORKER)
        return self._marks

    def _recover(self) -> None:
        """Start again without the document on which the guard killed a worker; work that is done stays done."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        ended = {process.pid for process in self._processes.values() if process.exitcode == -signal.SIGPROF}
        undone = [submitted for submitted in self.waiting if not _is_done(submitted.future)]
        hung = [submitted for submitted in undone if self._marks[submitted.slot] in ended]
        if not hung:
            super()._recover()
        for submitted in hung:
            submitted.task = without(submitted.task, *self._marks[submitted.slot + 1 : submitted.slot + MARKS_A_WORKER])
        self._open()
        for submitted in undone:
            self._start(submitted)


class Pool:
    """Worker processes that outlive one call, for calls that carry their function with them."""

    def __init__(self, jobs: int) -> None:
        """Spawn the workers rather than fork them, as the parent may run threads."""
        self.jobs = jobs
        self._processes: dict[int, BaseProcess] = {}
        context = multiprocessing.get_context("spawn")
        with starting():
            # A spawned process inherits no state, unlike a forked one.
            settings = (os.getpid(), None, None, console.hushed_command())
            self._pool = ProcessPoolExecutor(jobs, context, initializer=become_worker, initargs=settings)
        # The pool's own dictionary, which it lets go of as soon as it breaks: one of its workers may say why.
        self._started: dict[int, BaseProcess] | None = getattr(self._pool, "_processes", None)

    def ordered(self, calls: Iterable[tuple[Callable[[Task], Result], Task]]) -> Iterator[Result]:
        """Yield what the calls return, in their order. Raises what they raise, and CorpuskitError if a worker dies."""
        waiting: deque[Future[Any]] = deque()
        try:
            for function, argument in calls:
                try:
                    with starting():
                        waiting.append(self._pool.submit(function, argument))
                finally:
                    self._processes |= self._started or {}
                if len(waiting) >= self.jobs * IN_FLIGHT_PER_WORKER:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            raise self._why_broken() from None
        except CorpuskitError as error:
            # The pool attaches the worker's traceback to it, which the task has stored already.
            raise error from None

    def _why_broken(self) -> CorpuskitError:
        """Return the error for a worker that ended by itself or was killed."""
        for process in self._processes.values():
            if _exit_code(process) == NO_MAIN_GUARD:
                return UsageError(
                    "worker processes import the script that starts them, which must not start them again: "
                    'put its calls below `if __name__ == "__main__":`, or run with one job'
                )
        return CorpuskitError(WORKER_KILLED)

    def close(self) -> None:
        """End the workers, whatever they are doing, and give back the semaphores of their queues.

        The pool itself cancels what waits: when its workers are gone, its thread sets an error in each future that is
        left, and a future that somebody else has cancelled ends the thread with a traceback.
        """
        processes = dict(getattr(self._pool, "_processes", None) or {})
        manager = getattr(self._pool, "_executor_manager_thread", None)
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes.values():
            process.kill()
        if manager is not None:
            manager.join(LAST_SECONDS)
        # A process that ends by a signal, as after Ctrl-C, would leave them to a tracker that complains of a leak.
        del self._pool, manager
        gc.collect()


def leave_if_imported_by_worker() -> None:
    """End this process if it is a worker that is importing its parent's script, which starts a run of its own."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        os._exit(NO_MAIN_GUARD)


@contextlib.contextmanager
def starting() -> Iterator[None]:
    """Turn a failed fork or pipe into a PublishError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EMFILE:
            raise PublishError(TOO_MANY_FILES) from None
        raise PublishError(
            f"cannot start worker processes: {error.strerror or error}; nothing was published. Try a smaller -j"
        ) from None


def _exit_code(process: BaseProcess) -> int | None:
    """Return how a process ended; None if it still runs.

    The pool's own thread waits for it, too. Whichever thread the system tells, the other learns nothing from it, and
    has to look again until the first has noted what it was told.
    """
    deadline = time.monotonic() + LAST_SECONDS
    process.join(LAST_SECONDS)
    while process.exitcode is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return process.exitcode


def _is_done(future: "Future[Any]") -> bool:
    return future.done() and not future.cancelled() and not isinstance(future.exception(), BrokenProcessPool)


_work: Callable[..., Any] | None = None
_marks: Marks | None = None
_ready: set[int] = set()


def become_worker(
    parent: int, work: Callable[..., Any] | None = None, marks: Marks | None = None, hushed: str = ""
) -> None:
    """Make this process a worker: let go of the parent's pipes, leave signals to the parent, and die with it.

    It is silent where the parent is: `hushed` is the command that is to be.
    """
    global _work, _marks
    _work, _marks = work, marks
    if hushed:
        console.hush(hushed, quiet=True)
    console.silence_destructors()
    # What is there stays as long as the worker: a collection that looks through it again finds nothing, and would have
    # the system copy what parent and worker share.
    gc.freeze()
    keep_freed_memory()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if hasattr(signal, "SIGRTMIN"):  # Linux
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _do(slot: int, task: Any) -> Any:
    assert _work is not None
    if _marks is None:
        return _work(task)
    guard = Guard(_marks, slot, os.getpid(), _ready)
    try:
        return _work(task, guard)
    finally:
        guard.leave()
