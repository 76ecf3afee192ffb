"""What was taken out of a place stays out of what takes its place, and of what is added to it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.provenance.takedowns_on_record import digests_on_record
from corpuskit.core.registry import find_step
from corpuskit.core.step import CorpusStage, Source
from corpuskit.core.wording import comma_list, quantity


class MissingEntries(NamedTuple):
    """Entries that a place was cleared of, and that what comes into it was not."""

    digests: set[str]
    makers: list[str]
    """Names of the steps that make or change documents which no filter with all these entries follows."""
    readers: list[str]
    """Names of the steps that took in, before any such filter, what a program without a record wrote."""

    def advice(self) -> str:
        """Return where the filter is to stand."""
        positions = ["behind every input"]
        if self.readers:
            positions.append(f"behind the program whose output {comma_list(map(_quoted, self.readers))} reads")
        if self.makers:
            last_of = "the last of " if len(self.makers) > 1 else ""
            positions.append(f"and again behind {last_of}{comma_list(map(_quoted, self.makers))}")
        return f"put `corpuskit filter-takedown --list FILE` with that list {', '.join(positions)}"


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
    before = list(before)
    return _missing(_passed_by_all(before), digests_on_record(before), list(now))


def _missing(old: _Passed, on_record: set[str], now: list[StepEntry]) -> MissingEntries:
    if not on_record:
        return MissingEntries(set(), [], [])
    new = _passed_by_all(now)
    unsent = old.as_sent - new.as_sent
    missing = unsent | (old.ever - new.ever) | (on_record - digests_on_record(now))
    unfiltered = _unfiltered_after(now, missing)
    makers = [step["name"] for step in now if unfiltered[step["id"]] & unsent and _makes_documents(step)]
    readers = [
        step["name"]
        for step in now
        if unfiltered[step["id"]] - digests_on_record([step]) and not step["from"] and step["upstream"] == "unverified"
    ]
    return MissingEntries(missing, list(dict.fromkeys(makers)), list(dict.fromkeys(readers)))


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


def _unfiltered_after(steps: list[StepEntry], digests: set[str]) -> dict[str, set[str]]:
    """Return for each step, by its id, those of the entries that no filter has on some way from there to the end."""
    unfiltered: dict[str, set[str]] = {step["id"]: set() for step in steps}
    parents = {parent for step in steps for parent in step["from"]}
    for step in reversed(steps):
        if step["id"] not in parents:
            unfiltered[step["id"]] = set(digests)
        for parent in step["from"]:
            unfiltered[parent] |= unfiltered[step["id"]] - digests_on_record([step])
    return unfiltered


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


def _makes_documents(entry: StepEntry) -> bool:
    """Whether a step may send other ids or texts than came in; a source that begins the stream is an input."""
    try:
        begins = not entry["from"] and issubclass(find_step(entry["name"]), Source)
    except UsageError:
        begins = False
    return not begins and not _keeps_documents(entry)


def demand_still_cleared(before: Iterable[StepEntry], now: Iterable[StepEntry], target: Path) -> None:
    """Raise RefusedError if the dataset in `target` was cleared of more than the one that is to take its place."""
    _demand_none(missing_entries(before, now), f"the dataset in {str(target)!r}", "choose another -o")


def demand_additions_are_cleared(stage: CorpusStage, steps: Sequence[StepEntry]) -> None:
    """Raise RefusedError if a stage adds documents to a place that was cleared of entries which these did not pass.

    `steps` lead to the stage, once or more, and maybe on from there.
    """
    clearance = stage.clearance()
    if clearance is None:
        return
    options = stage.options()
    cleared = _Passed(clearance.digests, clearance.digests)
    for entry in steps:
        if entry["name"] == stage.name() and entry["options"] == options:
            missing = _missing(cleared, clearance.digests, _steps_to(entry, steps))
            _demand_none(missing, clearance.target, clearance.way_out)


def _steps_to(last: StepEntry, steps: Sequence[StepEntry]) -> list[StepEntry]:
    """Return a step and those before it, on whose output it depends."""
    leading_ids = {last["id"]}
    for step in reversed(steps):
        if step["id"] in leading_ids:
            leading_ids.update(step["from"])
    return [step for step in steps if step["id"] in leading_ids]


def _demand_none(missing: MissingEntries, target: str, way_out: str) -> None:
    if missing.digests:
        entries = entries_in_words(len(missing.digests))
        raise RefusedError(
            f"{target} was cleared of {entries} of a takedown list that these documents have not all passed as they "
            f"are now; {missing.advice()}, or {way_out}"
        )


def entries_in_words(number: int) -> str:
    """Return how many entries of a list that are, of which its keeper wrote fewer.

    >>> entries_in_words(1), entries_in_words(10)
    ('1 entry', '10 entries (written or learned)')
    """
    return quantity(number, "entry") + (" (written or learned)" if number > 1 else "")


def _quoted(name: str) -> str:
    return f"`{name}`"
