"""Corpus stages on many machines, in four phases: sign each shard, match by bucket, resolve, filter each shard.

For near-duplicates: the signatures of each shard; a task a band that finds and verifies candidates; one that resolves
the matches to verdicts; and each shard filtered by the verdicts. The verdicts are those of `CorpusStage.run` over all
shards in order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.core.document import Document
from corpuskit.core.outcome import Item
from corpuskit.core.step import CorpusStage, ShardedRun
from corpuskit.core.stream.flow import Flow
from corpuskit.mix.engine.shards import Accounts, Piece, write_shards
from corpuskit.mix.engine.tasks import Result, Task, identity_of, shared

SIGNATURES, MATCHES, VERDICTS = ".signatures", ".matches", ".verdicts"


@dataclass(frozen=True)
class SignShard(Task):
    """The signatures of one shard."""

    step: CorpusStage
    piece: Piece

    def label(self) -> str:
        """The step and the shard."""
        return f"{self.step.name()}: signatures of shard {self.piece.path.name}"

    def identity(self) -> Any:
        """Step and shard."""
        return [identity_of(self.step), self.piece.key]

    def run(self, stem: Path) -> Result:
        """Write them."""
        path = _path(stem, SIGNATURES)
        _sharded(self.step).sign(documents_of([self.piece]), path)
        return {"files": [path.name]}


@dataclass(frozen=True)
class MatchBucket(Task):
    """The matches of all shards in one bucket."""

    step: CorpusStage
    bucket: int
    signatures: tuple[Path, ...]

    def label(self) -> str:
        """The step and the bucket."""
        return f"{self.step.name()}: matches in bucket {self.bucket + 1}"

    def identity(self) -> Any:
        """Step, bucket and what is compared."""
        sharded = _sharded(self.step)
        return [identity_of(self.step), self.bucket, _names(self.signatures), sharded.depends_on()]

    def run(self, stem: Path) -> Result:
        """Write them."""
        path = _path(stem, MATCHES)
        _sharded(self.step).match(self.bucket, self.signatures, path)
        return {"files": [path.name]}


@dataclass(frozen=True)
class ResolveMatches(Task):
    """The verdicts, from the matches of all buckets."""

    step: CorpusStage
    signatures: tuple[Path, ...]
    matches: tuple[Path, ...]

    def label(self) -> str:
        """The step."""
        return f"{self.step.name()}: verdicts"

    def identity(self) -> Any:
        """What is resolved."""
        return [identity_of(self.step), _names(self.signatures), _names(self.matches)]

    def run(self, stem: Path) -> Result:
        """Write them."""
        path = _path(stem, VERDICTS)
        _sharded(self.step).resolve(self.signatures, self.matches, path)
        return {"files": [path.name]}


@dataclass(frozen=True)
class FilterShard(Task):
    """One shard, filtered by the verdicts."""

    step: CorpusStage
    number: int
    piece: Piece
    signatures: tuple[Path, ...]
    verdicts: Path

    def label(self) -> str:
        """The step and the shard."""
        return f"{self.step.name()}: shard {self.number + 1}"

    def identity(self) -> Any:
        """The shard, its number and the verdicts."""
        return [identity_of(self.step), self.number, self.piece.key, self.verdicts.name]

    def run(self, stem: Path) -> Result:
        """Apply them."""

        def apply(documents: Iterable[Document]) -> Iterator[Item]:
            return _sharded(self.step).filter(self.number, documents, self.signatures, self.verdicts)

        accounts = Accounts(stem)
        flow = Flow([self.step], accounts.take, run_corpus_stage=apply)
        shards = write_shards(flow.documents([self.piece.input()]), stem)
        return accounts.close(flow.counts, shards)


def documents_of(pieces: Sequence[Piece]) -> Iterator[Document]:
    """All documents of some pieces, in order."""
    return Flow([], lambda verdict: None).documents([piece.input() for piece in pieces])


def _sharded(step: CorpusStage) -> ShardedRun:
    sharded = shared(step).sharded()
    assert sharded is not None, step.name()
    return sharded


def _names(paths: Sequence[Path]) -> list[str]:
    return [path.name for path in paths]


def _path(stem: Path, ending: str) -> Path:
    return stem.with_name(stem.name + ending)
