"""The kinds of places. A new one is a class with the methods of `Store`, and its line here."""

from pathlib import Path

from corpuskit.core.errors import PublishError, UsageError
from corpuskit.core.reading.resolve import near_name
from corpuskit.trust.takedowns.cache_store import CacheStore
from corpuskit.trust.takedowns.dataset_store import DatasetStore
from corpuskit.trust.takedowns.dedup_index_store import DedupIndexStore
from corpuskit.trust.takedowns.search_index_store import SearchIndexStore
from corpuskit.trust.takedowns.store import Store
from corpuskit.trust.takedowns.unfinished_store import UnfinishedStore

KINDS: tuple[type[Store], ...] = (DatasetStore, DedupIndexStore, SearchIndexStore, CacheStore, UnfinishedStore)
"""The first one that recognises a path takes it."""


def kind_of(path: Path) -> type[Store]:
    """Return the kind of a place. Raises UsageError for what is none, PublishError for what may not be looked at."""
    try:
        for kind in KINDS:
            if kind.recognises(path):
                return kind
    except PermissionError as error:
        reason = (error.strerror or "not permitted").lower()
        raise PublishError(f"cannot read {str(path)!r}: {reason}; see to it, and run it again") from None
    if not path.exists():
        raise UsageError(f"no such file or folder: {str(path)!r}{near_name(path)}")
    raise UsageError(f"{str(path)!r} is {_none_of_kinds()}")


def _none_of_kinds() -> str:
    *titles, last = (f"no {kind.title}" for kind in KINDS)
    return f"{', '.join(titles)} and {last}"
