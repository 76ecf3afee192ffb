"""WACZ: a zip file with web archives under `archive/`. Source: the WACZ format 1.1.1 (Webrecorder)."""

import zipfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from corpuskit.core.files.members import Damaged

MAGIC = b"PK\x03\x04"


def archives_of(stream: BinaryIO, name: str, damaged: Damaged) -> Iterator[tuple[str, BinaryIO]]:
    """The archives that a stream holds, each with its name: itself, or the parts of a WACZ file.

    The zip's directory is at its end, so a WACZ file must be seekable; from a pipe it is reported as damage.
    """
    if not stream.seekable() or stream.read(len(MAGIC)) != MAGIC:
        if stream.seekable():
            stream.seek(0)
        yield name, stream
        return
    stream.seek(0)
    try:
        yield from _parts(stream, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        size = stream.seek(0, 2)
        damaged(f"the WACZ file cannot be read ({type(error).__name__})", 0, size)


def _parts(stream: BinaryIO, name: str) -> Iterator[tuple[str, BinaryIO]]:
    with zipfile.ZipFile(stream) as container:
        for entry in sorted(container.namelist()):
            if entry.startswith("archive/") and not entry.endswith("/"):
                with container.open(entry) as part:
                    yield f"{name}/{entry}", cast(BinaryIO, part)
