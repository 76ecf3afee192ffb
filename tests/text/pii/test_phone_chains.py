"""Numbers of several people or places after one label: the second counts like the first."""

import pytest

from corpuskit.text.pii.scanner import scanner


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Telefon: 4710 223, privat 9822 114", ["4710 223", "9822 114"]),
        ("phone: 2345678 (home) 3456789 (work)", ["2345678", "3456789"]),
        ("Tél. : 234 56 78 / domicile : 345 67 89", ["234 56 78", "345 67 89"]),
        ("Тел.: 234-56-78, домашний 345-67-89", ["234-56-78", "345-67-89"]),
        ("Contact: Kim 6735 5382, Lee 9035 5384 and Jo 9035 5385", ["6735 5382", "9035 5384", "9035 5385"]),
        ("Call Kim 6735 5382 Lee 9035 5384", ["6735 5382", "9035 5384"]),
        ("tel. Kim 0501-1136281 Lee 0136-7399211 $", ["0501-1136281", "0136-7399211"]),
        ("电话:010-12345678；13123456789", ["010-12345678", "13123456789"]),
        ("llame al 91 123 45 67 o al 612 34 56 78", ["91 123 45 67", "612 34 56 78"]),
        ("Tel: 2345678 (Kim)\n2356789 (Lee)", ["2345678", "2356789"]),
        ("Tel: 2345678 (Kim)\n9956789 (Lee)", ["2345678"]),
        ("Tel: 6735 5382, built 1998 2003", ["6735 5382"]),
        ("Tel: 6735 5382, order 9035 5384", ["6735 5382"]),
        ("Tel: 6735 5382, area 12 345 678", ["6735 5382"]),
        ("Tel: 6735 5382. " + "word " * 12 + "9035 5384", ["6735 5382"]),
        ("Tel: 6735 5382\n9035 5384", ["6735 5382"]),
        ("Tel: 6735 5382, Lee 9035 5384 1", ["6735 5382"]),
    ],
)
def test_the_number_of_a_second_person_counts_like_the_first(text: str, numbers: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)] == numbers
