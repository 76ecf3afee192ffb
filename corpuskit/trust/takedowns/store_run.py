"""One run over all places: searched together, as each may teach about the others, then cleared one by one.

A place that is damaged or in use does not keep the others from being cleared.
"""

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

from corpuskit.core.errors import CorpuskitError, DamagedError, PublishError, UsageError
from corpuskit.core.wording import printable_name
from corpuskit.text.takedown.reasons import NEAR_COPY
from corpuskit.trust.takedowns.kinds import followed, kind_of
from corpuskit.trust.takedowns.receipt import CLEAN, DAMAGED, FAILED, LEFT_THERE, REMOVED, StoreEntry
from corpuskit.trust.takedowns.sought import Sought
from corpuskit.trust.takedowns.store import CopyTally, Removal, Store, StoreRecord, StoreTally, UnsearchableError


class StoreRun:
    """One place, and what has become of it so far."""

    def __init__(self, path: Path) -> None:
        """Begin. Raises UsageError for what is no place."""
        self.kind = kind_of(path)
        self.path = followed(path)
        self.error: CorpuskitError | None = None
        self.is_searched = False
        self.unlearned_texts: frozenset[Hashable] = frozenset()
        self.unasked_digests: set[str] = set()
        """Of the entries that the place cannot be asked for."""
        self._store: Store | None = None
        self._tally = StoreTally(Counter(), False, {})
        self._removal: Removal | None = None
        self.entry: StoreEntry = {
            "name": real_name(path),
            "kind": self.kind.kind,
            "outcome": CLEAN,
            "before": None,
            "after": None,
            "documents": 0,
            "reasons": {},
        }
        self._attempt(self._open)

    def look(self, sought: Sought) -> None:
        """Find what the list names."""
        self._attempt(lambda: self._opened_store().look(sought))

    def find_copies(self, sought: Sought) -> None:
        """Find near copies."""
        self._attempt(lambda: self._opened_store().find_copies(sought))

    def sum_up(self, sought: Sought) -> None:
        """Note how much was found."""
        self._attempt(lambda: self._note_tally(self._opened_store().tally(sought)))

    def note_limits(self, sought: Sought) -> None:
        """Note what the place could not teach, and what it cannot be asked; all have been searched now."""

        def note() -> None:
            if texts := self._opened_store().unlearned_texts(sought):
                self.unlearned_texts = frozenset(texts)
                self.entry["unlearned_texts"] = len(texts)
            if chunks := self._opened_store().chunks_alone(sought):
                self.entry["chunks_alone"] = chunks
            if unasked := self._opened_store().unasked(sought):
                self.unasked_digests = set(unasked)
                self.entry["unasked"] = dict(sorted(Counter(unasked.values()).items()))

        self._attempt(note)

    def prepare(self, sought: Sought, options: dict[str, Any], tokenizer: Path | None) -> None:
        """See to it that what was found can be taken out. Raises UsageError if a tokenizer is missing.

        The digest of what was there, and what else is counted, go on record beside the options, so that a receipt can
        be compared with them.
        """

        def prepare() -> None:
            if self.entry["outcome"] == LEFT_THERE:
                on_record = {**options, "before": self.entry["before"], **self._tally.more}
                self._removal = self._opened_store().removal(sought, on_record, tokenizer)

        self._attempt(prepare)

    def removal_demand(self, sought: Sought, tokenizer: Path | None) -> str:
        """Return what it takes to remove what was found, such as a tokenizer; empty if nothing is missing.

        Raises UsageError for a tokenizer that is not the right one.
        """
        if self.error is not None or self.entry["outcome"] != LEFT_THERE:
            return ""
        try:
            self._opened_store().removal(sought, {}, tokenizer)
        except UsageError as error:
            if tokenizer is not None:
                raise
            return str(error)
        except DamagedError as error:
            self._note(error)
        return ""

    def clear(self) -> list[str]:
        """Take out what was found; return remarks."""
        remarks: list[str] = []

        def remove() -> None:
            if self._removal is not None:
                remarks.extend(self._removal())
            self._opened_store().sweep()
            if self._removal is not None:
                self.entry["outcome"] = REMOVED
            self.entry["after"] = self._opened_store().digest()

        self._attempt(remove)
        return remarks

    def copies(self) -> CopyTally:
        """Return the near copies that were found."""
        examples = () if self._store is None else tuple(self._store.copy_examples)
        return CopyTally(self._tally.reasons[NEAR_COPY], self._tally.made_from_copies, examples)

    def record(self) -> StoreRecord | None:
        """Return what the place has on record, if it was opened."""
        return None if self._store is None else self._store.record()

    def problems(self) -> Iterator[str]:
        """Yield what is wrong with a place that was cleared, after it was searched again."""
        if self.error is not None:
            yield f"cannot be searched: {self.entry['problem']}"
        else:
            yield from self._opened_store().problems(self._tally)

    def _attempt(self, work: Callable[[], None]) -> None:
        """Do a part of the work, unless an earlier part failed; a failure is noted."""
        if self.error is not None:
            return
        try:
            work()
        except (DamagedError, PublishError, UnsearchableError) as error:
            self._note(error)
        except OSError as error:
            # What cannot be written is a PublishError by now.
            path = Path(os.fsdecode(error.filename or self.path))
            what = repr(str(path)) if path == self.path else f"{path.name!r} of {str(self.path)!r}"
            reason = (error.strerror or "I/O error").lower()
            self._note(PublishError(f"cannot read {what}: {reason}; see to it, and run it again"))

    def _note(self, error: DamagedError | PublishError | UnsearchableError) -> None:
        self.error = error if self._names_store(error) else type(error)(f"{printable_name(str(self.path))}: {error}")
        self.entry["outcome"] = DAMAGED if isinstance(error, DamagedError) else FAILED
        self.entry["problem"] = str(error).removeprefix(f"{self.entry['name']}: ")

    def _names_store(self, error: CorpuskitError) -> bool:
        """Whether a message says in which of several places something is wrong."""
        name, path, message = self.entry["name"], printable_name(str(self.path)), str(error)
        starts, quoted = (f"{name}: ", f"{name} ", f"{path}: ", f"{path}/"), (repr(path), f"'{path}/")
        return message.startswith(starts) or any(part in message for part in quoted)

    def _open(self) -> None:
        self._store = self.kind(self.path)
        self.entry["before"] = self.entry["after"] = self._store.digest()

    def _note_tally(self, tally: StoreTally) -> None:
        self.is_searched = True
        self._tally = tally
        self.entry["reasons"] = dict(sorted(tally.reasons.items()))
        self.entry["documents"] = tally.reasons.total()
        self.entry.update(tally.more)  # type: ignore[typeddict-item]
        if tally.undecided:
            self.entry["undecided"] = tally.undecided
        if tally.decisions:
            self.entry["decisions"] = tally.decisions
        self.entry["outcome"] = LEFT_THERE if tally.is_affected else CLEAN

    def _opened_store(self) -> Store:
        assert self._store is not None
        return self._store


def real_name(path: Path) -> str:
    """Return the last name of a place, which the receipt has: that of what a link leads to."""
    return printable_name(os.path.basename(os.path.realpath(path)))


def number_equal_copies(runs: Sequence[StoreRun]) -> None:
    """Add numbers to the names of equal copies of a place, so that a receipt names each once."""
    names = {run.entry["name"] for run in runs}
    identities: set[tuple[str, str, str | None]] = set()
    for run in runs:
        name, number = run.entry["name"], 1
        while (identity := (run.entry["name"], run.entry["kind"], run.entry["before"])) in identities:
            number += 1
            numbered = f"{name} ({number})"
            if numbered not in names:
                names.add(numbered)
                run.entry["name"] = numbered
        identities.add(identity)


def search(runs: Sequence[StoreRun], sought: Sought) -> None:
    """Find all that is to be taken out of these places."""
    for run in runs:
        run.look(sought)
    for run in runs:
        run.find_copies(sought)
    sought.follow_lineage()
    for run in runs:
        run.sum_up(sought)
    for run in runs:
        run.note_limits(sought)
