"""What `verify` finds in a search index, and what damage does to whoever reads it."""

import random
import sqlite3
from pathlib import Path

import pytest

from corpuskit import CorpuskitError, Document
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.formats.search_index.checking import IndexCheck
from corpuskit.formats.search_index.layout import FORMAT
from corpuskit.formats.search_index.writer import Embedder, IndexWriter

CHANGES = {
    "a document is gone": ("DELETE FROM documents WHERE number = 3", "it holds 39 documents"),
    "a tenant was changed": ("UPDATE documents SET tenant = 'other' WHERE number = 3", "does not follow"),
    "a consent was made up": ("UPDATE documents SET agreed = 1 WHERE number = 3", "does not follow"),
    "an end was moved": ("UPDATE documents SET until = '2099-01-01' WHERE number = 3", "does not follow"),
    "a right was made up": ("UPDATE documents SET input = 2 WHERE number = 3", "does not follow"),
    "a text was changed": (
        "UPDATE documents SET line = CAST(replace(CAST(line AS TEXT), 'harbour', 'hArbour') AS BLOB)",
        "does not follow",
    ),
    "a line is no document": ("UPDATE documents SET line = x'00' WHERE number = 3", "is no document"),
    "a line is text": ("UPDATE documents SET line = 'a' WHERE number = 3", "is no document"),
    "words were added": ("INSERT INTO words (rowid, text, title) VALUES (3, 'more', '')", "are not those"),
    "words changed places": (
        "INSERT INTO words (words, rowid, text, title) VALUES ('delete', 3, 'harbour 2', '');"
        "INSERT INTO words (rowid, text, title) VALUES (3, '2 harbour', '')",
        "are not those",
    ),
    "words were exchanged": (
        "INSERT INTO words (words, rowid, text, title) VALUES ('delete', 3, 'harbour 2', '');"
        "INSERT INTO words (words, rowid, text, title) VALUES ('delete', 4, 'harbour 3', '');"
        "INSERT INTO words (rowid, text, title) VALUES (3, 'harbour 3', ''), (4, 'harbour 2', '')",
        "are not those",
    ),
    "a word is in the title": (
        "INSERT INTO words (words, rowid, text, title) VALUES ('delete', 3, 'harbour 2', '');"
        "INSERT INTO words (rowid, text, title) VALUES (3, 'harbour', '2')",
        "are not those",
    ),
    "words are gone": ("INSERT INTO words (words) VALUES ('delete-all')", "are not those"),
    "a vector is gone": ("DELETE FROM vectors WHERE number = 3", "has no vector of what it says"),
    "a vector was changed": ("UPDATE vectors SET vector = x'00000000' WHERE number = 3", "its length is not 1"),
    "a vector was cut": ("UPDATE vectors SET vector = x'003c' WHERE number = 3", "has 1 dimensions, not 2"),
    "a vector is of another text": ("UPDATE vectors SET embedded = x'00' WHERE number = 3", "has no vector of what"),
    "a vector of nothing": ("INSERT INTO vectors VALUES (999, x'00', x'003c0000')", "belong to no document"),
    "a line is not in the list": (
        "UPDATE lines SET numbers = substr(numbers, 5), digests = substr(digests, 17)",
        "the list of lines, by which",
    ),
    "the list has a line twice": ("INSERT INTO lines (numbers, digests) SELECT numbers, digests FROM lines", "not one"),
    "the list has a number that is none": ("UPDATE lines SET numbers = x'00' || numbers", "is not one of all its"),
    "the list has text": ("UPDATE lines SET digests = 'text'", "is not one of all its"),
    "the list has another hash": (
        "UPDATE lines SET digests = CAST(substr(digests, 1, 32) || x'00' || substr(digests, 34) AS BLOB)",
        "another line of document number 3",
    ),
    "the list has numbers in another order": (
        "UPDATE lines SET numbers = CAST(substr(numbers, 5, 4) || substr(numbers, 1, 4) || substr(numbers, 9) AS BLOB)",
        "another line of document number 1",
    ),
    "the list is gone": ("DELETE FROM lines", "is not one of all its documents"),
    "a spelling is of another line": (
        "INSERT INTO spellings (numbers, digests, sizes, hashes) "
        "VALUES (x'03000000', zeroblob(16), x'01000000', zeroblob(16))",
        "the list of spellings has another line of document number 3",
    ),
    "a spelling is of no document": (
        "INSERT INTO spellings (numbers, digests, sizes, hashes) "
        "VALUES (x'03030000', zeroblob(16), x'01000000', zeroblob(16))",
        "is not one of all its documents",
    ),
    "a spelling has no size": (
        "INSERT INTO spellings (numbers, digests, sizes, hashes) VALUES (x'03000000', zeroblob(16), x'', zeroblob(16))",
        "is not one of all its documents",
    ),
    "a document has another number": (
        "UPDATE documents SET number = 41 WHERE number = 40",
        "the list of runs has other lines from document number 33 on",
    ),
    "a run has another hash": (
        "UPDATE runs SET hashes = CAST(substr(hashes, 1, 16) || x'00' || substr(hashes, 18) AS BLOB)",
        "the list of runs has other lines from document number 9 on",
    ),
    "a run has another size": (
        "UPDATE runs SET sizes = CAST(substr(sizes, 1, 4) || x'01000000' || substr(sizes, 9) AS BLOB)",
        "the list of runs has other lines from document number 9 on",
    ),
    "runs have other lines": (
        "UPDATE runs SET lines = CAST(x'0907' || substr(lines, 3) AS BLOB)",
        "the list of runs has other lines from document number 1 on",
    ),
    "a run has no line": (
        "UPDATE runs SET lines = CAST(x'00' || lines AS BLOB), sizes = CAST(x'01000000' || sizes AS BLOB), "
        "hashes = CAST(zeroblob(16) || hashes AS BLOB)",
        "is not one of all its documents",
    ),
    "a run has no size": ("UPDATE runs SET sizes = substr(sizes, 5)", "is not one of all its documents"),
    "runs are text": ("UPDATE runs SET hashes = 'text'", "is not one of all its documents"),
    "runs are gone": ("DELETE FROM runs", "is not one of all its documents"),
    "it says nothing": ("DELETE FROM description", "does not say what it holds"),
    "it says what is no description": ("UPDATE description SET content = '[]'", f"is no {FORMAT}"),
    "it says something else": (
        "UPDATE description SET content = replace(content, '\"documents\":40', '\"documents\":41')",
        "says 41",
    ),
}


LONG_WORD = "a" + "ж" * 20_000
"""FTS5 cuts it within a letter."""


@pytest.fixture
def index(tmp_path: Path) -> Path:
    path = tmp_path / "a.idx"
    # In float16, 1 and 0.
    writer = IndexWriter(path, Embedder("m", lambda texts: [b"\0\x3c\0\0" for _ in texts], 8))
    for number in range(39):
        agreed = {"tenant": "acme", "consent": {"scope": ["text", "retrieve"], "until": "2030-01-01"}}
        writer.add(Document(f"d{number}", f"harbour {number}", agreed if number % 2 else {"consent": "no"}))
    writer.add(Document("d39", LONG_WORD, {"consent": "no"}))
    writer.publish(
        lambda stream, dimensions: {
            "format": FORMAT,
            "stream": stream.as_json(),
            "embedding": {"model": "m", "dimensions": dimensions},
            "steps": [],
            "inputs": [],
            "versions": {},
        }
    )
    return path


def test_a_whole_index_has_no_problems(index: Path) -> None:
    before = index.read_bytes()
    check = IndexCheck(index)
    assert check.problems == []
    assert check.answer()["documents"] == 40
    assert index.read_bytes() == before


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_found(index: Path, change: str) -> None:
    statement, problem = CHANGES[change]
    connection = sqlite3.connect(index)
    connection.executescript(statement)
    connection.commit()
    connection.close()
    problems = IndexCheck(index).problems
    assert any(problem in line for line in problems), problems


@pytest.mark.parametrize("seed", range(3))
def test_bytes_that_were_flipped_or_cut_off_end_in_one_line(index: Path, seed: int) -> None:
    whole = index.read_bytes()
    generator = random.Random(seed)
    unnoticed = 0
    for _ in range(60):
        data = bytearray(whole)
        if generator.random() < 0.2:
            del data[generator.randrange(len(data)) :]
        else:
            data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
        index.write_bytes(data)
        try:
            unnoticed += not IndexCheck(index).problems
            writer = IndexWriter(index, Embedder("m", lambda texts: [b"\0\x3c\0\0" for _ in texts], 8))
            try:
                writer.add(Document("d1", "other", {}))
            finally:
                writer.close()
        except (DamagedError, UsageError):
            pass
        except CorpuskitError as error:
            raise AssertionError(f"{type(error).__name__}: {error}") from error
    # Pages have bytes that nothing is stored in.
    assert unnoticed < 60


def test_a_snapshot_that_is_not_named_is_said(index: Path, tmp_path: Path) -> None:
    from corpuskit import Head, Settings, StepRun

    (tmp_path / "a.jsonl").write_text('{"id":"a","text":"b"}\n')
    StepRun(Head(n=5), [tmp_path / "a.jsonl"], Settings(output=tmp_path / "corpus", quiet=True)).run()
    assert "names no dataset" in IndexCheck(index, tmp_path / "corpus").problems[0]
