"""The cache of `mix` as a place of a takedown: it is cleared, as any of its files may hold any text."""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

from corpuskit.core.disk.regular_file import read_regular
from corpuskit.core.registry import find_step
from corpuskit.core.settings import Settings
from corpuskit.trust.takedowns.sought import Sought

TAG, MARK = "CACHEDIR.TAG", b"`corpuskit mix`"


class CacheStore:
    """A cache; what is in it is made anew when it is needed."""

    kind: ClassVar[str] = "cache"

    def __init__(self, path: Path) -> None:
        """Take the folder."""
        self.path = path

    @classmethod
    def recognises(cls, path: Path) -> bool:
        """Whether a folder is marked as a cache of `mix`."""
        try:
            return MARK in read_regular(path / TAG)
        except OSError:
            return False

    def digest(self) -> str:
        """Return a digest of the names of the files in the cache, which are hashes of what they hold."""
        names = sorted(path.relative_to(self.path).as_posix() for path in self.path.rglob("*") if path.is_file())
        return f"sha256:{hashlib.sha256(chr(10).join(names).encode()).hexdigest()}"

    def look(self, sought: Sought) -> None:
        """Look for nothing: the files are not read."""

    def find_copies(self, sought: Sought) -> None:
        """Look for nothing."""

    def found_documents(self, sought: Sought) -> Counter[str]:
        """Return nothing."""
        del sought
        return Counter()

    def amounts(self) -> dict[str, int]:
        """Return nothing."""
        return {}

    def is_affected(self, sought: Sought) -> bool:
        """Whether there is anything that could hold a text."""
        del sought
        return any(path.is_file() and path.name != TAG for path in self.path.rglob("*"))

    def remove(self, sought: Sought, options: dict[str, Any]) -> None:
        """Clear the cache. Raises PublishError."""
        del sought, options
        cache: Any = find_step("cache")(clear=True)  # type: ignore[call-arg]
        cache.execute([str(self.path)], Settings(quiet=True))
