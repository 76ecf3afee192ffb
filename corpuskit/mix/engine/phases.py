"""What a recipe makes of its phases: which steps each source takes, what they are called, and where the corpus goes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from corpuskit.core.errors import UsageError
from corpuskit.core.reading.inputs import Input
from corpuskit.core.settings import Settings
from corpuskit.core.step import CorpusStage, Step
from corpuskit.core.tokens import DEFAULT_TOKENIZER
from corpuskit.mix.recipe.recipe import Recipe, steps_of_source
from corpuskit.mix.recipe.source_specs import SourceSpec

AUDIENCE = "filter-audience"
Inputs = Mapping[str, Sequence[Input]]
"""The inputs of each source, by its name."""


def target_folder(recipe: Recipe, settings: Settings) -> Path:
    """Return the folder that the corpus goes to. Raises UsageError if neither options nor recipe name one."""
    target = settings.output or recipe.output.dir
    if target is None:
        raise UsageError("no output: name one with -o, or as `output: {dir: …}` in the recipe")
    return target


def tokenizer_of(recipe: Recipe) -> str:
    """Return how tokens are counted: by the budget's tokenizer, or by the default without a budget."""
    return recipe.budget.tokenizer if recipe.budget else DEFAULT_TOKENIZER


def steps_of(recipe: Recipe, source: SourceSpec) -> list[Step]:
    """Return a source's steps: the reading one, then its own among the filters and checks of the policy."""
    return [source.from_step, *steps_of_source(recipe, source)]


def phase_name(label: str, steps: Sequence[Step]) -> str:
    """Return what a phase is called: `web: fetch-warc, extract`, without the filter that every recipe has."""
    names = [step.name() for step in steps]
    return f"{label}: {', '.join([name for name in names if name != AUDIENCE] or names[:1])}"


def corpus_stages(recipe: Recipe) -> list[CorpusStage]:
    """Return the corpus stages of a recipe, those of the sources first."""
    steps = [*(step for source in recipe.sources for step in source.steps), *recipe.together]
    return [step for step in steps if isinstance(step, CorpusStage)]
