"""One run over all places: searched together, as each may teach about the others, then cleared one by one.

A place that is damaged or in use does not keep the others from being cleared.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.errors import CorpuskitError, DamagedError, PublishError
from corpuskit.core.publish.recovery import STAGING
from corpuskit.core.wording import printable_name
from corpuskit.trust.takedowns.datasets import DatasetStore
from corpuskit.trust.takedowns.receipt import CLEAN, DAMAGED, FAILED, LEFT_THERE, REMOVED, StoreEntry
from corpuskit.trust.takedowns.rewriting import Rewriting, sweep
from corpuskit.trust.takedowns.search_indexes import SearchIndexStore
from corpuskit.trust.takedowns.sought import Sought
from corpuskit.trust.takedowns.stores import kind_of

if TYPE_CHECKING:
    from corpuskit.trust.takedowns.stores import Store


class StoreRun:
    """One place, and what has become of it so far."""

    def __init__(self, path: Path) -> None:
        """Begin. Raises UsageError for what is no place."""
        self.path = path
        self.kind = kind_of(path)
        self.store: Store | None = None
        self.error: CorpuskitError | None = None
        self._rewriting: Rewriting | None = None
        self._options: tuple[Sought, dict[str, Any]]
        self.entry: StoreEntry = {
            "name": printable_name(path.resolve().name),
            "kind": self.kind.kind,
            "outcome": CLEAN,
            "before": None,
            "after": None,
            "documents": 0,
            "reasons": {},
        }
        self.attempt(self._open)

    def attempt(self, work: Callable[[], None]) -> None:
        """Do a part of the work, unless an earlier part failed; a failure is noted."""
        if self.error is not None:
            return
        try:
            work()
        except (DamagedError, PublishError) as error:
            self._note(error)
        except OSError as error:
            # What cannot be written is a PublishError by now.
            name = os.path.basename(os.fsdecode(error.filename or self.path))
            reason = (error.strerror or "I/O error").lower()
            self._note(
                PublishError(f"cannot read {name!r} of {str(self.path)!r}: {reason}; see to it, and run it again")
            )

    def _note(self, error: DamagedError | PublishError) -> None:
        self.error = error
        self.entry["outcome"] = DAMAGED if isinstance(error, DamagedError) else FAILED
        self.entry["problem"] = str(error)

    def _open(self) -> None:
        self.store = self.kind(self.path)
        self.entry["before"] = self.entry["after"] = self.store.digest()

    def look(self, sought: Sought) -> None:
        """Find what the list names."""
        self.attempt(lambda: self._opened_store().look(sought))

    def find_copies(self, sought: Sought) -> None:
        """Find near copies."""
        self.attempt(lambda: self._opened_store().find_copies(sought))

    def sum_up(self, sought: Sought) -> None:
        """Note how much was found."""

        def count() -> None:
            reasons = self._opened_store().found_documents(sought)
            self.entry["reasons"] = dict(sorted(reasons.items()))
            self.entry["documents"] = reasons.total()
            self.entry.update(self._opened_store().amounts())  # type: ignore[typeddict-item]
            self.entry["outcome"] = LEFT_THERE if self._opened_store().is_affected(sought) else CLEAN

        self.attempt(count)

    def prepare(self, sought: Sought, options: dict[str, Any], tokenizer: Path | None) -> None:
        """See to it that what was found can be taken out. Raises UsageError if a tokenizer is missing."""
        store: Any = self.store
        self._options = sought, options
        if self.entry["outcome"] == LEFT_THERE and isinstance(store, DatasetStore):
            self._rewriting = Rewriting(store, sought, options, tokenizer)

    def clear(self) -> list[str]:
        """Take out what was found; return remarks."""
        remarks: list[str] = []

        def remove() -> None:
            store: Any = self._opened_store()
            if self._rewriting is not None:
                remarks.extend(self._rewriting.publish())
            elif self.entry["outcome"] == LEFT_THERE:
                store.remove(*self._options)
            if isinstance(store, DatasetStore) and (self.path / STAGING).exists():
                sweep(self.path)
            elif isinstance(store, SearchIndexStore):
                store.sweep()
            if self.entry["outcome"] == LEFT_THERE:
                self.entry["outcome"] = REMOVED
            self.entry["after"] = store.digest()

        self.attempt(remove)
        return remarks

    def _opened_store(self) -> "Store":
        assert self.store is not None
        return self.store


def search(runs: Sequence[StoreRun], sought: Sought) -> None:
    """Find all that is to be taken out of these places."""
    for run in runs:
        run.look(sought)
    for run in runs:
        run.find_copies(sought)
    sought.follow_lineage()
    for run in runs:
        run.sum_up(sought)
