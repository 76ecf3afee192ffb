"""What each of many small files costs: few questions to the system, and no decompressor for one that is plain."""

import io
import os
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.reading import codecs
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
    codecs.codec_of(b"text")
    made = []
    monkeypatch.setattr(codecs.Zstd, "__init__", lambda codec: made.append(codec))
    for number in range(10):
        members_of(io.BytesIO(b"plain text %d" % number), lambda what, offset, lost: None)
    assert not made
    assert isinstance(codecs.codec_of(codecs.Zstd.magic), codecs.Zstd) and len(made) == 1
