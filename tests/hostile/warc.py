"""Hostile web archives: wrong lengths, endless headers, bodies that expand, records that name files."""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.hostile import FILES, RECORDS, Attack, Make
from tests.hostile.compressed import archive_of, flipped, gzip_bomb, zstd

MIB = 1024 * 1024


def record(block: bytes, kind: str = "response", length: int | bytes | None = None, **fields: str) -> bytes:
    """One record; `length` is what it claims to have."""
    claims = str(len(block)).encode() if length is None else str(length).encode() if isinstance(length, int) else length
    names = {"WARC-Type": kind, "WARC-Target-URI": "http://example.org/", **fields}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in names.items()).encode()
    return b"WARC/1.0\r\n" + head + b"Content-Length: " + claims + b"\r\n\r\n" + block + b"\r\n\r\n"


def response(body: bytes, *fields: str) -> bytes:
    """An HTTP response."""
    head = "".join(f"{field}\r\n" for field in ("HTTP/1.1 200 OK", "Content-Type: text/html", *fields))
    return head.encode() + b"\r\n" + body


def page(text: str) -> bytes:
    """A record that holds a harmless page."""
    name = text.replace(" ", "-")
    return record(response(f"<p>{text}</p>".encode()), WARC_Record_ID=f"<urn:uuid:{name}>")


def between(hostile: Callable[[], bytes], *, packed: bool) -> Make:
    """The attack between two records of an archive between two archives."""

    def make(folder: Path) -> None:
        place = folder / "in"
        place.mkdir(parents=True)
        pack = gzip.compress if packed else bytes
        ending = ".gz" if packed else ""
        (place / f"1-good.warc{ending}").write_bytes(pack(page(FILES[0])))
        (place / f"3-good.warc{ending}").write_bytes(pack(page(FILES[1])))
        parts = [pack(page(RECORDS[0])), hostile(), pack(page(RECORDS[1]))]
        (place / f"2-hostile.warc{ending}").write_bytes(b"".join(parts))

    return make


def plain(name: str, code: int, reason: str, hostile: Callable[[], bytes], **more: object) -> Attack:
    """A record of an uncompressed archive."""
    return _of(f"warc-{name}", code, reason, between(hostile, packed=False), **more)


def packed(name: str, code: int, reason: str, hostile: Callable[[], bytes], **more: object) -> Attack:
    """A record in a gzip member of its own."""
    return _of(f"warc-gz-{name}", code, reason, between(lambda: gzip.compress(hostile(), 1), packed=True), **more)


def _of(name: str, code: int, reason: str, make: Make, **more: object) -> Attack:
    reasons = {reason: 1} if reason else {}
    kept = more.pop("kept", FILES + RECORDS)
    return Attack(name, make, "fetch-warc in", code, reasons, kept, **more)  # type: ignore[arg-type]


def wacz(entries: Callable[[], bytes]) -> Make:
    """A zip file between two archives."""

    def make(folder: Path) -> None:
        place = folder / "in"
        place.mkdir(parents=True)
        (place / "1-good.warc").write_bytes(page(FILES[0]))
        (place / "2-hostile.wacz").write_bytes(entries())
        (place / "3-good.warc").write_bytes(page(FILES[1]))

    return make


def zipped(
    name: str, code: int, entries: Callable[[], bytes], *, kept: tuple[str, ...] = FILES, **more: object
) -> Attack:
    return Attack(f"wacz-{name}", wacz(entries), "fetch-warc in", code, kept=kept, **more)  # type: ignore[arg-type]


def encrypted() -> bytes:
    """A zip file whose entry says it is encrypted, in both of its headers."""
    data = bytearray(archive_of({"archive/a.warc": page("hidden")}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def list_of(*lines: str) -> Make:
    """A list of archives; the harmless ones stand around the attack."""

    def make(folder: Path) -> None:
        (folder / "1-good.warc").write_bytes(page(FILES[0]))
        names = "\n".join(["1-good.warc", *lines]) + "\n"
        (folder / "warc.paths").write_text(names, encoding="utf-8")

    return make


def coded(coding: str, body: bytes) -> bytes:
    return record(response(body, f"Content-Encoding: {coding}"))


def many_chunks() -> bytes:
    return record(response(b"1\r\na\r\n" * 1_100_000 + b"0\r\n\r\n", "Transfer-Encoding: chunked"))


def meta(label: str) -> bytes:
    return record(response(f"<meta charset='{label}'><p>text</p>".encode()))


ATTACKS = [
    plain("length-over-two-records", 3, "bad-length", lambda: record(response(b"<p>x</p>"), length=500)),
    plain("length-of-an-exbibyte", 3, "bad-length", lambda: record(response(b"<p>x</p>"), length=10**17)),
    plain("length-negative", 3, "bad-header", lambda: record(response(b"<p>x</p>"), length=-1)),
    plain("length-of-5000-digits", 3, "bad-header", lambda: record(response(b"<p>x</p>"), length=b"9" * 5000)),
    plain("length-no-number", 3, "bad-header", lambda: record(response(b"<p>x</p>"), length=b"1e3")),
    plain("length-in-arabic-digits", 3, "bad-header", lambda: record(response(b"<p>x</p>"), length="١٢".encode())),
    plain("length-too-short", 3, "bad-length", lambda: record(response(b"<p>x</p>"), length=20)),
    plain("header-line-of-a-megabyte", 3, "header-too-large", lambda: record(b"", WARC_Target_URI="a" * MIB)),
    plain("header-without-end", 3, "header-too-large", lambda: b"WARC/1.0\r\n" + b"a: b\r\n" * 500_000),
    plain("header-of-colons", 3, "bad-header", lambda: b"WARC/1.0\r\n" + b":" * 60_000 + b"\r\n\r\n"),
    plain("header-with-nul", 0, "unknown-type", lambda: record(response(b"<p>x</p>"), kind="resp\0nse")),
    plain("a-megabyte-of-line-ends", 3, "", lambda: b"\r\n" * MIB),
    plain("binary-between", 3, "", lambda: bytes(range(256)) * 4096),
    plain("ten-thousand-wrong-lengths", 3, "", lambda: record(b"x", length=10**9) * 10_000, kept=(*FILES, RECORDS[0])),
    plain("names-of-files", 0, "", lambda: record(response(b"<p>x</p>"), WARC_Record_ID="<../../../etc/owned>")),
    plain("terminal-codes", 0, "unknown-type", lambda: record(b"x", kind="\x1b[2J", WARC_Record_ID="\x1b]0;x\x07")),
    plain(
        "address-with-a-secret-scheme", 0, "", lambda: record(response(b"x<p>"), WARC_Target_URI="file:///etc/passwd")
    ),
    plain("ten-thousand-interim-responses", 0, "bad-http", lambda: record(b"HTTP/1.1 100 x\r\n\r\n" * 10_000)),
    plain("two-million-interim-responses", 0, "bad-http", lambda: record(b"HTTP/1.1 100 x\r\n\r\n" * 2_000_000)),
    plain("http-header-of-two-megabytes", 0, "header-too-large", lambda: record(response(b"", "a: " + "b" * 2 * MIB))),
    plain(
        "chunk-of-an-exbibyte",
        0,
        "bad-chunked",
        lambda: record(response(b"fffffffffffffff\r\nabc", "Transfer-Encoding: chunked")),
    ),
    plain("a-million-chunks", 0, "bad-chunked", many_chunks),
    plain("gzip-body-that-expands", 0, "document-too-large", lambda: coded("gzip", gzip_bomb(100 * MIB))),
    plain(
        "deflate-body-that-expands",
        0,
        "document-too-large",
        lambda: coded("deflate", zlib.compress(bytes(100 * MIB), 9)),
    ),
    plain("zstd-body-that-expands", 0, "document-too-large", lambda: coded("zstd", zstd(bytes(100 * MIB)))),
    plain("gzip-body-that-is-cut", 0, "bad-encoding", lambda: coded("gzip", gzip.compress(b"<p>text</p>" * 99)[:-9])),
    plain("codings-in-a-row", 0, "bad-encoding", lambda: coded("gzip, " * 5_000, gzip.compress(gzip.compress(b"<p>")))),
    plain("charset-that-runs-code", 0, "", lambda: meta("unicode_escape")),
    plain("charset-that-decompresses", 0, "", lambda: meta("zlib_codec")),
    plain("charset-of-a-megabyte", 0, "", lambda: meta("a" * MIB)),
    plain("comments-before-the-charset", 0, "", lambda: record(response(b"<!--" * 500_000 + b"<meta charset=utf-8>x"))),
    plain(
        "a-page-about-archives",
        3,
        "bad-length",
        lambda: record(response(b"\r\n\r\n".join([page("inner")] * 9)), length=None),
        slow=True,
    ),
    packed("length-over-the-member", 3, "runs-past-member", lambda: record(b"x", length=500).rstrip()),
    packed("block-of-700-megabytes", 0, "bad-http", lambda: record(bytes(700 * MIB)), slow=True),
    _of("warc-gz-bomb", 3, "", between(gzip_bomb, packed=True), says="expands"),
    packed("two-hundred-thousand-records", 0, "", lambda: record(b"x", kind="request") * 200_000),
    packed("member-in-member", 3, "", lambda: gzip.compress(page("inner"))),
    zipped(
        "that-climbs", 0, lambda: archive_of({"archive/../../../owned.warc": page("inside")}), kept=(*FILES, "inside")
    ),
    zipped("bomb", 3, lambda: archive_of({"archive/a.warc": page("inside") + bytes(700 * MIB)}), says="expands"),
    zipped(
        "wrong-checksum",
        3,
        lambda: flipped(archive_of({"archive/a.warc": page("x") * 99, "archive/b.warc": page("inside")}), 90),
        kept=(*FILES, "inside"),
    ),
    zipped("encrypted", 3, encrypted),
    zipped("cut", 3, lambda: archive_of({"archive/a.warc": page("inside")})[:-30]),
    zipped("no-zip-at-all", 3, lambda: b"PK\x03\x04" * 1000),
    Attack("paths-local-files", list_of("file:///etc/passwd.warc"), "fetch-warc warc.paths", 2, says="file://"),
    Attack(
        "paths-chained-addresses",
        list_of("simplecache::file:///etc/x.warc"),
        "fetch-warc warc.paths",
        2,
        says="simplecache::file://",
    ),
]
