"""What a recipe would do, before it does it: its pipes, and the tasks of each phase."""

from pathlib import Path

from corpuskit.core.errors import UsageError
from corpuskit.core.publish.folder_output import STAGING, TASKS, WORK
from corpuskit.core.reading.inputs import Input
from corpuskit.core.settings import Settings
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.stream.flow import end_of_stages, runs_of
from corpuskit.core.tokens import WORDS, counter
from corpuskit.mix.engine.estimate import Need, need, need_text, supply
from corpuskit.mix.engine.read_tasks import readings
from corpuskit.mix.engine.run import phase_name, steps_of, target_of
from corpuskit.mix.engine.tasks import Placed, Task
from corpuskit.mix.recipe.cluster_profile import Profile
from corpuskit.mix.recipe.recipe import Recipe
from corpuskit.mix.recipe.shell_pipe import plan_pipe, tags_of, together_pipe

Inputs = dict[str, list[Input]]


def plan_text(recipe: Recipe, inputs: Inputs, settings: Settings) -> tuple[str, Need]:
    """The sources with their inputs and what they are likely to give, the pipe of each, and what all of it needs."""
    pipes = plan_pipe(recipe)
    count = counter(recipe.budget.tokenizer if recipe.budget else WORDS)
    lines, supplies = [], []
    for source in recipe.sources:
        found = inputs[source.name]
        likely = supply(recipe, source, steps_of(recipe, source)[1:], found, count)
        supplies.append(likely)
        lines.append(f"# {source.name}: {len(found):,} inputs, {stored_bytes(found):,} bytes")
        lines.append(
            f"# about {likely.read:,} documents; after its steps {likely.left:,} with {likely.tokens:,} tokens "
            f"(from {likely.sampled:,} documents)"
        )
        lines += [pipes[source.name], ""]
    if recipe.together:
        lines += ["# together", together_pipe(recipe), ""]
    if recipe.budget:
        tokenizer = Path(recipe.budget.tokenizer).name
        lines.append(f"# budget: {recipe.budget.tokens:,} tokens ({tokenizer}), seed {recipe.seed}")
    lines.append(f"# output: {', '.join(recipe.output.formats)}, order {recipe.output.order}")
    wanted = need(recipe, supplies, settings.workers())
    lines.append(f"# {need_text(wanted, settings.output or recipe.output.dir)}")
    return "\n".join(lines), wanted


def jobs_text(recipe: Recipe, inputs: Inputs, settings: Settings, executor: str, profile: Profile) -> str:
    """The phases in order, each with its tasks and how many of them an earlier run has done."""
    rows = [("phase", "tasks", "done", "reads")]
    for source in recipe.sources:
        steps = steps_of(recipe, source)
        end = end_of_stages(steps, 1)
        tags = tags_of(source)
        found = readings(source.name, inputs[source.name], steps[:end], tags)
        tasks = [task for reading in found for task in reading.tasks]
        size = f"{stored_bytes(inputs[source.name]):,} bytes"
        rows.append(
            (phase_name(source.name, steps[:end]), f"{len(tasks):,}", f"{_done(tasks, recipe, settings):,}", size)
        )
        rows += _phases(source.name, steps[end:])
    rows += _phases("together", recipe.together)
    if recipe.budget:
        rows.append(("mix: measure", "one a shard", "", "all shards"))
    rows.append(("mix: select", "one a shard", "", "all shards"))
    of_documents = f"one for {recipe.output.shard_documents:,} documents"
    rows.append(("mix: write", of_documents, "", "what was selected"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)).rstrip() for row in rows
    ]
    return "\n".join([f"# executor {_executor_text(executor, settings, profile)}", *lines])


def stored_bytes(found: list[Input]) -> int:
    """Bytes of the inputs that lie on this machine."""
    return sum(source.local_path.stat().st_size for source in found if source.local_path)


def _phases(label: str, steps: "tuple[Step, ...] | list[Step]") -> list[tuple[str, str, str, str]]:
    rows = []
    for run in runs_of(steps):
        tasks, step = "one a shard", run[0]
        if isinstance(step, CorpusStage):
            sharded = step.sharded()
            tasks = "one" if sharded is None else f"two a shard, {sharded.buckets + 1} between"
        rows.append((phase_name(label, run), tasks, "", "what the phase before left"))
    return rows


def _done(tasks: list[Task], recipe: Recipe, settings: Settings) -> int:
    try:
        folder = target_of(recipe, settings).absolute() / STAGING / WORK / TASKS
    except UsageError:
        return 0
    return sum(Placed.below(folder, task).result() is not None for task in tasks)


def _executor_text(executor: str, settings: Settings, profile: Profile) -> str:
    if executor == "ray":
        ray = profile.ray
        return f"ray at {ray.address or 'this machine'}, {ray.cpus} CPUs and {ray.memory_gb:g} GB a task"
    if executor == "slurm":
        slurm = profile.slurm
        return f"slurm, partition {slurm.partition}, {slurm.cpus} CPUs, {slurm.memory_gb} GB and {slurm.time} a task"
    return f"local, {settings.workers()} processes"
