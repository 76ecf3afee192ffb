"""What the votes on each item say it is: by counting, and by how well each rater tells the classes apart."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Posteriors = NDArray[np.float64]

MOST_ROUNDS = 100
LEAST_GAIN = 1e-5
"""Gain of the evidence's lower bound a vote, below which a further round is not worth it."""
SMALLEST = 1e-10
"""Least probability of anything: what was not seen is not impossible."""


class Votes(NamedTuple):
    """Votes as columns, one row a vote: the numbers of item, rater and class."""

    items: "Numbers"
    raters: "Numbers"
    classes: "Numbers"
    item_count: int
    rater_count: int
    class_count: int


def majority(votes: Votes) -> "Posteriors":
    """Return the share of each class among the votes on each item, shape (items, classes)."""
    import numpy

    cells = votes.items * votes.class_count + votes.classes
    counts = numpy.bincount(cells, minlength=votes.item_count * votes.class_count)
    table: Posteriors = counts.reshape(votes.item_count, votes.class_count).astype(float)
    table /= numpy.maximum(table.sum(axis=1, keepdims=True), 1)
    return table


def dawid_skene(votes: Votes, known_classes: "Numbers | None" = None) -> "Posteriors":
    """Return the probability of each class for each item, shape (items, classes).

    Expectation maximisation from the majority's shares on, as crowd-kit 1.4 runs it (Dawid and Skene, "Maximum
    likelihood estimation of observer error-rates using the EM algorithm", 1979). `known_classes` holds the class of
    items whose truth is known, else -1.
    """
    import numpy

    posteriors, bound = majority(votes), -numpy.inf
    _hold(posteriors, known_classes)
    priors, by_vote = _log_priors(posteriors), _log_confusions(votes, posteriors)
    for _ in range(MOST_ROUNDS):
        likelihoods = _sums_by_item(votes, by_vote) + priors
        posteriors = numpy.exp(likelihoods - likelihoods.max(axis=1, keepdims=True))
        posteriors /= posteriors.sum(axis=1, keepdims=True)
        _hold(posteriors, known_classes)
        priors, by_vote = _log_priors(posteriors), _log_confusions(votes, posteriors)
        before, bound = bound, _lower_bound(votes, posteriors, priors, by_vote)
        if bound - before < LEAST_GAIN:
            break
    return posteriors


def _hold(posteriors: "Posteriors", known_classes: "Numbers | None") -> None:
    """Set the items whose class is known."""
    import numpy

    if known_classes is not None:
        known_items = numpy.flatnonzero(known_classes >= 0)
        posteriors[known_items] = 0
        posteriors[known_items, known_classes[known_items]] = 1


def _log_priors(posteriors: "Posteriors") -> "Posteriors":
    """Return the logarithm of each class's share of the items."""
    import numpy

    logarithms: Posteriors = numpy.log(numpy.maximum(posteriors.mean(axis=0), SMALLEST))
    return logarithms


def _log_confusions(votes: Votes, posteriors: "Posteriors") -> "Posteriors":
    """Return for each vote the logarithm of how likely its rater says its class, for each true class.

    Shape (votes, classes). Probabilities are over the classes that the rater has ever used.
    """
    import numpy

    cells = votes.raters * votes.class_count + votes.classes
    size = votes.rater_count * votes.class_count
    is_used = numpy.bincount(cells, minlength=size).reshape(votes.rater_count, votes.class_count) > 0
    rows = posteriors[votes.items]
    by_vote = numpy.empty_like(rows)
    for true in range(votes.class_count):
        table = numpy.maximum(numpy.bincount(cells, rows[:, true], size), SMALLEST)
        by_rater = table.reshape(votes.rater_count, votes.class_count) * is_used
        shares = by_rater / by_rater.sum(axis=1, keepdims=True)
        by_vote[:, true] = numpy.log(numpy.maximum(shares, SMALLEST**2)).ravel()[cells]
    return by_vote


def _sums_by_item(votes: Votes, by_vote: "Posteriors") -> "Posteriors":
    import numpy

    columns = [numpy.bincount(votes.items, by_vote[:, true], votes.item_count) for true in range(votes.class_count)]
    return numpy.stack(columns, axis=1)


def _lower_bound(votes: Votes, posteriors: "Posteriors", priors: "Posteriors", by_vote: "Posteriors") -> float:
    """Return the lower bound of the evidence, a vote, with the prior counted at each vote as crowd-kit does."""
    import numpy

    expected = (posteriors[votes.items] * (by_vote + priors)).sum()
    entropy = -(posteriors * numpy.log(numpy.maximum(posteriors, SMALLEST))).sum()
    return float(expected + entropy) / len(votes.items)
