"""JSONL shards, compressed with zstd at fixed settings: the format that every other format is checked against."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.document import Document, Reject, decode
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.publish.id_index import may_hold
from corpuskit.core.publish.line_writer import JsonlShardWriter, JsonlWriter
from corpuskit.core.reading.lines import LineSplitter, after_lines, whole_lines
from corpuskit.export.hub.card_file import CARD, card_text, write_card


class Jsonl:
    """Documents as canonical lines, `data/part-00000-1f3a9c2b.jsonl.zst`, and a dataset card."""

    name: ClassVar[str] = "jsonl"
    suffix: ClassVar[str] = ".jsonl.zst"
    folder: ClassVar[str] = "data"
    companion_suffixes: ClassVar[tuple[str, ...]] = ()
    extra_files: ClassVar[tuple[str, ...]] = (CARD,)
    lossless: ClassVar[bool] = True
    file_endings: ClassVar[tuple[str, ...]] = (
        ".jsonl",
        ".jsonl.gz",
        ".jsonl.zst",
        ".ndjson",
        ".ndjson.gz",
        ".ndjson.zst",
    )

    def __init__(self, file_ending: str = ".jsonl.zst") -> None:
        """`file_ending` says how what is written is compressed: `.jsonl.zst` as shards are, `.jsonl.gz` or `.jsonl`."""
        self.file_ending = file_ending

    def for_file(self, name: str) -> "Jsonl":
        """Return the format with the compression that the name's ending says."""
        return Jsonl(next(ending for ending in self.file_endings if name.endswith(ending)))

    def open(self, path: Path) -> "JsonlWriter":
        """Return a writer of one shard or file."""
        stream = filesystem.open_new(path)
        if self.file_ending == self.suffix:
            return JsonlShardWriter(stream)
        return JsonlWriter(compressing_writer(stream, self.file_ending))

    def read(self, path: Path) -> Iterator[Document]:
        """Yield the documents of one shard. Raises DamagedError where it cannot be read."""
        return self.read_range(path, 0, None)

    def read_range(self, path: Path, begin: int, end: int | None) -> Iterator[Document]:
        """Yield the documents of some lines of one shard; the lines before them are only decompressed."""
        from corpuskit.core.reading.inputs import Input

        input_ = Input(path.name, local_path=path)
        lines = LineSplitter(path.name).split(after_lines(input_.blocks_and_gaps(), begin))
        for item in islice(lines, None if end is None else end - begin):
            if not isinstance(item, tuple):
                raise DamagedError(f"{path.name}: is damaged at byte {item.offset} ({item.reason})")
            yield _document(path, item[1])
        if input_.damage:
            raise DamagedError(f"{path.name}: {input_.damage[0].what}")

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """Yield the documents of one shard with this id: lines are searched as bytes, and only where the id may be."""
        import orjson

        from corpuskit.core.reading.inputs import Input

        if not may_hold(path, identifier):
            return
        start = b'{"id":' + orjson.dumps(identifier) + b","
        input_ = Input(path.name, local_path=path)
        for block in whole_lines(input_.blocks()):
            if start in block:
                yield from (_document(path, line) for line in block.split(b"\n") if line.startswith(start))
        if input_.damage:
            raise DamagedError(f"{path.name}: {input_.damage[0].what}")

    def shard_problems(self, path: Path, shard: ShardEntry, manifest: Manifest) -> Iterator[str]:
        """Not of this format, whose documents are read."""
        raise NotImplementedError

    def document_ids(self, path: Path) -> Iterator[str] | None:
        """Not of this format."""
        raise NotImplementedError

    def card(self, folder: Path, manifest: Manifest) -> str:
        """Return the dataset card."""
        return card_text(folder, manifest, self)

    def finish(self, staging: Path, manifest: Manifest) -> None:
        """Write the dataset card."""
        write_card(staging, manifest, self)

    def versions(self) -> dict[str, str]:
        """Return the version of the compressor: another release may write other bytes."""
        if self.file_ending != self.suffix:
            return {}
        import zstandard

        return {"zstd": ".".join(map(str, zstandard.ZSTD_VERSION))}


def _document(path: Path, line: bytes) -> Document:
    try:
        return decode(line)
    except Reject as reject:
        raise DamagedError(f"{path.name}: is damaged: a line is not a document ({reject.reason})") from None
