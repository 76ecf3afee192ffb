"""Files that are written whole or not at all, by commands whose result is no dataset."""

import contextlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import flush, or_elsewhere, publishing
from corpuskit.core.errors import PublishError, UsageError


def write_whole(target: Path, blocks: Iterable[bytes]) -> int:
    """Write blocks to a file, which then takes the place, and the mode, of what was there; return the bytes.

    Raises PublishError.
    """
    demand_folder(target.parent)
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise PublishError(f"{str(target)!r} is a device or a pipe; name a file")
    staged = _beside(target, "part")
    with publishing(target):
        try:
            size = _write_flushed(staged, blocks, target if target.is_file() else None)
            filesystem.replace(staged, target)
            flush(target.parent)
        finally:
            filesystem.remove(staged, missing_ok=True)
    return size


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder, all of them or none, in place of what was there. Raises UsageError and PublishError.

    All are written beside those of their names before any is replaced, and what was replaced is put back on a failure.
    """
    for name in contents:
        if (folder / name).is_dir():
            raise UsageError(f"{str(folder / name)!r} is a folder where a file is to be written; name another with -o")
    is_new = not folder.exists()
    with publishing(folder):
        try:
            filesystem.make_folder(folder, parents=True, exist_ok=True)
            for name, content in contents.items():
                _write_flushed(_beside(folder / name, "part"), [content])
            _replace_all([folder / name for name in contents])
            flush(folder)
        finally:
            for name in contents:
                for ending in ("part", "before"):
                    with contextlib.suppress(OSError):
                        filesystem.remove(_beside(folder / name, ending), missing_ok=True)
            if is_new:
                with contextlib.suppress(OSError):
                    filesystem.remove_folder(folder)  # which succeeds where nothing was written


def sweep_beside(target: Path) -> None:
    """Remove what killed runs have left of a file beside it; nobody else may write it meanwhile."""
    for left in target.parent.iterdir():
        if left.name.startswith(f".{target.name}.") and re.fullmatch(
            r"[0-9]+\.part", left.name[len(target.name) + 2 :]
        ):
            filesystem.remove(left, missing_ok=True)


def demand_folder(folder: Path) -> None:
    """Raise PublishError unless there is this folder to write a file into."""
    if not folder.is_dir():
        raise PublishError(f"there is no folder {str(folder)!r}; {or_elsewhere('make it')}")


def _replace_all(targets: list[Path]) -> None:
    """Rename the staged files into place, or leave what was there."""
    replaced: list[Path] = []
    try:
        for target in targets:
            if os.path.lexists(target):
                filesystem.remove(_beside(target, "before"), missing_ok=True)
                filesystem.link(target, _beside(target, "before"))
            replaced.append(target)
            filesystem.replace(_beside(target, "part"), target)
    except BaseException:
        for target in replaced:
            if os.path.lexists(_beside(target, "before")):
                filesystem.replace(_beside(target, "before"), target)
            elif not os.path.lexists(_beside(target, "part")):
                filesystem.remove(target, missing_ok=True)
        raise


def _write_flushed(staged: Path, blocks: Iterable[bytes], replaced: Path | None = None) -> int:
    size = 0
    filesystem.remove(staged, missing_ok=True)  # a link of that name would be followed
    with filesystem.open_new(staged) as stream:
        if replaced is not None:
            filesystem.copy_mode(replaced, staged)
        for block in blocks:
            size += stream.write(block)
        stream.flush()
        filesystem.sync(stream.fileno())
    return size


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(f".{target.name}.{os.getpid()}.{ending}")
