"""The records of a web archive: WARC 1.x and ARC, read strictly and past any damage.

A record is whole when its block has the declared length, ends within its member, and is followed by the end mark,
another record or the end. What is not comes out with a `fault`, never as a shorter record, and reading goes on at
the next place where a record starts: within the bytes that a wrong length would swallow, or in the next member.
Where the framing leaves a doubt, the record's own evidence (block digest, HTTP length) decides.

Sources: WARC 1.1 (ISO 28500:2017); the Internet Archive's ARC file format, versions 1 and 2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from corpuskit.core.reading.members import Damaged, members_of
from corpuskit.formats.warc.digests import matches_digest
from corpuskit.formats.warc.headers import arc_headers, blank_line, parse_headers, plain_fields
from corpuskit.formats.warc.member_buffer import Window

MAX_LINE = 64 * 1024
MAX_HEAD = 1024 * 1024
MAX_BLOCK = 64 * 1024 * 1024
MAX_NEWLINES = 64 * 1024
MAX_RETURNS = 16

_ARC_LINE = rb"(?:filedesc:[^\n]*\n|[A-Za-z][A-Za-z0-9+.-]*:[^\n]*? [0-9A-Fa-f.:-]+ \d{8,20} [^\n]*?\S[ \t]*\r?\n)"
# Where a record is due, its first line may be damaged after the name.
_WARC = re.compile(rb"WARC/\d", re.IGNORECASE)
_ARC = re.compile(_ARC_LINE)
_NEXT_WARC = re.compile(rb"WARC/\d+\.\d+[ \t\r]*\n")
_FIRST_FIELD = re.compile(rb"(?:WARC|Content)-[A-Za-z-]+:")
_NEXT_ARC = re.compile(rb"^" + _ARC_LINE, re.MULTILINE)
_SWALLOWED = re.compile(rb"\r?\n\r?\n" + _NEXT_WARC.pattern + _FIRST_FIELD.pattern)
_STARTS_PLAIN = re.compile(rb"\s*(?:WARC/|filedesc:|[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
_NEWLINES = re.compile(rb"[\r\n]*")
_HTTP_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)

LOOK_AHEAD = 1024 * 1024
_MEMBER_FAULTS = {"cut": "truncated", "corrupt": "corrupt", "expands": "expands-too-far"}


@dataclass(slots=True)
class WarcRecord:
    """One record. `fault` names what is wrong with it; then `block` is what could be read of it."""

    kind: str
    """The WARC-Type in lower case, or `arc`."""
    head: bytes
    block: bytes
    size: int
    """Declared length of the block; more than `len(block)` if that is over the limit."""
    offset: int
    """Stored byte at which the record, or the member that holds it, starts."""
    inner: int
    """Byte at which it starts within its member, decompressed."""
    length: int | None = None
    """Bytes it takes as stored; None where it shares its member."""
    checked: bool = False
    """Whether its member has a checksum, which it matched."""
    fault: str = ""
    detail: str = ""
    fields: dict[str, str] | None = field(default=None, compare=False, repr=False)
    """The headers where they have been read."""

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name; the first of repeated ones. The fields of an ARC line have their WARC names."""
        if self.fields is None:
            self.fields = arc_headers(self.head) if self.kind == "arc" else parse_headers(self.head)
        return self.fields

    def matches_digest(self) -> bool | None:
        """Whether the block has the digest that its header gives; None if that gives none we know."""
        if len(self.block) != self.size:
            return None
        return matches_digest(self.headers.get("warc-block-digest", ""), self.block)


def read_records(stream: BinaryIO, damaged: Damaged) -> Iterator[WarcRecord]:
    """All records of an archive in order, of whatever kind. `damaged` is called for spans that are not whole."""
    members = members_of(stream, damaged, plain=lambda head: bool(_STARTS_PLAIN.match(head)))
    return iter(Reader(Window(members), damaged))


def starts_record(data: bytes) -> bool:
    """Whether these bytes start a record, of whichever kind."""
    return bool(_WARC.match(data) or _ARC.match(data))


class Reader:
    """The records of members in order."""

    def __init__(self, window: Window, damaged: Damaged) -> None:
        self._window = window
        self._damaged = damaged
        self._arc: bool | None = None
        self._newlines = b""
        self._end_marks = True
        self._went_back = self._read_again = 0

    def __iter__(self) -> Iterator[WarcRecord]:
        window = self._window
        empty = True
        while True:
            self._skip_newlines()
            if not window.more(1):
                if not window.enter_next():
                    if empty:
                        self._damaged("the file is empty", 0, 0)
                    return
                empty = False
                record = self._only_record()
                if record is not None:
                    yield record
            elif self._starts_record():
                yield self._record()
            else:
                inner = window.inner
                self._skip_to_record()
                self._report("bytes that belong to no record", window.start, inner)

    def _only_record(self) -> WarcRecord | None:
        """The record of a member that holds one and nothing else, as it should; None for all that needs more care."""
        window = self._window
        if window.plain or self._arc or not window.holds_all(LOOK_AHEAD) or window.fault:
            return None
        data = window.buffer
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
        record = WarcRecord(kind, data[:end], data[end:-4], size, window.start, 0, window.stored_end - window.start)
        if self._swallowed(record):
            return None
        record.checked = window.checked
        self._arc = False
        window.take(len(data))
        window.keep()
        return record

    def _skip_newlines(self) -> int:
        """Pass over line ends; how many line feeds there were."""
        window, passed = self._window, b""
        while len(passed) < MAX_NEWLINES and window.more(1):
            ahead = _NEWLINES.match(window.buffer, window.position, window.position + MAX_NEWLINES)
            passed += window.take(len(ahead[0]) if ahead else 0)
            if window.ahead():
                break
        self._newlines = passed
        return passed.count(b"\n")

    def _starts_record(self) -> bool:
        window = self._window
        while window.buffer.find(b"\n", window.position, window.position + MAX_LINE) < 0:
            ahead = window.ahead()
            if ahead >= MAX_LINE or not (window.more(ahead + 1) or self._join()):
                return False
        if _WARC.match(window.buffer, window.position):
            self._arc = False
        elif self._arc is not False and _ARC.match(window.buffer, window.position):
            self._arc = True
        else:
            return False
        return True

    def _join(self) -> bool:
        return self._window.join_next(self.due_here)

    def due_here(self, data: bytes) -> bool:
        """Whether these bytes start a record, at a place where one is due."""
        return bool(_WARC.match(data) or (self._arc is not False and _ARC.match(data)))

    def _record(self) -> WarcRecord:
        window = self._window
        start, inner = window.start, window.inner
        head, fault, detail = self._arc_head() if self._arc else self._warc_head()
        record = _parsed(head, bool(self._arc), inner if window.plain else start, inner)
        record.checked = window.checked
        if fault:
            return self._faulty(record, fault, detail, 0)
        if record.size < 0:
            return self._faulty(record, "bad-header", "a record without a valid length", 0)
        record.block, taken_bytes = self._take(record.size)
        self._newlines = b""
        fault, detail = self._verdict(record, taken_bytes)
        if fault:
            return self._faulty(record, fault, detail, taken_bytes)
        window.keep()
        if window.plain:
            record.length = window.inner - inner
        elif inner == 0 and not window.more(1):
            record.length = window.stored_end - start
        return record

    def _warc_head(self) -> tuple[bytes, str, str]:
        """The header with its blank line, taken; and what is wrong with it."""
        window, looked = self._window, 0
        while (end := blank_line(window.buffer, window.position + looked)) < 0:
            ahead = window.ahead()
            if ahead > MAX_HEAD:
                return window.take(MAX_LINE), "header-too-large", f"a record header of over {MAX_HEAD} bytes"
            if not (window.more(ahead + 1) or self._join()):
                fault = _MEMBER_FAULTS.get(window.fault, "truncated")
                return window.take(ahead), fault, "a record header without an end"
            looked = max(ahead - 3, 0)
        head = window.take(end - window.position)
        if len(head) > MAX_HEAD:
            return head, "header-too-large", f"a record header of over {MAX_HEAD} bytes"
        if len(head) > MAX_LINE and max(map(len, head.split(b"\n"))) > MAX_LINE:
            return head, "header-too-large", f"a record header with a line of over {MAX_LINE} bytes"
        return head, "", ""

    def _arc_head(self) -> tuple[bytes, str, str]:
        window = self._window
        return window.take(window.buffer.index(b"\n", window.position) + 1 - window.position), "", ""

    def _take(self, size: int) -> tuple[bytes, int]:
        """Up to `size` bytes of block, of which at most MAX_BLOCK are kept; and how many there were."""
        parts, taken_bytes = [], 0
        while taken_bytes < size and (self._window.more(1) or self._join()):
            part = self._window.take(size - taken_bytes)
            if taken_bytes < MAX_BLOCK:
                parts.append(part[: MAX_BLOCK - taken_bytes])
            taken_bytes += len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts), taken_bytes

    def _verdict(self, record: WarcRecord, taken_bytes: int) -> tuple[str, str]:
        """The fault of a record whose block has been taken, and a phrase for it; empty if it is whole."""
        window = self._window
        if taken_bytes < record.size:
            return self._why_short(record)
        if self._swallowed(record):
            return "bad-length", "a length that covers records which follow"
        line_feeds = self._skip_newlines()
        if window.more(1):
            self._end_marks = self._end_marks and line_feeds >= 2
            if self._starts_record():
                return "", ""
            if self._breaks_off(record):
                return _MEMBER_FAULTS[window.fault], "a record in a member that does not decompress to its end"
            if self._passes_damaged_mark() or self._ends_before_garbage(record, line_feeds):
                return "", ""
            return "bad-length", "a block that the end of its record does not follow"
        if window.fault and not self._survives(record, window.fault):
            return _MEMBER_FAULTS[window.fault], "a record in a member that does not decompress to its end"
        if window.plain and line_feeds < 2 and self._end_marks and not self._arc:
            self._damaged("the file is cut within the end mark of a record", window.inner, 0)
        return "", ""

    def _why_short(self, record: WarcRecord) -> tuple[str, str]:
        """The file or the member ended first, or the length is wrong and covers whole records."""
        fault = self._window.fault
        if not fault and _find_record(record.block, 0, len(record.block), self._arc) >= 0:
            return "bad-length", "a length that covers records which follow"
        if fault or self._window.plain:
            return _MEMBER_FAULTS.get(fault, "truncated"), "a record that the archive ends in"
        return "runs-past-member", "a length that is more than the member holds"

    def _swallowed(self, record: WarcRecord) -> bool:
        """Whether the block holds the start of another record, and nothing vouches for that."""
        if self._arc or b"WARC/" not in record.block or not _SWALLOWED.search(record.block):
            return False
        return not _vouched(record)

    def _passes_damaged_mark(self) -> bool:
        """Pass over an end mark with a wrong byte in it, if the next record or the end follows."""
        window, rest = self._window, 4 - len(self._newlines)
        if self._arc or rest <= 0:
            return False
        if window.more(rest + 6):
            if not _WARC.match(window.buffer, window.position + rest):
                return False
        elif window.ahead() != rest:
            return False
        self._damaged("the end mark of a record is damaged", window.inner if window.plain else window.start, 0)
        window.take(rest)
        return True

    def _ends_before_garbage(self, record: WarcRecord, line_feeds: int) -> bool:
        vouched = _vouched(record)
        return line_feeds >= 2 and not self._arc if vouched is None else vouched

    def _breaks_off(self, record: WarcRecord) -> bool:
        """Whether the member fails soon after the record: odd bytes there may be the first sign of it."""
        broken = not self._window.more(LOOK_AHEAD) and bool(self._window.fault)
        return broken and not self._survives(record, self._window.fault)

    @staticmethod
    def _survives(record: WarcRecord, fault: str) -> bool:
        """Whether the last record of a broken member is whole: a cut changes nothing before it."""
        matches = record.matches_digest()
        return matches or (matches is None and fault == "cut")

    def _faulty(self, record: WarcRecord, fault: str, detail: str, taken_bytes: int) -> WarcRecord:
        """Give the record its fault, go back to the start of its block, and on to the next record from there."""
        record.fault, record.detail = fault, detail
        window = self._window
        if not self._may_go_back(record, taken_bytes):
            self._damaged("too many wrong lengths to search all that they cover", record.offset, taken_bytes)
        elif taken_bytes == len(record.block):
            window.give_back(record.block + self._newlines)
        else:
            window.rewind(record.inner + len(record.head))
        self._skip_to_record()
        self._report(f"{detail} ({fault})", record.offset, record.inner)
        return record

    def _may_go_back(self, record: WarcRecord, taken_bytes: int) -> bool:
        """Whether reading again stays in proportion: a file of wrong lengths would have us read it over and over."""
        self._went_back += 1
        self._read_again += taken_bytes
        return self._went_back <= MAX_RETURNS or self._read_again <= MAX_RETURNS * (record.inner + MAX_BLOCK)

    def _skip_to_record(self) -> None:
        """Go to the next line that starts a record, or to the end of the member."""
        window = self._window
        while True:
            end = window.buffer.rfind(b"\n", window.position) + 1
            if end:
                start = _find_record(window.buffer, window.position, end, self._arc)
                if start >= 0:
                    window.position = start
                    return
                # The last line stays in sight: what follows it may be needed to know it.
                window.position = window.buffer.rfind(b"\n", window.position, end - 1) + 1 or window.position
            if window.ahead() > MAX_HEAD:
                window.position = len(window.buffer) - MAX_LINE
            if not window.more(window.ahead() + 1):
                window.position = len(window.buffer)
                return

    def _report(self, what: str, offset: int, inner: int) -> None:
        """Report what was passed over since `inner`; a member with a fault reports itself."""
        window = self._window
        if window.plain:
            self._damaged(what, max(inner, 0), window.inner - inner)
        elif not window.fault:
            whole = inner <= 0 and not window.more(1)
            lost = window.stored_end - offset if whole else window.inner - inner
            self._damaged(what, offset, max(lost, 0))


def _find_record(data: bytes, start: int, end: int, arc: bool | None) -> int:
    """The first place where a record starts, of the kind that the archive holds if that is known; -1 without one."""
    match = _NEXT_ARC.search(data, start, end) if arc is not False else None
    line = match.start() if match else end
    if arc:
        return line if match else -1
    for version in _NEXT_WARC.finditer(data, start, line):
        version_start = version.start()
        # Behind damage a record need not start a line; its first field tells it from mere text then.
        if (
            version_start == 0
            or data[version_start - 1 : version_start] == b"\n"
            or _FIRST_FIELD.match(data, version.end())
        ):
            return version_start
    return line if match else -1


def _parsed(head: bytes, arc: bool, offset: int, inner: int) -> WarcRecord:
    headers = arc_headers(head) if arc else parse_headers(head)
    kind = "arc" if arc else headers.get("warc-type", "").lower()
    length = headers.get("content-length", "")
    size = int(length) if re.fullmatch(r"[0-9]{1,18}", length) else -1
    return WarcRecord(kind, head, b"", size, offset, inner, fields=headers)


def _vouched(record: WarcRecord) -> bool | None:
    """What the record itself says of its length: by block digest, else by the HTTP length within it."""
    matches = record.matches_digest()
    if matches is not None or len(record.block) != record.size:
        return matches
    end = blank_line(record.block[:MAX_HEAD], 0)
    length = _HTTP_LENGTH.search(record.block, 0, max(end, 0))
    return True if length and int(length[1]) == len(record.block) - end else None
