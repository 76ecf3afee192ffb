"""Parquet shards: one row a document, typed columns for the reserved metadata, the rest as JSON in `extra`.

Written the way the Hugging Face Hub stores best: zstd, a page index, and pages cut by content, so that a snapshot
that changed a little shares most of its bytes with the one before. Equal documents are equal bytes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.document import RESERVED, Document, Reject, encode
from corpuskit.core.errors import DamagedError

ROWS_A_GROUP = 10_000
BYTES_A_GROUP = 64 * 1024 * 1024
REPEATING = (
    "date",
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
"""Columns with few different values, which a dictionary makes small."""


class Parquet:
    """Documents as rows, `part-00000-1f3a9c2b.parquet`."""

    name: ClassVar[str] = "parquet"
    suffix: ClassVar[str] = ".parquet"
    folder: ClassVar[str] = ""

    def open(self, path: Path) -> "RowWriter":
        """A writer of one shard; the file must not exist."""
        return RowWriter(path)

    def read(self, path: Path) -> Iterator[Document]:
        """The documents of one shard. Raises DamagedError where it cannot be read."""
        return self._documents(path, lambda groups, number: True)

    def find(self, path: Path, identifier: str) -> Iterator[Document]:
        """The documents of one shard with this id: of other row groups, the ids alone are read."""
        import pyarrow.compute as compute

        def holds(groups: Any, number: int) -> bool:
            batches = groups.batches(number, ["id"])
            return any(compute.any(compute.equal(batch["id"], identifier)).as_py() for batch in batches)

        return (document for document in self._documents(path, holds) if document.id == identifier)

    def _documents(self, path: Path, is_wanted: Callable[[Any, int], bool]) -> Iterator[Document]:
        """The documents of the row groups that are wanted."""
        import pyarrow

        from corpuskit.formats.tables import record_table

        try:
            for batch in _batches(path, is_wanted):
                for row in record_table.rows(batch):
                    yield record_table.document(row)
        except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
            raise DamagedError(f"{path.name}: cannot be read as Parquet ({type(error).__name__})") from None
        except Reject as reject:
            raise DamagedError(f"{path.name}: a row is no document ({reject.reason})") from None

    def finish(self, staging: Path, manifest: dict[str, Any]) -> list[str]:
        """No files besides the shards."""
        return []

    def versions(self) -> dict[str, str]:
        """The library whose version shapes the bytes of a shard."""
        import pyarrow

        return {"pyarrow": pyarrow.__version__}


class RowWriter:
    """Writes documents as rows; holds one row group (64 MiB of lines or 10,000 documents) in memory."""

    def __init__(self, path: Path) -> None:
        """Create the file."""
        import pyarrow.parquet

        from corpuskit.formats.tables import record_table

        self._columns = record_table
        self._stream = filesystem.open_new(path)
        self._writer = pyarrow.parquet.ParquetWriter(
            self._stream,
            record_table.SCHEMA,
            version="2.6",
            compression="zstd",
            compression_level=3,
            use_dictionary=list(REPEATING),
            write_statistics=["id", *(key for key, (kind, _) in RESERVED.items() if kind in (str, int, float))],
            write_page_index=True,
            write_page_checksum=True,
            use_content_defined_chunking=True,
        )
        self._table = record_table.RecordTable()
        self._bytes = 0

    def write(self, document: Document) -> None:
        """Write one document. Raises Reject, and writes nothing, if it holds what JSON cannot."""
        size = len(encode(document))
        if self._bytes + size > BYTES_A_GROUP or len(self._table) == ROWS_A_GROUP:
            self._flush()
        self._table.add(document)
        self._bytes += size

    def close(self) -> None:
        """Write what is held and the footer, and close the file."""
        self._flush()
        self._writer.close()
        self._stream.close()

    def _flush(self) -> None:
        if self._table:
            table, self._table = self._table.finish(), self._columns.RecordTable()
            self._writer.write_table(table, row_group_size=len(table))
        self._bytes = 0


def _batches(path: Path, is_wanted: Callable[[Any, int], bool]) -> Iterator[Any]:
    from pyarrow.parquet import ParquetFile

    from corpuskit.formats.tables.parquet_batches import READ_OPTIONS, Oversized, RowGroups
    from corpuskit.formats.tables.record_table import is_record_table

    with open(path, "rb") as stream, ParquetFile(stream, **READ_OPTIONS) as shard:
        if not is_record_table(shard.schema_arrow):
            raise DamagedError(f"{path.name}: its columns are not those of a corpuskit shard")
        groups, row_count, expected = RowGroups(shard, stream), 0, 0
        for number in range(shard.num_row_groups):
            if not is_wanted(groups, number):
                continue
            expected += shard.metadata.row_group(number).num_rows
            for batch in groups.batches(number):
                if isinstance(batch, Oversized):
                    raise DamagedError(f"{path.name}: a row of {batch} bytes is no document")
                row_count += batch.num_rows
                yield batch
        if row_count != expected:
            raise DamagedError(f"{path.name}: {row_count} rows where the footer counts {expected}")
