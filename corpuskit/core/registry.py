"""Which steps and output formats exist, by name. A module is imported only when its name is used.

The wings are listed by folder, so a new step is one new file: `stages/filter_quality.py` holds the step
`filter-quality`. Other installed packages add steps under the entry point group `corpuskit.steps`; the manifest names
them with their distribution's version.
"""

import importlib
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeGuard, cast

from corpuskit.core.errors import DamagedError, UsageError
from corpuskit.core.startup import declares_option, modules_in, names_entry_points, step_docstring_line
from corpuskit.core.wording import comma_list, did_you_mean, excerpt, nearest, value_text

if TYPE_CHECKING:
    from corpuskit.core.format import DivisibleFormat, Format, TokenFormat, TokenOptions
    from corpuskit.core.provenance.chain import StepDescription
    from corpuskit.core.step import Step

WINGS = ("mix", "product", "retrieval", "sources", "stages", "synthetic", "trust")
ENTRY_POINTS = "corpuskit.steps"
PACKAGE_FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


@cache
def own_steps() -> dict[str, str]:
    """Map step names to modules, by the names of the files; none is imported."""
    return {
        stem.replace("_", "-"): f"corpuskit.{wing}.{stem}"
        for wing in WINGS
        for stem in modules_in(os.path.join(PACKAGE_FOLDER, wing))
    }


@cache
def added_steps() -> dict[str, Any]:
    """Return the entry points of other packages, by step name."""
    if not names_entry_points(ENTRY_POINTS):
        return {}
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


def step_names() -> list[str]:
    """Return all step names, sorted."""
    return sorted({*own_steps(), *added_steps()})


def help_line(name: str) -> str:
    """Return what a list of steps says about this one: the first line of its docstring."""
    module = own_steps().get(name)
    if module is not None:
        line = step_docstring_line(_path_of(module), name)
        if line:
            return line
    try:
        return find_step(name).help_line()
    except UsageError as error:
        return f"({error})"


def steps_with_option(key: str) -> list[str]:
    """Return the names of own steps that have an option of their own with this key; none is imported."""
    return [name for name, module in sorted(own_steps().items()) if declares_option(_path_of(module), key)]


def _path_of(module: str) -> str:
    return os.path.join(PACKAGE_FOLDER, *module.split(".")[1:]) + ".py"


NO_TOKENIZER = "name the tokenizer: --tokenizer tokenizer.json, or in a recipe `output: {tokenizer: tokenizer.json}`"
OTHER_NAMES = {
    **dict.fromkeys(("cat", "read", "load", "import", "convert", "jsonl", "parquet", "csv", "text"), "files"),
    **dict.fromkeys(("warc", "crawl", "fetch"), "fetch-warc"),
    **dict.fromkeys(("huggingface", "hf", "load-dataset", "datasets"), "hub"),
    **dict.fromkeys(("decon", "decontam", "contamination"), "decontaminate"),
    **dict.fromkeys(("ftfy", "fix", "normalize", "normalise", "clean"), "repair-text"),
    **dict.fromkeys(("wiki", "mediawiki", "wikiextractor"), "wikipedia"),
    **dict.fromkeys(("jats", "pmc", "arxiv", "latex", "tex"), "papers"),
    **dict.fromkeys(("epub", "gutenberg", "ebooks"), "books"),
    **dict.fromkeys(("html", "trafilatura"), "extract"),
    **dict.fromkeys(("uniq", "deduplicate", "minhash"), "dedup"),
    **dict.fromkeys(("wc", "tokens"), "count"),
    **dict.fromkeys(("tail", "show", "less"), "head"),
    **dict.fromkeys(("grep", "find", "query"), "search"),
    **dict.fromkeys(("shuf", "shuffle", "subsample"), "sample"),
    **dict.fromkeys(("anonymize", "anonymise", "mask", "redact", "pii"), "scrub-pii"),
    **dict.fromkeys(("language", "lang", "langid"), "filter-language"),
    **dict.fromkeys(("quality", "gopher", "c4", "fineweb"), "filter-quality"),
    **dict.fromkeys(("url", "urls", "blocklist", "domains", "filter-domain"), "filter-url"),
    **dict.fromkeys(("license", "licence", "spdx"), "filter-license"),
    **dict.fromkeys(("build", "run", "recipe", "repro", "make", "merge", "blend", "combine", "concat", "lint"), "mix"),
    **dict.fromkeys(("split", "splitter", "passages"), "chunk"),
    **dict.fromkeys(("generate", "synthesize", "synthesise", "llm", "vllm", "distilabel"), "synth-run"),
    **dict.fromkeys(("regmix", "doremi", "mixture", "weights"), "fit"),
    **dict.fromkeys(("reweight", "feedback", "dsir"), "reweigh"),
    **dict.fromkeys(("save", "write", "publish", "tokenize", "tokenise"), "export"),
    **dict.fromkeys(("check", "validate", "fsck"), "verify"),
    **dict.fromkeys(("info", "describe", "summary", "inspect", "ls", "list"), "stats"),
    **dict.fromkeys(("card", "croissant", "eu-summary", "datasheet", "dashboard"), "report"),
    **dict.fromkeys(("compare", "cmp"), "diff"),
    **dict.fromkeys(("why", "trace", "blame"), "explain"),
}
"""What other tools, and people, call these steps."""


LIKE = 0.6
"""Share of letters in common from which on a word is taken for a step's name misspelt."""


def find_step(name: str) -> "type[Step]":
    """Return the step class of this name. Raises UsageError with the nearest name."""
    if not isinstance(name, str):
        raise UsageError(f"find_step takes the name of a step, such as 'dedup', not {name!r}")
    module = own_steps().get(name)
    if module is not None:
        return _only_step(module, name)
    if name in added_steps():
        return _added_step(name)
    near = [step for step in step_names() if step.startswith(f"{name}-")] or [
        word for word in [OTHER_NAMES.get(name.lower()) or _like(name)] if word
    ]
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "`corpuskit --help` lists them"
    raise UsageError(f"no step is called {name!r}; {hint}")


def _like(name: str) -> str | None:
    """Return the step whose name is like a word; None if it has no more in common with it than some letters."""
    from difflib import SequenceMatcher

    near, word = nearest(name, step_names()), name.lower()
    if near is None or word in near or near[:2] == word[:2]:
        return near
    return near if near[0] == word[0] and SequenceMatcher(None, word, near).ratio() > LIKE else None


def describe(step: "Step") -> "StepDescription":
    """Return what a chain records of a step; for an added step, also the distribution that it comes from."""
    from corpuskit.core.provenance.chain import StepDescription
    from corpuskit.core.step import Source

    name = step.name()
    point = added_steps().get(name) if name not in own_steps() else None
    origin = {point.dist.name: point.dist.version} if point is not None else {}
    return StepDescription(name, step.options(), {**step.versions(), **origin}, isinstance(step, Source))


def step_facts(step: "Step") -> str:
    """Return what `--verbose` says of a step: the options and versions that its manifest entry has."""
    described = describe(step)
    options = [f"{name} {value_text(value)}" for name, value in described.options.items()]
    versions = [f"{name} {version}" for name, version in described.versions.items()]
    return f"options: {comma_list(options)}; depends on: {comma_list(versions)}"


@cache
def format_modules() -> dict[str, str]:
    """Map the names of output formats to modules, `jsonl` first; none is imported."""
    names = sorted(modules_in(os.path.join(PACKAGE_FOLDER, "export")), key=lambda stem: (stem != "jsonl", stem))
    return {stem.replace("_", "-"): f"corpuskit.export.{stem}" for stem in names}


def format_names() -> list[str]:
    """Return the names of the output formats, `jsonl` first."""
    return list(format_modules())


def find_format(name: str) -> "Format":
    """Return the output format of this name. Raises UsageError that lists those that exist."""
    if name not in format_modules():
        hint = did_you_mean(name, format_names()) or f"; the formats are {', '.join(format_names())}"
        raise UsageError(f"no output format is called {name!r}{hint}")
    module = importlib.import_module(format_modules()[name])
    return next(
        cast("Format", value())
        for value in vars(module).values()
        if isinstance(value, type) and value.__dict__.get("name") == name
    )


def build_formats(names: Iterable[str], tokens: "TokenOptions | None" = None) -> "list[Format]":
    """Return the output formats of these names, those of token ids with a tokenizer. Raises UsageError."""
    formats = [find_format(name) for name in names]
    return [format_.for_tokens(tokens) if is_token_format(format_) else format_ for format_ in formats]


def demand_token_options(names: Sequence[str], tokens: "TokenOptions | None", end_token: str | None) -> None:
    """Raise UsageError unless there is a tokenizer where a format needs one, and only there."""
    needing = [name for name in names if is_token_format(find_format(name))]
    if needing and tokens is None:
        raise UsageError(f"format {needing[0]} needs a tokenizer; {NO_TOKENIZER}")
    if not needing and (tokens is not None or end_token is not None):
        formats = " and ".join(token_format_names())
        raise UsageError(f"a tokenizer and an end token are for the formats {formats}; name one of them")


def is_token_format(format_: "Format") -> "TypeGuard[TokenFormat]":
    """Whether a format holds token ids, and so needs a tokenizer."""
    return hasattr(format_, "for_tokens")


def is_divisible(format_: "Format") -> "TypeGuard[DivisibleFormat]":
    """Whether the shards of a format can be read from any document on."""
    return hasattr(format_, "read_range")


def token_format_names() -> list[str]:
    """Return the names of the formats of token ids."""
    return [name for name in format_names() if is_token_format(find_format(name))]


def all_formats() -> "Iterator[Format]":
    """Yield every output format, `jsonl` first."""
    return (find_format(name) for name in format_names())


def demand_distinct_formats(names: Sequence[str]) -> None:
    """Raise UsageError if two of these formats would write files of the same names."""
    from corpuskit.core.format import file_suffixes

    writers: dict[tuple[str, str], str] = {}
    for name in names:
        format_ = find_format(name)
        for suffix in file_suffixes(format_):
            other = writers.setdefault((format_.folder, suffix), name)
            if other != name:
                raise UsageError(f"{other} and {name} are the same files in a folder; name one of them")


def format_of_file(name: str) -> "Format | None":
    """Return the format of a single published file with this name; None for the name of a folder."""
    for format_ in all_formats():
        if name.endswith(format_.file_endings):
            return format_.for_file(name)
    return None


def format_of_shard(path: str) -> "Format":
    """Return the format of a file of documents, given its path in its dataset. Raises DamagedError if none has such."""
    from corpuskit.core.format import file_suffixes
    from corpuskit.core.provenance.manifest import shard_format

    folder, suffix = shard_format(path)
    for format_ in all_formats():
        if format_.folder == folder and suffix in file_suffixes(format_):
            return format_
    file_format = None if folder else format_of_file(path)
    if file_format is None:
        raise DamagedError(f"{path}: no output format of this corpuskit has such files; read it with the one it is of")
    return file_format


def _only_step(module_name: str, name: str) -> "type[Step]":
    from corpuskit.core.step import Step

    module = importlib.import_module(module_name)
    for value in vars(module).values():
        if (
            isinstance(value, type)
            and issubclass(value, Step)
            and value.__module__ == module_name
            and value.name() == name
        ):
            return value
    raise UsageError(f"module {module_name} holds no step called {name!r}")


def _added_step(name: str) -> "type[Step]":
    from corpuskit.core.options import wrong_default
    from corpuskit.core.step import Step

    point = added_steps()[name]
    entry = f"the step {name!r} of the package {_package(point)} (`{point.value}`)"
    try:
        step_class = point.load()
    except Exception as error:  # whatever the module of another package raises
        problem = f"{type(error).__name__}: {excerpt(str(error), 100)}"
        raise UsageError(f"{entry} cannot be loaded: {problem}") from error
    if not (isinstance(step_class, type) and issubclass(step_class, Step)):
        raise UsageError(f"{entry} is not a step class")
    if problem := wrong_default(step_class):
        raise UsageError(f"{entry} cannot be used: {problem}")
    return step_class


def shadowing_notice(name: str) -> str:
    """Return that a step of another package has the name of one of ours, and is left out; empty if none has."""
    point = added_steps().get(name) if name in own_steps() else None
    if point is None:
        return ""
    return f"the package {_package(point)} has a step of this name too, which is left out; its author has to rename it"


def _package(point: Any) -> str:
    return point.dist.name if point.dist is not None else "of another project"
