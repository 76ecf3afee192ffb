"""Parquet shards: every document comes back byte for byte, equal documents are equal bytes, damage is named."""

import gzip
import hashlib
import itertools
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.document import Document, Reject, decode, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.registry import find_format
from corpuskit.core.reserved import RESERVED
from corpuskit.export import parquet
from corpuskit.export.parquet import Parquet
from tests.support.properties import examples

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
SPANS = st.lists(
    st.fixed_dictionaries({"start": st.integers(0, 9), "end": st.integers(0, 9), "type": TEXT}), max_size=3
)
FITTING = {
    str: TEXT,
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    dict: st.dictionaries(TEXT, VALUES, max_size=3),
    list: SPANS,
    list[str]: st.lists(TEXT, max_size=3),
}
METADATA = st.one_of(
    st.fixed_dictionaries({}, optional={key: FITTING[kind] | VALUES for key, (kind, _) in RESERVED.items()}),
    st.dictionaries(TEXT | st.sampled_from(sorted(RESERVED)) | st.just("extra"), VALUES, max_size=6),
    st.permutations(sorted(RESERVED)).map(lambda keys: dict.fromkeys(keys[:5], "x")),
)
TOP = st.dictionaries(
    (TEXT | st.sampled_from(["url", "extra"])).filter(lambda key: key not in RECORD), VALUES, max_size=3
)
RECORD = ("id", "text", "metadata")
LINES = st.builds(
    lambda identifier, text, metadata, top: json.dumps(
        {"id": identifier, "text": text, "metadata": metadata, **top}, ensure_ascii=False
    ).encode(),
    TEXT,
    TEXT,
    METADATA,
    TOP,
)


def write(path: Path, documents: list[Document]) -> Path:
    writer = Parquet().open(path)
    for document in documents:
        writer.write(document)
    writer.close()
    return path


def lines_of(path: Path) -> list[bytes]:
    return [encode(document) for document in Parquet().read(path)]


@settings(max_examples=examples(120), deadline=None)
@given(st.lists(LINES, max_size=5))
def test_every_document_comes_back_byte_for_byte(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    documents = [decode(line) for line in lines]
    path = write(tmp_path_factory.mktemp("shards") / "part.parquet", documents)
    assert lines_of(path) == [encode(document) for document in documents]


@pytest.mark.parametrize(
    "line",
    [
        '{"id":"a","text":"","metadata":{}}',
        '{"id":"","text":"\\u0000 \\u0000","metadata":{"title":"\\u0000"}}',
        '{"id":"a","text":"x","metadata":{"http_status":18446744073709551615,"warc_offset":9223372036854775807}}',
        '{"id":"a","text":"x","metadata":{"http_status":"200","language_score":1,"gen_depth":true}}',
        '{"id":"a","text":"x","metadata":{"language_score":-0.0,"quality":{"b":1,"a":[1e-300,null]}}}',
        '{"id":"a","text":"x","metadata":{"url":null,"rights":null,"labels":{},"pii":null}}',
        '{"id":"a","text":"x","metadata":{"pii":[]}}',
        '{"id":"a","text":"x","metadata":{"pii":[{"start":0,"end":1,"type":"email"}]}}',
        '{"id":"a","text":"x","metadata":{"pii":[{"end":1,"start":0,"type":"email"}]}}',
        '{"id":"a","text":"x","metadata":{"pii":[{"start":0,"end":1,"type":"email","score":0.5}]}}',
        '{"id":"a","text":"x","metadata":{"pii":[null]}}',
        '{"id":"a","text":"x","metadata":{"z":1,"a":{"metadata":{"id":2}},"extra":"{}"},"url":"y","extra":{"b":[]}}',
        '{"id":"a","text":"x","metadata":{"":{"":""}},"":null}',
    ],
)
def test_the_unusual_comes_back_too(tmp_path: Path, line: str) -> None:
    path = write(tmp_path / "part.parquet", [decode(line.encode())])
    assert lines_of(path) == [line.encode()]


def test_real_documents_come_back(shared_data: Path, tmp_path: Path) -> None:
    with gzip.open(shared_data / "quality" / "dolma_expected_email-spans.json.gz", "rb") as stream:
        documents = [decode(line.rstrip(b"\n")) for line in stream]
    assert len(documents) == 10
    assert lines_of(write(tmp_path / "part.parquet", documents)) == [encode(document) for document in documents]


def test_columns_are_typed(tmp_path: Path) -> None:
    metadata = {"url": "https://example.org/", "http_status": 200, "rights": {"train": "allowed"}, "mine": 1}
    path = write(tmp_path / "part.parquet", [Document("a", "hello", metadata, {"added": "2020"})])
    row = pq.read_table(path).to_pylist()[0]
    assert {key: value for key, value in row.items() if value is not None} == {
        "id": "a",
        "text": "hello",
        "url": "https://example.org/",
        "http_status": 200,
        "rights": '{"train":"allowed"}',
        "extra": '{"metadata":{"mine":1},"added":"2020"}',
    }
    assert list(row) == ["id", "text", *RESERVED, "extra"]


def test_the_file_has_what_the_hub_wants(tmp_path: Path) -> None:
    path = write(tmp_path / "part.parquet", [Document("a", "hello")])
    footer = pq.read_metadata(path)
    text = footer.row_group(0).column(1)
    assert (text.path_in_schema, text.compression, text.has_offset_index) == ("text", "ZSTD", True)
    assert b"pandas" not in (pq.read_schema(path).metadata or {})


def test_row_groups_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS_A_GROUP", 5)
    monkeypatch.setattr(parquet, "BYTES_A_GROUP", 1000)
    documents = [Document(str(number), "x" * size) for number, size in enumerate([1] * 7 + [600, 600, 2000, 1])]
    path = write(tmp_path / "part.parquet", documents)
    footer = pq.read_metadata(path)
    assert [footer.row_group(group).num_rows for group in range(footer.num_row_groups)] == [5, 3, 1, 1, 1]
    assert [document.id for document in Parquet().read(path)] == [document.id for document in documents]


MAKE = """
import sys
from pathlib import Path
from corpuskit.core.document import Document
from corpuskit.export.parquet import Parquet
from tests.support.properties import examples
writer = Parquet().open(Path(sys.argv[1]))
for number in range(3000):
    metadata = {"url": f"https://example.org/{number}", "http_status": 200, "tags": sorted({"a", "b", str(number)})}
    writer.write(Document(str(number), f"text {number * number} " * 20, metadata))
writer.close()
"""


def test_equal_documents_are_equal_bytes_in_any_process(tmp_path: Path) -> None:
    digests = set()
    for seed, folder in (("1", "a"), ("2", "b")):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / f"{folder}.parquet"
        environment = {"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo" if seed == "1" else "UTC", "HOME": str(tmp_path)}
        subprocess.run([sys.executable, "-c", MAKE, str(path)], check=True, env=environment)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_an_empty_shard_is_a_whole_file(tmp_path: Path) -> None:
    assert lines_of(write(tmp_path / "part.parquet", [])) == []


def test_what_json_cannot_hold_is_refused_and_costs_no_neighbour(tmp_path: Path) -> None:
    writer = Parquet().open(tmp_path / "part.parquet")
    writer.write(Document("a", "good"))
    with pytest.raises(Reject, match="lone-surrogate"):
        writer.write(Document("b", "bad \ud800"))
    with pytest.raises(Reject):
        writer.write(Document("c", "bad", {"x": 2**64}))
    writer.write(Document("d", "good"))
    writer.close()
    assert [document.id for document in Parquet().read(tmp_path / "part.parquet")] == ["a", "d"]


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "part.parquet", [])
    with pytest.raises(FileExistsError):
        Parquet().open(tmp_path / "part.parquet")


def test_damage_is_named_never_a_short_read(tmp_path: Path) -> None:
    documents = [Document(str(number), f"{number} " * 300) for number in range(200)]
    whole = write(tmp_path / "whole.parquet", documents).read_bytes()
    expected = [encode(document) for document in documents]
    damaged = tmp_path / "damaged.parquet"
    for cut in itertools.chain(range(0, len(whole), len(whole) // 40), [len(whole) - 1]):
        damaged.write_bytes(whole[:cut])
        with pytest.raises(DamagedError, match=r"damaged\.parquet"):
            lines_of(damaged)
    for offset in range(0, len(whole), len(whole) // 60):
        damaged.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x55]) + whole[offset + 1 :])
        try:
            got = lines_of(damaged)
        except DamagedError:
            continue
        assert got == expected


def test_a_foreign_parquet_file_is_no_shard(tmp_path: Path) -> None:
    import pyarrow as pa

    pq.write_table(pa.table({"id": [None], "text": ["x"]}), tmp_path / "part.parquet")
    with pytest.raises(DamagedError, match="columns"):
        lines_of(tmp_path / "part.parquet")


def test_the_registry_finds_it() -> None:
    assert isinstance(find_format("parquet"), Parquet)
