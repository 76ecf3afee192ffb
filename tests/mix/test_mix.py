"""mix: the recipe and the equal pipe give equal bytes; budgets hold; nothing is published by half."""

import functools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zstandard

from tests.conftest import Run, lines_of, texts
from tests.support.recipes import ONE_SOURCE, STEPS, WEB, paragraph, write_warc


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    (tmp_path / "crawl").mkdir()
    write_warc(tmp_path / "crawl" / "b.warc.gz", range(30))
    write_warc(tmp_path / "crawl" / "a.warc.gz", range(20, 60))
    books = [{"id": f"b{number}", "text": paragraph(number * 3 + 1000)} for number in range(80)]
    (tmp_path / "books.jsonl").write_bytes(lines_of(books))
    return tmp_path


def shards(folder: Path) -> bytes:
    parts = sorted(folder.glob("data/part-*.jsonl.zst"))
    return b"".join(
        zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True).read() for path in parts
    )


def manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_bytes())


def without_ids(folder: Path) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in entry.items() if key not in ("id", "from", "upstream")}
        for entry in manifest(folder)["steps"][:-1]
    ]


RECIPE = f"""{WEB}
    steps: {STEPS}
together: [dedup, scrub-pii]
output: {{shard_documents: 10}}
"""
PIPE = """
corpuskit fetch-warc crawl/ --source web --origin crawl --license LicenseRef-crawl | corpuskit filter-audience |
corpuskit extract -j 2 | corpuskit filter-language --keep en | corpuskit filter-quality --rules gopher,c4 |
corpuskit dedup | corpuskit scrub-pii | corpuskit filter-audience |
corpuskit export --to jsonl --shard-documents 10 -o pipe
"""


def test_pipe_and_recipe_agree(crawl: Path, shell: Run) -> None:
    (crawl / "recipe.yaml").write_text(RECIPE)
    done = shell(f"corpuskit mix recipe.yaml -j 1 -o recipe && {PIPE} corpuskit verify pipe recipe")
    assert done.returncode == 0, done.stderr
    assert shards(crawl / "pipe") == shards(crawl / "recipe") != b""
    assert b"example.org" not in b"".join(
        json.loads(line)["text"].encode() for line in shards(crawl / "pipe").splitlines()
    )
    assert without_ids(crawl / "pipe") == without_ids(crawl / "recipe")
    names = [entry["name"] for entry in manifest(crawl / "pipe")["steps"]]
    stages = ["extract", "filter-language", "filter-quality", "dedup", "scrub-pii"]
    assert names == ["fetch-warc", "filter-audience", *stages, "filter-audience", "export"]
    assert manifest(crawl / "pipe")["inputs"] == manifest(crawl / "recipe")["inputs"]
    assert [entry["path"] for entry in manifest(crawl / "pipe")["inputs"]] == ["crawl/a.warc.gz", "crawl/b.warc.gz"]


MIXED = """
seed: 3
budget: {{tokens: {tokens}}}
caps: {{any_source: 0.7}}
sources:
  web: {{from: fetch-warc, inputs: [{inputs}], origin: crawl, license: LicenseRef-crawl, weight: 3, steps: [extract]}}
  books: {{from: files, inputs: [books.jsonl], origin: licensed, license: CC-BY-4.0, max_epochs: 3}}
together: [dedup, scrub-pii]
output: {{dir: snapshot, formats: [jsonl, parquet], shard_documents: 20}}
"""


def test_a_budget_is_met_whatever_the_workers_and_the_order_of_naming(crawl: Path, shell: Run) -> None:
    manifests, documents = [], []
    for jobs, inputs in (
        (1, "crawl/a.warc.gz, crawl/b.warc.gz"),
        (2, "crawl/b.warc.gz, crawl/a.warc.gz"),
        (1, "crawl/"),
    ):
        (crawl / "recipe.yaml").write_text(MIXED.format(tokens=8000, inputs=inputs))
        done = shell(f"corpuskit mix recipe.yaml --no-cache -j {jobs} && corpuskit verify snapshot")
        assert done.returncode == 0, done.stderr
        manifests.append((crawl / "snapshot" / "manifest.json").read_bytes())
        lines = map(json.loads, shards(crawl / "snapshot").splitlines())
        documents.append([(line["id"], line["text"]) for line in lines])
    assert manifests[0] == manifests[1]
    assert documents[0] == documents[1] == documents[2]
    sources = manifest(crawl / "snapshot")["sources"]
    longest = max(len(json.loads(line)["text"].split()) for line in shards(crawl / "snapshot").splitlines())
    total = sum(entry["tokens"] for entry in sources.values())
    assert 8000 - 2 * longest <= total <= 8000
    assert sources["web"]["tokens"] <= 0.7 * 8000
    assert b"web " in done.stderr
    assert b"over-budget" in done.stderr


def test_epochs_repeat_documents_with_their_number(crawl: Path, shell: Run) -> None:
    (crawl / "recipe.yaml").write_text(
        "budget: {tokens: 15000}\nsources:\n"
        "  books: {from: files, inputs: [books.jsonl], origin: licensed, license: CC0-1.0, max_epochs: 3}\n"
    )
    assert shell("corpuskit mix recipe.yaml -j 1 -o out && corpuskit verify out").returncode == 0
    step = manifest(crawl / "out")["steps"][-1]
    documents = [json.loads(line) for line in shards(crawl / "out").splitlines()]
    epochs = [document["metadata"].get("epoch", 1) for document in documents]
    assert sorted({(document["id"], epoch) for document, epoch in zip(documents, epochs, strict=True)}) == sorted(
        (document["id"], epoch) for document, epoch in zip(documents, epochs, strict=True)
    )
    assert step["made"] == sum(epoch > 1 for epoch in epochs) > 0
    assert step["in"]["documents"] + step["made"] == step["out"]["documents"] + sum(step["dropped"].values())


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (("tokens: 8000", "tokens: 900000"), 6, b"nearest fix"),
        (("origin: crawl", "origin: web"), 2, b"recipe.yaml:6"),
        (("inputs: [crawl/]", "inputs: [nowhere/*.gz]"), 2, b"recipe.yaml:6"),
        (
            ("inputs: [crawl/]", "inputs: [books.jsonl]"),
            2,
            b"recipe.yaml:6: source `web`: books.jsonl is JSONL; use `corpuskit files`",
        ),
        (("dedup, scrub-pii", "filter-languages"), 2, b"did you mean"),
        (("seed: 3", "sead: 3"), 2, b"did you mean `seed`"),
        (("seed: 3", "seed: 3\nseed: 4"), 2, b"recipe.yaml:3"),
        (("weight: 3", "weight: .nan"), 2, b"recipe.yaml:6"),
        (("steps: [extract]", "steps: [{filter-quality: {rules: [gopher]}}]"), 2, b"put `extract` before it"),
        (("license: CC-BY-4.0, ", ""), 0, b""),
        (("seed: 3", "policy: {licenses: {allow: [CC-BY-4.0]}}"), 6, b"LicenseRef-crawl"),
        (("seed: 3", "policy: {pii: required}"), 0, b""),
        (("dedup, scrub-pii", "dedup"), 0, b""),
    ],
)
def test_recipes_that_cannot_be(crawl: Path, shell: Run, change: tuple[str, str], code: int, says: bytes) -> None:
    recipe = MIXED.format(tokens=8000, inputs="crawl/")
    assert change[0] in recipe
    (crawl / "recipe.yaml").write_text(recipe.replace(*change))
    # Of these only damage is found by the workers.
    done = shell(f"corpuskit mix recipe.yaml -j {2 if code == 3 else 1}")
    assert done.returncode == code, done.stderr
    if code:
        assert says in done.stderr
        assert b"Traceback" not in done.stderr
        assert not list((crawl / "snapshot").glob("[!.]*"))


def test_a_failed_run_leaves_the_snapshot_before(crawl: Path, shell: Run) -> None:
    (crawl / "recipe.yaml").write_text(MIXED.format(tokens=8000, inputs="crawl/"))
    assert shell("corpuskit mix recipe.yaml -j 1").returncode == 0
    before = manifest(crawl / "snapshot")["digest"]
    damaged = bytearray((crawl / "crawl" / "a.warc.gz").read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF
    (crawl / "crawl" / "a.warc.gz").write_bytes(damaged)
    done = shell("corpuskit mix recipe.yaml -j 2")
    assert done.returncode == 3, done.stderr
    assert manifest(crawl / "snapshot")["digest"] == before
    assert shell("corpuskit verify snapshot").returncode == 0
    assert shell("corpuskit mix recipe.yaml -j 1 --accept-damaged && corpuskit verify snapshot").returncode == 0
    assert any(entry["damage"] for entry in manifest(crawl / "snapshot")["inputs"])


def test_plan_shows_the_pipes_and_does_nothing(crawl: Path, shell: Run) -> None:
    (crawl / "recipe.yaml").write_text(RECIPE)
    done = shell("corpuskit mix recipe.yaml --plan")
    assert done.returncode == 0, done.stderr
    assert b"corpuskit fetch-warc" in done.stdout
    assert b"| corpuskit filter-language --keep en" in done.stdout
    assert not (crawl / "recipe").exists()


@pytest.mark.slow
def test_real_crawl_files_give_the_same_by_pipe_and_by_recipe(crawl: Path, shell: Run, shared_data: Path) -> None:
    (crawl / "crawl").rename(crawl / "old")
    (crawl / "crawl").symlink_to(shared_data / "warc")
    (crawl / "recipe.yaml").write_text(RECIPE.replace("[gopher, c4]", "[gopher]"))
    pipe = PIPE.replace("gopher,c4", "gopher").replace("fetch-warc", "fetch-warc --accept-damaged")
    done = shell(f"corpuskit mix recipe.yaml -o recipe --accept-damaged && {pipe} corpuskit verify pipe recipe")
    assert done.returncode == 0, done.stderr
    assert shards(crawl / "pipe") == shards(crawl / "recipe") != b""
    assert without_ids(crawl / "pipe") == without_ids(crawl / "recipe")


def test_an_archive_with_the_name_of_a_list_is_read_by_workers_too(tmp_path: Path, corpuskit: Run) -> None:
    write_warc(tmp_path / "crawl.warc.gz", range(6))
    (tmp_path / "crawl.warc.gz").rename(tmp_path / "crawl.paths.gz")
    write_warc(tmp_path / "more.warc.gz", range(6, 9))
    recipe = "sources: {web: {from: fetch-warc, inputs: ['*.gz'], origin: crawl}}\noutput: {dir: out}\n"
    (tmp_path / "recipe.yaml").write_text(recipe)
    done = corpuskit("mix", "recipe.yaml", "-j", "2")
    assert done.returncode == 0, done.stderr
    assert manifest(tmp_path / "out")["sources"]["web"]["documents"] == 9


@pytest.mark.parametrize("name", ["corpus.jsonl", "corpus.parquet", "corpus.jsonl.zst"])
def test_a_corpus_is_a_folder_and_not_a_file(tmp_path: Path, corpuskit: Run, name: str) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("some words"))
    (tmp_path / "recipe.yaml").write_text(ONE_SOURCE)
    done = corpuskit("mix", "recipe.yaml", "-o", name)
    assert done.returncode == 2
    assert b"writes a folder" in done.stderr
    assert not (tmp_path / name).exists()
    (tmp_path / name).mkdir()
    assert corpuskit("mix", "recipe.yaml", "-o", name).returncode == 0


SCRIPT = """
from pathlib import Path
from corpuskit.core.settings import Settings
from corpuskit.mix.mix import Mix

Mix(no_cache=True).execute(["recipe.yaml"], Settings(output=Path("out"), jobs=2, quiet=True))
"""


def test_a_script_that_workers_would_run_again_is_told_so(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("some words"))
    (tmp_path / "recipe.yaml").write_text(ONE_SOURCE)
    begin, _, call = SCRIPT.rpartition("\n\n")
    for name, lines in (("bare.py", SCRIPT), ("guarded.py", f'{begin}\n\nif __name__ == "__main__":\n    {call}')):
        (tmp_path / name).write_text(lines)
    run = functools.partial(subprocess.run, capture_output=True, cwd=tmp_path, env=environment, text=True)
    bare = run([sys.executable, "bare.py"])
    assert bare.stderr.splitlines()[-1].startswith(
        "corpuskit.core.errors.UsageError: worker processes import the script"
    )
    assert bare.stderr.count("Traceback") == 1
    assert run([sys.executable, "guarded.py"]).stderr == ""
    assert (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize("name", ["pipe.jsonl", "/dev/zero"])
def test_a_recipe_reads_no_pipes_and_devices(corpuskit: Run, tmp_path: Path, name: str) -> None:
    """They would be waited for, or read without end."""
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "recipe.yaml").write_text(ONE_SOURCE.replace("in.jsonl", name))
    done = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert done.returncode == 2
    assert f"recipe.yaml:1: source `a`: {name!r} is a pipe or a device; a recipe reads files" in done.stderr.decode()
    assert not (tmp_path / "out").exists()
