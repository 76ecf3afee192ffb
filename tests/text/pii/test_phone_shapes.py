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
        "040 374709-40",
        "06221 4813-90",
        "030 226343-0",
        "010-4827-3319",
        "0532 418 27 60",
        "06.12.34.56.78",
        "8-912-345-67-89",
        "8 (912) 345-67-89",
        "131-2345-6789",
        "0034 612345678",
        "011 44 20 7946 0958",
        "02)2123-4567",
        "031) 2123-4567",
        "+44\u221220\u22127946\u22120958",
        "212\u2212555\u22120143",
        # The zero of the calling code is that of the number, or one too many is written.
        "+38 067 765 43 21",
        "+38-044-765-43-21",
        "+38(067)7654321",
        "+38 (0)67 765-43-21",
        "(+38 067) 765 43 21",
        "+4 0721 234 561",
        "+9 0532 418 27 61",
        "+6 012-345 6781",
        "+2 0100 123 4561",
        "+88 01711-123451",
        "+90 0532 418 27 61",
        "+44 020 7946 0321",
        "+36 06 20 123 4561",
        "+7 8 912 345 67 81",
        "(+33) 6 39 98 12 34",
        # Korea, Thailand, China, India
        "02-765-4321",
        "(02) 765-4321",
        "(03) 765-4321",
        "02) 765-4321",
        "02-765-4321~5",
        "010-65528841",
        "0571-87654321",
        "0571-8765432转12",
        "022-2618 4471",
        "081-234-5678",
        "081-2345678",
        # Taiwan
        "0912 345 678",
        "0912-345-678",
        "0912-345678",
        # Poland, and Ukraine without the plus sign
        "(12) 345 67 89",
        "(12) 345-67-89",
        "(12) 345 67 89 w. 12",
        "38 050 123 45 67",
        "38 (050) 123-45-67",
        # Germany
        "0221 - 4710 - 321",
        "0221 – 4710 – 321",
        "0800 123 456 7",
        "040 / 6 69 69 12",
        "+49 221 / 47 10 32 1",
        # Russia
        "8-812-765-43-21",
        "8(812)765-43-21",
        "8 (812) 765-43-21",
        "8-800-765-43-21",
        "8 800 765-43-21",
        "8 (8422) 76-54-32",
        "8 (84235) 7-65-43",
        "8-3452-76-54-32",
        "7 (812) 765-43-21",
        "+8 (812) 765-43-21",
        # Great Britain
        "07700 900461",
        "01632 960461",
        "07781 123 456",
        "01481 256 789",
        "048 9649 6012",
        "18001 0800 028 2871",
        "18002 020 7946 0321",
        "０3\u30fc1234\u30fc5678",
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
        "012 3456-78",
        "0612 2004-05",
        "0123 1999-2000",
        "Part 040 374709-40",
        "0301 45-7",
        "release 06.12.34.56.78.90",
        "01.02.03.04.05",
        "011 0034 612345678",
        "0034 12345678",
        "f(02)2123-4567",
        "1995\u20141999, 2000\u22122100",
        "139-1234-56789",
        "x = y +4 0.721234561",
        "+4 0123456781 and +5 0721 234 561",
        "range 0-2345-6781",
        "1-010-65528841, 010-65528841-7",
        "010-05528841, 0001-65528841",
        "ISBN 010-65528841",
        "12-765-4321, 02-165-4321",
        "8-812-765-43-2, 8-812-765-43-210",
        "18-812-765-43-21",
        "8-112-765-43-21",
        "8 812 765 43 21",
        "18001 12345678",
        "11 3456-7891",
        "081-234-56789",
        "0912 345-678",
        "(12) 345 67-89",
        "(19) 345 67 89",
        "38 150 123 45 67",
        "0221 - 4710",
        "0401 - 4710 - 321",
        "040 6 69 69 12",
        "ที่ ๐๔๐๒๒/๓๑๓๔",
        "ด่วนที่สุด ที่ 04022/3134",
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
    "before",
    ["Card: ", "born ", "born: ", "order no. ", "Account-Nr. ", "Order\n", "case number ", "part nos. ", "Art. "],
)
def test_a_word_for_other_numbers_names_the_one_beside_it(before: str) -> None:
    assert phones(f"{before}212-555-0123") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("급한 일이면 010 4827 3319로 연락 주세요.", "010 4827 3319"),
        ("02-734-9182로 문의하세요", "02-734-9182"),
        ("0532 418 27 60 numarasını arayın", "0532 418 27 60"),
        ("bize 0532 418 27 60 numaralı telefondan ulaşın", "0532 418 27 60"),
        ("03 5412 7781までご連絡ください", "03 5412 7781"),
        ("022 2618 4470 पर कॉल करें", "022 2618 4470"),
        ("a 06 30 123 4567-es telefonszámon", "06 30 123 4567"),
        ("reached at 1784 5348469 (WhatsApp)", "1784 5348469"),
        ("1784 5348469 (Viber)", "1784 5348469"),
        ("1784 5348469, Telegram", "1784 5348469"),
        ("bilgi için 0 532 418 27 61'yi arayın", "0 532 418 27 61"),
        ("0 532 418 27 60’a mesaj atın", "0 532 418 27 60"),
        ("Rejestracja 12 345 67 89 wew. 12", "12 345 67 89 wew. 12"),
        ("регистратура 765-43-21 доб. 12", "765-43-21 доб. 12"),
    ],
)
def test_the_words_after_a_number_may_tell_it(text: str, number: str) -> None:
    assert phones(text) == [number]


@pytest.mark.parametrize(
    "text",
    [
        "Le dossier n° 04 78 42 17 93 est clos.",
        "Facture n° : 04 78 42 17 93",
        "Expediente n.º 655 218 904",
        "Rechnung Nr. 0221/4710321",
        "Заказ № 8 (912) 345-67-89",
    ],
)
def test_the_number_of_a_file_is_none(text: str) -> None:
    assert phones(text) == []


@pytest.mark.parametrize("before", ["Dossier n° 12 - tél. ", "n° ", "Facture n° 12, service clients\n"])
def test_the_number_of_a_file_hides_no_other(before: str) -> None:
    assert phones(f"{before}04 78 42 17 93") == ["04 78 42 17 93"]


def test_a_label_on_its_own_line_is_that_of_the_next_number() -> None:
    assert phones("654 3210 fax 654 3211") == ["654 3210", "654 3211"]
    assert phones("Dover 10017-5550\n\nFax: 654 3211") == ["654 3211"]
    assert phones("call us in New York, NY 10017-5550\nFax: 654 3211") == ["654 3211"]
