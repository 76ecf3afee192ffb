"""Plain values become a step's options, the same way for flags and recipe keys."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit import (
    Count,
    Dedup,
    Diff,
    FilterLanguage,
    FilterLicense,
    FilterQuality,
    Head,
    ScrubPii,
    Settings,
    Stats,
)
from corpuskit.core.errors import UsageError
from corpuskit.core.options import build_step, to_flags
from corpuskit.core.step import RUNTIME, Document, Drop, Stage
from corpuskit.core.wording import did_you_mean


@dataclass(frozen=True)
class Sieve(Stage):
    """Drop what does not pass."""

    keep: Annotated[tuple[str, ...], "Languages to keep."]
    rules: Annotated[tuple[Literal["gopher", "c4"], ...], "Rule families."] = ("gopher",)
    engine: Annotated[Literal["fast", "exact"], "Which engine."] = "fast"
    min_score: Annotated[float, "Lowest score."] = 0.65
    min_words: Annotated[int, "Fewest words."] = 50
    annotate: Annotated[bool, "Keep all."] = False
    words: Annotated[Path | None, "A word list."] = None
    limit: Annotated[int | None, "At most so many."] = None
    key: Annotated[str, "A secret.", RUNTIME] = ""

    def __post_init__(self) -> None:
        if not 0 <= self.min_score <= 1:
            raise UsageError("sieve: `min-score` lies between 0 and 1")

    def apply(self, document: Document) -> Document | Drop:
        return document


def build(**options: object) -> Sieve:
    return build_step(Sieve, {"keep": ["en"], **options})


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("keep", "en, de", ("en", "de")),
        ("keep", ["en,de", "fr"], ("en", "de", "fr")),
        ("rules", ["c4"], ("c4",)),
        ("rules", [], ()),
        ("engine", "exact", "exact"),
        ("min-score", "0.5", 0.5),
        ("min-score", 1, 1.0),
        ("min_score", 0.25, 0.25),
        ("min-words", "2_000", 2000),
        ("min-words", 1e6, 1_000_000),
        ("annotate", True, True),
        ("annotate", "true", True),
        ("annotate", "false", False),
        ("words", "list.txt", Path("list.txt")),
        ("words", None, None),
        ("limit", None, None),
        ("limit", "3", 3),
    ],
)
def test_values_of_flags_and_recipes_become_the_options_type(option: str, value: object, expected: object) -> None:
    built = build_step(Sieve, {"keep": ["en"], option: value})
    found = getattr(built, option.replace("-", "_"))
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("kep", "en", "did you mean `keep`?"),
        ("keep", "", "at least one value, not ''"),
        ("keep", " , ", "at least one value, not ' , '"),
        ("keep", ["en", ","], "at least one value, not ','"),
        ("rules", ["c4", "gophr"], "expects one of gopher, c4, not 'gophr' (did you mean `gopher`?)"),
        ("annotate", None, "expects true or false, not null"),
        ("min-score", True, "not true"),
        ("min-score", "1e-400", "not so near to 0, not '1e-400'"),
        ("keep", 5, "put it in quotes"),
        ("keep", True, "a list"),
        ("keep", [["en"]], "a string"),
        ("rules", "gophr", "did you mean `gopher`?"),
        ("engine", "slow", "one of fast, exact"),
        ("engine", 1, "one of fast, exact"),
        ("min-score", float("nan"), "a finite number"),
        ("min-score", "inf", "a finite number"),
        ("min-score", 10**400, "a finite number"),
        ("min-score", 2, "between 0 and 1"),
        ("min-words", 1.5, "a whole number"),
        ("min-words", True, "a whole number"),
        ("min-words", None, "a whole number"),
        ("min-words", "many", "a whole number"),
        ("annotate", "yes", "true or false"),
        ("annotate", 1, "true or false"),
        ("words", "", "the name of a file"),
        ("limit", "none", "a whole number"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_place_and_what_would_fit(option: str, value: object, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        build_step(Sieve, {"keep": ["en"], option: value}, "recipe.yaml:7")
    assert str(caught.value).startswith("recipe.yaml:7: sieve: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_option_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"unknown option `colour`; its options: keep, rules, .*limit"):
        build(colour="red")


def test_a_required_option_must_be_there() -> None:
    with pytest.raises(UsageError, match="needs the option `keep`: Languages to keep"):
        build_step(Sieve, {})


def test_one_option_under_two_spellings_is_refused() -> None:
    with pytest.raises(UsageError, match="given twice"):
        build_step(Sieve, {"keep": "en", "min-words": 1, "min_words": 2})


def test_lists_of_a_recipe_keep_their_commas_and_files_start_from_its_folder() -> None:
    built = build_step(Sieve, {"keep": ["a,b"], "words": "w.txt"}, split_commas=False, folder=Path("/recipes"))
    assert built.keep == ("a,b",)
    assert built.words == Path("/recipes/w.txt")
    assert build_step(Sieve, {"keep": "a", "words": "/w.txt"}, folder=Path("/r")).words == Path("/w.txt")


def test_messages_tell_no_secret_and_pass_no_control_characters() -> None:
    with pytest.raises(UsageError) as secret:
        build(key=["hunter2"])
    assert "hunter2" not in str(secret.value)
    with pytest.raises(UsageError) as control:
        build_step(Sieve, {"keep": "en", "a\x1b[31m" + "x" * 500: 1})
    assert "\x1b" not in str(control.value)
    assert len(str(control.value)) < 250


def test_the_place_may_depend_on_the_key() -> None:
    with pytest.raises(UsageError, match=r"^line of min_words: "):
        build_step(Sieve, {"keep": "en", "min_words": "x"}, lambda key: f"line of {key}")


def test_nothing_near_is_not_suggested() -> None:
    assert did_you_mean("zzz", ["weight", "origin"]) == ""


def test_flags_leave_out_defaults() -> None:
    assert to_flags(build()) == ["--keep", "en"]
    assert to_flags(build(annotate=True, min_words=7)) == ["--keep", "en", "--min-words", "7", "--annotate"]
    assert to_flags(build(keep=["-x"])) == ["--keep=-x"]


@given(
    st.lists(st.sampled_from(["en", "de", "-fr", "it's"]), min_size=1, max_size=3),
    st.floats(0, 1),
    st.integers(-5, 5),
    st.booleans(),
)
def test_flags_lead_back_to_the_same_step(keep: list[str], score: float, words: int, annotate: bool) -> None:
    given_options = {"keep": keep, "min-score": score, "min-words": words, "annotate": annotate}
    step = build_step(Sieve, given_options)
    arguments = shlex.split(shlex.join(to_flags(step)))
    options: dict[str, object] = {}
    while arguments:
        name, tied, value = arguments.pop(0).removeprefix("--").partition("=")
        if name == "annotate":
            options[name] = True
        else:
            options[name] = value if tied else arguments.pop(0)
    assert build_step(Sieve, options) == step


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: FilterQuality(rules=("gofer",)), "filter-quality: `rules` expects one of .*did you mean `gopher`"),
        (lambda: Dedup(method="fuzzy"), "dedup: `method` expects one of exact, minhash, not 'fuzzy'"),
        (lambda: FilterLicense(allow="MIT"), r"filter-license: `allow` expects a list such as \['MIT'\], not 'MIT'"),
        (lambda: ScrubPii(mode="hsh"), "scrub-pii: `mode` expects one of .*did you mean `hash`"),
        (lambda: Dedup(threshold="0.8"), "dedup: `threshold` expects a finite number, not '0.8'"),
        (lambda: Dedup(ngram=2.5), "dedup: `ngram` expects a whole number, not 2.5"),
        (lambda: Dedup(stream="yes"), "dedup: `stream` expects true or false, not 'yes'"),
        (lambda: Head(n=True), "head: `n` expects a whole number"),
        (lambda: Settings(quiet="no"), "`quiet` expects true or false"),
        (lambda: Sieve(keep=("en",), rules=("c5",)), "sieve: `rules` expects one of gopher, c4"),
        (lambda: Sieve(keep=("en", "")), "sieve: `keep` expects a string that is not empty, not ''"),
        (lambda: Sieve(keep=("en", 5)), "sieve: `keep` expects a string, not 5$"),
        (lambda: Sieve(keep=("en",), min_score=2.0), "^sieve: `min-score` lies between 0 and 1$"),
        (lambda: Settings(shard_documents=0), "settings: `shard_documents` expects .* from 1 on, not 0"),
        (lambda: FilterLanguage(min_score=2, keep=("en",)), "filter-language: `min_score` expects .*, not 2.0"),
        (lambda: Dedup(keep="longest", stream=True), "dedup: `keep='longest'` needs .* leave out `stream`"),
        (lambda: Dedup(metod="exact"), r"dedup: unknown option `metod` \(did you mean `method`\?\)"),
        (lambda: Dedup(min_lenght=1), "did you mean `min_length`"),
        (lambda: FilterLicense(), "filter-license: needs the option `allow`: SPDX"),
        (lambda: Head(1, 2), "head: takes 1 option, and 2 values are given"),
        (lambda: Head(1, n=2), "head: `n` is given twice"),
        (lambda: FilterLicense(allow=("MTI",)), "`MTI` is not an SPDX licence .did you mean `MIT`"),
        (lambda: FilterLicense(allow=("MIT OR CC0-1.0",)), "is not an SPDX licence but an expression"),
        (lambda: Count(by=""), "count: `by` expects a string that is not empty"),
        (lambda: Count(tokenizer="word"), "count: `tokenizer` expects .* not 'word' .did you mean `words`"),
        (lambda: Stats(top=-1), "stats: `top` expects a number from 0 on, not -1"),
        (lambda: Diff(samples=-1), "diff: `samples` expects a number from 0 on, not -1"),
        (lambda: FilterQuality(language="klingon"), "`language` expects an ISO 639 code"),
        (lambda: FilterQuality(rules=("c4",), set=("gopher-min-words=3",)), "`rules=\\['c4'\\]` leaves out gopher"),
        (lambda: Dedup(memory="1B"), "`memory` expects a size from 1MB on"),
    ],
)
def test_options_are_checked_however_a_step_is_built(build: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        build()


def test_values_from_python_become_the_options_type() -> None:
    step = Sieve(keep=["en"], min_score=1, words="list.txt")  # type: ignore[arg-type]
    assert (step.keep, step.words) == (("en",), Path("list.txt"))
    assert type(step.min_score) is float
    assert hash(step) == hash(build(keep=["en"], min_score=1, words="list.txt"))


def test_an_option_whose_default_is_the_empty_string_may_be_empty() -> None:
    assert build(key="").key == ""


def test_a_fault_of_a_step_is_not_taken_for_a_wrong_call() -> None:
    @dataclass(frozen=True)
    class Broken(Stage):
        """Fail."""

        def __post_init__(self) -> None:
            len(1)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="no len"):
        Broken()


def test_messages_spell_options_as_they_were_given() -> None:
    def said(**how: Any) -> str:
        with pytest.raises(UsageError) as caught:
            build_step(Dedup, {"keep": "longest", "unit": "line"}, **how)
        return str(caught.value)

    assert said(as_flags=True).startswith("`--keep longest` compares documents; leave it out with `--unit line`")
    assert said(location="r.yaml:3").startswith("r.yaml:3: dedup: `keep: longest` compares documents; ")
