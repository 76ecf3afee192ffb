"""Slips of YAML in a recipe: the message names the line of the slip and what to write, whichever parser reads it."""

import time
from pathlib import Path

import pytest

from corpuskit.core.errors import UsageError
from corpuskit.mix.recipe.recipe import load_recipe
from corpuskit.mix.recipe.yaml import parse

GOOD = """\
seed: 7
budget: {tokens: 3, tokenizer: words}
policy: {licenses: {allow: [MIT, CC0-1.0]}}
card:
  description: |
    He wrote: "The tide turns,
    and: more.
  title: "Notes of
    the harbour"
sources:
  notes:
    from: files
    inputs: [d.jsonl]
    origin: other
    license: CC0-1.0
    steps:
      - extract
      - dedup: {threshold: 0.7}
      - scrub-pii
  web:
    from: files
    inputs: ["w.jsonl"]
    origin: other
    license: MIT
together: [dedup]
output: {dir: out}
"""
DEDUP = "      - dedup: {threshold: 0.7}\n"
SLIPS = [
    (DEDUP, "      - dedup:\n        threshold: 0.7\n", 18, "write `{dedup: {threshold: …}}`"),
    (DEDUP, "      - dedup:\n      threshold: 0.7\n", 19, "indent the options of `dedup` deeper than its name"),
    (DEDUP, "      - dedup\n          threshold: 0.7\n", 18, "options follow; write `- dedup:`"),
    (DEDUP, "      -dedup\n", 18, "put a space after the `-`; write `- dedup`"),
    ("      - extract\n", "      -extract\n", 17, "put a space after the `-`; write `- extract`"),
    ("license: CC0-1.0", "license:CC0-1.0", 15, "put a space after the `:`; write `license: CC0-1.0`"),
    ("    license: CC0", "   license: CC0", 15, "the line is indented by 3 spaces, and none above"),
    ("    license: CC0", "     license: CC0", 15, "that it could belong to is; indent it by 4"),
    ("  web:", " web:", 20, "that it could belong to is; indent it by 2 or 0"),
    ("  license: MIT", "license: MIT", 24, "`license` is a key of a source, and stands where names of sources do"),
    ("seed: 7", "seed = 7", 1, "write `seed: 7`"),
    ("seed: 7", "seed:7", 1, "put a space after the `:`; write `seed: 7`"),
    ("license: MIT", "license MIT", 24, "write `license: MIT`"),
    ("[d.jsonl]", "[d.jsonl", 13, "the `[` is not closed before line 14; add `]`"),
    ("tokenizer: words}", "tokenizer: words", 2, "the `{` is not closed before line 3; add `}`"),
    ("[d.jsonl]", '["d.jsonl]', 13, 'does not end; add the closing `"`'),
    ("origin: other\n    license: CC0", "origin: 'other\n    license: CC0", 14, "does not end; add the closing `'`"),
    ("license: MIT", "license: MIT: x", 24, "a `:` cannot stand here"),
]  # fmt: skip
WRONG_VALUES = [
    ("together: [dedup]", 'together: ["dedup --threshold 0.7"]', 25, "write `{dedup: {threshold: 0.7}}`"),
    ("together: [dedup]", 'together: "dedup, scrub-pii"', 25, "write a list: `together: [dedup, scrub-pii]`"),
    ("license: MIT", "license: [MIT, CC0-1.0]", 24, "write `MIT OR CC0-1.0` for a choice, or `MIT AND CC0-1.0`"),
    ("allow: [MIT, CC0-1.0]", 'allow: "CC0-1.0, MIT"', 3, "write `allow: [CC0-1.0, MIT]`"),
    ("dir: out", "dir: ''", 26, "`dir` must be a string that is not empty"),
    ("dir: out", "dir: [out]", 26, "`dir` must be a string, not [out]"),
    ("dir: out", "shard_documents: 0", 26, "from 1 on, not 0, such as 50_000"),
    ("licenses: {allow: [MIT, CC0-1.0]}", "gen_depth: -1", 3, "from 0 on, not -1"),
    ("tokenizer: words", "tokenizer: tok.json", 2, "`tokenizer` names no file: 'tok.json'"),
    ("dir: out", "formats: [tokens], tokenizer: tok.json", 26, "`tokenizer` names no file: 'tok.json'"),
]  # fmt: skip


def messages(folder: Path, right: str, wrong: str) -> list[str]:
    assert GOOD.count(right) == 1
    (folder / "recipe.yaml").write_text(GOOD.replace(right, wrong))
    with pytest.raises(UsageError) as caught:
        load_recipe(folder / "recipe.yaml")
    return [str(error) for error in (caught.value, *caught.value.others)]


def test_the_recipe_itself_is_right(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text(GOOD)
    load_recipe(tmp_path / "recipe.yaml")


@pytest.mark.parametrize("parser", ["of libyaml", "of Python"])
@pytest.mark.parametrize(("right", "wrong", "line", "said"), SLIPS)
def test_a_slip_is_told_with_its_own_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: str, wrong: str, line: int, said: str, parser: str
) -> None:
    if parser == "of Python":
        monkeypatch.delattr("yaml.CSafeLoader")
    (message,) = messages(tmp_path, right, wrong)
    assert message.startswith(f"recipe.yaml:{line}: ") and said in message


@pytest.mark.parametrize(("right", "wrong", "line", "said"), WRONG_VALUES)
def test_a_value_of_another_form_is_told_as_it_is_written(
    tmp_path: Path, right: str, wrong: str, line: int, said: str
) -> None:
    (message,) = messages(tmp_path, right, wrong)
    assert message.startswith(f"recipe.yaml:{line}: ") and said in message
    assert "1.5B" not in message  # an example that would be absurd here


def test_a_recipe_as_large_as_may_be_is_looked_through_once() -> None:
    text = "a: {}\n" + "".join(f'k{number}: "x\n  y"\n' for number in range(60_000)) + " z: 1\n"
    begin = time.process_time()
    with pytest.raises(UsageError, match="r:120002: the line is indented by 1 space"):
        parse(text.encode(), "r")
    assert time.process_time() - begin < 20


def test_an_option_is_not_likened_to_one_that_shares_letters(tmp_path: Path) -> None:
    (message,) = messages(tmp_path, "    inputs: [d.jsonl]", "    options: {sttus: 200}\n    inputs: [d.jsonl]")
    assert "unknown option `sttus`; its options" in message
