"""`files`: every format, every compression, ids and metadata where they belong, and every broken record named."""

import bz2
import csv
import gzip
import io
import json
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.document import Document, decode, encode, text_hash
from corpuskit.core.errors import UsageError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.resolve import resolve
from corpuskit.core.step import Item, Rejected
from corpuskit.core.stream.flow import Flow
from corpuskit.export.parquet import Parquet
from corpuskit.sources.files import Files
from tests.conftest import Run, lines_of
from tests.support.properties import examples
from tests.support.timing import is_quicker, least_seconds


def read(path: Path, **options: Any) -> list[Item]:
    return [item for input_ in resolve([str(path)], Files.suffixes) for item in Files(**options).read(input_)]


def store(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def documents(items: list[Item]) -> list[Document]:
    assert [item for item in items if not isinstance(item, Document)] == []
    return [item for item in items if isinstance(item, Document)]


def summary(items: list[Item]) -> list[str]:
    """Texts of documents, reasons of rejects."""
    return [item.text if isinstance(item, Document) else f"! {item.reason}" for item in items]


# JSONL and JSON


def test_jsonl_is_the_record_itself(tmp_path: Path) -> None:
    line = '{"id":"a","text":"hello","metadata":{"title":"t"},"added":"2020"}'
    path = store(tmp_path / "a.jsonl", f'{line}\n{{"text":"no id"}}\nbroken\n\n{{"text":1}}\n')
    first, second, *rest = read(path)
    assert isinstance(first, Document) and encode(first) == line.encode()
    assert isinstance(second, Document) and second.id == text_hash("no id")
    assert [(item.reason, item.raw) for item in rest if isinstance(item, Rejected)] == [
        ("bad-json", b"broken"),
        ("empty-line", b""),
        ("no-text", b'{"text":1}'),
    ]
    offsets = [item.offset for item in rest if isinstance(item, Rejected)]
    data = path.read_bytes()
    assert [data[offset : offset + 2] for offset in offsets] == [b"br", b"\n{", b'{"']


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
@pytest.mark.parametrize("options", [{}, {"id_key": "n"}])
def test_byte_order_marks_cost_no_document(tmp_path: Path, pack: Any, options: dict[str, str]) -> None:
    shards = [b'\xef\xbb\xbf{"text":"one"}\r\n{"text":"two"}\r\n', b'\xef\xbb\xbf{"text":"\xef\xbb\xbfthree"}']
    path = tmp_path / "joined.jsonl"
    path.write_bytes(b"".join(pack(shard) for shard in shards))
    assert [item.text for item in documents(read(path, **options))] == ["one", "two", "\ufeffthree"]


@pytest.mark.parametrize("command", [["files"], ["head", "-n", "9"], ["filter-language", "--annotate", "-j", "2"]])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_integer_ids_are_strings_and_the_summary_says_so(
    corpuskit: Run, tmp_path: Path, command: list[str], name: str
) -> None:
    records = [{"id": 11, "text": "one"}, {"id": "b", "text": "two"}, {"id": 0, "text": "three"}]
    lines = "\n".join(map(json.dumps, records)) + "\n"
    path = store(tmp_path / name, json.dumps(records) if name.endswith("json") else lines)
    if name.endswith("json") and command != ["files"]:
        return
    result = corpuskit(*command, str(path))
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["11", "b", "0"]
    assert b"2 ids given as a number, taken as a string" in result.stderr


def test_other_keys_for_text_and_id(tmp_path: Path) -> None:
    path = store(
        tmp_path / "a.jsonl",
        '{"n":7,"body":"one","text":"other","id":3,"metadata":{"k":1},"tag":"x"}\n{"body":"two","id":"b"}\n{"n":1}\n',
    )
    first, second, third = read(path, text_key="body", id_key="n")
    assert first == Document("7", "one", {"k": 1, "id": 3, "text": "other"}, {"n": 7, "tag": "x"})
    assert second == Document("b", "two")
    assert isinstance(third, Rejected) and third.reason == "no-text"


@pytest.mark.parametrize(("key", "remarks"), [("n", 1), ("nn", 2), ("data.n", 2), ("id", 0)])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_an_id_key_that_records_lack_is_remarked(
    tmp_path: Path, corpuskit: Run, name: str, key: str, remarks: int
) -> None:
    records = [{"n": 1, "text": "ebb"}, {"text": "flow", "id": "b"}]
    is_array = name.endswith(".json")
    store(tmp_path / name, json.dumps(records) if is_array else "".join(f"{json.dumps(one)}\n" for one in records))
    done = corpuskit("files", name, "--id-key", key)
    assert done.returncode == 0 and done.stdout.count(b"\n") == 2
    said = f"{name}: no `{key}` in a record, whose id is its own or made from its text"
    assert (said in done.stderr.decode()) == bool(remarks)
    assert (b"(2 times)" in done.stderr) == (remarks == 2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"body":"x","a":1,"a":2}', "duplicate-key"),
        ('{"body":"x","a":99999999999999999999999}', "integer-range"),
        ('{"body":"x","a":NaN}', "not-finite"),
        ('["body"]', "not-an-object"),
        ('{"body":"x","metadata":[]}', "bad-metadata"),
        ('{"body":"x","n":[1]}', "bad-id"),
    ],
)
def test_other_keys_are_as_strict_as_the_record(tmp_path: Path, line: str, reason: str) -> None:
    path = store(tmp_path / "a.jsonl", line + "\n" + '{"body":"good"}\n')
    items = read(path, text_key="body", id_key="n", format="jsonl")
    assert summary(items) == [f"! {reason}", "good"]


def test_json_is_an_array_an_object_or_lines(tmp_path: Path) -> None:
    records = [{"text": "one", "id": "1"}, {"nothing": 1}, {"text": "two", "id": 2}]
    assert summary(read(store(tmp_path / "a.json", json.dumps(records, indent=2)))) == ["one", "! no-text", "two"]
    assert summary(read(store(tmp_path / "b.json", json.dumps(records)))) == ["one", "! no-text", "two"]
    lines = '{"text": "one"}\n{"text": "two"}\n'
    assert summary(read(store(tmp_path / "c.json", lines))) == ["one", "two"]
    assert summary(read(store(tmp_path / "d.json", json.dumps(records[0], indent=2)))) == ["one"]
    assert summary(read(store(tmp_path / "e.json", "[1, 2"))) == ["! bad-json"]
    assert summary(read(store(tmp_path / "f.json", '[{"text": "x", "a": 1, "a": 2}]'))) == ["! duplicate-key"]


# Tables


def test_csv_columns_become_metadata(tmp_path: Path) -> None:
    path = store(tmp_path / "a.csv", '﻿id,text,stars,\r\n1,"a, ""b""\nc",5,x\r\n,d,,\r\n\r\n')
    assert documents(read(path)) == [
        Document("1", 'a, "b"\nc', {"stars": "5", "column-4": "x"}),
        Document(text_hash("d"), "d", {"stars": "", "column-4": ""}),
    ]
    assert documents(read(path, id_key="stars", columns=("stars",)))[0] == Document("5", 'a, "b"\nc', {"stars": "5"})


def test_a_name_that_stands_twice_is_numbered(tmp_path: Path) -> None:
    path = store(tmp_path / "a.tsv", "text\tnote\tnote\nhello\tx\ty\n")
    assert documents(read(path))[0].metadata == {"note": "x", "note-2": "y"}


def test_a_bad_row_costs_no_neighbour(tmp_path: Path) -> None:
    path = store(tmp_path / "a.csv", 'text,k\none,1\n"open,2\ntwo,2\nthree,3,3\nshort\n"x"y,4\nfour,4\n')
    items = read(path)
    assert summary(items) == ["one", "! bad-row", "two", "! bad-row", "! bad-row", "! bad-row", "four"]
    broken = [item for item in items if isinstance(item, Rejected)]
    assert [item.raw for item in broken] == [b'"open,2\n', b"three,3,3\n", b"short\n", b'"x"y,4\n']
    data = path.read_bytes()
    assert all(data[item.offset :].startswith(item.raw) for item in broken)


def test_a_table_without_the_column_is_refused(tmp_path: Path) -> None:
    path = store(tmp_path / "a.csv", "body,k\none,1\n")
    for options in ({}, {"text_key": "body", "id_key": "none"}, {"text_key": "body", "columns": ("none",)}):
        with pytest.raises(UsageError, match=r"a\.csv has no column"):
            read(path, **options)


NO_TEXT = {"zeros": bytes(5000), "noise": random.Random(1).randbytes(5000), "utf-16": "no mark".encode("utf-16-le")}


@pytest.mark.parametrize("content", NO_TEXT)
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.csv.gz"])
def test_a_table_of_binary_data_costs_itself_alone(tmp_path: Path, name: str, content: str) -> None:
    data = NO_TEXT[content]
    store(tmp_path / name, gzip.compress(data) if name.endswith(".gz") else data)
    store(tmp_path / "b.csv", "text\nb\n")
    flow = Flow([Files()], [].append)
    assert [document.text for document in flow.documents(resolve([str(tmp_path)], Files.suffixes))] == ["b"]
    assert flow.counts[0].rejected == {"not-text": 1}


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a"])
def test_a_text_of_zeros_is_none(tmp_path: Path, name: str) -> None:
    for content in (NO_TEXT["zeros"], NO_TEXT["utf-16"]):
        assert summary(read(store(tmp_path / name, content))) == ["! not-text"]
    bold = "NAME\n     l\bls\bs - list\n" * 9 + "\f\x1b[0m\0"
    assert summary(read(store(tmp_path / "b.txt", bold))) == [bold]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "gb18030", "shift_jis"])
def test_encodings_of_tables(tmp_path: Path, encoding: str) -> None:
    text = {"gb18030": "北京是中华人民共和国的首都。", "shift_jis": "東京は日本の首都です。"}.get(
        encoding, "Москва — столица России и крупнейший город страны."
    )
    path = store(tmp_path / "a.csv", "".join(f"{row}\r\n" for row in ["text,k", *[f"{text},1"] * 50]).encode(encoding))
    named = {} if encoding.startswith("utf") else {"encoding": encoding}
    assert summary(read(path, **named)) == [text] * 50
    assert summary(read(path)) == [text] * 50


def test_damaged_utf_8_is_not_passed_off_as_latin(tmp_path: Path) -> None:
    rows = ["text,k", "größe,1", "gr\udcffe,2", "maße,3"]
    path = store(tmp_path / "a.csv", "\n".join(rows).encode("utf-8", "surrogateescape"))
    assert summary(read(path)) == ["größe", "! undecodable", "maße"]
    assert summary(read(store(tmp_path / "a.txt", path.read_bytes()))) == ["! undecodable"]


def test_old_line_ends_and_no_last_line_end(tmp_path: Path) -> None:
    for number, end in enumerate(["\r", "\n", "\r\n"]):
        path = store(tmp_path / f"{number}.csv", end.join(["text,k", '"a b",1', "c,2"]))
        assert summary(read(path)) == ["a b", "c"]


FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=examples(120), deadline=None)
@given(st.lists(st.tuples(FIELDS, FIELDS, FIELDS), max_size=8), st.sampled_from(["csv", "tsv"]), st.integers(1, 9))
def test_what_the_csv_module_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]], kind: str, block: int
) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, "excel" if kind == "csv" else "excel-tab")
    writer.writerows([("text", "a", "b"), *rows])
    path = store(tmp_path_factory.mktemp("tables") / f"a.{kind}", stream.getvalue())
    expected = [Document(text_hash(text), text, {"a": a, "b": b}) for text, a, b in rows]
    assert documents(read(path)) == expected

    from corpuskit.formats.tables.csv import TextLines

    data = path.read_bytes()
    blocks = [(data[offset : offset + block], False) for offset in range(0, len(data), block)]
    lines = list(TextLines("utf-8", 0).split(blocks))
    assert "".join(line.text for line in lines) == data.decode()
    assert all(data[line.offset :].startswith(line.text.encode()) for line in lines)


def test_long_rows_take_no_more_time_than_short_ones(tmp_path: Path) -> None:
    def table(words: int) -> Path:
        row = "word " * words + "\n"
        path = store(tmp_path / f"{words}.csv", "text\n" + row * (600_000 // words))
        assert len(read(path)) == 600_000 // words
        return path

    long, short = table(60_000), table(200)
    assert is_quicker(lambda: read(long), 5 * least_seconds(lambda: read(short)))


def test_a_hole_in_a_compressed_table_makes_no_false_row(tmp_path: Path) -> None:
    rows = [f"text number {number},{number}\n" for number in range(3000)]
    data = ("text,k\n" + "".join(rows)).encode()
    cut = [data[offset : offset + 7001] for offset in range(0, len(data), 7001)]
    members = [gzip.compress(span, mtime=0) for span in cut]
    members[2] = members[2][:200] + b"\xff" * 300 + members[2][500:]
    path = store(tmp_path / "a.csv.gz", b"".join(members))
    (input_,) = resolve([str(path)])
    items = list(Files().read(input_))
    assert input_.damage
    texts = [item.text for item in items if isinstance(item, Document)]
    assert set(texts) <= {row.split(",")[0] for row in rows}
    assert len(texts) > 2000
    assert {item.reason for item in items if isinstance(item, Rejected)} == {"cut-row"}


# Parquet


def test_foreign_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {
            "text": ["one", None, "three"],
            "id": pa.array([1, 2, None]),
            "score": [0.5, float("nan"), None],
            "price": [Decimal("1.50"), None, None],
            "when": pa.array([1_600_000_000_000_000_000, None, None], pa.timestamp("ns", tz="UTC")),
            "tags": [["a"], [], None],
            "metadata": [{"lang": "en", "n": None}, None, None],
            "url": ["https://example.org/", None, None],
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=2)
    first, second, third = read(tmp_path / "a.parquet")
    assert first == Document(
        "1",
        "one",
        {
            "lang": "en",
            "n": None,
            "score": 0.5,
            "price": "1.50",
            "when": "2020-09-13T12:26:40+00:00",
            "tags": ["a"],
            "url": "https://example.org/",
        },
    )
    assert isinstance(second, Rejected) and second.reason == "no-text"
    assert third == Document(text_hash("three"), "three")


def test_binary_columns_are_named_or_left_out(tmp_path: Path) -> None:
    table = pa.table({"text": ["one", "two"], "image": [b"\xff\xd8", b"ascii"], "k": [1, 2]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert summary(read(tmp_path / "a.parquet")) == ["! binary-value", "two"]
    assert documents(read(tmp_path / "a.parquet", columns=("k",)))[0].metadata == {"k": 1}
    with pytest.raises(UsageError, match="no column 'body'"):
        read(tmp_path / "a.parquet", text_key="body")


def test_two_workers_read_parquet(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        pq.write_table(pa.table({"text": [f"text of {name}"]}), tmp_path / name)
    inputs = [Input(path.name, local_path=path) for path in sorted(tmp_path.glob("*.parquet"))]
    flow = Flow([Files()], lambda verdict: None, jobs=2)
    assert [document.text for document in flow.documents(inputs)] == ["text of a.parquet", "text of b.parquet"]


def test_our_own_parquet_gives_back_what_went_in(tmp_path: Path) -> None:
    lines = [b'{"id":"a","text":"x","metadata":{"rights":{"train":"allowed"},"z":[1,null]},"added":1}']
    lines.append(b'{"id":"b","text":"","metadata":{"url":null}}')
    writer = Parquet().open(tmp_path / "a.parquet")
    for line in lines:
        writer.write(decode(line))
    writer.close()
    assert [encode(document) for document in documents(read(tmp_path / "a.parquet"))] == lines


def test_a_damaged_row_group_costs_only_itself(tmp_path: Path) -> None:
    table = pa.table({"text": [f"text {number} " * 20 for number in range(300)]})
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=100, write_page_checksum=True, use_dictionary=False)
    data = bytearray(path.read_bytes())
    start = pq.read_metadata(path).row_group(1).column(0).data_page_offset
    data[start + 500 : start + 530] = b"\xff" * 30
    path.write_bytes(data)
    (input_,) = resolve([str(path)])
    whole_documents = documents(list(Files().read(input_)))
    ((what, offset, lost),) = [(item.what, item.offset, item.lost) for item in input_.damage]
    assert "row group 1" in what and abs(offset - len(data) / 3) < 500 and abs(lost - len(data) / 3) < 500
    texts = table["text"].to_pylist()
    assert [document.text for document in whole_documents] == texts[:100] + texts[200:]
    path.write_bytes(data[:-20])
    (input_,) = resolve([str(path)])
    assert list(Files().read(input_)) == []
    assert [(item.offset, item.lost) for item in input_.damage] == [(0, len(data) - 20)]


def test_times_beyond_the_calendar_are_numbers(tmp_path: Path) -> None:
    when = pa.array([0, 2**60], pa.timestamp("us"))
    pq.write_table(pa.table({"text": ["one", "two"], "when": when}), tmp_path / "a.parquet")
    times = [document.metadata["when"] for document in documents(read(tmp_path / "a.parquet"))]
    assert times == ["1970-01-01T00:00:00", 2**60]


def test_flipped_bytes_of_parquet_never_end_the_run(tmp_path: Path) -> None:
    times = pa.array(range(90), pa.timestamp("us"))
    texts = [f"text {number} " * 5 for number in range(90)]
    pq.write_table(
        pa.table({"text": texts, "when": times, "k": [[1, 2]] * 90}), tmp_path / "a.parquet", row_group_size=30
    )
    data = (tmp_path / "a.parquet").read_bytes()
    for offset in range(0, len(data), 23):
        path = store(tmp_path / "b.parquet", data[:offset] + bytes([data[offset] ^ 0x2D]) + data[offset + 1 :])
        (input_,) = resolve([str(path)])
        try:
            items = list(Files().read(input_))
        except UsageError as error:
            assert "no column" in str(error)
            continue
        assert input_.damage or len(items) == 90


# Text


@pytest.mark.parametrize("name", ["a.txt", "b.md", "c.rst", "d"])
def test_a_text_file_is_one_document(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    store(tmp_path / "sub" / name, "﻿Größe\r\nzwei\n")
    store(tmp_path / "z.txt", "last")
    inputs = resolve([str(tmp_path / "sub"), str(tmp_path / "z.txt")])
    items = documents([item for input_ in inputs for item in Files().read(input_)])
    kind = "text/markdown" if name.endswith("md") else "text/plain"
    assert items[0] == Document(f"sub/{name}", "Größe\r\nzwei\n", {"content_type": kind})


def test_encodings_of_text(tmp_path: Path) -> None:
    latin = "Élève où est passé le garçon très âgé? Là-bas, près de la forêt."
    assert summary(read(store(tmp_path / "a.txt", latin.encode("latin-1")))) == [latin]
    assert summary(read(store(tmp_path / "b.txt", latin.encode("utf-16")))) == [latin]
    assert summary(read(store(tmp_path / "c.txt", latin.encode("utf-16-be")), encoding="utf-16-be")) == [latin]
    assert summary(read(store(tmp_path / "d.txt", bytes(range(256))))) == ["! undecodable"]
    assert summary(read(store(tmp_path / "e.txt", latin.encode("latin-1")), encoding="utf-8")) == ["! undecodable"]
    assert summary(read(store(tmp_path / "f.txt", b""))) == ["! empty"]


def test_a_text_file_with_a_hole_is_no_document(tmp_path: Path) -> None:
    data = gzip.compress(b"some text " * 1000)
    assert summary(read(store(tmp_path / "a.txt.gz", data[:-9]))) == ["! damaged-text"]


def test_a_text_file_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpuskit.sources.files.MAX_TEXT_FILE", 10)
    assert summary(read(store(tmp_path / "a.txt", "x" * 10))) == ["x" * 10]
    assert summary(read(store(tmp_path / "b.txt", "x" * 11))) == ["! document-too-large"]


# All of them


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, zstandard.ZstdCompressor().compress])
def test_compression_goes_by_content(tmp_path: Path, compress: Any) -> None:
    for name, data in {
        "a.jsonl": b'{"text":"one"}\n',
        "b.json": b'[{"text":"one"}]',
        "c.csv": b"text\none\n",
        "d.txt.gz": b"one",
        "e": b'{"text":"one"}\n',
    }.items():
        assert summary(read(store(tmp_path / name, compress(data)))) == ["one"], name


def test_the_format_can_be_said(tmp_path: Path) -> None:
    path = store(tmp_path / "table.dat", "text;k\none;1\n")
    assert summary(read(path, format="csv", delimiter=";")) == ["one"]
    assert summary(read(path)) == ["text;k\none;1\n"]


@pytest.mark.parametrize("options", [{"delimiter": "ab"}, {"encoding": "no-such"}, {"encoding": "rot13"}])
def test_options_are_checked(options: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        Files(**options)  # type: ignore[arg-type]


def test_a_pipe_is_jsonl(monkeypatch: pytest.MonkeyPatch) -> None:
    class Standard:
        buffer = io.BytesIO(b'{"text":"one"}\n')

    monkeypatch.setattr("sys.stdin", Standard)
    assert summary(list(Files().read(Input("-")))) == ["one"]


# Real data


@pytest.mark.parametrize(
    ("name", "options", "document_count", "reject_count"),
    [
        ("product/banking77_train.csv.gz", {}, 10003, 0),
        ("product/hatecheck_cases.csv.gz", {"text_key": "test_case", "id_key": "case_id"}, 1855, 0),
        ("product/clothing_reviews.csv.gz", {"text_key": "review_text"}, 10248, 0),
        ("product/multidogo_airline.tsv.gz", {"text_key": "utterance", "id_key": "utteranceId"}, 13519, 0),
        ("product/multidogo_finance.tsv.gz", {"text_key": "utterance", "id_key": "utteranceId"}, 15213, 0),
        ("product/multidogo_fastfood.tsv.gz", {"text_key": "utterance", "id_key": "utteranceId"}, 14059, 0),
        ("product/openai_moderation.jsonl.gz", {"text_key": "prompt"}, 836, 0),
        ("product/hh_rlhf_harmless_test.jsonl.gz", {"text_key": "chosen"}, 1138, 0),
        ("product/abcd_sample.json.gz", {}, 0, 3),
        ("eval/self_instruct_seed_tasks.jsonl.gz", {"text_key": "instruction"}, 175, 0),
        ("quality/dolma_documents_000.json.gz", {}, 10, 0),
        ("quality/oscar_garbage.txt.gz", {}, 1, 0),
        ("pii/scrubadub_known_pii.csv", {"text_key": "match"}, 4, 0),
    ],
)
def test_real_files(
    shared_data: Path, name: str, options: dict[str, str], document_count: int, reject_count: int
) -> None:
    items = read(shared_data / name, **options)
    documents_read = [item for item in items if isinstance(item, Document)]
    assert (len(documents_read), len(items) - len(documents_read)) == (document_count, reject_count)
    assert all(encode(document) for document in documents_read)


PAGE = "<html><head><meta charset=iso-8859-1></head><body><p>Der L\u00f6we steht am Hafen.</p></body></html>"


@pytest.mark.parametrize("name", ["page.html", "page.htm.gz", "PAGE.XHTML"])
def test_a_page_is_html_for_extract(corpuskit: Run, tmp_path: Path, name: str) -> None:
    data = PAGE.encode("latin-1")
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    read = corpuskit("files", name)
    document = json.loads(read.stdout)
    assert document == {"id": name, "text": PAGE, "metadata": {"content_type": "text/html"}}
    (text,) = (json.loads(line)["text"] for line in corpuskit("extract", stdin=read.stdout).stdout.splitlines())
    assert text == "Der L\u00f6we steht am Hafen."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["head", "page.html"], "page.html is HTML; use `corpuskit extract`"),
        (["count", "mail.csv"], "mail.csv is CSV; use `corpuskit files`"),
        (["fetch-warc", "docs.jsonl"], "docs.jsonl is JSONL; use `corpuskit files`"),
        (["files", "crawl.warc"], "crawl.warc is a web archive; use `corpuskit fetch-warc`"),
        (["files", "paper.pdf"], "paper.pdf is PDF; turn it into text"),
        (["head", "doc.jsonl"], "no such file or folder: 'doc.jsonl' (did you mean 'docs.jsonl'?)"),
        (
            ["files", "mail.csv", "--text-key", "bdy"],
            "(did you mean `body`?); name the right one with `--text-key`. It has",
        ),
        (["files", "docs.jsonl", "--delimiter", ";"], "`--delimiter` is for csv, tsv; docs.jsonl is read as jsonl"),
        (["files", "docs.jsonl", "--columns", "a"], "`--columns` is for csv, tsv, parquet"),
        (["files", "mail.csv", "--format", "jsonl", "--encoding", "cp1252"], "`--encoding` is for csv, tsv, text"),
    ],
)
def test_the_wrong_kind_of_file_is_named(corpuskit: Run, tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "mail.csv").write_text("url,body\nu,b\n")
    (tmp_path / "docs.jsonl").write_bytes(lines_of([{"id": "a", "text": "one"}]))
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7\n\xff")
    (tmp_path / "crawl.warc").write_bytes(b"WARC/1.0\r\n")
    result = corpuskit(*arguments)
    assert result.returncode == 2
    assert said in result.stderr.decode()
    assert result.stderr.count(b"\n") == 1


def test_a_file_of_the_wrong_kind_among_others_is_a_reject(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "docs.jsonl").write_bytes(lines_of([{"id": "a", "text": "one"}]))
    others = {"paper.pdf": b"%PDF-1.7\nplain", "book.xlsx": b"PK", "crawl.warc": b"WARC/1.0\r\n"}
    for name, data in others.items():
        (tmp_path / name).write_bytes(data)
    result = corpuskit("files", "docs.jsonl", *others, "--rejects", "rejects.jsonl")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a"]
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_bytes().splitlines()]
    assert {reject["reason"] for reject in rejects} == {"not-text"} and len(rejects) == len(others)


def test_documents_are_read_whatever_their_file_is_called(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "docs.txt").write_bytes(lines_of([{"id": "a", "text": "one"}]))
    assert corpuskit("head", "docs.txt").returncode == 0


def test_a_result_without_documents_says_what_became_of_them(corpuskit: Run) -> None:
    spread = corpuskit("dedup", "-o", "out", stdin=b'{\n"text": "a",\n"id": "b"\n}\n')
    assert spread.returncode == 2
    assert b"no record could be read, 4 rejected (bad-json 4): standard input is no JSONL" in spread.stderr
    assert b"one line of JSON, as `jq -c` writes it; `corpuskit files --format json` reads" in spread.stderr
    strings = corpuskit("dedup", "-o", "out", stdin=b'"a"\n"b"\n')
    assert b"2 rejected (not-an-object 2)" in strings.stderr and b"`corpuskit files --format text`" in strings.stderr
    tolerated = corpuskit("dedup", "-o", "out", "--max-rejects", "100%", stdin=b'"a"\n"b"\n')
    assert b"no document is left (2 in, 0 out, 2 rejected (not-an-object 2)), so nothing was" in tolerated.stderr


@pytest.mark.parametrize("name", ["out.jsonl", "out.parquet"])
def test_a_file_in_a_missing_folder_is_refused_with_its_name(corpuskit: Run, name: str) -> None:
    result = corpuskit("files", "-", "-o", f"absent/deep/{name}", stdin=lines_of([{"id": "a", "text": "one"}]))
    assert b"there is no folder 'absent/deep'; make it, or choose another -o" in result.stderr
    assert result.stderr.count(b"\n") == 1


def test_one_line_of_words_is_told_how_to_be_read(corpuskit: Run) -> None:
    piped = corpuskit("files", stdin=b"a line of words\n")
    assert piped.returncode == 2
    assert b"as `jq -c` writes it; `corpuskit files --format text` reads plain text\n" in piped.stderr


def test_files_without_words_are_dropped_with_their_names(corpuskit: Run, tmp_path: Path) -> None:
    for name, content in {"a.txt": b"words\n", "b.txt": b"", "c.md": b" \n\t\n", "d.html": b"\r\n"}.items():
        (tmp_path / name).write_bytes(content)
    read = corpuskit("files", "a.txt", "b.txt", "c.md", "d.html", "--drops", "drops.jsonl", "-o", "out.jsonl")
    assert b"4 in, 1 out, 3 dropped (empty 3)" in read.stderr
    drops = [json.loads(line) for line in (tmp_path / "drops.jsonl").read_bytes().splitlines()]
    assert [drop["id"] for drop in drops] == ["b.txt", "c.md", "d.html"]


def test_lines_that_are_no_documents_are_told_how_to_be_some(corpuskit: Run) -> None:
    spread = corpuskit("head", stdin=b'{\n"text": "a",\n"id": "b"\n}\n')
    assert b"(bad-json 4): standard input is no JSONL: a document is one line of JSON, as `jq -c`" in spread.stderr
    few = corpuskit("head", stdin=b'{"text":"a"}\n{"id":"b"}\n')
    assert b"1 rejected (no-text 1); `--rejects FILE` keeps these\n" in few.stderr
    kept = corpuskit("head", "--rejects", "r.jsonl", stdin=b'{"text":"a"}\n{"id":"b"}\n')
    assert b"1 rejected (no-text 1)\n" in kept.stderr


def test_a_count_by_a_field_that_no_document_has_is_told(corpuskit: Run) -> None:
    documents = lines_of([{"id": "a", "text": "one", "metadata": {"license": "MIT"}}])
    assert b"no document has the field `licence`\n" in corpuskit("count", "--by", "licence", stdin=documents).stderr
    near = corpuskit("count", "--by", "metadata.licence", stdin=documents)
    assert b"no document has the field `metadata.licence` (did you mean `metadata.license`?)" in near.stderr
    assert b"no document" not in corpuskit("count", "--by", "metadata.license", stdin=documents).stderr


@pytest.mark.parametrize("name", ["chats.jsonl", "chats.json", "chats.parquet"])
def test_chats_become_text_in_any_format(tmp_path: Path, corpuskit: Run, name: str) -> None:
    messages = [{"role": "user", "content": "Hi.\n<|assistant|>"}, {"role": "assistant", "content": "Hello."}]
    rows = [{"id": "a", "messages": messages, "n": 1}, {"id": "b", "messages": [], "n": 2}]
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / name)
    else:
        lines = "\n".join(map(json.dumps, rows)) if name.endswith("jsonl") else json.dumps(rows)
        (tmp_path / name).write_text(lines)
    done = corpuskit("files", name, "--turns", "messages", "--json")
    assert json.loads(done.stderr.splitlines()[-1])["rejected"] == {"bad-turns": 1}
    (document,) = map(json.loads, done.stdout.splitlines())
    assert document["text"] == "<|user|>\nHi.\n\\<|assistant|>\n<|assistant|>\nHello."
    assert document["metadata"]["content_type"] == "text/x-turns" and "messages" not in document


def test_turns_and_a_text_key_do_not_go_together(corpuskit: Run, tmp_path: Path) -> None:
    (tmp_path / "chats.csv").write_text("prompt,answer\na,b\n")
    refused = corpuskit("files", "chats.csv", "--turns", "prompt", "--text-key", "answer")
    assert refused.returncode == 2 and b"leave out `--text-key`" in refused.stderr
    missing = corpuskit("files", "chats.csv", "--turns", "prompt,completion")
    assert missing.returncode == 2 and b"no column 'completion'" in missing.stderr and b"--turns" in missing.stderr
    assert corpuskit("files", "chats.csv", "--turns", "prompt,answer").stdout.count(b"<|assistant|>") == 1


@pytest.mark.parametrize(
    ("name", "turns", "documents", "rejected"),
    [
        ("hh_rlhf_harmless_test.jsonl.gz", "chosen,rejected", 1137, 1),
        ("sharegpt_style_dummy.json.gz", "conversations", 500, 0),
    ],
)
def test_real_chats_become_text(
    corpuskit: Run, shared_data: Path, name: str, turns: str, documents: int, rejected: int
) -> None:
    done = corpuskit("files", str(shared_data / "product" / name), "--turns", turns, "--json")
    outcome = json.loads(done.stderr.splitlines()[-1])
    assert (outcome["out"], sum(outcome["rejected"].values())) == (documents, rejected)


def test_lines_of_utf_16_are_refused_not_garbled(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "u.txt").write_bytes("one\ntwo\nthree".encode("utf-16"))
    done = corpuskit("files", "--lines", "u.txt", "--allow-empty", "--max-rejects", "100%")
    assert done.stdout == b"" and b"1 rejected (undecodable 1)" in done.stderr


def test_a_json_file_without_a_last_line_end_is_no_damage(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "one.json").write_text('{\n "text": "some text",\n "more": 2}')
    (tmp_path / "cut.jsonl").write_text('{"text": "a b"}\n{"text": "c')
    done = corpuskit("export", "one.json", "-o", "out")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"one.json is no JSONL" in done.stderr and b"`corpuskit files --format json` reads indented" in done.stderr
    done = corpuskit("export", "cut.jsonl", "-o", "out")
    assert done.returncode == 3
    assert b"cut.jsonl: the file ends inside a line, at byte 16, 11 bytes lost" in done.stderr


def test_what_is_to_be_typed_is_quoted(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "my file.jsonl").write_text('{"my text": "some words in it"}\n')
    done = corpuskit("files", "my file.jsonl")
    assert b"`corpuskit files 'my file.jsonl' --text-key 'my text'`" in done.stderr
