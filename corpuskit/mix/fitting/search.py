"""The mixture with the lowest predicted loss, within the limits of a recipe.

Many mixtures are drawn around what the runs saw; the best of them are moved to where the recipe allows them to be,
judged again, and the mean of the best of these is the answer: it trusts no single leaf of the trees.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SPREADS = (1, 2, 4, 8, 16, 32, 64)
"""How near to the runs' mean the mixtures are drawn: a Dirichlet distribution has this times the mean."""
LEAST_SHARE = 0.001
"""Of the runs' mean, so that a source that no run saw may still be drawn."""
PROJECTED, AVERAGED = 400, 100


def best_mixture(
    seen_shares: "Floats",
    loss_of: "Callable[[Floats], Floats]",
    project: "Callable[[Floats], Floats | None]",
    candidates: int,
    seed: int,
) -> "Floats | None":
    """Return the shares of the best mixture; None if the limits leave none.

    `loss_of` gives the loss of each row of shares; `project` the nearest shares that are allowed.
    """
    import numpy as np

    random = np.random.default_rng(seed)
    mean = np.maximum(seen_shares.mean(axis=0), LEAST_SHARE)
    unit = mean / mean.sum() * len(mean) ** 0.5
    draws = [random.dirichlet(spread * unit, candidates // len(SPREADS)) for spread in SPREADS]
    drawn = np.concatenate([*draws, seen_shares])
    best = drawn[np.argsort(loss_of(drawn), kind="stable")[:PROJECTED]]
    allowed = [shares for shares in map(project, best) if shares is not None]
    if not allowed:
        return None
    moved = np.array(allowed)
    chosen = moved[np.argsort(loss_of(moved), kind="stable")[:AVERAGED]]
    return project(chosen.mean(axis=0))


def ranked_shares(names: Sequence[str], shares: "Floats") -> list[tuple[str, float]]:
    """Return shares by name, the largest first."""
    return sorted(zip(names, shares.tolist(), strict=True), key=lambda item: (-item[1], item[0]))
