"""The shell pipes equivalent to a recipe: one for each source, and one for the steps over all sources."""

import shlex

from corpuskit.core.options import to_flags
from corpuskit.core.reading.web_requests import public_url
from corpuskit.core.step import Step
from corpuskit.mix.recipe.recipe import Recipe, stated_license, steps_of_source, steps_together
from corpuskit.mix.recipe.source_specs import SourceSpec


def source_pipes(recipe: Recipe) -> dict[str, str]:
    """Return the pipe that makes each source's documents, quoted for sh, without options at their defaults."""
    return {
        source.name: _pipe([source_command(source), *map(_command, steps_of_source(recipe, source))])
        for source in recipe.sources
    }


def together_pipe(recipe: Recipe) -> str:
    """Return the pipe of the steps over all sources at once; empty if there are none."""
    return _pipe([_command(step) for step in steps_together(recipe)])


def whole_pipe(recipe: Recipe, target: str) -> str:
    """Return the one pipe that publishes what the recipe does, quoted for sh; empty if a budget is to be drawn."""
    if recipe.budget is not None or recipe.output.order != "input":
        return ""
    pipes = list(source_pipes(recipe).values())
    first = pipes[0] if len(pipes) == 1 else f"({'; '.join(pipes)})"
    formats = recipe.output.formats
    export = ["corpuskit", "export", "-o", target]
    export += ["--to", ",".join(formats)] if formats != ("jsonl",) else []
    if recipe.output.tokens is not None:
        export += ["--tokenizer", recipe.output.tokens.tokenizer]
        export += [f"--end-token={recipe.output.tokens.end_token}"] if recipe.output.tokens.end_token else []
    return " | ".join(filter(None, [first, together_pipe(recipe), shlex.join(export)]))


def source_command(source: SourceSpec) -> list[str]:
    """Return the command that reads a source."""
    # A name that starts with `-` would be read as a flag.
    inputs = [f"./{name}" if name.startswith("-") else _display_name(name) for name in source.inputs]
    tags = ["--source", source.name, "--origin", source.origin]
    for key, value in (("--license", stated_license(source)), ("--license-evidence", source.license_evidence)):
        if value is not None:
            tags.append(f"{key}={value}" if value.startswith("-") else key)
            tags += [] if value.startswith("-") else [value]
    return [*_command(source.from_step), *inputs, *tags]


def _display_name(name: str) -> str:
    """Return an input as a plan may show it: an address without its secrets."""
    try:
        return public_url(name) if "://" in name else name
    except ValueError:
        return name.partition("://")[0] + "://"


def _command(step: Step) -> list[str]:
    return ["corpuskit", step.name(), *to_flags(step)]


def _pipe(commands: list[list[str]]) -> str:
    return " | ".join(shlex.join(command) for command in commands)
