"""The same recipe and inputs are the same bytes: whatever the workers, the order of naming, the shards, the place."""

import random
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.support.recipes import RECIPE, published, shards, write_books, write_inputs

pytestmark = pytest.mark.slow

SURROUNDINGS = [
    "PYTHONHASHSEED=1 TZ=Asia/Kathmandu LC_ALL=C",
    "PYTHONHASHSEED=77 TZ=America/St_Johns LC_ALL=C.UTF-8",
]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    write_inputs(tmp_path, crawls=5, shards=6)
    return tmp_path


def build(shell: Run, work: Path, script: str, output: str) -> Path:
    done = shell(script)
    assert done.returncode == 0, done.stderr
    return work / output


def test_workers_and_surroundings_do_not_matter(work: Path, shell: Run) -> None:
    one = published(build(shell, work, "corpuskit mix recipe.yaml -j 1 -o one --quiet", "one"))
    for number, surroundings in enumerate(SURROUNDINGS):
        run = f"corpuskit mix ../recipe.yaml -j {(2, 4)[number]} -o ../o{number} --quiet"
        script = f"mkdir away{number}; cd away{number}; {surroundings} {run}"
        assert published(build(shell, work, script, f"o{number}")) == one


def test_the_order_of_naming_inputs_does_not_matter(work: Path, shell: Run) -> None:
    names = sorted(f"crawl/{path.name}" for path in (work / "crawl").iterdir())
    found = set()
    for number in range(5):
        random.Random(number).shuffle(names)
        (work / "recipe.yaml").write_text(RECIPE.replace("inputs: [crawl/]", f"inputs: [{', '.join(names)}]"))
        output = build(shell, work, f"corpuskit mix recipe.yaml -j 2 -o n{number} --quiet", f"n{number}")
        found.add(tuple(sorted(published(output).items())))
    assert len(found) == 1


@pytest.mark.parametrize("order", ["shuffled", "input"])
def test_resharding_the_inputs_does_not_matter(work: Path, shell: Run, order: str) -> None:
    found = []
    for number in (6, 1, 23):
        folder = f"books{number}"
        write_books(work / folder, number)
        recipe = RECIPE.replace("inputs: [books/]", f"inputs: [{folder}/]").replace("shuffled", order)
        (work / "recipe.yaml").write_text(recipe)
        found.append(shards(build(shell, work, f"corpuskit mix recipe.yaml -j 2 -o r{number} --quiet", f"r{number}")))
    assert found[0] == found[1] == found[2]
