"""Block files: what was appended is read back, by column and by row; what is no block file is said."""

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.disk import block_file
from corpuskit.core.disk.block_file import BlockFile, BlockWriter, Field
from corpuskit.core.errors import DamagedError

FIELDS = [Field("one", "<u8", 1), Field("three", "<i4", 3), Field("flag", "|u1", 1)]


def columns(rows: int, seed: int = 0) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    return {
        "one": generator.integers(0, 1 << 63, (rows, 1), np.uint64),
        "three": generator.integers(-5, 5, (rows, 3), np.int32),
        "flag": generator.integers(0, 2, (rows, 1), np.uint8),
    }


@settings(deadline=None)
@given(st.lists(st.lists(st.binary(max_size=9), max_size=12), max_size=6), st.sampled_from([1, 3, 4096]))
def test_what_was_appended_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[bytes]], size: int
) -> None:
    path = tmp_path_factory.mktemp("blocks") / "file"
    whole = columns(sum(map(len, parts)))
    texts = [text for part in parts for text in part]
    with pytest.MonkeyPatch.context() as patch, open(path, "wb+", buffering=0) as file:
        patch.setattr(block_file, "ROWS", size)
        writer, start = BlockWriter(file, FIELDS, ("a", "b")), 0
        for part in parts:
            rows = {name: column[start : start + len(part)] for name, column in whole.items()}
            writer.append(rows, {"a": part, "b": [text[::-1] for text in part]}, len(part))
            start += len(part)
        assert len(writer) == start
        writer.finish({"fact": "ü"})
        read = BlockFile(file, "file")
        assert (len(read), read.attributes, read.fields) == (start, {"fact": "ü"}, FIELDS)
        numbers = np.array([start - 1, 0, start // 2, 0]) if start else np.empty(0, np.int64)
        for name, column in whole.items():
            assert read.load(name).tolist() == column.tolist()
            assert read.take(name, numbers).tolist() == column[numbers].tolist()
        assert list(read.strings("a")) == texts
        assert list(read.strings("b")) == [text[::-1] for text in texts]
        assert [read.string("b", number) for number in range(start)] == [text[::-1] for text in texts]


def test_what_is_no_block_file_is_said(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with open(path, "wb+", buffering=0) as file:
        writer = BlockWriter(file, FIELDS, ("a",))
        writer.append(columns(5), {"a": [b"x"] * 5}, 5)
        writer.finish({})
    whole = path.read_bytes()
    for data in (b"", b"x" * 99, whole[:-1], whole[1:], whole[:40], whole[:-30] + b"?" + whole[-29:], whole + b"\n"):
        path.write_bytes(data)
        with open(path, "rb", buffering=0) as file, pytest.raises(DamagedError, match=r"^file is damaged: [a-z ,]+$"):
            BlockFile(file, "file")
    path.write_bytes(whole)
    with open(path, "rb+", buffering=0) as file:
        read = BlockFile(file, "file")
        file.truncate(50)
        with pytest.raises(DamagedError, match="it is cut"):
            read.load("three")


def test_a_writer_needs_a_real_file() -> None:
    with pytest.raises(io.UnsupportedOperation):
        BlockWriter(io.BytesIO(), FIELDS, ()).finish({})


WHOLE: dict[str, Any] = {"fields": [["one", "<u8", 1]], "strings": ["a"], "blocks": [[8, 2]], "facts": {}}

SHAPES: dict[str, Any] = {
    "a list": [],
    "null": None,
    "no fields": {key: value for key, value in WHOLE.items() if key != "fields"},
    "an object type": WHOLE | {"fields": [["one", "O", 1]]},
    "an unknown type": WHOLE | {"fields": [["one", "zz", 1]]},
    "a negative width": WHOLE | {"fields": [["one", "<u8", -1]]},
    "a huge width": WHOLE | {"fields": [["one", "<u8", 10**15]]},
    "one name twice": WHOLE | {"fields": [["one", "<u8", 1]] * 2},
    "many rows": WHOLE | {"blocks": [[8, 10**15]]},
    "rows beyond the end": WHOLE | {"blocks": [[8, 9]]},
    "negative rows": WHOLE | {"blocks": [[8, -5]]},
    "a negative offset": WHOLE | {"blocks": [[-8, 2]]},
    "a half full block first": WHOLE | {"blocks": [[8, 1], [8, 1]]},
    "blocks of text": WHOLE | {"blocks": "x"},
    "numbers as strings": WHOLE | {"strings": [5]},
    "no facts": WHOLE | {"facts": None},
}


def forged(path: Path, footer: bytes, body: bytes) -> Path:
    tail = block_file.TAIL.pack(len(body), xxhash.xxh3_64_intdigest(footer), block_file.MAGIC)
    path.write_bytes(body + footer + tail)
    return path


def body_of(ends: tuple[int, int]) -> bytes:
    return block_file.MAGIC + bytes(16) + struct.pack("<QQ", *ends) + b"abcd"


@pytest.mark.parametrize("shape", [*SHAPES, "broken JSON", "deep JSON"])
def test_a_footer_of_another_shape_is_damage(tmp_path: Path, shape: str) -> None:
    raw = {"broken JSON": b"{", "deep JSON": b"[" * 100_000}
    footer = raw[shape] if shape in raw else json.dumps(SHAPES[shape]).encode()
    with open(forged(tmp_path / "f", footer, body_of((2, 4))), "rb") as file, pytest.raises(DamagedError):
        BlockFile(file, "f")


@pytest.mark.parametrize("ends", [(2, 1 << 62), (4, 2), (1 << 63, (1 << 64) - 1)])
def test_strings_that_end_elsewhere_are_damage(tmp_path: Path, ends: tuple[int, int]) -> None:
    with open(forged(tmp_path / "f", json.dumps(WHOLE).encode(), body_of(ends)), "rb") as file:
        block = BlockFile(file, "f")
        with pytest.raises(DamagedError):
            list(block.strings("a"))
        with pytest.raises(DamagedError):
            block.string("a", 1)
