"""The policy keys `real_not_below` and `gen_depth`: what models wrote displaces no real text, and is made of it."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpuskit import load_recipe
from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.tokens import counter
from corpuskit.mix.engine import real_floor
from corpuskit.mix.engine.real_floor import RealFile, RealTokens, is_real, real_file, unique_tokens
from tests.conftest import Run, lines_of

INTENTS = ("card", "fees", "limit")
Mix = Callable[..., Any]


def row(number: int, intent: str | None = None, **metadata: Any) -> dict[str, Any]:
    chance = random.Random(number)
    text = " ".join("".join(chance.choices("abcdefgh", k=5)) for _ in range(20))
    labels = {} if intent is None else {"labels": {"intent": intent}}
    return {"id": f"d{number}", "text": text, "metadata": {**labels, **metadata}}


def rows(numbers: range, **metadata: Any) -> list[dict[str, Any]]:
    return [row(number, INTENTS[number % 3], **metadata) for number in numbers]


@pytest.fixture
def mix(tmp_path: Path, corpuskit: Run) -> Mix:
    """Write two sources and mix them; return what the command said."""

    def run(
        real: list[dict[str, Any]],
        synthetic: list[dict[str, Any]],
        *arguments: str,
        policy: str = "{real_not_below: before}",
        more: str = "",
        to: str = "out",
    ) -> Any:
        (tmp_path / "real.jsonl").write_bytes(lines_of(real))
        (tmp_path / "made.jsonl").write_bytes(lines_of(synthetic))
        (tmp_path / "recipe.yaml").write_text(
            f"{more}\npolicy: {policy}\nsources:\n"
            "  real: {from: files, inputs: [real.jsonl], origin: public_dataset, license: MIT}\n"
            "  made: {from: files, inputs: [made.jsonl], origin: synthetic, license: MIT}\n"
        )
        return corpuskit("mix", "recipe.yaml", "-o", to, *arguments)

    return run


def tokens_of(documents: list[dict[str, Any]], intent: str) -> int:
    count = counter("estimate")
    texts = {one["text"] for one in documents if one["metadata"]["labels"]["intent"] == intent}
    return sum(map(count, texts))


def mix_options(folder: Path) -> dict[str, Any]:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    options: dict[str, Any] = manifest["steps"][-1]["options"]
    return options


def test_synthetic_text_may_come_and_real_text_may_not_go(mix: Mix, tmp_path: Path, corpuskit: Run) -> None:
    before, made = rows(range(60)), rows(range(1000, 1100), gen_depth=1)
    assert mix(before, made[:5], policy="{}", to="before").returncode == 0
    done = mix([*before, *rows(range(60, 90))], made)
    assert done.returncode == 0, done.stderr
    assert corpuskit("verify", "out").returncode == 0
    recorded = mix_options(tmp_path / "out")["real-not-below"]
    assert recorded["digest"] == json.loads((tmp_path / "before" / "manifest.json").read_bytes())["digest"]
    assert recorded["classes"] == {
        f"intent: {intent}": {"before": tokens_of(before, intent), "now": tokens_of(rows(range(90)), intent)}
        for intent in INTENTS
    }
    fewer = [one for one in before if one["id"] not in ("d0", "d3", "d2")]
    done = mix(fewer, made, to="less")
    assert done.returncode == 6
    assert not (tmp_path / "less" / "manifest.json").exists()
    first, *table = done.stderr.decode().splitlines()
    assert "2 classes would have fewer unique real tokens than the snapshot in 'before'" in first
    cells = [line.partition(": ")[2].split("  ") for line in table]
    assert [[cell.strip() for cell in line if cell] for line in cells] == [
        ["class", "tokens before", "tokens now"],
        *(
            [f"intent: {intent}", f"{tokens_of(before, intent):,}", f"{tokens_of(fewer, intent):,}"]
            for intent in ("card", "limit")
        ),
    ]


def test_a_budget_that_displaces_real_text_is_refused(mix: Mix, tmp_path: Path) -> None:
    before, made = rows(range(60)), rows(range(1000, 1200), gen_depth=1)
    assert mix(before, [], "--allow-empty", policy="{}", to="before").returncode == 0
    whole = sum(tokens_of(before, intent) for intent in INTENTS)
    done = mix(before, made, more=f"budget: {{tokens: {whole}}}")
    assert done.returncode == 6, done.stderr
    assert b"3 classes would have fewer" in done.stderr
    done = mix(before, made, more=f"budget: {{tokens: {whole * 4 // 3}}}\ncaps: {{synthetic: 0.25}}")
    assert done.returncode == 0, done.stderr


def test_repetitions_and_copies_count_once(mix: Mix, tmp_path: Path) -> None:
    before = rows(range(30))
    copies = [{**one, "id": f"copy-{one['id']}"} for one in before]
    assert mix([*before, *copies], [], "--allow-empty", policy="{}", to="before").returncode == 0
    assert mix(before, []).returncode == 0, "what went were copies"
    whole = sum(tokens_of(before, intent) for intent in INTENTS)
    done = mix(before[:15], [], more=f"budget: {{tokens: {whole}}}", to="repeated")
    assert done.returncode == 6
    again = mix(before, [], more=f"budget: {{tokens: {whole}}}", to="again")
    assert again.returncode == 0, again.stderr


def test_without_labels_classes_are_sources_and_languages(mix: Mix, tmp_path: Path) -> None:
    before = [row(number, None, language="en" if number % 2 else "de") for number in range(20)]
    assert mix(before, [], "--allow-empty", policy="{}", to="before").returncode == 0
    done = mix([one for one in before if one["metadata"]["language"] == "en" or one["id"] == "d0"], [])
    assert done.returncode == 6
    assert b"source real, language de" in done.stderr
    assert b"language en" not in done.stderr


def test_where_it_publishes_the_first_time_has_no_floor(mix: Mix, tmp_path: Path) -> None:
    policy = "{real_not_below: out}"
    assert mix(rows(range(30)), [], policy=policy).returncode == 0
    assert mix_options(tmp_path / "out")["real-not-below"]["digest"] is None
    done = mix(rows(range(30)), [], policy=policy)
    assert b"unchanged" in done.stderr, "what it published itself is no other input"
    done = mix(rows(range(29)), [], policy=policy)
    assert done.returncode == 6
    assert mix(rows(range(31)), [], policy=policy).returncode == 0
    assert mix(rows(range(30)), [], policy=policy).returncode == 6, "the floor has risen"


def test_another_snapshot_is_another_run(mix: Mix, tmp_path: Path) -> None:
    real = rows(range(30))
    assert mix(real[:20], [], "--allow-empty", policy="{}", to="before").returncode == 0
    assert mix(real, []).returncode == 0
    assert b"unchanged" in mix(real, []).stderr
    assert mix(rows(range(40)), [], policy="{}", to="before").returncode == 0
    assert mix(real, []).returncode == 6


def test_a_snapshot_that_is_not_there_is_a_mistake(mix: Mix) -> None:
    done = mix(rows(range(3)), [])
    assert done.returncode == 2
    assert b"real_not_below" in done.stderr
    assert b"no dataset is published" in done.stderr


def test_a_changed_shard_is_not_counted(mix: Mix, tmp_path: Path) -> None:
    assert mix(rows(range(30)), [], "--allow-empty", policy="{}", to="before").returncode == 0
    (shard,) = [path for path in (tmp_path / "before").rglob("*.jsonl.zst") if "decisions" not in str(path)]
    shard.write_bytes(shard.read_bytes()[:-5] + b"12345")
    done = mix(rows(range(30)), [])
    assert done.returncode == 3
    assert b"not what was published" in done.stderr


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_is_made_of_synthetic_text_is_refused(mix: Mix, tmp_path: Path, jobs: str) -> None:
    made = [*rows(range(1000, 1005), gen_depth=1), row(1005, "card", gen_depth=2)]
    done = mix(rows(range(5)), made, "-j", jobs, policy="{}")
    assert done.returncode == 6
    assert b"'d1005' of source `made` has gen_depth 2, where the policy allows 1" in done.stderr
    assert mix(rows(range(5)), made, policy="{gen_depth: 2}").returncode == 0
    assert mix_options(tmp_path / "out")["gen-depth"] == 2
    assert mix(rows(range(5)), made, policy="{gen_depth: 1}").returncode == 6, "earlier work does not pass it"
    done = mix(rows(range(5)), made[:5], policy="{gen_depth: 0}")
    assert done.returncode == 6
    assert b"has gen_depth 1" in done.stderr


@pytest.mark.parametrize("value", ["2", "two", 0.5, -1, True, [1], {}, ""])
def test_a_depth_that_is_no_whole_number_passes_no_limit(mix: Mix, tmp_path: Path, value: Any) -> None:
    made = [*rows(range(1000, 1005), gen_depth=1), row(1005, "card", gen_depth=value)]
    done = mix(rows(range(5)), made, policy="{gen_depth: 9000000000000000000}")
    assert done.returncode == 6
    assert b"'d1005' of source `made`" in done.stderr
    assert b"no whole number" in done.stderr
    assert not (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({}, True),
        ({"origin": "crawl", "gen_depth": 0}, True),
        ({"origin": "synthetic"}, False),
        ({"origin": "synthetic", "gen_depth": 0}, False),
        ({"gen_depth": 1}, False),
        ({"generator": "m"}, False),
        ({"origin": "crawl", "gen_depth": "0"}, False),
        ({"origin": "crawl", "gen_depth": None}, True),
    ],
)
def test_real_is_what_no_model_wrote(metadata: dict[str, Any], expected: bool) -> None:
    assert is_real(Document("1", "text", metadata)) == expected


def test_what_memory_cannot_hold_adds_up_to_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)
    texts = [f"text {number}" for number in range(300)]
    expected: dict[str, set[str]] = {}
    files = []
    for shard in range(5):
        real = RealTokens()
        for _ in range(200):
            text, label = chance.choice(texts), chance.choice("abc")
            real.add(Document("x", text, {"labels": {"l": label}}), len(text))
            expected.setdefault(f"l: {label}", set()).add(text)
        real.write(tmp_path / str(shard))
        files.append(RealFile(real_file(tmp_path / str(shard)), real.classes()))
    for most in (1 << 20, 64):
        monkeypatch.setattr(real_floor, "MOST_ROWS", most)
        assert unique_tokens(files) == {name: sum(map(len, each)) for name, each in expected.items()}


@pytest.mark.parametrize("policy", ["{gen_depth: -1}", "{gen_depth: yes please}", "{real_not_below: [a]}"])
def test_mistakes_are_told_with_their_line(tmp_path: Path, policy: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(f"policy: {policy}\nsources: {{a: {{from: files, inputs: [a.jsonl], origin: other}}}}\n")
    with pytest.raises(UsageError, match=r"recipe.yaml:1: "):
        load_recipe(path)
