"""`takedown` place by place, in any order and after a kill: the same goes as if all had been named in one call."""

import json
import shutil
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, lines_of
from tests.support.takedown_texts import prose

URL = "https://site.example/a"
MENU = " ".join(f"menu{number}" for number in range(60))


def document(identifier: str, text: str, **metadata: Any) -> dict[str, Any]:
    return {"id": identifier, "text": text, "metadata": metadata}


PLACES = {
    "documents": [
        document("a", prose(1), url=URL),
        document("b", prose(2)),
        document("a-copy", prose(1) + " and so on"),
    ],
    # The chunk of `a` is a menu, which `b` has as well, and so is that of a near copy.
    "chunks": [
        document("a#1", MENU, parents=["a"]),
        document("b#1", MENU + " one more", parents=["b"]),
        document("a-copy#1", MENU + " two more", parents=["a-copy"]),
    ],
    # The same ids with other texts, and copies of these under ids of others.
    "rewritten": [
        document("a", prose(3)),
        document("a#1", prose(4)),
        document("a-copy", prose(5)),
        *(document(f"other-{number}", prose(number) + " and so on") for number in (3, 4, 5)),
    ],
}
STAYS = {"b", "b#1", "other-3", "other-4", "other-5"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, corpuskit_in: Any) -> Path:
    folder: Path = tmp_path_factory.mktemp("made")
    corpuskit = corpuskit_in(folder)
    for name, documents in PLACES.items():
        (folder / f"{name}.in").write_bytes(lines_of(documents))
        done = corpuskit("export", f"{name}.in", "--to", "jsonl", "-o", name, "-q")
        assert done.returncode == 0, done.stderr
    assert corpuskit("index", "chunks", "-o", "search.idx", "-q").returncode == 0
    (folder / "takedown.jsonl").write_bytes(lines_of([{"url": URL}]))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path, dirs_exist_ok=True)


def takedown(corpuskit: Run, *arguments: str) -> Any:
    done = corpuskit("takedown", "--list", "takedown.jsonl", "--apply", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def ids_left(corpuskit: Run) -> set[str]:
    done = corpuskit("head", "-n", "99", *PLACES)
    return {json.loads(line)["id"] for line in done.stdout.splitlines()}


@pytest.mark.parametrize("places", list(permutations(PLACES)))
def test_one_call_takes_the_same_in_any_order(folder: Path, corpuskit: Run, places: tuple[str, ...]) -> None:
    takedown(corpuskit, *places, "search.idx", "--receipt", "receipt.json")
    assert ids_left(corpuskit) == STAYS
    assert corpuskit("verify", "--receipt", "receipt.json", *places, "search.idx").returncode == 0


def test_one_call_leaves_the_same_list_in_any_order(tmp_path: Path, corpuskit: Run) -> None:
    names, lists = ["one", "two", "three"], set()
    for order in permutations(names):
        for number, name in enumerate(names):
            (tmp_path / f"{name}.in").write_bytes(lines_of([document(name, prose(number)), document("b", prose(9))]))
            assert corpuskit("export", f"{name}.in", "--to", "jsonl", "-o", name, "-q").returncode == 0
        (tmp_path / "takedown.jsonl").write_bytes(lines_of([{"id": name} for name in names]))
        takedown(corpuskit, *order)
        lists.add((tmp_path / "takedown.jsonl").read_bytes())
        for name in names:
            shutil.rmtree(tmp_path / name)
    assert len(lists) == 1, lists


@pytest.mark.parametrize(
    "calls",
    [
        (["documents"], ["chunks"], ["rewritten"]),
        (["documents", "rewritten"], ["chunks"]),
        (["documents", "chunks"], ["rewritten"], ["chunks", "rewritten"]),
        # The chunks are known by their parents alone, so they go when it is known which these are.
        (["chunks"], ["rewritten"], ["documents"], ["rewritten", "chunks"]),
    ],
)
def test_many_calls_take_what_one_takes(folder: Path, corpuskit: Run, calls: tuple[list[str], ...]) -> None:
    for places in calls:
        takedown(corpuskit, *places)
    assert ids_left(corpuskit) - {"a#1", "a-copy#1"} == STAYS
    takedown(corpuskit, *PLACES)
    takedown(corpuskit, *PLACES)
    assert ids_left(corpuskit) == STAYS


def test_a_run_that_was_killed_is_finished_by_the_next_one(folder: Path, corpuskit: Run) -> None:
    """The list has learned all, and one place or another is cleared."""
    old = folder / "old"
    old.mkdir()
    for name in PLACES:
        shutil.copytree(folder / name, old / name)
    takedown(corpuskit, *PLACES)
    for cleared in ((), ("documents",), ("chunks",), ("documents", "chunks"), ("rewritten",)):
        for name in PLACES:
            if name not in cleared:
                shutil.rmtree(folder / name)
                shutil.copytree(old / name, folder / name)
        answer = takedown(corpuskit, *PLACES)
        assert ids_left(corpuskit) == STAYS
        assert answer["not_found"] == []
    reasons = {reason for place in answer["places"] for reason in place["reasons"]}
    assert reasons == {"takedown-url", "takedown-near-copy", "takedown-parent"}


def test_what_a_place_that_was_not_searched_may_hold_is_unknown(folder: Path, corpuskit: Run) -> None:
    (folder / "takedown.jsonl").write_bytes(lines_of([{"url": URL}, {"id": "nobody"}]))
    (shard,) = (folder / "chunks" / "data").glob("*.jsonl.zst")
    shard.write_bytes(shard.read_bytes()[:-1])
    for _ in range(2):
        done = corpuskit("takedown", "--list", "takedown.jsonl", "chunks", "documents", "--apply", "--json")
        answer = json.loads(done.stdout.splitlines()[-1])
        assert (done.returncode, answer["not_found"], len(answer["unknown"])) == (3, [], 1)
    done = corpuskit("takedown", "--list", "takedown.jsonl", "chunks", "documents")
    told = f"not found, but not every place was searched: line 2 ({answer['unknown'][0]})"
    assert told in done.stdout.decode()
    answer = takedown(corpuskit, "documents")
    assert len(answer["not_found"]) == 1 and "unknown" not in answer


def test_what_a_killed_run_left_of_the_list_goes(folder: Path, corpuskit: Run) -> None:
    left, others = folder / ".takedown.jsonl.4711.part", folder / ".takedown.jsonl.mine.part"
    for path in (left, others):
        path.write_bytes((folder / "takedown.jsonl").read_bytes())
    takedown(corpuskit, "chunks")
    assert not left.exists() and others.exists()


def test_a_text_that_is_named_by_its_hash_has_its_copies_found_when_it_is_gone(folder: Path, corpuskit: Run) -> None:
    from corpuskit.core.document import text_hash

    (folder / "takedown.jsonl").write_bytes(lines_of([{"text_hash": text_hash(prose(1))}]))
    (folder / "copy.in").write_bytes(lines_of([document("copy", prose(1) + " and more")]))
    takedown(corpuskit, "documents")
    assert corpuskit("filter-takedown", "--list", "takedown.jsonl", "copy.in").stdout == b""


def test_no_step_makes_again_what_was_taken_out(tmp_path: Path, corpuskit: Run, shell: Run) -> None:
    """`b` stays, and a chunk of it goes, as it is a near copy of `a`: `chunk` would make it again of `b`."""
    pages = [document("a", MENU, url=URL), document("b", f"# One\n\n{MENU} one more\n\n# Two\n\n{prose(6)}")]
    (tmp_path / "pages.in").write_bytes(lines_of(pages))
    assert corpuskit("export", "pages.in", "--to", "jsonl", "-o", "pages", "-q").returncode == 0
    for name in ("chunks", "search.idx"):
        kind = "index" if name.endswith(".idx") else "export"
        done = shell(f"corpuskit chunk pages -q | corpuskit {kind} -o {name} -q")
        assert done.returncode == 0, done.stderr
    (tmp_path / "takedown.jsonl").write_bytes(lines_of([{"url": URL}]))
    places = ("pages", "chunks", "search.idx")
    takedown(corpuskit, *places, "--receipt", "receipt.json")
    chunk_ids = {json.loads(line)["id"] for line in corpuskit("head", "-n", "99", "chunks").stdout.splitlines()}
    assert len(chunk_ids) == 1, "the other chunk of `b` is left"
    cleared = (tmp_path / "search.idx").read_bytes()
    again = "corpuskit filter-takedown --list takedown.jsonl -q"
    for command in (
        f"{again} pages.in | corpuskit chunk -q | corpuskit index -o search.idx -q",
        "corpuskit chunk pages -q -o chunks",
        "corpuskit chunk pages -q -o new && corpuskit index --from-manifest new -o search.idx -q",
    ):
        done = shell(command)
        assert done.returncode == 6 and b"again behind `chunk`" in done.stderr, done.stderr
        assert (tmp_path / "search.idx").read_bytes() == cleared
    for command in (
        f"{again} pages.in | corpuskit chunk -q | {again} | corpuskit index -o search.idx -q",
        f"corpuskit chunk pages -q | {again} -o chunks && corpuskit index --from-manifest chunks -o search.idx -q",
    ):
        done = shell(command)
        assert done.returncode == 0, done.stderr
        assert corpuskit("verify", "--receipt", "receipt.json", *places).returncode == 0


def test_what_is_learned_says_why(folder: Path, corpuskit: Run) -> None:
    takedown(corpuskit, *PLACES)
    entries = [json.loads(line) for line in (folder / "takedown.jsonl").read_bytes().splitlines()]
    assert sorted(entry["reason"] for entry in entries if "id_hash" in entry) == [
        *("takedown-near-copy", "takedown-parent", "takedown-parent", "takedown-url")
    ]
    (folder / "wrong.jsonl").write_bytes(lines_of([{"id": "a", "reason": "takedown-url"}]))
    done = corpuskit("takedown", "--list", "wrong.jsonl", "documents")
    assert done.returncode == 2 and b"wrong.jsonl:1: `reason` is what `takedown` writes" in done.stderr
