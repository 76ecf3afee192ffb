"""Krippendorff's alpha: how far raters agree beyond chance."""

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
