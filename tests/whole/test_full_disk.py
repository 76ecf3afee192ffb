"""Where there is no room left, the message names the file that could not be written."""

import errno
import os
from pathlib import Path
from typing import IO

import pytest

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document
from corpuskit.core.errors import PublishError
from corpuskit.stages.dedup import Dedup
from corpuskit.text.dedup.entries import write_entries, write_whole
from tests.conftest import Run, lines_of

PARAMETERS = Dedup().parameters()


@pytest.mark.parametrize("option", ["--drops", "--rejects"])
@pytest.mark.parametrize("command", ["filter-license --allow MIT in.jsonl", "mix recipe.yaml -o out"])
def test_a_full_disk_names_the_file_of_drops_and_of_rejects(
    tmp_path: Path, corpuskit: Run, command: str, option: str
) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines_of([{"id": "1", "text": "a word"}]) + b"broken\n")
    source = "{from: files, inputs: [in.jsonl], origin: other, steps: [{filter-license: {allow: [MIT]}}]}"
    (tmp_path / "recipe.yaml").write_text(f"sources: {{a: {source}}}\n")
    done = corpuskit(*command.split(), "--allow-empty", option, "/dev/full")
    assert done.returncode == 5, done.stderr
    (line,) = [line for line in done.stderr.decode().splitlines() if "No space left" in line]
    assert "cannot write '/dev/full'" in line and f"another {option}" in line


def test_a_full_output_folder_is_named_and_not_tmpdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: IO[bytes], data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(filesystem, "write_all", full)
    path = tmp_path / "out" / ".staging" / "entries"
    path.parent.mkdir(parents=True)
    with pytest.raises(PublishError) as failure:
        write_whole(path, lambda file: write_entries(PARAMETERS, [Document("1", "a word")], file))
    assert str(path) in str(failure.value) and "TMPDIR" not in str(failure.value)
    with filesystem.open_nameless() as file, pytest.raises(PublishError, match="TMPDIR"):
        write_entries(PARAMETERS, [Document("1", "a word")], file)
