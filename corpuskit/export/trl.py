"""Rows for the trainers of TRL: Parquet files for each kind of dataset that it knows, and a card that names them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document
from corpuskit.core.format import file_suffixes, shard_paths
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.publish.seals import CARD_NAME, sealed
from corpuskit.export.training.card import RowFile, card
from corpuskit.export.training.lossy_format import LossyFormat
from corpuskit.export.training.rows import Shape, row_of, weight_of

ROWS_A_GROUP = 10_000
CHARACTERS_A_GROUP = 32 * 1024 * 1024
SHAPES: dict[Shape, str] = {
    "text": "SFTTrainer, or pretraining: `text`",
    "messages": "SFTTrainer: `messages`",
    "completion": "SFTTrainer: `prompt`, `completion`",
    "preference": "DPOTrainer, RewardTrainer: `prompt`, `chosen`, `rejected`",
    "unpaired": "KTOTrainer: `prompt`, `completion`, `label`",
}
"""The kinds of rows, each with the trainers that read it, in the order of the files of a shard."""
LOADING = """```python
from datasets import load_dataset

rows = load_dataset("path/to/this/folder", "NAME", split="train")
```

`id` names the document, and `weight` says how much its signal counts; trainers read neither unless told to."""
COLUMNS: dict[Shape, tuple[str, ...]] = {
    "text": ("text",),
    "messages": ("messages",),
    "completion": ("prompt", "completion"),
    "preference": ("prompt", "chosen", "rejected"),
    "unpaired": ("prompt", "completion", "label"),
}


class Trl(LossyFormat):
    """Documents as rows of five kinds, `trl/part-00000-1f3a9c2b.preference.parquet` and so on.

    `datasets.load_dataset("DIR/trl", "preference")` opens one kind. A shard has a file for each, even without rows.
    """

    name: ClassVar[str] = "trl"
    folder: ClassVar[str] = "trl"
    suffix: ClassVar[str] = ".text.parquet"
    companion_suffixes: ClassVar[tuple[str, ...]] = tuple(f".{shape}.parquet" for shape in list(SHAPES)[1:])
    extra_files: ClassVar[tuple[str, ...]] = ("trl/README.md", CARD_NAME)

    def open(self, path: Path) -> "TrlWriter":
        """Return a writer of one shard and its companions."""
        return TrlWriter(dict(zip(SHAPES, shard_paths(self, path), strict=True)))

    def card(self, folder: Path, manifest: Manifest) -> str:
        """Return the card of the rows."""
        return self._card(folder, manifest)

    def card_above(self, folder: Path, manifest: Manifest) -> str:
        """Return the card of a dataset of such rows alone."""
        return self._card(folder, manifest, self.folder)

    def _card(self, folder: Path, manifest: Manifest, rows_in: str = "") -> str:
        files = [
            RowFile(shape, f"part-*{suffix}", _rows(folder, manifest, suffix), what_for)
            for (shape, what_for), suffix in zip(SHAPES.items(), file_suffixes(self), strict=True)
        ]
        return sealed(card("Rows for TRL", files, manifest, LOADING, rows_in))

    def shard_problems(self, path: Path, shard: ShardEntry, manifest: Manifest) -> Iterator[str]:
        """Yield what is wrong with the tables of a shard: one has other columns, or they have not a row a document."""
        import pyarrow
        import pyarrow.parquet

        del manifest
        rows = 0
        for shape, file in zip(SHAPES, shard_paths(self, path), strict=True):
            try:
                with pyarrow.parquet.ParquetFile(file, page_checksum_verification=True) as table:
                    rows += sum(len(batch) for batch in table.iter_batches())
                    names = table.schema_arrow.names
            except (OSError, pyarrow.ArrowException):
                yield f"{file.name} is not a whole Parquet file"
                return
            if tuple(names) != ("id", *COLUMNS[shape], "weight"):
                yield f"{file.name} has other columns than rows of {shape} have"
        if rows != shard["documents"]:
            yield f"{path.name} and the files beside it hold {rows} rows, not {shard['documents']}"

    def versions(self) -> dict[str, str]:
        """Return the version of the library that shapes the bytes."""
        import pyarrow

        return {"pyarrow": pyarrow.__version__}


class TrlWriter:
    """Writes the rows of one shard; holds a group of them in memory."""

    def __init__(self, paths: dict[Shape, Path]) -> None:
        """Create the files."""
        self._files = {shape: _ShapeFile(path, COLUMNS[shape]) for shape, path in paths.items()}

    def write(self, document: Document) -> None:
        """Write one row. Raises RefusedError for a document that no trainer of TRL takes."""
        row = row_of(document, "trl")
        columns = {"id": document.id, **row.columns, "weight": weight_of(document)}
        self._files[row.shape].write(columns, len(document.text))

    def close(self) -> None:
        """Write what is left, and close the files."""
        for file in self._files.values():
            file.close()


class _ShapeFile:
    """The Parquet file of one kind of rows."""

    def __init__(self, path: Path, names: tuple[str, ...]) -> None:
        import pyarrow
        import pyarrow.parquet

        message = pyarrow.struct([("role", pyarrow.string()), ("content", pyarrow.string())])
        types = {"text": pyarrow.large_string(), "label": pyarrow.bool_()}
        fields = [(name, types.get(name, pyarrow.list_(message))) for name in names]
        self._schema = pyarrow.schema([("id", pyarrow.string()), *fields, ("weight", pyarrow.float64())])
        self._stream = filesystem.open_new(path)
        self._writer = pyarrow.parquet.ParquetWriter(
            self._stream,
            self._schema,
            version="2.6",
            compression="zstd",
            compression_level=3,
            write_page_index=True,
            write_page_checksum=True,
            use_content_defined_chunking=True,
        )
        self._rows: list[dict[str, Any]] = []
        self._characters = 0

    def write(self, row: dict[str, Any], characters: int) -> None:
        """Add one row."""
        if len(self._rows) == ROWS_A_GROUP or (self._rows and self._characters + characters > CHARACTERS_A_GROUP):
            self._flush()
        self._rows.append(row)
        self._characters += characters

    def close(self) -> None:
        """Write the last group and the footer."""
        self._flush()
        self._writer.close()
        self._stream.close()

    def _flush(self) -> None:
        import pyarrow

        if self._rows:
            table = pyarrow.Table.from_pylist(self._rows, self._schema)
            self._writer.write_table(table, row_group_size=len(table))
        self._rows, self._characters = [], 0


def _rows(folder: Path, manifest: Manifest, suffix: str) -> int:
    """Count the rows of one kind by the footers of its files."""
    import pyarrow.parquet

    paths = [folder / shard["path"] for shard in manifest["shards"] if shard["path"].endswith(suffix)]
    return sum(pyarrow.parquet.read_metadata(path).num_rows for path in paths if path.is_file())
