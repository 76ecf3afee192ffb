"""Sixty-one recipes that people write wrongly: each message names the line, the value, and what to write instead."""

import lzma
from pathlib import Path

import pytest

from corpuskit.core.errors import CorpuskitError, RefusedError, UsageError
from corpuskit.mix.recipe.recipe import load_recipe
from tests.conftest import Run

GOOD = """\
seed: 7
budget: {tokens: 2_000_000, tokenizer: words}
policy: {licenses: {allow: [MIT, CC0-1.0]}}
caps: {any_source: 0.9, user_product: 0.1}
floors: {papers: 0.2}
sources:
  papers:
    from: files
    inputs: [papers/*.jsonl]
    origin: public_dataset
    license: CC0-1.0
    weight: 2
    max_epochs: 3
    options: {text-key: body}
    steps: [{filter-quality: {rules: [gopher]}}, scrub-pii]
  crawl:
    from: fetch-warc
    inputs: [crawl/*.warc.gz]
    origin: crawl
    license: MIT
    steps:
      - extract
      - filter-language: {keep: [en], min-score: 0.5}
together: [dedup]
output: {dir: out, formats: [jsonl, parquet], order: shuffled, shard_documents: 1000}
"""

WRONG = [
    # Numbers
    ("seed: 7", "seed: seven", 1, "`seed` must be a whole number, not 'seven'"),
    ("seed: 7", "seed: 7.5", 1, "`seed` must be a whole number, not 7.5"),
    ("seed: 7", "seed: [7]", 1, "`seed` must be a whole number, not [7]"),
    ("tokens: 2_000_000", "tokens: 1.5", 2, "not 1.5, such as 2_000_000, 2M or 1.5B"),
    ("tokens: 2_000_000", "tokens: 0", 2, "`tokens` must be a whole number from 1 on, not 0"),
    ("tokens: 2_000_000", "tokens: two million", 2, "not 'two million', such as 2_000_000, 2M"),
    ("tokens: 2_000_000", "tokens: 2MB", 2, "not '2MB', such as 2_000_000, 2M"),
    ("tokens: 2_000_000", "tokens: 0.0001K", 2, "not '0.0001K'"),
    ("tokens: 2_000_000", "tokens: true", 2, "`tokens` must be a whole number from 1 on, not true"),
    ("weight: 2", "weight: 0", 12, "`weight` must be a number above zero, not 0"),
    ("weight: 2", "weight: heavy", 12, "`weight` must be a number above zero, not 'heavy'"),
    ("max_epochs: 3", "max_epochs: 0.5", 13, "`max_epochs` must be a number from 1 on, not 0.5"),
    ("shard_documents: 1000", "shard_documents: -3", 25, "`shard_documents` must be a whole number from 1 on, not -3"),
    # Shares
    ("any_source: 0.9", "any_source: 90%", 4, "not '90%'; write 0.9"),
    ("any_source: 0.9", "any_source: 90", 4, "not 90; write 0.9"),
    ("user_product: 0.1", "user_product: 0", 4, "`user_product` must be a share of the budget, above 0 up to 1, not 0"),
    ("papers: 0.2}", "papers: 1.2}", 5, "`papers` must be a share of the budget, from 0 up to 1, not 1.2"),
    ("floors: {papers: 0.2}", "floors: {papers: 0.7, crawl: 0.7}", 5, "`floors` add up to 1.4, and must not exceed 1"),
    # A value where a mapping belongs
    ("{tokens: 2_000_000, tokenizer: words}", "1000", 2, "not 1000; write `budget: {tokens: 1000}`"),
    ("{tokens: 2_000_000, tokenizer: words}", "5M", 2, "not '5M'; write `budget: {tokens: 5M}`"),
    ("{licenses: {allow: [MIT, CC0-1.0]}}", "{licenses: [MIT]}", 3, "not [MIT]; write `licenses: {allow: [MIT]}`"),
    ("{licenses: {allow: [MIT, CC0-1.0]}}", "{licenses: MIT}", 3, "not 'MIT'; write `licenses: {allow: [MIT]}`"),
    ("policy: {licenses: {allow: [MIT, CC0-1.0]}}", "policy: strict", 3,
     "not 'strict'; write `policy: {pii: required}`"),
    ("caps: {any_source: 0.9, user_product: 0.1}", "caps: 0.5", 4, "not 0.5; write `caps: {any_source: 0.5}`"),
    ("floors: {papers: 0.2}", "floors: 0.1", 5, "not 0.1; write `floors: {papers: 0.1}`"),
    ("output: {dir: out, formats: [jsonl, parquet], order: shuffled, shard_documents: 1000}", "output: out", 25,
     "not 'out'; write `output: {dir: out}`"),
    ("options: {text-key: body}", "options: body", 14, "not 'body'; write `files: {option: value}`"),
    # Words from closed lists
    ("{licenses: {allow: [MIT, CC0-1.0]}}", "{pii: true}", 3, "`pii` can only be `required`, not true; write that"),
    ("{licenses: {allow: [MIT, CC0-1.0]}}", "{pii: masked}", 3, "`pii` can only be `required`, not 'masked'"),
    ("{licenses: {allow: [MIT, CC0-1.0]}}", "{audience: everyone}", 3, "everyone"),
    ("origin: crawl", "origin: web", 19,
     "`origin` must be one of public_dataset, licensed, private_third_party, crawl, "),
    ("origin: crawl", "origin: crawled", 19, "not 'crawled' (did you mean `crawl`?)"),
    ("tokenizer: words", "tokenizer: gpt2", 2,
     "`tokenizer` must be estimate, words, bytes/4 or the path of a tokenizer.json, not 'gpt2'"),
    ("order: shuffled", "order: shuffle", 25, "not 'shuffle' (did you mean `shuffled`?)"),
    ("formats: [jsonl, parquet]", "formats: [csv]", 25, "`formats` must be one of jsonl, "),
    # Keys and names
    ("seed: 7", "sed: 7", 1, "unknown key `sed` (did you mean `seed`?)"),
    ("weight: 2", "wieght: 2", 12, "unknown key `wieght` (did you mean `weight`?)"),
    ("max_epochs: 3", "max_epochs: 3\n    max-epochs: 2", 14, "`max-epochs` is given twice, spelled with `-` and"),
    ("floors: {papers: 0.2}", "floors: {paper: 0.2}", 5, "unknown key `paper` (did you mean `papers`?)"),
    ("user_product: 0.1", "users: 0.1", 4, "unknown key `users`"),
    ("  papers:\n", "  my papers:\n", 7, "`my papers` cannot name a source: use letters"),
    ("    from: files\n", "", 7, "`papers` needs the key `from`: the command that reads it"),
    ("    origin: crawl\n", "", 16, "`crawl` needs the key `origin`: what it is, one of public_dataset"),
    ("from: files", "from: file", 8, "no step is called 'file'; did you mean 'files'?"),
    ("from: files", "from: search", 8, "`search` works in a pipe, not in a recipe"),
    ("from: files", "from: dedup", 8, "`from` must name a source command, not 'dedup'; `dedup` belongs under `steps`"),
    # Steps and their options
    ("- extract\n", "- extrct\n", 22, "no step is called 'extrct'; did you mean 'extract'?"),
    ("keep: [en]", "keeps: [en]", 23, "filter-language: unknown option `keeps` (did you mean `keep`?)"),
    ("min-score: 0.5", "min-score: high", 23, "filter-language: `min-score` expects a number, not 'high'"),
    ("rules: [gopher]", "rules: [gofer]", 15, "`rules` expects one of gopher, "),
    ("text-key: body", "text-field: body", 14, "files: unknown option `text-field`"),
    ("together: [dedup]", "together: {dedup: {threshold: 0.8}, scrub-pii: }", 24,
     "not a mapping; write `together: [{dedup: …}, scrub-pii]`"),
    ("together: [dedup]", "together: [dedup, 7]", 24, "lists steps, each `name` or `{name: {option: value}}`, not 7"),
    ("together: [dedup]", "together: [export]", 24,
     "lists stages, and `export` is a sink; `output` says what is written"),
    ("together: [dedup]", "together: [{dedup: {stream: true}}]", 24,
     "`dedup` cannot stream; remove the option `stream`"),
    ("      - extract\n", "", 22,
     "`filter-language` reads prose, but source `crawl` gives it HTML; put `extract` before it"),
    # Inputs, licences, output
    ("inputs: [papers/*.jsonl]", "inputs: [papers/[0-9]*.jsonl]", 9, "put a glob with brackets in quotes"),
    ("inputs: [papers/*.jsonl]", "inputs: [*.jsonl]", 9, "put a value that starts with `*` in quotes"),
    ("inputs: [papers/*.jsonl]", "inputs: [-]", 9, "cannot be standard input; a recipe reads files and URLs"),
    ("license: CC0-1.0", "license: CC0", 11, "`license` must be an SPDX licence expression"),
    ("allow: [MIT, CC0-1.0]", "allow: [GPL]", 3,
     "`GPL` is not an SPDX licence (did you mean `GPL-3.0-only`?)"),
    ("dir: out", "dir: /srv/out", 25, "not '/srv/out'; to write elsewhere, remove it and name the folder with -o"),
]  # fmt: skip


def load(folder: Path, text: str) -> None:
    (folder / "recipe.yaml").write_text(text)
    load_recipe(folder / "recipe.yaml")


def messages_of(error: CorpuskitError) -> list[str]:
    return [str(each) for each in (error, *error.others)]


def test_there_are_over_sixty_and_the_recipe_itself_is_right(tmp_path: Path) -> None:
    load(tmp_path, GOOD)
    assert len(WRONG) > 60


@pytest.mark.parametrize(("right", "wrong", "line", "said"), WRONG, ids=[wrong[:40] for _, wrong, _, _ in WRONG])
def test_each_mistake_is_told_with_line_value_and_what_to_write(
    tmp_path: Path, right: str, wrong: str, line: int, said: str
) -> None:
    assert GOOD.count(right) == 1
    with pytest.raises(UsageError) as caught:
        load(tmp_path, GOOD.replace(right, wrong))
    messages = [message for message in messages_of(caught.value) if said in message]
    assert len(messages) == 1, messages_of(caught.value)
    assert messages[0].startswith(f"recipe.yaml:{line}: ") and "\n" not in messages[0]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = GOOD
    chosen = [row for row in WRONG if row[1] in ("seed: seven", "tokens: 2MB", "weight: heavy", "order: shuffle")]
    chosen += [row for row in WRONG if row[1] in ("keeps: [en]", "min-score: high", "any_source: 90%", "origin: web")]
    for right, wrong, _, _ in chosen:
        text = text.replace(right, wrong)
    with pytest.raises(UsageError) as caught:
        load(tmp_path, text)
    messages = messages_of(caught.value)
    expected = sorted((line, said) for _, _, line, said in chosen)
    assert [int(message.split(":")[1]) for message in messages] == [line for line, _ in expected]
    assert all(any(said in message for message in messages) for _, said in expected)


def test_a_misspelt_key_is_not_also_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, GOOD.replace("origin: crawl", "orgin: crawl"))
    assert len(messages_of(caught.value)) == 1 and "(did you mean `origin`?)" in str(caught.value)


def test_all_that_the_policy_forbids_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as caught:
        load(tmp_path, GOOD.replace("allow: [MIT, CC0-1.0]", "allow: [ISC]"))
    assert [message.split(" is not")[0] for message in messages_of(caught.value)] == [
        "recipe.yaml:11: licence 'CC0-1.0' of source `papers`",
        "recipe.yaml:20: licence 'MIT' of source `crawl`",
    ]


def test_what_is_refused_is_told_with_the_mistakes_as_far_as_it_is_certain(tmp_path: Path) -> None:
    text = GOOD.replace("allow: [MIT, CC0-1.0]}}", "allow: [ISC]}, pii: required}").replace("weight: 2", "weight: x")
    with pytest.raises(UsageError) as caught:
        load(
            tmp_path, text.replace("    license: MIT", "    license: MTI").replace("any_source: 0.9", "any_source: .3")
        )
    assert [message.split(": ")[0] for message in messages_of(caught.value)] == [
        "recipe.yaml:12",
        "recipe.yaml:20",
        "recipe.yaml:11",
        "recipe.yaml:16",
        "recipe.yaml:4",
    ]
    with pytest.raises(UsageError) as caught:  # whether a step that cannot be read was `scrub-pii` is not known
        load(tmp_path, text.replace("together: [dedup]", "together: [dedup, 7]"))
    assert not any("has no step" in message for message in messages_of(caught.value))


def test_all_inputs_that_are_missing_are_told_at_once_with_their_lines(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "recipe.yaml").write_text(
        "sources:\n  one:\n    from: files\n    inputs:\n      - none.jsonl\n      - recipe.yaml\n      - '*.csv'\n"
        "    origin: other\n  two:\n    from: files\n    origin: other\n    inputs: [nowhere/]\n"
    )
    done = corpuskit("mix", "recipe.yaml", "-o", "out")
    assert done.returncode == 2
    assert [line.split(":")[2:4] for line in done.stderr.decode().splitlines()] == [
        ["5", " source `one`"],
        ["7", " source `one`"],
        ["12", " source `two`"],
    ]


@pytest.mark.parametrize(
    ("written", "tokens"),
    [("1M", 10**6), ("2B", 2 * 10**9), ("2.5b", 25 * 10**8), ("300k", 300_000), ("1_500K", 1_500_000), ("1T", 10**12)],
)
def test_short_numbers_are_read(tmp_path: Path, written: str, tokens: int) -> None:
    (tmp_path / "recipe.yaml").write_text(GOOD.replace("2_000_000", written))
    budget = load_recipe(tmp_path / "recipe.yaml").budget
    assert budget is not None and budget.tokens == tokens


def test_dashes_and_underscores_are_the_same_in_keys_and_step_names(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(GOOD)
    other = GOOD.replace("max_epochs", "max-epochs").replace("shard_documents", "shard-documents")
    other = other.replace("filter-language", "filter_language").replace("min-score", "min_score")
    other = (
        other.replace("any_source", "any-source").replace("user_product", "user-product").replace("scrub-", "scrub_")
    )
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "recipe.yaml").write_text(other.replace("fetch-warc", "fetch_warc"))
    first, second = load_recipe(tmp_path / "recipe.yaml"), load_recipe(tmp_path / "other" / "recipe.yaml")
    assert (first.caps, first.any_source, first.together) == (second.caps, second.any_source, second.together)
    assert [source.steps for source in first.sources] == [source.steps for source in second.sources]
    assert first.sources[0].max_epochs == second.sources[0].max_epochs == 3
    assert first.output.shard_documents == second.output.shard_documents == 1000


@pytest.mark.parametrize("inputs", ["[crawl/]", "[crawl/*.wet.gz]", "[crawl/warc.paths.gz]"])
def test_archives_of_text_need_no_extraction(tmp_path: Path, inputs: str) -> None:
    load(tmp_path, GOOD.replace("      - extract\n", "").replace("[crawl/*.warc.gz]", inputs))


def test_html_reaches_no_step_on_prose_that_all_sources_share(tmp_path: Path) -> None:
    text = GOOD.replace("    steps:\n      - extract\n      - filter-language: {keep: [en], min-score: 0.5}\n", "")
    with pytest.raises(UsageError, match=r"recipe.yaml:21: `filter-quality` reads prose, but source `crawl` gives"):
        load(tmp_path, text.replace("together: [dedup]", "together: [filter-quality]"))
    load(tmp_path, text.replace("together: [dedup]", "together: [extract, filter-quality]"))


@pytest.mark.parametrize(("number", "told", "rest"), [(30, 30, ""), (100, 100, ""), (130, 100, "and 31 mistakes more")])
def test_dozens_of_mistakes_are_all_told(tmp_path: Path, number: int, told: int, rest: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, GOOD + "".join(f"wrong{key}: 1\n" for key in range(number)))
    messages = messages_of(caught.value)
    assert len(messages) == told
    assert rest in messages[-1] and sum("unknown key" in message for message in messages) == told - bool(rest)


def test_shares_of_the_other_kind_are_told_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(tmp_path, GOOD.replace("any_source: 0.9", "papers: 0.9"))
    assert "`papers` is a source, and caps are by origin" in "\n".join(messages_of(caught.value))


def test_what_is_no_recipe_is_named_by_its_path(tmp_path: Path, corpuskit: Run) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.parquet").write_bytes(b"PAR1\xff\xfe")
    (tmp_path / "deep" / "a.yaml.xz").write_bytes(lzma.compress(b"sources:"))
    (tmp_path / "deep" / "page.html").write_text("<!DOCTYPE html>\n<p>sources:")
    (tmp_path / "deep" / "recipe.yaml").write_text("sources:\n  note: see: that\n")
    for name, said in (
        ("deep/a.parquet", "deep/a.parquet is Parquet, and no recipe"),
        ("deep/a.yaml.xz", "deep/a.yaml.xz is xz, and no recipe"),
        ("deep/page.html", "deep/page.html is HTML, and no recipe"),
        ("deep/recip.yaml", "no such file: 'deep/recip.yaml' (did you mean 'deep/recipe.yaml'?)"),
        ("deep/recipe.yaml", "deep/recipe.yaml:2: a `:` cannot stand here; correct the indentation"),
    ):
        done = corpuskit("mix", name, "-o", "out")
        assert done.returncode == 2 and f"corpuskit mix: {said}" in done.stderr.decode()


def test_limits_that_no_sources_could_keep_are_told_before_anything_is_read(tmp_path: Path, corpuskit: Run) -> None:
    source = "{from: files, inputs: [absent.jsonl], origin: other, license: CC0-1.0}"
    (tmp_path / "shares.yaml").write_text(
        f"budget: {{tokens: 1000}}\ncaps: {{any_source: 0.3}}\nsources:\n  a: {source}\n  b: {source}\n"
    )
    for words in (["--check"], ["--plan"], ["-o", "out"]):
        done = corpuskit("mix", "shares.yaml", *words)
        assert done.returncode == 6
        said = b"mix: shares.yaml:2: the budget cannot be met: cap any_source 0.3 cannot hold; nearest fix"
        assert said in done.stderr


def test_all_missing_inputs_are_told_at_once(tmp_path: Path, corpuskit: Run) -> None:
    source = "{from: files, inputs: [%s.jsonl], origin: other, license: CC0-1.0}"
    (tmp_path / "recipe.yaml").write_text("sources:\n" + "".join(f"  {n}: {source % n}\n" for n in ("a1", "b2", "c3")))
    (tmp_path / "b2.jsonl").write_text('{"text": "one"}\n')
    done = corpuskit("mix", "recipe.yaml", "-o", "out")
    told = done.stderr.decode().splitlines()
    assert done.returncode == 2 and len(told) == 2
    assert "recipe.yaml:2: source `a1`" in told[0] and "recipe.yaml:4: source `c3`" in told[1]


def test_a_recipe_of_a_process_substitution_has_paths_relative_to_the_working_folder(
    tmp_path: Path, shell: Run
) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "one"}\n')
    recipe = "sources: {a: {from: files, inputs: [a.jsonl], origin: other, license: CC0-1.0}}"
    done = shell(f"corpuskit mix <(echo '{recipe}') -o out")
    assert done.returncode == 0, done.stderr
