"""`index --defer-erasure`: what was removed is found by nobody, the file says what it still holds, and a later run or
`takedown` erases it."""

import errno
import json
import random
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.counts import StreamCount
from corpuskit.core.document import Document
from corpuskit.core.errors import PublishError
from corpuskit.formats.search_index import new_version
from corpuskit.formats.search_index.layout import FORMAT, IndexDescription, open_index, read_description
from corpuskit.formats.search_index.writer import IndexWriter
from tests.conftest import Run
from tests.retrieval.test_index import answers, chunks, ids_in, made_up_text, write
from tests.support.faults import Fault, Server
from tests.support.loopback_embeddings import LoopbackEmbeddings, loopback_embeddings

SECRET = {"id": "qzxid", "text": "qzxtext qzxmore", "metadata": {"title": "qzxtitle"}}
DEFER = ("index", "a.jsonl", "-o", "a.idx", "--defer-erasure", "-q")
ERASE = ("index", "a.jsonl", "-o", "a.idx", "-q")


def description_of(path: Path) -> IndexDescription:
    with open_index(path) as connection:
        return read_description(connection, path)


@pytest.fixture
def deferred(tmp_path: Path, corpuskit: Run) -> Path:
    """A folder with an index from which a document was taken out, with its erasure deferred."""
    write(tmp_path / "a.jsonl", [*chunks(range(60)), SECRET])
    assert corpuskit(*ERASE).returncode == 0
    write(tmp_path / "a.jsonl", chunks(range(60)))
    done = corpuskit(*DEFER)
    assert done.returncode == 0, done.stderr
    return tmp_path


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("server") / "server")
    yield started
    started.close()


@pytest.fixture
def server() -> Iterator[LoopbackEmbeddings]:
    with loopback_embeddings() as started:
        yield started


def test_bytes_stay_with_a_mark_and_the_next_plain_run_erases_them(deferred: Path, corpuskit: Run) -> None:
    assert b"qzx" in (deferred / "a.idx").read_bytes(), "this test shows nothing where the bytes are gone"
    today = datetime.now(UTC).date()
    unerased = description_of(deferred / "a.idx").get("unerased")
    assert unerased is not None and unerased["documents"] == 1
    assert abs((today - datetime.fromisoformat(unerased["since"]).date()).days) <= 1
    assert answers(deferred / "a.idx", ["qzxtext", "qzxtitle"]) == [[], []]
    assert "qzxid" not in ids_in(deferred / "a.idx")
    told = corpuskit("verify", "a.idx")
    assert (told.returncode, b"60 documents; bytes of 1 removed document may be left" in told.stdout) == (0, True)
    assert json.loads(corpuskit("verify", "a.idx", "--json").stdout)["unerased"] == unerased
    done = corpuskit("index", "a.jsonl", "-o", "a.idx", "--json")
    said = json.loads(done.stderr.splitlines()[-1])
    assert (said["unchanged"], said["removed"], said["unerased"]) == (60, 0, 0)
    assert said["erased"] == 1
    assert b"qzx" not in (deferred / "a.idx").read_bytes()
    assert "unerased" not in description_of(deferred / "a.idx")
    assert corpuskit("verify", "a.idx").stdout == b"a.idx: whole; 60 documents\n"


def test_nothing_new_leaves_the_file_and_its_mark(deferred: Path, corpuskit: Run) -> None:
    before = (deferred / "a.idx").stat()
    done = corpuskit("index", "a.jsonl", "-o", "a.idx", "--defer-erasure")
    assert b"bytes of 1 removed document may be left in the file" in done.stderr
    after = (deferred / "a.idx").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_run_says_what_it_erased(deferred: Path, corpuskit: Run) -> None:
    plain = ("index", "a.jsonl", "-o", "a.idx")
    said = [corpuskit(*plain).stderr.splitlines()[-1] for _ in range(2)]
    assert said == [
        b"corpuskit index: a.idx: 60 documents; 60 unchanged, erased what was left of 1 document removed before",
        b"corpuskit index: a.idx: 60 documents; 60 unchanged",
    ]
    write(deferred / "a.jsonl", [SECRET])
    assert corpuskit(*DEFER).returncode == 0
    (deferred / "none.jsonl").write_bytes(b"")
    done = corpuskit("index", "none.jsonl", "-o", "a.idx", "--allow-empty", "--defer-erasure", "-q")
    assert done.returncode == 0, done.stderr
    done = corpuskit("index", "none.jsonl", "-o", "a.idx", "--allow-empty")
    assert b"a.idx: 0 documents; erased what was left of 61 documents removed before\n" in done.stderr


def test_where_nothing_was_removed_nothing_is_left(tmp_path: Path, corpuskit: Run) -> None:
    for documents in (chunks(range(5)), chunks(range(9))):
        write(tmp_path / "a.jsonl", documents)
        assert corpuskit(*DEFER).returncode == 0
        assert "unerased" not in description_of(tmp_path / "a.idx")


@pytest.mark.parametrize("seed", range(3))
def test_after_any_nights_it_answers_as_a_new_one(tmp_path: Path, corpuskit: Run, seed: int) -> None:
    """The last documents are removed as well, so that numbers would come again; some texts go and come back."""
    generator = random.Random(seed)
    versions = dict.fromkeys(range(120), 0)
    removed = 0
    queries = [made_up_text(generator.randrange(200), generator.randrange(1, 9)) for _ in range(100)]
    for night in range(5):
        documents = [document for number, version in versions.items() for document in chunks([number], version)]
        write(tmp_path / "a.jsonl", documents)
        assert corpuskit(*DEFER).returncode == 0
        assert description_of(tmp_path / "a.idx").get("unerased", {"documents": 0})["documents"] == removed
        assert corpuskit("verify", "a.idx").returncode == 0
        changed = [*generator.sample(sorted(versions)[:-1], 15), max(versions)]
        removed += len(changed)
        for number in changed:
            if number == max(versions) or generator.random() < 0.4:
                del versions[number]
            else:
                versions[number] = 1 - versions[number]
        versions[1000 - night] = 0
    shutil.copy(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert corpuskit("index", "b.jsonl", "-o", "b.idx", "-q").returncode == 0
    fresh = answers(tmp_path / "b.idx", queries)
    assert answers(tmp_path / "a.idx", queries) == fresh
    assert corpuskit(*ERASE).returncode == 0
    assert answers(tmp_path / "a.idx", queries) == fresh
    assert "unerased" not in description_of(tmp_path / "a.idx")
    assert corpuskit("verify", "a.idx").returncode == 0


def test_what_was_deferred_is_looked_for_when_it_is_erased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that still holds the text of an earlier night is not published."""

    def refresh(documents: list[dict[str, Any]], *, defers_erasure: bool) -> None:
        writer = IndexWriter(tmp_path / "a.idx", defers_erasure=defers_erasure)
        try:
            for document in documents:
                writer.add(Document(document["id"], document["text"], document["metadata"]))
            writer.publish(_description)
        finally:
            writer.close()

    long_text = {"id": "long", "text": made_up_text(1, 500), "metadata": {}}
    refresh([*chunks(range(9)), long_text], defers_erasure=False)
    old = (tmp_path / "a.idx").read_bytes()
    refresh(chunks(range(9)), defers_erasure=True)
    marked = (tmp_path / "a.idx").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(new_version, "write_anew", lambda _, target: target.write_bytes(old))
        with pytest.raises(PublishError, match="still holds text that was removed"):
            refresh(chunks(range(9)), defers_erasure=False)
    assert (tmp_path / "a.idx").read_bytes() == marked
    refresh(chunks(range(9)), defers_erasure=False)
    assert "unerased" not in description_of(tmp_path / "a.idx")


def test_what_is_taken_out_and_put_in_is_one_segment_of_words(tmp_path: Path, corpuskit: Run) -> None:
    for version in ("old", "new"):
        write(tmp_path / "in.jsonl", [{**chunk, "text": f"{chunk['text']} {version}"} for chunk in chunks(range(50))])
        assert corpuskit("index", "in.jsonl", "-o", "a.idx", "--defer-erasure").returncode == 0
    with open_index(tmp_path / "a.idx") as connection:
        assert connection.execute("SELECT count(DISTINCT segid) FROM words_idx").fetchone() == (2,)


def test_much_of_an_index_is_held_only_while_much_of_it_changes(tmp_path: Path) -> None:
    writer = IndexWriter(tmp_path / "a.idx", defers_erasure=True)
    cached = "PRAGMA cache_size"
    try:
        connection = writer._version.connection
        writer.add(Document("0", "text", {}))
        assert connection.execute(cached).fetchone() == (-new_version.SMALL_CACHE_KIB,)
        for number in range(1, 6):
            writer.add(Document(str(number), "a" * 1024 * 1024, {}))
        assert connection.execute(cached).fetchone() == (-new_version.CACHE_KIB,)
        writer.publish(_description)
    finally:
        writer.close()


def _description(stream: StreamCount, dimensions: int) -> IndexDescription:
    del dimensions
    return {"format": FORMAT, "stream": stream.as_json(), "steps": [], "inputs": [], "versions": {}}


def test_vectors_of_another_model_do_not_wait(tmp_path: Path, corpuskit: Run, server: LoopbackEmbeddings) -> None:
    embed = ("--embed", server.url, "--embed-model")
    write(tmp_path / "a.jsonl", chunks(range(30)))
    assert corpuskit(*DEFER, *embed, "m").returncode == 0
    write(tmp_path / "a.jsonl", chunks(range(1, 30)))
    with open_index(tmp_path / "a.idx") as connection:
        vectors = [vector for (vector,) in connection.execute("SELECT vector FROM vectors")]
    assert corpuskit(*DEFER, *embed, "m").returncode == 0
    with open_index(tmp_path / "a.idx") as connection:
        assert connection.execute("SELECT count(*) FROM vectors").fetchone() == (29,)
    assert corpuskit("verify", "a.idx").returncode == 0
    assert corpuskit(*DEFER, *embed, "other").returncode == 0
    assert "unerased" not in description_of(tmp_path / "a.idx")
    assert vectors[0] not in (tmp_path / "a.idx").read_bytes()
    assert corpuskit("verify", "a.idx").returncode == 0


def takedown(corpuskit: Run, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = corpuskit("takedown", "--list", "list.jsonl", "a.idx", "--json", *arguments)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])["places"][0]


def test_a_takedown_erases_what_is_left_though_it_finds_nothing(deferred: Path, corpuskit: Run) -> None:
    (deferred / "list.jsonl").write_text('{"id": "qzxid"}\n')
    marked = (deferred / "a.idx").read_bytes()
    code, place = takedown(corpuskit)
    assert (code, place["outcome"], place["documents"], place["unerased"]) == (0, "found", 0, 1)
    assert (deferred / "a.idx").read_bytes() == marked
    code, place = takedown(corpuskit, "--apply", "--receipt", "receipt.json")
    assert (code, place["outcome"], place["documents"], place["unerased"]) == (0, "removed", 0, 1)
    assert b"qzx" not in (deferred / "a.idx").read_bytes()
    assert corpuskit("verify", "--receipt", "receipt.json", "a.idx").returncode == 0
    assert corpuskit("verify", "a.idx").returncode == 0
    code, place = takedown(corpuskit, "--apply")
    assert (code, place["outcome"]) == (0, "clean") and "unerased" not in place
    (deferred / "a.idx").write_bytes(marked)
    done = corpuskit("verify", "--receipt", "receipt.json", "a.idx")
    assert (done.returncode, b"bytes of 1 removed document may be left" in done.stderr) == (3, True)
    assert corpuskit(*ERASE).returncode == 0, "nothing was taken out of the index, so its stream is not refused"


def test_a_takedown_erases_what_it_finds_and_what_is_left(deferred: Path, corpuskit: Run) -> None:
    (deferred / "list.jsonl").write_text('{"id": "doc7#x"}\n')
    code, place = takedown(corpuskit, "--apply", "--receipt", "receipt.json")
    assert (code, place["outcome"], place["documents"], place["unerased"]) == (0, "removed", 1, 1)
    data = (deferred / "a.idx").read_bytes()
    assert b"qzx" not in data and b'"doc7#x"' not in data
    assert corpuskit("verify", "--receipt", "receipt.json", "a.idx").returncode == 0
    write(deferred / "a.jsonl", chunks(range(50)))
    assert corpuskit(*DEFER).returncode == 6


FORGERIES = {
    "the mark is gone": ("UPDATE description SET content = json_remove(content, '$.unerased')", "is of two minds"),
    "the lines are gone": ("DROP TABLE removed", "is of two minds"),
    "the mark says less": (
        "UPDATE description SET content = json_set(content, '$.unerased.documents', 0)",
        "bytes of 0 removed documents",
    ),
    "a line is gone": ("DELETE FROM removed", "has other lines of them"),
    "a removed document is there": ("UPDATE removed SET number = 1", "has other lines of them"),
    "the mark is none": ("UPDATE description SET content = json_set(content, '$.unerased', 1)", "is no corpuskit"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_mark_that_does_not_fit_is_found(deferred: Path, corpuskit: Run, forgery: str) -> None:
    statement, problem = FORGERIES[forgery]
    connection = sqlite3.connect(deferred / "a.idx")
    connection.execute(statement)
    connection.commit()
    connection.close()
    done = corpuskit("verify", "a.idx")
    assert (done.returncode, done.stderr.count(b"\n"), problem.encode() in done.stderr) == (3, 1, True), done.stderr
    if "has other lines" not in problem and "bytes of 0" not in problem:
        for command in (ERASE, DEFER, ("search", "tides", "a.idx")):
            done = corpuskit(*command)
            assert (done.returncode, done.stderr.count(b"\n")) == (3, 1), done.stderr


def test_a_removed_line_that_is_none_ends_with_3(deferred: Path, corpuskit: Run) -> None:
    connection = sqlite3.connect(deferred / "a.idx")
    connection.execute("UPDATE removed SET line = 7")
    connection.commit()
    connection.close()
    before = (deferred / "a.idx").read_bytes()
    done = corpuskit(*ERASE)
    assert (done.returncode, b"a line of a removed document is none" in done.stderr) == (3, True), done.stderr
    assert (deferred / "a.idx").read_bytes() == before


@pytest.mark.parametrize(
    ("flags", "how"),
    [
        pytest.param(("--defer-erasure",), "once", id="defer-once"),
        pytest.param((), "kill", id="erase-kill"),
        pytest.param(("--defer-erasure",), "kill", id="defer-kill", marks=pytest.mark.slow),
        pytest.param((), "once", id="erase-once", marks=pytest.mark.slow),
    ],
)
def test_a_fault_at_any_call_leaves_the_old_index_or_the_new(
    faulty: Server, tmp_path: Path, how: str, flags: tuple[str, ...]
) -> None:
    """Of an index with a mark: into one with more left, and into one with nothing left."""
    for name in ("work", "tmp", "state"):
        (tmp_path / name).mkdir()
    work = tmp_path / "work"
    for name, numbers in (("first", range(25)), ("second", range(20)), ("third", range(2, 22))):
        write(work / f"{name}.jsonl", chunks(numbers))
    assert faulty.run(work, ["index", "first.jsonl", "-o", "a.idx", "-q"]).code == 0
    assert faulty.run(work, ["index", "second.jsonl", "-o", "a.idx", "-q", "--defer-erasure"]).code == 0
    old = (work / "a.idx").read_bytes()
    command = ["index", "third.jsonl", "-o", "a.idx", "-q", *flags]
    assert faulty.run(work, command).code == 0
    new = (work / "a.idx").read_bytes()
    assert ("unerased" in description_of(work / "a.idx")) == bool(flags)
    for at in range(1, 200):
        (work / "a.idx").write_bytes(old)
        done = faulty.run(work, command, Fault(at, errno.ENOSPC, how))
        if not done.fired():
            assert (done.code, (work / "a.idx").read_bytes()) == (0, new)
            assert at > 8
            break
        said = done.stderr.decode()
        assert "internal fault" not in said, (at, said)
        assert done.code in ((-signal.SIGKILL,) if how == "kill" else (0, 5)), (at, said)
        expected = [new] if done.code == 0 or "was published, but" in said else [old, new] if how == "kill" else [old]
        assert (work / "a.idx").read_bytes() in expected, (at, said)
        assert faulty.run(work, command).code == 0
        assert (work / "a.idx").read_bytes() == new
        assert not list(work.glob(".a.idx*"))
    else:
        raise AssertionError("there is no end of faults")
