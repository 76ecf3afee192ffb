r"""Patterns that are compiled for the scripts of a text match as they would with all of Unicode."""

import random
import re
from typing import Any

import pytest
import re2

from corpuskit.text.pii import emails, phone_chains, phone_words
from corpuskit.text.pii.detector import options
from corpuskit.text.pii.script_patterns import ASCII_LETTERS, COMMON, EUROPEAN, ScriptPattern, limited

PATTERNS = (
    phone_words._WORDS,
    phone_words._TIGHT,
    phone_words._ANNOUNCED,
    phone_words._QUALIFIERS,
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


def _found(match: Any) -> Any:
    return match and (match.lastindex, [match.span(group) for group in range(match.re.groups + 1)])


def _texts(source: str, count: int) -> list[bytes]:
    """Return texts of the pattern's own words in any letter case, and of any other characters; some begin cut."""
    words = [word for word in re.split(r"[|()\[\]\\?*{}:]+|\\.", source) if word]
    draw = random.Random(1)
    texts = []
    for _ in range(count):
        kinds = draw.choices((words, _BETWEEN, _LETTERS, _SIGNS), (6, 3, 1, 1), k=draw.randint(1, 6))
        text = "".join(map(draw.choice, kinds))
        text = draw.choice((text, text, text.upper(), text.title()))
        texts.append(text.encode()[draw.choice((0, 0, 1, 2)) :])
    return texts


@pytest.mark.parametrize("name", ["L", "Latin", "M", "N"])
@pytest.mark.parametrize("form", ["^[{}]$", "^[^{}]$", "(?i)^[{}]$", "^{}+$"])
def test_a_class_holds_the_characters_that_it_has_in_unicode(name: str, form: str) -> None:
    source = form.format(rf"\p{{{name}}}")
    whole, compiled = re2.compile(source, options()), ScriptPattern(source)
    encoded = [sign.encode() for sign in _SIGNS]
    assert [sign for sign in encoded if bool(whole.match(sign)) != bool(compiled.match(sign))] == []


@pytest.mark.parametrize("compiled", PATTERNS)
def test_a_pattern_matches_in_any_text_what_it_matches_with_all_scripts(compiled: ScriptPattern) -> None:
    whole = re2.compile(compiled._source, options())
    texts = _texts(compiled._source, 1500)
    matches = [whole.search(text) for text in texts]
    assert any(matches)
    assert [_found(compiled.search(text)) for text in texts] == [_found(match) for match in matches]
    assert [compiled.without(text) for text in texts] == [whole.sub(b"", text) for text in texts]


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
    assert ScriptPattern(source).search(text.encode()).span() == (0, len(text.encode()))


def test_words_that_need_other_letters_are_left_out() -> None:
    source = r"(?i)(?:(tel|тел)|(电话)|[番号]|é?tat|x(?:é|о)|n[ou]m\p{L}*)"
    assert limited(source, ASCII_LETTERS) == "(?i)(?:(tel)|(电话)|é?tat|n[ou]m[A-Za-z]*)"
    assert limited(source, COMMON).count("|") == source.count("|")
    assert "тел" in limited(source, EUROPEAN)
    assert "番" not in limited(source, EUROPEAN)


def test_alternatives_that_begin_alike_come_together_and_keep_their_order() -> None:
    assert limited(r"\btel|fax|telefon|f?on|\btx|fon", COMMON) == r"fax|\btel|telefon|f?on|fon|\btx"
