"""What was taken out of a dataset stays out of what takes its place."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.provenance.takedowns_on_record import digests_on_record
from corpuskit.core.registry import find_step
from corpuskit.core.wording import comma_list, quantity


class MissingEntries(NamedTuple):
    """Entries that what was there before was cleared of, and that what takes its place is not."""

    digests: set[str]
    makers: list[str]
    """Names of the steps that made other documents of those that had passed some of these entries."""

    def advice(self) -> str:
        """Return where the filter is to stand."""
        names = comma_list([f"`{name}`" for name in self.makers])
        last_of = "the last of " if len(self.makers) > 1 else ""
        again = f", and again behind {last_of}{names}" if names else ""
        return f"put `corpuskit filter-takedown --list FILE` with that list behind every input{again}"


class _Passed(NamedTuple):
    """The entries that all documents have been compared with, on any way to a step."""

    ever: set[str]
    """As they were when they passed."""
    as_sent: set[str]
    """As the step sends them: what a step behind the filter has made or changed has not passed."""


def missing_entries(before: Iterable[StepEntry], now: Iterable[StepEntry]) -> MissingEntries:
    """Return the entries that what was there before was cleared of, and what takes its place is not.

    What all documents had passed before, all must pass now, on every way to the last step: a filter in front of one
    source says nothing of another one, and one before `chunk` nothing of the chunks. What a part had passed must be on
    record again.
    """
    before, now = list(before), list(now)
    if not (on_record := digests_on_record(before)):
        return MissingEntries(set(), [])
    old, new, makers = _passed_by_all(before), _passed_by_all(now), _makers(now)
    unsent = old.as_sent - new.as_sent
    missing = unsent | (old.ever - new.ever) | (on_record - digests_on_record(now))
    return MissingEntries(missing, [name for name, passed in makers.items() if passed & unsent])


def _passed_by_all(steps: list[StepEntry]) -> _Passed:
    """Return the entries that all documents were compared with, on any way through these steps."""
    passed = _passed_by_step(steps)
    parents = {parent for step in steps for parent in step["from"]}
    return _common([digests for id_, digests in passed.items() if id_ not in parents])


def _passed_by_step(steps: list[StepEntry]) -> dict[str, _Passed]:
    """Return for each step, by its id, what the documents had passed that it sent."""
    passed: dict[str, _Passed] = {}
    for step in steps:
        # Where a stream is not what its recorded steps sent, something else came in beside them.
        is_known = step["upstream"] in ("verified", "cut")
        ever, as_received = _common([passed[parent] for parent in step["from"]] if is_known else [])
        own_digests = digests_on_record([step])
        passed[step["id"]] = _Passed(
            ever | own_digests, own_digests | (as_received if _keeps_documents(step) else set())
        )
    return passed


def _makers(steps: list[StepEntry]) -> dict[str, set[str]]:
    """Return the names of the steps that make or change documents, with the entries that these had passed before."""
    passed = _passed_by_step(steps)
    makers: dict[str, set[str]] = {}
    for step in steps:
        if step["from"] and not _keeps_documents(step):
            makers.setdefault(step["name"], set()).update(_common([passed[parent] for parent in step["from"]]).ever)
    return makers


def _common(ways: list[_Passed]) -> _Passed:
    if not ways:
        return _Passed(set(), set())
    return _Passed(set.intersection(*(way.ever for way in ways)), set.intersection(*(way.as_sent for way in ways)))


def _keeps_documents(entry: StepEntry) -> bool:
    """Whether a step is known to send what came in, with the same ids and texts."""
    try:
        return find_step(entry["name"]).keeps_documents_with(entry["options"])
    except UsageError:
        return False  # It is of a package that is not installed here.


def demand_still_cleared(before: Iterable[StepEntry], now: Iterable[StepEntry], target: Path) -> None:
    """Raise RefusedError if the dataset in `target` was cleared of more than the one that is to take its place."""
    missing = missing_entries(before, now)
    if missing.digests:
        entries = quantity(len(missing.digests), "entry")
        raise RefusedError(
            f"the dataset in {str(target)!r} was cleared of {entries} of a takedown list that these documents have not "
            f"all passed as they are now; {missing.advice()}, or choose another -o"
        )
