"""A shard is zstd frames that its lines alone cut: equal lines are equal bytes, and readers have all of them."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
import zstandard

from corpuskit import Document, encode
from corpuskit.core.disk import filesystem
from corpuskit.core.publish.line_writer import FRAME_BYTES, JsonlShardWriter
from corpuskit.export.jsonl import Jsonl

LINES = [encode(Document(f"d{number}", f"text of number {number} " * (number % 9))) for number in range(60)]


def shard_of(lines: Sequence[bytes], path: Path) -> bytes:
    path.unlink(missing_ok=True)
    writer = JsonlShardWriter(filesystem.open_new(path))
    for line in lines:
        writer.write_line(line)
    writer.close()
    return path.read_bytes()


def frames_of(shard: bytes) -> list[bytes]:
    """Return the content of each frame, but for the last, which readers skip."""
    frames = []
    while shard[:4] == zstandard.FRAME_HEADER:
        decoder = zstandard.ZstdDecompressor().decompressobj()
        frames.append(decoder.decompress(shard))
        shard = decoder.unused_data
    return frames


@pytest.mark.parametrize("size", [1, 500, 2_000])
def test_a_frame_ends_with_the_line_that_fills_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(JsonlShardWriter, "held_bytes", size)
    frames = frames_of(shard_of(LINES, tmp_path / "x.jsonl.zst"))
    assert b"".join(frames) == b"".join(line + b"\n" for line in LINES)
    for frame in frames[:-1]:
        *others, last = frame.splitlines()
        assert sum(map(len, others)) < size <= sum(map(len, others)) + len(last)


def test_lines_that_follow_leave_the_frames_before_them_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JsonlShardWriter, "held_bytes", 500)
    first = shard_of(LINES[:40], tmp_path / "x.jsonl.zst")
    longer = shard_of(LINES, tmp_path / "x.jsonl.zst")
    *whole, _ = frames_of(first)
    assert len(whole) > 5
    assert frames_of(longer)[: len(whole)] == whole


def test_a_shard_without_lines_is_a_frame_of_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl.zst"
    assert frames_of(shard_of([], path)) == [b""]
    assert list(Jsonl().read(path)) == []


def test_readers_have_the_lines_of_all_frames(tmp_path: Path) -> None:
    import pyarrow

    text = "".join(chr(0x4E00 + number * number % 9_973) for number in range(100_000))
    lines = [encode(Document(f"d{number}", f"{number} {text[number:]}")) for number in range(80)]
    path = tmp_path / "x.jsonl.zst"
    assert len(frames_of(shard_of(lines, path))) == 1 + sum(map(len, lines)) // FRAME_BYTES > 2
    content = b"".join(line + b"\n" for line in lines)
    with pyarrow.input_stream(path, compression="zstd") as stream:
        assert stream.read() == content
    with zstandard.open(path, "rb") as stream:
        assert stream.read() == content
    copied = io.BytesIO()
    with open(path, "rb") as stream:
        zstandard.ZstdDecompressor().copy_stream(stream, copied)
    assert copied.getvalue() == content
    assert [encode(document) for document in Jsonl().read(path)] == lines
    assert [document.id for document in Jsonl().find(path, "d79")] == ["d79"]
