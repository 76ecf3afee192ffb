"""`fetch-warc`: every page a document, every other record a drop, everything unreadable a named reject."""

import contextlib
import gzip
import io
import json
import zipfile
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard

from corpuskit.core.document import HTML_TYPES, Document, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.step import Item, Rejected
from corpuskit.formats.warc import http, page_encoding
from corpuskit.formats.warc.http import media_type
from corpuskit.formats.warc.page_encoding import decode_page
from corpuskit.sources.fetch_warc import FetchWarc
from tests.conftest import Run
from tests.support.warc import PAGES, RECORDS, arc, digest, gz, plain, record
from tests.support.warc import http as message

HTML = "<!doctype html><title>Grüße</title><p>Ein Stück Text, lang genug für Wörter wie Äpfel und Öl."


@pytest.fixture
def fetch(tmp_path: Path):
    def run(data: bytes, step: FetchWarc | None = None, name: str = "a.warc") -> list[Item]:
        path = tmp_path / name
        path.write_bytes(data)
        return list((step or FetchWarc()).read(Input(name, local_path=path)))

    return run


def one(items: list[Item]) -> Item:
    assert len(items) == 1
    return items[0]


def verdict(item: Item) -> str:
    return "kept" if isinstance(item, Document) else item.reason


def test_a_page_is_a_document_that_says_where_it_lies(fetch) -> None:
    data = gz(RECORDS)
    items = fetch(data, name="crawl.warc.gz")
    assert all(isinstance(item, Document) for item in items)
    document = items[3]
    assert document.id == f"{3:032d}"
    assert document.text.startswith("<!doctype html><title>3</title>") and "naïve" in document.text
    metadata = dict(document.metadata)
    start, length = metadata.pop("warc_offset"), metadata.pop("warc_length")
    assert gzip.decompress(data[start : start + length]) == RECORDS[3]
    assert metadata == {
        "url": "http://example.org/3",
        "crawl_date": "2024-05-06T07:08:09Z",
        "warc_file": "crawl.warc.gz",
        "content_type": "text/html",
        "http_status": 200,
    }


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (record(1, message(b"<p>x", status="404 Not Found")), "kept"),
        (record(1, message(b"<p>x", "Content-Type: application/xhtml+xml")), "kept"),
        (record(1, message(b" \n<!-- c --><HTML><p>x", "Server: x")), "kept"),
        (record(1, message(b"<!DOCTYPE html><p>x", "Content-Type: application/octet-stream")), "kept"),
        (record(1, message(b"\xef\xbb\xbf<html>x", "Content-Type: unknown")), "kept"),
        (record(1, message(b"plain words", "Content-Type: text/plain")), "not-html"),
        (record(1, message(b"plain words", "Server: x")), "not-html"),
        (record(1, message(b"%PDF-1.4 " + bytes(100))), "not-html"),
        (record(1, message(b"<p>x" + bytes(100))), "not-html"),
        (record(1, b"", "revisit"), "revisit"),
        (record(1, message(b""), more="WARC-Segment-Number: 1\r\n"), "segmented"),
        (record(1, message(b""), "continuation"), "segmented"),
        (record(1, b"", "monkeys"), "unknown-type"),
        (record(1, message(b" \r\n")), "empty-body"),
        (record(1, b"HTTPX/1.1 200 OK\r\n\r\n<p>x"), "bad-http"),
        (record(1, b"<html><p>no header at all"), "bad-http"),
        (record(1, message(b"<p>x", f"X: {'x' * 70_000}")), "header-too-large"),
        (record(1, message(b"<p>x", "X: y\r\n" * 200_000)), "header-too-large"),
        (record(1, message(b"<p>x"), more="WARC-Truncated: length\r\n"), "truncated"),
        (record(1, message(b"<p>x"), more=f"WARC-Block-Digest: sha1:{'A' * 32}\r\n"), "bad-digest"),
        (record(1, message(b"<p>x"))[:-8], "truncated"),
        (record(1, message(b"<p>x"), length=9), "bad-length"),
        (record(1, message(b"<p>x"), length=99), "truncated"),
        (record(1, message(b"<p>x")).replace(b"Content-Length", b"Length"), "bad-header"),
    ],
)
def test_every_record_has_its_verdict(fetch, stored: bytes, expected: str) -> None:
    item = one(fetch(stored))
    assert verdict(item) == expected
    if isinstance(item, Rejected):
        assert item.raw and stored.startswith(item.raw.rstrip(b"\r\n"))
        assert (item.input, item.offset) == ("a.warc", 0)


def test_a_reject_in_compression(fetch) -> None:
    long = gz([record(1, PAGES[1], length=len(PAGES[1]) + 99)])
    broken = bytearray(gz(RECORDS[1:2]))
    broken[-100] ^= 0x10
    cut = gz(RECORDS[1:2])[:-40]
    assert verdict(one(fetch(long + gz(RECORDS[:1]))[:1])) == "runs-past-member"
    assert [verdict(item) for item in fetch(bytes(broken) + gz(RECORDS[:1]))] == ["corrupt", "kept"]
    assert verdict(one(fetch(cut))) == "truncated"


def test_records_that_hold_no_page_are_not_counted(fetch) -> None:
    records = [record(number, b"a: b\r\n", kind) for number, kind in enumerate(["warcinfo", "request", "metadata"])]
    assert fetch(plain(records)) == []


def test_wet_and_resource_records(fetch) -> None:
    def typed(number: int, kind: str, content_type: str, block: bytes) -> bytes:
        stored = record(number, block, kind)
        return stored.replace(b"application/http; msgtype=response", content_type.encode())

    items = fetch(
        plain(
            [
                typed(1, "conversion", "text/plain", "Grüße\n".encode()),
                typed(2, "resource", "text/html", HTML.encode()),
                typed(3, "resource", "image/png", b"\x89PNG"),
                typed(4, "response", "text/dns", b"20240506\nexample.org. 1 IN A 192.0.2.1"),
            ]
        )
    )
    assert [verdict(item) for item in items] == ["kept", "kept", "not-html", "not-html"]
    assert items[0].text == "Grüße\n" and items[0].metadata["content_type"] == "text/plain"
    assert items[1].text == HTML and "http_status" not in items[1].metadata
    assert items[3].values == {"content_type": "text/dns"}


def test_arc_records_and_repeated_ids_are_named_by_their_location(fetch) -> None:
    archive = [arc(number, PAGES[number]) for number in range(3)]
    items = fetch(plain(archive), name="a.arc")
    assert [item.id for item in items] == [item.id for item in fetch(plain(archive), name="a.arc")]
    assert len({item.id for item in items}) == 3
    assert items[0].metadata["crawl_date"] == "2001-02-03T04:05:06Z"
    assert items[0].metadata["url"] == "http://example.org/a page/0"
    twice = fetch(plain([RECORDS[1], RECORDS[1], RECORDS[2]]))
    assert [item.id == f"{number:032d}" for item, number in zip(twice, (1, 1, 2), strict=True)] == [True, False, True]
    assert len({item.id for item in twice}) == 3


def test_options_for_statuses_truncation_and_digests(fetch) -> None:
    stored = plain([record(1, message(b"<p>x")), record(2, message(b"<p>x", status="404 Not Found"))])
    assert [verdict(item) for item in fetch(stored, FetchWarc(status=("2xx",)))] == ["kept", "http-status"]
    assert [verdict(item) for item in fetch(stored, FetchWarc(status=("200", "404")))] == ["kept", "kept"]
    with pytest.raises(UsageError, match=r"`status` expects HTTP statuses .*, not '20'"):
        FetchWarc(status=("20",))
    cut = record(1, message(b"<p>x"), more="WARC-Truncated: length\r\n")
    assert verdict(one(fetch(cut, FetchWarc(keep_truncated=True)))) == "kept"
    wrong = record(1, message(b"<p>x"), more=f"WARC-Block-Digest: sha1:{'A' * 32}\r\n")
    verdicts = [verdict(one(fetch(wrong, FetchWarc(check_digests=check)))) for check in ("auto", "never")]
    assert verdicts == ["bad-digest", "kept"]
    # The member's own checksum vouches for the bytes, so the digest was wrong from the start.
    verdicts = [verdict(one(fetch(gz([wrong]), FetchWarc(check_digests=check)))) for check in ("auto", "always")]
    assert verdicts == ["kept", "bad-digest"]


@pytest.mark.parametrize("digested", [b"<p>whole", b"8\r\n<p>whole\r\n0\r\n\r\n", b"<p>other"])
def test_a_payload_has_the_digest_of_what_was_sent_or_of_what_it_decodes_to(fetch, digested: bytes) -> None:
    sent = message(b"8\r\n<p>whole\r\n0\r\n\r\n", head="Content-Type: text/html\r\nTransfer-Encoding: chunked")
    label = digest(digested).replace("Block", "Payload")
    items = {check: fetch(record(1, sent, more=label), FetchWarc(check_digests=check)) for check in ("auto", "always")}
    assert verdict(one(items["auto"])) == "kept"
    assert verdict(one(items["always"])) == ("bad-digest" if b"other" in digested else "kept")


def test_a_media_type_ends_where_its_parameters_begin_however_they_are_parted(fetch) -> None:
    for stated in ("text/html charset=utf-8", "text/html;charset=utf-8", "TEXT/HTML,text/html"):
        assert verdict(one(fetch(record(1, message(b"<p>x", head=f"Content-Type: {stated}"))))) == "kept"


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def chunked(data: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    spans = [data[start : start + 7] for start in range(0, len(data), 7)]
    return b"".join(b"%x;note=1\r\n%s\r\n" % (len(span), span) for span in spans) + end


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("X-GZIP", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("br", brotli.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
    ],
)
def test_content_codings_are_undone_or_refused(fetch, coding: str, pack) -> None:
    head = f"Content-Type: text/html; charset=utf-8\r\nContent-Encoding: {coding}"
    packed = pack(HTML.encode())
    assert one(fetch(record(1, message(packed, head)))).text == HTML
    both = f"{head}\r\nTransfer-Encoding: chunked"
    assert one(fetch(record(1, message(chunked(packed), both)))).text == HTML
    # Stored decoded, as many crawlers do.
    assert one(fetch(record(1, message(HTML.encode(), both)))).text == HTML
    for size in (3, len(packed) // 2, len(packed) - 1):
        assert verdict(one(fetch(record(1, message(packed[:size], head))))) == "bad-encoding"


@pytest.mark.parametrize("end", [b"8\r\nshort", b"8\r", b"8", b"zz\r\n", b"\r\n0\r\n"])
def test_a_chunked_body_that_breaks_off_is_refused(fetch, end: bytes) -> None:
    head = "Content-Type: text/html\r\nTransfer-Encoding: chunked"
    assert verdict(one(fetch(record(1, message(chunked(b"<p>" + b"x" * 50, end), head))))) == "bad-chunked"


@pytest.mark.parametrize("end", [b"", b"0", b"0\r"])
def test_a_chunked_body_that_lacks_only_its_last_chunk_is_read_and_marked(fetch, end: bytes) -> None:
    head = "Content-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked"
    for stored in (chunked(HTML.encode(), end), chunked(HTML.encode(), end).removesuffix(b"\r\n" + end)):
        document = one(fetch(record(1, message(stored, head))))
        assert document.text == HTML
        assert document.metadata["http_unfinished"] is True
    whole = one(fetch(record(1, message(chunked(HTML.encode()), head))))
    assert "http_unfinished" not in whole.metadata
    packed = f"{head}\r\nContent-Encoding: gzip"
    assert one(fetch(record(1, message(chunked(gzip.compress(HTML.encode()), end), packed)))).text == HTML
    cut = gzip.compress(HTML.encode())[:-9]
    assert verdict(one(fetch(record(1, message(chunked(cut, end), packed))))) == "bad-encoding"


def test_the_command_says_what_it_read_although_something_was_missing(corpuskit: Run, tmp_path: Path) -> None:
    head = "Content-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked"
    stored = [record(number, message(chunked(HTML.encode(), b""), head)) for number in range(3)]
    (tmp_path / "a.warc").write_bytes(plain(stored))
    run = corpuskit("fetch-warc", tmp_path / "a.warc", "--source", "s", "--origin", "crawl")
    assert run.returncode == 0
    assert run.stderr.count(b"without its last chunk") == 1
    assert b"(3 times)" in run.stderr
    quiet = corpuskit("fetch-warc", tmp_path / "a.warc", "--source", "s", "--origin", "crawl", "--quiet")
    assert quiet.stderr == b""
    (tmp_path / "recipe.yaml").write_text("sources: {s: {from: fetch-warc, inputs: [a.warc], origin: crawl}}")
    mixed = corpuskit("mix", tmp_path / "recipe.yaml", "-o", tmp_path / "out", "-j", "1")
    remark = run.stderr.splitlines()[0].replace(b"corpuskit fetch-warc", b"corpuskit mix")
    assert mixed.stderr.splitlines().count(remark) == 1
    quiet = corpuskit("mix", tmp_path / "recipe.yaml", "-o", tmp_path / "quiet", "-j", "1", "--quiet")
    assert quiet.stderr == b""


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([record(1, b"x: y\r\n", "warcinfo"), record(2, b'{"Envelope": {}}', "metadata")], ["WAT", ".wet"]),
        ([record(1, b"x: y\r\n", "warcinfo"), record(2, b"GET / HTTP/1.1\r\n", "request")], ["request", "warcinfo"]),
    ],
)
def test_an_archive_without_pages_says_so(
    corpuskit: Run, tmp_path: Path, records: list[bytes], words: list[str]
) -> None:
    data = gz([item.replace(b"application/http; msgtype=response", b"application/json") for item in records])
    (tmp_path / "a.warc.gz").write_bytes(data)
    run = corpuskit("fetch-warc", tmp_path / "a.warc.gz", "--source", "s", "--origin", "crawl")
    assert run.returncode == 0
    (line,) = [line for line in run.stderr.decode().splitlines() if "a.warc.gz: " in line]
    assert all(word in line for word in words)


def test_a_body_that_expands_without_end_is_refused(fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY", 5_000_000)
    data = b"<p>" + b"a" * 20_000_000
    for coding, packed in (
        ("gzip", gzip.compress(data)),
        ("br", brotli.compress(data, quality=1)),
        ("zstd", zstandard.ZstdCompressor().compress(data)),
    ):
        stored = record(1, message(packed, f"Content-Type: text/html\r\nContent-Encoding: {coding}"))
        assert verdict(one(fetch(stored))) == "document-too-large"


def test_a_text_over_the_limit_is_refused(fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_encoding, "MAX_TEXT", 100)
    assert verdict(one(fetch(record(1, message(b"<p>" + b"a" * 97))))) == "kept"
    assert verdict(one(fetch(record(1, message(b"<p>" + b"a" * 98))))) == "document-too-large"
    assert verdict(one(fetch(record(1, message(b"<p>" + "ä".encode() * 49))))) == "document-too-large"


CYRILLIC = "<title>Привет</title><p>Это довольно длинный русский текст, чтобы его кодировку можно было узнать."
JAPANESE = "<title>日本語</title><p>これは文字コードを調べるための、じゅうぶんに長い日本語の文章です。"


@pytest.mark.parametrize(
    ("text", "codec", "content_type", "meta"),
    [
        (HTML, "utf-8", "text/html; charset=UTF-8", ""),
        (HTML, "latin-1", 'text/html; Charset="ISO-8859-1"', ""),
        (HTML, "latin-1", "text/html; charset=latin1", '<meta charset="utf-8">'),
        (HTML, "cp1252", "text/html", "<META CONTENT='text/html; charset=windows-1252' HTTP-EQUIV=Content-Type>"),
        (HTML, "utf-8", "text/html; charset=klingon", '<!-- <meta charset="koi8-r"> --><meta charset=utf8>'),
        (HTML, "utf-8", "text/html", '<meta charset="utf-16">'),
        (HTML, "utf-8", "text/html; charset=iso-8859-1", ""),
        (HTML, "utf-16-le", "text/html; charset=utf-16", ""),
        (HTML, "utf-16-be", "text/html; charset=utf-16be", ""),
        (HTML, "utf-16-le", "text/html", ""),
        (HTML, "utf-16", "text/html; charset=latin1", ""),
        (HTML, "utf-8-sig", "text/html; charset=koi8-r", ""),
        (HTML, "utf-8", "text/html", ""),
        (CYRILLIC, "koi8-r", "text/html", '<meta name=x content="charset=utf-8"><meta charset="koi8-r">'),
        (CYRILLIC, "cp1251", "text/html", ""),
        (CYRILLIC, "cp1251", "text/html; charset=utf-8", ""),
        (CYRILLIC, "cp1251", "text/html", '<?xml version="1.0" encoding="windows-1251"?>'),
        (JAPANESE, "shift_jis", "text/html; charset=x-sjis", ""),
        (JAPANESE, "euc-jp", "text/html", '<meta charset="euc-jp">'),
        (JAPANESE, "iso2022_jp", "text/html; charset=iso-2022-jp", ""),
        ("<p>汉字，中文网页的内容。", "gb18030", "text/html; charset=gb2312", ""),
        ("<p>한국어 웹 페이지", "cp949", "text/html; charset=ks_c_5601-1987", ""),
    ],
)
def test_the_encoding_is_found(fetch, text: str, codec: str, content_type: str, meta: str) -> None:
    stored = record(1, message((meta + text).encode(codec), f"Content-Type: {content_type}"))
    assert one(fetch(stored)).text == meta + text


def test_a_few_bad_bytes_are_replaced_and_many_refused() -> None:
    good = HTML.encode() * 30
    assert decode_page(good + b"\xc3", "text/html; charset=utf-8") == HTML * 30 + "\ufffd"
    with pytest.raises(Exception, match="undecodable"):
        decode_page(b"<p>" + b"\x81\xff" * 50, "text/html; charset=euc-jp")


def test_no_text_holds_a_lone_surrogate(fetch) -> None:
    for codec in ("utf-16-le", "utf-16-be"):
        body = HTML.encode(codec) * 10 + "\ud800".encode(codec, "surrogatepass")
        encode(one(fetch(record(1, message(body, f"Content-Type: text/html; charset={codec}")))))


def test_a_wacz_file_is_its_archives(fetch, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as container:
        container.writestr("datapackage.json", "{}")
        container.writestr("archive/b.warc", plain(RECORDS[2:]))
        container.writestr("archive/a.warc.gz", gz(RECORDS[:2]))
    data = (tmp_path / "made.zip").read_bytes()
    items = fetch(data, name="x.wacz")
    assert [item.id for item in items] == [f"{number:032d}" for number in range(len(RECORDS))]
    assert items[0].metadata["warc_file"] == "x.wacz/archive/a.warc.gz"
    input_ = Input("cut.wacz", local_path=tmp_path / "x.wacz")
    (tmp_path / "x.wacz").write_bytes(data[:-100])
    assert list(FetchWarc().read(input_)) == []
    assert input_.damage


@pytest.mark.parametrize("name", ["warc.paths.gz", "warc.paths", "list.paths.txt"])
def test_a_list_of_paths_names_inputs(tmp_path: Path, name: str) -> None:
    lines = b"crawl-data/a.warc.gz\r\n\nhttps://example.org/b.warc.gz\nhere.warc\n"
    (tmp_path / "here.warc").write_bytes(b"")
    path = tmp_path / name
    path.write_bytes(gzip.compress(lines) if name.endswith(".gz") else lines)
    assert FetchWarc().expand(Input(name, local_path=path)) == [
        "https://data.commoncrawl.org/crawl-data/a.warc.gz",
        "https://example.org/b.warc.gz",
        str(tmp_path / "here.warc"),
    ]
    assert FetchWarc(base="/mirror").expand(Input(name, local_path=path))[0] == "/mirror/crawl-data/a.warc.gz"
    assert FetchWarc().expand(Input("a.warc.gz", local_path=path)) is None


def test_the_command_passes_whole_records_on_and_says_what_is_damaged(corpuskit: Run, tmp_path: Path) -> None:
    data = gz(RECORDS)
    (tmp_path / "a.warc.gz").write_bytes(data[:-50])
    done = corpuskit("fetch-warc", "a.warc.gz", "--json", "--rejects", "rejects.jsonl", "--origin", "crawl")
    assert done.returncode == 3
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [f"{n:032d}" for n in range(7)]
    assert b"cut within a gzip member" in done.stderr
    assert json.loads((tmp_path / "rejects.jsonl").read_bytes())["reason"] == "truncated"
    again = corpuskit("fetch-warc", "-", "--accept-damaged", stdin=data[:-50])
    assert again.returncode == 0
    assert len(again.stdout.splitlines()) == 7


def test_real_crawl_files_lose_no_html_response(shared_data: Path) -> None:
    """For every file: documents and rejects are at least the HTML responses of the better of warcio and FastWARC."""
    document_count = 0
    for path in sorted((shared_data / "warc").glob("*/*")):
        input_ = Input(path.name, local_path=path)
        items = list(FetchWarc().read(input_))
        documents = [item for item in items if isinstance(item, Document)]
        rejects = [item for item in items if isinstance(item, Rejected)]
        best = max(_html_by_warcio(path), _html_by_fastwarc(path))
        assert len(documents) + len(rejects) >= best, path.name
        assert len({item.id for item in documents}) == len(documents), path.name
        assert all(encode(item) for item in documents)
        document_count += len(documents)
    assert document_count > 550


def _html_by_warcio(path: Path) -> int:
    from warcio.archiveiterator import ArchiveIterator

    count = 0
    with path.open("rb") as stream, contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(Exception):
        for item in ArchiveIterator(stream, arc2warc=True):
            item.raw_stream.read()
            if item.rec_type == "response" and item.http_headers:
                count += media_type(item.http_headers.get_header("Content-Type") or "") in HTML_TYPES
    return count


def _html_by_fastwarc(path: Path) -> int:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    count = 0
    with contextlib.suppress(Exception):
        for item in ArchiveIterator(str(path), parse_http=True, quirks_mode=True):
            item.reader.read()
            if item.record_type == WarcRecordType.response:
                count += media_type(item.http_content_type or "") in HTML_TYPES
    return count
