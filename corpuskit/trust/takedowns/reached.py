"""Which places were made from which others, by the steps and the inputs that they have on record."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from corpuskit.core.provenance.entries import StepEntry
from corpuskit.trust.takedowns.datasets import DatasetStore
from corpuskit.trust.takedowns.receipt import ReachedEntry
from corpuskit.trust.takedowns.search_indexes import SearchIndexStore

if TYPE_CHECKING:
    from corpuskit.trust.takedowns.run import StoreRun

COMPARED_KEYS = ("name", "options", "out")
"""What is the same of a step in the manifest of a dataset and in that of what was made from it."""


def reached(runs: "Sequence[StoreRun]") -> list[ReachedEntry]:
    """Return which of these places were made from datasets, among them as well, in which documents were found."""
    pairs = [
        (target.entry["name"], origin.entry["before"] or "")
        for origin in runs
        if isinstance(origin.store, DatasetStore) and origin.entry["documents"]
        for target in runs
        if target is not origin and _is_made_from(target.store, origin.store)
    ]
    return [{"name": name, "from": digest} for name, digest in sorted(set(pairs))]


def _is_made_from(store: Any, origin: DatasetStore) -> bool:
    """Whether a place read shards of a dataset, or what the last steps of a dataset sent went through further steps."""
    if not isinstance(store, (DatasetStore, SearchIndexStore)):
        return False
    shards = {entry["sha256"] for entry in origin.dataset.manifest["shards"]}
    if any(entry["sha256"] in shards for entry in store.inputs()):
        return True
    passed = [entry for entry, is_last in _with_lasts(store.steps()) if not is_last]
    heads = [entry for entry, is_last in _with_lasts(origin.steps()) if is_last and "out" in entry]
    return bool(heads) and all(any(_are_same(head, entry) for entry in passed) for head in heads)


def _with_lasts(steps: list[StepEntry]) -> Iterator[tuple[StepEntry, bool]]:
    """Yield the steps, each with whether no other took what it sent."""
    parents = {parent for entry in steps for parent in entry["from"]}
    yield from ((entry, entry["id"] not in parents) for entry in steps)


def _are_same(step: StepEntry, other: StepEntry) -> bool:
    return all(step.get(key) == other.get(key) for key in COMPARED_KEYS)
