"""`sample`: the same part of a stream in any order, and a larger one that holds the smaller."""

import pytest

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.step import Drop
from corpuskit.stages.sample import Sample

DOCUMENTS = [Document(f"d{number}", "text", {"source": "made"}) for number in range(2000)]


def kept_ids(rate: float, seed: int = 0) -> set[str]:
    outcomes = [Sample(rate=rate, seed=seed).apply(document) for document in DOCUMENTS]
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, Drop)} <= {"not-sampled"}
    return {outcome.id for outcome in outcomes if isinstance(outcome, Document)}


def test_a_larger_rate_keeps_what_a_smaller_one_keeps() -> None:
    assert kept_ids(0) == set()
    assert kept_ids(0.1) < kept_ids(0.2) < kept_ids(1) == {document.id for document in DOCUMENTS}
    assert 150 < len(kept_ids(0.1)) < 250


def test_another_seed_or_source_keeps_another_part() -> None:
    assert kept_ids(0.5, seed=1) != kept_ids(0.5)
    sample = Sample(rate=0.5)
    others = [sample.apply(document.with_metadata(source="other")) for document in DOCUMENTS]
    assert {outcome.id for outcome in others if isinstance(outcome, Document)} != kept_ids(0.5)


@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_a_rate_is_a_share(rate: float) -> None:
    with pytest.raises(UsageError, match="from 0 to 1"):
        Sample(rate=rate)
