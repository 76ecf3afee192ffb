"""When the limits of a mix cannot all hold: the smallest set that conflicts, and the nearest ways out.

Origins divide the sources, so limits conflict in four ways only: a floor above its source's own bound; floors above
their origin's cap; floors above the whole; upper limits that together leave less than the whole. The fewest limits
that show each of these are counted directly; no subset is tried by chance.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor

from corpuskit.core.errors import RefusedError
from corpuskit.mix.solver.limits import ANY_SOURCE, BUDGET, Limit, Limits, SourceSupply, budget_of, feasible

Supplies = tuple[SourceSupply, ...]

STEPS = 10_000
"""Caps and floors are mended in steps of 1/STEPS."""

MAX_LISTED = 12
"""Limits and fixes that the message spells out; the error holds them all."""

MAX_JOINT = 1_000
"""Most limits that one joint fix changes."""


class Infeasible(RefusedError):
    """No allocation keeps all limits. `conflict` and `fixes` are phrases; `limits` and `changes` the same as data.

    Each fix is enough by itself: with its changes alone the mix can be solved.
    """

    def __init__(self, supplies: Supplies, limits: Limits, conflict: tuple[Limit, ...], changes: list[Limits]) -> None:
        self.limits = conflict
        self.changes = changes
        supply = {source.name: source.tokens for source in supplies}
        self.conflict = [_limit_phrase(limit, limits[limit], supply) for limit in conflict]
        self.fixes = [" and ".join(_fix_phrase(*change) for change in fix.items()) for fix in changes]
        cannot = "cannot all hold" if len(conflict) > 1 else "cannot hold"
        why = [f"{_shortened(self.conflict)} {cannot}"] if conflict else []
        why += [] if any(supply.values()) else ["there are no tokens to give"]
        ways = f"; nearest fix: {', or '.join(self.fixes[:MAX_LISTED])}" if self.fixes else ""
        super().__init__(f"the budget cannot be met: {': '.join(why)}{ways}")


def explain(supplies: Supplies, limits: Limits) -> Infeasible:
    """The error for limits that are not feasible."""
    conflict = smallest_conflict(supplies, limits)
    fixes = [{limit: value} for limit in conflict if (value := relaxed(supplies, limits, limit, limits)) is not None]
    fixes.sort(key=lambda fix: max(_distance(limits[limit], value) for limit, value in fix.items()))
    if not fixes:
        fixes = _joint_fix(supplies, limits)
    return Infeasible(supplies, limits, conflict, fixes)


def smallest_conflict(supplies: Supplies, limits: Limits) -> tuple[Limit, ...]:
    """The fewest limits that cannot hold together, whatever the others are (the first such set, if several)."""
    index_of = {limit: index for index, limit in enumerate(limits)}
    fewest: tuple[Limit, ...] = min(_conflicts(supplies, limits), key=len)
    return tuple(sorted(fewest, key=index_of.__getitem__))


def relaxed(supplies: Supplies, limits: Limits, limit: Limit, within: Limits) -> Fraction | None:
    """The nearest value of one limit with which `within` becomes feasible; None if no value of it helps."""
    steps, value = _ladder(supplies, limits, limit)

    def helps(step: int) -> bool:
        return feasible(supplies, {**within, limit: value(step)})

    if steps < 1 or not helps(steps):
        return None
    return value(1 + bisect_left(range(1, steps + 1), True, key=helps))


def _conflicts(supplies: Supplies, limits: Limits) -> Iterator[tuple[Limit, ...]]:
    yield from _floor_against_bound(supplies, limits)
    for origin in dict.fromkeys(source.origin for source in supplies):
        cap = Limit("origin", origin)
        members = [source for source in supplies if source.origin == origin]
        yield from _floors_above(limits.get(cap), members, limits, (cap,))
    yield from _floors_above(Fraction(1), supplies, limits, ())
    yield from _too_little(supplies, limits, with_epochs=False)
    if BUDGET in limits:
        yield from _too_little(supplies, limits, with_epochs=True)


def _floor_against_bound(supplies: Supplies, limits: Limits) -> Iterator[tuple[Limit, ...]]:
    for source in supplies:
        least = Limit("floor", source.name)
        share = limits.get(least, Fraction(0))
        if not share:
            continue
        if not source.tokens:
            yield (least,)
        for cap in (Limit("cap", source.name), ANY_SOURCE):
            if limits.get(cap, share) < share:
                yield cap, least
        epochs = Limit("max_epochs", source.name)
        if BUDGET in limits and epochs in limits and limits[epochs] * source.tokens < share * limits[BUDGET]:
            yield BUDGET, epochs, least


def _floors_above(
    cap: Fraction | None, members: Iterable[SourceSupply], limits: Limits, named: tuple[Limit, ...]
) -> Iterator[tuple[Limit, ...]]:
    floors = [limit for source in members if (limit := Limit("floor", source.name)) in limits]
    floors.sort(key=lambda limit: -limits[limit])
    total = Fraction(0)
    for count, least in enumerate(floors, 1):
        total += limits[least]
        if cap is not None and total > cap:
            yield *named, *floors[:count]
            return


Bound = tuple[Fraction, tuple[Limit, ...]]
"""Most tokens that some sources can give under the limits named."""


def _too_little(supplies: Supplies, limits: Limits, with_epochs: bool) -> Iterator[tuple[Limit, ...]]:
    """The fewest upper limits that together stay below the budget: origins are independent of one another, so the
    least bound for each number of limits is found origin by origin."""
    budget = budget_of(limits)
    always = (BUDGET,) if with_epochs else ()
    origins = dict.fromkeys(source.origin for source in supplies)
    for general in ((), (ANY_SOURCE,)) if ANY_SOURCE in limits else ((),):
        each = limits[ANY_SOURCE] * budget if general else budget
        best: list[Bound] = [(Fraction(0), ())]
        for origin in origins:
            members = [source for source in supplies if source.origin == origin]
            best = _combined(best, _bounds(members, limits, each, with_epochs))
        for bound, chosen in best:
            if bound < budget:
                yield *always, *chosen, *general
                break


def _bounds(members: list[SourceSupply], limits: Limits, each: Fraction, with_epochs: bool) -> list[Bound]:
    """The least bound on one origin's tokens by 0, 1, 2 … limits, where every source is bounded by `each` anyway."""
    budget = budget_of(limits)
    givers = [source for source in members if source.tokens]
    single = sorted(
        (bound for source in givers for bound in _own_bound(source, limits, budget, with_epochs) if bound[0] < each),
        key=lambda bound: bound[0],
    )
    spared = accumulate((bound - each for bound, _ in single), initial=each * len(givers))
    bounds = [
        (bound, tuple(limit for _, chosen in single[:count] for limit in chosen)) for count, bound in enumerate(spared)
    ]
    cap = Limit("origin", members[0].origin)
    if cap in limits:
        whole = (limits[cap] * budget, (cap,))
        if len(bounds) < 2:
            bounds.append(whole)
        bounds[1:] = [min(whole, bound, key=lambda item: item[0]) for bound in bounds[1:]]
    return bounds


def _own_bound(source: SourceSupply, limits: Limits, budget: Fraction, with_epochs: bool) -> Iterator[Bound]:
    bounds: list[Bound] = []
    cap, epochs = Limit("cap", source.name), Limit("max_epochs", source.name)
    if cap in limits:
        bounds.append((limits[cap] * budget, (cap,)))
    if with_epochs and epochs in limits:
        bounds.append((limits[epochs] * source.tokens, (epochs,)))
    if bounds:
        yield min(bounds, key=lambda bound: bound[0])


def _combined(first: list[Bound], second: list[Bound]) -> list[Bound]:
    best: list[Bound | None] = [None] * (len(first) + len(second) - 1)
    for one, (left, chosen) in enumerate(first):
        for two, (right, more) in enumerate(second):
            shortest = best[one + two]
            if shortest is None or left + right < shortest[0]:
                best[one + two] = (left + right, chosen + more)
    return [bound for bound in best if bound is not None]


def _ladder(supplies: Supplies, limits: Limits, limit: Limit) -> tuple[int, Callable[[int], Fraction]]:
    """How many steps a limit can be eased by, and its value after that many."""
    value = limits[limit]
    if limit == BUDGET:
        return int(value) - 1, lambda step: value - step
    if limit.kind == "floor":
        top = ceil(value * STEPS)
        return top, lambda step: Fraction(top - step, STEPS)
    if limit.kind == "max_epochs":
        return _epoch_ladder(supplies, limits, limit)
    bottom = floor(value * STEPS)
    return STEPS - bottom, lambda step: Fraction(bottom + step, STEPS)


def _epoch_ladder(supplies: Supplies, limits: Limits, limit: Limit) -> tuple[int, Callable[[int], Fraction]]:
    tokens = next(source.tokens for source in supplies if source.name == limit.name)
    if not tokens:
        return 0, lambda step: limits[limit]
    parts = 1 if limits[limit].denominator == 1 else 100
    bottom = floor(limits[limit] * parts)
    enough = ceil(budget_of(limits) * parts / tokens)
    return enough - bottom, lambda step: Fraction(bottom + step, parts)


def _joint_fix(supplies: Supplies, limits: Limits) -> list[Limits]:
    """Where no single change is enough: mend conflict after conflict, each by its own nearest change."""
    changed = dict(limits)
    for _ in range(MAX_JOINT):
        if feasible(supplies, changed):
            return [{limit: value for limit, value in changed.items() if value != limits[limit]}]
        conflict = smallest_conflict(supplies, changed)
        alone = {limit: changed[limit] for limit in conflict}
        values = {limit: relaxed(supplies, changed, limit, alone) for limit in conflict}
        ways = [
            (_distance(changed[limit], value), limit, value) for limit, value in values.items() if value is not None
        ]
        if not ways:
            return []
        _, limit, value = min(ways)
        changed[limit] = value
    return []


def _distance(old: Fraction, new: Fraction) -> Fraction:
    """How far a value moves, in proportion: doubling is as far as halving."""
    return max(old, new) / min(old, new) if min(old, new) else Fraction(STEPS)


def _shortened(phrases: list[str]) -> str:
    more = f" and {len(phrases) - MAX_LISTED} more" if len(phrases) > MAX_LISTED else ""
    return ", ".join(phrases[:MAX_LISTED]) + more


def _limit_phrase(limit: Limit, value: Fraction, supply: dict[str, int]) -> str:
    if limit == BUDGET:
        return f"budget {_number(value)}"
    if limit == ANY_SOURCE:
        return f"cap any_source {_number(value)}"
    if limit.kind == "max_epochs":
        return f"max_epochs {_number(value)} of {limit.name} (has {supply[limit.name]:,} tokens)"
    if limit.kind == "origin":
        return f"cap {limit.name} {_number(value)}"
    return f"{limit.kind} {_number(value)} of {limit.name}"


def _fix_phrase(limit: Limit, value: Fraction) -> str:
    if limit == BUDGET:
        return f"budget down to {_number(value)}"
    if limit.kind == "floor":
        return f"floor of {limit.name} down to {_number(value)}"
    if limit.kind in ("origin", "any_source"):
        return f"cap {limit.name or limit.kind} up to {_number(value)}"
    return f"{limit.kind} of {limit.name} up to {_number(value)}"


def _number(value: Fraction) -> str:
    return f"{int(value):,}" if value.denominator == 1 else repr(float(value))
