"""How many tokens of each source a corpus gets, by the recipe and what was measured, and how that is filled."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.provenance.entries import QuotaEntry
from corpuskit.mix.recipe.budget_limits import conflicts_located, supplies_of
from corpuskit.mix.recipe.recipe import Recipe
from corpuskit.mix.solver.allocate import Allocation, solve
from corpuskit.mix.solver.binding import binding_limits
from corpuskit.mix.solver.sampling import QuotaPlan, plan_quota

if TYPE_CHECKING:
    from numpy.typing import NDArray
from corpuskit.mix.engine.mix_tasks import read_measures


def allocate(recipe: Recipe, tokens: Mapping[str, int]) -> dict[str, Allocation]:
    """Return each source's quota; `tokens` is what each source has, by name.

    Raises Infeasible if the limits conflict, and ValueError for a recipe without a budget.
    """
    if recipe.budget is None:
        raise ValueError("without a budget every document passes once")
    with conflicts_located(recipe.limit_locations):
        allocations = solve(
            supplies_of(recipe.sources, recipe.floors, tokens), recipe.budget.tokens, recipe.caps, recipe.any_source
        )
    return {allocation.name: allocation for allocation in allocations}


def quota_entries(recipe: Recipe, tokens: Mapping[str, int]) -> dict[str, QuotaEntry]:
    """Return each source's quota and the limit that it lies on, as the manifest states them. Raises as `allocate`."""
    quotas = {name: allocation.tokens for name, allocation in allocate(recipe, tokens).items()}
    budget = recipe.budget.tokens if recipe.budget else 0
    bound_by = binding_limits(
        supplies_of(recipe.sources, recipe.floors, tokens), quotas, budget, recipe.caps, recipe.any_source
    )
    return {name: {"tokens": quota, "bound_by": bound_by[name]} for name, quota in quotas.items()}


def plan_quotas(recipe: Recipe, measures_files: Sequence[Path]) -> tuple[tuple[QuotaPlan, ...], dict[str, QuotaEntry]]:
    """Return how the quota of each source is filled, and the quotas. Raises Infeasible."""
    import numpy

    names = [source.name for source in recipe.sources]
    tokens_of = dict.fromkeys(names, 0)
    shards_of: dict[str, list[int]] = {name: [] for name in names}
    for number, path in enumerate(measures_files):
        rows = read_measures(path)
        for source in numpy.unique(rows["source"]).tolist():
            name = names[source]
            tokens_of[name] += int(rows["tokens"][rows["source"] == source].sum())
            shards_of[name].append(number)
    quotas = quota_entries(recipe, tokens_of)

    def plan(source: int, name: str) -> QuotaPlan:
        def shards() -> "Iterator[tuple[int, NDArray[Any]]]":
            return ((number, read_measures(measures_files[number])) for number in shards_of[name])

        return plan_quota(shards, source, tokens_of[name], quotas[name]["tokens"]) if name in quotas else QuotaPlan()

    return tuple(plan(source, name) for source, name in enumerate(names)), quotas
