"""One run of a recipe: its phases in order, from the sources to the published folder."""

import shlex
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.core import console
from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.compression import compressing_writer
from corpuskit.core.errors import DamagedError, RefusedError, UsageError
from corpuskit.core.provenance.chain import StepDescription, follow
from corpuskit.core.provenance.entries import InputEntry, StepEntry, left_out
from corpuskit.core.publish.folder_output import FolderOutput
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.lines import whole_lines
from corpuskit.core.registry import find_format
from corpuskit.core.settings import Settings
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.stream.flow import end_of_stages, runs_of
from corpuskit.core.tokens import BYTES, WORDS, counter, token_version
from corpuskit.mix.engine import mix_tasks, progress
from corpuskit.mix.engine.bucket_index import write_frames
from corpuskit.mix.engine.engine import Engine, Finished
from corpuskit.mix.engine.executors import Executor, Local, Ray, Slurm
from corpuskit.mix.engine.read_tasks import readings
from corpuskit.mix.engine.shards import Shards
from corpuskit.mix.engine.tasks import Result
from corpuskit.mix.recipe.cluster_profile import Profile
from corpuskit.mix.recipe.recipe import Recipe, SourceSpec
from corpuskit.mix.recipe.shell_pipe import gate, tags_of
from corpuskit.mix.solver.sampling import Filling


@dataclass
class Build:
    """One run of a recipe."""

    recipe: Recipe
    inputs: dict[str, list[Input]]
    settings: Settings
    executor: str = "local"
    profile: Profile = field(default_factory=Profile)
    rows: dict[str, progress.Row] = field(default_factory=dict)

    def run(self) -> int:
        """Do everything; the exit code."""
        target = target_of(self.recipe, self.settings)
        self.tokenizer = self.recipe.budget.tokenizer if self.recipe.budget else WORDS
        name = self.tokenizer if self.tokenizer in (WORDS, BYTES) else Path(self.tokenizer).name
        self.totals = Totals(counter(self.tokenizer), name)
        self.rows = {source.name: progress.Row() for source in self.recipe.sources}
        self.board = progress.Board(self.settings.quiet or self.settings.json)
        forms = [find_format(form) for form in self.recipe.output.formats]
        output = FolderOutput(target, forms, self.totals, self.recipe.output.shard_documents)
        try:
            with self.board.running(), closing(self._executor(output.work)) as executor:
                self.engine = Engine(output.work, executor)
                self._build(output)
        finally:
            output.abandon(keep_work=True)
            for step in self._corpus_stages():
                step.close()
        self._tell(target)
        return 0

    def _executor(self, work: Path) -> Executor:
        if self.executor == "ray":
            return Ray(self.profile.ray, self.settings.jobs)
        if self.executor == "slurm":
            return Slurm(self.profile.slurm, self.settings.jobs, work)
        return Local(self.settings.workers())

    def _build(self, output: FolderOutput) -> None:
        parts = [self._source(source) for source in self.recipe.sources]
        shards = Shards([piece for part in parts for piece in part.pieces], follow([part.chain for part in parts]))
        for part in parts:
            shards.add_verdicts(part.verdicts)
        self._demand_whole(shards.chain.inputs)
        shards = self._steps("together", shards, self.recipe.together)
        self._blend(output, shards)
        self._publish(output, shards)

    def _source(self, source: SourceSpec) -> Shards:
        tags = tags_of(source)
        steps = steps_of(self.recipe, source)
        end = end_of_stages(steps, 1)
        found = readings(source.name, self.inputs[source.name], steps[:end], tags)
        shown = phase_name(source.name, steps[:end])
        self.board.start(shown, sum(len(reading.parts) or 1 for reading in found))
        shards = self.engine.read_source(shown, found, steps[:end], self._done(shown, source.name))
        self.rows[source.name].read = shards.chain.steps[0]["in"]["documents"]
        return self._steps(source.name, shards, steps[end:])

    def _steps(self, label: str, shards: Shards, steps: Sequence[Step]) -> Shards:
        """A stream through steps: runs of stages shard by shard, corpus stages in order."""
        for run in runs_of(steps):
            shown = phase_name(label, run)
            self.board.start(shown, len(shards.pieces))
            done = self._done(shown, None)
            if isinstance(run[0], CorpusStage):
                shards = self.engine.run_corpus_stage(shown, shards, run[0], done)
            else:
                shards = self.engine.run_stages(shown, shards, run, done)
        return shards

    def _blend(self, output: FolderOutput, shards: Shards) -> None:
        """Choose, order and write; the shards' chain and verdicts gain the last step's."""
        recipe, order = self.recipe, self.recipe.output
        shuffled = order.order == "shuffled"
        pieces = shards.pieces
        measured: Sequence[Path | None] = [None] * len(pieces)
        fillings: tuple[Filling, ...] = ()
        if recipe.budget:
            names = tuple(source.name for source in recipe.sources)
            tasks = (mix_tasks.Measure(piece, recipe.seed, names, self.tokenizer) for piece in pieces)
            measured = found = self.engine.files("mix: measure", tasks)
            fillings = mix_tasks.fillings(recipe, found)
        most = max([1, *(filling.most for filling in fillings)])
        buckets = mix_tasks.bucket_count(recipe, shards.chain.sent().bytes, most)
        how = (fillings, shuffled, recipe.seed, buckets, self.tokenizer)
        selections = [
            mix_tasks.Select(piece, number, path, *how)
            for number, (piece, path) in enumerate(zip(pieces, measured, strict=True))
        ]
        count = StepCount()
        chosen = self._selected(selections, shards, count)
        frames, documents = write_frames(self.engine.place, chosen, buckets)
        shards.chain.add(StepDescription(mix_tasks.NAME, mix_tasks.blend_options(recipe), {}), "verified", count)
        slices = mix_tasks.slices_of(frames, documents, shuffled, order.shard_documents)
        self._write(
            output,
            [
                mix_tasks.Write(number, part, frames, shuffled, order.formats, self.tokenizer)
                for number, part in enumerate(slices)
            ],
        )

    def _selected(
        self, selections: Sequence[mix_tasks.Select], shards: Shards, count: StepCount
    ) -> Iterator[tuple[str, list[tuple[int, int, int]]]]:
        """The file that each selection leaves, by name, and its frames; accounts and verdicts are noted."""
        self.board.start("mix: select", len(selections))
        for stem, result in self.engine.execute("mix: select", selections):
            count.merge(StepCount.from_json(result["counts"][0]))
            self._done("mix: select", None)(result)
            shards.set_aside(result)
            yield f"{stem.name}.chosen", result["buckets"]

    def _write(self, output: FolderOutput, tasks: Sequence[mix_tasks.Write]) -> None:
        forms = {form.name: form for form in output.formats}
        self.board.start("mix: write", len(tasks))
        for task, (stem, result) in zip(tasks, self.engine.execute("mix: write", tasks), strict=True):
            self.totals.merge(result["totals"])
            for name, file, *facts in result["parts"]:
                output.adopt(forms[name], task.number, stem.with_name(file), tuple(facts))
            self.board.advance("mix: write", result["parts"][0][4])

    def _publish(self, output: FolderOutput, shards: Shards) -> None:
        chain = shards.chain
        self._demand_few_rejects(chain.steps)
        if not self.totals.documents and not self.settings.allow_empty:
            raise RefusedError("no document is left, so nothing was published; `--allow-empty` publishes even that")
        for name, version in token_version(self.tokenizer).items():
            chain.record_version(name, version)
        chain.decisions = _by_step(
            shards.verdicts, self.engine.place, [entry["name"] for entry in chain.steps], output.run
        )
        self.manifest = output.publish(chain, {"command": "mix", "recipe": self.recipe.name})
        for step in self._corpus_stages():
            step.commit()

    def _corpus_stages(self) -> list[CorpusStage]:
        steps = [*(step for source in self.recipe.sources for step in source.steps), *self.recipe.together]
        return [step for step in steps if isinstance(step, CorpusStage)]

    def _done(self, shown: str, source: str | None) -> Finished:
        """What to note when a task is done; its drops belong to `source`, or to the sources its documents name."""

        def note(result: Result) -> None:
            self.board.advance(shown, result["counts"][-1]["out"]["documents"])
            for name, gone in result["gone"].items():
                row = self.rows.setdefault(source or name, progress.Row())
                row.dropped.update(gone["dropped"])
                row.rejected.update(gone["rejected"])

        return note

    def _demand_whole(self, inputs: Iterable[InputEntry]) -> None:
        damaged = [entry for entry in inputs if entry["damage"]]
        for entry in damaged[:5]:
            first = entry["damage"][0]
            console.say(
                "mix", f"{entry['path']}: {first['what']}, at byte {first['offset']}, {first['lost']} bytes lost"
            )
        if damaged and not self.settings.accept_damaged:
            raise DamagedError(
                f"{len(damaged)} inputs are damaged, {damaged[0]['path']} first; nothing was published. "
                "`--accept-damaged` goes on and lists the damage in the manifest"
            )

    def _demand_few_rejects(self, steps: Iterable[StepEntry]) -> None:
        for entry in steps:
            rejected = sum(entry.get("rejected", {}).values())
            documents = entry.get("in", {}).get("documents", 0)
            if rejected > self.settings.rejects_allowed(documents):
                raise DamagedError(
                    f"{entry['name']} rejected {rejected} of {documents} records, more than "
                    f"`--max-rejects {self.settings.max_rejects}` allows; nothing was published"
                )

    def _tell(self, target: Path) -> None:
        for name, total in self.totals.sources.items():
            row = self.rows.setdefault(name, progress.Row())
            row.sampled, row.tokens, row.epochs = total.documents, total.tokens, float(total.epochs)
            row.share = total.tokens / self.totals.tokens if self.totals.tokens else 0.0
        steps = self.manifest["steps"]
        if self.settings.json:
            console.outcome_of(
                "mix",
                sum(row.read for row in self.rows.values()),
                self.totals.documents,
                _summed(steps, "dropped"),
                _summed(steps, "rejected"),
            )
        elif not self.settings.quiet:
            progress.show(self.rows)
            if self.engine.reused:
                console.say("mix", f"{self.engine.reused:,} pieces of work were done already by a run before this one")
            console.say(
                "mix",
                f"published {self.totals.documents:,} documents in {target}; "
                f"to check them: corpuskit verify {shlex.quote(str(target))}",
            )


def target_of(recipe: Recipe, settings: Settings) -> Path:
    """Where the corpus goes. Raises UsageError if nothing says it."""
    target = settings.output or recipe.output.dir
    if target is None:
        raise UsageError("no output: name one with -o, or as `output: {dir: …}` in the recipe")
    return target


def steps_of(recipe: Recipe, source: SourceSpec) -> list[Step]:
    """A source's steps from reading on, with the policy's gate behind it."""
    return [source.from_step, *gate(recipe), *source.steps]


def phase_name(label: str, steps: Sequence[Step]) -> str:
    """How a phase is shown: `web: fetch-warc, extract`."""
    return f"{label}: {', '.join(step.name() for step in steps)}"


def _by_step(found: Mapping[str, Sequence[str]], place: Path, names: Sequence[str], folder: Path) -> list[str]:
    """All verdicts as one file: step by step, those of a step in the order of the documents.

    A source's verdicts come before those of the stages behind it by as much as is read at a time, which depends on how
    its inputs were cut into tasks; step by step, the order does not. One step after the other, as a compressor holds
    megabytes.
    """
    import orjson

    assert set(names).issuperset(found), "a verdict of a step that is not in the chain"
    if not found:
        return []
    joined, part = folder / "verdicts.jsonl.zst", folder / "verdicts-of-step.jsonl.zst"
    with filesystem.open_write(joined) as stream:
        for name in dict.fromkeys(names):
            if name not in found:
                continue
            with closing(compressing_writer(filesystem.open_write(part), ".zst")) as of_step:
                for line in _verdicts(place / file for file in found[name]):
                    if orjson.loads(line)["step"] == name:
                        of_step.write(line + b"\n")
            with open(part, "rb") as verdicts:
                shutil.copyfileobj(verdicts, stream)
    return [str(joined)]


def _verdicts(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        source = Input(path.name, local_path=path)
        for block in whole_lines(source.blocks()):
            yield from block.rstrip(b"\n").split(b"\n")
        if source.damage:
            raise DamagedError(f"{path.name}, work of this or an earlier run, is damaged; remove it, and run it again")


def _summed(steps: Iterable[StepEntry], verdict: str) -> dict[str, int]:
    total: Counter[str] = Counter()
    for entry in steps:
        for each, reason, number in left_out(entry):
            if each == verdict:
                total[reason] += number
    return dict(sorted(total.items()))
