"""Runs of `corpuskit` that need not start Python anew: each is a fork of a process that has the package loaded.

To start Python and to import the package takes longer than most commands do. A fork is a process like any other: it has
its own folder, environment, standard streams, and end. What only a fresh start shows, as modules that are not there or
the console script, golden cases show for every command, and so do tests of pipes and scripts.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, NoReturn

ROOT = Path(__file__).resolve().parents[2]
OF_EACH_RUN = {"CORPUSKIT_STATE", "CORPUSKIT_CACHE", "PATH"}
"""Variables that no module reads when it is imported, so that they may be other than the server's."""
OF_THE_TEST = {
    "KMP_DUPLICATE_LIB_OK",
    "KMP_INIT_AT_FORK",
    "OPENBLAS_NUM_THREADS",
    "PYTEST_CURRENT_TEST",
    "TYPER_USE_RICH",
}
"""What pytest and modules that tests import set in their own process, and what no command needs to be told."""
LEFT_OUT = ("corpuskit.__main__", "corpuskit.mix.engine.datatrove_ranks")
"""Modules that are not loaded: the one that is run, and one for which few commands import much."""
LIBRARIES = ("importlib.metadata", "license_expression", "numpy.random", "orjson", "pydantic", "rensa", "rich", "yaml")
"""What most commands import while they run."""
IDLE_THREAD = "jemalloc_bg_thd"
"""A thread that starts with pyarrow for an allocator that nothing uses, and that nothing misses in a fork."""
MESSAGE = 1 << 20
"""Bytes of the longest job: arguments, folder and environment."""


class CommandServer:
    """A process that forks one command at a time. It starts with the first command and ends with `close`."""

    def __init__(self, environment: dict[str, str]) -> None:
        """Note the environment of the process, as no test has changed it."""
        self._environment = environment
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(
        self, arguments: list[str], stdin: bytes | None, folder: Path, environment: dict[str, str]
    ) -> "subprocess.CompletedProcess[bytes] | None":
        """Return what `python -m corpuskit ARGUMENTS` did, or None if only a fresh process can do this run.

        Without data for it, standard input is the null device.
        """
        # Some tests run commands beside one another.
        if not self._lock.acquire(blocking=False):
            return None
        try:
            if self._socket is None:
                self._start()
            differing = dict(self._environment.items() ^ environment.items())
            if not differing.keys() <= OF_EACH_RUN | OF_THE_TEST:
                return None
            return self._fork(arguments, stdin, folder, environment)
        finally:
            self._lock.release()

    def close(self) -> None:
        """End the process."""
        if self._socket is not None and self._process is not None:
            self._socket.close()
            self._process.communicate(timeout=60)

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        code = f"from tests.support.command_server import serve; serve({number})"
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=ROOT,
                env=self._environment,
                # Of the kind that commands get: what a stream can do is asked when it is opened.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[number],
            )

    def _fork(
        self, arguments: list[str], stdin: bytes | None, folder: Path, environment: dict[str, str]
    ) -> "subprocess.CompletedProcess[bytes]":
        assert self._socket is not None
        job = json.dumps([arguments, str(folder), environment]).encode()
        with contextlib.ExitStack() as stack:
            pipes = [os.pipe() for _ in range(3)]
            readers, writers = (
                [stack.enter_context(open(pipe[end], mode, buffering=0)) for pipe in pipes]
                for end, mode in enumerate(("rb", "wb"))
            )
            nothing = stack.enter_context(open(os.devnull, "rb"))
            theirs = [nothing if stdin is None else readers[0], *writers[1:]]
            socket.send_fds(self._socket, [job], [file.fileno() for file in theirs])
            for file in (readers[0], *theirs):
                file.close()
            with ThreadPoolExecutor(2) as pool:
                fed, said = pool.submit(_feed, writers[0], stdin or b""), pool.submit(readers[2].read)
                printed = readers[1].read()
                fed.result()
            code = self._socket.recv(MESSAGE)
        assert code, self._process and self._process.communicate()
        return subprocess.CompletedProcess(["corpuskit", *arguments], int(code), printed, said.result())


def _feed(pipe: IO[Any], data: bytes) -> None:
    """Write all data and close, also where nobody reads to the end."""
    with contextlib.suppress(BrokenPipeError), pipe:
        while data:
            data = data[pipe.write(data) :]


def serve(number: int) -> None:
    """Fork a run for each job that comes through a socket, and answer with its exit code, negative for a signal."""
    _load()
    jobs = socket.socket(fileno=number)
    # What the forks do not look through need not be copied for them.
    gc.collect()
    gc.freeze()
    while True:
        job, descriptors, _, _ = socket.recv_fds(jobs, MESSAGE, 3)
        if not job:
            return
        child = os.fork()
        if not child:
            jobs.close()
            _end(_run_command(job, descriptors))
        for descriptor in descriptors:
            os.close(descriptor)
        jobs.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


def _load() -> None:
    """Import what commands import."""
    import corpuskit

    for module in pkgutil.walk_packages(corpuskit.__path__, "corpuskit."):
        if module.name not in LEFT_OUT:
            importlib.import_module(module.name)
    for library in LIBRARIES:
        importlib.import_module(library)
    assert _threads() <= {IDLE_THREAD}, "only a process without threads may be forked"


def _threads() -> set[str]:
    """Names of the threads of this process besides its first one, as far as the system tells."""
    tasks = Path("/proc/self/task")
    names = {task.name: (task / "comm").read_text().strip() for task in tasks.iterdir()} if tasks.is_dir() else {}
    return {name for number, name in names.items() if int(number) != os.getpid()}


def _run_command(job: bytes, descriptors: list[int]) -> int:
    """Run what `python -m corpuskit` runs, and return its exit code."""
    arguments, folder, environment = json.loads(job)
    for stream, descriptor in enumerate(descriptors):
        os.dup2(descriptor, stream)
        os.close(descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = os.getcwd()
    sys.argv = ["corpuskit", *arguments]
    if "random" in sys.modules:
        sys.modules["random"].seed()
    try:
        runpy.run_module("corpuskit", run_name="__main__", alter_sys=True)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end(code: int) -> NoReturn:
    """End as the interpreter does, except that what is loaded is not taken apart: that takes longer than the rest."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
