"""WACZ: a zip file with web archives under `archive/`. Source: the WACZ format 1.1.1 (Webrecorder)."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO, cast

from corpuskit.core.reading.members import FREE_BYTES, RATIO, Damaged

MAGIC = b"PK\x03\x04"
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
"""What zipfile raises for a damaged file."""


def archives_of(stream: BinaryIO, name: str, damaged: Damaged) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the archives of a stream, each with its name: the stream itself, or those that a WACZ file holds.

    The zip's directory is at its end, so a WACZ file must be seekable; one from a pipe is reported as damage. An
    archive that cannot be read does not affect the others.
    """
    if not stream.seekable() or stream.read(len(MAGIC)) != MAGIC:
        if stream.seekable():
            stream.seek(0)
        yield name, stream
        return
    stream.seek(0)
    try:
        container = zipfile.ZipFile(stream)
    except FAULTS as error:
        damaged(f"the WACZ file cannot be read ({type(error).__name__})", 0, stream.seek(0, 2))
        return
    with container:
        for entry in sorted(container.infolist(), key=lambda item: item.filename):
            if entry.filename.startswith("archive/") and not entry.is_dir():
                yield from _open_entry(container, entry, name, damaged)


def _open_entry(
    container: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, damaged: Damaged
) -> Iterator[tuple[str, BinaryIO]]:
    offset, size = entry.header_offset, entry.compress_size
    if entry.file_size > FREE_BYTES and entry.file_size > RATIO * size:
        damaged(f"a part of the WACZ file expands more than {RATIO}-fold", offset, size)
        return
    try:
        with container.open(entry) as stream:
            yield f"{name}/{entry.filename}", cast(BinaryIO, _WaczEntry(stream, offset, size, damaged))
    except FAULTS as error:
        damaged(f"a part of the WACZ file cannot be read ({type(error).__name__})", offset, size)


class _WaczEntry:
    """An archive within a zip file; it ends, with a report, where reading fails."""

    def __init__(self, stream: IO[bytes], offset: int, size: int, damaged: Damaged) -> None:
        self._stream, self._offset, self._size, self._damaged = stream, offset, size, damaged

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        try:
            return self._stream.read(size)
        except FAULTS as error:
            self._damaged(f"a part of the WACZ file cannot be read ({type(error).__name__})", self._offset, self._size)
            return b""
