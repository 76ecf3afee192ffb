"""What the formats of rows for trainers share: they are made for others, and no document can be read back from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Self

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.document import Document
from corpuskit.core.provenance.entries import Manifest

__all__ = ["RowFormat"]


class RowFormat:
    """A format without metadata, whose files are a folder's."""

    folder: ClassVar[str]
    extra_files: ClassVar[tuple[str, ...]]
    lossless: ClassVar[bool] = False
    file_endings: ClassVar[tuple[str, ...]] = ()

    def card(self, folder: Path, manifest: Manifest) -> str:
        """Return the card of the rows."""
        raise NotImplementedError

    def finish(self, staging: Path, manifest: Manifest) -> None:
        """Write the card into the folder of the rows."""
        filesystem.make_folder(staging / self.folder, exist_ok=True, parents=True)
        write_flushed(staging / self.extra_files[0], self.card(staging, manifest).encode())

    def read(self, path: Path) -> Iterator[Document]:
        """Not of this format, which keeps no metadata."""
        raise NotImplementedError

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """Not of this format."""
        raise NotImplementedError

    def for_file(self, name: str) -> Self:
        """Return the format itself."""
        return self
