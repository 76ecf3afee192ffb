"""`fetch-warc --crawl`: the documents that reading the archives gives, whatever servers do, and nothing twice."""

import contextlib
import gzip
import io
import json
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from corpuskit import FetchWarc, Flow, resolve
from corpuskit.core.document import Document, encode
from corpuskit.core.errors import CorpuskitError, RemoteError, UsageError
from corpuskit.core.provenance.verdicts import Verdict
from corpuskit.core.reading import private_addresses, retries, web_requests
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.selection import Selection
from corpuskit.formats.common_crawl import cdx_index
from corpuskit.formats.common_crawl.index_row import IndexRow
from tests.conftest import Run
from tests.support.crawl import CRAWL, LINK_LOCAL, Crawl, CrawlServer, serving_crawl

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

QUERY = {"url": ("*.example.org",), "status": ("200",)}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[CrawlServer]:
    monkeypatch.setattr(retries, "WAITS", (0, 0, 0))
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path / "state"))
    with serving_crawl(Crawl()) as running:
        yield running


def crawl_documents(
    server: CrawlServer, *, allow_private: bool = True, **options: Any
) -> tuple[list[Document], list[Verdict], Flow]:
    """What a query gives, and what it sets aside."""
    verdicts: list[Verdict] = []
    step = FetchWarc(crawl=CRAWL, **{**server.options, **options})
    flow = Flow([step], verdicts.append)
    documents = list(flow.documents(step.named_inputs(allow_private=allow_private)))
    return documents, verdicts, flow


def documents_read_directly(server: CrawlServer, urls: set[str]) -> list[Document]:
    """The documents with these addresses that reading all archives of the crawl gives."""
    inputs = resolve([f"{server.url}/{path}" for path in server.crawl.paths], allow_private=True)
    return [item for item in Flow([FetchWarc()], [].append).documents(inputs) if item.metadata["url"] in urls]


def rows_of(server: CrawlServer, **conditions: Any) -> list[dict[str, Any]]:
    """The rows of HTML pages of the domain that `QUERY` asks for."""
    rows = [row for row in server.crawl.rows if ".example.org" in f".{row['url'].split('/')[2]}"]
    return [row for row in rows if row["status"] == "200" and row["mime"] == "text/html"]


def urls_of(rows: list[dict[str, Any]]) -> set[str]:
    return {row["url"] for row in rows}


def lines(documents: list[Document]) -> list[bytes]:
    return [encode(document) for document in documents]


@pytest.mark.parametrize(
    ("options", "is_meant"),
    [
        ({"url": ("*.example.org",)}, lambda row: row["url"].split("/")[2].endswith("example.org")),
        ({"url": ("example.org/*",)}, lambda row: row["url"].split("/")[2] in ("example.org", "www.example.org")),
        ({"url": ("example.org/news/*", "example.com/*")}, lambda row: row["url"].startswith(
            ("https://example.org/news/", "https://www.example.org/news/", "https://example.com/"))),
        ({"url": ("Example.net/about/0-9",)}, lambda row: row["url"].endswith("example.net/about/0-9")),
        ({"url": ("*.example.org",), "language": ("isl",)}, lambda row: "isl" in row["languages"]
         and row["url"].split("/")[2].endswith("example.org")),
        ({"url": ("*.example.org",), "mime": ("application/pdf",)}, lambda row: False),
        ({"url": ("*.example.org",), "status": ("4xx", "500")}, lambda row: row["status"] == "404"
         and row["url"].split("/")[2].endswith("example.org")),
        ({"url": ("absent.example/*",)}, lambda row: False),
    ],
    ids=["domain", "host", "paths", "page", "language", "mime", "status", "absent"],
)  # fmt: skip
@pytest.mark.parametrize("index", ["cdx", "columnar"])
def test_documents_are_those_of_the_archives(server: CrawlServer, options: Any, is_meant: Any, index: str) -> None:
    meant = urls_of([row for row in server.crawl.rows if row["mime"] == "text/html" and is_meant(row)])
    documents, verdicts, flow = crawl_documents(server, index=index, **options)
    assert {document.metadata["url"] for document in documents} == meant
    assert lines(documents) == lines(documents_read_directly(server, meant))
    count = flow.counts[0]
    assert count.received.documents == len(documents) + len(verdicts)
    assert Counter(verdict.reason for verdict in verdicts).keys() <= {"not-html"}


def test_a_language_needs_no_address(server: CrawlServer) -> None:
    meant = {row["url"] for row in server.crawl.rows if "deu" in row["languages"] and row["mime"] == "text/html"}
    documents, _, _ = crawl_documents(server, language=("deu",))
    assert {document.metadata["url"] for document in documents} == meant
    assert not any(path.endswith("-index") for path, _ in server.requests)


def test_a_limit_ends_the_reading_of_the_index(server: CrawlServer) -> None:
    documents, verdicts, _ = crawl_documents(server, **QUERY, limit=5)
    assert len(documents) + len(verdicts) == 5
    assert sum(path.endswith("-index") for path, _ in server.requests) == 2
    first = [row["url"] for row in server.crawl.rows if "org,example" in row["urlkey"] and row["status"] == "200"][:5]
    assert {document.metadata["url"] for document in documents} <= set(first)


def test_segments_are_whole_files_and_together_the_crawl(server: CrawlServer) -> None:
    parts = [crawl_documents(server, segment=f"{number}/4")[0] for number in range(1, 5)]
    urls = [document.metadata["url"] for part in parts for document in part]
    assert sorted(urls) == sorted(row["url"] for row in server.crawl.rows if row["mime"] == "text/html")
    assert lines(parts[0]) == lines(documents_read_directly(server, {item.metadata["url"] for item in parts[0]}))


def test_extracted_text_and_news_are_read_by_segment(server: CrawlServer) -> None:
    wet = b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: http://example.org/a\r\nContent-Type: text/plain\r\n"
    server.crawl.files["crawl-data/w.warc.wet.gz"] = gzip.compress(wet + b"Content-Length: 9\r\n\r\nsome text\r\n\r\n")
    server.crawl.add_list("wet", ["crawl-data/w.warc.wet.gz"])
    assert [item.text for item in crawl_documents(server, segment="1/1", wet=True)[0]] == ["some text"]
    server.crawl.add_list("warc", server.crawl.paths[:1], "crawl-data/CC-NEWS/2026/05")
    step = FetchWarc(crawl="CC-NEWS-2026-05", segment="1/1", **server.options)
    assert [input_.name for input_ in step.named_inputs(allow_private=True)] == [
        f"{server.url}/{server.crawl.paths[0]}"
    ]


PASSING = [
    "503", "500", "502", "504", "509", "429-wait", "429-date", "cut", "long-length", "short-length", "no-length",
    "no-length-cut", "chunked", "reset", "200", "206-elsewhere", "html",
]  # fmt: skip
"""What servers do that does not last: the first answer for each archive."""


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_costs_no_record_and_doubles_none(server: CrawlServer, fault: str) -> None:
    for path in server.crawl.paths:
        server.faults[path] = [fault]
    server.faults[f"{CRAWL}-index"] = [fault, "", fault] if fault not in ("200", "206-elsewhere") else []
    documents, verdicts, _ = crawl_documents(server, **QUERY)
    meant = urls_of(rows_of(server))
    assert [verdict for verdict in verdicts if verdict.reason != "not-html"] == []
    assert Counter(document.metadata["url"] for document in documents) == Counter(meant)
    assert lines(documents) == lines(documents_read_directly(server, meant))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("404", "gone"),
        ("410", "gone"),
        ("206-html", "not-a-record"),
        ("206-zeros", "not-a-record"),
        ("416", "not-a-record"),
    ],
)
def test_what_does_not_pass_costs_the_records_of_one_archive(server: CrawlServer, fault: str, reason: str) -> None:
    broken = server.crawl.paths[2]
    server.faults[broken] = [f"always-{fault}"]
    documents, verdicts, flow = crawl_documents(server, **QUERY)
    lost = [row for row in server.crawl.rows if row["filename"] == broken and "org,example" in row["urlkey"]]
    lost = [row for row in lost if row["status"] == "200"]
    rejected = [verdict for verdict in verdicts if verdict.verdict == "rejected"]
    assert Counter(verdict.reason for verdict in rejected) == {reason: len(lost)}
    assert {document.metadata["url"] for document in documents} == urls_of(rows_of(server)) - urls_of(lost)
    assert flow.counts[0].received.documents == len(documents) + len(verdicts)
    assert {verdict.input for verdict in rejected} == {f"{server.url}/{broken}"}


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        ("403", RemoteError, "refuses access"),
        ("503", RemoteError, "status 503; try again later"),
        ("cut", RemoteError, "the answer ends early"),
        ("html", RemoteError, "sent nothing of the bytes that were asked for"),
        ("206-elsewhere", RemoteError, "another part than was asked for"),
        ("slow", RemoteError, "less than 100 bytes a second"),
        (f"redirect {LINK_LOCAL}", UsageError, "leads into a private network"),
        ("redirect http://127.0.0.2:9/x", UsageError, "leads into a private network"),
        ("redirect file:///etc/passwd", CorpuskitError, None),
    ],
)
def test_what_lasts_stops_the_run_after_whole_records(
    server: CrawlServer,
    fault: str,
    error: type[CorpuskitError] | None,
    says: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(web_requests, "SILENCE", 0.5)
    is_public = private_addresses.is_public
    monkeypatch.setattr(private_addresses, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    server.faults[server.crawl.paths[1]] = [f"always-{fault}"]
    step = FetchWarc(crawl=CRAWL, **server.options, **QUERY)
    read: list[Document] = []
    with pytest.raises(error, match=says) if error else contextlib.nullcontext():
        read += Flow([step], [].append).documents(step.named_inputs(allow_private=False)[:2])
        read += Flow([step], [].append).documents(step.named_inputs(allow_private=False)[2:])
    first = {row["url"] for row in rows_of(server) if row["filename"] == server.crawl.paths[0]}
    assert {document.metadata["url"] for document in read} >= first
    asked = sum(path == server.crawl.paths[1] for path, _ in server.requests)
    assert asked == 1 if fault == "403" or fault.startswith("redirect") else asked > 1 or fault == "slow"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"digest": "B" * 32}, "bad-digest"),
        ({"offset": "+1"}, "not-a-record"),
        ({"offset": "before"}, "wrong-record"),
        ({"length": "-9"}, "truncated"),
        ({"length": "+400"}, "truncated"),
        ({"url": "https://example.org/another"}, "wrong-record"),
        ({"offset": "999999999"}, "not-a-record"),
        ({"offset": "none"}, "bad-index-row"),
        ({"length": "0"}, "bad-index-row"),
        ({"filename": "../../etc/passwd"}, "bad-index-row"),
        ({"filename": "http://169.254.169.254/x"}, "bad-index-row"),
        ({"filename": "//169.254.169.254/x"}, "bad-index-row"),
        ({"filename": None}, "bad-index-row"),
        ({"filename": "crawl-data/nothing.warc.gz"}, "gone"),
    ],
)
def test_what_the_index_says_wrongly_is_one_reject(server: CrawlServer, change: dict[str, Any], reason: str) -> None:
    row = next(row for row in rows_of(server) if row["filename"] == server.crawl.paths[3])
    meant = urls_of(rows_of(server)) - {row["url"]}
    ((key, value),) = change.items()
    if value == "before":
        # The request that stands before each response.
        data = server.crawl.files[row["filename"]]
        start = data.rfind(b"\x1f\x8b\x08", 0, int(row["offset"]))
        row["length"], value = str(int(row["offset"]) - start), str(start)
    elif value and value[0] in "+-":
        value = str(int(row[key]) + int(value))
    row[key] = value
    documents, verdicts, flow = crawl_documents(server, **QUERY)
    rejected = [verdict for verdict in verdicts if verdict.verdict == "rejected"]
    assert [verdict.reason for verdict in rejected] == [reason]
    assert {document.metadata["url"] for document in documents} == meant
    assert flow.counts[0].received.documents == len(documents) + len(verdicts)
    assert not any("169.254" in path or "passwd" in path for path, _ in server.requests)


def test_a_line_that_is_no_json_is_one_reject(server: CrawlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = server.crawl.cdx

    def with_bad_lines(query: dict[str, list[str]]) -> tuple[int, bytes]:
        status, body = answer(query)
        return status, b'{"urlkey": "org,exam\n[1]\n' + body if query.get("page") == ["1"] else body

    monkeypatch.setattr(server.crawl, "cdx", with_bad_lines)
    documents, verdicts, _ = crawl_documents(server, **QUERY)
    rejected = [verdict for verdict in verdicts if verdict.verdict == "rejected"]
    assert [verdict.reason for verdict in rejected] == ["bad-index-row"] * 2
    assert rejected[0].input == f"{server.url}/{CRAWL}-index ({CRAWL})" and "page=1" in str(rejected[0].values)
    assert {document.metadata["url"] for document in documents} == urls_of(rows_of(server))


def test_a_row_that_the_index_gives_twice_is_one_record(server: CrawlServer) -> None:
    server.crawl.rows += server.crawl.rows[:50]
    server.crawl.rows.sort(key=lambda row: row["urlkey"])
    documents, _, _ = crawl_documents(server, **QUERY)
    assert Counter(document.metadata["url"] for document in documents) == Counter(urls_of(rows_of(server)))


def test_a_member_that_is_damaged_in_the_archive_is_one_reject(server: CrawlServer) -> None:
    row = next(row for row in rows_of(server) if row["filename"] == server.crawl.paths[0])
    data = bytearray(server.crawl.files[row["filename"]])
    middle = int(row["offset"]) + int(row["length"]) // 2
    data[middle] ^= 255
    server.crawl.files[row["filename"]] = bytes(data)
    documents, verdicts, _ = crawl_documents(server, **QUERY)
    rejected = [verdict for verdict in verdicts if verdict.verdict == "rejected"]
    assert [verdict.reason for verdict in rejected] in (["corrupt"], ["not-a-record"])
    assert {document.metadata["url"] for document in documents} == urls_of(rows_of(server)) - {row["url"]}


def test_a_record_that_is_no_http_is_one_reject(server: CrawlServer) -> None:
    path = server.crawl.paths[0]
    data, rows = server.crawl.files[path], [row for row in rows_of(server) if row["filename"] == path]
    url = "https://example.org/odd"
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nContent-Type: application/http\r\n"
    odd = gzip.compress(f"{head}Content-Length: 13\r\n\r\nHTTP/1.1 \xff\r\n".encode("latin-1") + b"\r\n\r\n")
    server.crawl.files[path] = data + odd
    row = {**rows[0], "url": url, "offset": str(len(data)), "length": str(len(odd)), "urlkey": "org,example)/odd"}
    server.crawl.rows.append(row)
    documents, verdicts, _ = crawl_documents(server, **QUERY)
    rejected = [verdict for verdict in verdicts if verdict.verdict == "rejected"]
    assert len(rejected) == 1 and rejected[0].reason in ("bad-http", "empty-body")
    assert {document.metadata["url"] for document in documents} == urls_of(rows_of(server)) - {url}


def test_an_archive_that_changes_in_between_is_an_error(server: CrawlServer) -> None:
    server.faults[server.crawl.paths[0]] = ["changed"]
    with pytest.raises(RemoteError, match="was changed while it was read"):
        crawl_documents(server, **QUERY)


def test_records_that_touch_are_one_request(server: CrawlServer) -> None:
    crawl_documents(server, **QUERY)
    archives = [path for path, _ in server.requests if path.endswith(".warc.gz")]
    assert len(archives) == len(set(archives)) == len(server.crawl.paths)


def test_the_index_is_asked_one_query_at_a_time(server: CrawlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    slots: list[tuple[str, int]] = []
    original = cdx_index.fetch

    def fetch(url: str, limit: int, **more: Any) -> bytes:
        slots.append((more["purpose"], more["processes"]))
        return original(url, limit, **more)

    monkeypatch.setattr(cdx_index, "fetch", fetch)
    crawl_documents(server, **QUERY)
    assert set(slots) == {("index", 1)}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"crawl": "CC-MAIN-26"}, "takes the name of a crawl"),
        ({"crawl": CRAWL}, "tens of thousands of archives"),
        ({"url": ("example.org",)}, "`crawl`"),
        ({"crawl": CRAWL, "segment": "0/4"}, "a part of the files as i/n"),
        ({"crawl": CRAWL, "segment": "5/4"}, "a part of the files as i/n"),
        ({"crawl": CRAWL, "segment": "1/4", "url": ("example.org/*",)}, "takes whole files"),
        ({"crawl": CRAWL, "url": ("example.org/*",), "wet": True}, "WET files are in no index"),
        ({"crawl": "CC-NEWS-2026-05", "url": ("example.org/*",)}, "CC-NEWS is in no index"),
        ({"crawl": "CC-NEWS-2026-05", "segment": "1/9", "wet": True}, "no WET files of CC-NEWS"),
        ({"crawl": CRAWL, "language": ("en",)}, "a code of three letters"),
        ({"crawl": CRAWL, "mime": ("html",)}, "a media type"),
        ({"crawl": CRAWL, "url": ("*",)}, "--url takes a page"),
        ({"crawl": CRAWL, "url": ("a b/*",)}, "--url takes a page"),
        ({"crawl": CRAWL, "limit": 0}, "a number of records from 1 on"),
        ({"crawl": CRAWL, "language": ("isl",), "index": "cdx"}, "is asked for addresses"),
        ({"crawl": CRAWL, "language": ("isl",), "base": "ftp://example.org/"}, "starts with https://"),
        (
            {"crawl": CRAWL, "language": ("isl",), "base": "https://me:secret@example.org/"},
            "no name, password or query",
        ),
        (
            {"crawl": CRAWL, "url": ("example.org/*",), "cdx": "https://example.org/?key=secret"},
            "no name, password or query",
        ),
    ],
)
def test_options_that_do_not_go_together_are_named(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        FetchWarc(**options)
    assert "secret" not in str(caught.value)


def test_a_manifest_says_nothing_of_crawls_where_none_is_read() -> None:
    assert FetchWarc().options().keys() == {"status", "keep-truncated", "check-digests"}
    assert FetchWarc(crawl=CRAWL, segment="1/9").options()["segment"] == "1/9"


def test_a_crawl_that_does_not_exist_is_named(server: CrawlServer) -> None:
    step = FetchWarc(crawl="CC-MAIN-2031-05", segment="1/9", **server.options)
    with pytest.raises(UsageError, match=r"CC-MAIN-2031-05/warc\.paths\.gz; check `crawl`"):
        step.named_inputs(allow_private=True)


def test_a_list_that_is_cut_is_not_read(server: CrawlServer) -> None:
    path = f"crawl-data/{CRAWL}/warc.paths.gz"
    server.crawl.files[path] = server.crawl.files[path][:-12]
    with pytest.raises(CorpuskitError, match="a list that is not whole is not read"):
        crawl_documents(server, segment="1/2")


class NoSockets:
    """Stands in for `socket.socket`: nothing may connect."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")


@pytest.mark.parametrize(
    "options", [QUERY, {"language": ("isl",)}, {"segment": "1/2"}], ids=["cdx", "columnar", "files"]
)
def test_with_what_was_saved_no_socket_is_opened(
    server: CrawlServer, options: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, _, _ = crawl_documents(server, **options, save=tmp_path / "kept")
    asked = len(server.requests)
    monkeypatch.setattr(socket, "socket", NoSockets)
    monkeypatch.setattr(socket, "getaddrinfo", NoSockets)
    again, _, _ = crawl_documents(server, **options, save=tmp_path / "kept")
    assert lines(again) == lines(documents) and len(server.requests) == asked
    archives = sorted(path for path in (tmp_path / "kept").rglob("*.warc.gz"))
    kept = Flow([FetchWarc()], [].append).documents(resolve(archives))
    assert {item.id for item in kept} >= {item.id for item in documents}
    assert not list((tmp_path / "kept").rglob("*.part"))


def test_saved_records_that_are_damaged_are_fetched_again(server: CrawlServer, tmp_path: Path) -> None:
    documents, _, _ = crawl_documents(server, **QUERY, save=tmp_path / "kept")
    path = sorted((tmp_path / "kept" / "records").rglob("*.warc.gz"))[0]
    data = path.read_bytes()
    for change in (data[:-30], data[:100] + bytes(30) + data[130:], b""):
        path.write_bytes(change)
        again, verdicts, _ = crawl_documents(server, **QUERY, save=tmp_path / "kept")
        assert lines(again) == lines(documents)
        assert [verdict for verdict in verdicts if verdict.verdict == "rejected"] == []


def test_what_was_rejected_is_asked_for_again(server: CrawlServer, tmp_path: Path) -> None:
    server.faults[server.crawl.paths[2]] = ["404"]
    documents, _, _ = crawl_documents(server, **QUERY, save=tmp_path / "kept")
    again, _, _ = crawl_documents(server, **QUERY, save=tmp_path / "kept")
    assert len(again) > len(documents)
    assert {document.metadata["url"] for document in again} == urls_of(rows_of(server))


def test_a_file_goes_on_in_its_middle(server: CrawlServer, tmp_path: Path) -> None:
    path = server.crawl.paths[0]
    options = {"segment": "1/6", "save": tmp_path / "kept"}
    server.crawl.files[path] = server.crawl.files[path] * 300
    step = FetchWarc(crawl=CRAWL, **server.options, **options)
    script = (
        "from corpuskit.core.reading.download import download; from pathlib import Path; import sys;"
        "download(sys.argv[1], Path(sys.argv[2]), allow_private=True)"
    )
    copy = tmp_path / "copy.warc.gz"
    child = subprocess.Popen([sys.executable, "-c", script, f"{server.url}/{path}", str(copy)])
    server.at_request[len(server.requests) + 2] = lambda: child.send_signal(signal.SIGKILL)
    child.wait(60)
    part = copy.with_name("copy.warc.gz.part")
    assert child.returncode and 0 < part.stat().st_size < len(server.crawl.files[path])
    before = part.stat().st_size
    seen = len(server.requests)
    subprocess.run([sys.executable, "-c", script, f"{server.url}/{path}", str(copy)], check=True)
    assert copy.read_bytes() == server.crawl.files[path]
    starts = [int(asked.removeprefix("bytes=").partition("-")[0]) for _, asked in server.requests[seen:] if asked]
    assert min(starts) >= before
    assert step.names_inputs


def published(folder: Path) -> list[bytes]:
    """The canonical lines of a published folder."""
    import zstandard

    return [
        line
        for path in sorted(folder.rglob("*.jsonl.zst"))
        if "decisions" not in path.parts
        for line in zstandard.ZstdDecompressor().stream_reader(path.open("rb")).read().splitlines()
    ]


def test_the_command_publishes_what_was_asked_and_keeps_secrets(
    server: CrawlServer, corpuskit: Run, tmp_path: Path
) -> None:
    flags = ["--crawl", CRAWL, "--url", "*.example.org", "--status", "200", *server.flags]
    done = corpuskit("fetch-warc", *flags, "-o", "out")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "out/manifest.json").read_bytes())
    options = manifest["steps"][0]["options"]
    assert options["crawl"] == CRAWL and options["url"] == ["*.example.org"] and "base" not in options
    index, *archives = manifest["inputs"]
    assert index["path"] == f"{server.url}/{CRAWL}-index ({CRAWL})" and len(index["sha256"]) == 64
    assert [entry["path"] for entry in archives] == sorted(f"{server.url}/{path}" for path in server.crawl.paths)
    assert all(entry["bytes"] and len(entry["sha256"]) == 64 for entry in archives)
    in_workers = corpuskit("fetch-warc", *flags, "-j", "3", "-o", "parallel")
    assert in_workers.returncode == 0, in_workers.stderr
    assert published(tmp_path / "parallel") == published(tmp_path / "out")
    parallel = json.loads((tmp_path / "parallel/manifest.json").read_bytes())
    assert parallel["inputs"] == manifest["inputs"]
    refused = corpuskit("fetch-warc", *flags, "extra.warc.gz")
    assert refused.returncode == 2 and b"leave out 'extra.warc.gz'" in refused.stderr
    nothing = corpuskit("fetch-warc", "--crawl", CRAWL, "--url", "absent.example/*", *server.flags)
    assert nothing.returncode == 0 and b"no record matches" in nothing.stderr


def test_a_recipe_reads_a_crawl(server: CrawlServer, corpuskit: Run, tmp_path: Path) -> None:
    options = {"crawl": CRAWL, "url": ["*.example.org"], "status": ["200"], "save": "kept", **server.options}
    recipe = {"sources": {"web": {"from": "fetch-warc", "options": options, "origin": "crawl", "license": "CC0-1.0"}}}
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe))
    refused = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert refused.returncode == 2 and b"--allow-private" in refused.stderr
    done = corpuskit("mix", "recipe.yaml", "-o", "out", "--allow-private", "-j", "2")
    assert done.returncode == 0, done.stderr
    urls = {json.loads(line)["metadata"]["url"] for line in published(tmp_path / "out")}
    assert urls == urls_of(rows_of(server))
    asked = len(server.requests)
    again = corpuskit("mix", "recipe.yaml", "-o", "again", "--allow-private", "-j", "1")
    assert again.returncode == 0, again.stderr
    assert published(tmp_path / "again") == published(tmp_path / "out") and len(server.requests) == asked
    manifests = [json.loads((tmp_path / name / "manifest.json").read_bytes()) for name in ("out", "again")]
    assert manifests[0]["inputs"] == manifests[1]["inputs"]
    plan = corpuskit("mix", "recipe.yaml", "--plan", "--allow-private")
    assert plan.returncode == 0 and b"--crawl CC-MAIN-2026-05 --url" in plan.stdout, plan.stderr
    recipe["sources"]["web"]["inputs"] = ["a.warc"]
    (tmp_path / "both.yaml").write_text(json.dumps(recipe))
    both = corpuskit("mix", "both.yaml", "--check")
    assert both.returncode == 2 and b"must be left out" in both.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [["--url", "*.example.org"], ["--language", "isl,deu"], ["--segment", "1/1"]],
    ids=["cdx", "columnar", "files"],
)
def test_killed_at_twenty_moments_each_record_is_fetched_once_more_at_most(
    options: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    with serving_crawl(Crawl(archives=12, pages=20)) as server:
        flags = ["--crawl", CRAWL, *options, "--status", "200", *server.flags]
        command = [sys.executable, "-m", "corpuskit", "fetch-warc", *flags]
        whole = subprocess.run(command, capture_output=True, env=environment, check=True).stdout
        total = len(server.requests)
        for moment in range(20):
            server.requests.clear()
            folder = tmp_path / f"kept-{moment}"
            with (tmp_path / "cut").open("wb") as cut:
                child = subprocess.Popen(
                    [*command, "--save", folder], stdout=cut, stderr=subprocess.DEVNULL, env=environment
                )
                server.at_request = {1 + moment * (total - 1) // 19: child.kill}
                child.wait(60)
            server.at_request = {}
            rerun = subprocess.run([*command, "--save", folder], capture_output=True, env=environment, check=True)
            assert rerun.stdout == whole, moment
            ranges = server.ranges()
            assert max(ranges.values()) <= 2, moment
            assert sum(ranges.values()) - len(ranges) <= 1, moment
            asked = len(server.requests)
            complete = subprocess.run([*command, "--save", folder], capture_output=True, env=environment, check=True)
            assert complete.stdout == whole and len(server.requests) == asked, moment


def rows_by_warcio(data: bytes) -> list[dict[str, Any]]:
    """The rows that an index made with warcio has of an archive."""
    rows = []
    records = ArchiveIterator(io.BytesIO(data))
    for record in records:
        if record.rec_type in ("response", "resource", "conversion"):
            url = record.rec_headers.get_header("WARC-Target-URI") or ""
            digest = record.rec_headers.get_header("WARC-Payload-Digest") or ""
            records.read_to_end(record)
            offset, length = records.get_record_offset(), records.get_record_length()
            rows.append({"url": url, "offset": offset, "length": length, "digest": digest, "filename": "a/b.warc.gz"})
    return rows


def test_records_of_real_archives_are_those_of_the_whole_file(server: CrawlServer, shared_data: Path) -> None:
    compared = 0
    for path in sorted((shared_data / "warc").rglob("*.warc.gz")):
        data = path.read_bytes()
        if len(data) > 5_000_000:
            continue
        try:
            rows = rows_by_warcio(data)
        except Exception:  # what warcio does not read has no such index
            rows = []
        name = f"real/{compared}.warc.gz"
        server.crawl.files[name] = data
        url = f"{server.url}/{name}"
        packed = b"".join(IndexRow.of_fields(row).span().packed() for row in rows if row["length"])
        selected = Input(url, url=url, selection=Selection.of_packed(packed, name), allow_private=True)
        verdicts: list[Verdict] = []
        documents = list(Flow([FetchWarc()], verdicts.append).documents([selected]))
        offsets = {row["offset"] for row in rows}
        whole = [
            document
            for document in Flow([FetchWarc()], [].append).documents(resolve([url], allow_private=True))
            if document.metadata["warc_offset"] in offsets
        ]
        refused = {verdict.offset for verdict in verdicts if verdict.reason == "bad-digest"}
        assert lines(documents) == lines([item for item in whole if item.metadata["warc_offset"] not in refused]), path
        compared += len(documents)
    assert compared > 50, compared


@pytest.mark.parametrize("options", [QUERY, {"segment": "1/6"}], ids=["records", "files"])
def test_a_link_in_the_folder_of_copies_is_not_followed(
    server: CrawlServer, tmp_path: Path, options: dict[str, Any]
) -> None:
    """Neither a file nor a folder nor an unfinished copy: a link may lead to anything that the user can write."""
    crawl_documents(server, **options, save=tmp_path / "kept")
    made = [path.relative_to(tmp_path / "kept") for path in (tmp_path / "kept").rglob("*")]
    assert made
    for number, name in enumerate(made):
        victim, folder = tmp_path / f"victim{number}", tmp_path / f"planted{number}"
        link = folder / name
        link.parent.mkdir(parents=True)
        if (tmp_path / "kept" / name).is_dir():
            victim.mkdir()
        else:
            victim.write_bytes(b"precious")
        link.symlink_to(victim)
        with contextlib.suppress(CorpuskitError):
            crawl_documents(server, **options, save=folder)
        left = [path.name for path in victim.iterdir()] if victim.is_dir() else victim.read_bytes()
        assert left in ([], b"precious"), name
