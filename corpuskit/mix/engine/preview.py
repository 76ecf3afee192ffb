"""What a recipe would do, before it runs: its pipes, and the tasks of each phase."""

import sys
from collections.abc import Sequence
from pathlib import Path

from corpuskit.core import console
from corpuskit.core.errors import UsageError
from corpuskit.core.publish.recovery import STAGING, TASKS, WORK
from corpuskit.core.reading.inputs import Input
from corpuskit.core.settings import Settings
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.stream.flow import end_of_stages, runs_of
from corpuskit.core.terminal import table_lines, terminal_width
from corpuskit.core.tokens import counter
from corpuskit.core.wording import quantity
from corpuskit.mix.engine.estimate import ResourceNeed, SupplyEstimate, estimate_need, estimate_supply, stored_bytes
from corpuskit.mix.engine.phases import AUDIENCE, Inputs, phase_name, steps_of, target_folder, tokenizer_of
from corpuskit.mix.engine.quotas import allocate
from corpuskit.mix.engine.read_tasks import ReadPlan, read_plans
from corpuskit.mix.engine.tasks import StoredTask
from corpuskit.mix.engine.work_cache import WorkCache
from corpuskit.mix.recipe.cluster_profile import Profile
from corpuskit.mix.recipe.recipe import Recipe, steps_together, tags_of
from corpuskit.mix.recipe.shell_pipe import source_pipes, together_pipe, whole_pipe
from corpuskit.mix.recipe.source_specs import SourceSpec
from corpuskit.mix.solver.conflict import Infeasible


def plan_report(recipe: Recipe, inputs: Inputs, settings: Settings) -> tuple[str, ResourceNeed]:
    """Return the text of `--plan`, or its JSON object with `--json`, and the estimated need.

    The text shows each source's inputs, its likely yield and its pipe, what the whole recipe needs and, without a
    budget, the pipe that gives what the recipe gives.
    """
    pipes = source_pipes(recipe)
    count_tokens = counter(tokenizer_of(recipe))
    lines, supplies = [], []
    for source in recipe.sources:
        files = inputs[source.name]
        supply = estimate_supply(source, steps_of(recipe, source)[1:], files, count_tokens)
        supplies.append(supply)
        lines.append(f"# {source.name}: {quantity(len(files), 'input')}, {_local_bytes(files):,} bytes")
        lines.append(f"# {_supply_text(source, supply)}")
        lines += [pipes[source.name], ""]
    if recipe.together:
        lines += ["# together, on what all of the sources' pipes print", together_pipe(recipe), ""]
    if recipe.budget:
        tokenizer = Path(recipe.budget.tokenizer).name
        lines.append(f"# budget: {recipe.budget.tokens:,} tokens ({tokenizer}), seed {recipe.seed}")
    conflict = _budget_conflict(recipe, inputs, supplies)
    lines += [f"# by this estimate, {conflict}"] if conflict else []
    if any(AUDIENCE in pipe for pipe in (*pipes.values(), together_pipe(recipe))):
        lines.append(f"# {AUDIENCE} is in every recipe: nobody's documents go to others (`policy: {{audience: …}}`)")
    lines.append(f"# output: {', '.join(recipe.output.formats)}, order {recipe.output.order}")
    need = estimate_need(recipe, supplies, settings.workers())
    lines.append(f"# {need.text(settings.output or recipe.output.dir)}")
    pipe = whole_pipe(recipe, str(settings.output or recipe.output.dir or "DIR"))
    lines += ["", "# all of it as one pipe", pipe] if pipe else ["# no pipe draws a sample to a budget"]
    if not settings.json:
        return "\n".join(lines), need
    answer = {
        "sources": {
            source.name: {
                "pipe": pipes[source.name],
                "documents": supply.remaining if source.from_step.is_previewed else None,
                "tokens": supply.tokens if source.from_step.is_previewed else None,
            }
            for source, supply in zip(recipe.sources, supplies, strict=True)
        },
        "together": together_pipe(recipe),
        "pipe": pipe,
        "conflict": conflict or None,
        "memory": need.memory,
        "disk": need.disk,
    }
    return console.answer_line("mix", answer), need


def _budget_conflict(recipe: Recipe, inputs: Inputs, supplies: Sequence[SupplyEstimate]) -> str:
    """Return why the budget cannot be met with what the sources are likely to give; empty if it can, or none knows."""
    files = [file for listed in inputs.values() for file in listed]
    is_known = all(supply.sampled for supply in supplies) and all(file.local_path is not None for file in files)
    if recipe.budget is None or not is_known:
        return ""
    sources = zip(recipe.sources, supplies, strict=True)
    try:
        allocate(recipe, {source.name: supply.tokens for source, supply in sources})
    except Infeasible as conflict:
        return str(conflict)
    return ""


def task_report(
    recipe: Recipe,
    inputs: Inputs,
    settings: Settings,
    executor: str,
    profile: Profile,
    cache: WorkCache | None = None,
) -> str:
    """Return the text or JSON of `--dry-run`: the phases in order, their tasks, and how many of these are done.

    A task is done if an interrupted run has left its work in the output folder, or a published one in the cache.
    """
    rows = [("phase", "tasks", "done", "reads")]
    for source in recipe.sources:
        steps = steps_of(recipe, source)
        end = end_of_stages(steps, 1)
        plans = read_plans(source.name, inputs[source.name], steps[:end], tags_of(source))
        tasks = sum(len(plan.tasks) for plan in plans)
        done = _count_done(plans, recipe, settings, cache)
        size = f"{_local_bytes(inputs[source.name]):,} bytes"
        rows.append((phase_name(source.name, steps[:end]), f"{tasks:,}", f"{done:,}", size))
        rows += _later_phases(source.name, steps[end:])
    rows += _later_phases("together", steps_together(recipe))
    if recipe.budget:
        rows.append(("mix: measure", "one per shard", "", "all shards"))
    rows.append(("mix: select", "one per shard", "", "all shards"))
    if recipe.policy.real_not_below is not None:
        rows.append(("mix: real tokens before", "one per shard", "", "the snapshot"))
    rows.append(("mix: ids", "one", "", "what was selected from"))
    of_documents = f"one for {recipe.output.shard_documents:,} documents"
    rows.append(("mix: write", of_documents, "", "what was selected"))
    rows.append(("mix: verdicts", "one", "", "what all steps left out"))
    heading = f"# executor {_executor_text(executor, settings, profile)}"
    if settings.json:
        names, *phases = rows
        by_name = [dict(zip(names, phase, strict=True)) for phase in phases]
        return console.answer_line("mix", {"executor": heading.removeprefix("# executor "), "phases": by_name})
    return "\n".join([heading, *table_lines(rows, right_aligned=False, width=terminal_width(sys.stdout))])


def _supply_text(source: SourceSpec, supply: SupplyEstimate) -> str:
    """Return what a source is likely to give."""
    if not source.from_step.is_previewed:
        return f"not asked: {source.from_step.name()} may be charged for; what it gives is not in the sums below"
    return (
        f"about {quantity(supply.read, 'document')}; after its steps {supply.remaining:,} with "
        f"{quantity(supply.tokens, 'token')} (estimated from {quantity(supply.sampled, 'document')} at the start of "
        f"{quantity(supply.sampled_inputs, 'input')})"
    )


def _local_bytes(files: Sequence[Input]) -> int:
    """Return the number of bytes of the inputs on this machine."""
    return sum(map(stored_bytes, files))


def _later_phases(label: str, steps: Sequence[Step]) -> list[tuple[str, str, str, str]]:
    """Return the rows of phases that read shards, whose number is not known yet."""
    rows = []
    for run in runs_of(steps):
        tasks, step = "one per shard", run[0]
        if isinstance(step, CorpusStage):
            sharded = step.sharded()
            tasks = "one" if sharded is None else f"two per shard, {sharded.buckets + 1} between"
        rows.append((phase_name(label, run), tasks, "", "what the previous phase left"))
    return rows


def _count_done(plans: Sequence[ReadPlan], recipe: Recipe, settings: Settings, cache: WorkCache | None) -> int:
    try:
        folder = target_folder(recipe, settings).absolute() / STAGING / WORK / TASKS
    except UsageError:
        return 0
    tasks = [StoredTask.in_folder(folder, task) for plan in plans for task in plan.tasks]
    return sum(task.reusable_result() is not None or (cache is not None and cache.holds(task)) for task in tasks)


def _executor_text(executor: str, settings: Settings, profile: Profile) -> str:
    if executor == "ray":
        ray = profile.ray
        return f"ray at {ray.address or 'this machine'}, {ray.cpus} CPUs and {ray.memory_gb:g} GB per task"
    if executor == "slurm":
        slurm = profile.slurm
        return f"slurm, partition {slurm.partition}, {slurm.cpus} CPUs, {slurm.memory_gb} GB and {slurm.time} per task"
    return f"local, {settings.workers()} processes"
