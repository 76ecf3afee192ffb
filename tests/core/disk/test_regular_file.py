"""Files that options name: regular ones, and pipes that a shell passes; nothing that would be waited for."""

import os
from pathlib import Path

import pytest

from corpuskit.core.disk.key_file import read_key_file
from corpuskit.core.disk.regular_file import read_named
from corpuskit.core.errors import UsageError
from tests.conftest import Run, texts
from tests.support.recipes import ONE_SOURCE


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "folder"])
def test_what_would_be_read_without_end_is_refused(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot read the key file"):
        read_key_file(tmp_path / name)


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"key")
    (tmp_path / "link").symlink_to("file")
    assert read_named(tmp_path / "link") == b"key"


@pytest.mark.parametrize(
    "command",
    [
        "mix pipe -o out",
        "mix recipe.yaml -o out --executor slurm --profile pipe",
        "scrub-pii in.jsonl --mode hash --key-file pipe",
        "events in.jsonl --format openwebui --tenant acme --key pipe --consent empty",
        "events in.jsonl --format openwebui --tenant acme --key key --consent pipe",
    ],
)
def test_no_command_waits_for_a_pipe_that_an_option_names(
    tmp_path: Path, shell: Run, corpuskit: Run, command: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "in.jsonl").write_bytes(texts("some words"))
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "key").write_bytes(b"k" * 32)
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "recipe.yaml").write_text(ONE_SOURCE)
    done = corpuskit(*command.split())
    assert done.returncode == 2
    assert b"not a regular file" in done.stderr
    assert shell("corpuskit scrub-pii in.jsonl --mode hash --key-file <(cat key)").returncode == 0
