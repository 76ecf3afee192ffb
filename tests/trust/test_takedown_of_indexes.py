"""`takedown` in search indexes: lines, words and vectors go, no byte is left, and what went does not come back."""

import fcntl
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.document import text_hash
from corpuskit.formats.search_index.layout import PAGE_BYTES, open_index, read_description
from tests.conftest import Run, lines_of
from tests.support.loopback_embeddings import LoopbackEmbeddings, loopback_embeddings

WORDS = [f"word{number}" for number in range(2000)]


def prose(number: int, length: int = 60) -> str:
    """Text with marks by which it is found among bytes, and in the words of an index."""
    return " ".join([f"mark{number}a", *random.Random(number).choices(WORDS, k=length), f"mark{number}z"])


def page(number: int, **metadata: Any) -> dict[str, Any]:
    site = f"https://site{number % 10}.example/{number}"
    return {"id": f"d{number}", "text": prose(number), "metadata": {"url": site, "source": "web", **metadata}}


def chunk_of(parent: int, number: int) -> dict[str, Any]:
    return {"id": f"d{parent}#{number}", "text": prose(number), "metadata": {"parents": [f"d{parent}"]}}


def documents() -> list[dict[str, Any]]:
    made = [page(number) for number in range(100)]
    made[20] = page(20, tenant="acme", actor="0f1e")
    made[21] = page(21, tenant="acme")
    made += [chunk_of(7, 1007), chunk_of(7, 1008), chunk_of(500, 1009), {"id": "copy", "text": prose(8) + " and so on"}]
    return made


SELECTORS: dict[str, tuple[dict[str, str], set[str]]] = {
    "id": ({"id": "d7"}, {"d7", "d7#1007", "d7#1008"}),
    "url": ({"url": "http://www.site8.example/8"}, {"d8", "copy"}),
    "prefix": ({"url_prefix": "https://site5.example/5"}, {"d5", "d55"}),
    "domain": ({"domain": "site9.example"}, {f"d{number}" for number in range(9, 100, 10)}),
    "actor": ({"actor": "0f1e", "tenant": "acme"}, {"d20"}),
    "tenant": ({"tenant": "acme"}, {"d20", "d21"}),
    "text": ({"text": prose(8)}, {"d8", "copy"}),
    "near copy": ({"text": prose(30) + " more words"}, {"d30"}),
    "hash": ({"text_hash": text_hash(prose(31))}, {"d31"}),
    "parent that is not there": ({"id": "d500"}, {"d500#1009"}),
}


@pytest.fixture
def folder(tmp_path: Path, corpuskit: Run) -> Path:
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents()))
    done = corpuskit("index", "in.jsonl", "-o", "a.idx", "-q")
    assert done.returncode == 0, done.stderr
    write_list(tmp_path, {"id": "d7"}, {"text": prose(8)})
    return tmp_path


@pytest.fixture
def server() -> Iterator[LoopbackEmbeddings]:
    with loopback_embeddings() as started:
        yield started


def write_list(folder: Path, *lines: dict[str, Any]) -> None:
    (folder / "takedown.jsonl").write_bytes(lines_of(list(lines)))


def takedown(corpuskit: Run, *arguments: str) -> Any:
    done = corpuskit("takedown", "--list", "takedown.jsonl", "--json", *arguments)
    lines = done.stdout.splitlines()
    return done, json.loads(lines[-1]) if lines else None


def ids_in(path: Path) -> set[str]:
    with open_index(path) as connection:
        return {identifier for (identifier,) in connection.execute("SELECT id FROM documents")}


@pytest.mark.parametrize("name", SELECTORS)
def test_what_the_list_names_is_gone_from_the_file(folder: Path, corpuskit: Run, name: str) -> None:
    line, taken = SELECTORS[name]
    write_list(folder, line)
    before = (folder / "a.idx").read_bytes()
    done, answer = takedown(corpuskit, "a.idx")
    assert (done.returncode, answer["places"][0]["documents"]) == (0, len(taken)), done.stderr
    assert (folder / "a.idx").read_bytes() == before, "without --apply, nothing is changed"
    done, answer = takedown(corpuskit, "a.idx", "--apply")
    assert (done.returncode, answer["places"][0]["outcome"]) == (0, "removed"), done.stderr
    assert ids_in(folder / "a.idx") == {document["id"] for document in documents()} - taken
    assert corpuskit("verify", "a.idx").returncode == 0
    data = (folder / "a.idx").read_bytes()
    for document in documents():
        if document["id"] in taken:
            marks = document["text"].split()
            assert all(text.encode() not in data for text in (f'"{document["id"]}"', marks[0], marks[1] + marks[2]))
    assert takedown(corpuskit, "a.idx", "--apply")[1]["places"][0]["outcome"] == "clean"


def test_vectors_go_and_the_receipt_counts_them(folder: Path, corpuskit: Run, server: LoopbackEmbeddings) -> None:
    embed = ("--embed", server.url, "--embed-model", "m", "-q")
    assert corpuskit("index", "in.jsonl", "-o", "v.idx", *embed).returncode == 0
    ids = ("d7", "d8", "copy", "d7#1007", "d7#1008")
    with open_index(folder / "v.idx") as connection:
        rows = connection.execute("SELECT id, vector FROM documents JOIN vectors USING (number)")
        vectors = [vector for identifier, vector in rows if identifier in ids]
    done, answer = takedown(corpuskit, "v.idx", "a.idx", "--apply", "--receipt", "receipt.json")
    assert done.returncode == 0, done.stderr
    with_vectors, without = answer["places"]
    assert (with_vectors["documents"], with_vectors["chunks"], with_vectors["vectors"]) == (5, 2, 5)
    assert (without["documents"], without["chunks"], without["vectors"]) == (5, 2, 0)
    data = (folder / "v.idx").read_bytes()
    assert len(vectors) == 5 and not any(vector in data for vector in vectors)
    assert corpuskit("verify", "v.idx", "a.idx").returncode == 0
    assert corpuskit("verify", "--receipt", "receipt.json", "v.idx", "a.idx").returncode == 0
    receipt = (folder / "receipt.json").read_text()
    assert json.loads(receipt)["places"] == answer["places"] and '"d7"' not in receipt
    with open_index(folder / "v.idx") as connection:
        step = read_description(connection, folder / "v.idx")["steps"][-1]
    assert step["dropped"] == with_vectors["reasons"] and step["in"]["documents"] == step["out"]["documents"] + 5


def test_a_corpus_teaches_what_to_take_out_of_its_chunks(folder: Path, corpuskit: Run) -> None:
    """The chunks know no address, and the pages no chunks."""
    (folder / "chunks.jsonl").write_bytes(lines_of([chunk_of(7, 1007), chunk_of(12, 1012)]))
    assert corpuskit("index", "chunks.jsonl", "-o", "chunks.idx", "-q").returncode == 0
    assert corpuskit("files", "in.jsonl", "-o", "corpus", "-q").returncode == 0
    write_list(folder, {"url": "https://site2.example/12"})
    done, answer = takedown(corpuskit, "chunks.idx", "corpus", "--apply")
    assert done.returncode == 0, done.stderr
    assert answer["places"][0]["reasons"] == {"takedown-parent": 1}
    assert ids_in(folder / "chunks.idx") == {"d7#1007"}


def test_what_went_does_not_come_back_from_the_same_stream(folder: Path, corpuskit: Run, shell: Run) -> None:
    assert takedown(corpuskit, "a.idx", "--apply")[0].returncode == 0
    cleared = (folder / "a.idx").read_bytes()
    refused = corpuskit("index", "in.jsonl", "-o", "a.idx")
    assert (refused.returncode, refused.stderr.count(b"\n")) == (6, 1) and b"filter-takedown" in refused.stderr
    assert b"entries (written or learned) of a takedown list" in refused.stderr
    assert (folder / "a.idx").read_bytes() == cleared
    pipe = "corpuskit filter-takedown --list {list} in.jsonl -q | corpuskit index -o a.idx -q"
    (folder / "shorter.jsonl").write_bytes(lines_of([{"id": "d7"}]))
    assert shell(pipe.format(list="shorter.jsonl")).returncode == 6
    assert (folder / "a.idx").read_bytes() == cleared
    done = shell(pipe.format(list="takedown.jsonl"))
    assert done.returncode == 0, done.stderr
    assert not {"d7", "d8", "copy", "d7#1007"} & ids_in(folder / "a.idx")
    chunk, again = "corpuskit chunk -q", "corpuskit filter-takedown --list {list} -q"
    before = (folder / "a.idx").read_bytes()
    chunked = pipe.replace("| ", f"| {chunk} | ").format(list="takedown.jsonl")
    done = shell(chunked)
    assert done.returncode == 6 and b"behind every input, and again behind `chunk`" in done.stderr, done.stderr
    assert (folder / "a.idx").read_bytes() == before
    done = shell(pipe.replace("| ", f"| {chunk} | {again} | ").format(list="takedown.jsonl"))
    assert done.returncode == 0, done.stderr
    assert "d9" in {identifier.partition("#")[0] for identifier in ids_in(folder / "a.idx")}
    beside = pipe.replace("index -o", "index - in.jsonl -o")
    assert shell(beside.format(list="takedown.jsonl")).returncode == 6
    assert corpuskit("index", "in.jsonl", "-o", "a.idx").returncode == 6, "the next version remembers as well"


def test_a_dataset_that_was_cleared_is_taken(folder: Path, corpuskit: Run) -> None:
    for name in ("corpus", "other"):
        assert corpuskit("files", "in.jsonl", "-o", name, "-q").returncode == 0
    assert corpuskit("index", "--from-manifest", "corpus", "-o", "c.idx", "-q").returncode == 0
    assert takedown(corpuskit, "corpus", "c.idx", "--apply", "--receipt", "receipt.json")[0].returncode == 0
    done = corpuskit("verify", "c.idx", "--against", "corpus")
    assert (done.returncode, b"names no dataset" in done.stderr) == (3, True)
    assert corpuskit("index", "--from-manifest", "other", "-o", "c.idx", "-q").returncode == 6
    assert corpuskit("index", "corpus", "other", "-o", "c.idx", "-q").returncode == 6
    done = corpuskit("index", "--from-manifest", "corpus", "-o", "c.idx", "--json")
    assert json.loads(done.stderr.splitlines()[-1])["unchanged"] == len(documents()) - 5
    assert corpuskit("verify", "c.idx", "--against", "corpus").returncode == 0
    assert corpuskit("verify", "--receipt", "receipt.json", "c.idx", "corpus").returncode == 0


def test_the_receipt_says_what_was_made_from_what(folder: Path, corpuskit: Run) -> None:
    """A mix and an index of a dataset; its twin, and an index of other documents, were not made from it."""
    texts = [document for document in documents() if "tenant" not in document.get("metadata", {})]
    (folder / "texts.jsonl").write_bytes(lines_of(texts))
    for name in ("corpus", "twin"):
        assert corpuskit("dedup", "texts.jsonl", "-o", name, "-q").returncode == 0
    assert corpuskit("index", "--from-manifest", "corpus", "-o", "c.idx", "-q").returncode == 0
    recipe = "sources: {a: {from: files, inputs: [corpus], origin: crawl}}\n"
    (folder / "recipe.yaml").write_text(recipe)
    assert corpuskit("mix", "recipe.yaml", "-o", "mixed", "-q").returncode == 0
    places = ("mixed", "c.idx", "corpus", "twin", "a.idx")
    told = corpuskit("takedown", "--list", "takedown.jsonl", *places).stdout.decode().splitlines()
    # The twin has the same manifest.
    assert "mixed: was made from corpus or twin" in told
    assert "c.idx: was made from corpus or twin, or of equal documents by the same steps" in told
    done, answer = takedown(corpuskit, *places, "--apply", "--receipt", "receipt.json")
    assert done.returncode == 0, done.stderr
    digests = {place["name"]: place["before"] for place in answer["places"]}
    made = {(entry["name"], entry["from"], entry["by"]) for entry in answer["reached"]}
    # A mix names the shards that it read; an index has the steps of the dataset, and so have those of its twin.
    assert {("mixed", digests["corpus"], "shards"), ("c.idx", digests["corpus"], "steps")} <= made
    assert {name for name, *_ in made} == {"mixed", "c.idx"}
    assert corpuskit("verify", "--receipt", "receipt.json", *places).returncode == 0


def test_verify_finds_what_came_back_and_a_receipt_that_lies(folder: Path, corpuskit: Run) -> None:
    takedown(corpuskit, "a.idx", "--apply", "--receipt", "receipt.json")
    (folder / "a.idx").unlink()
    assert corpuskit("index", "in.jsonl", "-o", "a.idx", "-q").returncode == 0
    done = corpuskit("verify", "--receipt", "receipt.json", "a.idx")
    assert done.returncode == 3 and b"holds 5 documents that the list takes out" in done.stderr, done.stderr
    assert b"no step `takedown`" in done.stderr


def test_an_index_in_use_is_left_and_the_others_are_done(folder: Path, corpuskit: Run) -> None:
    (folder / "b.idx").write_bytes((folder / "a.idx").read_bytes())
    before = (folder / "a.idx").read_bytes()
    descriptor = os.open(folder / ".a.idx.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        done, answer = takedown(corpuskit, "a.idx", "b.idx", "--apply")
    finally:
        os.close(descriptor)
    assert done.returncode == 5, done.stderr
    assert [place["outcome"] for place in answer["places"]] == ["failed", "removed"]
    assert (folder / "a.idx").read_bytes() == before


def damage_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 2\0" + path.read_bytes()[16:])


def damage_line(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE documents SET line = replace(line, 'mark50a', 'mark51a') WHERE id = 'd50'")
    connection.commit()
    connection.close()


def lose_document(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM documents WHERE id = 'd50'")
    connection.commit()
    connection.close()


def damage_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[PAGE_BYTES : 2 * PAGE_BYTES] = bytes(PAGE_BYTES)
    path.write_bytes(data)


def damage_words(path: Path) -> None:
    """Another letter in a word by which documents are found."""
    connection = sqlite3.connect(path)
    [(number, block)] = connection.execute("SELECT id, block FROM words_data ORDER BY length(block) DESC LIMIT 1")
    place = block.index(b"word")
    block = block[:place] + b"ward" + block[place + 4 :]
    connection.execute("UPDATE words_data SET block = ? WHERE id = ?", (block, number))
    connection.commit()
    connection.close()


def damage_lengths(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE words_docsize SET sz = x'0900' WHERE id = 50")
    connection.commit()
    connection.close()


DAMAGES = [damage_header, damage_line, lose_document, damage_pages, damage_words, damage_lengths]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_verify_calls_damaged_takedown_does_too(folder: Path, corpuskit: Run, damage: Any) -> None:
    damage(folder / "a.idx")
    assert corpuskit("verify", "a.idx").returncode == 3
    assert takedown(corpuskit, "a.idx", "--apply")[0].returncode == 3


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_left_and_the_others_are_done(folder: Path, corpuskit: Run, damage: Any) -> None:
    (folder / "b.idx").write_bytes((folder / "a.idx").read_bytes())
    damage(folder / "a.idx")
    before = (folder / "a.idx").read_bytes()
    done, answer = takedown(corpuskit, "a.idx", "b.idx", "--apply")
    assert done.returncode == 3, done.stderr
    assert [place["outcome"] for place in answer["places"]] == ["damaged", "removed"]
    assert (folder / "a.idx").read_bytes() == before


def test_what_killed_runs_left_beside_it_goes_too(folder: Path, corpuskit: Run) -> None:
    write_list(folder, {"id": "nobody"})
    for ending in ("work", "anew", "work-journal", "anew-journal", "anew-wal"):
        left = folder / f".a.idx.{ending}"
        left.write_text(prose(7))
        assert takedown(corpuskit, "a.idx")[1]["places"][0]["outcome"] == "clean" and left.exists()
        assert takedown(corpuskit, "a.idx", "--apply")[0].returncode == 0
        assert not left.exists()


def test_killed_at_any_moment_it_is_the_old_index_or_the_new(
    folder: Path, corpuskit: Run, environment: dict[str, str]
) -> None:
    old = (folder / "a.idx").read_bytes()
    # The first run adds what it learns to the list, so it has another record of the list than those after it.
    assert takedown(corpuskit, "a.idx", "--apply")[0].returncode == 0
    (folder / "a.idx").write_bytes(old)
    begin = time.monotonic()
    assert takedown(corpuskit, "a.idx", "--apply")[0].returncode == 0
    seconds = time.monotonic() - begin
    new, learned = (folder / "a.idx").read_bytes(), (folder / "takedown.jsonl").read_bytes()
    command = [sys.executable, "-m", "corpuskit", "takedown", "--list", "takedown.jsonl", "a.idx", "--apply"]
    for kill in range(8):
        (folder / "a.idx").write_bytes(old)
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        time.sleep(seconds * 1.1 * (kill + 1) / 8)
        process.kill()
        process.wait()
        assert (folder / "a.idx").read_bytes() in (old, new)
        assert takedown(corpuskit, "a.idx", "--apply")[0].returncode == 0
        assert (folder / "a.idx").read_bytes() == new
        assert not list(folder.glob(".a.idx.[wa]*"))
    assert (folder / "takedown.jsonl").read_bytes() == learned
