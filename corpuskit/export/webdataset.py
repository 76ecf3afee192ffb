"""Documents in tar files as the WebDataset library reads them: `KEY.txt` is the text, `KEY.json` the rest."""

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document, encode
from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.publish.seals import sealed
from corpuskit.export.training.lossy_format import LossyFormat

DIGITS = 9
TEXT, RECORD = "txt", "json"


class Webdataset(LossyFormat):
    """Documents in tar files, `webdataset/part-00000-1f3a9c2b.tar`.

    The key of a document is its number in its file. Its record is JSON without the text; equal documents give equal
    bytes, since no member has a time or an owner.
    """

    name: ClassVar[str] = "webdataset"
    folder: ClassVar[str] = "webdataset"
    suffix: ClassVar[str] = ".tar"
    companion_suffixes: ClassVar[tuple[str, ...]] = ()
    extra_files: ClassVar[tuple[str, ...]] = ("webdataset/README.md",)

    def open(self, path: Path) -> "TarWriter":
        """Return a writer of one shard."""
        return TarWriter(path)

    def card(self, folder: Path, manifest: Manifest) -> str:
        """Return the card of the tar files."""
        del folder
        documents = sum(shard["documents"] for shard in manifest["shards"] if shard["path"].endswith(self.suffix))
        return sealed(
            f"# Documents for WebDataset\n\n{documents:,} documents: `KEY.{TEXT}` is a text, `KEY.{RECORD}` its id and "
            "metadata.\n\n```python\nimport webdataset\n\n"
            'for sample in webdataset.WebDataset("part-….tar", shardshuffle=False).decode():\n'
            f'    sample["{TEXT}"], sample["{RECORD}"]["id"]\n```\n\n'
            "`corpuskit verify` in the folder above compares all files with `manifest.json`."
        )

    def shard_problems(self, path: Path, shard: ShardEntry, manifest: Manifest) -> Iterator[str]:
        """Yield what is wrong with a tar file: its members are not those of so many documents, or more follows them."""
        del manifest
        try:
            documents = sum(1 for _ in _records_in(path))
        except DamagedError as error:
            yield str(error)
            return
        if documents != shard["documents"]:
            yield f"{path.name} holds {documents} documents, not {shard['documents']}"

    def document_ids(self, path: Path) -> Iterator[str]:
        """Yield the documents' ids, in order. Raises DamagedError."""
        return (record["id"] for record in _records_in(path))

    def versions(self) -> dict[str, str]:
        """Return nothing: the standard library writes these members in one way alone."""
        return {}


def _records_in(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the record of each document. Raises DamagedError unless the file is as `TarWriter` leaves it."""
    import orjson

    end = 0
    try:
        with tarfile.TarFile(path, "r", ignore_zeros=False) as archive:
            for number, (text, record) in enumerate(_pairs(archive)):
                key = f"{number:0{DIGITS}d}"
                if (text.name, record.name) != (f"{key}.{TEXT}", f"{key}.{RECORD}"):
                    raise DamagedError(f"{path.name}: its members {text.name}, {record.name} are not those of {key}")
                content = archive.extractfile(record)
                value = orjson.loads(content.read()) if content is not None else None
                if not isinstance(value, dict) or not isinstance(value.get("id"), str):
                    raise DamagedError(f"{path.name}: {record.name} is no record of a document")
                end = record.offset_data + -(-record.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
                yield value
    except (tarfile.TarError, ValueError, OSError, EOFError):
        raise DamagedError(f"{path.name}: is not a whole tar file of documents") from None
    if path.stat().st_size != -(-(end + 2 * tarfile.BLOCKSIZE) // tarfile.RECORDSIZE) * tarfile.RECORDSIZE:
        raise DamagedError(f"{path.name}: is cut, or more follows its last document")


def _pairs(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarInfo]]:
    """Yield members by two. Raises ValueError for one that is left over."""
    members = iter(archive)
    for first in members:
        second = next(members, None)
        if second is None:
            raise ValueError("a member is left over")
        yield first, second


class TarWriter:
    """Writes the documents of one shard."""

    def __init__(self, path: Path) -> None:
        """Create the file."""
        self._stream = filesystem.open_new(path)
        self._archive = tarfile.TarFile(fileobj=self._stream, mode="w", format=tarfile.USTAR_FORMAT)
        self._number = 0

    def write(self, document: Document) -> None:
        """Write one document. Raises Reject if JSON cannot express its values."""
        import orjson

        encode(document)
        record = {"id": document.id, "metadata": document.metadata, **document.extra}
        self._add(TEXT, document.text.encode())
        self._add(RECORD, orjson.dumps(record))
        self._number += 1

    def _add(self, kind: str, content: bytes) -> None:
        entry = tarfile.TarInfo(f"{self._number:0{DIGITS}d}.{kind}")
        entry.size = len(content)
        self._archive.addfile(entry, io.BytesIO(content))

    def close(self) -> None:
        """Write the end of the archive, and close the file."""
        self._archive.close()
        self._stream.close()
