"""The folder of a first `mix` that failed as a place of a takedown: the work that it keeps may hold any text."""

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.provenance.manifest import MANIFEST
from corpuskit.core.publish.recovery import STAGING
from corpuskit.trust.takedowns.folder_contents import digest_of_names, files_in
from corpuskit.trust.takedowns.rewriting import sweep_staging
from corpuskit.trust.takedowns.sought import Sought
from corpuskit.trust.takedowns.store import ClearedWhole, Removal, StoreTally


class UnfinishedStore(ClearedWhole):
    """A folder in which nothing is published yet; the next run starts afresh."""

    kind: ClassVar[str] = "unfinished"
    title: ClassVar[str] = "folder of an unfinished run"

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether a folder holds the work of a run, and no dataset."""
        return (path / STAGING).is_dir() and not (path / MANIFEST).exists()

    @classmethod
    def is_gone(cls, path: Path) -> bool:
        """Whether the folder is empty, or not there."""
        return not path.exists() or (path.is_dir() and not any(path.iterdir()))

    def digest(self) -> str:
        """Return a digest of the names of the files."""
        return digest_of_names(self.path / STAGING)

    def tally(self, sought: Sought) -> StoreTally:
        """Return no document, and whether there is anything that could hold a text."""
        del sought
        return StoreTally(Counter(), any(files_in(self.path / STAGING)), {})

    def removal(self, sought: Sought, options: dict[str, Any], tokenizer: Path | None) -> Removal:
        """Return what removes the work. Raises PublishError if a run goes on there."""
        del sought, options, tokenizer
        return self._clear

    def _clear(self) -> list[str]:
        sweep_staging(self.path)
        return []
