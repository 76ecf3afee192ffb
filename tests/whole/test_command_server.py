"""Commands of tests are forks, and a fork does what a fresh process does."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import texts
from tests.support.command_server import CommandServers

RUNS = [
    ["--version"],
    ["head", "-n", "1"],
    ["head", "-n", "x"],
    ["filter-quality", "--json"],
    ["filter-quality", "-o", "out"],
    ["stats", "nowhere"],
]


@pytest.mark.parametrize("arguments", RUNS, ids=" ".join)
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
    assert server.run(["--version"], b"", tmp_path, environment | {"HF_ENDPOINT": "http://127.0.0.1:9"}) is None
