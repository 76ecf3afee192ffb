"""Several numbers after one label: each is found whole, and what shares its beginning goes with it."""

import pytest

from corpuskit.text.pii.scanner import scanner
from tests.benchmarks.phone_languages import LANGUAGES, WITHOUT_NUMBER, sentences
from tests.benchmarks.phone_sentences import masked, missing

LISTS = [
    ("Tél. 01 99 00 41 42 / 06 39 98 41 42", ["01 99 00 41 42", "06 39 98 41 42"]),
    ("06 39 98 41 42 06 39 98 41 43 06 39 98 41 44", ["06 39 98 41 42", "06 39 98 41 43", "06 39 98 41 44"]),
    ("Telefon 069/90009 880-0 oder -77", ["069/90009 880-0 oder -77"]),
    ("Tel 030 23125-110 bis -119", ["030 23125-110 bis -119"]),
    ("Tel.: 040/66969-0, Fax: -22", ["040/66969-0, Fax: -22"]),
    ("Phone 555-0170/-0171/72", ["555-0170/-0171/72"]),
    ("call 617 555 0170 or 0171.", ["617 555 0170 or 0171"]),
    ("Tel. (030) 23125 712/713", ["(030) 23125 712/713"]),
    ("tel. (0212) 345 67 89 - 345 67 91", ["(0212) 345 67 89", "345 67 91"]),
    ("030/23125-10 / 030/23125-11 / 030/23125-12", ["030/23125-10", "030/23125-11", "030/23125-12"]),
    ("电话：010-12345678、12345670，12345671", ["010-12345678", "12345670", "12345671"]),
    ("phones: 6175550170;6175550171|6175550172", ["6175550170", "6175550171", "6175550172"]),
    ("Tel 5550170, fax 5550171", ["5550170", "5550171"]),
    ("Tel. 030/2312571 u. 2312572", ["030/2312571", "2312572"]),
    ("9,617-555-0170,34", ["617-555-0170"]),
    ("617-555-0170,617-555-0171", ["617-555-0170", "617-555-0171"]),
    # Extensions
    ("Tel. 0221/4710-0, Durchwahl 43", ["0221/4710-0, Durchwahl 43"]),
    ("tel. 8 (301) 123-45-67 доб. 43", ["8 (301) 123-45-67 доб. 43"]),
    ("tel 03-1234-5678 (内線43)", ["03-1234-5678 (内線43)"]),
    ("电话：010-12345678转143", ["010-12345678转143"]),
    ("Phone: 5550170 (ext 43)", ["5550170 (ext 43)"]),
    # What follows a number and is none
    ("Tel. 555-0170 or 10 minutes later", ["555-0170"]),
    ("Tel. 555-0170, 12 rooms", ["555-0170"]),
    ("Tel. +49 36421 / 2345", ["+49 36421 / 2345"]),
    ("tel 1234567,89 Euro", []),
    # A line ends within
    ("Fax: +1 (617) 555\n  0170.", ["+1 (617) 555\n  0170"]),
    ("Fax: +1 (617) 555\n2021-03-04", ["+1 (617) 555"]),
]

TOUCHING = [
    ("电话13123456780转", "13123456780"),
    ("TEL03-1234-5678", "03-1234-5678"),
    ("Tel:0221/4710321", "0221/4710321"),
    ("Phone No.0221471032", "0221471032"),
    ("電話（０３）１２３４－５６７８です", "（０３）１２３４－５６７８"),
    ("هاتف:٠١١٢٣٤٥٦٧٨", "٠١١٢٣٤٥٦٧٨"),
    ("☎ 0221 4710321", "0221 4710321"),
    # Tags between were dropped.
    ("Service:+49 6123 9238-253Allgemein", "+49 6123 9238-253"),
    ("Ghana+233 24 765 4321", "+233 24 765 4321"),
    ("Tel. +39 0474 765 432F, the rest", "+39 0474 765 432"),
    ("Tel. 0221 4710321Mobil", "0221 4710321"),
    ("call (617) 555-0170Email", "(617) 555-0170"),
    ("Phone 617-555-0170F: none", "617-555-0170"),
    ("Phone: 5550170x12", "5550170x12"),
]

TOUCHED = [
    "x+91 98450 12345",
    "a2+91 98450 12345",
    "Abc+918450123456",
    "sum+12 34 56 78 90",
    "+44207946032E-109",
    "617-555-0170abc, 617-555-0170A1",
    "Tel. 1234567Euro",
    "item 0221 4710321Mobil",
]


@pytest.mark.parametrize(("text", "numbers"), LISTS)
def test_every_number_of_a_list_is_taken_whole(text: str, numbers: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)] == numbers


@pytest.mark.parametrize(("text", "number"), TOUCHING)
def test_a_number_may_touch_its_label_and_be_written_in_other_digits(text: str, number: str) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)] == [number]


@pytest.mark.parametrize("text", TOUCHED)
def test_a_number_is_touched_by_no_letters_but_those_of_another_word(text: str) -> None:
    assert scanner(("phone",)).find(text) == []


def test_labels_of_25_languages_announce_numbers() -> None:
    find = scanner(("phone",)).find
    for half in (0, 1):
        texts = [text for language in list(LANGUAGES)[half::2] for text in sentences(language)]
        assert len(missing(texts, find)) <= len(texts) * 0.06
    assert sum(len(sentences(language)) for language in LANGUAGES) == 200


@pytest.mark.parametrize(
    "text",
    [
        "Telefon: 32 64 128 GB",
        "мобильный 1080 2340",
        "тел. 16 32 64 ГБ",
        "Tel. 2.750.000",
        "GSM 850/900/1800",
        "tel 1234567 pièces",
        "お問い合わせ番号：2021-1103-0915",
        "הטלפון עולה 899-1099",
    ],
)
def test_sizes_amounts_and_what_is_counted_are_no_numbers_even_after_a_label(text: str) -> None:
    assert scanner(("phone",)).find(text) == []


def test_everyday_sentences_in_25_languages_hold_no_number() -> None:
    assert len(masked(WITHOUT_NUMBER, scanner(("phone",)).find)) <= 3


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Card services: 617-555-0170", [("phone", "617-555-0170")]),
        ("Visa hotline tel. 501864667909", [("phone", "501864667909")]),
        ("SSN office, tel 219099998", [("phone", "219099998")]),
        ("nhs tel: 9434765919", [("phone", "9434765919")]),
        ("Mastercard +501864667909", []),
        ("card 501864667909, phone 617 555 0170", [("credit-card", "501864667909"), ("phone", "617 555 0170")]),
        ("NHS 943 476 5919, tel 943 476 5919", [("gb-nhs", "943 476 5919"), ("phone", "943 476 5919")]),
        ("card 4111111111111111 5550170 501864667909", [("credit-card", "4111111111111111")]),
    ],
)
def test_a_word_for_one_type_takes_no_number_of_another(text: str, hits: list[tuple[str, str]]) -> None:
    assert [(hit.type, text[hit.start : hit.end]) for hit in scanner().find(text)] == hits
