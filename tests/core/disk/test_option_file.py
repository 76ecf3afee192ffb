"""Small files that options name: whatever is wrong with one, a line says what and of which file."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from corpuskit.core.disk.option_file import read_option_file, read_option_json, read_option_text
from corpuskit.core.errors import UsageError


def test_a_file_is_read_whole_and_without_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1.10}')
    assert read_option_file(path) == b'{"a": 1.10}' and read_option_text(path) == '{"a": 1.10}'
    assert read_option_json(path) == {"a": 1.1}
    assert read_option_json(path, parse_float=Decimal) == {"a": Decimal("1.10")}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "no such file or directory"),
        (b"x" * 99, "larger than 64 bytes"),
        (b"\xff{}", "not UTF-8, from byte 0 on; convert it"),
        (b"{\n 1}", "no JSON from line 2, column 2 on"),
        (b"[" * 60, "no JSON from line 1, column 61 on"),
    ],
)
def test_what_is_wrong_with_it_is_said(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        json_of = read_option_file(path, "list", 64) and read_option_json(path, "list")
        assert json_of is None, "is never reached"
    assert str(caught.value) == f"cannot read the list 'a.json': {problem}"


def test_a_number_of_too_many_digits_and_a_depth_without_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("9" * 5000)
    with pytest.raises(UsageError, match="a number in it is none"):
        read_option_json(path)
    path.write_text("[" * 200_000)
    with pytest.raises(UsageError, match=r"^cannot read 'a\.json': "):
        read_option_json(path)


def test_a_folder_and_a_pipe_without_a_writer_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(UsageError, match=r"^cannot read '"):
            read_option_file(path)
