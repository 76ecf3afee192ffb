"""`dedup-index`: what an index holds, and what is taken out of it."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run, texts


@pytest.fixture
def index(tmp_path: Path, corpuskit: Run) -> Path:
    """An index with two snapshots."""
    for name, words in (("one", ("a text", "another")), ("two", ("a third",))):
        done = corpuskit("dedup", "--method", "exact", "--index", "seen", "--snapshot", name, stdin=texts(*words))
        assert done.returncode == 0, done.stderr
    return tmp_path / "seen"


def test_snapshots_are_listed_in_their_order(index: Path, corpuskit: Run) -> None:
    answer = json.loads(corpuskit("dedup-index", "list", "seen", "--json").stdout)
    assert [(entry["name"], entry["documents"]) for entry in answer["snapshots"]] == [("one", 2), ("two", 1)]
    assert b"2 snapshots, 3 documents; generation 2" in corpuskit("dedup-index", "list", "seen").stdout


def test_a_snapshot_or_a_document_is_removed(index: Path, corpuskit: Run) -> None:
    assert corpuskit("dedup-index", "remove", "seen", "--snapshot", "two").stderr.endswith(b"removed 1 entry\n")
    assert corpuskit("dedup-index", "remove", "seen", "--id", "d0").stderr.endswith(b"removed 1 entry\n")
    assert corpuskit("dedup-index", "remove", "seen", "--id", "d0").stderr.endswith(b"removed 0 entries\n")
    answer = json.loads(corpuskit("dedup-index", "list", "seen", "--json").stdout)
    assert [(entry["name"], entry["documents"]) for entry in answer["snapshots"]] == [("one", 1)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("list",), "say "),
        (("show", "seen"), "say "),
        (("remove", "seen"), "name what to remove"),
        (("list", "seen", "--id", "d0"), "list takes neither --snapshot nor --id"),
        (("list", "nowhere"), "holds no index"),
    ],
)
def test_what_cannot_be_done_is_refused(index: Path, corpuskit: Run, words: tuple[str, ...], says: str) -> None:
    done = corpuskit("dedup-index", *words)
    assert done.returncode == 2
    assert says in done.stderr.decode()
