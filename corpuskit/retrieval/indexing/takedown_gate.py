"""What was taken out of an index stays out of its next version."""

from corpuskit.core.errors import RefusedError
from corpuskit.core.provenance.entries import StepEntry
from corpuskit.core.publish.takedown_gate import entries_in_words, missing_entries

__all__ = ["demand_stream_is_cleared"]


def demand_stream_is_cleared(name: str, steps_before: list[StepEntry], steps: list[StepEntry]) -> None:
    """Raise RefusedError unless every part of a stream passed all entries that the index was cleared of.

    `steps` end with that of the index. A part of which nothing is known has passed none.
    """
    missing = missing_entries(steps_before, steps)
    if missing.digests:
        entries = entries_in_words(len(missing.digests))
        raise RefusedError(
            f"{name} was cleared of {entries} of a takedown list that the stream is not known to have passed as it is "
            f"now; {missing.advice()}, take a dataset that was cleared as well, or name another file"
        )
