"""One process of a pipe: reads its inputs, runs its step, writes its output, and answers for all three.

The order at the end matters: the stream is written, the writers before us are checked, a dataset is published, and what
a corpus stage keeps is committed. Only then does our own entry in the ledger say `complete`, and standard output is
closed after that, as the process ends. Whoever reads our pipe so learns of a failure in any of these. Nobody reads the
ledger of a process that publishes: if it dies before its entry says `complete`, the dataset stands, whole.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from corpuskit.core import console
from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import publishing
from corpuskit.core.document import Document, encode
from corpuskit.core.errors import CorpuskitError, PublishError, UpstreamError, UsageError
from corpuskit.core.provenance.chain import Chain, join
from corpuskit.core.provenance.ledger import Ledger, Pipe, Upstream, behind_cut, check_upstream, pipe_of
from corpuskit.core.provenance.manifest import chain_of, read_manifest
from corpuskit.core.provenance.verdicts import VerdictLog, bytes_of_rejects
from corpuskit.core.publish.file_output import FileOutput, manifest_of_file
from corpuskit.core.publish.folder_output import FolderOutput
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.publish.targets import Target, demand_distinct, demand_known_ending
from corpuskit.core.reading.input_kinds import demand_lines_of_documents
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.resolve import resolve, resolve_lists
from corpuskit.core.registry import describe, find_format, format_of_file
from corpuskit.core.settings import Settings, Tags
from corpuskit.core.step import Command, CorpusStage, Report, Sink, Source, Step, absent_fields_notice, demand_steps
from corpuskit.core.stream.flow import Flow
from corpuskit.core.stream.limits import demand_documents, demand_few_rejects, demand_whole_inputs
from corpuskit.core.wording import quantity

WRITE_BYTES = 256 * 1024


class Output(Protocol):
    """Where the documents of the last step go."""

    def write(self, document: Document) -> None:
        """Take the next document."""

    def publish(self, chain: Chain, run_facts: dict[str, Any]) -> Any:
        """Make what was written visible."""

    def abandon(self) -> None:
        """Leave nothing behind."""


@dataclass
class StreamOutput:
    """Standard output, a named pipe or a device: lines go out as they come."""

    descriptor: int
    waiting: list[bytes] = field(default_factory=list)
    size: int = 0

    def __post_init__(self) -> None:
        """Ask once whether a person looks at it; a closed descriptor is not a terminal."""
        self.is_terminal = os.isatty(self.descriptor)

    def write(self, document: Document) -> None:
        """Write one document."""
        self.write_line(encode(document))

    def write_line(self, line: bytes) -> None:
        """Write one line; to a terminal, without the characters that would drive it."""
        if self.is_terminal:
            line = console.escape_line(line)
        self.waiting += (line, b"\n")
        self.size += len(line)
        if self.size >= WRITE_BYTES:
            self.flush()

    def flush(self) -> None:
        """Pass everything held to the system. Raises BrokenPipeError, or PublishError."""
        data = memoryview(b"".join(self.waiting))
        self.waiting.clear()
        self.size = 0
        try:
            while data:
                data = data[filesystem.write(self.descriptor, data) :]
        except BrokenPipeError:
            raise
        except OSError as error:
            raise PublishError(f"cannot write standard output: {error.strerror}; the stream is not whole") from None

    def publish(self, chain: Chain, run_facts: dict[str, Any]) -> None:
        """Write what is held."""
        self.flush()

    def abandon(self) -> None:
        """Hold nothing more."""
        self.waiting.clear()


def open_output(step: Step, settings: Settings) -> Output:
    """Open the output that `-o` names. Raises UsageError or PublishError."""
    names = step.formats() if isinstance(step, Sink) else None
    target = settings.output
    if target is None or str(target) == "-":
        if names not in (None, ("jsonl",)):
            raise UsageError(f"`--to {','.join(names)}` writes a dataset folder; name it with -o")
        return StreamOutput(1)
    if target.exists() and not target.is_file() and not target.is_dir():
        with publishing(target):
            return StreamOutput(os.open(target, os.O_WRONLY))
    from corpuskit.core.tokens import counter

    totals = Totals(counter("words"))
    format_ = format_of_file(target.name)
    if format_ is None:
        formats = [find_format(name) for name in names or ("jsonl",)]
        return FolderOutput(target, formats, totals, settings.shard_documents)
    if names not in (None, (format_.name,)):
        raise UsageError(
            f"`--to {','.join(names)}` does not fit the file {target.name!r}, which would hold {format_.name}; "
            "leave out --to, or name a folder with -o"
        )
    if target.is_dir():
        raise PublishError(f"{str(target)!r} is a folder; choose another -o")
    return FileOutput(target, format_, totals)


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
        if isinstance(self.step, Command):
            raise UsageError(f"StepRun runs steps of pipes; call `execute` of {type(self.step).__name__} itself")

    def run(self) -> int:
        """Run to the end; return the exit code. Raises CorpuskitError, BrokenPipeError or KeyboardInterrupt."""
        if self.settings.output is not None:
            demand_known_ending(self.settings.output)
        self.inputs = self._resolve()
        self.pipes = {input_.name: pipe_of(input_.pipe_status()) for input_ in self.inputs if input_.is_stream}
        demand_distinct(list(self._targets()), self.inputs, self._read_besides())
        self.output = None if isinstance(self.step, Report) else open_output(self.step, self.settings)
        try:
            return self._run()
        finally:
            if self.output:
                self.output.abandon()
            if isinstance(self.step, CorpusStage):
                self.step.close()

    def _run(self) -> int:
        self.ledger = Ledger(self.step.name(), self._writes(), [pipe for pipe in self.pipes.values() if pipe])
        self.verdict_log = VerdictLog(self.settings.drops, self.settings.rejects, self._decisions_path())
        steps = [] if isinstance(self.step, Report) else [self.step]
        self.flow = Flow(steps, self.verdict_log.take, self.settings.jobs or 1, self.tags)
        self.answer: dict[str, Any] | None = None
        try:
            self._announce()
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
        self._tell()
        return 0

    def _resolve(self) -> list[Input]:
        arguments = self._arguments() or ["-"]
        if isinstance(self.step, Source):
            inputs = resolve_lists(arguments, self.step.suffixes, self.step.expand)
            self.step.check_inputs(inputs)
            return inputs
        inputs = resolve(arguments, (".jsonl", ".jsonl.gz", ".jsonl.zst"))
        demand_lines_of_documents(inputs)
        return inputs

    def _arguments(self) -> Sequence[str | Path]:
        return [self.arguments] if isinstance(self.arguments, (str, Path)) else self.arguments

    def _targets(self) -> Iterator[Target]:
        """Yield all that the run writes where the user says."""
        output = self.settings.output
        if not isinstance(self.step, Report):
            if output is None or str(output) == "-":
                yield Target("standard output", None)
            else:
                yield Target("-o", output)
                if format_of_file(output.name) is not None:
                    yield Target("the manifest of -o,", manifest_of_file(output))
        if self.settings.drops:
            yield Target("--drops", self.settings.drops)
        if self.settings.rejects:
            yield Target("--rejects", self.settings.rejects)
            yield Target("the bytes of --rejects,", bytes_of_rejects(self.settings.rejects))

    def _read_besides(self) -> Iterator[Path]:
        """Yield the local files that are read besides the inputs: lists of inputs, and files that options name."""
        yield from (Path(argument) for argument in self._arguments() if os.path.isfile(argument))
        values = (getattr(self.step, option.name) for option in self.step.option_list())
        yield from (value for value in values if isinstance(value, Path) and os.path.isfile(value))

    def _writes(self) -> Pipe | None:
        descriptor = self.output.descriptor if isinstance(self.output, StreamOutput) else None
        try:
            return pipe_of(os.fstat(descriptor)) if descriptor is not None else None
        except OSError:
            raise PublishError("standard output is closed; redirect it, or name an output with -o") from None

    def _decisions_path(self) -> Path | None:
        if isinstance(self.output, FolderOutput):
            return self.output.run / "verdicts.jsonl.zst"
        return self.ledger.decisions_path() if isinstance(self.output, StreamOutput) else None

    def _announce(self) -> None:
        chain = Chain()
        chain.add(describe(self.step), "none", None)
        self.ledger.announce(chain)

    def _pass_documents(self) -> None:
        if isinstance(self.step, Report):
            self.answer = self.step.report(self.flow.documents(self.inputs))
            unread = self.flow.reading
            self._demand_few_rejects(unread.rejected.total(), unread.received.documents)
            if unread.rejected and not self.settings.quiet:
                left_out = console.counted(unread.rejected, "rejected")
                console.notice(self.step.name(), f"not in the answer: {left_out}{self._rejects_hint(unread)}")
            return
        if isinstance(self.output, StreamOutput):
            for line in console.with_progress(self.flow.lines(self.inputs), self.step.name(), self.settings.quiet):
                self.output.write_line(line)
            return
        assert self.output is not None
        for document in console.with_progress(self.flow.documents(self.inputs), self.step.name(), self.settings.quiet):
            self.output.write(document)

    def _finish(self) -> None:
        if isinstance(self.output, StreamOutput):
            self.output.flush()
        self.verdict_log.close()
        chain, upstream = self._upstream()
        self._tell_remarks()
        self._demand_whole_inputs()
        for count in self.flow.counts:
            self._demand_few_rejects(count.rejected.total(), count.received.documents)
        if self.flow.counts:
            chain.add(describe(self.step), upstream, self.flow.counts[-1])
        decisions = self._decisions_path()
        if decisions is not None and decisions.exists():
            chain.decisions.append(str(decisions))
        if not isinstance(self.output, StreamOutput) and self.output is not None:
            demand_documents(self.settings, self.flow.counts[-1].sent.documents)
            self.output.publish(chain, {"command": self.step.name()})
        if isinstance(self.step, CorpusStage):
            self.step.commit()
        if self.flow.counts:
            self.ledger.complete(self.flow.counts[-1].sent, chain)

    def _upstream(self) -> tuple[Chain, str]:
        """Return the chain that leads to all inputs, and the word for it: verified, unverified, cut or none."""
        verdicts = [self._behind(input_) for input_ in self.inputs if input_.is_stream]
        for verdict in verdicts:
            if verdict.notice and self.settings.strict_input:
                raise UpstreamError(f"{verdict.notice}. Nothing was published")
            if verdict.notice and not self.settings.quiet:
                console.notice(self.step.name(), verdict.notice)
        words = [verdict.verdict for verdict in verdicts]
        chain = join([verdict.chain for verdict in verdicts] + list(self._chains_of_datasets()))
        if self.flow.cut:
            chain.cut()
        listed = [input_.manifest_entry() for input_ in self.inputs if not self._vouched(input_, verdicts)]
        chain.inputs += [entry for entry in listed if entry not in chain.inputs]
        if any(input_.dataset for input_ in self.inputs):
            words.append("verified")
        for word in ("unverified", "cut", "verified"):
            if word in words:
                return chain, "cut" if self.flow.cut else word
        return chain, "cut" if self.flow.cut else "none"

    def _behind(self, input_: Input) -> Upstream:
        pipe = self.pipes[input_.name]
        if input_.findings.cut_line:
            check_upstream(self.ledger, pipe, input_.findings.count, input_.name)
            raise UpstreamError(f"{input_.name}: the stream ends inside a line. Nothing was published")
        if self.flow.cut and not self.step.cuts:
            return Upstream("cut", behind_cut(self.ledger, pipe))
        if isinstance(self.step, Source):
            return Upstream("none", Chain())
        return check_upstream(self.ledger, pipe, input_.findings.count, input_.name)

    def _vouched(self, input_: Input, verdicts: list[Upstream]) -> bool:
        """Whether a chain that was taken over already accounts for this input."""
        if input_.is_stream:
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
        if self.settings.quiet:
            return
        for input_ in self.inputs:
            for remark, number in sorted(input_.findings.remarks.items()):
                console.notice(self.step.name(), f"{input_.name}: {remark}{f' ({number:,} times)' * (number > 1)}")

    def _demand_whole_inputs(self) -> None:
        damaged = [input_ for input_ in self.inputs if input_.damage]
        if not damaged:
            return
        if not self.settings.quiet:
            for input_ in damaged[:5]:
                for damage in input_.damage[:3]:
                    console.notice(
                        self.step.name(),
                        f"{input_.name}: {damage.what}, at byte {damage.offset}, {damage.lost} bytes lost",
                    )
        demand_whole_inputs(
            self.settings,
            [input_.name for input_ in damaged],
            f"{len(damaged)} of {quantity(len(self.inputs), 'input')}",
            "nothing was published" if self.settings.output else "whole records were passed on",
        )

    def _demand_few_rejects(self, rejected: int, documents: int) -> None:
        subject = f"{rejected} of {documents} records were rejected"
        demand_few_rejects(self.settings, rejected, documents, subject, "`--rejects FILE` shows them")

    def _rejects_hint(self, count: StepCount) -> str:
        """Return how to see the rejected records, or what is wrong with most of them."""
        bad_lines = count.rejected["bad-json"]
        if bad_lines > 1 and bad_lines * 2 > count.received.documents:
            return "; a document is one line of JSON, as `jq -c` writes it"
        return "; `--rejects FILE` keeps these" if count.rejected and self.settings.rejects is None else ""

    def _tell(self) -> None:
        count = self.flow.counts[-1] if self.flow.counts else None
        if self.answer is not None:
            assert isinstance(self.step, Report)
            as_json = console.answer_line(self.step.name(), self.answer)
            console.write_stdout(as_json if self.settings.json else self.step.render(self.answer))
            if (remark := self.step.remark(self.answer)) and not self.settings.quiet:
                console.notice(self.step.name(), remark)
        elif self.settings.json:
            console.print_outcome(self.step.name(), count, 0)
        elif count is not None and not self.settings.quiet:
            console.summary(self.step.name(), count, self._rejects_hint(count))
        if count is not None and count.absent_fields and not self.settings.quiet:
            console.notice(self.step.name(), absent_fields_notice(count.absent_fields))
