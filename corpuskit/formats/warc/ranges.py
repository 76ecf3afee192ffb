"""Web archives that are compressed record by record, read in ranges of their bytes.

A reader that reaches the start of a whole member which starts a record always takes that for the next record. So a
reader that starts there finds the records that a reader of the whole file finds from there on. Whether the latter would
get there is known once the range before has been read: it must stop exactly there (`core/reading/byte_ranges.py`).

    members of the file    0, 219, 438, 1012, 1232, and its end at 1452
    range 0 to 450         starts at 0, stops at 1012: 3 records
    range 450 to 900       has no start: the member that covers it begins in the range before
    range 900 to 1350      starts at 1012, stops at 1452: 2 records
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from corpuskit.core.reading.byte_ranges import ByteRange
from corpuskit.core.reading.codecs import Codec, Gzip, Zstd, codec_of
from corpuskit.core.reading.members import WINDOW, CompressedFile, Damaged, StoredBytes
from corpuskit.formats.warc.member_buffer import MemberBuffer
from corpuskit.formats.warc.reader import WarcReader, starts_record
from corpuskit.formats.warc.record import WarcRecord

HEAD = 16
MAX_FIRST_MEMBER = 1024 * 1024
"""Most stored bytes in each of the first two members of a file that is read in ranges."""


def is_splittable(stream: BinaryIO) -> bool:
    """Whether a file starts with two short gzip or zstd members that each start a record."""
    damage: list[str] = []
    codec = _codec_of(stream)
    if codec is None:
        return False
    members = CompressedFile(StoredBytes(stream), codec, lambda what, offset, lost: damage.append(what))
    return (
        all(
            members.open_next() and starts_record(members.read()) and _is_whole(members, MAX_FIRST_MEMBER)
            for _ in range(2)
        )
        and not damage
    )


def read_range(stream: BinaryIO, byte_range: ByteRange, damaged: Damaged) -> Iterator[WarcRecord]:
    """Yield the records of one range of a splittable archive in order; note in it where they start and stop."""
    codec = _codec_of(stream)
    if codec is None:
        return
    stored = StoredBytes(stream)
    first = CompressedFile(stored, codec, _ignore_damage)
    # On the way to the first member, the codec reads the dictionary that may precede it.
    first.open_next()
    byte_range.head = first.start + HEAD
    byte_range.start = 0 if byte_range.begin == 0 else _first_member(stream, codec, byte_range)
    if byte_range.start is None:
        return
    members = _RangeMembers(_stored_from(stream, byte_range.start), codec, damaged, byte_range)
    reader = WarcReader(MemberBuffer(members), damaged)
    members.starts_record_here = reader.starts_record_here
    yield from reader


class _RangeMembers(CompressedFile):
    """The members of a range. They end where the first member of a later range starts a record."""

    def __init__(self, stored: StoredBytes, codec: Codec, damaged: Damaged, byte_range: ByteRange) -> None:
        assert byte_range.start is not None
        super().__init__(stored, codec, damaged, byte_range.start)
        self._range = byte_range
        # What has been read of the open member to see whether it starts a record.
        self._peeked: bytes | None = None
        self._is_over = False
        self.starts_record_here: Callable[[bytes], bool] = starts_record

    def open_next(self) -> bool:
        byte_range = self._range
        if self._is_over or not super().open_next():
            byte_range.stop = byte_range.stop if self._is_over else self.start
            self._is_over = True
            return False
        if self.start < byte_range.end:
            return True
        self._peeked = super().read()
        if self.starts_record_here(self._peeked):
            byte_range.stop, self._is_over = self.start, True
        # An archive whose members seldom start a record is not worth searching.
        self._is_over = self._is_over or self.start >= 2 * byte_range.end - byte_range.begin
        return not self._is_over

    def read(self) -> bytes:
        if self._peeked is not None:
            peeked, self._peeked = self._peeked, None
            return peeked
        return super().read()


def _first_member(stream: BinaryIO, codec: Codec, byte_range: ByteRange) -> int | None:
    """Return the stored offset of the first member of a range that starts a record; None if there is none.

    Bytes within a record may look like a member, and even be one. So the member must also be whole, and be followed by
    another or the end of the file; the result is checked once all ranges have been read.
    """
    offset, searched_bytes = byte_range.begin, 0
    while searched_bytes <= byte_range.end - byte_range.begin + WINDOW:
        offset = CompressedFile(_stored_from(stream, offset), codec, _ignore_damage).find_member(offset, byte_range.end)
        if offset >= byte_range.end:
            return None
        stored = _stored_from(stream, offset)
        member = CompressedFile(stored, codec, _ignore_damage, offset)
        if not member.open_next():
            return None
        if starts_record(member.read()) and _is_whole(member) and _is_followed(stored, codec, member.consumed):
            return offset
        searched_bytes += member.consumed - offset
        offset += 1
    return None


def _codec_of(stream: BinaryIO) -> Codec | None:
    stream.seek(0)
    codec = codec_of(stream.read(HEAD))
    stream.seek(0)
    return codec if isinstance(codec, Gzip | Zstd) else None


def _stored_from(stream: BinaryIO, offset: int) -> StoredBytes:
    stream.seek(offset)
    stored = StoredBytes(stream)
    stored.restart(offset)
    return stored


def _is_whole(member: CompressedFile, limit: int | None = None) -> bool:
    """Whether the open member decompresses to its end, and has no more than `limit` stored bytes."""
    while member.read():
        if limit is not None and member.consumed - member.start > limit:
            return False
    return not member.fault


def _is_followed(stored: StoredBytes, codec: Codec, end: int) -> bool:
    """Whether another member, or the end of the file, comes right after this one's end."""
    head = stored.at(end, HEAD)
    return not head or codec.starts(head) or bool(codec.skippable(head))


def _ignore_damage(what: str, offset: int, lost: int) -> None:
    """Report nothing: what looks damaged may not be a member at all."""
