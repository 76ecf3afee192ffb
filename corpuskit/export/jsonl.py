"""JSONL shards, compressed with zstd at fixed settings: the format that every other format is checked against."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document, decode
from corpuskit.core.errors import DamagedError
from corpuskit.core.publish.id_index import may_hold
from corpuskit.core.publish.line_writer import JsonlShardWriter, JsonlWriter
from corpuskit.core.reading.lines import whole_lines


class Jsonl:
    """Documents as canonical lines, `part-00000-1f3a9c2b.jsonl.zst`."""

    name: ClassVar[str] = "jsonl"
    suffix: ClassVar[str] = ".jsonl.zst"
    folder: ClassVar[str] = ""

    def open(self, path: Path) -> "JsonlWriter":
        """Return a writer of one shard."""
        return JsonlShardWriter(filesystem.open_new(path))

    def read(self, path: Path) -> Iterator[Document]:
        """Yield the documents of one shard. Raises DamagedError where it cannot be read."""
        from corpuskit.core.reading.inputs import Input

        input_ = Input(path.name, local_path=path)
        for item in input_.lines():
            if not isinstance(item, tuple):
                raise DamagedError(f"{path.name}: {item.reason} at byte {item.offset}")
            yield decode(item[1])
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
                yield from (decode(line) for line in block.split(b"\n") if line.startswith(start))
        if input_.damage:
            raise DamagedError(f"{path.name}: {input_.damage[0].what}")

    def finish(self, staging: Path, manifest: dict[str, Any]) -> list[str]:
        """Write no files besides the shards."""
        return []

    def versions(self) -> dict[str, str]:
        """Return the version of the compressor: another release may write other bytes."""
        import zstandard

        return {"zstd": ".".join(map(str, zstandard.ZSTD_VERSION))}
