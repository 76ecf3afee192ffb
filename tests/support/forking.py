"""The process that forks commands: it has imported what they import, and holds no thread."""

import atexit
import gc
import importlib
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from tests.support.flushing import leave_flushing_to_the_system
from tests.support.forked_command import TAKEN
from tests.support.large_pages import gather_into_large_pages

OF_EACH_RUN = {"CORPUSKIT_STATE", "CORPUSKIT_CACHE", "CORPUSKIT_VENV", "OLDPWD", "PATH", "PS1", "PWD", "SHLVL", "_"}
"""Variables that no module reads when it is imported, so that they may be other than the server's."""
LEFT_OUT = ("corpuskit.__main__", "corpuskit.mix.engine.datatrove_ranks")
"""Modules that are not loaded: the one that is run, and one for which few commands import much."""
LIBRARIES = (
    "aiohttp",
    "encodings.ascii",
    "encodings.idna",
    "encodings.utf_8_sig",
    "importlib.metadata",
    "isal.igzip_lib",
    "license_expression",
    "jsonschema",
    "multiprocessing.popen_spawn_posix",
    "multiprocessing.resource_tracker",
    "multiprocessing.sharedctypes",
    "multiprocessing.synchronize",
    "numpy.ma",
    "numpy.random",
    "orjson",
    "phonenumbers",
    "pydantic",
    "rensa",
    "rich",
    "yaml",
    "zstandard",
)
"""What most commands import while they run."""
TABLES = (
    "corpuskit.core.licenses._index",
    "corpuskit.core.licenses._licensing",
    "corpuskit.core.registry.added_steps",
    "corpuskit.mix.engine.tasks.code_digest",
    "corpuskit.text.code.package_licenses._licensing",
    "corpuskit.text.dedup.shingle_batches.folding",
    "corpuskit.text.html.classifier.trees",
    "corpuskit.text.language_id.model._predictor",
)
"""Functions whose values commands keep, as to compute them takes longer than most commands do."""
STAGES: dict[str, dict[str, Any]] = {"filter-language": {"keep": ["en"]}, "filter-quality": {}, "scrub-pii": {}}
"""What prepares such values with its first text, with its options."""
IDLE_THREAD = "jemalloc_bg_thd"
"""A thread that starts with pyarrow for an allocator that nothing uses, and that nothing misses in a fork."""
MESSAGE = 1 << 20
"""Bytes of the longest job: arguments, folder and environment."""
Job = tuple[list[str], bytes, dict[bytes, bytes]]


def serve(numbers: Sequence[int], libraries: Sequence[str]) -> None:
    """Fork a run for each connection, and answer with its exit code, negative for a signal, until `control` ends."""
    control, listener = (socket.socket(fileno=number) for number in numbers)
    own = dict(os.environb)
    _take_one_processor()
    leave_flushing_to_the_system()
    _load(libraries)
    # What the forks do not look through need not be copied for them.
    gc.collect()
    gc.freeze()
    gather_into_large_pages()
    waking, woken = socket.socketpair()
    woken.setblocking(False)
    signal.set_wakeup_fd(woken.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([control, listener, waking], [], [])
        if waking in ready:
            waking.recv(MESSAGE)
            _report_ended(running)
        if control in ready:
            return
        if listener in ready:
            connection, _ = listener.accept()
            message, descriptors, _, _ = socket.recv_fds(connection, MESSAGE, 3)
            job = _job_of(message)
            if {name for name, _ in own.items() ^ job[2].items()} <= set(map(os.fsencode, OF_EACH_RUN)):
                connection.send(TAKEN)
                child = os.fork()
                if not child:
                    signal.set_wakeup_fd(-1)
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    for inherited in (control, listener, waking, woken, connection, *running.values()):
                        inherited.close()
                    _end(_run_command(job, descriptors))
                running[child] = connection
            else:
                connection.close()
            for descriptor in descriptors:
                os.close(descriptor)


def _take_one_processor() -> None:
    """Use one processor, another one for each worker of pytest.

    Commands that are not told how many processes to run take one for each processor, and each of those would start
    Python anew, for longer than the rest of the command. Tests of several processes say how many (`-j 2`).
    """
    if hasattr(os, "sched_setaffinity"):
        processors = sorted(os.sched_getaffinity(0))
        worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        os.sched_setaffinity(0, {processors[worker % len(processors)]})


def _job_of(message: bytes) -> Job:
    number, *fields = message.split(b"\0")
    words, folder, variables = fields[: int(number)], fields[int(number)], fields[int(number) + 1 :]
    pairs = (variable.partition(b"=") for variable in variables)
    return list(map(os.fsdecode, words)), folder, {name: value for name, _, value in pairs}


def _report_ended(running: dict[int, socket.socket]) -> None:
    """Send what there is to tell of the commands that have ended: exit code, CPU seconds and peak of memory."""
    for child in list(running):
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            with running.pop(child) as connection, suppress(BrokenPipeError):
                used = f"{usage.ru_utime + usage.ru_stime} {usage.ru_maxrss * 1024}"
                connection.send(f"{os.waitstatus_to_exitcode(status)} {used}".encode())


def _load(libraries: Sequence[str]) -> None:
    """Import what commands import; where it is nothing of their own, compute what they compute before they begin."""
    import corpuskit

    for module in pkgutil.walk_packages(corpuskit.__path__, "corpuskit."):
        if module.name not in LEFT_OUT:
            importlib.import_module(module.name)
    for library in (*LIBRARIES, *libraries):
        importlib.import_module(library)
    if not libraries:
        _compute_tables()
    assert _threads() <= {IDLE_THREAD}, "only a process without threads may be forked"


def _compute_tables() -> None:
    from corpuskit.core.document import Document
    from corpuskit.core.options import build_step
    from corpuskit.core.registry import find_step
    from corpuskit.core.step import Stage

    for table in TABLES:
        module_name, _, function = table.rpartition(".")
        getattr(sys.modules[module_name], function)()
    for name, options in STAGES.items():
        stage = build_step(find_step(name), options)
        assert isinstance(stage, Stage)
        stage.apply(Document("1", "The tide comes in twice a day, as the harbour knows."))


def _threads() -> set[str]:
    """Names of the threads of this process besides its first one, as far as the system tells."""
    tasks = Path("/proc/self/task")
    names = {task.name: (task / "comm").read_text().strip() for task in tasks.iterdir()} if tasks.is_dir() else {}
    return {name for number, name in names.items() if int(number) != os.getpid()}


def _run_command(job: Job, descriptors: list[int]) -> int:
    """Run what `python -m corpuskit` or a program runs, and return its exit code."""
    (program, *arguments), folder, environment = job
    for stream, descriptor in enumerate(descriptors):
        os.dup2(descriptor, stream)
        os.close(descriptor)
    os.chdir(folder)
    os.environb.clear()
    os.environb.update(environment)
    sys.path[0] = os.getcwd()
    sys.argv = [program or "corpuskit", *arguments]
    if "random" in sys.modules:
        sys.modules["random"].seed()
    try:
        if program:
            runpy.run_path(program, run_name="__main__")
        else:
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
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
