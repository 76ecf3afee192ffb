"""One door to models of every kind: what `filter-quality --model` asks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from corpuskit.core.disk.regular_file import open_regular
from corpuskit.core.errors import UsageError
from corpuskit.core.wording import printable_name

__all__ = ["Scorer", "open_scorer"]


class Scorer(Protocol):
    """A model that says how likely a text is good."""

    def scores(self, texts: Sequence[str]) -> list[float]:
        """Return a score of 0 to 1 for each text, to six digits; 0 for a text without words."""

    def version(self) -> str:
        """Return what answers, for the manifest."""


class LinearScorer:
    """A model of `train-quality`."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError or DamagedError for a file that is no whole model."""
        from corpuskit.text.quality_model.model_file import read_model

        model = read_model(path)
        self._linear, self._audience = model.linear, model.audience

    def scores(self, texts: Sequence[str]) -> list[float]:
        """Return the scores."""
        from corpuskit.text.quality_model.features import features_of

        scores: list[float] = self._linear.scores(features_of(texts)).tolist()
        return scores

    def version(self) -> str:
        """Return the rules of its features, and whose texts it was learned from."""
        from corpuskit.text.quality_model.features import FEATURES

        return f"{FEATURES}, learned from texts for {self._audience}"


def open_scorer(path: Path, label: str | None = None) -> Scorer:
    """Return the model in a file, of ours or of fastText; `label` is that of good text in a model of fastText.

    Raises UsageError for a file that is neither, or a label that does not fit, DamagedError for a damaged one.
    """
    from corpuskit.text.quality_model.fasttext_file import FASTTEXT_MAGIC, FastTextScorer

    try:
        with open_regular(path, follow_links=True) as stream:
            start = stream.read(len(FASTTEXT_MAGIC))
    except OSError as error:
        raise UsageError(
            f"cannot read the model {printable_name(path.name or str(path))!r}: {error.strerror}"
        ) from None
    if start == FASTTEXT_MAGIC:
        return FastTextScorer(path, label)
    scorer = LinearScorer(path)
    if label is not None:
        raise UsageError(
            f"{printable_name(path.name or str(path))!r} is a model of `train-quality`, which has no labels to name"
        )
    return scorer
