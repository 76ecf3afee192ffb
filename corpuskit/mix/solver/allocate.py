"""How many tokens each source gives: weights projected exactly onto budget, epoch limits, caps and floors.

The allocation T minimises the Kullback-Leibler divergence from the weights, sum of T·log(T/w), subject to
    sum of T = budget,   floor·budget <= T <= cap·budget,   T <= max_epochs·supply   for every source,
    sum of T over an origin <= cap·budget                                            for every capped origin.
Its solution clips w·θ to each source's bounds, with one level θ for all sources and a lower level in each origin whose
cap binds. With equal weights and no caps it is the allocation of UniMax (Chung et al. 2023, arXiv:2304.09151, section
2). Everything is computed in fractions, so no verdict depends on a rounding error. Caps and floors are shares of the
budget.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from corpuskit.mix.solver.conflict import Infeasible, explain
from corpuskit.mix.solver.limits import Limits, SourceSupply, budget_of, decimal, feasible, highest, limits_of, lowest

__all__ = ["Allocation", "Infeasible", "SourceSupply", "solve"]


@dataclass(frozen=True)
class Allocation:
    """What one source gives: its quota in tokens, in epochs of the source, and as a share of the budget."""

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
    """Allocate the budget; return one Allocation for each source, in the order of the sources.

    Quotas are rounded to whole tokens by largest remainder and never exceed a limit. If fractional limits have no room
    for the last tokens (two sources, each capped at half of an odd budget), the quotas fall short of the budget, by at
    most one token per limit. Raises Infeasible if no allocation exists.
    """
    supplies = tuple(sources)
    limits = limits_of(supplies, budget, origin_caps or {}, any_source)
    if not feasible(supplies, limits):
        raise explain(supplies, limits)
    exact = _project(supplies, limits)
    quotas = _whole_quotas(supplies, limits, exact)
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
class _TokenRange:
    """The fewest and the most tokens that a source may give, and its weight."""

    weight: Fraction
    low: Fraction
    high: Fraction

    def at(self, level: Fraction) -> Fraction:
        """Return what the source gives at this level."""
        return min(max(self.weight * level, self.low), self.high)


def _project(supplies: tuple[SourceSupply, ...], limits: Limits) -> dict[str, Fraction]:
    """Return the exact optimum.

    First each capped origin is filled to its cap by itself, and what its sources reach becomes their upper bound. Then
    one level fills all sources to the budget.

        weights 8, 4, 4, budget 1000; the last two share an origin with a cap of 200
        the origin by itself     -, 100, 100
        all sources            800, 100, 100     the level rises until 8·level = 800
    """
    budget = budget_of(limits)
    ranges = {
        source.name: _TokenRange(decimal(source.weight), lowest(source, limits), highest(source, limits))
        for source in supplies
    }
    for limit, cap in limits.items():
        if limit.kind != "origin":
            continue
        members = [source.name for source in supplies if source.origin == limit.name]
        capped_tokens = _fill([ranges[name] for name in members], cap * budget)
        for name, high in zip(members, capped_tokens, strict=True):
            ranges[name] = _TokenRange(ranges[name].weight, ranges[name].low, high)
    return dict(zip(ranges, _fill(list(ranges.values()), Fraction(budget)), strict=True))


def _fill(ranges: list[_TokenRange], target: Fraction) -> list[Fraction]:
    """Raise one level until the clipped weights add up to the target, or all sources give their most.

    The sum of the clipped weights grows in straight segments. Their corners are the levels at which a source leaves its
    lower bound or meets its upper one. A binary search finds the segment that the target lies on.
    """
    corners = sorted({edge / item.weight for item in ranges for edge in (item.low, item.high)})
    start, end = 0, len(corners)
    while start < end:
        middle = (start + end) // 2
        if sum(item.at(corners[middle]) for item in ranges) <= target:
            start = middle + 1
        else:
            end = middle
    level = corners[start - 1] if start else Fraction(0)
    if start < len(corners):
        slope = sum(item.weight for item in ranges if item.low <= item.weight * level < item.high)
        if slope:
            level += (target - sum(item.at(level) for item in ranges)) / slope
    return [item.at(level) for item in ranges]


def _whole_quotas(supplies: tuple[SourceSupply, ...], limits: Limits, exact: Mapping[str, Fraction]) -> dict[str, int]:
    """Return whole tokens by largest remainder (ties by name), as long as the limits allow one more token."""
    budget = budget_of(limits)
    quotas = {name: int(tokens) for name, tokens in exact.items()}
    by_remainder = sorted(supplies, key=lambda source: (-(exact[source.name] % 1), source.name))
    capacity = {
        limit.name: int(cap * budget) - sum(quotas[source.name] for source in supplies if source.origin == limit.name)
        for limit, cap in limits.items()
        if limit.kind == "origin"
    }
    tokens_left = budget - sum(quotas.values())
    progress = True
    while tokens_left and progress:
        progress = False
        for source in by_remainder:
            fits = quotas[source.name] + 1 <= highest(source, limits) and capacity.get(source.origin, 1) > 0
            if tokens_left and fits:
                quotas[source.name] += 1
                tokens_left -= 1
                progress = True
                if source.origin in capacity:
                    capacity[source.origin] -= 1
    return quotas
