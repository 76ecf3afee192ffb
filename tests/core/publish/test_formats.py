"""Formats that lose something, or that write two files a shard, are published, verified and replaced as others are."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.manifest import digest, read_manifest
from corpuskit.core.registry import format_of_shard
from tests.conftest import ROOT, lines_of, texts
from tests.support.command_server import CommandServers

PROGRAM = str(ROOT / "tests" / "support" / "formats" / "__main__.py")
Result = subprocess.CompletedProcess[bytes]
RECIPE = """
sources: {notes: {from: files, inputs: [in.jsonl], origin: licensed, license: CC-BY-4.0}}
output: {dir: out, formats: [token-ids, chat-turns, parquet], shard_documents: 2}
"""


@pytest.fixture
def added(tmp_path: Path, environment: dict[str, str], command_servers: CommandServers) -> Callable[..., Result]:
    """Run corpuskit with the formats of tests/support/formats."""

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        done = command_servers.of(arguments[0]).run([*arguments], stdin, tmp_path, environment, PROGRAM)
        assert done is not None, "it needs no fresh process"
        return done

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("formats", ["chat-turns,jsonl", "jsonl,token-ids", "token-ids,chat-turns,parquet"])
def test_documents_are_read_from_a_lossless_format(tmp_path: Path, added: Callable[..., Result], formats: str) -> None:
    made = added("export", "--to", formats, "--shard-documents", "2", "-o", "out", stdin=texts("a b", "c", "d"))
    assert made.returncode == 0, made.stderr
    verified = json.loads(added("verify", "out", "--json").stdout)
    assert (verified["problems"], verified["documents"], verified["tokens"]) == ([], 3, 3)
    assert json.loads(added("stats", "out", "--json").stdout)["documents"] == 3
    assert json.loads(added("count", "out", "--json").stdout)["documents"] == 3
    assert b"kept, in data/part-00000" in added("explain", "out", "d1").stdout
    assert json.loads(added("diff", "out", "out", "--json").stdout)["same"] == 3


def test_a_dataset_of_lossy_formats_alone_says_so(tmp_path: Path, added: Callable[..., Result]) -> None:
    assert added("export", "--to", "chat-turns,token-ids", "-o", "out", stdin=texts("a b", "c")).returncode == 0
    verified = json.loads(added("verify", "out", "--json").stdout)
    assert (verified["problems"], verified["documents"], verified["tokens"]) == ([], 2, 2)
    for command in (("count", "out"), ("stats", "out"), ("explain", "out", "d1"), ("diff", "out", "out")):
        done = added(*command)
        assert done.returncode == 2
        assert b"publish it as jsonl as well" in done.stderr


def test_a_shard_of_two_files_has_one_name(tmp_path: Path, added: Callable[..., Result]) -> None:
    publish = ["export", "--to", "token-ids,jsonl", "-o", "out"]
    assert added(*publish, stdin=texts("ab", "c")).returncode == 0
    before = {Path(name).stem for name in files(tmp_path / "out") if name.startswith("tokens/")}
    assert len(before) == 1
    # The same tokens, cut into other documents: the index alone differs, and no file of the dataset before is replaced.
    assert added(*publish, stdin=texts("a", "bc")).returncode == 0
    after = {Path(name).stem for name in files(tmp_path / "out") if name.startswith("tokens/")}
    assert len(after) == 1 and before != after


@pytest.mark.parametrize("name", ["*.bin", "*.idx", "*.chat.jsonl"])
def test_a_changed_file_of_a_lossy_format_is_found(tmp_path: Path, added: Callable[..., Result], name: str) -> None:
    assert added("export", "--to", "chat-turns,token-ids,jsonl", "-o", "out", stdin=texts("a", "c")).returncode == 0
    (path,) = (tmp_path / "out").rglob(name)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    done = added("verify", "out")
    assert done.returncode == 3
    assert b"its sha256 differs" in done.stderr


def test_a_manifest_cannot_keep_documents_from_being_checked(tmp_path: Path, added: Callable[..., Result]) -> None:
    assert added("export", "-o", "out", stdin=texts("a", "c")).returncode == 0
    manifest = read_manifest(tmp_path / "out")
    manifest["shards"][0]["readable"] = False
    manifest["digest"] = digest(manifest)
    (tmp_path / "out" / "manifest.json").write_text(json.dumps(manifest))
    done = added("verify", "out")
    assert done.returncode == 3
    assert b"has a wrong `readable`" in done.stderr


def test_a_recipe_writes_every_format(tmp_path: Path, added: Callable[..., Result]) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": f"d{number}", "text": "a b"} for number in range(5)]))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    made = added("mix", "recipe.yaml", "-j", "1")
    assert made.returncode == 0, made.stderr
    verified = json.loads(added("verify", "out", "--json").stdout)
    assert (verified["problems"], verified["documents"]) == ([], 5)
    by_mix = {name for name in files(tmp_path / "out") if name.startswith(("tokens/", "chat/"))}
    piped = [
        "files",
        "in.jsonl",
        "--source",
        "notes",
        "--origin",
        "licensed",
        "--license",
        "CC-BY-4.0",
        "-o",
        "notes.jsonl",
    ]
    assert added(*piped).returncode == 0
    publish = ["export", "notes.jsonl", "--to", "token-ids,chat-turns", "--shard-documents", "2", "-o", "piped"]
    assert added(*publish).returncode == 0
    assert by_mix == {name for name in files(tmp_path / "piped") if name.startswith(("tokens/", "chat/"))}


def test_what_a_stopped_run_left_of_any_format_is_removed(tmp_path: Path, added: Callable[..., Result]) -> None:
    out = tmp_path / "out"
    assert added("export", "--to", "chat-turns,token-ids,jsonl", "-o", "out", stdin=texts("old")).returncode == 0
    old = files(out)
    assert added("export", "-o", "out", stdin=texts("new")).returncode == 0
    names = [name for name in old if name not in ("manifest.json", "README.md")]
    assert not set(names) & set(files(out)), "the files of formats that are no longer written are gone"
    assert not (out / "chat").exists() and not (out / "tokens").exists()
    # As after a kill between the rename of the new manifest and the removal of the old shards.
    for name in names:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(old[name])
    mine = ("notes.txt", "data/part-1.parquet", "part-00000-0123abcd.py")
    for name in mine:
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(b"mine")
    (out / ".staging").mkdir()
    (out / ".staging" / "journal.json").write_text(json.dumps([*names, *mine]))
    assert added("export", "-o", "out", stdin=texts("newer")).returncode == 0
    assert not set(names) & set(files(out))
    assert {name for name in files(out) if files(out)[name] == b"mine"} == set(mine)


@pytest.mark.parametrize("folder", ["tokens", "chat", "chat/turns", "data", "decisions"])
def test_a_link_in_place_of_a_folder_of_any_format_is_refused(
    tmp_path: Path, added: Callable[..., Result], folder: str
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out" / folder).parent.mkdir(parents=True)
    (tmp_path / "out" / folder).symlink_to(tmp_path / "elsewhere")
    done = added("export", "--to", "chat-turns,token-ids,jsonl", "-o", "out", stdin=texts("old"))
    assert done.returncode == 5
    assert f"{folder} in 'out' is a link" in done.stderr.decode()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("part-00000-00000000.jsonl.zst", "jsonl"),
        ("part-00000-00000000.jsonl", "jsonl"),
        ("notes.of.may.jsonl.gz", "jsonl"),
        ("part-00000-00000000.parquet", "parquet"),
        ("data/part-00000-00000000.parquet", "hf"),
    ],
)
def test_a_shard_is_known_by_folder_and_ending(path: str, name: str) -> None:
    assert format_of_shard(path).name == name


@pytest.mark.parametrize("path", ["part-00000-00000000.bin", "elsewhere/part-00000-00000000.parquet", "notes"])
def test_a_shard_of_no_format_is_refused(path: str) -> None:
    with pytest.raises(DamagedError, match="no output format"):
        format_of_shard(path)
