"""Records that were fetched, kept as they came: a WARC file of whole records, and a list of where they were.

The members are copied byte for byte, so the file is a web archive that any reader reads, and each record can be
compared with its digests again. Beside it, a line for each record says which bytes of the archive it was. A line is
written after its record: what a killed run leaves unlisted is cut off.
"""

from pathlib import Path
from typing import BinaryIO

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import demand_lock
from corpuskit.core.reading.download import keeping
from corpuskit.core.reading.selection import RecordSpan

LIST_SUFFIX = ".records"


class SavedRecords:
    """The copy of some records of an archive; a context manager, which locks it against other runs."""

    def __init__(self, path: Path) -> None:
        """The files are made once there is a record to keep."""
        self._path, self._list_path = path, path.with_name(f"{path.name}{LIST_SUFFIX}")
        self._offsets: dict[tuple[int, int], int] = {}
        # How much of both files is whole: records, and the lines that list them.
        self._size = self._listed = 0
        self._files: tuple[BinaryIO, BinaryIO] | None = None

    def __enter__(self) -> "SavedRecords":
        if self._list_path.is_file():
            self._read_list()
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files or ():
            file.close()
        self._files = None

    def read(self, span: RecordSpan) -> bytes | None:
        """Return the stored bytes of a record; None if they are not kept."""
        offset = self._offsets.get((span.offset, span.length))
        if offset is None:
            return None
        with open(self._path, "rb") as file:
            file.seek(offset)
            data = file.read(span.length)
        return data if len(data) == span.length else None

    def add(self, span: RecordSpan, data: bytes) -> None:
        """Keep a record. Raises PublishError if it cannot be written, or if another run writes there."""
        with keeping(self._path):
            archive, lines = self._files or self._open()
            archive.write(data)
            archive.flush()
            filesystem.write_all(lines, f"{span.offset} {span.length}\n".encode())
        self._offsets[span.offset, span.length] = self._size
        self._size += len(data)

    def _open(self) -> tuple[BinaryIO, BinaryIO]:
        filesystem.make_folder(self._path.parent, parents=True, exist_ok=True)
        descriptor = filesystem.open_lock(self._list_path)
        demand_lock(descriptor, self._list_path, option="--save")
        lines = filesystem.of_descriptor(descriptor)
        # Another run may have added records since the list was read.
        self._read_list()
        filesystem.truncate(lines, self._listed)
        lines.seek(self._listed)
        archive = filesystem.open_update(self._path)
        filesystem.truncate(archive, self._size)
        archive.seek(self._size)
        self._files = archive, lines
        return self._files

    def _read_list(self) -> None:
        """Take note of the records that are listed and whole."""
        stored = self._path.stat().st_size if self._path.is_file() else 0
        self._offsets, self._size, self._listed = {}, 0, 0
        for line in self._list_path.read_bytes().split(b"\n")[:-1]:
            words = line.split()
            if len(words) != 2 or not all(word.isdigit() and len(word) < 20 for word in words):
                break
            offset, length = map(int, words)
            if self._size + length > stored:
                break
            self._offsets[offset, length] = self._size
            self._size += length
            self._listed += len(line) + 1
