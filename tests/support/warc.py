"""Web archives made by hand: whole ones, odd ones, and in every container."""

import gzip
from collections.abc import Callable

import zstandard

Wrap = Callable[[list[bytes]], bytes]


def record(number: int, block: bytes, kind: str = "response", length: int | None = None, more: str = "") -> bytes:
    """One WARC record; `length` for one that lies about its own."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number:032d}>\r\n"
        f"WARC-Date: 2024-05-06T07:08:09Z\r\nWARC-Target-URI: http://example.org/{number}\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"{more}Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def http(body: bytes, head: str = "Content-Type: text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\n{head}\r\n\r\n".encode() + body


def page(number: int) -> bytes:
    return http(
        f"<!doctype html><title>{number}</title>\r\n\r\n<p>naïve page {number}".encode() + b" word" * number * 20
    )


def digest(block: bytes) -> str:
    import base64
    import hashlib

    return f"WARC-Block-Digest: sha1:{base64.b32encode(hashlib.sha1(block).digest()).decode()}\r\n"  # noqa: S324


PAGES = [page(number) for number in range(8)]


RECORDS = [record(number, block, more=digest(block)) for number, block in enumerate(PAGES)]


def gz(records: list[bytes]) -> bytes:
    return b"".join(gzip.compress(item, mtime=0) for item in records)


def one_gz(records: list[bytes]) -> bytes:
    return gzip.compress(b"".join(records), mtime=0)


def block_gz(records: list[bytes]) -> bytes:
    """Members that end anywhere, as `bgzip` writes them."""
    data = b"".join(records)
    return b"".join(gzip.compress(data[start : start + 777], mtime=0) for start in range(0, len(data), 777))


def zst(records: list[bytes]) -> bytes:
    return b"".join(zstandard.ZstdCompressor(write_checksum=True).compress(item) for item in records)


def plain(records: list[bytes]) -> bytes:
    return b"".join(records)


WRAPS = [gz, one_gz, block_gz, zst, plain]


ODD = [
    record(20, b"", "request"),
    record(21, http(b"short"), length=3),
    record(22, http(b"long"), length=400),
    record(23, PAGES[1] + b"\r\n\r\n" + RECORDS[2]),
    record(24, http(b"x"), more="X-Note: Content-Length: 4\r\nWarc-Type : request\r\n"),
    record(25, http(b"folded"), more="Content-Type: a\r\n b\r\n"),
    record(26, http(b"arc"), "arc"),
    RECORDS[3].replace(b"\r\n", b"\n"),
    b"\r\n" + RECORDS[4],
    RECORDS[5] + b"\r\n",
    RECORDS[6][:-2],
    RECORDS[7] + RECORDS[0],
    b"http://example.org/ 192.0.2.1 20240506070809 text/html 5\nhello\n",
]


def arc(number: int, block: bytes, length: int | None = None) -> bytes:
    size = len(block) if length is None else length
    return f"http://example.org/a page/{number} 192.0.2.1 20010203040506 text/html {size}\n".encode() + block + b"\n"


ARC_HEAD = (
    b"filedesc://test.arc 0.0.0.0 20010203040506 text/plain 75\n1 0 Test Archive 12\n"
    b"URL IP-address Archive-date Content-type Archive-length\n"
)
