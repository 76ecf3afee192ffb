"""HTTP responses as crawlers store them: status, header fields, and the body without its transfer and content codings.

Crawlers often store a body decoded and leave the header fields as they were, so a coding is undone only if the body
shows it. A body that starts in its coding but breaks off within it is a reject, never a shorter page; but if nothing
is missing except the last chunk, which holds no content, the body is read and marked as unfinished.

Sources: RFC 9112 (messages, chunked), RFC 9110 (codings), the WHATWG MIME Sniffing standard.
"""

import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from corpuskit.core.document import Reject
from corpuskit.core.sizes import size_text
from corpuskit.formats.text_encoding import WEB_BOMS
from corpuskit.formats.warc.headers import blank_line, header_fields, parse_headers
from corpuskit.formats.warc.reader import MAX_LINE
from corpuskit.formats.warc.record import MAX_HEAD

MAX_BODY = 64 * 1024 * 1024
MAX_CHUNKS = 1_000_000
MAX_INTERIM = 16
MAX_CODINGS = 8
UNKNOWN_TYPES = frozenset(
    {"", "-", "unknown", "no-type", "unknown/unknown", "application/unknown", "application/octet-stream", "*/*"}
)

_STATUS = re.compile(rb"HTTP(?:/\d+(?:\.\d+)?)?[ \t]+(\d{3})(?!\d)")
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]{0,4096})?\r?\n")
_CUT_LAST_CHUNKS = frozenset({b"", b"\r", b"0", b"0\r"})
"""What is left of `0\\r\\n` after the chunk before it, if the connection was closed early."""
_HTML = re.compile(
    rb"<\?xml[^>]*>\s*(?>(?:<!--.*?-->\s*)*)<(?:!doctype\s+html|html)(?=[\s>])"
    rb"|<(?:!--|(?:!doctype\s+html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)(?=[\s>]))",
    re.IGNORECASE | re.DOTALL,
)
_BINARY_STARTS = (b"%PDF-", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b\x08", b"RIFF", b"\x7fELF")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))
_PROBED_BYTES = 64 * 1024
_BLOCK_BYTES = 1024 * 1024


@dataclass(slots=True)
class Response:
    """One response; `body` is as stored, in its codings."""

    status: int
    headers: dict[str, str]
    body: bytes
    head: bytes = b""
    """The status line and the header fields as they are stored."""

    def fields(self, names: Collection[str]) -> list[tuple[str, str]]:
        """Return the fields of these lower-case names in order, repeated ones too: `headers` has only the first."""
        if self.headers.keys().isdisjoint(names):
            return []
        return [(name, value) for name, value in header_fields(self.head) if name in names]

    @property
    def content_type(self) -> str:
        """Media type in lower case, without parameters."""
        return media_type(self.headers.get("content-type", ""))

    def decoded_body(self) -> bytes:
        """Return the body without its codings. Raises Reject: bad-chunked, bad-encoding, document-too-large."""
        body = join_chunks(self.body) if self._is_chunked else self.body
        codings = self.headers.get("content-encoding", "").lower().split(",")
        if len(codings) > MAX_CODINGS:
            raise Reject("bad-encoding", f"more than {MAX_CODINGS} content codings")
        for coding in reversed(codings):
            body = _undo_coding(body, coding.strip())
        return body

    def payloads(self) -> Iterator[bytes]:
        """Yield what writers of archives take the digest of: the body as it was sent, without chunks, and decoded."""
        yield self.body
        if self._is_chunked:
            yield join_chunks(self.body)
        if "content-encoding" in self.headers:
            yield self.decoded_body()

    @property
    def is_unfinished(self) -> bool:
        """Whether the body is whole chunks, and only the last one, which says that it ends, is missing."""
        return self._is_chunked and _lacks_last_chunk(self.body)

    @property
    def _is_chunked(self) -> bool:
        return "chunked" in self.headers.get("transfer-encoding", "").lower()


def parse_response(block: bytes) -> Response:
    """Return the response in a record's block, after any interim ones. Raises Reject: bad-http, header-too-large."""
    for _ in range(MAX_INTERIM):
        response = _parse_message(block)
        if response.status >= 200 or not response.body.startswith(b"HTTP/"):
            return response
        block = response.body
    raise Reject("bad-http", f"more than {MAX_INTERIM} interim responses")


def _parse_message(block: bytes) -> Response:
    status = _STATUS.match(block)
    if status is None:
        raise Reject("bad-http", "the block does not start with an HTTP status line")
    end = blank_line(block[: MAX_HEAD + 4], 0)
    if end < 0:
        if len(block) > MAX_HEAD:
            raise Reject("header-too-large", f"an HTTP header of over {MAX_HEAD} bytes")
        end = len(block)
    head = block[:end]
    if end > MAX_LINE and max(map(len, head.split(b"\n"))) > MAX_LINE:
        raise Reject("header-too-large", f"an HTTP header with a line of over {MAX_LINE} bytes")
    return Response(int(status[1]), parse_headers(head), block[end:], head)


def media_type(value: str) -> str:
    """Return the media type of a Content-Type field.

    >>> media_type("Text/HTML; charset=utf-8")
    'text/html'
    """
    words = value.partition(";")[0].partition(",")[0].split()
    return words[0].lower() if words else ""


def join_chunks(body: bytes) -> bytes:
    """Return the body of a chunked message; a body that does not start with a chunk counts as already decoded.

    The last chunk may be missing. Raises Reject: bad-chunked.

    >>> join_chunks(b"3\\r\\nabc\\r\\n0\\r\\n\\r\\n")
    b'abc'
    """
    if not _CHUNK.match(body):
        return body
    spans, end = _chunks(body)
    if not _is_last_chunk(body[end : end + MAX_LINE]) and body[end:] not in _CUT_LAST_CHUNKS:
        raise Reject("bad-chunked", "the body ends or breaks before its last chunk")
    return b"".join(body[start:stop] for start, stop in spans)


def _lacks_last_chunk(body: bytes) -> bool:
    if not _CHUNK.match(body):
        return False
    spans, end = _chunks(body)
    return bool(spans) and body[end:] in _CUT_LAST_CHUNKS


def _is_last_chunk(rest: bytes) -> bool:
    chunk = _CHUNK.match(rest)
    return chunk is not None and int(chunk[1], 16) == 0


def _chunks(body: bytes) -> tuple[list[tuple[int, int]], int]:
    """Return where the content of each chunk starts and stops, and where the last one or something else begins.

    Raises Reject: bad-chunked, if a chunk is longer than the body.
    """
    spans: list[tuple[int, int]] = []
    position = 0
    while len(spans) < MAX_CHUNKS and (chunk := _CHUNK.match(body, position)):
        size, start = int(chunk[1], 16), chunk.end()
        if size == 0:
            break
        stop = start + size
        if stop > len(body):
            raise Reject("bad-chunked", "a chunk is longer than the body")
        spans.append((start, stop))
        position = stop + (2 if body.startswith(b"\r\n", stop) else 1 if body.startswith(b"\n", stop) else 0)
    return spans, position


def sniffs_as_html(body: bytes) -> bool:
    """Whether a body of unknown type starts like HTML."""
    head = body[:4096]
    for mark, _ in WEB_BOMS:
        head = head.removeprefix(mark)
    if head[:2].count(0) == 1:
        head = head.replace(b"\0", b"")
    return _HTML.match(head.lstrip()) is not None


def has_binary_signature(body: bytes) -> bool:
    """Whether a body starts like an image, a document, an archive or a program."""
    return body.startswith(_BINARY_STARTS)


def is_binary(data: bytes) -> bool:
    """Whether over 2 % of the first 64 KiB are control characters, so that the data cannot be text."""
    head = data[:_PROBED_BYTES]
    return (len(head) - len(head.translate(None, _CONTROLS))) * 50 > len(head)


def _undo_coding(body: bytes, coding: str) -> bytes:
    if coding in ("", "identity", "none") or not body:
        return body
    decode = {"gzip": _gunzip, "x-gzip": _gunzip, "deflate": _inflate, "br": _unbrotli, "zstd": _unzstd}.get(coding)
    if decode is None:
        # Most likely not a coding but, say, a charset in the wrong field, unless the body shows otherwise.
        if is_binary(body) or has_binary_signature(body):
            raise Reject("bad-encoding", "a content coding that is not known")
        return body
    if _is_plain_text(body):
        return body
    try:
        return decode(body)
    except _CodingError:
        if sniffs_as_html(body):
            return body
        raise Reject("bad-encoding", f"the body is not whole {coding}") from None


class _CodingError(Exception):
    """A body that is not in the content coding that its header states."""


def _is_plain_text(body: bytes) -> bool:
    if is_binary(body) or has_binary_signature(body):
        return False
    try:
        body[:_PROBED_BYTES].decode()
    except UnicodeDecodeError as error:
        return error.start > _PROBED_BYTES - 4
    return True


def _gunzip(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        raise _CodingError
    output = bytearray()
    unread = body
    while unread.startswith(b"\x1f\x8b"):
        unread = _unzip(unread, 31, output)
    return bytes(output)


def _inflate(body: bytes) -> bytes:
    """Decode `deflate`, which is zlib by the standard but a raw stream on many servers."""
    output = bytearray()
    try:
        _unzip(body, 15, output)
    except _CodingError:
        output.clear()
        _unzip(body, -15, output)
    return bytes(output)


def _unzip(body: bytes, window_bits: int, output: bytearray) -> bytes:
    """Append the content of one stream to `output`; return what follows the stream."""
    decoder = zlib.decompressobj(window_bits)
    data = body
    try:
        while not decoder.eof:
            block = decoder.decompress(data, _BLOCK_BYTES)
            if not block and not decoder.eof:
                raise _CodingError
            output += block
            _check_size(output)
            data = decoder.unconsumed_tail
    except zlib.error:
        raise _CodingError from None
    return decoder.unused_data


def _unbrotli(body: bytes) -> bytes:
    import brotli

    decoder = brotli.Decompressor()
    output = bytearray()
    try:
        output += decoder.process(body, output_buffer_limit=_BLOCK_BYTES)
        while not decoder.is_finished():
            block = decoder.process(b"", output_buffer_limit=_BLOCK_BYTES)
            if not block:
                raise _CodingError
            output += block
            _check_size(output)
    except brotli.error:
        raise _CodingError from None
    return bytes(output)


def _unzstd(body: bytes) -> bytes:
    import zstandard

    output = bytearray()
    decoder = zstandard.ZstdDecompressor(max_window_size=MAX_BODY).decompressobj()
    try:
        for start in range(0, len(body), 1024):
            output += decoder.decompress(body[start : start + 1024])
            _check_size(output)
            if decoder.eof:
                return bytes(output)
    except zstandard.ZstdError:
        pass
    raise _CodingError


def _check_size(output: bytearray) -> None:
    if len(output) > MAX_BODY:
        raise Reject("document-too-large", f"a body of over {size_text(MAX_BODY)} when decoded")
