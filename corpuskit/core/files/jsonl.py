"""JSONL shards, compressed with zstd at fixed settings: the form that every other form is checked against."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, cast

from corpuskit.core.document import Document, decode, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.files import system


class Jsonl:
    """Documents as canonical lines, `part-00000-1f3a9c2b.jsonl.zst`."""

    name: ClassVar[str] = "jsonl"
    suffix: ClassVar[str] = ".jsonl.zst"
    folder: ClassVar[str] = ""

    def open(self, path: Path) -> "LineWriter":
        """A writer of one shard."""
        return LineWriter(compressed(system.open_new(path), path.name))

    def read(self, path: Path) -> Iterator[Document]:
        """The documents of one shard. Raises DamagedError where it cannot be read."""
        from corpuskit.core.files.inputs import Input

        source = Input(path.name, local_path=path)
        for item in source.lines():
            if not isinstance(item, tuple):
                raise DamagedError(f"{path.name}: {item.reason} at byte {item.offset}")
            yield decode(item[1])
        if source.damage:
            raise DamagedError(f"{path.name}: {source.damage[0].what}")

    def finish(self, staging: Path, manifest: dict[str, Any]) -> list[str]:
        """No files beside the shards."""
        return []

    def versions(self) -> dict[str, str]:
        """The compressor: another release may write other bytes."""
        import zstandard

        return {"zstd": ".".join(map(str, zstandard.ZSTD_VERSION))}


class LineWriter:
    """Writes documents as canonical lines to a binary stream."""

    def __init__(self, stream: BinaryIO) -> None:
        """`stream` is closed by `close`."""
        self.stream = stream

    def write(self, document: Document) -> None:
        """Write one document."""
        self.write_line(encode(document))

    def write_line(self, line: bytes) -> None:
        """Write one line, given without its line feed."""
        self.stream.write(line + b"\n")

    def close(self) -> None:
        """Finish the stream."""
        self.stream.close()


def compressed(stream: BinaryIO, name: str) -> BinaryIO:
    """The stream through the compressor that the name's ending asks for: .zst, .gz, or none.

    Settings are fixed, with a content checksum for zstd, and neither time nor name in a gzip header, so equal lines
    are equal bytes.
    """
    if name.endswith(".zst"):
        import zstandard

        compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        return cast(BinaryIO, compressor.stream_writer(stream))
    return _gzip(stream) if name.endswith(".gz") else stream


def _gzip(stream: BinaryIO) -> BinaryIO:
    import gzip

    class Gzip(gzip.GzipFile):
        def close(self) -> None:
            super().close()
            stream.close()

    return cast(BinaryIO, Gzip(filename="", mode="wb", fileobj=stream, compresslevel=6, mtime=0))
