"""One published file with its manifest beside it."""

import contextlib
import os
from pathlib import Path
from typing import Any

from corpuskit.core import manifest
from corpuskit.core.chain import Chain
from corpuskit.core.document import Document
from corpuskit.core.files.durable import demand_lock, flush, publishing, size_and_digest, write_flushed
from corpuskit.core.files.forms import Format, ShardWriter
from corpuskit.core.files.jsonl import LineWriter, compressed
from corpuskit.core.files.totals import Totals


class FileOutput:
    """One published file with its manifest beside it, `NAME.manifest.json`."""

    def __init__(self, target: Path, form: Format | None, totals: Totals) -> None:
        """Stage beside the target; `form` is None for JSONL. Raises PublishError if the place is in use."""
        self.target, self.form, self.totals = target, form, totals
        self.staged = target.with_name(f".{target.name}.staging")
        with publishing(target):
            self.lock = os.open(self.staged.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o666)
            demand_lock(self.lock, target)
            self.staged.unlink(missing_ok=True)
            self.writer: ShardWriter = form.open(self.staged) if form else _line_writer(self.staged, target.name)

    def write(self, document: Document) -> None:
        """Add the next document."""
        with publishing(self.target):
            self.totals.add(document)
            self.writer.write(document)

    def publish(self, chain: Chain, run_facts: dict[str, Any]) -> dict[str, Any]:
        """Rename the file and its manifest into place."""
        with publishing(self.target):
            self.writer.close()
            flush(self.staged)
            size, digest = size_and_digest(self.staged)
            for name, version in self.form.versions().items() if self.form else ():
                chain.record_version(name, version)
            shard = {
                "path": self.target.name,
                "bytes": size,
                "sha256": digest,
                "documents": self.totals.documents,
                "tokens": self.totals.tokens,
            }
            content = manifest.build(chain, self.totals.tokenizer, self.totals.as_json(), [shard], [])
            beside = manifest_of_file(self.target)
            beside.unlink(missing_ok=True)
            self.staged.replace(self.target)
            write_flushed(self.staged, manifest.serialise(content))
            self.staged.replace(beside)
            flush(self.target.parent)
        self.abandon()
        return content

    def abandon(self) -> None:
        """Remove what was staged and let go of the place."""
        with contextlib.suppress(Exception):
            self.writer.close()
        for path in (self.staged, self.staged.with_suffix(".lock")):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.close(self.lock)


def manifest_of_file(target: Path) -> Path:
    """Where the manifest of a single published file lies."""
    return target.with_name(f"{target.name}.manifest.json")


def _line_writer(path: Path, name: str) -> LineWriter:
    return LineWriter(compressed(open(path, "wb"), name))
