"""Files that options of the synthetic wing name, and that are not there."""

from pathlib import Path

import pytest

from tests.conftest import Run, lines_of


@pytest.mark.parametrize(
    "arguments",
    [
        ("synth-run", "plan.jsonl", "--results", "none"),
        ("synth-run", "plan.jsonl", "--results", "-"),
        ("synth-run", "plan.jsonl", "--results", "."),
        ("synth-check", "docs.jsonl", "--real", "none"),
        ("synth-check", "docs.jsonl", "--real", "docs.jsonl", "--seeds", "none"),
        ("synth-check", "docs.jsonl", "--real", "docs.jsonl", "--against", "none"),
    ],
)
def test_a_file_that_is_not_there_is_said_in_one_line(
    arguments: tuple[str, ...], tmp_path: Path, corpuskit: Run
) -> None:
    (tmp_path / "docs.jsonl").write_bytes(lines_of([{"id": "a", "text": "some words"}]))
    (tmp_path / "t.txt").write_text("${text}")
    assert corpuskit("synth-plan", "docs.jsonl", "--template", "t.txt", "-o", "plan.jsonl").returncode == 0
    done = corpuskit(*arguments, "-o", "out.jsonl")
    assert done.returncode == 2, done.stderr
    assert done.stderr.count(b"\n") == 1 and b"cannot read" in done.stderr
