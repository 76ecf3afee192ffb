"""A file whose name is not UTF-8 costs neither its neighbours nor itself, and its name can be printed."""

import json
import os
from pathlib import Path

import pytest

from tests.conftest import Run, texts

NAME = b"caf\xe9"
SPELLED = rb"caf\xe9"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of several kinds, one of each with a name that is not UTF-8."""
    inputs = tmp_path / "in"
    inputs.mkdir()
    try:
        for ending, content in ((b".jsonl", texts("one") + b"broken\n"), (b".txt", b"text"), (b".py", b"x = 1\n" * 9)):
            Path(os.fsdecode(bytes(inputs) + b"/" + NAME + ending)).write_bytes(content)
            Path(os.fsdecode(bytes(inputs) + b"/whole" + ending)).write_bytes(content.replace(b"one", b"two"))
    except OSError:
        pytest.skip("this file system holds only names in UTF-8")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "documents"),
    [
        ("files in/*.jsonl", 2),
        ("files in", 4),
        ("files -j 2 in", 4),
        ("code in", 2),
        ("head in", 2),
    ],
)
def test_such_a_file_is_read_like_any_other(folder: Path, shell: Run, command: str, documents: int) -> None:
    done = shell(f"corpuskit {command} --drops drops --rejects rejects -o out")
    assert done.returncode == 0, done.stderr
    assert shell("corpuskit verify out").returncode == 0
    assert json.loads(shell("corpuskit stats out --json").stdout)["documents"] == documents
    manifest = (folder / "out" / "manifest.json").read_text(encoding="utf-8")
    assert r"caf\\xe9" in manifest
    for name in ("drops", "rejects"):
        (folder / name).read_text(encoding="utf-8")
    assert b"udce9" not in done.stderr


def test_a_document_is_found_by_such_a_name(folder: Path, shell: Run) -> None:
    assert shell("corpuskit files in/*.txt -o out").returncode == 0
    done = shell(r"corpuskit explain out $'caf\xe9.txt'")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(SPELLED + b".txt: kept")


def test_a_recipe_reads_such_files(folder: Path, shell: Run) -> None:
    recipe = "sources: {s: {from: files, inputs: [in], origin: other, license: CC0-1.0}}\n"
    (folder / "recipe.yaml").write_text(recipe)
    done = shell("corpuskit mix recipe.yaml -o out --quiet")
    assert done.returncode == 0, done.stderr
    assert shell("corpuskit verify out").returncode == 0


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (r"files $'absent\xe9.jsonl'", 2),
        (r"head in/whole.jsonl -o $'caf\xe9.jsonl'", 2),
        (r"files in --text-key $'\xe9'", 2),
        (r"files in --source $'\xe9'", 2),
        (r"files in --encoding $'\xe9'", 2),
        (r"head in/whole.jsonl --drops $'absent\xe9/d'", 5),
        (r"explain ds $'d\xe9'", 2),
        (r"explain ds $'\xff\xfe'", 2),
        (r"explain $'d\xe9' d0", 2),
        (r"verify $'d\xe9'", 2),
        (r"verify --json $'d\xe9'", 2),
        (r"stats $'d\xe9'", 2),
        (r"mix $'d\xe9.yaml'", 2),
        (r"status $'d\xe9'", 2),
        (r"dedup-index list $'d\xe9'", 2),
        (r"$'\xe9'", 2),
        (r"count $'--\xe9'", 2),
    ],
)
def test_messages_spell_such_a_name(folder: Path, shell: Run, command: str, code: int) -> None:
    assert shell("corpuskit export in/whole.jsonl -o ds").returncode == 0
    done = shell(f"corpuskit {command}")
    assert done.returncode == code, done.stderr
    assert done.stderr.count(b"\n") == 1
    assert b"udc" not in done.stderr
    done.stderr.decode()


def test_a_folder_with_such_a_name_is_published_and_read(folder: Path, shell: Run) -> None:
    assert shell(r"corpuskit export in/whole.jsonl -o $'d\xe9'").returncode == 0
    for command in ("verify", "verify --json", "stats", "count", "head"):
        assert shell(rf"corpuskit {command} $'d\xe9'").returncode == 0
