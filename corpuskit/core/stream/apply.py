"""Pass a batch through stages, in this process or in a worker, and account for every document."""

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpuskit.core.counts import StepCount, StreamCount, line_digest
from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.errors import CorpuskitError
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.step import Drop, Split, Stage
from corpuskit.core.stream.batch import Batch, Location, count_hits, count_unread, count_way, decoded, of_reject
from corpuskit.core.stream.cpu_guard import KILLED, TOGETHER, Guard, killed

Outcome = Document | Drop | Reject | Sequence[Document]
"""What a stage makes of a document; several documents if it splits it."""


class StepFault(CorpuskitError):
    """A step met something that it does not expect; the message names the step and the document."""


def apply_stages(stages: Sequence[Stage], batch: Batch, guard: Guard | None = None) -> Batch:
    """Pass a batch through stages; the result holds what came out, what was set aside, and an account per stage.

    In a worker, `guard` watches every document and stage.
    """
    result = Batch(input=batch.input, counts=[StepCount() for _ in stages])
    first = result.counts[0]
    for verdict in batch.verdicts:
        count_unread(verdict, stages[0].name(), first)
        result.verdicts.append(verdict)
    incoming = decoded(batch, stages[0].name(), first, result.verdicts)
    if not batch.singly and any(type(stage).apply_many is not Stage.apply_many for stage in stages):
        _apply_together(stages, result, incoming, guard)
        return result
    for number, (document, location) in enumerate(incoming):
        item = _in_flight(document, location, number, batch.killed.get(number))
        for passed in _apply_all(stages, result.counts, result.verdicts, item, guard):
            result.documents.append(passed.document)
            result.locations.append(location)
    return result


@dataclass(slots=True)
class InFlight:
    """A document on its way through stages, with its line and the line's hash."""

    document: Document
    location: Location
    line: bytes
    digest: int
    number: int
    killed: int | None
    """The stage that does not finish on it, if one is known."""


def _in_flight(document: Document, location: Location, number: int, killed: int | None = None) -> InFlight:
    line = encode(document)
    return InFlight(document, location, line, line_digest(line), number, killed)


def _apply_together(
    stages: Sequence[Stage], result: Batch, incoming: Iterator[tuple[Document, Location]], guard: Guard | None
) -> None:
    """Pass a whole batch through one stage after the other, some of which take many documents at a time.

    Verdicts come in the order of the documents, as if each had gone through on its own.
    """
    in_flight: list[InFlight] = []
    numbered_verdicts: list[tuple[int, Verdict]] = [(0, verdict) for verdict in result.verdicts]
    for document, location in incoming:
        if len(result.verdicts) > len(numbered_verdicts):
            numbered_verdicts += [(len(in_flight), verdict) for verdict in result.verdicts[len(numbered_verdicts) :]]
        in_flight.append(_in_flight(document, location, len(in_flight)))
    numbered_verdicts += [(len(in_flight), verdict) for verdict in result.verdicts[len(numbered_verdicts) :]]
    remaining = in_flight
    for index, (stage, count) in enumerate(zip(stages, result.counts, strict=True)):
        passed = []
        _count_lines(count.received, remaining)
        for item, outcome in zip(remaining, _apply_many(stage, index, remaining, guard), strict=True):
            verdict = _count_outcome(stage, count, item, outcome)
            if isinstance(verdict, Verdict):
                verdict.position = index
                numbered_verdicts.append((item.number, verdict))
            else:
                passed += verdict
        _count_lines(count.sent, passed)
        remaining = passed
    result.verdicts = [verdict for _, verdict in sorted(numbered_verdicts, key=operator.itemgetter(0))]
    result.documents = [item.document for item in remaining]
    result.locations = [item.location for item in remaining]


def _count_lines(count: StreamCount, items: Sequence[InFlight]) -> None:
    count.add_many_hashed([item.line for item in items], [item.digest for item in items])


def _apply_many(stage: Stage, index: int, in_flight: list[InFlight], guard: Guard | None) -> Sequence[Outcome]:
    if type(stage).apply_many is not Stage.apply_many:
        documents = [item.document for item in in_flight]
        if guard is not None:
            guard.enter(TOGETHER, index, stage)
        try:
            outcomes = stage.apply_many(documents)
            if guard is not None and guard.is_unsure():
                guard.enter(TOGETHER, index, stage)
                outcomes = stage.apply_many(documents)
            return outcomes
        except CorpuskitError:
            raise
        except Exception as error:
            # Applied one by one, the document at fault is found and named.
            for document in documents:
                _apply(stage, document)
            raise StepFault(f"{stage.name()} failed on a batch: {type(error).__name__}") from error
    return [_apply_to(stage, index, item, guard) for item in in_flight]


def _apply_to(stage: Stage, index: int, item: InFlight, guard: Guard | None) -> Outcome:
    if index == item.killed:
        return killed()
    if guard is not None:
        guard.enter(item.number, index, stage)
    outcome = _apply(stage, item.document)
    if guard is not None and guard.is_unsure():
        guard.enter(item.number, index, stage)
        outcome = _apply(stage, item.document)
    return outcome


def _apply(stage: Stage, document: Document) -> Outcome:
    try:
        return stage.split(document) if isinstance(stage, Split) else stage.apply(document)
    except Reject as reject:
        return reject
    except CorpuskitError:
        raise
    except Exception as error:
        raise _fault(stage, document, error) from error


def _fault(stage: Stage, document: Document, error: Exception) -> StepFault:
    return StepFault(f"{stage.name()} failed on document {document.id!r}: {type(error).__name__}")


def apply_stages_to_lines(stages: Sequence[Stage], batch: Batch, guard: Guard | None = None) -> Batch:
    """Apply stages in a worker: documents go back as lines, which take half the memory."""
    result = apply_stages(stages, batch, guard)
    result.lines = [
        (location[1], encode(document)) for document, location in zip(result.documents, result.locations, strict=True)
    ]
    result.documents, result.locations = [], []
    return result


def _apply_all(
    stages: Sequence[Stage],
    counts: list[StepCount],
    verdicts: list[Verdict],
    item: InFlight,
    guard: Guard | None,
    start: int = 0,
) -> list[InFlight]:
    """Pass a document through the stages from `start` on; return what comes out of the last, none if it is left out."""
    for index in range(start, len(stages)):
        stage, count = stages[index], counts[index]
        count.received.add_hashed(item.line, item.digest)
        passed = _count_outcome(stage, count, item, _apply_to(stage, index, item, guard))
        if isinstance(passed, Verdict):
            passed.position = index
            verdicts.append(passed)
            return []
        for part in passed:
            count.sent.add_hashed(part.line, part.digest)
        if len(passed) > 1:
            parts = [_apply_all(stages, counts, verdicts, part, guard, index + 1) for part in passed]
            return [document for part in parts for document in part]
        (item,) = passed
    return [item]


def _note_absent_fields(stage: Stage, count: StepCount, item: InFlight) -> None:
    if count.absent_fields is None:
        count.absent_fields = stage.absent_fields(item.document)
    elif count.absent_fields:
        count.absent_fields &= stage.absent_fields(item.document)


def _count_outcome(stage: Stage, count: StepCount, item: InFlight, outcome: Outcome) -> Verdict | list[InFlight]:
    """Return the documents that a stage made of one, or a verdict if none goes on; count all but their lines."""
    _note_absent_fields(stage, count, item)
    for group in stage.groups(item.document):
        count.count_group(group, {"": 1, outcome.reason: 1} if isinstance(outcome, Drop) else {"": 1})
    try:
        if isinstance(outcome, Document):
            if outcome is not item.document:
                line = encode(outcome)
                item.document, item.line, item.digest = outcome, line, line_digest(line)
            count_way(count, outcome)
            return [item]
        if isinstance(stage, Split) and isinstance(outcome, Sequence) and outcome:
            return _parts(count, item, outcome)
        if isinstance(outcome, Drop):
            verdict = Verdict.of_drop(stage.name(), outcome, item.location)
            count.dropped[outcome.reason] += 1
            count_hits(count, outcome.document)
            return verdict
        if not isinstance(outcome, Reject):
            expected = "`split` must return Documents" if isinstance(stage, Split) else "`apply` must return a Document"
            raise StepFault(
                f"{stage.name()}: {expected} or a Drop, not {_described(outcome)}, "
                f"as it did for document {item.document.id!r}"
            )
        raise outcome
    except StepFault:
        raise
    except Reject as reject:
        count.rejected[reject.reason] += 1
        if reject.reason == KILLED:
            count.killed.append(item.document.id)
        return of_reject(stage.name(), reject, item.document.id, item.line, item.location)
    except Exception as error:
        raise _fault(stage, item.document, error) from error


def _parts(count: StepCount, item: InFlight, documents: Sequence[Document]) -> list[InFlight]:
    """Count the documents that one was split into, and return them; Reject for one without a line counts none."""
    lines = [encode(document) for document in documents]
    parts = []
    for document, line in zip(documents, lines, strict=True):
        parts.append(replace(item, document=document, line=line, digest=line_digest(line)))
        count_way(count, document)
    count.made += len(parts) - 1
    return parts


def _described(outcome: object) -> str:
    return "an empty list" if outcome == [] or outcome == () else type(outcome).__name__
