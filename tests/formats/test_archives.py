"""Archives: each file in them is a document as if it had been unpacked; nothing leads out of them or is lost."""

import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from corpuskit.core.document import Document
from corpuskit.core.outcome import Item, Rejected
from corpuskit.core.reading.resolve import resolve
from corpuskit.core.stream.flow import Flow
from corpuskit.formats import archives
from corpuskit.sources.code import Code
from corpuskit.sources.files import Files
from tests.conftest import Run, lines_of

LINES = lines_of([{"id": "a", "text": "one"}, {"id": "b", "text": "two"}])
TREE = {
    "notes/first.txt": b"The ferry leaves at nine.",
    "notes/lines.jsonl": LINES,
    "notes/packed.jsonl.gz": gzip.compress(LINES),
    "notes/table.csv": b"id,text\nc,three\n",
    ".hidden/x.txt": b"not seen",
    "__MACOSX/notes/first.txt": b"not seen",
}


def tar_of(members: dict[str, bytes], mode: str = "w") -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


def zip_of(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def gzipped_tar_of(members: dict[str, bytes]) -> bytes:
    return gzip.compress(tar_of(members))


def read(path: Path, source: Files | Code | None = None) -> tuple[list[Item], list[str]]:
    """Return the items of an archive that is named, and what is damaged in it."""
    (input_,) = resolve([str(path)])
    return list((source or Files()).read(input_)), [damage.what for damage in input_.damage]


def summary(items: list[Item]) -> list[tuple[str, str]]:
    return [
        (item.id, item.text) if isinstance(item, Document) else (item.reason, item.input)
        for item in items
        if isinstance(item, Document | Rejected)
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zip_of(TREE)),
        ("a.tar", tar_of(TREE)),
        ("a.tgz", tar_of(TREE, "w:gz")),
        ("a.tar.bz2", tar_of(TREE, "w:bz2")),
        ("a.tar.xz", lzma.compress(tar_of(TREE))),
        ("suffixless", lzma.compress(tar_of(TREE))),
        ("nameless", zip_of(TREE)),
    ],
)
def test_each_file_of_an_archive_is_read_as_if_it_had_been_named(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    items, damage = read(tmp_path / name)
    first = (f"{name}/notes/first.txt", "The ferry leaves at nine.")
    assert sorted(summary(items)) == sorted([*[("a", "one"), ("b", "two")] * 2, ("c", "three"), first])
    assert damage == []


@pytest.mark.parametrize("pack", [zip_of, tar_of])
@pytest.mark.parametrize("name", ["../escape.txt", "/etc/escape.txt", "a/../../escape.txt", "..\\escape.txt"])
def test_no_name_leads_out_of_the_archive(tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes], name: str) -> None:
    (tmp_path / "a.bin").write_bytes(pack({name: b"out", "in.txt": b"in"}))
    items, damage = read(tmp_path / "a.bin")
    assert sorted(summary(items)) == [("a.bin/in.txt", "in"), ("unsafe-path", "a.bin")] and damage == []


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_an_archive_in_an_archive_is_a_reject_by_name_and_by_content(
    tmp_path: Path, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    inner = {"inner.tar.gz": gzipped_tar_of(TREE), "noname": tar_of(TREE), "zipped": zip_of(TREE), "x.txt": b"in"}
    (tmp_path / "a.bin").write_bytes(pack(inner))
    items, _ = read(tmp_path / "a.bin")
    assert sorted(summary(items)) == [
        ("a.bin/x.txt", "in"),
        ("archive-in-archive", "a.bin/inner.tar.gz"),
        ("archive-in-archive", "a.bin/noname"),
        ("archive-in-archive", "a.bin/zipped"),
    ]


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_a_member_that_memory_may_not_hold_is_a_reject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBER", 20_000)
    (tmp_path / "a.bin").write_bytes(pack({"big.txt": b"x" * 20_001, "small.txt": b"in"}))
    items, damage = read(tmp_path / "a.bin")
    assert summary(items) == [("member-too-large", "a.bin/big.txt"), ("a.bin/small.txt", "in")] and damage == []


def test_a_bomb_ends_its_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "FREE_BYTES", 1_000_000)
    (tmp_path / "a.zip").write_bytes(zip_of({f"{number}.txt": b"0" * 400_000 for number in range(9)}))
    items, damage = read(tmp_path / "a.zip")
    assert len(items) < 9 and damage == ["expands more than 250-fold; the rest of it was not read"]


def test_a_header_without_end_is_not_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBER", 20_000)
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("a.txt")
        entry.pax_headers = {"comment": "x" * 200_000}
        archive.addfile(entry)
    (tmp_path / "a.tar").write_bytes(data.getvalue())
    items, damage = read(tmp_path / "a.tar")
    assert items == [] and damage == ["the tar cannot be read (its bytes are damaged)"]


def test_links_and_devices_are_passed_over_and_said(tmp_path: Path) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            entry = tarfile.TarInfo("passwd.txt")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    (tmp_path / "a.tar").write_bytes(data.getvalue())
    (input_,) = resolve([str(tmp_path / "a.tar")])
    assert list(Files().read(input_)) == []
    assert input_.findings.remarks == {"a link or device in it is passed over": 4}


def test_what_is_damaged_in_a_member_is_damage_of_the_archive(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_of({"x.jsonl.gz": gzip.compress(LINES * 50, mtime=0)[:-12], "y.txt": b"in"}))
    items, damage = read(tmp_path / "a.zip")
    assert ("a.zip/y.txt", "in") in summary(items)
    assert damage[0] == "x.jsonl.gz: the file is cut within a gzip member"


def test_every_cut_of_an_archive_is_noticed(tmp_path: Path) -> None:
    members = {f"{number}.txt": bytes([65 + number]) * 700 for number in range(6)}
    for name, whole in (("a.tar", tar_of(members)), ("a.zip", zip_of(members))):
        end_of_data = 6 * 1536 if name == "a.tar" else len(whole)
        for size in sorted({*range(1, end_of_data, 97), *range(1536, end_of_data, 1536)}):
            (tmp_path / name).write_bytes(whole[:size])
            items, damage = read(tmp_path / name)
            assert damage, (name, size)
            assert all(text == text[0] * 700 for _, text in summary(items))


def test_a_broken_header_is_not_the_end(tmp_path: Path) -> None:
    data = bytearray(tar_of({f"{number}.txt": b"x" * 100 for number in range(40)}))
    data[20 * 1024 + 148] ^= 0x55
    (tmp_path / "a.tar").write_bytes(data)
    items, damage = read(tmp_path / "a.tar")
    assert len(items) == 20 and damage == ["bytes after what looks like the end of the tar"]


def test_a_locked_member_is_a_reject(tmp_path: Path) -> None:
    data = bytearray(zip_of({"a.txt": b"secret"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(signature) + offset] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    assert summary(read(tmp_path / "a.zip")[0]) == [("encrypted", "a.zip/a.txt")]


def test_code_reads_an_archive_that_is_named_and_leaves_one_in_a_tree(tmp_path: Path) -> None:
    tree = {"pkg/main.py": b"import sys\nprint(sys.path)\n", "pkg/node_modules/x.js": b"let a = 1;\n"}
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "pkg.tar.gz").write_bytes(gzipped_tar_of(tree))
    (tmp_path / "tree" / "own.py").write_text("import os\n")
    named = Flow([Code()], lambda verdict: None)
    assert [item.id for item in named.documents(resolve([str(tmp_path / "tree" / "pkg.tar.gz")]))] == [
        "pkg.tar.gz/pkg/main.py"
    ]
    assert dict(named.counts[0].dropped) == {"vendored": 1}
    below = Flow([Code()], lambda verdict: None)
    assert [item.id for item in below.documents(resolve([str(tmp_path / "tree")]))] == ["tree/own.py"]
    assert dict(below.counts[0].dropped) == {"not-code": 1}


@pytest.mark.parametrize(("name", "data"), [("a.zip", zip_of(TREE)), ("a.tar.gz", gzipped_tar_of(TREE))])
def test_an_archive_is_published_whole_from_a_file_and_through_a_pipe(
    corpuskit: Run, tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    assert corpuskit("files", name, "-o", "named").returncode == 0
    assert corpuskit("files", "-o", "piped", stdin=data).returncode == 0
    texts = [
        sorted(json.loads(line)["text"] for line in corpuskit("head", "-n", "99", folder).stdout.splitlines())
        for folder in ("named", "piped")
    ]
    assert texts[0] == texts[1] and len(texts[0]) == 6
    for folder in ("named", "piped"):
        assert corpuskit("verify", folder).returncode == 0
    (entry,) = json.loads((tmp_path / "named" / "manifest.json").read_text())["inputs"]
    assert (entry["path"], entry["bytes"], entry["damage"]) == (name, len(data), [])


def test_zips_that_are_joined_are_not_read_as_one_without_a_word(tmp_path: Path, corpuskit: Run) -> None:
    packed = []
    for number in (1, 2):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr(f"{number}.txt", f"The ferry number {number} leaves at nine.")
        packed.append(data.getvalue())
    (tmp_path / "joined.zip").write_bytes(b"".join(packed))
    done = corpuskit("files", "joined.zip")
    assert done.returncode == 3 and json.loads(done.stdout)["id"] == "joined.zip/2.txt"
    said = done.stderr.decode()
    assert "joined.zip: another zip stands before the one that was read; " in said
    assert f"at byte 0, {len(packed[0])} bytes lost" in said
    # A program that unpacks itself is one zip behind its own bytes.
    (tmp_path / "itself.zip").write_bytes(b"MZ\x90\x00" * 100 + packed[0])
    assert corpuskit("files", "itself.zip").returncode == 0
