"""Recipes: what `corpuskit mix` builds, checked as a whole before any work.

    seed: 7
    budget: {tokens: 2_000_000, tokenizer: estimate}
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

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from corpuskit.core.disk.regular_file import is_passed_by_shell
from corpuskit.core.document import ORIGINS
from corpuskit.core.errors import CorpuskitError, RefusedError, UsageError, in_one
from corpuskit.core.format import TokenOptions
from corpuskit.core.option_values import is_address
from corpuskit.core.provenance.entries import CardEntry
from corpuskit.core.publish.card_words import card_words, problems_of, read_card_words
from corpuskit.core.reading.resolve import near_name
from corpuskit.core.registry import (
    demand_distinct_formats,
    demand_token_options,
    find_format,
    find_step,
    format_names,
    is_token_format,
)
from corpuskit.core.settings import SHARD_DOCUMENTS, Tags
from corpuskit.core.step import Step
from corpuskit.core.tokens import DEFAULT_TOKENIZER, TOKENIZER_KINDS, TOKENIZERS
from corpuskit.core.wording import did_you_mean, excerpt
from corpuskit.mix.recipe.budget_limits import demand_shares_that_hold, limit_locations
from corpuskit.mix.recipe.node import Node
from corpuskit.mix.recipe.overrides import with_overrides
from corpuskit.mix.recipe.policy import FROM_DOCUMENTS, Policy, read_policy
from corpuskit.mix.recipe.source_specs import (
    FindStep,
    SourceSpec,
    read_sources,
    read_steps,
    with_order_problems,
)
from corpuskit.mix.recipe.yaml import Marked
from corpuskit.mix.recipe.yaml import load as load_yaml
from corpuskit.mix.solver.limits import Limit

Section = TypeVar("Section")

TOP_KEYS = ("seed", "budget", "policy", "caps", "floors", "sources", "together", "output", "card")
TOKENS_EXAMPLE = "2_000_000, 2M or 1.5B"
BUDGET_KEYS = ("tokens", "tokenizer")
CAPS_KEYS = ("any_source", *ORIGINS)
CAP_OF_SOURCE = (
    "is a source, and caps are by origin, or by `any_source` for all sources alike; to take less of this one, lower "
    "its `weight`, or write `any_source`"
)
FLOOR_OF_ORIGIN = "is an origin, and floors are by source; write the name of a source"
OUTPUT_KEYS = ("dir", "formats", "order", "shard_documents", "report", "tokenizer", "end_token")


@dataclass(frozen=True)
class Budget:
    """How many tokens, and how they are counted: by a name in `TOKENIZERS`, or with the tokenizer.json at a path."""

    tokens: int
    tokenizer: str = DEFAULT_TOKENIZER


@dataclass(frozen=True)
class OutputSpec:
    """The folder, formats, order and shard size of the result."""

    dir: Path | None = None
    formats: tuple[str, ...] = ("jsonl",)
    order: str = "input"
    """`input` or `shuffled`. Without one, a recipe with a budget is shuffled."""
    shard_documents: int = SHARD_DOCUMENTS
    report: bool = False
    """Whether a page on the dataset, `report.html`, is written beside it."""
    tokens: TokenOptions | None = None
    """What formats of token ids are made with."""


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
    card: CardEntry | None = None
    """What people wrote for the dataset card."""
    limit_locations: Mapping[Limit, str] = field(default_factory=dict, compare=False, repr=False)
    """Where the recipe states each limit of its budget: `recipe.yaml:4`."""


def load_recipe(
    path: Path | str, find: FindStep = find_step, overrides: Sequence[str] = (), name: str | None = None
) -> Recipe:
    """Read and check a recipe, `-` for standard input, with values that `KEY=VALUE` overrides.

    Paths in it are relative to its folder, or to the working folder if it comes through a pipe.

    Messages call it `name`, by default the last part of its path.

    Raises UsageError, with the lines of all mistakes and of all that the recipe itself refuses: sources that its policy
    forbids, shares that cannot all hold. If that is all, it is a RefusedError.
    """
    path = Path(path)
    folder = Path() if is_passed_by_shell(path) else path.parent
    return read_recipe(with_overrides(load_yaml(path, name), overrides), folder, find)


def read_recipe(tree: Marked, folder: Path, find: FindStep = find_step) -> Recipe:
    """Return the recipe in a marked tree, whose paths are relative to `folder`. Raises as `load_recipe` does."""
    top = Node(tree)
    if not isinstance(top.value, dict):
        top.misfit("a mapping", "; write `sources:`, and below it each source under a name")
    top.attempt(lambda: top.keys(*TOP_KEYS))
    budget, has_budget = _section(top, "budget", lambda node: _budget(node, folder)), top.get("budget") is not None
    sources = top.attempt(lambda: read_sources(top.need("sources", "a mapping from names to sources"), folder, find))
    caps, any_source = _section(top, "caps", lambda node: _caps(node, _names_of_sources(top))) or ({}, None)
    floors = _section(top, "floors", lambda node: _floors(node, _names_of_sources(top)))
    for key in ("caps", "floors"):
        shares = top.get(key)
        if shares is not None and not has_budget:
            no_budget = "are shares of a budget, and the recipe has none; add `budget: {tokens: …}`"
            top.attempt(functools.partial(shares.fail, no_budget))
    seed = _section(top, "seed", lambda node: node.whole(-(2**63)))
    policy = _section(top, "policy", lambda node: read_policy(node, folder))
    together = read_steps(top.get("together"), folder, find)
    default_order = "shuffled" if has_budget else "input"
    output = _section(top, "output", lambda node: _output(node, folder, default_order, budget))
    card = _section(top, "card", lambda node: _card(node, folder))
    sources = with_order_problems(top, sources or (), together)
    recipe = Recipe(
        name=tree.name,
        sources=sources,
        seed=seed or 0,
        budget=budget,
        policy=policy or Policy(),
        caps=caps,
        any_source=any_source,
        floors=floors or {},
        together=together,
        output=output or OutputSpec(order=default_order),
        card=card,
        limit_locations=limit_locations(tree),
    )
    _raise_all(tree.mistakes, _refusals(recipe, tree))
    return recipe


def _section(top: Node, key: str, read: Callable[[Node], Section]) -> Section | None:
    """Return what `read` makes of the value under a key; None if there is none, or if it is wrong, which is noted."""
    node = top.get(key)
    return None if node is None else top.attempt(lambda: read(node))


def _names_of_sources(top: Node) -> list[str]:
    """Return the names that the recipe gives its sources, even to those that are wrong."""
    sources = top.get("sources")
    return list(sources.value) if sources is not None and isinstance(sources.value, dict) else []


def _raise_all(mistakes: Sequence[CorpuskitError], refusals: Sequence[CorpuskitError]) -> None:
    """Raise one error for all mistakes, in the order of their lines, and then for all that is refused."""
    unique = {str(mistake): mistake for mistake in mistakes}
    errors = [*sorted(unique.values(), key=lambda mistake: _line_of(str(mistake))), *refusals]
    if errors:
        raise in_one(errors)


def _line_of(message: str) -> int:
    line = re.match(r".*?:([0-9]+): ", message)
    return int(line[1]) if line else 0


def _refusals(recipe: Recipe, tree: Marked) -> list[CorpuskitError]:
    """Return what the recipe's own policy and shares forbid, as far as nothing is wrong with what that depends on."""
    if not tree.is_sound("policy"):
        return []
    checks: list[Callable[[], None]] = []
    for source in recipe.sources:
        steps = (*source.steps, *recipe.together)
        if tree.is_sound("sources", source.name, "license"):
            checks.append(functools.partial(_check_license, recipe.policy, source))
        if tree.is_sound("together") and tree.is_sound("sources", source.name, "steps"):
            checks.append(functools.partial(recipe.policy.check_steps, source.name, source.location, steps))
    if recipe.sources and len(recipe.sources) == len(_names_of_sources(Node(tree))):
        checks.append(functools.partial(_check_shares, recipe))
    return [refusal for check in checks if (refusal := _refusal(check)) is not None]


def _check_license(policy: Policy, source: SourceSpec) -> None:
    policy.check_license(source.name, source.license_location, source.license)


def _check_shares(recipe: Recipe) -> None:
    if recipe.budget is not None:
        demand_shares_that_hold(recipe.sources, recipe.caps, recipe.any_source, recipe.floors, recipe.limit_locations)


def _refusal(check: Callable[[], None]) -> RefusedError | None:
    try:
        check()
    except RefusedError as refusal:
        return refusal
    return None


def steps_of_source(recipe: Recipe, source: SourceSpec) -> list[Step]:
    """Return what follows the reading of a source: the policy's filters, its own steps, the policy's checks.

    The audience is checked again before output: here, if no step is common to all sources. What was taken down is
    looked for again after the steps that may have changed texts, and before any that compare documents or keep them.
    """
    policy = recipe.policy
    checks = policy.source_checks((*source.steps, *recipe.together))
    again = policy.takedown_gates() if source.steps else []
    last = [policy.audience] if source.steps and not recipe.together else []
    return [*policy.source_gates(), *policy.with_takedown_gates(source.steps), *again, *checks, *last]


def steps_together(recipe: Recipe) -> list[Step]:
    """Return the steps over all sources at once, and the last checks of what was taken down and of the audience."""
    policy, steps = recipe.policy, recipe.together
    return [*policy.with_takedown_gates(steps), *policy.takedown_gates(), policy.audience] if steps else []


def stated_license(source: SourceSpec) -> str | None:
    """Return the licence of documents that state none; None if each document must state its own."""
    return None if source.license == FROM_DOCUMENTS else source.license


def tags_of(source: SourceSpec) -> Tags:
    """Return the metadata that a source gives each of its documents."""
    return Tags(source.name, source.origin, stated_license(source), source.license_evidence)


def _budget(node: Node, folder: Path) -> Budget | None:
    is_number = isinstance(node.value, (int, float, str))
    node.keys(*BUDGET_KEYS, write=f"{{tokens: {node.value}}}" if is_number else "{tokens: 2_000_000}")
    tokens = node.attempt(
        lambda: node.need("tokens", "how many to select, such as 2_000_000 or 2M").whole(1, example=TOKENS_EXAMPLE)
    )
    tokenizer = node.get("tokenizer")
    name = tokenizer.text() if tokenizer else DEFAULT_TOKENIZER
    if tokens is None:
        return None
    if name in TOKENIZERS:
        return Budget(tokens, name)
    if tokenizer and not name.endswith(".json"):
        near = did_you_mean(name, TOKENIZERS)
        tokenizer.misfit(TOKENIZER_KINDS, near)
    return Budget(tokens, _tokenizer_file(tokenizer, folder) if tokenizer else name)


def _tokenizer_file(node: Node, folder: Path) -> str:
    """Return the path of a tokenizer.json that exists."""
    path = folder / node.text()
    if not path.is_file():
        node.fail(f"names no file: {node.echo}{near_name(path, ('.json',))}")
    return str(path)


def _caps(node: Node, names: Sequence[str]) -> tuple[dict[str, float], float | None]:
    node.keys(*CAPS_KEYS, write=f"{{any_source: {node.echo}}}", elsewhere=dict.fromkeys(names, CAP_OF_SOURCE))
    caps = _shares(node, {key.replace("-", "_"): entry for key, entry in node.entries()}, above_zero=True)
    any_source = caps.pop("any_source", None)
    return caps, any_source


def _floors(node: Node, names: Sequence[str]) -> dict[str, float]:
    elsewhere = {key: FLOOR_OF_ORIGIN for key in ORIGINS if key not in names}
    node.keys(*names, write=f"{{{next(iter(names), 'NAME')}: {node.echo}}}", exact=True, elsewhere=elsewhere)
    floors = _shares(node, dict(node.entries()), above_zero=False)
    # Decimals as written: as doubles, ten floors of 0.1 would not add up to 1.
    total = sum(Fraction(str(floor)) for floor in floors.values())
    if total > 1:
        node.fail(f"add up to {float(total)}, and must not exceed 1")
    return floors


def _shares(node: Node, entries: Mapping[str, Node], above_zero: bool) -> dict[str, float]:
    """Return the shares that are right; the others are noted."""
    shares = {
        key: node.attempt(functools.partial(entry.share, above_zero=above_zero)) for key, entry in entries.items()
    }
    return {key: share for key, share in shares.items() if share is not None}


def _demand_distinct(formats: Node, names: Sequence[str]) -> None:
    try:
        demand_distinct_formats(names)
    except UsageError as error:
        raise UsageError(f"{formats.location}: {error}") from None


def _output(node: Node, folder: Path, default_order: str, budget: Budget | None) -> OutputSpec:
    node.attempt(lambda: node.keys(*OUTPUT_KEYS, write=f"{{dir: {node.value}}}"))
    formats = node.get("formats")
    names = (
        [node.attempt(functools.partial(entry.choice, format_names())) for entry in formats.items()] if formats else []
    )
    if formats is not None:
        node.attempt(functools.partial(_demand_distinct, formats, [name for name in names if name]))
    tokens = _token_options(node, folder, budget, [name for name in names if name])
    order = _section(node, "order", lambda entry: entry.choice(["input", "shuffled"]))
    return OutputSpec(
        dir=_section(node, "dir", lambda entry: _folder_below(entry, folder)),
        formats=tuple(dict.fromkeys(filter(None, names))) or ("jsonl",),
        order=order or default_order,
        shard_documents=_section(node, "shard_documents", lambda entry: entry.whole(1, example="50_000"))
        or SHARD_DOCUMENTS,
        report=_section(node, "report", lambda entry: entry.switch()) or False,
        tokens=tokens,
    )


def _token_options(node: Node, folder: Path, budget: Budget | None, formats: Sequence[str]) -> TokenOptions | None:
    """Return what formats of token ids are made with: the tokenizer of the budget, if the output names none."""
    path = _section(node, "tokenizer", lambda entry: _tokenizer_file(entry, folder))
    end_token = _section(node, "end_token", lambda entry: entry.text())
    if path is None and node.get("tokenizer") is not None:
        return None
    if path is None and budget is not None and budget.tokenizer not in TOKENIZERS:
        path = budget.tokenizer if any(is_token_format(find_format(format_)) for format_ in formats) else None
    tokens = None if path is None else TokenOptions(path, end_token)
    node.attempt(functools.partial(_demand_token_options, node, formats, tokens, end_token))
    return tokens


def _demand_token_options(
    node: Node, formats: Sequence[str], tokens: TokenOptions | None, end_token: str | None
) -> None:
    try:
        demand_token_options(formats, tokens, end_token)
    except UsageError as error:
        raise UsageError(f"{_at_fault(node, tokens).location}: {error}") from None


def _at_fault(output: Node, tokens: TokenOptions | None) -> Node:
    """Return what is to be changed where formats and tokenizer do not go together: the last that was said."""
    named_formats = output.get("formats")
    if named_formats is not None and (tokens is None or named_formats.location.startswith("--set")):
        return named_formats
    return output.get("tokenizer") or output.get("end_token") or output


def _card(node: Node, folder: Path) -> CardEntry:
    """Return the words for the card, or those of the YAML file that is named in their place."""
    if isinstance(node.value, str):
        try:
            return read_card_words(folder / node.text())
        except UsageError as error:
            raise UsageError(f"{node.location}: {error}").with_others(error.others) from None
    mistakes = []
    for key, problem in problems_of(node.value):
        at_fault = node.get(key) or node
        mistakes.append(UsageError(f"{at_fault.location}: `{excerpt(key or at_fault.key)}` {problem}"))
    if mistakes:
        raise mistakes[0].with_others(mistakes[1:])
    return card_words(node.value)


def _folder_below(node: Node, folder: Path) -> Path:
    """Return the folder that a recipe writes to.

    A recipe may come from anyone, so it writes only below its own folder. `-o` may name any folder.
    """
    path = Path(node.text())
    if path.is_absolute() or ".." in path.parts or is_address(node.text()):
        node.misfit("a folder below the recipe's own", "; to write elsewhere, remove it and name the folder with -o")
    return folder / path
