"""What formats for trainers share: documents cannot be read back from them, and they are folders alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Self

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import write_flushed
from corpuskit.core.document import Document
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.publish.seals import CARD_NAME

__all__ = ["LossyFormat"]


class LossyFormat:
    """A format that documents cannot be read back from, with a card in the folder of its shards."""

    folder: ClassVar[str]
    extra_files: ClassVar[tuple[str, ...]]
    lossless: ClassVar[bool] = False
    file_endings: ClassVar[tuple[str, ...]] = ()

    def card(self, folder: Path, manifest: Manifest) -> str:
        """Return the card of the files."""
        raise NotImplementedError

    def finish(self, staging: Path, manifest: Manifest) -> None:
        """Write the card into the folder of the shards."""
        filesystem.make_folder(staging / self.folder, exist_ok=True, parents=True)
        write_flushed(staging / self.extra_files[0], self.card(staging, manifest).encode())
        if CARD_NAME in self.extra_files and not (staging / CARD_NAME).exists():
            write_flushed(staging / CARD_NAME, self.card_above(staging, manifest).encode())

    def card_above(self, folder: Path, manifest: Manifest) -> str:
        """Return the card of the dataset's folder, if these files are all that it has; for formats that declare one."""
        raise NotImplementedError

    def read(self, path: Path) -> Iterator[Document]:
        """Not of this format."""
        raise NotImplementedError

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """Not of this format."""
        raise NotImplementedError

    def shard_problems(self, path: Path, shard: ShardEntry, manifest: Manifest) -> Iterator[str]:
        """Yield what contradicts what in one shard."""
        raise NotImplementedError

    def document_ids(self, path: Path) -> Iterator[str] | None:
        """Return None: the files do not name their documents in order."""
        return None

    def for_file(self, name: str) -> Self:
        """Return the format itself."""
        return self
