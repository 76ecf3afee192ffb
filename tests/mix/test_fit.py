"""fit: the weights that the runs suggest, within what the recipe allows, and nothing where they say nothing."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

SOURCES = ("wiki", "web", "code", "noise")


def loss_of(shares: list[float]) -> dict[str, float]:
    """Losses that want half wiki and some code, and no noise."""
    wiki, web, code, noise = shares
    return {
        "prose": 3 + 4 * (wiki - 0.5) ** 2 + noise,
        "programs": 2 + 3 * (code - 0.3) ** 2 + 0.5 * noise + 0.1 * web,
    }


def write_runs(folder: Path, runs: int = 160, *, is_random: bool = False) -> None:
    """Tables of runs whose losses follow from their shares, or from nothing."""
    chance = random.Random(5)
    ratios, losses = [",".join(("run", *SOURCES))], ["run,prose,programs"]
    for number in range(runs):
        drawn = [chance.expovariate(1) for _ in SOURCES]
        shares = [value / sum(drawn) for value in drawn]
        results = loss_of(shares).values() if not is_random else [chance.random(), chance.random()]
        ratios.append(",".join((f"r{number}", *(f"{share:.6f}" for share in shares))))
        losses.append(",".join((f"r{number}", *(f"{value:.6f}" for value in results))))
    (folder / "ratios.csv").write_text("\n".join(ratios) + "\n")
    (folder / "losses.csv").write_text("\n".join(losses[:1] + losses[:0:-1]) + "\n")


def recipe(more: str = "") -> str:
    lines = [
        f"  {name}: {{from: files, inputs: [in.jsonl], origin: {origin}, license: MIT, max_epochs: 2}}"
        for name, origin in zip(SOURCES, ("public_dataset", "crawl", "public_dataset", "crawl"), strict=True)
    ]
    return "\n".join(["budget: {tokens: 1000000}", *([more] if more else []), "sources:", *lines, ""])


FEW_TREES = """
from corpuskit.cli.main import main
from corpuskit.mix.fitting import regression
regression.TREES = {trees}
main()
"""
TREES = {"few_trees.py": 100, "very_few_trees.py": 15}
"""Fits that take a fraction of the time, where the question is not how good the weights are, or not what they are."""


def fit(shell: Run, words: str = "", command: str = "corpuskit") -> dict[str, Any]:
    done = shell(f"{command} fit ratios.csv losses.csv --candidates 2000 --json {words}")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(
    "command", ["python few_trees.py", pytest.param("corpuskit", marks=pytest.mark.slow)], ids=["few trees", "all"]
)
@pytest.mark.usefixtures("few_trees")
def test_weights_are_those_that_lower_the_losses(shell: Run, command: str) -> None:
    answer = fit(shell, command=command)
    assert min(answer["agreement"].values()) > 0.9
    weights = answer["weights"]
    assert sum(weights.values()) == pytest.approx(1, abs=0.001)
    assert weights["noise"] < 0.08
    assert weights["wiki"] == pytest.approx(0.5, abs=0.12)
    assert weights["code"] == pytest.approx(0.3, abs=0.12)
    assert answer["loss"]["predicted"] < answer["loss"]["mean-run"]


@pytest.fixture
def few_trees(tmp_path: Path) -> str:
    """What to type for `corpuskit` to fit few trees."""
    write_runs(tmp_path)
    for name, trees in TREES.items():
        (tmp_path / name).write_text(FEW_TREES.format(trees=trees))
    return "python few_trees.py"


@pytest.fixture
def very_few_trees(few_trees: str) -> str:
    """What to type for `corpuskit` to fit so few trees that the weights are poor."""
    return few_trees.replace("few_trees", "very_few_trees")


def test_the_same_runs_give_the_same_weights(shell: Run, very_few_trees: str) -> None:
    answer = fit(shell, command=very_few_trees)
    assert answer["lowered"] == ["prose", "programs"]
    assert fit(shell, command=very_few_trees) == answer
    one = fit(shell, "--loss programs", very_few_trees)
    assert one["lowered"] == ["programs"]
    assert one["agreement"] == {"programs": answer["agreement"]["programs"]}


def test_weights_keep_the_limits_of_the_recipe(tmp_path: Path, shell: Run, very_few_trees: str) -> None:
    limits = "caps: {any_source: 0.4, crawl: 0.35}\nfloors: {noise: 0.1}"
    (tmp_path / "recipe.yaml").write_text(recipe(limits))
    weights = fit(shell, "--recipe recipe.yaml", very_few_trees)["weights"]
    assert max(weights.values()) <= 0.4
    assert weights["web"] + weights["noise"] <= 0.3501
    assert weights["noise"] >= 0.0999
    (tmp_path / "recipe.yaml").write_text(recipe("caps: {any_source: 0.6}"))
    few = fit(shell, "--recipe recipe.yaml --supply wiki=50K", very_few_trees)["weights"]
    assert few["wiki"] <= 0.1001
    text = shell(f"{very_few_trees} fit ratios.csv losses.csv --candidates 2000 --recipe recipe.yaml").stdout.decode()
    command = text.strip().splitlines()[-1].strip()
    assert command.startswith("corpuskit mix recipe.yaml --set sources.")
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n')
    assert shell(f"{command} --check").returncode == 0


def test_runs_that_say_nothing_are_called_so(tmp_path: Path, shell: Run, few_trees: str) -> None:
    write_runs(tmp_path, is_random=True)
    done = shell(f"{few_trees} fit ratios.csv losses.csv --candidates 2000")
    assert b"do not trust these weights" in done.stdout


@pytest.mark.parametrize(
    ("change", "words", "code", "message"),
    [
        ("", "ratios.csv", 2, "name two tables"),
        ("", "ratios.csv none.csv", 2, "no such file: 'none.csv'"),
        ("", "ratios.csv losses.csv --loss prse", 2, "no loss is called 'prse' (did you mean `prose`?)"),
        ("", "ratios.csv losses.csv --candidates 10", 2, "a number from 1,000 on"),
        ("", "ratios.csv losses.csv --supply wiki=1M", 2, "is for the limits of a recipe"),
        ("", "ratios.csv losses.csv --recipe recipe.yaml --supply wiki", 2, "sources with their tokens"),
        ("", "ratios.csv losses.csv --recipe recipe.yaml --supply wkii=1M", 2, "no column of the ratios is called"),
        ("s/r7,/r7x,/", "ratios.csv losses.csv", 2, "has no run"),
        ("s/^r8,/r7,/", "ratios.csv losses.csv", 2, "run 'r7' stands there twice"),
        ("s/^r9,.*/r9,0.2,0.2,0.2,x/", "ratios.csv losses.csv", 2, "ratios.csv:11: noise must be a number, not 'x'"),
        ("s/^r9,.*/r9,0.2,0.2,0.2,nan/", "ratios.csv losses.csv", 2, "noise must be a number, not 'nan'"),
        ("s/^r9,.*/r9,0.2,0.2,0.2,0.2/", "ratios.csv losses.csv", 2, "add up to 0.800, not 1"),
        ("s/^r9,.*/r9,-0.2,0.4,0.4,0.4/", "ratios.csv losses.csv", 2, "a share below 0"),
        ("s/^r9,.*/r9,0.2,0.8/", "ratios.csv losses.csv", 2, "ratios.csv:11: has 3 fields, not 5"),
        ("", "ratios.csv ratios.csv", 2, "are the same table; name that of the losses second"),
        ("s/^r9,.*/r9,1e308,0.2,0.2,0.2/", "ratios.csv losses.csv", 2, "a number between -1e+100 and 1e+100"),
        ("s/,.*//; s/$/,1/; 1s/1$/wiki/", "ratios.csv losses.csv", 2, "has the source 'wiki' alone"),
        ("s/web/wiki/", "ratios.csv losses.csv", 2, "names a column twice"),
        ("s/,web/,wbe/", "ratios.csv losses.csv --recipe recipe.yaml", 2, "has no source 'wbe' (did you mean `web`?)"),
        ("12,$d", "ratios.csv losses.csv", 2, "has no run"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, shell: Run, change: str, words: str, code: int, message: str) -> None:
    write_runs(tmp_path)
    (tmp_path / "recipe.yaml").write_text(recipe())
    shell(f"sed -i '{change}' ratios.csv")
    done = shell(f"corpuskit fit {words}")
    assert (done.returncode, done.stdout) == (code, b"")
    assert message.encode() in done.stderr, done.stderr
    assert done.stderr.count(b"\n") == 1


def test_too_few_runs_are_refused(tmp_path: Path, shell: Run) -> None:
    write_runs(tmp_path, 19)
    assert b"has 19 runs; 20 or more are needed" in shell("corpuskit fit ratios.csv losses.csv").stderr


def test_messages_name_the_recipe_by_its_path(tmp_path: Path, shell: Run) -> None:
    write_runs(tmp_path)
    (tmp_path / "deep").mkdir()
    for text, message in ((recipe().replace("web", "wbe"), "has no source 'web'"), ("seed: x\n" + recipe(), ":1: ")):
        (tmp_path / "deep" / "recipe.yaml").write_text(text)
        done = shell("corpuskit fit ratios.csv losses.csv --recipe deep/recipe.yaml")
        assert done.returncode == 2 and f"deep/recipe.yaml {message}".replace(" :", ":") in done.stderr.decode()


def test_limits_that_leave_nothing_are_refused(tmp_path: Path, shell: Run, very_few_trees: str) -> None:
    (tmp_path / "recipe.yaml").write_text(recipe())
    supply = ",".join(f"{name}=1K" for name in SOURCES)
    words = f"--candidates 1000 --recipe recipe.yaml --supply {supply}"
    done = shell(f"{very_few_trees} fit ratios.csv losses.csv {words}")
    assert done.returncode == 6
    assert b"no mixture keeps all limits" in done.stderr
