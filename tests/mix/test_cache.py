"""The cache: finished work of published runs is used again, seen, cleared, and never trusted."""

import errno
import hashlib
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import xxhash
import zstandard

from corpuskit.core.disk import file_status
from corpuskit.core.errors import UsageError
from corpuskit.core.settings import Settings
from corpuskit.mix.cache import cache_status
from corpuskit.mix.engine import read_tasks
from corpuskit.mix.engine.read_tasks import ReadInputs
from corpuskit.mix.engine.seal import own_key, seal_of_files
from corpuskit.mix.engine.work_cache import TAG, TAG_CONTENT, WorkCache
from corpuskit.mix.mix import Mix
from tests.conftest import Run, lines_of
from tests.support.read_only import read_only
from tests.support.recipes import paragraph, published

RECIPE = """
seed: 3
budget: {tokens: 1500}
sources:
  a: {from: files, inputs: [a/], origin: other, license: CC0-1.0, steps: [filter-language: {keep: [en]}]}
  b: {from: files, inputs: [b.jsonl], origin: other, license: MIT}
together: [{dedup: {bands: 2}}, filter-license: {allow: [CC0-1.0, MIT]}]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a recipe of two sources; the first has six files, each of which is a task."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(read_tasks, "TASK_BYTES", 1)
    monkeypatch.setattr(file_status, "SETTLED_AFTER", -1)
    (tmp_path / "a").mkdir()
    for number in range(6):
        documents = [{"id": f"{number}-{part}", "text": paragraph(number * 7 + part)} for part in range(9)]
        (tmp_path / "a" / f"{number}.jsonl").write_bytes(lines_of(documents))
    (tmp_path / "b.jsonl").write_bytes(lines_of([{"id": f"b{n}", "text": paragraph(n + 30)} for n in range(40)]))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The inputs that are read, as they are."""
    names: list[str] = []
    run = ReadInputs.run

    def noted(task: ReadInputs, task_path: Path) -> Any:
        names.extend(file.name for file in task.inputs)
        return run(task, task_path)

    monkeypatch.setattr(ReadInputs, "run", noted)
    return names


def mix(output: str, **options: Any) -> dict[str, str]:
    Mix(**{"cache": Path("cache"), **options}).execute(["recipe.yaml"], Settings(output=Path(output), jobs=1))
    return published(Path(output))


def without_cache(output: str = "plain") -> dict[str, str]:
    shutil.rmtree(output, ignore_errors=True)
    return mix(output, no_cache=True)


def change_recipe(before: str, after: str) -> None:
    path = Path("recipe.yaml")
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))


def entries() -> list[Path]:
    return [entry.path for entry in WorkCache(Path("cache"), 0).entries()]


def test_an_unchanged_recipe_does_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = mix("out")
    manifest = (folder / "out" / "manifest.json").stat()
    capsys.readouterr()
    assert mix("out") == first == without_cache()
    assert "unchanged: 'out' has the " in capsys.readouterr().err
    assert (folder / "out" / "manifest.json").stat() == manifest
    for path in (folder / "a").iterdir():
        os.utime(path)
    Mix(cache=Path("cache")).execute(["recipe.yaml"], Settings(output=Path("out"), json=True))
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["in"] == 94
    assert (folder / "out" / "manifest.json").stat() == manifest


@pytest.mark.parametrize("change", ["shard", "manifest", "folder", "decisions", "work", "settings"])
def test_what_was_published_is_made_anew_if_it_is_not_there(
    folder: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    first = mix("out")
    out = folder / "out"
    settings: dict[str, Any] = {}
    if change == "shard":
        path = next(out.glob("data/part-*"))
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    elif change == "manifest":
        shutil.copy(out / "manifest.json", folder / "copy.json")
        text = (out / "manifest.json").read_text()
        (out / "manifest.json").write_text(text.replace('"seed"', '"seed" '))
    elif change == "folder":
        shutil.rmtree(out)
    elif change == "decisions":
        next((out / "decisions").iterdir()).unlink()
    elif change == "work":
        (out / ".staging").mkdir()
    else:
        settings["max_rejects"] = "5"
    capsys.readouterr()
    Mix(cache=Path("cache")).execute(["recipe.yaml"], Settings(output=Path("out"), jobs=1, **settings))
    said = capsys.readouterr().err
    assert "unchanged" not in said
    assert "already done by an earlier run" in said
    assert published(out) == first


@pytest.mark.parametrize(
    ("before", "after"), [("1500", "1200"), ("seed: 3", "seed: 4"), ("license: MIT", "license: MIT, weight: 3")]
)
def test_another_budget_weight_or_seed_reads_no_source_again(
    folder: Path, read: list[str], before: str, after: str
) -> None:
    mix("out")
    read.clear()
    change_recipe(before, after)
    changed = mix("out")
    assert read == []
    assert changed == without_cache()


def test_a_changed_input_alone_is_read_again(folder: Path, read: list[str]) -> None:
    mix("out")
    read.clear()
    (folder / "a" / "2.jsonl").write_bytes(lines_of([{"id": "new", "text": paragraph(500)}]))
    changed = mix("out")
    assert read == ["a/2.jsonl"]
    (folder / "a" / "25.jsonl").write_bytes(lines_of([{"id": "newer", "text": paragraph(501)}]))
    read.clear()
    grown = mix("out")
    assert read == ["a/25.jsonl"]
    assert changed != grown == without_cache()


def test_equal_names_in_another_folder_are_other_inputs(folder: Path) -> None:
    """Even if size and times are the same."""
    mix("out")
    other = folder / "other"
    shutil.copytree(folder / "a", other / "a")
    shutil.copy(folder / "b.jsonl", other)
    shutil.copy(folder / "recipe.yaml", other)
    path = other / "a" / "3.jsonl"
    path.write_bytes(path.read_bytes().replace(b"harbour", b"horbaur"))
    for name in ("a", "b.jsonl"):
        shutil.copystat(folder / name, other / name)
    cache = str(folder / "cache")
    os.chdir(other)
    assert mix("out", cache=Path(cache)) == without_cache()


def test_a_file_that_changed_just_now_is_compared_by_content(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_status, "SETTLED_AFTER", 10**15)
    mix("out")
    path = folder / "a" / "3.jsonl"
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"harbour", b"horbaur"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    monkeypatch.setattr("corpuskit.core.disk.file_status.file_status", lambda _: [1, 1, 1, 1, 1])
    monkeypatch.setattr("corpuskit.mix.engine.published_run.file_status", lambda _: [1, 1, 1, 1, 1])
    assert mix("out") == without_cache()


def content_of(entry: Path) -> dict[str, bytes] | None:
    """The files of an entry, unless there is a link."""
    if entry.is_symlink() or any(path.is_symlink() for path in entry.iterdir()):
        return None
    return {path.name: path.read_bytes() for path in entry.iterdir()}


def poison_text(entry: Path) -> None:
    for path in entry.glob("*.jsonl.zst"):
        path.write_bytes(path.read_bytes()[::-1])


def poison_result(entry: Path) -> None:
    path = entry / f"{entry.name}.json"
    path.write_text(path.read_text().replace('"documents": ', '"documents": 1'))


def cut(entry: Path) -> None:
    for path in entry.iterdir():
        path.write_bytes(path.read_bytes()[:-1])


def lose_a_file(entry: Path) -> None:
    for path in entry.iterdir():
        if path.suffix == ".zst" or ".m" in path.name:
            path.unlink()


def swap(entry: Path) -> None:
    other = next(path for path in sorted(entries()) if path != entry)
    for path in other.iterdir():
        shutil.copy(path, entry / path.name.replace(other.name, entry.name))


def link(entry: Path) -> None:
    moved = Path("elsewhere") / entry.name
    moved.parent.mkdir(exist_ok=True)
    entry.rename(moved)
    entry.symlink_to(moved.absolute())


def link_files(entry: Path) -> None:
    for path in list(entry.iterdir()):
        moved = Path(f"moved-{path.name}")
        path.rename(moved)
        path.symlink_to(moved.absolute())


def forge(entry: Path) -> None:
    """Change a document, and every digest that tells of it."""
    path = entry / f"{entry.name}.json"
    result = json.loads(path.read_text())["result"]
    for file in result["files"]:
        shard = entry / file["name"]
        if shard.name.endswith(".jsonl.zst"):
            lines = zstandard.ZstdDecompressor().decompressobj().decompress(shard.read_bytes())
            shard.write_bytes(zstandard.compress(lines.replace(b"harbour", b"horbaur")))
            file.update(bytes=shard.stat().st_size, xxh3=xxhash.xxh3_128_hexdigest(shard.read_bytes()))
    canonical = json.dumps([entry.name, result], sort_keys=True).encode()
    path.write_text(json.dumps({"result": result, "xxh3": xxhash.xxh3_128_hexdigest(canonical)}))


def come_from_elsewhere(entry: Path) -> None:
    """The entry is whole, but another user's runs have made it."""
    (entry / "seal").write_text(seal_of_files(bytes(32), [path for path in entry.iterdir() if path.name != "seal"]))


@pytest.mark.parametrize(
    "spoil", [poison_text, poison_result, cut, lose_a_file, swap, link, link_files, forge, come_from_elsewhere]
)
def test_an_entry_that_is_not_as_it_was_left_is_not_used(
    folder: Path, capsys: pytest.CaptureFixture[str], spoil: Any
) -> None:
    first = mix("out")
    shutil.rmtree("out")
    before = {entry: content_of(entry) for entry in entries()}
    # What a task remembers for a longer input is no task.
    tasks = {entry: content for entry, content in before.items() if not any(entry.glob("*.memo"))}
    for entry in sorted(before):
        spoil(entry)
    intact = sum(content_of(entry) == content for entry, content in tasks.items())
    assert intact < len(before) * 2 / 3
    capsys.readouterr()
    assert mix("out") == first
    said = capsys.readouterr().err
    assert "was not used (" in said
    assert bool(re.search(rf"\b{intact} tasks? w(as|ere) already done", said)) == bool(intact)
    shutil.rmtree("out")
    assert mix("out") == first
    assert "already done" in capsys.readouterr().err


def test_entries_of_other_code_are_not_found(folder: Path, monkeypatch: pytest.MonkeyPatch, read: list[str]) -> None:
    mix("out")
    read.clear()
    monkeypatch.setattr("corpuskit.mix.engine.tasks.code_digest", lambda: "other code")
    monkeypatch.setattr("corpuskit.mix.engine.published_run.code_digest", lambda: "other code")
    mix("out")
    assert len(read) == 7


def test_the_cache_is_bounded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = mix("out")
    size = cache_status(WorkCache(Path("cache"), 0))["bytes"]
    shutil.rmtree("cache")
    shutil.rmtree("out")
    limit = size // 2
    capsys.readouterr()
    assert mix("out", cache_limit=str(limit)) == first
    assert 0 < cache_status(WorkCache(Path("cache"), 0))["bytes"] <= limit
    assert "beyond the limit was not kept" in capsys.readouterr().err
    change_recipe("seed: 3", "seed: 4")
    mix("out", cache_limit=str(limit))
    assert 0 < cache_status(WorkCache(Path("cache"), 0))["bytes"] <= limit


def test_a_cache_that_cannot_be_written_stops_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "file").touch()
    first = mix("out", cache=Path("file/cache"))
    assert "cannot be used" in capsys.readouterr().err
    assert first == without_cache()


@pytest.mark.parametrize("mark", [None, b"", b"Signature: 8a47"])
def test_a_cache_that_lost_its_mark_is_used_and_marked_again(folder: Path, mark: bytes | None) -> None:
    first = mix("out")
    path = Path("cache") / TAG
    path.unlink() if mark is None else path.write_bytes(mark)
    assert mix("out") == first
    assert path.read_bytes() == TAG_CONTENT
    assert cache_status(WorkCache(Path("cache"), 0))["tasks"]


def test_folders_that_cannot_be_a_cache_are_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="in the output folder"):
        mix("out", cache=Path("out/cache"))
    with pytest.raises(UsageError, match="something other than a cache"):
        mix("out", cache=Path("a"))
    with pytest.raises(UsageError, match="expects a size"):
        mix("out", cache_limit="much")
    assert not (folder / "out").exists()


def test_what_an_address_gives_is_fetched_each_time(tmp_path: Path) -> None:
    from corpuskit.core.reading.inputs import Input
    from corpuskit.core.settings import Tags
    from corpuskit.sources.files import Files

    def task(**more: Any) -> ReadInputs:
        return ReadInputs("a", (Input("a.jsonl", **more),), (Files(),), Tags())

    assert not task(url="https://example.org/a.jsonl").is_cacheable()
    assert task(url="https://example.org/a.jsonl", expected_sha256="0" * 64).is_cacheable()
    assert task(local_path=tmp_path / "a.jsonl").is_cacheable()


def test_the_command_shows_and_clears(folder: Path, corpuskit: Run) -> None:
    assert corpuskit("mix", "recipe.yaml", "-o", "out", "-j", "1", "--cache", "cache").returncode == 0
    shown = json.loads(corpuskit("cache", "cache", "--json").stdout)
    assert shown["tasks"] == len(entries()) > 0
    assert shown["bytes"] > 0
    assert b"removed" in corpuskit("cache", "cache", "--clear").stdout
    quiet = corpuskit("cache", "cache", "--clear", "-q")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, b"", b"")
    assert [path.name for path in (folder / "cache").iterdir()] == ["CACHEDIR.TAG"]
    assert corpuskit("cache", "a", "--clear").returncode == 2
    assert corpuskit("cache", "nowhere").returncode == 2
    assert corpuskit("cache", "a", "b").returncode == 2
    assert len(list((folder / "a").iterdir())) == 6


def test_what_cannot_be_cleared_is_said(folder: Path, corpuskit: Run) -> None:
    assert corpuskit("mix", "recipe.yaml", "-o", "out", "-j", "1", "--cache", "cache").returncode == 0
    tasks = len(entries())
    with read_only(folder / "cache"):
        done = corpuskit("cache", "cache", "--clear")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (5, b"", 1)
    assert f"{tasks} of {tasks} tasks are left in it".encode() in done.stderr
    assert len(entries()) == tasks


def test_no_cache_leaves_none(folder: Path) -> None:
    mix("out", no_cache=True)
    assert not Path("cache").exists()


def test_a_key_that_others_can_read_is_not_used(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = mix("out")
    key = folder / "state" / "cache.key"
    assert own_key() == key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    capsys.readouterr()
    assert mix("out") == first
    said = capsys.readouterr().err
    assert "cache.key' is not a key that only you can read" in said
    assert "unchanged" not in said


def test_a_forged_note_of_a_run_is_not_believed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = mix("out")
    (path,) = (folder / "cache" / "runs").iterdir()
    note = json.loads(path.read_text())
    shard = next((folder / "out").glob("data/part-*"))
    shard.write_bytes(b"")
    for name, entry in note["note"]["outputs"].items():
        if name == shard.name:
            entry.update(bytes=0, sha256=hashlib.sha256(b"").hexdigest())
    path.write_text(json.dumps(note))
    capsys.readouterr()
    assert mix("out") == first
    assert "unchanged" not in capsys.readouterr().err


def test_work_that_another_run_may_do_otherwise_is_not_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ReadInputs.run

    def stopped(task: ReadInputs, task_path: Path) -> Any:
        result = run(task, task_path)
        result["counts"][0]["killed"] = ["0-0"]
        return result

    monkeypatch.setattr(ReadInputs, "run", stopped)
    mix("out")
    assert not any("inputs" in json.loads((entry / f"{entry.name}.json").read_text())["result"] for entry in entries())
    assert list((folder / "cache").glob("runs/*")) == []


def test_the_tasks_that_the_cache_holds_count_as_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def done() -> list[str]:
        capsys.readouterr()
        Mix(cache=Path("cache"), dry_run=True).execute(["recipe.yaml"], Settings(output=Path("other"), jobs=1))
        return re.findall(r"^[ab]: f.*?  \d +(\d)  .* bytes$", capsys.readouterr().out, re.MULTILINE)

    assert done() == ["0", "0"]
    assert not Path("cache").exists()
    mix("out")
    assert done() == ["6", "1"]
    (folder / "a" / "3.jsonl").write_bytes(lines_of([{"id": "new", "text": paragraph(77)}]))
    next(entries()[0].glob("*.json")).write_bytes(b"{}")
    assert sum(map(int, done())) in (5, 6)


@pytest.mark.parametrize("fault", ["cache", "key", "pipe"])
def test_what_keeps_the_cache_from_being_used_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    first = mix("out")
    key = folder / "state" / "cache.key"
    named = str(key)
    if fault == "cache":
        named = str(folder / "cache")
        monkeypatch.setattr(Path, "is_dir", _forbidden_in(folder / "cache" / "tasks"))
    elif fault == "key":
        key.unlink()
        (folder / "state").rename(folder / "elsewhere")
        (folder / "state").write_text("")
    else:
        key.unlink()
        os.mkfifo(key)
    capsys.readouterr()
    assert mix("other") == first
    assert named in capsys.readouterr().err


def _forbidden_in(folder: Path) -> Any:
    is_dir = Path.is_dir

    def checked(path: Path) -> bool:
        if folder in path.parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return is_dir(path)

    return checked
