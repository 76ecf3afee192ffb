"""All documents of some files: in order, with a count of what is none, and not without word of what is missing."""

import gzip
from pathlib import Path

import pytest

from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.stream.document_files import find_document_files


def test_documents_come_in_order_and_lines_that_are_none_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id":"1","text":"one"}\nno document\n{"id":"2"}\n')
    (tmp_path / "b.jsonl").write_text('{"id":"3","text":"three"}\n')
    files = find_document_files([tmp_path / "a.jsonl", tmp_path / "b.jsonl"])
    assert [document.id for document in files] == ["1", "3"]
    assert files.rejected == {"bad-json": 1, "no-text": 1}


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id":"1","text":"one"}\n')
    (tmp_path / "notes.txt").write_text("no document\n")
    assert [document.id for document in find_document_files(tmp_path)] == ["1"]


def test_damage_is_told_after_what_can_be_read(tmp_path: Path) -> None:
    whole = gzip.compress(b'{"id":"1","text":"one"}\n', mtime=0)
    (tmp_path / "cut.jsonl.gz").write_bytes(whole + whole[:-9])
    documents = iter(find_document_files(tmp_path / "cut.jsonl.gz", consequence="no plan was written"))
    assert next(documents).id == "1"
    with pytest.raises(DamagedError, match=r"cut\.jsonl\.gz is damaged .*; no plan was written\. Copy it again"):
        list(documents)


def test_other_kinds_of_files_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html>")
    with pytest.raises(UsageError, match="is HTML"):
        find_document_files(tmp_path / "page.html")
