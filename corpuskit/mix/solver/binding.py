"""Which limit held a source back: what the summary and the manifest say next to its quota."""

from collections.abc import Iterable, Mapping

from corpuskit.mix.solver.limits import ANY_SOURCE, Limit, Limits, SourceSupply, budget_of, highest, limits_of, lowest


def binding_limits(
    sources: Iterable[SourceSupply],
    quotas: Mapping[str, int],
    budget: int,
    origin_caps: Mapping[str, float] | None = None,
    any_source: float | None = None,
) -> dict[str, str | None]:
    """Return by source the recipe's key of the limit that its quota lies on; None where the weight alone decided.

    `max_epochs` means that the source ran dry: it gives all that it has, as often as the recipe allows. Of several
    limits the tightest is named. Quotas are whole tokens, so one lies on a limit if one token more would break it.
    """
    supplies = tuple(sources)
    limits = limits_of(supplies, budget, origin_caps or {}, any_source)
    totals: dict[str, int] = {}
    for source in supplies:
        totals[source.origin] = totals.get(source.origin, 0) + quotas[source.name]
    return {source.name: _limit_of(source, quotas[source.name], totals[source.origin], limits) for source in supplies}


def _limit_of(source: SourceSupply, quota: int, origin_total: int, limits: Limits) -> str | None:
    budget = budget_of(limits)
    if quota + 1 > highest(source, limits) and quota < budget:
        return _tightest(source, limits)
    origin_cap = limits.get(Limit("origin", source.origin))
    if origin_cap is not None and origin_total + 1 > origin_cap * budget and origin_total < budget:
        return f"caps.{source.origin}"
    if Limit("floor", source.name) in limits and quota - 1 < lowest(source, limits):
        return "floors"
    return None


def _tightest(source: SourceSupply, limits: Limits) -> str:
    """Return which of the limits that a source has by itself allows the fewest tokens."""
    epochs = limits.get(Limit("max_epochs", source.name))
    any_source = limits.get(ANY_SOURCE)
    bounds = [
        (epochs * source.tokens, "max_epochs") if epochs is not None else None,
        (any_source * budget_of(limits), "caps.any_source") if any_source is not None else None,
    ]
    # A source without tokens has nothing to repeat, however many epochs it may have.
    return min(filter(None, bounds), default=(0, "max_epochs"))[1] if source.tokens else "max_epochs"
