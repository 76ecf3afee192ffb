"""`--set`, `--check` and recipes from standard input."""

import json
from pathlib import Path

import pytest

from corpuskit.core.errors import UsageError
from corpuskit.mix.recipe.overrides import with_overrides
from corpuskit.mix.recipe.yaml import parse
from tests.conftest import Run, lines_of

RECIPE = """\
budget: {tokens: 100}
sources:
  a.b: {from: files, inputs: [docs.jsonl], origin: public_dataset, steps: [dedup, scrub-pii]}
"""


@pytest.mark.parametrize(
    ("settings", "trail", "value"),
    [
        (["budget.tokens=5M"], ("budget", "tokens"), "5M"),
        (["seed=3", "seed=4"], ("seed",), 4),
        (["sources.a.b.weight=2"], ("sources", "a.b", "weight"), 2),
        (["sources.a.b.steps.1=[x, y]"], ("sources", "a.b", "steps", 1), ["x", "y"]),
        (
            ["sources.a.b.steps=[dedup, {scrub-pii: {mode: drop}}]"],
            ("sources", "a.b", "steps", 1, "scrub-pii", "mode"),
            "drop",
        ),
        (["policy.licenses.allow=[MIT]"], ("policy", "licenses", "allow"), ["MIT"]),
        (["output.dir='a=b'"], ("output", "dir"), "a=b"),
        (["sources.a.b.license=MIT"], ("sources", "a.b", "license"), "MIT"),
    ],
)
def test_a_value_is_set_where_its_path_leads(settings: list[str], trail: tuple[str | int, ...], value: object) -> None:
    tree = with_overrides(parse(RECIPE.encode(), "recipe.yaml"), settings)
    found = tree.value
    for key in trail:
        found = found[key]
    assert found == value
    assert tree.at(*trail).startswith("--set ")
    assert tree.at("budget") in ("recipe.yaml:1", "--set budget")


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("budget", "takes a key, `=` and a value"),
        ("=3", "takes a key, `=` and a value"),
        ("budget.tokens.more=3", "there are no keys below a single value"),
        ("sources.a.b.steps.7=x", "'7' is no number of an item, from 0 to 1"),
        ("seed=[1", "--set seed: "),
        ("output.formats=[jsonl", "--set output.formats: "),
        ("seed='1", "--set seed: "),
        ("sources.a.x.weight=3", "--set sources.a.x.weight: no source `a`; sources here: a.b"),
    ],
)
def test_what_cannot_be_set_is_told(setting: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        with_overrides(parse(RECIPE.encode(), "recipe.yaml"), [setting])
    assert said in str(caught.value)


def test_all_that_cannot_be_set_is_told_and_a_new_source_can_be() -> None:
    tree = parse(RECIPE.encode(), "recipe.yaml")
    with pytest.raises(UsageError) as caught:
        with_overrides(tree, ["sources.wbe.weight=3", "sources.wbe.origin=other", "budget", "seed=1"])
    assert [str(error).split(":")[0] for error in (caught.value, *caught.value.others)] == [
        "`--set` takes a key, `=` and a value, as in `--set budget.tokens=5M`, not 'budget'",
        "--set sources.wbe.weight",
        "--set sources.wbe.origin",
    ]
    made = with_overrides(tree, ["sources.new.from=files", "sources.new.inputs=[a.txt]"])
    assert made.value["sources"]["new"] == {"from": "files", "inputs": ["a.txt"]}


def test_the_command_sets_checks_and_reads_standard_input(corpuskit: Run, tmp_path: Path) -> None:
    checked = corpuskit("mix", "--check", "-", stdin=RECIPE.encode())
    assert checked.returncode == 0
    assert checked.stdout.decode().startswith("standard input: sound; 1 source, a budget of 100 tokens.")
    wrong = corpuskit("mix", "--check", "-", "--set", "budget.tokens=many", "--set", "seed=x", stdin=RECIPE.encode())
    assert (wrong.returncode, wrong.stderr.count(b"\n")) == (2, 2)
    assert b"--set budget.tokens: `tokens` must be a whole number from 1 on, not 'many'" in wrong.stderr
    assert not list(tmp_path.glob("*.jsonl"))
    (tmp_path / "docs.jsonl").write_bytes(lines_of([{"id": str(n), "text": f"word {n} " * 9} for n in range(40)]))
    built = corpuskit("mix", "-", "-o", "out", "--set", "budget.tokens=0.05k", stdin=RECIPE.encode())
    assert built.returncode == 0, built.stderr
    assert corpuskit("verify", "out").returncode == 0
    sources = json.loads((tmp_path / "out" / "manifest.json").read_text())["sources"]
    assert 0 < sources["a.b"]["tokens"] <= 50


def test_paths_of_a_recipe_from_a_shells_pipe_start_from_the_working_folder(shell: Run, tmp_path: Path) -> None:
    (tmp_path / "docs.jsonl").write_bytes(lines_of([{"id": "a", "text": "word " * 30}]))
    (tmp_path / "recipe.yaml").write_text("sources: {a: {from: files, inputs: [docs.jsonl], origin: other}}\n")
    done = shell("corpuskit mix <(cat recipe.yaml) -o out")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["sources"]["a"]["documents"] == 1


def test_all_mistakes_are_in_the_json(corpuskit: Run) -> None:
    result = corpuskit("mix", "-", "--json", "--set", "seed=x", "--set", "budget.tokens=y", stdin=RECIPE.encode())
    outcome = json.loads(result.stderr.splitlines()[-1])
    assert outcome["exit"] == 2 and "`seed`" in outcome["error"] and "`tokens`" in outcome["error"]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("nope.deep.x=1", "--set nope.deep.x: unknown key `nope`"),
        (
            "caps.any_source=1.4",
            "--set caps.any_source: `any_source` must be a share of the budget, above 0 up to 1, not 1.4",
        ),
    ],
)
def test_a_wrong_value_is_laid_to_the_option_and_not_to_the_file(
    corpuskit: Run, tmp_path: Path, setting: str, said: str
) -> None:
    (tmp_path / "r.yaml").write_text(
        "budget: {tokens: 5}\nsources: {a: {from: files, inputs: x.jsonl, origin: other}}\n"
    )
    done = corpuskit("mix", "r.yaml", "--check", "--set", setting)
    lines = done.stderr.decode().splitlines()
    assert done.returncode == 2 and lines[0].startswith(f"corpuskit mix: {said}")
    assert not lines[0].endswith("write 0.014") and len(lines) == 1
