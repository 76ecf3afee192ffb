"""One run over all places: searched together, as each may teach about the others, then cleared one by one.

A place that is damaged or in use does not keep the others from being cleared.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.errors import CorpuskitError, DamagedError, PublishError
from corpuskit.core.publish.recovery import STAGING
from corpuskit.core.wording import printable_name
from corpuskit.trust.takedowns.datasets import DatasetPlace
from corpuskit.trust.takedowns.places import kind_of
from corpuskit.trust.takedowns.receipt import CLEAN, DAMAGED, FAILED, FOUND, REMOVED, PlaceEntry
from corpuskit.trust.takedowns.rewriting import Rewriting, sweep
from corpuskit.trust.takedowns.sought import Sought

if TYPE_CHECKING:
    from corpuskit.trust.takedowns.places import Place


class PlaceRun:
    """One place, and what has become of it so far."""

    def __init__(self, path: Path) -> None:
        """Begin. Raises UsageError for what is no place."""
        self.path = path
        self.kind = kind_of(path)
        self.place: Place | None = None
        self.error: CorpuskitError | None = None
        self._rewriting: Rewriting | None = None
        self.entry: PlaceEntry = {
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
            self.error = error
            self.entry["outcome"] = DAMAGED if isinstance(error, DamagedError) else FAILED
            self.entry["problem"] = str(error)

    def _open(self) -> None:
        self.place = self.kind(self.path)
        self.entry["before"] = self.entry["after"] = self.place.digest()

    def look(self, sought: Sought) -> None:
        """Find what the list names."""
        self.attempt(lambda: self._opened().look(sought))

    def find_copies(self, sought: Sought) -> None:
        """Find near copies."""
        self.attempt(lambda: self._opened().find_copies(sought))

    def sum_up(self, sought: Sought) -> None:
        """Note how much was found."""

        def count() -> None:
            reasons = self._opened().found(sought)
            self.entry["reasons"] = dict(sorted(reasons.items()))
            self.entry["documents"] = reasons.total()
            self.entry["outcome"] = FOUND if self._opened().is_affected(sought) else CLEAN

        self.attempt(count)

    def prepare(self, sought: Sought, options: dict[str, Any], tokenizer: Path | None) -> None:
        """See to it that what was found can be taken out. Raises UsageError if a tokenizer is missing."""
        place: Any = self.place
        if self.entry["outcome"] == FOUND and isinstance(place, DatasetPlace):
            self._rewriting = Rewriting(place, sought, options, tokenizer)

    def clear(self) -> list[str]:
        """Take out what was found; return remarks."""
        remarks: list[str] = []

        def remove() -> None:
            place: Any = self._opened()
            if self._rewriting is not None:
                remarks.extend(self._rewriting.publish())
            elif self.entry["outcome"] == FOUND:
                place.remove()
            if isinstance(place, DatasetPlace) and (self.path / STAGING).exists():
                sweep(self.path)
            if self.entry["outcome"] == FOUND:
                self.entry["outcome"] = REMOVED
            self.entry["after"] = place.digest()

        self.attempt(remove)
        return remarks

    def _opened(self) -> "Place":
        assert self.place is not None
        return self.place


def search(runs: Sequence[PlaceRun], sought: Sought) -> None:
    """Find all that is to be taken out of these places."""
    for run in runs:
        run.look(sought)
    for run in runs:
        run.find_copies(sought)
    sought.follow_lineage()
    for run in runs:
        run.sum_up(sought)
