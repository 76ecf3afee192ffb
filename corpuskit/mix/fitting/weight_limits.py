"""Weights moved within the limits of a recipe, and the options that give them to it."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from corpuskit.mix.solver.allocate import SourceSupply, solve

if TYPE_CHECKING:
    from corpuskit.mix.recipe.recipe import Recipe

__all__ = ["BUDGET", "SMALLEST_WEIGHT", "moved_shares", "shares_of", "use_of_weights"]

SMALLEST_WEIGHT = 0.0001
"""A recipe takes no weight of 0: a source that is not wanted is left out of it."""
BUDGET = 10**12
"""Tokens of which limits are shares, where a recipe has no budget."""


def shares_of(recipe: "Recipe") -> dict[str, float]:
    """Return the shares of the sources by weights, caps and floors, as if none ran dry. Raises Infeasible."""
    supplies = [
        SourceSupply(source.name, source.origin, BUDGET, source.weight, None, recipe.floors.get(source.name))
        for source in recipe.sources
    ]
    allocations = solve(supplies, BUDGET, recipe.caps, recipe.any_source)
    return {allocation.name: allocation.share for allocation in allocations}


def moved_shares(
    recipe: "Recipe", shares: Mapping[str, float], changes: Mapping[str, float], most: float
) -> dict[str, float]:
    """Return the nearest shares to changed ones that move none by more than `most`, and keep caps and floors.

    `changes` are relative: .1 for a tenth more. Raises Infeasible.
    """
    supplies = []
    for source in recipe.sources:
        share = shares[source.name]
        low, high = share * (1 - most), min(share * (1 + most), 1.0)
        weight = max(share * (1 + changes[source.name]), SMALLEST_WEIGHT)
        floor = max(low, recipe.floors.get(source.name) or 0.0)
        supplies.append(SourceSupply(source.name, source.origin, BUDGET, weight, None, min(floor, share), high))
    allocations = solve(supplies, BUDGET, recipe.caps, recipe.any_source)
    return {allocation.name: allocation.share for allocation in allocations}


def use_of_weights(recipe: Path, weights: Mapping[str, float]) -> list[str]:
    """Return the lines that say how a recipe is run with these weights."""
    words = ["corpuskit", "mix", str(recipe)]
    for name, share in weights.items():
        words += ["--set", f"sources.{name}.weight={max(share, SMALLEST_WEIGHT):g}"]
    return ["to use them:", f"  {shlex.join(words)}"]
