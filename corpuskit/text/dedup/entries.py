"""What documents are compared by: one entry each, on disk, in block files (`corpuskit.core.disk.block_file`).

An entry's fields: `digest` of the text (xxh3, 128 bits); for near-duplicates `wordless` (the text has no shingles),
`key-0` and on (one for each band) and `signature`; `preference`, if documents other than the first are kept. Digest and
keys depend on the document's tenant, so documents of different tenants, or of none, never meet. Its
strings: the `id`, and `facts`, the metadata that a survivor may take over, as JSON.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.spool import temporary
from corpuskit.core.document import Document
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.survivors import TAKEN_OVER, digest, preference, tenant_salt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corpuskit.core.disk.block_file import BlockFile
    from corpuskit.text.dedup.minhash import Ranks

BATCH_DOCUMENTS = 256
BATCH_CHARACTERS = 1 << 22
STRINGS = ("id", "facts")


class Signer:
    """Writes the entries of documents, in their order."""

    def __init__(self, parameters: DedupParameters, file: IO[bytes]) -> None:
        """Start a block file in `file`. This and later calls raise PublishError if it cannot be written."""
        from corpuskit.core.disk.block_file import BlockWriter, Field

        fields = parameters.comparison_fields()
        if parameters.keep != "first":
            fields.append(Field("preference", "<i8", 1))
        self._parameters, self._file = parameters, file
        with temporary(file):
            self._writer = BlockWriter(file, fields, STRINGS)
        self._batch: list[Document] = []
        self._characters = 0

    def add(self, document: Document) -> None:
        """Add the next document."""
        self._batch.append(document)
        self._characters += len(document.text)
        if len(self._batch) >= BATCH_DOCUMENTS or self._characters >= BATCH_CHARACTERS:
            self._sign()

    def finish(self) -> "BlockFile":
        """Write what is pending; return the whole file, ready to be read."""
        self._sign()
        with temporary(self._file):
            return self._writer.finish({})

    def _sign(self) -> None:
        import numpy

        parameters, batch = self._parameters, self._batch
        texts = [document.text for document in batch]
        numbers: dict[str, Any] = {"digest": numpy.frombuffer(b"".join(map(digest, batch)), "<u8")}
        if parameters.keep != "first":
            numbers["preference"] = numpy.array(
                [preference(document, parameters.keep) for document in batch], numpy.int64
            )
        if parameters.method == "minhash" and texts:
            salts = numpy.array(list(map(tenant_salt, batch)), numpy.uint64)
            numbers |= self._near(texts, salts)
        if batch:
            strings = {
                "id": [document.id.encode() for document in batch],
                "facts": list(map(_inherited_metadata, batch)),
            }
            with temporary(self._file):
                self._writer.append(numbers, strings, len(batch))
        self._batch, self._characters = [], 0

    def _near(self, texts: list[str], salts: "NDArray[Any]") -> dict[str, Any]:
        import numpy

        from corpuskit.text.dedup.minhash import band_keys, signatures
        from corpuskit.text.dedup.shingle_batches import shingles_of

        shingled = shingles_of(texts, self._parameters.ngram)
        rows = signatures(shingled, self._parameters.permutations, self._parameters.seed)
        salted_keys = band_keys(rows, self._parameters.bands) ^ salts[:, None]
        keys = {f"key-{band}": column for band, column in enumerate(salted_keys.T)}
        return {"wordless": numpy.array([not len(hashes) for hashes in shingled]), "signature": rows, **keys}


class Window(NamedTuple):
    """Entries of files that follow one another."""

    first: int
    """The number of the first entry."""
    rows: int
    """How many entries there are."""
    files: list[tuple[int, "BlockFile"]]
    """Each with the number of its first entry."""

    def strings(self, name: str, numbers: "Ranks") -> list[bytes]:
        """Return the byte strings of entries of the window, whose numbers ascend."""
        import numpy

        strings: list[bytes] = []
        starts = numpy.searchsorted(numbers, [first for first, _ in self.files])
        for (first, file), part in zip(self.files, numpy.split(numbers, starts[1:]), strict=True):
            if len(part):
                strings += file.strings_at(name, part - first)
        return strings


class Entries:
    """The entries of several files, numbered consecutively; those of earlier snapshots come first."""

    def __init__(self, files: Sequence["BlockFile"], earlier: int = 0) -> None:
        """`earlier` is the number of files that belong to earlier snapshots."""
        import numpy

        self.files = list(files)
        self.corpus_files = self.files[earlier:]
        self._starts = numpy.cumsum([0] + [len(file) for file in files], dtype=numpy.int64)
        self.start = int(self._starts[earlier])
        """The number of the corpus's first document."""
        self.count = int(self._starts[-1]) - self.start
        """The number of documents in the corpus."""
        self.total = int(self._starts[-1])
        """The number of all entries."""

    @classmethod
    def open(cls, stack: ExitStack, earlier: Sequence[Path], signed: Sequence[Path]) -> "Entries":
        """Open the entries in these files, which `stack` closes."""
        return cls([open_block_file(stack, path) for path in (*earlier, *signed)], len(earlier))

    def part(self, number: int) -> tuple[int, int]:
        """Return the number within the corpus of the first document in one of its files, and how many the file has."""
        index = len(self.files) - len(self.corpus_files) + number
        return int(self._starts[index]) - self.start, len(self.files[index])

    def windows(self, least: int) -> list[Window]:
        """Return all entries in windows of at least so many, but for the last of the corpus and of what is earlier."""
        windows: list[Window] = []
        earlier = len(self.files) - len(self.corpus_files)
        for number, (first, file) in enumerate(zip(self._starts.tolist(), self.files, strict=False)):
            if not windows or windows[-1].rows >= least or number == earlier:
                windows.append(Window(first, 0, []))
            window = windows[-1]
            window.files.append((first, file))
            windows[-1] = window._replace(rows=window.rows + len(file))
        return windows

    def file_of(self, number: int) -> "BlockFile":
        """Return the file that holds an entry."""
        return self.files[self._file_number(number)]

    def chunks(self, name: str, start: int = 0) -> Iterator[tuple[int, "NDArray[Any]"]]:
        """Yield a field in blocks, each with the number of its first row, from the file that starts at `start` on."""
        for first, file in zip(self._starts.tolist(), self.files, strict=False):
            if first < start:
                continue
            for rows in file.column(name):
                yield first, rows
                first += len(rows)

    def load(self, name: str, start: int = 0) -> "NDArray[Any]":
        """Return a field as a whole, from the file that starts at `start` on."""
        import numpy

        blocks = [rows for _, rows in self.chunks(name, start)]
        return numpy.concatenate(blocks) if blocks else numpy.empty((0, 1), "<u8")

    def take(self, name: str, numbers: "Ranks") -> "NDArray[Any]":
        """Return the rows of a field with these numbers."""
        import numpy

        if len(self.files) == 1:
            return self.files[0].take(name, numbers)
        if not len(numbers):
            return self.files[0].take(name, numbers)
        order = numpy.argsort(numbers, kind="stable")
        ordered = numbers[order]
        file_numbers, starts = numpy.unique(
            numpy.searchsorted(self._starts, ordered, side="right") - 1, return_index=True
        )
        rows = numpy.concatenate(
            [
                self.files[number].take(name, part - self._starts[number])
                for number, part in zip(file_numbers.tolist(), numpy.split(ordered, starts[1:]), strict=True)
            ]
        )
        ordered_rows = numpy.empty_like(rows)
        ordered_rows[order] = rows
        return ordered_rows

    def string(self, name: str, number: int) -> bytes:
        """Return a byte string of an entry."""
        index = self._file_number(number)
        return self.files[index].string(name, number - int(self._starts[index]))

    def _file_number(self, number: int) -> int:
        import numpy

        return int(numpy.searchsorted(self._starts, number, side="right")) - 1


def open_block_file(stack: ExitStack, path: Path) -> "BlockFile":
    """Open a block file, which `stack` closes. Raises DamagedError if it is not one.

    Few of these files are open at a time, however many there are.
    """
    from corpuskit.core.disk.block_file import BlockFile
    from corpuskit.core.disk.pooled_file import PooledFile

    return BlockFile(stack.enter_context(closing(PooledFile(path))), path.name)


def write_entries(parameters: DedupParameters, documents: Iterable[Document], file: IO[bytes]) -> "BlockFile":
    """Write the entries of documents to an empty file."""
    signer = Signer(parameters, file)
    for document in documents:
        signer.add(document)
    return signer.finish()


def write_whole(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file by calling `write` with it; it appears whole or not at all. Raises PublishError."""
    part = path.with_name(f"{path.name}.part")
    with temporary(part):
        with filesystem.open_scratch(part) as file:
            write(file)
        filesystem.replace(part, path)


def _inherited_metadata(document: Document) -> bytes:
    import orjson

    metadata = document.metadata
    return orjson.dumps({key: metadata[key] for key in TAKEN_OVER if key in metadata})
