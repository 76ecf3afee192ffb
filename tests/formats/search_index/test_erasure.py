"""What is left of removed lines in a file is found, and what stays is not taken for it."""

import json
import random
import sqlite3
from pathlib import Path

import pytest

from corpuskit.core.errors import PublishError
from corpuskit.formats.search_index.erasure import BLOCK_BYTES, Traces, _windows_from, demand_erased, traces_left
from corpuskit.formats.search_index.layout import SCHEMA
from tests.conftest import Run


def random_line(seed: int, size: int) -> bytes:
    generator = random.Random(seed)
    return b'{"id":"a","text":"' + bytes(generator.choices(b"abcdefghijklmnopqrstuvwxyz .,", k=size)) + b'"}'


@pytest.fixture
def documents() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(SCHEMA[1])
    return connection


def add(connection: sqlite3.Connection, line: bytes) -> None:
    row = (str(hash(line)), line)
    connection.execute("INSERT INTO documents VALUES (NULL, ?, NULL, 1, NULL, 1, x'00', ?)", row)


@pytest.mark.parametrize("offset", [0, 1, 4097, BLOCK_BYTES - 30, BLOCK_BYTES - 7, BLOCK_BYTES + 3])
@pytest.mark.parametrize("size", [3, 40, 2000])
def test_a_removed_line_is_found_wherever_it_stands(
    tmp_path: Path, documents: sqlite3.Connection, offset: int, size: int
) -> None:
    line = random_line(1, size)
    traces = Traces()
    traces.add(line)
    file = tmp_path / "a.idx"
    file.write_bytes(bytes(offset) + line + bytes(BLOCK_BYTES))
    with pytest.raises(PublishError, match="still holds text that was removed"):
        demand_erased(documents, file, traces)
    file.write_bytes(bytes(offset + BLOCK_BYTES))
    demand_erased(documents, file, traces)


def test_half_of_a_line_is_a_trace(tmp_path: Path, documents: sqlite3.Connection) -> None:
    line = random_line(2, 3000)
    traces = Traces()
    traces.add(line)
    (tmp_path / "a.idx").write_bytes(b"\1" * 500 + line[1000:2000] + b"\1" * 500)
    with pytest.raises(PublishError):
        demand_erased(documents, tmp_path / "a.idx", traces)


def test_what_a_document_that_stays_says_is_no_trace(tmp_path: Path, documents: sqlite3.Connection) -> None:
    removed, short = random_line(3, 2000), b'{"id":"s","text":""}'
    traces = Traces()
    traces.add(removed)
    traces.add(short)
    data = removed + short
    (tmp_path / "a.idx").write_bytes(data)
    hashes, short_lines = traces_left(documents, tmp_path / "a.idx", traces)
    assert len(hashes) > 20
    assert short_lines == [short]
    add(documents, removed[:1500] + b'and more"}')
    add(documents, short)
    hashes, short_lines = traces_left(documents, tmp_path / "a.idx", traces)
    assert 0 < len(hashes) < 30
    assert short_lines == []
    add(documents, removed)
    demand_erased(documents, tmp_path / "a.idx", traces)


def test_a_piece_of_a_line_is_found_at_any_offset(tmp_path: Path, documents: sqlite3.Connection) -> None:
    line = random_line(4, 5000)
    traces = Traces()
    traces.add(line)
    for before in range(9):
        (tmp_path / "a.idx").write_bytes(b"x" * before + line[1001:2500])
        hashes, _ = traces_left(documents, tmp_path / "a.idx", traces)
        assert 3 < len(hashes) < 20, before


@pytest.mark.parametrize("shift", range(4))
def test_what_stays_is_known_wherever_it_stands(tmp_path: Path, documents: sqlite3.Connection, shift: int) -> None:
    removed = random_line(5, 2000)
    traces = Traces()
    traces.add(removed)
    (tmp_path / "a.idx").write_bytes(b"x" * shift + removed)
    add(documents, b'{"id":"b","text":"' + b"other" * 300 + b'"}')
    add(documents, b'{"n":"' + b"y" * (3 - shift) + b'",' + removed[1:])
    demand_erased(documents, tmp_path / "a.idx", traces)


def test_windows_that_differ_in_two_bytes_are_not_taken_for_one_another() -> None:
    """Bytes 8 and 16 of a window change the same bits of both halves."""
    numbers = (b"%04d" % number for number in range(10_000))
    head = next(number for number in numbers if hashes_at_start(number + bytes(12)))
    windows = [head + b"abc%cdefghij%c" % (first, last) for first in range(256) for last in range(0, 256, 5)]
    assert len({hashes_at_start(window)[0] for window in windows}) == len(windows)


def hashes_at_start(window: bytes) -> list[int]:
    hashes: list[int] = _windows_from(window, 0)[0].hashes.tolist()
    return hashes


def test_a_word_of_a_document_that_stays_is_no_trace_as_the_index_writes_it(corpuskit: Run, tmp_path: Path) -> None:
    """Folded, it may be what a removed document said, letter by letter."""
    words = ["".join(random.Random(seed).choices("абвгдежзиклмнопрстуфхц", k=24)) for seed in range(200)]
    for texts in (words, [word.upper() for word in words]):
        lines = [json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts)]
        (tmp_path / "a.jsonl").write_text("\n".join(lines) + "\n")
        done = corpuskit("index", tmp_path / "a.jsonl", "-o", tmp_path / "a.idx")
        assert done.returncode == 0, done.stderr
    assert b"200 changed" in done.stderr
