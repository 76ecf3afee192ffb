"""One published file with its manifest next to it.

Two names cannot be changed in one step, so the old manifest is moved aside first: a file without one is not a dataset.
The new manifest is put in place only after the new file, and until then both old ones can be restored.
"""

import contextlib
import os
from pathlib import Path

from corpuskit.core.disk import filesystem
from corpuskit.core.disk.durable import finishing, flush, lock_file, publishing, size_and_digest, write_flushed
from corpuskit.core.document import Document
from corpuskit.core.errors import DamagedError, PublishError, UsageError
from corpuskit.core.format import Format, ShardWriter
from corpuskit.core.provenance import manifest
from corpuskit.core.provenance.chain import Chain
from corpuskit.core.provenance.entries import Manifest, ShardEntry, StepEntry
from corpuskit.core.publish.equal_ids import EqualIds
from corpuskit.core.publish.source_totals import Totals
from corpuskit.core.publish.takedown_gate import demand_still_cleared
from corpuskit.core.wording import printable_name


class FileOutput:
    """One published file with its manifest, `NAME.manifest.json`."""

    def __init__(self, target: Path, format_: Format, totals: Totals) -> None:
        """Stage next to the target.

        Raises PublishError if the target is in use, UsageError if corpuskit did not publish the file that is there.
        """
        self.target, self.format_, self.totals = target, format_, totals
        self.beside = manifest_of_file(target)
        self.staged = _hidden(target, "staging")
        self.staged_manifest = _hidden(target, "staging.manifest")
        self.before = _hidden(target, "before")
        self.before_manifest = _hidden(target, "before.manifest")
        self.writer: ShardWriter | None = None
        self._ids = EqualIds()
        self._publishing = publishing(target)
        self._id_remarks: list[str] = []
        if not target.parent.is_dir():
            raise PublishError(f"there is no folder {str(target.parent)!r}; make it, or choose another -o")
        with publishing(target):
            self.lock = lock_file(self._lock_path(), target)
        try:
            with publishing(target):
                self._demand_ours()
                self._recover()
                for path in (self.staged, self.staged_manifest):
                    filesystem.remove(path, missing_ok=True)
                self.writer = format_.open(self.staged)
        except BaseException:
            self.abandon()
            raise

    def write(self, document: Document) -> None:
        """Add the next document."""
        assert self.writer is not None
        with self._publishing:
            self.totals.add(document)
            self._ids.add(document)
            self.writer.write(document)

    def publish(self, chain: Chain) -> Manifest:
        """Rename the file and its manifest into place."""
        assert self.writer is not None
        demand_still_cleared(self._steps_before(), chain.steps, self.target)
        self._id_remarks = self._ids.remarks()
        with publishing(self.target):
            self.writer.close()
            flush(self.staged)
            size, digest = size_and_digest(self.staged)
            for name, version in self.format_.versions().items():
                chain.record_version(name, version)
            shard: ShardEntry = {
                "path": self.target.name,
                "bytes": size,
                "sha256": digest,
                "documents": self.totals.documents,
                "tokens": self.totals.tokens,
            }
            content = manifest.build(
                chain, self.totals.tokenizer, self.totals.as_json(), [shard], [], contents=self.totals.contents()
            )
            write_flushed(self.staged_manifest, manifest.serialise(content))
            self._move_to_target()
        with finishing(self.target):
            flush(self.target.parent)
            self._recover()
        self.abandon()
        return content

    def abandon(self) -> None:
        """Remove what was staged, restore what was moved aside, and release the lock."""
        self._ids.close()
        if self.lock < 0:
            return
        with contextlib.suppress(Exception):
            if self.writer:
                self.writer.close()
        with contextlib.suppress(OSError, MemoryError):
            self._recover()
        for path in (self.staged, self.staged_manifest, self._lock_path()):
            with contextlib.suppress(OSError):
                filesystem.remove(path, missing_ok=True)
        os.close(self.lock)
        self.lock = -1

    def remarks(self) -> list[str]:
        """Return what the user should know after publication: pages and equal ids."""
        return [*self.totals.remarks(), *self._id_remarks]

    def account(self) -> dict[str, int]:
        """Return nothing."""
        return {}

    def decisions_path(self) -> None:
        """Return None: a file has no decisions next to it."""

    def _move_to_target(self) -> None:
        is_new = not os.path.lexists(self.target)
        if self.target.is_file() and not self.target.is_symlink():
            # On a file system without hard links there is no way back, but no other harm.
            with contextlib.suppress(OSError):
                filesystem.link(self.target, self.before)
        if os.path.lexists(self.beside):
            filesystem.replace(self.beside, self.before_manifest)
        filesystem.replace(self.staged, self.target)
        try:
            filesystem.replace(self.staged_manifest, self.beside)
        except OSError:
            if is_new:
                filesystem.remove(self.target)
            raise

    def _demand_ours(self) -> None:
        """Raise UsageError for a file that no manifest vouches for, not even that of a run that was killed.

        Also for a name that a manifest cannot hold.
        """
        if printable_name(self.target.name) != self.target.name:
            raise UsageError(f"{str(self.target)!r} is not a name in UTF-8, as manifests are; choose another -o")
        if not self.target.exists() or not self.target.stat().st_size or os.path.lexists(self.beside):
            return
        if not any(_describes(path, self.target) for path in (self.staged_manifest, self.before_manifest)):
            raise UsageError(
                f"{str(self.target)!r} exists and was not published by corpuskit (there is no {self.beside.name}); "
                "remove it, or choose another -o"
            )

    def _recover(self) -> None:
        """Restore the old file and manifest, unless there is a manifest; then remove what is left of them."""
        if self.before.exists() and not os.path.lexists(self.beside):
            filesystem.replace(self.before, self.target)
            if self.before_manifest.exists():
                filesystem.replace(self.before_manifest, self.beside)
        for path in (self.before, self.before_manifest):
            filesystem.remove(path, missing_ok=True)

    def _steps_before(self) -> list[StepEntry]:
        """Return the steps of the file in place; none if it has no sound manifest."""
        with contextlib.suppress(DamagedError):
            if self.beside.is_file():
                return manifest.read_manifest(self.beside)["steps"]
        return []

    def _lock_path(self) -> Path:
        return self.staged.with_suffix(".lock")


def manifest_of_file(target: Path) -> Path:
    """Return where the manifest of a single published file is."""
    return target.with_name(f"{target.name}.manifest.json")


def _describes(staged_manifest: Path, target: Path) -> bool:
    """Whether a manifest that a killed run left is that of the file in place."""
    try:
        [shard] = manifest.read_manifest(staged_manifest)["shards"]
    except (DamagedError, ValueError):
        return False
    return (shard["bytes"], shard["sha256"]) == size_and_digest(target)


def _hidden(target: Path, ending: str) -> Path:
    return target.with_name(f".{target.name}.{ending}")
