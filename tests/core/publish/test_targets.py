"""No output takes the place of an input, of another output, or of a file that is the user's own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run, RunIn, environment_of, shell_in, texts
from tests.support.command_server import CommandServers

REFUSED = [
    "head -n 1 in.jsonl --drops in.jsonl",
    "head -n 1 in.jsonl --rejects in.jsonl",
    "head in.jsonl --drops hard.jsonl",
    "head soft.jsonl --drops in.jsonl",
    "head in.jsonl -o hard.jsonl",
    "head -o in.jsonl in.jsonl",
    "head -o in.jsonl < in.jsonl",
    "head in.jsonl >> in.jsonl",
    "cat in.jsonl | corpuskit head --drops same.jsonl --rejects ./same.jsonl",
    "head in.jsonl --drops same.jsonl -o same.jsonl",
    "head in.jsonl --drops same.jsonl > same.jsonl",
    "head in.jsonl --rejects a --drops a.bytes",
    "head in.jsonl -o a.jsonl --drops a.jsonl.manifest.json",
    "count in.jsonl --rejects in.jsonl",
    "files notes.txt --drops notes.txt",
    "fetch-warc archives.paths --rejects archives.paths",
    "scrub-pii in.jsonl --mode hash --key-file key.txt --drops key.txt",
    "files . > stdout.jsonl",
    "head published.jsonl -o published.jsonl",
    "head published.jsonl --drops published.jsonl.manifest.json",
    "head ds -o ds",
    "head ds --drops ds/manifest.json",
    "mix recipe.yaml -o ds",
    "dedup ds/data/*.zst -o ds",
    "files ds/data -o ds",
    "dedup link.jsonl.zst -o ds",
    "files link.jsonl.zst in.jsonl -o ds",
    "dedup -o ds < link.jsonl.zst",
    "mix shards.yaml -o ds",
    "head in.jsonl --drops user.jsonl",
    "head in.jsonl --rejects user.jsonl",
    "head in.jsonl --rejects drops.jsonl.zst",
    "count in.jsonl --rejects user.jsonl",
    "head in.jsonl --rejects user",
    "mix recipe.yaml -o new --drops user.jsonl",
    "mix recipe.yaml -o new --rejects user.jsonl",
    "head in.jsonl -o new --drops new/drops.jsonl",
    "head in.jsonl -o new --rejects new/sub/../rejects.jsonl",
    "mix recipe.yaml -o new --log new/log.txt",
    "mix recipe.yaml -o new --log -",
    "index in.jsonl -o new.idx --rejects user.jsonl",
    "head in.jsonl -o s3://bucket/corpus",
    "head in.jsonl --drops gs://bucket/drops.jsonl",
    "head in.jsonl --rejects file:///tmp/rejects.jsonl",
    "mix recipe.yaml -o new --log s3://bucket/log",
    "head in.jsonl -o -q",
    "head in.jsonl -o -x",
    "head in.jsonl -ox --drops=-y",
]

MADE_BY_BASH = ("same.jsonl", "stdout.jsonl")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, corpuskit_in: RunIn) -> Path:
    """Inputs of all kinds, in a folder that no refused command changes."""
    folder = tmp_path_factory.mktemp("inputs")
    corpuskit = corpuskit_in(folder)
    (folder / "in.jsonl").write_bytes(texts("one", "two", "three"))
    os.link(folder / "in.jsonl", folder / "hard.jsonl")
    (folder / "soft.jsonl").symlink_to("in.jsonl")
    (folder / "notes.txt").write_text("notes")
    (folder / "archives.paths").write_text("in.jsonl\n")
    (folder / "key.txt").write_text("0123456789abcdef0123456789abcdef")
    (folder / "recipe.yaml").write_text("sources: {ds: {from: files, inputs: [ds], origin: other, license: CC0-1.0}}\n")
    (folder / "shards.yaml").write_text(
        "sources: {ds: {from: files, inputs: [ds/data], origin: other, license: CC0-1.0}}\n"
    )
    (folder / "user.jsonl").write_bytes(b'{"id": "my own", "step": "notes"}\n')
    (folder / "user.bytes").write_bytes(b"my own")
    for target in ("ds", "published.jsonl"):
        assert corpuskit("export", "in.jsonl", "-o", target).returncode == 0
    (shard,) = (folder / "ds" / "data").iterdir()
    (folder / "link.jsonl.zst").symlink_to(shard)
    assert corpuskit("dedup", "--drops", "drops.jsonl.zst", stdin=texts("one", "one")).returncode == 0
    return folder


@pytest.fixture
def shell_there(folder: Path, command_servers: CommandServers) -> Run:
    """Run a bash script in that folder, without what bash itself may have made there for another."""
    for name in MADE_BY_BASH:
        (folder / name).unlink(missing_ok=True)
    return shell_in(folder, environment_of(folder), command_servers)


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and "state" not in path.parts)
    return {path.name: path.read_bytes() for path in files if path.name not in MADE_BY_BASH}


@pytest.mark.parametrize("command", REFUSED)
def test_an_output_that_is_an_input_or_another_output_is_refused(folder: Path, shell_there: Run, command: str) -> None:
    before = contents(folder)
    done = shell_there(command if "corpuskit" in command else f"corpuskit {command}")
    assert done.returncode == 2, done.stderr
    (said,) = [line for line in done.stderr.splitlines() if b"passed over" not in line]
    assert b"name" in said
    assert contents(folder) == before


def test_a_file_that_corpuskit_did_not_publish_is_not_replaced(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "mine.jsonl").write_bytes(texts("mine"))
    done = corpuskit("head", "-o", "mine.jsonl", stdin=texts("other"))
    assert done.returncode == 2
    assert b"'mine.jsonl' exists and was not published by corpuskit" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name != "state"] == ["mine.jsonl"]
    assert (tmp_path / "mine.jsonl").read_bytes() == texts("mine")


def test_empty_and_published_files_are_replaced(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "out.jsonl").touch()
    for text in ("first", "second"):
        assert corpuskit("head", "-o", "out.jsonl", stdin=texts(text)).returncode == 0
        assert corpuskit("verify", "out.jsonl").returncode == 0
    assert b"second" in (tmp_path / "out.jsonl").read_bytes()


KILLED = """
import os, sys, signal
from pathlib import Path
from corpuskit.core.disk import filesystem
from corpuskit.cli.main import main
replace = filesystem.replace
def killed(path, target):
    if target.name == "out.jsonl.manifest.json":
        os.kill(os.getpid(), signal.SIGKILL)
    replace(path, target)
filesystem.replace = killed
main(["head", "in.jsonl", "-o", "out.jsonl"])
"""


@pytest.mark.parametrize("is_new", [True, False])
def test_a_file_whose_run_was_killed_before_its_manifest_is_replaced(
    tmp_path: Path, corpuskit: Run, environment: dict[str, str], is_new: bool
) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("one"))
    if not is_new:
        assert corpuskit("head", "-o", "out.jsonl", stdin=texts("before")).returncode == 0
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, env=environment)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "out.jsonl").exists() and not (tmp_path / "out.jsonl.manifest.json").exists()
    assert corpuskit("head", "-o", "out.jsonl", stdin=texts("after")).returncode == 0
    assert corpuskit("verify", "out.jsonl").returncode == 0


def test_a_dataset_is_not_overwritten_from_within(folder: Path, shell_there: Run) -> None:
    before = contents(folder)
    done = shell_there("cd ds && corpuskit dedup data -o .")
    assert done.returncode == 2 and b"holds 'data/" in done.stderr
    assert contents(folder) == before


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
@pytest.mark.parametrize("run", ["dedup twice.jsonl", "mix twice.yaml -o new"])
def test_drops_and_rejects_of_an_earlier_run_are_written_anew(
    tmp_path: Path, corpuskit: Run, ending: str, run: str
) -> None:
    (tmp_path / "twice.jsonl").write_bytes(texts("one", "one") + b"{\n")
    (tmp_path / "twice.yaml").write_text(
        "sources: {s: {from: files, inputs: [twice.jsonl], origin: other, license: CC0-1.0}}\ntogether: [dedup]\n"
    )
    written = [tmp_path / f"drops{ending}", tmp_path / f"rejects{ending}"]
    for _ in range(2):
        done = corpuskit(*run.split(), "--drops", written[0], "--rejects", written[1])
        assert done.returncode == 0, done.stderr
        assert all(path.stat().st_size for path in written)


def test_a_name_that_begins_with_a_dash_is_written_with_its_folder(tmp_path: Path, corpuskit: Run) -> None:
    assert corpuskit("head", "-o", "./-x", "--drops", "./-y", stdin=texts("one")).returncode == 0
    assert (tmp_path / "-x" / "manifest.json").is_file() and (tmp_path / "-y").is_file()


def test_devices_may_be_named_twice(tmp_path: Path, corpuskit: Run) -> None:
    done = corpuskit("head", "--drops", "/dev/null", "--rejects", "/dev/null", "-o", "/dev/null", stdin=texts("one"))
    assert done.returncode in (0, 5), done.stderr


@pytest.mark.parametrize("option", ["--drops", "--rejects"])
@pytest.mark.parametrize("target", ["absent/x.jsonl", ".", "x" * 300])
def test_a_side_output_that_cannot_be_opened_is_named(tmp_path: Path, corpuskit: Run, option: str, target: str) -> None:
    done = corpuskit("head", option, target, stdin=texts("one"))
    assert done.returncode == 5
    assert target.encode() in done.stderr and option.encode() in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_dataset_of_other_sources_is_not_replaced_without_a_word(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "in.jsonl").write_bytes(texts("one"))
    told = [
        corpuskit("files", "in.jsonl", "--source", source, "-o", "out").stderr for source in ("notes", "notes", "code")
    ]
    assert not any(b"replaced" in said for said in told[:2])
    assert b"'out' held another dataset, of notes, which this one has replaced" in told[2]
