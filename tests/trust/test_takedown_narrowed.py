"""`takedown` with a list that narrows to a source or a tenant: others use the same ids, and keep what is theirs."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, RunIn, lines_of

WORDS = [f"word{number}" for number in range(2000)]
MINE, THEIRS = "web", "crawl"
NUMBERS = (11, 12, 21)


def prose(seed: int, length: int = 60) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


def of(owner: str, key: str, **metadata: Any) -> dict[str, Any]:
    """Metadata that name an owner, who has agreed to all uses."""
    return {key: owner, "consent": {"scope": ["text", "train", "retrieve"]}, **metadata}


def documents(owner: str, key: str) -> list[dict[str, Any]]:
    seed = 0 if owner == MINE else 1000
    site = f"https://{owner}.example"
    return [
        {"id": f"x-{number}", "text": prose(seed + number), "metadata": of(owner, key, url=f"{site}/{number}")}
        for number in NUMBERS
    ]


def publish(corpuskit: Run, key: str, owner: str, *command: str) -> None:
    """Run a command that publishes documents of one owner."""
    audience = ("--audience", f"tenant:{owner}") if key == "tenant" and "export" in command else ()
    done = corpuskit(*command, *audience)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module", params=["source", "tenant"])
def key(request: pytest.FixtureRequest) -> str:
    parameter: str = request.param
    return parameter


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn, key: str) -> Path:
    """Documents of two owners who use the same ids, their chunks, and an index of each kind."""
    folder = tmp_path_factory.mktemp("made")
    corpuskit = corpuskit_in(folder)
    for owner in (MINE, THEIRS):
        (folder / f"{owner}.in").write_bytes(lines_of(documents(owner, key)))
        publish(corpuskit, key, owner, "export", f"{owner}.in", "--to", "jsonl", "-o", f"{owner}.jsonl")
        publish(corpuskit, key, owner, "chunk", f"{owner}.jsonl", "-o", f"{owner}-chunks.jsonl")
        dedup = ("dedup", f"{owner}.jsonl", "--index", "seen", "--snapshot", owner)
        publish(corpuskit, key, owner, *dedup, "-o", f"{owner}-unique.jsonl")
        assert corpuskit("index", f"{owner}-chunks.jsonl", "-o", f"{owner}.idx").returncode == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path, dirs_exist_ok=True)


def takedown(folder: Path, corpuskit: Run, lines: list[dict[str, Any]], *arguments: str) -> dict[str, dict[str, Any]]:
    (folder / "list.jsonl").write_bytes(lines_of(lines))
    done = corpuskit("takedown", "--list", "list.jsonl", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return {place["name"]: place for place in json.loads(done.stdout.splitlines()[-1])["places"]}


def learned(folder: Path) -> list[dict[str, Any]]:
    return [line for line in map(json.loads, (folder / "list.jsonl").read_bytes().splitlines()) if "of" in line]


def request_of(name: str, key: str) -> dict[str, Any]:
    """A line that names x-11, or x-11 and x-12, of one owner alone."""
    named = {
        "id": {"id": "x-11"},
        "url": {"url": "https://web.example/11"},
        "id_prefix": {"id_prefix": "x-1", "source": MINE},
    }
    return {**named[name], key: MINE}


DATASETS = ("web.jsonl", "web-chunks.jsonl", "crawl.jsonl", "crawl-chunks.jsonl")


@pytest.mark.parametrize("name", ["id", "url", "id_prefix"])
def test_others_with_the_same_ids_keep_documents_chunks_and_entries(
    folder: Path, corpuskit: Run, key: str, name: str
) -> None:
    if name == "id_prefix" and key == "tenant":
        pytest.skip("an `id_prefix` is of a source")
    many = 2 if name == "id_prefix" else 1
    places = (*DATASETS, "web.idx", "crawl.idx", "seen")
    theirs = {place: (folder / place).read_bytes() for place in places if place.startswith(THEIRS)}
    found = takedown(folder, corpuskit, [request_of(name, key)], *places, "--apply", "--receipt", "receipt.json")
    assert {place: entry["documents"] for place, entry in found.items() if entry["documents"]} == {
        "web.jsonl": many,
        "web-chunks.jsonl": many,
        "web.idx": many,
        "seen": many,
    }
    assert not any("undecided" in entry for entry in found.values())
    assert {place: (folder / place).read_bytes() for place in theirs} == theirs
    assert all(line.get(key) == MINE for line in learned(folder) if "id_hash" in line)
    for step in ("crawl.jsonl", "crawl-chunks.jsonl"):
        kept = corpuskit("filter-takedown", "--list", "list.jsonl", step).stdout
        assert kept.count(b"\n") == len(NUMBERS)
    assert corpuskit("verify", "--receipt", "receipt.json", "--list", "list.jsonl", *places).returncode == 0
    again = corpuskit("takedown", "--list", "list.jsonl", "--json", *places)
    assert {place["outcome"] for place in json.loads(again.stdout)["places"]} == {"clean"}


def test_what_stays_does_not_depend_on_what_stands_beside_it(folder: Path, corpuskit: Run, key: str) -> None:
    lines = [{"id": "x-11", key: MINE}]
    for places in (DATASETS, DATASETS[:2] + DATASETS[3:], DATASETS[:1] + DATASETS[3:], DATASETS[3:]):
        assert takedown(folder, corpuskit, lines, *places)["crawl-chunks.jsonl"]["outcome"] == "clean"


def test_an_index_of_dedup_says_what_it_cannot_tell(folder: Path, corpuskit: Run, key: str) -> None:
    lines: list[dict[str, Any]] = [{"id": "x-11", key: "nosuch"}, {"id_prefix": "x-2", "source": "nosuch"}]
    before = {path.name: path.read_bytes() for path in (folder / "seen").iterdir()}
    places = ("seen",)
    assert takedown(folder, corpuskit, lines, *places)["seen"].get("undecided") == 4
    found = takedown(folder, corpuskit, lines, *places, "--apply")["seen"]
    assert found["outcome"] == "clean" and found["undecided"] == 4
    assert {path.name: path.read_bytes() for path in (folder / "seen").iterdir()} == before
    assert not learned(folder)
    told = corpuskit("takedown", "--list", "list.jsonl", "seen").stdout.decode()
    assert "seen: 4 documents stay because the list narrows the id" in told and "`text_hash`" in told
    beside = takedown(folder, corpuskit, lines, *places, *DATASETS)
    assert "undecided" not in beside["seen"]


def test_near_copies_take_nothing_of_others_with_their_ids(folder: Path, corpuskit: Run, key: str) -> None:
    """A copy under the id of another one's document, and one under such an id that names no owner."""
    text = documents(MINE, key)[0]["text"]
    copies: list[dict[str, Any]] = [
        {"id": "x-12", "text": f"{text} and so on", "metadata": of("third", key)},
        {"id": "x-21", "text": f"{text} and on"},
    ]
    (folder / "copies.in").write_bytes(lines_of(copies))
    publish(corpuskit, key, "third", "export", "copies.in", "--to", "jsonl", "-o", "copies.jsonl")
    places = (*DATASETS, "copies.jsonl", "crawl.idx", "seen")
    found = takedown(folder, corpuskit, [{"id": "x-11", key: MINE}], *places, "--apply")
    assert found["copies.jsonl"]["reasons"] == {"takedown-near-copy": 2}
    assert {place for place, entry in found.items() if entry["outcome"] == "removed"} == {
        "web.jsonl",
        "web-chunks.jsonl",
        "copies.jsonl",
        "seen",
    }
    assert found["seen"]["documents"] == 1
    chunks = ("web-chunks.jsonl", "crawl-chunks.jsonl")
    again = corpuskit("filter-takedown", "--list", "list.jsonl", *chunks).stdout
    assert again.count(b"\n") == 2 + 3


def test_what_was_learned_is_as_narrow_as_the_request(folder: Path, corpuskit: Run, key: str) -> None:
    """A later run finds the text of another place by its hash, and the id that goes is still that of one owner."""
    lines = [{"id": "x-11", key: MINE}]
    takedown(folder, corpuskit, lines, "web.jsonl", "--apply")
    copies = [{"id": "x-12", "text": documents(MINE, key)[0]["text"], "metadata": of("third", key)}]
    (folder / "copies.in").write_bytes(lines_of(copies))
    publish(corpuskit, key, "third", "export", "copies.in", "--to", "jsonl", "-o", "copies.jsonl")
    done = corpuskit("takedown", "--list", "list.jsonl", "--json", "copies.jsonl", "crawl-chunks.jsonl", "--apply")
    found = {place["name"]: place for place in json.loads(done.stdout)["places"]}
    assert found["copies.jsonl"]["documents"] == 1 and found["crawl-chunks.jsonl"]["outcome"] == "clean"


def test_decisions_hide_the_ids_of_the_source_that_is_named(folder: Path, corpuskit: Run, key: str) -> None:
    if key == "tenant":
        pytest.skip("decisions name no tenant")
    for owner in (MINE, THEIRS):
        license_ = ("filter-license", f"{owner}.jsonl", "--allow", "CC0-1.0", "--allow-empty", "-o", f"{owner}-free")
        publish(corpuskit, key, "everybody", *license_)
    found = takedown(folder, corpuskit, [{"id": "x-11", key: MINE}], "web-free", "crawl-free", "--apply")
    assert {place: entry["outcome"] for place, entry in found.items()} == {"web-free": "removed", "crawl-free": "clean"}


@pytest.mark.parametrize("others_beside", [True, False])
def test_a_summary_goes_with_its_page_unless_it_may_be_of_another(
    tmp_path: Path, corpuskit_in: RunIn, others_beside: bool
) -> None:
    corpuskit = corpuskit_in(tmp_path)
    for owner in (MINE, THEIRS):
        (tmp_path / f"{owner}.in").write_bytes(lines_of(documents(owner, "source")))
    summaries: list[dict[str, Any]] = [
        {"id": "sum", "text": prose(1), "metadata": {"source": "synth", "parents": ["x-11"]}},
        {"id": "label", "text": prose(2), "metadata": {"parents": ["sum"]}},
        {"id": "of-crawl", "text": prose(3), "metadata": {"source": THEIRS, "parents": ["x-11"]}},
    ]
    (tmp_path / "made.in").write_bytes(lines_of(summaries[: 3 if others_beside else 2]))
    for name in (MINE, THEIRS, "made"):
        assert corpuskit("export", f"{name}.in", "--to", "jsonl", "-o", f"{name}.jsonl").returncode == 0
    places = ("web.jsonl", "made.jsonl", *(["crawl.jsonl"] if others_beside else []))
    found = takedown(tmp_path, corpuskit, [{"id": "x-11", "source": MINE}], *places, "--apply")
    expected = (0, 1) if others_beside else (2, 0)
    assert (found["made.jsonl"]["documents"], found["made.jsonl"].get("undecided", 0)) == expected
    kept = corpuskit("filter-takedown", "--list", "list.jsonl", "made.in").stdout
    assert kept.count(b"\n") == (3 if others_beside else 0)


def test_an_index_of_dedup_is_cleared_before_what_decides_about_it(
    tmp_path: Path, corpuskit: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that ends behind the first place has not made it unknown what is to go from the index."""
    from corpuskit.core.options import build_step
    from corpuskit.core.registry import find_step
    from corpuskit.core.settings import Settings
    from corpuskit.trust.takedowns.rewriting import Rewriting

    made = [
        {"id": "x-1", "text": prose(1), "metadata": {"source": MINE}},
        {"id": "made-of-it", "text": prose(2), "metadata": {"source": MINE, "parents": ["x-1"]}},
    ]
    (tmp_path / "in.jsonl").write_bytes(lines_of([*made, {"id": "z", "text": prose(3)}]))
    dedup = ("dedup", "in.jsonl", "--index", "seen", "--snapshot", "one", "-o", "unique.jsonl")
    assert corpuskit(*dedup).returncode == 0
    (tmp_path / "takedown.jsonl").write_bytes(lines_of([{"id": "x-1", "source": MINE}]))
    publish = Rewriting.publish

    def publish_and_end(rewriting: Rewriting) -> None:
        publish(rewriting)
        raise KeyboardInterrupt

    monkeypatch.setattr(Rewriting, "publish", publish_and_end)
    monkeypatch.chdir(tmp_path)
    step: Any = build_step(find_step("takedown"), {"list": "takedown.jsonl", "apply": True})
    with pytest.raises(KeyboardInterrupt):
        step.execute(["unique.jsonl", "seen"], Settings(quiet=True))
    done = corpuskit("takedown", "--list", "takedown.jsonl", "unique.jsonl", "seen", "--apply", "--json")
    places = json.loads(done.stdout.splitlines()[-1])["places"]
    assert [place["outcome"] for place in places] == ["clean", "clean"] and "undecided" not in places[1]


def test_decisions_lose_ids_that_begin_as_listed_when_the_documents_are_gone(
    tmp_path: Path, corpuskit: Run, shell: Run
) -> None:
    twins = [{"id": name, "text": prose(1), "metadata": {"source": MINE}} for name in ("x-1", "y-1")]
    (tmp_path / "in.jsonl").write_bytes(lines_of([*twins, {"id": "z", "text": prose(2)}]))
    (tmp_path / "gone.jsonl").write_bytes(lines_of([{"id": "x-1"}]))
    done = shell("corpuskit dedup in.jsonl -q | corpuskit filter-takedown --list gone.jsonl -o unique -q")
    assert done.returncode == 0, done.stderr
    assert b"of x-1" in corpuskit("explain", "unique", "y-1").stdout
    (tmp_path / "takedown.jsonl").write_bytes(lines_of([{"id_prefix": "x-", "source": MINE}]))
    done = corpuskit("takedown", "--list", "takedown.jsonl", "unique", "--apply", "--json")
    assert (done.returncode, json.loads(done.stdout)["places"][0]["outcome"]) == (0, "removed"), done.stderr
    told = corpuskit("explain", "unique", "y-1").stdout
    assert b"x-1" not in told and b"xxh3:" in told
    assert corpuskit("verify", "unique").returncode == 0
