"""A flow takes only steps that it can apply; what a source raises costs one input, or names it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corpuskit import Count, Dedup, Export, Files, Flow, Head, Stats, StepRun, UsageError, find_step, resolve
from corpuskit.core.counts import StepCount
from corpuskit.core.document import Document, Reject
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import CorpusStage, Drop, Item, Made, Source, Split, Stage
from corpuskit.core.stream.apply import StepFault
from tests.conftest import texts


@dataclass(frozen=True)
class Notes(Source):
    """Read a text file as one document.

    corpuskit notes
    """

    def read(self, input_: Input) -> Iterator[Item]:
        """Raises Reject for a text of `reject`, ZeroDivisionError for one of `fault`."""
        text = input_.read_all(1000).decode()
        yield Document(f"{input_.name}-1", text)
        if text == "reject":
            raise Reject("cannot-be-read", "half of it")
        if text == "fault":
            raise ZeroDivisionError
        yield Document(f"{input_.name}-2", text)


def inputs(folder: Path, *texts: str) -> list[Input]:
    for number, text in enumerate(texts):
        (folder / f"{number}.txt").write_text(text)
    return [Input(f"{number}.txt", local_path=folder / f"{number}.txt") for number in range(len(texts))]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_source_that_raises_reject_loses_that_input_alone(tmp_path: Path, jobs: int) -> None:
    verdicts: list[Verdict] = []
    flow = Flow([Notes()], verdicts.append, jobs)
    ids = [document.id for document in flow.documents(inputs(tmp_path, "good", "reject", "good"))]
    assert ids == ["0.txt-1", "0.txt-2", "1.txt-1", "2.txt-1", "2.txt-2"]
    (verdict,) = verdicts
    decision = verdict.decision()
    assert (decision["verdict"], decision["reason"], decision["input"]) == ("rejected", "cannot-be-read", "1.txt")
    assert flow.counts[0].rejected == {"cannot-be-read": 1}


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_source_that_fails_names_the_input(tmp_path: Path, jobs: int) -> None:
    flow = Flow([Notes()], lambda verdict: None, jobs)
    with pytest.raises(StepFault, match=r"notes failed on '1\.txt': ZeroDivisionError"):
        list(flow.documents(inputs(tmp_path, "good", "fault", "good")))


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Dedup(), Files()], "`files` is a source"),
        ([Files(), Files()], "`files` is a source"),
        ([Stats()], "`stats` is a command"),
        ([Files(), Count()], "`count` is a report"),
        ([Files(), Export()], "`export` would write nothing"),
        ([Export(), Head()], "`export` would write nothing"),
        ([Files], "Flow takes steps"),
    ],
)
def test_a_flow_refuses_steps_that_it_cannot_apply(steps: list[Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Flow(steps, lambda verdict: None)


def test_a_flow_applies_a_source_and_stages(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("one", "two", "one"))
    flow = Flow([Files(), Dedup(method="exact"), Head(n=5)], lambda verdict: None)
    assert [document.text for document in flow.documents(resolve([str(tmp_path / "in.jsonl")]))] == ["one", "two"]


@dataclass(frozen=True)
class Halve(Stage):
    """Halve texts, in one of two ways."""

    def apply(self, document: Document) -> Document | Drop:
        if document.text == "drop":
            return Drop(document, "unwanted")
        halved = document.with_text(document.text[: len(document.text) // 2])
        halved.way = "even" if len(document.text) % 2 == 0 else "odd"
        return halved


@dataclass(frozen=True)
class HalveLater(CorpusStage):
    """Halve texts once all are there."""

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        yield from [Halve().apply(document) for document in documents]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("step", [Halve(), HalveLater()])
def test_the_ways_of_a_step_are_counted_in_its_own_account(
    jobs: int, step: Stage | CorpusStage, tmp_path: Path
) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts(*["aa", "bbb", "cccc", "drop"] * 200))
    flow = Flow([step, Dedup(method="exact")], lambda verdict: None, jobs)
    documents = list(flow.documents(resolve([str(tmp_path / "in.jsonl")])))
    assert {document.way for document in documents} == {""}
    assert flow.counts[0].ways == {"even": 400, "odd": 200}
    assert flow.counts[1].ways == {}


def test_accounts_of_tasks_add_their_ways_up() -> None:
    total = StepCount()
    for ways in ({"trees": 2}, {"plain": 1, "trees": 3}, {}):
        part = StepCount(ways=Counter(ways))
        total.merge(StepCount.from_json(part.as_task_json()))
    assert total.as_json()["ways"] == {"plain": 1, "trees": 5}
    assert "ways" not in StepCount().as_json()


@pytest.mark.parametrize(
    ("misuse", "said"),
    [
        (lambda: Flow(Head(), print), r"Flow takes a list of steps, such as \[Head\(\)\]"),  # type: ignore[arg-type]
        (lambda: Flow([Head()], print, jobs=0), "number of jobs from 1 on, not 0"),
        (lambda: next(Flow([Head()], print).documents("a.jsonl")), "what `resolve` returns"),  # type: ignore[arg-type]
        (lambda: next(Flow([Head()], print).lines(["a.jsonl"])), "what `resolve` returns"),  # type: ignore[list-item]
        (lambda: find_step(Head), "find_step takes the name of a step"),  # type: ignore[arg-type]
        (lambda: StepRun(Head(), "a.jsonl", {}), r"StepRun takes Settings\(\), not dict"),  # type: ignore[arg-type]
    ],
)
def test_arguments_of_a_wrong_type_are_named(misuse: Callable[[], object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        misuse()


@dataclass(frozen=True)
class CutAtSpaces(Split):
    """Cut each text at its spaces.

    corpuskit cut-at-spaces
    """

    def split(self, document: Document) -> list[Document] | Drop:
        """Raises Reject for `reject`; drops `drop`; returns nothing for `nothing`."""
        if document.text == "reject":
            raise Reject("cannot-be-cut")
        if document.text == "drop":
            return Drop(document, "not-wanted")
        if document.text == "nothing":
            return []
        return [
            Document(f"{document.id}#{number}", part, {"parents": [document.id]})
            for number, part in enumerate(document.text.split())
        ]


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("together", [False, True])
def test_a_split_counts_what_it_makes(tmp_path: Path, jobs: int, together: bool) -> None:
    verdicts: list[Verdict] = []
    steps: list[Stage] = [Upper(), CutAtSpaces(), CutAtSpaces()] if together else [CutAtSpaces(), CutAtSpaces()]
    flow = Flow([Notes(), *steps], verdicts.append, jobs)
    given = inputs(tmp_path, "a b c", "drop", "one", "x")
    out = [(document.id, document.text.lower()) for document in flow.documents(given)]
    assert out[:3] == [("0.txt-1#0#0", "a"), ("0.txt-1#1#0", "b"), ("0.txt-1#2#0", "c")]
    assert [text for _, text in out] == ["a", "b", "c"] * 2 + ["one"] * 2 + ["x"] * 2
    first, second = flow.counts[-2:]
    assert (first.received.documents, first.made, first.sent.documents, first.dropped) == (8, 4, 10, {"not-wanted": 2})
    assert (second.received.documents, second.made, second.sent.documents) == (10, 0, 10)
    assert all(count.is_balanced() for count in flow.counts) and len(verdicts) == 2


@dataclass(frozen=True)
class Upper(Stage):
    """Write in capitals, many documents at a time, but for the words that mean something here."""

    def apply(self, document: Document) -> Document:
        """Return the document in capitals."""
        return document if document.text == "drop" else document.with_text(document.text.upper())

    def apply_many(self, documents: Sequence[Document]) -> list[Document | Drop | Reject]:
        """Return all documents in capitals."""
        return [self.apply(document) for document in documents]


def test_a_split_into_nothing_is_a_fault_of_the_step(tmp_path: Path) -> None:
    flow = Flow([Notes(), CutAtSpaces()], lambda verdict: None)
    with pytest.raises(StepFault, match=r"`split` must return Documents or a Drop, not an empty list"):
        list(flow.documents(inputs(tmp_path, "nothing")))


@dataclass(frozen=True)
class Sum(CorpusStage):
    """Drop every document and add one that is made of them."""

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield a drop for each document, and a new one at the end."""
        ids = []
        for document in documents:
            ids.append(document.id)
            yield Drop(document, "distilled")
        yield Made(Document("sum", " ".join(ids), {"parents": ids}))


def test_what_a_corpus_stage_makes_is_counted(tmp_path: Path) -> None:
    flow = Flow([Notes(), Sum()], lambda verdict: None)
    (made,) = flow.documents(inputs(tmp_path, "a", "b"))
    count = flow.counts[1]
    assert (count.received.documents, count.made, count.sent.documents) == (4, 1, 1)
    assert count.dropped == {"distilled": 4} and count.is_balanced()
    assert made.metadata["parents"] == ["0.txt-1", "0.txt-2", "1.txt-1", "1.txt-2"]


def test_a_flow_without_a_taker_of_verdicts_counts_them(tmp_path: Path) -> None:
    flow = Flow([Notes()])
    assert len(list(flow.documents(inputs(tmp_path, "reject", "fine")))) == 3
    assert flow.counts[0].rejected == Counter({"cannot-be-read": 1})
