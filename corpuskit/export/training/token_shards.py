"""What formats of token ids share: documents are encoded in batches, and a file beside each shard has their ids.

By these ids `explain` finds the tokens of a document, and whoever has to take a document out.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.format import TokenOptions, shard_paths
from corpuskit.core.provenance.entries import Manifest
from corpuskit.core.publish.seals import sealed
from corpuskit.core.registry import NO_TOKENIZER
from corpuskit.export.training.row_format import RowFormat
from corpuskit.export.training.token_ids import TokenIds

if TYPE_CHECKING:
    import numpy as np

BATCH_DOCUMENTS, BATCH_CHARACTERS = 1000, 4 * 1024 * 1024
IDS_SUFFIX = ".ids.jsonl"


class IdsFile(Protocol):
    """Writes the ids of documents in a trainer's form."""

    def write(self, ids: "np.ndarray[Any, Any]") -> None:
        """Write those of one document."""

    def close(self) -> None:
        """Leave complete files."""


class TokenFormat(RowFormat):
    """A format of token ids."""

    name: ClassVar[str]
    suffix: ClassVar[str]
    companion_suffixes: ClassVar[tuple[str, ...]]
    title: ClassVar[str]
    loading: ClassVar[str]
    """How a trainer reads the files, in Markdown."""

    def __init__(self, tokens: TokenIds | None = None) -> None:
        """Without a tokenizer, files can be checked but not written."""
        self._tokens = tokens

    def for_tokens(self, options: TokenOptions | None) -> Self:
        """Return the format with a tokenizer. Raises UsageError for one that cannot be used, or none."""
        if options is None:
            raise UsageError(f"format {self.name}: {NO_TOKENIZER}")
        tokens = TokenIds(options)
        _ = tokens.end_id
        return type(self)(tokens)

    @property
    def tokens(self) -> TokenIds:
        """The tokenizer. Raises UsageError if there is none."""
        if self._tokens is None:
            raise UsageError(f"format {self.name}: {NO_TOKENIZER}")
        return self._tokens

    def open(self, path: Path) -> "TokenWriter":
        """Return a writer of one shard and its companions."""
        return TokenWriter(self.tokens, self.ids_file(path), shard_paths(self, path)[-1])

    def ids_file(self, path: Path) -> IdsFile:
        """Return what writes the ids into the files of one shard."""
        raise NotImplementedError

    def ends(self, path: Path) -> Iterator[int]:
        """Yield the position after the last token of each document of a shard. Raises ValueError if it is not whole."""
        raise NotImplementedError

    def shard_problems(self, path: Path, documents: int) -> Iterator[str]:
        """Yield what is wrong with a shard whose files are as they were written: its parts contradict one another."""
        try:
            indexed = len(self._ends_and_ids(path)[0])
        except DamagedError as error:
            yield str(error)
            return
        if indexed != documents:
            yield f"{path.name} has {indexed} documents by its index, not {documents}"

    def locate(self, path: Path, identifier: str) -> Iterator[str]:
        """Yield where a document stands in a shard, in words. Raises DamagedError for one that is not whole."""
        ends, ids = self._ends_and_ids(path)
        for (start, end), document in zip(pairwise([0, *ends]), ids, strict=True):
            if document == identifier:
                yield f"tokens {start:,} to {end:,}"

    def _ends_and_ids(self, path: Path) -> tuple[list[int], list[str]]:
        """Return what `ends` yields, and the documents' ids. Raises DamagedError."""
        try:
            ends, ids = list(self.ends(path)), list(_ids_in(shard_paths(self, path)[-1]))
        except OSError as error:
            missing = (error.strerror or "I/O error").lower()
            raise DamagedError(f"{path.name}: a file that belongs to it cannot be read: {missing}") from None
        except ValueError as error:
            raise DamagedError(f"{path.name}: {error}") from None
        if len(ends) != len(ids):
            raise DamagedError(
                f"{path.name} has {len(ends)} documents by its index, and {len(ids)} by the ids beside it"
            )
        return ends, ids

    def versions(self) -> dict[str, str]:
        """Return those of the tokenizer."""
        return self.tokens.versions()

    def card(self, folder: Path, manifest: Manifest) -> str:
        """Return the card of the ids."""
        shards = [shard for shard in manifest["shards"] if shard["path"].endswith(self.suffix)]
        shards = [shard for shard in shards if shard["path"].startswith(f"{self.folder}/")]
        documents = sum(shard["documents"] for shard in shards)
        width = self.tokens.bytes_per_id
        ids = sum(shard["bytes"] for shard in shards) // width
        versions = "\n".join(f"- `{name}`: {version}" for name, version in self.versions().items())
        return sealed(
            f"# {self.title}\n\n{ids:,} token ids of {width} bytes each, of {documents:,} documents, each with the end "
            f"token after it, in the order of the dataset.\n\n{versions}\n\n{self.loading}\n\n"
            f"The `{IDS_SUFFIX}` beside each file has the id of each document, a line each. `corpuskit verify` in the "
            "folder above compares all files with `manifest.json`."
        )


class TokenWriter:
    """Writes the documents of one shard as token ids; holds one batch of them in memory."""

    def __init__(self, tokens: TokenIds, ids_file: IdsFile, names_path: Path) -> None:
        """Create the file of the documents' own ids; `ids_file` has created the others."""
        self._tokens, self._ids_file = tokens, ids_file
        self._names = filesystem.open_new(names_path)
        self._documents: list[Document] = []
        self._characters = 0

    def write(self, document: Document) -> None:
        """Write one document."""
        self._documents.append(document)
        self._characters += len(document.text)
        if len(self._documents) >= BATCH_DOCUMENTS or self._characters >= BATCH_CHARACTERS:
            self._flush()

    def close(self) -> None:
        """Write the last batch, and close the files."""
        self._flush()
        self._ids_file.close()
        self._names.close()

    def _flush(self) -> None:
        import orjson

        if self._documents:
            for ids in self._tokens.encode([document.text for document in self._documents]):
                self._ids_file.write(ids)
            self._names.write(b"".join(orjson.dumps(document.id) + b"\n" for document in self._documents))
        self._documents, self._characters = [], 0


def _ids_in(path: Path) -> Iterator[str]:
    """Yield the ids in a file of them. Raises ValueError if it is not whole."""
    import orjson

    with open(path, "rb") as stream:
        for line in stream:
            try:
                identifier = orjson.loads(line)
            except ValueError:
                identifier = None
            if not isinstance(identifier, str):
                raise ValueError("the ids beside it are not whole")
            yield identifier
