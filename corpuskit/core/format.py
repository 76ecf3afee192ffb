"""The formats that a dataset is written in, and what tells shards of several formats in one folder apart."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol

from corpuskit.core.document import Document
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.entries import Manifest, ShardEntry


class ForeignFileError(DamagedError):
    """A file has the name of a format, but is not what corpuskit writes in it."""


class TokenOptions(NamedTuple):
    """What formats of token ids are made with."""

    tokenizer: str
    """The path of a tokenizer.json."""
    end_token: str | None = None
    """The token after each document; by default the one that the tokenizer is known to end texts with."""


class ShardWriter(Protocol):
    """Writes the documents of one shard."""

    def write(self, document: Document) -> None:
        """Write one document."""

    def close(self) -> None:
        """Leave a complete file."""


class Format(Protocol):
    """A format that datasets are written in.

    A dataset folder holds no other files than those that its formats declare here. Equal documents give equal bytes.
    """

    name: ClassVar[str]
    """What `--to` and a recipe call it; with hyphens, where the module has underscores."""
    folder: ClassVar[str]
    """Where in a dataset folder the shards are; no two formats share both folder and suffix."""
    suffix: ClassVar[str]
    """How the names of shards end, from the first full stop on."""
    companion_suffixes: ClassVar[tuple[str, ...]]
    """How the further files of each shard end, such as an index; the rest of the name is the same."""
    extra_files: ClassVar[tuple[str, ...]]
    """Paths in the dataset folder of what `finish` writes. The manifest does not list them."""
    lossless: ClassVar[bool]
    """Whether `read` gives back the documents that were written; of others, `shard_problems` checks the files."""
    file_endings: ClassVar[tuple[str, ...]]
    """What the names of single files of this format end in; empty if it is written in folders alone."""

    def open(self, path: Path) -> ShardWriter:
        """Return a writer of one shard, whose companions it puts next to `path`."""

    def read(self, path: Path) -> Iterator[Document]:
        """Yield the documents of one shard. Raises DamagedError. Of lossless formats only."""

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """Yield the documents of one shard with this id, without reading the others. Of lossless formats only."""

    def shard_problems(self, path: Path, shard: ShardEntry, manifest: Manifest) -> Iterator[str]:
        """Yield what contradicts what in one shard, whose bytes are those of the manifest. Of lossy formats only.

        Each problem names its file; whatever the files hold, nothing but an OSError is raised.
        """

    def document_ids(self, path: Path) -> Iterator[str] | None:
        """Return the ids of a shard's documents, in order; None if its files do not tell. Raises DamagedError.

        Of lossy formats only.
        """

    def card(self, folder: Path, manifest: Manifest) -> str:
        """Return the text of the card, of which `finish` makes a file."""

    def finish(self, staging: Path, manifest: Manifest) -> None:
        """Write the extra files below `staging`, each flushed to disk."""

    def versions(self) -> dict[str, str]:
        """Return the versions of the libraries that shape the shards' bytes."""

    def for_file(self, name: str) -> "Format":
        """Return the format as a single file with this name has it, such as with the compression of its ending."""


class DivisibleFormat(Format, Protocol):
    """A lossless format whose shards can be read from any document on."""

    def read_range(self, path: Path, begin: int, end: int | None) -> Iterator[Document]:
        """Yield the documents of one shard by their number from 0, from `begin` to before `end`, or to the last.

        Raises DamagedError for damage in between, or where the bytes before `begin` tell of it; a shard whose ranges
        can all be read, and have as many documents as they should, is whole.
        """


class TokenFormat(Format, Protocol):
    """A format of token ids: it needs a tokenizer to be written, and none to be checked."""

    def for_tokens(self, options: TokenOptions | None) -> "TokenFormat":
        """Return the format with a tokenizer. Raises UsageError for one that cannot be used, or none."""

    def token_count(self, path: Path) -> int:
        """Return how many ids a shard has, end tokens included. Raises DamagedError for one that is not whole."""

    def locate(self, path: Path, identifier: str) -> Iterator[str]:
        """Yield where a document is in a shard, in words. Raises DamagedError for one that is not whole."""


def file_suffixes(format_: Format) -> tuple[str, ...]:
    """Return how the names of all files of one shard end, the shard's own first."""
    return format_.suffix, *format_.companion_suffixes


def shard_paths(format_: Format, path: Path) -> list[Path]:
    """Return the paths of all files of one shard, `path` first."""
    stem = path.name.removesuffix(format_.suffix)
    return [path.with_name(stem + suffix) for suffix in file_suffixes(format_)]
