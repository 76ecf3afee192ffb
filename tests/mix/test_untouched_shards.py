"""The last check of the audience leaves files alone in which nobody's data is, and changes nothing by that."""

import errno
import json
import os
from pathlib import Path

import pytest

from corpuskit import Document, FilterAudience, encode
from corpuskit.core.disk import filesystem
from corpuskit.core.settings import Settings
from corpuskit.mix.engine.pass_shard import PassShard
from corpuskit.mix.engine.shards import WorkFile, WorkShard, write_shards
from corpuskit.mix.mix import Mix
from tests.conftest import lines_of

RECIPE = """
sources:
  notes: {from: files, inputs: [notes.jsonl], origin: other, license: CC0-1.0}
  more: {from: files, inputs: [more.jsonl], origin: other, license: CC0-1.0}
together: [dedup]
output: {dir: out}
"""


def build(folder: Path, name: str, recipe: str = RECIPE) -> dict[str, bytes]:
    """Run the recipe in this process; the published files but for the time of the run."""
    (folder / "recipe.yaml").write_text(recipe)
    for source in ("notes", "more"):
        rows = [
            {"id": f"{source}-{n}", "text": f'The "tenant": no. {n % 40} of {source} came late.'} for n in range(50)
        ]
        (folder / f"{source}.jsonl").write_bytes(lines_of(rows))
    settings = Settings(output=folder / name, jobs=1, quiet=True)
    assert Mix(no_cache=True).execute([str(folder / "recipe.yaml")], settings) == 0
    files = (path for path in (folder / name).rglob("*") if path.is_file() and path.name != "run.json")
    return {path.relative_to(folder / name).as_posix(): path.read_bytes() for path in files}


def refuse_links(path: Path, target: Path) -> None:
    if ".staging" in str(target) and str(target).endswith("-0000.jsonl.zst"):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))
    os.link(path, target)


def test_what_comes_out_is_the_same_whether_documents_are_read_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = build(tmp_path, "unread")
    monkeypatch.setattr(FilterAudience, "passes", lambda self, line: False)
    assert build(tmp_path, "read") == unread
    assert json.loads(unread["manifest.json"])["steps"][-2]["name"] == "filter-audience"


def written(folder: Path, documents: list[Document]) -> WorkShard:
    (shard,) = write_shards(documents, folder / "task-a")
    file = WorkFile(folder / shard.file["name"], shard.documents, shard.bytes)
    return WorkShard((file,), "key")


def test_a_shard_is_passed_on_as_its_file_unless_somebody_owns_a_document(tmp_path: Path) -> None:
    free = [Document(f"d{number}", f"text {number}") for number in range(5)]
    owned = [*free, Document("mine", "text", {"tenant": "acme", "consent": {"scope": ["text", "train"]}})]
    for number, (documents, is_same_file) in enumerate(((free, True), (owned, False))):
        folder = tmp_path / str(number)
        folder.mkdir()
        shard = written(folder, documents)
        result = PassShard("together", (shard,), (FilterAudience(),)).run(folder / "task-b")
        assert [(entry["documents"], entry["bytes"]) for entry in result["shards"]] == [
            (5, sum(len(encode(document)) for document in free))
        ]
        path = folder / result["shards"][0]["name"]
        assert path.samefile(shard.files[0].path) == is_same_file
        count = result["counts"][0]
        assert (count["in"]["documents"], count["out"]["documents"]) == (len(documents), 5)
        again = PassShard("together", (shard,), (FilterAudience(),)).run(folder / "task-b")
        assert again == result, "what an earlier run left is replaced"


def test_without_hard_links_the_documents_are_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = build(tmp_path, "linked")
    monkeypatch.setattr(filesystem, "link", refuse_links)
    assert build(tmp_path, "copied") == expected
