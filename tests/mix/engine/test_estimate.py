"""Estimates of `mix --plan`: near the truth for even inputs, and a refusal of what cannot fit."""

import re
from pathlib import Path

import pytest

from corpuskit.core.errors import RefusedError
from corpuskit.core.settings import Settings
from corpuskit.mix.engine.estimate import ResourceNeed, demand_resources, machine_memory
from corpuskit.mix.mix import Mix
from tests.conftest import Run, lines_of
from tests.support.recipes import paragraph

RECIPE = """
budget: {tokens: 1000, tokenizer: words}
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
        books = [{"id": f"{number}-{book}", "text": paragraph(book)} for book in range(40)]
        books += [{"id": f"{number}-short-{book}", "text": f"too short {book} " * 20} for book in range(40)]
        (tmp_path / "books" / f"{number:02d}.jsonl").write_bytes(lines_of(books))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    done = shell("corpuskit mix recipe.yaml --plan")
    assert done.returncode == 0, done.stderr
    report = re.search(rb"about ([\d,]+) documents; after its steps ([\d,]+) with ([\d,]+) tokens", done.stdout)
    assert report, done.stdout
    documents, remaining, tokens = (int(figure.replace(b",", b"")) for figure in report.groups())
    assert 2200 < documents < 2600
    assert 1000 < remaining < 1400
    assert 80 * remaining < tokens < 100 * remaining
    assert b"# memory: about " in done.stdout
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("need", "advice"), [(ResourceNeed(0, 1 << 60), "more room"), (ResourceNeed(machine_memory() * 2, 0), "`-j 4`")]
)
def test_what_cannot_fit_is_refused_with_what_would_help(tmp_path: Path, need: ResourceNeed, advice: str) -> None:
    with pytest.raises(RefusedError, match=advice):
        demand_resources(need, tmp_path / "not" / "there", 8)
    demand_resources(ResourceNeed(1, 1), tmp_path, 8)


def test_files_that_are_one_document_each_are_counted_and_not_weighed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "code").mkdir()
    for number in range(300):
        (tmp_path / "code" / f"{number:03}.py").write_text("x = 1\n" * (4000 if number % 50 == 7 else 1 + number % 9))
    (tmp_path / "recipe.yaml").write_text("sources: {a: {from: code, inputs: [code/], origin: other, license: MIT}}")
    Mix(plan=True).execute([str(tmp_path / "recipe.yaml")], Settings(output=tmp_path / "out"))
    assert "# about 300 documents" in capsys.readouterr().out
