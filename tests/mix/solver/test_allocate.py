"""The solver: exact against an oracle, every verdict on feasibility right, every conflict smallest, every fix real."""

import itertools
import random
from collections.abc import Iterator

import numpy
import pytest
from scipy.optimize import linprog, minimize

from corpuskit.core.errors import RefusedError
from corpuskit.mix.solver.allocate import Allocation, Infeasible, SourceSupply, solve
from corpuskit.mix.solver.conflict import smallest_conflict
from corpuskit.mix.solver.limits import ANY_SOURCE, BUDGET, Limit, Limits, feasible, limits_of

Case = tuple[list[SourceSupply], int, dict[str, float], float | None]


def by_name(allocations: list[Allocation]) -> dict[str, int]:
    return {allocation.name: allocation.tokens for allocation in allocations}


def source(name: str, tokens: int = 10**9, **more: object) -> SourceSupply:
    return SourceSupply(**{"name": name, "origin": "crawl", "tokens": tokens, **more})  # type: ignore[arg-type]


def random_case(seed: int, most_sources: int = 7) -> Case:
    rng = random.Random(seed)
    origins = ["crawl", "synthetic", "licensed"][: rng.randint(1, 3)]
    count = rng.randint(1, most_sources)
    budget = rng.choice([997, 10_000, 1_000_003])
    sources = [
        SourceSupply(
            name=f"s{number}",
            origin=rng.choice(origins),
            tokens=rng.choice([0, *[int(budget * rng.uniform(0.02, 2)) for _ in range(9)]]),
            weight=round(rng.lognormvariate(0, 1), 3) + 0.001,
            max_epochs=rng.choice([1, 1, 2, 4, 1.5, None]),
            floor=rng.choice([None, None, None, round(rng.uniform(0, 0.3), 3)]),
            cap=rng.choice([None, None, None, round(rng.uniform(0.05, 1), 2)]),
        )
        for number in range(count)
    ]
    caps = {origin: round(rng.uniform(0.1, 1), 2) for origin in origins if rng.random() < 0.3}
    any_source = round(rng.uniform(0.15, 1), 2) if rng.random() < 0.3 else None
    return sources, budget, caps, any_source


def program(case: Case) -> tuple[list[tuple[float, float]], list[list[float]], list[float]]:
    """Bounds and group rows of a case, written down a second time for the oracle."""
    sources, budget, caps, any_source = case
    bounds = []
    for item in sources:
        epochs = budget if item.max_epochs is None else item.max_epochs * item.tokens
        most = min(budget * min(item.cap or 1, any_source or 1), epochs if item.tokens else 0)
        bounds.append(((item.floor or 0) * budget, most))
    rows = [[float(item.origin == origin) for item in sources] for origin in caps]
    return bounds, rows, [cap * budget for cap in caps.values()]


def oracle_feasible(case: Case) -> bool:
    bounds, rows, tops = program(case)
    if any(low > high + 1e-6 for low, high in bounds):
        return False
    count = len(bounds)
    # The most that fits between the bounds, against the budget.
    program_result = linprog(
        [-1.0] * count, A_ub=rows or None, b_ub=tops or None, bounds=[(low, max(low, high)) for low, high in bounds]
    )
    return (
        program_result.status == 0
        and -program_result.fun >= case[1] * (1 - 1e-9)
        and sum(low for low, _ in bounds) <= case[1] * (1 + 1e-9)
    )


def check(case: Case, allocations: list[Allocation]) -> None:
    """Every constraint of a case, on whole tokens."""
    sources, budget, caps, any_source = case
    quotas = by_name(allocations)
    slack = len(sources) + len(caps)
    assert budget - slack <= sum(quotas.values()) <= budget
    for item in sources:
        got = quotas[item.name]
        if item.max_epochs is not None:
            assert got <= item.max_epochs * item.tokens
        assert got <= budget * min(item.cap or 1, any_source or 1) + 1e-6
        assert got > budget * (item.floor or 0) - 1
    for origin, cap in caps.items():
        assert sum(quotas[item.name] for item in sources if item.origin == origin) <= cap * budget + 1e-6


def test_weights_alone_divide_the_budget() -> None:
    sources = [source("a", weight=6), source("b", weight=3), source("c", weight=1)]
    assert by_name(solve(sources, 1000)) == {"a": 600, "b": 300, "c": 100}


def test_what_a_source_lacks_goes_to_the_others_by_weight() -> None:
    sources = [source("a", 100, weight=6, max_epochs=2), source("b", weight=3), source("c", weight=1)]
    assert by_name(solve(sources, 1000)) == {"a": 200, "b": 600, "c": 200}


def test_caps_floors_and_origins() -> None:
    sources = [
        source("web", weight=8),
        source("synth", weight=4, origin="synthetic"),
        source("more", weight=4, origin="synthetic"),
        source("wiki", weight=0.001, floor=0.1),
    ]
    quotas = by_name(solve(sources, 1000, {"synthetic": 0.2}, any_source=0.6))
    assert quotas["wiki"] == 200, "web is capped at 600, synthetic at 200, so the rest is for wiki"
    assert quotas == {"web": 600, "synth": 100, "more": 100, "wiki": 200}


def test_shares_and_epochs_are_told() -> None:
    (only,) = solve([source("a", 400, max_epochs=4)], 1000)
    assert only == Allocation("a", 1000, 2.5, 1.0)


def test_decimals_are_taken_as_written() -> None:
    # In doubles 3 * 0.1 is above 0.3, so a sum of floors would stand above an equal cap.
    sources = [source(name, floor=0.1) for name in "abc"]
    assert sum(by_name(solve([*sources, source("d", origin="licensed")], 10, {"crawl": 0.3})).values()) == 10


def test_largest_remainder_with_ties_by_name() -> None:
    sources = [source(name) for name in "cab"]
    assert by_name(solve(sources, 100)) == {"c": 33, "a": 34, "b": 33}


def test_limits_that_are_no_whole_tokens_leave_less_than_one_token_each() -> None:
    assert by_name(solve([source("a"), source("b")], 1001, any_source=0.5)) == {"a": 500, "b": 500}


def test_equal_weights_are_unimax() -> None:
    """UniMax by its own words: smallest source first, each gets an equal part of what is left or its epoch cap."""
    rng = random.Random(3)
    for _ in range(200):
        sizes = [rng.randint(1, 10_000) for _ in range(rng.randint(1, 8))]
        budget = rng.randint(1, 4 * sum(sizes))
        expected: dict[str, float] = {}
        tokens_left = float(budget)
        for index, (size, number) in enumerate(sorted((size, number) for number, size in enumerate(sizes))):
            expected[f"s{number}"] = min(tokens_left / (len(sizes) - index), 4 * size)
            tokens_left -= expected[f"s{number}"]
        quotas = by_name(solve([source(f"s{n}", size, max_epochs=4) for n, size in enumerate(sizes)], budget))
        assert all(abs(quotas[name] - tokens) <= 1 for name, tokens in expected.items())


def test_every_verdict_on_feasibility_agrees_with_a_linear_program() -> None:
    verdicts = {True: 0, False: 0}
    for seed in range(200):
        case = random_case(seed)
        try:
            check(case, solve(*case))
            is_solved = True
        except Infeasible:
            is_solved = False
        assert is_solved == oracle_feasible(case), seed
        verdicts[is_solved] += 1
    assert min(verdicts.values()) > 40, "the cases try both sides"


def test_the_allocation_is_the_optimum_of_a_nonlinear_program() -> None:
    tried = 0
    for seed in range(120):
        case = random_case(seed, most_sources=5)
        sources, budget, _, _ = case
        bounds, rows, tops = program(case)
        try:
            quotas = numpy.array([item.tokens for item in solve(*case)], float)
        except Infeasible:
            continue
        weights = numpy.array([item.weight for item in sources])
        target = weights / weights.sum()

        def divergence(shares: numpy.ndarray, target: numpy.ndarray = target) -> float:
            positive = numpy.maximum(shares, 1e-12)
            return float((positive * numpy.log(positive / target)).sum())

        oracle = minimize(
            divergence,
            numpy.maximum(quotas / budget, 1e-6),
            jac=lambda x, target=target: numpy.log(numpy.maximum(x, 1e-12) / target) + 1,
            method="SLSQP",
            bounds=[(low / budget, max(low, high) / budget) for low, high in bounds],
            constraints=[
                {"type": "eq", "fun": lambda x: x.sum() - 1},
                *(
                    {"type": "ineq", "fun": lambda x, row=row, top=top / budget: top - numpy.dot(row, x)}
                    for row, top in zip(rows, tops, strict=True)
                ),
            ],
            options={"maxiter": 500, "ftol": 1e-14},
        )
        assert oracle.success
        tolerance = max(1e-5, 3 * len(sources) / budget)
        assert divergence(quotas / budget) <= divergence(oracle.x) + tolerance, seed
        tried += 1
    assert tried > 40


def subsets(limits: Limits) -> Iterator[Limits]:
    for size in range(len(limits) + 1):
        for chosen in itertools.combinations(limits, size):
            yield {limit: limits[limit] for limit in chosen}


def test_the_conflict_named_is_a_smallest_one() -> None:
    tried = 0
    for seed in range(1500):
        sources, budget, caps, any_source = random_case(seed, most_sources=4)
        supplies = tuple(sources)
        limits = limits_of(supplies, budget, caps, any_source)
        if feasible(supplies, limits) or len(limits) > 11:
            continue
        named = smallest_conflict(supplies, limits)
        alone = {limit: limits[limit] for limit in named}
        if any(item.tokens for item in supplies):
            assert not feasible(supplies, alone)
            for limit in named:
                rest = {other: value for other, value in alone.items() if other != limit}
                assert feasible(supplies, rest), (seed, limit)
            fewest = next(len(subset) for subset in subsets(limits) if not feasible(supplies, subset))
            assert len(named) == fewest, seed
            tried += 1
    assert tried > 200


def changed(case: Case, fix: Limits) -> Case:
    """The case as a user would write it after following a fix."""
    sources, budget, caps, any_source = case
    for limit, value in fix.items():
        if limit == BUDGET:
            budget = int(value)
        elif limit == ANY_SOURCE:
            any_source = float(value)
        elif limit.kind == "origin":
            caps = {**caps, limit.name: float(value)}
        else:
            sources = [
                SourceSupply(**{**vars(item), limit.kind: float(value)}) if item.name == limit.name else item
                for item in sources
            ]
    return sources, budget, caps, any_source


def test_every_fix_makes_the_mix_feasible_and_no_nearer_one_does() -> None:
    fixes = joint = 0
    for seed in range(600):
        case = random_case(seed)
        try:
            solve(*case)
        except Infeasible as error:
            assert error.changes or not any(item.tokens for item in case[0]), seed
            for fix in error.changes:
                mended = changed(case, fix)
                check(mended, solve(*mended))
                fixes += 1
                joint += len(fix) > 1
                (limit, value), *others = fix.items()
                if limit == BUDGET and not others:
                    with pytest.raises(Infeasible):
                        solve(*changed(case, {limit: value + 1}))
    assert fixes > 300
    assert joint > 5


def test_the_message_names_limits_and_ways_out() -> None:
    sources = [source("web", 1_000_000), source("wiki", 50_000, max_epochs=4)]
    with pytest.raises(Infeasible) as caught:
        solve(sources, 2_000_000)
    error = caught.value
    assert isinstance(error, RefusedError)
    assert error.exit_code == 6
    assert error.conflict == [
        "budget 2,000,000",
        "max_epochs 1 of web (has 1,000,000 tokens)",
        "max_epochs 4 of wiki (has 50,000 tokens)",
    ]
    assert error.fixes == [
        "budget down to 1,200,000",
        "max_epochs of web up to 2",
        "max_epochs of wiki up to 20",
    ]
    assert "\n" not in str(error)
    assert str(error).endswith(
        "cannot all hold; nearest fix: budget down to 1,200,000, or max_epochs of web up to 2, or "
        "max_epochs of wiki up to 20"
    )


def test_caps_alone_conflict_without_the_budget() -> None:
    with pytest.raises(Infeasible) as caught:
        solve([source("a"), source("b"), source("c")], 1000, any_source=0.3)
    assert caught.value.limits == (ANY_SOURCE,)
    assert caught.value.fixes == ["cap any_source up to 0.3334"]


def test_a_floor_above_what_the_source_may_give() -> None:
    with pytest.raises(Infeasible) as caught:
        solve([source("wiki", 100, floor=0.2), source("web")], 1000)
    assert caught.value.limits == (BUDGET, Limit("max_epochs", "wiki"), Limit("floor", "wiki"))
    assert set(caught.value.fixes) == {
        "budget down to 500",
        "max_epochs of wiki up to 2",
        "floor of wiki down to 0.1",
    }


def test_sources_without_a_token() -> None:
    assert by_name(solve([source("a"), source("empty", 0)], 10)) == {"a": 10, "empty": 0}
    with pytest.raises(Infeasible, match="no tokens to give"):
        solve([source("empty", 0)], 10)
    with pytest.raises(Infeasible, match=r"floor 0\.1 of empty cannot hold; nearest fix: floor of empty down to 0"):
        solve([source("a"), source("empty", 0, floor=0.1)], 10)


def test_many_sources_are_solved_at_once() -> None:
    rng = random.Random(1)
    sources = [source(f"s{n}", rng.randint(1, 10**6), weight=rng.random() + 0.01) for n in range(100)]
    total = sum(item.tokens for item in sources)
    assert sum(by_name(solve(sources, total // 2)).values()) == total // 2
    with pytest.raises(Infeasible) as caught:
        solve(sources, total + 1)
    assert len(caught.value.limits) == 101
    assert caught.value.fixes[0] == f"budget down to {total:,}"
    assert "and 89 more cannot all hold" in str(caught.value)
