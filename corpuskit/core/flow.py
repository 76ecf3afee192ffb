"""Flow: a step lifted to a stream. It alone counts, catches, and sets drops and rejects aside.

Documents travel in batches. A run of stages judges a batch in this process or in a worker, by the same function; the
results come back in order. A source makes batches of what it reads; a corpus stage takes the documents out of them.
"""

import functools
import inspect
import operator
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpuskit.core.account import StepCount, line_digest
from corpuskit.core.aside import DROPPED, Verdict
from corpuskit.core.document import Document, Reject, decode, encode
from corpuskit.core.errors import CorpuskitError
from corpuskit.core.files.inputs import Damage, Input
from corpuskit.core.settings import Tags
from corpuskit.core.step import CorpusStage, Drop, Item, Rejected, Source, Stage, Step

BATCH_DOCUMENTS = 256
BATCH_BYTES = 4 * 1024 * 1024

Where = tuple[str, int]


@dataclass(slots=True)
class Batch:
    """Documents on their way, what left them, and the accounts of the steps they passed."""

    documents: list[Document] = field(default_factory=list)
    where: list[Where] = field(default_factory=list)
    lines: list[tuple[int, bytes]] = field(default_factory=list)
    """Lines not yet decoded; they stand for the documents until the first stage reads them."""
    input: str = ""
    counts: list[StepCount] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)


class StepFault(CorpuskitError):
    """A step met what it does not expect; the message names the step and the document."""


@dataclass
class Flow:
    """Steps applied in order to a stream; after it has ended, `counts` holds each step's account."""

    steps: Sequence[Step]
    take: Callable[[Verdict], None]
    jobs: int = 1
    tags: Tags = field(default_factory=Tags)
    counts: list[StepCount] = field(init=False)
    cut: bool = False
    """Whether a step stopped before the end of its input, or takes only a part of it on purpose."""

    def __post_init__(self) -> None:
        """One account a step."""
        self.counts = [StepCount() for _ in self.steps]
        self.cut = any(step.cuts for step in self.steps)

    def documents(self, inputs: Sequence[Input]) -> Iterator[Document]:
        """The documents that come out of the last step, in order."""
        name = self.steps[-1].name() if self.steps else "read"
        for batch in self._batches(inputs):
            yield from (document for document, _ in _decoded(batch, name, StepCount()))

    def lines(self, inputs: Sequence[Input]) -> Iterator[bytes]:
        """The canonical lines of the same documents."""
        for batch in self._batches(inputs):
            yield from (encode(document) for document in batch.documents)
            yield from (line for _, line in batch.lines)

    def _batches(self, inputs: Sequence[Input]) -> Iterator[Batch]:
        place = 0
        if self.steps and isinstance(self.steps[0], Source):
            batches = self._read_source(self.steps[0], inputs)
            place = 1
        else:
            batches = read_lines(inputs)
        while place < len(self.steps):
            step = self.steps[place]
            if isinstance(step, CorpusStage):
                batches = self._run_corpus_stage(place, step, batches)
                place += 1
            else:
                end = self._end_of_stages(place)
                batches = self._run_stages(place, end, batches)
                place = end
        return batches

    def _end_of_stages(self, start: int) -> int:
        end = start
        while end < len(self.steps) and isinstance(self.steps[end], Stage):
            end += 1
        return end

    def _run_stages(self, start: int, end: int, batches: Iterator[Batch]) -> Iterator[Batch]:
        stages = [step for step in self.steps[start:end] if isinstance(step, Stage)]
        if self.jobs > 1:
            from corpuskit.core.parallel import ordered_map

            judged = ordered_map(functools.partial(judge_to_lines, stages), batches, self.jobs)
        else:
            judged = (judge(stages, batch) for batch in batches)
        for batch in judged:
            for count, part in zip(self.counts[start:end], batch.counts, strict=True):
                count.merge(part)
            self._take_all(batch)
            yield batch

    def _take_all(self, batch: Batch) -> None:
        for verdict in batch.verdicts:
            self.take(verdict)
        batch.verdicts.clear()

    def _read_source(self, source: Source, inputs: Sequence[Input]) -> Iterator[Batch]:
        """A source's documents; with several workers each reads whole files, and the order stays that of the inputs."""
        if self.jobs > 1 and len(inputs) > 1 and not any(place.is_stream for place in inputs):
            yield from self._read_in_workers(source, inputs)
            return
        count = self.counts[0]
        batch, size = Batch(), 0
        for place in inputs:
            for item in source.read(place):
                count.received.documents += 1
                kept = self._sort(item, source.name(), count, (place.name, 0))
                if kept is not None:
                    batch.documents.append(kept)
                    batch.where.append((place.name, _offset(kept)))
                    size += len(kept.text)
                if len(batch.documents) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
                    yield batch
                    batch, size = Batch(), 0
            count.received.bytes += place.as_json()["bytes"]
        yield batch

    def _read_in_workers(self, source: Source, inputs: Sequence[Input]) -> Iterator[Batch]:
        from corpuskit.core.parallel import ordered_map

        with tempfile.TemporaryDirectory(prefix="corpuskit-") as folder:
            work = functools.partial(read_to_file, source, self.tags, Path(folder))
            for place, done in zip(inputs, ordered_map(work, list(enumerate(inputs)), self.jobs), strict=True):
                place.damage, place.known = done.damage, done.known
                self.counts[0].merge(done.count)
                self._take_all(Batch(verdicts=done.verdicts))
                for batch in read_lines([Input(place.name, local_path=done.path)]):
                    batch.documents = [decode(line) for _, line in batch.lines]
                    batch.where = [
                        (place.name, document.metadata.get("warc_offset", 0)) for document in batch.documents
                    ]
                    batch.lines = []
                    yield batch
                done.path.unlink()

    def _sort(self, item: Item, name: str, count: StepCount, where: Where) -> Document | None:
        """A source's item as a tagged document; None if it was set aside."""
        if isinstance(item, Document):
            item = tagged(item, self.tags)
        return self._settle(item, name, count, where)

    def _settle(self, item: Item, name: str, count: StepCount, where: Where) -> Document | None:
        """Count what a step yields; a document that is to go on is returned."""
        try:
            if isinstance(item, Document):
                count.sent.add(encode(item))
                return item
            verdict = Verdict.of_drop(name, item, where) if isinstance(item, Drop) else Verdict.of_rejected(name, item)
        except Reject as reject:
            verdict = _of_reject(name, reject, item.id if isinstance(item, Document) else None, b"", where)
        (count.dropped if verdict.verdict == DROPPED else count.rejected)[verdict.reason] += 1
        self.take(verdict)
        return None

    def _run_corpus_stage(self, place: int, step: CorpusStage, batches: Iterator[Batch]) -> Iterator[Batch]:
        count = self.counts[place]
        batch, size = Batch(), 0
        received = self._received(batches, step.name(), count)
        for item in step.run(received):
            kept = self._settle(item, step.name(), count, (step.name(), count.received.documents))
            if kept is not None:
                batch.documents.append(kept)
                batch.where.append((step.name(), count.received.documents))
                size += len(kept.text)
            if len(batch.documents) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
                yield batch
                batch, size = Batch(), 0
        yield batch
        self.cut = self.cut or inspect.getgeneratorstate(received) != inspect.GEN_CLOSED

    def _received(self, batches: Iterator[Batch], name: str, count: StepCount) -> Generator[Document, None, None]:
        for batch in batches:
            for document, _ in _decoded(batch, name, count):
                count.received.add(encode(document))
                yield document
            self._take_all(batch)


def _offset(document: Document) -> int:
    return document.metadata.get("warc_offset") or 0


@dataclass
class ReadInput:
    """What a worker found in one input; its documents lie as lines in `path`."""

    path: Path
    count: StepCount
    verdicts: list[Verdict]
    damage: list[Damage]
    known: tuple[int, str]


def read_to_file(source: Source, tags: Tags, folder: Path, numbered: tuple[int, Input]) -> ReadInput:
    """Read one input in a worker."""
    number, place = numbered
    verdicts: list[Verdict] = []
    flow = Flow([source], verdicts.append, tags=tags)
    path = folder / f"{number}.jsonl"
    with open(path, "wb") as stream:
        for document in flow.documents([place]):
            stream.write(encode(document) + b"\n")
    entry = place.as_json()
    return ReadInput(path, flow.counts[0], verdicts, place.damage, (entry["bytes"], entry["sha256"]))


def read_lines(inputs: Iterable[Input]) -> Iterator[Batch]:
    """Batches of undecoded lines; unreadable ones become verdicts of the step that takes the batch."""
    for source in inputs:
        if source.name.endswith(".parquet"):
            yield from _read_shards(source)
            continue
        batch, size = Batch(input=source.name), 0
        is_stream = source.is_stream
        for item in source.lines():
            if isinstance(item, Rejected):
                source.count.add(item.raw)
                batch.verdicts.append(Verdict.of_rejected("", item))
                continue
            if is_stream:
                # Held against what the writers of the pipe say they sent.
                source.count.add(item[1])
            batch.lines.append(item)
            size += len(item[1])
            if len(batch.lines) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
                yield batch
                batch, size = Batch(input=source.name), 0
        yield batch


def _read_shards(source: Input) -> Iterator[Batch]:
    from corpuskit.core.registry import find_format

    assert source.local_path is not None
    batch, size = Batch(), 0
    for number, document in enumerate(find_format("parquet").read(source.local_path)):
        source.count.add(encode(document))
        batch.documents.append(document)
        batch.where.append((source.name, number))
        size += len(document.text)
        if len(batch.documents) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
            yield batch
            batch, size = Batch(), 0
    yield batch


def judge(stages: Sequence[Stage], batch: Batch) -> Batch:
    """Pass a batch through stages; the result holds what came out, what was set aside, and an account a stage."""
    result = Batch(input=batch.input, counts=[StepCount() for _ in stages])
    first = result.counts[0]
    for verdict in batch.verdicts:
        _count_unread(verdict, stages[0].name(), first)
        result.verdicts.append(verdict)
    decoded = _decoded(batch, stages[0].name(), first, result.verdicts)
    if any(type(stage).apply_many is not Stage.apply_many for stage in stages):
        _judge_together(stages, result, decoded)
        return result
    for document, where in decoded:
        rider = _rider(document, where)
        if _through(stages, result.counts, result.verdicts, rider):
            result.documents.append(rider.document)
            result.where.append(where)
    return result


@dataclass(slots=True)
class _Rider:
    """A document on its way through stages, with its line and the hash of that."""

    document: Document
    where: Where
    line: bytes
    digest: int


def _rider(document: Document, where: Where) -> _Rider:
    line = encode(document)
    return _Rider(document, where, line, line_digest(line))


def _judge_together(stages: Sequence[Stage], result: Batch, decoded: Iterator[tuple[Document, Where]]) -> None:
    """A whole batch through one stage after the other, of which some take many documents at a time.

    Verdicts come in the order of the documents, as if each had gone through on its own.
    """
    riders: list[_Rider] = []
    aside: list[tuple[int, Verdict]] = [(0, verdict) for verdict in result.verdicts]
    for document, where in decoded:
        aside += [(len(riders), verdict) for verdict in result.verdicts[len(aside) :]]
        riders.append(_rider(document, where))
    aside += [(len(riders), verdict) for verdict in result.verdicts[len(aside) :]]
    left = list(enumerate(riders))
    for stage, count in zip(stages, result.counts, strict=True):
        passed = []
        judged = _apply_many(stage, [rider.document for _, rider in left])
        for (place, rider), item in zip(left, judged, strict=True):
            verdict = _note(stage, count, rider, item)
            if verdict is None:
                passed.append((place, rider))
            else:
                aside.append((place, verdict))
        left = passed
    result.verdicts = [verdict for _, verdict in sorted(aside, key=operator.itemgetter(0))]
    result.documents = [rider.document for _, rider in left]
    result.where = [rider.where for _, rider in left]


def _apply_many(stage: Stage, documents: list[Document]) -> Sequence[Document | Drop | Reject]:
    if type(stage).apply_many is not Stage.apply_many:
        try:
            return stage.apply_many(documents)
        except CorpuskitError:
            raise
        except Exception as error:
            # One by one, the document at fault is found and named.
            for document in documents:
                _apply(stage, document)
            raise StepFault(f"{stage.name()} failed on a batch: {type(error).__name__}") from error
    return [_apply(stage, document) for document in documents]


def _apply(stage: Stage, document: Document) -> Document | Drop | Reject:
    try:
        return stage.apply(document)
    except Reject as reject:
        return reject
    except CorpuskitError:
        raise
    except Exception as error:
        raise _fault(stage, document, error) from error


def _fault(stage: Stage, document: Document, error: Exception) -> StepFault:
    return StepFault(f"{stage.name()} failed on document {document.id!r}: {type(error).__name__}")


def judge_to_lines(stages: Sequence[Stage], batch: Batch) -> Batch:
    """`judge` for a worker: documents go back as lines, which is half of what they are in memory."""
    result = judge(stages, batch)
    result.lines = [
        (where[1], encode(document)) for document, where in zip(result.documents, result.where, strict=True)
    ]
    result.documents, result.where = [], []
    return result


def _decoded(
    batch: Batch, name: str, count: StepCount, verdicts: list[Verdict] | None = None
) -> Iterator[tuple[Document, Where]]:
    """The batch's documents; lines that are none are counted as received and rejected by the step `name`."""
    aside = batch.verdicts if verdicts is None else verdicts
    if verdicts is None:
        for verdict in batch.verdicts:
            _count_unread(verdict, name, count)
    for offset, line in batch.lines:
        where = (batch.input, offset)
        try:
            yield decode(line), where
        except Reject as reject:
            verdict = _of_reject(name, reject, None, line, where)
            _count_unread(verdict, name, count)
            aside.append(verdict)
    yield from zip(batch.documents, batch.where, strict=True)


def _count_unread(verdict: Verdict, name: str, count: StepCount) -> None:
    verdict.step = name
    count.received.add(verdict.line)
    count.rejected[verdict.reason] += 1


def _through(stages: Sequence[Stage], counts: list[StepCount], verdicts: list[Verdict], rider: _Rider) -> bool:
    """Whether a document comes out of the last stage; the rider carries it as it does."""
    for stage, count in zip(stages, counts, strict=True):
        verdict = _note(stage, count, rider, _apply(stage, rider.document))
        if verdict is not None:
            verdicts.append(verdict)
            return False
    return True


def _note(stage: Stage, count: StepCount, rider: _Rider, judged: Document | Drop | Reject) -> Verdict | None:
    """Count what a stage made of a document; a verdict if it goes no further."""
    count.received.add_hashed(rider.line, rider.digest)
    try:
        if isinstance(judged, Document):
            if judged is not rider.document:
                line = encode(judged)
                rider.document, rider.line, rider.digest = judged, line, line_digest(line)
            count.sent.add_hashed(rider.line, rider.digest)
            return None
        if isinstance(judged, Drop):
            verdict = Verdict.of_drop(stage.name(), judged, rider.where)
            count.dropped[judged.reason] += 1
            return verdict
        raise judged
    except Reject as reject:
        count.rejected[reject.reason] += 1
        return _of_reject(stage.name(), reject, rider.document.id, rider.line, rider.where)
    except Exception as error:
        raise _fault(stage, rider.document, error) from error


def _of_reject(name: str, reject: Reject, identifier: str | None, line: bytes, where: Where) -> Verdict:
    return Verdict.of_rejected(name, Rejected(reject.reason, where[0], where[1], line, reject.detail, identifier))


def tagged(document: Document, tags: Tags) -> Document | Drop:
    """The document with a source's tags. Its own licence and origin stay; another origin than its own is a drop."""
    own = document.metadata
    if tags.origin and own.get("origin") not in (None, tags.origin):
        return Drop(document, "origin-conflict", {"declared": tags.origin, "own": own["origin"]})
    given = {"source": tags.source, "origin": tags.origin}
    if own.get("license") is None:
        given |= {"license": tags.license, "license_evidence": tags.license and tags.license_evidence}
    given = {key: value for key, value in given.items() if value}
    return document.with_metadata(**given) if given else document
