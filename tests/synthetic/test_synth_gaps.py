"""`synth-gaps`: the quotas add up, exactly."""

import csv
import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.errors import UsageError
from corpuskit.core.step import Document
from corpuskit.synthetic.planning.quotas import largest_remainder
from corpuskit.synthetic.synth_gaps import SynthGaps
from tests.conftest import Run


def stream(numbers: dict[str, int]) -> list[Document]:
    return [
        Document(f"{name}{number}", "x", {"labels": {"intent": name}})
        for name, count in numbers.items()
        for number in range(count)
    ]


def answer(numbers: dict[str, int], **options: Any) -> dict[str, Any]:
    return SynthGaps(by="labels.intent", **options).report(stream(numbers))


def test_all_classes_become_as_large_as_the_largest() -> None:
    found = answer({"a": 5, "b": 2, "c": 0, "d": 1})
    assert found["quotas"] == {"a": 0, "b": 3, "d": 4}
    assert (found["total"], found["make"]) == (15, 7)
    assert found["imbalance"]["after"] == 0


def test_a_file_names_parts_and_new_classes(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"a": 2, "new": 1, "none": 0}')
    found = answer({"a": 4, "b": 3}, target=str(tmp_path / "t.json"))
    assert found["quotas"] == {"a": 0, "new": 2}
    assert found["left-out"] == {"b": 3}
    for bad in ("[]", "{}", '{"a": -1}', '{"a": "x"}', '{"a": true}', "{", '{"a": NaN}'):
        (tmp_path / "t.json").write_text(bad)
        with pytest.raises(UsageError):
            answer({"a": 4}, target=str(tmp_path / "t.json"))


def test_a_stream_without_documents_has_no_classes(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "none.jsonl").touch()
    done = corpuskit("synth-gaps", "none.jsonl", "--by", "labels.intent", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["documents"], told["total"], told["quotas"], told["imbalance"]["before"]) == (0, 0, {}, 0)
    done = corpuskit("synth-gaps", "--by", "labels.intent", stdin=b"")
    assert done.returncode == 4 and b"standard input was empty" in done.stderr


def test_no_class_loses_documents() -> None:
    found = answer({"a": 10, "b": 1}, total=6)
    assert found["quotas"] == {"a": 0, "b": 2}
    assert found["surplus"] == {"a": 7}


def test_without_classes_there_is_nothing_to_say() -> None:
    with pytest.raises(UsageError, match=r"labels\.intent"):
        SynthGaps(by="labels.intent").report([Document("1", "x")])


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1e9), min_size=1, max_size=12), st.integers(0, 10**6))
def test_whole_numbers_add_up_and_differ_by_less_than_one(shares: dict[str, float], total: int) -> None:
    numbers = largest_remainder(shares, total)
    whole = sum(shares.values())
    if whole:
        assert sum(numbers.values()) == total
        assert all(abs(numbers[name] - share / whole * total) < 1 + 1e-6 * total for name, share in shares.items())


def test_real_classes_are_levelled(shared_data: Path, tmp_path: Path, corpuskit: Run) -> None:
    with gzip.open(shared_data / "product" / "banking77_train.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        counts = Counter(row["category"] for row in csv.DictReader(stream))
    data = shared_data / "product" / "banking77_train.csv.gz"
    done = corpuskit("files", "--text-key", "text", data, "-o", "real.jsonl")
    assert done.returncode == 0, done.stderr
    done = corpuskit("synth-gaps", "real.jsonl", "--by", "category", "--json")
    found = json.loads(done.stdout)
    assert found["have"] == dict(sorted(counts.items()))
    largest = max(counts.values())
    assert found["quotas"] == {name: largest - number for name, number in sorted(counts.items())}
    assert found["imbalance"]["after"] == 0
