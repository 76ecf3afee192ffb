"""Of the columnar index, what a query needs is read, and next to nothing else."""

from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest
from pyarrow import BufferReader

from corpuskit.core.errors import DamagedError, RemoteError, UsageError
from corpuskit.core.reading import retries
from corpuskit.formats.common_crawl import columnar_index
from corpuskit.formats.common_crawl.columnar_index import ColumnarIndex
from corpuskit.formats.common_crawl.crawl import Crawl as NamedCrawl
from corpuskit.formats.common_crawl.query import IndexQuery
from corpuskit.formats.common_crawl.url_pattern import UrlPattern
from tests.support.crawl import CRAWL, Crawl, CrawlServer, serving_crawl

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

PARTS, GROUP = 2, 2_000


@pytest.fixture(scope="module")
def crawl() -> Crawl:
    """A crawl whose index has as many rows as a table of it can be measured by."""
    crawl = Crawl(archives=2, pages=20)
    rows = crawl.rows
    crawl.rows = []
    for number in range(600):
        host = f"host{number:04d}.example"
        for index, row in enumerate(rows):
            url = f"https://{host}/page/{index}-{hash((number, index)) & 0xFFFFFF:x}"
            crawl.rows.append({**row, "url": url, "urlkey": f"example,host{number:04d})/page/{index}"})
    crawl.rows.sort(key=lambda row: row["urlkey"])
    crawl.add_table(PARTS, GROUP, padding=1)
    return crawl


@pytest.fixture
def server(crawl: Crawl, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[CrawlServer]:
    monkeypatch.setattr(retries, "WAITS", (0, 0))
    monkeypatch.setenv("CORPUSKIT_STATE", str(tmp_path))
    # The real footers are to their files as these are with a tail of this length.
    monkeypatch.setattr(columnar_index, "TAIL", 8 * 1024)
    with serving_crawl(crawl) as running:
        yield running


def index_of(server: CrawlServer) -> ColumnarIndex:
    import gzip

    def read_list(path: str) -> list[str]:
        return gzip.decompress(server.crawl.files[path]).decode().split()

    return ColumnarIndex(f"{server.url}/", read_list, allow_private=True)


def query(*patterns: str, **more: object) -> IndexQuery:
    return IndexQuery(NamedCrawl(CRAWL), tuple(UrlPattern.parse(pattern) for pattern in patterns), **more)


def hit_groups(crawl: Crawl, least: str, greatest: str) -> int:
    """Bytes of the row groups whose keys reach into a range, by pyarrow's own reading of the whole files."""
    size = 0
    for path, data in crawl.files.items():
        if "subset=warc" not in path:
            continue
        metadata = pq.ParquetFile(BufferReader(data)).metadata
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            statistics = group.column(0).statistics
            if statistics.min <= greatest and least <= statistics.max:
                size += sum(group.column(column).total_compressed_size for column in range(group.num_columns))
    return size


@pytest.mark.parametrize("pattern", ["host0100.example/*", "*.host0311.example", "host0599.example/page/*"])
def test_the_bytes_read_are_those_of_the_row_groups_hit(server: CrawlServer, crawl: Crawl, pattern: str) -> None:
    index, asked = index_of(server), query(pattern, statuses=("200",), mimes=("text/html",))
    rows = [row for unit in index.units(asked) for row in index.read(unit, asked).rows]
    host = pattern.removeprefix("*.").partition("/")[0]
    meant = [
        (row["filename"], int(row["offset"]), int(row["length"]))
        for row in crawl.rows
        if f"://{host}/" in row["url"] and row["status"] == "200" and row["mime"] == "text/html"
    ]
    assert sorted((row.path, row.offset, row.length) for row in rows) == sorted(meant)
    read = sum(server.sent.values())
    key = f"example,{host.partition('.')[0]})"
    hit = hit_groups(crawl, f"{key}/", f"{key}0")
    whole = sum(len(data) for path, data in crawl.files.items() if "subset=warc" in path)
    assert 0 < read <= 1.2 * hit < 0.5 * whole, (read, hit, whole)


def test_a_query_without_an_address_reads_its_columns_alone(server: CrawlServer, crawl: Crawl) -> None:
    index, asked = index_of(server), query(languages=("isl",))
    rows = [row for unit in index.units(asked) for row in index.read(unit, asked).rows]
    assert len(rows) == sum("isl" in row["languages"].split(",") for row in crawl.rows)
    whole = sum(len(data) for path, data in crawl.files.items() if "subset=warc" in path)
    assert sum(server.sent.values()) < 0.8 * whole


def test_a_table_that_is_none_is_named(server: CrawlServer, crawl: Crawl) -> None:
    index, asked = index_of(server), query("host0001.example/*")
    unit = index.units(asked)[0]
    whole = crawl.files[unit]
    try:
        for data in (b"<html>", whole[:-5000], whole[: len(whole) // 2] + bytes(len(whole) // 2), whole[:500] * 2):
            crawl.files[unit] = data
            with pytest.raises((DamagedError, RemoteError), match=r"part-00000"):
                index.read(unit, asked)
    finally:
        crawl.files[unit] = whole


def test_a_filter_that_a_crawl_does_not_have_is_named(server: CrawlServer, crawl: Crawl) -> None:
    import io

    index, asked = index_of(server), query(languages=("isl",))
    unit = index.units(asked)[0]
    whole = crawl.files[unit]
    stream = io.BytesIO()
    pq.write_table(pq.read_table(BufferReader(whole)).drop_columns(["content_languages"]), stream)
    try:
        crawl.files[unit] = stream.getvalue()
        with pytest.raises(UsageError, match="has no column content_languages"):
            index.read(unit, asked)
    finally:
        crawl.files[unit] = whole


@pytest.mark.parametrize("fault", ["503", "cut", "200", "206-elsewhere", "no-length", "reset"])
def test_what_passes_costs_no_row(server: CrawlServer, fault: str) -> None:
    index, asked = index_of(server), query("host0100.example/*")
    unit = index.units(asked)[0]
    expected = index.read(unit, asked).rows
    server.faults[unit] = [fault, "", fault]
    assert index.read(unit, asked).rows == expected != []
