"""The recipe's YAML: plain data, 1.2 scalars, one reading, and every error with its line."""

import json
import math
import re
from pathlib import Path

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.core.errors import UsageError
from corpuskit.mix.recipe import yaml


def value(text: str) -> object:
    return yaml.parse(text.encode(), "recipe.yaml").value


@pytest.mark.parametrize(
    "text",
    ["no", "yes", "on", "off", "y", "N", "12:30", "2024-01-31", "1:2:3", "1_", "_1", "1__0", "0b1", "0o8", "1e", "="],
)
def test_what_older_yaml_would_turn_into_something_else_stays_a_string(text: str) -> None:
    assert value(f"a: {text}") == {"a": text}
    assert value(f"{text}: a") == {text: "a"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2_000_000", 2_000_000),
        ("1e6", 1e6),
        ("1_000.5", 1000.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("+3", 3),
        ("012", 12),
        ("0o17", 15),
        ("0x1f", 31),
        ("-.inf", -math.inf),
        ("~", None),
        ("", None),
        ("null", None),
        ("True", True),
        ("false", False),
        ("'1'", "1"),
        ('"null"', "null"),
        ("'no'", "no"),
    ],
)
def test_scalars_of_the_core_schema(text: str, expected: object) -> None:
    value_read = value(f"a: {text}")
    assert value_read == {"a": expected}
    assert type(value_read["a"]) is type(expected)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: &x 2\n", 2, "anchors"),
        ("a: 1\nb: *x\n", 2, "aliases"),
        ("a: !!python/object/apply:os.system [x]", 1, "tags"),
        ("a: 1\nb: !mine x", 2, "tags"),
        ("a: 1\n<<: {b: 1}", 2, "merge keys"),
        ("%YAML 1.1\n---\na: 1", 1, "directives"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\nb:\n  c: 1\n  c: 2", 4, "is repeated; it first appears on line 3"),
        ("1: a\n'1': b", 2, "is repeated"),
        ("a:\n\t- b", 2, "not tabs"),
        ("a: 1\n? [b]\n: c", 2, "one word"),
        ("a: 1\nb: " + "[" * 40 + "]" * 40, 2, "nested deeper than 32"),
        ("a: 1\nb: " + "[" * 5000, 2, "nested deeper than 32"),
        ("a: 1\nb: " + "{a: " * 5000, 2, "nested deeper than 32"),
        ("a: 1\nb:\n" + "- " * 5000 + "x", 3, "nested deeper than 32"),
        ("a: '[[['\nb: " + "['[', " * 5000, 2, "nested deeper than 32"),
        ("a: 1\nb: '" + "[" * 5000, 2, "a text in quotes begins here and does not end"),
        ("a: 1\nb: # " + "[" * 5000 + "\n  c: 'x", 3, "a text in quotes begins here and does not end"),
        ("a: 1\nb: don't " + "[" * 20 + "\nc: 'x", 3, "a text in quotes begins here and does not end"),
        ("a: 1\nb: " + "9" * 20, 2, "64 bits"),
        ("a: 1\nb: " + "9" * 5000, 2, "64 bits"),
        ("a: 1\nb: \x01", 2, "control character"),
        ("a: 1\nb: 'x", 2, "a text in quotes begins here and does not end"),
        ('{"a": "\\\\", "b": "\\ud800"}', 1, "escape"),
        ('"\\ud800 {"', 1, "escape"),
        ('a: "\\\\" b', 1, "expected"),
    ],
)
def test_everything_else_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        value(text)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"recipe.yaml:{line}: ")


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "\n" + "- " * 5000 + "x"])
def test_the_depth_is_told_whichever_parser_is_installed(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("yaml.CSafeLoader")
    with pytest.raises(UsageError, match="nested deeper than 32"):
        value("a: " + text)


def test_bytes_that_are_no_text_and_files_that_are_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^r:2: not UTF-8"):
        yaml.parse(b"a: 1\nb: \xff", "r")
    with pytest.raises(UsageError, match="empty"):
        yaml.parse(b"# nothing\n", "r")
    with pytest.raises(UsageError, match="larger than"):
        yaml.parse(b"#" * (yaml.MAX_BYTES + 1), "r")
    with pytest.raises(UsageError, match=r"^no such file: 'missing\.yaml'"):
        yaml.load(tmp_path / "missing.yaml")
    with pytest.raises(UsageError, match="is a folder; name the recipe itself"):
        yaml.load(tmp_path)


def test_lines_are_those_of_keys_and_items() -> None:
    marked = yaml.parse(b"a: 1\n\nb:\n  - x\n  - {c: 1,\n     d: 2}\n", "r")
    assert marked.at("a") == "r:1"
    assert marked.at("b") == "r:3"
    assert marked.at("b", 1) == "r:5"
    assert marked.at("b", 1, "d") == "r:6"
    assert marked.at("b", 1, "nothing", "here") == "r:5"
    assert marked.at("nothing") == "r:1"


def test_a_large_flat_file_is_read() -> None:
    text = "".join(f"key{number}: {number}\n" for number in range(20_000))
    assert len(value(text)) == 20_000


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_plain_values_survive_the_way_through_json(tree: object) -> None:
    if tree is None:
        return
    text = json.dumps(tree, ensure_ascii=True)
    # Strings stay as they are, even those that hold the word.
    text = re.sub(r'"(?:[^"\\]|\\.)*"|Infinity', lambda match: ".inf" if match[0] == "Infinity" else match[0], text)
    try:
        value_read = yaml.parse(text.encode(), "r").value
    except UsageError as error:
        # JSON writes characters beyond the BMP as two escapes, which YAML reads as two halves.
        assert "escape" in str(error) or "surrogate" in str(error)
        return
    assert value_read == tree


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        yaml.parse(data, "r")
    except UsageError as error:
        assert str(error).startswith("r:")
        assert "\n" not in str(error)


def test_the_parser_without_the_c_library_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"a: 1\nb: {c: [no, 2_000, 'x']}\nd: |\n  t\n"
    first = yaml.parse(text, "r")
    monkeypatch.delattr(pyyaml, "CSafeLoader", raising=False)
    assert yaml.parse(text, "r") == first
    with pytest.raises(UsageError, match="surrogate"):
        yaml.parse(b'a: "\\ud800"', "r")
