"""JSONL shards: what is not a document is damage of the shard."""

from pathlib import Path

import pytest

from corpuskit.core.errors import DamagedError
from corpuskit.export.jsonl import Jsonl


@pytest.mark.parametrize("line", [b'{"id":"a"}', b'{"id":"a","text":7}', b"no json", b"[]"])
def test_a_line_that_is_no_document_is_damage(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "part-00000-00000000.jsonl"
    path.write_bytes(line + b"\n")
    with pytest.raises(DamagedError, match=f"{path.name}: is damaged: a line is not a document"):
        list(Jsonl().read(path))


def test_a_line_with_the_id_that_is_no_document_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "part-00000-00000000.jsonl"
    path.write_bytes(b'{"id":"a","text":7}\n')
    with pytest.raises(DamagedError, match="a line is not a document"):
        list(Jsonl().find(path, "a"))
