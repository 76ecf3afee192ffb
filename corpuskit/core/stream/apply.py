"""Judging: a batch passes through stages, in this process or in a worker, and every document is accounted for."""

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpuskit.core.counts import StepCount, line_digest
from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.errors import CorpuskitError
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.step import Drop, Stage
from corpuskit.core.stream.batch import Batch, Where, count_unread, decoded, of_reject
from corpuskit.core.stream.cpu_guard import KILLED, TOGETHER, Guard, killed


class StepFault(CorpuskitError):
    """A step met what it does not expect; the message names the step and the document."""


def judge(stages: Sequence[Stage], batch: Batch, guard: Guard | None = None) -> Batch:
    """Pass a batch through stages; the result holds what came out, what was set aside, and an account a stage.

    In a worker, `guard` is told of every document and stage.
    """
    result = Batch(input=batch.input, counts=[StepCount() for _ in stages])
    first = result.counts[0]
    for verdict in batch.verdicts:
        count_unread(verdict, stages[0].name(), first)
        result.verdicts.append(verdict)
    incoming = decoded(batch, stages[0].name(), first, result.verdicts)
    if not batch.singly and any(type(stage).apply_many is not Stage.apply_many for stage in stages):
        _judge_together(stages, result, incoming, guard)
        return result
    for number, (document, where) in enumerate(incoming):
        rider = _rider(document, where, number, batch.killed.get(number))
        if _through(stages, result.counts, result.verdicts, rider, guard):
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
    number: int
    killed: int | None
    """The stage that does not end on it, where one is known."""


def _rider(document: Document, where: Where, number: int, killed: int | None = None) -> _Rider:
    line = encode(document)
    return _Rider(document, where, line, line_digest(line), number, killed)


def _judge_together(
    stages: Sequence[Stage], result: Batch, incoming: Iterator[tuple[Document, Where]], guard: Guard | None
) -> None:
    """A whole batch through one stage after the other, of which some take many documents at a time.

    Verdicts come in the order of the documents, as if each had gone through on its own.
    """
    riders: list[_Rider] = []
    aside: list[tuple[int, Verdict]] = [(0, verdict) for verdict in result.verdicts]
    for document, where in incoming:
        aside += [(len(riders), verdict) for verdict in result.verdicts[len(aside) :]]
        riders.append(_rider(document, where, len(riders)))
    aside += [(len(riders), verdict) for verdict in result.verdicts[len(aside) :]]
    left = riders
    for place, (stage, count) in enumerate(zip(stages, result.counts, strict=True)):
        passed = []
        judged = _apply_many(stage, place, left, guard)
        for rider, item in zip(left, judged, strict=True):
            verdict = _note(stage, count, rider, item)
            if verdict is None:
                passed.append(rider)
            else:
                aside.append((rider.number, verdict))
        left = passed
    result.verdicts = [verdict for _, verdict in sorted(aside, key=operator.itemgetter(0))]
    result.documents = [rider.document for rider in left]
    result.where = [rider.where for rider in left]


def _apply_many(
    stage: Stage, place: int, riders: list[_Rider], guard: Guard | None
) -> Sequence[Document | Drop | Reject]:
    if type(stage).apply_many is not Stage.apply_many:
        documents = [rider.document for rider in riders]
        if guard is not None:
            guard.enter(TOGETHER, place, stage)
        try:
            return stage.apply_many(documents)
        except CorpuskitError:
            raise
        except Exception as error:
            # One by one, the document at fault is found and named.
            for document in documents:
                _apply(stage, document)
            raise StepFault(f"{stage.name()} failed on a batch: {type(error).__name__}") from error
    return [_apply_to(stage, place, rider, guard) for rider in riders]


def _apply_to(stage: Stage, place: int, rider: _Rider, guard: Guard | None) -> Document | Drop | Reject:
    if place == rider.killed:
        return killed()
    if guard is not None:
        guard.enter(rider.number, place, stage)
    return _apply(stage, rider.document)


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


def judge_to_lines(stages: Sequence[Stage], batch: Batch, guard: Guard | None = None) -> Batch:
    """`judge` for a worker: documents go back as lines, which is half of what they are in memory."""
    result = judge(stages, batch, guard)
    result.lines = [
        (where[1], encode(document)) for document, where in zip(result.documents, result.where, strict=True)
    ]
    result.documents, result.where = [], []
    return result


def _through(
    stages: Sequence[Stage], counts: list[StepCount], verdicts: list[Verdict], rider: _Rider, guard: Guard | None
) -> bool:
    """Whether a document comes out of the last stage; the rider carries it as it does."""
    for place, (stage, count) in enumerate(zip(stages, counts, strict=True)):
        verdict = _note(stage, count, rider, _apply_to(stage, place, rider, guard))
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
        if reject.reason == KILLED:
            count.killed.append(rider.document.id)
        return of_reject(stage.name(), reject, rider.document.id, rider.line, rider.where)
    except Exception as error:
        raise _fault(stage, rider.document, error) from error
