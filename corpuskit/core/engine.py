"""The engine: a recipe's phases, each cut into tasks that an executor runs.

A phase reads what the one before it left. The inputs of a source are cut into tasks by file; every task leaves its
documents as lines, what it set aside as verdicts, and its accounts. Stages run shard by shard; a corpus stage is a
barrier. What comes out depends on neither workers nor executor nor on how often a run was killed, because tasks are cut
by size alone, order is always input order, and accounts add up.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.core.account import StepCount, demand_balance
from corpuskit.core.aside import DROPPED, REJECTED, Aside, Verdict
from corpuskit.core.chain import Chain
from corpuskit.core.document import Document, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.executors import Executor
from corpuskit.core.files import system
from corpuskit.core.files.durable import size_and_digest
from corpuskit.core.files.inputs import Input
from corpuskit.core.files.jsonl import LineWriter, compressed
from corpuskit.core.flow import Flow
from corpuskit.core.settings import Tags
from corpuskit.core.spread import Compare, Join, Judge, Show
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.tasks import FINGERPRINT_LETTERS, Placed, Result, Task, identity_of, shared, write_json

TASKS, PHASES = "tasks", "phases.json"
TASK_BYTES = 64 * 1024
TASK_FILES = 1000
SHARD_BYTES = 64 * 1024 * 1024

Finished = Callable[[Result], None]
Identity = tuple[str, ...]


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

    def close(self, counts: Sequence[StepCount], shards: "Shards | Sequence[Piece]" = ()) -> Result:
        """The result of a task with these accounts and shards."""
        self.aside.close()
        pieces = list(shards.pieces if isinstance(shards, Shards) else shards)
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
    verdicts: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class ReadInputs(Task):
    """Inputs of a source through its source step and stages."""

    name: str
    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    tags: Tags

    def label(self) -> str:
        """The source and its first input."""
        more = f" and {len(self.inputs) - 1} more" if len(self.inputs) > 1 else ""
        return f"{self.name}: {self.steps[0].name()} of {self.inputs[0].name}{more}"

    def identity(self) -> Any:
        """Steps, tags and the names of the inputs; their content is compared by `stands`."""
        named = [[place.name, place.expected_sha256] for place in self.inputs]
        return [named, [identity_of(step) for step in self.steps], vars(self.tags)]

    def run(self, stem: Path) -> Result:
        """Read them all."""
        accounts = Accounts(stem)
        seen = [_status(place) for place in self.inputs]
        flow = Flow([shared(step) for step in self.steps], accounts.take, tags=self.tags)
        shards = write_shards(flow.documents(self.inputs), stem)
        inputs = [place.as_json() for place in self.inputs]
        for place, before in zip(self.inputs, seen, strict=True):
            if _status(place) != before:
                raise DamagedError(f"{place.name} was changed while it was read; run it again")
        key = hashlib.sha256(json.dumps([stem.name, inputs], sort_keys=True).encode()).hexdigest()
        return {**accounts.close(flow.counts, shards), "inputs": inputs, "seen": seen, "key": key}

    def stands(self, result: Result) -> bool:
        """Whether the inputs still are what was read: by their status, or by their digest where that is another.

        What came from an address has no content before it is fetched; what was fetched stands.
        """
        return all(
            place.local_path is None or _status(place) == seen or _same_content(place, known)
            for place, seen, known in zip(self.inputs, result["seen"], result["inputs"], strict=True)
        )


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

    def read_source(
        self, label: str, parts: Sequence[Sequence[Input]], steps: Sequence[Step], tags: Tags, done: Finished
    ) -> Shards:
        """A source's inputs through its source step and the stages that follow it."""
        name = tags.source or label
        tasks = [ReadInputs(name, tuple(part), tuple(steps), tags) for part in parts]
        return self._pass(label, tasks, steps, Shards([], Chain()), "none", done)

    def run_stages(self, label: str, shards: Shards, steps: Sequence[Step], done: Finished) -> Shards:
        """Shards through stages, each on its own."""
        tasks = [PassShard(label, (piece,), tuple(steps)) for piece in shards.pieces]
        return self._pass(label, tasks, steps, shards, "verified", done)

    def run_corpus_stage(self, label: str, shards: Shards, step: CorpusStage, done: Finished) -> Shards:
        """Shards in order through a step that needs the whole stream."""
        spread = step.spread()
        if spread is None:
            alone = PassShard(label, tuple(shards.pieces), (step,))
            return self._pass(label, [alone], [step], shards, "verified", done)
        shown = self.files(f"{label}, each shard", (Show(step, piece) for piece in shards.pieces))
        compared = self.files(f"{label}, compared", (Compare(step, part, shown) for part in range(spread.parts)))
        (joined,) = self.files(f"{label}, verdicts", [Join(step, shown, compared)])
        tasks = [Judge(step, number, piece, shown, joined) for number, piece in enumerate(shards.pieces)]
        after = self._pass(label, tasks, [step], shards, "verified", done)
        spread.finish(shown, joined)
        return after

    def execute(self, label: str, tasks: Sequence[Task]) -> Iterator[tuple[Path, Result]]:
        """Stem and result of each task, in order; only what is not done yet is run."""
        folder = self.folder / TASKS
        system.make_folder(folder, parents=True, exist_ok=True)
        placed = [Placed.below(folder, task) for task in tasks]
        results = {place.stem: found for place in placed if (found := place.result()) is not None}
        self.reused += len(results)
        waiting = [place for place in placed if place.stem not in results]
        self._begin(label, placed, waiting)
        log = self.folder / "log" / os.urandom(8).hex()
        numbers = self.executor.finished(waiting, log) if waiting else iter(())
        for place in placed:
            if place.stem not in results:
                next(numbers)
            yield place.stem, results.get(place.stem) or _result(place)
        for _ in numbers:
            pass

    def _begin(self, label: str, placed: Sequence[Placed], waiting: Sequence[Placed]) -> None:
        """Write down for `status` which tasks the phase has, and remove what broken-off ones have left."""
        self.phases.append({"phase": label, "tasks": [place.stem.name for place in placed]})
        write_json(self.folder / PHASES, self.phases)
        names = {place.stem.name for place in waiting}
        for path in (self.folder / TASKS).iterdir():
            if path.name[:FINGERPRINT_LETTERS] in names:
                system.remove(path)

    def files(self, label: str, tasks: Iterable[Task]) -> tuple[Path, ...]:
        """The one file that each of these tasks leaves."""
        done = self.execute(label, list(tasks))
        return tuple(stem.with_name(next(iter(result["files"]))) for stem, result in done)

    def _pass(
        self, label: str, tasks: Sequence[Task], steps: Sequence[Step], before: Shards, upstream: str, done: Finished
    ) -> Shards:
        chain = before.chain
        counts = [StepCount() for _ in steps]
        after = Shards([], chain, list(before.verdicts))
        for stem, result in self.execute(label, tasks):
            for count, part in zip(counts, result["counts"], strict=True):
                count.merge(StepCount.from_json(part))
            after.pieces += pieces_of(stem, result)
            after.verdicts += [stem.with_name(name) for name in result["verdicts"]]
            chain.inputs += result.get("inputs", [])
            done(result)
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


def group(inputs: Sequence[Input]) -> list[list[Input]]:
    """Inputs cut into tasks: one a file, but small files together; the same whatever the number of workers."""
    groups: list[list[Input]] = []
    size = 0
    for source in inputs:
        length = source.local_path.stat().st_size if source.local_path else TASK_BYTES
        if not groups or size + length > TASK_BYTES or len(groups[-1]) >= TASK_FILES:
            groups.append([])
            size = 0
        groups[-1].append(source)
        size += length
    return groups


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


def _status(place: Input) -> list[int] | None:
    """What changes when a file is written to: no program can set the last of these back."""
    if place.local_path is None:
        return None
    status = place.local_path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _same_content(place: Input, known: dict[str, Any]) -> bool:
    assert place.local_path is not None
    return size_and_digest(place.local_path) == (known["bytes"], known["sha256"])


def _source_of(verdict: Verdict) -> str:
    import orjson

    try:
        return str(orjson.loads(verdict.line)["metadata"]["source"])
    except (ValueError, KeyError, TypeError):
        return ""
