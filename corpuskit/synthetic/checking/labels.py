"""Whether the labels of synthetic documents are right, by a model that has seen real documents alone.

The model is linear, over hashed words and pairs, weighed by how few texts have them. It errs on real documents, too, so
what it reaches on these is the measure: labels of synthetic documents may be missed more often, but not by much. Real
documents are judged by cross-fitting: five models, each of which has not seen a fifth of them, so all serve in turn.
Each synthetic document is judged by one of the five, too: both sides meet models that know equally much.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.wording import excerpt
from corpuskit.synthetic.checking.checks import CheckRow, unmeasured
from corpuskit.synthetic.checking.ratio_interval import highest_ratio

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "AGREEMENT",
    "FEWEST",
    "ClassAgreement",
    "Hits",
    "LabelAgreement",
    "LabelledTexts",
    "agreement",
    "label_rows",
    "share_in_mixture",
    "worst_class",
]

AGREEMENT = "agreement with labels"
OF_CLASS = "agreement in the worst class"
FEWEST = 20
"""Real and synthetic documents of a class, below which the class is not judged by itself."""
FOLDS = 5
AT_ONCE = 512


class LabelledTexts:
    """Texts as hashed words and pairs, with their labels."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self.hashes: list[int] = []
        self._waiting: list[str] = []
        self._buckets: list[NDArray[np.int64]] = []
        self._counts: list[NDArray[np.int64]] = []

    def add(self, text: str, label: str) -> None:
        """Take a text."""
        import xxhash

        self.labels.append(label)
        self.hashes.append(xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace")))
        self._waiting.append(text)
        if len(self._waiting) == AT_ONCE:
            self._take_waiting()

    def matrix(self) -> Any:
        """Return a row for each text, of shape (texts, BUCKETS): how often it has each word and pair."""
        import numpy as np
        from scipy.sparse import csr_matrix

        from corpuskit.text.quality_model.features import BUCKETS

        self._take_waiting()
        flat = np.concatenate([np.empty(0, np.int64), *self._buckets])
        ends = np.concatenate([[0], np.cumsum(np.concatenate([np.empty(0, np.int64), *self._counts]))])
        matrix = csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(self.labels), BUCKETS))
        matrix.sum_duplicates()
        return matrix

    def _take_waiting(self) -> None:
        from corpuskit.text.quality_model.features import features_of

        if self._waiting:
            features = features_of(self._waiting)
            self._buckets.append(features.buckets)
            self._counts.append(features.counts)
            self._waiting = []


class ClassAgreement(NamedTuple):
    """How often the model says what the label says, in one class."""

    label: str
    real: float
    """On real documents, by models that have not seen them, and how many these are."""
    real_number: int
    synthetic: float
    synthetic_number: int
    ratio: float
    """The synthetic share as a part of the real one, as high as chance allows."""


class LabelAgreement(NamedTuple):
    """How often the model says what the label says."""

    real: float
    """On real documents, by models that have not seen them, if they had the classes of the synthetic ones."""
    synthetic: float
    ratio: float
    """The synthetic share as a part of the real one, as high as chance allows."""
    worst_class: ClassAgreement | None
    """The class that lies furthest below; None if no class has enough documents."""
    unknown: int
    """Synthetic documents of classes that no real document has."""


class Hits(NamedTuple):
    """For each text of one side, its label, and whether the model says the same."""

    labels: "NDArray[np.object_]"
    are_hits: "NDArray[np.bool_]"

    def share(self) -> float:
        """Return how often the model agrees."""
        return float(self.are_hits.mean())

    def of_class(self, label: str) -> tuple[int, int]:
        """Return how often the model agrees with one label, and how many texts have it."""
        hits = self.are_hits[self.labels == label]
        return int(hits.sum()), len(hits)


def agreement(real: LabelledTexts, synthetic: LabelledTexts) -> LabelAgreement | None:
    """Return how often the models agree with both; None if there are too few real documents or classes."""
    hits = _hits(real, synthetic)
    if hits is None:
        return None
    real_hits, made_hits = hits
    share, number = share_in_mixture(real_hits, made_hits.labels)
    # Labels of which no real document has any are wrong, whatever chance allows.
    ratio = highest_ratio(made_hits.share(), len(made_hits.labels), share, number) if number else 0.0
    known_labels = set(real.labels)
    unknown = sum(label not in known_labels for label in synthetic.labels)
    return LabelAgreement(share, made_hits.share(), ratio, worst_class(real_hits, made_hits), unknown)


def _hits(real: LabelledTexts, synthetic: LabelledTexts) -> tuple[Hits, Hits] | None:
    """Return the hits on both sides; None if a model has less than two classes to learn, or real texts are few."""
    import numpy as np

    labels, folds = _labels_and_folds(real)
    learned = [set(labels[folds != fold].tolist()) for fold in range(FOLDS)]
    if len(labels) < FEWEST or min(map(len, learned)) < 2:
        return None
    made_labels, made_folds = _labels_and_folds(synthetic)
    matrix, made_matrix = real.matrix(), synthetic.matrix()
    are_hits, are_made_hits = np.zeros(len(labels), bool), np.zeros(len(made_labels), bool)
    for fold in range(FOLDS):
        is_held_back, is_made = folds == fold, made_folds == fold
        model = _model().fit(matrix[~is_held_back], labels[~is_held_back].astype(str))
        for hits, rows, texts, truth in (
            (are_hits, is_held_back, matrix, labels),
            (are_made_hits, is_made, made_matrix, made_labels),
        ):
            if rows.any():
                hits[rows] = model.predict(texts[rows]) == truth[rows]
    return Hits(labels, are_hits), Hits(made_labels, are_made_hits)


def _labels_and_folds(texts: LabelledTexts) -> "tuple[NDArray[np.object_], NDArray[np.uint64]]":
    """Return label and fold of each text; equal texts are in one, so that none is asked for what was learned."""
    import numpy as np

    return np.array(texts.labels, object), np.array(texts.hashes, np.uint64) % np.uint64(FOLDS)


def share_in_mixture(hits: Hits, mixture: "NDArray[np.object_]") -> tuple[float, float]:
    """Return how often the models would agree if the classes were as frequent as in `mixture`, and of how many texts.

    That is direct standardization: the share of each class, weighted by how often `mixture` has it. Classes that only
    `mixture` has do not count. The number is Kish's effective sample size: so many texts, drawn from the mixture, would
    tell as much. Both are 0 if the sides have no class in common.
    """
    figures = [(hits.of_class(label), int((mixture == label).sum())) for label in sorted(set(hits.labels.tolist()))]
    total = sum(weight for _, weight in figures)
    if not total:
        return 0.0, 0.0
    share = sum(weight * right / number for (right, number), weight in figures) / total
    return share, total**2 / sum(weight**2 / number for (_, number), weight in figures)


def _model() -> Any:
    """Return the model, which has learned nothing yet."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    return make_pipeline(TfidfTransformer(sublinear_tf=True), LinearSVC(random_state=0, dual=True))


def worst_class(real: Hits, made: Hits) -> ClassAgreement | None:
    """Return the class with the least agreement, as a part of that on real texts; None if none can be judged."""
    figures = []
    for label in sorted(set(real.labels.tolist())):
        (real_hits, real_number), (made_hits, made_number) = real.of_class(label), made.of_class(label)
        if real_hits and min(real_number, made_number) >= FEWEST:
            real_share, made_share = real_hits / real_number, made_hits / made_number
            ratio = highest_ratio(made_share, made_number, real_share, real_number)
            figures.append(ClassAgreement(label, real_share, real_number, made_share, made_number, ratio))
    return min(figures, key=lambda figure: (figure.ratio, figure.label), default=None)


def label_rows(by: str, figures: LabelAgreement | None, least: float, least_in_class: float) -> Iterator[CheckRow]:
    """Yield the checks of the labels in the field `by`; figures of None could not be had."""
    if figures is None:
        yield unmeasured(AGREEMENT, f"as there are too few real documents with `{excerpt(by)}`")
        return
    note = (
        f"{figures.synthetic:.3f} of synthetic documents, {figures.real:.3f} of real ones in the same mixture of "
        "classes; the most that chance allows"
    )
    if figures.unknown:
        note += f"; {figures.unknown:,} have a label that no real document has"
    yield CheckRow(AGREEMENT, figures.ratio, least=least, note=note)
    worst = figures.worst_class
    if worst is None:
        yield unmeasured(OF_CLASS, f"as no class has {FEWEST} documents on both sides")
        return
    note = (
        f"{excerpt(worst.label)!r}: {worst.synthetic:.3f} of {worst.synthetic_number:,} synthetic documents, "
        f"{worst.real:.3f} of {worst.real_number:,} real ones; the most that chance allows"
    )
    yield CheckRow(OF_CLASS, worst.ratio, least=least_in_class, note=note)
