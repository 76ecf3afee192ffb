"""A lossy format of two files a shard, as trainers read them: token numbers, and where each document starts."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document
from corpuskit.core.format import shard_paths
from corpuskit.core.provenance.entries import Manifest, ShardEntry


class TokenIds:
    """Bytes as token numbers, `tokens/part-00000-1f3a9c2b.bin`, with `part-00000-1f3a9c2b.idx`."""

    name: ClassVar[str] = "token-ids"
    folder: ClassVar[str] = "tokens"
    suffix: ClassVar[str] = ".bin"
    companion_suffixes: ClassVar[tuple[str, ...]] = (".idx",)
    extra_files: ClassVar[tuple[str, ...]] = ()
    lossless: ClassVar[bool] = False
    file_endings: ClassVar[tuple[str, ...]] = ()

    def open(self, path: Path) -> "TokenWriter":
        """Return a writer of one shard."""
        return TokenWriter(*shard_paths(self, path))

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
        """Write nothing."""

    def versions(self) -> dict[str, str]:
        """Return nothing."""
        return {}

    def for_file(self, name: str) -> "TokenIds":
        """Return the format itself."""
        return self


class TokenWriter:
    """Writes token numbers of two bytes, and the offsets at which documents start."""

    def __init__(self, tokens: Path, index: Path) -> None:
        self.tokens, self.index, self.size = filesystem.open_new(tokens), filesystem.open_new(index), 0

    def write(self, document: Document) -> None:
        """Write one document."""
        text = document.text.encode()
        self.tokens.write(struct.pack(f"<{len(text)}H", *text))
        self.index.write(struct.pack("<Q", self.size))
        self.size += 2 * len(text)

    def close(self) -> None:
        """Close both files."""
        self.tokens.close()
        self.index.close()
