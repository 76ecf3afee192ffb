"""A copy has the bytes and the mode of a file, whether or not the kernel makes it."""

import errno
import os
from pathlib import Path

import pytest

from corpuskit.core.disk import filesystem

CONTENT = bytes(range(256)) * 5_000


def refuse(*_: int) -> int:
    raise OSError(errno.EXDEV, "Invalid cross-device link")


def copy_nothing(*_: int) -> int:
    return 0


@pytest.mark.parametrize("kernel", [None, refuse, copy_nothing])
def test_a_copy_has_the_bytes_and_the_mode(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kernel: object) -> None:
    if kernel is not None:
        monkeypatch.setattr(os, "copy_file_range", kernel)
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(CONTENT)
    source.chmod(0o640)
    target.write_bytes(CONTENT * 2)
    filesystem.copy(source, target)
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (CONTENT, 0o640)


def test_what_a_full_disk_says_is_raised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fill(*_: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "copy_file_range", fill)
    (tmp_path / "source").write_bytes(CONTENT)
    with pytest.raises(OSError, match="No space left"):
        filesystem.copy(tmp_path / "source", tmp_path / "target")
