"""The sources of a recipe and the steps that documents pass, with all mistakes in them noted before reading goes on."""

import functools
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corpuskit.core.document import ORIGINS
from corpuskit.core.errors import UsageError
from corpuskit.core.licenses import expression_problem
from corpuskit.core.options import build_step
from corpuskit.core.step import CorpusStage, Sink, Source, Stage, Step
from corpuskit.core.wording import did_you_mean, excerpt
from corpuskit.mix.recipe.node import Node
from corpuskit.mix.recipe.policy import FROM_DOCUMENTS
from corpuskit.mix.recipe.step_words import meant_steps

FindStep = Callable[[str], type[Step]]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
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
SHAPE_OF_SOURCES = "{NAME: {from: files, inputs: [in/*.jsonl], origin: public_dataset}}"


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
    license_location: str = field(default="", compare=False)
    """Where the recipe states the licence, or else defines the source."""
    input_locations: tuple[str, ...] = field(default=(), compare=False)
    """Where the recipe names each of the inputs."""
    order_problem: str = field(default="", compare=False)
    """What is wrong with the order of the steps if the source gives HTML."""


def read_sources(node: Node, folder: Path, find: FindStep) -> tuple[SourceSpec, ...]:
    """Return the sources that are right; what is wrong with the others is noted."""
    if not isinstance(node.value, dict):
        node.misfit("a mapping", f"; write `sources: {SHAPE_OF_SOURCES}`")
    for above, name in itertools.pairwise(node.value):
        if name in SOURCE_KEYS and not isinstance(node.value[name], dict):
            node.tree.misspelt.add((*node.trail, above, name))
    specs = [node.attempt(functools.partial(_source, name, entry, folder, find)) for name, entry in node.entries()]
    if not specs:
        node.fail("must name at least one source")
    return tuple(spec for spec in specs if spec is not None)


def _source(name: str, node: Node, folder: Path, find: FindStep) -> SourceSpec | None:
    if not _NAME.fullmatch(name):
        problem = "cannot name a source: use letters, digits, `.`, `_` and `-`, at most 64, a letter or digit first"
        node.attempt(lambda: node.fail(problem))
    if not isinstance(node.value, dict) and name in SOURCE_KEYS:
        node.fail(
            "is a key of a source, and stands where names of sources do; indent it as the other keys of its source"
        )
    if not isinstance(node.value, dict):
        node.misfit("a mapping", f"; write `{name}: {{from: files, inputs: [in/*.jsonl], origin: public_dataset}}`")
    node.attempt(lambda: node.keys(*SOURCE_KEYS, elsewhere=_options_elsewhere(node, find)))
    step = node.attempt(lambda: _source_step(node, folder, find))
    inputs = node.attempt(lambda: _inputs(node, folder, step))
    origin = node.attempt(lambda: node.need("origin", f"what it is, one of {', '.join(ORIGINS)}").choice(ORIGINS))
    read = functools.partial(_optional, node)
    license = read("license", _license)
    evidence = read("license_evidence", Node.text)
    weight = read("weight", Node.positive)
    max_epochs = read("max_epochs", lambda entry: entry.least(1))
    steps = read_steps(node.get("steps"), folder, find)
    if step is None or inputs is None or origin is None:
        return None
    return SourceSpec(
        name=name,
        from_step=step,
        inputs=inputs,
        origin=origin,
        license=license,
        license_evidence=evidence,
        weight=weight or 1.0,
        max_epochs=max_epochs or 1.0,
        steps=steps,
        location=node.location,
        license_location=(node.get("license") or node).location,
        input_locations=tuple(item.location for item in node.need("inputs", "").items()) if inputs else (),
    )


def _options_elsewhere(node: Node, find: FindStep) -> dict[str, str]:
    """Return, for each option of the command under `from`, where it is written; nothing if the command is unknown."""
    command = node.get("from")
    if command is None or not isinstance(command.value, str):
        return {}
    try:
        step_class = _step_class(command, command.value, find)
    except UsageError:
        return {}
    said = "is an option of `{}`; write it below `options`, as `options: {{{}: …}}`"
    return {option.name: said.format(step_class.name(), option.key) for option in step_class.option_list()}


def _optional(node: Node, key: str, read: Callable[[Node], Any]) -> Any:
    """Return what `read` makes of the value under a key; None if there is none, or if it is wrong, which is noted."""
    entry = node.get(key)
    return None if entry is None else entry.attempt(lambda: read(entry))


def _source_step(node: Node, folder: Path, find: FindStep) -> Source:
    command = node.need("from", "the command that reads it, such as `files` or `fetch-warc`")
    step_class = _step_class(command, command.text(), find)
    if not issubclass(step_class, Source):
        command.fail(f"must name a source command, not {command.echo}; `{step_class.name()}` belongs under `steps`")
    step = _step_at(command, command.text(), node.get("options"), folder, find)
    assert isinstance(step, Source)
    return step


def _inputs(node: Node, folder: Path, step: Source | None) -> tuple[str, ...]:
    if step is not None and step.names_inputs:
        if (entry := node.get("inputs")) is not None:
            entry.fail(f"must be left out, as the options of `{step.name()}` say what is read")
        return ()
    inputs = node.need("inputs", "files, folders, globs or URLs").items()
    if not inputs:
        Node(node.tree, *node.trail, "inputs").fail("must name at least one file, folder, glob or URL")
    return tuple(_input(item, folder, step) for item in inputs)


def _input(node: Node, folder: Path, step: Source | None) -> str:
    text = node.text()
    if text == "-":
        node.fail("cannot be standard input; a recipe reads files and URLs")
    return text if step is None else step.locate(text, folder)


def _license(node: Node) -> str:
    """Return a source's licence: an SPDX expression, or the word that leaves it to the documents."""
    if isinstance(node.value, list) and all(isinstance(name, str) for name in node.value):
        one_of, all_of = (f" {word} ".join(node.value) for word in ("OR", "AND"))
        node.misfit(
            "one SPDX licence expression", f"; write `{one_of}` for a choice, or `{all_of}` if all of them hold"
        )
    license = node.text()
    if license != FROM_DOCUMENTS and (problem := expression_problem(license)):
        near = did_you_mean(license, (FROM_DOCUMENTS,))
        node.fail(f"must be an SPDX licence expression{near}: {problem}")
    return license


def read_steps(node: Node | None, folder: Path, find: FindStep) -> tuple[Step, ...]:
    """Return the steps of a list that are right; what is wrong with the others is noted."""
    if node is None:
        return ()
    if isinstance(node.value, dict) and len(node.value) > 1:
        names = ", ".join(name if not value else f"{{{name}: …}}" for name, value in node.value.items())
        node.attempt(lambda: node.fail(f"must be a list of steps, not a mapping; write `{node.key}: [{names}]`"))
        return ()
    steps = [node.attempt(functools.partial(_step, item, folder, find)) for item in node.items()]
    return tuple(step for step in steps if step is not None)


def _step(node: Node, folder: Path, find: FindStep) -> Step:
    name, options = node.value, None
    if isinstance(name, dict) and len(name) == 1:
        name = next(iter(name))
        options = Node(node.tree, *node.trail, name) if node.value[name] is not None else None
    if isinstance(name, dict) and name and next(iter(name.values())) is None:
        first, *others = name
        written = f"{{{first}: {{{', '.join(f'{key}: …' for key in others)}}}}}"
        node.fail(f"has options of `{first}` beside it; indent them deeper than its name, or write `{written}`")
    if not isinstance(name, str):
        node.fail(f"lists steps, each `name` or `{{name: {{option: value}}}}`, not {node.echo}")
    step = _step_at(node, name, options, folder, find)
    if not isinstance(step, (Stage, CorpusStage)) or isinstance(step, Sink):
        hint = "; `output` says what is written" if isinstance(step, Sink) else ""
        node.fail(f"lists stages, and `{name}` is a {step.kind}{hint}")
    if getattr(step, "stream", False):
        node.fail(f"lists steps of a recipe, where `{name}` cannot stream; remove the option `stream`")
    return step


def _step_at(node: Node, name: str, options: Node | None, folder: Path, find: FindStep) -> Step:
    """Return the step `name` with its options.

    Raises UsageError, with the option's line or that of `node`, for each option that is wrong.
    """
    step_class = _step_class(node, name, find)
    if options is not None and not isinstance(options.value, dict):
        options.misfit("a mapping from options to values", f"; write `{name}: {{option: value}}`")
    entries = dict(options.entries()) if options else {}
    asked_for: list[str] = []

    def location_of(key: str) -> str:
        asked_for.append(key)
        return entries[key].location if key in entries else node.location

    errors: list[UsageError] = []
    while True:
        values = {key: entry.value for key, entry in entries.items()}
        try:
            step = build_step(step_class, values, location_of, split_commas=False, folder=folder)
        except UsageError as error:
            # Without the option that is wrong, others may be found to be wrong, too, but not that one is missing.
            if not errors or asked_for[-1] in entries:
                errors.append(error)
            if asked_for[-1] not in entries:
                raise errors[0].with_others(errors[1:]) from None
            del entries[asked_for[-1]]
            continue
        if errors:
            raise errors[0].with_others(errors[1:])
        return step


def _step_class(node: Node, name: str, find: FindStep) -> type[Step]:
    """Return the class of a step, which may be spelled with `_` for `-`. Raises UsageError with the line."""
    spellings = (name, name.replace("_", "-"))
    for spelling in spellings:
        try:
            step_class = find(spelling)
            break
        except UsageError as error:
            if advice := meant_steps(name, node.key):
                node.fail(f"names no step by {excerpt(repr(name))}; {advice}")
            if spelling == spellings[-1]:
                raise UsageError(
                    f"{node.location}: {str(error).replace(repr(spelling), repr(excerpt(name)))}"
                ) from None
    if not step_class.in_recipes:
        raise UsageError(f"{node.location}: `{name}` works in a pipe, not in a recipe")
    return step_class


def with_order_problems(top: Node, sources: Sequence[SourceSpec], together: Sequence[Step]) -> tuple[SourceSpec, ...]:
    """Return the sources with what is wrong with the order of their steps if they give HTML; note it if they do."""
    checked = [replace(source, order_problem=_order_problem(top, source, together)) for source in sources]
    for source in checked:
        source_gives_html = source.order_problem and source.from_step.gives_html(source.inputs)
        if source_gives_html:
            top.tree.mistakes.append(UsageError(source.order_problem))
    return tuple(checked)


def _order_problem(top: Node, source: SourceSpec, together: Sequence[Step]) -> str:
    """Return which step on prose would get a source's HTML, as no step before it takes the text out; or nothing."""
    for step, location in _located_steps(top, source, together):
        if getattr(step, "makes_prose", False):
            return ""
        if getattr(step, "reads_prose", False):
            return (
                f"{location}: `{step.name()}` reads prose, but source `{source.name}` gives it HTML; "
                "put `extract` before it"
            )
    return ""


def _located_steps(top: Node, source: SourceSpec, together: Sequence[Step]) -> Iterator[tuple[Step, str]]:
    """Yield what a source's documents pass, each with its line; nothing if a list has steps that are wrong."""
    for node, steps in (
        (Node(top.tree, "sources", source.name).get("steps"), source.steps),
        (top.get("together"), together),
    ):
        items = node.items() if node is not None else []
        if len(items) == len(steps):
            yield from zip(steps, (item.location for item in items), strict=True)
