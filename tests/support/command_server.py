"""Runs of `corpuskit` that need not start Python anew: each is a fork of a process that has the package loaded.

To start Python and to import the package takes longer than most commands do. A fork is a process like any other: it has
its own folder, environment, standard streams, and end. What only a fresh start shows, as modules that are not there or
the console script, golden cases show for every command where slow tests run, and so do tests of signals and limits.
"""

import itertools
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any

from tests.support.forked_command import ask
from tests.support.forking import OF_EACH_RUN

ROOT = Path(__file__).resolve().parents[2]
LEARNING = ("sklearn.ensemble", "sklearn.feature_extraction.text", "sklearn.pipeline", "sklearn.svm", "scipy.stats")
LIBRARIES_OF: dict[str, tuple[str, ...]] = {
    "": (),
    "fit": LEARNING,
    "synth-check": LEARNING,
    "hub": ("aiohttp", "datasets", "fsspec.implementations.http", "huggingface_hub.hf_file_system", "scipy.io"),
}
"""What some commands import that takes longer than all that others do; the empty name stands for those."""
COMMAND_WORD = re.compile(r"(?:corpuskit|\w+\.py) +([a-z][a-z-]+)")
"""A command in a script; its name is the group."""
NEEDS_A_FRESH_PROCESS = re.compile(
    r"\b(?:coproc|exec|kill|nice|nohup|prlimit|setsid|stdbuf|strace|timeout|trap|ulimit|umask|unshare|wait)\b"
    r"|[<>]\(|/dev/fd|/proc/|&-|[3-9]\s*[<>]|(?<![&>])&(?![&>])"
)
"""What bash does to the process that it starts, and not to one that is forked elsewhere."""


class ForkedCommand(subprocess.CompletedProcess[bytes]):
    """A command that has ended, and what it took."""

    def __init__(self, words: list[str], code: int, stdout: bytes, stderr: bytes, seconds: float, peak: int) -> None:
        """`seconds` are of the processor; `peak` is the most memory in bytes, with what was loaded before the fork."""
        super().__init__(words, code, stdout, stderr)
        self.seconds, self.peak = seconds, peak


class CommandServer:
    """A process that forks commands. It starts with the first command and ends with `close`."""

    def __init__(self, environment: dict[str, str], libraries: Sequence[str] = ()) -> None:
        """Note the environment of the process, as no test has changed it, and what it imports beside the package."""
        self._environment = environment
        self._libraries = libraries
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._folder = ""

    def run(
        self, arguments: list[str], stdin: bytes | None, folder: Path, environment: dict[str, str], program: str = ""
    ) -> "ForkedCommand | None":
        """Return what `python -m corpuskit ARGUMENTS` did, or None if only a fresh process can do this run.

        Without data for it, standard input is the null device. A `program` is run in place of the package.
        """
        with ExitStack() as stack:
            pipes = [os.pipe() for _ in range(3)]
            readers, writers = (
                [stack.enter_context(open(pipe[end], mode, buffering=0)) for pipe in pipes]
                for end, mode in enumerate(("rb", "wb"))
            )
            nothing = stack.enter_context(open(os.devnull, "rb"))
            theirs = [nothing if stdin is None else readers[0], *writers[1:]]
            connection = ask(
                self.address(),
                [os.fsencode(word) for word in (program, *arguments)],
                os.fsencode(folder),
                {os.fsencode(name): os.fsencode(value) for name, value in environment.items()},
                [file.fileno() for file in theirs],
            )
            if connection is None:
                return None
            stack.callback(connection.close)
            for file in (readers[0], *theirs):
                file.close()
            with ThreadPoolExecutor(2) as pool:
                fed, said = pool.submit(_feed, writers[0], stdin or b""), pool.submit(readers[2].read)
                printed = readers[1].read()
                fed.result()
            answer = connection.recv(99).split()
        assert answer, self._process and self._process.communicate()
        code, seconds, peak = int(answer[0]), float(answer[1]), int(answer[2])
        return ForkedCommand(["corpuskit", *arguments], code, printed, said.result(), seconds, peak)

    def other_variables(self, environment: dict[str, str]) -> set[str]:
        """Return the names of the variables for which a command with this environment needs a fresh process."""
        return {name for name, _ in self._environment.items() ^ environment.items()} - OF_EACH_RUN

    def address(self) -> str:
        """Return the path of the socket that takes commands. The process is started if it is not there yet."""
        if self._control is None:
            self.start()
        if self._control is not None and not self._folder:
            raise RuntimeError("the server was closed")
        return f"{self._folder}/socket"

    def start(self) -> None:
        """Start the process."""
        self._folder = tempfile.mkdtemp(prefix="commands-")
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        # Commands wait in this socket while the process imports what they need.
        with theirs, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(f"{self._folder}/socket")
            listener.listen(64)
            numbers = [theirs.fileno(), listener.fileno()]
            code = f"from tests.support.forking import serve; serve({numbers}, {list(self._libraries)})"
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=ROOT,
                env=self._environment,
                # Of the kind that commands get: what a stream can do is asked when it is opened.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=numbers,
            )

    def close(self) -> None:
        """End the process."""
        if self._control is not None and self._process is not None:
            self._control.close()
            self._process.communicate(timeout=60)
            shutil.rmtree(self._folder)
            self._folder = ""


class CommandServers:
    """Servers that run commands by turns, so that no two commands one after the other hash strings alike.

    Commands whose libraries take seconds to load share one server. It hashes otherwise each time that tests are run.
    """

    def __init__(self, environment: dict[str, str], libraries_of: dict[str, tuple[str, ...]] = LIBRARIES_OF) -> None:
        """Note the environment of all servers, and what the servers of some commands import."""
        self._environment, self._libraries_of = environment, libraries_of
        self._servers_of: dict[Sequence[str], list[CommandServer]] = {}
        self._turns = itertools.count()
        self._folder = ""

    def of(self, command: str) -> CommandServer:
        """Return the server whose turn it is, of those that have loaded what a command needs."""
        servers = self._servers(command)
        return servers[next(self._turns) % len(servers)]

    def folder_of_command(self, script: str, fresh: str = "") -> str:
        """Return a folder with a `corpuskit` that has a server fork it, unless it is one that has to be `fresh`.

        It is for scripts that can have this (`NEEDS_A_FRESH_PROCESS`).
        """
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="commands-")
        folder = Path(self._folder)
        names = sorted({name for name in COMMAND_WORD.findall(script) if name in self._libraries_of and name != fresh})
        folder = folder / "-".join([fresh, "with", *names])
        if not folder.is_dir():
            folder.mkdir()
            addresses = {name: [server.address() for server in self._servers(name)] for name in ("", *names)}
            program = (ROOT / "tests" / "support" / "forked_command.py").read_text()
            installed = str(Path(sys.executable).parent / "corpuskit")
            command = folder / "corpuskit"
            call = f"run_forked({addresses!r}, {installed!r}, {fresh!r})"
            command.write_text(f"#!{sys.executable} -IS\n{program}\n{call}\n")
            command.chmod(0o755)
        return str(folder)

    def close(self) -> None:
        """End all processes."""
        for server in itertools.chain(*self._servers_of.values()):
            server.close()
        if self._folder:
            shutil.rmtree(self._folder)

    def _servers(self, command: str) -> list[CommandServer]:
        libraries = self._libraries_of.get(command, self._libraries_of[""])
        if libraries not in self._servers_of:
            number = 1 if libraries else 2
            self._servers_of[libraries] = [CommandServer(self._environment, libraries) for _ in range(number)]
        return self._servers_of[libraries]


def _feed(pipe: IO[Any], data: bytes) -> None:
    """Write all data and close, also where nobody reads to the end."""
    with suppress(BrokenPipeError), pipe:
        while data:
            data = data[pipe.write(data) :]
