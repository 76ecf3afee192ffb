"""reweigh: weights follow what many users prefer, a little at a time, and no tenant is louder than its share."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

KINDS = ("tea", "bread", "steel")
COMMON = [f"word{number}" for number in range(500)]
VOCABULARY = {kind: [f"{kind}{number}" for number in range(300)] for kind in KINDS}


def text(kind: str, chance: random.Random) -> str:
    """Words of a kind among common ones."""
    own = chance.sample(VOCABULARY[kind], 12)
    return " ".join(chance.sample([*own, *chance.sample(COMMON, 20)], 30))


def rows_of(count: int, seed: int) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    return [(kind, text(kind, chance)) for _ in range(count) for kind in KINDS]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def give(
    folder: Path,
    accepts: Callable[[str, str, int], bool],
    tenants: tuple[str, ...] = ("acme",),
    users: int = 60,
    count: int = 150,
    **more: Any,
) -> None:
    """Write good.jsonl and bad.jsonl; `accepts(kind, tenant, number)` decides which."""
    sets: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for number, (kind, content) in enumerate(rows_of(count, 3)):
        tenant = tenants[number // 3 % len(tenants)]
        metadata = {
            "tenant": tenant,
            "actor": f"u{number // 3 % users}",
            "consent": {"scope": ["text", "train"]},
            **more,
        }
        row = {"id": f"f{number}", "text": content, "metadata": metadata}
        sets[accepts(kind, tenant, number)].append(row)
    write(folder / "good.jsonl", sets[True])
    write(folder / "bad.jsonl", sets[False])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_recipe(tmp_path)
    corpus = [
        {"id": f"c{number}", "text": content, "metadata": {"source": kind}}
        for number, (kind, content) in enumerate(rows_of(60, 9))
    ]
    write(tmp_path / "corpus.jsonl", corpus)
    write(tmp_path / "in.jsonl", [{"text": "a"}])
    return tmp_path


def write_recipe(folder: Path, more: str = "") -> None:
    lines = [f"  {kind}: {{from: files, inputs: [in.jsonl], origin: public_dataset, license: MIT}}" for kind in KINDS]
    (folder / "recipe.yaml").write_text(
        "\n".join(["budget: {tokens: 1000000}", *([more] if more else []), "sources:", *lines, ""])
    )


COMMAND = "corpuskit reweigh recipe.yaml good.jsonl bad.jsonl --corpus corpus.jsonl"


def answer(shell: Run, options: str = "") -> dict[str, Any]:
    done = shell(f"{COMMAND} --json {options}")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def shares(result: dict[str, Any]) -> dict[str, float]:
    return {name: row["new"] for name, row in result["sources"].items()}


def test_what_users_prefer_gains_up_to_the_bound(folder: Path, shell: Run) -> None:
    give(folder, lambda kind, *_: kind == "tea")
    result = answer(shell)
    assert result["auc"] > 0.9 and result["skill"] > 0.7
    assert shares(result) == pytest.approx({"tea": 0.4, "bread": 0.3, "steel": 0.3}, abs=0.001)
    assert (result["users"], result["tenants"], result["for-tenant"]) == (60, 1, "acme")
    assert b"for tenant acme's own corpus" in shell(COMMAND).stdout
    assert result["sources"]["tea"]["score"] > 0.7 > 0.4 > result["sources"]["bread"]["score"]


def test_the_last_line_gives_the_weights_to_the_recipe(folder: Path, shell: Run) -> None:
    give(folder, lambda kind, *_: kind == "tea")
    before = (folder / "recipe.yaml").read_bytes()
    command = shell(COMMAND).stdout.decode().strip().splitlines()[-1].strip()
    assert command.startswith("corpuskit mix recipe.yaml --set sources.tea.weight=0.4 ")
    assert shell(f"{command} --check").returncode == 0
    assert (folder / "recipe.yaml").read_bytes() == before


def test_feedback_at_random_moves_nothing(folder: Path, shell: Run) -> None:
    for seed in range(3):
        chance = random.Random(seed)
        give(folder, lambda *_, chance=chance: chance.random() < 0.5)
        assert shares(answer(shell)) == pytest.approx(dict.fromkeys(KINDS, 1 / 3), abs=0.01)
    assert b"no weight is to be changed" in shell(COMMAND).stdout or answer(shell)["skill"] > 0


def test_caps_floors_and_the_bound_hold(folder: Path, shell: Run) -> None:
    give(folder, lambda kind, *_: kind == "tea")
    write_recipe(folder, "caps: {any_source: 0.35}\nfloors: {bread: 0.32}")
    result = shares(answer(shell))
    assert result["tea"] == pytest.approx(0.35) and result["bread"] >= 0.32
    assert sum(result.values()) == pytest.approx(1, abs=0.001)


def test_order_does_not_matter(folder: Path, shell: Run) -> None:
    give(folder, lambda kind, *_: kind != "steel")
    first = answer(shell)
    for name in ("good.jsonl", "bad.jsonl", "corpus.jsonl"):
        lines = (folder / name).read_text().splitlines(keepends=True)
        random.Random(4).shuffle(lines)
        (folder / name).write_text("".join(lines))
    assert answer(shell) == first


def test_a_loud_tenant_weighs_no_more_than_its_share(folder: Path, shell: Run) -> None:
    give(folder, lambda kind, *_: kind == "tea", ("a", "b", "c", "d"))
    quiet = shares(answer(shell))
    # Ten times as many users of one tenant take everything that others met, and say the opposite.
    for name, other in (("good", "bad"), ("bad", "good")):
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
        rows = [row for row in rows if "loud" not in row["id"]]
        flood = []
        for number, row in enumerate(rows):
            metadata = {**row["metadata"], "tenant": "a", "actor": f"loud{number % 600}"}
            flood.append({"id": f"loud{row['id']}", "text": row["text"], "metadata": metadata})
        with (folder / f"{other}.jsonl").open("a") as file:
            file.writelines(json.dumps(row) + "\n" for row in flood)
    result = answer(shell)
    loud = shares(result)
    assert result["left-out"]["over the share of a tenant"] > 50
    assert loud["tea"] >= 1 / 3, "the others' preference is not turned round"
    assert abs(loud["tea"] - quiet["tea"]) <= 0.34 * 0.2


def test_one_user_has_but_a_few_texts(folder: Path, shell: Run) -> None:
    give(folder, lambda kind, *_: kind == "tea", users=30)
    whole = answer(shell, "--of-user 3")
    assert whole["texts"]["good"] <= 30 * 3 and whole["left-out"]["over the share of a user"] > 0


def test_what_does_not_count_is_counted(folder: Path, shell: Run) -> None:
    give(folder, lambda kind, *_: kind == "tea")
    extra = [
        {"id": "1", "text": "made by a model", "metadata": {"actor": "u1", "gen_depth": 1}},
        {"id": "2", "text": "made by a model too", "metadata": {"actor": "u1", "origin": "synthetic"}},
        {"id": "2b", "text": "made by a model, it seems", "metadata": {"actor": "u1", "generator": "m"}},
        {"id": "2c", "text": "nobody can tell", "metadata": {"actor": "u1", "gen_depth": ""}},
        {"id": "3", "text": "said by nobody", "metadata": {}},
        {"id": "4", "text": "", "metadata": {"actor": "u1"}},
    ]
    with (folder / "good.jsonl").open("a") as file:
        file.writelines(json.dumps(row) + "\n" for row in extra)
        file.write("no document\n")
    first_bad = (folder / "bad.jsonl").read_text().splitlines(keepends=True)[0]
    with (folder / "good.jsonl").open("a") as file:
        file.write(first_bad + first_bad)
    with (folder / "corpus.jsonl").open("a") as file:
        file.write('{"id": "5"}\nno document\n')
    left_out = answer(shell)["left-out"]
    assert left_out == {
        "copies": 1,
        "in both sets, by one user": 1,
        "rejected of the corpus, as no documents": 2,
        "rejected, as no documents": 1,
        "synthetic": 4,
        "without an actor": 1,
        "without text": 1,
    }


@pytest.mark.parametrize(
    ("change", "words_", "code", "message"),
    [
        ("true", "recipe.yaml good.jsonl --corpus corpus.jsonl", 2, "name a recipe and two sets"),
        ("true", "recipe.yaml good.jsonl bad.jsonl", 2, "needs the option `--corpus`"),
        ("true", "recipe.yaml none.jsonl bad.jsonl --corpus corpus.jsonl", 2, "no such file"),
        ("true", "recipe.yaml good.jsonl bad.jsonl --corpus corpus.jsonl --min-users 2", 2, "a number from 5 on"),
        ("true", "recipe.yaml good.jsonl bad.jsonl --corpus corpus.jsonl --tenant-share 0.1", 2, "a share from 0.34"),
        ("true", "recipe.yaml good.jsonl bad.jsonl --corpus corpus.jsonl --min-users 500", 6, "asks for 500"),
        ("sed -i s/actor/author/ good.jsonl", "", 6, "150 documents had no metadata.actor"),
        ("sed -i 's/\"train\"/\"label\"/' good.jsonl", "", 6, "may not be learned from (no-consent)"),
        ("sed -i 's/\"train\"]/\"train\"], \"until\": \"2030-01-01\"/' good.jsonl", "", 6,
         "(its consent holds until 2030-01-01, and no --as-of says which day counts)"),
        ("true", "recipe.yaml good.jsonl ./good.jsonl --corpus corpus.jsonl", 2, "both 'good.jsonl'; name two sets"),
        ("sed -i '1,2 s/acme/other/; 3 s/acme/third/' good.jsonl", "", 6, "(--tenant-share 0.34)"),
        ("sed -i '1~2 s/acme/other/' good.jsonl", "", 6, "the feedback is of 2 tenants"),
        ("sed -i '1~3 s/acme/other/; 2~3 s/acme/third/' good.jsonl", "", 6, "and the bad set of 1 of them"),
        ("sed -i 's/source.: .tea/source\": \"te/' corpus.jsonl", "", 2, "is of source 'te'; the recipe has tea"),
        ("true > corpus.jsonl", "", 2, "the corpus holds no document"),
        ("sed -i 's/u[0-9]*\"/u1\"/' good.jsonl", "", 6, "has texts of 1 user"),
    ],
)  # fmt: skip
def test_mistakes_are_named(folder: Path, shell: Run, change: str, words_: str, code: int, message: str) -> None:
    give(folder, lambda kind, *_: kind == "tea")
    assert shell(change).returncode == 0
    done = shell(f"corpuskit reweigh {words_}" if words_ else COMMAND)
    assert (done.returncode, done.stdout) == (code, b""), done.stderr
    assert message.encode() in done.stderr, done.stderr
    assert done.stderr.count(b"\n") == 1
