"""The records of a web archive: WARC 1.x and ARC, read strictly and past any damage.

A record is whole if its block has the declared length, ends within its member, and is followed by the end mark, another
record or the end. Any other record comes out with a `fault`, never as a shorter one, and reading continues where the
next record starts: within the bytes that a wrong length would swallow, or in the next member. Where the framing leaves
a doubt, the record's own evidence (block digest, HTTP length) decides.

Sources: WARC 1.1 (ISO 28500:2017); the Internet Archive's ARC file format, versions 1 and 2.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

import re2

from corpuskit.core.reading.members import Damaged, members_of
from corpuskit.formats.warc.headers import blank_line, plain_fields
from corpuskit.formats.warc.member_buffer import MemberBuffer
from corpuskit.formats.warc.record import (
    MAX_HEAD,
    MEMBER_FAULTS,
    RecordFault,
    WarcRecord,
    length_is_right,
    member_fault,
    new_record,
)

MAX_LINE = 64 * 1024
MAX_BLOCK = 64 * 1024 * 1024
MAX_NEWLINES = 64 * 1024
MAX_RETURNS = 16
"""Records to go back to after a wrong length, whatever that costs; after them, the bytes read again are limited."""
LOOK_AHEAD = 1024 * 1024
"""Decompressed bytes to look ahead: for the end of a member of one record, and for damage soon after a record."""

_ARC_LINE = (
    rb"(?:filedesc:[^\n]*\n|[A-Za-z][A-Za-z0-9+.-]*:[^\n]*? (?:[0-9A-Fa-f.:-]+ \d{8,20} [^\n]*?\S"
    rb"|(?:(?:\d{1,3}\.){3}\d{1,3} [0-9A-Za-z]{4,30}|[0-9A-Za-z]{4,30} (?:\d{1,3}\.){3}\d{1,3}) (?:[^\n]*? )?\d+)"
    rb"[ \t]*\r?\n)"
)
# Where a record should start, its first line may be damaged after the name.
_WARC = re.compile(rb"WARC/\d", re.IGNORECASE)
_ARC = re.compile(_ARC_LINE)
_NEXT_WARC = re.compile(rb"WARC/\d+\.\d+[ \t\r]*\n")
_FIRST_FIELD = re.compile(rb"(?:WARC|Content)-[A-Za-z-]+:")
_NEXT_ARC = re.compile(rb"^" + _ARC_LINE, re.MULTILINE)
# Python's own search for a few bytes takes four times as long, and every block is searched.
_MAY_COVER = re2.compile(rb"\nWARC/")
_COVERED_RECORD = re.compile(rb"\r?\n\r?\n" + _NEXT_WARC.pattern + _FIRST_FIELD.pattern)
_STARTS_PLAIN = re.compile(rb"\s*(?:WARC/|filedesc:|[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
_NEWLINES = re.compile(rb"[\r\n]*")


def read_records(stream: BinaryIO, damaged: Damaged) -> Iterator[WarcRecord]:
    """Yield all records of an archive in order, of any kind. `damaged` is called for spans that are not whole."""
    members = members_of(stream, damaged, plain=lambda head: bool(_STARTS_PLAIN.match(head)))
    return iter(WarcReader(MemberBuffer(members), damaged))


def starts_record(data: bytes) -> bool:
    """Whether these bytes start a record of any kind."""
    return bool(_WARC.match(data) or _ARC.match(data))


class WarcReader:
    """The records of members in order."""

    def __init__(self, buffer: MemberBuffer, damaged: Damaged) -> None:
        self._buffer = buffer
        self._damaged = damaged
        # Whether the archive is an ARC file; None until a record shows it.
        self._is_arc: bool | None = None
        # The line ends that were skipped last.
        self._newlines = b""
        # Whether all records so far ended in an end mark.
        self._has_end_marks = True
        # How often wrong lengths made us go back, and over how many bytes.
        self._returns = self._reread_bytes = 0

    def __iter__(self) -> Iterator[WarcRecord]:
        buffer = self._buffer
        empty = True
        while True:
            self._skip_newlines()
            if not buffer.fill(1):
                if not buffer.enter_next():
                    if empty:
                        self._damaged("the file is empty", 0, 0)
                    return
                empty = False
                record = self._only_record()
                if record is not None:
                    yield record
            elif self._is_at_record():
                yield self._record()
            else:
                member_offset = buffer.member_offset
                self._skip_to_record()
                self._report("bytes that belong to no record", buffer.start, member_offset)

    def _only_record(self) -> WarcRecord | None:
        """Return the record of a member that holds just one, as most do; None if it needs more care."""
        buffer = self._buffer
        if buffer.plain or self._is_arc or not buffer.fill_to_end(LOOK_AHEAD) or buffer.fault:
            return None
        data = buffer.data
        end = blank_line(data, 0)
        kind, size = plain_fields(data[:end]) if 0 <= end <= MAX_LINE else ("", 0)
        if (
            kind in ("", "arc")
            or size > MAX_BLOCK
            or len(data) != end + size + 4
            or not data.endswith(b"\r\n\r\n")
            or not _WARC.match(data)
        ):
            return None
        record = WarcRecord(kind, data[:end], data[end:-4], size, buffer.start, 0, buffer.stored_end - buffer.start)
        if self._covers_record(record):
            return None
        record.checked = buffer.checked
        self._is_arc = False
        buffer.take(len(data))
        buffer.note_whole_record()
        return record

    def _skip_newlines(self) -> int:
        """Skip line ends; return how many line feeds there were."""
        buffer, newlines = self._buffer, b""
        while len(newlines) < MAX_NEWLINES and buffer.fill(1):
            match = _NEWLINES.match(buffer.data, buffer.position, buffer.position + MAX_NEWLINES)
            newlines += buffer.take(len(match[0]) if match else 0)
            if buffer.ahead():
                break
        self._newlines = newlines
        return newlines.count(b"\n")

    def _is_at_record(self) -> bool:
        buffer = self._buffer
        while buffer.data.find(b"\n", buffer.position, buffer.position + MAX_LINE) < 0:
            ahead = buffer.ahead()
            if ahead >= MAX_LINE or not (buffer.fill(ahead + 1) or self._join()):
                return False
        if _WARC.match(buffer.data, buffer.position):
            self._is_arc = False
        elif self._is_arc is not False and _ARC.match(buffer.data, buffer.position):
            self._is_arc = True
        else:
            return False
        return True

    def _join(self) -> bool:
        return self._buffer.join_next(self.starts_record_here)

    def starts_record_here(self, data: bytes) -> bool:
        """Whether these bytes, from where a record should start, do start one of this archive's kind."""
        return bool(_WARC.match(data) or (self._is_arc is not False and _ARC.match(data)))

    def _record(self) -> WarcRecord:
        buffer = self._buffer
        start, member_offset = buffer.start, buffer.member_offset
        head, fault = (self._arc_head(), None) if self._is_arc else self._warc_head()
        record = new_record(head, bool(self._is_arc), member_offset if buffer.plain else start, member_offset)
        record.checked = buffer.checked
        if fault:
            return self._fail_record(record, fault, 0)
        if record.size < 0:
            return self._fail_record(record, RecordFault("bad-header", "a record without a valid length"), 0)
        record.block, block_bytes = self._take_block(record.size)
        self._newlines = b""
        fault = self._find_fault(record, block_bytes)
        if fault:
            return self._fail_record(record, fault, block_bytes)
        buffer.note_whole_record()
        if buffer.plain:
            record.length = buffer.member_offset - member_offset
        elif member_offset == 0 and not buffer.fill(1):
            record.length = buffer.stored_end - start
        return record

    def _warc_head(self) -> tuple[bytes, RecordFault | None]:
        """Take the header with its blank line; return it and what is wrong with it."""
        buffer, searched_bytes = self._buffer, 0
        while (end := blank_line(buffer.data, buffer.position + searched_bytes)) < 0:
            ahead = buffer.ahead()
            if ahead > MAX_HEAD:
                return buffer.take(MAX_LINE), RecordFault(
                    "header-too-large", f"a record header of over {MAX_HEAD} bytes"
                )
            if not (buffer.fill(ahead + 1) or self._join()):
                reason = MEMBER_FAULTS.get(buffer.fault, "truncated")
                return buffer.take(ahead), RecordFault(reason, "a record header without an end")
            # A blank line that ends in the next bytes starts at most three before them.
            searched_bytes = max(ahead - 3, 0)
        head = buffer.take(end - buffer.position)
        if len(head) > MAX_HEAD:
            return head, RecordFault("header-too-large", f"a record header of over {MAX_HEAD} bytes")
        if len(head) > MAX_LINE and max(map(len, head.split(b"\n"))) > MAX_LINE:
            return head, RecordFault("header-too-large", f"a record header with a line of over {MAX_LINE} bytes")
        return head, None

    def _arc_head(self) -> bytes:
        buffer = self._buffer
        return buffer.take(buffer.data.index(b"\n", buffer.position) + 1 - buffer.position)

    def _take_block(self, size: int) -> tuple[bytes, int]:
        """Take up to `size` bytes of block; return the first MAX_BLOCK of them, and how many there were."""
        spans, block_bytes = [], 0
        while block_bytes < size and (self._buffer.fill(1) or self._join()):
            span = self._buffer.take(size - block_bytes)
            if block_bytes < MAX_BLOCK:
                spans.append(span[: MAX_BLOCK - block_bytes])
            block_bytes += len(span)
        return spans[0] if len(spans) == 1 else b"".join(spans), block_bytes

    def _find_fault(self, record: WarcRecord, block_bytes: int) -> RecordFault | None:
        """Return what is wrong with a record whose block has been taken; None if it is whole."""
        buffer = self._buffer
        if block_bytes < record.size:
            return self._fault_of_short_block(record)
        if self._covers_record(record):
            return RecordFault("bad-length", "a length that covers records which follow")
        line_feeds = self._skip_newlines()
        if buffer.fill(1):
            self._has_end_marks = self._has_end_marks and line_feeds >= 2
            if self._is_at_record():
                return None
            if self._is_in_breaking_member(record):
                return member_fault(buffer.fault)
            if self._skip_damaged_mark() or self._is_whole_before_garbage(record, line_feeds):
                return None
            return RecordFault("bad-length", "a block that the end of its record does not follow")
        if buffer.fault and not self._survives_fault(record, buffer.fault):
            return member_fault(buffer.fault)
        if buffer.plain and line_feeds < 2 and self._has_end_marks and not self._is_arc:
            self._damaged("the file is cut within the end mark of a record", buffer.member_offset, 0)
        return None

    def _fault_of_short_block(self, record: WarcRecord) -> RecordFault:
        """Say why a block is short: the file or the member ended first, or a wrong length covers whole records."""
        fault = self._buffer.fault
        if not fault and _find_record(record.block, 0, len(record.block), self._is_arc) >= 0:
            return RecordFault("bad-length", "a length that covers records which follow")
        if fault or self._buffer.plain:
            return RecordFault(MEMBER_FAULTS.get(fault, "truncated"), "a record that the archive ends in")
        return RecordFault("runs-past-member", "a length that is more than the member holds")

    def _covers_record(self, record: WarcRecord) -> bool:
        """Whether the block holds the start of another record, and nothing shows that it should."""
        if self._is_arc or not _MAY_COVER.search(record.block) or not _COVERED_RECORD.search(record.block):
            return False
        return not length_is_right(record)

    def _skip_damaged_mark(self) -> bool:
        """Pass over an end mark with a wrong byte in it, if the next record or the end follows."""
        buffer, mark_bytes_left = self._buffer, 4 - len(self._newlines)
        if self._is_arc or mark_bytes_left <= 0:
            return False
        if buffer.fill(mark_bytes_left + 6):
            if not _WARC.match(buffer.data, buffer.position + mark_bytes_left):
                return False
        elif buffer.ahead() != mark_bytes_left:
            return False
        self._damaged("the end mark of a record is damaged", buffer.member_offset if buffer.plain else buffer.start, 0)
        buffer.take(mark_bytes_left)
        return True

    def _is_whole_before_garbage(self, record: WarcRecord, line_feeds: int) -> bool:
        """Whether a record that garbage follows is whole: by its own evidence, else by its end mark."""
        evidence = length_is_right(record)
        return line_feeds >= 2 and not self._is_arc if evidence is None else evidence

    def _is_in_breaking_member(self, record: WarcRecord) -> bool:
        """Whether the member fails soon after the record, of which odd bytes there may be the first sign."""
        is_broken = not self._buffer.fill(LOOK_AHEAD) and bool(self._buffer.fault)
        return is_broken and not self._survives_fault(record, self._buffer.fault)

    @staticmethod
    def _survives_fault(record: WarcRecord, fault: str) -> bool:
        """Whether the last record of a broken member is whole: a cut changes nothing before it."""
        matches = record.matches_digest()
        return matches or (matches is None and fault == "cut")

    def _fail_record(self, record: WarcRecord, fault: RecordFault, block_bytes: int) -> WarcRecord:
        """Return the record with its fault, and go on to the next one, searching from the start of its block."""
        record.fault, record.detail = fault
        buffer = self._buffer
        if not self._may_go_back(record, block_bytes):
            self._damaged("too many wrong lengths to search all that they cover", record.offset, block_bytes)
        elif block_bytes == len(record.block):
            buffer.give_back(record.block + self._newlines)
        else:
            buffer.rewind(record.member_offset + len(record.head))
        self._skip_to_record()
        self._report(f"{fault.detail} ({fault.reason})", record.offset, record.member_offset)
        return record

    def _may_go_back(self, record: WarcRecord, block_bytes: int) -> bool:
        """Whether reading again stays in proportion; a file of wrong lengths would have us read it over and over."""
        self._returns += 1
        self._reread_bytes += block_bytes
        return self._returns <= MAX_RETURNS or self._reread_bytes <= MAX_RETURNS * (record.member_offset + MAX_BLOCK)

    def _skip_to_record(self) -> None:
        """Go to the next line that starts a record, or to the end of the member."""
        buffer = self._buffer
        while True:
            end = buffer.data.rfind(b"\n", buffer.position) + 1
            if end:
                start = _find_record(buffer.data, buffer.position, end, self._is_arc)
                if start >= 0:
                    buffer.position = start
                    return
                # Keep the last line ahead: whether it starts a record may depend on what follows.
                buffer.position = buffer.data.rfind(b"\n", buffer.position, end - 1) + 1 or buffer.position
            if buffer.ahead() > MAX_HEAD:
                buffer.position = len(buffer.data) - MAX_LINE
            if not buffer.fill(buffer.ahead() + 1):
                buffer.position = len(buffer.data)
                return

    def _report(self, what: str, offset: int, member_offset: int) -> None:
        """Report the bytes passed over since `member_offset`; a member with a fault reports itself."""
        buffer = self._buffer
        if buffer.plain:
            self._damaged(what, max(member_offset, 0), buffer.member_offset - member_offset)
        elif not buffer.fault:
            whole = member_offset <= 0 and not buffer.fill(1)
            lost = buffer.stored_end - offset if whole else buffer.member_offset - member_offset
            self._damaged(what, offset, max(lost, 0))


def _find_record(data: bytes, start: int, end: int, arc: bool | None) -> int:
    """Return the first offset where a record starts, of the archive's kind if that is known; -1 if there is none."""
    match = _NEXT_ARC.search(data, start, end) if arc is not False else None
    arc_start = match.start() if match else end
    if arc:
        return arc_start if match else -1
    for version in _NEXT_WARC.finditer(data, start, arc_start):
        version_start = version.start()
        # After damage a record need not start a line; then its first field tells it from mere text.
        if (
            version_start == 0
            or data[version_start - 1 : version_start] == b"\n"
            or _FIRST_FIELD.match(data, version.end())
        ):
            return version_start
    return arc_start if match else -1
