"""Words of an index against those of its documents: equal bytes when both are merged, or else word by word."""

import sqlite3
from pathlib import Path

import pytest

from corpuskit.formats.search_index import word_check
from corpuskit.formats.search_index.layout import open_index
from tests.conftest import Run
from tests.retrieval.test_index import chunks, write


@pytest.fixture(params=["built", "deferred", "erased"])
def index(request: pytest.FixtureRequest, tmp_path: Path, corpuskit: Run) -> Path:
    """An index that was built, or changed and refreshed in one way or the other."""
    write(tmp_path / "a.jsonl", chunks(range(300)))
    write(tmp_path / "b.jsonl", [*chunks(range(20, 300)), *chunks(range(9), 1), *chunks(range(300, 310))])
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    if request.param != "built":
        more = ["--defer-erasure"] if request.param == "deferred" else []
        assert corpuskit("index", "b.jsonl", "-o", "a.idx", "-q", *more).returncode == 0
    return tmp_path / "a.idx"


def test_equal_words_merge_to_equal_bytes(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(word_check, "_summary_of_words")
    before = index.read_bytes()
    with open_index(index) as connection:
        assert word_check.are_words_of_documents(connection)
    assert index.read_bytes() == before


@pytest.mark.parametrize("is_merged", [True, False])
def test_other_words_are_found_either_way(index: Path, monkeypatch: pytest.MonkeyPatch, is_merged: bool) -> None:
    if is_merged:
        monkeypatch.setattr(word_check, "_summary_of_words", lambda words: id(words))
    else:
        monkeypatch.setattr(word_check, "_are_equal_when_merged", lambda *databases: False)
        with open_index(index) as connection:
            assert word_check.are_words_of_documents(connection)
    with sqlite3.connect(index) as writing:
        writing.execute("INSERT INTO words (rowid, text, title) VALUES (30, 'more', '')")
    writing.close()
    with open_index(index) as connection:
        assert not word_check.are_words_of_documents(connection)
