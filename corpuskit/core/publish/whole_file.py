"""One file that is written whole or not at all, by commands whose result is no dataset."""

import os
from collections.abc import Iterable
from pathlib import Path

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import flush, publishing


def write_whole(target: Path, blocks: Iterable[bytes]) -> int:
    """Write blocks to a file, which then takes the place of what was there; return the bytes. Raises PublishError."""
    staged = target.with_name(f".{target.name}.{os.getpid()}.part")
    size = 0
    with publishing(target):
        try:
            filesystem.remove(staged, missing_ok=True)  # a link of that name would be followed
            with filesystem.open_new(staged) as stream:
                for block in blocks:
                    size += stream.write(block)
                stream.flush()
                filesystem.sync(stream.fileno())
            filesystem.replace(staged, target)
            flush(target.parent)
        finally:
            filesystem.remove(staged, missing_ok=True)
    return size
