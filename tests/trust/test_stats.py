"""stats: the figures of a dataset are those of its documents and its manifest."""

import gzip
import json
from pathlib import Path

import pytest
import zstandard

from corpuskit.core.tokens import estimate
from tests.conftest import Run, lines_of


def test_figures_add_up(tmp_path: Path, shell: Run) -> None:
    documents = [
        {
            "id": f"d{number}",
            "text": "word " * number,
            "metadata": {
                "language": "de" if number % 3 else "en",
                "url": f"https://www.example.{'org' if number % 2 else 'com'}/x",
            },
        }
        for number in range(1, 31)
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents) + b"broken\n")
    shell("corpuskit filter-license --allow MIT in.jsonl --allow-empty -o none --quiet")
    assert shell("corpuskit export in.jsonl --to jsonl,parquet -o out --quiet").returncode == 0
    answer = json.loads(shell("corpuskit stats out --json").stdout)
    assert answer["documents"] == 30
    assert answer["tokens"] == sum(estimate(str(document["text"])) for document in documents)
    assert answer["characters"]["p0"] == 5
    assert answer["characters"]["p100"] == 150
    assert answer["languages"] == {"de": 20, "en": 10}
    assert answer["domains"] == {"www.example.com": 15, "www.example.org": 15}
    assert [(entry["reason"], entry["documents"]) for entry in answer["left_out"]] == [("bad-json", 1)]
    none = json.loads(shell("corpuskit stats none --json --samples 2").stdout)
    assert none["documents"] == 0
    dropped = next(entry for entry in none["left_out"] if entry["reason"] == "license")
    assert dropped["documents"] == 30
    assert len(dropped["samples"]) == 2
    assert shell("corpuskit stats out").stdout.startswith(b"30 documents")


def test_samples_are_of_the_step_and_not_of_another_of_its_name(tmp_path: Path, shell: Run) -> None:
    for name in "ab":
        documents = [{"id": f"{name}{number}", "text": "same"} for number in range(3)]
        (tmp_path / f"{name}.jsonl").write_bytes(lines_of(documents))
    exact = "corpuskit dedup --method exact --quiet"
    shell(f"({exact} a.jsonl; {exact} b.jsonl) | corpuskit export -o out --quiet")
    left_out = json.loads(shell("corpuskit stats out --json").stdout)["left_out"]
    assert sorted(entry["samples"] for entry in left_out) == [["a1", "a2"], ["b1", "b2"]]


def test_workers_count_what_one_process_counts(tmp_path: Path, shell: Run) -> None:
    documents = [{"id": f"d{number}", "text": f"text {number % 9}", "metadata": {}} for number in range(20)]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    shell("corpuskit dedup --method exact in.jsonl --quiet -o out --shard-documents 2")
    answers = [shell(f"corpuskit stats out --json -j {jobs}").stdout for jobs in (1, 3)]
    assert answers[0] == answers[1] != b""


def test_damage_that_a_run_accepted_is_told_by_stats_and_verify(tmp_path: Path, shell: Run) -> None:
    whole = gzip.compress(lines_of([{"id": "a", "text": "one"}]))
    (tmp_path / "in.jsonl.gz").write_bytes(whole + gzip.compress(lines_of([{"id": "b", "text": "two"}]))[:-9])
    assert shell("corpuskit dedup in.jsonl.gz --accept-damaged -o out --quiet").returncode == 0
    told = b"1 input was damaged, and "
    for command in ("stats", "verify"):
        done = shell(f"corpuskit {command} out")
        assert done.returncode == 0 and told in done.stdout
        assert json.loads(shell(f"corpuskit {command} out --json").stdout)["damage"]["inputs"] == 1


def test_an_empty_dataset_and_long_lists_are_described_in_full(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "none.jsonl").touch()
    shell("corpuskit export none.jsonl --allow-empty -o none --quiet")
    assert b"\nleft out    nothing\n" in shell("corpuskit stats none").stdout
    rows = [{"id": f"{n}", "text": "x", "metadata": {"url": f"https://{n}.example"}} for n in range(13)]
    (tmp_path / "in.jsonl").write_bytes(lines_of(rows))
    shell("corpuskit export in.jsonl -o out --quiet")
    assert b"  and 3 more; `--top N` shows others\n" in shell("corpuskit stats out").stdout
    assert json.loads(shell("corpuskit stats out --json").stdout)["distinct"] == {"languages": 1, "domains": 13}


@pytest.mark.parametrize("command", ["stats out", "diff out other", "report out --as eu-summary"])
def test_a_shard_with_fewer_documents_is_not_described_as_if_it_were_whole(
    tmp_path: Path, shell: Run, command: str
) -> None:
    rows = [{"id": f"{n}", "text": f"text {n}", "metadata": {"source": "s"}} for n in range(12)]
    (tmp_path / "in.jsonl").write_bytes(lines_of(rows))
    shell("corpuskit export in.jsonl -o out --quiet; corpuskit export in.jsonl -o other --quiet")
    (shard,) = (tmp_path / "out" / "data").glob("part-*.jsonl.zst")
    shard.write_bytes(zstandard.compress(lines_of(rows[:5])))
    done = shell(f"corpuskit {command}")
    assert done.returncode == 3 and done.stdout == b""
    assert b"has 5 documents, not the 12 that the manifest says; `corpuskit verify` the dataset" in done.stderr
