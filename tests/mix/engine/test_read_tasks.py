"""Inputs cut into tasks: big archives are read in byte ranges, and the published bytes do not show it."""

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpuskit.core.errors import DamagedError
from corpuskit.core.reading import members
from corpuskit.core.reading.inputs import Input
from corpuskit.core.settings import Settings, Tags
from corpuskit.mix.engine import read_tasks
from corpuskit.mix.engine.read_tasks import FILE_BYTES, TASK_BYTES, group, read_plans
from corpuskit.mix.engine.tasks import FinishedTask
from corpuskit.mix.mix import Mix
from corpuskit.sources.fetch_warc import FetchWarc
from corpuskit.sources.files import Files
from tests.support.recipes import WEB, page, published, write_warc
from tests.support.warc import gz, http, record

RECIPE = f"""
seed: 7
budget: {{tokens: 9000}}{WEB}
    steps: [extract, {{filter-quality: {{rules: [gopher, c4]}}}}, dedup]
output: {{dir: out, shard_documents: 20, order: shuffled}}
"""
WITH_RANGES = """
import sys
from corpuskit.cli.main import main
from corpuskit.mix.engine import read_tasks
from corpuskit.sources.fetch_warc import FetchWarc
FetchWarc.part_bytes, read_tasks.TASK_BYTES = 4000, 1
main()
"""
RANGE = 4000

Build = Callable[..., dict[str, str]]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Three archives with pages, repeated pages, revisits, other types and records that cannot be read."""
    (tmp_path / "crawl").mkdir()
    for name, numbers in (("a", range(30)), ("b", range(22, 50)), ("small", range(50, 52))):
        records = []
        for number in numbers:
            records.append(record(1000 + number, http(page(number))))
            if number % 3 == 0:
                records.append(record(2000 + number, b"", "revisit"))
            if number % 4 == 0:
                records.append(record(3000 + number, http(b"{}", "Content-Type: application/json")))
            if number % 5 == 0:
                records.append(record(4000 + number, b"no message"))
        (tmp_path / "crawl" / f"{name}.warc.gz").write_bytes(gz(records))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    return tmp_path


@pytest.fixture
def build(work: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """A function that runs the recipe in this process and returns what it publishes.

    Without `part_bytes` one task reads all archives.
    """
    monkeypatch.chdir(work)

    def run(output: str, part_bytes: int = 0, **more: Any) -> dict[str, str]:
        with cut_into_ranges(part_bytes):
            Mix(no_cache=True).execute(["recipe.yaml"], Settings(output=Path(output), jobs=1, **more))
        return published(work / output)

    return run


@contextlib.contextmanager
def cut_into_ranges(part_bytes: int) -> Any:
    """Cut even small archives into ranges of this size, and read no further ahead than suits them; 0: do not."""
    with pytest.MonkeyPatch.context() as patch:
        if part_bytes:
            patch.setattr(FetchWarc, "part_bytes", part_bytes)
            patch.setattr(read_tasks, "TASK_BYTES", 1)
            patch.setattr(members, "CHUNK", 1000)
        yield


def reused_tasks(stderr: str) -> int:
    """Return how many tasks the run says were already done."""
    notice = re.search(r"([\d,]+) tasks? (?:was|were) already done by an earlier run", stderr)
    return int(notice[1].replace(",", "")) if notice else 0


def tasks_of_first_phase(capsys: pytest.CaptureFixture[str], part_bytes: int) -> int:
    capsys.readouterr()
    with cut_into_ranges(part_bytes):
        Mix(dry_run=True).execute(["recipe.yaml"], Settings())
    row = re.search(r"^web: fetch-warc\S*.*?  +(\d+)", capsys.readouterr().out, re.MULTILINE)
    assert row
    return int(row[1])


def test_archives_in_parts_give_the_same_dataset(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    whole = build("whole")
    assert any(name.startswith("decisions/") for name in whole)
    assert build("parts", RANGE) == whole
    assert tasks_of_first_phase(capsys, 0) == 1
    assert 6 < tasks_of_first_phase(capsys, RANGE) < tasks_of_first_phase(capsys, 1500)


@pytest.mark.slow
def test_workers_read_parts_as_one_process_reads_the_whole(
    work: Path, build: Build, environment: dict[str, str]
) -> None:
    command = [sys.executable, "-c", WITH_RANGES, "mix", "recipe.yaml", "-o", "parts", "-j", "2"]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert published(work / "parts") == build("whole")


@pytest.mark.parametrize(
    "fault",
    [
        "damage",
        pytest.param("an id twice", marks=pytest.mark.slow),
        pytest.param("members that start no record", marks=pytest.mark.slow),
    ],
)
def test_archives_whose_parts_do_not_fit_together_are_read_whole(work: Path, build: Build, fault: str) -> None:
    path = work / "crawl" / "b.warc.gz"
    data = bytearray(path.read_bytes())
    if fault == "damage":
        data[len(data) // 2] ^= 0xFF
    elif fault == "an id twice":
        data += gz([record(1030, http(page(900)))])
    else:
        late = record(5000, http(bytes(range(32, 127)) * 900))
        data += gz([late[start : start + 90] for start in range(0, len(late), 90)])
    path.write_bytes(data)
    assert build("parts", RANGE, accept_damaged=True) == build("whole", accept_damaged=True)
    inputs = json.loads((work / "parts" / "manifest.json").read_bytes())["inputs"]
    assert [bool(entry["damage"]) for entry in inputs] == [False, fault == "damage", False]
    if fault == "damage":
        with pytest.raises(DamagedError):
            build("refused", RANGE)


@pytest.mark.slow
def test_parts_are_resumed_by_content(work: Path, build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """What a failed run has read is not read again, even if the file was touched; a changed file is."""
    tasks = tasks_of_first_phase(capsys, RANGE)
    for name in ("out", "changed"):
        with pytest.raises(DamagedError, match="rejected"):
            build(name, RANGE, max_rejects="0")
    path = work / "crawl" / "a.warc.gz"
    path.touch()
    capsys.readouterr()
    assert build("out", RANGE) == build("whole")
    touched = reused_tasks(capsys.readouterr().err)
    assert touched >= tasks
    path.write_bytes(path.read_bytes() + gz([record(6000, http(page(902)))]))
    changed = build("changed", RANGE)
    # Its digest and its last ranges are new; the bytes of the ranges before them are unchanged.
    assert tasks // 2 < reused_tasks(capsys.readouterr().err) < touched
    assert changed == build("anew")


def test_a_part_that_was_read_of_another_file_does_not_stand(work: Path) -> None:
    path = work / "crawl" / "a.warc.gz"
    with cut_into_ranges(RANGE):
        (plan,) = read_plans("web", [Input("a.warc.gz", local_path=path)], [FetchWarc()], Tags())
        results = [task.run(work / f"{number:032x}") for number, task in enumerate(plan.tasks)]
    assert all(task.is_current(result) for task, result in zip(plan.tasks, results, strict=True))
    data = path.read_bytes()
    path.write_bytes(data[:9000] + b"\0" + data[9001:])
    current = [task.is_current(result) for task, result in zip(plan.tasks, results, strict=True)]
    assert current[:2] == [False, True]
    assert current.count(False) <= 4
    with pytest.raises(DamagedError, match="changed while it was read"):
        plan.usable_results([FinishedTask(work / f"{number:032x}", result) for number, result in enumerate(results)])
    path.write_bytes(data[:-1])
    assert not plan.tasks[-1].is_current(results[-1])
    path.write_bytes(data + b"\0")
    assert not plan.tasks[-1].is_current(results[-1])


def test_what_is_cut_depends_on_the_file_alone(tmp_path: Path) -> None:
    write_warc(tmp_path / "a.warc.gz", range(60))
    (tmp_path / "b.warc").write_bytes(b"WARC/1.0\r\n" * 5000)
    inputs = [Input(name, local_path=tmp_path / name) for name in ("a.warc.gz", "b.warc")]
    inputs.append(Input("a.warc.gz", url="https://example.org/a.warc.gz"))
    inputs.append(Input("a.warc.gz", local_path=tmp_path / "a.warc.gz", expected_sha256="0" * 64))
    size = (tmp_path / "a.warc.gz").stat().st_size
    with cut_into_ranges(10_000):
        plans = read_plans("web", inputs, [FetchWarc()], Tags())
        assert [[(task.begin, task.end) for task in plan.range_tasks] for plan in plans] == [
            [(begin, min(begin + 10_000, size)) for begin in range(0, size, 10_000)],
            [],
            [],
            [],
        ]
        assert not any(plan.range_tasks for plan in read_plans("web", inputs, [Files()], Tags()))
    with cut_into_ranges(size):
        assert not any(plan.range_tasks for plan in read_plans("web", inputs, [FetchWarc()], Tags()))


def test_small_files_go_together(tmp_path: Path) -> None:
    sizes = [10, 20, TASK_BYTES, 5, *[0] * (4 * TASK_BYTES // FILE_BYTES)]
    inputs = []
    for number, size in enumerate(sizes):
        path = tmp_path / f"{number:05d}"
        path.write_bytes(bytes(size))
        inputs.append(Input(path.name, local_path=path))
    groups = group(inputs)
    assert [len(files) for files in groups[:2]] == [2, 1]
    assert all(TASK_BYTES // FILE_BYTES <= len(files) <= 8 * TASK_BYTES // FILE_BYTES for files in groups[2:-1])
    assert [file for files in groups for file in files] == inputs
