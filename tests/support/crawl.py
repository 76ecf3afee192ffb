"""A small copy of a crawl on this machine: archives, both indexes, and a server that can be made to fail."""

import base64
import contextlib
import email.utils
import hashlib
import http.server
import io
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.support.serving import serving

CRAWL = "CC-MAIN-2026-05"
PAGE_ROWS = 7
"""Rows on a page of the index."""
LINK_LOCAL = "http://169.254.169.254/latest/meta-data/"


def surt(url: str) -> str:
    """The key of an address in the index, of the plain addresses that are used here."""
    parts = urlsplit(url.lower())
    return f"{','.join(reversed(parts.netloc.removeprefix('www.').split('.')))}){parts.path or '/'}"


def html(host: str, number: int) -> bytes:
    words = " ".join(f"word{(number * 7 + index) % 91}" for index in range(40 + number % 30))
    return f"<!doctype html><title>{host} {number}</title><p>Page {number} of {host}: {words}.".encode()


def archive(number: int, hosts: tuple[str, ...], pages: int) -> tuple[bytes, list[dict[str, Any]]]:
    """A WARC of requests and responses, and the row of each response for the index, without its path."""
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=True)
    details: dict[str, tuple[str, str, bytes]] = {}
    for index in range(pages):
        host = hosts[index % len(hosts)]
        url = f"https://{host}/{'news' if index % 3 else 'about'}/{number}-{index}"
        status = "404 Not Found" if index % 11 == 10 else "200 OK"
        mime = "application/pdf" if index % 13 == 12 else "text/html"
        language = ("eng", "isl", "isl,eng", "deu")[index % 4]
        body = html(host, number * 1000 + index)
        digest = base64.b32encode(hashlib.sha1(body).digest()).decode()  # noqa: S324 - as archives have it
        day = f"2026-01-{1 + index % 28:02d}T00:00:00Z"
        identifier = f"<urn:uuid:{number:08d}-0000-0000-0000-{index:012d}>"
        headers = {"WARC-Date": day, "WARC-Record-ID": identifier, "WARC-Payload-Digest": f"sha1:{digest}"}
        request = StatusAndHeaders(f"GET /{index} HTTP/1.1", [("Host", host)], is_http_request=True)
        record = writer.create_warc_record(url, "request", http_headers=request, payload=io.BytesIO())
        writer.write_record(record)
        record.raw_stream.close()
        response = StatusAndHeaders(status, [("Content-Type", mime)], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=response, warc_headers_dict=headers
        )
        writer.write_record(record)
        record.raw_stream.close()
        details[url] = (status[:3], f"{mime};{language}", body)
    data = stream.getvalue()
    rows = []
    records = ArchiveIterator(io.BytesIO(data))
    for record in records:
        if record.rec_type != "response":
            continue
        url = record.rec_headers.get_header("WARC-Target-URI")
        digest = record.rec_headers.get_header("WARC-Payload-Digest").removeprefix("sha1:")
        record.content_stream().read()
        records.read_to_end(record)
        status, kind, _ = details[url]
        mime, language = kind.split(";")
        rows.append(
            {
                "urlkey": surt(url),
                "timestamp": re.sub(r"\D", "", record.rec_headers.get_header("WARC-Date")),
                "url": url,
                "mime": mime,
                "mime-detected": mime,
                "status": status,
                "digest": digest,
                "length": str(records.get_record_length()),
                "offset": str(records.get_record_offset()),
                "languages": language,
            }
        )
    return data, rows


def table(rows: list[dict[str, Any]], row_group_size: int = 50, padding: int = 0) -> bytes:
    """A part of the columnar index, sorted by its key, with columns that no query needs."""
    rows = sorted(rows, key=lambda row: row["urlkey"])
    columns = {
        "url_surtkey": [row["urlkey"] for row in rows],
        "url": [row["url"] for row in rows],
        "url_host_name": [urlsplit(row["url"]).hostname for row in rows],
        "fetch_time": [row["timestamp"] for row in rows],
        "fetch_status": pa.array([int(row["status"]) for row in rows], pa.int16()),
        "content_digest": [row["digest"] for row in rows],
        "content_mime_type": [row["mime"] for row in rows],
        "content_mime_detected": [row["mime-detected"] for row in rows],
        "content_languages": [row["languages"] for row in rows],
        "warc_filename": [row["filename"] for row in rows],
        "warc_record_offset": pa.array([int(row["offset"]) for row in rows], pa.int32()),
        "warc_record_length": pa.array([int(row["length"]) for row in rows], pa.int32()),
        "warc_segment": [hashlib.sha256(row["url"].encode()).hexdigest() * (1 + padding) for row in rows],
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream, row_group_size=row_group_size, compression="gzip")
    return stream.getvalue()


class Crawl:
    """The files of a crawl by path, and the rows of its index."""

    def __init__(self, archives: int = 6, pages: int = 30, parts: int = 2) -> None:
        self.files: dict[str, bytes] = {}
        self.rows: list[dict[str, Any]] = []
        folder = f"crawl-data/{CRAWL}"
        hosts = ("example.org", "www.example.org", "news.example.org", "example.com", "example.net")
        paths = []
        for number in range(archives):
            path = f"{folder}/segments/1.{number % 2}/warc/{CRAWL}-{number:05d}.warc.gz"
            data, rows = archive(number, hosts, pages)
            self.files[path] = data
            self.rows += [{**row, "filename": path} for row in rows]
            paths.append(path)
        self.paths = paths
        self.rows.sort(key=lambda row: (row["urlkey"], row["timestamp"]))
        self.add_list("warc", paths)
        self.add_table(parts)

    def add_list(self, kind: str, paths: list[str], folder: str = f"crawl-data/{CRAWL}") -> None:
        import gzip

        self.files[f"{folder}/{kind}.paths.gz"] = gzip.compress("".join(f"{path}\n" for path in paths).encode())

    def add_table(self, parts: int, row_group_size: int = 50, padding: int = 0) -> None:
        folder = f"cc-index/table/cc-main/warc/crawl={CRAWL}"
        names = [f"{folder}/subset=robotstxt/part-00000.parquet"]
        for number in range(parts):
            rows = self.rows[number * len(self.rows) // parts : (number + 1) * len(self.rows) // parts]
            names.append(f"{folder}/subset=warc/part-{number:05d}.c000.gz.parquet")
            self.files[names[-1]] = table(rows, row_group_size, padding)
        self.add_list("cc-index-table", names)

    def cdx(self, query: dict[str, list[str]]) -> tuple[int, bytes]:
        """What the CDX API answers."""
        pattern = query["url"][0]
        domain = pattern.removeprefix("*.")
        key = surt(f"https://{domain.rstrip('*')}")
        rows = [
            row
            for row in self.rows
            if (
                row["urlkey"].startswith((key.removesuffix(")/") + ")", key.removesuffix(")/") + ","))
                if pattern.startswith("*.")
                else row["urlkey"].startswith(key)
                if pattern.endswith("*")
                else row["urlkey"] == key
            )
        ]
        for condition in query.get("filter", []):
            name, _, expression = condition.removeprefix("~").partition(":")
            rows = [row for row in rows if re.match(expression, row[name])]
        pages = -(-len(rows) // PAGE_ROWS)
        if "showNumPages" in query:
            return 200, json.dumps({"pages": pages, "pageSize": 1, "blocks": pages}).encode() + b"\n"
        if not rows:
            return 404, json.dumps({"message": f"No Captures found for: {pattern}"}).encode()
        page = int(query.get("page", ["0"])[0])
        rows = rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
        return 200, b"".join(json.dumps(row).encode() + b"\n" for row in rows)


class CrawlServer(http.server.ThreadingHTTPServer):
    """Serves a crawl on loopback. `faults` has a list for each path: each request meets the next, the last may stay."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, crawl: Crawl) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.crawl = crawl
        self.requests: list[tuple[str, str]] = []
        self.faults: dict[str, list[str]] = defaultdict(list)
        self.sent: Counter[str] = Counter()
        self.at_request: dict[int, Any] = {}
        """What to call when the request with a number comes in."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def options(self) -> dict[str, str]:
        """The options of `fetch-warc` that lead here."""
        return {"base": f"{self.url}/", "cdx": f"{self.url}/{{crawl}}-index"}

    @property
    def flags(self) -> list[str]:
        return [*(word for key, value in self.options.items() for word in (f"--{key}", value)), "--allow-private"]

    def ranges(self) -> "Counter[tuple[str, str]]":
        """How often each range of an archive was asked for."""
        return Counter((path, asked) for path, asked in self.requests if path.endswith(".warc.gz"))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CrawlServer

    def log_message(self, *_: Any) -> None:
        """Be quiet."""

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, *, with_body: bool) -> None:
        server = self.server
        address = urlsplit(self.path)
        path = address.path.lstrip("/")
        if with_body:
            server.requests.append((path, self.headers.get("Range", "")))
            if call := server.at_request.get(len(server.requests)):
                call()
        faults = server.faults[path]
        fault = "" if not faults or not with_body else faults[0] if faults[0].startswith("always-") else faults.pop(0)
        fault = fault.removeprefix("always-")
        status, body = 200, server.crawl.files.get(path)
        if path == f"{CRAWL}-index":
            status, body = server.crawl.cdx(parse_qs(address.query))
        if body is None:
            status, body = 404, b"<html>no such key"
        if self.refuse(fault):
            return
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        start, end = 0, len(body)
        if asked and status == 200 and fault != "200":
            first, last = asked[1], asked[2]
            start = int(first) if first else max(len(body) - int(last), 0)
            end = min(int(last) + 1, len(body)) if last and first else len(body)
            status = 206 if start < len(body) else 416
        if fault == "206-elsewhere":
            start, end = start + 40, end + 40
        self.send(status, body, start, end, fault, with_body=with_body)

    def refuse(self, fault: str) -> bool:
        """Answer with a fault that has nothing to do with what was asked for; return whether that was done."""
        body, status, headers = b"", 0, {}
        if re.fullmatch(r"[45]\d\d", fault):
            status = int(fault)
        elif fault == "429-wait":
            status, headers = 429, {"Retry-After": "0"}
        elif fault == "429-date":
            status, headers = 429, {"Retry-After": email.utils.formatdate(time.time() - 5, usegmt=True)}
        elif fault == "html":
            status, body = 200, b"<html><title>Sorry</title>Try again later"
        elif fault.startswith("redirect "):
            status, headers = 302, {"Location": fault.partition(" ")[2]}
        elif fault == "reset":
            self.close_connection = True
            self.connection.close()
            return True
        if not status:
            return False
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(body)
        return True

    def send(self, status: int, body: bytes, start: int, end: int, fault: str, *, with_body: bool) -> None:
        part = body[start:end] if status in (200, 206) else body if status == 404 else b""
        if fault == "206-html":
            part = (b"<html>Sorry" * len(part))[: len(part)]
        elif fault == "206-zeros":
            part = bytes(len(part))
        elif fault == "flipped":
            part = part[: len(part) // 2] + bytes([part[len(part) // 2] ^ 255]) + part[len(part) // 2 + 1 :]
        elif fault == "short-length":
            part = part[: len(part) // 2]
        self.send_response(status)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{max(end - 1, start)}/{len(body)}")
        if status == 416:
            self.send_header("Content-Range", f"bytes */{len(body)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}{"-new" if fault == "changed" else ""}"')
        if fault in ("no-length", "no-length-cut"):
            self.close_connection = True
        elif fault == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(part) + (50 if fault == "long-length" else 0)))
        self.end_headers()
        if not with_body:
            return
        with contextlib.suppress(OSError):
            self.send_body(part, fault)

    def send_body(self, part: bytes, fault: str) -> None:
        path = urlsplit(self.path).path.lstrip("/")
        if fault in ("cut", "no-length-cut", "changed"):
            part = part[: len(part) // 2]
        if fault in ("cut", "long-length", "changed"):
            self.close_connection = True
        if fault == "chunked":
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(part), part) if part else b"0\r\n\r\n")
        elif fault == "slow":
            for byte in part[:200]:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.1)
        else:
            self.wfile.write(part)
        self.server.sent[path] += len(part)


@contextlib.contextmanager
def serving_crawl(crawl: Crawl) -> Iterator[CrawlServer]:
    """A running server of a crawl."""
    server = CrawlServer(crawl)
    with serving(server):
        yield server
