"""Hostile containers: bombs, lies about sizes, bytes that belong to nothing."""

import bz2
import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import xxhash
import zstandard

from tests.hostile import FILES, RECORDS, Attack, Make
from tests.hostile.jsonl import line

MIB = 1024 * 1024
BEFORE, BEHIND = (line(text) + b"\n" for text in RECORDS)


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


PACK: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": zstd, "bz2": bz2.compress}


def between(ending: str, hostile: Callable[[], bytes], *, members: bool = True) -> Make:
    """The attack between two members of its kind, in a file between two files."""

    def make(folder: Path) -> None:
        place = folder / "in"
        place.mkdir(parents=True)
        pack = PACK[ending]
        (place / f"1-good.jsonl.{ending}").write_bytes(pack(line(FILES[0]) + b"\n"))
        (place / f"3-good.jsonl.{ending}").write_bytes(pack(line(FILES[1]) + b"\n"))
        data = pack(BEFORE) + hostile() + pack(BEHIND) if members else hostile()
        (place / f"2-hostile.jsonl.{ending}").write_bytes(data)

    return make


def of(
    ending: str, name: str, code: int, hostile: Callable[[], bytes], *, members: bool = True, **more: object
) -> Attack:
    """An attack that must cost nothing but itself."""
    kept = FILES + RECORDS if members else FILES
    make = between(ending, hostile, members=members)
    return Attack(f"{ending}-{name}", make, "files in", code, kept=kept, **more)  # type: ignore[arg-type]


def gzip_bomb(size: int = 600 * MIB, fill: bytes = b"\0") -> bytes:
    maker = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(maker.compress(fill * MIB) for _ in range(size // MIB)) + maker.flush()


def zstd_bomb(size: int = 4096 * MIB) -> bytes:
    """One block of four bytes for every 128 KiB."""
    header = zstd_header(7 << 3)
    block = struct.pack("<I", (1 << 1) | (128 * 1024 << 3))[:3] + b"a"
    return header + block * (size // (128 * 1024)) + struct.pack("<I", 1)[:3]


def zstd_header(window: int) -> bytes:
    """A frame without content size and checksum: the window's exponent over 1 KiB stands in the upper bits."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([window])


def zstd_claims(size: int) -> bytes:
    """A frame that says it holds so much, and holds three bytes."""
    return b"\x28\xb5\x2f\xfd\xe0" + struct.pack("<Q", size) + struct.pack("<I", 1 | (3 << 3))[:3] + b"abc"


def bzip2_bomb(size: int = 2048 * MIB) -> bytes:
    """Streams of 45 MB in 45 bytes, in one: each block is the same."""
    maker = bz2.BZ2Compressor(9)
    piece = bytes(16 * MIB)
    return b"".join(maker.compress(piece) for _ in range(size // len(piece))) + maker.flush()


def lz4_bomb(size: int = 1024 * MIB) -> bytes:
    """A frame of blocks of 4 MiB, each one letter and its repetition."""
    length = 4 * MIB - 6
    over = length - 4 - 15
    block = b"\x1fa\x01\x00" + b"\xff" * (over // 255) + bytes([over % 255]) + b"\x50aaaaa"
    head = b"\x60\x70"
    start = b"\x04\x22\x4d\x18" + head + bytes([xxhash.xxh32_intdigest(head) >> 8 & 255])
    return start + (struct.pack("<I", len(block)) + block) * (size // (4 * MIB)) + bytes(4)


def between_files(name: str, data: Callable[[], bytes]) -> Make:
    """A hostile file of another name between two that are harmless."""

    def make(folder: Path) -> None:
        between("gz", lambda: b"")(folder)
        (folder / "in" / "2-hostile.jsonl.gz").unlink()
        (folder / "in" / name).write_bytes(data())

    return make


def with_field(flag: int, field: bytes) -> bytes:
    """A gzip member with an optional header field."""
    whole = gzip.compress(b'{"text":"a name of a file"}\n', mtime=0)
    return whole[:3] + bytes([flag]) + whole[4:10] + field + whole[10:]


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]


MIDDLE = line("the middle") + b"\n"


def nested(ending: str, times: int) -> bytes:
    data = MIDDLE
    for _ in range(times):
        data = PACK[ending](data)
    return data


def dictionary_claims(size: int) -> bytes:
    """An archive's dictionary that is a frame which claims so many bytes."""
    frame = zstd_claims(size)
    return struct.pack("<II", 0x184D2A5D, len(frame)) + frame


def archive_of(entries: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as container:
        for name, data in entries.items():
            container.writestr(name, data)
    return made.getvalue()


ATTACKS = [
    of("gz", "bomb", 3, gzip_bomb, says="expands"),
    of(
        "gz",
        "two-hundred-million-blank-lines",
        0,
        lambda: gzip_bomb(200 * MIB, b"\n"),
        reasons={"empty-line": 1},
    ),
    of("gz", "wrong-checksum", 3, lambda: flipped(gzip.compress(MIDDLE), -8)),
    of("gz", "wrong-size", 3, lambda: flipped(gzip.compress(MIDDLE), -4)),
    of("gz", "broken-header", 3, lambda: flipped(gzip.compress(MIDDLE), 2)),
    of("gz", "cut-member", 3, lambda: gzip.compress(MIDDLE)[:-5]),
    of("gz", "garbage-between", 3, lambda: b"no member at all" * 1000),
    of("gz", "zeros-between", 0, lambda: bytes(10_000)),
    of("gz", "name-that-climbs", 0, lambda: with_field(8, b"../../../etc/owned\0")),
    of("gz", "name-without-end", 3, lambda: with_field(8, b"a" * (20 * MIB))),
    of("gz", "extra-field-too-long", 3, lambda: with_field(4, b"\xff\xff")),
    of("gz", "fifty-thousand-empty-members", 0, lambda: gzip.compress(b"", mtime=0) * 50_000),
    of("gz", "magic-repeated", 3, lambda: b"\x1f\x8b\x08\0" * 500_000),
    of("gz", "members-in-members", 0, lambda: nested("gz", 5) + gzip.compress(b"\n")),
    of("gz", "nothing", 0, lambda: b"", members=False),
    of("gz", "one-byte", 3, lambda: b"\x1f", members=False),
    of("gz", "zeros-only", 0, lambda: bytes(MIB), members=False),
    of("zst", "bomb", 3, zstd_bomb, says="expands"),
    of("zst", "window-of-two-gigabytes", 3, lambda: zstd_header(21 << 3) + struct.pack("<I", 1 | 24)[:3] + b"abc"),
    of("zst", "claims-an-exbibyte", 3, lambda: zstd_claims(1 << 60)),
    of("zst", "cut-after-a-block", 3, lambda: zstd(MIDDLE * 20_000)[:-40]),
    of("zst", "no-end-mark", 3, lambda: zstd_header(0) + struct.pack("<I", 3 << 3)[:3] + b"abc", members=False),
    of("zst", "wrong-checksum", 3, lambda: flipped(zstd(MIDDLE), -1)),
    of(
        "zst", "skips-past-the-end", 3, lambda: zstd(MIDDLE) + struct.pack("<II", 0x184D2A50, 0xFFFFFFF0), members=False
    ),
    of("zst", "skips", 0, lambda: (struct.pack("<II", 0x184D2A50, 4) + b"skip") * 100_000),
    of(
        "zst",
        "dictionary-that-claims-a-tebibyte",
        3,
        lambda: dictionary_claims(1 << 40) + zstd(MIDDLE) + b"x",
        members=False,
    ),
    of("zst", "needs-a-dictionary", 3, lambda: b"\x28\xb5\x2f\xfd\x21\x07\x03" + zstd(MIDDLE)[6:]),
    of("zst", "twenty-thousand-frames", 0, lambda: zstd(b"") * 20_000),
    Attack("lz4-bomb", between_files("2-hostile.jsonl", lz4_bomb), "files in", 3, kept=FILES),
    Attack("lz4-cut", between_files("2-hostile.jsonl", lambda: lz4_bomb(8 * MIB)[:-9]), "files in", 3, kept=FILES),
    of("bz2", "bomb", 3, bzip2_bomb, says="expands", slow=True),
    of("bz2", "small-bomb", 3, lambda: bzip2_bomb(700 * MIB), says="expands"),
    of("bz2", "wrong-checksum", 3, lambda: flipped(bz2.compress(MIDDLE), 12)),
    of("bz2", "cut-stream", 3, lambda: bz2.compress(MIDDLE)[:-5]),
    of("bz2", "twenty-thousand-empty-streams", 0, lambda: bz2.compress(b"") * 20_000),
]
