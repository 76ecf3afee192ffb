"""Whether the labels of synthetic documents are right, by a model that has seen real documents alone.

The model is linear, over hashed words and pairs. It errs on real documents, too, so what it reaches on a fifth of these
that was held back is the measure: labels of synthetic documents may be missed more often, but not by much.
"""

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FEWEST", "LabelAgreement", "LabelledTexts", "agreement"]

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
        """Return a row for each text, of length 1: how often it has each word and pair."""
        import numpy as np
        from scipy.sparse import csr_matrix
        from sklearn.preprocessing import normalize

        from corpuskit.text.quality_model.features import BUCKETS

        self._take_waiting()
        flat = np.concatenate([np.empty(0, np.int64), *self._buckets])
        ends = np.concatenate([[0], np.cumsum(np.concatenate([np.empty(0, np.int64), *self._counts]))])
        matrix = csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(self.labels), BUCKETS))
        matrix.sum_duplicates()
        matrix.data = 1 + np.log(matrix.data)
        return normalize(matrix)

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


def agreement(real: LabelledTexts, synthetic: LabelledTexts) -> LabelAgreement | None:
    """Return how often the model agrees with both; None if there are too few real documents or classes."""
    import numpy as np
    from sklearn.svm import LinearSVC

    hashes, labels = np.array(real.hashes, np.uint64), np.array(real.labels, object)
    # Equal texts are on one side, so that none is asked for what was learned by heart.
    is_held_back = hashes % np.uint64(FOLDS) == 0
    learned_labels = set(labels[~is_held_back].tolist())
    if is_held_back.sum() < FEWEST or len(learned_labels) < 2:
        return None
    matrix = real.matrix()
    weights = _weights(matrix[np.flatnonzero(~is_held_back)])
    model = LinearSVC(random_state=0, dual=True)
    model.fit(matrix[np.flatnonzero(~is_held_back)].multiply(weights).tocsr(), labels[~is_held_back].astype(str))
    real_hits = model.predict(matrix[np.flatnonzero(is_held_back)].multiply(weights).tocsr()) == labels[is_held_back]
    made_labels = np.array(synthetic.labels, object)
    made_hits = model.predict(synthetic.matrix().multiply(weights).tocsr()) == made_labels
    worst = ("", 0.0, 0.0)
    held_counts, made_counts = Counter(labels[is_held_back].tolist()), Counter(made_labels.tolist())
    ratios = {}
    for name in sorted(learned_labels):
        if min(held_counts[name], made_counts[name]) >= FEWEST:
            of_real = float(real_hits[labels[is_held_back] == name].mean())
            of_made = float(made_hits[made_labels == name].mean())
            ratios[name] = (of_made / of_real if of_real else 1.0, of_real, of_made)
    if ratios:
        name = min(ratios, key=lambda name: (ratios[name][0], name))
        worst = (name, *ratios[name][1:])
    unknown = sum(name not in learned_labels for name in synthetic.labels)
    return LabelAgreement(float(real_hits.mean()), float(made_hits.mean()), *worst, unknown)


def _weights(matrix: Any) -> Any:
    """Return how telling each word or pair is: the fewer texts have it, the more (inverse document frequency)."""
    import numpy as np

    texts_with = np.bincount(matrix.indices, minlength=matrix.shape[1])
    return np.log((1 + matrix.shape[0]) / (1 + texts_with)) + 1
