r"""Patterns in which characters that are not named stand for their class match as they would with all of Unicode."""

import random
import re

import pytest
import re2

from corpuskit.text.pii import emails, phone_chains, phone_words
from corpuskit.text.pii.detector import options
from corpuskit.text.pii.phone_vocabulary import LINKS, PARTICLES
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
        texts.append(draw.choice((text, text, text.upper(), text.title())).encode())
    return texts


@pytest.mark.parametrize("name", ["L", "Latin", "M", "N"])
@pytest.mark.parametrize("form", ["^[{}]$", "^[^{}]$", "(?i)^[{}]$", "^{}+$"])
def test_a_class_holds_the_characters_that_it_has_in_unicode(name: str, form: str) -> None:
    encoded = [sign.encode() for sign in _SIGNS]
    for named in ("", "|^жéह電$"):
        source = form.format(rf"\p{{{name}}}") + named
        whole, compiled = re2.compile(source, options()), ScriptPattern(source)
        assert [sign for sign in encoded if bool(whole.match(sign)) != compiled.occurs_in(sign)] == []


@pytest.mark.parametrize("compiled", PATTERNS)
def test_a_pattern_occurs_in_the_texts_that_it_matches_with_all_scripts(compiled: ScriptPattern) -> None:
    whole = re2.compile(compiled._source, options())
    texts = _texts(compiled._source, 1200)
    matches = [whole.search(text) is not None for text in texts]
    assert True in matches
    assert [compiled.occurs_in(text) for text in texts] == matches


@pytest.mark.parametrize("text", ["télé", "電話", "फ़ोन", "ТЕЛ"])
def test_a_word_of_any_script_is_found(text: str) -> None:
    assert ScriptPattern(r"(?i)\b(?:t[eé]lé|тел|電話|फ[\x{93c}]?ोन)").occurs_in(text.encode()) == (text[0] == "t")
    assert ScriptPattern(r"(?i)(?:t[eé]lé|тел|電話|फ[\x{93c}]?ोन)").occurs_in(text.encode())


def test_a_gap_holds_links_and_signs_alone_if_the_pattern_says_so() -> None:
    """What is told without the pattern, by words that are no links, is what the pattern tells."""
    whole = re2.compile(phone_words._TIGHT._source, options())
    links = [word for word in re.split(r"[|()?]", LINKS) if word]
    others = (" ", ": ", ",", " - ", "(home)", "（", "：", "ſ", "۰", "x", "Е", "ΕΙΝΑΙ", "ל-", *PARTICLES)
    draw = random.Random(2)
    gaps = ["".join(map(draw.choice, draw.choices((links, others), k=draw.randint(1, 7)))) for _ in range(4000)]
    encoded = [draw.choice((gap, gap.upper(), gap.title())).encode() for gap in gaps]
    matches = [whole.match(gap) is not None for gap in encoded]
    assert True in matches
    assert [phone_words._is_tight(gap) for gap in encoded] == matches


@pytest.mark.parametrize(
    ("gap", "rest"),
    [
        (" (home): ", ": "),
        ("(Büro, privat) №", " №"),
        (" (дом) (раб)", ""),
        (" (1) ", " (1) "),
        (" (twenty-one letters in it)", " (twenty-one letters in it)"),
        (" (a (b) c", " (a c"),
    ],
)
def test_qualifiers_in_brackets_are_taken_out(gap: str, rest: str) -> None:
    assert phone_words._without_qualifiers(gap.encode()).decode() == rest
    assert re2.compile(phone_words._QUALIFIER, options()).sub(b"", gap.encode()).decode() == rest
