"""Corpus stages on many machines: what each shard shows, compared in parts, joined to verdicts, applied by shard.

For near-duplicates: the signatures of each shard; one task a band that finds candidates; one that verifies them in
order; and each shard filtered by the verdicts. The verdicts are those of `CorpusStage.run` over all shards in order.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.core.document import Document
from corpuskit.core.step import CorpusStage, Item, Spread
from corpuskit.core.stream.flow import Flow
from corpuskit.mix.engine.shards import Accounts, Piece, write_shards
from corpuskit.mix.engine.tasks import Result, Task, identity_of, shared

SHOWN, COMPARED, VERDICTS = ".shown", ".compared", ".joined"


@dataclass(frozen=True)
class Show(Task):
    """What one shard shows of itself."""

    step: CorpusStage
    piece: Piece

    def label(self) -> str:
        """The step."""
        return f"{self.step.name()}: what shard {self.piece.path.name} shows"

    def identity(self) -> Any:
        """Step and shard."""
        return [identity_of(self.step), self.piece.key]

    def run(self, stem: Path) -> Result:
        """Write it down."""
        path = _at(stem, SHOWN)
        _spread(self.step).show(documents_of([self.piece]), path)
        return {"files": [path.name]}


@dataclass(frozen=True)
class Compare(Task):
    """One part of the comparison over all shards."""

    step: CorpusStage
    part: int
    shown: tuple[Path, ...]

    def label(self) -> str:
        """The step and the part."""
        return f"{self.step.name()}: part {self.part + 1} of the comparison"

    def identity(self) -> Any:
        """Step, part and what is compared."""
        return [identity_of(self.step), self.part, _names(self.shown), _spread(self.step).beside()]

    def run(self, stem: Path) -> Result:
        """Write what is found."""
        path = _at(stem, COMPARED)
        _spread(self.step).compare(self.part, self.shown, path)
        return {"files": [path.name]}


@dataclass(frozen=True)
class Join(Task):
    """All parts joined to the verdicts."""

    step: CorpusStage
    shown: tuple[Path, ...]
    compared: tuple[Path, ...]

    def label(self) -> str:
        """The step."""
        return f"{self.step.name()}: verdicts"

    def identity(self) -> Any:
        """What is joined."""
        return [identity_of(self.step), _names(self.shown), _names(self.compared)]

    def run(self, stem: Path) -> Result:
        """Write them."""
        path = _at(stem, VERDICTS)
        _spread(self.step).join(self.shown, self.compared, path)
        return {"files": [path.name]}


@dataclass(frozen=True)
class Judge(Task):
    """One shard, filtered by the verdicts."""

    step: CorpusStage
    number: int
    piece: Piece
    shown: tuple[Path, ...]
    joined: Path

    def label(self) -> str:
        """The step and the shard."""
        return f"{self.step.name()}: shard {self.number + 1}"

    def identity(self) -> Any:
        """The shard, its place and the verdicts."""
        return [identity_of(self.step), self.number, self.piece.key, self.joined.name]

    def run(self, stem: Path) -> Result:
        """Apply them."""

        def judge(documents: Iterable[Document]) -> Iterator[Item]:
            return _spread(self.step).judge(self.number, documents, self.shown, self.joined)

        accounts = Accounts(stem)
        flow = Flow([_Judging(self.step, judge)], accounts.take)
        shards = write_shards(flow.documents([self.piece.input()]), stem)
        return accounts.close(flow.counts, shards)


class _Judging(CorpusStage):
    """The step as flow sees it: by its name, with the verdicts in place of its own judgement."""

    def __init__(self, step: CorpusStage, judge: Callable[[Iterable[Document]], Iterator[Item]]) -> None:
        object.__setattr__(self, "name", step.name)
        object.__setattr__(self, "run", judge)


def documents_of(pieces: Sequence[Piece]) -> Iterator[Document]:
    """All documents of some pieces, in order."""
    return Flow([], lambda verdict: None).documents([piece.input() for piece in pieces])


def _spread(step: CorpusStage) -> Spread:
    spread = shared(step).spread()
    assert spread is not None, step.name()
    return spread


def _names(paths: Sequence[Path]) -> list[str]:
    return [path.name for path in paths]


def _at(stem: Path, ending: str) -> Path:
    return stem.with_name(stem.name + ending)
