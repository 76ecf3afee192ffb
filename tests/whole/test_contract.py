"""The laws that every step obeys, whoever wrote it."""

import copy
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from corpuskit.core.document import Document, decode, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.options import build_step
from corpuskit.core.outcome import Rejected
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.lines import Line
from corpuskit.core.registry import find_step, step_names
from corpuskit.core.step import Command, CorpusStage, Sink, Split, Stage, Step
from corpuskit.core.stream.flow import Flow
from corpuskit.text.takedown.on_record import hidden_id
from tests.conftest import ROOT

OPTIONS: dict[str, dict[str, Any]] = {
    "filter-license": {"allow": ["MIT", "CC0-1.0"]},
    "filter-language": {"keep": ["en", "de"], "min-score": 0.3},
    "head": {"n": 10**9},
    "decontaminate": {"against": [str(ROOT / "tests/golden/decontaminate/items/set.jsonl")]},
    "through": {"command": ["cat"]},
    "filter-url": {"domains": [str(ROOT / "tests/golden/filter-url/lists/domains.txt")]},
    "events": {"format": "copilot", "tenant": "acme", "key": "none.key"},
    "filter-rights": {"use": "train"},
    "filter-takedown": {"list": str(ROOT / "tests/golden/filter-takedown/list/takedown.jsonl")},
    "synth-gaps": {"by": "metadata.source"},
    "synth-run": {"url": "http://127.0.0.1:9/v1"},
    "synth-check": {
        "real": [str(ROOT / "tests/golden/synth-check/questions/real.jsonl")],
        "max-copies": 1,
        "max-unmarked": 1,
        "max-boilerplate": 1,
    },
}
"""Options for steps that need some, and those that let a step pass its whole input."""

PROSE = (
    "The harbour lies open to the south, and ships that come in at night are led by two lights on the mole. "
    "It was built in stone after the great storm, and the people of the town have kept it in repair ever since. "
    "They say that the first of the lights was a fire of driftwood, which the keeper's family fed for years."
)


def documents() -> list[Document]:
    """Ordinary and odd texts, some of them twice."""
    texts = [
        PROSE,
        PROSE.replace("south", "north"),
        f"{PROSE}\n\n{PROSE}",
        "",
        " \n\t\n",
        "short",
        "Der Hafen liegt nach Süden offen, und Schiffe, die bei Nacht einlaufen, führen zwei Lichter.",
        "港は南に開いていて、夜に入る船は二つの灯に導かれる。石で築かれたのは大嵐の後である。",
        "Write to keeper@example.org or call +1 202 555 0143; the card is 4111 1111 1111 1111, the host 192.0.2.7.",
        "a b c d " * 400,
        "line\n" * 300,
        "\u202eright to left\u202c \x00 nul \x1b[31mred\x1b[0m \u2028 separator",
        "😀" * 50 + " mail: a@example.com",
        "{ lorem ipsum } javascript must be enabled",
        "x" * 5000,
    ]
    made = [
        Document(f"d{place}", text, {"source": "made", "license": ["MIT", "GPL-3.0-only", None][place % 3]})
        for place, text in enumerate(texts * 3)
    ]
    return [document.with_metadata(license=document.metadata["license"]) for document in made]


def pages() -> list[Document]:
    """The same texts as web pages."""
    head = "<html lang=en><head><title>T</title></head><body><nav>menu</nav>"
    html = head + "<article><h1>Title</h1>{}</article></body></html>"
    return [
        document.with_text(
            html.format("".join(f"<p>{part}</p>" for part in document.text.split("\n"))), content_type="text/html"
        )
        for document in documents()
    ]


def step_of(name: str) -> Step:
    return build_step(find_step(name), OPTIONS.get(name, {}))


STEPS = [name for name in step_names() if issubclass(find_step(name), (Stage, CorpusStage))]
STEPS_OF_ANYBODY = [name for name in STEPS if not issubclass(find_step(name), Sink)]
STAGES = [name for name in STEPS if issubclass(find_step(name), Stage)]


def stream_for(name: str) -> list[Document]:
    return pages() if name == "extract" else documents()


def run(step: Step, stream: Sequence[Document], jobs: int = 1) -> tuple[list[bytes], list[Verdict], Flow]:
    verdicts: list[Verdict] = []
    flow = Flow([step], verdicts.append, jobs)
    lines = [encode(document) for document in flow.documents([Lines([encode(item) for item in stream])])]
    return lines, verdicts, flow


class Lines(Input):
    """An input that holds its lines in memory."""

    def __init__(self, held: list[bytes]) -> None:
        super().__init__("held.jsonl")
        self.held = held

    def line_runs(self) -> Iterator[list[Line] | Rejected]:
        yield list(enumerate(self.held))


def origin(name: str, document: Document) -> str:
    """Return the id of the document that this one came from."""
    return document.metadata["parents"][-1] if issubclass(find_step(name), Split) else document.id


@pytest.mark.parametrize("name", step_names())
def test_a_step_says_what_it_is(name: str) -> None:
    step_class = find_step(name)
    assert step_class.name() == name
    assert step_class.help_line().endswith((".", "?"))
    assert f"corpuskit {name}" in (step_class.__doc__ or ""), "the help shows an example"
    for option in step_class.option_list():
        assert option.help.endswith("."), f"{option.key} has a sentence"
    assert json.dumps(step_of(name).options()) if not issubclass(step_class, Command) else True


@pytest.mark.parametrize("name", STEPS)
def test_nothing_disappears_and_order_is_kept(name: str) -> None:
    stream = stream_for(name)
    lines, verdicts, flow = run(step_of(name), stream)
    (count,) = flow.counts
    assert count.is_balanced()
    assert count.received.documents == len(stream)
    assert len(lines) + len(verdicts) == len(stream) + count.made
    kept = [origin(name, decode(line)) for line in lines]
    places = {document.id: place for place, document in enumerate(stream)}
    assert kept == sorted(kept, key=places.__getitem__)
    hidden = {hidden_id(document.id): document.id for document in stream}
    assert {*kept, *(hidden.get(str(verdict.id), verdict.id) for verdict in verdicts)} == set(places)


@pytest.mark.parametrize("name", STEPS)
def test_reasons_are_stable_words(name: str) -> None:
    _, verdicts, _ = run(step_of(name), stream_for(name))
    for verdict in verdicts:
        assert verdict.reason == verdict.reason.lower().strip("-").replace("_", "-").replace(" ", "-")
        assert json.dumps(verdict.decision())


@pytest.mark.parametrize("name", STEPS)
def test_documents_are_left_as_they_came(name: str) -> None:
    stream = stream_for(name)
    before = copy.deepcopy(stream)
    step = step_of(name)
    if isinstance(step, Stage):
        for document in stream:
            step.split(document) if isinstance(step, Split) else step.apply(document)
    elif isinstance(step, CorpusStage):
        list(step.run(iter(stream)))
    assert stream == before


@pytest.mark.parametrize("name", STEPS)
def test_a_second_pass_changes_nothing_where_that_is_claimed(name: str) -> None:
    step = step_of(name)
    if not step.idempotent:
        pytest.skip("not claimed")
    once, _, _ = run(step, stream_for(name))
    twice, verdicts, _ = run(step_of(name), [decode(line) for line in once])
    assert twice == once
    assert verdicts == []


@pytest.mark.parametrize("name", STEPS)
def test_ids_and_texts_are_those_that_came_where_that_is_claimed(name: str) -> None:
    step, stream = step_of(name), stream_for(name)
    lines, _, flow = run(step, stream)
    is_kept = {(document.id, document.text) for document in map(decode, lines)} <= {
        (document.id, document.text) for document in stream
    } and not flow.counts[-1].made
    claimed = step.keeps_documents_with(json.loads(json.dumps(step.options())))
    assert is_kept or not claimed
    if claimed:
        assert lines, "a step that drops everything proves nothing"


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_judges_each_document_by_itself(name: str) -> None:
    stream = stream_for(name)
    single = [run(step_of(name), [document])[0] for document in stream]
    for part, alone in ((stream, single), (stream[::-1], single[::-1])):
        together, _, _ = run(step_of(name), part)
        assert together == [line for lines in alone for line in lines]


@pytest.mark.parametrize("name", STAGES)
def test_two_workers_give_what_one_gives(name: str) -> None:
    stream = stream_for(name) * 20
    one, few, flow = run(step_of(name), stream)
    two, many, parallel = run(step_of(name), stream, jobs=2)
    assert two == one
    assert [verdict.decision() for verdict in many] == [verdict.decision() for verdict in few]
    assert parallel.counts == flow.counts


@pytest.mark.parametrize("name", STAGES)
def test_stages_that_read_prose_refuse_pages_and_no_others_do(name: str) -> None:
    step = step_of(name)
    assert isinstance(step, Stage)
    if not step.reads_prose:
        run(step, pages())
        return
    for judge in (step.apply, lambda page: step.apply_many([page])):
        with pytest.raises(UsageError, match="corpuskit extract"):
            judge(pages()[0])


TAINT = {
    "tenant": "acme",
    "consent": {"scope": ["text", "train"], "until": "2031-01-01"},
    "actor": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "parents": ["log-1", "log-2"],
    "signal": {"kind": "sft", "weight": 0.5},
}
"""Whose a document is, what they agreed to, and what it was made from."""


@pytest.mark.parametrize("name", STEPS_OF_ANYBODY)
def test_whose_a_document_is_survives_every_step(name: str) -> None:
    owners = [TAINT, {**TAINT, "tenant": "birch", "parents": ["log-3"]}, {}]
    stream = [document.with_metadata(**owners[place % 3]) for place, document in enumerate(stream_for(name))]
    owner_of = {document.id: owners[place % 3] for place, document in enumerate(stream)}
    lines, verdicts, flow = run(step_of(name), stream)
    assert len(lines) + len(verdicts) == len(stream) + flow.counts[0].made
    for document in map(decode, lines):
        identifier = origin(name, document)
        owner = owner_of[identifier]
        if identifier != document.id:
            owner = {**owner, "parents": [*owner.get("parents", []), identifier]}  # type: ignore[misc]
        assert {key: document.metadata[key] for key in TAINT if key in document.metadata} == owner
    for verdict in verdicts:
        if other := verdict.decision()["values"].get("of"):
            assert owner_of[other].get("tenant") == owner_of[str(verdict.id)].get("tenant")


RIGHTS = {
    "rights": {"train": "allowed", "input": "disallowed", "search": "unknown", "evidence": []},
    "declarations": {"meta": {"robots": ["noindex"]}, "header": {"content-usage": ["train-ai=y"]}},
}


@pytest.mark.parametrize("name", STEPS_OF_ANYBODY)
def test_what_may_be_done_with_a_document_survives_every_step(name: str) -> None:
    """Only filter-rights reads declarations, and writes what they come to; nothing gets less strict on the way."""
    stream = [document.with_metadata(**RIGHTS) for document in stream_for(name)]
    lines, _, _ = run(step_of(name), stream)
    for metadata in (decode(line).metadata for line in lines):
        assert {use: metadata["rights"][use] for use in ("train", "input")} == {
            "train": "allowed",
            "input": "disallowed",
        }
        if name == "filter-rights":
            assert "declarations" not in metadata and metadata["rights"]["search"] == "disallowed"
        else:
            assert metadata["declarations"] == RIGHTS["declarations"]


def test_sinks_pass_documents_on() -> None:
    for name in step_names():
        if issubclass(find_step(name), Sink):
            step = step_of(name)
            assert isinstance(step, Sink)
            assert [step.apply(document) for document in documents()] == documents()
            assert step.formats() is None
