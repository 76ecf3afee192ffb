"""An interrupt ends a command by its signal and without a word, also while modules are still imported."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run

INTERRUPTED = """
import os, signal, sys
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
from corpuskit.cli.main import main
main(["count", "in.jsonl"])
"""


@pytest.mark.parametrize(
    "module", ["corpuskit.core.console", "corpuskit.core.registry", "corpuskit.cli.arguments", "corpuskit.stages.count"]
)
def test_an_interrupt_during_imports_leaves_no_traceback(
    tmp_path: Path, environment: dict[str, str], module: str
) -> None:
    script = INTERRUPTED.format(module=module)
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True)
    assert done.returncode == -signal.SIGINT
    assert done.stderr == b""


def test_importing_the_command_line_leaves_interrupts_alone(tmp_path: Path, environment: dict[str, str]) -> None:
    script = "import signal, corpuskit.cli.main; assert signal.getsignal(2) is signal.default_int_handler"
    assert subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment).returncode == 0


@pytest.mark.parametrize(
    "command",
    ["verify {}", "stats {}", "explain {} a", "status {}", "head -o {}", "head -o {}.jsonl"],
)
def test_a_name_that_is_too_long_is_one_line(corpuskit: Run, command: str) -> None:
    done = corpuskit(*command.format("x" * 300).split())
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"internal fault" not in done.stderr
