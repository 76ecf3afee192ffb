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


NAMES = sorted({case.split("/")[0] for case in CASES})
FIRST = [next(case for case in CASES if case.startswith(f"{name}/")) for name in NAMES]


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, tmp_path: Path, shell: Run, request: pytest.FixtureRequest) -> None:
    demand_expected(case, tmp_path, shell, "", is_recorded=request.config.getoption("--record"))


@pytest.mark.slow
@pytest.mark.parametrize("case", FIRST)
def test_a_command_does_in_a_process_of_its_own_what_it_does_in_a_fork(case: str, tmp_path: Path, shell: Run) -> None:
    demand_expected(case, tmp_path, shell, case.split("/")[0])


def demand_expected(case: str, copy: Path, shell: Run, fresh: str, *, is_recorded: bool = False) -> None:
    folder = GOLDEN / case
    for path in folder.iterdir():
        if path.name not in EXPECTED:
            shutil.copy(path, copy)
    done = shell((folder / "command").read_text(), fresh=fresh)
    streams = {"stdout": done.stdout, "stderr": done.stderr, "code": f"{done.returncode}\n".encode()}
    for stream, printed in streams.items():
        if is_recorded:
            (folder / stream).write_bytes(printed)
        assert printed.decode() == (folder / stream).read_text(encoding="utf-8"), stream


def test_every_command_has_a_case() -> None:
    from corpuskit.core.registry import step_names

    assert {case.split("/")[0] for case in CASES} >= set(step_names())
