"""What the formats of rows for trainers share: they are made for others, and no document can be read back from them."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Self

from corpuskit.core.document import Document

__all__ = ["RowFormat"]


class RowFormat:
    """A format without metadata, whose files are a folder's."""

    lossless: ClassVar[bool] = False
    file_endings: ClassVar[tuple[str, ...]] = ()

    def read(self, path: Path) -> Iterator[Document]:
        """Not of this format, which keeps no metadata."""
        raise NotImplementedError

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """Not of this format."""
        raise NotImplementedError

    def for_file(self, name: str) -> Self:
        """Return the format itself."""
        return self
