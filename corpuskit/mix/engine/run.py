"""One run of a recipe: its phases in order, from the sources to the published folder."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.core import console
from corpuskit.core.disk.durable import finishing
from corpuskit.core.errors import CorpuskitError, RefusedError, UsageError, refusal_of_system
from corpuskit.core.provenance.balance import VerdictKey, decision_problems, step_problems
from corpuskit.core.provenance.chain import DecisionFile
from corpuskit.core.provenance.entries import InputEntry, Manifest, QuotaEntry, StepEntry
from corpuskit.core.publish.folder_output import FolderOutput
from corpuskit.core.publish.recovery import STAGING
from corpuskit.core.publish.run_ending import forget_ending, write_ending
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.publish.takedown_gate import demand_additions_are_cleared
from corpuskit.core.reading.input_facts import input_facts
from corpuskit.core.registry import build_formats, step_facts
from corpuskit.core.settings import Settings
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.step_notices import absent_fields_notice
from corpuskit.core.stream.flow import end_of_stages, runs_of
from corpuskit.core.stream.limits import EmptyResultError, demand_few_rejects, demand_whole_inputs
from corpuskit.core.stream.step_inputs import demand_unwritten, unread_pipe
from corpuskit.core.tokens import TOKENIZERS, counter, token_version
from corpuskit.core.wording import quantity, remark_lines
from corpuskit.mix.engine.engine import Engine, Notify
from corpuskit.mix.engine.executors import Executor, LocalExecutor, RayExecutor, SlurmExecutor
from corpuskit.mix.engine.final_phases import FinalPhases, unsound_error
from corpuskit.mix.engine.left_out import (
    LeftOutFiles,
    UnreadableSourceError,
    account_of_failure,
    count_so_far,
    demand_readable_source,
    demand_result,
    sum_left_out,
)
from corpuskit.mix.engine.located_errors import source_location
from corpuskit.mix.engine.phases import Inputs, corpus_stages, phase_name, steps_of, target_folder, tokenizer_of
from corpuskit.mix.engine.progress import MixProgress
from corpuskit.mix.engine.published_run import (
    OutcomeNote,
    can_be_noted,
    note_name,
    print_outcome,
    published_facts,
    run_key,
    run_note,
    statuses_of,
)
from corpuskit.mix.engine.read_tasks import read_plans
from corpuskit.mix.engine.real_floor import RealFloor
from corpuskit.mix.engine.shards import ShardedStream, joined_streams
from corpuskit.mix.engine.slurm_jobs import SlurmJobs
from corpuskit.mix.engine.summary import (
    SourceSummary,
    empty_notices,
    log_summary,
    print_summary,
    published_message,
    shortfall_notices,
)
from corpuskit.mix.engine.task_results import DocumentsResult
from corpuskit.mix.engine.verdict_files import JoinVerdicts
from corpuskit.mix.engine.work_cache import WorkCache
from corpuskit.mix.recipe.cluster_profile import Profile
from corpuskit.mix.recipe.recipe import Recipe, steps_together, tags_of
from corpuskit.mix.recipe.source_specs import SourceSpec

MOST_REMARKS = 100
"""Remarks on inputs that are told one by one."""


def run_recipe(
    recipe: Recipe,
    inputs: Inputs,
    settings: Settings,
    executor: str,
    profile: Profile,
    cache: WorkCache | None = None,
) -> None:
    """Build the corpus of a recipe, publish it, and say what became of each source.

    A run that fails keeps its finished tasks for the next one, and a run that publishes puts them into the cache.
    """
    target = target_folder(recipe, settings)
    key = run_key(recipe, inputs, settings) if cache is not None and can_be_noted(recipe, inputs) else ""
    statuses = statuses_of(inputs) if key else []
    tokenizer = tokenizer_of(recipe)
    name = tokenizer if tokenizer in TOKENIZERS else Path(tokenizer).name
    totals = Totals(counter(tokenizer), name)
    progress = MixProgress(settings.quiet or settings.json)
    console.detail(f"works in {str(target / STAGING)!r}")
    formats = build_formats(recipe.output.formats, recipe.output.tokens)
    left_out = LeftOutFiles(settings)
    keeps_work = True
    engine: Engine | None = None
    output = FolderOutput(
        target, formats, totals, recipe.output.shard_documents, recipe.card, report=recipe.output.report
    )
    try:
        forget_ending(output.work)
        with progress.running(), closing(_executor(executor, profile, settings, output.work)) as runner:
            engine = Engine(output.work, runner, cache, progress=progress)
            run = MixRun(recipe, inputs, settings, output, engine, progress, left_out)
            manifest = run.publish()
    except KeyboardInterrupt:
        if not settings.quiet:
            kept_tasks = f"; the finished tasks stay in {str(target)!r}" if output.has_work() else ""
            console.notice("mix", f"interrupted; run it again to go on{kept_tasks}")
        raise
    except (EmptyResultError, UnreadableSourceError):
        # Nothing is left to go on with: the next run needs another recipe.
        keeps_work = False
        raise
    except CorpuskitError as error:
        with suppress(OSError, CorpuskitError):
            if engine is not None and isinstance(error, (RefusedError, UsageError)):
                # Whoever publishes here next may remove what this run has done.
                engine.keep_finished_work()
            write_ending(output.work, error)
        raise
    except OSError as error:
        refusal = refusal_of_system(error, target)
        if refusal is None:
            raise
        raise refusal from None
    finally:
        output.abandon(keep_work=keeps_work)
        left_out.close()
        for step in corpus_stages(recipe):
            step.close()
    with finishing(target):
        run.tell(manifest)
        if cache is not None:
            if key:
                note = run_note(key, statuses, run.input_entries, target, manifest, run.outcome(manifest))
                if note is not None:
                    cache.note_run(note_name(target), note)
            for notice in cache.notices():
                run.notice(notice)
        if settings.json:
            run.tell_as_json(manifest)  # the last line, for programs


def _executor(name: str, profile: Profile, settings: Settings, work: Path) -> Executor:
    """Return what runs the tasks, after ending jobs that an earlier run left to Slurm: they write the same files."""
    SlurmJobs(work).cancel_earlier()
    if name == "ray":
        return RayExecutor(profile.ray, settings.jobs)
    if name == "slurm":
        return SlurmExecutor(profile.slurm, settings.jobs, work)
    return LocalExecutor(settings.workers())


@dataclass
class MixRun:
    """One run of a recipe: what its phases share."""

    recipe: Recipe
    inputs: Inputs
    settings: Settings
    output: FolderOutput
    engine: Engine
    progress: MixProgress
    left_out: LeftOutFiles
    summaries: dict[str, SourceSummary] = field(init=False)
    """By source; here the phases add up what they read and leave out."""
    input_entries: list[InputEntry] = field(default_factory=list)
    """What was read, in the order of the recipe."""
    located: dict[str, str] = field(default_factory=dict)
    """How messages name the source of an input, by the input's path."""
    quotas: dict[str, QuotaEntry] = field(default_factory=dict)
    """By source, if there is a budget."""
    made: int = 0
    """Documents that steps added."""
    started: float = field(default_factory=time.monotonic)
    real_floor: RealFloor | None = field(init=False)
    """What holds the real tokens against an earlier snapshot, if the policy asks for it."""

    def __post_init__(self) -> None:
        """Begin an empty summary for each source. Raises UsageError if the policy's snapshot is not there."""
        self.summaries = {source.name: SourceSummary() for source in self.recipe.sources}
        snapshot = self.recipe.policy.real_not_below
        self.real_floor = RealFloor(snapshot, self.output.target, tokenizer_of(self.recipe)) if snapshot else None

    def publish(self) -> Manifest:
        """Run all phases and publish what comes out; return the manifest. An error says how far they had got."""
        try:
            return self._run_phases()
        except CorpuskitError as error:
            if error.count is None:
                error.count = count_so_far(self.summaries, self.made)
            error.account = account_of_failure(self.summaries, error.count)
            raise

    def _run_phases(self) -> Manifest:
        streams = [self._run_source(source) for source in self.recipe.sources]
        stream = joined_streams(streams)
        self._tell_remarks()
        self._demand_whole_inputs(stream.chain.inputs)
        stream = self._run_steps("together", stream, steps_together(self.recipe))
        self._tell_absent_fields()
        final_phases = FinalPhases(
            self.recipe, self.output, self.engine, self.progress, self._note_result, self.notice, self.real_floor
        )
        final_phases.run(stream)
        self.quotas = final_phases.quotas
        return self._publish(stream)

    def _tell_remarks(self) -> None:
        remarks = remark_lines(self.engine.remarks.items())
        for remark in remarks[:MOST_REMARKS]:
            self.notice(remark)
        if len(remarks) > MOST_REMARKS:
            self.notice(f"{quantity(len(remarks) - MOST_REMARKS, 'more remark')} of this kind")

    def notice(self, message: str) -> None:
        """Print a line on standard error, unless the user wants none."""
        if not self.settings.quiet:
            console.notice("mix", message)
        else:
            console.log(f"corpuskit mix: {message}")

    def _tell_absent_fields(self) -> None:
        """Name fields that no document has. Raises RefusedError if the policy asks to scrub them."""
        for notice in self.engine.notices:
            self.notice(notice)
        for phase, step, fields in self.engine.absent_fields:
            notice = f"{phase}: {absent_fields_notice(fields)}"
            if step == "scrub-pii" and self.recipe.policy.pii_required:
                raise RefusedError(f"`pii: required`, but {notice}; correct the `fields` of {step}")
            self.notice(notice)

    def tell(self, manifest: Manifest) -> None:
        """Print the summary of a published run, unless the line of `--json` says it."""
        totals = self.output.totals
        summaries = self._complete_summaries(totals)
        self._tell_shortfall()
        for remark in self.output.remarks():
            self.notice(remark)
        published = published_message(totals, self.output.target, self.recipe.budget)
        if self.settings.quiet or self.settings.json:
            log_summary(summaries, totals.tokenizer, manifest["steps"])
            console.log(f"corpuskit mix: {published}")
        else:
            print_summary(summaries, totals.tokenizer, manifest["steps"])
            if self.engine.reused:
                verb = "was" if self.engine.reused == 1 else "were"
                console.notice("mix", f"{quantity(self.engine.reused, 'task')} {verb} already done by an earlier run")
            console.notice("mix", published)

    def tell_as_json(self, manifest: Manifest) -> None:
        """Print the line of `--json` of a published run."""
        print_outcome(self.outcome(manifest), self.output.target, time.monotonic() - self.started)

    def _tell_shortfall(self) -> None:
        shortfalls = shortfall_notices(self.summaries, self.recipe.budget.tokens) if self.recipe.budget else ()
        for notice in (*empty_notices(self.summaries), *shortfalls):
            self.notice(notice)

    def outcome(self, manifest: Manifest) -> OutcomeNote:
        """Return what went in, came out and was left out."""
        self._complete_summaries(self.output.totals)
        return {
            "read": sum(summary.read for summary in self.summaries.values()),
            "made": sum(step.get("made", 0) for step in manifest["steps"]),
            "documents": self.output.totals.documents,
            "dropped": sum_left_out(manifest["steps"], "dropped"),
            "rejected": sum_left_out(manifest["steps"], "rejected"),
            **published_facts(manifest),
            "sources": {name: summary.as_json() for name, summary in self.summaries.items()},
        }

    def _run_source(self, source: SourceSpec) -> ShardedStream:
        """Read a source and pass it through its own steps."""
        steps = steps_of(self.recipe, source)
        end = end_of_stages(steps, 1)
        location = source_location(source)
        plans = read_plans(source.name, self.inputs[source.name], steps[:end], tags_of(source), location)
        phase = phase_name(source.name, steps[:end])
        self._tell_source(source.name, steps[:end])
        self.progress.start(phase, sum(len(plan.range_tasks) or 1 for plan in plans))
        stream = self.engine.read_source(phase, plans, steps[:end], self._note_result(phase, source.name))
        self.input_entries += stream.chain.inputs
        self.located.update((entry["path"], location) for entry in stream.chain.inputs)
        demand_readable_source(source, stream.chain.steps[0], self.settings)
        return self._run_steps(source.name, stream, steps[end:])

    def _tell_source(self, name: str, steps: Sequence[Step]) -> None:
        """Say with `--verbose` what a source reads, and how."""
        self._tell_steps(name, steps)
        for input_ in self.inputs[name] if self.settings.verbose else ():
            console.detail(f"{name}: reads {input_facts(input_)}")

    def _tell_steps(self, label: str, steps: Sequence[Step]) -> None:
        for step in steps if self.settings.verbose else ():
            console.detail(f"{label}: {step.name()}: {step_facts(step)}")

    def _run_steps(self, label: str, stream: ShardedStream, steps: Sequence[Step]) -> ShardedStream:
        """Pass a stream through steps: runs of stages shard by shard, corpus stages in order."""
        for run in runs_of(steps):
            phase = phase_name(label, run)
            self._tell_steps(label, run)
            self.progress.start(phase, len(stream.shards))
            notify = self._note_result(phase)
            if isinstance(run[0], CorpusStage):
                stream = self.engine.run_corpus_stage(phase, stream, run[0], notify)
            else:
                stream = self.engine.run_stages(phase, stream, run, notify)
        return stream

    def _publish(self, stream: ShardedStream) -> Manifest:
        chain = stream.chain
        self._demand_few_rejects(chain.steps)
        for name, version in token_version(tokenizer_of(self.recipe)).items():
            chain.record_version(name, version)
        chain.decisions, decisions_of = self._join_verdicts(stream)
        self._demand_balance(chain.steps, decisions_of)
        self.left_out.write(Path(file["path"]) for file in chain.decisions)
        demand_result(self.settings, self.output.totals, self._complete_summaries(self.output.totals), chain.steps)
        self.engine.keep_finished_work()
        for step in corpus_stages(self.recipe):
            demand_additions_are_cleared(step, chain.steps)
        # Whoever writes to a pipe that nothing reads may have begun later than this run.
        demand_unwritten(unread_pipe([input_ for named in self.inputs.values() for input_ in named], []))
        manifest = self.output.publish(chain, self.quotas)
        with finishing(self.output.target):
            for step in corpus_stages(self.recipe):
                step.commit()
        return manifest

    def _join_verdicts(self, stream: ShardedStream) -> tuple[list[DecisionFile], Mapping[VerdictKey, int]]:
        """Return the file of all verdicts, none if there are no verdicts, and how many there are of each."""
        if not stream.verdict_files:
            return [], {}
        phase = "mix: verdicts"
        self.progress.start(phase, 1)
        steps = tuple(entry["id"] for entry in stream.chain.steps)
        ((task_path, result),) = self.engine.execute(phase, [JoinVerdicts(tuple(stream.verdict_files), steps)])
        self.progress.advance(phase, 0)
        decisions_of: dict[VerdictKey, int] = {}
        for step_id, verdict, reason, count in result["decisions"]:
            decisions_of[str(step_id), str(verdict), str(reason)] = int(count)
        return [{"path": str(task_path.with_name(result["files"][0]["name"])), "ids": {}}], decisions_of

    def _note_result(self, phase: str, source: str | None = None) -> Notify:
        """Return the function that notes a task's result: progress, and what was left out of each source.

        They count for `source` or, without one, for the sources that the documents name.
        """

        def note(result: DocumentsResult) -> None:
            self.progress.advance(phase, result["counts"][-1]["out"]["documents"])
            self.made += sum(count["made"] for count in result["counts"])
            if source is not None:
                self.summaries[source].read += result["counts"][0]["in"]["documents"]
            for name, verdicts in result["left_out"].items():
                summary = self.summaries.setdefault(source or name, SourceSummary())
                summary.dropped.update(verdicts["dropped"])
                summary.rejected.update(verdicts["rejected"])

        return note

    def _complete_summaries(self, totals: Totals) -> dict[str, SourceSummary]:
        """Return the summaries with what was published of each source."""
        for name, total in totals.sources.items():
            summary = self.summaries.setdefault(name, SourceSummary())
            summary.sampled, summary.tokens, summary.epochs = total.documents, total.tokens, float(total.epochs)
            summary.share = total.tokens / totals.tokens if totals.tokens else 0.0
        for name, quota in self.quotas.items():
            self.summaries[name].quota, self.summaries[name].bound_by = quota["tokens"], quota["bound_by"]
        return self.summaries

    def _demand_whole_inputs(self, inputs: Iterable[InputEntry]) -> None:
        for entry in (damaged := [entry for entry in inputs if entry["damage"]])[:5]:
            first = entry["damage"][0]
            extent = f"{first['what']}, at byte {first['offset']}, {quantity(first['lost'], 'byte')} lost"
            self.notice(f"{self._located(entry)}: {extent}")
        names = [self._located(entry) for entry in damaged]
        demand_whole_inputs(self.settings, names, quantity(len(damaged), "input"), "nothing was published")

    def _located(self, entry: InputEntry) -> str:
        """Return the name of an input after the line and the name of the source that reads it."""
        return f"{self.located[entry['path']]}: {entry['path']}"

    def _demand_balance(self, steps: Sequence[StepEntry], decisions_of: Mapping[VerdictKey, int]) -> None:
        """Raise DamagedError for what `verify` would find: steps or decisions that do not add up."""
        for problem in (*step_problems(steps), *decision_problems(steps, decisions_of)):
            raise unsound_error(self.output.target, problem)

    def _demand_few_rejects(self, steps: Iterable[StepEntry]) -> None:
        for entry in steps:
            rejected, documents = sum(entry.get("rejected", {}).values()), entry.get("in", {}).get("documents", 0)
            subject = f"{entry['id']} rejected {rejected:,} of {documents:,} records"
            demand_few_rejects(self.settings, rejected, documents, subject, "`--rejects FILE` shows them")
