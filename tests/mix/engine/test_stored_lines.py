"""Files of documents are frames of whole lines: some lines are read without decompressing the others."""

from collections.abc import Sequence
from pathlib import Path

import pytest
import zstandard

from corpuskit import Document, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.publish import line_writer
from corpuskit.mix.engine.shards import write_lines
from corpuskit.mix.engine.stored_lines import stored_lines, stored_lines_at

LINES = [encode(Document(f"d{number}", f"text of number {number} " * (number % 7))) for number in range(50)]
ENDS = [sum(map(len, LINES[:number])) + number - 1 for number in range(1, len(LINES) + 1)]
SIZE = ENDS[-1] + 1


def lines_at(path: Path, numbers: Sequence[int], size: int = SIZE) -> list[bytes]:
    starts, ends = [ENDS[number] - len(LINES[number]) for number in numbers], [ENDS[number] for number in numbers]
    return list(stored_lines_at(path, starts, ends, size))


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of frames of a few lines."""
    monkeypatch.setattr(line_writer.JsonlWriter, "held_bytes", 500)
    write_lines(LINES, tmp_path / "x")
    return tmp_path / "x-0000.jsonl.zst"


@pytest.mark.parametrize("frame", [1, 7, 1000, 1 << 20])
@pytest.mark.parametrize("numbers", [[], [0], [0, 3, 4, 20, 49], range(50)])
def test_lines_are_those_of_the_file_in_frames_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frame: int, numbers: Sequence[int]
) -> None:
    monkeypatch.setattr(line_writer.JsonlWriter, "held_bytes", frame)
    write_lines(LINES, tmp_path / "x")
    path = tmp_path / "x-0000.jsonl.zst"
    assert list(stored_lines(path)) == LINES
    assert lines_at(path, numbers) == [LINES[number] for number in numbers]


def test_any_zstd_reader_reads_the_file(path: Path) -> None:
    with open(path, "rb") as stream:
        reader = zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)
        assert reader.read() == b"".join(line + b"\n" for line in LINES)


def test_frames_without_wanted_lines_are_not_read(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:200] + bytes(100) + content[300:])
    assert lines_at(path, [48, 49]) == LINES[48:]
    with pytest.raises(DamagedError, match=path.name):
        lines_at(path, [*range(20)])
    with pytest.raises(DamagedError, match=path.name):
        list(stored_lines(path))


@pytest.mark.parametrize("cut", [1, 9, 100])
def test_a_file_without_its_table_is_damaged(path: Path, cut: int) -> None:
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(DamagedError, match=path.name):
        lines_at(path, [0])
    path.write_bytes(b"")
    with pytest.raises(DamagedError, match=path.name):
        lines_at(path, [0])


def test_lines_that_the_file_does_not_have_are_damage(path: Path) -> None:
    for size in (SIZE - 1, SIZE + 1):
        with pytest.raises(DamagedError, match=path.name):
            lines_at(path, [], size)
    with pytest.raises(DamagedError, match=path.name):
        list(stored_lines_at(path, [SIZE - 3], [SIZE + 1], SIZE))
    with pytest.raises(DamagedError, match=path.name):
        list(stored_lines_at(path, [0], [ENDS[0] - 1], SIZE))
