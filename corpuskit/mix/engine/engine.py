"""The engine: a recipe's phases, each cut into tasks that an executor runs.

A phase reads what the previous one wrote. A source's inputs are cut into tasks by file, and big archives by byte range
(`mix/engine/read_tasks.py`). Every task writes its documents as lines, its verdicts on what it left out, and counts.
Stages run shard by shard; a corpus stage is a barrier. The published bytes depend neither on workers or executor nor on
how often a run was killed, because tasks are cut by size alone, order is always input order, and counts add up.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from corpuskit.core import console
from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.stored_json import write_json
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.publish.folder_output import remove_any
from corpuskit.core.publish.recovery import LOG, TASKS
from corpuskit.core.registry import describe
from corpuskit.core.step import CorpusStage, Step, VerdictPart
from corpuskit.core.step_notices import notices_on
from corpuskit.core.wording import quantity
from corpuskit.mix.engine.executors import Executor
from corpuskit.mix.engine.pass_shard import PassShard
from corpuskit.mix.engine.progress import MixProgress
from corpuskit.mix.engine.read_tasks import ReadInputs, ReadPlan
from corpuskit.mix.engine.sharded_stage import FilterShard, MatchBucket, ResolveMatches, SignShard
from corpuskit.mix.engine.shards import (
    ShardedStream,
    merged_shards,
    work_shards,
)
from corpuskit.mix.engine.task_results import (
    FINGERPRINT_LETTERS,
    PHASES,
    DocumentsResult,
    Fingerprint,
    PhaseEntry,
    TaskResult,
)
from corpuskit.mix.engine.tasks import (
    FinishedTask,
    ResultType,
    StoredTask,
    Task,
)
from corpuskit.mix.engine.work_cache import KeptTask, WorkCache

DocumentsType = TypeVar("DocumentsType", bound=DocumentsResult)

Notify = Callable[[DocumentsResult], None]
"""Called with the result of each task of a phase, in order."""


@dataclass
class Engine:
    """Runs phases in a folder of work."""

    folder: Path
    executor: Executor
    cache: WorkCache | None = None
    """Finished work of published runs."""
    finished: list[KeptTask] = field(default_factory=list)
    """The tasks that are done and may be used by another run."""
    progress: MixProgress = field(default_factory=lambda: MixProgress(quiet=True))
    """Shows phases that give no documents; `MixRun` shows the others."""
    reused: int = 0
    """Number of tasks whose results come from an earlier run."""
    phases: list[PhaseEntry] = field(default_factory=list)
    """The phases that have begun, in order."""
    absent_fields: list[tuple[str, str, frozenset[str]]] = field(default_factory=list)
    """Fields that options name and no document has: phase, step, fields."""
    notices: list[str] = field(default_factory=list)
    """What people should know of the steps' accounts."""
    _fetched_memos: dict[Path, TaskResult | None] = field(default_factory=dict)
    """Of the memos that tasks may use: what they were before, by task path."""
    _left_behind: set[str] = field(default_factory=set)
    """Tasks of which an earlier run has left files."""
    remarks: "dict[str, Counter[str]]" = field(default_factory=dict)
    """What people should know of inputs, and how often it was the case, by the input's name."""

    @property
    def tasks_folder(self) -> Path:
        """The folder of the tasks' files."""
        return self.folder / TASKS

    def read_source(
        self, label: str, plans: Sequence[ReadPlan], steps: Sequence[Step], notify: Notify
    ) -> ShardedStream:
        """Pass a source's inputs through its source step and the stages that follow it."""
        finished = self._execute_plans(label, plans, notify)
        return self._next_stream(label, finished, steps, ShardedStream([], Chain()), "none")

    def run_stages(self, label: str, stream: ShardedStream, steps: Sequence[Step], notify: Notify) -> ShardedStream:
        """Pass a stream through stages, each shard on its own."""
        remembers = self.cache is not None
        tasks = [PassShard(label, (shard,), tuple(steps), remembers) for shard in stream.shards]
        return self._next_stream(label, self._notifying(label, tasks, notify), steps, stream, "verified")

    def run_corpus_stage(self, label: str, stream: ShardedStream, step: CorpusStage, notify: Notify) -> ShardedStream:
        """Pass a stream through a step that needs all of it, in parallel if the step has a sharded form."""
        sharded, bound = step.sharded(), step.bound()
        if sharded is None:
            alone = PassShard(label, tuple(stream.shards), (bound,))
            return self._next_stream(label, self._notifying(label, [alone], notify), [step], stream, "verified")
        sign_tasks = [SignShard(bound, shard) for shard in stream.shards]
        signatures = self.execute_to_files(f"{label}, signatures", sign_tasks)
        remembers = self.cache is not None
        match_tasks = [MatchBucket(bound, bucket, signatures, remembers) for bucket in range(sharded.buckets)]
        matches = self.execute_to_files(f"{label}, matches", match_tasks)
        self.progress.start(f"{label}, verdicts", 1)
        ((task_path, result),) = self.execute(f"{label}, verdicts", [ResolveMatches(bound, signatures, matches)])
        self.progress.advance(f"{label}, verdicts", 0)
        verdicts = task_path.with_name(result["files"][0]["name"])
        tasks = [
            FilterShard(bound, shard, signatures_of_shard, verdicts, VerdictPart(**part), remembers)
            for shard, signatures_of_shard, part in zip(stream.shards, signatures, result["parts"], strict=True)
        ]
        filtered = self._next_stream(label, self._notifying(label, tasks, notify), [step], stream, "verified")
        sharded.before_publish(signatures, verdicts)
        return filtered

    def execute(self, label: str, tasks: Sequence[Task[ResultType]]) -> Iterator[FinishedTask[ResultType]]:
        """Yield each task when it is done, in order; run only those without an earlier result."""
        stored = [StoredTask.in_folder(self.tasks_folder, task) for task in tasks]
        if not self.phases:
            self._left_behind = self._tidy_folder()
        for folder in sorted({self.tasks_folder, *(task.task_path.parent for task in stored)}):
            filesystem.make_folder(folder, parents=True, exist_ok=True)
        # Results are read again when they are due: those of a whole phase may not fit into memory.
        reused = {task.task_path for task in stored if self._is_done(task)}
        self.reused += len(reused)
        if reused:
            console.detail(f"{label}: {len(reused):,} of {quantity(len(stored), 'task')} done by an earlier run")
        waiting = [task for task in stored if task.task_path not in reused]
        self._fetch_memos(waiting)
        self._begin_phase(label, stored, waiting)
        log = self.folder / LOG / os.urandom(8).hex()
        numbers = self.executor.run_in_order(waiting, log) if waiting else iter(())
        for task in stored:
            if task.task_path not in reused:
                next(numbers)
            result = _demand_result(task)
            if self.cache is not None and task.task.is_cacheable():
                kept_task = KeptTask.of_result(task.task_path, result)
                self.finished += [kept_task] if kept_task is not None else []
                self.finished += self._new_memos(task) if task.task_path not in reused else []
            yield FinishedTask(task.task_path, result)
        for _ in numbers:
            pass

    def execute_to_files(self, label: str, tasks: Sequence[Task[TaskResult]]) -> tuple[Path, ...]:
        """Execute tasks that write one file each, and return these files."""
        self.progress.start(label, len(tasks))
        paths = []
        for task_path, result in self.execute(label, tasks):
            self.progress.advance(label, 0)
            paths.append(task_path.with_name(result["files"][0]["name"]))
        return tuple(paths)

    def keep_finished_work(self) -> None:
        """Put what may be used again into the cache, before publication removes it."""
        if self.cache is not None:
            self.cache.keep(self.finished)

    def _is_done(self, task: StoredTask[Any]) -> bool:
        """Whether an interrupted run has left the task's result, or else a published one has; then it is fetched."""
        if task.reusable_result() is not None:
            return True
        return self.cache is not None and task.task.is_cacheable() and self.cache.fetch(task)

    def _fetch_memos(self, tasks: Iterable[StoredTask[Any]]) -> None:
        """Fetch from the cache what saves tasks work."""
        if self.cache is None:
            return
        for memo in (memo for task in tasks for memo in task.task.memos()):
            stored = StoredTask.in_folder(self.tasks_folder, memo)
            filesystem.make_folder(stored.task_path.parent, parents=True, exist_ok=True)
            is_fetched = self.cache.fetch(stored)
            self._fetched_memos[stored.task_path] = stored.result() if is_fetched else None

    def _new_memos(self, task: StoredTask[Any]) -> Iterator[KeptTask]:
        """Yield the memos that a task has left; those that it has used as they were are in the cache already."""
        for memo in task.task.memos():
            stored = StoredTask.in_folder(self.tasks_folder, memo)
            result = stored.result()
            kept_task = None if result is None else KeptTask.of_result(stored.task_path, result)
            if kept_task is not None:
                yield kept_task._replace(is_new=result != self._fetched_memos.get(stored.task_path))

    def _begin_phase(
        self, label: str, tasks: Sequence[StoredTask[ResultType]], waiting: Sequence[StoredTask[ResultType]]
    ) -> None:
        """Write down for `status` which tasks the phase has, and remove what interrupted ones have left."""
        self.phases.append({"phase": label, "tasks": [Fingerprint(task.task_path.name) for task in tasks]})
        write_json(self.folder / PHASES, self.phases)
        for task in waiting:
            if task.task_path.name in self._left_behind:
                for path in sorted(task.task_path.parent.glob(f"{task.task_path.name}*")):
                    remove_any(path)

    def _tidy_folder(self) -> set[str]:
        """Remove what is not a folder of tasks; return the fingerprints of the tasks that have left files."""
        left: set[str] = set()
        for folder in sorted(self.tasks_folder.iterdir()) if self.tasks_folder.is_dir() else ():
            if folder.is_symlink() or not folder.is_dir():
                remove_any(folder)
            else:
                left.update(path.name[:FINGERPRINT_LETTERS] for path in folder.iterdir())
        return left

    def _notifying(
        self, label: str, tasks: Sequence[Task[DocumentsType]], notify: Notify
    ) -> Iterator[FinishedTask[DocumentsType]]:
        """Execute tasks and call `notify` with each result."""
        for finished in self.execute(label, tasks):
            notify(finished.result)
            yield finished

    def _execute_plans(
        self, label: str, plans: Sequence[ReadPlan], notify: Notify
    ) -> Iterator[FinishedTask[DocumentsResult]]:
        """Execute plans and call `notify` with each result; read files whole if their ranges do not fit together.

        From the first of these files on, results wait in `results_of_plans`, so that order stays input order:

            plans              a.warc   b.warc, in ranges that do not fit   c.warc
            yielded at once    a
            results_of_plans            None                                [c]
            whole_files                 b
        """
        finished = self.execute(label, [task for plan in plans for task in plan.tasks])
        whole_tasks: list[ReadInputs] = []
        results_of_plans: list[Sequence[FinishedTask[DocumentsResult]] | None] = []
        for plan in plans:
            results = plan.usable_results([next(finished) for _ in plan.tasks])
            for task in results or ():
                notify(task.result)
            if results is None:
                whole_tasks.append(plan.whole_task)
            if whole_tasks:
                results_of_plans.append(results)
            else:
                yield from results or ()
        for _ in finished:
            pass
        whole_files = self._notifying(f"{label}, whole", whole_tasks, notify) if whole_tasks else iter(())
        for results in results_of_plans:
            yield from results if results is not None else [next(whole_files)]
        for _ in whole_files:
            pass

    def _next_stream(
        self,
        label: str,
        finished: Iterable[FinishedTask[DocumentsResult]],
        steps: Sequence[Step],
        before: ShardedStream,
        upstream: str,
    ) -> ShardedStream:
        """Return the stream after a phase; its chain gains the steps, with the sums of all tasks' counts."""
        chain = before.chain
        # The steps are added once their counts are known, which is after the first verdicts.
        step_ids = tuple(chain.next_ids([step.name() for step in steps]))
        counts = [StepCount() for _ in steps]
        stream = ShardedStream([], chain, before.verdict_files)
        for task in finished:
            for count, entry in zip(counts, task.result["counts"], strict=True):
                count.merge(StepCount.from_json(entry))
            stream.shards += work_shards(task)
            stream.record_verdicts(task.result, step_ids)
            chain.inputs += task.result.get("inputs", [])
            for name, remarks in task.result.get("remarks", {}).items():
                self.remarks.setdefault(name, Counter()).update(remarks)
        for step, count in zip(steps, counts, strict=True):
            if order := step.order_notice(chain.steps):
                self.notices.append(f"{label}: {step.name()}: {order}")
            chain.add(describe(step), upstream if step is steps[0] else "verified", count)
            self.notices += [f"{label}: {step.name()}: {notice}" for notice in notices_on(step, count)]
            if count.absent_fields:
                self.absent_fields.append((label, step.name(), count.absent_fields))
        stream.shards = merged_shards(stream.shards)
        return stream


def _demand_result(task: StoredTask[ResultType]) -> ResultType:
    result = task.result()
    if result is None:
        raise DamagedError(f"{task.task.label()}: what it wrote was changed or removed; run it again")
    return result
