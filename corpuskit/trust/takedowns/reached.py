"""Which places were made from which others, by the steps and the inputs that they have on record."""

from collections.abc import Iterator, Sequence

from corpuskit.core.provenance.entries import StepEntry
from corpuskit.trust.takedowns.receipt import ReachedEntry
from corpuskit.trust.takedowns.store import StoreRecord
from corpuskit.trust.takedowns.store_run import StoreRun

COMPARED_KEYS = ("name", "options", "out")
"""What is the same of a step in the manifest of a dataset and in that of what was made from it."""


def reached(runs: Sequence[StoreRun]) -> list[ReachedEntry]:
    """Return which of these places were made from datasets, among them as well, in which documents were found."""
    records = [(run, record) for run in runs if (record := run.record()) is not None]
    pairs = {
        (target.entry["name"], origin.entry["before"] or "")
        for origin, recorded in records
        if recorded.shards and origin.entry["documents"]
        for target, made_by in records
        if target is not origin and _is_made_from(made_by, recorded)
    }
    return [{"name": name, "from": digest} for name, digest in sorted(pairs)]


def _is_made_from(record: StoreRecord, origin: StoreRecord) -> bool:
    """Whether a place read shards of a dataset, or what the last steps of a dataset sent went through further steps."""
    if any(entry["sha256"] in origin.shards for entry in record.inputs):
        return True
    passed = [entry for entry, is_last in _with_lasts(record.steps) if not is_last]
    heads = [entry for entry, is_last in _with_lasts(origin.steps) if is_last and "out" in entry]
    return bool(heads) and all(any(_are_same(head, entry) for entry in passed) for head in heads)


def _with_lasts(steps: list[StepEntry]) -> Iterator[tuple[StepEntry, bool]]:
    """Yield the steps, each with whether no other took what it sent."""
    parents = {parent for entry in steps for parent in entry["from"]}
    yield from ((entry, entry["id"] not in parents) for entry in steps)


def _are_same(step: StepEntry, other: StepEntry) -> bool:
    return all(step.get(key) == other.get(key) for key in COMPARED_KEYS)
