"""Files that are written whole, or not at all."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.disk import filesystem
from corpuskit.core.errors import PublishError, UsageError
from corpuskit.core.publish.whole_file import write_files, write_whole

NEW = {"a.md": b"new a", "b.json": b"new b", "c.csv": b"new c"}


def contents_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def failing(function: Callable[..., Any], at: int) -> Callable[..., Any]:
    """A function of which the `at`-th call fails, as on a full disk."""
    calls = 0

    def call(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return function(*arguments, **options)

    return call


@pytest.mark.parametrize("before", [{}, {"a.md": b"old a", "b.json": b"old b", "mine.txt": b"mine"}])
@pytest.mark.parametrize("kind", ["open_new", "sync", "replace", "link"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_all_are_written_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: dict[str, bytes], kind: str, at: int
) -> None:
    folder = tmp_path / "summary"
    if before:
        folder.mkdir()
        for name, content in before.items():
            (folder / name).write_bytes(content)
    monkeypatch.setattr(filesystem, kind, failing(getattr(filesystem, kind), at))
    links = sum(name in NEW for name in before)
    if kind == "link" and at > links:
        write_files(folder, NEW)
        assert contents_of(folder) == {**before, **NEW}
        return
    with pytest.raises(PublishError, match="nothing was published"):
        write_files(folder, NEW)
    assert (contents_of(folder) if before else folder.exists()) == (before or False)


def test_a_folder_in_place_of_a_file_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "c.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder where a file is to be written"):
        write_files(tmp_path, NEW)
    assert [path.name for path in tmp_path.iterdir()] == ["c.csv"]


def test_the_advice_fits_the_failure(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match=r"there is no folder .*; make it, or choose another -o"):
        write_whole(tmp_path / "none" / "a", [b""])
    with pytest.raises(PublishError, match="Shorten the name or choose another -o"):
        write_whole(tmp_path / ("a" * 250), [b""])
