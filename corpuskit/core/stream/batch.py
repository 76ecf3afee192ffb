"""Batches: how documents travel, as lines until a step has to read them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from corpuskit.core.counts import StepCount
from corpuskit.core.document import NUMBER_AS_ID, Document, Reject, decode, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.format import ForeignFileError, Format
from corpuskit.core.outcome import Item, Rejected
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.lines import Line
from corpuskit.core.recogniser import Passed, Recogniser
from corpuskit.core.registry import format_of_file, format_of_shard

BATCH_DOCUMENTS = 512
BATCH_BYTES = 4 * 1024 * 1024
MADE_BYTES = 1024 * 1024
"""Bytes of lines in a batch of documents, which hold their text and often its bytes besides: few enough to be handed on
from the processor's cache, and to lie in memory that the batch before has left."""

Location = tuple[str, int]
ReadDirectly = Callable[[Input], Iterable[Item] | None]


@dataclass(slots=True)
class Batch:
    """Documents on their way, verdicts on those that were taken out, and the accounts of the steps they passed."""

    documents: list[Document] = field(default_factory=list)
    locations: list[Location] = field(default_factory=list)
    lines: list[tuple[int, bytes]] = field(default_factory=list)
    """Lines not yet decoded; they stand for the documents until the first stage reads them."""
    passed: list[Passed] = field(default_factory=list)
    """Lines before all others that the first step has passed unread."""
    input: str = ""
    counts: list[StepCount] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    killed: dict[int, int] = field(default_factory=dict)
    """Documents, by number, on which a worker was killed, and the number of the stage that did not finish."""
    singly: bool = False
    """Whether no stage may take many documents at a time."""


def read_lines(
    inputs: Iterable[Input], read_directly: ReadDirectly | None = None, recogniser: Recogniser | None = None
) -> Iterator[Batch]:
    """Yield batches of undecoded lines; unreadable ones become verdicts of the step that takes the batch.

    What `read_directly` gives for an input stands for its lines. Lines that `recogniser` knows by their bytes are
    passed; the lines of each batch are then to be run before the next batch is asked for.
    """
    for input_ in inputs:
        if read_directly is not None and (items := read_directly(input_)) is not None:
            yield from _batches_of_items(items, input_)
            continue
        format_ = _format_of(input_)
        if format_ is not None and format_.name != "jsonl":
            yield from _read_shard(format_, input_)
            continue
        if recogniser is None:
            yield from _batches_of_lines(input_, input_.line_runs())
        else:
            yield from _batches_beside(recogniser, input_)


def _batches_beside(recogniser: Recogniser, input_: Input) -> Iterator[Batch]:
    """Yield batches of lines, and of what the recogniser passes before them; none has lines from both sides of such."""
    passed: list[Passed] = []
    for part in input_.lines_and_passed(recogniser):
        if isinstance(part, Passed):
            input_.findings.records += part.count.documents
            if input_.is_stream:
                input_.findings.count.merge(part.count)
            if passed:
                yield Batch(passed=passed, input=input_.name)
            passed = [part]
            continue
        for batch in _batches_of_lines(input_, [part]):
            batch.passed, passed = passed, []
            if batch.passed or batch.lines or batch.verdicts:
                yield batch
    if passed:
        yield Batch(passed=passed, input=input_.name)


def _batches_of_lines(input_: Input, runs: Iterable[list[Line] | Rejected]) -> Iterator[Batch]:
    batch, size = Batch(input=input_.name), 0
    is_stream = input_.is_stream
    for run in runs:
        if isinstance(run, Rejected):
            input_.findings.records += 1
            input_.findings.count.add(run.raw)
            batch.verdicts.append(Verdict.of_rejected("", run))
            continue
        input_.findings.records += len(run)
        if is_stream:
            # To be compared with what the writers of the pipe say they sent.
            input_.findings.count.add_many([line for _, line in run])
        while run:
            part = run[: BATCH_DOCUMENTS - len(batch.lines)]
            part_size = sum([len(line) for _, line in part])
            if size + part_size >= BATCH_BYTES:
                part, part_size = run[:1], len(run[0][1])
            batch.lines += part
            size += part_size
            run = run[len(part) :]
            if len(batch.lines) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
                yield batch
                batch, size = Batch(input=input_.name), 0
    yield batch


def _batches_of_items(items: Iterable[Item], input_: Input) -> Iterator[Batch]:
    input_.findings.is_whole_file = True
    for item in items:
        input_.findings.records += 1
        if isinstance(item, Document):
            yield Batch(documents=[item], locations=[(input_.name, 0)])
        elif isinstance(item, Rejected):
            yield Batch(verdicts=[Verdict.of_rejected("", item)])


def _format_of(input_: Input) -> Format | None:
    """Return the format of a shard or published file; None for lines of any other origin."""
    if input_.local_path is None or input_.is_stream:
        return None
    if input_.dataset is None:
        return format_of_file(input_.local_path.name)
    folder = input_.dataset if input_.dataset.is_dir() else input_.dataset.parent
    return format_of_shard(input_.local_path.relative_to(folder).as_posix())


def _read_shard(format_: Format, input_: Input) -> Iterator[Batch]:
    for batch in in_batches((document, (input_.name, number)) for number, document in _numbered(format_, input_)):
        input_.findings.records += len(batch.documents)
        for document in batch.documents:
            input_.findings.count.add(encode(document))
        yield batch


def _numbered(format_: Format, input_: Input) -> Iterator[tuple[int, Document]]:
    """Yield the documents of a shard with their numbers. Raises UsageError for a file that no dataset answers for."""
    assert input_.local_path is not None
    try:
        yield from enumerate(format_.read(input_.local_path))
    except ForeignFileError:
        if input_.dataset is not None:
            raise
        raise UsageError(f"{input_.name} is {format_.name} of another program; use `corpuskit files`") from None


def in_batches(located: Iterable[tuple[Document, Location]]) -> Iterator[Batch]:
    """Yield documents, each with its location, in batches; the last may be empty."""
    batch, size = Batch(), 0
    for document, location in located:
        batch.documents.append(document)
        batch.locations.append(location)
        size += len(encode(document))
        if len(batch.documents) >= BATCH_DOCUMENTS or size >= MADE_BYTES:
            yield batch
            batch, size = Batch(), 0
    yield batch


def decoded(
    batch: Batch, name: str, count: StepCount, verdicts: list[Verdict] | None = None
) -> Iterator[tuple[Document, Location]]:
    """Yield the batch's documents; any other line is counted as received and rejected by the step `name`."""
    rejected_lines = batch.verdicts if verdicts is None else verdicts
    if verdicts is None:
        for verdict in batch.verdicts:
            count_unread(verdict, name, count)
    for offset, line in batch.lines:
        location = (batch.input, offset)
        try:
            document = decode(line)
        except Reject as reject:
            verdict = of_reject(name, reject, None, line, location)
            count_unread(verdict, name, count)
            rejected_lines.append(verdict)
        else:
            count_way(count, document)
            yield document, location
    yield from zip(batch.documents, batch.locations, strict=True)


def count_way(count: StepCount, document: Document) -> None:
    """Count how a step came to a document that it sends on, and its hits; the next step has ways of its own."""
    if document.hits:
        count_hits(count, document)
    if document.way:
        if document.way == NUMBER_AS_ID:
            count.number_ids += 1
        else:
            count.ways[document.way] += 1
        document.way = ""


def count_hits(count: StepCount, document: Document) -> None:
    """Count what a step found in a document."""
    if document.hits:
        count.hits.update(document.hits)
        document.hits = {}


def count_unread(verdict: Verdict, name: str, count: StepCount) -> None:
    verdict.step = name
    count.received.add(verdict.line)
    count.rejected[verdict.reason] += 1


def of_reject(name: str, reject: Reject, identifier: str | None, line: bytes, location: Location) -> Verdict:
    return Verdict.of_rejected(name, Rejected(reject.reason, location[0], location[1], line, reject.detail, identifier))
