"""Commands of tests are forks, and a fork does what a fresh process does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from corpuskit.core.settings import Settings
from tests.conftest import Run, texts
from tests.support.command_server import NEEDS_A_FRESH_PROCESS, CommandServers

RUNS = [
    ["--version"],
    ["head", "-n", "1"],
    ["head", "-n", "x"],
    ["filter-quality", "--json"],
    ["filter-quality", "-o", "out"],
    ["stats", "nowhere"],
    ["fit", "nowhere"],
    ["hub", "./nowhere"],
    ["synth-check", "--by", "labels.kind"],
]


LOADING_MUCH = (["fit", "nowhere"], ["hub", "./nowhere"])
"""Those that have servers of their own; the last of the runs shares one of them."""


@pytest.mark.parametrize(
    "arguments",
    [pytest.param(run, id=" ".join(run), marks=[pytest.mark.slow] * (run in LOADING_MUCH)) for run in RUNS],
)
def test_a_command_is_a_fork_and_does_what_a_fresh_process_does(
    arguments: list[str], tmp_path: Path, environment: dict[str, str], command_servers: CommandServers
) -> None:
    stdin = texts("a", "A text of some words, of which there are more than one.")
    forked, fresh = tmp_path / "forked", tmp_path / "fresh"
    forked.mkdir()
    fresh.mkdir()
    done = command_servers.of(arguments[0]).run(arguments, stdin, forked, environment)
    assert done is not None, "a test's command started Python anew"
    command = [sys.executable, "-m", "corpuskit", *arguments]
    same = subprocess.run(command, input=stdin, capture_output=True, cwd=fresh, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (same.returncode, same.stdout, same.stderr)
    assert sorted(path.name for path in forked.rglob("*")) == sorted(path.name for path in fresh.rglob("*"))


def test_what_a_module_may_read_when_it_is_imported_needs_a_fresh_process(
    tmp_path: Path, environment: dict[str, str], command_servers: CommandServers
) -> None:
    server = command_servers.of("")
    assert server.run(["--version"], b"", tmp_path, environment) is not None
    assert not server.other_variables(environment)
    asking = environment | {"HF_ENDPOINT": "http://127.0.0.1:9"}
    assert server.run(["--version"], b"", tmp_path, asking) is None
    assert server.other_variables(asking) == {"HF_ENDPOINT"}


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="no /proc")
def test_a_command_of_a_script_is_a_fork(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "who.sh").write_text("tr '\\0' ' ' < /proc/$PPID/cmdline >&2; cat")
    (tmp_path / "in.jsonl").write_bytes(texts("a"))
    forked = shell("corpuskit through -- sh who.sh < in.jsonl | cat")
    assert b"tests.support.forking" in forked.stderr, forked.stderr
    assert b"tests.support.forking" not in shell("corpuskit through -- sh who.sh < in.jsonl", fresh="through").stderr


@pytest.mark.parametrize(
    "script",
    [
        "corpuskit head -n 1 < in.jsonl | corpuskit filter-quality --json; echo $?",
        "corpuskit head -n x; echo $?",
        "corpuskit export nowhere || corpuskit --version",
        "cd deep && corpuskit files ../in.jsonl",
        "TZ=Asia/Tokyo corpuskit count < in.jsonl",
        "corpuskit head -n 1 'in.jsonl' '\xff'",
        "corpuskit",
    ],
)
def test_a_script_does_what_it_does_with_fresh_processes(
    script: str, tmp_path: Path, shell: Run, environment: dict[str, str]
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "in.jsonl").write_bytes(texts("a", "b"))
    forked = shell(script)
    same = subprocess.run(["bash", "-c", script], capture_output=True, cwd=tmp_path, env=environment)
    assert (forked.returncode, forked.stdout, forked.stderr) == (same.returncode, same.stdout, same.stderr)


def test_what_bash_does_to_its_own_processes_needs_fresh_ones() -> None:
    fresh = [
        "ulimit -n 64; corpuskit count in",
        "corpuskit count in & kill $!",
        "timeout 5 corpuskit count in",
        "corpuskit count <(cat in)",
        "corpuskit count in 3< other",
        "corpuskit count in <&-",
    ]
    forked = ["corpuskit count in > out 2>&1 && cat out", "corpuskit count in &> out", "cat in | corpuskit count - >&2"]
    assert [script for script in fresh + forked if NEEDS_A_FRESH_PROCESS.search(script)] == fresh


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes are held to one processor only on Linux")
def test_a_forked_command_has_one_processor_and_a_fresh_one_has_all(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("a"))
    (tmp_path / "count.sh").write_text("env -u OMP_NUM_THREADS nproc >&2; cat")
    script = "corpuskit through -- sh count.sh < in.jsonl"
    assert shell(f"{script} | cat").stderr.splitlines()[0] == b"1"
    assert shell(script, fresh="through").stderr.splitlines()[0] == str(len(os.sched_getaffinity(0))).encode()


def test_a_command_that_is_not_told_otherwise_uses_every_processor() -> None:
    assert Settings().workers() == (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
    assert Settings(jobs=3).workers() == 3
