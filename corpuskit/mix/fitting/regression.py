"""What losses a mixture would give: boosted trees for each loss, as RegMix fits them (Liu et al., arXiv:2407.01492).

The settings are plain ones. Of four that were tried on RegMix's published runs, none is .004 better than another.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
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


Fit = tuple["NDArray[np.bool_]", int]
"""The runs to learn from, and the column of the loss."""


def fit_losses(shares: "Floats", results: "Floats", seed: int) -> LossModel:
    """Return trees that were fitted to runs."""
    import numpy as np

    everything = np.ones(len(shares), bool)
    return LossModel(list(_fit_each(shares, results, [(everything, at) for at in range(results.shape[1])], seed)))


def rank_agreement(
    shares: "Floats", results: "Floats", seed: int, watch: "Callable[[Iterable[Any]], Iterable[Any]]" = iter
) -> list[float]:
    """Return Spearman's rho of each loss between predictions for runs that were held back, in five folds, and truth.

    `watch` passes the models on as they are made, so that they can be counted.
    """
    import numpy as np

    fold = np.random.default_rng(seed).permutation(len(shares)) % FOLDS
    fits = [(fold != number, column) for column in range(results.shape[1]) for number in range(FOLDS)]
    predicted = np.empty_like(results)
    for (learned_from, column), model in zip(fits, watch(_fit_each(shares, results, fits, seed)), strict=True):
        predicted[~learned_from, column] = model.predict(shares[~learned_from])
    return [spearman(predicted[:, column], results[:, column]) for column in range(results.shape[1])]


def _fit_each(shares: "Floats", results: "Floats", fits: "Sequence[Fit]", seed: int) -> "Iterator[Any]":
    """Yield a model for each fit, made on all cores: building trees releases the interpreter's lock."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1) as threads:
        waiting = [threads.submit(_fitted, shares[rows], results[rows, column], seed) for rows, column in fits]
        try:
            for future in waiting:
                yield future.result()
        finally:
            for future in waiting:
                future.cancel()


def spearman(left: "Floats", right: "Floats") -> float:
    """Return the correlation of ranks; ties have the mean of theirs. 0.0 if all values of one side are equal."""
    import numpy as np
    from scipy.stats import rankdata

    left_ranks, right_ranks = rankdata(left), rankdata(right)
    if not (np.std(left_ranks) and np.std(right_ranks)):
        return 0.0
    return float(np.corrcoef(left_ranks, right_ranks)[0, 1])


def _fitted(shares: "Floats", losses: "Floats", seed: int) -> Any:
    from sklearn.ensemble import GradientBoostingRegressor

    model = GradientBoostingRegressor(
        n_estimators=TREES, learning_rate=RATE, max_depth=DEPTH, subsample=SAMPLE, random_state=seed
    )
    return model.fit(shares, losses)
