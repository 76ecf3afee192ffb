"""One input: a named stream of stored bytes, what was read of it, and what of it is damaged."""

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from corpuskit.core.counts import StreamCount
from corpuskit.core.document import Reject
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.reading import decompress
from corpuskit.core.reading.byte_ranges import Part
from corpuskit.core.reading.hashing_stream import StoredStream, open_local, open_url
from corpuskit.core.reading.lines import Lines
from corpuskit.core.step import Rejected

CUT_LINE = "the file ends inside a line"


@dataclass(frozen=True)
class Damage:
    """Stored bytes that could not be read: what is wrong, from which byte, and how many bytes it cost."""

    what: str
    offset: int
    lost: int

    def as_json(self) -> dict[str, Any]:
        """The entry in the manifest."""
        return {"what": self.what, "offset": self.offset, "lost": self.lost}


@dataclass
class Input:
    """One named stream of stored bytes: a file, a URL, a pipe or standard input."""

    name: str
    local_path: Path | None = None
    url: str | None = None
    expected_sha256: str | None = None
    """What the manifest of the dataset it belongs to says of it."""
    dataset: Path | None = None
    """The published folder, or the manifest beside a published file, that it is a shard of."""
    damage: list[Damage] = field(default_factory=list)
    count: StreamCount = field(default_factory=StreamCount)
    """The lines that were read of it, readable or not."""
    cut_line: bool = False
    """Whether the stream ended in the middle of a line that is no whole record."""
    known: tuple[int, str] | None = None
    """Size and sha256 where a worker has read it all."""
    part: Part | None = None
    """The part of a local file that alone is to be read."""
    _reader: "StoredStream | None" = None

    def afresh(self) -> "Input":
        """The same input, with nothing read of it: who reads that one holds what was found for as long as it lives."""
        return Input(self.name, self.local_path, self.url, self.expected_sha256, self.dataset, part=self.part)

    def open(self) -> BinaryIO:
        """The bytes as they are stored."""
        self._reader = StoredStream(self._open(), self.url)
        return cast(BinaryIO, self._reader)

    def pipe_status(self) -> os.stat_result | None:
        """The `fstat` of the pipe this input is, or None if it is none. Raises UsageError for a closed one."""
        if self.name == "-" and sys.stdin is None:
            raise UsageError("standard input is closed; name an input, or pipe one in")
        status = os.fstat(0) if self.name == "-" else os.stat(self.local_path) if self.local_path else None
        return status if status and stat.S_ISFIFO(status.st_mode) else None

    @property
    def reach(self) -> int:
        """The offset behind the last stored byte that was read."""
        return self._reader.reach if self._reader else 0

    @property
    def is_stream(self) -> bool:
        """Whether it can be read only once: standard input, a pipe."""
        if self.name == "-":
            return True
        return self.local_path is not None and not self.local_path.is_file()

    def bytes_read(self) -> int:
        """How many stored bytes have been read so far."""
        return self._reader.size if self._reader is not None else 0

    def blocks(self) -> Iterator[bytes]:
        """Decompressed bytes; damage is recorded and skipped."""
        return (block for block in self._blocks() if block)

    def lines(self) -> Iterator[tuple[int, bytes] | Rejected]:
        """Decompressed lines without their line feed, each with its byte offset; too long ones as Rejected."""
        lines = Lines(self.name)
        yield from lines.split(self._blocks())
        self.cut_line = lines.cut_at_end

    def read_all(self, limit: int) -> bytes:
        """All decompressed bytes. Raises Reject("document-too-large") beyond `limit` bytes."""
        parts = []
        size = 0
        for block in self.blocks():
            size += len(block)
            if size > limit:
                raise Reject("document-too-large", f"more than {limit} bytes")
            parts.append(block)
        return b"".join(parts)

    def damaged(self, what: str, offset: int, lost: int) -> None:
        """Report stored bytes that cannot be read: a plain phrase, the stored byte, and how many were lost."""
        self.damage.append(Damage(what, offset, lost))

    def as_json(self) -> dict[str, Any]:
        """The entry in the manifest; reads what is left of a local file for its digest. A part has none."""
        if self.cut_line and not self.is_stream and not any(damage.what == CUT_LINE for damage in self.damage):
            self.damaged(CUT_LINE, self.count.bytes, 0)
        size, digest = self._digest()
        if self.expected_sha256 not in (None, digest):
            raise DamagedError(
                f"{self.name}: its sha256 is not the manifest's; `corpuskit verify` the dataset, or build it again"
            )
        return {
            "path": self.name,
            "bytes": size,
            "sha256": digest,
            "damage": [damage.as_json() for damage in self.damage],
        }

    def _digest(self) -> tuple[int, str]:
        if self.known is not None:
            return self.known
        if self.part is not None:
            return self.part.size, ""
        if self._reader is not None and self._reader.complete():
            return self._reader.size, self._reader.digest.hexdigest()
        if self.is_stream and self._reader is not None:
            return self._reader.size, self._reader.digest.hexdigest()
        with self._open() as stream:
            reader = StoredStream(stream)
            while reader.read(1 << 20):
                pass
        return reader.size, reader.digest.hexdigest()

    def _open(self) -> BinaryIO:
        if self.name == "-":
            return sys.stdin.buffer
        if self.local_path is not None:
            return open_local(self.local_path)
        return open_url(self.url or self.name)

    def _blocks(self) -> Iterator[bytes]:
        return decompress.blocks(self.open(), self.damaged, self.name)
