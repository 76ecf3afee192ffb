"""A lossy format in a folder of its own: the text of each document as one turn of a chat."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.document import Document
from corpuskit.core.provenance.entries import Manifest, ShardEntry


class ChatTurns:
    """Texts as turns, `chat/turns/part-00000-1f3a9c2b.chat.jsonl`, and what they are in `chat/INFO.json`."""

    name: ClassVar[str] = "chat-turns"
    folder: ClassVar[str] = "chat/turns"
    suffix: ClassVar[str] = ".chat.jsonl"
    companion_suffixes: ClassVar[tuple[str, ...]] = ()
    extra_files: ClassVar[tuple[str, ...]] = ("chat/INFO.json",)
    lossless: ClassVar[bool] = False
    file_endings: ClassVar[tuple[str, ...]] = ()

    def open(self, path: Path) -> "TurnWriter":
        """Return a writer of one shard."""
        return TurnWriter(path)

    def read(self, path: Path) -> Iterator[Document]:
        """Not of this format."""
        raise NotImplementedError

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """Not of this format."""
        raise NotImplementedError

    def shard_problems(self, path: Path, shard: ShardEntry, manifest: Manifest) -> Iterator[str]:
        """Look for none."""
        return iter(())

    def document_ids(self, path: Path) -> Iterator[str] | None:
        """Return None."""
        return None

    def finish(self, staging: Path, manifest: Manifest) -> None:
        """Write how many documents there are."""
        number = sum(shard["documents"] for shard in manifest["shards"])
        write_flushed(staging / "chat" / "INFO.json", json.dumps({"documents": number}).encode())

    def versions(self) -> dict[str, str]:
        """Return nothing."""
        return {}

    def for_file(self, name: str) -> "ChatTurns":
        """Return the format itself."""
        return self


class TurnWriter:
    """Writes texts as turns."""

    def __init__(self, path: Path) -> None:
        self.stream = filesystem.open_new(path)

    def write(self, document: Document) -> None:
        """Write one turn."""
        self.stream.write(json.dumps({"role": "user", "content": document.text}).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        self.stream.close()
