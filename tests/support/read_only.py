"""A folder in which nothing can be written or removed."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write in a folder; for root, who may write anywhere, by a mount. Skips where that is not allowed."""
    if os.geteuid() != 0:
        folders = [folder, *(path for path in folder.rglob("*") if path.is_dir())]
        modes = [path.stat().st_mode for path in folders]
        for path in folders:
            path.chmod(0o500)
        try:
            yield
        finally:
            for path, mode in zip(folders, modes, strict=True):
                path.chmod(mode)
        return
    for options in ("bind", "remount,bind,ro"):
        if subprocess.run(["mount", "-o", options, folder, folder], capture_output=True).returncode:
            pytest.skip("this system does not let tests mount a folder")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)
