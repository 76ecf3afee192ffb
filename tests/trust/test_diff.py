"""diff: what was added, removed and changed between two datasets, and which options did it."""

import json
from pathlib import Path

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
