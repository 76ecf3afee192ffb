"""`index` over lines of other programs: known in the spelling in which they came, and counted as the canonical ones."""

import json
import sqlite3
from pathlib import Path

import pytest

from corpuskit.core.counts import StreamCount
from corpuskit.core.document import decode, encode
from corpuskit.formats.search_index import known_lines, number_lookup
from corpuskit.formats.search_index.layout import SCHEMA, open_index, read_description
from corpuskit.formats.search_index.seal import write_seal
from corpuskit.formats.search_index.writer import UNCHANGED, IndexWriter
from tests.conftest import Run
from tests.retrieval.test_index import answers, chunks, write

QUERIES = ["title", "ban", "cart bion", "doust"]


def spelled(numbers: range, version: int = 0) -> list[bytes]:
    """Lines as Python's `json` writes them, with another order of keys."""
    return [json.dumps({**dict(reversed(chunk.items())), "n": 1.0}).encode() for chunk in chunks(numbers, version)]


def write_spelled(path: Path, lines: list[bytes]) -> None:
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def count_of(lines: list[bytes]) -> StreamCount:
    """The count of the canonical lines."""
    count = StreamCount()
    count.add_many([encode(decode(line)) for line in lines])
    return count


def recognised(path: Path, lines: list[bytes]) -> tuple[StreamCount, str] | None:
    """What an index says of lines, without a look at their documents."""
    writer = IndexWriter(path)
    try:
        if (recogniser := writer.recogniser()) is None:
            return None
        passed = recogniser.pass_lines(lines)(0)
        return None if passed is None else (passed.count, passed.way)
    finally:
        writer.close()


@pytest.mark.parametrize(("small_index", "most_moved"), [(1 << 18, 32), (1 << 18, -1), (0, -1)])
def test_a_line_is_known_as_it_came(
    tmp_path: Path, corpuskit: Run, monkeypatch: pytest.MonkeyPatch, small_index: int, most_moved: int
) -> None:
    monkeypatch.setattr(number_lookup, "SMALL_INDEX", small_index)
    monkeypatch.setattr(number_lookup, "MOST_MOVED", most_moved)
    lines = spelled(range(30))
    write_spelled(tmp_path / "a.jsonl", lines)
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    assert recognised(tmp_path / "a.idx", lines) == (count_of(lines), UNCHANGED)
    canonical = [encode(decode(line)) for line in lines]
    assert recognised(tmp_path / "a.idx", [*canonical[:9], *lines[9:]]) == (count_of(lines), UNCHANGED)
    before = (tmp_path / "a.idx").read_bytes()
    done = corpuskit("index", "a.jsonl", "-o", "a.idx")
    assert b"30 in, 30 out" in done.stderr and b"30 documents; 30 unchanged" in done.stderr, done.stderr
    assert (tmp_path / "a.idx").read_bytes() == before


def test_after_changes_it_answers_as_a_new_one(tmp_path: Path, corpuskit: Run) -> None:
    """What was built from canonical lines knows the others as soon as it is written."""
    write_spelled(tmp_path / "a.jsonl", [encode(decode(line)) for line in spelled(range(30))])
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    lines = [*spelled(range(3, 30)), *spelled(range(3), 1), *spelled(range(40, 42))]
    assert recognised(tmp_path / "a.idx", lines) is None
    write_spelled(tmp_path / "b.jsonl", lines)
    for name, flags in (("a", ()), ("fresh", ()), ("a", ("--defer-erasure",))):
        assert corpuskit("index", "b.jsonl", "-o", f"{name}.idx", "-q", *flags).returncode == 0
    assert recognised(tmp_path / "a.idx", lines) == (count_of(lines), UNCHANGED)
    assert answers(tmp_path / "a.idx", QUERIES) == answers(tmp_path / "fresh.idx", QUERIES)
    with open_index(tmp_path / "a.idx") as one, open_index(tmp_path / "fresh.idx") as other:
        rows = [
            [
                connection.execute("SELECT id, digest, line FROM documents ORDER BY id").fetchall(),
                connection.execute("SELECT digests FROM lines").fetchall(),
                connection.execute("SELECT digests, sizes, hashes FROM spellings").fetchall(),
            ]
            for connection in (one, other)
        ]
        streams = [read_description(one, tmp_path)["stream"], read_description(other, tmp_path)["stream"]]
    assert rows[0] == rows[1] and streams == [count_of(lines).as_json()] * 2
    assert corpuskit("verify", "a.idx", "fresh.idx").returncode == 0


def test_another_version_reads_lines_again(tmp_path: Path, corpuskit: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = spelled(range(5))
    write_spelled(tmp_path / "a.jsonl", lines)
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    monkeypatch.setattr(known_lines, "_seed", lambda: 7)
    assert recognised(tmp_path / "a.idx", lines) is None


def test_a_hash_that_is_none_is_told(tmp_path: Path, corpuskit: Run) -> None:
    lines = spelled(range(5))
    write_spelled(tmp_path / "a.jsonl", lines)
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    with sqlite3.connect(tmp_path / "a.idx") as connection:
        connection.execute("UPDATE spellings SET hashes = x'00'")
    connection.close()
    write_seal(tmp_path / "a.idx")
    for command in (("verify", "a.idx"), ("index", "a.jsonl", "-o", "a.idx")):
        done = corpuskit(*command)
        assert (done.returncode, b"the list of lines, by which documents are known" in done.stderr) == (3, True), done


@pytest.mark.parametrize("tables", ["", "spellings", "lines spellings", "lines spellings came_as"])
@pytest.mark.parametrize(
    "command", [("index", "a.jsonl", "-o", "a.idx"), ("search", "ban", "a.idx"), ("verify", "a.idx")]
)
def test_a_file_of_a_format_before_is_refused(
    tmp_path: Path, corpuskit: Run, command: tuple[str, ...], tables: str
) -> None:
    write(tmp_path / "a.jsonl", chunks(range(5)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    with sqlite3.connect(tmp_path / "a.idx") as connection:
        for table in ("runs", *tables.split()):
            connection.execute("DROP TABLE documents" if table == "came_as" else f"DROP TABLE {table}")
        if "came_as" in tables:
            connection.execute(SCHEMA[1].replace(", line BLOB", ", came_as BLOB, line BLOB"))
    connection.close()
    done = corpuskit(*command)
    said = done.stderr + done.stdout
    assert (done.returncode, b"made by an earlier version" in said, b"make it anew" in said) == (3, True, True), said


@pytest.mark.parametrize("has_more_tables", [False, True])
@pytest.mark.parametrize("number", [3, 5])
def test_a_whole_file_of_another_format_is_not_called_damaged(
    tmp_path: Path, corpuskit: Run, number: int, has_more_tables: bool
) -> None:
    """An old one is to be made anew, and for a new one, corpuskit is too old; `takedown` says the same."""
    write(tmp_path / "a.jsonl", chunks(range(5)))
    (tmp_path / "takedown.jsonl").write_bytes(b'{"id": "nobody"}\n')
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    with sqlite3.connect(tmp_path / "a.idx") as connection:
        connection.execute("UPDATE description SET content = replace(content, 'index/4', ?)", (f"index/{number}",))
        if has_more_tables:
            connection.execute("CREATE TABLE more (column_of_tomorrow TEXT)")
    connection.close()
    advice = "made by an earlier version and is no" if number < 4 else "; upgrade corpuskit"
    commands = (
        ("index", "a.jsonl", "-o", "a.idx"),
        ("search", "ban", "a.idx"),
        ("verify", "a.idx"),
        ("takedown", "--list", "takedown.jsonl", "a.idx"),
    )
    for command in commands:
        done = corpuskit(*command)
        said = (done.stderr + done.stdout).decode()
        assert done.returncode == 3, said
        assert (advice in said, "remove it" in said, "damaged" in said) == (True, number < 4, False), said
    done = corpuskit("takedown", "--list", "takedown.jsonl", "a.idx", "--receipt", "receipt.json")
    [place] = json.loads((tmp_path / "receipt.json").read_bytes())["places"]
    assert (place["outcome"], advice in place["problem"]) == ("failed", True)
