"""`train-quality` and `filter-quality --model`: what they learn, say, refuse and leave alone."""

import gzip
import hashlib
import json
import lzma
import os
from pathlib import Path
from typing import Any

import pytest

from corpuskit import Document, FilterQuality
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from tests.conftest import Run, lines_of
from tests.text.quality_model.test_quality_model import BAD_WORDS, GOOD_WORDS, fasttext_file, made_up_texts


def write(path: Path, texts: list[str], **metadata: Any) -> None:
    rows = [{"id": f"{path.stem}/{number}", "text": text, "metadata": metadata} for number, text in enumerate(texts)]
    path.write_bytes(lines_of(rows))


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    write(tmp_path / "good.jsonl", made_up_texts(GOOD_WORDS, 1))
    write(tmp_path / "bad.jsonl", made_up_texts(BAD_WORDS, 2))
    return tmp_path


def learned(corpuskit: Run, *arguments: str) -> dict[str, Any]:
    done = corpuskit("train-quality", "good.jsonl", "bad.jsonl", "-o", "m.model", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_model_is_learned_and_asked(sets: Path, corpuskit: Run) -> None:
    answer = learned(corpuskit)
    assert answer["auc"] > 0.95
    assert 0.3 < answer["controls"]["shuffled"] < 0.7
    assert (sets / "m.model").stat().st_size == answer["bytes"] < 1_000_000
    rejected = [(row["good"], row["bad"]) for row in answer["rejected"]]
    assert rejected == sorted(rejected) and rejected[2][0] < 0.2 < 0.8 < rejected[2][1]
    write(sets / "fresh.jsonl", made_up_texts(GOOD_WORDS, 3, 100) + made_up_texts(BAD_WORDS, 4, 100))
    done = corpuskit("filter-quality", "--model", "m.model", "fresh.jsonl", "--drops", "drops.jsonl")
    kept = [int(json.loads(line)["id"].split("/")[1]) for line in done.stdout.splitlines()]
    assert kept == sorted(kept) and sum(number < 100 for number in kept) > 85 > 15 > sum(
        number >= 100 for number in kept
    )
    drops = [json.loads(line) for line in (sets / "drops.jsonl").read_text().splitlines()]
    assert len(drops) + len(kept) == 200
    assert all(
        drop["reason"] == "low-score" and drop["values"]["score"] < drop["values"]["min"] == 0.5 for drop in drops
    )


def test_equal_texts_give_equal_bytes_in_any_order(sets: Path, corpuskit: Run) -> None:
    learned(corpuskit)
    first = (sets / "m.model").read_bytes()
    lines = (sets / "good.jsonl").read_text().splitlines(keepends=True)
    (sets / "good.jsonl").write_text("".join(reversed(lines)) + lines[5])
    learned(corpuskit)
    assert (sets / "m.model").read_bytes() == first
    content = first.split(b"\n", 2)
    assert hashlib.sha256(content[2]).hexdigest().encode() == content[1]


def test_folders_of_packed_files_are_sets_as_for_other_commands(sets: Path, corpuskit: Run) -> None:
    plain = learned(corpuskit)
    for name in ("good", "bad"):
        (sets / name).mkdir()
        (sets / name / "part.ndjson.xz").write_bytes(lzma.compress((sets / f"{name}.jsonl").read_bytes()))
    done = corpuskit("train-quality", "good", "bad", "-o", "packed.model", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["auc"] == plain["auc"]
    assert (sets / "packed.model").read_bytes() == (sets / "m.model").read_bytes()


def test_texts_in_both_sets_say_nothing(sets: Path, corpuskit: Run) -> None:
    write(sets / "bad.jsonl", made_up_texts(BAD_WORDS, 2) + made_up_texts(GOOD_WORDS, 1)[:30])
    answer = learned(corpuskit)
    assert answer["texts"] == {"good": 270, "bad": 300, "in-both": 30}


def test_a_model_that_knows_the_length_alone_is_told_by_its_control(sets: Path, corpuskit: Run) -> None:
    texts = made_up_texts(GOOD_WORDS, 1, 400)
    write(sets / "good.jsonl", [f"{text} {text} {text}" for text in texts[:200]])
    write(sets / "bad.jsonl", texts[200:])
    assert learned(corpuskit)["controls"]["length"] > 0.85


def test_neutral_documents_stand_between(sets: Path, corpuskit: Run) -> None:
    mixed = [
        f"{good} {bad}" for good, bad in zip(made_up_texts(GOOD_WORDS, 5), made_up_texts(BAD_WORDS, 6), strict=True)
    ]
    write(sets / "neutral.jsonl", mixed)
    controls = learned(corpuskit, "--control", "neutral.jsonl")["controls"]
    assert min(controls["good-over-neutral"], controls["neutral-over-bad"]) > 0.8


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "name two sets"),
        (["good.jsonl"], 2, "name two sets"),
        (["good.jsonl", "bad.jsonl", "good.jsonl"], 2, "put quotes around a pattern"),
        (["good.jsonl", "bad.jsonl"], 2, "name the file of the model"),
        (["good.jsonl", "missing.jsonl", "-o", "m"], 2, "no such file"),
        (["good.jsonl", "bad.jsonl", "-o", "-"], 2, "a model is a file and not written to standard output"),
        (["good.jsonl", "good.jsonl", "-o", "m"], 6, "only 0 different texts in the good set, without 300"),
        (["good.jsonl", "few.jsonl", "-o", "m"], 6, "only 3 different texts in the bad set; 50 or more are needed"),
        (["good.jsonl", "bad.jsonl", "-o", "good.jsonl"], 2, "is an input"),
        (["good.jsonl", "bad.jsonl", "-o", "notes.txt"], 2, "is no quality model and would be overwritten"),
        (["good.jsonl", "bad.jsonl", "-o", "queue"], 2, "is a device or a pipe"),
        (["good.jsonl", "bad.jsonl", "-o", "folder"], 2, "is a folder"),
        (["good.jsonl", "bad.jsonl", "-o", "model.jsonl.gz"], 2, "is a name for documents"),
        (["good.jsonl", "bad.jsonl", "-o", "none/m"], 5, "there is no folder 'none'"),
        (["good.jsonl", "tenant.jsonl", "-o", "m"], 6, "is not for the audience public (foreign-tenant)"),
        (["good.jsonl", "tenant.jsonl", "-o", "m", "--audience", "acme"], 2, "public, or tenant:NAME"),
        (["cut.jsonl.gz", "bad.jsonl", "-o", "m"], 3, "cut.jsonl.gz is damaged ("),
        (["good.jsonl", "page.jsonl", "-o", "m"], 2, "run `corpuskit extract` first"),
        (["good.jsonl", "bad.jsonl", "-o", "m", "--as-of", "soon"], 2, "a day such as"),
        (["good.jsonl", "bad.jsonl", "-o", "m", "--control", "few.warc"], 2, "no such file"),
    ],
)
def test_what_cannot_be_learned_from_is_told_in_one_line(
    arguments: list[str], code: int, says: str, sets: Path, corpuskit: Run
) -> None:
    write(sets / "few.jsonl", ["a", "b", "c"])
    write(sets / "page.jsonl", ["<p>x</p>"], content_type="text/html")
    write(sets / "tenant.jsonl", made_up_texts(BAD_WORDS, 2), tenant="acme", consent={"scope": ["text", "train"]})
    (sets / "cut.jsonl.gz").write_bytes(gzip.compress((sets / "good.jsonl").read_bytes())[:-100])
    (sets / "notes.txt").write_text("my notes")
    (sets / "folder").mkdir()
    os.mkfifo(sets / "queue")
    before = {path: path.read_bytes() for path in sets.iterdir() if path.is_file()}
    done = corpuskit("train-quality", *arguments)
    assert done.returncode == code, done.stderr
    last = done.stderr.decode().splitlines()[-1]
    assert says in last and last.startswith("corpuskit train-quality: ")
    assert {path: path.read_bytes() for path in sets.iterdir() if path.is_file()} == before


def test_a_tenants_texts_make_a_model_for_that_tenant(sets: Path, corpuskit: Run) -> None:
    consent = {"scope": ["text", "train"]}
    write(sets / "good.jsonl", made_up_texts(GOOD_WORDS, 1), tenant="acme", consent=consent)
    learned(corpuskit, "--audience", "tenant:acme")
    step = FilterQuality(model=sets / "m.model")
    assert step.versions() == {"quality-model": "corpuskit-hashed-bigrams/1, learned from texts for tenant:acme"}
    write(sets / "good.jsonl", made_up_texts(GOOD_WORDS, 1), tenant="acme", consent={"scope": ["label"]})
    done = corpuskit("train-quality", "good.jsonl", "bad.jsonl", "-o", "m2", "--audience", "tenant:acme")
    assert done.returncode == 6 and b"no-consent" in done.stderr
    write(sets / "good.jsonl", made_up_texts(GOOD_WORDS, 1), tenant="acme", consent=consent | {"until": "2030-01-01"})
    done = corpuskit("train-quality", "good.jsonl", "bad.jsonl", "-o", "m2", "--audience", "tenant:acme")
    assert done.returncode == 6 and b"until 2030-01-01, and no --as-of says which day counts" in done.stderr


def test_rules_are_applied_with_a_model_only_if_they_are_named(sets: Path, corpuskit: Run) -> None:
    learned(corpuskit)
    text = "harbour light mole tide keeper lantern"
    alone, both = FilterQuality(model=sets / "m.model"), FilterQuality(model=sets / "m.model", rules=("gopher",))
    document = Document("d", text, {})
    assert alone.apply(document) is document
    dropped = both.apply(document)
    assert isinstance(dropped, Drop) and dropped.reason == "gopher-too-few-words"
    assert alone.options()["rules"] == [] and both.options()["rules"] == ["gopher"]
    assert alone.options()["model"]["name"] == "m.model" and alone.options()["min-score"] == 0.5
    assert "model" not in FilterQuality().options() and len(FilterQuality().options()["rules"]) == 4


def test_annotation_keeps_every_document_and_adds_to_the_verdicts_of_rules(sets: Path, corpuskit: Run) -> None:
    learned(corpuskit)
    bad = Document("d", "casino prize winner bonus", {"quality": {"score": 1.0, "mine": 1}})
    alone = FilterQuality(model=sets / "m.model", annotate=True).apply(bad)
    both = FilterQuality(model=sets / "m.model", annotate=True, rules=("gopher",), min_score=0).apply(bad)
    assert isinstance(alone, Document) and isinstance(both, Document)
    score = alone.metadata["quality"]["score"]
    assert alone.metadata["quality"] == {"score": score, "verdicts": {"model": "low-score"}} and score < 0.5
    assert both.metadata["quality"]["verdicts"] == {"gopher": "gopher-too-few-words", "model": "pass"}
    assert both.metadata["quality"]["score"] == score and "words" in str(both.metadata["quality"]["signals"])


def test_options_of_a_model_need_one(sets: Path, corpuskit: Run) -> None:
    learned(corpuskit)
    for options, says in (
        ({"min_score": 0.4}, "is about a model"),
        ({"label": "hq"}, "is about a model"),
        ({"model": sets / "m.model", "min_score": 1.5}, "a score from 0 to 1"),
        ({"model": sets / "m.model", "set": ("gopher-min-words=3",)}, "with a model none is applied"),
        ({"model": sets / "good.jsonl"}, "is no quality model"),
    ):
        with pytest.raises(UsageError, match=says):
            FilterQuality(**options)  # type: ignore[arg-type]


def test_a_recipe_and_several_workers_give_the_bytes_of_the_pipe(sets: Path, corpuskit: Run) -> None:
    learned(corpuskit)
    (sets / "dclm.bin").write_bytes(fasttext_file(words=["harbour", "casino"]))
    write(sets / "fresh.jsonl", made_up_texts(GOOD_WORDS, 3, 600) + made_up_texts(BAD_WORDS, 4, 600))
    for model in ("m.model", "dclm.bin"):
        one = corpuskit("filter-quality", "--model", model, "fresh.jsonl")
        two = corpuskit("filter-quality", "--model", model, "fresh.jsonl", "-j", "2")
        assert one.returncode == two.returncode == 0, one.stderr + two.stderr
        assert one.stdout == two.stdout and 0 < one.stdout.count(b"\n") < 1200
        (sets / "recipe.yaml").write_text(
            "sources:\n  fresh: {from: files, inputs: [fresh.jsonl], origin: other, license: CC0-1.0,\n"
            f"    steps: [{{filter-quality: {{model: {model}}}}}]}}\noutput: {{dir: out}}\n"
        )
        done = corpuskit("mix", "recipe.yaml", "-j", "2", "--no-cache")
        assert done.returncode == 0, done.stderr
        manifest = json.loads((sets / "out" / "manifest.json").read_text())
        options = next(step["options"] for step in manifest["steps"] if step["name"] == "filter-quality")
        assert options["model"] == {"name": model, "sha256": hashlib.sha256((sets / model).read_bytes()).hexdigest()}
        assert sum(shard["documents"] for shard in manifest["shards"]) == one.stdout.count(b"\n")


def test_a_recipe_names_the_line_of_a_damaged_model(sets: Path, corpuskit: Run) -> None:
    learned(corpuskit)
    (sets / "m.model").write_bytes((sets / "m.model").read_bytes()[:-9])
    (sets / "recipe.yaml").write_text(
        "sources:\n  a: {from: files, inputs: [good.jsonl], origin: other, license: CC0-1.0,\n"
        "      steps: [{filter-quality: {model: m.model}}]}\noutput: {dir: out}\n"
    )
    done = corpuskit("mix", "recipe.yaml")
    assert done.returncode == 3 and b"recipe.yaml:3: " in done.stderr and b"'m.model' is damaged" in done.stderr


@pytest.mark.slow
def test_reviews_are_told_apart(shared_data: Path, tmp_path: Path, corpuskit: Run) -> None:
    from tests.benchmarks.quality_model import reviews

    for name, texts in zip(("good", "bad"), reviews(), strict=True):
        write(tmp_path / f"{name}.jsonl", texts)
    answer = learned(corpuskit)
    assert answer["auc"] >= 0.89
    assert abs(answer["controls"]["shuffled"] - 0.5) < 0.06
