"""The columnar index: Parquet files, of which only the columns and row groups that a query needs are read.

Over HTTP a folder cannot be listed, so a list (`cc-index-table.paths.gz`) names the files. Of each, the last bytes are
read first, which say where everything is and which keys each row group holds. Of the row groups that may have rows, the
columns that tell whether they do are read, and the columns that say where the records are if they do.

Source: the cc-index-table schema (github.com/commoncrawl/cc-index-table); the Parquet format.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from corpuskit.core.errors import DamagedError, RemoteError, UsageError
from corpuskit.core.reading.web_fetch import fetch_range, fetch_tail
from corpuskit.core.reading.web_requests import public_url
from corpuskit.formats.common_crawl.index_row import IndexRow, IndexRowError
from corpuskit.formats.common_crawl.query import BadRow, IndexQuery, UnitAnswer

TAIL = 64 * 1024
"""Bytes at the end of a file that are read first; the footer is in them, or they say how long it is."""
MOST_OF_FOOTER = 256 * 1024 * 1024
NEAR = 4096
"""Bytes between two columns that cost less than another request."""
KEY = "url_surtkey"
PREDICATES = {
    "url": "url",
    "status": "fetch_status",
    "mime-detected": "content_mime_detected",
    "languages": "content_languages",
}
"""Columns that tell whether a row is meant, under their names in the CDX API."""
LOCATIONS = {
    "url": "url",
    "filename": "warc_filename",
    "offset": "warc_record_offset",
    "length": "warc_record_length",
    "digest": "content_digest",
}
_PAGES = "/subset=warc/"
ReadList = Callable[[str], list[str]]
"""Returns the lines of the list at a path."""


@dataclass(frozen=True)
class ColumnarIndex:
    """The table of a crawl below an address."""

    base: str
    read_list: ReadList
    allow_private: bool = False

    @property
    def name(self) -> str:
        """The address below which the files are, without secrets."""
        return public_url(self.base)

    def units(self, query: IndexQuery) -> list[str]:
        """Return the paths of the files that index pages, in their order."""
        paths = self.read_list(query.crawl.list_path("cc-index-table"))
        return [path for path in paths if _PAGES in path and path.endswith(".parquet")]

    def read(self, unit: str, query: IndexQuery) -> UnitAnswer:
        """Return what one file has. Raises RemoteError, and DamagedError for a file that is no table of this kind."""
        import pyarrow

        url = urljoin(self.base, unit)
        try:
            return self._read(_RemoteTable(url, self.allow_private), unit, query)
        except (pyarrow.ArrowException, OSError, ValueError, KeyError) as error:
            if isinstance(error, pyarrow.ArrowMemoryError):
                raise
            raise DamagedError(
                f"{public_url(url)} is no whole table of an index ({type(error).__name__}); try another server"
            ) from error

    def _read(self, table: "_RemoteTable", unit: str, query: IndexQuery) -> UnitAnswer:
        answer = UnitAnswer()
        columns = table.columns()
        predicates = _predicates(query, columns, unit)
        for number in range(table.row_groups):
            if not _may_match(table, number, query):
                continue
            values = table.read(number, predicates)
            row_numbers = _meant_rows(values, query)
            if len(row_numbers):
                others = [name for name in LOCATIONS.values() if name in columns and name not in predicates]
                for fields in _location_fields([values, table.read(number, others)], row_numbers):
                    _add_row(answer, unit, fields)
        return answer


def _location_fields(tables: Sequence[Any], row_numbers: Any) -> Iterator[dict[str, Any]]:
    """Yield where the records are that stand in rows of tables, under the names of the CDX API."""
    columns = {
        name: table.column(name).take(row_numbers).to_pylist() for table in tables for name in table.column_names
    }
    for index in range(len(row_numbers)):
        yield {key: columns[name][index] for key, name in LOCATIONS.items() if name in columns}


def _add_row(answer: UnitAnswer, unit: str, fields: dict[str, Any]) -> None:
    try:
        answer.rows.append(IndexRow.of_fields(fields))
    except IndexRowError as error:
        answer.bad_rows.append(BadRow(unit, repr(fields), str(error)))


def _predicates(query: IndexQuery, columns: Sequence[str], unit: str) -> list[str]:
    """Return the columns that tell whether a row is meant. Raises UsageError for one that the crawl does not have."""
    asked = {
        "url": bool(query.urls),
        "status": bool(query.statuses),
        "mime-detected": bool(query.mimes),
        "languages": bool(query.languages),
    }
    needed = [PREDICATES[key] for key, is_asked in asked.items() if is_asked] or [PREDICATES["url"]]
    for column in needed:
        if column not in columns:
            raise UsageError(f"the index of {query.crawl.name} has no column {column} ({unit}); leave out that filter")
    return needed


def _may_match(table: "_RemoteTable", number: int, query: IndexQuery) -> bool:
    """Whether a row group may have rows of the query, by the least and greatest key in it."""
    bounds = table.bounds(number, KEY)
    if not query.urls or bounds is None:
        return True
    least, greatest = bounds
    ranges = (pattern.key_range() for pattern in query.urls)
    # Statistics may be cut short: a greatest key then stands for all that begin with it.
    return any(least < end and (start <= greatest or start.startswith(greatest)) for start, end in ranges)


def _meant_rows(values: Any, query: IndexQuery) -> Any:
    """Return the numbers of the rows that the columns read so far show to be meant.

    content_languages    isl  eng  isl,eng  isl  deu       values [isl, eng, isl,eng, deu], codes 0 1 2 0 3
    asked for isl        values hold: T F T F              rows hold: T F T T F    numbers: 0 2 3
    """
    import numpy

    tests: dict[str, Callable[[str], bool]] = {}
    if query.statuses:
        tests["status"] = query.takes_status
    if query.mimes:
        tests["mime-detected"] = query.takes_mime
    if query.languages:
        tests["languages"] = lambda value: query.takes_languages(value.split(","))
    mask = numpy.ones(len(values), bool)
    for key, holds in tests.items():
        encoded = values.column(PREDICATES[key]).combine_chunks().dictionary_encode()
        verdicts = [holds(str(value).lower() if key == "mime-detected" else str(value)) for value in encoded.dictionary]
        # The last verdict is that on rows without a value.
        codes = numpy.from_dlpack(encoded.indices.fill_null(len(verdicts)))
        mask &= numpy.array([*verdicts, False])[codes]
    row_numbers = numpy.flatnonzero(mask)
    if not query.urls:
        return row_numbers
    urls = values.column(PREDICATES["url"]).take(row_numbers).to_pylist()
    return row_numbers[[query.takes_url(url or "") for url in urls]]


class _RemoteTable:
    """A Parquet file at an address; each byte is read at most once, and only when it is needed."""

    def __init__(self, url: str, allow_private: bool) -> None:
        from pyarrow import BufferReader, parquet

        self._source = _RangeSource(url, allow_private)
        # By itself, pyarrow would read 64 KiB from the end.
        self._metadata = parquet.read_metadata(BufferReader(self._source.footer))
        self._file = parquet.ParquetFile(self._source, metadata=self._metadata, pre_buffer=False)
        schema = self._metadata.schema
        self._column_numbers = {schema.column(number).path: number for number in range(len(schema))}

    @property
    def row_groups(self) -> int:
        """How many row groups there are."""
        return int(self._metadata.num_row_groups)

    def columns(self) -> list[str]:
        """Return the names of the columns."""
        return list(self._column_numbers)

    def bounds(self, number: int, column: str) -> tuple[str, str] | None:
        """Return the least and the greatest text in a column of a row group; None if the file does not say it."""
        if column not in self._column_numbers:
            return None
        statistics = self._metadata.row_group(number).column(self._column_numbers[column]).statistics
        if statistics is None or not statistics.has_min_max:
            return None
        return str(statistics.min), str(statistics.max)

    def read(self, number: int, columns: Sequence[str]) -> Any:
        """Return columns of a row group as a table."""
        group = self._metadata.row_group(number)
        chunks = [group.column(self._column_numbers[column]) for column in columns]
        self._source.load([_chunk_range(chunk) for chunk in chunks])
        table = self._file.read_row_group(number, columns=list(columns), use_threads=False)
        self._source.unload()
        return table


def _chunk_range(chunk: Any) -> tuple[int, int]:
    """Return the first byte of a column chunk, and the one after its last."""
    first: int = chunk.data_page_offset
    if chunk.has_dictionary_page and chunk.dictionary_page_offset:
        first = min(first, chunk.dictionary_page_offset)
    return first, first + int(chunk.total_compressed_size)


class _RangeSource(io.RawIOBase):
    """A file at an address as pyarrow reads it, of which the parts that are needed are loaded first."""

    def __init__(self, url: str, allow_private: bool) -> None:
        self._url, self._allow_private = url, allow_private
        self._position = 0
        tail = fetch_tail(url, TAIL, allow_private=allow_private)
        self.size = tail.start + len(tail.data)
        self._parts: list[tuple[int, bytes]] = []
        length = int.from_bytes(tail.data[-8:-4], "little") + 8
        if length > MOST_OF_FOOTER:
            raise RemoteError(f"cannot read {public_url(url)}: its footer is too large; try another server")
        first = max(self.size - length, 0)
        missing = self._fetch(first, tail.start) if first < tail.start else b""
        self.footer = missing + tail.data[max(first - tail.start, 0) :]

    def load(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Fetch these ranges, near ones at once."""
        for start, end in _joined_ranges(ranges):
            self._parts.append((start, self._fetch(start, end)))

    def unload(self) -> None:
        """Forget what has been loaded."""
        self._parts = []

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the offset of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset."""
        self._position = offset + (0, self._position, self.size)[whence]
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Read `size` bytes, or all up to the end."""
        end = self.size if size < 0 else min(self._position + size, self.size)
        data = self._loaded(self._position, end)
        self._position += len(data)
        return data

    def _loaded(self, start: int, end: int) -> bytes:
        data = bytearray()
        for begin, part in sorted(self._parts):
            position = start + len(data)
            if begin <= position < begin + len(part):
                data += part[position - begin : end - begin]
        if len(data) < end - start:
            data += self._fetch(start + len(data), end)
        return bytes(data)

    def _fetch(self, start: int, end: int) -> bytes:
        answer = fetch_range(self._url, start, end, allow_private=self._allow_private)
        if len(answer.data) != end - start:
            raise RemoteError(f"cannot read {public_url(self._url)}: it is shorter than it says; try another server")
        return answer.data


def _joined_ranges(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges in order, near ones as one.

    >>> _joined_ranges([(20_000, 20_010), (0, 10), (15, 20)])
    [(0, 20), (20000, 20010)]
    """
    wide_ranges: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if wide_ranges and start - wide_ranges[-1][1] <= NEAR:
            wide_ranges[-1] = (wide_ranges[-1][0], max(end, wide_ranges[-1][1]))
        else:
            wide_ranges.append((start, end))
    return wide_ranges
