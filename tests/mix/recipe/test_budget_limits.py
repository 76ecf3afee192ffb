"""Shares that no corpus can keep are refused with the recipe, before anything is read."""

import json
from pathlib import Path

import pytest

from corpuskit.core.errors import RefusedError
from corpuskit.mix.recipe.recipe import load_recipe
from tests.conftest import Run, texts

RECIPE = """\
budget: {tokens: 4, tokenizer: words}
caps: %s
floors: %s
sources:
  notes: {from: files, inputs: [notes.jsonl], origin: other}
  news: {from: files, inputs: [news.jsonl], origin: crawl, max_epochs: 2}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("notes", "news"):
        (tmp_path / f"{name}.jsonl").write_bytes(texts(f"The tide of the {name} turned at noon."))
    return tmp_path


@pytest.mark.parametrize(
    ("caps", "floors", "line", "said"),
    [
        ("{any_source: 0.3}", "{}", 2, "cap any_source 0.3 cannot hold; nearest fix: cap any_source up to 0.5"),
        ("{any-source: 0.6}", "{notes: 0.8}", 3, "floor 0.8 of notes, cap any_source 0.6 cannot all hold"),
        ("{crawl: 0.3}", "{news: 0.4}", 3, "floor 0.4 of news, cap crawl 0.3 cannot all hold"),
        ("{crawl: 0.3, other: 0.3}", "{}", 2, "cap crawl 0.3, cap other 0.3 cannot all hold"),
    ],
)
def test_shares_that_exclude_one_another_are_told_with_their_line(
    folder: Path, caps: str, floors: str, line: int, said: str
) -> None:
    (folder / "recipe.yaml").write_text(RECIPE % (caps, floors))
    with pytest.raises(RefusedError) as caught:
        load_recipe(folder / "recipe.yaml")
    assert str(caught.value).startswith(f"recipe.yaml:{line}: the budget cannot be met: ") and said in str(caught.value)


def test_shares_that_just_hold_are_no_mistake(folder: Path) -> None:
    for caps, floors in (("{any_source: 0.5}", "{notes: 0.5}"), ("{crawl: 0.3}", "{news: 0.3}")):
        (folder / "recipe.yaml").write_text(RECIPE % (caps, floors))
        assert load_recipe(folder / "recipe.yaml").budget is not None


def test_a_budget_beyond_what_there_is_is_told_with_its_line_and_in_the_plan(folder: Path, corpuskit: Run) -> None:
    (folder / "recipe.yaml").write_text(RECIPE % ("{}", "{}"))
    words = ["mix", "recipe.yaml", "--set", "sources.notes.weight=1"]
    assert b"cannot be met" not in corpuskit(*words, "--plan").stdout
    (folder / "recipe.yaml").write_text((RECIPE % ("{}", "{}")).replace("tokens: 4", "tokens: 5K"))
    said = "recipe.yaml:1: the budget cannot be met: budget 5,000, max_epochs 1 of notes (has 8 tokens)"
    planned = corpuskit(*words, "--plan")
    assert planned.returncode == 0 and f"# by this estimate, {said}" in planned.stdout.decode()
    assert json.loads(corpuskit(*words, "--plan", "--json").stdout)["conflict"].startswith(said)
    refused = corpuskit(*words, "-o", "out")
    assert refused.returncode == 6 and f"corpuskit mix: {said}" in refused.stderr.decode()
