"""Where documents are taken out: which kinds of places there are, and how each is searched and cleared.

A new kind of place is a class with the methods of `Store`, and its line in `STORES`.
"""

from collections import Counter
from pathlib import Path
from typing import ClassVar, Protocol

from corpuskit.core.errors import UsageError
from corpuskit.core.reading.resolve import near_name
from corpuskit.trust.takedowns.caches import CacheStore
from corpuskit.trust.takedowns.datasets import DatasetStore
from corpuskit.trust.takedowns.dedup_indexes import DedupIndexStore
from corpuskit.trust.takedowns.search_indexes import SearchIndexStore
from corpuskit.trust.takedowns.sought import Sought


class Store(Protocol):
    """One place: `look` comes first, then `find_copies`, `found_documents` and `is_affected`.

    Each raises DamagedError, and PublishError if it is in use. Kinds other than datasets have `remove(sought, options)`
    as well, which takes out what was found, whole or not at all; `options` are what the step's are on record.
    """

    kind: ClassVar[str]
    path: Path

    def digest(self) -> str:
        """Return a digest of what is there now."""

    def look(self, sought: Sought) -> None:
        """Find what the list names, and tell `sought` of ids, texts and parents."""

    def find_copies(self, sought: Sought) -> None:
        """Find near copies of the texts that any place has taught."""

    def found_documents(self, sought: Sought) -> Counter[str]:
        """Return how many documents are to be taken out, by reason, with what was made from others."""

    def amounts(self) -> dict[str, int]:
        """Return what else the receipt counts of what was found, by its keys; `found_documents` comes first."""

    def is_affected(self, sought: Sought) -> bool:
        """Whether anything is to be changed."""


STORES = (DatasetStore, DedupIndexStore, SearchIndexStore, CacheStore)
"""The kinds of places; the first one that recognises a path takes it."""


def kind_of(path: Path) -> type[DatasetStore] | type[DedupIndexStore] | type[SearchIndexStore] | type[CacheStore]:
    """Return the kind of a place. Raises UsageError for what is none."""
    for kind in STORES:
        if kind.recognises(path):
            return kind
    if not path.exists():
        raise UsageError(f"no such file or folder: {str(path)!r}{near_name(path)}")
    raise UsageError(f"{str(path)!r} is no dataset, no search index, no index of `dedup` and no cache of `mix`")
