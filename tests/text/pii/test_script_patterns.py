r"""Patterns that are compiled for the scripts of a text match as they would with all of Unicode."""

import random
import re

import pytest
import re2

from corpuskit.text.pii import emails, phone_chains, phone_words
from corpuskit.text.pii.detector import options
from corpuskit.text.pii.script_patterns import ScriptPattern

PATTERNS = (
    phone_words._TIGHT,
    phone_words._ANNOUNCED,
    phone_chains._CHAIN,
    phone_chains._NAMES_BETWEEN,
    emails._MAIL_BEFORE,
    emails._MAIL_TO_BEFORE,
)
_CODES = (*range(1, 0x3200), *range(0x3200, 0xD800, 37), *range(0xD700, 0xD800), *range(0xF900, 0x10000))
_SIGNS = [chr(code) for code in (*_CODES, *range(0x10000, 0x30000, 97))]
_LETTERS = [sign for sign in _SIGNS if sign.isalpha()]
_BETWEEN = (
    "(Büro)",
    " ",
    ": ",
    ". ",
    "-",
    "(",
    ")",
    "\n",
    ", ",
    "00",
    "»",
    "“",
    "№",
    "ſ",
    "\u212a",
    "\u212b",
    "\u2126",
    "\u0345",
)


def _texts(source: str, count: int) -> list[bytes]:
    """Return texts of the pattern's own words in any letter case, and of any other characters."""
    words = [word for word in re.split(r"[|()\[\]\\?*{}:]+|\\.", source) if word]
    draw = random.Random(1)
    texts = []
    for _ in range(count):
        kinds = draw.choices((words, _BETWEEN, _LETTERS, _SIGNS), (6, 3, 1, 1), k=draw.randint(1, 6))
        text = "".join(map(draw.choice, kinds))
        text = draw.choice((text, text, text.upper(), text.title()))
        texts.append(text.encode())
    return texts


@pytest.mark.parametrize("name", ["L", "Latin", "M", "N"])
@pytest.mark.parametrize("form", ["^[{}]$", "^[^{}]$", "(?i)^[{}]$", "^{}+$"])
def test_a_class_holds_the_characters_that_it_has_in_unicode(name: str, form: str) -> None:
    source = form.format(rf"\p{{{name}}}")
    whole, compiled = re2.compile(source, options()), ScriptPattern(source)
    # Capitals make a letter of the iota below another, which is a mark: these count as one of the two alone.
    encoded = [sign.encode() for sign in _SIGNS if sign not in "\u0345\u0399\u03b9\u1fbe"]
    assert [sign for sign in encoded if bool(whole.search(sign)) != compiled.occurs_in(sign)] == []


@pytest.mark.parametrize("compiled", PATTERNS)
def test_a_pattern_matches_in_any_text_what_it_matches_with_all_scripts(compiled: ScriptPattern) -> None:
    whole = re2.compile(compiled._source, options())
    texts = _texts(compiled._source, 1500)
    occurs = [whole.search(text) is not None for text in texts]
    assert any(occurs)
    assert [compiled.occurs_in(text) for text in texts] == occurs


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("телефон", "(?i)(?:t[eé]l|телефон)"),
        ("電話", "(?i)(?:t[eé]l|телефон|電話)"),
        ("Tél", "(?i)(?:t[eé]l|телефон)"),
        ("फ़ोन", r"(?:फ[\x{93c}]?ोन|電話)"),
    ],
)
def test_a_word_of_another_script_is_found(text: str, source: str) -> None:
    assert ScriptPattern(f"^{source}$" if not source.startswith("(?i)") else source).occurs_in(text.encode())
