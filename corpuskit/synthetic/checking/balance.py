"""Whether the classes have the shares that were planned."""

from collections.abc import Mapping

from corpuskit.synthetic.checking.checks import CheckRow

__all__ = ["balance_row"]


def balance_row(
    existing: Mapping[str, int], quotas: Mapping[str, int], made: Mapping[str, int], most: float
) -> CheckRow:
    """Return the check of the classes' shares, real and synthetic documents together: what was planned, what is there.

    `existing` has the real documents of each class, `quotas` those to be made, `made` those that were. The figure is
    the sum of all differences between shares, 0 to 2.
    """
    planned = {name: existing.get(name, 0) + number for name, number in quotas.items()}
    reached = {name: existing.get(name, 0) + made.get(name, 0) for name in {*planned, *made}}
    totals = sum(planned.values()) or 1, sum(reached.values()) or 1
    difference = sum(abs(planned.get(name, 0) / totals[0] - reached[name] / totals[1]) for name in sorted(reached))
    return CheckRow("imbalance of classes", difference, most=most, note="summed over classes")
