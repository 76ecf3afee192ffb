"""One process of a pipe: reads its inputs, runs its step, writes its output, and answers for all three.

The order at the end matters: the stream is written, the writers before us are checked, a dataset is published, and what
a corpus stage keeps is committed. Only then does our own entry in the ledger say `complete`, and standard output is
closed after that, as the process ends. Whoever reads our pipe so learns of a failure in any of these. Nobody reads the
ledger of a process that publishes: if it dies before its entry says `complete`, the dataset stands, whole.
"""

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.core import console
from corpuskit.core.counts import StepCount, StreamCount
from corpuskit.core.disk.durable import finishing
from corpuskit.core.errors import CorpuskitError, PublishError, UpstreamError, UsageError
from corpuskit.core.provenance.chain import Chain, join
from corpuskit.core.provenance.ledger import (
    Ledger,
    Upstream,
    chain_before_cut,
    check_upstream,
    state_folder,
)
from corpuskit.core.provenance.manifest import chain_of, read_manifest
from corpuskit.core.provenance.pipe import Pipe, kept_in, pipe_of
from corpuskit.core.provenance.verdicts import VerdictLog
from corpuskit.core.publish.takedown_gate import demand_additions_are_cleared
from corpuskit.core.publish.targets import demand_distinct, demand_known_ending
from corpuskit.core.publish.verdict_targets import demand_verdict_files
from corpuskit.core.reading.inputs import CUT_LINE, Input
from corpuskit.core.registry import describe, step_facts
from corpuskit.core.settings import Settings, Tags
from corpuskit.core.step import Command, CorpusStage, Document, Report, Source, Step, demand_steps
from corpuskit.core.step_notices import absent_fields_notice, notices_on
from corpuskit.core.stream.first_reject import FirstReject, cause_of, demand_readable_records
from corpuskit.core.stream.flow import Flow
from corpuskit.core.stream.limits import demand_documents, demand_few_rejects, demand_whole_inputs
from corpuskit.core.stream.output import Output, StreamOutput, open_output, targets
from corpuskit.core.stream.step_inputs import demand_unwritten, other_files_read, resolve_inputs, unread_pipe
from corpuskit.core.wording import quantity, remark_lines


@dataclass
class StepRun:
    """One run of one step."""

    step: Step
    arguments: Sequence[str | Path] | str | Path
    settings: Settings = field(default_factory=Settings)
    tags: Tags = field(default_factory=Tags)

    def __post_init__(self) -> None:
        """Raise UsageError for what is no step of a pipe."""
        demand_steps("StepRun", [self.step])
        for value, expected in ((self.settings, Settings), (self.tags, Tags)):
            if not isinstance(value, expected):
                raise UsageError(f"StepRun takes {expected.__name__}(), not {type(value).__name__}")
        if isinstance(self.step, Command):
            raise UsageError(f"StepRun runs steps of pipes; call `execute` of {type(self.step).__name__} itself")

    def run(self) -> int:
        """Run to the end; return the exit code. Raises CorpuskitError, BrokenPipeError or KeyboardInterrupt."""
        console.show_details(self.step.name(), self.settings.verbose)
        with console.hushed(self.step.name(), self.settings.quiet):
            return self._run()

    def _run(self) -> int:
        if self.settings.output is not None:
            demand_known_ending(self.settings.output)
        arguments = [self.arguments] if isinstance(self.arguments, (str, Path)) else self.arguments
        inputs = resolve_inputs(self.step, arguments, allow_private=self.settings.allow_private)
        pipes = {input_.name: pipe_of(input_.pipe_status()) for input_ in inputs if input_.is_stream}
        demand_distinct(list(targets(self.step, self.settings)), inputs, other_files_read(self.step, arguments))
        unread = unread_pipe(inputs, [*arguments, *(getattr(self.step, each.name) for each in self.step.option_list())])
        demand_unwritten(unread)
        output = None if isinstance(self.step, Report) else open_output(self.step, self.settings)
        try:
            open_run = prepare_run(self.step, self.settings, self.tags, inputs, pipes, output)
            open_run.unread = unread
            open_run.run()
            return 0
        finally:
            if output:
                output.abandon()
            if isinstance(self.step, CorpusStage):
                self.step.close()


def _counting(documents: Iterator[Document], count: StepCount) -> Iterator[Document]:
    """Yield the documents, and count them as received."""
    for document in documents:
        count.received.documents += 1
        yield document


@dataclass(eq=False, repr=False)
class OpenRun:
    """A run with all that it reads and writes opened."""

    step: Step
    settings: Settings
    inputs: list[Input]
    pipes: dict[str, Pipe | None]
    """The pipes that inputs come through, by the inputs' names; None for a stream that is no pipe."""
    output: Output | None
    """None for a report, which answers instead."""
    ledger: Ledger
    verdict_log: VerdictLog
    first_reject: FirstReject
    flow: Flow
    upstream: str | None = None
    """What is known of the documents that were read, once they are: verified, unverified, cut or none."""
    unread: Pipe | None = None
    """The pipe that standard input is, if it is not read."""
    started: float = field(default_factory=time.monotonic)

    def run(self) -> None:
        """Pass all documents through, publish, and tell the user."""
        try:
            self._announce()
            answer = None
            if isinstance(self.step, Report):
                answer = self._report(self.step)
            else:
                self._pass_documents()
            self._finish()
        except BaseException as error:
            self.ledger.fail()
            if isinstance(error, CorpuskitError) and self.flow.counts:
                error.count = self.flow.counts[-1]
            raise
        finally:
            with contextlib.suppress(OSError):
                self.verdict_log.close()
        with self._after_publication():
            self._tell(answer)

    def _after_publication(self) -> contextlib.AbstractContextManager[None]:
        """Return what reports failures from the moment on at which a dataset is in place; nothing for streams."""
        if self.output is None or isinstance(self.output, StreamOutput):
            return contextlib.nullcontext()
        assert self.settings.output is not None
        return finishing(self.settings.output)

    def _announce(self) -> None:
        if self.settings.verbose:
            console.detail(step_facts(self.step))
            console.detail(f"records of this pipe lie in {str(state_folder())!r}")
        chain = Chain()
        chain.add(describe(self.step), "none", None)
        if isinstance(self.step, CorpusStage) and not any(input_.is_stream or input_.dataset for input_ in self.inputs):
            demand_additions_are_cleared(self.step, chain.steps)  # Nothing more will be known of plain files.
        self.ledger.announce(chain)

    def _report(self, report: Report) -> dict[str, Any]:
        answered = StepCount()
        answer = report.report(_counting(self.flow.documents(self.inputs), answered))
        unread = self.flow.reading
        answered.merge(unread)
        self._demand_few_rejects(answered)
        if unread.rejected:
            left_out = console.counted(unread.rejected, "rejected")
            self._notice(f"not in the answer: {left_out}{self._rejects_hint(answered)}")
        return answer

    def _pass_documents(self) -> None:
        name, quiet = self.step.name(), self.settings.quiet
        if isinstance(self.output, StreamOutput):
            for line in console.with_progress(self.flow.lines(self.inputs), name, quiet):
                self.output.write_line(line)
            return
        assert self.output is not None
        for document in console.with_progress(self.flow.documents(self.inputs), name, quiet):
            self.output.write(document)

    def _finish(self) -> None:
        """Check what was read, publish, and say in the ledger that all is done."""
        demand_unwritten(self.unread)  # whoever writes to it may have begun later than this
        if isinstance(self.output, StreamOutput):
            self.output.flush()
        self.verdict_log.close()
        chain, upstream = self._upstream()
        self._tell_remarks()
        self._demand_whole_inputs()
        for count in self.flow.counts:
            self._demand_few_rejects(count)
        if order := self.step.order_notice(chain.steps):
            self._notice(order)
        ids = {}
        if self.flow.counts:
            self.upstream = self._proven(upstream, chain)
            step_id = chain.add(describe(self.step), self.upstream, self.flow.counts[-1])
            ids = {self.step.name(): step_id}
        if isinstance(self.step, CorpusStage):
            demand_additions_are_cleared(self.step, chain.steps)
        decisions = self.verdict_log.decisions
        if decisions is not None and decisions.exists():
            chain.decisions.append({"path": str(decisions), "ids": ids})
        if not isinstance(self.output, StreamOutput) and self.output is not None:
            count = self.flow.counts[-1]
            hint = self._rejects_hint(count)
            demand_documents(self.settings, count.sent.documents, console.account(count), hint)
            self.output.publish(chain)
        with self._after_publication():
            if isinstance(self.step, CorpusStage):
                self.step.commit()
            if self.flow.counts:
                self.ledger.complete(self.flow.counts[-1].sent, chain)

    def _upstream(self) -> tuple[Chain, str]:
        """Return the chain that leads to all inputs, and the word for it: verified, unverified, cut or none."""
        verdicts = [self._verdict_on(input_) for input_ in self.inputs if input_.is_stream]
        for verdict in verdicts:
            if verdict.notice and self.settings.strict_input:
                raise UpstreamError(f"{verdict.notice}. Nothing was published")
            if verdict.notice:
                self._notice(verdict.notice)
        chain = join([verdict.chain for verdict in verdicts] + list(self._chains_of_datasets()))
        if self.flow.cut:
            chain.cut()
        listed = [input_.manifest_entry() for input_ in self.inputs if not self._vouched(input_, verdicts)]
        chain.inputs += [entry for entry in listed if entry not in chain.inputs]
        if self.flow.cut:
            # What nobody vouched for stands beside what the steps of the chain sent.
            return chain, "unverified" if listed and chain.heads else "cut"
        words = {verdict.verdict for verdict in verdicts}
        if any(input_.dataset for input_ in self.inputs):
            words.add("verified")
        return chain, next((word for word in ("unverified", "cut", "verified") if word in words), "none")

    def _proven(self, upstream: str, chain: Chain) -> str:
        """Return `upstream`, but `unverified` if the step took something else than what the chain sent.

        That is so if files stand next to a dataset or a pipe. A source that takes just a dataset counts its lines.
        """
        count = self.flow.counts[-1]
        if upstream != "verified":
            return upstream
        received = count.received
        if isinstance(self.step, Source):
            received = StreamCount()
            for input_ in self.inputs:
                received.merge(input_.findings.count)
        if received != chain.sent() or received.documents != count.received.documents:
            return "unverified"
        count.received = received
        return upstream

    def _verdict_on(self, input_: Input) -> Upstream:
        """Return what the ledger says about the writer of a stream. Raises UpstreamError if it did not finish."""
        pipe = self.pipes[input_.name]
        if input_.findings.cut_line:
            check_upstream(self.ledger, pipe, input_.findings.count, input_.name)
            raise UpstreamError(f"{input_.name}: the stream ends inside a line. Nothing was published")
        if self.flow.cut and not self.step.cuts:
            return Upstream("cut", chain_before_cut(self.ledger, pipe))
        if isinstance(self.step, Source) or input_.findings.is_whole_file:
            if not input_.bytes_read():
                check_upstream(self.ledger, pipe, StreamCount(), input_.name, allow_empty=self.settings.allow_empty)
            return Upstream("none", Chain())
        file = kept_in(os.fstat(0)) if input_.name == "-" and pipe is None else ""
        return check_upstream(self.ledger, pipe, input_.findings.count, input_.name, file, self.settings.allow_empty)

    def _vouched(self, input_: Input, verdicts: list[Upstream]) -> bool:
        """Whether a chain that was received over already accounts for this input."""
        if input_.is_stream and not input_.findings.is_whole_file:
            return bool(verdicts) and all(verdict.verdict in ("verified", "cut") for verdict in verdicts)
        return input_.dataset is not None

    def _chains_of_datasets(self) -> Iterator[Chain]:
        """Yield the chains of the datasets that were read, after checking each shard against its digest."""
        for input_ in self.inputs:
            if input_.dataset and not self.flow.cut:
                input_.check_unchanged()
        for dataset in sorted({input_.dataset for input_ in self.inputs if input_.dataset}):
            yield chain_of(read_manifest(dataset), dataset)

    def _tell_remarks(self) -> None:
        self.first_reject.remark_on_lost_inputs(self.inputs)
        for line in remark_lines((input_.name, input_.findings.remarks) for input_ in self.inputs):
            self._notice(line)

    def _demand_whole_inputs(self) -> None:
        damaged = [input_ for input_ in self.inputs if input_.damage and not self._is_allowed_empty(input_)]
        if all(damage.what == CUT_LINE for input_ in damaged for damage in input_.damage):
            # A file of which no line could be read is of another kind: its last line need not end.
            for count in self.flow.counts if damaged else ():
                demand_readable_records(self.settings, count, self.first_reject.verdict)
        for input_ in damaged[:5]:
            for damage in input_.damage[:3]:
                self._notice(
                    f"{input_.name}: {damage.what}, at byte {damage.offset}, {quantity(damage.lost, 'byte')} lost"
                )
        if damaged:
            demand_whole_inputs(
                self.settings,
                [input_.name for input_ in damaged],
                f"{len(damaged)} of {quantity(len(self.inputs), 'input')}",
                "nothing was published" if self.settings.output else "whole records were passed on",
            )

    def _is_allowed_empty(self, input_: Input) -> bool:
        return self.settings.allow_empty and input_.is_stream and not input_.bytes_read()

    def _demand_few_rejects(self, count: StepCount) -> None:
        rejected, documents = count.rejected.total(), count.received.documents
        demand_readable_records(self.settings, count, self.first_reject.verdict)
        subject = f"{rejected:,} of {documents:,} records were rejected"
        demand_few_rejects(self.settings, rejected, documents, subject, "`--rejects FILE` shows them")

    def _rejects_hint(self, count: StepCount) -> str:
        """Return how to see the rejected records, or what is wrong with most of what was left out."""
        cause = cause_of(self.first_reject.verdict, count)
        if not cause and isinstance(self.step, Source):
            cause = self.step.hint_on(count)
        if cause:
            return f"; {cause}"
        return "; `--rejects FILE` keeps these" if count.rejected and self.settings.rejects is None else ""

    def _tell(self, answer: dict[str, Any] | None) -> None:
        """Print the answer of a report, or what the step did."""
        name, count = self.step.name(), self.flow.counts[-1] if self.flow.counts else None
        self._tell_time(count or self.flow.reading)
        if isinstance(self.step, Report):
            assert answer is not None
            as_json = console.answer_line(name, answer)
            if self.settings.json:
                console.write_stdout(as_json)
            else:
                console.write_report(self.step.render(answer))
            if remark := self.step.remark(answer):
                self._notice(remark)
        elif count is not None and not self.settings.quiet and not self.settings.json:
            console.summary(name, count, self._rejects_hint(count))
        for step_count in (self.flow.reading, count):
            for notice in notices_on(self.step, step_count) if step_count is not None else ():
                self._notice(notice)
        if count is not None and count.absent_fields:
            self._notice(absent_fields_notice(count.absent_fields))
        for remark in self.output.remarks() if self.output is not None else ():
            self._notice(remark)
        if self.settings.json and not isinstance(self.step, Report):
            account = self.output.account() if self.output is not None else {}
            console.print_outcome(name, count, upstream=self.upstream, account=account)  # the last line, for programs

    def _tell_time(self, count: StepCount) -> None:
        seconds = time.monotonic() - self.started
        sizes = [f"{quantity(size.bytes, 'byte')} {way}" for size, way in ((count.received, "in"), (count.sent, "out"))]
        rate = count.received.documents / max(seconds, 0.001)
        console.detail(f"{seconds:.2f} s; {', '.join(sizes)}; {quantity(round(rate), 'document')} a second")

    def _notice(self, message: str) -> None:
        """Print a line on standard error, unless the user wants none."""
        if not self.settings.quiet:
            console.notice(self.step.name(), message)


def prepare_run(
    step: Step,
    settings: Settings,
    tags: Tags,
    inputs: list[Input],
    pipes: dict[str, Pipe | None],
    output: Output | None,
) -> OpenRun:
    """Open the ledger, the files of verdicts and the flow. Raises PublishError if one of them cannot be written.

    Raises UsageError for files of verdicts that would destroy others.
    """
    demand_verdict_files(settings.drops, settings.rejects)
    written = _status_of_stream(output)
    ledger = Ledger(step.name(), pipe_of(written), [pipe for pipe in pipes.values() if pipe], kept_in(written))
    decisions = output.decisions_path() if output is not None else None
    if isinstance(output, StreamOutput):
        decisions = ledger.decisions_path()
    verdict_log = VerdictLog(settings.drops, settings.rejects, decisions)
    first_reject = FirstReject(verdict_log.take)
    flow = Flow([] if isinstance(step, Report) else [step], first_reject.take, settings.jobs or 1, tags)
    if settings.verbose:
        from corpuskit.core.reading.input_facts import input_facts

        flow.announce = lambda input_: console.detail(f"reads {input_facts(input_)}")
    return OpenRun(step, settings, inputs, pipes, output, ledger, verdict_log, first_reject, flow)


def _status_of_stream(output: Output | None) -> os.stat_result | None:
    """Return the `fstat` of what a stream of documents goes into; None if it is published, or there is none."""
    try:
        return os.fstat(output.descriptor) if isinstance(output, StreamOutput) else None
    except OSError:
        raise PublishError("standard output is closed; redirect it, or name an output with -o") from None
