"""Where the text is: in a field within another, in the first of several, or on each line of a file."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.outcome import Rejected
from corpuskit.core.reading.resolve import resolve
from corpuskit.sources.files import Files
from tests.conftest import Run


def read(path: Path, **options: object) -> list[tuple[str, str]]:
    items = [item for input_ in resolve([str(path)]) for item in Files(**options).read(input_)]  # type: ignore[arg-type]
    return [
        (item.id, item.text) if isinstance(item, Document) else (item.reason, item.detail)
        for item in items
        if isinstance(item, Document | Rejected)
    ]


def store(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.mark.parametrize(
    ("text_key", "record", "text"),
    [
        ("data.body", {"data": {"body": "in", "n": 1}}, "in"),
        ("data.page.body", {"data": {"page": {"body": "deep"}}}, "deep"),
        ("data.body", {"data.body": "flat", "data": {"body": "in"}}, "flat"),
        ("body,content", {"content": "second"}, "second"),
        ("body, content", {"content": "second", "body": "first"}, "first"),
        ("body,data.body", {"body": None, "data": {"body": "in"}}, "in"),
        ("a,b", {"a,b": "comma", "a": "first"}, "comma"),
    ],
)
def test_the_text_is_found_where_the_key_leads(
    tmp_path: Path, text_key: str, record: dict[str, object], text: str
) -> None:
    ((_, found),) = read(store(tmp_path / "a.jsonl", {"id": "1", **record}), text_key=text_key)
    assert found == text
    if "." in text_key or "," in text_key:
        table = pa.Table.from_pylist([{"id": "1", **record}])
        pq.write_table(table, tmp_path / "a.parquet")
        assert read(tmp_path / "a.parquet", text_key=text_key) == [("1", text)]


def test_other_fields_stay_where_they_are(tmp_path: Path) -> None:
    path = store(tmp_path / "a.jsonl", {"data": {"body": "in", "n": 1, "key": {"id": "k7"}}, "url": "u"})
    (document,) = Files(text_key="data.body", id_key="data.key.id").read(resolve([str(path)])[0])
    assert isinstance(document, Document)
    assert (document.id, document.extra) == ("k7", {"data": {"n": 1, "key": {"id": "k7"}}, "url": "u"})


@pytest.mark.parametrize("record", [{}, {"data": "x"}, {"data": {"body": 7}}, {"data": [{"body": "x"}]}])
def test_a_key_that_leads_nowhere_is_a_reject(tmp_path: Path, record: dict[str, object]) -> None:
    assert read(store(tmp_path / "a.jsonl", record), text_key="data.body") == [
        ("no-text", "`data.body` is missing or not a string")
    ]


def test_columns_may_be_candidates_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,content\n1,one\n")
    assert read(tmp_path / "a.csv", text_key="body,content") == [("1", "one")]
    with pytest.raises(UsageError, match="has no column 'body,text'"):
        read(tmp_path / "a.csv", text_key="body,text")


def test_each_line_of_a_text_is_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbffirst\r\n\n  \nfourth\n\xff\nlast")
    assert read(tmp_path / "a.txt", lines=True) == [
        ("a.txt:1", "first"),
        ("a.txt:4", "fourth"),
        ("undecodable", "line 5 is not UTF-8; name its encoding with --encoding"),
        ("a.txt:6", "last"),
    ]
    assert read(tmp_path / "a.txt", lines=True, encoding="cp1252")[2] == ("a.txt:5", "ÿ")
    with pytest.raises(UsageError, match="lines end in one byte"):
        Files(lines=True, encoding="utf-16")


def test_lines_from_the_command_line(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one\ntwo\n")
    assert corpuskit("files", "a.txt", "--lines", "-o", "out").returncode == 0
    assert corpuskit("verify", "out").returncode == 0
    (step,) = json.loads((tmp_path / "out" / "manifest.json").read_text())["steps"]
    assert step["options"]["lines"] is True
    piped = corpuskit("files", "--format", "text", "--lines", stdin=b"one\ntwo\n")
    assert [json.loads(line)["text"] for line in piped.stdout.splitlines()] == ["one", "two"]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.parquet", "a.csv"])
def test_a_record_without_text_keeps_the_id_that_another_key_has(tmp_path: Path, name: str) -> None:
    records: list[dict[str, object]] = [{"nr": "p1", "body": None}, {"nr": "p2", "body": "one"}]
    path = tmp_path / name
    if name == "a.parquet":
        pq.write_table(pa.Table.from_pylist(records), path)
    elif name == "a.csv":
        path.write_bytes(b"nr,body\np1,\xff\np2,one\n")
    else:
        path.write_text(json.dumps(records) if name == "a.json" else "\n".join(map(json.dumps, records)))
    encoding = "utf-8" if name == "a.csv" else None
    items = list(Files(text_key="body", id_key="nr", encoding=encoding).read(resolve([str(path)])[0]))
    assert [(type(item), getattr(item, "id", "")) for item in items] == [(Rejected, "p1"), (Document, "p2")]
