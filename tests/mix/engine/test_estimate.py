"""Estimates of `mix --plan`: near the truth for even inputs, and a refusal of what cannot fit."""

import re
from pathlib import Path

import pytest

from corpuskit.core.errors import RefusedError
from corpuskit.mix.engine.estimate import Need, demand_room, memory_of_machine
from tests.conftest import Run, lines_of
from tests.support.recipes import paragraph

RECIPE = """
budget: {tokens: 1000}
sources:
  books:
    from: files
    inputs: [books/]
    origin: licensed
    license: CC0-1.0
    steps: [{filter-quality: {rules: [gopher]}}]
together: [dedup]
output: {dir: out}
"""


def test_documents_and_tokens_are_near_the_truth(tmp_path: Path, shell: Run) -> None:
    (tmp_path / "books").mkdir()
    for number in range(30):
        books = [{"id": f"{number}-{at}", "text": paragraph(at)} for at in range(40)]
        books += [{"id": f"{number}-short-{at}", "text": f"too short {at} " * 20} for at in range(40)]
        (tmp_path / "books" / f"{number:02d}.jsonl").write_bytes(lines_of(books))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    done = shell("corpuskit mix recipe.yaml --plan")
    assert done.returncode == 0, done.stderr
    said = re.search(rb"about ([\d,]+) documents; after its steps ([\d,]+) with ([\d,]+) tokens", done.stdout)
    assert said, done.stdout
    documents, left, tokens = (int(figure.replace(b",", b"")) for figure in said.groups())
    assert 2200 < documents < 2600
    assert 1000 < left < 1400
    assert 80 * left < tokens < 100 * left
    assert b"# memory: about " in done.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("wanted", "says"), [(Need(0, 1 << 60), "more room"), (Need(memory_of_machine() * 2, 0), "`-j 4`")]
)
def test_what_cannot_fit_is_refused_with_what_would_help(tmp_path: Path, wanted: Need, says: str) -> None:
    with pytest.raises(RefusedError, match=says):
        demand_room(wanted, tmp_path / "not" / "there", 8)
    demand_room(Need(1, 1), tmp_path, 8)
