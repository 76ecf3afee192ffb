"""Which limit holds a source back, compared with what happens when that limit is lifted."""

import itertools
import random
from dataclasses import replace

from corpuskit.mix.solver.allocate import Infeasible, SourceSupply, solve
from corpuskit.mix.solver.binding import binding_limits


def quotas_of(
    sources: list[SourceSupply], budget: int, caps: dict[str, float], any_source: float | None
) -> dict[str, int]:
    return {each.name: each.tokens for each in solve(sources, budget, caps, any_source)}


def test_each_kind_of_limit_is_named() -> None:
    sources = [
        SourceSupply("web", "crawl", 900_000),
        SourceSupply("essays", "other", 1_000),
        SourceSupply("books", "licensed", 500_000, weight=50),
        SourceSupply("poems", "private_third_party", 90_000, weight=0.001, floor=0.05),
    ]
    quotas = quotas_of(sources, 100_000, {"licensed": 0.3}, 0.7)
    bound = binding_limits(sources, quotas, 100_000, {"licensed": 0.3}, 0.7)
    assert bound == {"web": None, "essays": "max_epochs", "books": "caps.licensed", "poems": "floors"}
    wide = [replace(source, weight=1000) if source.name == "web" else source for source in sources]
    quotas = quotas_of(wide, 100_000, {}, 0.7)
    assert binding_limits(wide, quotas, 100_000, {}, 0.7)["web"] == "caps.any_source"


def test_a_source_without_a_token_has_run_dry() -> None:
    sources = [SourceSupply("full", "crawl", 100), SourceSupply("empty", "other", 0, max_epochs=None)]
    assert binding_limits(sources, {"full": 60, "empty": 0}, 60) == {"full": None, "empty": "max_epochs"}


def test_lifting_the_limit_that_is_named_changes_the_quota() -> None:
    """On random mixes: a source at `max_epochs` gives more if it may repeat, one at no limit gives the same."""
    numbers = random.Random(11)
    tried = {"max_epochs": 0, None: 0}
    for _ in range(300):
        sources = [
            SourceSupply(f"s{number}", "crawl", numbers.randrange(1, 900), numbers.randrange(1, 9))
            for number in range(4)
        ]
        budget = numbers.randrange(50, 900)
        try:
            quotas = quotas_of(sources, budget, {}, None)
        except Infeasible:
            continue
        bound = binding_limits(sources, quotas, budget)
        for index, name in itertools.product(range(4), ["max_epochs", None]):
            source = sources[index]
            if bound[source.name] != name or quotas[source.name] == budget:
                continue
            lifted = [*sources]
            lifted[index] = replace(source, max_epochs=2.0)
            again = quotas_of(lifted, budget, {}, None)[source.name]
            # A quota that lies on its limit by chance, or by rounding, may not move.
            assert again >= quotas[source.name] if name else abs(again - quotas[source.name]) <= 1
            tried[name] += 1 if name is None or again > quotas[source.name] else 0
    assert all(count > 30 for count in tried.values())
