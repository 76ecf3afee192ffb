"""One record of a web archive: its header and block, what is wrong with it, and what in it confirms its length."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from corpuskit.formats.warc.digests import matches_digest
from corpuskit.formats.warc.headers import arc_headers, blank_line, parse_headers

MAX_HEAD = 1024 * 1024
MEMBER_FAULTS = {"cut": "truncated", "corrupt": "corrupt", "expands": "expands-too-far"}
"""Reasons for which records are rejected, by the fault of the member that they lie in."""

_HTTP_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)


class RecordFault(NamedTuple):
    """What is wrong with a record."""

    reason: str
    """The reason for which it is rejected."""
    detail: str
    """A phrase that describes it."""


@dataclass(slots=True)
class WarcRecord:
    """One record. If `fault` names something wrong with it, `block` is what could be read of it."""

    kind: str
    """The WARC-Type in lower case, or `arc`."""
    head: bytes
    block: bytes
    size: int
    """Declared length of the block; more than `len(block)` if it is over the limit."""
    offset: int
    """Stored byte at which the record, or the member that holds it, starts."""
    member_offset: int
    """Decompressed byte of its member at which it starts."""
    length: int | None = None
    """Number of stored bytes that it takes; None if it shares its member."""
    checked: bool = False
    """Whether its member has a checksum, and matches it."""
    fault: str = ""
    detail: str = ""
    fields: dict[str, str] | None = field(default=None, compare=False, repr=False)
    """The headers, once they have been parsed."""

    @property
    def headers(self) -> dict[str, str]:
        """Header fields by lower-case name, the first of repeated ones; those of an ARC line under their WARC names."""
        if self.fields is None:
            self.fields = arc_headers(self.head) if self.kind == "arc" else parse_headers(self.head)
        return self.fields

    def matches_digest(self) -> bool | None:
        """Whether the block has the digest that the header gives; None if it gives none that we know."""
        if len(self.block) != self.size:
            return None
        return matches_digest(self.headers.get("warc-block-digest", ""), self.block)

    def matches_payload_digest(self, payloads: Iterable[bytes]) -> bool | None:
        """Whether one of these has the digest that the header gives of the payload; None if it gives none we know."""
        label = self.headers.get("warc-payload-digest", "")
        verdict: bool | None = None
        for payload in payloads:
            verdict = matches_digest(label, payload)
            if verdict is not False:
                break
        return verdict


def member_fault(fault: str) -> RecordFault:
    """Return what is wrong with a record in a member that has a fault of its own."""
    return RecordFault(MEMBER_FAULTS[fault], "a record in a member that does not decompress to its end")


def new_record(head: bytes, arc: bool, offset: int, member_offset: int) -> WarcRecord:
    """Return a record of which only the header is known; its size is -1 without a valid length."""
    headers = arc_headers(head) if arc else parse_headers(head)
    kind = "arc" if arc else headers.get("warc-type", "").lower()
    length = headers.get("content-length", "")
    size = int(length) if re.fullmatch(r"[0-9]{1,18}", length) else -1
    return WarcRecord(kind, head, b"", size, offset, member_offset, fields=headers)


def length_is_right(record: WarcRecord) -> bool | None:
    """Whether the record's block digest, or else the HTTP length in it, confirms its length; None if it has neither."""
    matches = record.matches_digest()
    if matches is not None or len(record.block) != record.size:
        return matches
    end = blank_line(record.block[:MAX_HEAD], 0)
    length = _HTTP_LENGTH.search(record.block, 0, max(end, 0))
    return True if length and int(length[1]) == len(record.block) - end else None
