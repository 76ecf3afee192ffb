"""How well `fit` orders mixtures that it has not seen: RegMix's published runs (Liu et al. 2024, arXiv:2407.01492).

    python -m tests.benchmarks.mixture_fit

Trees are fitted to the 512 runs of a model with a million parameters, on which the five-fold score is measured as the
command prints it. Then they order the 256 test mixtures of that size, as many of 60 million and 64 of a billion.
Spearman's rho of each of the 13 losses; the paper fits LightGBM to the same runs.
"""

import csv
import gzip

import numpy as np

from corpuskit.mix.fitting.regression import fit_losses, rank_agreement, spearman
from tests.conftest import SHARED

SEED = 1


def table(name: str) -> tuple[list[str], "np.ndarray[tuple[int, int], np.dtype[np.float64]]"]:
    """The columns of one table, and its rows."""
    with gzip.open(SHARED / "mixture/regmix" / f"{name}.csv.gz", "rt") as stream:
        head, *rows = csv.reader(stream)
    return head[1:], np.array([[float(value) for value in row[1:]] for row in rows])


def main() -> None:
    """Print a row for each loss, and the means."""
    _, shares = table("train_mixture_1m")
    losses, results = table("train_pile_loss_1m")
    columns = {"five folds": rank_agreement(shares, results, SEED)}
    model = fit_losses(shares, results, SEED)
    for size in ("1m", "60m", "1B"):
        _, test_shares = table(f"test_mixture_{size}")
        _, test_results = table(f"test_pile_loss_{size}")
        predicted = model.predict(test_shares)
        columns[size] = [spearman(predicted[:, number], test_results[:, number]) for number in range(len(losses))]
    print(f"{'loss':48}" + "".join(f"{name:>12}" for name in columns))
    for number, name in enumerate(losses):
        print(f"{name[:48]:48}" + "".join(f"{column[number]:12.3f}" for column in columns.values()))
    print(f"{'mean':48}" + "".join(f"{np.mean(column):12.4f}" for column in columns.values()))
    print(f"{'least':48}" + "".join(f"{np.min(column):12.4f}" for column in columns.values()))


if __name__ == "__main__":
    main()
