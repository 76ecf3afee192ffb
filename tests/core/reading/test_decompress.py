"""The one reader: every container, cut and flipped everywhere, reports what it lost and goes on behind it."""

import bz2
import gzip
import io
import lzma
import random
import zlib
from collections.abc import Callable

import pytest
import zstandard

from corpuskit.core.reading.decompress import GAP, decompressed_blocks
from corpuskit.core.reading.members import CHUNK

PARTS = [random.Random(number).randbytes(60) * 12 for number in range(6)]


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstd,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


class Unseekable(io.BytesIO):
    def seekable(self) -> bool:
        return False


def read(data: bytes, stream: type[io.BytesIO] = io.BytesIO) -> tuple[bytes, list[tuple[str, int, int]]]:
    damage: list[tuple[str, int, int]] = []
    found = b"".join(decompressed_blocks(stream(data), lambda what, offset, lost: damage.append((what, offset, lost))))
    return found, damage


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("stream", [io.BytesIO, Unseekable])
def test_members_in_a_row_are_one_stream(kind: str, stream: type[io.BytesIO]) -> None:
    data = b"".join(COMPRESS[kind](part) for part in PARTS)
    assert read(data, stream) == (b"".join(PARTS), [])


def test_plain_bytes_pass() -> None:
    assert read(b"plain\n" * 50_000) == (b"plain\n" * 50_000, [])
    assert read(b"") == (b"", [])


def test_padding_and_skippable_frames_are_stepped_over() -> None:
    frame = b"\x52\x2a\x4d\x18" + (300_000).to_bytes(4, "little") + bytes(300_000)
    assert read(frame + zstd(b"a") + frame + zstd(b"b")) == (b"ab", [])
    assert read(gzip.compress(b"a") + bytes(1000)) == (b"a", [])


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("stream", [io.BytesIO, Unseekable])
def test_a_container_cut_at_any_byte_is_reported(kind: str, stream: type[io.BytesIO]) -> None:
    members = [COMPRESS[kind](part) for part in PARTS[:3]]
    data = b"".join(members)
    ends = {len(members[0]), len(members[0]) + len(members[1])}
    for length in range(12, len(data)):
        found, damage = read(data[:length], stream)
        assert b"".join(PARTS[:3]).startswith(found)
        assert bool(damage) is (length not in ends), length


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("stream", [io.BytesIO, Unseekable])
def test_a_flipped_byte_costs_one_member_and_is_reported(kind: str, stream: type[io.BytesIO]) -> None:
    members = [COMPRESS[kind](part) for part in PARTS[:3]]
    data = b"".join(members)
    start, end = len(members[0]), len(members[0]) + len(members[1])
    for place in range(start, end, 3):
        flipped = bytearray(data)
        flipped[place] ^= 0x55
        found, damage = read(bytes(flipped), stream)
        harmless = found == b"".join(PARTS[:3])
        assert damage or harmless, place
        assert found.startswith(PARTS[0]), place
        assert found.endswith(PARTS[2]), place


def test_damage_says_where_and_how_much() -> None:
    first, second, third = (gzip.compress(part) for part in PARTS[:3])
    broken = bytearray(second)
    broken[-6] ^= 1
    _, damage = read(first + bytes(broken) + third)
    assert [(offset, lost) for _, offset, lost in damage] == [(len(first), len(second))]


def test_a_gap_marks_where_bytes_are_missing() -> None:
    broken = gzip.compress(PARTS[0])[:-8] + b"12345678"
    stream = io.BytesIO(broken + gzip.compress(b"after"))
    assert list(decompressed_blocks(stream, lambda *_: None))[-2:] == [GAP, b"after"]


def test_a_damaged_long_member_in_a_pipe_is_found_behind() -> None:
    long = random.Random(1).randbytes(3 * CHUNK)
    broken = bytearray(gzip.compress(long, 0))
    broken[-5] ^= 1
    found, damage = read(bytes(broken) + gzip.compress(b"after"), Unseekable)
    assert found.endswith(b"after")
    assert damage


@pytest.mark.slow
def test_a_decompression_bomb_ends_early() -> None:
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(600)) + bomb.flush()
    total = 0
    damage: list[str] = []
    for block in decompressed_blocks(io.BytesIO(data), lambda what, *_: damage.append(what)):
        total += len(block)
    assert total <= 270 * 1024 * 1024
    assert "expands" in damage[0]
