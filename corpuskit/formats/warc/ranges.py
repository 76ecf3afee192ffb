"""Web archives that are compressed record by record, read in parts, each from a place within the file.

A reader that comes to the start of a whole member which starts a record always takes it for the next record. So one
that starts there finds what a reader of the whole file finds from there on. Whether the place is one where the latter
would come by is known when the part before it has been read: it must stop exactly there
(`core/reading/byte_ranges.py`).
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from corpuskit.core.reading.byte_ranges import ByteRange
from corpuskit.core.reading.codecs import Codec, Gzip, Zstd, codec_of
from corpuskit.core.reading.members import WINDOW, CompressedFile, Damaged, StoredBytes
from corpuskit.formats.warc.member_buffer import Window
from corpuskit.formats.warc.reader import Reader, WarcRecord, starts_record

HEAD = 16
PROBED_BYTES = 1024 * 1024
"""Stored bytes that each of the first two members of a file may have if it is to be read in parts."""


def splittable(stream: BinaryIO) -> bool:
    """Whether a file starts with two short gzip or zstd members that each start a record."""
    damage: list[str] = []
    codec = _codec_of(stream)
    if codec is None:
        return False
    members = CompressedFile(StoredBytes(stream), codec, lambda what, offset, lost: damage.append(what))
    return (
        all(
            members.open_next() and starts_record(members.read()) and _is_whole(members, PROBED_BYTES) for _ in range(2)
        )
        and not damage
    )


def read_part(stream: BinaryIO, part: ByteRange, damaged: Damaged) -> Iterator[WarcRecord]:
    """The records of one part of a splittable archive in order; the part is told where they start and stop."""
    codec = _codec_of(stream)
    if codec is None:
        return
    stored = StoredBytes(stream)
    first = CompressedFile(stored, codec, _unheard)
    # On its way to the first member it learns the dictionary that may lie in front.
    first.open_next()
    part.head = first.start + HEAD
    part.start = 0 if part.begin == 0 else _first_member(stream, codec, part)
    if part.start is None:
        return
    members = _RangeMembers(_stored_from(stream, part.start), codec, damaged, part)
    reader = Reader(Window(members), damaged)
    members.is_due = reader.due_here
    yield from reader


class _RangeMembers(CompressedFile):
    """The members of a part. They end where the first one of another part starts a record."""

    def __init__(self, stored: StoredBytes, codec: Codec, damaged: Damaged, part: ByteRange) -> None:
        assert part.start is not None
        super().__init__(stored, codec, damaged, part.start)
        self._part = part
        self._first: bytes | None = None
        self._left = False
        self.is_due: Callable[[bytes], bool] = starts_record

    def open_next(self) -> bool:
        part = self._part
        if self._left or not super().open_next():
            part.stop = part.stop if self._left else self.start
            self._left = True
            return False
        if self.start < part.end:
            return True
        self._first = super().read()
        if self.is_due(self._first):
            part.stop, self._left = self.start, True
        # An archive whose members seldom start a record is not worth the search.
        self._left = self._left or self.start >= 2 * part.end - part.begin
        return not self._left

    def read(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return super().read()


def _first_member(stream: BinaryIO, codec: Codec, part: ByteRange) -> int | None:
    """Stored offset of the part's first member that is whole, starts a record, and is followed by another or the end.

    Bytes within a record may look like a member, and even be one; hence the demands, and the check of what is found.
    """
    offset, searched = part.begin, 0
    while searched <= part.end - part.begin + WINDOW:
        offset = CompressedFile(_stored_from(stream, offset), codec, _unheard).find_member(offset, part.end)
        if offset >= part.end:
            return None
        stored = _stored_from(stream, offset)
        member = CompressedFile(stored, codec, _unheard, offset)
        if not member.open_next():
            return None
        if starts_record(member.read()) and _is_whole(member) and _is_followed(stored, codec, member.consumed):
            return offset
        searched += member.consumed - offset
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
    """Whether the open member decompresses to its end, within this many stored bytes."""
    while member.read():
        if limit is not None and member.consumed - member.start > limit:
            return False
    return not member.fault


def _is_followed(stored: StoredBytes, codec: Codec, end: int) -> bool:
    head = stored.at(end, HEAD)
    return not head or codec.starts(head) or bool(codec.skippable(head))


def _unheard(what: str, offset: int, lost: int) -> None:
    """Damage of what may be no member at all."""
