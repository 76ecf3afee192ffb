"""`takedown` of an index of `dedup` alone teaches the list the texts, as far as the index knows them."""

import contextlib
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.document import text_hash
from corpuskit.core.errors import PublishError
from corpuskit.text.dedup.near_copies import sign_texts
from corpuskit.text.takedown.entries import Entry, id_digits
from corpuskit.text.takedown.list_file import read_list
from corpuskit.trust.takedowns.dedup_index_store import DedupIndexStore
from corpuskit.trust.takedowns.sought import Sought, list_kernels
from tests.conftest import Run, lines_of
from tests.support.takedown_texts import prose

SHORT = "I agree with you."
LISTED = ({"id": "d3"}, {"id": "d4", "ref": "request 7"}, {"id": "short"})
FILTER = ("filter-takedown", "--list", "takedown.jsonl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    documents: list[dict[str, Any]] = [{"id": f"d{number}", "text": prose(number)} for number in range(20)]
    documents += [{"id": "short", "text": SHORT}, {"id": "han", "text": "我们不知道他今天说的那句话是什么意思。"}]
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    copies = [{"id": "new3", "text": prose(3)}, {"id": "new4", "text": f"{prose(4)} and so on"}]
    copies += [{"id": "other", "text": SHORT}, {"id": "new5", "text": prose(5)}]
    (tmp_path / "copies.jsonl").write_bytes(lines_of(copies))
    (tmp_path / "takedown.jsonl").write_bytes(lines_of(list(LISTED)))
    return tmp_path


def add_to_index(corpuskit: Run, *options: str) -> None:
    command = ("dedup", "in.jsonl", "--index", "seen", "--snapshot", "one", "-o", "unique", "-q", *options)
    assert corpuskit(*command).returncode == 0


def clear(corpuskit: Run, *places: str) -> Any:
    done = corpuskit("takedown", "--list", "takedown.jsonl", *places, "--apply", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def passing(corpuskit: Run) -> set[str]:
    done = corpuskit(*FILTER, "copies.jsonl")
    assert done.returncode == 0, done.stderr
    return {json.loads(line)["id"] for line in done.stdout.splitlines()}


def learned_texts(folder: Path) -> dict[str, Any]:
    lines = map(json.loads, (folder / "takedown.jsonl").read_bytes().splitlines())
    return {line["text_hash"]: line for line in lines if "text_hash" in line}


def test_copies_under_other_ids_do_not_come_back(folder: Path, corpuskit: Run) -> None:
    add_to_index(corpuskit)
    assert passing(corpuskit) == {"new3", "new4", "other", "new5"}
    answer = clear(corpuskit, "seen")
    assert passing(corpuskit) == {"other", "new5"}
    texts = learned_texts(folder)
    assert {hash_: line["signature"] for hash_, line in texts.items()} == {
        text_hash(text): sign_texts([text])[0] for text in (prose(3), prose(4))
    }
    assert texts[text_hash(prose(4))]["ref"] == "request 7"
    assert answer["unlearned_texts"] == [{"name": "seen", "texts": 1}]


@pytest.mark.parametrize("options", [("--method", "exact"), ("--ngram", "4"), ("--seed", "2")])
def test_what_cannot_be_learned_is_told(folder: Path, corpuskit: Run, options: tuple[str, ...]) -> None:
    add_to_index(corpuskit, *options)
    done = corpuskit("takedown", "--list", "takedown.jsonl", "seen")
    message = (
        b"seen: 3 texts cannot be learned from it, so that copies under other ids may be left in it, and come back"
    )
    assert message in done.stdout, done.stdout
    clear(corpuskit, "seen")
    assert learned_texts(folder) == {}


@pytest.mark.parametrize("places", [("seen", "unique"), ("unique", "seen")])
@pytest.mark.parametrize("options", [(), ("--method", "exact")])
def test_the_dataset_beside_it_teaches_the_rest(
    folder: Path, corpuskit: Run, places: tuple[str, ...], options: tuple[str, ...]
) -> None:
    add_to_index(corpuskit, *options)
    answer = clear(corpuskit, *places)
    assert (answer["unlearned_texts"], answer["short_texts"]) == ([], 1)
    assert passing(corpuskit) == {"other", "new5"}
    assert set(learned_texts(folder)) == {text_hash(prose(3)), text_hash(prose(4))}


def test_texts_of_forty_letters_are_not_learned_from_an_index(folder: Path, corpuskit: Run) -> None:
    """They may be as short as those that many have written."""
    (folder / "takedown.jsonl").write_bytes(lines_of([{"id": "han"}]))
    add_to_index(corpuskit)
    assert clear(corpuskit, "seen")["unlearned_texts"] == [{"name": "seen", "texts": 1}]
    assert learned_texts(folder) == {}


@pytest.mark.parametrize("options", [(), ("--method", "exact")])
def test_texts_that_are_named_by_hash_are_found_and_taught(
    folder: Path, corpuskit: Run, options: tuple[str, ...]
) -> None:
    """As those that the list holds itself: ids are learned, and what the index knows of the texts."""
    add_to_index(corpuskit, *options)
    lines = [{"text_hash": text_hash(text)} for text in (prose(3), SHORT, "elsewhere")]
    (folder / "takedown.jsonl").write_bytes(lines_of(lines))
    answer = clear(corpuskit, "seen")
    assert answer["places"][0]["reasons"] == {"takedown-text": 2}
    assert answer["not_found"] == [Entry("text_hash", text_hash("elsewhere")).digest()]
    assert answer["unlearned_texts"] == []  # the list names them itself
    listed = [json.loads(line) for line in (folder / "takedown.jsonl").read_bytes().splitlines()]
    assert {line["id_hash"] for line in listed if "id_hash" in line} == {id_digits("d3"), id_digits("short")}
    assert [line.get("signature") for line in listed[:1]] == ([None] if options else sign_texts([prose(3)]))
    again = clear(corpuskit, "seen")
    assert again["not_found"] == answer["not_found"] and again["places"][0]["outcome"] == "clean"
    with open(folder / "copies.jsonl", "ab") as stream:
        stream.write(lines_of([{"id": "short", "text": "I agreed with you."}, {"id": "n", "text": f"{prose(3)} etc"}]))
    assert passing(corpuskit) == {"new4", "new5", *(["n"] if options else [])}


def test_what_an_index_cannot_be_asked_by_is_told(folder: Path, corpuskit: Run) -> None:
    add_to_index(corpuskit)
    lines = [{"url": "https://example.org/a"}, {"domain": "example.net"}, {"domain": "example.com"}, {"id": "nobody"}]
    sha256 = hashlib.sha256(prose(3).encode()).hexdigest()
    (folder / "takedown.jsonl").write_bytes(lines_of([*lines, {"text_hash": sha256}]))
    command = ("takedown", "--list", "takedown.jsonl", "seen", "--receipt", "receipt.json")
    for more in ((), ("--apply",)):
        done = corpuskit(*command, *more)
        message = b"seen: cannot be asked for 4 entries (domain 2, sha256 1, url 1): an index of `dedup` knows ids and"
        assert message in done.stdout, done.stdout
        receipt = json.loads((folder / "receipt.json").read_bytes())
        assert receipt["places"][0]["unasked"] == {"domain": 2, "sha256": 1, "url": 1}
        assert (len(receipt["unknown"]), len(receipt["not_found"])) == (4, 1)
        assert b"not found: line 4 (" in done.stdout and done.stdout.count(b"not found") == 2
        assert b"not found, but not every place was asked: line 1 (" in done.stdout
    assert corpuskit("verify", "--receipt", "receipt.json", "seen").stderr == b""
    beside = clear(corpuskit, "seen", "unique")
    assert beside["places"][0]["reasons"] == {"takedown-text": 1}
    assert "unasked" not in beside["places"][0], "what has all documents of the entries was asked"
    assert (len(beside["not_found"]), "unknown" in beside) == (4, False)


def test_a_dataset_of_some_entries_alone_is_not_enough(folder: Path, corpuskit: Run) -> None:
    add_to_index(corpuskit)
    some = (folder / "in.jsonl").read_bytes().splitlines(keepends=True)[:-1]
    assert corpuskit("export", "-o", "some", stdin=b"".join(some)).returncode == 0
    (folder / "takedown.jsonl").write_bytes(lines_of([{"domain": "example.net"}]))
    answer = clear(corpuskit, "seen", "some")
    assert (answer["places"][0]["unasked"], answer["not_found"], len(answer["unknown"])) == ({"domain": 1}, [], 1)


def test_a_text_without_words_has_nothing_to_teach(folder: Path, corpuskit: Run) -> None:
    (folder / "in.jsonl").write_bytes(lines_of([{"id": "dots", "text": "... --- ..."}]))
    (folder / "takedown.jsonl").write_bytes(lines_of([{"id": "dots"}]))
    add_to_index(corpuskit)
    answer = clear(corpuskit, "seen")
    assert (answer["places"][0]["documents"], answer["unlearned_texts"], answer["short_texts"]) == (1, [], 1)


@contextlib.contextmanager
def held(index: Path, *purpose: str) -> Iterator[int]:
    """Another process changes an index for this purpose or, without one, reads it."""
    script = "import sys, pathlib; from corpuskit.text.dedup.index import Index\n"
    script += f"index = Index(pathlib.Path({str(index)!r}), {', '.join(map(repr, purpose)) or None})\n"
    script += "print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"held\n"
        yield process.pid


def test_many_read_an_index_and_one_changes_it(folder: Path, corpuskit: Run) -> None:
    add_to_index(corpuskit)
    done = corpuskit("takedown", "--list", "takedown.jsonl", "seen", "--apply", "--receipt", "receipt.json")
    assert done.returncode == 0
    verify = ("verify", "--receipt", "receipt.json", "seen")
    files = sorted((folder / "seen").iterdir())
    with held(folder / "seen"):
        assert sorted((folder / "seen").iterdir()) == files
        assert (corpuskit(*verify).returncode, corpuskit(*verify).stderr) == (0, b"")
        (folder / "takedown.jsonl").write_bytes((folder / "takedown.jsonl").read_bytes() + b'{"id": "d9"}\n')
        assert b"seen: found, 1 entry" in corpuskit("takedown", "--list", "takedown.jsonl", "seen").stdout
        done = corpuskit("takedown", "--list", "takedown.jsonl", "seen", "--apply")
        assert done.returncode == 5 and b"the index 'seen' is being read; wait until it is done" in done.stderr
    with held(folder / "seen", "snapshot two") as process:
        done = corpuskit(*verify)
        message = f"the index 'seen' is in use by process {process} (snapshot two); wait until it is done"
        assert done.returncode == 5 and message in done.stderr.decode(), done.stderr
        assert message in corpuskit(*verify, "--json").stdout.decode()
    assert corpuskit(*verify).returncode == 0


def test_what_is_wrong_elsewhere_counts_more_than_an_index_in_use(folder: Path, corpuskit: Run) -> None:
    add_to_index(corpuskit)
    places = ("seen", "unique")
    done = corpuskit("takedown", "--list", "takedown.jsonl", *places, "--receipt", "receipt.json")
    assert done.returncode == 0
    with held(folder / "seen", "snapshot two"):
        done = corpuskit("verify", "--receipt", "receipt.json", *places)
        assert done.returncode == 3 and b"unique: " in done.stderr and b"seen: cannot be searched" in done.stderr


def test_nothing_is_removed_from_an_index_that_was_changed_meanwhile(folder: Path, corpuskit: Run) -> None:
    add_to_index(corpuskit)
    store, sought = DedupIndexStore(folder / "seen"), Sought(read_list(folder / "takedown.jsonl", list_kernels()))
    store.look(sought)
    assert corpuskit("dedup-index", "remove", "seen", "--id", "d0").returncode == 0
    with pytest.raises(PublishError, match="was changed while it was searched; run it again"):
        store.find_copies(sought)
    with pytest.raises(PublishError, match="was changed while it was searched; run it again"):
        store.removal(sought, {"list": {}}, None)()


def test_what_killed_runs_have_left_goes_where_nothing_is_named_as_well(folder: Path, corpuskit: Run) -> None:
    add_to_index(corpuskit)
    left = folder / "seen" / "entries.blocks.part"
    left.write_bytes(b"d3")
    (folder / "takedown.jsonl").write_bytes(lines_of([{"id": "nobody"}]))
    assert corpuskit("takedown", "--list", "takedown.jsonl", "seen").returncode == 0 and left.exists()
    assert clear(corpuskit, "seen")["places"][0]["outcome"] == "clean" and not left.exists()
