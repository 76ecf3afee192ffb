"""What somebody edited after it was published answers no question: every command that reads it names the file."""

import json
import shutil
from pathlib import Path

import pytest
import zstandard

from tests.conftest import Run, RunIn, lines_of


def first_lines(path: Path, number: int) -> bytes:
    """The shard as an editor leaves it: whole as zstd or Parquet, with fewer documents."""
    if path.suffix == ".parquet":
        import pyarrow.parquet

        pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).slice(0, number), path)
        return path.read_bytes()
    lines = zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True).read()
    return zstandard.compress(b"".join(lines.splitlines(keepends=True)[:number]))


@pytest.fixture(scope="module", params=["jsonl", "parquet"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn) -> Path:
    """A dataset `out` that somebody has cut to five documents, and beside it `whole`."""
    folder = tmp_path_factory.mktemp("made")
    corpuskit = corpuskit_in(folder)
    documents = [{"id": f"d{number}", "text": f"The lamp of pier {number} was lit."} for number in range(12)]
    documents += [{**documents[0], "id": "twin"}]
    (folder / "in.jsonl").write_bytes(lines_of(documents))
    for name in ("out", "whole"):
        assert corpuskit("dedup", "in.jsonl", "-o", f"{name}.jsonl", "-q").returncode == 0
        assert corpuskit("export", f"{name}.jsonl", "--to", request.param, "-o", name, "-q").returncode == 0
    (shard,) = (folder / "out").glob("data/part-*")
    shard.write_bytes(first_lines(shard, 5))
    return folder


@pytest.fixture
def edited(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(made, tmp_path, dirs_exist_ok=True)


@pytest.mark.parametrize(
    "words",
    [
        "stats out",
        "stats out -j 2",
        "report out",
        "report out --as eu-summary",
        "diff out whole",
        "diff whole out",
        "explain out d11",
        "explain out d1",
        "explain out nothing",
    ],
)
def test_an_edited_shard_is_named_in_one_line(edited: Path, corpuskit: Run, words: str) -> None:
    done = corpuskit(*words.split())
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"out/data/part-00000-" in done.stderr and b"is not the manifest's; `corpuskit verify`" in done.stderr
    assert done.stderr.count(b"\n") == 1
    assert (
        corpuskit(*words.replace("out", "whole").replace("d11", "d1").replace("nothing", "d1").split()).returncode == 0
    )


def test_an_edited_text_of_the_same_size_is_found_where_it_is_read(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": f"d{number}", "text": "one text"} for number in range(3)]))
    assert corpuskit("export", "in.jsonl", "-o", "out.jsonl", "-q").returncode == 0
    plain = tmp_path / "out.jsonl"
    plain.write_bytes(plain.read_bytes().replace(b'"d2"', b'"x2"'))
    for words in ("stats out.jsonl", "diff out.jsonl out.jsonl", "explain out.jsonl d0", "explain out.jsonl d2"):
        done = corpuskit(*words.split())
        assert done.returncode == 3 and b"its sha256 is not the manifest's" in done.stderr, words


def test_edited_decisions_are_found_where_they_are_read(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": name, "text": "one text"} for name in ("a", "b", "c")]))
    assert corpuskit("dedup", "in.jsonl", "-o", "out", "-q").returncode == 0
    (path,) = (tmp_path / "out" / "decisions").iterdir()
    lines = zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True).read()
    decisions = [json.loads(line) for line in lines.splitlines()]
    assert [decision["id"] for decision in decisions] == ["b", "c"]
    path.write_bytes(zstandard.compress(lines_of(decisions[:1])))
    for words in ("stats out", "explain out c", "report out", "diff out out"):
        done = corpuskit(*words.split())
        assert done.returncode == 3 and b"out/decisions/" in done.stderr, words
