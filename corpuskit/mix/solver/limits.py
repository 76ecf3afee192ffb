"""The limits of a mix, as a mapping that can be reduced and changed, and whether they can all hold."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple


@dataclass(frozen=True)
class SourceSupply:
    """One source as the solver sees it: what it has, its weight, and its limits; None means no limit."""

    name: str
    origin: str
    tokens: int
    """The tokens that the source has after all its steps."""
    weight: float = 1.0
    max_epochs: float | None = 1.0
    floor: float | None = None
    """Smallest share of the budget."""
    cap: float | None = None
    """Largest share of the budget."""


class Limit(NamedTuple):
    """The name of a limit, without its value."""

    kind: str
    """`budget`, `any_source`, `max_epochs`, `cap`, `floor`, or `origin` for the cap of an origin."""
    name: str = ""
    """The source or origin that is limited."""


Limits = dict[Limit, Fraction]

BUDGET = Limit("budget")
ANY_SOURCE = Limit("any_source")


def limits_of(
    supplies: tuple[SourceSupply, ...], budget: int, origin_caps: Mapping[str, float], any_source: float | None
) -> Limits:
    """Return all limits, in the order in which messages name them. Raises ValueError for values that no recipe has."""
    if budget < 1 or len({source.name for source in supplies}) < len(supplies):
        raise ValueError("a budget must be at least one token, and each source must have a name of its own")
    limits: Limits = {BUDGET: Fraction(budget)}
    for source in supplies:
        if not source.weight > 0 or source.tokens < 0:
            raise ValueError(f"{source.name}: a weight must be above zero, and tokens must not be below zero")
        for kind in ("max_epochs", "cap", "floor"):
            value = getattr(source, kind)
            if value is not None:
                limits[Limit(kind, source.name)] = decimal(value)
    limits |= {Limit("origin", origin): decimal(cap) for origin, cap in origin_caps.items()}
    if any_source is not None:
        limits[ANY_SOURCE] = decimal(any_source)
    return limits


def shares_alone(
    supplies: tuple[SourceSupply, ...], origin_caps: Mapping[str, float], any_source: float | None
) -> tuple[tuple[SourceSupply, ...], Limits]:
    """Return the sources as if none ran dry, and the limits that are left then: the shares of any budget."""
    endless = tuple(replace(source, tokens=1, max_epochs=None) for source in supplies)
    limits = limits_of(endless, 1, origin_caps, any_source)
    return endless, {limit: value for limit, value in limits.items() if limit != BUDGET}


def decimal(value: float) -> Fraction:
    """Return the decimal as it was written, not the double nearest to it: 0.2 is one fifth.

    >>> decimal(0.2)
    Fraction(1, 5)
    """
    return Fraction(str(value))


def budget_of(limits: Limits) -> Fraction:
    """Return the budget, or 1 if it is not among the limits, so that all amounts are shares."""
    return limits.get(BUDGET, Fraction(1))


def lowest(source: SourceSupply, limits: Limits) -> Fraction:
    """Return the fewest tokens that the source must give."""
    return limits.get(Limit("floor", source.name), Fraction(0)) * budget_of(limits)


def highest(source: SourceSupply, limits: Limits) -> Fraction:
    """Return the most tokens that the source may give by itself.

    That is never more than the budget, and none if the source has no tokens to repeat.
    """
    if not source.tokens:
        return Fraction(0)
    budget = budget_of(limits)
    share = min(limits.get(Limit("cap", source.name), 1), limits.get(ANY_SOURCE, 1), 1)
    epochs = limits.get(Limit("max_epochs", source.name))
    if epochs is None or BUDGET not in limits:
        # Without a fixed budget, any supply is enough for some budget.
        return share * budget
    return min(share * budget, epochs * source.tokens)


def feasible(supplies: tuple[SourceSupply, ...], limits: Limits) -> bool:
    """Whether some allocation keeps all these limits and spends the budget (any budget, if none is among them).

    Each source has one origin, so it is enough to compare bounds level by level: each source, each origin, the whole.
    """
    budget = budget_of(limits)
    low: dict[str, Fraction] = {}
    high: dict[str, Fraction] = {}
    for source in supplies:
        least, most = lowest(source, limits), highest(source, limits)
        if least > most:
            return False
        low[source.origin] = low.get(source.origin, Fraction(0)) + least
        high[source.origin] = high.get(source.origin, Fraction(0)) + most
    caps = {origin: limits.get(Limit("origin", origin), Fraction(1)) * budget for origin in low}
    if any(low[origin] > caps[origin] for origin in low) or sum(low.values()) > budget:
        return False
    return sum(min(high[origin], caps[origin]) for origin in high) >= budget
