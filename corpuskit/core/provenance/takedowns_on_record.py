"""What manifests say of takedown lists: by which entries documents were taken out, and that it stays so."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corpuskit.core.errors import RefusedError
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.wording import quantity

STEPS = ("filter-takedown", "takedown")
"""The steps that take documents out by a list."""
DIGEST_LETTERS = 16
"""Hexadecimal digits of an entry's digest: two of a billion entries share one with a chance of 3 %."""


def digests_on_record(steps: Iterable[StepEntry]) -> set[str]:
    """Return the digests of all entries of the lists by which these steps took documents out."""
    digests: set[str] = set()
    for step in steps:
        if step["name"] in STEPS:
            digests |= digests_in(step["options"].get("list"))
    return digests


def digests_in(recorded: Any) -> set[str]:
    """Return the digests in what a step has put on record of its list; none from anything else."""
    entries = recorded.get("entries") if isinstance(recorded, Mapping) else None
    words = entries.split() if isinstance(entries, str) else []
    return {word for word in words if len(word) == DIGEST_LETTERS}


def missing_digests(before: Iterable[StepEntry], now: Iterable[StepEntry]) -> set[str]:
    """Return the digests of the entries that what was there before was cleared of, and what takes its place is not.

    What all documents had passed before, all must pass now, on every way to the last step: a filter in front of one
    source says nothing of another one. What a part had passed must be on record again.
    """
    before, now = list(before), list(now)
    return (_passed_by_all(before) - _passed_by_all(now)) | (digests_on_record(before) - digests_on_record(now))


def _passed_by_all(steps: list[StepEntry]) -> set[str]:
    """Return the digests of the entries that all documents were compared with, on any way through these steps."""
    passed: dict[str, set[str]] = {}
    for step in steps:
        ways = [passed[parent] for parent in step["from"]]
        before = set.intersection(*ways) if ways else set()
        # Where a stream is not what its recorded steps sent, something else came in beside them.
        is_known = step["upstream"] in ("verified", "cut")
        passed[step["id"]] = (before if is_known else set()) | digests_on_record([step])
    parents = {parent for step in steps for parent in step["from"]}
    lasts = [digests for id_, digests in passed.items() if id_ not in parents]
    return set.intersection(*lasts) if lasts else set()


def demand_still_cleared(before: Iterable[StepEntry], now: Iterable[StepEntry], target: Path) -> None:
    """Raise RefusedError if the dataset in `target` was cleared of more than the one that is to take its place."""
    if missing := len(missing_digests(before, now)):
        entries = quantity(missing, "entry")
        raise RefusedError(
            f"the dataset in {str(target)!r} was cleared of {entries} of a takedown list that these documents have not "
            "all passed; pass every input through filter-takedown with that list, or choose another -o"
        )
