"""verify -j: a shard that is cut in two is found whole, or damaged in the same words, as when one process reads it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from corpuskit.core.provenance import manifest as manifests
from corpuskit.core.registry import find_format, is_divisible
from corpuskit.trust.verifying import dealing
from corpuskit.trust.verifying.dataset_check import Verification, check
from corpuskit.trust.verifying.dealing import SHARDS, Work, dealt
from tests.conftest import Run, RunIn, texts

DOCUMENTS = 25_000
"""More than two row groups of Parquet."""


@pytest.fixture(scope="module", params=["jsonl", "parquet"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn) -> Path:
    """A dataset of one shard, which is worth cutting."""
    folder = tmp_path_factory.mktemp("whole")
    unlike = (hashlib.sha512(str(number).encode()).hexdigest() for number in range(DOCUMENTS))
    (folder / "in.jsonl").write_bytes(texts(*unlike))
    corpuskit_in(folder)("export", "in.jsonl", "--to", request.param, "-o", "out").check_returncode()
    return folder / "out"


@pytest.fixture
def dataset(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(whole, tmp_path / "out")


def shard_of(dataset: Path) -> Path:
    (entry,) = manifests.read_manifest(dataset)["shards"]
    return dataset / entry["path"]


def seal(dataset: Path, change: Callable[[dict], object]) -> None:
    """Change the manifest, and mend its digest."""
    manifest = json.loads((dataset / "manifest.json").read_bytes())
    change(manifest)
    manifest["digest"] = manifests.digest(manifest)
    (dataset / "manifest.json").write_bytes(manifests.serialise(manifest))


def change_lines(dataset: Path, change: Callable[[list[bytes]], object]) -> None:
    """Change the lines of the shard, under a manifest that says that they are so; Parquet loses its middle byte."""
    path = shard_of(dataset)
    data = path.read_bytes()
    if path.suffix == ".zst":
        lines = zstandard.ZstdDecompressor().decompressobj().decompress(data).splitlines()
        change(lines)
        data = zstandard.ZstdCompressor().compress(b"".join(line + b"\n" for line in lines))
    else:
        data = data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    seal(dataset, lambda manifest: manifest["shards"][0].update(bytes=len(data), sha256=digest))


def break_line(number: int) -> Callable[[Path], None]:
    def damage(dataset: Path) -> None:
        change_lines(dataset, lambda lines: lines.__setitem__(number, b"broken"))

    return damage


def break_two_lines(dataset: Path) -> None:
    def change(lines: list[bytes]) -> None:
        lines[5], lines[-5] = b"", b"[]"

    change_lines(dataset, change)


def cut_stored(dataset: Path) -> None:
    path = shard_of(dataset)
    data = path.read_bytes()[:-1000]
    path.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    seal(dataset, lambda manifest: manifest["shards"][0].update(bytes=len(data), sha256=digest))


def flip(dataset: Path) -> None:
    path = shard_of(dataset)
    path.write_bytes(path.read_bytes()[:-1] + b"x")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "none": lambda dataset: None,
    "another byte": flip,
    "cut": cut_stored,
    "missing": lambda dataset: shard_of(dataset).unlink(),
    "the first line": break_line(0),
    "the last line": break_line(-1),
    "a line of each part": break_two_lines,
    "a line more": lambda dataset: change_lines(dataset, lambda lines: lines.append(lines[0])),
    "a line less": lambda dataset: change_lines(dataset, lambda lines: lines.pop()),
    "more documents": lambda dataset: seal(dataset, lambda m: m["shards"][0].update(documents=3 * DOCUMENTS)),
    "fewer documents": lambda dataset: seal(dataset, lambda m: m["shards"][0].update(documents=2)),
    "other tokens": lambda dataset: seal(dataset, lambda m: m["shards"][0].update(tokens=3)),
    "unreadable": lambda dataset: seal(dataset, lambda m: m["shards"][0].update(readable=False)),
    "of no format": lambda dataset: seal(dataset, lambda m: m["shards"][0].update(path="data/part-0.txt")),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_found_does_not_depend_on_the_cut(dataset: Path, damage: str) -> None:
    DAMAGES[damage](dataset)
    answers: list[Verification] = [{}, {}, {}]
    problems = [check(dataset, answer, jobs) for jobs, answer in enumerate(answers, 1)]
    assert problems[0] == problems[1] == problems[2]
    assert answers[0] == answers[1] == answers[2]
    assert bool(problems[0]) == (damage != "none")


def test_all_that_is_said_is_the_same_for_any_number_of_workers(dataset: Path, corpuskit: Run) -> None:
    works = dealing.works_of(manifests.read_manifest(dataset))
    assert [(work.begin, work.end) for work in dealt(works, 2)] == [(0, 13250), (13250, None)]
    for is_damaged in (False, True):
        if is_damaged:
            flip(dataset)
        results = [corpuskit("verify", "-v", "--json", "-j", jobs, dataset) for jobs in ("1", "2", "5")]
        assert len({(result.returncode, result.stdout, result.stderr) for result in results}) == 1
        assert results[0].returncode == (3 if is_damaged else 0)


def test_ranges_are_those_of_all_documents(whole: Path) -> None:
    path = shard_of(whole)
    format_ = find_format(path.name.partition(".")[2].removesuffix(".zst"))
    assert is_divisible(format_)
    documents = list(format_.read(path))
    assert len(documents) == DOCUMENTS
    for begin, end in [(0, 1), (1, 9_999), (9_999, 10_001), (10_000, 20_000), (20_000, None), (24_999, None)]:
        assert list(format_.read_range(path, begin, end)) == documents[begin:end]
    assert list(format_.read_range(path, DOCUMENTS, None)) == []


def test_as_few_files_are_cut_as_will_do() -> None:
    def parts(jobs: int, *works: float) -> int:
        files = [Work(SHARDS, number, work, 100, can_be_cut=True) for number, work in enumerate(works)]
        return len(dealt(files, jobs)) - len(works)

    assert parts(1, 9) == 0
    assert parts(2, 9) == 1
    assert parts(2, 9, 9) == 0
    assert parts(2, *[9] * 9) == 1
    assert parts(2, *[9] * 41) == 0
    assert parts(2, 9, 9, 2) == 1


def test_files_of_one_number_in_two_formats_are_not_cut(dataset: Path, corpuskit: Run) -> None:
    corpuskit("export", dataset, "--to", "jsonl,parquet", "-o", "both").check_returncode()
    works = dealing.works_of(manifests.read_manifest(dataset.parent / "both"))
    assert all(work.is_compared and not work.can_be_cut for work in works)
    assert len(works) == 2
