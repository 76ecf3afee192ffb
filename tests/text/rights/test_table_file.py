"""The table's file: each host is found, and a table that was cut, forged or changed is refused in one line."""

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.text.rights import table_file
from corpuskit.text.rights.agents import default_agents
from corpuskit.text.rights.decision import RightsReader
from corpuskit.text.rights.table_file import HostTable, TableWriter
from tests.text.rights.declared import captured, table_of

HOSTS = [f"h{number}.example" for number in range(500)]


def rows(text: str = "User-agent: CCBot\nDisallow: /\n") -> dict[str, list[dict[str, Any]]]:
    return {host: [captured("robots", f"# {host}\n{text}", url=f"https://{host}/robots.txt")] for host in HOSTS}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return table_of(rows(), tmp_path / "rights.jsonl.zst")


def test_each_host_is_found_and_no_other(table: Path) -> None:
    opened = HostTable(table)
    assert opened.hosts == 500
    for host in HOSTS:
        row = opened.row(host)
        assert row is not None and row["files"][0]["url"] == f"https://{host}/robots.txt"
    for host in ("", "a", "h", "h0", "h0.example0", "h500.example", "zzz.example", "h1.examplf", '"', "ä"):
        assert opened.row(host) is None
    assert [row["host"] for row in opened.rows()] == sorted(HOSTS)


@given(st.sets(st.from_regex(r"[a-z0-9-]{1,8}(\.[a-z]{1,3})?", fullmatch=True), max_size=40), st.integers(1, 400))
def test_hosts_are_found_whatever_they_are_called(hosts: set[str], frame_bytes: int) -> None:
    import tempfile

    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(table_file, "FRAME_BYTES", frame_bytes)
        path = table_of({host: [captured("robots", host)] for host in hosts}, Path(folder) / "t")
        opened = HostTable(path)
        for host in hosts:
            assert (opened.row(host) or {}).get("host") == host
            assert opened.row(f"{host}x") is None or f"{host}x" in hosts


def test_every_cut_and_every_changed_byte_is_refused(tmp_path: Path) -> None:
    data = table_of({"a.example": [captured("robots", "x")]}, tmp_path / "t").read_bytes()
    for size in range(len(data)):
        (tmp_path / "cut").write_bytes(data[:size])
        with pytest.raises((UsageError, DamagedError)):
            HostTable(tmp_path / "cut")
    for position in range(len(data)):
        changed = bytearray(data)
        changed[position] ^= 0x41
        (tmp_path / "changed").write_bytes(changed)
        with pytest.raises((UsageError, DamagedError)):
            opened = HostTable(tmp_path / "changed")
            list(opened.rows())


def forged(path: Path, lines: list[bytes], change_index: Callable[[dict[str, Any]], None] | None = None) -> Path:
    """A table with a right digest around whatever lines, in one frame."""
    frame = zstandard.compress(b"".join(line + b"\n" for line in lines))
    index = {"hosts": ["a.example"], "sizes": [len(frame)]}
    if change_index:
        change_index(index)
    packed = zstandard.compress(json.dumps(index).encode())
    header = {
        "captured": [],
        "digest": hashlib.sha256(frame + packed).hexdigest(),
        "format": table_file.FORMAT,
        "hosts": len(lines),
        "versions": {},
    }
    start = zstandard.compress(json.dumps(header, separators=(",", ":")).encode() + b"\n")
    end = struct.pack("<II", 0x184D2A5C, len(packed) + 4) + packed + struct.pack("<I", len(packed))
    path.write_bytes(start + frame + end)
    return path


GOOD = b'{"host":"a.example","files":[]}'


@pytest.mark.parametrize(
    "line",
    [
        b'{"host":"a.example"}',
        b'{"host":"a.example","files":3}',
        b'{"host":"a.example","files":[3]}',
        b'{"host":"a.example","files":[{"kind":"robots"}]}',
        b'{"host":"a.example","files":[{"kind":"robots","url":"u","captured":[],"groups":[[["*"],7]],"lines":""}]}',
        b'{"host":"a.example","files":[{"kind":"robots","url":"u","captured":[],"groups":[[["*"],"/"]],"lines":""}]}',
        b'{"host":"a.example","files":[{"kind":"robots","url":"u","captured":[],"groups":[],"lines":"a\\tb\\tc"}]}',
        b'{"host":"a.example","files":[{"kind":"tdmrep","url":"u","captured":[],"entries":[["/",1]]}]}',
        b'{"host":"a.example","files":[{"kind":"rsl","url":"u","captured":[],"rules":[["","/",{"train":1},"x"]]}]}',
        b'{"host":"a.example","files":[{"kind":"redirect","url":"u","captured":[],"to":null}]}',
        b'{"host":"a.example","files":[',
    ],
)
def test_a_row_of_another_structure_is_damage_and_no_fault_of_ours(tmp_path: Path, line: bytes) -> None:
    table = HostTable(forged(tmp_path / "t", [line]))
    reader = RightsReader(table, default_agents(), "opt-out-now")
    with pytest.raises(DamagedError, match="no row of a host"):
        reader.statements("https://a.example/", "", [])
    with pytest.raises(DamagedError):
        list(table.rows())


def test_an_index_that_lies_is_refused(tmp_path: Path) -> None:
    HostTable(forged(tmp_path / "good", [GOOD]))

    def unsorted(index: dict[str, Any]) -> None:
        index["hosts"], index["sizes"] = ["b", "a"], [index["sizes"][0] - 1, 1]

    changes: list[Callable[[dict[str, Any]], None]] = [
        unsorted,
        lambda index: index.update(sizes=[1]),
        lambda index: index.update(sizes=["x"]),
        lambda index: index.update(hosts=[None]),
        lambda index: index.update(hosts=[]),
        lambda index: index.clear(),
    ]
    for change in changes:
        with pytest.raises(DamagedError, match=r"sorted|index"):
            HostTable(forged(tmp_path / "t", [GOOD], change))
    other_host = HostTable(forged(tmp_path / "t", [GOOD], lambda index: index.update(hosts=["b.example"])))
    with pytest.raises(DamagedError, match="index does not fit"):
        other_host.row("c.example")


def test_rows_out_of_order_are_found_when_all_are_read(tmp_path: Path) -> None:
    lines = [GOOD, b'{"host":"c","files":[]}', b'{"host":"b","files":[]}']
    with pytest.raises(DamagedError, match="not sorted"):
        list(HostTable(forged(tmp_path / "t", lines)).rows())


def test_an_empty_table_is_one() -> None:
    writer = TableWriter()
    assert b"".join(writer.blocks({}))


@pytest.mark.parametrize(
    "data", [b"", b"{}\n", zstandard.compress(b"{}\n"), zstandard.compress(b'{"captured":1}'), b"\0" * 99]
)
def test_other_files_are_no_tables(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t").write_bytes(data)
    with pytest.raises((UsageError, DamagedError), match="rights table"):
        HostTable(tmp_path / "t")
