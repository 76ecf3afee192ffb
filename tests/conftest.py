"""What all tests share: where the real data lies, and a way to run the command as a user does."""

import compileall
import gc
import json
import os
import re
import resource
import signal
import socketserver
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from tests.support.flushing import leave_flushing_to_the_system
from tests.support.large_pages import gather_into_large_pages

if TYPE_CHECKING:
    from tests.support.command_server import CommandServers

# A busy machine is slow, and slowness is no fault of what a property test looks at. Continuous integration repeats the
# same examples, so that a change fails by its own fault only; everyone else's run searches on. Hypothesis itself
# would take 100 examples: a quarter of them do here, and `--hypothesis-profile thorough` takes twice as many.
for profile, examples in (("corpuskit", 25), ("thorough", 200)):
    settings.register_profile(profile, deadline=None, derandomize="CI" in os.environ, max_examples=examples)
settings.load_profile("corpuskit")

# Commands are started here by the thousand, some without the right or the room to write a whole file. They find the
# package compiled, and none of them writes bytecode, which might be cut short and then be read by the next.
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
sys.dont_write_bytecode = False

AT_START = dict(os.environ)
"""The environment before any test has changed it."""

# A job that a script runs in the background ignores interrupts, and all that it starts would do so, too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Servers in tests send the head and the body of an answer one after the other. Otherwise the body would wait until the
# client acknowledges the head, which takes clients 40 ms, a hundred times as long as the answer.
socketserver.StreamRequestHandler.disable_nagle_algorithm = True

# No command may hold a descriptor for each of its files. Systems allow 1,024; so few show a leak in a small test. Tests
# whose helpers need more take them from the hard limit (`allow_descriptors`).
DESCRIPTORS = 256


def allow_descriptors(number: int) -> int:
    """Let this process and those that it starts hold so many files open; return how many it was before."""
    before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (number if most == resource.RLIM_INFINITY else min(number, most), most))
    return before


allow_descriptors(DESCRIPTORS)

leave_flushing_to_the_system()

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
RunIn = Callable[..., Run]
PLAIN_COMMAND = re.compile(r"(?:corpuskit|python (\w+\.py))((?: [\w./:=,@%+-]+)+)")
"""Words that mean to bash what they say; a program that takes the place of the package is the first group."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("real data (../shared/data) is not on this machine")
    return SHARED


def environment_of(folder: Path) -> dict[str, str]:
    """An environment with ledger and cache in a folder, in which `corpuskit` is found."""
    return {
        **AT_START,
        "CORPUSKIT_STATE": str(folder / "state"),
        "CORPUSKIT_CACHE": str(folder / "cache"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{AT_START['PATH']}",
    }


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with a ledger of its own, in which `corpuskit` is found."""
    return environment_of(tmp_path)


@pytest.fixture(scope="session")
def command_servers() -> "Iterator[CommandServers]":
    """Processes that run commands."""
    from tests.support.command_server import CommandServers

    servers = CommandServers(AT_START)
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def corpuskit_in(command_servers: "CommandServers") -> RunIn:
    """Run `corpuskit ARGUMENTS` in a folder that is named, as what several tests begin with is made once for them."""

    def run_in(folder: Path, environment: dict[str, str] | None = None) -> Run:
        variables = environment_of(folder) if environment is None else environment

        def run(*arguments: str | Path, stdin: bytes = b"", **more: Any) -> "subprocess.CompletedProcess[bytes]":
            words = list(map(str, arguments))
            if not more:
                done = command_servers.of(words[0] if words else "").run(words, stdin, folder, variables)
                if done is not None:
                    return done
            command = [sys.executable, "-m", "corpuskit", *words]
            return subprocess.run(command, input=stdin, capture_output=True, cwd=folder, env=variables, **more)

        return run

    return run_in


@pytest.fixture
def corpuskit(tmp_path: Path, environment: dict[str, str], corpuskit_in: RunIn) -> Run:
    """Run `corpuskit ARGUMENTS` in a scratch folder."""
    return corpuskit_in(tmp_path, environment)


def shell_in(folder: Path, environment: dict[str, str], servers: "CommandServers") -> Run:
    """Return what runs bash scripts in a folder. One that is a single plain command needs no bash.

    `fresh` names a command that is not forked.
    """
    from tests.support.command_server import NEEDS_A_FRESH_PROCESS

    def run(script: str, fresh: str = "", **more: Any) -> "subprocess.CompletedProcess[bytes]":
        variables = environment
        if not fresh and not more and (plain := PLAIN_COMMAND.fullmatch(script)):
            words = plain[2].split()
            done = servers.of(words[0]).run(words, None, folder, environment, plain[1] or "")
            if done is not None:
                return done
        if not more and "corpuskit " in script and not NEEDS_A_FRESH_PROCESS.search(script):
            path = f"{servers.folder_of_command(script, fresh)}{os.pathsep}{environment['PATH']}"
            variables = {**environment, "PATH": path}
        return subprocess.run(["bash", "-c", script], capture_output=True, cwd=folder, env=variables, **more)

    return run


@pytest.fixture
def shell(tmp_path: Path, environment: dict[str, str], command_servers: "CommandServers") -> Run:
    """Run a bash script in a scratch folder."""
    return shell_in(tmp_path, environment, command_servers)


def lines_of(documents: list[dict[str, Any]]) -> bytes:
    """Documents as JSONL."""
    return b"".join(json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in documents)


def texts(*words: str) -> bytes:
    """JSONL documents with these texts, `d0` and on as ids."""
    return lines_of([{"id": f"d{place}", "text": text, "metadata": {}} for place, text in enumerate(words)])


def pytest_xdist_auto_num_workers() -> int | None:
    """One worker more than there are processors: tests wait for servers, for the disk, and for other processes."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return 1 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package, once for all workers."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(ROOT / "corpuskit", quiet=2)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect the tests without looking for garbage, as there is none to speak of.

    What is there afterwards lives as long as the process. It is a million objects, which otherwise each full collection
    would look through: for a quarter of a second where a test asks for one.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        # Steps that run in the test's own process start their workers as forks of it.
        gather_into_large_pages()
        gc.enable()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--record` writes the golden cases anew."""
    parser.addoption("--record", action="store_true", help="write what golden cases print as what they must print")
