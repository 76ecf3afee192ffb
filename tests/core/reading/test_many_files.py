"""What each of many small files costs: few questions to the system, and no decompressor for one that is plain."""

import gzip
import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.disk.regular_file import read_small
from corpuskit.core.document import Reject
from corpuskit.core.reading import codecs
from corpuskit.core.reading.inputs import SMALL_FILE, Input
from corpuskit.core.reading.members import members_of
from corpuskit.core.reading.resolve import resolve


def test_resolving_asks_about_each_file_twice_however_deep_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path.joinpath(*"abcdefgh")
    deep.mkdir(parents=True)
    for number in range(100):
        (deep / f"{number}.txt").touch()
    asked = []
    lstat = os.lstat

    def counting(path: Any, **options: Any) -> os.stat_result:
        asked.append(path)
        return lstat(path, **options)

    monkeypatch.setattr(os, "lstat", counting)
    assert len(resolve([tmp_path])) == 100
    assert len(asked) < 250


def test_a_file_that_several_names_lead_to_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real" / "sub").mkdir(parents=True)
    (tmp_path / "real" / "sub" / "one.txt").touch()
    (tmp_path / "real" / "two.txt").symlink_to("sub/one.txt")
    (tmp_path / "other").symlink_to("real")
    for names in (["real", "other"], ["other/sub/one.txt", "real/two.txt"], ["real/../other/sub/../two.txt", "real"]):
        (only,) = resolve(names)
        assert only.local_path is not None and only.local_path.samefile("real/sub/one.txt")


def test_a_file_goes_by_its_own_name_and_not_by_that_of_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "zz.txt").touch()
    (tmp_path / "d" / "logo.svg").touch()
    (tmp_path / "d" / "aa-much-longer.txt").symlink_to("zz.txt")
    (tmp_path / "d" / "bb.txt").symlink_to(tmp_path / "d" / "zz.txt")
    (tmp_path / "aa-longest-of-all.txt").symlink_to("d/zz.txt")
    assert [item.name for item in resolve(["d"], [".txt"])] == ["d/zz.txt"]
    told = "1 file of other kinds in 'd' passed over, the first is 'logo.svg'; and 2 links to what is read anyway"
    assert capsys.readouterr().err == f"corpuskit: {told}\n"
    (tmp_path / "d" / "logo.svg").unlink()
    assert [item.name for item in resolve(["d"], [".txt"])] == ["d/zz.txt"]
    told = "2 links to what is read anyway in 'd' passed over, the first is 'aa-much-longer.txt'"
    assert capsys.readouterr().err == f"corpuskit: {told}\n"
    for names in (["d/aa-much-longer.txt", "d/zz.txt"], ["aa-longest-of-all.txt", "d/zz.txt"]):
        assert [item.name for item in resolve(names)] == ["zz.txt"]
        told = "corpuskit: 1 input is named more than once and read once, 'zz.txt' first\n"
        assert capsys.readouterr().err == told
    assert [item.name for item in resolve(["d/bb.txt"])] == ["bb.txt"], "a link that is named alone"


def test_links_to_one_file_elsewhere_in_the_folder_are_read_once(tmp_path: Path) -> None:
    (tmp_path / ".hidden.txt").write_text("text")
    (tmp_path / "a.txt").symlink_to(".hidden.txt")
    (tmp_path / "b.txt").symlink_to(".hidden.txt")
    (only,) = resolve([tmp_path], [".txt"])
    assert only.name == f"{tmp_path.name}/a.txt"


def test_inputs_named_twice_are_told_and_the_matches_of_one_pattern_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "d" / name).touch()
    assert len(resolve(["d/**"])) == len(resolve(["d"])) == 2
    assert capsys.readouterr().err == ""
    assert len(resolve(["d", "d/a.txt", "./d/b.txt"])) == 2
    assert capsys.readouterr().err == "corpuskit: 2 inputs are named more than once and read once, 'd/a.txt' first\n"
    assert len(resolve(["https://example.org/x", "https://example.org/x"])) == 1
    assert "1 input is named more than once and read once, 'https://example.org/x' first" in capsys.readouterr().err


@pytest.mark.parametrize("folder", [".", "./", "sub/..", "sub/../sub", "sub//"])
def test_files_are_named_below_the_folder_however_it_is_spelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "sub" / "deep" / "a.txt").touch()
    monkeypatch.chdir(tmp_path)
    below = "deep/a.txt" if folder.rstrip("/").endswith("sub") else "sub/deep/a.txt"
    name = os.path.basename(os.path.abspath(folder))
    assert [item.name for item in resolve([folder])] == [f"{name}/{below}"]


def test_plain_files_make_no_decompressor(monkeypatch: pytest.MonkeyPatch) -> None:
    codecs.codec_of(b"Text, whose first byte can begin a frame")
    made = []
    monkeypatch.setattr(codecs.Zstd, "__init__", lambda codec: made.append(codec))
    for number in range(10):
        members_of(io.BytesIO(b"plain text %d" % number), lambda what, offset, lost: None)
    assert not made
    assert isinstance(codecs.codec_of(codecs.Zstd.magic), codecs.Zstd) and len(made) == 1


@pytest.mark.parametrize(
    "content", [b"", b"text", b"BZh is text", b"Page 1", "naïve".encode(), b"\xff\xfea\0", b"a" * SMALL_FILE]
)
@pytest.mark.parametrize("name", ["a.txt", "a.gz"])
def test_a_small_file_is_opened_once_and_its_entry_is_that_of_its_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, name: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    streamed = Input(name, local_path=path)
    blocks = b"".join(streamed.blocks())
    small = Input(name, local_path=path)
    assert small.is_unread()
    if b"\0" not in content:
        monkeypatch.setattr(Input, "open", None)
    assert small.read_all(SMALL_FILE) == blocks
    assert small.manifest_entry() == streamed.manifest_entry()
    assert small.bytes_read() == len(content)
    assert not small.is_unread()


def test_a_small_file_that_is_compressed_is_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(gzip.compress(b"text"))
    input_ = Input("a.txt", local_path=path)
    assert input_.read_all(10) == b"text"
    assert input_.manifest_entry()["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_small_file_that_is_too_large_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"text" * 9)
    with pytest.raises(Reject, match="more than 35 bytes"):
        Input("a.txt", local_path=path).read_all(35)


def test_what_is_no_small_file_is_left_to_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"text")
    os.mkfifo(tmp_path / "pipe")
    assert read_small(tmp_path / "a.txt", 3) is None
    assert [read_small(tmp_path / name, 9) for name in ("", "pipe", "nothing")] == [None, None, None]
    read = read_small(tmp_path / "a.txt", 4)
    assert read is not None and read[0] == b"text"


def test_a_compression_is_found_by_its_first_byte_wherever_it_can_start() -> None:
    starts = [(kind.name, kind.magic) for kind in codecs.CODECS]
    for name, magic in starts:
        head = magic + (b"91AY&SY" if name == "bzip2" else b"\0" * 20)
        codec = codecs.codec_of(head)
        assert codec is not None and codec.name == name
    for first in range(0x50, 0x60):
        assert codecs.codec_of(bytes((first, 0x2A, 0x4D, 0x18, 4, 0, 0, 0))) is not None
