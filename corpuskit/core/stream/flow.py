"""Flow: steps applied to a stream. It alone counts, catches rejects, and sets aside what leaves the stream.

Documents travel in batches. A run of stages takes a batch in this process or in a worker, with the same function; the
results come back in order. A source makes batches of what it reads; a corpus stage takes the documents out of them.
"""

import functools
import inspect
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.core.counts import StepCount
from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document, Reject, decode, encode
from corpuskit.core.errors import CorpuskitError, UsageError
from corpuskit.core.provenance.verdicts import DROPPED, Verdict
from corpuskit.core.reading.inputs import Findings, Input
from corpuskit.core.recogniser import Passed
from corpuskit.core.settings import Tags
from corpuskit.core.step import CorpusStage, Drop, Item, Made, Rejected, Sink, Source, Stage, Step, demand_steps
from corpuskit.core.stream.apply import StepFault, apply_stages, apply_stages_to_lines
from corpuskit.core.stream.batch import (
    Batch,
    Location,
    count_unread,
    count_way,
    decoded,
    in_batches,
    of_reject,
    read_lines,
)
from corpuskit.core.wording import excerpt

NOT_TAKEN = "not-taken"
"""Why a document that a corpus stage has not asked for is dropped."""


@dataclass
class Flow:
    """Steps applied in order to a stream; after it has ended, `counts` holds each step's account."""

    steps: Sequence[Step]
    take: Callable[[Verdict], None] = lambda _: None
    """Called with each verdict on a document that leaves the stream; `counts` has their numbers without it, too."""
    jobs: int = 1
    tags: Tags = field(default_factory=Tags)
    run_corpus_stage: Callable[[Iterable[Document]], Iterator[Item]] | None = None
    """Stands in for `run` of the only corpus stage if its verdicts are known already."""
    announce: Callable[[Input], None] = lambda _: None
    """Called with each input when its turn comes."""
    drops_rest: bool = False
    """Whether documents that a corpus stage has not asked for, as `head` does, are dropped as `not-taken`.

    A pipe ends there; where the input lies on disk already, every document gets its verdict.
    """
    counts: list[StepCount] = field(init=False)
    cut: bool = False
    """Whether a step stopped before the end of its input, or takes only a part of it on purpose."""

    def __post_init__(self) -> None:
        """Start one account per step, and one for reading if no step does it.

        Raises UsageError for other objects, and for steps that cannot follow one another.
        """
        if not isinstance(self.steps, Sequence):
            raise UsageError(f"Flow takes a list of steps, such as [{type(self.steps).__name__}()]")
        if self.jobs < 1:
            raise UsageError(f"Flow takes a number of jobs from 1 on, not {self.jobs}")
        demand_steps("Flow", self.steps)
        for index, step in enumerate(self.steps):
            _demand_fits(step, index, len(self.steps))
        self.counts = [StepCount() for _ in self.steps]
        self.reading = StepCount()
        self.cut = any(step.cuts for step in self.steps)

    def documents(self, inputs: Sequence[Input]) -> Iterator[Document]:
        """Yield the documents that come out of the last step, in order. Raises UsageError for names of inputs."""
        name = self.steps[-1].name() if self.steps else "read"
        for batch in self._batches(inputs):
            yield from (document for document, _ in decoded(batch, name, self.reading))
            self._take_all(batch)

    def lines(self, inputs: Sequence[Input]) -> Iterator[bytes]:
        """Yield the canonical lines of the documents that come out of the last step, in order."""
        for batch in self._batches(inputs):
            yield from (encode(document) for document in batch.documents)
            yield from (line for _, line in batch.lines)

    def _batches(self, inputs: Sequence[Input]) -> Iterator[Batch]:
        if isinstance(inputs, (str, Path)) or not all(isinstance(input_, Input) for input_ in inputs):
            raise UsageError(f"Flow reads what `resolve` returns for names of inputs, not {excerpt(repr(inputs))}")
        index = 0
        announced = self._announced(inputs)
        if self.steps and isinstance(self.steps[0], Source):
            batches = self._read_source(self.steps[0], inputs)
            index = 1
        else:
            first = self.steps[0] if self.steps else None
            read_directly = first.read_directly if isinstance(first, Stage) else None
            recogniser = first.recogniser() if isinstance(first, CorpusStage) else None
            batches = read_lines(announced, read_directly, recogniser)
        while index < len(self.steps):
            step = self.steps[index]
            if isinstance(step, CorpusStage):
                batches = self._apply_corpus_stage(index, step, batches)
                index += 1
            else:
                end = end_of_stages(self.steps, index)
                batches = self._run_stages(index, end, batches)
                index = end
        return batches

    def _announced(self, inputs: Sequence[Input]) -> Iterator[Input]:
        for input_ in inputs:
            self.announce(input_)
            yield input_

    def _run_stages(self, start: int, end: int, batches: Iterator[Batch]) -> Iterator[Batch]:
        stages = [step for step in self.steps[start:end] if isinstance(step, Stage)]
        if self.jobs > 1 or any(stage.guarded for stage in stages):
            from corpuskit.core.stream.workers import guarded_map

            applied = guarded_map(functools.partial(apply_stages_to_lines, stages), batches, self.jobs)
        else:
            applied = (apply_stages(stages, batch) for batch in batches)
        for batch in applied:
            for count, part in zip(self.counts[start:end], batch.counts, strict=True):
                count.merge(part)
            self._take_all(batch, start)
            yield batch

    def _take_all(self, batch: Batch, start: int = 0) -> None:
        """Hand on the verdicts of the steps from the one with the number `start` on."""
        for verdict in batch.verdicts:
            verdict.position += start
            self.take(verdict)
        batch.verdicts.clear()

    def _read_source(self, source: Source, inputs: Sequence[Input]) -> Iterator[Batch]:
        """Yield a source's documents in the order of the inputs; with several workers, each reads whole files."""
        if self.jobs > 1 and len(inputs) > 1 and not any(input_.is_stream for input_ in inputs):
            yield from self._read_in_workers(source, inputs)
            return
        yield from in_batches(self._read_here(source, self._announced(inputs)))

    def _read_here(self, source: Source, inputs: Iterable[Input]) -> Iterator[tuple[Document, Location]]:
        """Yield a source's documents with their locations, read in this process."""
        count = self.counts[0]
        for input_ in inputs:
            for item in items_of(source, input_):
                count.received.documents += 1
                input_.findings.records += 1
                document = self._accept_source_item(item, source.name(), count, (input_.name, 0))
                if document is not None:
                    yield document, (input_.name, _offset(document))
            count.received.bytes += input_.manifest_entry()["bytes"]

    def _read_in_workers(self, source: Source, inputs: Sequence[Input]) -> Iterator[Batch]:
        from corpuskit.core.stream.workers import ordered_map

        with filesystem.make_temporary_folder() as folder:
            work = functools.partial(read_to_file, source, self.tags, Path(folder))
            tasks = enumerate(self._announced(inputs))
            for input_, done in zip(inputs, ordered_map(work, tasks, self.jobs), strict=True):
                input_.findings = done.findings
                self.counts[0].merge(done.count)
                self._take_all(Batch(verdicts=done.verdicts))
                for batch in read_lines([Input(input_.name, local_path=done.path)]):
                    batch.documents = [decode(line) for _, line in batch.lines]
                    batch.locations = [
                        (input_.name, document.metadata.get("warc_offset", 0)) for document in batch.documents
                    ]
                    batch.lines = []
                    yield batch
                filesystem.remove(done.path)

    def _accept_source_item(self, item: Item, name: str, count: StepCount, location: Location) -> Document | None:
        """Return a source's item as a tagged document; None if it was set aside."""
        if isinstance(item, Document):
            item = tagged(item, self.tags)
        return self._count_outcome(item, name, count, location, 0)

    def _count_outcome(
        self, item: Item, name: str, count: StepCount, location: Location, index: int
    ) -> Document | None:
        """Count what the step with the number `index` yields; return the document if it is to go on."""
        if isinstance(item, Made):
            count.made += 1
            item = item.document
        try:
            if isinstance(item, Document):
                count.sent.add(encode(item))
                count_way(count, item)
                return item
            verdict = (
                Verdict.of_drop(name, item, location) if isinstance(item, Drop) else Verdict.of_rejected(name, item)
            )
        except Reject as reject:
            verdict = of_reject(name, reject, item.id if isinstance(item, Document) else None, b"", location)
        (count.dropped if verdict.verdict == DROPPED else count.rejected)[verdict.reason] += 1
        verdict.position = index
        self.take(verdict)
        return None

    def _apply_corpus_stage(self, index: int, step: CorpusStage, batches: Iterator[Batch]) -> Iterator[Batch]:
        received = self._received(batches, index, step)
        yield from in_batches(self._run_on(index, step, received))
        if self.drops_rest:
            self._drop_rest(index, step, received)
        self.cut = self.cut or inspect.getgeneratorstate(received) != inspect.GEN_CLOSED

    def _run_on(
        self, index: int, step: CorpusStage, received: Iterable[Document]
    ) -> Iterator[tuple[Document, Location]]:
        """Yield what a corpus stage lets through, with its number among what it took."""
        count = self.counts[index]
        run = self.run_corpus_stage or step.run
        for item in run(received):
            document = self._count_outcome(item, step.name(), count, (step.name(), count.received.documents), index)
            if document is not None:
                yield document, (step.name(), count.received.documents)

    def _drop_rest(self, index: int, step: CorpusStage, received: Iterable[Document]) -> None:
        count = self.counts[index]
        for document in received:
            location = (step.name(), count.received.documents)
            self._count_outcome(Drop(document, NOT_TAKEN), step.name(), count, location, index)

    def _received(self, batches: Iterator[Batch], index: int, step: CorpusStage) -> Generator[Document, None, None]:
        count = self.counts[index]
        for batch in batches:
            for part in self._unrecognised(batch, step, count):
                for document, _ in decoded(part, step.name(), count, batch.verdicts):
                    count.received.add(encode(document))
                    yield document
            self._take_all(batch, index)

    def _unrecognised(self, batch: Batch, step: CorpusStage, count: StepCount) -> Iterator[Batch]:
        """Yield the parts of a batch that are to be read, in order; count what the stage passes as it is."""
        for verdict in batch.verdicts:
            count_unread(verdict, step.name(), count)
        for passed in batch.passed:
            _count_passed(passed, count)
        if not batch.lines or (recogniser := step.recogniser()) is None:
            if batch.lines or batch.documents:
                yield batch
            return
        lines, number = [line for _, line in batch.lines], 0
        pass_from = recogniser.pass_lines(lines)
        while number < len(lines):
            if (passed_lines := pass_from(number)) is None:
                yield Batch(lines=[batch.lines[number]], input=batch.input)
                number += 1
            else:
                _count_passed(passed_lines, count)
                number += passed_lines.count.documents
        if batch.documents:
            yield Batch(documents=batch.documents, locations=batch.locations)


def _count_passed(passed: Passed, count: StepCount) -> None:
    count.received.merge(passed.count)
    count.sent.merge(passed.count)
    count.ways[passed.way] += passed.count.documents


def _demand_fits(step: Step, index: int, length: int) -> None:
    """Raise UsageError for a step that does nothing at this index of a flow: a late source, a report, a command."""
    if isinstance(step, Source):
        if index:
            raise UsageError(f"`{step.name()}` is a source, which only begins a flow; give it the first place")
    elif not isinstance(step, (Stage, CorpusStage)):
        raise UsageError(f"`{step.name()}` is a {step.kind}; a flow applies a source, stages and corpus stages")
    elif isinstance(step, Sink) and length > 1:
        raise UsageError(f"a flow writes no files, so `{step.name()}` would write nothing; run it with `StepRun`")


def items_of(source: Source, input_: Input) -> Iterator[Item]:
    """Yield what a source reads from an input; an input that it raises Reject for is a last item, a Rejected.

    Raises StepFault, which names the input, for what the source does not expect.
    """
    try:
        yield from source.read(input_)
    except Reject as reject:
        yield Rejected(reject.reason, input_.name, 0, detail=reject.detail)
    except (CorpuskitError, OSError):
        raise
    except Exception as error:
        raise StepFault(f"{source.name()} failed on {input_.name!r}: {type(error).__name__}") from error


def end_of_stages(steps: Sequence[Step], start: int) -> int:
    """Return where the run of stages that begins at `start` ends."""
    end = start
    while end < len(steps) and isinstance(steps[end], Stage):
        end += 1
    return end


def runs_of(steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """Yield the steps in runs that are applied together: consecutive stages, and each corpus stage alone."""
    start = 0
    while start < len(steps):
        end = max(end_of_stages(steps, start), start + 1)
        yield steps[start:end]
        start = end


def _offset(document: Document) -> int:
    return document.metadata.get("warc_offset") or 0


@dataclass
class ReadInput:
    """What a worker found in one input; its documents are lines in `path`."""

    path: Path
    count: StepCount
    verdicts: list[Verdict]
    findings: Findings


def read_to_file(source: Source, tags: Tags, folder: Path, numbered: tuple[int, Input]) -> ReadInput:
    """Read one input in a worker."""
    number, input_ = numbered
    verdicts: list[Verdict] = []
    flow = Flow([source], verdicts.append, tags=tags)
    path = folder / f"{number}.jsonl"
    with filesystem.open_write(path) as stream:
        for document in flow.documents([input_]):
            stream.write(encode(document) + b"\n")
    entry = input_.manifest_entry()
    input_.findings.size_and_sha256 = entry["bytes"], entry["sha256"]
    return ReadInput(path, flow.counts[0], verdicts, input_.findings)


def tagged(document: Document, tags: Tags) -> Document | Drop:
    """Return the document with a source's tags. Its own licence and origin stay; a different origin is a drop."""
    metadata = document.metadata
    if tags.origin and metadata.get("origin") not in (None, tags.origin):
        return Drop(document, "origin-conflict", {"declared": tags.origin, "own": metadata["origin"]})
    tags_given = {"source": tags.source, "origin": tags.origin}
    if metadata.get("license") is None:
        tags_given |= {"license": tags.license, "license_evidence": tags.license and tags.license_evidence}
    tags_given = {key: value for key, value in tags_given.items() if value}
    return document.with_metadata(**tags_given) if tags_given else document
