"""What `mix` says at the end: limits, quotas that were missed, and the line of `--json`."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from corpuskit.core.provenance.manifest import read_manifest
from corpuskit.mix.engine.summary import SourceSummary, summary_table
from tests.conftest import Run, lines_of, texts

RECIPE = """
budget: {{tokens: {budget}, tokenizer: words}}
caps: {{licensed: 0.25}}
sources:
  news: {{from: files, inputs: [news.jsonl], origin: crawl, license: MIT}}
  novels: {{from: files, inputs: [novels.jsonl], origin: licensed, license: MIT, weight: 9}}
  notes: {{from: files, inputs: [notes.jsonl], origin: other, license: MIT}}
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """Short pieces of news, one long novel, and few notes."""
    lengths = {"news": [30] * 60, "novels": [300, 4000], "notes": [10] * 3}
    for name, words in lengths.items():
        rows = [
            {"id": f"{name}{row}", "text": " ".join(f"{name}{row}w{word}" for word in range(count))}
            for row, count in enumerate(words)
        ]
        (tmp_path / f"{name}.jsonl").write_bytes(lines_of(rows))
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(budget=2000))
    return tmp_path


def test_the_table_names_unit_limits_and_missed_quotas(recipe: Path, corpuskit: Run) -> None:
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--no-cache")
    said = done.stderr.decode()
    assert done.returncode == 0 and "tokens (words)" in said
    assert "limited by caps.licensed" in said and "limited by max_epochs: the source ran dry" in said
    assert "quota: 500 tokens, missed by 200" in said
    assert "of 2,000 tokens" in said and "novels by 200" in said and "a larger budget" in said
    quotas = read_manifest(recipe / "out")["quotas"]
    assert quotas["novels"] == {"tokens": 500, "bound_by": "caps.licensed"}
    assert quotas["notes"] == {"tokens": 30, "bound_by": "max_epochs"}
    assert corpuskit("verify", "out").returncode == 0


def test_a_budget_that_is_met_brings_no_notice(recipe: Path, corpuskit: Run) -> None:
    (recipe / "recipe.yaml").write_text(RECIPE.format(budget=1200))
    said = corpuskit("mix", "recipe.yaml", "-o", "out", "--no-cache").stderr.decode()
    assert "less than the budget" not in said and "missed" not in said


def test_a_source_without_a_document_is_named(recipe: Path, corpuskit: Run) -> None:
    (recipe / "recipe.yaml").write_text(RECIPE.format(budget=100))
    (recipe / "novels.jsonl").write_bytes(b"")
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--no-cache", "--set", "budget=null", "--set", "caps=null")
    assert "source novels: there is no document in its inputs" in done.stderr.decode()


def test_a_source_that_lost_every_document_is_named_with_what_to_look_at(recipe: Path, corpuskit: Run) -> None:
    (recipe / "recipe.yaml").write_text(RECIPE.format(budget=1200))
    rows = [{"id": f"t{row}", "text": f"tide {row}", "metadata": {"tenant": "acme"}} for row in range(3)]
    (recipe / "notes.jsonl").write_bytes(lines_of(rows))
    rows = [{"id": f"o{row}", "text": f"boat {row}", "metadata": {"origin": "synthetic"}} for row in range(4)]
    (recipe / "novels.jsonl").write_bytes(lines_of(rows))
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--no-cache")
    said = done.stderr.decode()
    assert done.returncode == 0 and said.count("limited by its steps: they left no document") == 2
    assert "source notes: none of its 3 documents is in the corpus; 3 left as `foreign-tenant`: name the tenant" in said
    assert "source novels: none of its 4 documents is in the corpus; 4 left as `origin-conflict`: its documents" in said
    assert "source news: none" not in said


def test_json_says_what_was_published_and_where(recipe: Path, corpuskit: Run) -> None:
    first = corpuskit("mix", "recipe.yaml", "-o", "out", "--json")
    told = json.loads(first.stderr.splitlines()[-1])
    manifest = read_manifest(recipe / "out")
    assert (told["output"], told["digest"], told["upstream"]) == ("out", manifest["digest"], "verified")
    assert told["seconds"] > 0 and told["tokenizer"] == "words"
    assert told["tokens"] == sum(source["tokens"] for source in told["sources"].values())
    assert [step["id"] for step in told["steps"]] == [step["id"] for step in manifest["steps"]]
    for step in told["steps"]:
        assert step["in"] + step["made"] == step["out"] + sum(step["dropped"].values()) + sum(step["rejected"].values())
    novels = told["sources"]["novels"]
    assert (novels["read"], novels["documents"], novels["quota"], novels["bound_by"]) == (2, 1, 500, "caps.licensed")
    again = json.loads(corpuskit("mix", "recipe.yaml", "-o", "out", "--json").stderr.splitlines()[-1])
    assert {**again, "seconds": 0} == {**told, "seconds": 0}


def test_repetitions_are_in_every_account(recipe: Path, corpuskit: Run) -> None:
    text = RECIPE.format(budget=2000).replace(
        "[notes.jsonl], origin: other", "[notes.jsonl], max_epochs: 3, origin: other"
    )
    (recipe / "recipe.yaml").write_text(text)
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--json", "--no-cache")
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["made"] == told["steps"][-1]["made"] == 6, "two more of each of the three notes"
    for account in (told, *told["steps"]):
        left_out = sum(account["dropped"].values()) + sum(account["rejected"].values())
        assert account["in"] + account["made"] == account["out"] + left_out
    said = corpuskit("mix", "recipe.yaml", "-o", "other", "--no-cache").stderr.decode()
    assert f"made by {told['steps'][-1]['id']}: 6\n" in said


def test_without_a_budget_nothing_is_said_of_quotas(recipe: Path, corpuskit: Run) -> None:
    (recipe / "recipe.yaml").write_text(RECIPE.format(budget=1).split("sources:")[1].join(["sources:", ""]))
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--json", "--no-cache")
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["sources"]["news"]["quota"] is None and "quotas" not in read_manifest(recipe / "out")


def test_what_was_found_is_told_by_type(tmp_path: Path, corpuskit: Run) -> None:
    texts = ["Write to ann@example.org or bob@example.org.", "Nothing here.", "Tel.: 202 555 0143; cy@example.org"]
    (tmp_path / "in.jsonl").write_text("".join(f'{{"id":"{i}","text":"{text}"}}\n' for i, text in enumerate(texts)))
    recipe = "sources: {n: {from: files, inputs: [in.jsonl], origin: other, steps: [scrub-pii]}}\n"
    (tmp_path / "r.yaml").write_text(recipe)
    assert "found by 3-scrub-pii: 3 email, 1 phone\n" in corpuskit("mix", "r.yaml", "-o", "out").stderr.decode()
    told = json.loads(corpuskit("mix", "r.yaml", "-o", "out", "--json").stderr.splitlines()[-1])
    assert [step["hits"] for step in told["steps"] if step["hits"]] == [{"email": 3, "phone": 1}]
    answer = json.loads(corpuskit("stats", "out", "--json").stdout)
    assert (answer["hits"], answer["upstream"]) == ({"3-scrub-pii": {"email": 3, "phone": 1}}, "verified")
    assert "found by 3-scrub-pii\n           3  email\n" in corpuskit("stats", "out").stdout.decode()


@pytest.mark.parametrize("words", ["", "--quiet", "--json"])
def test_a_log_keeps_what_is_told_and_what_is_not(recipe: Path, corpuskit: Run, words: str) -> None:
    for number in (1, 2):
        done = corpuskit("mix", "recipe.yaml", "-o", "out", "--no-cache", "--log", "build.log", *words.split())
        assert done.returncode == 0, done.stderr
        lines = (recipe / "build.log").read_text().splitlines()
        assert "corpuskit mix: published " in lines[-1]
        assert sum("tokens (words)" in line for line in lines) == number
        assert all(re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z ", line) for line in lines)
    failed = corpuskit("mix", "recipe.yaml", "-o", "none", "--set", "budget.tokens=9M", "--log", "build.log", "--json")
    assert failed.returncode == 6 and "cannot be met" in (recipe / "build.log").read_text()
    told = json.loads(failed.stderr.splitlines()[-1])
    assert told["in"] > 0 and told["out"] == 0


def test_a_log_is_none_of_the_files_that_are_read(recipe: Path, corpuskit: Run) -> None:
    before = (recipe / "recipe.yaml").read_bytes()
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--log", "recipe.yaml")
    assert done.returncode == 2 and b"--log" in done.stderr
    assert (recipe / "recipe.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("number", "last"), [(4, "17 filter: reason-3"), (5, "16 filter: reason-4"), (6, "31 for 2 other reasons")]
)
def test_a_last_reason_is_named_and_only_several_are_summed_up(number: int, last: str) -> None:
    dropped = Counter({f"filter: reason-{reason}": 20 - reason for reason in range(number)})
    line = summary_table({"web": SourceSummary(read=200, dropped=dropped)}, "words").splitlines()[-1]
    assert line.startswith(" " * 8 + "dropped: 20 filter: reason-0, ") and line.endswith(last)


def test_the_counts_of_a_failed_run_balance_and_name_the_sources(recipe: Path, corpuskit: Run) -> None:
    together = "together: [{filter-language: {keep: [de]}}, dedup]\n"
    (recipe / "recipe.yaml").write_text(RECIPE.format(budget=10**7) + together + "floors: {news: 0.9}\n")
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--json", "--no-cache")
    told = json.loads(done.stderr.splitlines()[-1])
    assert done.returncode == told["exit"] == 6
    assert told["in"] == 65 and told["in"] == told["unpublished"] + sum(told["dropped"].values())
    assert told["sources"]["news"]["read"] == 60
    (recipe / "novels.jsonl").write_bytes(b"no json\n")
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--json", "--no-cache")
    told = json.loads(done.stderr.splitlines()[-1])
    assert done.returncode == told["exit"] == 2 and told["rejected"] == {"bad-json": 1}
    assert told["in"] == told["unpublished"] + sum(told["dropped"].values()) + sum(told["rejected"].values())


def test_what_was_published_stands_beside_the_budget(tmp_path: Path, shell: Run) -> None:
    source = "{from: files, inputs: [in.jsonl], origin: other, license: CC0-1.0}"
    (tmp_path / "in.jsonl").write_bytes(texts("two words", "three words more"))
    (tmp_path / "one.yaml").write_text(f"budget: {{tokens: 5, tokenizer: words}}\nsources:\n  a: {source}\n")
    (tmp_path / "all.yaml").write_text(f"sources:\n  a: {source}\n")
    said = [shell(f"corpuskit mix {name}.yaml -o {name}").stderr.decode() for name in ("one", "all")]
    assert "published 2 documents with 5 tokens, of a budget of 5, in one; to check them" in said[0]
    assert "published 2 documents in all; to check them: corpuskit verify all" in said[1]
