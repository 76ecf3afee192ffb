"""JSONL shards, compressed with zstd at fixed settings: the form that every other form is checked against."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, cast

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document, decode, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.publish.id_index import Ids, may_hold


class Jsonl:
    """Documents as canonical lines, `part-00000-1f3a9c2b.jsonl.zst`."""

    name: ClassVar[str] = "jsonl"
    suffix: ClassVar[str] = ".jsonl.zst"
    folder: ClassVar[str] = ""

    def open(self, path: Path) -> "LineWriter":
        """A writer of one shard."""
        return ShardLines(filesystem.open_new(path))

    def read(self, path: Path) -> Iterator[Document]:
        """The documents of one shard. Raises DamagedError where it cannot be read."""
        from corpuskit.core.reading.inputs import Input

        source = Input(path.name, local_path=path)
        for item in source.lines():
            if not isinstance(item, tuple):
                raise DamagedError(f"{path.name}: {item.reason} at byte {item.offset}")
            yield decode(item[1])
        if source.damage:
            raise DamagedError(f"{path.name}: {source.damage[0].what}")

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """The documents of one shard with this id: lines are searched as bytes, and only where the id may be."""
        import orjson

        from corpuskit.core.reading.inputs import Input

        if not may_hold(path, identifier):
            return
        start = b'{"id":' + orjson.dumps(identifier) + b","
        source = Input(path.name, local_path=path)
        for block in whole_lines(source.blocks()):
            if start in block:
                yield from (decode(line) for line in block.split(b"\n") if line.startswith(start))
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


class ShardLines(LineWriter):
    """Writes a shard: its lines, compressed, and behind them what ids it holds."""

    def __init__(self, file: BinaryIO) -> None:
        """`file` is closed by `close`."""
        super().__init__(compressed(file, Jsonl.suffix, close=False))
        self._file, self._ids = file, Ids()

    def write(self, document: Document) -> None:
        """Write one document."""
        super().write(document)
        self._ids.add(document.id)

    def close(self) -> None:
        """Finish the file."""
        with self._file:
            super().close()
            self._file.write(self._ids.frame())


def compressed(stream: BinaryIO, name: str, close: bool = True) -> BinaryIO:
    """The stream through the compressor that the name's ending asks for: .zst, .gz, or none.

    Settings are fixed, with a content checksum for zstd, and neither time nor name in a gzip header, so equal lines
    are equal bytes. Whether `stream` is closed with the compressor is of matter for zstd alone.
    """
    if name.endswith(".zst"):
        import zstandard

        compressor = zstandard.ZstdCompressor(level=3, write_checksum=True)
        return cast(BinaryIO, compressor.stream_writer(stream, closefd=close))
    return _gzip(stream) if name.endswith(".gz") else stream


def _gzip(stream: BinaryIO) -> BinaryIO:
    import gzip

    class Gzip(gzip.GzipFile):
        def close(self) -> None:
            super().close()
            stream.close()

    return cast(BinaryIO, Gzip(filename="", mode="wb", fileobj=stream, compresslevel=6, mtime=0))


def whole_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, cut at line ends only: a search through a block is far faster than one through its lines."""
    rest = b""
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if end:
            yield rest + block[:end]
            rest = block[end:]
        else:
            rest += block
    if rest:
        yield rest
