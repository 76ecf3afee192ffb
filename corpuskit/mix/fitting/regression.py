"""What losses a mixture would give: boosted trees for each loss, as RegMix fits them (Liu et al., arXiv:2407.01492).

The settings are plain ones. Of four that were tried on RegMix's published runs, none is .004 better than another.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FOLDS = 5
TREES, RATE, DEPTH, SAMPLE = 500, 0.05, 4, 0.7


@dataclass(frozen=True)
class LossModel:
    """Trees for each loss."""

    models: list[Any]

    def predict(self, shares: "Floats") -> "Floats":
        """Return the losses of mixtures: a row for each, a column for each loss."""
        import numpy as np

        return np.column_stack([model.predict(shares) for model in self.models])


def fit_losses(shares: "Floats", results: "Floats", seed: int) -> LossModel:
    """Return trees that were fitted to runs."""
    return LossModel([_fitted(shares, results[:, column], seed) for column in range(results.shape[1])])


def rank_agreement(shares: "Floats", results: "Floats", seed: int) -> list[float]:
    """Return Spearman's rho of each loss between predictions for runs that were held back, in five folds, and truth."""
    import numpy as np

    fold = np.random.default_rng(seed).permutation(len(shares)) % FOLDS
    scores = []
    for column in range(results.shape[1]):
        predicted = np.empty(len(shares))
        for number in range(FOLDS):
            held_back = fold == number
            model = _fitted(shares[~held_back], results[~held_back, column], seed)
            predicted[held_back] = model.predict(shares[held_back])
        scores.append(spearman(predicted, results[:, column]))
    return scores


def spearman(left: "Floats", right: "Floats") -> float:
    """Return the correlation of ranks; ties have the mean of theirs. 0.0 if all values of one side are equal."""
    import numpy as np

    left_ranks, right_ranks = _ranks(left), _ranks(right)
    if not (np.std(left_ranks) and np.std(right_ranks)):
        return 0.0
    return float(np.corrcoef(left_ranks, right_ranks)[0, 1])


def _ranks(values: "Floats") -> "Floats":
    import numpy as np

    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middles: Floats = (ends - (counts - 1) / 2)[inverse]
    return middles


def _fitted(shares: "Floats", losses: "Floats", seed: int) -> Any:
    from sklearn.ensemble import GradientBoostingRegressor

    model = GradientBoostingRegressor(
        n_estimators=TREES, learning_rate=RATE, max_depth=DEPTH, subsample=SAMPLE, random_state=seed
    )
    return model.fit(shares, losses)
