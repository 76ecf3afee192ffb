"""`filter-takedown`: what a list names is dropped, with its near copies, and nobody is named by what is left."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpuskit import Document, Drop, UsageError
from corpuskit.core.options import build_step
from corpuskit.core.registry import find_step
from corpuskit.core.step import Stage
from corpuskit.text.takedown.on_record import hidden_id
from tests.conftest import Run, lines_of

TEXT = "The keeper of the light wrote down every ship that came into the harbour at night, for thirty long years."
NEAR = TEXT.replace("thirty long years", "thirty long years and more")
OTHER = "A ship that came at night was written down by somebody else, who kept no light and lived in another town."


def filter_of(folder: Path, *lines: Any) -> Stage:
    (folder / "takedown.jsonl").write_bytes(lines_of(list(lines)))
    step = build_step(find_step("filter-takedown"), {"list": str(folder / "takedown.jsonl")})
    assert isinstance(step, Stage)
    return step


def test_texts_take_out_their_near_copies_and_no_others(tmp_path: Path) -> None:
    step = filter_of(tmp_path, {"text": TEXT})
    documents = [Document(f"d{place}", text) for place, text in enumerate([TEXT, NEAR, OTHER, TEXT.upper(), ""])]
    outcomes = step.apply_many(documents)
    reasons = [outcome.reason if isinstance(outcome, Drop) else None for outcome in outcomes]
    assert reasons == ["takedown-text", "takedown-near-copy", None, "takedown-near-copy", None]
    assert outcomes == [step.apply(document) for document in documents]
    assert outcomes[2] is documents[2]


def test_a_drop_names_nobody(tmp_path: Path) -> None:
    step = filter_of(tmp_path, {"id": "jane"})
    drop = step.apply(Document("jane", TEXT, {"source": "web", "url": "https://example.org/jane"}, {"name": "Jane"}))
    assert isinstance(drop, Drop)
    assert drop.document == Document(hidden_id("jane"), "", {"source": "web"})
    assert "jane" not in json.dumps([drop.document.id, drop.values, step.options()])


def test_the_published_folder_and_its_streams_name_nobody(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "takedown.jsonl").write_bytes(lines_of([{"id": "jane-doe"}, {"text": TEXT}]))
    documents = [
        {"id": "jane-doe", "text": OTHER},
        {"id": "copy-of-jane", "text": NEAR},
        {"id": "kept", "text": "Kept."},
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    command = ("filter-takedown", "--list", "takedown.jsonl", "in.jsonl", "--drops", "drops.jsonl", "-o", "out")
    done = corpuskit(*command, "--json")
    assert done.returncode == 0, done.stderr
    written = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    written += [(tmp_path / "drops.jsonl").read_bytes(), done.stderr]
    assert not any(b"jane" in data or b"keeper" in data for data in written)
    (step,) = json.loads((tmp_path / "out/manifest.json").read_bytes())["steps"]
    assert step["dropped"] == {"takedown-id": 1, "takedown-near-copy": 1}
    assert corpuskit("verify", "out").returncode == 0
    explained = corpuskit("explain", "out", "jane-doe").stdout
    assert b"dropped by filter-takedown: takedown-id" in explained and hidden_id("jane-doe").encode() in explained


def test_two_lists_of_the_same_entries_give_the_same_manifest(tmp_path: Path) -> None:
    one = filter_of(tmp_path, {"id": "a"}, {"text": TEXT, "ref": "r-1"}).options()
    assert filter_of(tmp_path, {"text": TEXT}, {"id": "a", "date": "2026-11-01"}).options() == one
    assert filter_of(tmp_path, {"text": TEXT}).options() != one


def test_the_version_of_signatures_is_on_record_if_there_are_some(tmp_path: Path) -> None:
    assert filter_of(tmp_path, {"id": "a"}).versions() == {}
    assert filter_of(tmp_path, {"text": TEXT}).versions().keys() == {"near-copies"}


def test_mistakes_are_told_with_their_line(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "takedown.jsonl").write_text('{"id": "a"}\n{"name": "Jane"}\n')
    done = corpuskit("filter-takedown", "--list", "takedown.jsonl", stdin=b"")
    assert done.returncode == 2 and b"takedown.jsonl:2: `name` is no key" in done.stderr
    with pytest.raises(UsageError, match="cannot read the takedown list"):
        build_step(find_step("filter-takedown"), {"list": "no.jsonl"})
    assert corpuskit("filter-takedown").returncode == 2
