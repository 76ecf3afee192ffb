"""How far raters agree beyond chance: Krippendorff's alpha among them, Cohen's kappa with the truth."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpuskit.product.voting.dawid_skene import Votes


def nominal_alpha(votes: "Votes") -> float | None:
    """Return alpha for classes without an order, 1 for full agreement; None if no item has two votes, or all are alike.

    Krippendorff, "Computing Krippendorff's alpha-reliability", 2011: 1 minus the observed over the expected
    disagreement, among the votes on items that have two or more.
    """
    import numpy

    cells = votes.items * votes.class_count + votes.classes
    counts = numpy.bincount(cells, minlength=votes.item_count * votes.class_count)
    table = counts.reshape(votes.item_count, votes.class_count).astype(float)
    table = table[table.sum(axis=1) > 1]
    sizes = table.sum(axis=1)
    total, by_class = float(sizes.sum()), table.sum(axis=0)
    expected = total**2 - float((by_class**2).sum())
    if not len(table) or not expected:
        return None
    observed = float(((sizes**2 - (table**2).sum(axis=1)) / (sizes - 1)).sum())
    return 1 - (total - 1) * observed / expected


def cohen_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return kappa of pairs of classes, one by each of two raters; None if both always give the same one class.

    Cohen, "A coefficient of agreement for nominal scales", 1960: the observed agreement beyond that of chance, as a
    part of the largest there could be.

    >>> cohen_kappa([("yes", "yes"), ("no", "no"), ("yes", "no"), ("no", "no")])
    0.5
    """
    total = len(pairs)
    observed = sum(one == other for one, other in pairs) / total
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    expected = sum(ones[name] * others[name] for name in ones) / total**2
    return None if expected == 1 else (observed - expected) / (1 - expected)
