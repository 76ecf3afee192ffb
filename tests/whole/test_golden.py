"""Golden cases: a folder holds a `command`, its inputs and what it must print.

`tests/golden/NAME/CASE/command` is a bash script that is run in a copy of the folder; `stdout`, `stderr` and `code` are
what must come out. `pytest tests/whole/test_golden.py --record` writes them anew: then the review is the diff.
"""

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, Run

GOLDEN = ROOT / "tests" / "golden"
CASES = sorted(path.parent.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("command"))
EXPECTED = ("stdout", "stderr", "code")


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, tmp_path: Path, shell: Run, request: pytest.FixtureRequest) -> None:
    folder = GOLDEN / case
    for path in folder.iterdir():
        if path.name not in EXPECTED:
            shutil.copy(path, tmp_path)
    # In its first case a command starts in a process of its own; in the others it is a fork, as those beside it are.
    name = case.split("/")[0]
    is_first = case == next(other for other in CASES if other.split("/")[0] == name)
    done = shell((folder / "command").read_text(), fresh=name if is_first else "")
    found = {"stdout": done.stdout, "stderr": done.stderr, "code": f"{done.returncode}\n".encode()}
    for stream, data in found.items():
        if request.config.getoption("--record"):
            (folder / stream).write_bytes(data)
        assert data.decode() == (folder / stream).read_text(encoding="utf-8"), stream


def test_every_command_has_a_case() -> None:
    from corpuskit.core.registry import step_names

    assert {case.split("/")[0] for case in CASES} >= set(step_names())
