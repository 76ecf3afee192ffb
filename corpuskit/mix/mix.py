"""The command that builds and publishes a corpus from a recipe."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, ClassVar, Literal

from corpuskit.core import console
from corpuskit.core.errors import CorpuskitError, UsageError, in_one
from corpuskit.core.option_values import misfit
from corpuskit.core.options import VERBATIM
from corpuskit.core.settings import Settings
from corpuskit.core.step import RUNTIME, Arguments, Command, argument_list
from corpuskit.core.wording import quantity

if TYPE_CHECKING:
    from corpuskit.core.publish.targets import Target
    from corpuskit.core.reading.inputs import Input
    from corpuskit.mix.engine.work_cache import WorkCache
    from corpuskit.mix.recipe.recipe import Recipe
    from corpuskit.mix.recipe.source_specs import SourceSpec


@dataclass(frozen=True)
class Mix(Command):
    """Build a corpus from a recipe: read, filter, deduplicate, mix to a budget, publish.

    Reads a YAML recipe, runs each source through its own steps in parallel and all sources through the steps under
    `together`, draws the sample that budget, weights, caps and floors require, and publishes a dataset folder that
    `corpuskit verify` can check. A recipe without a budget gives the same bytes as the equivalent shell pipe.

    A run that was killed or failed leaves its finished tasks in `DIR/.staging`, and one that publishes leaves them in a
    cache; the next run reuses those whose code, options and inputs are unchanged, and does nothing if all of them are.
    `corpuskit status DIR` shows the progress, `corpuskit cache` what is kept. With `--executor ray` or `slurm`, the
    tasks run on a cluster; recipe, inputs and DIR must then be reachable from all its machines.

    `--drops` and `--rejects` receive the decisions without the documents; `corpuskit explain` finds those by id.

    What was taken out of DIR by a takedown list stays out: a recipe whose `policy: {takedown: FILE}` does not name all
    of it is refused (exit code 6). So are, with `policy: {real_not_below: DIR}`, fewer unique real tokens of any class
    than the snapshot in DIR has, and documents made of synthetic ones, unless `policy: {gen_depth: 2}` allows them.

    A recipe may come through standard input (`-`). All of its mistakes are reported at once, each with its line.

        corpuskit mix recipe.yaml -o corpus
    """

    keeps_documents: ClassVar[bool] = True
    inputs: ClassVar[str] = "RECIPE"
    settings: ClassVar[tuple[str, ...]] = (
        "output",
        "drops",
        "rejects",
        "jobs",
        "max_rejects",
        "accept_damaged",
        "allow_empty",
        "allow_private",
        "quiet",
        "verbose",
        "json",
    )

    set: Annotated[
        tuple[str, ...],
        "Set a value of the recipe, as in `budget.tokens=5M`; may be given several times.",
        VERBATIM,
        RUNTIME,
    ] = ()
    check: Annotated[bool, "Check the recipe, without looking at its inputs, and stop."] = False
    plan: Annotated[bool, "Print each source's pipe and an estimate of what it would give and need, and stop."] = False
    dry_run: Annotated[bool, "Print the tasks to run and how many of them are already done, and stop."] = False
    log: Annotated[
        Path | None, "Write progress, notices, the table and errors of the run to the end of this file, too.", RUNTIME
    ] = None
    executor: Annotated[Literal["local", "ray", "slurm"], "Where tasks run."] = "local"
    cache: Annotated[Path | None, "Folder of finished work for later runs; see `corpuskit cache`.", RUNTIME] = None
    no_cache: Annotated[bool, "Neither use nor keep finished work of published runs."] = False
    cache_limit: Annotated[str, "Most that the cache may hold, such as 500MB or 20GB."] = "20GB"
    profile: Annotated[Path | None, "YAML file of cluster settings: partition, time, memory, address.", RUNTIME] = None

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Build the corpus and print what became of each source, or print the plan or the tasks."""
        console.show_details(self.name(), settings.verbose)
        with console.hushed(self.name(), settings.quiet):
            return self._execute(argument_list(arguments), settings)

    def _execute(self, arguments: list[str], settings: Settings) -> int:
        from corpuskit.core.publish.targets import Target, demand_distinct, demand_known_ending
        from corpuskit.core.publish.verdict_targets import demand_verdict_files
        from corpuskit.core.stream.step_inputs import demand_unwritten, unread_pipe
        from corpuskit.core.stream.workers import leave_if_imported_by_worker
        from corpuskit.mix.engine.real_floor import demand_snapshot
        from corpuskit.mix.engine.takedown_gate import demand_list_with_all_entries
        from corpuskit.mix.recipe.cluster_profile import read_profile
        from corpuskit.mix.recipe.recipe import load_recipe

        leave_if_imported_by_worker()
        if len(arguments) != 1:
            raise UsageError("name one recipe: `corpuskit mix recipe.yaml`, or `-` for standard input")
        recipe = load_recipe(Path(arguments[0]), overrides=self.set, name=arguments[0])
        profile = read_profile(self.profile)
        if self.check:
            console.write_stdout(_soundness(recipe, settings.json))
            return 0
        inputs = _inputs_of(recipe, settings)
        demand_unwritten(unread_pipe([each for listed in inputs.values() for each in listed], arguments))
        if self.plan:
            from corpuskit.mix.engine.estimate import demand_resources
            from corpuskit.mix.engine.preview import plan_report

            text, need = plan_report(recipe, inputs, settings)
            console.write_stdout(text)
            target = settings.output or recipe.output.dir
            if target is not None and self.executor == "local":
                demand_resources(need, target, settings.workers())
            return 0
        if self.dry_run:
            from corpuskit.mix.engine.preview import task_report

            cache = self._cache_to_look_at()
            console.write_stdout(task_report(recipe, inputs, settings, self.executor, profile, cache))
            return 0
        console.detail(f"runs {quantity(settings.workers(), 'task')} at a time, executor: {self.executor}")
        cache = None
        target = settings.output or recipe.output.dir
        if target is not None:
            demand_known_ending(target)
            _demand_folder_name(target)
            every_input = [input_ for source in inputs.values() for input_ in source]
            logs = [] if self.log is None else [Target("--log", self.log)]
            recipe_files = [Path(argument) for argument in arguments if argument != "-"]
            targets = [Target("the output", target), *_targets_of_verdicts(settings), *logs]
            demand_distinct(targets, every_input, recipe_files)
            demand_verdict_files(settings.drops, settings.rejects)
            demand_list_with_all_entries(recipe, target)
            if recipe.policy.real_not_below is not None:
                demand_snapshot(recipe.policy.real_not_below, target)
            if self.log is not None:
                console.keep_log(_open_log(self.log))
            cache = self._open_cache(target)
            if cache is not None and settings.drops is None and settings.rejects is None:
                from corpuskit.mix.engine.published_run import tell_unchanged

                if tell_unchanged(recipe, inputs, settings, target, cache):
                    return 0
        from corpuskit.mix.engine.run import run_recipe

        run_recipe(recipe, inputs, settings, self.executor, profile, cache)
        return 0

    def _cache_to_look_at(self) -> "WorkCache | None":
        """Return the cache that a run would use, if there is one. Nothing is written."""
        from corpuskit.mix.engine.work_cache import WorkCache, default_cache_folder

        folder = None if self.no_cache else self.cache or default_cache_folder()
        return WorkCache.to_look_at(folder) if folder is not None else None

    def _open_cache(self, target: Path) -> "WorkCache | None":
        """Return the cache, unless there is to be none. Raises UsageError."""
        from corpuskit.core.sizes import bytes_of
        from corpuskit.mix.engine.work_cache import WorkCache, default_cache_folder

        try:
            limit = bytes_of(self.cache_limit)
        except ValueError:
            raise misfit("cache-limit", "a size such as 500MB or 20GB", self.cache_limit) from None
        if self.no_cache:
            return None
        folder = self.cache or default_cache_folder()
        console.detail(f"finished work is kept in {str(folder)!r}")
        return WorkCache.open(folder, limit, target) if folder is not None else None


def _demand_folder_name(target: Path) -> None:
    """Raise UsageError for an output that is named like one file: a recipe's corpus is a folder."""
    from corpuskit.core.registry import format_of_file

    if str(target) == "-":
        raise UsageError("`mix` writes a folder, and nothing to standard output; name a folder with -o")
    if format_of_file(target.name) is not None and not target.is_dir():
        raise UsageError(f"`mix` writes a folder, and {str(target)!r} is named like a file; name a folder with -o")


def _targets_of_verdicts(settings: Settings) -> "list[Target]":
    from corpuskit.core.publish.targets import Target

    options = (("--drops", settings.drops), ("--rejects", settings.rejects))
    return [Target(name, path) for name, path in options if path is not None and str(path) != "-"]


def _open_log(path: Path) -> BinaryIO:
    """Open a log to add to. Raises UsageError for standard output, and PublishError if it cannot be written."""
    from corpuskit.core.disk import filesystem
    from corpuskit.core.disk.durable import publishing

    if str(path) == "-":
        raise UsageError("`--log` takes the name of a file; without it, all it would hold is on standard error")
    with publishing(path, "--log"):
        return filesystem.open_flags(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def _soundness(recipe: "Recipe", as_json: bool) -> str:
    """Return what `--check` prints of a recipe without mistakes."""
    if as_json:
        return console.answer_line("mix", {"recipe": recipe.name, "sources": len(recipe.sources)})
    budget = f", a budget of {recipe.budget.tokens:,} tokens" if recipe.budget else ""
    return f"{recipe.name}: sound; {quantity(len(recipe.sources), 'source')}{budget}. The inputs were not looked at"


def _inputs_of(recipe: "Recipe", settings: Settings) -> "dict[str, list[Input]]":
    """Return the inputs of each source. Raises one error for all inputs that are missing, with their lines."""
    inputs: dict[str, list[Input]] = {}
    errors: list[CorpuskitError] = []
    for source in recipe.sources:
        try:
            inputs[source.name] = _resolved_inputs(source, settings)
        except UsageError as error:
            errors += [error, *error.others]
    if errors:
        raise in_one(errors)
    return inputs


def _resolved_inputs(source: "SourceSpec", settings: Settings) -> "list[Input]":
    """Return the inputs that a source names. Raises UsageError with the line of each that is missing."""
    from corpuskit.core.stream.step_inputs import resolve_inputs
    from corpuskit.mix.engine.located_errors import errors_located, locations_of_inputs, source_location

    located = errors_located(source_location(source), [source.from_step], locations_of_inputs(source))
    with located, console.remarks_on(f"source `{source.name}`"):
        inputs = resolve_inputs(source.from_step, source.inputs, allow_private=settings.allow_private)
        if pipes := [input_.local_path for input_ in inputs if input_.is_stream]:
            error = UsageError(f"{str(pipes[0])!r} is a pipe or a device; a recipe reads files and URLs")
            error.argument = str(pipes[0])
            raise error
    if source.order_problem and source.from_step.gives_html([input_.name for input_ in inputs]):
        raise UsageError(source.order_problem)
    return inputs
