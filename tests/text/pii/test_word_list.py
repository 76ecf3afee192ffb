"""Words that are compiled when a text holds their letters match as one pattern of all of them would."""

import random
import re

import pytest
import re2

from corpuskit.text.pii import phone_words
from corpuskit.text.pii.detector import options
from corpuskit.text.pii.word_list import Alternatives, Keys, WordList, alternatives, first_match, holds_all, keys_of

_PARTS = phone_words._WORDS._parts
_WHOLE = "(?i)" + "|".join(f"({part.before}(?:{part.sources}){part.after})" for part in _PARTS)
_WHOM = phone_words._WHOM._parts[0].sources
_BETWEEN = (" ", ": ", ". ", "-", "(", ")", "\n", ", ", "№", "ſ", "\u212a", "\u0345", "é", "тел", "電", "00")


def _texts(words: list[str], count: int) -> list[bytes]:
    """Return texts of words in any letter case with signs between; some begin in the middle of a character."""
    draw = random.Random(5)
    texts = []
    for _ in range(count):
        text = "".join(draw.choice(draw.choices((words, _BETWEEN), (3, 2))[0]) for _ in range(draw.randint(1, 6)))
        text = draw.choice((text, text, text.upper(), text.title()))
        texts.append(text.encode()[draw.choice((0, 0, 1, 2)) :])
    return texts


@pytest.mark.parametrize("words", [phone_words._WORDS, phone_words._WHOM])
def test_words_match_as_one_pattern_of_all_of_them(words: "WordList[str]") -> None:
    sources = [f"{before}(?:{source}){after}" for _, source, before, after in words._parts]
    whole = re2.compile("(?i)" + "|".join(f"({source})" for source in sources), options())
    letters = [word for source in sources for word in re.split(r"[|()\[\]\\?*{}:^$]+|\\.", source) if word]
    hits = 0
    kinds = [part.kind for part in words._parts]
    for text in _texts(letters, 3000):
        offset = len(text) // 3 if hits % 2 else 0
        match, first = whole.search(text, offset), first_match(words.possible(text), text, offset)
        expected = match and (kinds[match.lastindex - 1], match.span())
        assert expected == (first and (first[0].kind, first[1].span())), text
        hits += first is not None
    assert hits > 500


def test_the_first_of_the_words_that_begin_at_one_place_is_taken() -> None:
    words = WordList(Alternatives("long", "phone number|phone"), Alternatives("short", "phone no|fax"))
    for text, kind, end in [(b"phone no", "long", 5), (b"PHONE NUMBER", "long", 12), (b"my Fax", "short", 6)]:
        word, match = first_match(words.possible(text), text, 0) or pytest.fail("no word")
        assert (word.kind, match.end()) == (kind, end)
    assert first_match(words.possible(b"photo"), b"photo", 0) is None
    assert words.end_at(b"no fax", 3) == 6
    assert words.end_at(b"no fax", 2) is None


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("t[eé]l(?:efon|eph)?x?", "TÉLeph"),
        (r"(?:num[eé]ro|№)\s?\p{L}+", "№ x"),
        ("a(?:b|)c", "ac"),
        (r"mobil\.?", "MOBIL"),
        ("o{0,2}k", "k"),
        ("stra(?:ß|ss)e", "STRASSE"),
        (r"[^\d]fax", ":fax"),
    ],
)
def test_what_matches_a_pattern_holds_its_keys(source: str, text: str) -> None:
    assert re2.compile(f"(?i){source}", options()).search(text.encode())
    assert holds_all(keys_of(source), text.casefold())


def test_a_list_is_parted_where_it_has_alternatives_at_its_outermost_level() -> None:
    assert [source for source, _ in alternatives(r"a(?:b|c)|[|]d|e\|f")] == ["a(?:b|c)", "[|]d", r"e\|f"]


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
    letters_of_words = [word for word in re.split(r"[|()\[\]\\?*{}:]+|\\.", _WHOLE) if word]
    for text in _texts(letters_of_words, 40):
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
