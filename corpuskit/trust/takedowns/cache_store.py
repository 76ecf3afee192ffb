"""The cache of `mix` as a place of a takedown: it is cleared, as any of its files may hold any text."""

from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.registry import find_step
from corpuskit.core.settings import Settings
from corpuskit.trust.takedowns.folder_contents import digest_of_names, files_in
from corpuskit.trust.takedowns.sought import Sought
from corpuskit.trust.takedowns.store import ClearedWhole, Removal, StoreTally

TAG, MARK = "CACHEDIR.TAG", b"`corpuskit mix`"


class CacheStore(ClearedWhole):
    """A cache; what is in it is made anew when it is needed."""

    kind: ClassVar[str] = "cache"
    title: ClassVar[str] = "cache of `mix`"

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether a folder is marked as a cache of `mix`."""
        try:
            return MARK in read_regular(path / TAG)
        except OSError:
            return False

    def digest(self) -> str:
        """Return a digest of the names of the files in the cache, which are hashes of what they hold."""
        return digest_of_names(self.path)

    def tally(self, sought: Sought) -> StoreTally:
        """Return no document, and whether there is anything that could hold a text."""
        del sought
        return StoreTally(Counter(), any(files_in(self.path, TAG)), {})

    def removal(self, sought: Sought, options: dict[str, Any], tokenizer: Path | None) -> Removal:
        """Return what clears the cache."""
        del sought, options, tokenizer
        return self._clear

    def _clear(self) -> list[str]:
        cache: Any = find_step("cache")(clear=True)  # type: ignore[call-arg]
        cache.execute([str(self.path)], Settings(quiet=True))
        return []
