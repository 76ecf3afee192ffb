"""The phases that end a run: measure, select, and write the shards of the corpus.

Their tasks are in `mix_tasks` and `select_shard`.
"""

import itertools
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from corpuskit.core.counts import StepCount, StreamCount
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.chain import StepDescription
from corpuskit.core.provenance.entries import QuotaEntry, ShardEntry
from corpuskit.core.publish.equal_ids import equal_ids_notice
from corpuskit.core.publish.folder_output import FolderOutput
from corpuskit.core.publish.recovery import STAGING
from corpuskit.mix.engine import mix_tasks
from corpuskit.mix.engine.bucket_index import BucketEntry, write_bucket_index
from corpuskit.mix.engine.engine import Engine, Notify
from corpuskit.mix.engine.equal_ids import FindEqualIds, hashes_file
from corpuskit.mix.engine.phases import tokenizer_of
from corpuskit.mix.engine.progress import MixProgress
from corpuskit.mix.engine.quotas import plan_quotas
from corpuskit.mix.engine.real_floor import RealFloor
from corpuskit.mix.engine.select_shard import Select
from corpuskit.mix.engine.shards import ShardedStream, WorkShard
from corpuskit.mix.engine.task_results import OutputFile
from corpuskit.mix.recipe.recipe import Recipe
from corpuskit.mix.solver.sampling import QuotaPlan


@dataclass
class FinalPhases:
    """The last step of a recipe, phase by phase."""

    recipe: Recipe
    output: FolderOutput
    engine: Engine
    progress: MixProgress
    note_result: Callable[[str], Notify]
    """Returns for a phase what notes the result of each of its tasks."""
    notice: Callable[[str], None]
    """Tells the user of what is odd."""
    real_floor: RealFloor | None = None
    quotas: dict[str, QuotaEntry] = field(default_factory=dict)
    """By source, if there is a budget; known once the phases have run."""
    _id_hashes: list[Path] = field(default_factory=list)
    """Of each shard, once it is selected from."""

    def run(self, stream: ShardedStream) -> None:
        """Select, order and write; add the last step to the stream's chain and verdicts.

        Raises Infeasible for limits that conflict, RefusedError and DamagedError.
        """
        recipe = self.recipe
        tokenizer, shuffled = tokenizer_of(recipe), recipe.output.order == "shuffled"
        measures_files = self._measure(stream.shards)
        quota_plans, self.quotas = plan_quotas(recipe, measures_files) if recipe.budget else ((), {})
        most_epochs = max([1, *(plan.most_epochs for plan in quota_plans)])
        buckets = mix_tasks.bucket_count(recipe, stream.chain.sent().bytes, most_epochs)
        remembers = self.engine.cache is not None
        select_tasks = _select_tasks(recipe, stream.shards, measures_files, quota_plans, buckets, remembers)
        count = StepCount()
        index, documents = write_bucket_index(
            self.engine.tasks_folder, self._selections(select_tasks, stream, count), buckets
        )
        options = mix_tasks.mix_options(recipe)
        if self.real_floor is not None:
            options["real-not-below"] = self.real_floor.demand(self.engine)
        stream.chain.add(StepDescription(mix_tasks.NAME, options, {}), "verified", count)
        self._tell_equal_ids(stream.shards)
        slices_of_shards = mix_tasks.shard_slices(index, documents, shuffled, recipe.output.shard_documents)
        formats = recipe.output.formats
        sent = self._write(
            [
                mix_tasks.Write(number, slices, index, shuffled, formats, tokenizer, recipe.output.tokens)
                for number, slices in enumerate(slices_of_shards)
            ]
        )
        if sent.as_json() != count.sent.as_json():
            raise unsound_error(
                self.output.target, f"{count.sent.documents} documents were selected, {sent.documents} written"
            )

    def _measure(self, shards: Sequence[WorkShard]) -> tuple[Path, ...]:
        """Return the measures of each shard; none without a budget."""
        recipe = self.recipe
        if not recipe.budget:
            return ()
        names = tuple(source.name for source in recipe.sources)
        tasks = [mix_tasks.Measure(shard, recipe.seed, names, recipe.budget.tokenizer) for shard in shards]
        return self.engine.execute_to_files("mix: measure", tasks)

    def _selections(
        self, tasks: Sequence[Select], stream: ShardedStream, count: StepCount
    ) -> Iterator[tuple[str, list[BucketEntry]]]:
        """Yield the names and the buckets of the files that each task writes; add up counts and verdicts."""
        phase = "mix: select"
        self.progress.start(phase, len(tasks))
        notify = self.note_result(phase)
        step_ids = tuple(stream.chain.next_ids([mix_tasks.NAME]))
        for task_path, result in self.engine.execute(phase, tasks):
            count.merge(StepCount.from_json(result["counts"][0]))
            notify(result)
            self.output.totals.merge(result["totals"])
            stream.record_verdicts(result, step_ids)
            self._id_hashes.append(hashes_file(task_path))
            if self.real_floor is not None:
                self.real_floor.add(task_path, result["real_classes"])
            for part in result["parts"]:
                yield part["name"], [BucketEntry(*entry) for entry in part["buckets"]]

    def _tell_equal_ids(self, shards: Sequence[WorkShard]) -> None:
        phase = "mix: ids"
        self.progress.start(phase, 1)
        ((_, result),) = self.engine.execute(phase, [FindEqualIds(tuple(shards), tuple(self._id_hashes))])
        self.progress.advance(phase, 0)
        first = f"{result['id']!r} of source {result['source']} first"
        if notice := equal_ids_notice(result["documents"], first):
            self.notice(notice)

    def _write(self, tasks: Sequence[mix_tasks.Write]) -> StreamCount:
        """Write the corpus and hand its shards to the output; return what they hold."""
        phase, sent = "mix: write", StreamCount()
        formats = {format_.name: format_ for format_ in self.output.formats}
        self.progress.start(phase, len(tasks))
        for task, (task_path, result) in zip(tasks, self.engine.execute(phase, tasks), strict=True):
            sent.merge(StreamCount.from_json(result["sent"]))
            for name, outputs in itertools.groupby(result["outputs"], operator.itemgetter("format")):
                files = [_shard_entry(file) for file in outputs]
                self.output.adopt(formats[name], task.number, task_path.parent, files)
            self.progress.advance(phase, result["outputs"][0]["documents"])
        return sent


def unsound_error(target: Path, problem: str) -> DamagedError:
    """Return the error for work that does not add up, on the way to the dataset at `target`."""
    staging = target / STAGING
    return DamagedError(
        f"the work of this and earlier runs does not add up: {problem}; nothing was published. "
        f"Remove {str(staging)!r}, and run it again"
    )


def _shard_entry(file: OutputFile) -> ShardEntry:
    """Return what the manifest says of a file."""
    return cast(ShardEntry, {key: value for key, value in file.items() if key != "format"})


def _select_tasks(
    recipe: Recipe,
    shards: Sequence[WorkShard],
    measures_files: Sequence[Path],
    quota_plans: tuple[QuotaPlan, ...],
    buckets: int,
    remembers: bool,
) -> list[Select]:
    shuffled, tokenizer = recipe.output.order == "shuffled", tokenizer_of(recipe)
    return [
        Select(
            shard,
            number,
            measures_files[number] if recipe.budget else None,
            quota_plans,
            shuffled,
            recipe.seed,
            buckets,
            tokenizer,
            recipe.policy.gen_depth,
            recipe.policy.real_not_below is not None,
            remembers,
        )
        for number, shard in enumerate(shards)
    ]
