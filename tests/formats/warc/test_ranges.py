"""Archives in ranges: together these give what the whole file gives, or they are seen not to fit together."""

import gzip
import io
import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.core.reading.byte_ranges import ByteRange, byte_ranges, cover_file, keys_are_unique, write_keys
from corpuskit.core.reading.inputs import Damage, Input
from corpuskit.core.step import Item
from corpuskit.formats.warc.ranges import is_splittable
from corpuskit.sources.fetch_warc import FetchWarc
from tests.support.properties import examples
from tests.support.warc import (
    ARC_HEAD,
    ODD,
    PAGES,
    RECORDS,
    arc,
    block_gz,
    digest,
    gz,
    http,
    one_gz,
    plain,
    record,
    zst,
)

Pack = Callable[[bytes], bytes]


def gzip_member(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def stored_member(data: bytes) -> bytes:
    """A member that holds its bytes as they are, so that what looks like a member in them stands in the file."""
    return gzip.compress(data, 0, mtime=0)


def zstd_frame(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


PACKS = [gzip_member, stored_member, zstd_frame]
ARCS = [ARC_HEAD, *(arc(number, PAGES[number]) for number in range(8))]
DOWNLOADS = [
    http(b"<p>a download\n" + wrap(RECORDS[number : number + 4]))
    for number, wrap in enumerate((gz, zst, lambda items: b"".join(map(stored_member, items)), plain))
]
NESTED = [record(30 + number, block, more=digest(block)) for number, block in enumerate(DOWNLOADS)]


def read_whole(path: Path) -> tuple[list[Item], list[Damage]]:
    input_ = Input("a.warc.gz", local_path=path)
    return list(FetchWarc().read(input_)), input_.damage


def read_in_ranges(path: Path, part_bytes: int) -> tuple[list[Item], bool]:
    """The items of all ranges, and whether these fit together."""
    items: list[Item] = []
    extents, keys, read_bytes = [], [], 0
    size = path.stat().st_size
    for begin, end in byte_ranges(size, part_bytes):
        input_ = Input("a.warc.gz", local_path=path, byte_range=ByteRange(begin, end))
        items += FetchWarc().read(input_)
        byte_range = input_.byte_range
        assert byte_range is not None
        extents.append({"start": byte_range.start, "stop": byte_range.stop, "damaged": bool(input_.damage)})
        keys.append(path.with_name(f"{begin}.keys"))
        write_keys(byte_range.keys, keys[-1])
        read_bytes += input_.manifest_entry()["bytes"]
    fits = cover_file(extents, size) and keys_are_unique(keys)
    assert read_bytes == size or not fits
    return items, fits


def ranges_fit(data: bytes, part_bytes: int) -> bool:
    """Whether the ranges fit together; then they give what the whole file gives, which is not damaged."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.warc.gz"
        path.write_bytes(data)
        items, fits = read_in_ranges(path, part_bytes)
        if fits:
            whole, damage = read_whole(path)
            assert items == whole
            assert not damage
    return fits


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("records", [RECORDS, ARCS, RECORDS[:3] + NESTED])
def test_archives_packed_record_by_record_are_read_in_ranges(pack: Pack, records: list[bytes]) -> None:
    data = b"".join(map(pack, records))
    assert is_splittable(io.BytesIO(data))
    tried = range(40, len(data), 293)
    fitting = [part_bytes for part_bytes in tried if ranges_fit(data, part_bytes)]
    # Of a download that is an archive itself, some members pass for ones of the file, and only the check finds out.
    assert len(fitting) > (len(tried) // 2 if NESTED[0] in records else len(tried) - 1)


@settings(max_examples=examples(120))
@given(st.data())
def test_any_archive_in_ranges_is_as_the_whole_or_seen_not_to_be(data: st.DataObject) -> None:
    """Members of several records, records over several members, ids stated twice, padding, garbage, broken bytes."""
    pack = data.draw(st.sampled_from(PACKS))
    chosen = data.draw(st.lists(st.sampled_from(RECORDS + ODD + ARCS + NESTED), min_size=2, max_size=12))
    content = b"".join(chosen)
    ends = [sum(map(len, chosen[:count])) for count in range(len(chosen) + 1)]
    merged = data.draw(st.sets(st.sampled_from(ends)))
    split = data.draw(st.sets(st.integers(0, len(content)), max_size=2))
    cuts = sorted({0, len(content), *(set(ends) - merged), *split})
    members = [pack(content[start:end]) for start, end in itertools.pairwise(cuts)]
    between = data.draw(st.sampled_from([b"", b"", b"", b"\0" * 30, b"garbage", pack(b"")]))
    stored = members[0] + between + b"".join(members[1:])
    if data.draw(st.booleans()):
        offset = data.draw(st.integers(0, len(stored) - 1))
        stored = stored[:offset] + data.draw(st.binary(max_size=2)) + stored[offset + 1 :]
    ranges_fit(stored, data.draw(st.integers(60, 2000)))


@given(
    numbers=st.lists(st.integers(0, 30), min_size=2, max_size=14),
    pack=st.sampled_from(PACKS),
    part_bytes=st.integers(60, 1500),
)
def test_ranges_fit_together_if_no_id_is_stated_in_two_of_them(numbers: list[int], pack: Pack, part_bytes: int) -> None:
    members = [pack(record(number, http(f"<p>page {number}".encode()))) for number in numbers]
    offset, id_ranges = 0, set()
    for number, member in zip(numbers, members, strict=True):
        id_ranges.add((number, offset // part_bytes))
        offset += len(member)
    assert ranges_fit(b"".join(members), part_bytes) == (len(id_ranges) == len(set(numbers)))


@pytest.mark.parametrize("wrap", [gz, zst])
def test_damage_anywhere_is_seen(wrap: Callable[[list[bytes]], bytes], tmp_path: Path) -> None:
    data = wrap(RECORDS)
    path = tmp_path / "a.warc.gz"
    for offset in range(0, len(data), 97):
        path.write_bytes(data[:offset] + bytes([data[offset] ^ 0x10]) + data[offset + 1 :])
        whole, damage = read_whole(path)
        items, fits = read_in_ranges(path, 300)
        assert not (damage and fits)
        assert items == whole or not fits
    path.write_bytes(data[:-5])
    assert not read_in_ranges(path, 300)[1]


def test_an_archive_may_bring_its_dictionary() -> None:
    dictionary = zstandard.train_dictionary(4096, [http(f"<p>page {number}".encode() * 9) for number in range(400)])
    compressor = zstandard.ZstdCompressor(dict_data=dictionary, write_checksum=True)
    front = (0x184D2A5D).to_bytes(4, "little") + len(dictionary.as_bytes()).to_bytes(4, "little")
    data = front + dictionary.as_bytes() + b"".join(map(compressor.compress, RECORDS))
    assert is_splittable(io.BytesIO(data))
    assert ranges_fit(data, 4500)


@pytest.mark.parametrize(
    "data",
    [
        plain(RECORDS),
        one_gz(RECORDS),
        block_gz(RECORDS),
        gz([RECORDS[0][:90], RECORDS[0][90:], *RECORDS[1:]]),
        gz([b"no archive", *RECORDS]),
        gz([RECORDS[0], bytes(2**21)]),
        gz(RECORDS)[:100] + b"\xff" + gz(RECORDS)[101:],
        b"",
        b"PK\x03\x04" + gz(RECORDS),
    ],
)
def test_what_is_no_archive_packed_record_by_record_is_left_whole(data: bytes) -> None:
    assert not is_splittable(io.BytesIO(data))


def test_an_archive_of_members_that_start_no_record_is_not_searched_to_its_end(tmp_path: Path) -> None:
    """The first range gives up at twice its length, so that what a wrong guess costs stays in proportion."""
    text = b"".join(b"%d" % number for number in range(60_000))
    data = gz(RECORDS[:2]) + block_gz([record(9, http(b"<p>" + text))])
    path = tmp_path / "a.warc.gz"
    path.write_bytes(data)
    input_ = Input("a.warc.gz", local_path=path, byte_range=ByteRange(0, 2000))
    list(FetchWarc().read(input_))
    assert input_.byte_range is not None and input_.byte_range.stop is None
    assert not read_in_ranges(path, 2000)[1]


def test_real_archives_in_ranges(shared_data: Path, tmp_path: Path) -> None:
    fitting = 0
    for path in sorted((shared_data / "warc").glob("*/*.warc*")):
        if path.stat().st_size < 4_000_000:
            with path.open("rb") as stream:
                may = is_splittable(stream)
            copy = tmp_path / "a.warc.gz"
            copy.write_bytes(path.read_bytes())
            items, fits = read_in_ranges(copy, 100_000)
            whole, damage = read_whole(copy)
            assert not fits or (items == whole and not damage), path.name
            fitting += fits and may
    assert fitting
