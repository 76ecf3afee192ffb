"""Faults on purpose: the n-th write, sync, rename … of a run fails, or the run is killed there.

`arm` replaces the functions of `corpuskit.core.disk.filesystem`, through which all writing passes, and the start of
processes. A module `sitecustomize` on PYTHONPATH arms every process of a run, its workers too; each counts for itself.
Run as a program, this module is a server that forks a run for each line it reads, as its start takes longer than a run.
"""

import contextlib
import errno
import gc
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FAULT, LOG = "FAULT", "FAULT_LOG"
KINDS = {
    "open_new": "open",
    "open_write": "open",
    "open_flags": "open",
    "open_lock": "open",
    "open_scratch": "open",
    "open_nameless": "open",
    "open_database": "open",
    "copy": "write",
    "copy_mode": "write",
    "write": "write",
    "sync": "sync",
    "replace": "replace",
    "link": "link",
    "make_folder": "mkdir",
    "make_temporary_folder": "mkdir",
    "remove": "remove",
    "remove_folder": "remove",
    "remove_tree": "remove",
}
FIRST_WAITS_AT = 45
"""The call at which a first worker waits for a second: in its fourth task, so behind the phases of a single task."""
LONGEST_WAIT = 60
"""Seconds."""
EVERY = "open,write,sync,replace,link,mkdir,remove,spawn"


@dataclass(frozen=True)
class Fault:
    """The `at`-th call of these kinds fails with an error, once or from then on; or the process is killed there."""

    at: int
    error: int = errno.ENOSPC
    how: str = "once"
    kinds: str = EVERY
    whose: str = "any"
    """`worker`: only processes that another of the run has started; `second`: only the second of those to get there.

    The first waits for the second, as it might do all the work before the second has begun.
    """

    def text(self) -> str:
        return ":".join(map(str, (self.at, self.error, self.how, self.kinds, self.whose)))

    @classmethod
    def of(cls, text: str) -> "Fault":
        at, error, how, kinds, whose = text.split(":")
        return cls(int(at), int(error), how, kinds, whose)


@dataclass
class Counter:
    """Counts the calls of one process, writes their kinds down, and fails the one that is to fail."""

    fault: Fault
    log: str
    calls: int = 0
    turn: int | None = None
    """Which worker of the run this one is, up to two; None as long as nobody has asked."""
    calls_of_first: int = 0
    """So many has the first worker made, if this is it and it waits for the second."""
    main: int = field(default_factory=os.getpid)

    def step(self, kind: str) -> None:
        if kind not in self.fault.kinds.split(",") or not self._is_meant():
            return
        self.calls += 1
        fails = self.calls == self.fault.at or (self.fault.how == "forever" and self.calls > self.fault.at > 0)
        self._note(f"{'!' if fails else ''}{kind}\n")
        if fails and self.fault.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if fails:
            raise OSError(self.fault.error, os.strerror(self.fault.error))

    def _is_meant(self) -> bool:
        if self.fault.whose == "any":
            return True
        return self._is_worker() and (self.fault.whose == "worker" or self._is_second())

    def _is_second(self) -> bool:
        """Whether one worker has come here before this one, by the names that workers leave beside the log."""
        if self.turn is None:
            self.turn = 0
            while self.turn < 2:
                with contextlib.suppress(FileExistsError):
                    os.close(os.open(f"{self.log}.{self.turn}", os.O_CREAT | os.O_EXCL))
                    break
                self.turn += 1
        if self.turn == 0:
            self._wait_for_second()
        return self.turn == 1

    def _wait_for_second(self) -> None:
        self.calls_of_first += 1
        end = time.monotonic() + LONGEST_WAIT
        while self.calls_of_first == FIRST_WAITS_AT and not os.path.exists(f"{self.log}.1") and time.monotonic() < end:
            time.sleep(0.01)

    def _is_worker(self) -> bool:
        return os.getpid() != self.main or "--multiprocessing-fork" in sys.orig_argv

    def _note(self, line: str) -> None:
        descriptor = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        os.write(descriptor, line.encode())
        os.close(descriptor)


def arm(fault: Fault, log: str) -> None:
    """From now on the calls of this process are counted, and fail."""
    from multiprocessing.process import BaseProcess

    from corpuskit.core.disk import filesystem

    counter = Counter(fault, log)
    for name, kind in KINDS.items():
        setattr(filesystem, name, _failing(getattr(filesystem, name), kind, counter))
    BaseProcess.start = _failing(BaseProcess.start, "spawn", counter)  # type: ignore[method-assign]


def arm_from_environment() -> None:
    """What `sitecustomize` does."""
    if FAULT in os.environ:
        arm(Fault.of(os.environ[FAULT]), os.environ[LOG])


def _failing(call: Callable[..., Any], kind: str, counter: Counter) -> Callable[..., Any]:
    def failing(*arguments: Any, **more: Any) -> Any:
        counter.step(kind)
        result = call(*arguments, **more)
        return _counting(result, counter) if isinstance(result, io.IOBase) else result

    return failing


def _counting(file: Any, counter: Counter) -> Any:
    """A file whose writes are counted when they reach the system."""

    class Counting(io.FileIO):
        def write(self, data: Any) -> int:
            counter.step("write")
            return super().write(data)

    buffered = isinstance(file, io.BufferedWriter)
    descriptor = os.dup(file.fileno())
    file.close()
    raw = Counting(descriptor, "wb" if buffered else "rb+")
    return io.BufferedWriter(raw) if buffered else raw


@dataclass
class Done:
    """How a run ended."""

    code: int
    stderr: bytes
    calls: list[str]
    """The kinds of the calls that were counted; those that failed begin with `!`."""

    def fired(self) -> bool:
        return any(call.startswith("!") for call in self.calls)


class Server:
    """Runs `corpuskit` again and again, each time in a fork of one process that has everything loaded."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        (scratch / "site").mkdir(parents=True)
        (scratch / "site" / "sitecustomize.py").write_text(
            "from tests.support.faults import arm_from_environment\narm_from_environment()\n"
        )
        self.path = os.pathsep.join(map(str, (scratch / "site", ROOT)))
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from tests.support.faults import serve; serve()"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, folder: Path, arguments: list[str], fault: Fault | None = None) -> Done:
        """Run in a folder, with a ledger, TMPDIR and log beside it."""
        log, said = self.scratch / "log", self.scratch / "stderr"
        for path in (log, *log.parent.glob("log.*")):
            path.unlink(missing_ok=True)
        variables = {
            "CORPUSKIT_STATE": str(folder.parent / "state"),
            "CORPUSKIT_CACHE": str(folder.parent / "cache"),
            "TMPDIR": str(folder.parent / "tmp"),
            "PYTHONPATH": self.path,
            LOG: str(log),
        }
        job = {
            "arguments": arguments,
            "folder": str(folder),
            "stderr": str(said),
            "modules": str(self.scratch / "modules"),
            "variables": variables,
            "fault": (fault or Fault(0, kinds="none")).text(),
        }
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(job).encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        calls = log.read_text().split() if log.exists() else []
        return Done(int(answer), said.read_bytes(), calls)

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


def serve() -> None:
    """Fork a run for each job on standard input, and answer with its exit code, negative for a signal.

    What a run has imported, the next ones find imported.
    """
    from corpuskit.mix.engine.tasks import code_digest

    code_digest()
    for line in sys.stdin.buffer:
        job = json.loads(line)
        # What the forks do not look through need not be copied for them.
        gc.collect()
        gc.freeze()
        child = os.fork()
        if not child:
            _child(job)
        status = os.waitpid(child, 0)[1]
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
        _import_all(Path(job["modules"]))


def _import_all(names: Path) -> None:
    import importlib

    for name in names.read_text().split() if names.exists() else ():
        if name not in sys.modules and not name.startswith("__mp_main__"):
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    names.unlink(missing_ok=True)


def _child(job: dict[str, Any]) -> None:
    import tempfile

    from corpuskit.cli.main import main

    tempfile.tempdir = None
    os.environ.update(job["variables"], **{FAULT: job["fault"]})
    os.chdir(job["folder"])
    nowhere = os.open(os.devnull, os.O_RDWR)
    stderr = os.open(job["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    for descriptor, place in ((nowhere, 0), (nowhere, 1), (stderr, 2)):
        os.dup2(descriptor, place)
    sys.stdin = open(0)  # noqa: SIM115 - for as long as the process lasts
    arm(Fault.of(job["fault"]), job["variables"][LOG])
    code: Any = 1
    try:
        main(job["arguments"])
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:
        import traceback

        traceback.print_exc()
    with contextlib.suppress(Exception):
        _end_workers()
    Path(job["modules"]).write_text("\n".join(sys.modules))
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _end_workers() -> None:
    """What the interpreter does at its end; a run that would hang there hangs here."""
    from multiprocessing.util import _exit_function

    _exit_function()
