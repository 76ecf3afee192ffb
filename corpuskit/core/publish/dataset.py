"""A published dataset, opened for reading: its manifest, its documents, its decisions."""

import os
from collections.abc import Iterator
from pathlib import Path

from corpuskit.core import console
from corpuskit.core.disk.durable import size_and_digest
from corpuskit.core.document import Document, Reject
from corpuskit.core.errors import CorpuskitError, DamagedError, UsageError
from corpuskit.core.format import Format
from corpuskit.core.provenance.entries import Decision, FileEntry, Manifest, ShardEntry
from corpuskit.core.provenance.manifest import MANIFEST, read_manifest, readable_shards
from corpuskit.core.publish.file_output import manifest_of_file
from corpuskit.core.reading.inputs import Input
from corpuskit.core.reading.lines import whole_lines
from corpuskit.core.reading.resolve import near_name
from corpuskit.core.registry import format_of_shard, is_divisible
from corpuskit.core.wording import printable_name, quantity

VERIFY = "; `corpuskit verify` the dataset"
"""What messages about a damaged dataset tell the user to do."""


class Dataset:
    """A folder that corpuskit published, or a file with its manifest next to it."""

    def __init__(self, location: Path | str) -> None:
        """Raises DamagedError if there is no whole manifest."""
        location = Path(location)
        demand_dataset(location)
        self.location = location
        self.folder = location if location.is_dir() else location.parent
        self.manifest: Manifest = read_manifest(location)

    def shards(self) -> list[ShardEntry]:
        """Return the shards of the first lossless format, which hold each document once.

        Raises UsageError if there is none.
        """
        return readable_shards(self.manifest, self.location)

    def __iter__(self) -> Iterator[Document]:
        """Yield every document, once and in order. Raises UsageError if no format of the dataset can be read."""
        for shard in self.shards():
            yield from self.documents(shard)

    def documents(self, shard: ShardEntry, *, is_checked: bool = False) -> Iterator[Document]:
        """Yield the documents of one shard. Raises DamagedError unless it is what was published.

        `is_checked` says that the caller has seen to that.
        """
        if not is_checked:
            self.demand_unchanged(shard)
        path, format_ = self._path_and_format(shard)
        console.detail(f"reads {shard['path']} ({format_.name}, {quantity(shard['documents'], 'document')})")
        yield from _readable(format_.read(path), path)

    def checked_documents(self, shard: ShardEntry, begin: int = 0, end: int | None = None) -> Iterator[Document]:
        """Yield the documents of a shard whose bytes the caller has checked, without a word, or a range of them.

        A range is of a format that can be divided. Raises DamagedError as `read` and `read_range` do.
        """
        path, format_ = self._path_and_format(shard)
        if is_divisible(format_):
            yield from _readable(format_.read_range(path, begin, end), path)
        else:
            yield from _readable(format_.read(path), path)

    def find(self, shard: ShardEntry, identifier: str) -> Iterator[Document]:
        """Yield the documents of one shard with this id, found without reading the others.

        Raises DamagedError if the shard has another size than the one that was published, or holds such a document and
        differs otherwise.
        """
        self.demand_size(shard)
        path, format_ = self._path_and_format(shard)
        for document in _readable(format_.find(path, identifier), path):
            self.demand_unchanged(shard)
            yield document

    def demand_unchanged(self, entry: FileEntry) -> None:
        """Raise DamagedError unless a file is the one that was published; reads all of it."""
        if size_and_digest(self._path(entry)) != (entry["bytes"], entry["sha256"]):
            raise self._changed_error(entry, "its sha256")

    def demand_size(self, entry: FileEntry) -> None:
        """Raise DamagedError unless a file has the size of the one that was published."""
        if self._path(entry).stat().st_size != entry["bytes"]:
            raise self._changed_error(entry, "its size")

    def _changed_error(self, entry: FileEntry, what: str) -> DamagedError:
        name = printable_name(str(self.folder / entry["path"]))
        return DamagedError(f"{name}: {what} is not the manifest's{VERIFY}, or build it again")

    def _path(self, entry: FileEntry) -> Path:
        path = self.folder / entry["path"]
        if path.is_symlink() or not path.is_file():
            raise DamagedError(f"{entry['path']} is missing{VERIFY}")
        return path

    def _path_and_format(self, shard: ShardEntry) -> tuple[Path, Format]:
        path = self._path(shard)
        return path, format_of_shard(shard["path"])

    def decisions(self, holding: bytes = b"") -> Iterator[Decision]:
        """Yield the verdicts on documents that were left out, in step order; only lines with these bytes."""
        for entry in self.manifest["decisions"]:
            yield from self.decisions_in(entry, holding)

    def decisions_in(self, entry: FileEntry, holding: bytes = b"") -> Iterator[Decision]:
        """Yield the decisions in one file; only lines with these bytes. Raises DamagedError unless it is unchanged."""
        self.demand_unchanged(entry)
        yield from decisions_in(self._path(entry), entry["path"], holding)


def decisions_in(path: Path, name: str = "", holding: bytes = b"") -> Iterator[Decision]:
    """Yield the decisions in a file, which messages call `name`; only lines with these bytes. Raises DamagedError."""
    name = name or path.name
    file = Input(name, local_path=path)
    for block in whole_lines(file.blocks()):
        if holding in block:
            lines = (line for line in block.split(b"\n") if line and holding in line)
            yield from (_decision(line, name) for line in lines)
    for damage in file.damage:
        raise DamagedError(f"{name}: {damage.what}{VERIFY}")


def _readable(documents: Iterator[Document], path: Path) -> Iterator[Document]:
    """Yield a shard's documents. Raises DamagedError where the file is no shard, whatever its reader raises then."""
    try:
        yield from documents
    except DamagedError as error:
        raise DamagedError(f"{str(error).removesuffix(VERIFY)}{VERIFY}") from None
    except CorpuskitError:
        raise
    except Exception as error:  # pyarrow raises types of its own
        problem = f" ({error})" if isinstance(error, Reject) else ""
        raise DamagedError(f"{path.name}: is damaged and cannot be read{problem}{VERIFY}") from None


def _decision(line: bytes, path: str) -> Decision:
    import orjson

    try:
        decision: Decision = orjson.loads(line)
        texts = (decision["step"], decision["verdict"], decision["reason"], decision.get("step_id", ""))
        is_decision = all(isinstance(text, str) for text in texts) and isinstance(decision["id"], str | None)
        is_decision = is_decision and isinstance(decision["values"], dict)
        if is_decision and texts[3].endswith(f"-{texts[0]}" if "step_id" in decision else ""):
            return decision
    except (ValueError, TypeError, KeyError):
        pass
    raise DamagedError(f"{path} holds lines that are not decisions{VERIFY}")


def demand_existing(location: Path) -> None:
    """Raise UsageError for the name of a dataset, or of its manifest, where nothing is."""
    if not os.path.lexists(location) and not manifest_of_file(location).exists():
        raise UsageError(f"no such file or folder: {str(location)!r}{near_name(location)}")


def demand_dataset(location: Path) -> None:
    """Raise UsageError for a name of nothing, DamagedError for that of a manifest: it is in or next to the dataset."""
    demand_existing(location)
    if location.name == MANIFEST and location.is_file():
        raise DamagedError(f"{location}: is a manifest; name the folder that it is in")
