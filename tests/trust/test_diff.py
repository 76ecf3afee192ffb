"""diff: what was added, removed and changed between two datasets, and which options did it."""

import json
from pathlib import Path

import pytest

from corpuskit.core.publish.dataset import Dataset
from corpuskit.trust import diff
from corpuskit.trust.diff import Diff
from tests.conftest import Run, lines_of


def test_every_kind_of_change_is_counted(tmp_path: Path, shell: Run) -> None:
    before = [{"id": f"d{number}", "text": f"text {number}", "metadata": {"license": "MIT"}} for number in range(10)]
    after = [dict(document) for document in before[2:]]
    after[0]["text"] = "another"
    after[1]["metadata"] = {"license": "GPL-3.0-only"}
    after.append({"id": "new", "text": "new", "metadata": {"license": "MIT"}})
    (tmp_path / "before.jsonl").write_bytes(lines_of(before))
    (tmp_path / "after.jsonl").write_bytes(lines_of(after))
    assert shell("corpuskit filter-license --allow MIT,Apache-2.0 before.jsonl -o a --quiet").returncode == 0
    assert shell("corpuskit filter-license --allow MIT after.jsonl -o b --quiet").returncode == 0
    answer = json.loads(shell("corpuskit diff a b --json").stdout)
    assert answer["same"] == 6
    assert answer["added"]["samples"] == ["new"]
    assert answer["changed"]["samples"] == ["d2"]
    assert answer["removed"]["documents"] == 3
    assert answer["reasons"] == {"not read": 2, "filter-license: license": 1}
    assert [entry["what"] for entry in answer["options"]] == ["1-filter-license allow"]
    same = shell("corpuskit diff a a")
    assert (same.returncode, same.stdout) == (0, b"10 documents are the same\n")


def test_comparing_in_many_parts_gives_the_same_answer(
    tmp_path: Path, shell: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def documents(numbers: range, texts: int) -> bytes:
        metadata = [
            {"license": "Apache-2.0" if number % 3 else "MIT", "source": f"s{number % 3}"} for number in numbers
        ]
        return lines_of(
            [
                {"id": f"page {number}", "text": f"text {number % texts}", "metadata": given}
                for number, given in zip(numbers, metadata, strict=True)
            ]
        )

    (tmp_path / "before.jsonl").write_bytes(documents(range(120), 100))
    (tmp_path / "after.jsonl").write_bytes(documents(range(40, 170), 70))
    for name, allowed in (("before", "MIT,Apache-2.0"), ("after", "MIT")):
        filtered = f"corpuskit filter-license --allow {allowed} {name}.jsonl"
        assert shell(f"{filtered} | corpuskit dedup --method exact -o {name} --quiet").returncode == 0

    def compared() -> diff.Differences:
        return Diff(samples=5).compare(Dataset(tmp_path / "before"), Dataset(tmp_path / "after"))

    whole = compared()
    assert whole["removed"]["documents"] and whole["added"]["documents"] and len(whole["reasons"]) > 1
    monkeypatch.setattr(diff, "PART_DOCUMENTS", 1)
    monkeypatch.setattr("corpuskit.core.disk.window_spool.HELD_BYTES", 300)
    assert compared() == whole
