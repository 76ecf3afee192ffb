"""What an earlier run left is used only if it is whole: damaged, forged or misplaced work is done anew or refused."""

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from corpuskit.core.errors import CorpuskitError, DamagedError, PublishError
from corpuskit.core.publish.folder_output import FolderOutput
from corpuskit.core.settings import Settings
from corpuskit.mix.engine.shards import WorkFile, WorkShard, documents_of
from corpuskit.mix.engine.task_files import TaskFile
from corpuskit.mix.engine.task_results import DocumentsResult, in_tasks_folder
from corpuskit.mix.engine.tasks import StoredTask, Task, file_of_task
from corpuskit.mix.mix import Mix
from corpuskit.mix.status import folder_status
from tests.conftest import lines_of
from tests.support.recipes import paragraph, published

RECIPE = """
seed: 3
budget: {tokens: 1500}
sources:
  a: {from: files, inputs: [a.jsonl], origin: other, license: CC0-1.0, steps: [filter-language: {keep: [en]}]}
  b: {from: files, inputs: [b.jsonl], origin: other, license: MIT}
together: [{dedup: {bands: 2}}, filter-license: {allow: [CC0-1.0, MIT]}]
"""

DEEP = pytest.param("[" * 100_000, id="deep")


class Stopped(BaseException):
    """The run is killed."""


def mix(folder: str) -> dict[str, str]:
    Mix(no_cache=True).execute(["recipe.yaml"], Settings(output=Path(folder), jobs=1, quiet=True))
    return published(Path(folder))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a run publishes, in `whole`, and what one leaves that is killed before it, in `killed`."""
    folder = tmp_path_factory.mktemp("resume")
    documents = [{"id": f"a{number}", "text": paragraph(number)} for number in range(40)]
    (folder / "a.jsonl").write_bytes(lines_of([*documents, documents[3] | {"id": "again"}]) + b"broken\n")
    (folder / "b.jsonl").write_bytes(lines_of([{"id": f"b{n}", "text": paragraph(n + 30)} for n in range(40)]))
    (folder / "recipe.yaml").write_text(RECIPE)

    def stop(*_: Any) -> None:
        raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        mix("whole")
        patch.setattr(FolderOutput, "publish", stop)
        with pytest.raises(Stopped):
            mix("killed")
    return folder


@pytest.fixture
def work(base: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The work of a copy of the folder that the killed run left."""
    monkeypatch.chdir(base)
    shutil.rmtree("out", ignore_errors=True)
    shutil.copytree("killed", "out")
    yield base / "out" / ".staging" / "work"


def phases(work: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((work / "phases.json").read_bytes())
    return entries


def result_of(work: Path, phase: str) -> Path:
    """The result of the phase's first task."""
    (tasks,) = [entry["tasks"] for entry in phases(work) if entry["phase"] == phase]
    return in_tasks_folder(work / "tasks", f"{tasks[0]}.json")


def sealed(path: Path, result: Any) -> str:
    """A result as a task would store it, digest and all."""
    digest = StoredTask(Task(), path.with_suffix(""))._result_digest(result)
    return json.dumps({"result": result, "xxh3": digest})


def test_damage_to_any_file_of_a_task_is_made_good(base: Path, work: Path) -> None:
    """A bit of one file of each kind is flipped, and what later tasks made of it is gone or not."""
    expected = published(base / "whole")
    kinds: dict[tuple[str, str], Path] = {}
    for number, entry in enumerate(phases(work)):
        for task in entry["tasks"]:
            for path in sorted((work / "tasks").glob(f"*/{task}*")):
                kinds.setdefault((f"{number} {entry['phase']}", path.name[32:]), path)
    assert len(kinds) > 20
    chooser = random.Random(5)
    for (phase, ending), path in kinds.items():
        shutil.rmtree("out")
        shutil.copytree("killed", "out")
        content = bytearray(path.read_bytes())
        content[chooser.randrange(len(content))] ^= 1 << chooser.randrange(8)
        path.write_bytes(content)
        if chooser.randrange(2):
            for entry in phases(work)[int(phase.split()[0]) + 1 :]:
                for task in entry["tasks"]:
                    in_tasks_folder(work / "tasks", f"{task}.json").unlink(missing_ok=True)
        assert mix("out") == expected, (phase, ending)


@pytest.mark.parametrize("content", ["{}", "[]", "null", "5", '"x"', DEEP, '{"result": null, "xxh3": "0"}', ""])
@pytest.mark.parametrize("phase", ["b: files", "mix: select"])
def test_a_result_that_is_none_is_made_anew(base: Path, work: Path, phase: str, content: str) -> None:
    result_of(work, phase).write_text(content)
    assert mix("out") == published(base / "whole")


@pytest.mark.parametrize(
    "change",
    [
        {"shards": []},
        {"left_out": {}},
        {"verdict_files": []},
        {"content_key": "other"},
        {"files": []},
    ],
)
def test_a_result_that_was_edited_is_made_anew(base: Path, work: Path, change: dict[str, Any]) -> None:
    path = result_of(work, "a: files, filter-language")
    stored = json.loads(path.read_bytes())
    stored["result"] |= change
    path.write_text(json.dumps(stored))
    assert mix("out") == published(base / "whole")


def test_results_that_do_not_add_up_are_not_published(work: Path) -> None:
    """However well it was forged: `verify` would find it."""
    for phase, change in (
        ("a: files, filter-language", {"verdict_files": []}),
        ("a: files, filter-language", {"shards": []}),
        ("mix: write", {"sent": {"documents": 1, "bytes": 5, "digest": None}}),
    ):
        shutil.rmtree("out")
        shutil.copytree("killed", "out")
        path = result_of(work, phase)
        path.write_text(sealed(path, json.loads(path.read_bytes())["result"] | change))
        with pytest.raises(DamagedError, match=r"does not add up.*Remove 'out/\.staging'"):
            mix("out")
        assert [path.name for path in Path("out").iterdir()] == [".staging"]


class Numbers(Task[DocumentsResult]):
    """Leaves a file, and no documents."""

    def identity(self) -> Any:
        return None

    def run(self, task_path: Path) -> DocumentsResult:
        with TaskFile(file_of_task(task_path, ".numbers")) as file:
            file.write(b"12345")
        return {"files": [file.entry()], "counts": [], "left_out": {}, "shards": [], "verdict_files": []}


def stored_task(folder: Path, task: Any) -> StoredTask[Any]:
    """A task with a folder to write to."""
    stored: StoredTask[Any] = StoredTask.in_folder(folder, task)
    stored.task_path.parent.mkdir(exist_ok=True)
    return stored


@pytest.fixture
def task(tmp_path: Path) -> StoredTask[DocumentsResult]:
    stored = stored_task(tmp_path, Numbers())
    stored.execute()
    assert stored.reusable_result() is not None
    return stored


def reseal(task: StoredTask[DocumentsResult], **change: Any) -> None:
    path = file_of_task(task.task_path, ".json")
    path.write_text(sealed(path, json.loads(path.read_bytes())["result"] | change))


@pytest.mark.parametrize("value", [None, 7, True, "x", {}, [None], [[]], {"a": 1}])
@pytest.mark.parametrize("key", ["files", "counts", "left_out", "shards", "verdict_files", "inputs", "more"])
def test_a_result_of_another_shape_is_none(task: StoredTask[DocumentsResult], key: str, value: Any) -> None:
    reseal(task, **{key: value})
    assert (task.result() is None) == ((key, value) != ("left_out", {}))


@pytest.mark.parametrize("name", ["/etc/hostname", "../x", "a/b", "", "x", "\0", "..", "0" * 32 + ".numbers"])
def test_a_name_that_is_not_the_tasks_own_is_refused(task: StoredTask[DocumentsResult], name: str) -> None:
    for names in (name, f"{task.task_path.name}/{name}", f"{task.task_path.name}-/../{name}"):
        reseal(task, shards=[{"name": names, "documents": 1}])
        assert task.result() is None
        reseal(task, files=[{"name": names, "bytes": 5, "xxh3": "0"}])
        assert task.result() is None


def test_only_regular_files_are_read(tmp_path: Path, task: StoredTask[DocumentsResult]) -> None:
    for ending in (".json", ".numbers"):
        path = file_of_task(task.task_path, ending)
        content = path.read_bytes()
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
        assert task.result() is None
        path.unlink()
        os.mkfifo(path)
        assert task.result() is None
        path.unlink()
        path.mkdir()
        assert task.result() is None
        path.rmdir()
        path.write_bytes(content)
        assert task.reusable_result() is not None


def test_a_file_of_the_right_size_is_not_enough(task: StoredTask[DocumentsResult]) -> None:
    file_of_task(task.task_path, ".numbers").write_bytes(b"12346")
    assert task.result() is not None
    assert task.reusable_result() is None


@pytest.mark.parametrize("content", ["[]", "{}", '{"kind": 5, "message": "m"}', '{"message": "m"}', DEEP])
def test_an_error_of_another_shape_is_none(task: StoredTask[DocumentsResult], content: str) -> None:
    file_of_task(task.task_path, ".error.json").write_text(content)
    assert task.failure() is None


@pytest.mark.parametrize("kind", ["CANNOT_WRITE", "__builtins__", "errno", "nothing", "TYPE_CHECKING"])
def test_an_error_of_an_unknown_kind_is_an_internal_one(task: StoredTask[DocumentsResult], kind: str) -> None:
    file_of_task(task.task_path, ".error.json").write_text(json.dumps({"kind": kind, "message": "m"}))
    assert type(task.failure()) is CorpuskitError


def test_readers_of_a_work_shard_demand_that_it_is_whole(work: Path) -> None:
    path = result_of(work, "b: files")
    (shard,) = json.loads(path.read_bytes())["result"]["shards"]
    file = path.with_name(shard["name"])
    assert len(list(documents_of(WorkShard((WorkFile(file, 40, 1),), "")))) == shard["documents"] == 40
    with pytest.raises(DamagedError, match="is damaged"):
        list(documents_of(WorkShard((WorkFile(file, 41, 1),), "")))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(DamagedError, match="is damaged"):
        list(documents_of(WorkShard((WorkFile(file, 40, 1),), "")))


@pytest.mark.parametrize("phase", ["b: files", "mix: select"])
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_replaced(base: Path, work: Path, phase: str, make: Callable[[Path], None]) -> None:
    path = result_of(work, phase)
    for replaced in (path, work / "phases.json"):
        replaced.unlink()
        make(replaced)
    assert mix("out") == published(base / "whole")


@pytest.mark.parametrize("name", ["work", "work/tasks", "work/log", "work/phases.json", "work/slurm.json"])
def test_links_in_the_work_are_refused(tmp_path: Path, work: Path, name: str) -> None:
    path = work.parent / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    (tmp_path / "kept").touch()
    path.symlink_to(tmp_path)
    with pytest.raises(PublishError, match=f"{name} in 'out' is a link"):
        mix("out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("name", ["", "work", "work/tasks", "work/log"])
def test_files_in_place_of_folders_are_refused(work: Path, name: str) -> None:
    path = work.parent / name
    shutil.rmtree(path, ignore_errors=True)
    path.write_text("x")
    with pytest.raises(PublishError, match="is not a folder; remove it"):
        mix("out")


def test_a_link_in_place_of_a_file_is_not_followed(base: Path, tmp_path: Path, work: Path) -> None:
    (tmp_path / "kept").write_text("x")
    path = result_of(work, "b: files")
    for planted in (work / "tasks" / "buckets.part", path, path.with_name(f"{path.stem}-0000.jsonl.zst")):
        planted.unlink(missing_ok=True)
        planted.symlink_to(tmp_path / "kept")
    assert mix("out") == published(base / "whole")
    assert (tmp_path / "kept").read_text() == "x"


def test_a_link_in_place_of_a_folder_of_tasks_is_not_followed(base: Path, tmp_path: Path, work: Path) -> None:
    folder = result_of(work, "b: files").parent
    (tmp_path / "elsewhere").mkdir()
    shutil.rmtree(folder)
    folder.symlink_to(tmp_path / "elsewhere")
    assert mix("out") == published(base / "whole")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "null",
        "[5]",
        '[{"phase": "x"}]',
        '[{"phase": "x", "tasks": null}]',
        '[{"phase": "x", "tasks": [5]}]',
        '[{"phase": 5, "tasks": []}]',
        '[{"phase": "x", "tasks": ["../../a"]}]',
        '[{"phase": "x", "tasks": [""]}]',
        DEEP,
    ],
)
def test_status_shows_no_phases_that_are_none(work: Path, content: str) -> None:
    (work / "phases.json").write_text(content)
    assert folder_status(Path("out"))["phases"] == []


@pytest.mark.parametrize("content", ["[]", "5", '{"message": null}', '{"message": {}, "kind": ""}', DEEP])
def test_status_shows_no_error_that_is_none(work: Path, content: str) -> None:
    path = result_of(work, "b: files")
    path.unlink()
    path.with_suffix(".error.json").write_text(content)
    status = folder_status(Path("out"))
    assert status["failures"] == []
    assert any(phase["failed"] for phase in status["phases"])


@pytest.mark.parametrize("content", ["{}", "[]", '{"process": "x", "host": 1}', DEEP, None])
def test_a_holder_that_says_nothing(base: Path, work: Path, content: str | None) -> None:
    if content is None:
        os.mkfifo(work.parent / "holder.json")
    else:
        (work.parent / "holder.json").write_text(content)
    assert folder_status(Path("out"))["running"] is None
    assert mix("out") == published(base / "whole")


class Hungry(Numbers):
    """Asks for more memory than there is."""

    def label(self) -> str:
        return "hungry"

    def run(self, task_path: Path) -> DocumentsResult:
        raise ImportError("libarrow.so: failed to map segment from shared object")


def test_a_task_that_lacks_memory_says_so(tmp_path: Path) -> None:
    task = stored_task(tmp_path, Hungry())
    with pytest.raises(PublishError, match="hungry: not enough memory"):
        task.execute()
    assert isinstance(task.failure(), PublishError)
    assert not list(tmp_path.glob("*.fault.txt"))


def test_a_lack_of_memory_is_no_damage(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Decompressor:
        def stream_reader(self, *_: Any, **__: Any) -> Any:
            return self

        def read(self, size: int) -> bytes:
            raise zstandard.ZstdError("zstd decompressor error: Allocation error : not enough memory")

    path = result_of(work, "b: files")
    (shard,) = json.loads(path.read_bytes())["result"]["shards"]
    monkeypatch.setattr(zstandard, "ZstdDecompressor", Decompressor)
    with pytest.raises(MemoryError):
        list(documents_of(WorkShard((WorkFile(path.with_name(shard["name"]), 40, 1),), "")))


def test_a_run_that_did_nothing_leaves_nothing(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise MemoryError

    monkeypatch.chdir(base)
    monkeypatch.setattr("corpuskit.mix.engine.executors.LocalExecutor.run_in_order", fail)
    with pytest.raises(MemoryError):
        mix("nothing")
    assert not Path("nothing").exists()
