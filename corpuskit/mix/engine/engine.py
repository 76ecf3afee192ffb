"""The engine: a recipe's phases, each cut into tasks that an executor runs.

A phase reads what the one before it left. The inputs of a source are cut into tasks by file, and big archives by
stretches of stored bytes (`mix/engine/read_tasks.py`). Every task leaves its documents as lines, what it set aside as
verdicts, and its accounts. Stages run shard by shard; a corpus stage is a barrier. What comes out depends on neither
workers nor executor nor on how often a run was killed, because tasks are cut by size alone, order is always input
order, and accounts add up.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.publish.folder_output import TASKS
from corpuskit.core.registry import describe
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.stream.flow import Flow
from corpuskit.mix.engine.executors import Executor
from corpuskit.mix.engine.read_tasks import Reading
from corpuskit.mix.engine.sharded_stage import FilterShard, MatchBucket, ResolveMatches, SignShard
from corpuskit.mix.engine.shards import Accounts, Piece, Shards, pieces_of, write_shards
from corpuskit.mix.engine.tasks import (
    FINGERPRINT_LETTERS,
    Placed,
    Result,
    Settled,
    Task,
    identity_of,
    shared,
    write_json,
)

PHASES = "phases.json"

Finished = Callable[[Result], None]


@dataclass(frozen=True)
class PassShard(Task):
    """Pieces in order through stages, or through one corpus stage."""

    name: str
    pieces: tuple[Piece, ...]
    steps: tuple[Step, ...]

    def label(self) -> str:
        """The source, or `together`, and the steps."""
        return f"{self.name}: {', '.join(step.name() for step in self.steps)}"

    def identity(self) -> Any:
        """The pieces' keys and the steps."""
        return [[piece.key for piece in self.pieces], [identity_of(step) for step in self.steps]]

    def run(self, stem: Path) -> Result:
        """Pass them through."""
        accounts = Accounts(stem)
        flow = Flow([shared(step) for step in self.steps], accounts.take)
        shards = write_shards(flow.documents([piece.input() for piece in self.pieces]), stem)
        return accounts.close(flow.counts, shards)


@dataclass
class Engine:
    """Runs phases in a folder of work."""

    folder: Path
    executor: Executor
    reused: int = 0
    """Tasks whose results an earlier run left."""
    phases: list[dict[str, Any]] = field(default_factory=list)

    @property
    def place(self) -> Path:
        """Where the files of the tasks lie."""
        return self.folder / TASKS

    def read_source(self, label: str, readings: Sequence[Reading], steps: Sequence[Step], done: Finished) -> Shards:
        """A source's inputs through its source step and the stages that follow it."""
        return self._pass(self._read(label, readings, done), steps, Shards([], Chain()), "none")

    def run_stages(self, label: str, shards: Shards, steps: Sequence[Step], done: Finished) -> Shards:
        """Shards through stages, each on its own."""
        tasks = [PassShard(label, (piece,), tuple(steps)) for piece in shards.pieces]
        return self._pass(self._told(label, tasks, done), steps, shards, "verified")

    def run_corpus_stage(self, label: str, shards: Shards, step: CorpusStage, done: Finished) -> Shards:
        """Shards in order through a step that needs the whole stream."""
        sharded, bound = step.sharded(), step.bound()
        if sharded is None:
            alone = PassShard(label, tuple(shards.pieces), (bound,))
            return self._pass(self._told(label, [alone], done), [step], shards, "verified")
        signatures = self.files(f"{label}, signatures", (SignShard(bound, piece) for piece in shards.pieces))
        buckets = (MatchBucket(bound, bucket, signatures) for bucket in range(sharded.buckets))
        matches = self.files(f"{label}, matches", buckets)
        (verdicts,) = self.files(f"{label}, verdicts", [ResolveMatches(bound, signatures, matches)])
        tasks = [FilterShard(bound, number, piece, signatures, verdicts) for number, piece in enumerate(shards.pieces)]
        after = self._pass(self._told(label, tasks, done), [step], shards, "verified")
        sharded.before_publish(signatures, verdicts)
        return after

    def execute(self, label: str, tasks: Sequence[Task]) -> Iterator[tuple[Path, Result]]:
        """Stem and result of each task, in order; only what is not done yet is run."""
        filesystem.make_folder(self.place, parents=True, exist_ok=True)
        placed = [Placed.below(self.place, task) for task in tasks]
        results = {place.stem: found for place in placed if (found := place.result()) is not None}
        self.reused += len(results)
        waiting = [place for place in placed if place.stem not in results]
        self._begin(label, placed, waiting)
        log = self.folder / "log" / os.urandom(8).hex()
        numbers = self.executor.finished(waiting, log) if waiting else iter(())
        for place in placed:
            if place.stem in results:
                yield place.stem, results.pop(place.stem)
            else:
                next(numbers)
                yield place.stem, _result(place)
        for _ in numbers:
            pass

    def _begin(self, label: str, placed: Sequence[Placed], waiting: Sequence[Placed]) -> None:
        """Write down for `status` which tasks the phase has, and remove what broken-off ones have left."""
        self.phases.append({"phase": label, "tasks": [place.stem.name for place in placed]})
        write_json(self.folder / PHASES, self.phases)
        names = {place.stem.name for place in waiting}
        for path in self.place.iterdir():
            if path.name[:FINGERPRINT_LETTERS] in names:
                filesystem.remove(path)

    def files(self, label: str, tasks: Iterable[Task]) -> tuple[Path, ...]:
        """The one file that each of these tasks leaves."""
        done = self.execute(label, list(tasks))
        return tuple(stem.with_name(next(iter(result["files"]))) for stem, result in done)

    def _told(self, label: str, tasks: Sequence[Task], done: Finished) -> Iterator[Settled]:
        """Stem and result of each task, in order; `done` is told of each."""
        for stem, result in self.execute(label, tasks):
            done(result)
            yield stem, result

    def _read(self, label: str, readings: Sequence[Reading], done: Finished) -> Iterator[Settled]:
        """The same of readings; files whose parts do not fit together are read again, whole."""
        finished = self.execute(label, [task for reading in readings for task in reading.tasks])
        again: list[Task] = []
        held: list[list[Settled] | None] = []
        for reading in readings:
            found = reading.settle([next(finished) for _ in reading.tasks])
            for _, result in found or ():
                done(result)
            if found is None:
                again.append(reading.whole)
            if again:
                held.append(found)
            else:
                yield from found or ()
        for _ in finished:
            pass
        whole = self._told(f"{label}, whole", again, done) if again else iter(())
        for found in held:
            yield from found if found is not None else [next(whole)]
        for _ in whole:
            pass

    @staticmethod
    def _pass(finished: Iterable[Settled], steps: Sequence[Step], before: Shards, upstream: str) -> Shards:
        chain = before.chain
        counts = [StepCount() for _ in steps]
        after = Shards([], chain, before.verdicts)
        for stem, result in finished:
            for count, part in zip(counts, result["counts"], strict=True):
                count.merge(StepCount.from_json(part))
            after.pieces += pieces_of(stem, result)
            after.set_aside(result)
            chain.inputs += result.get("inputs", [])
        for step, count in zip(steps, counts, strict=True):
            chain.add(describe(step), upstream if step is steps[0] else "verified", count)
        return after


def _result(place: Placed) -> Result:
    result = place.result()
    assert result is not None, place.task.label()
    return result
