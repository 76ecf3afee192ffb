"""What a corpus stage offers to work shard by shard, in parallel: `ShardedRun`, and what its phases hand on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop, Rejected

Change = Callable[[Document], Document | Drop | Rejected]
"""What makes of a document a changed document, a Drop or a Rejected."""


class VerdictPart(NamedTuple):
    """Where the verdicts on one shard are in the file of all."""

    offset: int
    length: int
    sha256: str


class Resolution(NamedTuple):
    """What the resolving of all matches has written."""

    parts: list[VerdictPart]
    """One for each shard, in order."""
    files: list[Path]
    """The file of the verdicts, then any others."""


class ShardedRun(Protocol):
    """The parallel form of a corpus stage, in four phases of tasks; its verdicts are those of `run`.

        sign      one task per shard      documents -> signatures
        match     one task per bucket     all signatures -> matches in that bucket
        resolve   one task                all signatures and matches -> verdicts, in a part for each shard
        changes   one task per shard      the verdicts on its documents -> documents and drops

    Each method writes its file whole or not at all. Paths are given in the order of shards and buckets.
    """

    buckets: int
    """How many tasks the matching is divided into."""
    goes_on_from_matches: bool
    """Whether matches among the first shards save work when shards are added."""

    def depends_on(self) -> list[str]:
        """Return what the matches depend on besides the shards, by content."""

    def sign(self, documents: Iterable[Document], path: Path) -> None:
        """Write the signatures by which one shard's documents are compared."""

    def match(self, bucket: int, signatures: Sequence[Path], path: Path, earlier: Path | None = None) -> None:
        """Write the matches that one bucket finds over all shards; `earlier` may hold those of an earlier run."""

    def resolve(self, signatures: Sequence[Path], matches: Sequence[Path], path: Path) -> Resolution:
        """Write the verdicts on the documents of each shard."""

    def changes(self, verdicts: bytes) -> Iterator["Change | None"]:
        """Yield for each document of a shard None if it stays as it is, or what makes of it what it becomes."""

    def other_verdicts(self, verdicts: bytes, earlier: bytes) -> list[int]:
        """Return the numbers of the documents of a shard on which there was another verdict in an earlier run."""

    def before_publish(self, signatures: Sequence[Path], verdicts: Path) -> None:
        """Called once, in the process that publishes, before it publishes."""
