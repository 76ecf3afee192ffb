"""Who gives how many tokens: weights projected onto a budget, epoch limits, caps and floors, exactly.

The allocation T minimises the Kullback-Leibler divergence from the weights, sum of T·log(T/w), subject to
    sum of T = budget,   floor·budget <= T <= cap·budget,   T <= max_epochs·supply   for every source,
    sum of T over an origin <= cap·budget                                            for every capped origin.
Its solution clips w·θ to each source's bounds, with one level θ for all and a lower one in each origin whose cap
binds; with equal weights and no caps it is the allocation of UniMax (Chung et al. 2023, arXiv:2304.09151, section 2).
Everything is computed in fractions, so a verdict never hangs on a rounding error, and caps and floors are shares of
the budget.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from corpuskit.mix.solver.conflict import Infeasible, explain
from corpuskit.mix.solver.limits import Limits, SourceSupply, budget_of, decimal, feasible, highest, limits_of, lowest

__all__ = ["Allocation", "Infeasible", "SourceSupply", "solve"]


@dataclass(frozen=True)
class Allocation:
    """What one source gives: its quota of tokens, as repetitions of itself and as a share of the budget."""

    name: str
    tokens: int
    epochs: float
    share: float


def solve(
    sources: Iterable[SourceSupply],
    budget: int,
    origin_caps: Mapping[str, float] | None = None,
    any_source: float | None = None,
) -> list[Allocation]:
    """Allocate the budget; one Allocation a source, in the order given.

    Quotas are whole tokens by largest remainder and never exceed a limit; where limits that are no whole numbers
    leave no place for the last tokens (two sources, each capped at half of an odd budget), the quotas add up to that
    much less, at most one token a limit. Raises Infeasible if no allocation exists.
    """
    supplies = tuple(sources)
    limits = limits_of(supplies, budget, origin_caps or {}, any_source)
    if not feasible(supplies, limits):
        raise explain(supplies, limits)
    exact = _project(supplies, limits)
    quotas = _whole(supplies, limits, exact)
    return [
        Allocation(
            source.name,
            quotas[source.name],
            quotas[source.name] / source.tokens if source.tokens else 0.0,
            quotas[source.name] / budget,
        )
        for source in supplies
    ]


@dataclass(frozen=True)
class _Bounds:
    """One source's range of tokens and its weight."""

    weight: Fraction
    low: Fraction
    high: Fraction

    def at(self, level: Fraction) -> Fraction:
        return min(max(self.weight * level, self.low), self.high)


def _project(supplies: tuple[SourceSupply, ...], limits: Limits) -> dict[str, Fraction]:
    """The exact optimum. A capped origin is first filled to its cap alone; what its sources reach there bounds
    them, and then one level fills all sources to the budget."""
    budget = budget_of(limits)
    bounds = {
        source.name: _Bounds(decimal(source.weight), lowest(source, limits), highest(source, limits))
        for source in supplies
    }
    for limit, cap in limits.items():
        if limit.kind != "origin":
            continue
        members = [source.name for source in supplies if source.origin == limit.name]
        reached = _fill([bounds[name] for name in members], cap * budget)
        for name, high in zip(members, reached, strict=True):
            bounds[name] = _Bounds(bounds[name].weight, bounds[name].low, high)
    return dict(zip(bounds, _fill(list(bounds.values()), Fraction(budget)), strict=True))


def _fill(bounds: list[_Bounds], target: Fraction) -> list[Fraction]:
    """Raise one level until the clipped weights add up to the target, or all are at their upper bounds.

    Their sum is a rising line with corners where a source leaves its lower or meets its upper bound.
    """
    corners = sorted({edge / item.weight for item in bounds for edge in (item.low, item.high)})
    start, end = 0, len(corners)
    while start < end:
        middle = (start + end) // 2
        if sum(item.at(corners[middle]) for item in bounds) <= target:
            start = middle + 1
        else:
            end = middle
    level = corners[start - 1] if start else Fraction(0)
    if start < len(corners):
        rising = sum(item.weight for item in bounds if item.low <= item.weight * level < item.high)
        if rising:
            level += (target - sum(item.at(level) for item in bounds)) / rising
    return [item.at(level) for item in bounds]


def _whole(supplies: tuple[SourceSupply, ...], limits: Limits, exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Whole tokens by largest remainder (ties by name), while the limits have room for one more."""
    budget = budget_of(limits)
    quotas = {name: int(tokens) for name, tokens in exact.items()}
    by_remainder = sorted(supplies, key=lambda source: (-(exact[source.name] % 1), source.name))
    capacity = {
        limit.name: int(cap * budget) - sum(quotas[s.name] for s in supplies if s.origin == limit.name)
        for limit, cap in limits.items()
        if limit.kind == "origin"
    }
    left = budget - sum(quotas.values())
    progress = True
    while left and progress:
        progress = False
        for source in by_remainder:
            fits = quotas[source.name] + 1 <= highest(source, limits) and capacity.get(source.origin, 1) > 0
            if left and fits:
                quotas[source.name] += 1
                left -= 1
                progress = True
                if source.origin in capacity:
                    capacity[source.origin] -= 1
    return quotas
