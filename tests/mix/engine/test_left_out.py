"""A run without a result says why; `--drops` and `--rejects` of `mix` list what was left out."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run, lines_of

DOCUMENTS = [{"id": f"d{number}", "text": f"The lamp of pier {number} was lit before dark."} for number in range(6)]
SOURCE = "sources:\n  day: {{from: files, inputs: [day.jsonl], origin: public_dataset{more}}}\n"


@pytest.fixture
def day(tmp_path: Path) -> Path:
    (tmp_path / "day.jsonl").write_bytes(lines_of(DOCUMENTS) + b'{"id": "bad"}\n')
    return tmp_path


def write_recipe(folder: Path, more: str = "", end: str = "") -> None:
    (folder / "recipe.yaml").write_text(SOURCE.format(more=more) + end)


def test_no_result_shows_the_table_with_the_reasons_and_leaves_nothing(day: Path, corpuskit: Run) -> None:
    write_recipe(day, ", steps: [{filter-language: {keep: [de]}}]")
    result = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert result.returncode == 6
    table, message = result.stderr.decode().split("corpuskit mix: ")
    assert "dropped: 6 filter-language: language" in table and "rejected: 1 files: no-text" in table
    assert message.startswith("no document is left (7 in, 0 out, 6 dropped (language 6), 1 rejected (no-text 1))")
    assert not (day / "out").exists()


def test_no_result_is_counted_in_the_json(day: Path, corpuskit: Run) -> None:
    write_recipe(day, ", steps: [{filter-language: {keep: [de]}}]")
    outcome = json.loads(corpuskit("mix", "recipe.yaml", "-o", "out", "--json").stderr.splitlines()[-1])
    (source,) = outcome.pop("sources").values()
    assert (source["read"], source["documents"]) == (7, 0)
    assert outcome | {"error": ""} == {
        "command": "mix",
        "in": 7,
        "made": 0,
        "out": 0,
        "dropped": {"language": 6},
        "rejected": {"no-text": 1},
        "unpublished": 0,
        "exit": 6,
        "error": "",
    }


def test_a_source_of_which_nothing_can_be_read_is_named(day: Path, corpuskit: Run) -> None:
    write_recipe(day, ", options: {text-key: body}")
    result = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert result.returncode == 2
    assert b"recipe.yaml:2: source `day`: no record could be read, 7 rejected (no-text 7)" in result.stderr
    assert b"`corpuskit files --text-key body day.jsonl" in result.stderr and not (day / "out").exists()
    tolerated = corpuskit("mix", "recipe.yaml", "-o", "out", "--allow-empty")
    assert tolerated.returncode == 0 and corpuskit("verify", "out").returncode == 0


def test_drops_and_rejects_are_the_decisions_that_are_published(day: Path, corpuskit: Run) -> None:
    write_recipe(day, ", steps: [dedup]", "together: [{sample: {rate: 0.5}}]\n")
    options = ("--drops", "drops.jsonl", "--rejects", "rejects.jsonl.gz")
    for jobs in ("1", "2"):
        assert corpuskit("mix", "recipe.yaml", "-o", f"out{jobs}", "-j", jobs, *options).returncode == 0
        manifest = json.loads((day / f"out{jobs}" / "manifest.json").read_text())
        dropped = sum(sum(step["dropped"].values()) for step in manifest["steps"])
        drops = [json.loads(line) for line in (day / "drops.jsonl").read_bytes().splitlines()]
        assert len(drops) == dropped > 0
        assert {drop["reason"] for drop in drops} <= {"duplicate", "not-sampled", "sampled-out"}
    unchanged = corpuskit("mix", "recipe.yaml", "-o", "out2", "--drops", "-")
    assert len(unchanged.stdout.splitlines()) == dropped
    import gzip

    (reject,) = [json.loads(line) for line in gzip.decompress((day / "rejects.jsonl.gz").read_bytes()).splitlines()]
    assert (reject["reason"], reject["input"]) == ("no-text", "day.jsonl") and "sha256" in reject


def test_drops_to_standard_output_need_another_place_for_documents(day: Path, corpuskit: Run) -> None:
    refused = corpuskit("dedup", "day.jsonl", "--drops", "-")
    assert refused.returncode == 2 and b"`--drops -` and the documents would both go" in refused.stderr
    shown = corpuskit("filter-language", "day.jsonl", "--keep", "de", "--drops", "-", "-o", "x.jsonl", "--allow-empty")
    assert [json.loads(line)["document"]["id"] for line in shown.stdout.splitlines()] == [f"d{n}" for n in range(6)]
    assert corpuskit("dedup", "day.jsonl", "--rejects", "-").returncode == 2


@pytest.mark.parametrize("of_source", [True, False])
def test_what_head_leaves_of_a_source_or_of_all_is_dropped_and_explained(
    day: Path, corpuskit: Run, of_source: bool
) -> None:
    steps = "[{sample: {rate: 1.0}}, {head: {n: 2}}, scrub-pii]"
    write_recipe(day, f", steps: {steps}" if of_source else "", "" if of_source else f"together: {steps}\n")
    for jobs in ("1", "2"):
        done = corpuskit("mix", "recipe.yaml", "-o", f"out{jobs}", "-j", jobs, "--no-cache", "--json")
        assert done.returncode == 0, done.stderr
        outcome = json.loads(done.stderr.splitlines()[-1])
        assert (outcome["in"], outcome["out"], outcome["dropped"]) == (7, 2, {"not-taken": 4})
        assert corpuskit("verify", f"out{jobs}").returncode == 0
    assert (day / "out1" / "manifest.json").read_bytes() == (day / "out2" / "manifest.json").read_bytes()
    assert b"not-taken" in corpuskit("explain", "out1", "d5").stdout
    documents = [json.loads(line) for line in corpuskit("head", "out1").stdout.splitlines()]
    assert sorted(document["id"] for document in documents) == ["d0", "d1"]
