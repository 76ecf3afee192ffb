"""The engine: runs of steps over shards, in parallel, through datatrove's executors.

Work is cut into tasks, one for each group of input files, and later one for each intermediate shard. A task reads its
inputs, passes them through a run of stages and leaves one file of canonical lines, one of verdicts, and its accounts. A
corpus stage is a barrier: it reads all shards in order. What comes out depends on neither the number of workers nor the
grouping, because order is always input order and accounts add up.
"""

import json
import os
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from loguru import logger

from corpuskit.core.account import StepCount, demand_balance
from corpuskit.core.aside import DROPPED, REJECTED, Aside, Verdict
from corpuskit.core.chain import Chain
from corpuskit.core.document import Document, encode
from corpuskit.core.errors import CorpuskitError
from corpuskit.core.files.inputs import Input
from corpuskit.core.files.jsonl import LineWriter, compressed
from corpuskit.core.flow import Flow
from corpuskit.core.parallel import ordered_map
from corpuskit.core.settings import Tags
from corpuskit.core.step import CorpusStage, Step

# datatrove's log is for its own users; what ours need to know is in the accounts.
logger.disable("datatrove")

TASK_BYTES = 64 * 1024 * 1024
TASK_FILES = 1000
SHARD_BYTES = 64 * 1024 * 1024

Finished = Callable[[dict[str, Any]], None]


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


@dataclass(frozen=True)
class Task:
    """Inputs, the steps they pass through, and where the result goes."""

    inputs: tuple[Input, ...]
    steps: tuple[Step, ...]
    tags: Tags
    stem: Path
    """`STEM.jsonl` takes the lines, `STEM.verdicts.jsonl.zst` what was set aside, `STEM.json` the accounts."""

    def run(self) -> dict[str, Any]:
        """Do the work; the accounts. They are written last, so a task with accounts is done."""
        aside = Aside(decisions=self.stem.with_suffix(".verdicts.jsonl.zst"))
        tally = Tally(aside.take)
        flow = Flow(self.steps, tally.take, tags=self.tags)
        shards = write_shards(flow.documents(self.inputs), self.stem)
        aside.close()
        result = {
            "counts": [count.as_json() for count in flow.counts],
            "gone": tally.gone,
            "inputs": [source.as_json() for source in self.inputs],
            "shards": [path.name for path in shards],
        }
        write_json(self.stem.with_suffix(".json"), result)
        return result


class RunTasks(PipelineStep):  # type: ignore[misc]
    """The one step of our datatrove pipelines: rank N runs task N."""

    name = "corpuskit"
    type = "corpuskit"

    def __init__(self, tasks: Sequence[Task]) -> None:
        """One task for each rank."""
        super().__init__()
        self.tasks = tasks

    def run(self, data: Any, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """Run one task. What it does not expect is kept with its traceback and raised as one line."""
        task = self.tasks[rank]
        try:
            task.run()
        except (CorpuskitError, OSError):
            raise
        except Exception as error:
            kept = task.stem.with_suffix(".fault.txt")
            kept.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
            raise CorpuskitError(f"task {task.stem.name} failed: {type(error).__name__}: {error}") from error
        return iter(())


class LocalExecutor(LocalPipelineExecutor):  # type: ignore[misc]
    """datatrove's local executor with our worker pool, which notices a worker that was killed."""

    def run(self) -> None:
        """Run all ranks that have not been completed; raises what a rank raises."""
        for _ in self.finished():
            pass

    def finished(self) -> Iterator[int]:
        """Run the ranks, yielding each in order when it and those before it are done."""
        ranks = self.get_incomplete_ranks()
        if self.workers == 1:
            for rank in ranks:
                self._run_for_rank(rank)
                yield rank
            return
        yield from ordered_map(self.run_rank, ranks, min(self.workers, len(ranks) or 1), "spawn")

    def run_rank(self, rank: int) -> int:
        """Run one rank in a worker."""
        self._run_for_rank(rank)
        return rank


@dataclass
class Shards:
    """A stream as it lies on disk between two phases: files of lines in order, and the chain behind them."""

    paths: list[Path]
    chain: Chain
    verdicts: list[Path] = field(default_factory=list)

    def documents(self) -> Iterator[Document]:
        """All documents in order."""
        return Flow([], lambda verdict: None).documents(self.inputs())

    def inputs(self) -> list[Input]:
        """The shards as inputs of a next phase."""
        return [Input(path.stem, local_path=path) for path in self.paths]


@dataclass
class Engine:
    """Runs phases in a working folder."""

    folder: Path
    jobs: int
    phases: int = 0

    def read_source(
        self, label: str, inputs: Sequence[Input], steps: Sequence[Step], tags: Tags, done: Finished
    ) -> Shards:
        """A source's inputs through its source step and the stages that follow it."""
        return self._map(label, self.parts(inputs), tuple(steps), tags, Chain(), "none", done)

    def parts(self, inputs: Sequence[Input]) -> list[tuple[Input, ...]]:
        """The inputs as tasks take them."""
        return [tuple(part) for part in group(inputs)]

    def run_stages(self, label: str, shards: Shards, steps: Sequence[Step], done: Finished) -> Shards:
        """Shards through stages."""
        parts = [(source,) for source in shards.inputs()]
        after = self._map(label, parts, tuple(steps), Tags(), shards.chain, "verified", done)
        after.verdicts = shards.verdicts + after.verdicts
        return after

    def run_corpus_stage(self, label: str, shards: Shards, step: CorpusStage, done: Finished) -> Shards:
        """Shards in order through a step that needs the whole stream."""
        folder = self._phase(label, step.name())
        result = Task(tuple(shards.inputs()), (step,), Tags(), folder / "00000").run()
        count = StepCount.from_json(result["counts"][0])
        demand_balance(step.name(), count)
        shards.chain.add(step, "verified", count)
        done(result)
        paths = [folder / name for name in result["shards"]]
        return Shards(paths, shards.chain, shards.verdicts + sorted(folder.glob("*.verdicts.jsonl.zst")))

    def _map(
        self,
        label: str,
        parts: Sequence[tuple[Input, ...]],
        steps: tuple[Step, ...],
        tags: Tags,
        chain: Chain,
        upstream: str,
        done: Finished,
    ) -> Shards:
        folder = self._phase(label, steps[0].name())
        tasks = [Task(part, steps, tags, folder / f"{number:05d}") for number, part in enumerate(parts)]
        counts = [StepCount() for _ in steps]
        paths: list[Path] = []
        for number in self._execute(folder, tasks):
            result = json.loads(tasks[number].stem.with_suffix(".json").read_bytes())
            for count, part in zip(counts, result["counts"], strict=True):
                count.merge(StepCount.from_json(part))
            paths += [folder / name for name in result["shards"]]
            if upstream == "none":
                chain.inputs += result["inputs"]
            done(result)
        for step, count in zip(steps, counts, strict=True):
            demand_balance(step.name(), count)
            chain.add(step, upstream if step is steps[0] else "verified", count)
        return Shards(paths, chain, sorted(folder.glob("*.verdicts.jsonl.zst")))

    def _execute(self, folder: Path, tasks: list[Task]) -> Iterator[int]:
        """Run the tasks, yielding their numbers in order as they are done."""
        if not tasks:
            return
        executor = LocalExecutor(
            pipeline=[RunTasks(tasks)], tasks=len(tasks), workers=self.jobs, logging_dir=str(folder / "log")
        )
        yield from executor.finished()
        missing = executor.get_incomplete_ranks(skip_completed=True)
        if missing:
            raise CorpuskitError(f"{len(missing)} of {len(tasks)} tasks did not finish, number {missing[0]} first")

    def _phase(self, label: str, name: str) -> Path:
        folder = self.folder / f"{self.phases:02d}-{label}-{name}"
        self.phases += 1
        folder.mkdir(parents=True)
        return folder


def _source_of(verdict: Verdict) -> str:
    import orjson

    try:
        return str(orjson.loads(verdict.line)["metadata"]["source"])
    except (ValueError, KeyError, TypeError):
        return ""


def group(inputs: Sequence[Input]) -> list[list[Input]]:
    """Inputs cut into tasks: up to so many bytes or files each, the same whatever the number of workers."""
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


def write_shards(documents: Iterator[Document], stem: Path) -> list[Path]:
    """Write documents to `STEM-0000.jsonl.zst` and on, cut by size; the files in order."""
    paths: list[Path] = []
    writer: LineWriter | None = None
    size = 0
    for document in documents:
        if writer is None or size >= SHARD_BYTES:
            if writer is not None:
                writer.close()
            paths.append(stem.with_name(f"{stem.name}-{len(paths):04d}.jsonl.zst"))
            writer, size = LineWriter(compressed(open(paths[-1], "wb"), ".zst")), 0  # noqa: SIM115
        line = encode(document)
        writer.write_line(line)
        size += len(line)
    if writer is not None:
        writer.close()
    return paths


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that the file is there whole or not at all."""
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(value), encoding="utf-8")
    os.replace(temporary, path)
