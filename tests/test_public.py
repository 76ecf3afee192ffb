"""The public face: all that programs need is imported from `corpuskit`, typed, and costs nothing until it is used."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import corpuskit
from corpuskit.core.registry import find_step, own_steps
from tests.conftest import ROOT

SCRIPT = """\
from corpuskit import Dedup, Document, Drop

for item in Dedup(method="exact").run([Document("a", "one"), Document("b", "one")]):
    print(item.document.id if isinstance(item, Drop) else item)
"""


@pytest.mark.parametrize("name", dir(corpuskit))
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(corpuskit, name) is not None


def test_every_step_is_public() -> None:
    assert {find_step(name).__name__ for name in own_steps()} <= set(dir(corpuskit))


def test_other_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Documnet'"):
        corpuskit.Documnet  # noqa: B018


def test_importing_it_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'pyarrow', 'orjson', 'typer', 'rich', 'ast', 'corpuskit.core.step'}"
    code = f"import corpuskit, sys; sys.exit(bool({heavy} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_docs_import_from_it_alone() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    deep = [
        f"{page.name}: {line}"
        for page in pages
        for line in re.findall(r"(?:from|import) corpuskit\.[\w.]+.*", page.read_text(encoding="utf-8"))
    ]
    assert not deep


def test_a_script_is_checked_by_its_types(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    check = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), "script.py"]
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    wrong = SCRIPT.replace('"exact"', '"fuzzy"')
    (tmp_path / "script.py").write_text(wrong)
    done = subprocess.run(check, cwd=tmp_path, capture_output=True, text=True)
    assert 'Argument "method" to "Dedup" has incompatible type' in done.stdout
