"""The engine: a recipe's phases, each cut into tasks that an executor runs.

A phase reads what the one before it left. The inputs of a source are cut into tasks by file, and big archives by
stretches of stored bytes (`core/reading.py`). Every task leaves its documents as lines, what it set aside as verdicts,
and its accounts. Stages run shard by shard; a corpus stage is a barrier. What comes out depends on neither workers nor
executor nor on how often a run was killed, because tasks are cut by size alone, order is always input order, and
accounts add up.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.core.account import StepCount, demand_balance
from corpuskit.core.aside import DROPPED, REJECTED, Aside, Verdict
from corpuskit.core.chain import Chain
from corpuskit.core.document import Document, encode
from corpuskit.core.executors import Executor
from corpuskit.core.files import system
from corpuskit.core.files.inputs import Input
from corpuskit.core.files.jsonl import LineWriter, compressed
from corpuskit.core.files.publish import TASKS
from corpuskit.core.flow import Flow
from corpuskit.core.reading import Reading
from corpuskit.core.spread import Compare, Join, Judge, Show
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.tasks import FINGERPRINT_LETTERS, Placed, Result, Settled, Task, identity_of, shared, write_json

PHASES = "phases.json"
SHARD_BYTES = 64 * 1024 * 1024

Finished = Callable[[Result], None]


@dataclass
class Tally:
    """Passes verdicts on and counts them by source, for the summary."""

    pass_on: Callable[[Verdict], None]
    gone: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    """By source, then `dropped` and `rejected`, then `step: reason`."""

    def take(self, verdict: Verdict) -> None:
        """Count one verdict under the source its document names."""
        of_source = self.gone.setdefault(_source_of(verdict), {DROPPED: Counter(), REJECTED: Counter()})
        of_source[verdict.verdict][f"{verdict.step}: {verdict.reason}"] += 1
        self.pass_on(verdict)


class Accounts:
    """What a task sets aside, and its part of the result."""

    def __init__(self, stem: Path) -> None:
        """Verdicts go to `STEM.verdicts.jsonl.zst`."""
        self.path = stem.with_name(f"{stem.name}.verdicts.jsonl.zst")
        system.remove(self.path, missing_ok=True)
        self.aside = Aside(decisions=self.path)
        self.tally = Tally(self.aside.take)
        self.take = self.tally.take

    def close(self, counts: Sequence[StepCount], pieces: "Sequence[Piece]" = ()) -> Result:
        """The result of a task with these accounts and pieces."""
        self.aside.close()
        verdicts = [self.path.name] if self.path.exists() else []
        return {
            "counts": [count.as_json() for count in counts],
            "gone": self.tally.gone,
            "shards": [[piece.path.name, piece.documents] for piece in pieces],
            "verdicts": verdicts,
            "files": [piece.path.name for piece in pieces] + verdicts,
        }


@dataclass(frozen=True)
class Piece:
    """One file of documents in order; `key` stands for all that its content depends on."""

    path: Path
    documents: int
    key: str

    def input(self) -> Input:
        """The file as an input of a next task."""
        return Input(self.path.name, local_path=self.path)


@dataclass
class Shards:
    """A stream as it lies on disk between two phases: its pieces in order, and the chain behind them."""

    pieces: list[Piece]
    chain: Chain
    verdicts: dict[str, list[str]] = field(default_factory=dict)
    """By step, the names of the files that hold verdicts of it, in order."""

    def set_aside(self, result: Result) -> None:
        """Note the verdicts that a task left."""
        reasons = (key for gone in result["gone"].values() for kind in gone.values() for key in kind)
        for step in dict.fromkeys(key.partition(": ")[0] for key in reasons):
            self.add_verdicts({step: result["verdicts"]})

    def add_verdicts(self, verdicts: Mapping[str, Iterable[str]]) -> None:
        """Note the files of verdicts of these steps."""
        for step, names in verdicts.items():
            self.verdicts.setdefault(step, []).extend(names)


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
        spread = step.spread()
        if spread is None:
            alone = PassShard(label, tuple(shards.pieces), (step,))
            return self._pass(self._told(label, [alone], done), [step], shards, "verified")
        shown = self.files(f"{label}, each shard", (Show(step, piece) for piece in shards.pieces))
        compared = self.files(f"{label}, compared", (Compare(step, part, shown) for part in range(spread.parts)))
        (joined,) = self.files(f"{label}, verdicts", [Join(step, shown, compared)])
        tasks = [Judge(step, number, piece, shown, joined) for number, piece in enumerate(shards.pieces)]
        after = self._pass(self._told(label, tasks, done), [step], shards, "verified")
        spread.finish(shown, joined)
        return after

    def execute(self, label: str, tasks: Sequence[Task]) -> Iterator[tuple[Path, Result]]:
        """Stem and result of each task, in order; only what is not done yet is run."""
        system.make_folder(self.place, parents=True, exist_ok=True)
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
                system.remove(path)

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
            demand_balance(step.name(), count)
            chain.add(step, upstream if step is steps[0] else "verified", count)
        return after


def pieces_of(stem: Path, result: Result) -> list[Piece]:
    """The files of documents that a task left."""
    key = result.get("key", stem.name)
    return [
        Piece(stem.with_name(name), documents, f"{key}/{place}")
        for place, (name, documents) in enumerate(result["shards"])
    ]


def write_shards(documents: Iterable[Document], stem: Path) -> list[Piece]:
    """Write documents to `STEM-0000.jsonl.zst` and on, cut by size; the files in order."""
    pieces: list[Piece] = []
    writer: LineWriter | None = None
    size = number = 0
    path = stem

    def finish() -> None:
        if writer is not None:
            writer.close()
            pieces.append(Piece(path, number, ""))

    for document in documents:
        if writer is None or size >= SHARD_BYTES:
            finish()
            path = stem.with_name(f"{stem.name}-{len(pieces):04d}.jsonl.zst")
            writer, size, number = LineWriter(compressed(system.open_write(path), ".zst")), 0, 0
        line = encode(document)
        writer.write_line(line)
        size += len(line)
        number += 1
    finish()
    return pieces


def _result(place: Placed) -> Result:
    result = place.result()
    assert result is not None, place.task.label()
    return result


def _source_of(verdict: Verdict) -> str:
    import orjson

    try:
        return str(orjson.loads(verdict.line)["metadata"]["source"])
    except (ValueError, KeyError, TypeError):
        return ""
