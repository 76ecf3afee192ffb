"""`fetch-warc`: the pages of web archives become documents."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, ClassVar, Literal
from urllib.parse import urljoin, urlsplit

from corpuskit.core.document import Document, Reject
from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.options import VERBATIM
from corpuskit.core.reading.input_kinds import demand_any_of_kind
from corpuskit.core.step import RUNTIME, Drop, Item, Rejected, Source

if TYPE_CHECKING:
    from corpuskit.core.reading.inputs import Input
    from corpuskit.core.reading.selection import Selection
    from corpuskit.formats.common_crawl.request import CrawlRequest
    from corpuskit.formats.warc.http import Response
    from corpuskit.formats.warc.record import WarcRecord

COMMON_CRAWL = "https://data.commoncrawl.org/"
CDX = "https://index.commoncrawl.org/{crawl}-index"
CHOOSING = ("url", "mime", "language", "limit", "segment", "wet")
"""Options that choose from a crawl."""
NO_PAGES = frozenset({"warcinfo", "request", "metadata"})
PAGES = frozenset({"response", "resource", "conversion", "revisit", "arc"})
NO_PAGES_IN_WAT = (
    "a WAT file, which holds metadata records only; the .wet file of the same name has the pages' text, the .warc file "
    "the pages"
)
UNFINISHED = "a body without its last chunk was read as it is, and marked with metadata.http_unfinished"
SUFFIXES = (".warc", ".warc.gz", ".warc.zst", ".warc.lz4", ".arc", ".arc.gz", ".wet", ".wet.gz", ".wet.zst", ".wacz")
LIST_NAME = re.compile(r"\.paths(\.txt)?(\.gz)?$")
LISTED_SCHEMES = ("http", "https", "s3", "gs")
"""Schemes that addresses in a list may have; a list comes from elsewhere and must not point to local files."""
MAX_LIST = 256 * 1024 * 1024
PROBED_CHARACTERS = 16 * 1024
"""Characters of a decoded page that are searched for control characters."""


def archive_of_pages(name: str) -> bool:
    """Whether a name is that of an archive of pages.

    >>> [archive_of_pages(name) for name in ("a/CC-1.warc.gz", "CC-1.warc.wet.gz", "crawl/", "my.wacz")]
    [True, False, False, True]
    """
    words = name.rpartition("/")[2].lower().split(".")
    return not {"warc", "arc", "wacz"}.isdisjoint(words[1:]) and "wet" not in words


@dataclass(frozen=True)
class FetchWarc(Source):
    """Read web archives (WARC, WET, ARC), or a crawl by its name, and yield their pages as documents.

    Archives may be gzip, zstd (with or without a dictionary of their own), LZ4, WACZ or plain. Name files, globs,
    folders, http(s) URLs, or lists of these (`warc.paths.gz`). An HTML response or resource becomes a document of
    type text/html; its body is freed of chunks and content codings, and decoded by byte order mark, HTTP header,
    <meta> or detection; valid UTF-8 is UTF-8 whatever they say. A WET record becomes one of type text/plain. The id is
    the record's; ARC records, and records that repeat an id, have a hash of file and position.
    Drops: `revisit`, `not-html`, `http-status`. Rejects, with the record's bytes: `empty-body`, `truncated`,
    `runs-past-member`, `bad-length`, `corrupt`, `expands-too-far`, `bad-header`, `header-too-large`, `segmented`,
    `unknown-type`, `bad-digest`, `bad-http`, `bad-chunked`, `bad-encoding`, `undecodable`, `document-too-large`.
    A chunked body that lacks only its last, empty chunk is read, and `metadata.http_unfinished` says so.
    Damage never costs the records around it: reading goes on at the next member or record, and the bytes between are
    reported. Holds one record at a time, up to 64 MiB, and a key for each record of one file.
    With --crawl no inputs are named: --url, --mime, --language and --limit choose records by the crawl's index, of
    which --url asks the CDX API and other filters the columnar index; --segment takes whole files. Documents are as if
    their archive was read by its address. Further rejects: `gone`, `not-a-record`, `wrong-record`, `bad-index-row`.
    --save keeps what was fetched, so that a rerun opens no connection, and goes on where a killed run stopped.

        corpuskit fetch-warc --crawl CC-MAIN-2026-05 --url 'example.org/*' --status 200 --save kept | corpuskit extract
        corpuskit fetch-warc crawl/*.warc.gz --source web --origin crawl --license LicenseRef-crawl | corpuskit extract
    """

    suffixes: ClassVar[tuple[str, ...]] = SUFFIXES
    part_bytes: ClassVar[int] = 64 * 1024 * 1024

    status: Annotated[
        tuple[str, ...], "Keep only responses of these HTTP statuses, such as 200 or 2xx; all by default."
    ] = ()
    keep_truncated: Annotated[bool, "Keep pages that the crawler itself cut short (WARC-Truncated)."] = False
    check_digests: Annotated[
        Literal["auto", "always", "never"],
        "When to compare records with their digest; auto: the block's, if the compression has no checksum; always: the "
        "payload's, too.",
    ] = "auto"
    base: Annotated[
        str, "Folder or URL that the paths in lists and indexes are below, such as that of a mirror.", RUNTIME
    ] = COMMON_CRAWL
    crawl: Annotated[str | None, "Crawl to read, such as CC-MAIN-2026-05, or CC-NEWS-2026-05 for a month of news."] = (
        None
    )
    url: Annotated[
        tuple[str, ...],
        "Of the crawl, take these: example.org/page, example.org/news/*, example.org/* or *.example.org.",
        VERBATIM,
    ] = ()
    mime: Annotated[tuple[str, ...], "Of the crawl, take records of these media types, as it detected them."] = ()
    language: Annotated[
        tuple[str, ...], "Of the crawl, take records in which it found these languages, such as isl or eng."
    ] = ()
    limit: Annotated[int | None, "Of the crawl, take this number of records at most, the first of the index."] = None
    segment: Annotated[str | None, "Of the crawl, take the i-th of n parts of its files, whole, as in 3/1000."] = None
    wet: Annotated[bool, "Of the crawl, take the files of extracted text."] = False
    index: Annotated[
        Literal["auto", "cdx", "columnar"], "Index to ask for records; auto: with --url cdx, else columnar."
    ] = "auto"
    cdx: Annotated[str, "URL of the CDX API; {crawl} stands for the crawl's name.", RUNTIME] = CDX
    save: Annotated[Path | None, "Keep what is fetched in this folder, and read from it what it has.", RUNTIME] = None

    def __post_init__(self) -> None:
        """Raise UsageError for a --status that is none, and for options that do not go together."""
        for status in self.status:
            if not re.fullmatch(r"[1-9]([0-9]{2}|xx)", status):
                raise misfit("status", "HTTP statuses such as 200 or 2xx", status)
        if self.limit is not None and self.limit < 1:
            raise misfit("limit", "a number of records from 1 on", self.limit)
        if self.crawl is not None:
            self._request()
            return
        for name in CHOOSING:
            if getattr(self, name):
                raise UsageError(f"{spelled(name)} chooses from a crawl; name it with {spelled('crawl')}")

    def options(self) -> dict[str, Any]:
        """Return the options that shape content; without a crawl, those that choose from one say nothing."""
        options = super().options()
        left_out = ("crawl", "index", *CHOOSING) if self.crawl is None else ()
        return {key: value for key, value in options.items() if key not in left_out}

    @property
    def names_inputs(self) -> bool:
        """Whether a crawl is named."""
        return self.crawl is not None

    def named_inputs(self, *, allow_private: bool = False) -> "list[Input]":
        """Return the archives of the crawl that are to be read, with the records to take from each if only some are."""
        return self._request().inputs(allow_private=allow_private)

    def gives_html(self, inputs: Sequence[str]) -> bool:
        """Whether the archives hold pages, by their names: WET files hold text, and a folder may hold either."""
        if self.crawl is not None:
            return not self.wet
        return any(archive_of_pages(name) for name in inputs)

    def versions(self) -> dict[str, str]:
        """Return the version of the library that detects encodings."""
        from corpuskit.core.startup import installed_version

        return {"resiliparse": installed_version("resiliparse")}

    def expand(self, input_: "Input") -> list[str] | None:
        """Return the inputs that a list of paths (`warc.paths.gz`) names, in its order; None for other inputs.

        A list that names no archive does not count as a list: it is read as an archive, and so reported as damaged.
        """
        if not LIST_NAME.search(urlsplit(input_.url).path if input_.url else input_.name):
            return None
        folder = input_.local_path.parent if input_.local_path else None
        self._set_copy_path(input_)
        lines = [line.strip() for line in input_.read_all(MAX_LIST).decode("utf-8", "replace").split("\n")]
        if not any(line.lower().endswith(self.suffixes) for line in lines):
            return None
        if input_.damage:
            raise DamagedError(f"{input_.name}: {input_.damage[0].what}; a list that is not whole is not read")
        return [self._location(line, folder) for line in lines if line]

    def check_inputs(self, inputs: "Sequence[Input]") -> None:
        """Raise UsageError if, by their names, none of the inputs is an archive."""
        demand_any_of_kind(self.name(), inputs)

    def read(self, input_: "Input") -> Iterator[Item]:
        """Yield the documents, drops and rejects of one archive in file order."""
        from corpuskit.formats.warc.page_records import WAT
        from corpuskit.formats.warc.ranges import read_range
        from corpuskit.formats.warc.reader import read_records
        from corpuskit.formats.warc.wacz import archives_of

        kinds: Counter[str] = Counter()
        self._set_copy_path(input_)
        if input_.content is not None:
            yield from self._bad_index_rows(input_)
            return
        if input_.selection is not None:
            yield from self._selected_items(input_, input_.selection)
            return
        with input_.open() as stored:
            if input_.byte_range is not None:
                records = read_range(stored, input_.byte_range, input_.damaged)
                yield from self._items(records, input_, input_.name, input_.byte_range.keys, kinds)
                return
            for name, stream in archives_of(stored, input_.name, input_.damaged):
                yield from self._items(read_records(stream, input_.damaged), input_, name, set(), kinds)
        if kinds and kinds.keys() <= NO_PAGES | {WAT}:
            input_.remark(
                NO_PAGES_IN_WAT if WAT in kinds else f"no pages, only records of type {' and '.join(sorted(kinds))}"
            )

    def _request(self) -> "CrawlRequest":
        """Return what of the crawl is asked for. Raises UsageError."""
        from corpuskit.formats.common_crawl.request import crawl_request

        return crawl_request(
            self.crawl or "",
            url=self.url,
            mime=self.mime,
            status=self.status,
            language=self.language,
            limit=self.limit,
            segment=self.segment,
            wet=self.wet,
            index=self.index,
            base=self.base,
            cdx=self.cdx,
            save=self.save,
        )

    def _set_copy_path(self, input_: "Input") -> None:
        """Say where an input from an address is kept."""
        if self.save is None or input_.url is None:
            return
        from corpuskit.formats.common_crawl.request import copy_of

        input_.copy_path = copy_of(input_, self.save)

    def _selected_items(self, input_: "Input", selection: "Selection") -> Iterator[Item]:
        """Yield what becomes of the selected records of an archive."""
        from corpuskit.formats.common_crawl.records import RecordReader

        records = RecordReader(input_.url or "", selection, input_.copy_path, allow_private=input_.allow_private)
        yield from self._items(records, input_, input_.name, set(), Counter())
        input_.findings.size_and_sha256 = records.size_and_sha256()

    def _bad_index_rows(self, input_: "Input") -> Iterator[Rejected]:
        """Yield the rows of the index that do not say where a record is; remark if it has no rows at all."""
        summary, *bad_rows = map(json.loads, input_.read_all(MAX_LIST).split(b"\n"))
        if not summary["records"]:
            input_.remark("no record matches; check the options that choose from the crawl")
        for unit, raw, problem in bad_rows:
            yield Rejected("bad-index-row", input_.name, 0, raw.encode("utf-8", "replace"), f"{problem}, in {unit}")

    def splits(self, stream: BinaryIO) -> bool:
        """Whether the archive is compressed record by record."""
        from corpuskit.formats.warc.ranges import is_splittable

        return is_splittable(stream)

    def _items(
        self, records: "Iterable[WarcRecord]", input_: "Input", archive: str, keys: set[int], kinds: Counter[str]
    ) -> Iterator[Item]:
        """Yield what becomes of the records, and count them in `kinds`."""
        from corpuskit.formats.warc.page_records import kind_of

        for record in records:
            kinds[kind_of(record)] += 1
            item = self._item(record, archive, keys)
            if item is not None:
                if isinstance(item, Document) and item.metadata.get("http_unfinished"):
                    input_.remark(UNFINISHED)
                yield item

    def _location(self, line: str, folder: Path | None) -> str:
        if "://" in line:
            if line.partition("://")[0].lower() not in LISTED_SCHEMES:
                scheme = line.partition("://")[0][:40]
                raise UsageError(f"a list of archives names a {scheme}:// address; name such inputs yourself")
            return line
        if folder is not None and (folder / line).is_file():
            return str(folder / line)
        if "://" in self.base:
            return urljoin(self.base.rstrip("/") + "/", line)
        return str(Path(self.base) / line)

    def _item(self, record: "WarcRecord", archive: str, keys: set[int]) -> Item | None:
        from corpuskit.formats.warc.page_records import page_id, page_metadata

        if record.kind in NO_PAGES or record.headers.get("warc-target-uri", "").startswith("filedesc:"):
            return None
        identifier = page_id(record, archive, keys)
        try:
            self._check(record)
            document = Document(identifier, "", page_metadata(record, archive))
            if record.kind == "revisit":
                return Drop(document, "revisit")
            return self._page(record, document)
        except Reject as reject:
            raw = record.head + record.block
            return Rejected(reject.reason, archive, record.offset, raw, reject.detail, identifier)

    def _check(self, record: "WarcRecord") -> None:
        if record.fault:
            raise Reject(record.fault, record.detail)
        if record.kind == "continuation" or "warc-segment-number" in record.headers:
            raise Reject("segmented", "the record is one part of several")
        if record.kind not in PAGES:
            raise Reject("unknown-type", "a WARC-Type that is not known")

    def _page(self, record: "WarcRecord", document: Document) -> Document | Drop:
        """Return the record as a document or a drop. Raises Reject."""
        from corpuskit.formats.warc.http import has_binary_signature, is_binary
        from corpuskit.formats.warc.page_encoding import decode_body
        from corpuskit.formats.warc.page_records import page_type, response_in

        response = response_in(record)
        content_type = page_type(record, response.content_type, response.body)
        document = document.with_metadata(
            content_type=content_type or response.content_type or None,
            http_status=response.status or None,
            declarations=_declarations(response),
        )
        if not content_type:
            return Drop(document, "not-html", {"content_type": response.content_type})
        if self.status and not self._keeps_status(response.status):
            return Drop(document, "http-status", {"http_status": response.status})
        if record.size > len(record.block):
            raise Reject("document-too-large", f"a record of {record.size} bytes")
        if not self.keep_truncated and "warc-truncated" in record.headers:
            raise Reject("truncated", "the crawler cut the page; --keep-truncated keeps such pages")
        self._compare_digest(record)
        body = response.decoded_body()
        if self.check_digests == "always" and record.matches_payload_digest(response.payloads()) is False:
            raise Reject("bad-digest", "the page does not have its WARC-Payload-Digest")
        if not body or body.isspace():
            raise Reject("empty-body", "the response has no page")
        values = {"content_type": response.content_type, "binary": True}
        if has_binary_signature(body):
            return Drop(document, "not-html", values)
        text, utf8 = decode_body(body, response.headers.get("content-type", ""))
        if is_binary(text[:PROBED_CHARACTERS].encode()):
            return Drop(document, "not-html", values)
        page = document.with_text(text, http_unfinished=True) if response.is_unfinished else document.with_text(text)
        page.utf8 = utf8
        return page

    def _compare_digest(self, record: "WarcRecord") -> None:
        must_compare = self.check_digests == "always" or (self.check_digests == "auto" and not record.checked)
        if must_compare and record.matches_digest() is False:
            raise Reject("bad-digest", "the block does not have its WARC-Block-Digest")

    def _keeps_status(self, status: int) -> bool:
        return not status or str(status) in self.status or f"{status // 100}xx" in self.status


def _declarations(response: "Response") -> dict[str, Any] | None:
    """Return what the response's header declares on the use of the page, for `filter-rights`; None if nothing."""
    from corpuskit.text.rights.declarations import with_declarations
    from corpuskit.text.rights.page_head import HEADER_FIELDS, header_declarations

    fields = response.fields(HEADER_FIELDS)
    return with_declarations(None, header_declarations(fields)) if fields else None
