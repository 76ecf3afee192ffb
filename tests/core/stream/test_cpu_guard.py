"""A document on which a step does not end costs itself and nothing else, and the manifest says that it was so."""

import json
import os
import re
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from corpuskit.core.counts import StepCount
from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.errors import CorpuskitError
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.reading.inputs import Input
from corpuskit.core.registry import describe
from corpuskit.core.settings import Settings
from corpuskit.core.step import Drop, Stage
from corpuskit.core.stream import cpu_guard
from corpuskit.core.stream.batch import BATCH_DOCUMENTS
from corpuskit.core.stream.flow import Flow
from corpuskit.core.stream.run import StepRun
from corpuskit.mix.mix import Mix
from corpuskit.stages.extract import Extract
from corpuskit.stages.scrub_pii import ScrubPii
from corpuskit.trust.verifying.dataset_check import check

HANGS = re.compile("(?:a|a)+$")
"""Doubles its time with each letter, inside the standard library's C code, where no signal handler runs."""


@dataclass(frozen=True)
class Spin(Stage):
    """Never come back from a document that says so."""

    @property
    def setup_seconds(self) -> float:
        """None: it has nothing to load."""
        return 0

    def apply(self, document: Document) -> Document | Drop:
        """Upper case, after the search."""
        if document.text.startswith("work"):
            HANGS.match("a" * 60 + "b")
        if document.text == "sleep":
            time.sleep(0.3)
        if document.text == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if document.text == "drop":
            return Drop(document, "asked-for")
        return document.with_text(document.text.upper())


@dataclass(frozen=True)
class SpinTogether(Spin):
    """The same, many documents at a time."""

    def apply_many(self, documents: Sequence[Document]) -> list[Document | Drop | Reject]:
        """One by one, but the guard does not see that."""
        return [self.apply(document) for document in documents]


@dataclass(frozen=True)
class Mark(Stage):
    """Add a character."""

    mark: str

    def apply(self, document: Document) -> Document:
        """The document with one more character."""
        return document.with_text(document.text + self.mark)


@dataclass(frozen=True)
class SlowToLoad(Stage):
    """Takes longer for its first document than any may, to load what it needs."""

    @cached_property
    def model(self) -> int:
        """What takes so long."""
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
        return 1

    def apply(self, document: Document) -> Document:
        """The document, after the model is there."""
        assert self.model
        return document


@dataclass(frozen=True)
class Slow(Stage):
    """Takes more processor time for some documents than a guarded stage may."""

    is_guarded: bool = True

    @property
    def guarded(self) -> bool:
        """As asked for."""
        return self.is_guarded

    @property
    def setup_seconds(self) -> float:
        """Enough for a slow document."""
        return 5

    def apply(self, document: Document) -> Document:
        """The document, after more than the limit if it is slow."""
        end = time.process_time() + (0.15 if document.text == "slow" else 0)
        while time.process_time() < end:
            pass
        return document


@pytest.fixture(autouse=True)
def little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_guard, "CPU_SECONDS", 0.1)


def written(folder: Path, texts: Sequence[str]) -> Input:
    path = folder / "documents.jsonl"
    path.write_bytes(b"".join(encode(Document(str(number), text)) + b"\n" for number, text in enumerate(texts)))
    return Input(path.name, local_path=path)


def passed(stages: Sequence[Stage], source: Input, jobs: int) -> tuple[list[Document], list[Verdict], list[StepCount]]:
    verdicts: list[Verdict] = []
    flow = Flow(stages, verdicts.append, jobs)
    return list(flow.documents([source])), verdicts, flow.counts


@pytest.mark.parametrize("stage", [Spin(), SpinTogether()])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_hung_document_is_rejected_and_its_neighbours_are_not(tmp_path: Path, stage: Stage, jobs: int) -> None:
    texts = ["drop" if number % 50 == 7 else "text" for number in range(3 * BATCH_DOCUMENTS)]
    hung = [300, 301]
    for number in hung:
        texts[number] = "work"
    documents, verdicts, [count] = passed([stage], written(tmp_path, texts), jobs)
    assert [document.id for document in documents] == [str(n) for n, text in enumerate(texts) if text == "text"]
    assert {document.text for document in documents} == {"TEXT"}
    in_order = [number for number, text in enumerate(texts) if text != "text"]
    assert [verdict.id for verdict in verdicts] == [str(number) for number in in_order]
    found = [verdict for verdict in verdicts if verdict.verdict == "rejected"]
    assert [(verdict.id, verdict.reason, verdict.step) for verdict in found] == [
        (str(number), "killed", stage.name()) for number in hung
    ]
    assert json.loads(found[0].line)["id"] == "300" and found[0].offset > 0
    assert count.killed == ["300", "301"] and count.rejected == {"killed": 2} and count.is_balanced()


def test_the_stage_that_does_not_end_is_the_one_that_is_named(tmp_path: Path) -> None:
    source = written(tmp_path, ["text", "work", "text"])
    documents, [verdict], counts = passed([Mark("!"), Spin(), Mark(".")], source, 1)
    assert [document.text for document in documents] == ["TEXT!.", "TEXT!."]
    assert verdict.step == "spin" and json.loads(verdict.line)["text"] == "work!"
    assert [count.received.documents for count in counts] == [3, 3, 2]


def test_waiting_is_not_work(tmp_path: Path) -> None:
    documents, verdicts, _ = passed([Spin()], written(tmp_path, ["sleep", "text"]), 1)
    assert len(documents) == 2 and not verdicts


def test_loading_a_model_is_not_the_first_document_s_time(tmp_path: Path) -> None:
    documents, verdicts, _ = passed([SlowToLoad()], written(tmp_path, ["text", "text"]), 1)
    assert len(documents) == 2 and not verdicts
    assert Extract().setup_seconds == 0


def test_a_worker_that_dies_otherwise_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpuskitError, match="a worker process was killed, perhaps for lack of memory"):
        passed([Spin()], written(tmp_path, ["text", "die"]), 1)


def test_stages_that_others_wrote_or_that_hand_bytes_to_libraries_are_guarded() -> None:
    assert Spin().guarded and Extract().guarded and ScrubPii(engine="scrubadub").guarded
    assert not ScrubPii().guarded


def published(folder: Path, texts: Sequence[str]) -> tuple[dict[str, object], list[str]]:
    source = written(folder, texts)
    StepRun(Spin(), [str(source.local_path)], Settings(output=folder / "out", quiet=True)).run()
    manifest = json.loads((folder / "out" / "manifest.json").read_bytes())
    return manifest, check(folder / "out", {})


def test_the_manifest_says_that_it_is_not_repeatable_and_names_the_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path / "state"))
    manifest, problems = published(tmp_path, ["text", "work", "text"])
    assert problems == []
    assert manifest["repeatable"] is False
    [step] = manifest["steps"]  # type: ignore[misc]
    assert step["killed"] == ["1"] and step["rejected"] == {"killed": 1}  # type: ignore[has-type]


def test_a_manifest_without_such_a_document_does_not_speak_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path / "state"))
    manifest, problems = published(tmp_path, ["text", "text"])
    assert problems == [] and "killed" not in json.dumps(manifest) and "repeatable" not in manifest


def test_accounts_carry_the_names_and_a_cut_stream_keeps_them() -> None:
    count = StepCount(killed=["a"])
    count.received.documents += 1
    count.rejected["killed"] += 1
    count.merge(StepCount.from_json(json.loads(json.dumps(count.as_json()))))
    assert count.killed == ["a", "a"]
    chain = Chain()
    chain.add(describe(Spin()), "none", count)
    chain.cut()
    assert chain.steps[0]["killed"] == ["a", "a"] and "rejected" not in chain.steps[0]


RECIPE = """
sources:
  web: {from: files, inputs: [documents.jsonl], origin: crawl, license: CC0-1.0, steps: [extract]}
"""


def test_a_task_of_a_mix_is_guarded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(Extract, "apply", Spin.apply)
    written(tmp_path, ["text", "work", "text"])
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    Mix(no_cache=True).execute([str(tmp_path / "recipe.yaml")], Settings(output=tmp_path / "out", jobs=1, quiet=True))
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    assert check(tmp_path / "out", {}) == []
    assert manifest["repeatable"] is False
    assert [step.get("killed") for step in manifest["steps"]] == [None, None, ["1"], None, None]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are listed by Linux only")
def test_no_worker_outlives_its_stream(tmp_path: Path) -> None:
    source = written(tmp_path, ["text"] * (2 * BATCH_DOCUMENTS) + ["work"])
    before = children()
    stream = Flow([Spin()], lambda verdict: None, 2).documents([source])
    assert next(stream).text == "TEXT" and children() - before
    stream.close()
    assert children() == before


def children() -> set[str]:
    """The process ids of this process's children."""
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize(
    ("guarded", "killed", "jobs"),
    [
        (True, ["0", "1", str(BATCH_DOCUMENTS)], 1),
        (True, ["0", "1", str(BATCH_DOCUMENTS)], 3),
        pytest.param(False, [], 1, marks=pytest.mark.slow),
        (False, [], 3),
    ],
)
def test_what_is_killed_depends_on_no_number_of_workers(
    tmp_path: Path, guarded: bool, killed: list[str], jobs: int
) -> None:
    texts = ["slow" if number in (0, 1, BATCH_DOCUMENTS) else "text" for number in range(2 * BATCH_DOCUMENTS)]
    documents, verdicts, [count] = passed([Slow(guarded)], written(tmp_path, texts), jobs)
    assert sorted(count.killed, key=int) == killed == [verdict.id for verdict in verdicts]
    assert len(documents) == len(texts) - len(killed)
