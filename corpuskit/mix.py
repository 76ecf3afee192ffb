"""The main job: a recipe becomes a published corpus."""

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from corpuskit.core import board, talk
from corpuskit.core.chain import follow
from corpuskit.core.errors import DamagedError, RefusedError, UsageError
from corpuskit.core.files.inputs import Input
from corpuskit.core.files.resolve import resolve
from corpuskit.core.settings import Settings, Tags
from corpuskit.core.step import Command, CorpusStage, Stage, Step


@dataclass(frozen=True)
class Mix(Command):
    """Build a corpus from a recipe: read, judge, deduplicate, mix to a budget, publish.

    Reads a YAML recipe, runs each source through its steps in parallel, all of them through the steps they take
    together, draws the sample that budget, weights, caps and floors ask for, and publishes a dataset folder that
    `corpuskit verify` can check. A recipe without a budget gives the same bytes as the equal shell pipe.

        corpuskit mix recipe.yaml -o corpus
    """

    inputs: ClassVar[str] = "RECIPE"
    settings: ClassVar[tuple[str, ...]] = (
        "output",
        "jobs",
        "max_rejects",
        "accept_damaged",
        "allow_empty",
        "quiet",
        "json",
    )

    plan: Annotated[bool, "Print what would be done, and the shell pipe each source stands for; do nothing."] = False
    executor: Annotated[Literal["local"], "Where tasks run."] = "local"

    def execute(self, arguments: list[str], settings: Settings) -> int:
        """Build, and say what became of each source."""
        from corpuskit.core.recipe import load

        if len(arguments) != 1:
            raise UsageError("name one recipe: `corpuskit mix recipe.yaml`")
        recipe = load(Path(arguments[0]))
        inputs = {source.name: _inputs(source) for source in recipe.sources}
        if self.plan:
            talk.print_out(_plan(recipe, inputs))
            return 0
        return Build(recipe, inputs, settings).run()


@dataclass
class Build:
    """One run of a recipe."""

    recipe: Any
    inputs: dict[str, list[Input]]
    settings: Settings
    rows: dict[str, board.Row] = field(default_factory=dict)

    def run(self) -> int:
        """Do everything; the exit code."""
        from corpuskit.core.files.publish import FolderOutput
        from corpuskit.core.files.totals import Totals
        from corpuskit.core.registry import find_format
        from corpuskit.core.tokens import BYTES, WORDS, counter

        target = self.settings.output or self.recipe.output.dir
        if target is None:
            raise UsageError("no output: name one with -o, or as `output: {dir: …}` in the recipe")
        tokenizer = self.recipe.budget.tokenizer if self.recipe.budget else WORDS
        self.count_tokens = counter(tokenizer)
        self.tokenizer = tokenizer
        self.totals = Totals(self.count_tokens, tokenizer if tokenizer in (WORDS, BYTES) else Path(tokenizer).name)
        forms = [find_format(name) for name in self.recipe.output.formats]
        self.rows = {source.name: board.Row() for source in self.recipe.sources}
        self.board = board.Board(self.settings.quiet or self.settings.json)
        output = FolderOutput(target, forms, self.totals, self.recipe.output.shard_documents)
        try:
            with self.board.running():
                self._build(output)
        finally:
            output.abandon()
        self._tell(target)
        return 0

    def _build(self, output: Any) -> None:
        from corpuskit.core.engine import Engine, Shards

        self.engine = Engine(output.run / "work", self.settings.workers())
        parts = [self._source(source) for source in self.recipe.sources]
        shards = Shards(
            [path for part in parts for path in part.paths],
            follow([part.chain for part in parts]),
            [path for part in parts for path in part.verdicts],
        )
        self._demand_whole(shards.chain.inputs)
        shards = self._steps("together", shards, self.recipe.together)
        self._publish(output, shards)

    def _source(self, source: Any) -> Any:
        from corpuskit.core.plan import gate, stated_license

        tags = Tags(source.name, source.origin, stated_license(source), source.license_evidence)
        steps: list[Step] = [source.from_step, *gate(self.recipe), *source.steps]
        end = _end_of_stages(steps, 1)
        inputs = self.inputs[source.name]
        self.board.start(source.name, len(self.engine.parts(inputs)))
        shards = self.engine.read_source(source.name, inputs, steps[:end], tags, self._done(source.name, source.name))
        self.rows[source.name].read = shards.chain.steps[0]["in"]["documents"]
        return self._steps(source.name, shards, steps[end:])

    def _steps(self, label: str, shards: Any, steps: Sequence[Step]) -> Any:
        """A stream through steps: runs of stages in parallel, corpus stages in order."""
        place = 0
        while place < len(steps):
            step = steps[place]
            if isinstance(step, CorpusStage):
                shown = f"{label}: {step.name()}"
                self.board.start(shown, 1)
                shards = self.engine.run_corpus_stage(label, shards, step, self._done(shown, None))
                place += 1
                continue
            end = _end_of_stages(steps, place)
            shown = f"{label}: {', '.join(stage.name() for stage in steps[place:end])}"
            self.board.start(shown, len(shards.paths))
            shards = self.engine.run_stages(label, shards, steps[place:end], self._done(shown, None))
            place = end
        return shards

    def _done(self, shown: str, source: str | None) -> Any:
        """What to note when a task is done; its drops belong to `source`, or to the sources its documents name."""

        def note(result: dict[str, Any]) -> None:
            self.board.advance(shown, result["counts"][-1]["out"]["documents"])
            for name, gone in result["gone"].items():
                self._note_gone(source or name, gone)

        return note

    def _note_gone(self, source: str, gone: dict[str, Any]) -> None:
        row = self.rows.setdefault(source, board.Row())
        row.dropped.update(gone["dropped"])
        row.rejected.update(gone["rejected"])

    def _publish(self, output: Any, shards: Any) -> None:
        from corpuskit.core.account import demand_balance
        from corpuskit.core.aside import Aside
        from corpuskit.core.blend import NAME, Blend
        from corpuskit.core.engine import Tally
        from corpuskit.core.tokens import token_version

        folder = output.run / "work" / "blend"
        folder.mkdir(parents=True)
        aside = Aside(decisions=folder / "all.verdicts.jsonl.zst")
        tally = Tally(aside.take)
        blend = Blend(self.recipe, folder, self.count_tokens, tally.take)
        self.board.start("mix", 1)
        for document in blend.documents(shards.documents):
            output.write(document)
        aside.close()
        demand_balance(NAME, blend.count)
        self._demand_few_rejects(shards.chain.steps)
        if not blend.count.sent.documents and not self.settings.allow_empty:
            raise RefusedError("no document is left, so nothing was published; `--allow-empty` publishes even that")
        for name, gone in tally.gone.items():
            self._note_gone(name, gone)
        shards.chain.append(NAME, blend.options(), "verified", blend.count.as_json())
        for name, version in token_version(self.tokenizer).items():
            shards.chain.record_version(name, version)
        shards.chain.decisions = _joined([*shards.verdicts, *sorted(folder.glob("*.verdicts.jsonl.zst"))], output.run)
        self.manifest = output.publish(shards.chain, {"command": "mix", "recipe": self.recipe.name})

    def _demand_whole(self, inputs: Iterable[dict[str, Any]]) -> None:
        damaged = [entry for entry in inputs if entry["damage"]]
        for entry in damaged[:5]:
            first = entry["damage"][0]
            talk.say("mix", f"{entry['path']}: {first['what']}, at byte {first['offset']}, {first['lost']} bytes lost")
        if damaged and not self.settings.accept_damaged:
            raise DamagedError(
                f"{len(damaged)} inputs are damaged, {damaged[0]['path']} first; nothing was published. "
                "`--accept-damaged` goes on and lists the damage in the manifest"
            )

    def _demand_few_rejects(self, steps: Iterable[dict[str, Any]]) -> None:
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
            row = self.rows.setdefault(name, board.Row())
            row.sampled, row.tokens, row.epochs = total.documents, total.tokens, float(total.epochs)
            row.share = total.tokens / self.totals.tokens if self.totals.tokens else 0.0
        steps = self.manifest["steps"]
        if self.settings.json:
            talk.outcome_of(
                "mix",
                sum(row.read for row in self.rows.values()),
                self.totals.documents,
                _summed(steps, "dropped"),
                _summed(steps, "rejected"),
            )
        elif not self.settings.quiet:
            board.show(self.rows)
            talk.say(
                "mix",
                f"published {self.totals.documents:,} documents in {target}; "
                f"to check them: corpuskit verify {shlex.quote(str(target))}",
            )


def _inputs(source: Any) -> list[Input]:
    from corpuskit.core.process import expand

    try:
        return expand(source.from_step, resolve(source.inputs, source.from_step.suffixes))
    except UsageError as error:
        raise UsageError(f"{source.place}: source `{source.name}`: {error}") from None


def _end_of_stages(steps: Sequence[Step], start: int) -> int:
    end = start
    while end < len(steps) and isinstance(steps[end], Stage):
        end += 1
    return end


def _joined(paths: Sequence[Path], folder: Path) -> list[str]:
    """All verdicts in the order of the steps, as one file of several frames."""
    if not paths:
        return []
    joined = folder / "verdicts.jsonl.zst"
    with open(joined, "wb") as stream:
        for path in paths:
            stream.write(path.read_bytes())
    return [str(joined)]


def _summed(steps: Iterable[dict[str, Any]], key: str) -> dict[str, int]:
    total: Counter[str] = Counter()
    for entry in steps:
        total.update(entry.get(key, {}))
    return dict(sorted(total.items()))


def _plan(recipe: Any, inputs: dict[str, list[Input]]) -> str:
    from corpuskit.core.plan import plan_pipe, together_pipe

    pipes = plan_pipe(recipe)
    lines = []
    for name, found in inputs.items():
        size = sum(source.local_path.stat().st_size for source in found if source.local_path)
        lines += [f"# {name}: {len(found):,} inputs, {size:,} bytes", pipes[name], ""]
    if recipe.together:
        lines += ["# together", together_pipe(recipe), ""]
    if recipe.budget:
        tokenizer = Path(recipe.budget.tokenizer).name
        lines.append(f"# budget: {recipe.budget.tokens:,} tokens ({tokenizer}), seed {recipe.seed}")
    lines.append(f"# output: {', '.join(recipe.output.formats)}, order {recipe.output.order}")
    return "\n".join(lines)
