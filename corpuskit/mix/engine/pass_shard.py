"""The task that passes shards through steps, document by document or as a whole."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from corpuskit.core.counts import StepCount
from corpuskit.core.step import Stage, Step
from corpuskit.core.stream.apply import apply_stages
from corpuskit.core.stream.batch import Batch
from corpuskit.core.stream.flow import Flow
from corpuskit.mix.engine.passed_rows import PassedRows
from corpuskit.mix.engine.patched_files import linked_files, write_changed
from corpuskit.mix.engine.patches import PatchedRow
from corpuskit.mix.engine.row_facts import Passing
from corpuskit.mix.engine.row_memo import RowMemo, memo_part
from corpuskit.mix.engine.shards import TaskLog, WorkShard, WrittenShard, lines_of, write_shards
from corpuskit.mix.engine.task_results import DocumentsResult
from corpuskit.mix.engine.tasks import Task, identity_of, interned


@dataclass(frozen=True)
class PassShard(Task[DocumentsResult]):
    """Passes shards in order through stages, or through one corpus stage."""

    name: str
    shards: tuple[WorkShard, ...]
    steps: tuple[Step, ...]
    remembers: bool = False
    """Whether what becomes of each document is written down for the next run."""

    def label(self) -> str:
        """Return the source, or `together`, and the steps."""
        return f"{self.name}: {', '.join(step.name() for step in self.steps)}"

    def identity(self) -> Any:
        """Return the shards' keys and the steps."""
        return [[shard.key for shard in self.shards], [identity_of(step) for step in self.steps]]

    def memos(self) -> Sequence[RowMemo]:
        """Return the memos of the files that stood before a corpus stage as they are, of what is beneath patches."""
        return [*self._memos_by_file().values()]

    def _memos_by_file(self) -> dict[str, RowMemo]:
        if not self.remembers or not self._is_row_wise():
            return {}
        rules = json.dumps([identity_of(step) for step in self.steps])
        files = [file for shard in self.shards for file in shard.files]
        return {file.path.name: RowMemo((file.base,), rules) for file in files if file.rows is not None}

    def run(self, task_path: Path) -> DocumentsResult:
        """Pass the documents through."""
        log = TaskLog(task_path)
        if (untouched := self._untouched(task_path)) is not None:
            count, files = untouched
            return log.close([count], files)
        steps = [interned(step) for step in self.steps]
        if self._is_row_wise() and len(self.shards) == 1:
            return self._pass_rows([step for step in steps if isinstance(step, Stage)], log, task_path)
        flow = Flow(steps, log.take, drops_rest=True)
        shards = write_shards(flow.documents([file for shard in self.shards for file in shard.inputs()]), task_path)
        return log.close(flow.counts, shards)

    def _is_row_wise(self) -> bool:
        """Whether nothing is gained by handing many documents at a time to the steps, or to another process."""
        return all(
            isinstance(step, Stage) and not step.guarded and type(step).apply_many is Stage.apply_many
            for step in self.steps
        )

    def _pass_rows(self, stages: Sequence[Stage], log: TaskLog, task_path: Path) -> DocumentsResult:
        """Pass the documents through one by one, but for those of which is known what becomes of them."""
        tasks, part, pass_on = task_path.parent.parent, memo_part(task_path), partial(_passing, stages, log)
        with PassedRows(self._memos_by_file(), tasks, part, len(stages), pass_on) as passed_rows:
            shards = write_changed(self.shards[0], passed_rows.passed, task_path, passed_rows.pass_known)
        return log.close(passed_rows.counts(), shards)

    def _untouched(self, task_path: Path) -> tuple[StepCount, list[WrittenShard]] | None:
        """Return the files themselves, under the task's name, if the only step leaves each of their documents alone."""
        (step, *others) = (interned(step) for step in self.steps)
        if others or not isinstance(step, Stage) or type(step).passes is Stage.passes:
            return None
        count = StepCount()
        for shard in self.shards:
            for line in lines_of(shard):
                if not step.passes(line):
                    return None
                count.received.add(line)
        count.sent.merge(count.received)
        files = linked_files([file for shard in self.shards for file in shard.files], task_path)
        return None if files is None else (count, files)


def _passing(stages: Sequence[Stage], log: TaskLog, row: PatchedRow) -> Passing:
    """Pass what stands in the place of a row through stages."""
    offset, batch = row.offset, Batch(input=row.input)
    for line in row.lines:
        batch.lines.append((offset, line))
        offset += len(line) + 1
    result = apply_stages(stages, batch)
    for verdict in result.verdicts:
        log.take(verdict)
    return Passing.of_batch(result)
