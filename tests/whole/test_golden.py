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
    # The command that the case is for starts in a process of its own; those beside it are forks.
    done = shell((folder / "command").read_text(), fresh=case.split("/")[0])
    found = {"stdout": done.stdout, "stderr": done.stderr, "code": f"{done.returncode}\n".encode()}
    for name, data in found.items():
        if request.config.getoption("--record"):
            (folder / name).write_bytes(data)
        assert data.decode() == (folder / name).read_text(encoding="utf-8"), name


def test_every_command_has_a_case() -> None:
    from corpuskit.core.registry import step_names

    assert {case.split("/")[0] for case in CASES} >= set(step_names())
