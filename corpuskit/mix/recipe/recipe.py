"""Recipes: what `corpuskit mix` builds, checked as a whole before any work.

    seed: 7
    budget: {tokens: 2_000_000, tokenizer: words}
    policy: {licenses: {allow: [CC-BY-4.0, LicenseRef-crawl]}, pii: required}
    caps:   {any_source: 0.9}
    sources:
      web:  {from: fetch-warc, inputs: [crawl/*.warc.gz], origin: crawl, license: LicenseRef-crawl, weight: 6,
             steps: [extract, {filter-language: {keep: [en]}}]}
      wiki: {from: files, inputs: [wiki/], origin: public_dataset, license: CC-BY-4.0, max_epochs: 4,
             options: {text-key: body}}
    together: [dedup, scrub-pii]
    output: {dir: snapshot, formats: [jsonl]}

Every error names the line. Paths are relative to the recipe's folder.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from corpuskit.core.document import ORIGINS
from corpuskit.core.errors import UsageError
from corpuskit.core.licenses import expression_problem
from corpuskit.core.options import build_step
from corpuskit.core.registry import demand_distinct_formats, find_step, format_names
from corpuskit.core.settings import SHARD_DOCUMENTS, Tags
from corpuskit.core.step import CorpusStage, Sink, Source, Stage, Step
from corpuskit.core.tokens import BYTES, WORDS
from corpuskit.core.wording import did_you_mean
from corpuskit.mix.recipe.node import Node
from corpuskit.mix.recipe.policy import FROM_DOCUMENTS, Policy, read_policy
from corpuskit.mix.recipe.yaml import Marked
from corpuskit.mix.recipe.yaml import load as load_yaml

FindStep = Callable[[str], type[Step]]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TOP_KEYS = ("seed", "budget", "policy", "caps", "floors", "sources", "together", "output")
BUDGET_KEYS = ("tokens", "tokenizer")
CAPS_KEYS = ("any_source", *ORIGINS)
OUTPUT_KEYS = ("dir", "formats", "order", "shard_documents")
SOURCE_KEYS = (
    "from",
    "inputs",
    "origin",
    "license",
    "license_evidence",
    "weight",
    "max_epochs",
    "options",
    "steps",
)


@dataclass(frozen=True)
class SourceSpec:
    """One source: where it comes from, what it is, how much to take, and its own steps."""

    name: str
    from_step: Source
    inputs: tuple[str, ...]
    """Paths from the working folder, globs or URLs."""
    origin: str
    license: str | None = None
    license_evidence: str | None = None
    weight: float = 1.0
    max_epochs: float = 1.0
    steps: tuple[Step, ...] = ()
    location: str = field(default="", compare=False)
    """Where the recipe defines the source: `recipe.yaml:12`."""
    input_locations: tuple[str, ...] = field(default=(), compare=False)
    """Where the recipe names each of the inputs."""


@dataclass(frozen=True)
class Budget:
    """How many tokens, and how they are counted: by `words`, by `bytes/4`, or with the tokenizer.json at a path."""

    tokens: int
    tokenizer: str = WORDS


@dataclass(frozen=True)
class OutputSpec:
    """The folder, formats, order and shard size of the result."""

    dir: Path | None = None
    formats: tuple[str, ...] = ("jsonl",)
    order: str = "input"
    """`input` or `shuffled`. Without one, a recipe with a budget is shuffled."""
    shard_documents: int = SHARD_DOCUMENTS


@dataclass(frozen=True)
class Recipe:
    """A recipe that is consistent in itself; later checks find out whether inputs exist and the budget can be met."""

    name: str
    sources: tuple[SourceSpec, ...]
    seed: int = 0
    budget: Budget | None = None
    policy: Policy = field(default_factory=Policy)
    caps: Mapping[str, float] = field(default_factory=dict)
    """Largest shares of the budget, by origin."""
    any_source: float | None = None
    """Largest share of the budget that any one source may have."""
    floors: Mapping[str, float] = field(default_factory=dict)
    """Smallest shares of the budget, by source."""
    together: tuple[Step, ...] = ()
    output: OutputSpec = field(default_factory=OutputSpec)


def load_recipe(path: Path | str, find: FindStep = find_step) -> Recipe:
    """Read and check a recipe. Raises UsageError with the line, RefusedError if its own policy forbids a source."""
    path = Path(path)
    return read_recipe(load_yaml(path), path.parent, find)


def read_recipe(tree: Marked, folder: Path, find: FindStep = find_step) -> Recipe:
    """Return the recipe in a marked tree, whose paths are relative to `folder`. Raises as `load_recipe` does."""
    top = Node(tree).keys(*TOP_KEYS)
    budget = _budget(top.get("budget"), folder)
    sources = _sources(top.need("sources", "a mapping from names to sources"), folder, find)
    caps, any_source = _caps(top.get("caps"))
    floors = _floors(top.get("floors"), sources)
    for key in ("caps", "floors"):
        shares = top.get(key)
        if shares is not None and budget is None:
            shares.fail("are shares of a budget, and the recipe has none: add `budget: {tokens: …}`")
    seed = top.get("seed")
    recipe = Recipe(
        name=tree.name,
        sources=sources,
        seed=seed.whole(-(2**63)) if seed else 0,
        budget=budget,
        policy=read_policy(top.get("policy")),
        caps=caps,
        any_source=any_source,
        floors=floors,
        together=_steps(top.get("together"), folder, find),
        output=_output(top.get("output"), folder, "shuffled" if budget else "input"),
    )
    for source in sources:
        recipe.policy.check(source.name, source.location, source.license, (*source.steps, *recipe.together))
    return recipe


def steps_of_source(recipe: Recipe, source: SourceSpec) -> list[Step]:
    """Return what follows the reading of a source: the policy's filters, its own steps, the policy's checks.

    The audience is checked again before output: here, if no step is common to all sources.
    """
    policy = recipe.policy
    checks = policy.source_checks((*source.steps, *recipe.together))
    last = [policy.audience] if source.steps and not recipe.together else []
    return [*policy.source_gates(), *source.steps, *checks, *last]


def steps_together(recipe: Recipe) -> list[Step]:
    """Return the steps over all sources at once, and the last check of the audience."""
    return [*recipe.together, recipe.policy.audience] if recipe.together else []


def stated_license(source: SourceSpec) -> str | None:
    """Return the licence of documents that state none; None if each document must state its own."""
    return None if source.license == FROM_DOCUMENTS else source.license


def tags_of(source: SourceSpec) -> Tags:
    """Return the metadata that a source gives each of its documents."""
    return Tags(source.name, source.origin, stated_license(source), source.license_evidence)


def _budget(node: Node | None, folder: Path) -> Budget | None:
    if node is None:
        return None
    node.keys(*BUDGET_KEYS)
    tokens = node.need("tokens", "how many to select").whole(1)
    tokenizer = node.get("tokenizer")
    name = tokenizer.text() if tokenizer else WORDS
    if name in (WORDS, BYTES):
        return Budget(tokens, name)
    if tokenizer and not name.endswith(".json"):
        tokenizer.fail(f"must be {WORDS}, {BYTES} or the path of a tokenizer.json{did_you_mean(name, (WORDS, BYTES))}")
    return Budget(tokens, str(folder / name))


def _sources(node: Node, folder: Path, find: FindStep) -> tuple[SourceSpec, ...]:
    sources = tuple(_source(name, entry, folder, find) for name, entry in node.entries())
    if not sources:
        node.fail("must name at least one source")
    return sources


def _source(name: str, node: Node, folder: Path, find: FindStep) -> SourceSpec:
    if not _NAME.fullmatch(name):
        node.fail("cannot name a source: use letters, digits, `.`, `_` and `-`, at most 64, a letter or digit first")
    node.keys(*SOURCE_KEYS)
    command = node.need("from", "the command that reads it, such as `files` or `fetch-warc`")
    step = _step_at(command, command.text(), node.get("options"), folder, find)
    if not isinstance(step, Source):
        command.fail(f"must name a source command; `{step.name()}` belongs under `steps`")
    inputs = node.need("inputs", "files, folders, globs or URLs").items()
    if not inputs:
        Node(node.tree, *node.trail, "inputs").fail("must name at least one file, folder, glob or URL")
    origin = node.need("origin", f"what it is, one of {', '.join(ORIGINS)}")
    license, evidence = node.get("license"), node.get("license_evidence")
    weight, max_epochs = node.get("weight"), node.get("max_epochs")
    return SourceSpec(
        name=name,
        from_step=step,
        inputs=tuple(_input(item, folder) for item in inputs),
        origin=origin.choice(ORIGINS),
        license=_license(license) if license else None,
        license_evidence=evidence.text() if evidence else None,
        weight=weight.positive() if weight else 1.0,
        max_epochs=max_epochs.least(1) if max_epochs else 1.0,
        steps=_steps(node.get("steps"), folder, find),
        location=node.location,
        input_locations=tuple(item.location for item in inputs),
    )


def _license(node: Node) -> str:
    """Return a source's licence: an SPDX expression, or the word that leaves it to the documents."""
    license = node.text()
    if license != FROM_DOCUMENTS and (problem := expression_problem(license)):
        near = did_you_mean(license, (FROM_DOCUMENTS,))
        node.fail(f"must be an SPDX licence expression{near}: {problem}")
    return license


def _input(node: Node, folder: Path) -> str:
    text = node.text()
    if text == "-":
        node.fail("cannot be standard input; a recipe reads files and URLs")
    return text if "://" in text else str(folder / text)


def _steps(node: Node | None, folder: Path, find: FindStep) -> tuple[Step, ...]:
    if node is None:
        return ()
    return tuple(_step(item, folder, find) for item in node.items())


def _step(node: Node, folder: Path, find: FindStep) -> Step:
    name, options = node.value, None
    if isinstance(name, dict):
        if len(name) != 1:
            node.fail("lists steps, each `name` or `{name: {option: value}}`")
        name = next(iter(name))
        options = node.get(name)
    if not isinstance(name, str):
        node.fail("lists steps, each `name` or `{name: {option: value}}`")
    step = _step_at(node, name, options, folder, find)
    if not isinstance(step, (Stage, CorpusStage)) or isinstance(step, Sink):
        hint = "; `output` says what is written" if isinstance(step, Sink) else ""
        node.fail(f"lists stages, and `{name}` is a {step.kind}{hint}")
    if getattr(step, "stream", False):
        node.fail(f"lists steps of a recipe, where `{name}` cannot stream; remove the option `stream`")
    return step


def _step_at(node: Node, name: str, options: Node | None, folder: Path, find: FindStep) -> Step:
    """Return the step `name` with its options. Raises UsageError with the option's line, or that of `node`."""
    values = {key: entry.value for key, entry in options.entries()} if options else {}
    try:
        step_class = find(name)
    except UsageError as error:
        raise UsageError(f"{node.location}: {error}") from None
    locations = {key: entry.location for key, entry in options.entries()} if options else {}
    return build_step(
        step_class, values, lambda key: locations.get(key, node.location), split_commas=False, folder=folder
    )


def _caps(node: Node | None) -> tuple[dict[str, float], float | None]:
    if node is None:
        return {}, None
    caps = {key: entry.share(above_zero=True) for key, entry in node.keys(*CAPS_KEYS).entries()}
    any_source = caps.pop("any_source", None)
    return caps, any_source


def _floors(node: Node | None, sources: tuple[SourceSpec, ...]) -> dict[str, float]:
    if node is None:
        return {}
    node.keys(*(source.name for source in sources))
    floors = {key: entry.share(above_zero=False) for key, entry in node.entries()}
    # Decimals as written: as doubles, ten floors of 0.1 would not add up to 1.
    total = sum(Fraction(str(floor)) for floor in floors.values())
    if total > 1:
        node.fail(f"add up to {float(total)}, and must not exceed 1")
    return floors


def _output(node: Node | None, folder: Path, default_order: str) -> OutputSpec:
    if node is None:
        return OutputSpec(order=default_order)
    node.keys(*OUTPUT_KEYS)
    directory, formats = node.get("dir"), node.get("formats")
    order, shard_documents = node.get("order"), node.get("shard_documents")
    names = [entry.choice(format_names()) for entry in formats.items()] if formats else []
    try:
        demand_distinct_formats(names)
    except UsageError as error:
        raise UsageError(f"{(formats or node).location}: {error}") from None
    return OutputSpec(
        dir=_folder_below(directory, folder) if directory else None,
        formats=tuple(dict.fromkeys(names or ["jsonl"])),
        order=order.choice(["input", "shuffled"]) if order else default_order,
        shard_documents=shard_documents.whole(1) if shard_documents else SHARD_DOCUMENTS,
    )


def _folder_below(node: Node, folder: Path) -> Path:
    """Return the folder that a recipe writes to.

    A recipe may come from anyone, so it writes only below its own folder. `-o` may name any folder.
    """
    path = Path(node.text())
    if path.is_absolute() or ".." in path.parts:
        node.fail("must be a folder below the recipe's own; to write elsewhere, remove it and name the folder with -o")
    return folder / path
