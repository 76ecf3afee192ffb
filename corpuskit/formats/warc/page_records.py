"""What a record of a web archive says of the page in it: its response, its media type, its id and its metadata."""

from typing import Any

import xxhash

from corpuskit.core.document import HTML_TYPES
from corpuskit.formats.warc.http import UNKNOWN_TYPES, Response, parse_response, sniffs_as_html
from corpuskit.formats.warc.record import WarcRecord

WAT = "wat"
"""The type of a record of JSON about a page."""


def kind_of(record: WarcRecord) -> str:
    """Return the type of the record; that of JSON about a page, as WAT files have it, is `wat`."""
    if record.kind != "metadata" or b"json" not in record.head:
        return record.kind
    is_wat = record.headers.get("content-type", "").startswith("application/json")
    return WAT if is_wat else record.kind


def response_in(record: WarcRecord) -> Response:
    """Return the HTTP response in the block; any other block is itself the body, of the type that its record states."""
    media_type = record.headers.get("content-type", "")
    is_http = media_type.startswith("application/http") or (record.kind == "response" and not media_type)
    if record.kind == "arc":
        is_http = record.block.startswith(b"HTTP")
    if not is_http or record.kind == "conversion":
        return Response(0, {"content-type": media_type}, record.block)
    response = parse_response(record.block)
    if record.kind == "arc":
        response.headers.setdefault("content-type", media_type)
    return response


def page_type(record: WarcRecord, media_type: str, body: bytes) -> str:
    """Return the media type of the page; empty if we do not read that type."""
    if media_type in HTML_TYPES or (record.kind == "conversion" and media_type == "text/plain"):
        return media_type
    is_unknown = media_type in UNKNOWN_TYPES or "/" not in media_type
    return "text/html" if is_unknown and sniffs_as_html(body) else ""


def page_metadata(record: WarcRecord, archive: str) -> dict[str, Any]:
    """Return where and when the page was fetched, and where in which archive its record is."""
    url = record.headers.get("warc-target-uri", "").strip("<> ")
    metadata = {
        "url": url,
        "crawl_date": record.headers.get("warc-date", ""),
        "warc_file": archive,
        "warc_offset": record.offset,
        "warc_length": record.length,
    }
    return {key: value for key, value in metadata.items() if value not in ("", None)}


def page_id(record: WarcRecord, archive: str, keys: set[int]) -> str:
    """Return the record's id without its `urn:uuid:`; a hash of its location if it has none, or repeats one."""
    record_id = record.headers.get("warc-record-id", "").strip("<> ")
    if record_id:
        key = xxhash.xxh3_64_intdigest(record_id.encode())
        if key not in keys:
            keys.add(key)
            return record_id.removeprefix("urn:uuid:")
    return xxhash.xxh3_128_hexdigest(f"{archive}\0{record.offset}\0{record.member_offset}".encode())
