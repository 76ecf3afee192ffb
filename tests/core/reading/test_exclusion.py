"""`--exclude` and linked folders: what a folder holds and is not read is told, and what it takes is left out."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.md", "b.txt", "old/c.txt", "deep/old/d.txt", "deep/e.txt"):
        (tmp_path / "notes" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "notes" / name).write_text(f"words of {name}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("patterns", "ids"),
    [
        (["*.md"], ["b.txt", "deep/e.txt", "deep/old/d.txt", "old/c.txt"]),
        (["old"], ["a.md", "b.txt", "deep/e.txt"]),
        (["deep/old/"], ["a.md", "b.txt", "deep/e.txt", "old/c.txt"]),
        (["notes/old/*", "[ab].*"], ["deep/e.txt", "deep/old/d.txt"]),
        (["ld", "*.MD"], ["a.md", "b.txt", "deep/e.txt", "deep/old/d.txt", "old/c.txt"]),
    ],
)
def test_patterns_leave_out_files_and_folders(tree: Path, corpuskit: Run, patterns: list[str], ids: list[str]) -> None:
    done = corpuskit("files", "notes", *(word for pattern in patterns for word in ("--exclude", pattern)))
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [f"notes/{name}" for name in ids]
    for pattern in patterns:
        assert f"`--exclude {pattern}`".encode() in done.stderr  # how many, or that there are none


def test_to_leave_out_everything_is_a_mistake(tree: Path, corpuskit: Run) -> None:
    for command in ("files", "code"):
        done = corpuskit(command, "notes", "--exclude", "notes")
        assert done.returncode == 2 and b"`--exclude` leaves no input" in done.stderr


def test_a_recipe_excludes_too_and_the_manifest_says_so(tree: Path, corpuskit: Run) -> None:
    (tree / "recipe.yaml").write_text(
        "sources: {n: {from: files, inputs: [notes/], options: {exclude: [old]}, origin: other, license: CC0-1.0}}\n"
    )
    assert corpuskit("mix", "recipe.yaml", "-o", "out").returncode == 0
    manifest = json.loads((tree / "out" / "manifest.json").read_bytes())
    assert manifest["steps"][0]["options"]["exclude"] == ["old"]
    assert len(manifest["inputs"]) == 3
    assert corpuskit("files", "notes/a.md", "-o", "one").returncode == 0
    assert "exclude" not in json.loads((tree / "one" / "manifest.json").read_bytes())["steps"][0]["options"]


def test_links_to_folders_are_told_and_not_followed(tree: Path, corpuskit: Run) -> None:
    (tree / "other").mkdir()
    (tree / "other" / "f.txt").write_text("elsewhere")
    (tree / "notes" / "linked").symlink_to(tree / "other")
    done = corpuskit("files", "notes", "--exclude", "deep")
    assert b"1 link to folders left out of 'notes', the first is 'linked'; to read such a folder" in done.stderr
    assert b"elsewhere" not in done.stdout
