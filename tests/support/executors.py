"""What the tests of executors share: a recipe, what a local run publishes of it, and a step that fails once.

Each executor has a test file of its own, so that they are tested in parallel.
"""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.recipes import RECIPE, published, write_books, write_inputs

FAILING_STEP = '''
import os
from dataclasses import dataclass
from pathlib import Path

from corpuskit.core.document import Document
from corpuskit.core.step import Stage


@dataclass(frozen=True)
class FailOnce(Stage):
    """Fail on one document while a certain file exists, and note the ids of all documents."""

    def apply(self, document: Document) -> Document:
        """Return the document."""
        folder = Path(os.environ["FAIL_ONCE"])
        with open(folder / "ids", "a") as stream:
            stream.write(document.id + "\\n")
        if document.id == "b120" and (folder / "armed").exists():
            raise ZeroDivisionError
        return document
'''


# A cluster starts a process for each task, which takes seconds: so keep the tasks of each kind few.
FEW_TASKS = RECIPE.replace("[dedup,", "[{dedup: {bands: 2}},")
BOOKS_ALONE = """
sources:
  books: {from: files, inputs: [books/], origin: licensed, license: CC-BY-4.0, steps: [fail-once]}
output: {dir: out, shard_documents: 100}
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with a recipe that has steps and phases of all kinds."""
    write_inputs(tmp_path, crawls=4, shards=4)
    (tmp_path / "recipe.yaml").write_text(FEW_TASKS)
    return tmp_path


@pytest.fixture
def baseline(work: Path, shell: Run) -> dict[str, str]:
    """What a local run publishes of it."""
    done = shell("corpuskit mix recipe.yaml -o local -j 2 --quiet")
    assert done.returncode == 0, done.stderr
    return published(work / "local")


@pytest.fixture
def failing_step(tmp_path: Path, environment: dict[str, str]) -> dict[str, str]:
    """A recipe whose step fails on one document of the third file, and an environment with its package installed."""
    package = tmp_path / "package"
    (package / "failonce-1.dist-info").mkdir(parents=True)
    (package / "failonce.py").write_text(FAILING_STEP)
    (package / "failonce-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: failonce\nVersion: 1\n")
    (package / "failonce-1.dist-info" / "entry_points.txt").write_text(
        "[corpuskit.steps]\nfail-once = failonce:FailOnce\n"
    )
    (tmp_path / "armed").touch()
    path = f"{package}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    environment |= {"PYTHONPATH": path, "FAIL_ONCE": str(tmp_path)}
    write_books(tmp_path / "books", 6, padding=25_000)
    (tmp_path / "recipe.yaml").write_text(BOOKS_ALONE)
    return environment


def demand_failure_then_success(work: Path, shell: Run, options: str) -> None:
    """Run a recipe whose third task fails with exit code 1 and its name; the next run does only what was not done."""
    failed = shell(f"corpuskit mix recipe.yaml {options}")
    assert failed.returncode == 1, failed.stderr
    assert b"books: files of books/02.jsonl: recipe.yaml:3: source `books`: fail-once failed on" in failed.stderr
    assert b"Traceback" not in failed.stderr
    assert not list((work / "out").glob("[!.]*"))
    status = json.loads(shell("corpuskit status out --json").stdout)
    (phase,) = [phase for phase in status["phases"] if phase["phase"] == "books: files, fail-once"]
    assert (phase["tasks"], phase["failed"]) == (6, 1)
    assert len(status["failures"]) == 1
    (work / "armed").unlink()
    (work / "ids").unlink()
    again = shell(f"corpuskit mix recipe.yaml {options}")
    assert again.returncode == 0, again.stderr
    ids = set((work / "ids").read_text().split())
    # On a local machine, tasks that waited when the first one failed may not have begun.
    assert {f"b{number}" for number in range(100, 150)} <= ids
    assert not {f"b{number}" for number in range(50)} & ids
    assert shell("corpuskit verify out").returncode == 0
