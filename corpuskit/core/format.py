"""The formats a dataset is written in, and what tells shards of several formats in one folder apart."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Protocol

from corpuskit.core.document import Document
from corpuskit.core.provenance.entries import Manifest


class ShardWriter(Protocol):
    """Writes the documents of one shard."""

    def write(self, document: Document) -> None:
        """Write one document."""

    def close(self) -> None:
        """Leave a complete file."""


class Format(Protocol):
    """A format that datasets are written in."""

    name: ClassVar[str]
    suffix: ClassVar[str]
    folder: ClassVar[str]
    """Where in a dataset folder the shards are."""

    def open(self, path: Path) -> ShardWriter:
        """Return a writer for one shard."""

    def read(self, path: Path) -> Iterator[Document]:
        """Yield the documents of one shard."""

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """Yield the documents of one shard with this id, found without reading the others."""

    def finish(self, staging: Path, manifest: Manifest) -> list[str]:
        """Write the files that go with the shards. Returns their relative names."""

    def versions(self) -> dict[str, str]:
        """Return the versions of the libraries that shape the shards' bytes."""
