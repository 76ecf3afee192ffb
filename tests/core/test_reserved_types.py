"""Reserved metadata of other types is published as it came, and told."""

from pathlib import Path

import pytest

from tests.conftest import Run, lines_of

ODD = {"source": 5, "origin": "nonsense", "license": ["MIT"], "date": 20200101, "rights": [], "epoch": "x"}
GOOD = {"source": "s", "origin": "other", "language_score": 1, "parents": ["a"], "pii": [], "url": None, "own": 5}
TOLD = "of another kind than docs/record.md has: "


@pytest.mark.parametrize(
    "words", ["export in.jsonl -o out", "dedup in.jsonl -o out.jsonl", "export in.jsonl -o out -j 2"]
)
def test_what_is_of_another_type_is_published_and_counted(tmp_path: Path, shell: Run, words: str) -> None:
    rows = [{"id": f"{number}", "text": f"text {number}", "metadata": ODD} for number in range(3)]
    rows += [{"id": "good", "text": "good", "metadata": GOOD}, {"id": "d", "text": "d", "metadata": {"date": 5}}]
    (tmp_path / "in.jsonl").write_bytes(lines_of(rows))
    done = shell(f"corpuskit {words}")
    assert done.returncode == 0 and b"5 in, 5 out" in done.stderr
    (line,) = [line for line in done.stderr.decode().splitlines() if TOLD in line]
    keys = ["epoch", "license", "origin", "rights", "source"]
    listed = ["`date` of 4 documents", *(f"`{key}` of 3 documents" for key in keys)]
    assert line.partition(TOLD)[2] == ", ".join(listed)


def test_parts_of_a_corpus_are_added_up(tmp_path: Path, shell: Run) -> None:
    for name in ("a", "b"):
        rows = [
            {"id": f"{name}{number}", "text": f"text {name} {number}", "metadata": {"date": 5}} for number in range(9)
        ]
        (tmp_path / f"{name}.jsonl").write_bytes(lines_of(rows))
    (tmp_path / "recipe.yaml").write_text("sources: {a: {from: files, inputs: [a.jsonl, b.jsonl], origin: other}}\n")
    done = shell("corpuskit mix recipe.yaml -j 2 -o out")
    assert done.returncode == 0 and f"{TOLD}`date` of 18 documents".encode() in done.stderr


def test_the_types_of_the_record_bring_no_line(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": "good", "text": "good", "metadata": GOOD}]))
    assert TOLD.encode() not in shell("corpuskit export in.jsonl -o out").stderr
