"""The kinds of places. A new one is a class with the methods of `Store`, and its line here."""

import os
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
            if kind.recognises(followed(path)):
                return kind
        is_there = path.exists()
        if path.is_file():
            path.open("rb").close()
    except PermissionError as error:
        reason = (error.strerror or "not permitted").lower()
        raise PublishError(f"cannot read {str(path)!r}: {reason}; see to it, and run it again") from None
    if os.path.islink(path) and not is_there:
        raise UsageError(f"{str(path)!r} is a link to {os.readlink(path)!r}, which is not there")
    if not is_there:
        raise UsageError(f"no such file or folder: {str(path)!r}{near_name(path)}")
    raise UsageError(f"{str(path)!r} is {_none_of_kinds()}")


def followed(path: Path) -> Path:
    """Return what a link leads to, beside which the manifest and the leftovers of killed runs lie; else the path."""
    return Path(os.path.realpath(path)) if os.path.islink(path) else path


def _none_of_kinds() -> str:
    *titles, last = (f"no {kind.title}" for kind in KINDS)
    return f"{', '.join(titles)} and {last}"
