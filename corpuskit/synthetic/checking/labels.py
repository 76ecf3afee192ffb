"""Whether the labels of synthetic documents are right, by a model that has seen real documents alone.

The model is linear, over hashed words and pairs, weighed by how few texts have them. It errs on real documents, too, so
what it reaches on a fifth of these that was held back is the measure: labels of synthetic documents may be missed more
often, but not by much.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.wording import excerpt
from corpuskit.synthetic.checking.checks import CheckRow, relative, unmeasured

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
    "worst_class",
]

AGREEMENT = "agreement with labels"
OF_CLASS = "agreement in the worst class"
FEWEST = 20
"""Documents of a class, held back and synthetic, below which the class is not judged by itself."""
FOLDS = 5
CONFIDENCE = 0.9
"""Of intervals with two ends: beyond either end lies a twentieth."""
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
    """On real documents that were held back, and how many these are."""
    real_number: int
    synthetic: float
    synthetic_number: int
    ratio: float
    """The synthetic share as a part of the real one, as high as chance allows."""


class LabelAgreement(NamedTuple):
    """How often the model says what the label says."""

    real: float
    """On real documents that were held back."""
    synthetic: float
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
    """Return how often the model agrees with both; None if there are too few real documents or classes."""
    import numpy as np

    labels, hashes = np.array(real.labels, object), np.array(real.hashes, np.uint64)
    # Equal texts are on one side, so that none is asked for what was learned by heart.
    is_held_back = hashes % np.uint64(FOLDS) == 0
    learned_labels = set(labels[~is_held_back].tolist())
    if is_held_back.sum() < FEWEST or len(learned_labels) < 2:
        return None
    matrix = real.matrix()
    model = _model().fit(matrix[~is_held_back], labels[~is_held_back].astype(str))
    held_back = Hits(labels[is_held_back], model.predict(matrix[is_held_back]) == labels[is_held_back])
    made_labels = np.array(synthetic.labels, object)
    made = Hits(made_labels, model.predict(synthetic.matrix()) == made_labels)
    unknown = sum(label not in learned_labels for label in synthetic.labels)
    return LabelAgreement(held_back.share(), made.share(), worst_class(held_back, made), unknown)


def _model() -> Any:
    """Return the model, which has learned nothing yet."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    return make_pipeline(TfidfTransformer(sublinear_tf=True), LinearSVC(random_state=0, dual=True))


def worst_class(held_back: Hits, made: Hits) -> ClassAgreement | None:
    """Return the class with the least agreement, as a part of that on real texts; None if none can be judged."""
    figures = []
    for label in sorted(set(held_back.labels.tolist())):
        (real_hits, real_number), (made_hits, made_number) = held_back.of_class(label), made.of_class(label)
        if real_hits and min(real_number, made_number) >= FEWEST:
            ratio = _highest_ratio(made_hits, made_number, real_hits, real_number)
            real_share, made_share = real_hits / real_number, made_hits / made_number
            figures.append(ClassAgreement(label, real_share, real_number, made_share, made_number, ratio))
    return min(figures, key=lambda figure: (figure.ratio, figure.label), default=None)


def _highest_ratio(hits: int, number: int, base_hits: int, base_number: int) -> float:
    """Return the upper end of the confidence interval of a ratio of two shares, the second of which is above 0.

    Of few documents a share says little: a class of which the model knows 2 of 25 would fail every third time. The
    interval is that of Donner and Zou ("Closed-form confidence intervals for functions of the normal mean and standard
    deviation", 2012), made of Wilson's intervals for both shares.
    """
    from scipy.stats import binomtest

    share, base = hits / number, base_hits / base_number
    # Both ends of an interval are computed; one of them is used, so each tail has half of what is left.
    high = binomtest(hits, number).proportion_ci(CONFIDENCE, method="wilson").high
    low = binomtest(base_hits, base_number).proportion_ci(CONFIDENCE, method="wilson").low
    square = (share * base) ** 2 - high * low * (2 * share - high) * (2 * base - low)
    return float((share * base + max(square, 0.0) ** 0.5) / (low * (2 * base - low)))


def label_rows(by: str, figures: LabelAgreement | None, least: float, least_in_class: float) -> Iterator[CheckRow]:
    """Yield the checks of the labels in the field `by`; figures of None could not be had."""
    if figures is None:
        yield unmeasured(AGREEMENT, f"as there are too few real documents with `{excerpt(by)}`")
        return
    note = f"{figures.synthetic:.3f} of synthetic documents, {figures.real:.3f} of real ones that were held back"
    if figures.unknown:
        note += f"; {figures.unknown:,} have a label that no real document has"
    yield CheckRow(AGREEMENT, relative(figures.synthetic, figures.real), least=least, note=note)
    worst = figures.worst_class
    if worst is None:
        yield unmeasured(OF_CLASS, f"as no class has {FEWEST} documents on both sides")
        return
    note = (
        f"{excerpt(worst.label)!r}: {worst.synthetic:.3f} of {worst.synthetic_number:,} synthetic documents, "
        f"{worst.real:.3f} of {worst.real_number:,} real ones; the most that chance allows"
    )
    yield CheckRow(OF_CLASS, worst.ratio, least=least_in_class, note=note)
