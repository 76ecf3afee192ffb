"""What `takedown` takes for a place: links are followed, and what is none ends the run before anything is done."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpuskit.formats.search_index.layout import open_index
from tests.conftest import Run, lines_of
from tests.support.takedown_texts import prose

MARK = "zebramark"


@pytest.fixture
def folder(tmp_path: Path, corpuskit: Run) -> Path:
    """One dataset of each layout, an index of each kind, and a cache, all of them in `real`."""
    documents = [{"id": f"d{number}", "text": prose(number)} for number in range(9)]
    documents[3]["text"] += f" {MARK}"
    (tmp_path / "in.jsonl").write_bytes(lines_of(documents))
    (tmp_path / "recipe.yaml").write_text("sources: {a: {from: files, inputs: [in.jsonl], origin: crawl}}\n")
    for command in (
        ("index", "in.jsonl", "-o", "real/s.idx"),
        ("export", "in.jsonl", "-o", "real/corpus"),
        ("dedup", "in.jsonl", "--index", "real/seen", "--snapshot", "one", "-o", "real/one.jsonl"),
        ("mix", "recipe.yaml", "-o", "mixed", "--cache", "real/cache"),
    ):
        (tmp_path / "real").mkdir(exist_ok=True)
        done = corpuskit(*command, "-q")
        assert done.returncode == 0, done.stderr
    (tmp_path / "takedown.jsonl").write_bytes(lines_of([{"id": "d3"}]))
    return tmp_path


def takedown(corpuskit: Run, *arguments: str) -> Any:
    done = corpuskit("takedown", "--list", "takedown.jsonl", "--json", "--apply", *arguments)
    return done, json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", ["s.idx", "corpus", "seen", "one.jsonl", "cache"])
def test_what_a_link_leads_to_is_cleared_and_the_link_stays(folder: Path, corpuskit: Run, name: str) -> None:
    link = folder / f"link-{name}"
    link.symlink_to(Path("real") / name)
    if name == "one.jsonl":
        (folder / f"{link.name}.manifest.json").symlink_to(Path("real") / f"{name}.manifest.json")
    done, answer = takedown(corpuskit, link.name, "--receipt", "receipt.json")
    assert (done.returncode, answer["places"][0]["outcome"]) == (0, "removed"), done.stderr
    assert link.is_symlink() and link.resolve() == folder / "real" / name
    if name not in ("cache", "seen"):
        assert corpuskit("verify", f"real/{name}").returncode == 0
    for place in (link.name, f"real/{name}"):
        assert takedown(corpuskit, place)[1]["places"][0]["outcome"] == "clean"
        assert corpuskit("verify", "--receipt", "receipt.json", place).returncode == 0


def test_no_byte_is_left_in_the_index_that_a_link_leads_to(folder: Path, corpuskit: Run) -> None:
    (folder / "link.idx").symlink_to("real/s.idx")
    left = folder / "real/.s.idx.work"
    left.write_text(MARK)
    assert MARK.encode() in (folder / "real/s.idx").read_bytes()
    assert takedown(corpuskit, "link.idx")[0].returncode == 0
    assert MARK.encode() not in (folder / "real/s.idx").read_bytes() and not left.exists()
    with open_index(folder / "real/s.idx") as connection:
        assert connection.execute("SELECT count(*) FROM documents").fetchone() == (8,)


def test_a_link_and_what_it_leads_to_are_one_place(folder: Path, corpuskit: Run) -> None:
    (folder / "link.idx").symlink_to("real/s.idx")
    done, answer = takedown(corpuskit, "link.idx", "real/s.idx")
    assert (done.returncode, answer["error"]) == (2, "a place is named twice; name each once")


@pytest.mark.parametrize("target", ["nowhere", "dangling.idx"])
def test_a_link_that_leads_nowhere_says_where_to(folder: Path, corpuskit: Run, target: str) -> None:
    (folder / "dangling.idx").symlink_to(target)
    done, answer = takedown(corpuskit, "real/corpus", "dangling.idx")
    assert (done.returncode, answer["error"]) == (2, f"'dangling.idx' is a link to '{target}', which is not there")


def test_lines_that_name_nothing_are_told_by_their_numbers(folder: Path, corpuskit: Run) -> None:
    """Those of the list as it is now: `takedown` leaves out blank lines when it writes a list anew."""
    lines = [b'{"id": "nobody-%d"}\n' % number for number in range(7)]
    (folder / "takedown.jsonl").write_bytes(b'{"id": "d3"}\n\n' + b"".join(lines))
    command = ("takedown", "--list", "takedown.jsonl", "real/corpus")
    dry = corpuskit(*command).stdout.decode()
    assert "not found: line 3 (" in dry and "line 7 (" in dry and " and 2 more lines\n" in dry, dry
    assert "not found: line 2 (" in corpuskit(*command, "--apply").stdout.decode()


def foreign_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes (text TEXT)")
    connection.close()


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_text(prose(3)),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes((path.parent / "real/s.idx").read_bytes()[:50]),
        foreign_database,
    ],
)
def test_a_file_that_is_only_named_like_an_index_is_no_place(
    folder: Path, corpuskit: Run, make: Callable[[Path], Any]
) -> None:
    make(folder / "other.idx")
    before = (folder / "real/corpus/manifest.json").read_bytes()
    done, answer = takedown(corpuskit, "real/corpus", "other.idx")
    assert (done.returncode, "no search index" in answer["error"]) == (2, True), answer
    assert (folder / "real/corpus/manifest.json").read_bytes() == before


@pytest.mark.parametrize("name", ["s.idx", "renamed", "one.jsonl"])
def test_a_file_that_may_not_be_read_is_not_called_damaged(folder: Path, name: str) -> None:
    """Those whose kind is known by their names are left, and the others are done."""
    (folder / "real/renamed").write_bytes((folder / "real/s.idx").read_bytes())
    (folder / "real" / name).chmod(0)
    command = ["takedown", "--list", "../takedown.jsonl", name, "seen", "--json"]
    done = run_unprivileged(*command, folder=folder / "real")
    answer = json.loads(done.stdout)
    assert (done.returncode, f"cannot read '{name}'" in done.stderr.decode()) == (5, True), done.stderr
    if name != "renamed":
        assert [entry["outcome"] for entry in answer["places"]] == ["failed", "found"]


def run_unprivileged(*command: str, folder: Path) -> "subprocess.CompletedProcess[bytes]":
    """Run a command in a folder, if this is root without what lets it read everything."""
    without = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    if os.geteuid() == 0 and subprocess.run([*without, "true"], capture_output=True).returncode:
        pytest.skip("this system does not let tests give up capabilities")
    prefix = without if os.geteuid() == 0 else []
    return subprocess.run([*prefix, sys.executable, "-m", "corpuskit", *command], cwd=folder, capture_output=True)


def test_what_is_wrong_is_told_with_the_place(folder: Path, corpuskit: Run) -> None:
    shard = next((folder / "real/corpus").glob("*/part-*"))
    shutil.copytree(folder / "real/corpus", folder / "twin")
    shard.write_bytes(shard.read_bytes()[:-1])
    done, answer = takedown(corpuskit, "twin", "real/corpus")
    name = f"{shard.parent.name}/{shard.name}"
    assert done.returncode == 3
    assert f"takedown: real/corpus: {name} is not what the manifest says" in done.stderr.decode()
    assert answer["places"][1]["problem"].startswith(name)


def test_each_line_that_names_a_document_counts_as_found(folder: Path, corpuskit: Run) -> None:
    """Not the first one alone, for whose reason the document goes."""
    page = {"id": "p", "text": prose(70), "metadata": {"url": "https://example.org/a/b", "source": "web"}}
    assert corpuskit("export", "-o", "pages", stdin=lines_of([page])).returncode == 0
    lines = [{"domain": "example.org"}, {"url": "example.org/a/b", "source": "forum"}, {"url": "example.org/a/b"}]
    (folder / "takedown.jsonl").write_bytes(lines_of([*lines, {"id": "p"}, {"id_prefix": "p", "source": "web"}]))
    told = corpuskit("takedown", "--list", "takedown.jsonl", "pages").stdout.decode()
    assert [line for line in told.splitlines() if "not found" in line and "line 2 (" in line and "," not in line], told
