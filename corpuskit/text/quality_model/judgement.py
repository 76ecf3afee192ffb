"""What a model says of documents: a score in their metadata, or a drop for a low one."""

from collections.abc import Sequence

from corpuskit.core.document import Document, Reject
from corpuskit.core.step import Drop
from corpuskit.text.quality_model.scorer import Scorer

__all__ = ["LOW_SCORE", "apply_scores"]

LOW_SCORE = "low-score"
"""The reason of a drop."""


def apply_scores(
    outcomes: Sequence[Document | Drop | Reject], scorer: Scorer, least_score: float, annotate: bool, after_rules: bool
) -> list[Document | Drop | Reject]:
    """Return the outcomes with what the model says of the documents among them.

    A document with less than `least_score`, 0 to 1, is dropped as `low-score`. With `annotate` none is, and score and
    verdict go to `metadata.quality`: beside what rules wrote there if it is `after_rules`, else in place of it.
    """
    new_outcomes = list(outcomes)
    rows = [row for row, outcome in enumerate(outcomes) if isinstance(outcome, Document)]
    texts = [outcome.text for outcome in outcomes if isinstance(outcome, Document)]
    for row, score in zip(rows, scorer.scores(texts), strict=True):
        document = outcomes[row]
        assert isinstance(document, Document)
        if annotate:
            verdict = "pass" if score >= least_score else LOW_SCORE
            before = document.metadata.get("quality") if after_rules else None
            quality = before if isinstance(before, dict) else {}
            verdicts = {**quality.get("verdicts", {}), "model": verdict}
            new_outcomes[row] = document.with_metadata(quality={**quality, "score": score, "verdicts": verdicts})
        elif score < least_score:
            new_outcomes[row] = Drop(document, LOW_SCORE, {"score": score, "min": least_score})
    return new_outcomes
