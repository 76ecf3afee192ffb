"""What was taken out of an index stays out of its next version."""

from corpuskit.core.errors import RefusedError
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.provenance.takedowns_on_record import missing_digests

__all__ = ["demand_stream_is_cleared"]


def demand_stream_is_cleared(name: str, steps_before: list[StepEntry], steps: list[StepEntry]) -> None:
    """Raise RefusedError unless every part of a stream passed all entries that the index was cleared of.

    `steps` end with that of the index. A part of which nothing is known has passed none.
    """
    if missing := len(missing_digests(steps_before, steps)):
        entries = "an entry" if missing == 1 else f"{missing:,} entries"
        raise RefusedError(
            f"{name} was cleared of {entries} of a takedown list that the stream is not known to have passed; put "
            "`corpuskit filter-takedown --list FILE` before `index`, take a dataset that was cleared as well, or name "
            "another file"
        )
