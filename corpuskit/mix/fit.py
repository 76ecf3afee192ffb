"""`fit`: which weights small training runs suggest."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from corpuskit.core import console
from corpuskit.core.errors import RefusedError, UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.settings import Settings
from corpuskit.core.sizes import bytes_of
from corpuskit.core.step import Arguments, Command, argument_list
from corpuskit.core.wording import comma_list, did_you_mean, printable_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from corpuskit.mix.fitting.run_tables import RunTables
    from corpuskit.mix.recipe.recipe import Recipe

    Floats = NDArray[np.float64]

FEWEST_CANDIDATES = 1000
WEAK = 0.5
"""Five-fold agreement below which the runs hardly tell mixtures apart."""


@dataclass(frozen=True)
class Fit(Command):
    """Fit weights to small training runs: which mixture they predict the lowest losses of.

    RATIOS.csv has a row for each run: its name, and the share of each source. LOSSES.csv has the losses of the same
    runs in its columns. Boosted trees learn each loss from the shares (RegMix, arXiv:2407.01492); how well they order
    runs that were held back is printed first (Spearman's rho of five folds). If it is low, no weights can be trusted.
    That takes six fits for each loss, about a second each for 500 runs, on all cores; `--loss` saves the other losses.

    Then mixtures are drawn around those of the runs, the best of them are moved within the caps, floors and
    `any_source` of `--recipe`, and the mean of the best is printed, with the options that give the recipe these
    weights. Nothing is changed. `--supply wiki=2B,books=500M` says how many tokens sources have, so that `max_epochs`
    counts too. Equal tables, options and versions give equal weights.

        corpuskit fit ratios.csv losses.csv --recipe recipe.yaml --loss wiki
    """

    inputs: ClassVar[str] = "RATIOS.csv LOSSES.csv"
    answers: ClassVar[bool] = True

    recipe: Annotated[Path | None, "The recipe whose sources the columns of RATIOS.csv are called by."] = None
    loss: Annotated[tuple[str, ...], "Losses to lower, by column; by default the mean of all."] = ()
    supply: Annotated[tuple[str, ...], "Tokens of sources, as in `wiki=2B`, for the recipe's `max_epochs`."] = ()
    candidates: Annotated[int, "Mixtures to draw."] = 100_000
    seed: Annotated[int, "Seed of trees, folds and drawing."] = 1

    def __post_init__(self) -> None:
        """Raise UsageError for too few candidates, a negative seed, and a supply without a recipe."""
        if self.candidates < FEWEST_CANDIDATES:
            raise misfit("candidates", f"a number from {FEWEST_CANDIDATES:,} on", self.candidates)
        if not 0 <= self.seed < 1 << 32:
            raise misfit("seed", "a number from 0 to 4294967295", self.seed)
        if self.supply and self.recipe is None:
            raise UsageError(f"{spelled('supply')} is for the limits of a recipe; name it with {spelled('recipe')}")
        self._supplies()

    def execute(self, arguments: Arguments, settings: Settings) -> int:
        """Print the agreement and the weights. Raises UsageError, and RefusedError if the limits leave no mixture."""
        from corpuskit.mix.fitting.run_tables import read_runs

        arguments = argument_list(arguments)
        if len(arguments) != 2:
            raise UsageError("name two tables: `corpuskit fit RATIOS.csv LOSSES.csv`")
        runs = read_runs(*map(Path, arguments))
        answer = self.fit(runs, self._recipe_for(runs), quiet=settings.quiet)
        if settings.json:
            console.write_stdout(console.answer_line("fit", answer))
        else:
            console.write_stdout("\n".join(self._lines(answer)))
        return 0

    def fit(self, runs: "RunTables", recipe: "Recipe | None" = None, *, quiet: bool = True) -> dict[str, Any]:
        """Return how well each loss that is lowered is predicted, and the weights with the lowest of them predicted."""
        from corpuskit.mix.fitting.regression import FOLDS, fit_losses, rank_agreement
        from corpuskit.mix.fitting.search import best_mixture, ranked_shares

        chosen = self._chosen_losses(runs)
        results = runs.results[:, chosen]

        def watch(models: "Iterable[Any]") -> "Iterable[Any]":
            return console.with_progress(models, "fit", quiet, f"of {len(chosen) * FOLDS} models")

        agreement = rank_agreement(runs.shares, results, self.seed, watch)
        model = fit_losses(runs.shares, results, self.seed)

        def loss_of(shares: "Floats") -> "Floats":
            means: Floats = model.predict(shares).mean(axis=1)
            return means

        mixture = best_mixture(runs.shares, loss_of, self._projection(runs, recipe), self.candidates, self.seed)
        if mixture is None:
            raise RefusedError("no mixture keeps all limits of the recipe; `corpuskit mix --plan` names what conflicts")
        predicted = model.predict(mixture[None, :])[0]
        measured = results.mean(axis=1)
        lowered = [runs.losses[number] for number in chosen]
        return {
            "runs": len(runs.shares),
            "agreement": {name: round(score, 4) for name, score in zip(lowered, agreement, strict=True)},
            "lowered": lowered,
            "loss": {
                "predicted": round(float(predicted.mean()), 4),
                "best-run": round(float(measured.min()), 4),
                "mean-run": round(float(measured.mean()), 4),
            },
            "weights": {name: round(share, 4) for name, share in ranked_shares(runs.sources, mixture)},
        }

    def _chosen_losses(self, runs: "RunTables") -> list[int]:
        for name in self.loss:
            if name not in runs.losses:
                near = did_you_mean(name, runs.losses)
                raise UsageError(f"no loss is called {name!r}{near}; there are {comma_list(runs.losses)}")
        return [runs.losses.index(name) for name in self.loss] or list(range(len(runs.losses)))

    def _recipe_for(self, runs: "RunTables") -> "Recipe | None":
        """Return the recipe. Raises UsageError unless its sources are those of the table."""
        from corpuskit.mix.recipe.recipe import load_recipe

        if self.recipe is None:
            return None
        recipe = load_recipe(self.recipe, name=str(self.recipe))
        names = [source.name for source in recipe.sources]
        for name in runs.sources:
            if name not in names:
                near = did_you_mean(name, names)
                raise UsageError(
                    f"{printable_name(str(self.recipe))} has no source {name!r}{near}; it has {comma_list(names)}"
                )
        for name in (*(name for name in names if name not in runs.sources), *self._supplies()):
            if name not in runs.sources:
                raise UsageError(f"no column of the ratios is called {name!r}; there are {comma_list(runs.sources)}")
        return recipe

    def _supplies(self) -> dict[str, int]:
        """Return the tokens of sources. Raises UsageError for what states none."""
        supplies: dict[str, int] = {}
        for entry in self.supply:
            name, _, number = entry.partition("=")
            try:
                supplies[name] = bytes_of(number)
            except ValueError:
                raise misfit("supply", "sources with their tokens, such as wiki=2B or books=500M", entry) from None
        return supplies

    def _projection(self, runs: "RunTables", recipe: "Recipe | None") -> "Callable[[Floats], Floats | None]":
        """Return what moves shares to the nearest ones that the recipe allows; None where it allows none."""
        import numpy as np

        from corpuskit.mix.fitting.weight_limits import BUDGET
        from corpuskit.mix.solver.allocate import Infeasible, SourceSupply, solve

        if recipe is None:
            return lambda shares: shares
        budget = recipe.budget.tokens if recipe.budget else BUDGET
        specs = {source.name: source for source in recipe.sources}
        tokens = self._supplies()

        def project(shares: "Floats") -> "Floats | None":
            supplies = [
                SourceSupply(
                    name,
                    specs[name].origin,
                    tokens.get(name, budget),
                    max(round(float(share), 6), 1e-6),
                    specs[name].max_epochs if name in tokens else None,
                    recipe.floors.get(name),
                )
                for name, share in zip(runs.sources, shares, strict=True)
            ]
            try:
                allocations = solve(supplies, budget, recipe.caps, recipe.any_source)
            except Infeasible:
                return None
            return np.array([allocation.share for allocation in allocations])

        return project

    def _lines(self, answer: dict[str, Any]) -> list[str]:
        """Return the answer as people read it."""
        from corpuskit.mix.fitting.weight_limits import use_of_weights

        scores = answer["agreement"]
        width = max(map(len, (*scores, *answer["weights"])))
        lines = [f"{answer['runs']:,} runs; Spearman's rho of runs that were held back, five folds:"]
        lines += [f"  {console.escape(name):{width}}  {score:6.3f}" for name, score in scores.items()]
        mean = sum(scores.values()) / len(scores)
        lines.append(f"  {'mean':{width}}  {mean:6.3f}")
        if mean < WEAK:
            lines.append("That is low: the runs hardly tell mixtures apart, so do not trust these weights.")
        loss = answer["loss"]
        lowered = answer["lowered"][0] if len(answer["lowered"]) == 1 else f"mean of {len(answer['lowered'])} losses"
        lines += [
            "",
            f"weights for the lowest {console.escape(lowered)}: {loss['predicted']:.4f} predicted, "
            f"{loss['best-run']:.4f} in the best run, {loss['mean-run']:.4f} in the mean run",
        ]
        lines += [f"  {console.escape(name):{width}}  {share:6.4f}" for name, share in answer["weights"].items()]
        if self.recipe is not None:
            lines += ["", *use_of_weights(self.recipe, answer["weights"])]
        return lines
