"""Errors on what a source reads, as a recipe's author needs them: with the line, the source, and keys for flags."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from corpuskit.core.errors import CorpuskitError, PublishError, UsageError
from corpuskit.core.step import Source, Step
from corpuskit.mix.recipe.source_specs import SourceSpec

_FLAG = re.compile(r"`--([a-z][a-z-]*)(?: ([^`]*))?`")


@contextmanager
def errors_located(location: str, steps: Sequence[Step], locations: Mapping[str, str] | None = None) -> Iterator[None]:
    """Let the errors of reading a source through these steps name its location, and options as recipes do.

    `locations` has those of its inputs, for errors on one of them.
    """
    try:
        yield
    except PublishError:  # it is about the disk
        raise
    except CorpuskitError as error:
        for each in (error, *error.others):
            argument = each.argument if isinstance(each, UsageError) else ""
            each.args = (f"{(locations or {}).get(argument, location)}: {with_keys(str(each), steps)}",)
        raise


def source_location(source: SourceSpec, location: str = "") -> str:
    """Return how messages name a source, where it is defined or elsewhere: `recipe.yaml:12: source `web``."""
    return f"{location or source.location}: source `{source.name}`"


def locations_of_inputs(source: SourceSpec) -> dict[str, str]:
    """Return how messages name each input of a source."""
    return {
        name: source_location(source, location)
        for name, location in zip(source.inputs, source.input_locations, strict=True)
    }


def with_keys(message: str, steps: Sequence[Step]) -> str:
    """Return a message in which the flags of these steps are keys, as a recipe has them.

    The flags of `mix` itself, such as `--accept-damaged`, stay.
    """
    return _FLAG.sub(lambda match: _as_key(match, steps), message)


def _as_key(match: "re.Match[str]", steps: Sequence[Step]) -> str:
    for step in steps:
        for option in step.option_list():
            if option.key == match[1]:
                key, value = match[1].replace("-", "_"), match[2] or "…"
                written = f"{{{key}: {value}}}"
                return f"`options: {written}`" if isinstance(step, Source) else f"`{{{step.name()}: {written}}}`"
    return match[0]
