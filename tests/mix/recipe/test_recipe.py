"""Recipes: the whole schema before any work, every refusal with its line and the nearest right key."""

import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pytest

from corpuskit.core.errors import CorpuskitError, RefusedError, UsageError
from corpuskit.core.step import CorpusStage, Sink, Source, Stage, Step
from corpuskit.mix.engine.quotas import allocate
from corpuskit.mix.recipe.recipe import Budget, OutputSpec, Recipe, load_recipe
from corpuskit.mix.recipe.shell_pipe import source_pipes, together_pipe
from corpuskit.mix.solver.conflict import Infeasible
from tests.support.recipes import whole_pipe


@dataclass(frozen=True)
class FetchWarc(Source):
    """Read WARC files."""


@dataclass(frozen=True)
class Code(Source):
    """Read source trees."""

    text_key: Annotated[str, "Key of the text."] = "text"
    ignore: Annotated[Path | None, "Names to leave out."] = None


@dataclass(frozen=True)
class Extract(Stage):
    """Main text."""


@dataclass(frozen=True)
class FilterLanguage(Stage):
    """Keep languages."""

    keep: Annotated[tuple[str, ...], "Languages."]


@dataclass(frozen=True)
class FilterQuality(Stage):
    """Keep prose."""

    rules: Annotated[tuple[Literal["gopher", "c4", "fineweb"], ...], "Rule families."] = ("gopher",)


@dataclass(frozen=True)
class Dedup(CorpusStage):
    """Drop repeats."""

    threshold: Annotated[float, "Similarity."] = 0.8
    stream: Annotated[bool, "Write at once."] = False


@dataclass(frozen=True)
class ScrubPii(Stage):
    """Mask personal data."""


@dataclass(frozen=True)
class Export(Sink):
    """Write."""


STEPS = {
    step.name(): step for step in (FetchWarc, Code, Extract, FilterLanguage, FilterQuality, Dedup, ScrubPii, Export)
}

DESIGNED = """\
seed: 7
budget: {tokens: 2_000_000, tokenizer: words}        # words | bytes/4 | a tokenizer.json; optional
policy: {licenses: {allow: [CC0-1.0, CC-BY-4.0, PSF-2.0, MIT, LicenseRef-crawl]}, pii: required}
caps:   {synthetic: 0.2, any_source: 0.6}            # keys: an origin, or any_source
floors: {code: 0.02}
sources:
  web:  {from: fetch-warc, inputs: [crawl/*.warc.gz], origin: crawl, license: LicenseRef-crawl, weight: 6,
         steps: [extract, {filter-language: {keep: [en]}}, {filter-quality: {rules: [gopher, c4, fineweb]}}]}
  code: {from: code, inputs: [src/], origin: public_dataset, license: PSF-2.0, weight: 2, max_epochs: 4}
together: [dedup, scrub-pii]                          # steps over all sources at once, before sampling
output: {dir: snapshot, formats: [jsonl, parquet], order: shuffled}
"""

SMALL = "sources:\n  web: {from: code, inputs: [src/], origin: crawl}\n"


def find(name: str) -> type[Step]:
    if name not in STEPS:
        raise UsageError(f"no step is called {name!r}")
    return STEPS[name]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Load a recipe's text from a file in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes").mkdir()

    def loaded(text: str) -> Recipe:
        path = Path("recipes/recipe.yaml")
        path.write_text(text)
        return load_recipe(path, find)

    return loaded


def test_a_whole_recipe(read) -> None:
    recipe = read(DESIGNED)
    assert recipe.seed == 7
    assert recipe.budget == Budget(2_000_000, "words")
    assert recipe.policy.licenses == ("CC0-1.0", "CC-BY-4.0", "PSF-2.0", "MIT", "LicenseRef-crawl")
    assert recipe.policy.pii_required
    assert (recipe.caps, recipe.any_source, recipe.floors) == ({"synthetic": 0.2}, 0.6, {"code": 0.02})
    web, code = recipe.sources
    assert (web.name, web.origin, web.license, web.weight, web.max_epochs) == ("web", "crawl", "LicenseRef-crawl", 6, 1)
    assert web.from_step == FetchWarc()
    assert web.inputs == ("recipes/crawl/*.warc.gz",)
    assert web.input_locations == ("recipe.yaml:7",)
    assert web.steps == (Extract(), FilterLanguage(("en",)), FilterQuality(("gopher", "c4", "fineweb")))
    assert (code.weight, code.max_epochs, code.location) == (2, 4, "recipe.yaml:9")
    assert recipe.together == (Dedup(), ScrubPii())
    assert recipe.output == OutputSpec(Path("recipes/snapshot"), ("jsonl", "parquet"), "shuffled")


def test_the_least_recipe_and_its_defaults(read) -> None:
    recipe = read(SMALL)
    assert (recipe.seed, recipe.budget, recipe.together) == (0, None, ())
    assert recipe.output == OutputSpec(None, ("jsonl",), "input")
    assert read(SMALL + "budget: {tokens: 1e6}\n").output.order == "shuffled"
    assert read(SMALL + "together:\nseed: ~\n") == recipe


def test_paths_start_from_the_recipes_folder(read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes" / "t").mkdir(parents=True)
    (tmp_path / "recipes" / "t" / "tokenizer.json").touch()
    recipe = read(
        "budget: {tokens: 10, tokenizer: t/tokenizer.json}\n"
        "sources:\n"
        "  web:\n"
        "    from: code\n"
        "    inputs: ['s3://bucket/*.gz', /absolute/a, b]\n"
        "    origin: crawl\n"
        "    options: {text-key: body, ignore: names.txt}\n"
    )
    assert recipe.budget == Budget(10, "recipes/t/tokenizer.json")
    assert recipe.sources[0].inputs == ("s3://bucket/*.gz", "/absolute/a", "recipes/b")
    assert recipe.sources[0].from_step == Code("body", Path("recipes/names.txt"))


def changed(old: str, new: str) -> str:
    assert DESIGNED.count(old) == 1, "the test changes one line"
    return DESIGNED.replace(old, new)


MISTAKES = [
    (changed("seed: 7", "sed: 7"), 1, "unknown key `sed` (did you mean `seed`?); keys here: seed, budget"),
    (changed("seed: 7", "seed: x"), 1, "`seed` must be a whole number"),
    (changed("tokens: 2_000_000", "tokens: -5"), 2, "`tokens` must be a whole number from 1 on"),
    (changed("tokens: 2_000_000", "tokens: .inf"), 2, "`tokens` must be a whole number"),
    (changed("tokens: 2_000_000, ", ""), 2, "`budget` needs the key `tokens`"),
    (changed("tokenizer: words", "tokenizer: word"), 2, "(did you mean `words`?)"),
    (changed("allow:", "alow:"), 3, "unknown key `alow` (did you mean `allow`?)"),
    (changed("PSF-2.0, MIT,", "PSF2.0, MIT,"), 3, "`PSF2.0` is not an SPDX licence (did you mean `PSF-2.0`?)"),
    (changed("pii: required", "pii: yes"), 3, "`pii` can only be `required`, not 'yes'"),
    (changed("synthetic: 0.2", "synthetc: 0.2"), 4, "unknown key `synthetc` (did you mean `synthetic`?)"),
    (
        changed("any_source: 0.6", "any_source: 0"),
        4,
        "`any_source` must be a share of the budget, above 0 up to 1, not 0",
    ),
    (changed("any_source: 0.6", "any_source: 1.5"), 4, "up to 1"),
    (changed("any_source: 0.6", "any_source: .nan"), 4, "up to 1"),
    (changed("floors: {code: 0.02}", "floors: {cod: 0.02}"), 5, "unknown key `cod` (did you mean `code`?)"),
    (changed("floors: {code: 0.02}", "floors: {code: 0.7, web: 0.4}"), 5, "add up to 1.1, and must not exceed 1"),
    (changed("floors: {code: 0.02}", "floors: 0.1"), 5, "must be a mapping"),
    (changed("pii: required", "as-of: 2026-11-01"), 3, "write `audience: {audience: tenant:NAME, as-of: 2026-11-01}`"),
    (
        changed("from: code", "from: code, text-key: body"),
        9,
        "`text-key` is an option of `code`; write it below `options`, as `options: {text-key: …}`",
    ),
    (changed("from: code", "from: code, text_key: body"), 9, "`text_key` is an option of `code`"),
    (changed("from: fetch-warc", "form: fetch-warc"), 7, "unknown key `form` (did you mean `from`?)"),
    (changed("from: fetch-warc, ", ""), 7, "`web` needs the key `from`"),
    (changed("from: fetch-warc", "from: fetch"), 7, "no step is called 'fetch'"),
    (changed("from: fetch-warc", "from: extract"), 7, "`extract` belongs under `steps`"),
    (changed("inputs: [crawl/*.warc.gz], ", ""), 7, "`web` needs the key `inputs`"),
    (changed("[crawl/*.warc.gz]", "[]"), 7, "`inputs` must name at least one"),
    (changed("[crawl/*.warc.gz]", "['-']"), 7, "cannot be standard input"),
    (changed("[crawl/*.warc.gz]", "[5]"), 7, "put it in quotes"),
    (changed("origin: crawl, ", ""), 7, "`web` needs the key `origin`: what it is, one of public_dataset"),
    (changed("origin: crawl", "origin: crwl"), 7, "(did you mean `crawl`?)"),
    (changed("weight: 6", "weight: 0"), 7, "`weight` must be a number above zero"),
    (changed("weight: 6", "weight: -1"), 7, "`weight` must be a number above zero"),
    (changed("weight: 6", "weight: .nan"), 7, "`weight` must be a number above zero"),
    (changed("weight: 6", "weight: '6'"), 7, "`weight` must be a number above zero"),
    (changed("weight: 6", "weight: true"), 7, "`weight` must be a number above zero"),
    (changed("max_epochs: 4", "max_epochs: 0"), 9, "`max_epochs` must be a number from 1 on"),
    (changed("max_epochs: 4", "max_epochs: 0.5"), 9, "`max_epochs` must be a number from 1 on"),
    (changed("license: PSF-2.0", "license: MTI"), 9, "`MTI` is not an SPDX licence (did you mean `MIT`?)"),
    (changed("keep: [en]", "kep: [en]"), 8, "filter-language: unknown option `kep` (did you mean `keep`?)"),
    (changed("{filter-language: {keep: [en]}}", "filter-language"), 8, "needs the option `keep`"),
    (changed("rules: [gopher, c4, fineweb]", "rules: [gophr]"), 8, "did you mean `gopher`?"),
    (changed("{keep: [en]}", "[en]"), 8, "must be a mapping"),
    (changed("[extract, ", "[{extract: {}, dedup: {}}, "), 8, "lists steps, each `name`"),
    (changed("[extract, ", "[5, "), 8, "lists steps, each `name`"),
    (changed("[dedup, scrub-pii]", "[dedup, fetch-warc, scrub-pii]"), 10, "`fetch-warc` is a source"),
    (changed("[dedup, scrub-pii]", "[{dedup: {stream: true}}, scrub-pii]"), 10, "cannot stream"),
    (changed("[dedup, scrub-pii]", "[{dedup: {threshold: high}}, scrub-pii]"), 10, "expects a number"),
    (changed("formats: [jsonl, parquet]", "formats: [jsonl, parket]"), 11, "(did you mean `parquet`?)"),
    (changed("order: shuffled", "order: random"), 11, "`order` must be one of input, shuffled"),
    (changed("code: {from", "'../code': {from"), 9, "cannot name a source"),
    (DESIGNED + "seed: 8\n", 12, "is repeated; it first appears on line 1"),
    (SMALL + "caps: {crawl: 0.5}\n", 3, "`caps` are shares of a budget, and the recipe has none"),
    (SMALL + "floors: {web: 0.5}\n", 3, "`floors` are shares of a budget"),
    ("seed: 1\n", 1, "needs the key `sources`"),
    ("sources: {}\n", 1, "must name at least one source"),
    ("- a\n", 1, "must be a mapping"),
    (changed("[dedup, scrub-pii]", "[export, scrub-pii]"), 10, "`export` is a sink"),
]


@pytest.mark.parametrize(("text", "line", "said"), MISTAKES, ids=[said[:40] for _, _, said in MISTAKES])
def test_every_mistake_is_named_with_its_line(read, text: str, line: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    messages = [str(error) for error in (caught.value, *caught.value.others)]
    (message,) = [message for message in messages if said in message]
    assert message.startswith(f"recipe.yaml:{line}: ")
    assert "\n" not in message
    assert caught.value.exit_code == 2


REFUSALS = [
    (changed("license: PSF-2.0, ", ""), "recipe.yaml:9: source `code` states no licence; allowed: CC0-1.0, CC-BY-4.0"),
    (changed("license: PSF-2.0", "license: GPL-3.0-only"), "licence 'GPL-3.0-only' of source `code` is not allowed"),
    (changed("license: PSF-2.0", "license: MIT AND GPL-3.0-only"), "is not allowed"),
    (changed("license: PSF-2.0", "license: NOASSERTION"), "is not allowed"),
    (changed("[dedup, scrub-pii]", "[dedup]"), "`pii: required`, but source `web` has no step `scrub-pii`"),
]


@pytest.mark.parametrize(("text", "said"), REFUSALS, ids=[said[:40] for _, said in REFUSALS])
def test_what_the_policy_forbids_is_refused(read, text: str, said: str) -> None:
    with pytest.raises(RefusedError) as caught:
        read(text)
    assert said in str(caught.value)
    assert caught.value.exit_code == 6


def test_other_licences_pass_and_without_a_list_all_do(read) -> None:
    read(changed("license: PSF-2.0", "license: GPL-3.0-only OR MIT"))
    read(SMALL.replace("crawl}", "crawl, license: GPL-3.0-only}"))
    read(
        changed("[dedup, scrub-pii]", "[dedup]")
        .replace("[extract,", "[scrub-pii,")
        .replace("max_epochs: 4}", "max_epochs: 4, steps: [scrub-pii]}")
    )


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^no such file: 'none\.yaml'"):
        load_recipe(tmp_path / "none.yaml", find)


def test_every_cut_of_a_recipe_is_refused_or_read_but_never_breaks(read) -> None:
    for end in range(0, len(DESIGNED), 3):
        try:
            read(DESIGNED[:end])
        except CorpuskitError as error:
            assert str(error).startswith("recipe.yaml")


def test_the_pipes_that_sources_stand_for(read) -> None:
    recipe = read(changed("origin: public_dataset", "license_evidence: a file; LICENSE, origin: public_dataset"))
    pipes = source_pipes(recipe)
    assert pipes["web"] == (
        "corpuskit fetch-warc 'recipes/crawl/*.warc.gz' --source web --origin crawl --license LicenseRef-crawl"
        " | corpuskit filter-license --allow CC0-1.0,CC-BY-4.0,PSF-2.0,MIT,LicenseRef-crawl"
        " | corpuskit filter-audience | corpuskit extract | corpuskit filter-language --keep en"
        " | corpuskit filter-quality --rules gopher,c4,fineweb | corpuskit require-masked"
    )
    assert "--license-evidence 'a file; LICENSE'" in pipes["code"]
    together = "corpuskit dedup | corpuskit scrub-pii | corpuskit filter-audience"
    assert together_pipe(recipe) == together
    assert whole_pipe(recipe) == f"({pipes['web']}; {pipes['code']}) | {together}"


def test_names_from_a_recipe_cannot_leave_their_quotes(read) -> None:
    name = "it's $(touch owned) `x`; *"
    recipe = read(SMALL.replace("[src/]", '["' + name + '"]'))
    words = shlex.split(source_pipes(recipe)["web"])
    assert words == [
        "corpuskit",
        "code",
        f"recipes/{name}",
        "--source",
        "web",
        "--origin",
        "crawl",
        "|",
        "corpuskit",
        "filter-audience",
    ]


def test_quotas_of_a_recipe(read) -> None:
    text = DESIGNED.replace("any_source: 0.6", "any_source: 0.75")
    quotas = allocate(read(text), {"web": 10_000_000, "code": 200_000})
    assert {name: quota.tokens for name, quota in quotas.items()} == {"web": 1_500_000, "code": 500_000}
    assert quotas["code"].epochs == 2.5
    with pytest.raises(Infeasible, match=r"cap any_source 0\.6 cannot all hold; nearest fix: "):
        allocate(read(DESIGNED), {"web": 10_000_000, "code": 100_000})


def test_equal_texts_are_equal_recipes(read) -> None:
    assert read(DESIGNED) == read(DESIGNED)


def test_importing_the_reader_imports_nothing_heavy() -> None:
    heavy = "{'yaml', 'numpy', 'orjson', 'license_expression'}"
    modules = "corpuskit.mix.recipe.recipe, corpuskit.mix.recipe.shell_pipe"
    code = f"import sys, {modules}; sys.exit(bool({heavy} & set(sys.modules)))"
    subprocess.run([sys.executable, "-c", code], check=True)
