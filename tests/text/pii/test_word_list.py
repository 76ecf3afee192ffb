"""Words that are searched one by one match as one pattern of all of them does."""

import random
import re
from typing import Any

import pytest
import re2

from corpuskit.text.pii import phone_words
from corpuskit.text.pii.detector import options
from corpuskit.text.pii.word_list import Keys, WordGroup, WordList, alternatives, first_match, holds_all, keys_of

_PARTS = phone_words._WORDS._parts
_WHOLE = "(?i)" + "|".join(f"({part.before}(?:{part.sources}){part.after})" for part in _PARTS)
_WHOM = phone_words._WHOM._parts[0].sources
_BETWEEN = (" ", ": ", ". ", "-", "(", ")", "\n", ", ", "00", "№", "ſ", "\u212a", "\u0345", "x", "é", "न", "話")


def _texts(count: int) -> list[bytes]:
    """Return texts of the words' letters in any case, some of which begin within a character."""
    words = [word for word in re.split(r"[|()\[\]\\?*{}:]+|\\.", _WHOLE) if word]
    draw = random.Random(3)
    texts = []
    for _ in range(count):
        text = "".join(map(draw.choice, draw.choices((words, _BETWEEN), (3, 2), k=draw.randint(1, 6))))
        text = draw.choice((text, text, text.upper(), text.title()))
        texts.append(text.encode()[draw.choice((0, 0, 1, 2)) :])
    return texts


def _first(words: WordList[Any], text: bytes, offset: int) -> Any:
    first = first_match(words.possible(text), text, offset)
    return first and (first[0].kind, first[1].span())


def test_the_first_match_is_that_of_one_pattern() -> None:
    whole = re2.compile(_WHOLE, options())
    texts = [(text, offset) for text in _texts(500) for offset in (0, len(text) // 3)]
    matches = [whole.search(text, offset) for text, offset in texts]
    assert sum(map(bool, matches)) > 150
    expected = [match and (_PARTS[match.lastindex - 1].kind, match.span()) for match in matches]
    assert [_first(phone_words._WORDS, text, offset) for text, offset in texts] == expected


def test_what_says_whose_a_telephone_is_goes_on_with_its_word() -> None:
    whole = re2.compile(rf"(?i)(?:\.?[ ,(/&-]{{1,3}}(?:{_WHOM})\)?)?", options())
    words = [word for word in re.split(r"[|()\[\]\\?*{}:]+|\\.", _WHOM) if word]
    draw = random.Random(4)
    signs = (" ", " (", ". ", ", ", ")", "/", "x")
    texts = [
        "".join(map(draw.choice, draw.choices((words, signs), k=draw.randint(1, 4)))).encode() for _ in range(1500)
    ]
    expected = [whole.match(text, 0).end() for text in texts]
    assert sum(map(bool, expected)) > 100
    assert [phone_words._end_with_whom(text, 0) for text in texts] == expected


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        (r"\bfax\b", [("fax",)]),
        (r"Tel\.:?", [("tel.",)]),
        ("phones?", [("phone",)]),
        (r"t[eé]l[eé]", [("tele", "telé", "téle", "télé")]),
        (r"(?:ruf|fon)nr", [("ruf", "fon"), ("nr",)]),
        (r"(?:ruf|\d)nr", [("nr",)]),
        ("(?:my )?number", [("number",)]),
        ("0{4,}/", [("/",)]),
        ("[^a]x[a-c]y[0-9]*", [("x",), ("y",)]),
        ("[☎☏]*", []),
    ],
)
def test_keys_are_what_every_match_holds(source: str, keys: list[Keys]) -> None:
    assert keys_of(source) == keys


def test_every_match_holds_the_keys_of_its_alternative() -> None:
    patterns = [
        (re2.compile(f"(?i){source}", options()), keys)
        for part in _PARTS
        for source, keys in alternatives(part.sources)
    ]
    assert len(patterns) > 600
    for text in _texts(40):
        letters = text.decode(errors="ignore").casefold()
        for pattern, keys in patterns:
            assert not pattern.search(text) or holds_all(keys, letters), (pattern, text)


def test_letters_are_compared_by_their_fold_as_the_pattern_does() -> None:
    letters = {letter for letter in _WHOLE + _WHOM if letter.isalpha()}
    whole = re2.compile(f"(?i)^[{''.join(sorted(letters))}]$", options())
    alike = [sign for code in range(0x20000) if (sign := chr(code)).isprintable() and whole.match(sign.encode())]
    assert len(alike) > len(letters)
    folds = {letter.casefold() for letter in letters}
    assert [sign for sign in alike if sign.casefold() not in folds] == []


def test_of_words_at_one_place_the_first_counts() -> None:
    words = WordList(WordGroup("one", "teleph|tele"), WordGroup("other", r"\btelephone|phone"))
    assert _first(words, b"a telephone", 0) == ("one", (2, 8))
    assert _first(words, b"a telephone", 3) == ("other", (6, 11))
    assert _first(words, b"a television", 5) is None
    assert words.end_at(b"a telephone", 2) == 8
    assert words.end_at(b"a telephone", 3) is None
