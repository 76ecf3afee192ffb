"""What a run says about a step besides its account: heavy drops, fields that are nowhere, ids that were numbers."""

from collections.abc import Iterable, Iterator

from corpuskit.core.counts import StepCount
from corpuskit.core.reserved import KNOWN_FIELDS
from corpuskit.core.step import CorpusStage, Stage, Step
from corpuskit.core.wording import did_you_mean, excerpt, quantity

LANGUAGE_SHARE, SOURCE_SHARE = 0.9, 0.25
"""Of a language or a source, the share of documents that one reason may drop before a run warns of it."""
FEW_DOCUMENTS = 20
"""Groups of fewer documents tell nothing."""
MAX_HEAVY_DROPS = 5


def absent_fields_notice(fields: Iterable[str]) -> str:
    """Return what a run says about fields that no document had."""
    named = [f"`{excerpt(field)}`{'' if field in KNOWN_FIELDS else _meant_field(field)}" for field in sorted(fields)]
    return f"no document has the field{'s' if len(named) > 1 else ''} {', '.join(named)}"


def _meant_field(field: str) -> str:
    """Return a hint at the field that was meant, which may be one of the metadata.

    >>> _meant_field("source"), _meant_field("txt")
    (' (did you mean `metadata.source`?)', ' (did you mean `text`?)')
    """
    of_metadata = f"metadata.{field}"
    return f" (did you mean `{of_metadata}`?)" if of_metadata in KNOWN_FIELDS else did_you_mean(field, KNOWN_FIELDS)


def notices_on(step: Step, count: StepCount) -> list[str]:
    """Return what a run says about a step besides its account: ids that it read as strings, and heavy drops."""
    notices = []
    if count.number_ids:
        notices.append(f"{quantity(count.number_ids, 'id')} given as a number, taken as a string")
    heavy = sorted(_heavy_drops(count), reverse=True)
    for share, group, reason, dropped, total in heavy[:MAX_HEAVY_DROPS]:
        hint = step.drops_hint(reason) if isinstance(step, Stage) else ""
        account = f"{reason} dropped {dropped:,} of {total:,} documents of {group} ({share:.0%})"
        notices.append(f"{account}; {hint}" if hint else account)
    if len(heavy) > MAX_HEAVY_DROPS:
        notices.append(f"{len(heavy) - MAX_HEAVY_DROPS} more reasons dropped much of a group")
    acts_on = step.acts_on if isinstance(step, CorpusStage) else ""
    if acts_on and count.received.documents and not (count.made or count.dropped or count.rejected):
        notices.append(f"among {quantity(count.received.documents, 'document')} there are no {acts_on}")
    return notices


def _heavy_drops(count: StepCount) -> Iterator[tuple[float, str, str, int, int]]:
    """Yield share, group, reason, drops and documents where one reason dropped more of a group than is likely meant."""
    for group, reasons in count.groups.items():
        total = reasons[""]
        limit = LANGUAGE_SHARE if group.startswith("language ") else SOURCE_SHARE
        for reason, dropped in reasons.items():
            if reason and total >= FEW_DOCUMENTS and dropped > limit * total:
                yield dropped / total, group, reason, dropped, total
