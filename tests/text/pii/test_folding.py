"""Values with other spaces than the plain one between their parts, and with characters inside that show nothing."""

import re

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text.pii import folding
from corpuskit.text.pii.detector import options
from corpuskit.text.pii.reserved import is_reserved
from corpuskit.text.pii.scanner import Hit, normalised, scanner

SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
INVISIBLES = "\u00ad\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202c\u2060\u2066\u2069\ufeff"

SPACED = [
    ("phone", "Tél. : {} le matin", "+33 1 42 34 56 78"),
    ("phone", "Téléphone : {} le matin", "01 42 34 56 78"),
    ("phone", "Telefon {} heute", "0221 4710 321"),
    ("phone", "reach us at {} today", "+49 221 4710321"),
    ("phone", "call {} today", "(212) 555-0143"),
    ("phone", "there: {}.", "+49 (0)221 / 4710321"),
    ("iban", "IBAN {} merci", "FR14 2004 1010 0505 0001 3M02 606"),
    ("credit-card", "card number {} please", "4111 1111 1111 1111"),
    ("gb-nhs", "NHS {}", "943 476 5919"),
]
SPACED_ADDRESSES = ["jo.smith @ example.org", "jo (at) example (dot) org", "<jo @ example . org>"]
SPLIT = [
    ("email", "write to {} for it", "jo.smith@example.org"),
    ("email", "пишите: {}", "иван@пример.рф"),
    ("phone", "Tel. {} today", "02214710321"),
    ("phone", "there: {}", "+49 221 4710321"),
    ("phone", "تلفن: {}", "۰۹۱۲۳۴۵۶۷۸۹"),
    ("iban", "IBAN {} please", "DE89370400440532013000"),
    ("credit-card", "card number {} please", "4111111111111111"),
    ("ipv4", "host {} answers", "192.0.2.77"),
    ("ssn", "SSN {}", "219-09-9999"),
    ("gb-nhs", "NHS {}", "9434765919"),
]


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize(("kind", "around", "value"), SPACED)
def test_takes_values_with_any_space_between_their_groups(kind: str, around: str, value: str, space: str) -> None:
    start = around.index("{}")
    text = around.format(value.replace(" ", space))
    assert scanner().find(text) == [Hit(start, start + len(value), kind)]


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("value", SPACED_ADDRESSES)
def test_takes_addresses_with_any_space_beside_their_signs(value: str, space: str) -> None:
    text = "see " + value.replace(" ", space)
    assert [text[hit.start : hit.end] for hit in scanner().find(text)] == [text[4:].strip("<>")]


@pytest.mark.parametrize(("kind", "around", "value"), [case for case in SPACED if "/" not in case[2]])
def test_takes_values_with_tabs_between_groups_of_digits(kind: str, around: str, value: str) -> None:
    start = around.index("{}")
    text = around.format(value.replace(" ", "\t"))
    assert scanner().find(text) == [Hit(start, start + len(value), kind)]


@pytest.mark.parametrize(
    "text",
    [
        "1999\t2004\t212\t5550\t1430",
        "from 1\u202f234\u202f567\u202f890 to 2\u00a0450\u00a0000\u00a0000 views",
        "at 10\u202f20\u202f30\u202f40 and 2019\u2009–\u20092024",
        "noon\u00a0@\u00a0example.org",
        "1\t44\t1234\n2\t44\t5678\n",
        "contact force 120\u2009180\u2009240 N",
    ],
)
def test_leaves_cells_and_amounts_with_other_spaces(text: str) -> None:
    assert scanner().find(text) == []


@pytest.mark.parametrize("sign", INVISIBLES)
@pytest.mark.parametrize(("kind", "around", "value"), SPLIT)
def test_takes_values_whole_with_what_shows_nothing_between_their_characters(
    kind: str, around: str, value: str, sign: str
) -> None:
    start = around.index("{}")
    for place in range(1, len(value)):
        split = value[:place] + sign + value[place:]
        assert scanner().find(around.format(split)) == [Hit(start, start + len(split), kind)], place
    everywhere = sign.join(value)
    text = f"{sign}a{sign}b " + around.format(sign + everywhere + sign)
    assert scanner().find(text) == [Hit(start + 6, start + 6 + len(everywhere), kind)]


def test_takes_what_one_reading_finds_and_the_other_does_not() -> None:
    text = "Tel. 02214710321\u200boder\u200b jo@example.org, Tel. 0221\u200b4710\u200b322"
    taken = [text[hit.start : hit.end] for hit in scanner().find(text)]
    assert taken == ["02214710321", "jo@example.org", "0221\u200b4710\u200b322"]


def test_leaves_joiners_of_words_where_they_are() -> None:
    text = "می\u200cخواهم تلفن\u200cهمراه، क्\u200dष 12 pages\u200b and exam\u00adple 2024\u200b."
    assert scanner().find(text) == []


@pytest.mark.parametrize(
    ("kind", "value", "same"),
    [
        ("email", "jo\u200b@exam\u00adple.org", "jo@example.org"),
        ("email", "jo\u2009(at)\u2009example.org", "jo@example.org"),
        ("phone", "0221\u202f4710\u200b321", "02214710321"),
        ("ipv6", "2001:db8::\u200b1", "2001:db8::1"),
        ("iban", "DE89\u20093704\u200b0044", "DE8937040044"),
        ("gb-nhs", "943\u2009476\u200b5919", "9434765919"),
    ],
)
def test_compares_values_without_what_shows_nothing(kind: str, value: str, same: str) -> None:
    assert normalised(kind, value) == normalised(kind, same)


def test_allows_reserved_values_with_what_shows_nothing() -> None:
    assert is_reserved("documentation", "ipv4", "192.0\u200b.2.7")
    assert is_reserved("documentation", "email", "jo@example.\u2060org")
    assert is_reserved("documentation", "phone", "212\u2009555\u200b0143")


@given(st.text(st.sampled_from("a@.0٣ \t(+" + INVISIBLES[:3])))
def test_triggers_occur_in_every_text_that_they_stand_for(text: str) -> None:
    if folding.is_split(text):
        assert re2.search(folding.SPLIT, text.encode(), options())


@given(st.text(st.sampled_from("ab\u200b\u00ad"), max_size=12))
def test_knows_where_each_character_stood(text: str) -> None:
    visible = folding.Visible.of(text)
    origins = [visible.origin(offset) for offset in range(len(visible.text))]
    assert origins == [match.start() for match in re.finditer("[ab]", text)]
