"""What formats of token ids share: documents are encoded in batches, and a file beside each shard has their ids.

By these ids `explain` finds the tokens of a document, and whoever has to take a document out.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, Self

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document
from corpuskit.core.errors import DamagedError, RefusedError, UsageError
from corpuskit.core.format import TokenOptions, shard_paths
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.publish.seals import sealed
from corpuskit.core.registry import NO_TOKENIZER
from corpuskit.core.wording import excerpt
from corpuskit.export.training.lossy_format import LossyFormat
from corpuskit.export.training.token_ids import TokenIds, bytes_per_id

if TYPE_CHECKING:
    import numpy as np

BATCH_DOCUMENTS, BATCH_CHARACTERS = 1000, 1 << 15
"""Few enough that what the library says of a batch stays in the processor's cache until its ids are taken."""
BLOCK_IDS = 1 << 24
IDS_SUFFIX = ".ids.jsonl"


class IdsFile(Protocol):
    """Writes the ids of documents in a trainer's form."""

    def write(self, ids: "np.ndarray[Any, Any]") -> None:
        """Write those of one document."""

    def close(self) -> None:
        """Leave complete files."""


class TokenShardFormat(LossyFormat):
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

    def check_parts(self, path: Path, ids: "np.ndarray[Any, Any]", manifest: Manifest) -> Iterator[str]:
        """Yield what is wrong with parts that other formats do not have."""
        del path, ids, manifest
        return iter(())

    def shard_problems(self, path: Path, shard: ShardEntry, manifest: Manifest) -> Iterator[str]:
        """Yield where ids, index, the documents' own ids and the tokenizer's figures contradict one another."""
        import numpy as np

        try:
            ends, names = self._ends_and_ids(path)
            written = _TokenizerFigures.of(manifest)
        except DamagedError as error:
            yield str(error)
            return
        if len(names) != shard["documents"]:
            yield f"{path.name} has {len(names)} documents by its index, not {shard['documents']}"
        if (ends[-1] if ends else 0) != shard["tokens"]:
            yield f"{path.name} has {ends[-1] if ends else 0} ids by its index, not {shard['tokens']}"
        if path.stat().st_size != written.bytes_per_id * (ends[-1] if ends else 0):
            yield f"{path.name} does not have ids of {written.bytes_per_id} bytes, as its tokenizer has them"
            return
        ids = np.memmap(path, f"<u{written.bytes_per_id}", mode="r") if ends else np.empty(0, "<u2")
        if any(int(block.max()) >= written.vocabulary for block in _blocks_of(ids)):
            yield f"{path.name} has ids that its tokenizer of {written.vocabulary} does not have"
        elif bool((ids[np.array(ends, np.int64) - 1] != written.end_id).any()):
            yield f"{path.name} has a document whose last id is not that of the end token"
        yield from self.check_parts(path, ids, manifest)

    def document_ids(self, path: Path) -> Iterator[str]:
        """Yield the documents' ids, in order."""
        return iter(self._ends_and_ids(path)[1])

    def token_count(self, path: Path) -> int:
        """Return how many ids a shard has, end tokens included. Raises DamagedError for one that is not whole."""
        ends = self._ends_and_ids(path)[0]
        return ends[-1] if ends else 0

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
        if any(later <= earlier for earlier, later in pairwise([0, *ends])):
            raise DamagedError(f"{path.name}: its index has ends that do not grow")
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


class _TokenizerFigures(NamedTuple):
    """What a manifest says of the tokenizer of its ids."""

    name: str
    vocabulary: int
    end_id: int
    bytes_per_id: int

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Return the figures. Raises DamagedError if the manifest does not have them."""
        versions = manifest["versions"]
        names = [name.partition(":")[2] for name in versions if name.startswith("tokenizer:")]
        end = re.search(r"\(([0-9]+)\)\Z", versions.get("end-token", ""))
        vocabulary = versions.get("vocabulary", "")
        if len(names) != 1 or end is None or not re.fullmatch("[0-9]{1,10}", vocabulary):
            raise DamagedError("the manifest does not name the tokenizer of its ids, its end token and its vocabulary")
        return cls(names[0], int(vocabulary), int(end[1]), bytes_per_id(int(vocabulary)))


def _blocks_of(ids: "np.ndarray[Any, Any]") -> "Iterator[np.ndarray[Any, Any]]":
    """Yield ids that are mapped into memory some at a time."""
    return (ids[start : start + BLOCK_IDS] for start in range(0, len(ids), BLOCK_IDS))


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
            encoded = self._tokens.encode([document.text for document in self._documents])
            for document, ids in zip(self._documents, encoded, strict=True):
                self._demand_one_end(document, ids)
                self._ids_file.write(ids)
            self._names.write(b"".join(orjson.dumps(document.id) + b"\n" for document in self._documents))
        self._documents, self._characters = [], 0

    def _demand_one_end(self, document: Document, ids: "np.ndarray[Any, Any]") -> None:
        """Raise RefusedError where a text would end itself: to a trainer it would be two documents."""
        if (ids[:-1] == self._tokens.end_id).any():
            raise RefusedError(
                f"document {excerpt(document.id)!r} holds what the tokenizer reads as its end token, "
                f"{self._tokens.end_token}; leave it out, or name another token with --end-token"
            )


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
