"""The records that a selection names, each fetched by its range, ranges that touch at once, and compared.

What is found there must be one whole record, of the address that the index names, with the digest that it states;
anything else is yielded with its fault, never as a page.
"""

import contextlib
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpuskit.core.document import Reject
from corpuskit.core.reading.codecs import codec_of
from corpuskit.core.reading.retries import MissingError
from corpuskit.core.reading.selection import NO_DIGEST, RecordSpan, Selection, url_hash
from corpuskit.core.reading.web_fetch import fetch_range
from corpuskit.formats.common_crawl.saved_records import SavedRecords
from corpuskit.formats.warc.http import parse_response
from corpuskit.formats.warc.reader import read_records
from corpuskit.formats.warc.record import RecordFault, WarcRecord

NEAR = 16 * 1024
"""Bytes between two records that cost less than another request."""
LONGEST_RANGE = 4 * 1024 * 1024
LONGEST_RECORD = 128 * 1024 * 1024
ARCHIVE_GONE = RecordFault("gone", "the server has no such archive any more")
TOO_LARGE = RecordFault("document-too-large", "the index says that the record is larger than is read")
NO_RECORD = RecordFault("not-a-record", "where the index says that it is, there is no record")
NOT_WHOLE = RecordFault("truncated", "what the index says that it takes is not one whole record")
WRONG_RECORD = RecordFault("wrong-record", "where the index says that it is, there is a record of another address")
WRONG_DIGEST = RecordFault("bad-digest", "the page does not have the digest that the index states")


END_MARK = b"\r\n\r\n"
PAGELESS = frozenset({"warcinfo", "request", "metadata"})


class RecordReader:
    """Reads the selected records of one archive; knows how many bytes they took, and their hash."""

    def __init__(self, url: str, selection: Selection, copy: Path | None, *, allow_private: bool) -> None:
        """`copy` is the file in which whole records are kept, and looked for first."""
        self._url, self._selection, self._allow_private = url, selection, allow_private
        self._copy = copy
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._is_gone = False

    def size_and_sha256(self) -> tuple[int, str]:
        """Return the length and the sha256 of the stored bytes of all records so far, one after another."""
        return self._bytes, self._digest.hexdigest()

    def __iter__(self) -> Iterator[WarcRecord]:
        """Yield each selected record once, in order. Raises RemoteError."""
        spans = list(self._selection.spans())
        if self._copy is None:
            for group in joined_spans(spans):
                yield from self._records(group, self._fetched(group))
            return
        with SavedRecords(self._copy) as saved:
            missing: list[RecordSpan] = []
            for span in spans:
                data = saved.read(span)
                if data is None or self._record(span, data).fault:
                    missing.append(span)
                    continue
                yield from self._fetch_and_save(missing, saved)
                missing = []
                yield self._counted(self._record(span, data), data)
            yield from self._fetch_and_save(missing, saved)

    def _fetch_and_save(self, spans: Sequence[RecordSpan], saved: SavedRecords) -> Iterator[WarcRecord]:
        for group in joined_spans(spans):
            fetched = self._fetched(group)
            for span, data in zip(group, fetched, strict=True):
                if data and not self._record(span, data).fault:
                    saved.add(span, data)
            yield from self._records(group, fetched)

    def _records(self, spans: Sequence[RecordSpan], fetched: Sequence[bytes]) -> Iterator[WarcRecord]:
        for span, data in zip(spans, fetched, strict=True):
            yield self._counted(self._record(span, data), data)

    def _counted(self, record: WarcRecord, data: bytes) -> WarcRecord:
        self._bytes += len(data)
        self._digest.update(data)
        return record

    def _fetched(self, spans: Sequence[RecordSpan]) -> list[bytes]:
        """Return the stored bytes of records that are near one another; none of those that are not to be had."""
        start, end = spans[0].offset, spans[-1].end
        if self._is_gone or end - start > LONGEST_RECORD:
            return [b""] * len(spans)
        try:
            data = fetch_range(self._url, start, end, allow_private=self._allow_private).data
        except MissingError:
            self._is_gone = True
            return [b""] * len(spans)
        return [data[span.offset - start : span.end - start] for span in spans]

    def _record(self, span: RecordSpan, data: bytes) -> WarcRecord:
        """Return the record in stored bytes, with its fault if it is not the one that is meant."""
        if not data:
            fault = ARCHIVE_GONE if self._is_gone else TOO_LARGE if span.length > LONGEST_RECORD else NO_RECORD
            return _faulty(span, data, fault)
        is_plain = not starts_member(data)
        records, damage = _parsed(data)
        if damage and is_plain:
            # Indexes of plain archives leave out the end mark of a record, or count it.
            records, damage = _parsed(data + END_MARK)
        if not records:
            return _faulty(span, data, NO_RECORD)
        record = records[0]
        if damage and not record.fault:
            return _faulty(span, data, NOT_WHOLE)
        if record.offset or record.member_offset or (len(records) > 1 and not record.fault):
            return _faulty(span, data, NO_RECORD)
        if not record.fault and (record.kind in PAGELESS or not _is_of_url(record, span)):
            return _faulty(span, data, WRONG_RECORD)
        if not record.fault and _has_digest(record, span) is False:
            return _faulty(span, data, WRONG_DIGEST)
        record.offset = span.offset
        if is_plain:
            record.member_offset = span.offset
        return record


def starts_member(data: bytes) -> bool:
    """Whether stored bytes are compressed."""
    return codec_of(data[:16]) is not None


def joined_spans(spans: Sequence[RecordSpan]) -> Iterator[list[RecordSpan]]:
    """Yield spans in groups that one request fetches: near ones, up to a length.

    >>> spans = [RecordSpan(0, 9, 0), RecordSpan(9, 9, 0), RecordSpan(5_000_000, 9, 0)]
    >>> [[span.offset for span in group] for group in joined_spans(spans)]
    [[0, 9], [5000000]]
    """
    group: list[RecordSpan] = []
    for span in spans:
        if group and (span.offset - group[-1].end > NEAR or span.end - group[0].offset > LONGEST_RANGE):
            yield group
            group = []
        group.append(span)
    if group:
        yield group


def _parsed(data: bytes) -> tuple[list[WarcRecord], list[str]]:
    """Return the records in some bytes, and what is damaged in them."""
    damage: list[str] = []
    return list(read_records(io.BytesIO(data), lambda what, offset, lost: damage.append(what))), damage


def _faulty(span: RecordSpan, data: bytes, fault: RecordFault) -> WarcRecord:
    record = WarcRecord("", b"", data, len(data), span.offset, 0, span.length, fields={})
    record.fault, record.detail = fault
    return record


def _is_of_url(record: WarcRecord, span: RecordSpan) -> bool:
    return not span.url_hash or url_hash(record.headers.get("warc-target-uri", "").strip("<> ")) == span.url_hash


def _has_digest(record: WarcRecord, span: RecordSpan) -> bool | None:
    """Whether the page has the digest that the index states; None if it states none, or that of another record."""
    if span.digest == NO_DIGEST or record.kind == "revisit":
        return None
    if not record.block.startswith(b"HTTP/"):
        return hashlib.sha1(record.block, usedforsecurity=False).digest() == span.digest
    try:
        response = parse_response(record.block)
    except Reject:  # which will be the reason for which the page is rejected
        return None
    with contextlib.suppress(Reject):  # a body that does not decode is compared as far as it does
        return any(
            hashlib.sha1(payload, usedforsecurity=False).digest() == span.digest for payload in response.payloads()
        )
    return False
