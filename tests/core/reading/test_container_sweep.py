"""Every container cut at every byte and flipped at every byte: never silent, never a wrong record, and on behind it.

Samples of about 4 KB, read as the commands read them; what a damaged copy gives is compared with the whole one.
"""

import bz2
import gzip
import json
import lzma
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

from corpuskit.core.errors import DamagedError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import Document, Drop, Item, Rejected
from corpuskit.sources.fetch_warc import FetchWarc
from corpuskit.sources.files import Files
from corpuskit.trust.verifying.dataset_check import check
from tests.conftest import Run, texts
from tests.hostile.warc import record, response

RANDOM = random.Random(4)
"""Words that compress badly, so that every byte of the stored samples counts."""
NUMBER = 8


def words(count: int) -> str:
    return " ".join(RANDOM.randbytes(5).hex() for _ in range(count))


LINES = [json.dumps({"id": f"d{number}", "text": words(22)}).encode() + b"\n" for number in range(NUMBER)]


def warc_record(number: int) -> bytes:
    import base64
    import hashlib

    block = response(f"<p>{words(16)}</p>".encode())
    digest = "sha1:" + base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode()
    return record(block, WARC_Record_ID=f"<urn:uuid:d{number}>", WARC_Block_Digest=digest)


RECORDS = [warc_record(number) for number in range(NUMBER)]


Whole = dict[str, list[tuple[str, str]]]
STRIDES = pytest.mark.parametrize("stride", [pytest.param(1, marks=pytest.mark.slow), 23])
"""Every byte where there is time, every 23rd in the quick suite."""


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def members(pack: Callable[[bytes], bytes], parts: list[bytes]) -> list[bytes]:
    return [pack(part) for part in parts]


SAMPLES: dict[str, tuple[str, list[bytes]]] = {
    "jsonl": (".jsonl", LINES),
    "gzip": (".jsonl.gz", members(lambda data: gzip.compress(data, mtime=0), LINES)),
    "zstd": (".jsonl.zst", members(zstd, LINES)),
    "bzip2": (".jsonl.bz2", members(bz2.compress, LINES)),
    "xz": (".jsonl.xz", members(lzma.compress, LINES)),
    "warc": (".warc", RECORDS),
    "warc.gz": (".warc.gz", members(lambda data: gzip.compress(data, mtime=0), RECORDS)),
    "warc.zst": (".warc.zst", members(zstd, RECORDS)),
}
"""By name: the ending of the file, and one part for each record."""


def read(kind: str, data: bytes, folder: Path) -> tuple[list[tuple[str, str]], bool]:
    """Ids and texts, and whether anything was reported, dropped or rejected."""
    path = folder / f"in{SAMPLES[kind][0]}"
    path.write_bytes(data)
    source = Input(path.name, local_path=path)
    reader = FetchWarc(check_digests="always") if kind.startswith("warc") else Files()
    items: list[Item] = list(reader.read(source))
    source.manifest_entry()
    found = [(item.id, item.text) for item in items if isinstance(item, Document)]
    return found, bool(source.damage) or any(isinstance(item, Drop | Rejected) for item in items)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """What each sample holds."""
    folder = tmp_path_factory.mktemp("whole")
    found = {}
    for kind, (_, parts) in SAMPLES.items():
        found[kind], reported = read(kind, b"".join(parts), folder)
        assert not reported
        assert [name for name, _ in found[kind]] == [f"d{number}" for number in range(NUMBER)]
    return found


def ends(parts: list[bytes]) -> list[int]:
    """Where each part ends."""
    return [sum(map(len, parts[: place + 1])) for place in range(len(parts))]


@pytest.mark.parametrize("kind", SAMPLES)
@STRIDES
def test_cut_at_any_byte_it_gives_the_whole_records_before_and_says_so(
    kind: str, stride: int, whole: Whole, tmp_path: Path
) -> None:
    parts = SAMPLES[kind][1]
    data, places = b"".join(parts), ends(parts)
    for length in range(0, len(data), stride):
        found, reported = read(kind, data[:length], tmp_path)
        before = sum(place <= length for place in places)
        assert found == whole[kind][: len(found)], length
        # Without its last line end a record of plain text is whole; anything else that is missing is reported.
        assert before <= len(found) <= before + 1, length
        assert reported or not length or length in places or len(found) == before + 1, length


@pytest.mark.parametrize("kind", SAMPLES)
@STRIDES
def test_flipped_at_any_byte_it_costs_one_record_and_is_never_silent(
    kind: str, stride: int, whole: Whole, tmp_path: Path
) -> None:
    parts = SAMPLES[kind][1]
    data, places = b"".join(parts), ends(parts)
    for place in range(0, len(data), stride):
        flipped = bytearray(data)
        flipped[place] ^= 1 << place % 8
        found, reported = read(kind, bytes(flipped), tmp_path)
        hit = sum(end <= place for end in places)
        # A flipped line end or end mark may join two records.
        touched = (hit, hit + 1) if place + 4 >= places[hit] else (hit,)
        # By text alone: a flipped id may be that of a neighbour, which then gets another.
        kept = [text for number, (_, text) in enumerate(whole[kind]) if number not in touched]
        assert [text for _, text in found if text in kept] == kept, place
        if kind != "jsonl" and not reported:
            # No checksum covers the header of a member or the id of a record; a text is as it was.
            assert [text for _, text in found] == [text for _, text in whole[kind]], place


@pytest.fixture
def dataset(tmp_path: Path, corpuskit: Run) -> Path:
    done = corpuskit("files", "-o", "out", stdin=texts("one text", "another text") + b"broken\n")
    assert done.returncode == 0, done.stderr
    return tmp_path / "out"


def damaged(data: bytes, stride: int) -> Iterator[tuple[str, int, bytes]]:
    """Cut and flipped copies."""
    for place in range(0, len(data), stride):
        yield "cut", place, data[:place]
        yield "flipped", place, data[:place] + bytes([data[place] ^ (1 << place % 8)]) + data[place + 1 :]


@STRIDES
def test_a_manifest_cut_or_flipped_at_any_byte_is_no_manifest(stride: int, dataset: Path) -> None:
    path = dataset / "manifest.json"
    data = path.read_bytes()
    same = json.loads(data)
    assert check(dataset, {}) == []
    for how, place, copy in damaged(data, stride):
        path.write_bytes(copy)
        try:
            harmless = json.loads(copy) == same
        except ValueError:
            harmless = False
        assert bool(check(dataset, {})) is not harmless, (how, place)


@STRIDES
def test_a_shard_cut_or_flipped_at_any_byte_is_found(stride: int, dataset: Path) -> None:
    for path in [*dataset.glob("data/part-*"), *dataset.glob("decisions/*")]:
        data = path.read_bytes()
        for how, place, copy in damaged(data, stride):
            path.write_bytes(copy)
            assert check(dataset, {}), (path.name, how, place)
        path.write_bytes(data)
    assert check(dataset, {}) == []


@STRIDES
def test_parquet_cut_or_flipped_at_any_byte_is_named_or_the_same(stride: int, tmp_path: Path) -> None:
    from corpuskit.core.document import Reject, encode
    from corpuskit.export.parquet import Parquet

    whole = [Document(f"d{number}", words(12), {"source": "s"}) for number in range(4)]
    writer = Parquet().open(tmp_path / "whole.parquet")
    for document in whole:
        writer.write(document)
    writer.close()
    data = (tmp_path / "whole.parquet").read_bytes()
    lines = [encode(document) for document in whole]
    path = tmp_path / "damaged.parquet"
    for how, place, copy in damaged(data, stride):
        path.write_bytes(copy)
        try:
            found = [encode(document) for document in Parquet().read(path)]
        except (DamagedError, Reject):
            continue
        assert found == lines, (how, place)
