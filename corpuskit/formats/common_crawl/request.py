"""What of a crawl is asked for, and the inputs that it comes to: archives, or records that an index names in them."""

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from corpuskit.core.errors import DamagedError, RemoteError, UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.reading.download import copy_path_of, demand_no_links
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.retries import MissingError
from corpuskit.core.reading.selection import Selection
from corpuskit.core.reading.web_requests import public_url
from corpuskit.core.wording import excerpt, printable_name
from corpuskit.formats.common_crawl.cdx_index import CdxIndex
from corpuskit.formats.common_crawl.columnar_index import ColumnarIndex
from corpuskit.formats.common_crawl.crawl import Crawl, is_safe_path, segment_of
from corpuskit.formats.common_crawl.query import BadRow, CrawlIndex, IndexQuery, media_type_problem
from corpuskit.formats.common_crawl.saved_index import answers_of
from corpuskit.formats.common_crawl.url_pattern import UrlPattern

MOST_OF_LIST = 256 * 1024 * 1024
FILES, RECORDS = "files", "records"
"""Folders, in that of --save, for whole files and for archives of single records."""
_SEGMENT = re.compile(r"([1-9][0-9]{0,6})/([1-9][0-9]{0,6})")
_LANGUAGE = re.compile(r"[a-z]{3}")


@dataclass(frozen=True)
class CrawlRequest:
    """A crawl, and what of it: a part of its archives, or the records that a query finds in an index."""

    crawl: Crawl
    base: str
    """The address below which everything is but the CDX API."""
    cdx: str
    """The address of the CDX API; `{crawl}` stands for the name."""
    query: IndexQuery
    by_cdx: bool = False
    """Whether the CDX API is asked, and not the columnar index."""
    segment: tuple[int, int] | None = None
    """The number of a part of the list of archives, from 1 on, and of how many."""
    wet: bool = False
    save: Path | None = None

    def inputs(self, *, allow_private: bool) -> list[Input]:
        """Return the inputs, in their order. Raises UsageError, RemoteError and DamagedError."""
        if self.segment is None:
            return self._selected(allow_private)
        kind = "wet" if self.wet else "warc"
        paths = segment_of(self._list(self.crawl.list_path(kind), allow_private), *self.segment)
        urls = [urljoin(self.base, path) for path in paths]
        return [Input(_name(url), url=url, allow_private=allow_private) for url in sorted(urls)]

    def _selected(self, allow_private: bool) -> list[Input]:
        """Return the archives that have records for the query, each once, after what is known of the index itself."""
        index: CrawlIndex
        if self.by_cdx:
            index = CdxIndex(self.cdx.replace("{crawl}", self.crawl.name), allow_private)
        else:
            index = ColumnarIndex(self.base, lambda path: self._list(path, allow_private), allow_private)
        spans: dict[str, bytearray] = defaultdict(bytearray)
        bad_rows: list[BadRow] = []
        for answer in answers_of(index, self.query, self.save):
            bad_rows += answer.bad_rows
            for row in answer.rows:
                spans[row.path] += row.span().packed()
        inputs = []
        for path in sorted(spans):
            url = urljoin(self.base, path)
            selection = Selection.of_packed(spans.pop(path), path)
            inputs.append(Input(_name(url), url=url, selection=selection, allow_private=allow_private))
        return [self._index_input(index, inputs, bad_rows), *inputs]

    def _index_input(self, index: CrawlIndex, inputs: list[Input], bad_rows: list[BadRow]) -> Input:
        """Return an input that stands for the index: its content is what it was asked and found, and its bad rows."""
        found_records = hashlib.sha256()
        for input_ in inputs:
            assert input_.selection is not None
            found_records.update(input_.selection.path.encode() + input_.selection.rows)
        summary = {
            **self.query.as_json(),
            "records": sum(input_.selection.records for input_ in inputs if input_.selection),
            "sha256": found_records.hexdigest(),
        }
        content = "\n".join(json.dumps(value) for value in (summary, *bad_rows)).encode()
        name = f"{index.name} ({self.crawl.name})"
        return Input(printable_name(name), content=content, expected_sha256=hashlib.sha256(content).hexdigest())

    def _list(self, path: str, allow_private: bool) -> list[str]:
        """Return the lines of a list of the crawl. Raises UsageError if there is none, DamagedError if it is cut."""
        url = urljoin(self.base, path)
        input_ = Input(_name(url), url=url, allow_private=allow_private)
        if self.save is not None:
            input_.copy_path = copy_of(input_, self.save)
        try:
            lines = input_.read_all(MOST_OF_LIST).decode("utf-8", "replace").split()
        except MissingError:
            raise UsageError(f"there is no {public_url(url)}; check {spelled('crawl')} and {spelled('base')}") from None
        if input_.damage:
            raise DamagedError(f"{input_.name}: {input_.damage[0].what}; a list that is not whole is not read")
        for line in lines:
            if not is_safe_path(line):
                raise RemoteError(
                    f"{input_.name} names {excerpt(line)!r}, which is no path below it; try another server"
                )
        return lines


def crawl_request(
    crawl: str,
    *,
    url: tuple[str, ...],
    mime: tuple[str, ...],
    status: tuple[str, ...],
    language: tuple[str, ...],
    limit: int | None,
    segment: str | None,
    wet: bool,
    index: str,
    base: str,
    cdx: str,
    save: Path | None,
) -> CrawlRequest:
    """Return the request that options make. Raises UsageError for options that do not go together."""
    named_crawl = Crawl(crawl)
    _demand_clean_address("base", base)
    _demand_clean_address("cdx", cdx)
    filters = {"url": url, "mime": mime, "status": status, "language": language, "limit": limit}
    asked = [name for name, value in filters.items() if value]
    if segment is None and (wet or named_crawl.is_news):
        what = "WET files are" if wet else "CC-NEWS is"
        raise UsageError(f"{what} in no index; take a part of the files, such as {spelled('segment', '1/100')}")
    if segment is None and not asked:
        raise UsageError(
            f"{crawl} has tens of thousands of archives; say which pages, such as {spelled('url', 'example.org/*')}, "
            f"or which part of the files, such as {spelled('segment', '1/1000')}"
        )
    index_filters = [name for name in asked if name != "status"]
    if segment is not None and index_filters:
        raise UsageError(
            f"{spelled('segment')} takes whole files, and {spelled(index_filters[0])} records of an index; take one "
            "of them"
        )
    if wet and named_crawl.is_news:
        raise UsageError("there are no WET files of CC-NEWS; read its WARC files")
    if index == "cdx" and not url:
        raise UsageError(f"the CDX API is asked for addresses; add {spelled('url')}, or take the columnar index")
    query = IndexQuery(
        named_crawl,
        tuple(UrlPattern.parse(pattern) for pattern in url),
        tuple(map(_media_type, mime)),
        status,
        tuple(map(_language, language)),
        limit,
    )
    return CrawlRequest(
        named_crawl,
        base.rstrip("/") + "/",
        cdx,
        query,
        by_cdx=index == "cdx" or (index == "auto" and bool(url)),
        segment=None if segment is None else _segment(segment),
        wet=wet,
        save=save,
    )


def copy_of(input_: Input, folder: Path) -> Path:
    """Return where what an input's address gives is kept in a folder. Raises PublishError for a link on the way."""
    path = copy_path_of(folder / (FILES if input_.selection is None else RECORDS), input_.url or "")
    demand_no_links(folder, path)
    return path


def _name(url: str) -> str:
    return printable_name(public_url(url))


def _demand_clean_address(option: str, url: str) -> None:
    """Raise UsageError for what is no web address, or holds secrets, which would be shown."""
    try:
        parts = urlsplit(url)
        is_web_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_web_address = False
    if not is_web_address:
        raise misfit(option, "an address that starts with https:// or http://", public_url(url) if "@" in url else url)
    if "@" in parts.netloc or parts.query:
        raise UsageError(f"{spelled(option)} must hold no name, password or query, as plans show it")


def _media_type(value: str) -> str:
    if media_type_problem(value.lower()):
        raise misfit("mime", "a media type such as text/html", value)
    return value.lower()


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise misfit("language", "a code of three letters, as the index has them, such as isl or eng", value)
    return value


def _segment(value: str) -> tuple[int, int]:
    numbers = _SEGMENT.fullmatch(value)
    if not numbers or int(numbers[1]) > int(numbers[2]):
        raise misfit("segment", "a part of the files as i/n, such as 1/100", value)
    return int(numbers[1]), int(numbers[2])
