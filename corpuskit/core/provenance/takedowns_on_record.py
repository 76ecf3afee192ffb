"""What manifests say of takedown lists: by which entries documents were taken out."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from corpuskit.core.provenance.entries import StepEntry

STEPS = ("filter-takedown", "takedown")
"""The steps that take documents out by a list."""
DIGEST_LETTERS = 16
"""Hexadecimal digits of an entry's digest: two of a billion entries share one with a chance of 3 %."""


class Clearance(NamedTuple):
    """What was taken out of that to which a run adds documents."""

    target: str
    """How messages name it."""
    digests: set[str]
    """Of the entries of takedown lists."""
    way_out: str
    """What else can be done than to pass the entries."""


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
