"""What was taken out of an index stays out of its next version."""

from corpuskit.core.errors import RefusedError
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.text.takedown.on_record import digests_on_record

__all__ = ["demand_whole_takedown"]


def demand_whole_takedown(name: str, steps_before: list[StepEntry], steps: list[StepEntry]) -> None:
    """Raise RefusedError unless every part of a stream passed all entries that the index was cleared of.

    `steps` end with that of the index. A part of which nothing is known has passed none.
    """
    demanded = digests_on_record(steps_before)
    if demanded and (missing := len(demanded - _passed_by_all(steps))):
        entries = "an entry" if missing == 1 else f"{missing:,} entries"
        raise RefusedError(
            f"{name} was cleared of {entries} of a takedown list that the stream is not known to have passed; put "
            "`corpuskit filter-takedown --list FILE` before `index`, take a dataset that was cleared as well, or name "
            "another file"
        )


def _passed_by_all(steps: list[StepEntry]) -> set[str]:
    """Return the digests of the entries that all documents of the last step were compared with, on any way to it."""
    passed: dict[str, set[str]] = {}
    for step in steps:
        ways = [passed[parent] for parent in step["from"]]
        before = set.intersection(*ways) if ways else set()
        # Where a stream is not what its recorded steps sent, something else came in beside them.
        is_known = step["upstream"] in ("verified", "cut")
        passed[step["id"]] = (before if is_known else set()) | digests_on_record([step])
    return passed[steps[-1]["id"]] if steps else set()
