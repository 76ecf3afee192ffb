"""What a recipe makes of its phases: which steps each source takes, what they are called, and where the corpus goes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from corpuskit.core.errors import UsageError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.settings import Settings
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.tokens import WORDS
from corpuskit.mix.recipe.recipe import Recipe, SourceSpec, license_gate

Inputs = Mapping[str, Sequence[Input]]
"""The inputs of each source, by its name."""


def target_folder(recipe: Recipe, settings: Settings) -> Path:
    """Return the folder that the corpus goes to. Raises UsageError if neither options nor recipe name one."""
    target = settings.output or recipe.output.dir
    if target is None:
        raise UsageError("no output: name one with -o, or as `output: {dir: …}` in the recipe")
    return target


def tokenizer_of(recipe: Recipe) -> str:
    """Return how tokens are counted: by the budget's tokenizer, or as words without a budget."""
    return recipe.budget.tokenizer if recipe.budget else WORDS


def steps_of(recipe: Recipe, source: SourceSpec) -> list[Step]:
    """Return a source's steps: the reading one, the policy's licence filter, then its own."""
    return [source.from_step, *license_gate(recipe), *source.steps]


def phase_name(label: str, steps: Sequence[Step]) -> str:
    """Return what a phase is called: `web: fetch-warc, extract`."""
    return f"{label}: {', '.join(step.name() for step in steps)}"


def corpus_stages(recipe: Recipe) -> list[CorpusStage]:
    """Return the corpus stages of a recipe, those of the sources first."""
    steps = [*(step for source in recipe.sources for step in source.steps), *recipe.together]
    return [step for step in steps if isinstance(step, CorpusStage)]
