"""verify: any change to a published dataset is found and named."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from corpuskit.core.counts import StepCount
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance import manifest as manifests
from corpuskit.core.provenance.balance import decision_problems
from corpuskit.core.provenance.chain import Chain, StepDescription
from corpuskit.core.settings import Settings
from corpuskit.trust.verify import Verify
from corpuskit.trust.verifying.dataset_check import Verification, check
from tests.conftest import Run, RunIn, texts

FORMATS = ["jsonl", "parquet", "hf"]


def verify(folder: Path) -> int:
    return Verify().execute([str(folder)], Settings(quiet=True))


@pytest.fixture(scope="module", params=FORMATS)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn) -> Path:
    """A dataset that nobody touches."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "in.jsonl").write_bytes(texts(*(f"text number {number}" for number in range(9))) + b"broken\n")
    options = ["--to", request.param, "--shard-documents", "4", "-o", "out"]
    corpuskit_in(folder)("export", "in.jsonl", *options).check_returncode()
    assert verify(folder / "out") == 0
    return folder / "out"


@pytest.fixture
def dataset(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(whole, tmp_path / "out")


def shards(folder: Path) -> list[Path]:
    return sorted(folder / entry["path"] for entry in manifests.read_manifest(folder)["shards"])


def test_shards_are_cut_by_number_and_named_by_content(dataset: Path) -> None:
    assert len(shards(dataset)) == 3
    for entry in manifests.read_manifest(dataset)["shards"]:
        assert f"-{entry['sha256'][:8]}." in entry["path"]


def test_any_flipped_byte_of_any_shard_is_found(dataset: Path) -> None:
    for path in shards(dataset):
        data = path.read_bytes()
        for offset in range(0, len(data), max(1, len(data) // 12)):
            path.write_bytes(data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :])
            with pytest.raises(DamagedError, match="part-0000"):
                verify(dataset)
        path.write_bytes(data)
    assert verify(dataset) == 0


def test_any_changed_byte_of_the_manifest_is_found(dataset: Path) -> None:
    path = dataset / "manifest.json"
    data = path.read_bytes()
    for offset in range(0, len(data), 17):
        if data[offset : offset + 1].isspace():
            continue  # white space between tokens says nothing
        path.write_bytes(data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :])
        with pytest.raises(DamagedError):
            verify(dataset)


def _remove(folder: Path) -> None:
    shards(folder)[1].unlink()


def _cut(folder: Path) -> None:
    path = shards(folder)[1]
    path.write_bytes(path.read_bytes()[:-1])


def _add(folder: Path) -> None:
    first = shards(folder)[0]
    shutil.copy(first, first.with_name(first.name.replace("part-00000", "part-00009")))


def _swap(folder: Path) -> None:
    first, second, *_ = shards(folder)
    data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(data)


def _link(folder: Path) -> None:
    path = shards(folder)[0]
    path.rename(folder.parent / "elsewhere")
    path.symlink_to(folder.parent / "elsewhere")


def _no_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _decisions(folder: Path) -> None:
    for path in (folder / "decisions").iterdir():
        path.write_bytes(path.read_bytes()[:-1])


def _forge(change: Callable[[dict], object]) -> Callable[[Path], None]:
    """An edit of the manifest by somebody who also mends its digest."""

    def forge(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        change(manifest)
        manifest["digest"] = manifests.digest(manifest)
        (folder / "manifest.json").write_bytes(manifests.serialise(manifest))

    return forge


FORGERIES: dict[str, Callable[[dict], object]] = {
    "fewer documents in a shard": lambda m: m["shards"][0].update(documents=3),
    "other tokens in a shard": lambda m: m["shards"][0].update(tokens=3),
    "a shard left out": lambda m: m["shards"].pop(),
    "rejects forgotten": lambda m: m["steps"][0]["rejected"].clear(),
    "another reason": lambda m: m["steps"][0].update(rejected={"too-deep": 1}),
    "another digest": lambda m: m["steps"][0]["out"].update(digest="0" * 32),
    "a step from nowhere": lambda m: m["steps"][0].update({"from": ["9-extract"]}),
    "another source": lambda m: m["sources"].update(other=m["sources"].pop("unnamed")),
}


@pytest.mark.parametrize("damage", [_remove, _cut, _add, _swap, _link, _no_manifest, _decisions])
def test_every_other_damage_is_found(dataset: Path, damage: Callable[[Path], None]) -> None:
    damage(dataset)
    with pytest.raises(DamagedError):
        verify(dataset)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_manifest_does_not_agree_with_itself_or_the_shards(dataset: Path, forgery: str) -> None:
    _forge(FORGERIES[forgery])(dataset)
    with pytest.raises(DamagedError):
        verify(dataset)


def test_the_command_names_what_is_wrong_and_exits_with_3(dataset: Path, corpuskit: Run) -> None:
    victim = shards(dataset)[1]
    victim.unlink()
    done = corpuskit("verify", dataset)
    assert done.returncode == 3
    assert victim.name.encode() in done.stderr
    assert b"Traceback" not in done.stderr
    done = corpuskit("verify", "--json", dataset)
    assert json.loads(done.stdout)["problems"]


def test_a_single_file_has_its_manifest_beside_it(tmp_path: Path, corpuskit: Run) -> None:
    for name in ("out.jsonl", "out.jsonl.gz", "out.jsonl.zst", "out.parquet"):
        assert corpuskit("export", "-", "-o", name, stdin=texts("a", "b")).returncode == 0
        assert verify(tmp_path / name) == 0
        assert corpuskit("count", name).stdout.split()[0] == b"2"
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(DamagedError):
            verify(path)
        assert corpuskit("export", name).returncode == 3


def test_a_published_file_is_a_dataset_in_a_folder_as_well(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "published" / "deep").mkdir(parents=True)
    for name in ("published/out.jsonl", "published/deep/out.parquet"):
        assert corpuskit("export", "-", "-o", name, stdin=texts("a", "b")).returncode == 0
    (tmp_path / "published" / "loose.jsonl").write_bytes(texts("c"))
    (tmp_path / "published" / "loose.jsonl.manifest.json").write_bytes(b"{}")
    done = corpuskit("files", "published", "-o", "all")
    assert b"\ncorpuskit files: 6 in, 5 out, 1 rejected (no-text 1)" in done.stderr
    assert [step["name"] for step in manifests.read_manifest(tmp_path / "all")["steps"]] == [
        "export",
        "export",
        "files",
    ]
    shard = tmp_path / "published" / "out.jsonl"
    shard.write_bytes(shard.read_bytes()[:-9])
    assert corpuskit("files", "published", "-o", "again").returncode == 3


def test_verify_without_a_dataset_says_so(tmp_path: Path, corpuskit: Run) -> None:
    assert corpuskit("verify", "nowhere").returncode == 2
    assert corpuskit("verify").returncode == 2


def test_what_a_stopped_publication_left_is_told_from_what_was_added(dataset: Path, corpuskit: Run) -> None:
    old_shards = {path: path.read_bytes() for path in shards(dataset)}
    (dataset.parent / "new.jsonl").write_bytes(texts("another text"))
    publish = ["export", "new.jsonl", "--to", "jsonl", "-o", dataset, "--quiet"]
    assert corpuskit(*publish).returncode == 0
    added = dataset / "data" / "part-00009-0123abcd.jsonl.zst"
    added.write_bytes(b"")
    # As after a kill between the rename of the new manifest and the removal of the old shards.
    for path, data in old_shards.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    (dataset / ".staging").mkdir()
    names = [path.relative_to(dataset).as_posix() for path in old_shards]
    (dataset / ".staging" / "journal.json").write_text(json.dumps(names))
    report = corpuskit("verify", dataset, "--json")
    assert report.returncode == 3
    problems = json.loads(report.stdout)["problems"]
    unremoved = {name for name in names if any(f" {name} is not part" in problem for problem in problems)}
    assert unremoved == set(names)
    explained = [problem for problem in problems if "a run was stopped while it published" in problem]
    assert len(explained) == len(names) and not any(added.name in problem for problem in explained)
    added.unlink()
    assert corpuskit(*publish).returncode == 0
    assert corpuskit("verify", dataset).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "upstream"),
    [
        (["files", "folder"], "verified"),
        (["files", "single.parquet"], "verified"),
        (["files", "single.jsonl", "folder", "-j", "2"], "verified"),
        (["files", "folder", "loose.jsonl"], "unverified"),
        (["files", "single.parquet", "--id-key", "text"], "unverified"),
        (["export", "folder"], "verified"),
        (["export", "folder", "loose.jsonl"], "unverified"),
    ],
)
def test_what_is_built_from_datasets_is_whole_and_claims_what_it_took(
    tmp_path: Path, corpuskit: Run, arguments: list[str], upstream: str
) -> None:
    (tmp_path / "loose.jsonl").write_bytes(texts("c", "d", "e"))
    for name in ("folder", "single.parquet", "single.jsonl"):
        assert corpuskit("files", "-", "-o", name, stdin=texts("a", "b")).returncode == 0
    assert corpuskit(*arguments, "-o", "out").returncode == 0
    assert verify(tmp_path / "out") == 0
    steps = manifests.read_manifest(tmp_path / "out")["steps"]
    assert steps[-1]["from"] == [step["id"] for step in steps[:-1]]
    assert steps[-1]["upstream"] == upstream


def test_datasets_in_a_folder_are_read_as_datasets(tmp_path: Path, corpuskit: Run) -> None:
    for name in ("par/one", "par/two"):
        assert corpuskit("files", "-", "-o", name, stdin=texts(name, "b") + b"broken\n").returncode == 0
        (tmp_path / name / "README.md").write_text("A card.")
    (tmp_path / "par" / "loose.jsonl").write_bytes(texts("c"))
    assert corpuskit("count", "par").stdout.split()[0] == b"5"
    assert corpuskit("files", "par", "-o", "out").returncode == 0
    assert verify(tmp_path / "out") == 0
    assert [step["name"] for step in manifests.read_manifest(tmp_path / "out")["steps"]] == ["files"] * 3
    assert b"no file that ends in" in corpuskit("fetch-warc", "par").stderr


def test_paths_without_a_dataset_are_all_named(dataset: Path, tmp_path: Path, corpuskit: Run) -> None:
    missing = corpuskit("verify", "first", "second").stderr.decode()
    assert "no such file or folder: 'first'\n" in missing and "no such file or folder: 'second'\n" in missing
    for arguments in (["stats", "first"], ["explain", "first", "d0"], ["diff", dataset, "first"]):
        result = corpuskit(*arguments)
        assert (result.returncode, result.stderr.count(b"\n")) == (2, 1)
        assert b"no such file or folder: 'first'" in result.stderr
    assert b"name the folder that it is in" in corpuskit("stats", dataset / "manifest.json").stderr
    (tmp_path / "loose.jsonl").write_bytes(texts("a", "b"))
    with pytest.raises(DamagedError, match=r"is neither a dataset \(there is no loose.jsonl.manifest.json\)"):
        manifests.read_manifest(tmp_path / "loose.jsonl")


def test_the_finished_tasks_of_a_stopped_mix_are_not_removed(tmp_path: Path, corpuskit: Run) -> None:
    task = tmp_path / "out" / ".staging" / "work" / "tasks" / "re" / "read"
    task.mkdir(parents=True)
    result = corpuskit("files", "-", "-o", "out", stdin=texts("a", "b"))
    assert (result.returncode, result.stderr.count(b"\n")) == (5, 1)
    assert b"'out' keeps the finished tasks of a `mix` that did not end; run that again" in result.stderr
    assert task.exists()
    assert corpuskit("files", "-", "-o", "other", stdin=texts("a", "b")).returncode == 0


def test_decisions_are_counted_by_the_id_of_their_step_or_else_by_its_name() -> None:
    steps = Chain()
    for _ in range(2):
        count = StepCount()
        count.received.add(b"line")
        count.dropped["old"] += 1
        steps.add(StepDescription("sieve", {}, {}), "none", count)
    by_id = {("1-sieve", "dropped", "old"): 1, ("2-sieve", "dropped", "old"): 1}
    assert not list(decision_problems(steps.steps, by_id))
    assert len(list(decision_problems(steps.steps, {("1-sieve", "dropped", "old"): 2}))) == 2
    assert not list(decision_problems(steps.steps, {("sieve", "dropped", "old"): 2}))
    mixed = {("1-sieve", "dropped", "old"): 1, ("sieve", "dropped", "old"): 1}
    assert not list(decision_problems(steps.steps, mixed))
    assert list(decision_problems(steps.steps, {**by_id, ("3-sieve", "dropped", "old"): 1}))


@pytest.mark.parametrize("damage", [None, "shard", "decisions"])
def test_workers_find_what_one_process_finds(dataset: Path, damage: str | None) -> None:
    if damage:
        path = sorted(dataset.rglob("part-*") if damage == "shard" else dataset.glob("decisions/*"))[-1]
        path.write_bytes(path.read_bytes()[:-3])
    answers: list[Verification] = [{}, {}]
    problems = [check(dataset, answer, jobs) for answer, jobs in zip(answers, (1, 2), strict=True)]
    assert problems[0] == problems[1]
    assert answers[0] == answers[1]
    assert bool(problems[0]) == bool(damage)


def test_tokens_of_a_users_tokenizer_are_those_of_the_manifest(dataset: Path, tmp_path: Path) -> None:
    content = json.loads((dataset / "manifest.json").read_bytes())
    expected = sum(source["tokens"] for source in content["sources"].values())
    content |= {"tokenizer": "own.json", "versions": {**content["versions"], "tokens:own.json": "sha256:0"}}
    (dataset / "manifest.json").write_bytes(manifests.serialise({**content, "digest": manifests.digest(content)}))
    answer: Verification = {}
    assert check(dataset, answer) == []
    assert answer["tokens"] == expected > 0


def test_what_takes_longest_is_read_first(tmp_path: Path, shell: Run) -> None:
    """A byte of decisions takes three times as long as one of a shard."""
    unlike = [hashlib.sha512(str(number).encode()).hexdigest() * 2 for number in range(9)]
    (tmp_path / "in.jsonl").write_bytes(texts(*unlike, *["the same text"] * 60))
    shell("corpuskit dedup in.jsonl -o out --shard-documents 3 --quiet")
    manifest = manifests.read_manifest(tmp_path / "out")
    (decisions,), shards = manifest["decisions"], manifest["shards"]
    largest = max(shards, key=lambda shard: shard["bytes"])
    assert largest["bytes"] / 3 < decisions["bytes"] < largest["bytes"]
    for jobs in (1, 2):
        read = [
            line
            for line in shell(f"corpuskit verify -v -j {jobs} out").stderr.decode().splitlines()
            if ": read " in line
        ]
        assert f"read {decisions['path']}: 59 lines" in read[0] and f"read {largest['path']}: " in read[1]
