"""Writers of canonical lines: to any stream, and to a shard that also says which ids it holds."""

from typing import BinaryIO

from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.document import Document, encode
from corpuskit.core.publish.id_index import IdIndex

HELD_BYTES = 1 << 17
"""Of lines that are passed on together: zstd compresses as many at a time."""


class JsonlWriter:
    """Writes documents as canonical lines to a binary stream."""

    def __init__(self, stream: BinaryIO) -> None:
        """`stream` is closed by `close`."""
        self.stream = stream
        self._waiting_lines: list[bytes] = []
        self._waiting_bytes = 0

    def write(self, document: Document) -> None:
        """Write one document."""
        self.write_line(encode(document))

    def write_line(self, line: bytes) -> None:
        """Write one line, given without its line feed."""
        self._waiting_lines += (line, b"\n")
        self._waiting_bytes += len(line)
        if self._waiting_bytes >= HELD_BYTES:
            self._pass_on()

    def close(self) -> None:
        """Finish the stream."""
        try:
            self._pass_on()
        finally:
            self.stream.close()

    def _pass_on(self) -> None:
        """Write what is held; what cannot be written is held no longer."""
        lines, self._waiting_lines, self._waiting_bytes = self._waiting_lines, [], 0
        self.stream.write(b"".join(lines))


class JsonlShardWriter(JsonlWriter):
    """Writes a shard: its lines, compressed, followed by the ids it holds."""

    def __init__(self, file: BinaryIO) -> None:
        """`file` is closed by `close`."""
        super().__init__(compressing_writer(file, ".jsonl.zst", close=False))
        self._file, self._ids = file, IdIndex()

    def write(self, document: Document) -> None:
        """Write one document."""
        super().write_line(encode(document))
        self._ids.add(document.id)

    def write_line(self, line: bytes) -> None:
        """Write one canonical line, given without its line feed."""
        super().write_line(line)
        self._ids.add_of_line(line)

    def close(self) -> None:
        """Finish the file."""
        with self._file:
            super().close()
            self._file.write(self._ids.frame())
