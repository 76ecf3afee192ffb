"""Documents in tar files as the WebDataset library reads them: `KEY.txt` is the text, `KEY.json` the rest."""

import io
import tarfile
from pathlib import Path
from typing import ClassVar

from corpuskit.core.disk import filesystem
from corpuskit.core.document import Document, encode
from corpuskit.core.provenance.entries import Manifest
from corpuskit.core.publish.seals import sealed
from corpuskit.export.training.row_format import RowFormat

DIGITS = 9
TEXT, RECORD = "txt", "json"


class Webdataset(RowFormat):
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

    def versions(self) -> dict[str, str]:
        """Return nothing: the standard library writes these members in one way alone."""
        return {}


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
