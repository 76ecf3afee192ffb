"""Writers of canonical lines: to any stream, and to a shard that also says which ids it holds."""

from typing import BinaryIO, ClassVar

from corpuskit.core.disk.compression import frame_compressor
from corpuskit.core.document import Document, encode
from corpuskit.core.publish.id_index import IdIndex

FRAME_BYTES = 8 << 20
"""Of lines that make up a frame of a shard. Those of 2 MiB would make it 1 to 2 % larger."""


class JsonlWriter:
    """Writes documents as canonical lines to a binary stream."""

    held_bytes: ClassVar[int] = 1 << 17
    """Of lines that are passed on together: zstd compresses as many at a time."""

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
        if self._waiting_bytes >= self.held_bytes:
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
        self._write_lines(b"".join(lines))

    def _write_lines(self, lines: bytes) -> None:
        self.stream.write(lines)


class JsonlShardWriter(JsonlWriter):
    """Writes a shard: its lines in zstd frames, followed by the ids it holds.

    A frame ends with the line that makes it as large as `FRAME_BYTES`, so the lines alone say where. To compress so
    many in one call takes four fifths of the time that a stream of them takes.
    """

    held_bytes = FRAME_BYTES

    def __init__(self, file: BinaryIO) -> None:
        """`file` is closed by `close`."""
        super().__init__(file)
        self._compressor, self._ids = frame_compressor(), IdIndex()
        self._has_frame = False

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
        with self.stream:
            self._pass_on()
            self.stream.write(self._ids.frame())

    def _write_lines(self, lines: bytes) -> None:
        """Write a frame; an empty one only where there is no other."""
        if lines or not self._has_frame:
            self.stream.write(self._compressor.compress(lines))
            self._has_frame = True
