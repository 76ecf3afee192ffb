"""`index` over a file that is damaged: it does not say that all is unchanged."""

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from corpuskit import CorpuskitError, IndexSearch, Settings
from corpuskit.core.disk import regular_file
from corpuskit.core.errors import PublishError
from corpuskit.formats.search_index import seal
from corpuskit.retrieval.index import SearchIndex
from tests.conftest import Run
from tests.retrieval.test_index import chunks, write

REFRESH = ("index", "a.jsonl", "-o", "a.idx")
DEFER = (*REFRESH, "--defer-erasure")


@pytest.fixture
def folder(tmp_path: Path, corpuskit: Run) -> Path:
    """A folder with an index of 60 chunks."""
    write(tmp_path / "a.jsonl", chunks(range(60)))
    assert corpuskit(*REFRESH).returncode == 0
    return tmp_path


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    assert connection.execute(statement).rowcount > 0
    connection.commit()
    connection.close()


def flip_bytes(path: Path) -> None:
    """Change a word in the middle of a line."""
    data = bytearray(path.read_bytes())
    offset = data.index(b'"text": "', len(data) // 3) + 20 if b'"text": "' in data else data.index(b'"text":"') + 20
    data[offset : offset + 2] = bytes(byte ^ 1 for byte in data[offset : offset + 2])
    path.write_bytes(data)


COUNTED = {
    "a document is gone": "DELETE FROM documents WHERE number = 30",
    "words of a document are gone": "DELETE FROM words_docsize WHERE id = 30",
    "the list of lines has another": "UPDATE lines SET digests = zeroblob(length(digests))",
}
"""What shows in counts and sums."""
DAMAGES = COUNTED | {
    "all are for one tenant": "UPDATE documents SET tenant = 'acme'",
    "nobody agreed": "UPDATE documents SET agreed = 0",
    "lines say something else": "UPDATE documents SET line = CAST(replace(CAST(line AS TEXT), 'a', 'e') AS BLOB)",
    "bytes were flipped": "",
}


@pytest.mark.parametrize("command", [REFRESH, DEFER], ids=["erases", "defers"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_nothing_is_called_unchanged_in_a_damaged_index(
    folder: Path, corpuskit: Run, damage: str, command: tuple[str, ...]
) -> None:
    if DAMAGES[damage]:
        change(folder / "a.idx", DAMAGES[damage])
    else:
        flip_bytes(folder / "a.idx")
    before = (folder / "a.idx").read_bytes()
    for done in (corpuskit(*command), corpuskit("verify", "a.idx")):
        assert (done.returncode, b"make it anew" in done.stderr or b"a.idx: " in done.stderr) == (3, True), done
    assert (folder / "a.idx").read_bytes() == before


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_not_built_upon(folder: Path, corpuskit: Run, damage: str) -> None:
    if DAMAGES[damage]:
        change(folder / "a.idx", DAMAGES[damage])
    else:
        flip_bytes(folder / "a.idx")
    write(folder / "a.jsonl", chunks(range(5, 65)))
    assert corpuskit(*REFRESH).returncode == 3
    assert corpuskit(*DEFER).returncode == (3 if damage in COUNTED else 0)


def test_after_deferral_counts_are_compared_and_the_next_erasure_seals(folder: Path, corpuskit: Run) -> None:
    write(folder / "a.jsonl", chunks(range(5, 65)))
    assert corpuskit(*DEFER).returncode == 0
    whole = (folder / "a.idx").read_bytes()
    change(folder / "a.idx", COUNTED["a document is gone"])
    assert corpuskit(*DEFER).returncode == 3
    (folder / "a.idx").write_bytes(whole)
    assert corpuskit(*REFRESH).returncode == 0
    change(folder / "a.idx", DAMAGES["nobody agreed"])
    assert corpuskit(*REFRESH).returncode == 3


def test_what_verify_says_of_bytes_that_nothing_reads_index_and_takedown_say(folder: Path, corpuskit: Run) -> None:
    """Another program wrote the file anew: every row is right, and yet it is not what was written."""
    connection = sqlite3.connect(folder / "a.idx")
    connection.execute("VACUUM")
    connection.close()
    (folder / "takedown.jsonl").write_bytes(b'{"id": "nobody"}\n')
    takedown = ("takedown", "--list", "takedown.jsonl", "a.idx")
    for command in (REFRESH, ("verify", "a.idx"), takedown, (*takedown, "--apply")):
        done = corpuskit(*command)
        assert (done.returncode, b"not those that corpuskit wrote" in done.stderr) == (3, True), (command, done)


def test_an_index_without_a_seal_is_taken_and_gets_one_when_it_is_written(folder: Path, corpuskit: Run) -> None:
    seal.remove_seal(folder / "a.idx")
    assert corpuskit("verify", "a.idx").returncode == corpuskit(*REFRESH).returncode == 0
    write(folder / "a.jsonl", chunks(range(5, 65)))
    assert corpuskit(*REFRESH).returncode == 0
    with (folder / "a.idx").open("rb") as stream:
        assert stream.read(64)[60:] != bytes(4)
    assert corpuskit("verify", "a.idx").returncode == 0


def test_a_takedown_leaves_a_seal_that_holds(folder: Path, corpuskit: Run) -> None:
    (folder / "takedown.jsonl").write_bytes(b'{"id": "doc7#x"}\n')
    assert corpuskit("takedown", "--list", "takedown.jsonl", "a.idx", "--apply").returncode == 0
    assert corpuskit("verify", "a.idx").returncode == 0
    change(folder / "a.idx", DAMAGES["nobody agreed"])
    write(folder / "a.jsonl", [*chunks(range(7)), *chunks(range(8, 60))])
    assert corpuskit("filter-takedown", "--list", "takedown.jsonl", "a.jsonl", "-o", "b.jsonl").returncode == 0
    done = corpuskit("index", "b.jsonl", "-o", "a.idx")
    assert (done.returncode, b"not those that corpuskit wrote" in done.stderr) == (3, True), done


def index_here() -> None:
    SearchIndex().execute(["a.jsonl"], Settings(output=Path("a.idx"), quiet=True))


def search_here() -> None:
    IndexSearch().resolve(["tides", "a.idx"])


@pytest.mark.parametrize("command", [index_here, search_here])
def test_an_index_without_permission_to_read_is_an_index(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: Any
) -> None:
    """As in a folder of somebody else: it is neither no index, nor damaged."""
    open_regular = regular_file.open_regular

    def refuse(path: Path, **options: Any) -> Any:
        if path.name == "a.idx":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return open_regular(path, **options)

    monkeypatch.setattr(regular_file, "open_regular", refuse)
    monkeypatch.chdir(folder)
    with pytest.raises(PublishError, match=r"^cannot read 'a.idx': permission denied; see to it, and run it again$"):
        command()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("command", [REFRESH, ("search", "tides", "a.idx"), ("verify", "a.idx")])
def test_permission_denied_is_5(folder: Path, corpuskit: Run, command: tuple[str, ...]) -> None:
    (folder / "a.idx").chmod(0)
    done = corpuskit(*command)
    assert (done.returncode, b"permission denied" in done.stderr.lower()) == (5, True), done


def test_a_disk_that_does_not_give_the_bytes_is_no_damage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> tuple[bytes, bytes]:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr(seal, "_seals", fail)
    monkeypatch.chdir(folder)
    with pytest.raises(CorpuskitError, match=r"^cannot read 'a.idx': input/output error; see to it, and run it again$"):
        index_here()
