"""Whether the labels of synthetic documents are right, by a model that has seen real documents alone.

The model is linear, over hashed words and pairs, weighed by how few texts have them. It errs on real documents, too, so
what it reaches on a fifth of these that was held back is the measure: labels of synthetic documents may be missed more
often, but not by much.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.wording import excerpt
from corpuskit.synthetic.checking.checks import CheckRow, relative, unmeasured

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["AGREEMENT", "FEWEST", "Hits", "LabelAgreement", "LabelledTexts", "agreement", "label_rows"]

AGREEMENT = "agreement with labels"
OF_CLASS = "agreement in the worst class"
FEWEST = 20
"""Documents of a class, held back and synthetic, below which the class is not judged by itself."""
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


class LabelAgreement(NamedTuple):
    """How often the model says what the label says."""

    real: float
    """On real documents that were held back."""
    synthetic: float
    worst_class: str
    """The class that lies furthest below; empty if no class has enough documents."""
    worst_real: float
    worst_synthetic: float
    unknown: int
    """Synthetic documents of classes that no real document has."""


class Hits(NamedTuple):
    """For each text of one side, its label, and whether the model says the same."""

    labels: "NDArray[np.object_]"
    are_hits: "NDArray[np.bool_]"

    def share(self, label: str | None = None) -> float:
        """Return how often the model agrees, with one label or with all of them."""
        hits = self.are_hits if label is None else self.are_hits[self.labels == label]
        return float(hits.mean())


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
    return LabelAgreement(held_back.share(), made.share(), *_worst_class(held_back, made), unknown)


def _model() -> Any:
    """Return the model, which has learned nothing yet."""
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    return make_pipeline(TfidfTransformer(sublinear_tf=True), LinearSVC(random_state=0, dual=True))


def _worst_class(held_back: Hits, made: Hits) -> tuple[str, float, float]:
    """Return the class with the least agreement, as a part of that on real texts, and both figures."""
    held_counts, made_counts = Counter(held_back.labels.tolist()), Counter(made.labels.tolist())
    large_classes = [name for name in held_counts if min(held_counts[name], made_counts[name]) >= FEWEST]
    figures = [(name, held_back.share(name), made.share(name)) for name in large_classes]
    return min(figures, key=lambda figure: (relative(figure[2], figure[1]), figure[0]), default=("", 0.0, 0.0))


def label_rows(by: str, figures: LabelAgreement | None, least: float, least_in_class: float) -> Iterator[CheckRow]:
    """Yield the checks of the labels in the field `by`; figures of None could not be had."""
    if figures is None:
        yield unmeasured(AGREEMENT, f"as there are too few real documents with `{excerpt(by)}`")
        return
    note = f"{figures.synthetic:.3f} of synthetic documents, {figures.real:.3f} of real ones that were held back"
    if figures.unknown:
        note += f"; {figures.unknown:,} have a label that no real document has"
    yield CheckRow(AGREEMENT, relative(figures.synthetic, figures.real), least=least, note=note)
    if not figures.worst_class:
        yield unmeasured(OF_CLASS, f"as no class has {FEWEST} documents on both sides")
        return
    note = f"{excerpt(figures.worst_class)!r}: {figures.worst_synthetic:.3f}, of real ones {figures.worst_real:.3f}"
    figure = relative(figures.worst_synthetic, figures.worst_real)
    yield CheckRow(OF_CLASS, figure, least=least_in_class, note=note)
