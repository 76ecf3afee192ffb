"""What a recipe stands for: the shell pipe of each source, and the tokens each is to give."""

import shlex
from collections.abc import Mapping

from corpuskit.core.options import build_step, to_flags
from corpuskit.core.reading.hashing_stream import public_url
from corpuskit.core.registry import find_step
from corpuskit.core.settings import Tags
from corpuskit.core.step import Step
from corpuskit.mix.recipe.policy import FROM_DOCUMENTS
from corpuskit.mix.recipe.recipe import Recipe, SourceSpec
from corpuskit.mix.solver.allocate import Allocation, SourceSupply, solve


def plan_pipe(recipe: Recipe) -> dict[str, str]:
    """For each source the pipe that makes its documents, quoted for sh; options that are defaults are left out."""
    return {
        source.name: _pipe([_source_command(source), *map(_command, [*gate(recipe), *source.steps])])
        for source in recipe.sources
    }


def gate(recipe: Recipe) -> list[Step]:
    """The step that the policy's allow-list puts after every source."""
    allow = recipe.policy.licenses
    return [] if allow is None else [build_step(find_step("filter-license"), {"allow": list(allow)})]


def together_pipe(recipe: Recipe) -> str:
    """The pipe of the steps over all sources at once; empty if there are none."""
    return _pipe([_command(step) for step in recipe.together])


def whole_pipe(recipe: Recipe) -> str:
    """The one pipe that equals a recipe without budget."""
    pipes = list(plan_pipe(recipe).values())
    together = together_pipe(recipe)
    if not together:
        return "; ".join(pipes)
    first = pipes[0] if len(pipes) == 1 else f"({'; '.join(pipes)})"
    return f"{first} | {together}"


def supplies(recipe: Recipe, tokens: Mapping[str, int]) -> list[SourceSupply]:
    """The recipe's sources as the solver sees them; `tokens` is what each has to give, by name."""
    return [
        SourceSupply(
            name=source.name,
            origin=source.origin,
            tokens=tokens.get(source.name, 0),
            weight=source.weight,
            max_epochs=source.max_epochs,
            floor=recipe.floors.get(source.name),
        )
        for source in recipe.sources
    ]


def allocate(recipe: Recipe, tokens: Mapping[str, int]) -> dict[str, Allocation]:
    """Each source's quota under the recipe's budget. Raises Infeasible; ValueError without a budget."""
    if recipe.budget is None:
        raise ValueError("without a budget every document passes once")
    solved = solve(supplies(recipe, tokens), recipe.budget.tokens, recipe.caps, recipe.any_source)
    return {allocation.name: allocation for allocation in solved}


def stated_license(source: SourceSpec) -> str | None:
    """The licence of documents that state none; None where each is to state its own."""
    return None if source.license == FROM_DOCUMENTS else source.license


def tags_of(source: SourceSpec) -> Tags:
    """What a source says of every document it yields."""
    return Tags(source.name, source.origin, stated_license(source), source.license_evidence)


def _source_command(source: SourceSpec) -> list[str]:
    # A name that starts with `-` would be read as a flag.
    inputs = [f"./{name}" if name.startswith("-") else _display_name(name) for name in source.inputs]
    tags = ["--source", source.name, "--origin", source.origin]
    for key, value in (("--license", stated_license(source)), ("--license-evidence", source.license_evidence)):
        if value is not None:
            tags.append(f"{key}={value}" if value.startswith("-") else key)
            tags += [] if value.startswith("-") else [value]
    return [*_command(source.from_step), *inputs, *tags]


def _display_name(name: str) -> str:
    """An input as a plan may show it: of an address, what is no secret."""
    try:
        return public_url(name) if "://" in name else name
    except ValueError:
        return name.partition("://")[0] + "://"


def _command(step: Step) -> list[str]:
    return ["corpuskit", step.name(), *to_flags(step)]


def _pipe(commands: list[list[str]]) -> str:
    return " | ".join(shlex.join(command) for command in commands)
