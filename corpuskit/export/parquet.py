"""Parquet shards: one row per document, typed columns for the reserved metadata, the rest as JSON in `extra`.

They are written as the Hugging Face Hub stores them best: zstd, a page index, and pages cut by content, so that a
snapshot with few changes shares most of its bytes with the previous one. Equal documents give equal bytes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.format import ForeignFileError
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.reserved import RESERVED
from corpuskit.export.hub.card_file import CARD, card_text, write_card

ROWS_A_GROUP = 10_000
BYTES_A_GROUP = 64 * 1024 * 1024
DICTIONARY_COLUMNS = (
    "date",
    "crawl_date",
    "content_type",
    "http_status",
    "warc_file",
    "language",
    "source",
    "origin",
    "license",
    "license_evidence",
    "rights",
    "tenant",
    "consent",
    "generator",
    "gen_depth",
    "epoch",
)
"""Columns with few distinct values, which a dictionary makes small."""


class Parquet:
    """Documents as rows, `data/part-00000-1f3a9c2b.parquet`, and a dataset card."""

    name: ClassVar[str] = "parquet"
    suffix: ClassVar[str] = ".parquet"
    folder: ClassVar[str] = "data"
    companion_suffixes: ClassVar[tuple[str, ...]] = ()
    extra_files: ClassVar[tuple[str, ...]] = (CARD,)
    lossless: ClassVar[bool] = True
    file_endings: ClassVar[tuple[str, ...]] = (".parquet",)

    def for_file(self, name: str) -> "Parquet":
        """Return the format itself: files are as shards."""
        return self

    def open(self, path: Path) -> "RowWriter":
        """Return a writer of one shard. Raises FileExistsError if the file exists."""
        return RowWriter(path)

    def read(self, path: Path) -> Iterator[Document]:
        """Yield the documents of one shard. Raises DamagedError if it cannot be read."""
        return self.read_range(path, 0, None)

    def read_range(self, path: Path, begin: int, end: int | None) -> Iterator[Document]:
        """Yield the documents of some rows of one shard; row groups without any of them are not read."""
        return self._documents(path, lambda groups, number: True, begin, end)

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """Yield the documents of one shard with this id; of row groups without it, only the ids are read."""
        import pyarrow.compute as compute

        def has_id(groups: Any, number: int) -> bool:
            batches = groups.batches(number, ["id"])
            return any(compute.any(compute.equal(batch["id"], identifier)).as_py() for batch in batches)

        return (document for document in self._documents(path, has_id) if document.id == identifier)

    def _documents(
        self, path: Path, is_wanted: Callable[[Any, int], bool], begin: int = 0, end: int | None = None
    ) -> Iterator[Document]:
        """Yield the documents in a range of rows, of the row groups for which `is_wanted` is true."""
        import pyarrow

        from corpuskit.formats.tables import record_table

        try:
            for batch in _batches(path, is_wanted, begin, end):
                for row in record_table.rows(batch):
                    yield record_table.document(row)
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError):
            raise DamagedError(f"{path.name}: is damaged: it cannot be read as Parquet") from None
        except Reject as reject:
            raise DamagedError(f"{path.name}: a row is not a document ({reject.reason})") from None

    def shard_problems(self, path: Path, shard: ShardEntry, manifest: Manifest) -> Iterator[str]:
        """Not of this format, whose documents are read."""
        raise NotImplementedError

    def document_ids(self, path: Path) -> Iterator[str] | None:
        """Not of this format."""
        raise NotImplementedError

    def card(self, folder: Path, manifest: Manifest) -> str:
        """Return the dataset card."""
        return card_text(folder, manifest, self)

    def finish(self, staging: Path, manifest: Manifest) -> None:
        """Write the dataset card."""
        write_card(staging, manifest, self)

    def versions(self) -> dict[str, str]:
        """Return the version of the library that shapes the bytes of a shard."""
        import pyarrow

        return {"pyarrow": pyarrow.__version__}


class RowWriter:
    """Writes documents as rows; holds one row group (at most 64 MiB of lines or 10,000 documents) in memory."""

    def __init__(self, path: Path) -> None:
        """Create the file."""
        import pyarrow.parquet

        from corpuskit.formats.tables import record_table

        self._record_table = record_table
        self._stream = filesystem.open_new(path)
        self._writer = pyarrow.parquet.ParquetWriter(
            self._stream,
            record_table.SCHEMA,
            version="2.6",
            compression="zstd",
            compression_level=3,
            use_dictionary=list(DICTIONARY_COLUMNS),
            write_statistics=["id", *(key for key, (kind, _) in RESERVED.items() if kind in (str, int, float))],
            write_page_index=True,
            write_page_checksum=True,
            use_content_defined_chunking=True,
        )
        self._table = record_table.RecordTable()
        self._bytes = 0

    def write(self, document: Document) -> None:
        """Write one document. Raises Reject and writes nothing if the document holds a value that JSON cannot."""
        size = len(encode(document))
        if self._bytes + size > BYTES_A_GROUP or len(self._table) == ROWS_A_GROUP:
            self._flush()
        self._table.add(document)
        self._bytes += size

    def close(self) -> None:
        """Write the last row group and the footer, and close the file."""
        self._flush()
        self._writer.close()
        self._stream.close()

    def _flush(self) -> None:
        if self._table:
            table, self._table = self._table.finish(), self._record_table.RecordTable()
            self._writer.write_table(table, row_group_size=len(table))
        self._bytes = 0


def _batches(path: Path, is_wanted: Callable[[Any, int], bool], begin: int, end: int | None) -> Iterator[Any]:
    """Yield a range of rows as record batches, of the row groups for which `is_wanted` is true. Raises DamagedError.

    That a row group has fewer rows than the footer says shows where it is read to its end.
    """
    from pyarrow.parquet import ParquetFile

    from corpuskit.formats.tables.parquet_batches import READ_OPTIONS, Oversized, RowGroups
    from corpuskit.formats.tables.record_table import is_record_table

    with open(path, "rb") as stream, ParquetFile(stream, **READ_OPTIONS) as shard:
        if not is_record_table(shard.schema_arrow):
            raise ForeignFileError(f"{path.name}: its columns are not those of a corpuskit shard")
        groups, row_count, expected, group_begin = RowGroups(shard, stream), 0, 0, 0
        for number in range(shard.num_row_groups):
            row, group_begin = group_begin, group_begin + shard.metadata.row_group(number).num_rows
            if group_begin <= begin or (end is not None and row >= end) or not is_wanted(groups, number):
                continue
            expected += group_begin - row
            for batch in groups.batches(number):
                if isinstance(batch, Oversized):
                    raise DamagedError(f"{path.name}: a row of {batch} bytes is too large for a document")
                row_count += batch.num_rows
                yield from _rows_between(batch, begin - row, None if end is None else end - row)
                row += batch.num_rows
                if end is not None and row >= end:
                    return
        if row_count != expected:
            raise DamagedError(f"{path.name}: {row_count} rows, but the footer counts {expected}")


def _rows_between(batch: Any, begin: int, end: int | None) -> Iterator[Any]:
    """Yield the part of a batch between two of its rows, if there is one; either may lie outside."""
    begin, end = max(0, begin), batch.num_rows if end is None else min(end, batch.num_rows)
    if begin < end:
        yield batch if end - begin == batch.num_rows else batch.slice(begin, end - begin)
