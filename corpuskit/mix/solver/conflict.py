"""For limits of a mix that cannot all hold: the smallest set that conflicts, and the nearest fixes.

Each source has one origin, so limits conflict in four ways only: a floor above its source's own upper bound; floors
above their origin's cap; floors above the whole; upper limits that together allow less than the whole. For each way the
fewest conflicting limits are computed directly, without trying subsets.
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
"""Caps and floors are changed in steps of 1/STEPS."""

MAX_LISTED = 12
"""Most limits and fixes that the message spells out; the error itself holds all of them."""

MAX_JOINT = 1_000
"""Most limits that a joint fix changes."""


class Infeasible(RefusedError):
    """No allocation keeps all limits. `conflict` and `fixes` hold phrases, `limits` and `changes` the data behind them.

    Each fix is sufficient: with its changes alone the mix can be solved.
    """

    def __init__(self, supplies: Supplies, limits: Limits, conflict: tuple[Limit, ...], changes: list[Limits]) -> None:
        self.limits = conflict
        self.changes = changes
        supply = {source.name: source.tokens for source in supplies}
        self.conflict = [_limit_phrase(limit, limits[limit], supply) for limit in conflict]
        self.fixes = [" and ".join(_fix_phrase(*change) for change in fix.items()) for fix in changes]
        cannot = "cannot all hold" if len(conflict) > 1 else "cannot hold"
        reasons = [f"{_shortened(self.conflict)} {cannot}"] if conflict else []
        reasons += [] if any(supply.values()) else ["there are no tokens to give"]
        fixes = f"; nearest fix: {', or '.join(self.fixes[:MAX_LISTED])}" if self.fixes else ""
        super().__init__(f"the budget cannot be met: {': '.join(reasons)}{fixes}")


def explain(supplies: Supplies, limits: Limits) -> Infeasible:
    """Return the error for limits that are not feasible."""
    conflict = smallest_conflict(supplies, limits)
    fixes = [
        {limit: value} for limit in conflict if (value := relaxed_value(supplies, limits, limit, limits)) is not None
    ]
    fixes.sort(key=lambda fix: max(_distance(limits[limit], value) for limit, value in fix.items()))
    if not fixes:
        fixes = _joint_fix(supplies, limits)
    return Infeasible(supplies, limits, conflict, fixes)


def smallest_conflict(supplies: Supplies, limits: Limits) -> tuple[Limit, ...]:
    """Return the fewest limits that cannot hold together, whatever the others are; the first of several such sets."""
    index_of = {limit: index for index, limit in enumerate(limits)}
    fewest: tuple[Limit, ...] = min(_conflicts(supplies, limits), key=len)
    return tuple(sorted(fewest, key=index_of.__getitem__))


def relaxed_value(supplies: Supplies, limits: Limits, limit: Limit, within: Limits) -> Fraction | None:
    """Return the nearest value of one limit with which `within` becomes feasible; None if no value helps."""
    steps, value = _ladder(supplies, limits, limit)

    def helps(step: int) -> bool:
        return feasible(supplies, {**within, limit: value(step)})

    if steps < 1 or not helps(steps):
        return None
    return value(1 + bisect_left(range(1, steps + 1), True, key=helps))


def _conflicts(supplies: Supplies, limits: Limits) -> Iterator[tuple[Limit, ...]]:
    """Yield sets of limits that cannot hold together, among them a smallest one."""
    yield from _floor_against_bound(supplies, limits)
    for origin in dict.fromkeys(source.origin for source in supplies):
        cap = Limit("origin", origin)
        members = [source for source in supplies if source.origin == origin]
        yield from _floors_above(limits.get(cap), members, limits, (cap,))
    yield from _floors_above(Fraction(1), supplies, limits, ())
    yield from _too_little_allowed(supplies, limits, with_epochs=False)
    if BUDGET in limits:
        yield from _too_little_allowed(supplies, limits, with_epochs=True)


def _floor_against_bound(supplies: Supplies, limits: Limits) -> Iterator[tuple[Limit, ...]]:
    """Yield each floor that its source cannot reach, with the limit that it exceeds."""
    for source in supplies:
        floor_limit = Limit("floor", source.name)
        share = limits.get(floor_limit, Fraction(0))
        if not share:
            continue
        if not source.tokens:
            yield (floor_limit,)
        for cap in (Limit("cap", source.name), ANY_SOURCE):
            if limits.get(cap, share) < share:
                yield cap, floor_limit
        epochs = Limit("max_epochs", source.name)
        if BUDGET in limits and epochs in limits and limits[epochs] * source.tokens < share * limits[BUDGET]:
            yield BUDGET, epochs, floor_limit


def _floors_above(
    cap: Fraction | None, members: Iterable[SourceSupply], limits: Limits, cap_limits: tuple[Limit, ...]
) -> Iterator[tuple[Limit, ...]]:
    """Yield the fewest floors of these sources that add up to more than the cap, after the limits that set the cap."""
    floors = [limit for source in members if (limit := Limit("floor", source.name)) in limits]
    floors.sort(key=lambda limit: -limits[limit])
    total = Fraction(0)
    for count, floor_limit in enumerate(floors, 1):
        total += limits[floor_limit]
        if cap is not None and total > cap:
            yield *cap_limits, *floors[:count]
            return


UpperBound = tuple[Fraction, tuple[Limit, ...]]
"""The most tokens that some sources can give under some limits, and these limits."""


def _too_little_allowed(supplies: Supplies, limits: Limits, with_epochs: bool) -> Iterator[tuple[Limit, ...]]:
    """Yield the fewest upper limits that together stay below the budget.

    Origins are independent of one another, so the least bound for each number of limits is built up origin by origin.
    """
    budget = budget_of(limits)
    always = (BUDGET,) if with_epochs else ()
    origins = dict.fromkeys(source.origin for source in supplies)
    for general in ((), (ANY_SOURCE,)) if ANY_SOURCE in limits else ((),):
        each = limits[ANY_SOURCE] * budget if general else budget
        least: list[UpperBound] = [(Fraction(0), ())]
        for origin in origins:
            members = [source for source in supplies if source.origin == origin]
            least = _sums(least, _upper_bounds(members, limits, each, with_epochs))
        for bound, chosen in least:
            if bound < budget:
                yield *always, *chosen, *general
                break


def _upper_bounds(members: list[SourceSupply], limits: Limits, each: Fraction, with_epochs: bool) -> list[UpperBound]:
    """Return the least bounds on one origin's tokens by 0, 1, 2 … limits, if `each` bounds every source anyway.

    each 600, max_epochs allow 100 of a and 300 of b, the origin's cap is 350
    limits           0        1                        2
    of the sources   1200     700 (max_epochs of a)    400 (both)
    with the cap     1200     350 (the cap)            350 (the cap)
    """
    budget = budget_of(limits)
    givers = [source for source in members if source.tokens]
    single = sorted(
        (
            bound
            for source in givers
            for bound in _bound_of_source(source, limits, budget, with_epochs)
            if bound[0] < each
        ),
        key=lambda bound: bound[0],
    )
    totals = accumulate((bound - each for bound, _ in single), initial=each * len(givers))
    bounds = [
        (bound, tuple(limit for _, chosen in single[:count] for limit in chosen)) for count, bound in enumerate(totals)
    ]
    cap = Limit("origin", members[0].origin)
    if cap in limits:
        cap_bound = (limits[cap] * budget, (cap,))
        if len(bounds) < 2:
            bounds.append(cap_bound)
        bounds[1:] = [min(cap_bound, bound, key=lambda item: item[0]) for bound in bounds[1:]]
    return bounds


def _bound_of_source(source: SourceSupply, limits: Limits, budget: Fraction, with_epochs: bool) -> Iterator[UpperBound]:
    """Yield the least bound that one limit of a source puts on it, if it has any."""
    bounds: list[UpperBound] = []
    cap, epochs = Limit("cap", source.name), Limit("max_epochs", source.name)
    if cap in limits:
        bounds.append((limits[cap] * budget, (cap,)))
    if with_epochs and epochs in limits:
        bounds.append((limits[epochs] * source.tokens, (epochs,)))
    if bounds:
        yield min(bounds, key=lambda bound: bound[0])


def _sums(first: list[UpperBound], second: list[UpperBound]) -> list[UpperBound]:
    """Return the least sums of two groups' bounds by 0, 1, 2 … limits.

    first      9 5         (by 0 and 1 limits)
    second     8 2
    sums      17 11 7      11 = 9 + 2, less than 5 + 8
    """
    sums: list[UpperBound | None] = [None] * (len(first) + len(second) - 1)
    for i, (first_bound, first_limits) in enumerate(first):
        for j, (second_bound, second_limits) in enumerate(second):
            total, least = first_bound + second_bound, sums[i + j]
            if least is None or total < least[0]:
                sums[i + j] = (total, first_limits + second_limits)
    return [bound for bound in sums if bound is not None]


def _ladder(supplies: Supplies, limits: Limits, limit: Limit) -> tuple[int, Callable[[int], Fraction]]:
    """Return how many steps a limit can be eased by, and the function from steps to its value."""
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
    steps_an_epoch = 1 if limits[limit].denominator == 1 else 100
    bottom = floor(limits[limit] * steps_an_epoch)
    top = ceil(budget_of(limits) * steps_an_epoch / tokens)
    return top - bottom, lambda step: Fraction(bottom + step, steps_an_epoch)


def _joint_fix(supplies: Supplies, limits: Limits) -> list[Limits]:
    """Return the changes that resolve one conflict after another, each by its nearest change; empty if there are none.

    This is for limits that no single change makes feasible.
    """
    changed = dict(limits)
    for _ in range(MAX_JOINT):
        if feasible(supplies, changed):
            return [{limit: value for limit, value in changed.items() if value != limits[limit]}]
        conflict = smallest_conflict(supplies, changed)
        alone = {limit: changed[limit] for limit in conflict}
        values = {limit: relaxed_value(supplies, changed, limit, alone) for limit in conflict}
        candidates = [
            (_distance(changed[limit], value), limit, value) for limit, value in values.items() if value is not None
        ]
        if not candidates:
            return []
        _, limit, value = min(candidates)
        changed[limit] = value
    return []


def _distance(old: Fraction, new: Fraction) -> Fraction:
    """Return how far a value moves, in proportion: doubling counts as much as halving."""
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
