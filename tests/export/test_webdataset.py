"""webdataset: tar files that every reader of tar files reads, the same for the same documents."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, lines_of

DOCUMENTS: list[dict[str, Any]] = [
    {
        "id": f"d/{number}",
        "text": text,
        "metadata": {"language": "en", "rights": {"train": "allowed"}},
        "more": [number],
    }
    for number, text in enumerate(["The tide.", "", "潮\u2028🌊", "x" * 100_000])
]


def test_members_are_texts_and_records(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(DOCUMENTS))
    shell("corpuskit export in.jsonl --to webdataset -o out -q")
    (path,) = (tmp_path / "out/webdataset").glob("*.tar")
    with tarfile.open(path) as archive:
        members = {entry.name: archive.extractfile(entry).read() for entry in archive}  # type: ignore[union-attr]
        assert {(entry.mtime, entry.uid, entry.uname) for entry in archive} == {(0, 0, "")}
    assert list(members) == [f"{number:09d}.{kind}" for number in range(4) for kind in ("txt", "json")]
    for number, document in enumerate(DOCUMENTS):
        assert members[f"{number:09d}.txt"].decode() == document["text"]
        assert json.loads(members[f"{number:09d}.json"]) == {key: document[key] for key in ("id", "metadata", "more")}


def test_equal_documents_are_equal_bytes_and_verify_checks_them(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of(DOCUMENTS))
    for name in ("a", "b"):
        shell(f"corpuskit export in.jsonl --to webdataset -o {name} -q --shard-documents 3")
    tars = [sorted((tmp_path / name / "webdataset").glob("*.tar")) for name in ("a", "b")]
    assert [path.read_bytes() for path in tars[0]] == [path.read_bytes() for path in tars[1]]
    assert len(tars[0]) == 2
    assert shell("corpuskit verify a").returncode == 0
    tars[0][0].write_bytes(tars[0][0].read_bytes().replace(b"The tide.", b"The time."))
    assert b"its sha256 differs" in shell("corpuskit verify a").stderr
    assert b"publish it as jsonl as well" in shell("corpuskit files b").stderr


@pytest.mark.slow
def test_the_library_reads_every_key(tmp_path: Path, shell: Run) -> None:
    webdataset = pytest.importorskip("webdataset")
    (tmp_path / "in.jsonl").write_bytes(lines_of(DOCUMENTS))
    shell("corpuskit export in.jsonl --to webdataset -o out -q")
    (path,) = (tmp_path / "out/webdataset").glob("*.tar")
    samples = list(webdataset.WebDataset(str(path), shardshuffle=False).decode())
    assert [sample["json"]["id"] for sample in samples] == [document["id"] for document in DOCUMENTS]
    assert [sample["txt"] for sample in samples] == [document["text"] for document in DOCUMENTS]
