"""Telephone numbers that their own shape tells, and the same digits after words for other numbers."""

import pytest

from corpuskit.text.pii.scanner import scanner


def phones(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)]


@pytest.mark.parametrize(
    "number",
    [
        "+44 (1865) 270 000",
        "+44 (1903) 872110",
        "+91 (1905) 223344",
        "0044 (1628) 622 121",
        "00 44 (1628) 622121",
        "+44-(0)1865-270000",
        "+49/(0)30/226343-0",
        "1-(800)-437-2266",
        "1(800)437-2266",
        "+1-(800)-437-2266",
        "1 800 437 2266 x 318",
        "1 888 437 2266",
    ],
)
def test_a_whole_number_needs_no_word(number: str) -> None:
    assert phones(f"Open all week, {number}") == [number]
    assert phones(f"Tel. {number}, ask for Ann") == [number]


@pytest.mark.parametrize(
    "text",
    [
        "growth of +1 (1999) 123 4567",
        "x = +3.5 (2004) 123456",
        "Smith 0012 (1999) 1234567",
        "in 2001 800 437 2266",
        "1 810 437 2266",
    ],
)
def test_years_in_brackets_and_other_codes_are_none(text: str) -> None:
    assert phones(text) == []


@pytest.mark.parametrize(
    "before",
    [
        "She was born here. ",
        "Born Street, Dover, DE\n",
        "Dr. Max Born, ",
        "Key Largo, FL\n",
        "Order today! ",
        "Apple Card Specialist at ",
        "our card team on ",
        "Key Account Manager, ",
    ],
)
def test_a_word_for_other_numbers_means_what_stands_beside_it(before: str) -> None:
    assert phones(f"{before}212-555-0123") == ["212-555-0123"]


@pytest.mark.parametrize(
    "before", ["Card: ", "born ", "born: ", "order no. ", "Account nr. ", "Order\n", "case number ", "part nos. ", "Art. "]
)
def test_a_word_for_other_numbers_names_the_one_beside_it(before: str) -> None:
    assert phones(f"{before}212-555-0123") == []
