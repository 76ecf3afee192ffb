"""What a receipt says that cannot be so: by itself, and by what places have on record of a takedown.

A receipt is not signed: whoever changes one can make its digest fit. What nothing else shows cannot be checked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.wording import quantity
from corpuskit.text.takedown.entries import Entry
from corpuskit.text.takedown.on_record import digests_in, digests_on_record
from corpuskit.trust.takedowns.dataset_store import DatasetStore
from corpuskit.trust.takedowns.reached import SHARDS, STEPS
from corpuskit.trust.takedowns.receipt import CLEAN, DAMAGED, FAILED, LEFT_THERE, REMOVED, Receipt, StoreEntry
from corpuskit.trust.takedowns.receipt_form import problems_of_form
from corpuskit.trust.takedowns.search_index_store import SearchIndexStore
from corpuskit.trust.takedowns.store import Store

COUNTS_ON_RECORD = ("chunks", "vectors", "unerased")
"""What the step has on record beside its drops, as the receipt has it."""


def contradictions(receipt: Receipt, entries: Sequence[Entry]) -> Iterator[str]:
    """Yield what a receipt says that contradicts itself, or its list."""
    for store in receipt["places"]:
        problems = [*problems_of_form(store), *_problems_of_store(store, receipt["applied"])]
        yield from (f"says of {store['name']} {problem}" for problem in problems)
    for (name, *_), times in Counter(map(identity, receipt["places"])).items():
        if times > 1:
            yield f"lists {name} {times} times"
    yield from _problems_of_unnamed(receipt, entries)
    yield from _problems_of_reached(receipt)


def identity(store: StoreEntry) -> tuple[str, str, str | None]:
    """Return what no two places of a receipt have in common: name, kind and digest."""
    return store["name"], store["kind"], store["before"]


def _problems_of_reached(receipt: Receipt) -> Iterator[str]:
    """Yield what is said of places that were made from others, and cannot be so."""
    for made, times in Counter((made["name"], made["from"], made.get("by")) for made in receipt["reached"]).items():
        name, before, by = made
        origins = [store for store in receipt["places"] if store["before"] == before and store["documents"]]
        targets = [store for store in receipt["places"] if store["name"] == name]
        if not origins or not targets:
            yield f"says that {name} was made from {before}, in which it lists no documents"
        elif not any(origin is not target for origin in origins for target in targets):
            yield f"says that {name} was made from itself"
        elif not _is_of(origins, DatasetStore) or not _is_of(targets, DatasetStore, SearchIndexStore):
            yield f"says that {name} was made from {before}, and that is known of datasets alone"
        # Receipts of earlier versions do not say by what.
        if by not in (None, SHARDS, STEPS):
            yield f"says that {name} was made from {before} by {by}; that is known by {SHARDS} or {STEPS}"
        if times > 1:
            yield f"says {times} times that {name} was made from {before}"


def _is_of(stores: Iterable[StoreEntry], *kinds: type[Store]) -> bool:
    """Whether one of these places is of one of these kinds."""
    return any(store["kind"] == kind.kind for store in stores for kind in kinds)


def _problems_of_unnamed(receipt: Receipt, entries: Sequence[Entry]) -> Iterator[str]:
    """Yield what is said of entries that named nothing, and cannot be so."""
    of_list = digests_in(receipt["list"])
    not_found, unknown = receipt["not_found"], receipt.get("unknown", [])
    learned_by = {entry.of for entry in entries}
    learned = {entry.digest() for entry in entries if entry.of is not None}
    for digest, times in Counter([*not_found, *unknown]).items():
        if digest not in of_list:
            yield f"says of {digest} that it was not found, and has no such entry"
        elif digest in learned:
            yield f"says of {digest} that it was not found, and the list has learned it from what was"
        elif digest in learned_by:
            yield f"says of {digest} that it was not found, and the list has learned something by it"
        if times > 1:
            yield f"says {times} times of {digest} that it was not found"
    is_searched = not any(store["outcome"] in (DAMAGED, FAILED) for store in receipt["places"])
    all_unasked = sum(count for store in receipt["places"] for count in store.get("unasked", {}).values())
    if is_searched and len(unknown) > all_unasked:
        entry = quantity(len(unknown), "entry")
        yield (
            f"says of {entry} that a place which was not searched or cannot be asked may know them, and that all "
            "places were searched and asked for more"
        )
    # What names chunks alone, of which a place says that texts are unlearned, names nothing in an index of `dedup`.
    are_parts_named = any("unlearned_texts" in store and "unasked" not in store for store in receipt["places"])
    unnamed = len(of_list - learned) if are_parts_named else len(not_found) + len(unknown)
    for store in receipt["places"]:
        if (unasked := sum(store.get("unasked", {}).values())) > unnamed:
            number = quantity(unasked, "entry")
            fewer = "the list has fewer" if are_parts_named else "calls fewer not found"
            yield f"says that {store['name']} cannot be asked for {number}, and {fewer}"
    if unknown and not_found and not (is_searched and all_unasked):
        yield "says of some entries that they were not found, and of others that this is unknown, which no run does"


def _problems_of_store(store: StoreEntry, is_applied: bool) -> Iterator[str]:
    total, outcome = sum(store["reasons"].values()), store["outcome"]
    if store["documents"] < 0:
        yield f"that {store['documents']:,} documents were there"
    if total != store["documents"]:
        yield f"{quantity(store['documents'], 'document')}, and reasons for {total:,}"
    for key, number in ((key, store[key]) for key in ("chunks", "vectors") if key in store):
        if not 0 <= number <= store["documents"]:
            yield f"{number} {key} of {quantity(store['documents'], 'document')}"
    if outcome == CLEAN and (store["documents"] or store.get("unerased") or store.get("decisions")):
        yield "that it was clean, and what was in it"
    if outcome in (CLEAN, LEFT_THERE) and store["before"] != store["after"]:
        yield f"that it was left as it was, and another digest after the run (outcome {outcome})"
    if outcome == REMOVED and store["before"] == store["after"]:
        yield "that something was removed, and the same digest after the run"
    if (outcome == REMOVED and not is_applied) or (outcome == LEFT_THERE and is_applied):
        yield f"{outcome}, and of the run that it {'removed' if is_applied else 'did not remove'} what it found"


class RecordedTakedown:
    """What a place has on record of the takedown that a receipt is of."""

    def __init__(self, receipt: Receipt, promised: StoreEntry, steps: Sequence[StepEntry], digest: str | None) -> None:
        """`digest` is that of what is in place now."""
        self._receipt, self._promised, self._steps, self._digest = receipt, promised, steps, digest
        self._of_takedown = [step for step in steps if step["name"] == "takedown"]
        self._same = [step for step in self._of_takedown if step["options"].get("before") == promised["before"]]

    @property
    def is_checked(self) -> bool:
        """Whether the record, or the digest of what is in place, vouches for the receipt."""
        return bool(self._same) or self._promised["after"] == self._digest

    def problems(self) -> Iterator[str]:
        """Yield what the receipt says otherwise than the record."""
        if self._promised["outcome"] == CLEAN:
            yield from self._problems_of_clean()
        elif self._promised["outcome"] == REMOVED and not self._is_erasure_alone():
            yield from self._problems_of_removal()

    def _is_erasure_alone(self) -> bool:
        """Whether only what was left of documents removed before was erased: of that no step is on record."""
        return "unerased" in self._promised and not self._promised["documents"] and not self._same

    def _problems_of_clean(self) -> Iterator[str]:
        list_digest = self._receipt["list"]["digest"]
        for step in self._same:
            if step["options"]["list"]["digest"] == list_digest and (dropped := _dropped(step)):
                yield f"lost {quantity(dropped, 'document')} by this list, says its record, but the receipt says 0"

    def _problems_of_removal(self) -> Iterator[str]:
        promised = self._promised
        if digests_in(self._receipt["list"]) - digests_on_record(self._steps):
            yield "has no step `takedown` with the list of the receipt on record"
            return
        last = self._of_takedown[-1:] if self._steps[-1:] == self._of_takedown[-1:] else []
        if promised["after"] == self._digest and last and not self._same and "before" in last[0]["options"]:
            before = last[0]["options"]["before"]
            yield f"was {before} before, says its record, but the receipt says {promised['before']}"
        if last and last == self._same[-1:] and promised["after"] != self._digest:
            yield f"is {self._digest} after that takedown, but the receipt says {promised['after']}"
        # A takedown of an earlier version has no digest on record: what is in place is then of the last one.
        for step in self._same[-1:] or (last if promised["after"] == self._digest else []):
            yield from _differences(promised, step)


def _differences(promised: StoreEntry, step: StepEntry) -> Iterator[str]:
    dropped = _dropped(step)
    if step.get("dropped", {}) != promised["reasons"] or dropped != promised["documents"]:
        reasons = _counts(step.get("dropped", {}).items())
        yield (
            f"lost {quantity(dropped, 'document')} ({reasons}), says its record, "
            f"but the receipt says {promised['documents']:,} ({_counts(promised['reasons'].items())})"
        )
    # A step of an earlier version, and one of another place, has none of these on record.
    for key in COUNTS_ON_RECORD if "chunks" in step["options"] else ():
        recorded = step["options"].get(key)
        if recorded != promised.get(key):
            yield f"has {recorded or 0} {key} on record, but the receipt says {promised.get(key)}"


def _dropped(step: StepEntry) -> int:
    return sum(step.get("dropped", {}).values())


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{reason} {number:,}" for reason, number in sorted(counts)) or "none"
