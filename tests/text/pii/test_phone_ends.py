"""Where a telephone number begins and ends: words that touch it, and a last digit that stands alone."""

import pytest

from corpuskit.text.pii.scanner import scanner


def hits(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in scanner().find(text)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Telefon: 0800 123 456 7 oder per Post", "0800 123 456 7"),
        ("Tel: 0800 123 456 7 Mo-Fr", "0800 123 456 7"),
        ("Telefon 0221 / 47 10 32 1 Fax", "0221 / 47 10 32 1"),
        ("Tel. 02 21 / 47 10 32 1", "02 21 / 47 10 32 1"),
        ("Mobil: 01 72 / 1 23 45 67", "01 72 / 1 23 45 67"),
        ("Tel. 0 22 47 / 12 34 - 5678, Zimmer 12", "0 22 47 / 12 34 - 5678"),
        ("Tel: 1 (876) 555-0123-4", "1 (876) 555-0123-4"),
        ("Call 91-9845012345", "91-9845012345"),
        ("call us on 91 98450 12345", "91 98450 12345"),
    ],
)
def test_a_number_is_taken_with_its_last_digits(text: str, number: str) -> None:
    assert hits(text) == [number]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Tel. 030 / 226 343 6 Personen", "030 / 226 343"),
        ("Tel. 0800 123 456 7 Tage", "0800 123 456"),
        ("phone 0800 123 456 7 days a week", "0800 123 456"),
    ],
)
def test_a_number_that_is_whole_ends_before_what_is_counted(text: str, number: str) -> None:
    assert hits(text) == [number]


@pytest.mark.parametrize("word", ["Hotels", "India", "today"])
def test_a_word_may_touch_the_bracket_of_an_area_code(word: str) -> None:
    assert hits(f"the {word}(212) 555-0123") == ["(212) 555-0123"]


@pytest.mark.parametrize(
    "text",
    [
        "f(212) 555-0123",
        "x2(212) 555-0123",
        "Pow(212) 55501234",
        "x + 1 212 555 0123",
        "y + 1-2125550123",
        "page 03 02 / 03 04 05 06",
        "rows 91-9845012345",
        "49 - (30) - 22634 - 301",
    ],
)
def test_calls_sums_and_rows_are_no_numbers(text: str) -> None:
    assert hits(text) == []


def test_a_calling_code_makes_no_social_security_number() -> None:
    text = "SSN 219-09-9999, Tokyo +81 312-34-5678"
    assert [hit.type for hit in scanner().find(text)] == ["ssn", "phone"]
