"""`index` over a stream that changed little: what it passes unparted is counted, kept and found like the rest."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.document import Document, encode
from corpuskit.core.reading.inputs import Input
from corpuskit.core.recogniser import Passed
from corpuskit.formats.search_index.writer import IndexWriter
from tests.conftest import Run
from tests.retrieval.test_index import answers, chunks

QUERIES = ["title", "ban", "cart bion", "doust"]


def write(path: Path, documents: list[dict[str, Any]]) -> None:
    """Write canonical lines: others are known one by one."""
    lines = [encode(Document(each["id"], each["text"], each["metadata"])) for each in documents]
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def parts_of(index: Path, stream: Path) -> list[Passed | object]:
    """What an index passes of a stream, and lines and rejects as they stand between."""
    writer = IndexWriter(index)
    try:
        recogniser = writer.recogniser()
        assert recogniser is not None
        return list(Input(stream.name, stream).lines_and_passed(recogniser))
    finally:
        writer.close()


@pytest.mark.parametrize("way", ["file", "pipe"])
def test_after_few_changes_the_file_is_as_a_new_one(tmp_path: Path, corpuskit: Run, shell: Run, way: str) -> None:
    write(tmp_path / "a.jsonl", chunks(range(300)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    write(tmp_path / "b.jsonl", [*chunks(range(40)), *chunks(range(400, 403)), *chunks(range(45, 290))])
    changed = (tmp_path / "b.jsonl").read_bytes().split(b"\n")
    changed[70:70] = [b"no document", b"", changed[3]]
    (tmp_path / "b.jsonl").write_bytes(b"\n".join(changed))
    script = "{python} -m corpuskit through -q b.jsonl -- cat | {python} -m corpuskit index -o a.idx --max-rejects 3"
    for name in ("a", "fresh"):
        if way == "file":
            done = corpuskit("index", "b.jsonl", "-o", f"{name}.idx", "--max-rejects", "3")
        else:
            done = shell(script.replace("a.idx", f"{name}.idx").format(python=sys.executable))
        assert done.returncode == 0, done.stderr
        assert b"288 out" in done.stderr and b"duplicate-id 1" in done.stderr, done.stderr
    assert answers(tmp_path / "a.idx", QUERIES) == answers(tmp_path / "fresh.idx", QUERIES)
    tables = []
    for name in ("a", "fresh"):
        with sqlite3.connect(tmp_path / f"{name}.idx") as connection:
            tables.append(connection.execute("SELECT digests FROM lines").fetchall())
        connection.close()
    assert tables[0] == tables[1]
    assert corpuskit("verify", "a.idx", "fresh.idx").returncode == 0


def test_a_stream_that_is_known_is_not_parted(tmp_path: Path, corpuskit: Run) -> None:
    write(tmp_path / "a.jsonl", chunks(range(300)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    parts = parts_of(tmp_path / "a.idx", tmp_path / "a.jsonl")
    assert sum(part.count.documents for part in parts if isinstance(part, Passed)) == 300
    assert all(isinstance(part, Passed) for part in parts)


def test_index_starts_without_the_formats_of_datasets(tmp_path: Path, environment: dict[str, str]) -> None:
    write(tmp_path / "a.jsonl", chunks(range(3)))
    command = [sys.executable, "-X", "importtime", "-m", "corpuskit", "index", "a.jsonl", "-o", "a.idx", "-q"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=True)
    assert b"corpuskit.formats.search_index.writer" in done.stderr
    assert b"corpuskit.export.parquet" not in done.stderr and b"tarfile" not in done.stderr
