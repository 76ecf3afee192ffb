"""Whether what a chain says adds up: its steps, and the verdicts on what they left out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from corpuskit.core.counts import StreamCount
from corpuskit.core.provenance.chain import is_balanced
from corpuskit.core.provenance.entries import Decision, StepEntry, left_out

VerdictKey = tuple[str, str, str]
"""Id of a step, or its name where decisions say no more; `dropped` or `rejected`; reason."""


def step_problems(steps: Sequence[StepEntry]) -> Iterator[str]:
    """Yield each step that does not balance, counts what cannot be, or did not take what the steps before it sent."""
    sent: dict[str, StreamCount | None] = {}
    for entry in steps:
        if not is_balanced(entry):
            yield f"step {entry['id']} lost count of its documents"
        ways = entry.get("ways", {}).values()
        if ways and (min(ways) < 1 or sum(ways) > entry["out"]["documents"]):
            yield f"step {entry['id']} counts more `ways` than documents"
        if min(entry.get("hits", {}).values(), default=1) < 1:
            yield f"step {entry['id']} counts `hits` of a type that it did not find"
        if any(parent not in sent for parent in entry["from"]):
            yield f"step {entry['id']} follows steps that come after it or do not exist"
        sent[entry["id"]] = StreamCount.from_json(entry["out"]) if "out" in entry else None
        if entry["upstream"] == "verified" and "in" in entry:
            sum_sent = StreamCount()
            for parent in entry["from"]:
                sum_sent.merge(sent.get(parent) or StreamCount())
            if sum_sent.as_json() != entry["in"]:
                received = entry["in"]["documents"]
                yield f"step {entry['id']} took {received} documents, but it was sent {sum_sent.documents}"


def decision_problems(steps: Sequence[StepEntry], decisions_of: Mapping[VerdictKey, int]) -> Iterator[str]:
    """Yield each verdict of which there are not as many decisions as the steps counted."""
    names = {entry["id"]: entry["name"] for entry in steps}
    without_id = {step for step, _, _ in decisions_of} & set(names.values())
    # Where some decisions give the name alone, only the sums of all steps of that name can be compared.
    labels = {id_: name if name in without_id else id_ for id_, name in names.items()}
    documents_of, sums = Counter[VerdictKey](), Counter[VerdictKey]()
    for entry in steps:
        for verdict, reason, number in left_out(entry):
            documents_of[labels[entry["id"]], verdict, reason] += number
    for (step, verdict, reason), number in decisions_of.items():
        sums[labels.get(step, step), verdict, reason] += number
    for step, verdict, reason in sorted(documents_of.keys() | sums.keys()):
        expected, decisions = documents_of[step, verdict, reason], sums[step, verdict, reason]
        if decisions != expected:
            yield f"step {step} {verdict} {expected} for {reason}, but the decisions hold {decisions}"


def verdict_key(decision: Decision) -> VerdictKey:
    """Return what a decision is counted under."""
    return decision.get("step_id", decision["step"]), decision["verdict"], decision["reason"]
