"""The receipt of a takedown: each number in it that a place can show is compared; what none shows is told."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, RunIn, lines_of
from tests.support.takedown_texts import prose

PLACES = ("corpus", "search.idx", "seen", "clean.jsonl")
RECEIPT = ("verify", "--receipt", "receipt.json")
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn) -> Path:
    folder = tmp_path_factory.mktemp("made")
    corpuskit = corpuskit_in(folder)
    documents: list[dict[str, Any]] = [{"id": f"d{number}", "text": prose(number)} for number in range(30)]
    documents += [{"id": "d3#1", "text": prose(40), "metadata": {"parents": ["d3"]}}]
    (folder / "in.jsonl").write_bytes(lines_of(documents))
    (folder / "others.jsonl").write_bytes(lines_of([{"id": "other", "text": prose(50)}]))
    for command in (
        ("export", "in.jsonl", "-o", "corpus"),
        ("index", "in.jsonl", "-o", "search.idx"),
        ("dedup", "in.jsonl", "--index", "seen", "--snapshot", "one", "-o", "unique.jsonl"),
        ("export", "others.jsonl", "-o", "clean.jsonl"),
    ):
        done = corpuskit(*command)
        assert done.returncode == 0, done.stderr
    lines = [{"id": "d3"}, {"id": "d4"}, {"id": "nobody"}]
    (folder / "takedown.jsonl").write_bytes(lines_of(lines))
    done = corpuskit("takedown", "--list", "takedown.jsonl", *PLACES, "--apply", "--receipt", "receipt.json")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path, dirs_exist_ok=True)


def forge(path: Path, change: Change) -> None:
    """Change a receipt, and make its digest fit."""
    from corpuskit.trust.takedowns.receipt import _digest, serialise

    receipt = json.loads(path.read_bytes())
    change(receipt)
    receipt["digest"] = _digest({key: value for key, value in receipt.items() if key != "digest"})
    path.write_bytes(serialise(receipt))


def of_place(number: int, **values: Any) -> Change:
    return lambda receipt: receipt["places"][number].update(values)


NOTHING = {"documents": 0, "reasons": {}}
OTHER = "sha256:" + "0" * 64


def named(receipt: dict[str, Any]) -> str:
    """The digest of the entry that somebody wrote, and that was found."""
    return _digests_in_receipt(receipt, [{"id": "d3"}])[0]


def learned(receipt: dict[str, Any]) -> str:
    """The digest of an entry that the run itself has added."""
    by_hand = _digests_in_receipt(receipt, [{"id": "d3"}, {"id": "d4"}, {"id": "nobody"}])
    return next(digest for digest in receipt["list"]["entries"].split() if digest not in by_hand)


def _digests_in_receipt(receipt: dict[str, Any], lines: list[dict[str, str]]) -> list[str]:
    from corpuskit.text.takedown.entries import Entry

    digests = [Entry(kind, value).digest() for line in lines for kind, value in line.items()]
    assert set(digests) <= set(receipt["list"]["entries"].split())
    return digests


def fewer(receipt: dict[str, Any]) -> None:
    """One document of each place less, with a reason less."""
    for place in receipt["places"][:2]:
        place["documents"] -= 1
        place["reasons"]["takedown-id"] -= 1


def clean_as_it_was(receipt: dict[str, Any]) -> None:
    place = receipt["places"][0]
    place.update(NOTHING, outcome="clean", after=place["before"])


def twice(receipt: dict[str, Any]) -> None:
    receipt["not_found"] *= 2


def in_both(receipt: dict[str, Any]) -> None:
    receipt["unknown"] = receipt["not_found"]


def unknown(receipt: dict[str, Any]) -> None:
    receipt.update(unknown=receipt["not_found"], not_found=[])


def in_unknown_twice(receipt: dict[str, Any]) -> None:
    """One entry that a place cannot be asked for, and two that it may know."""
    receipt["places"][2]["unasked"] = {"url": 1}
    receipt.update(unknown=receipt["not_found"] * 2, not_found=[])


def made_from(receipt: dict[str, Any], target: int, origin: int, by: str, times: int = 1) -> None:
    """Say that a place was made from another one."""
    places = receipt["places"]
    receipt["reached"] = [{"name": places[target]["name"], "from": places[origin]["before"], "by": by}] * times


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (fewer, "corpus: lost 3 documents (takedown-id 2, takedown-parent 1), says its record, but the receipt says 2"),
        (fewer, "search.idx: lost 3 documents"),
        (of_place(0, **NOTHING), "corpus: lost 3 documents"),
        (of_place(0, reasons={"takedown-url": 3}), "but the receipt says 3 (takedown-url 3)"),
        (of_place(0, reasons={"takedown-id": 2}), "says of corpus 3 documents, and reasons for 2"),
        (of_place(0, reasons={"asked": 3}), "says of corpus a reason that `takedown` does not give: asked"),
        (of_place(0, **NOTHING, outcome="clean"), "says of corpus that it was left as it was, and another digest"),
        (clean_as_it_was, "corpus: lost 3 documents by this list, says its record, but the receipt says 0"),
        (of_place(0, outcome="clean"), "says of corpus that it was clean, and what was in it"),
        (of_place(0, before=OTHER), f"but the receipt says {OTHER}"),
        (of_place(0, after=OTHER), f"after that takedown, but the receipt says {OTHER}"),
        (of_place(1, before=OTHER), f"but the receipt says {OTHER}"),
        (of_place(1, after=OTHER), f"after that takedown, but the receipt says {OTHER}"),
        (of_place(1, chunks=0), "search.idx: has 1 chunks on record, but the receipt says 0"),
        (of_place(1, vectors=3), "search.idx: has 0 vectors on record, but the receipt says 3"),
        (of_place(1, unerased=4), "search.idx: has 0 unerased on record, but the receipt says 4"),
        (of_place(1, chunks=9), "9 chunks of 3 documents"),
        (of_place(2, **NOTHING, outcome="clean"), "says of seen that it was left as it was"),
        (of_place(3, outcome="removed"), "clean.jsonl that something was removed, and the same digest"),
        (lambda receipt: receipt.update(applied=False), "of the run that it did not remove what it found"),
        (lambda receipt: receipt.update(not_found=["0" * 16]), "was not found, and has no such entry"),
        (lambda receipt: receipt["not_found"].append(named(receipt)), "the list has learned something by it"),
        (lambda receipt: receipt["not_found"].append(learned(receipt)), "the list has learned it from what was"),
        (lambda receipt: receipt.update(unknown=[learned(receipt)]), "the list has learned it from what was"),
        (twice, "says 2 times of "),
        (in_both, "says 2 times of "),
        (in_both, "says of some entries that they were not found, and of others that this is unknown"),
        (unknown, "says of 1 entry that a place which was not searched or cannot be asked may know them"),
        (
            of_place(0, reasons={"takedown-id": 3, "takedown-url": 0}),
            "that 0 documents go for the reason",
        ),
        (of_place(0, unerased=2), "says of corpus `unerased`, which is said of no dataset"),
        (of_place(2, unerased=2), "says of seen `unerased`, which is said of no index of `dedup`"),
        (of_place(0, chunks=1), "says of corpus `chunks`, which is said of no dataset"),
        (of_place(2, vectors=1), "says of seen `vectors`, which is said of no index of `dedup`"),
        (of_place(0, unasked={"url": 1}), "says of corpus `unasked`, which is said of no dataset"),
        (of_place(2, unasked={"id": 1}), "says of seen that it cannot be asked for 1 entry by id"),
        (of_place(2, unasked={"url": 2}), "says that seen cannot be asked for 2 entries, and calls fewer not found"),
        (in_unknown_twice, "says of 2 entries that a place which was not searched or cannot be asked may know them"),
        (of_place(2, documents=-1), "says of seen that -1 documents were there"),
        (of_place(2, unasked={"url": 9}), "says that seen cannot be asked for 9 entries, and calls fewer not found"),
        (
            of_place(2, unlearned_texts=0),
            "says of seen `unlearned_texts` 0; it is left out",
        ),
        (lambda receipt: receipt["places"][1].pop("vectors"), "says of search.idx no `vectors`"),
        (of_place(3, kind="drawer"), "says of clean.jsonl that it is a drawer; places are cache, dataset, dedup-index"),
        (of_place(3, outcome="lost"), "says of clean.jsonl the outcome lost; outcomes are clean, found"),
        (of_place(3, problem="none"), "says of clean.jsonl that it was clean, and a `problem`"),
        (of_place(3, outcome="failed"), "says of clean.jsonl that it was failed, and not why"),
        (of_place(3, before=None, after=None), "says of clean.jsonl that it was clean, and no digest `before`"),
        (of_place(3, before="none", after="none"), "says of clean.jsonl `before`, which is no sha256"),
        (of_place(2, **NOTHING), "says of seen that something was removed, and 0 documents"),
        (of_place(1, **NOTHING), "says of search.idx that something was removed, and 0 documents"),
        (
            of_place(3, kind="cache", documents=1, reasons={"takedown-id": 1}),
            "1 document, and in a cache of `mix`",
        ),
        (lambda receipt: receipt["places"].append(receipt["places"][0]), "lists corpus 2 times"),
        (lambda receipt: made_from(receipt, 1, 0, "magic"), "by magic; that is known by shards or steps"),
        (lambda receipt: made_from(receipt, 0, 0, "shards"), "says that corpus was made from itself"),
        (lambda receipt: made_from(receipt, 0, 1, "steps"), "and that is known of datasets alone"),
        (lambda receipt: made_from(receipt, 2, 0, "steps"), "and that is known of datasets alone"),
        (
            lambda receipt: made_from(receipt, 1, 0, "steps", times=2),
            "says 2 times that search.idx was made",
        ),
        (
            lambda receipt: receipt.update(reached=[{"name": "search.idx", "from": OTHER}]),
            f"says that search.idx was made from {OTHER}",
        ),
    ],
)
def test_a_number_that_a_place_can_show_is_compared(folder: Path, corpuskit: Run, change: Change, message: str) -> None:
    forge(folder / "receipt.json", change)
    done = corpuskit(*RECEIPT, *PLACES)
    assert done.returncode == 3 and message in done.stderr.decode(), done.stderr


@pytest.mark.parametrize(
    ("change", "remark"),
    [
        (of_place(0, name="elsewhere"), "corpus: is called elsewhere in the receipt"),
        (of_place(0, before=OTHER, after="sha256:" + "1" * 64), "corpus: is not, or no longer, what the receipt says"),
        (of_place(2, after=OTHER), "seen: is not, or no longer, what the receipt says"),
    ],
)
def test_what_nothing_vouches_for_is_told(folder: Path, corpuskit: Run, change: Change, remark: str) -> None:
    forge(folder / "receipt.json", change)
    done = corpuskit(*RECEIPT, *PLACES)
    assert done.returncode == 0 and remark in done.stderr.decode(), done.stderr
    answer = json.loads(corpuskit(*RECEIPT, *PLACES, "--json").stdout)
    assert [line for line in answer["remarks"] if line.startswith(remark)] and answer["problems"] == []


def test_the_places_that_a_receipt_was_written_for_are_what_it_says(folder: Path, corpuskit: Run) -> None:
    done = corpuskit(*RECEIPT, *PLACES)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_index_of_dedup_shows_no_numbers(folder: Path, corpuskit: Run) -> None:
    """As docs/takedown.md says: neither how many entries went, nor why."""
    forge(folder / "receipt.json", of_place(2, documents=1, reasons={"takedown-id": 1}))
    done = corpuskit(*RECEIPT, *PLACES)
    assert (done.returncode, done.stderr) == (0, b"")


def test_receipts_of_earlier_and_later_runs_hold(folder: Path, corpuskit: Run) -> None:
    with open(folder / "takedown.jsonl", "ab") as stream:
        stream.write(b'{"id": "d5"}\n')
    later = ("--apply", "--receipt", "later.json")
    assert corpuskit("takedown", "--list", "takedown.jsonl", *PLACES, *later).returncode == 0
    last = ("--apply", "--receipt", "last.json")
    assert corpuskit("takedown", "--list", "takedown.jsonl", *PLACES, *last).returncode == 0
    done = corpuskit(*RECEIPT, *PLACES)
    assert done.returncode == 0 and b"corpus: " not in done.stderr
    assert b"seen: is not, or no longer, what the receipt says" in done.stderr
    for name in ("later.json", "last.json"):
        done = corpuskit("verify", "--receipt", name, *PLACES)
        assert (done.returncode, done.stderr) == (0, b"")
    shutil.copytree(folder / "corpus", folder / "moved")
    done = corpuskit("verify", "--receipt", "last.json", "moved")
    assert done.returncode == 0 and b"moved: is called corpus in the receipt" in done.stderr


def test_what_a_place_that_was_not_searched_may_know_is_unknown(folder: Path, corpuskit: Run) -> None:
    next((folder / "seen").glob("*.blocks")).unlink()
    with open(folder / "takedown.jsonl", "ab") as stream:
        stream.write(b'{"id": "nobody else"}\n')
    later = ("takedown", "--list", "takedown.jsonl", *PLACES, "--apply", "--receipt", "later.json")
    assert corpuskit(*later).returncode == 3
    receipt = json.loads((folder / "later.json").read_bytes())
    assert (len(receipt["unknown"]), receipt["not_found"]) == (2, [])
    done = corpuskit("verify", "--receipt", "later.json", *PLACES)
    assert b"unknown" not in done.stderr and b"may know them" not in done.stderr, done.stderr
    forge(folder / "later.json", of_place(2, outcome="clean"))
    done = corpuskit("verify", "--receipt", "later.json", *PLACES)
    assert done.returncode == 3 and b"says of 2 entries that a place" in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("digest", OTHER, "changed after it was written: `digest` of its list is not sha256:"),
        ("entries", "0" * 16, "changed after it was written: `digest` of its list is not sha256:"),
        ("entries", "none", "changed after it was written: `entries` of its list are not digests in order"),
    ],
)
def test_what_does_not_fit_in_a_forged_list_is_told(
    folder: Path, corpuskit: Run, key: str, value: str, message: str
) -> None:
    forge(folder / "receipt.json", lambda receipt: receipt["list"].update({key: value}))
    done = corpuskit(*RECEIPT, *PLACES)
    assert done.returncode == 3 and message in done.stderr.decode(), done.stderr


def test_equal_copies_of_a_place_are_told_apart(folder: Path, corpuskit: Run) -> None:
    copies = ["one/corpus", "two/corpus", "three/corpus", "one/corpus (2)"]
    (folder / "takedown.jsonl").write_bytes(lines_of([{"id": "d7"}]))
    for copy in copies:
        shutil.copytree(folder / "corpus", folder / copy)
    run = ("takedown", "--list", "takedown.jsonl", *copies, "--apply", "--receipt", "copies.json")
    assert corpuskit(*run).returncode == 0
    receipt = json.loads((folder / "copies.json").read_bytes())
    names = ["corpus", "corpus (3)", "corpus (4)", "corpus (2)"]
    assert [place["name"] for place in receipt["places"]] == names
    for places in (copies, copies[1:2]):
        done = corpuskit("verify", "--receipt", "copies.json", *places)
        assert (done.returncode, done.stderr) == (0, b"")
