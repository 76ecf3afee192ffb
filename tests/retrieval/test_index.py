"""`index`: the file equals the stream, holds nothing of what was removed, and is never half of anything."""

import errno
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpuskit import IndexSearch
from corpuskit.formats.search_index.layout import PAGE_BYTES, open_index, read_description
from corpuskit.formats.search_index.seal import write_seal
from tests.conftest import Run, lines_of
from tests.support.faults import Fault, Server
from tests.support.loopback_embeddings import LoopbackEmbeddings, hashed_words, loopback_embeddings

WORDS = [
    f"{first}{middle}{last}" for first in "bcdfgklm" for middle in ("a", "e", "io", "ou") for last in ("n", "rt", "st")
]


def made_up_text(seed: int, words: int = 30) -> str:
    generator = random.Random(seed)
    return " ".join(generator.choices(WORDS, k=words))


def chunks(numbers: "range | list[int]", version: int = 0, **metadata: Any) -> list[dict[str, Any]]:
    """Chunks of made-up words; another version says something else."""
    return [
        {
            "id": f"doc{number}#x",
            "text": made_up_text(number + 1_000_000 * version),
            "metadata": {"title": f"Title {WORDS[number % 90]}", "parents": [f"doc{number}"], **metadata},
        }
        for number in numbers
    ]


def write(path: Path, documents: list[dict[str, Any]]) -> Path:
    path.write_bytes(lines_of(documents))
    return path


def answers(path: Path, queries: list[str], n: int = 10) -> list[list[tuple[str, float]]]:
    """What an index answers to queries, by id and score."""
    search = IndexSearch(n=n)
    with open_index(path) as connection:
        description = read_description(connection, path)
        return [[(hit.id, hit.score) for hit in search.hits(connection, description, query)] for query in queries]


def ids_in(path: Path) -> set[str]:
    with open_index(path) as connection:
        return {identifier for (identifier,) in connection.execute("SELECT id FROM documents")}


@pytest.fixture
def server() -> Iterator[LoopbackEmbeddings]:
    with loopback_embeddings() as started:
        yield started


def test_the_file_equals_the_stream(tmp_path: Path, corpuskit: Run) -> None:
    write(tmp_path / "a.jsonl", chunks(range(50)))
    done = corpuskit("index", "a.jsonl", "-o", "a.idx")
    assert (done.returncode, b"50 added" in done.stderr) == (0, True), done.stderr
    before = (tmp_path / "a.idx").stat()
    done = corpuskit("index", "a.jsonl", "-o", "a.idx")
    assert b"a.idx: 50 documents; 50 unchanged" in done.stderr
    after = (tmp_path / "a.idx").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns), "nothing new, nothing written"
    write(tmp_path / "a.jsonl", chunks(range(10, 20), 1) + chunks(range(20, 60)))
    done = corpuskit("index", "a.jsonl", "-o", "a.idx")
    assert b"a.idx: 50 documents; 10 added, 10 changed, 10 removed, 30 unchanged" in done.stderr
    write(tmp_path / "a.jsonl", chunks(range(10, 15), 2) + chunks(range(15, 20), 1) + chunks(range(30, 70)))
    done = corpuskit("index", "a.jsonl", "-o", "a.idx", "--json")
    changes = {"added": 10, "changed": 5, "removed": 10, "unchanged": 35, "embedded": 0}
    said = json.loads(done.stderr.splitlines()[-1])
    assert {key: said[key] for key in changes} == changes
    assert (said["in"], said["out"]) == (50, 50)
    assert ids_in(tmp_path / "a.idx") == {f"doc{number}#x" for number in (*range(10, 20), *range(30, 70))}
    assert corpuskit("verify", "a.idx").returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.idx", "a.jsonl", "state"]


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_it_answers_as_a_new_one(tmp_path: Path, corpuskit: Run, seed: int) -> None:
    generator = random.Random(seed)
    versions = dict.fromkeys(range(120), 0)
    for step in range(3):
        documents = [document for number, version in versions.items() for document in chunks([number], version)]
        generator.shuffle(documents)
        write(tmp_path / "a.jsonl", documents + chunks([5], 0, copy=step)[:0])
        assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
        for number in generator.sample(sorted(versions), 20):
            if generator.random() < 0.4:
                del versions[number]
            else:
                versions[number] += 1
        versions[1000 + step] = 0
    (tmp_path / "b.jsonl").write_bytes((tmp_path / "a.jsonl").read_bytes())
    assert corpuskit("index", "b.jsonl", "-o", "b.idx", "-q").returncode == 0
    queries = [made_up_text(generator.randrange(200), generator.randrange(1, 9)) for _ in range(200)]
    assert answers(tmp_path / "a.idx", queries) == answers(tmp_path / "b.idx", queries)
    assert corpuskit("verify", "a.idx").returncode == 0


def test_of_removed_texts_no_byte_is_left(tmp_path: Path, corpuskit: Run, server: LoopbackEmbeddings) -> None:
    secret = {
        "id": "qzxid",
        "text": "qzxtext " + made_up_text(1, 3000) + " qzxend",
        "metadata": {"title": "qzxtitle", "note": "qzxnote"},
    }
    old_version = {"id": "doc3#x", "text": "qzxold harbour", "metadata": {}}
    documents = chunks(range(200))
    documents[3] = old_version
    arguments = ("-o", "a.idx", "-q", "--embed", server.url, "--embed-model", "m")
    write(tmp_path / "a.jsonl", [*documents, secret])
    assert corpuskit("index", "a.jsonl", *arguments).returncode == 0
    data = (tmp_path / "a.idx").read_bytes()
    assert all(word in data for word in (b"qzxid", b"qzxtext", b"qzxtitle", b"qzxnote", b"qzxend", b"qzxold"))
    with open_index(tmp_path / "a.idx") as connection:
        [(vector,)] = connection.execute(
            "SELECT vector FROM vectors JOIN documents USING (number) WHERE id = 'qzxid'"
        ).fetchall()
    assert vector in data
    write(tmp_path / "a.jsonl", chunks(range(200)))
    assert corpuskit("index", "a.jsonl", *arguments).returncode == 0
    data = (tmp_path / "a.idx").read_bytes()
    assert b"qzx" not in data
    assert vector not in data


def test_after_many_refreshes_nothing_of_what_went_is_left(tmp_path: Path, corpuskit: Run) -> None:
    """Every window of 12 bytes, at every offset, that lines which went had and those which are there have not."""
    generator = random.Random(5)
    versions = dict.fromkeys(range(80), 0)
    gone: set[str] = set()
    lines_gone: list[bytes] = []
    for step in range(5):
        documents = []
        for number, version in versions.items():
            (document,) = chunks([number], version)
            documents.append(document | {"text": f"{document['text']} only{number}of{version}here"})
        write(tmp_path / "a.jsonl", documents)
        assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
        data = (tmp_path / "a.idx").read_bytes()
        with open_index(tmp_path / "a.idx") as connection:
            lines = [line for (line,) in connection.execute("SELECT line FROM documents")]
            connection.execute("PRAGMA query_only = OFF")
            connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, words, 'row')")
            terms = {term for (term,) in connection.execute("SELECT term FROM temp.terms WHERE term LIKE 'only%'")}
        assert len(terms) == len(documents)
        assert not terms & gone
        kept = windows_of(lines)
        assert not [window for window in windows_of(lines_gone) - kept if window in data]
        for number in generator.sample(sorted(versions), 10):
            gone.add(f"only{number}of{versions[number]}here")
            lines_gone += [line for line in lines if f"only{number}of{versions[number]}here".encode() in line]
            if generator.random() < 0.3:
                del versions[number]
            else:
                versions[number] += 1
        versions[1000 + step] = 0
    assert corpuskit("verify", "a.idx").returncode == 0


def windows_of(lines: list[bytes]) -> set[bytes]:
    return {line[start : start + 12] for line in lines for start in range(len(line) - 11)}


def test_an_index_with_small_pages_is_refreshed(tmp_path: Path, corpuskit: Run) -> None:
    write(tmp_path / "a.jsonl", chunks(range(50)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    connection = sqlite3.connect(tmp_path / "a.idx")
    connection.execute("PRAGMA page_size = 4096")
    connection.execute("VACUUM")
    connection.close()
    write_seal(tmp_path / "a.idx")
    write(tmp_path / "a.jsonl", chunks(range(10, 70)))
    for name in ("a.idx", "b.idx"):
        assert corpuskit("index", "a.jsonl", "-o", name, "-q").returncode == 0
    queries = [made_up_text(number, 3) for number in range(50)]
    assert answers(tmp_path / "a.idx", queries) == answers(tmp_path / "b.idx", queries)
    assert corpuskit("verify", "a.idx").returncode == 0


@pytest.mark.parametrize("number", [-3, 2**40])
def test_an_index_with_impossible_numbers_is_not_built_upon(tmp_path: Path, corpuskit: Run, number: int) -> None:
    write(tmp_path / "a.jsonl", chunks(range(5)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    connection = sqlite3.connect(tmp_path / "a.idx")
    connection.execute("UPDATE documents SET number = ? WHERE number = 2", (number,))
    connection.commit()
    connection.close()
    done = corpuskit("index", "a.jsonl", "-o", "a.idx", "-q")
    assert (done.returncode, done.stderr.count(b"\n"), b"numbers of documents" in done.stderr) == (3, 1, True)


def wait_for_lock(path: Path, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a process has locked a file, as the kernel lists it."""
    locks = Path("/proc/locks")
    while not path.exists() or (locks.exists() and f":{path.stat().st_ino} " not in locks.read_text()):
        assert process.poll() is None, "it has ended without a lock"
        time.sleep(0.01)


def test_a_refresh_while_another_runs_ends_with_5(tmp_path: Path, corpuskit: Run, environment: dict[str, str]) -> None:
    write(tmp_path / "a.jsonl", chunks(range(5)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx").returncode == 0
    before = (tmp_path / "a.idx").read_bytes()
    command = [sys.executable, "-m", "corpuskit", "index", "-o", "a.idx", "-q"]
    first = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
    assert first.stdin is not None
    wait_for_lock(tmp_path / ".a.idx.lock", first)
    done = corpuskit("index", "a.jsonl", "-o", "a.idx")
    assert (done.returncode, b"is being written by another run" in done.stderr) == (5, True)
    first.stdin.close()
    assert first.wait() == 4, "an empty pipe is no stream"
    assert (tmp_path / "a.idx").read_bytes() == before
    assert not list(tmp_path.glob(".a.idx*"))


def test_of_a_pipe_that_broke_nothing_is_taken(tmp_path: Path, corpuskit: Run, shell: Run) -> None:
    write(tmp_path / "a.jsonl", chunks(range(30)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx").returncode == 0
    before = (tmp_path / "a.idx").read_bytes()
    script = """p="{python} -m corpuskit"
        $p through -q a.jsonl -- bash -c 'head -n 3; exit 7' | $p index -o a.idx"""
    done = shell(script.format(python=sys.executable))
    assert done.returncode == 4, done.stderr
    assert (tmp_path / "a.idx").read_bytes() == before


def test_a_pipe_is_taken_whole(tmp_path: Path, shell: Run) -> None:
    text = "# Tides\n\nThe harbour lies open.\n\n# Lights\n\nTwo lights on the mole.\n"
    write(tmp_path / "a.jsonl", [{"id": "a", "text": text, "metadata": {}}])
    script = """set -e; p="{python} -m corpuskit"
        $p chunk a.jsonl --size 100 | $p index -o a.idx -q; $p verify --strict a.idx; $p search 'lights' a.idx -q"""
    done = shell(script.format(python=sys.executable))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["id"].split("#")[0], found["metadata"]["title"]) == ("a", "Lights")


def test_two_documents_of_one_id_are_one_and_a_reject(tmp_path: Path, corpuskit: Run) -> None:
    write(tmp_path / "a.jsonl", [*chunks(range(3)), *chunks([1], 1)])
    done = corpuskit("index", "a.jsonl", "-o", "a.idx", "--rejects", "rejects.jsonl")
    assert done.returncode == 0, done.stderr
    assert b"4 in, 3 out, 1 rejected (duplicate-id 1)" in done.stderr
    [reject] = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert (reject["id"], reject["reason"]) == ("doc1#x", "duplicate-id")
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "--max-rejects", "0").returncode == 3


def test_lines_that_are_known_keep_their_place_in_the_stream(tmp_path: Path, corpuskit: Run) -> None:
    """Whichever of one id comes first is kept, known or not, as in an index made anew."""
    write(tmp_path / "a.jsonl", chunks(range(4)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    stream = [*chunks([1], 1), *chunks([0, 1, 0]), {"id": "new", "text": "new"}, *chunks([2]), *chunks([2], 1)]
    write(tmp_path / "b.jsonl", [*stream, *chunks([3, 3])])
    said = []
    for name in ("a", "fresh"):
        done = corpuskit("index", "b.jsonl", "-o", f"{name}.idx", "--rejects", f"{name}-rejects.jsonl")
        assert done.returncode == 0 and b"9 in, 5 out, 4 rejected (duplicate-id 4)" in done.stderr, done.stderr
        with open_index(tmp_path / f"{name}.idx") as connection:
            rows = connection.execute("SELECT id, line FROM documents ORDER BY id").fetchall()
        said.append((rows, (tmp_path / f"{name}-rejects.jsonl").read_bytes()))
    assert said[0] == said[1]
    assert corpuskit("verify", "a.idx").returncode == 0


def test_a_snapshot_is_named_and_held_whole(tmp_path: Path, corpuskit: Run) -> None:
    write(tmp_path / "a.jsonl", chunks(range(20)))
    assert corpuskit("files", "a.jsonl", "-o", "corpus", "-q").returncode == 0
    assert corpuskit("index", "--from-manifest", "corpus", "-o", "a.idx", "-q").returncode == 0
    digest = json.loads((tmp_path / "corpus" / "manifest.json").read_text())["digest"]
    done = corpuskit("verify", "a.idx", "--against", "corpus", "--json")
    assert json.loads(done.stdout)["snapshot"] == {"name": "corpus", "digest": digest}
    write(tmp_path / "a.jsonl", chunks(range(21)))
    assert corpuskit("files", "a.jsonl", "-o", "corpus", "-q").returncode == 0
    done = corpuskit("verify", "a.idx", "--against", "corpus")
    assert (done.returncode, b"another snapshot" in done.stderr) == (3, True)
    done = corpuskit("verify", "a.idx", "--against", "corpse")
    assert (done.returncode, b"no such file or folder: 'corpse' (did you mean 'corpus'?)" in done.stderr) == (2, True)
    assert corpuskit("verify", "a.idx").returncode == 0
    write(tmp_path / "a.jsonl", chunks([1, 1]))
    assert corpuskit("files", "a.jsonl", "-o", "twice", "-q").returncode == 0
    before = (tmp_path / "a.idx").read_bytes()
    done = corpuskit("index", "--from-manifest", "twice", "-o", "a.idx")
    assert (done.returncode, b"one of each id" in done.stderr) == (3, True)
    assert (tmp_path / "a.idx").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("a.jsonl",), 2, "name the file of the index"),
        (("a.jsonl", "-o", "a.jsonl"), 2, "is a name for documents"),
        (("a.jsonl", "-o", "other"), 2, "is no search index and would be overwritten"),
        (("a.jsonl", "-o", "."), 2, "is a folder"),
        (("a.jsonl", "-o", "none/a.idx"), 5, "there is no folder"),
        (("a.jsonl", "-o", "b.idx", "--embed", "http://127.0.0.1:9/v1"), 2, "go together"),
        (("a.jsonl", "-o", "b.idx", "--key-file", "a.jsonl"), 2, "goes with"),
        (("a.jsonl", "-o", "b.idx", "--from-manifest", "a.jsonl"), 2, "leave out"),
        (("-o", "b.idx", "--from-manifest", "a.jsonl"), 3, "a.jsonl"),
        (("-o", "b.idx", "--from-manifest", "none"), 2, "no such file or folder: 'none'"),
        (("page.jsonl", "-o", "b.idx"), 2, "extract"),
        (("empty.jsonl", "-o", "b.idx"), 6, "no document is left"),
        (("a.jsonl", "-o", "b.idx", "--embed", "ftp://host/v1", "--embed-model", "m"), 2, "an address such as"),
        (
            ("a.jsonl", "-o", "b.idx", "--embed", "http://me:pw@host/v1", "--embed-model", "m"),
            2,
            "more than an address",
        ),
        (("a.jsonl", "-o", "b.idx", "--embed", "http://192.0.2.1:1/v1?k=1", "--embed-model", "m"), 2, "more than"),
        (("a.jsonl", "-o", "b.idx", "--embed", "http://127.0.0.1:9/v1", "--embed-model", "m"), 7, "nothing answers"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    tmp_path: Path, corpuskit: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    write(tmp_path / "a.jsonl", chunks(range(3)))
    (tmp_path / "other").write_text("a diary")
    (tmp_path / "empty.jsonl").write_text("")
    write(tmp_path / "page.jsonl", [{"id": "p", "text": "<p>a</p>", "metadata": {"content_type": "text/html"}}])
    done = corpuskit("index", *arguments, "-q")
    assert (done.returncode, done.stderr.count(b"\n")) == (code, 1), done.stderr
    assert words in done.stderr.decode()
    assert not (tmp_path / "b.idx").exists()
    assert not list(tmp_path.glob(".*idx*"))


@pytest.mark.parametrize("option", ["--rejects", "--drops"])
def test_nothing_that_it_reads_or_writes_is_overwritten(tmp_path: Path, corpuskit: Run, option: str) -> None:
    write(tmp_path / "a.jsonl", chunks(range(3)))
    assert corpuskit("export", "a.jsonl", "-o", "published").returncode == 0
    assert corpuskit("index", "a.jsonl", "-o", "a.idx").returncode == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for arguments in (
        ("a.jsonl", "-o", "b.idx", option, "a.jsonl"),
        ("--from-manifest", "published", "-o", "b.idx", option, "published/manifest.json"),
        ("a.jsonl", "-o", "a.idx", option, "a.idx"),
        ("a.jsonl", "-o", "b.idx", option, "b.idx"),
    ):
        done = corpuskit("index", *arguments)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), (arguments, done.stderr)
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_damaged_index_is_not_built_upon(tmp_path: Path, corpuskit: Run) -> None:
    write(tmp_path / "a.jsonl", chunks(range(30)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    data = bytearray((tmp_path / "a.idx").read_bytes())
    data[PAGE_BYTES : PAGE_BYTES + 200] = bytes(200)
    (tmp_path / "a.idx").write_bytes(data)
    write(tmp_path / "a.jsonl", chunks(range(31)))
    done = corpuskit("index", "a.jsonl", "-o", "a.idx")
    assert (done.returncode, b"Traceback" in done.stderr, b"internal fault" in done.stderr) == (3, False, False)
    assert (tmp_path / "a.idx").read_bytes() == data


def test_only_what_is_new_is_embedded(tmp_path: Path, corpuskit: Run, server: LoopbackEmbeddings) -> None:
    arguments = ("a.jsonl", "-o", "a.idx", "--embed", server.url, "--embed-model", "m")
    documents = [*chunks(range(150)), {"id": "blank", "text": " \n", "metadata": {}}]
    write(tmp_path / "a.jsonl", documents)
    done = corpuskit("index", *arguments)
    assert b"150 embedded" in done.stderr, done.stderr
    assert len(server.texts) == 150
    assert server.texts[0].startswith("Title ")
    # Another id, other metadata: what is said is the same. Another text or title: something else is said.
    documents[0] |= {"id": "moved"}
    documents[1]["metadata"]["note"] = "new"
    documents[2]["text"] += " more"
    documents[3]["metadata"]["title"] = "Other"
    write(tmp_path / "a.jsonl", documents)
    done = corpuskit("index", *arguments)
    assert b"1 added, 3 changed, 1 removed, 147 unchanged, 2 embedded" in done.stderr, done.stderr
    assert [text[-5:] == " more" or text.startswith("Other") for text in server.texts[150:]] == [True, True]
    assert corpuskit("verify", "a.idx").returncode == 0
    done = corpuskit("index", *arguments[:-1], "other-model")
    assert b"151 unchanged, 150 embedded" in done.stderr
    assert server.models == {"m", "other-model"}
    done = corpuskit("index", *arguments[:3])
    assert (done.returncode, b"has vectors of other-model" in done.stderr) == (2, True)
    assert b"remove the file to make one without (behind `filter-takedown`, if it was cleared" in done.stderr


WRONG_ANSWERS = (
    *("too-few", "too-many", "nan", "infinite", "zeros", "huge", "words", "unlike", "shorter", "empty", "no-list"),
    *("refused", "too-long", "redirect"),
)


def test_a_wrong_answer_ends_with_7_and_leaves_the_index(
    tmp_path: Path, corpuskit: Run, server: LoopbackEmbeddings
) -> None:
    arguments = ("a.jsonl", "-o", "a.idx", "--embed", server.url, "--embed-model", "m", "-q")
    write(tmp_path / "a.jsonl", chunks(range(10)))
    assert corpuskit("index", *arguments).returncode == 0
    before = (tmp_path / "a.idx").read_bytes()
    write(tmp_path / "a.jsonl", chunks(range(5, 20)))
    for kind in WRONG_ANSWERS:
        server.faults[kind] = 1
        done = corpuskit("index", *arguments)
        assert (done.returncode, done.stderr.count(b"\n")) == (7, 1), (kind, done.stderr)
        assert server.faults[kind] == 0, kind
        assert (tmp_path / "a.idx").read_bytes() == before, kind
        assert not list(tmp_path.glob(".a.idx*")), kind
    assert corpuskit("index", *arguments).returncode == 0


@pytest.mark.parametrize("kind", ["busy", "broken", "hang-up", "html", "cut"])
def test_a_busy_server_is_asked_again(tmp_path: Path, corpuskit: Run, server: LoopbackEmbeddings, kind: str) -> None:
    write(tmp_path / "a.jsonl", chunks(range(3)))
    server.faults[kind] = 1
    done = corpuskit("index", "a.jsonl", "-o", "a.idx", "--embed", server.url, "--embed-model", "m")
    assert done.returncode == 0, done.stderr
    assert len(server.texts) == 3


def test_several_requests_are_under_way_at_a_time(tmp_path: Path, corpuskit: Run) -> None:
    """Each waits until another has come, so one at a time would never end; the vectors go to their texts."""
    both = threading.Barrier(2, timeout=20)

    def embed(texts: Any) -> list[list[float]]:
        both.wait()
        return hashed_words(texts)

    with loopback_embeddings(embed) as started:
        write(tmp_path / "a.jsonl", chunks(range(256)))
        done = corpuskit("index", "a.jsonl", "-o", "a.idx", "--embed", started.url, "--embed-model", "m")
        assert done.returncode == 0, done.stderr
    with loopback_embeddings() as started:
        done = corpuskit("index", "a.jsonl", "-o", "b.idx", "--embed", started.url, "--embed-model", "m")
    vectors = []
    for name in ("a.idx", "b.idx"):
        with open_index(tmp_path / name) as connection:
            vectors.append(connection.execute("SELECT * FROM vectors ORDER BY number").fetchall())
    assert len(vectors[0]) == 256 and vectors[0] == vectors[1]


def test_keys_go_to_the_server_and_nowhere_else(
    tmp_path: Path, corpuskit: Run, environment: dict[str, str], server: LoopbackEmbeddings
) -> None:
    write(tmp_path / "a.jsonl", chunks(range(3)))
    (tmp_path / "key").write_text("sk-file\n")
    arguments = ("index", "a.jsonl", "--embed", server.url, "--embed-model", "m")
    assert corpuskit(*arguments, "-o", "a.idx", "--key-file", "key").returncode == 0
    environment["CORPUSKIT_MODEL_KEY"] = "sk-environment"
    environment["OPENAI_API_KEY"] = "sk-of-another"
    assert corpuskit(*arguments, "-o", "b.idx").returncode == 0
    assert [headers["authorization"] for headers in server.headers] == ["Bearer sk-file", "Bearer sk-environment"]
    for name in ("a.idx", "b.idx"):
        assert b"sk-" not in (tmp_path / name).read_bytes()
    (tmp_path / "key").write_text("two words")
    assert corpuskit(*arguments, "-o", "c.idx", "--key-file", "key").returncode == 2


def test_texts_leave_the_machine_only_encrypted(tmp_path: Path, corpuskit: Run) -> None:
    """A name that leads to another address of this machine that is no loopback: nothing listens to what is sent."""
    import socket

    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.connect(("192.0.2.1", 9))
        address = probe.getsockname()[0]
    except OSError:
        pytest.skip("this machine has no address but loopback")
    finally:
        probe.close()
    if address.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    with socket.create_server((address, 0)) as listener:
        write(tmp_path / "a.jsonl", chunks(range(3)))
        url = f"http://{address}:{listener.getsockname()[1]}/v1"
        done = corpuskit("index", "a.jsonl", "-o", "a.idx", "--embed", url, "--embed-model", "m")
        assert (done.returncode, b"another machine over plain HTTP" in done.stderr) == (2, True)
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):  # nobody has come
            listener.accept()


class Reader(threading.Thread):
    """Asks again and again, and notes which versions the documents of one answer are of."""

    def __init__(self, path: Path, end: threading.Event) -> None:
        super().__init__()
        self.path, self.end = path, end
        self.versions: set[frozenset[str]] = set()
        self.failures: list[str] = []

    def run(self) -> None:
        search = IndexSearch(n=50)
        while not self.end.is_set():
            try:
                with open_index(self.path) as connection:
                    description = read_description(connection, self.path)
                    hits = search.hits(connection, description, "everywhere")
                    rows = connection.execute("SELECT line FROM documents").fetchall()
                versions = {json.loads(line)["metadata"]["of"] for (line,) in rows}
                self.versions.add(frozenset(map(str, versions)))
                if len(hits) != len(rows):
                    self.failures.append(f"{len(hits)} of {len(rows)}")
            except Exception as error:
                self.failures.append(repr(error))


def refresh_while_reading(tmp_path: Path, corpuskit: Run, readers: int, refreshes: int) -> None:
    def refresh(version: int) -> None:
        numbers = range(version % 3, 30 + version % 5)
        documents = [
            document | {"text": f"everywhere {document['text']}"}
            for document in chunks(numbers, version, of=str(version))
        ]
        write(tmp_path / "a.jsonl", documents)
        done = corpuskit("index", "a.jsonl", "-o", "a.idx", "-q")
        assert done.returncode == 0, done.stderr

    refresh(0)
    end = threading.Event()
    threads = [Reader(tmp_path / "a.idx", end) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for version in range(1, refreshes + 1):
        refresh(version)
    end.set()
    for thread in threads:
        thread.join()
    assert [failure for thread in threads for failure in thread.failures][:3] == []
    versions = {version for thread in threads for version in thread.versions}
    assert all(len(version) == 1 for version in versions)
    assert len(versions) > refreshes // 2


def test_every_answer_is_of_one_version(tmp_path: Path, corpuskit: Run) -> None:
    refresh_while_reading(tmp_path, corpuskit, 8, 4)


@pytest.mark.slow
def test_every_answer_is_of_one_version_for_a_hundred_readers(tmp_path: Path, corpuskit: Run) -> None:
    refresh_while_reading(tmp_path, corpuskit, 100, 20)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("server") / "server")
    yield started
    started.close()


@pytest.mark.parametrize("how", ["once", pytest.param("kill", marks=pytest.mark.slow)])
def test_a_fault_at_any_call_leaves_the_old_index_or_the_new(faulty: Server, tmp_path: Path, how: str) -> None:
    for name in ("work", "tmp", "state"):
        (tmp_path / name).mkdir()
    work = tmp_path / "work"
    write(work / "old.jsonl", chunks(range(20)))
    write(work / "new.jsonl", [*chunks(range(5, 10), 1), *chunks(range(10, 25))])
    assert faulty.run(work, ["index", "old.jsonl", "-o", "a.idx", "-q"]).code == 0
    old = (work / "a.idx").read_bytes()
    assert faulty.run(work, ["index", "new.jsonl", "-o", "a.idx", "-q"]).code == 0
    new = (work / "a.idx").read_bytes()
    for at in range(1, 200):
        (work / "a.idx").write_bytes(old)
        done = faulty.run(work, ["index", "new.jsonl", "-o", "a.idx", "-q"], Fault(at, errno.ENOSPC, how))
        if not done.fired():
            assert (done.code, (work / "a.idx").read_bytes()) == (0, new)
            assert at > 10
            break
        said = done.stderr.decode()
        assert "internal fault" not in said and said.count("\n") == (done.code == 5), (at, said)
        assert done.code in ((-signal.SIGKILL,) if how == "kill" else (0, 5)), (at, said)
        expected = [new] if done.code == 0 or "was published, but" in said else [old, new] if how == "kill" else [old]
        assert (work / "a.idx").read_bytes() in expected, (at, said)
        assert faulty.run(work, ["index", "new.jsonl", "-o", "a.idx", "-q"]).code == 0
        assert (work / "a.idx").read_bytes() == new
        assert {path.name for path in work.iterdir()} == {"a.idx", "old.jsonl", "new.jsonl"}
    else:
        raise AssertionError("there is no end of faults")


def kill_at_moments(tmp_path: Path, corpuskit: Run, environment: dict[str, str], documents: int, kills: int) -> None:
    """Kill refreshes at moments spread over their whole time, wherever SQLite is writing."""
    write(tmp_path / "old.jsonl", chunks(range(documents)))
    write(tmp_path / "new.jsonl", [*chunks(range(9, 99), 1), *chunks(range(99, documents + 50))])
    command = ["index", "new.jsonl", "-o", "a.idx", "-q"]
    assert corpuskit("index", "old.jsonl", "-o", "a.idx", "-q").returncode == 0
    old = (tmp_path / "a.idx").read_bytes()
    begin = time.monotonic()
    assert corpuskit(*command).returncode == 0
    seconds = time.monotonic() - begin
    new = (tmp_path / "a.idx").read_bytes()
    outcomes = set()
    for kill in range(kills):
        (tmp_path / "a.idx").write_bytes(old)
        process = subprocess.Popen([sys.executable, "-m", "corpuskit", *command], cwd=tmp_path, env=environment)
        time.sleep(seconds * 1.1 * (kill + 1) / kills)
        process.kill()
        process.wait()
        outcomes.add((tmp_path / "a.idx").read_bytes())
        assert corpuskit(*command).returncode == 0
        assert (tmp_path / "a.idx").read_bytes() == new
        assert not list(tmp_path.glob(".a.idx*"))
    assert outcomes <= {old, new}
    assert old in outcomes


def test_killed_at_any_moment_it_is_the_old_index_or_the_new(
    tmp_path: Path, corpuskit: Run, environment: dict[str, str]
) -> None:
    kill_at_moments(tmp_path, corpuskit, environment, 1000, 5)


@pytest.mark.slow
def test_killed_at_fifty_moments_it_is_the_old_index_or_the_new(
    tmp_path: Path, corpuskit: Run, environment: dict[str, str]
) -> None:
    kill_at_moments(tmp_path, corpuskit, environment, 5000, 50)


def test_a_file_that_cannot_grow_leaves_the_old_index(tmp_path: Path, corpuskit: Run) -> None:
    write(tmp_path / "a.jsonl", chunks(range(20)))
    assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
    before = (tmp_path / "a.idx").read_bytes()
    write(tmp_path / "a.jsonl", chunks(range(4000)))
    limit = len(before) + 50_000

    def restrict() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = corpuskit("index", "a.jsonl", "-o", "a.idx", "-q", preexec_fn=restrict)
    assert (done.returncode, done.stderr.count(b"\n")) == (5, 1), done.stderr
    assert (tmp_path / "a.idx").read_bytes() == before
    assert not list(tmp_path.glob(".a.idx*"))


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.idx").symlink_to("real/a.idx")
    for number in (3, 5):
        write(tmp_path / "a.jsonl", chunks(range(number)))
        assert corpuskit("index", "a.jsonl", "-o", "link.idx", "-q").returncode == 0
        assert (tmp_path / "link.idx").is_symlink() and os.listdir(tmp_path / "real") == ["a.idx"]
        with open_index(tmp_path / "real/a.idx") as connection:
            assert read_description(connection, tmp_path / "real/a.idx")["stream"]["documents"] == number


def test_who_may_read_the_file_stays(tmp_path: Path, corpuskit: Run) -> None:
    for documents in (chunks(range(5)), chunks(range(3, 9), 1), chunks(range(3, 12), 1)):
        write(tmp_path / "a.jsonl", documents)
        assert corpuskit("index", "a.jsonl", "-o", "a.idx", "-q").returncode == 0
        if documents[0]["id"] == "doc0#x":
            os.chmod(tmp_path / "a.idx", 0o600)
        assert (tmp_path / "a.idx").stat().st_mode & 0o777 == 0o600
