"""Reading an address survives what servers do: busy ones, cut bodies, no length; a change in between is an error."""

import contextlib
import gc
import gzip
import http.server
import io
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit import FetchWarc, Files, Flow, resolve
from corpuskit.core.errors import CorpuskitError, RemoteError, UsageError
from corpuskit.core.reading import retries, web_requests
from corpuskit.core.reading.inputs import Input
from tests.support.serving import serving
from tests.support.warc import page, plain, record

# fsspec closes a connection that failed in its own thread, at times after the last reference to it is gone.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

LINES = b"".join(b'{"id":"d%d","text":"document number %d"}\n' % (number, number) for number in range(4000))


def parquet() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"text": [f"row {number}" for number in range(100)]}), stream)
    return stream.getvalue()


CONTENT = {"lines.jsonl": LINES, "table.parquet": parquet(), "packed.jsonl": gzip.compress(LINES)}


class Server(http.server.ThreadingHTTPServer):
    """Serves `CONTENT` below a folder that names its fault; the first two requests of a path meet it."""

    requests: ClassVar["Counter[str]"] = Counter()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Be quiet."""

    def do_HEAD(self) -> None:
        self.respond(with_body=False)

    def do_GET(self) -> None:
        self.respond(with_body=True)

    def respond(self, *, with_body: bool) -> None:
        _, fault, name = self.path.split("/")
        if with_body or fault.isdigit():
            Server.requests[self.path] += 1
        count = Server.requests[self.path]
        if (fault in ("429", "500", "503", "504") and count <= 2) or fault == "always-503":
            self.send_response(int(fault.removeprefix("always-")))
            self.send_header("Content-Length", "0")
            self.send_header("Retry-After", "0")
            return self.end_headers()
        body = CONTENT[name]
        is_changed = count > (1 if with_body else 0)
        if fault == "changes" and is_changed:
            body = body.replace(b"number", b"NUMBER")
        if fault in ("204", "302", "401", "403", "410", "418"):
            self.send_response(int(fault))
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if fault.startswith("part"):
            return self.respond_with_part(fault, body, with_body=with_body)
        start, end = self.range(len(body)) if fault in ("cut", "503", "whole", "changes") else (0, len(body))
        self.send_response(206 if (start, end) != (0, len(body)) else 200)
        if fault in ("cut", "503", "whole", "changes"):
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(body)}")
        else:
            self.send_header("Accept-Ranges", "none")
        if fault == "changes":
            self.send_header("ETag", f'"{is_changed}"')
        if fault.startswith("encoded"):
            self.send_header("Content-Encoding", "gzip")
            body = body[: len(body) - 20] if fault == "encoded-cut" else body
            end = len(body)
        if fault == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        elif fault == "no-length":
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(end - start + (9 if fault == "too-short" else 0)))
        self.end_headers()
        if not with_body:
            return None
        if fault == "chunked":
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        elif fault == "slow":
            self.trickle(body)
        elif (fault in ("cut", "cut-without-ranges", "changes") and count <= 2) or fault == "too-short":
            self.close_connection = True
            self.wfile.write(body[start : end if fault == "too-short" else (start + end) // 2])
        else:
            self.wfile.write(body[start:end])
        return None

    def respond_with_part(self, fault: str, body: bytes, *, with_body: bool) -> None:
        """Send a part that nobody asked for, or another one than was asked for."""
        start, end = self.range(len(body))
        is_asked = "Range" in self.headers
        if fault == "part-unasked" or (fault == "part-unasked-of-get" and with_body):
            end = len(body) // 2
        elif fault == "part-of-elsewhere" and is_asked:
            start, end = start + 70, end
        elif fault == "part-empty" and is_asked:
            end = start
        self.send_response(206 if is_asked or end < len(body) else 200)
        self.send_header("Accept-Ranges", "none" if "unasked" in fault else "bytes")
        if fault != "part-unasked" and (is_asked or end < len(body)):
            self.send_header("Content-Range", f"bytes {start}-{max(end - 1, start)}/{len(body)}")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        if with_body and fault != "part-slow":
            self.wfile.write(body[start:end])
        elif with_body:
            self.trickle(body[start:end])

    def trickle(self, body: bytes) -> None:
        """Send a byte every now and then."""
        with contextlib.suppress(OSError):
            for byte in body[:200]:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.1)

    def range(self, size: int) -> tuple[int, int]:
        asked = self.headers.get("Range", "").removeprefix("bytes=")
        start, _, end = asked.partition("-")
        return (int(start), min(int(end) + 1, size) if end else size) if asked else (0, size)


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(retries, "WAITS", (0, 0, 0))
    Server.requests.clear()
    server = Server(("127.0.0.1", 0), Handler)
    with serving(server):
        yield f"http://127.0.0.1:{server.server_port}"
    gc.collect()


@pytest.mark.parametrize(
    "fault", ["whole", "chunked", "no-length", "429", "500", "503", "504", "cut", "cut-without-ranges"]
)
def test_no_record_is_lost_or_doubled(address: str, fault: str) -> None:
    (input_,) = resolve([f"{address}/{fault}/lines.jsonl"], allow_private=True)
    lines = [item[1] for item in input_.lines() if isinstance(item, tuple)]
    assert b"".join(line + b"\n" for line in lines) == LINES
    assert input_.manifest_entry()["bytes"] == len(LINES)
    assert input_.damage == []


@pytest.mark.parametrize("fault", ["whole", "chunked", "no-length", "503", "cut", "cut-without-ranges"])
def test_formats_that_are_read_from_their_end_need_no_length(address: str, fault: str) -> None:
    documents = list(
        Flow([Files()], [].append).documents(resolve([f"{address}/{fault}/table.parquet"], allow_private=True))
    )
    assert [document.text for document in documents] == [f"row {number}" for number in range(100)]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("always-503", "status 503"),
        ("too-short", "the answer ends early"),
        ("changes", "was changed while it was read"),
        ("part-unasked", "a part of it, although all was asked for"),
        ("part-unasked-of-get", "a part of it, although all was asked for"),
        ("part-of-elsewhere", "another part than was asked for, from byte 70 instead of 0"),
        ("part-empty", "named a greater size"),
        ("403", r"refuses access \(status 403\); check the address and the credentials$"),
        ("401", r"refuses access \(status 401\); check the address and the credentials$"),
        ("204", r"sent nothing \(status 204\)"),
        ("302", r"sent nothing \(status 302\)"),
        ("418", r"refuses the request \(status 418\); check the address$"),
    ],
)
def test_what_does_not_pass_is_said(address: str, fault: str, says: str) -> None:
    with pytest.raises(RemoteError, match=says):
        list(Input("remote", url=f"{address}/{fault}/lines.jsonl", allow_private=True).lines())


@pytest.mark.parametrize("fault", ["slow", "part-slow"])
def test_a_server_that_sends_next_to_nothing_is_given_up(
    address: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_requests, "SILENCE", 0.5)
    begin = time.monotonic()
    with pytest.raises(RemoteError, match="less than 100 bytes a second"):
        list(Input("remote", url=f"{address}/{fault}/lines.jsonl", allow_private=True).lines())
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("foo://example.org/x", UsageError, "foo:// is not a known kind of address"),
        ("http://127.0.0.1:abc/x", UsageError, "not a valid address"),
        ("http://127.0.0.1:9/x", RemoteError, "nothing answers there; check host and port"),
        ("http://[::1]:9/x", RemoteError, "nothing answers there; check host and port"),
        ("https://host.invalid/x", RemoteError, "host is not known"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_in_words(url: str, error: type[CorpuskitError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        list(Input("remote", url=url, allow_private=True).lines())
    assert "Error" not in str(caught.value)


def test_damage_of_a_copy_is_not_blamed_on_its_address_alone(tmp_path: Path) -> None:
    copy = tmp_path / "kept.jsonl.gz"
    copy.write_bytes(gzip.compress(b'{"id":"a","text":"b"}\n' * 9)[:-9])
    input_ = Input("remote", url="https://host.invalid/x.jsonl.gz", copy_path=copy)
    list(input_.lines())
    assert input_.damage
    assert any(str(copy) in remark for remark in input_.findings.remarks)


def test_a_body_that_is_packed_on_its_way_is_whole_or_damaged(address: str) -> None:
    whole = Input("whole", url=f"{address}/encoded/packed.jsonl", allow_private=True)
    assert b"".join(line + b"\n" for _, line in whole.lines()) == LINES
    cut = Input("cut", url=f"{address}/encoded-cut/packed.jsonl", allow_private=True)
    list(cut.lines())
    assert cut.damage


def test_an_archive_of_unknown_length_is_read(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONTENT, "pages.warc", plain([record(1, page(1)), record(2, page(2))]))
    for fault in ("chunked", "no-length", "cut"):
        documents = list(
            Flow([FetchWarc()], [].append).documents(resolve([f"{address}/{fault}/pages.warc"], allow_private=True))
        )
        assert [document.metadata["url"] for document in documents] == [
            "http://example.org/1",
            "http://example.org/2",
        ]


def test_a_host_that_is_not_known_is_told_of_clients_that_hide_it() -> None:
    def ask_for(host: str) -> None:
        try:
            try:
                socket.getaddrinfo(host, 443)
            except socket.gaierror as error:
                raise ValueError("of the transport") from error
        except ValueError as error:
            raise RuntimeError("of the client") from error

    with pytest.raises(RuntimeError) as caught:
        ask_for("nowhere.invalid")
    assert web_requests.in_words(caught.value) == "its host is not known; check the address, or the network"
    assert web_requests.in_words(RuntimeError("of the client")) == "the request failed; try again later"
