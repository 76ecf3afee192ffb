"""Which places were made from which others, by the steps and the inputs that they have on record."""

from collections.abc import Iterator, Sequence

from corpuskit.core.provenance.entries import StepEntry
from corpuskit.trust.takedowns.receipt import ReachedEntry
from corpuskit.trust.takedowns.store import StoreRecord
from corpuskit.trust.takedowns.store_run import StoreRun

SHARDS, STEPS = "shards", "steps"
COMPARED_KEYS = ("name", "options", "out")
"""What is the same of a step in the manifest of a dataset and in that of what was made from it."""


def reached(runs: Sequence[StoreRun]) -> list[ReachedEntry]:
    """Return which of these places were made from datasets, among them as well, in which documents were found."""
    records = [(run, record) for run in runs if (record := run.record()) is not None]
    rows = {
        (target.entry["name"], origin.entry["before"] or "", evidence)
        for origin, recorded in records
        if recorded.shards and origin.entry["documents"]
        for target, made_by in records
        if target is not origin and (evidence := _evidence(made_by, recorded))
    }
    return [{"name": name, "from": digest, "by": evidence} for name, digest, evidence in sorted(rows)]


def _evidence(record: StoreRecord, origin: StoreRecord) -> str:
    """Return by what it is seen that a place was made from a dataset; empty if by nothing.

    `shards` are proof: the place read them. `steps` are not: what the last steps of the dataset sent went through
    further steps, but may have come to these without the dataset, from what that was made from.
    """
    if any(entry["sha256"] in origin.shards for entry in record.inputs):
        return SHARDS
    passed = [entry for entry, is_last in _with_lasts(record.steps) if not is_last]
    heads = [entry for entry, is_last in _with_lasts(origin.steps) if is_last and "out" in entry]
    are_passed = bool(heads) and all(any(_are_same(head, entry) for entry in passed) for head in heads)
    return STEPS if are_passed else ""


def _with_lasts(steps: list[StepEntry]) -> Iterator[tuple[StepEntry, bool]]:
    """Yield the steps, each with whether no other took what it sent."""
    parents = {parent for entry in steps for parent in entry["from"]}
    yield from ((entry, entry["id"] not in parents) for entry in steps)


def _are_same(step: StepEntry, other: StepEntry) -> bool:
    return all(step.get(key) == other.get(key) for key in COMPARED_KEYS)
