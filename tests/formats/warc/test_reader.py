"""Records of web archives: what is whole comes out whole, what is not is named, and neither costs its neighbours."""

import contextlib
import io
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.reading import members
from corpuskit.formats.warc import reader
from corpuskit.formats.warc.digests import matches_digest
from corpuskit.formats.warc.headers import arc_headers
from corpuskit.formats.warc.reader import read_records
from corpuskit.formats.warc.record import WarcRecord
from tests.support.warc import (
    ARC_HEAD,
    ODD,
    PAGES,
    RECORDS,
    WRAPS,
    Wrap,
    arc,
    block_gz,
    digest,
    gz,
    http,
    one_gz,
    page,
    plain,
    record,
    zst,
)

Damage = list[tuple[str, int, int]]


def read(data: bytes | Path) -> tuple[list[WarcRecord], Damage]:
    damage: Damage = []
    with data.open("rb") if isinstance(data, Path) else io.BytesIO(data) as stream:
        records = list(read_records(stream, lambda *what: damage.append(what)))
    return records, damage


def whole(records: list[WarcRecord]) -> list[bytes]:
    return [item.block for item in records if not item.fault]


def faults(records: list[WarcRecord]) -> list[str]:
    return [item.fault for item in records if item.fault]


def by_warcio(data: bytes) -> list[bytes]:
    from warcio.archiveiterator import ArchiveIterator

    blocks = []
    with contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(Exception):
        for item in ArchiveIterator(io.BytesIO(data), no_record_parse=True):
            blocks.append(item.raw_stream.read())  # noqa: PERF401 - keeps what came before an error
    return blocks


def by_fastwarc(data: bytes) -> list[bytes]:
    from fastwarc.warc import ArchiveIterator

    blocks = []
    with contextlib.suppress(Exception):
        for item in ArchiveIterator(io.BytesIO(data), parse_http=False):
            blocks.append(item.reader.read())  # noqa: PERF401
    return blocks


@pytest.mark.parametrize("wrap", WRAPS)
def test_an_intact_archive_is_read_whole(wrap: Wrap) -> None:
    records, damage = read(wrap(RECORDS))
    assert whole(records) == PAGES
    assert not faults(records) and not damage
    assert all(item.matches_digest() for item in records)


BROKEN = st.tuples(st.integers(0, 10_000), st.binary(max_size=3))


@pytest.mark.parametrize("wrap", [gz, zst, block_gz])
@given(chosen=st.lists(st.sampled_from(RECORDS + ODD), max_size=6), broken=st.none() | BROKEN)
def test_the_quick_way_through_a_member_finds_what_the_careful_one_finds(
    wrap: Wrap, chosen: list[bytes], broken: tuple[int, bytes] | None
) -> None:
    data = wrap(chosen)
    if broken and data:
        offset = broken[0] % len(data)
        data = data[:offset] + broken[1] + data[offset + len(broken[1]) :]
    quick = read(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader.WarcReader, "_only_record", lambda reader: None)
        careful = read(data)
    assert quick[0] == careful[0]
    # Having read on to the end of the member, the quick way knows sooner that the member itself will be reported.
    assert quick[1] == careful[1] or (broken and set(quick[1]) <= set(careful[1]))
    assert [item.headers for item in quick[0]] == [item.headers for item in careful[0]]


@pytest.mark.parametrize("wrap", [gz, zst, plain])
def test_offset_and_length_fetch_the_record_again(wrap: Wrap) -> None:
    data = wrap(RECORDS)
    for item in read(data)[0]:
        assert item.length is not None
        again, damage = read(data[item.offset : item.offset + item.length])
        assert [one.block for one in again] == [item.block]
        assert not damage


def test_a_pipe_gives_what_a_file_gives() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError("not seekable")

        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 100))

    for wrap in WRAPS:
        assert list(read_records(Pipe(wrap(RECORDS)), _never)) == read(wrap(RECORDS))[0]


def _never(*what: object) -> None:
    raise AssertionError(what)


@pytest.mark.parametrize("wrap", WRAPS)
def test_cut_copies_lose_only_what_is_cut_and_say_so(wrap: Wrap) -> None:
    data = wrap(RECORDS)
    ends = {0, *(item.offset for item in read(data)[0])}
    for size in range(0, len(data), 64):
        cut = data[:size]
        records, damage = read(cut)
        whole_blocks = whole(records)
        assert whole_blocks == PAGES[: len(whole_blocks)]
        assert len(whole_blocks) >= max(_good(by_warcio(cut)), _good(by_fastwarc(cut)))
        assert damage or size in ends


@pytest.mark.parametrize("wrap", [gz, one_gz, block_gz, zst])
def test_flipped_bits_cost_only_their_record_and_are_never_silent(wrap: Wrap) -> None:
    data = wrap(RECORDS)
    for offset in range(0, len(data), 64):
        flipped = bytearray(data)
        flipped[offset] ^= 1 << (offset // 64 % 8)
        records, damage = read(bytes(flipped))
        good_count = _good(whole(records))
        assert good_count >= max(_good(by_warcio(bytes(flipped))), _good(by_fastwarc(bytes(flipped))))
        assert damage or whole(records) == PAGES
        if wrap in (gz, zst):
            assert good_count >= len(PAGES) - 1


def test_flipped_bits_of_a_plain_archive_show_in_the_digest() -> None:
    data = plain(RECORDS)
    for offset in range(0, len(data), 64):
        flipped = bytearray(data)
        flipped[offset] ^= 1 << (offset // 64 % 8)
        records, damage = read(bytes(flipped))
        good_count = _good(whole(records))
        assert good_count >= max(_good(by_warcio(bytes(flipped))), _good(by_fastwarc(bytes(flipped))))
        changed = [item for item in records if not item.fault and item.block not in PAGES]
        assert good_count == len(PAGES) or damage or any(item.matches_digest() is not True for item in changed)


@pytest.mark.parametrize("at", range(4))
def test_a_damaged_end_mark_costs_nothing(at: int) -> None:
    for number in (3, 7):
        ends = [*RECORDS]
        ends[number] = RECORDS[number][: len(RECORDS[number]) - 4 + at] + b"x" + b"\r\n\r\n"[at + 1 :]
        records, damage = read(plain(ends))
        assert whole(records) == PAGES
        assert not faults(records) and damage


def test_lz4_frames_are_read_and_passed_over_when_broken() -> None:
    from fastwarc.stream_io import Lz4Writer

    frames = []
    for stored in RECORDS[:4]:
        packed = io.BytesIO()
        writer = Lz4Writer(packed)
        writer.write(stored)
        writer.close()
        frames.append(packed.getvalue())
    assert whole(read(b"".join(frames))[0]) == PAGES[:4]
    for second in (frames[1][:-30], frames[1][:5], frames[1][:4] + b"\0" + frames[1][5:]):
        records, damage = read(frames[0] + second + frames[2] + frames[3])
        assert whole(records) == [PAGES[0], PAGES[2], PAGES[3]]
        assert damage


def test_frames_without_a_checksum_are_not_vouched_for() -> None:
    for checksum in (True, False):
        packer = zstandard.ZstdCompressor(write_checksum=checksum)
        assert {item.checked for item in read(b"".join(map(packer.compress, RECORDS)))[0]} == {checksum}


def _good(blocks: list[bytes]) -> int:
    return sum(block in PAGES for block in blocks)


@pytest.mark.parametrize("extra", [1, 30, 100, 5000, 10**9])
@pytest.mark.parametrize(
    ("wrap", "fault"), [(gz, "runs-past-member"), (zst, "runs-past-member"), (plain, "bad-length")]
)
def test_a_length_that_is_too_long_swallows_nothing(wrap: Wrap, fault: str, extra: int) -> None:
    # The two line ends of the end mark are the least that a length can reach over.
    stored_records = [*RECORDS[:3], record(3, PAGES[3], length=len(PAGES[3]) + 4 + extra), *RECORDS[4:]]
    records, damage = read(wrap(stored_records))
    assert whole(records) == PAGES[:3] + PAGES[4:]
    assert faults(records) == [fault]
    assert damage


@pytest.mark.parametrize("wrap", WRAPS)
def test_a_length_that_covers_whole_records_swallows_nothing(wrap: Wrap) -> None:
    swallowing = record(1, PAGES[1], length=len(PAGES[1] + b"\r\n\r\n" + RECORDS[2] + RECORDS[3]) - 4)
    records, damage = read(wrap([RECORDS[0], swallowing, *RECORDS[2:]]))
    assert whole(records) == PAGES[:1] + PAGES[2:]
    assert len(faults(records)) == 1 and damage


def test_a_page_about_archives_is_no_swallowed_record() -> None:
    page_with_record = http(b"<pre>\r\n\r\n" + RECORDS[1] + b"</pre>")
    records, damage = read(plain([RECORDS[0], record(9, page_with_record, more=digest(page_with_record)), RECORDS[2]]))
    assert whole(records) == [PAGES[0], page_with_record, PAGES[2]]
    assert not damage


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("length", [0, 7, 60])
def test_a_length_that_is_too_short_is_never_a_short_record(wrap: Wrap, length: int) -> None:
    records, damage = read(wrap([RECORDS[0], record(1, PAGES[1], length=length), *RECORDS[2:]]))
    assert whole(records) == PAGES[:1] + PAGES[2:]
    assert faults(records) == ["bad-length"]
    assert damage


@pytest.mark.parametrize("wrap", [gz, zst, plain])
@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (RECORDS[1].replace(b"Content-Length", b"Content-Width"), "bad-header"),
        (RECORDS[1].replace(b"Content-Length: ", b"Content-Length: -"), "bad-header"),
        (record(1, PAGES[1], more=f"X: {'x' * 70_000}\r\n"), "header-too-large"),
        (record(1, PAGES[1], more="X: y\r\n" * 200_000), "header-too-large"),
    ],
)
def test_a_broken_header_costs_its_record(wrap: Wrap, broken: bytes, fault: str) -> None:
    records, damage = read(wrap([RECORDS[0], broken, *RECORDS[2:]]))
    assert whole(records) == PAGES[:1] + PAGES[2:]
    assert set(faults(records)) == {fault}
    assert damage


@pytest.mark.parametrize("wrap", [gz, zst, plain])
@pytest.mark.parametrize("garbage", [b"monkeys\r\n", b"\0" * 100, bytes(range(256)) * 2000])
def test_garbage_between_records_is_reported_and_passed_over(wrap: Wrap, garbage: bytes) -> None:
    data = wrap(RECORDS[:4]) + garbage + wrap(RECORDS[4:])
    records, damage = read(data)
    assert whole(records) == PAGES
    if wrap is plain or garbage.strip(b"\0"):
        assert [(offset, lost) for _, offset, lost in damage] == [(len(wrap(RECORDS[:4])), len(garbage))]


def test_a_body_over_the_limit_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_BLOCK", 200)
    for wrap in WRAPS:
        records, damage = read(wrap(RECORDS))
        assert [item.size for item in records] == [len(block) for block in PAGES]
        assert [item.block for item in records] == [block[:200] for block in PAGES]
        assert not damage


def test_a_wrong_length_over_the_limit_is_gone_back_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_BLOCK", 1000)
    records, _ = read(plain([RECORDS[0], record(1, PAGES[1], length=10**6), RECORDS[2]]))
    assert whole(records) == [PAGES[0], PAGES[2]]


def test_a_file_of_wrong_lengths_is_read_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [record(number, b"x", length=10**7) for number in range(300)]
    records, damage = read(plain([*wrong, *RECORDS]))
    assert len(faults(records)) == 300 and whole(records) == PAGES
    monkeypatch.setattr(reader, "MAX_BLOCK", 1000)
    records, damage = read(plain([*wrong, *RECORDS]))
    assert len(faults(records)) < 300
    assert any("too many wrong lengths" in what for what, _, _ in damage)


def test_a_member_that_expands_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "FREE_BYTES", 1024 * 1024)
    bomb = record(1, http(b"<p>" + bytes(20_000_000)))
    for wrap in (gz, zst):
        records, damage = read(wrap([RECORDS[0], bomb, RECORDS[2]]))
        assert whole(records) == [PAGES[0], PAGES[2]]
        assert faults(records) == ["expands-too-far"]
        assert "expands" in damage[0][0]


@pytest.mark.slow
def test_members_within_members_are_read_in_linear_time() -> None:
    """Every byte of the file may start a member; a reader that tried all of them to their ends would not finish."""
    stored = bytes.fromhex("1f8b0800000000000003") + b"\x00\xff\xff\x00\x00" + b"WARC/1.0\r\n"
    records, damage = read(stored * 20_000)
    assert not whole(records) and damage


@pytest.mark.parametrize("packed", [True, False])
def test_a_zstd_archive_may_bring_its_dictionary(packed: bool) -> None:
    dictionary = zstandard.train_dictionary(4096, [page(number % 50) for number in range(400)])
    data = dictionary.as_bytes()
    if packed:
        data = zstandard.ZstdCompressor().compress(data)
    compressor = zstandard.ZstdCompressor(dict_data=dictionary, write_checksum=True)
    archive = (0x184D2A5D).to_bytes(4, "little") + len(data).to_bytes(4, "little") + data
    archive += b"".join(compressor.compress(item) for item in RECORDS)
    records, damage = read(archive)
    assert whole(records) == PAGES
    assert not damage
    assert read(archive[100:])[1]


@pytest.mark.parametrize("wrap", [gz, one_gz, plain])
def test_arc_records_are_read_past_a_wrong_length(wrap: Wrap) -> None:
    for length in (10, len(PAGES[3]) + 50, 10**6):
        stored_records = [ARC_HEAD, *(arc(n, PAGES[n], length if n == 3 else None) for n in range(8))]
        records, damage = read(wrap(stored_records))
        assert [item.kind for item in records] == ["arc"] * 9
        assert whole(records)[1:] == PAGES[:3] + PAGES[4:]
        assert len(faults(records)) == 1 and damage


def test_an_arc_line_is_understood_from_both_ends() -> None:
    line = b"http://example.org/a b 192.0.2.1 20010203040506 text/html; charset=x 200 - - 0 f.arc 1591\n"
    assert arc_headers(line) == {
        "warc-target-uri": "http://example.org/a b",
        "warc-date": "2001-02-03T04:05:06Z",
        "content-type": "text/html",
        "content-length": "1591",
    }
    assert arc_headers(b"http://example.org/ 192.0.2.1 20019999 text/html 3\n")["warc-date"] == ""


@pytest.mark.parametrize(
    ("middle", "date"),
    [
        ("192.0.2.1 200102030405061", "2001-02-03T04:05:06Z"),
        ("192.0.2.1 20010203040506abc", "2001-02-03T04:05:06Z"),
        ("192.0.2.1 3a7b6f2c", ""),
        ("20010203040506 192.0.2.1", "2001-02-03T04:05:06Z"),
    ],
)
def test_arc_records_with_odd_dates_are_read(middle: str, date: str) -> None:
    block = PAGES[2]
    odd = f"http://example.org/odd {middle} text/html {len(block)}\n".encode() + block + b"\n"
    records, damage = read(plain([ARC_HEAD, arc(1, PAGES[1]), odd, arc(3, PAGES[3])]))
    assert whole(records)[-3:] == [PAGES[1], PAGES[2], PAGES[3]]
    assert [record.headers.get("warc-date", "") for record in records][-2] == date
    assert not damage


@pytest.mark.parametrize("label", ["sha1:" + "a" * 40, "sha1:XYZ", "crc:12", "", "sha-256:" + "A" * 56])
def test_a_digest_that_does_not_match_or_is_unknown(label: str) -> None:
    assert not matches_digest(label, b"abc")


def test_digests_in_all_spellings() -> None:
    for label in (
        "md5:900150983cd24fb0d6963f7d28e17f72",
        "SHA-1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5",
        "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
        "sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
    ):
        assert matches_digest(label, b"abc")


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08\0", b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18"]),
)
def test_any_bytes_are_read_without_an_error(data: bytes, start: bytes) -> None:
    records, damage = read(start + data)
    assert damage or records or not (start + data).strip(b"\r\n")


@given(st.data())
def test_any_mixture_of_damage_leaves_the_other_records(data: st.DataObject) -> None:
    """Each member is whole, cut, or has a flipped byte; all whole ones come out, in order."""
    stored_members, expected = [], []
    for number, block in enumerate(PAGES):
        member = gz([RECORDS[number]])
        fate = data.draw(st.sampled_from(["whole", "cut", "flipped"]))
        offset = data.draw(st.integers(20, len(member) - 9))
        if fate == "whole":
            expected.append(block)
        elif fate == "cut":
            member = member[:offset]
        else:
            member = member[:offset] + bytes([member[offset] ^ 0x55]) + member[offset + 1 :]
        stored_members.append(member)
    records, damage = read(b"".join(stored_members))
    assert [block for block in whole(records) if block in expected] == expected
    assert set(whole(records)) <= set(PAGES)
    assert damage or expected == PAGES


def test_real_archives_read_as_by_warcio_and_fastwarc(shared_data: Path) -> None:
    """Every block that both agree on, in every file that both read, comes out whole or with a named fault."""
    common_count = 0
    for path in sorted((shared_data / "warc").glob("*/*.warc*")):
        data = path.read_bytes()
        others = set(by_warcio(data)) & set(by_fastwarc(data))
        records, _ = read(data)
        named = faults(records)
        missing = others - set(whole(records))
        assert len(missing) <= len(named), path.name
        common_count += len(others)
    assert common_count > 1000
