"""What a kind of place has to do, so that documents are taken out of it. All else goes through the methods here."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from corpuskit.core.errors import UsageError
from corpuskit.core.provenance.entries import InputEntry, StepEntry
from corpuskit.core.wording import quantity
from corpuskit.trust.takedowns.receipt import LEFT_THERE, StoreEntry
from corpuskit.trust.takedowns.sought import Sought

Removal = Callable[[], list[str]]
"""Takes out what was found, whole or not at all, and returns remarks. Raises PublishError and DamagedError."""


class UnsearchableError(UsageError):
    """A place is whole, but its documents cannot be read: there is nothing to look for them in."""


class StoreTally(NamedTuple):
    """What is to be taken out of one place, counted."""

    reasons: Counter[str]
    """How many documents, by the reason why."""
    is_affected: bool
    """Whether anything is to be changed, be it no document."""
    more: Mapping[str, int]
    """What else the receipt counts, by its keys."""
    undecided: int = 0
    """How many documents stay of which nobody can say whether the list names them."""
    made_from_copies: int = 0
    """How many documents go because they were made from near copies."""
    decisions: int = 0
    """How many decisions name documents that the list takes out: these get hashes in place of the ids."""


class CopyTally(NamedTuple):
    """The near copies in one place, which the list does not name, for those who are to decide whether they go."""

    documents: int = 0
    made_from_them: int = 0
    examples: Sequence[str] = ()
    """Ids of some of them."""

    @property
    def is_any(self) -> bool:
        """Whether anything goes as a near copy, or because it was made from one."""
        return bool(self.documents or self.made_from_them)


class StoreRecord(NamedTuple):
    """What a place has on record of how it was made."""

    steps: list[StepEntry]
    inputs: list[InputEntry]
    shards: Set[str] = frozenset()
    """The sha256 of its own shards; other places may have read them."""


class Store(ABC):
    """One place: `look` comes first, then `find_copies`, `tally` and, if anything is to be removed, `removal`.

    Each method raises DamagedError, UnsearchableError, PublishError if the place is in use, and OSError if it may not
    be read.
    """

    kind: ClassVar[str]
    """What the receipt calls it."""
    title: ClassVar[str]
    """What messages call it."""
    always_counted: ClassVar[tuple[str, ...]] = ()
    """What a receipt counts of each of them beside its documents, if it was searched."""
    may_count: ClassVar[tuple[str, ...]] = ("undecided", "unlearned_texts")
    """What it counts if there is any."""
    needs_others: ClassVar[bool] = False
    """Whether documents in other places tell what is to go from it: it is cleared before these are gone."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises DamagedError."""
        self.path = path
        self.copy_examples: list[str] = []
        """Ids of some near copies."""

    @classmethod
    @abstractmethod
    def recognises(cls, path: Path) -> bool:
        """Whether there is such a place, sound or not."""

    @classmethod
    def is_gone(cls, path: Path) -> bool:
        """Whether nothing is left that could be searched again, as removal leaves it."""
        del path
        return False

    @abstractmethod
    def digest(self) -> str:
        """Return a digest of what is there now."""

    def look(self, sought: Sought) -> None:  # noqa: B027 - not every kind can be searched
        """Find what the list names, and tell `sought` of ids, texts and parents."""

    def find_copies(self, sought: Sought) -> None:  # noqa: B027
        """Find near copies of the texts that any place has taught."""

    @abstractmethod
    def tally(self, sought: Sought) -> StoreTally:
        """Return what is to be taken out, with what was made from others; all places have been searched now."""

    @abstractmethod
    def removal(self, sought: Sought, options: dict[str, Any], tokenizer: Path | None) -> Removal:
        """Return what takes out what was found; `options` are what the step's are on record.

        Raises UsageError if that cannot be done: without the tokenizer, for instance.
        """

    def unlearned_texts(self, sought: Sought) -> Set[Hashable]:
        """Return what tells the texts apart that go, and of which no place keeps what the list learns."""
        del sought
        return set()

    def chunks_alone(self, sought: Sought) -> int:
        """Return how many chunks stay that were cut out of documents which no place has, if texts are looked for."""
        del sought
        return 0

    def unasked(self, sought: Sought) -> dict[str, str]:
        """Return the digests of entries that the place cannot be asked for, and by what they name something."""
        del sought
        return {}

    def sweep(self) -> None:  # noqa: B027
        """Remove what killed and failed runs have left. Raises PublishError if the place is in use."""

    def record(self) -> StoreRecord | None:
        """Return what was on record when the place was opened; None if it keeps no record."""
        return None

    def problems(self, tally: StoreTally) -> Iterator[str]:
        """Yield what is wrong with a place that was cleared, if this is found there again."""
        if documents := tally.reasons.total():
            reasons = ", ".join(f"{reason} {number:,}" for reason, number in sorted(tally.reasons.items()))
            yield f"holds {quantity(documents, 'document')} that the list takes out ({reasons})"

    @classmethod
    def changes_without(cls, entry: StoreEntry) -> bool:
        """Whether something may be changed there though no document is to be taken out."""
        del entry
        return True

    @classmethod
    def amount(cls, entry: StoreEntry) -> str:
        """Return in words how much was found or removed."""
        return quantity(entry["documents"], "document")


class ClearedWhole(Store):
    """A place that is not searched: any of its files may hold any text, so all of them go."""

    may_count: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def amount(cls, entry: StoreEntry) -> str:
        """Return that it may hold texts, or that all is gone."""
        return "may hold texts" if entry["outcome"] == LEFT_THERE else "all"
