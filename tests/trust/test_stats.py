"""stats: the figures of a dataset are those of its documents and its manifest."""

import gzip
import json
from pathlib import Path
from typing import Any

from corpuskit.core.tokens import estimate
from tests.conftest import Run, lines_of
from tests.support.resealed import reseal


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


def test_no_word_of_a_forged_manifest_drives_the_terminal(tmp_path: Path, shell: Run) -> None:
    rows = [
        {"id": "1", "text": "a word", "metadata": {"source": "s", "language": "en", "url": "https://example.org/x"}}
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of(rows) + b"broken\n")
    assert shell("corpuskit export in.jsonl -o out --quiet").returncode == 0
    words = "\x1b]0;x\x07\x9b2J\nforged: 1"
    content: Any = json.loads((tmp_path / "out" / "manifest.json").read_bytes())
    content["tokenizer"] = words
    content["sources"] = {
        f"{name}{words}": {**entry, "origin": words, "license": [words]} for name, entry in content["sources"].items()
    }
    (step,) = content["steps"]
    step |= {"id": step["id"] + words, "rejected": {words: 1}, "hits": {words: 2}}
    (tmp_path / "out" / "manifest.json").write_text(json.dumps(content))
    reseal(tmp_path / "out")
    for command in ("stats out", "stats out --json", "report out --as card", "report out", "status out"):
        done = shell(f"corpuskit {command}")
        assert done.returncode in (0, 2), command
        told = (done.stdout + done.stderr).decode()
        assert not {"\x1b", "\x07", "\x9b"} & set(told), command
        assert "\nforged: 1" not in told, command
    assert "\\u001b]0;x" in shell("corpuskit stats out").stdout.decode()
