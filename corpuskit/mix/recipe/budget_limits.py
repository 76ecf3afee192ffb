"""The limits that a recipe puts on its budget, as the solver takes them, and the lines that state them."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from corpuskit.mix.recipe.node import Node
from corpuskit.mix.recipe.source_specs import SourceSpec
from corpuskit.mix.recipe.yaml import Marked
from corpuskit.mix.solver.conflict import Infeasible, explain
from corpuskit.mix.solver.limits import (
    ANY_SOURCE,
    BUDGET,
    Limit,
    SourceSupply,
    feasible,
    shares_alone,
)


def limit_locations(tree: Marked) -> dict[Limit, str]:
    """Return where a recipe states each of its limits: `recipe.yaml:4`."""
    top = Node(tree)
    budget = top.get("budget")
    locations = {} if budget is None else {BUDGET: (budget.get("tokens") or budget).location}
    for name, source in _entries(top, "sources"):
        locations[Limit("max_epochs", name)] = (source.get("max_epochs") or source).location
    for name, share in _entries(top, "floors"):
        locations[Limit("floor", name)] = share.location
    for name, share in _entries(top, "caps"):
        key = name.replace("-", "_")
        locations[ANY_SOURCE if key == ANY_SOURCE.kind else Limit("origin", key)] = share.location
    return locations


def _entries(top: Node, key: str) -> list[tuple[str, Node]]:
    section = top.get(key)
    return [] if section is None or not isinstance(section.value, dict) else list(section.entries())


def supplies_of(
    sources: Iterable[SourceSpec], floors: Mapping[str, float], tokens: Mapping[str, int]
) -> tuple[SourceSupply, ...]:
    """Return the sources as the solver sees them; `tokens` is what each source has, by name."""
    return tuple(
        SourceSupply(
            name=source.name,
            origin=source.origin,
            tokens=tokens.get(source.name, 0),
            weight=source.weight,
            max_epochs=source.max_epochs,
            floor=floors.get(source.name),
        )
        for source in sources
    )


@contextmanager
def conflicts_located(locations: Mapping[Limit, str]) -> Iterator[None]:
    """Let the error for limits that conflict begin with the line of the first of them."""
    try:
        yield
    except Infeasible as conflict:
        location = next((locations[limit] for limit in conflict.limits if limit in locations), "")
        conflict.args = (f"{location}: {conflict}" if location else str(conflict),)
        raise


def demand_shares_that_hold(
    sources: Iterable[SourceSpec],
    origin_caps: Mapping[str, float],
    any_source: float | None,
    floors: Mapping[str, float],
    locations: Mapping[Limit, str],
) -> None:
    """Raise Infeasible if caps and floors exclude one another, whatever the sources have."""
    supplies, shares = shares_alone(supplies_of(sources, floors, {}), origin_caps, any_source)
    with conflicts_located(locations):
        if not feasible(supplies, shares):
            raise explain(supplies, shares)
