"""Which format a file has: by its name, else by its first bytes, whatever is damaged before them."""

import gzip
from pathlib import Path

import pytest

from corpuskit.core.reading.input_kinds import first_block
from corpuskit.core.reading.inputs import Input
from corpuskit.formats.detect import format_by_name, format_of


@pytest.mark.parametrize(
    ("name", "format_name"),
    [("", None), (".", None), (".csv", None), ("a.CSV.gz", "csv"), (".gz", None), ("a", None), ("b/c.htm", "html")],
)
def test_a_name_may_tell_the_format(name: str, format_name: str | None) -> None:
    assert format_by_name(name) == format_name


def test_the_first_block_is_found_past_damage_and_leaves_no_trace(tmp_path: Path) -> None:
    members = [gzip.compress(line) for line in (b'{"id": "a"}\n', b'{"text": "b"}\n')]
    path = tmp_path / "lines"
    path.write_bytes(members[0][:10] + b"\xff" * 8 + members[0][18:] + members[1])
    file = Input(path.name, local_path=path)
    assert first_block(file) == b'{"text": "b"}\n'
    assert format_of(file) == "jsonl"
    assert file.damage == []
