"""Telephone numbers: which words and shapes make one, and which numbers near such words are none."""

import itertools

import pytest
import re2

from corpuskit.text.pii import numbering_plans, phone_lists, phone_words
from corpuskit.text.pii.detector import options
from corpuskit.text.pii.scanner import scanner
from tests.benchmarks import unseen_sentences
from tests.benchmarks.phone_sentences import NUMBERS, WITHOUT_NUMBER, masked, missing

NO_NUMBER = [
    "+44207946032E-109 and -33199005566E-12",
    "from −1 to +922 337 203 685 477,58",
    "highest cell rate:  412305.731 cells a second",
    "手机5550163台",
    "短信 1 250 300 条",
    "手机用户13123456789人",
    "手机用户达 13123456000",
    "contact Ann 13123456789",
    "联系编号：13123456789",
    "text 200-1000 and text 234 567 891",
    "Sayı dizisi 0 532 418 27 61 asal",
    "Size 1784 5348469'u ekleyin",
    "width 640 480 w. 12",
    "电话会议5550163",
    "手机1234567",
    "电话销量5000000部",
    "전화기 1234567대",
    # Words of every day, and digits that count something.
    "The recursive call returned 4123456789 after a while.",
    "He called 3456789 times.",
    "smartphone 11 32 64 256",
    "Mobile browsers: 2 450 000 000 page views",
    "A ring of 7919 7927 7933 elements",
    "contact force 120 180 240 N",
    "cell(7, 7654321)",
    "dial(4096, 8192)",
    "phone numbers of 1998 1999 2000",
    "Telephone lines in use: 21 400 000 (2004)",
    "The phone weighs 173 g and costs 549.00-649.00.",
    "call failed at 1609459200",
    "voicemail 20220304101112 deleted",
    # Times, days and ranges.
    "Phone us 7.30-16.15.",
    "Telefon: 07.15-12.45 15.00-19.30",
    "Ring between 24.12-31.12.2022.",
    "Call 09-12 13-17.",
    "mobile: 2021-05-06 07:08:09+02:00",
    "start 2020-11-01 00:00:00-07:00 2020-11-02 00:00:00+09:00",
    "DatetimeIndex(['2017-10-29 02:30:00.250000-03:00'])",
    # Parts of other numbers.
    "EAN 02 34 56 78 90 123",
    "Lot 022 345 6789",
    "Parcel 9X 12 BB2 02 3456 7891",
    "Item no. 12 040 7654321",
    "iPhone part 661 123 4567",
    "[datetime] 01 02 03 000004",
    "decimal +7.250000 and x = +4 4294967295",
    "+++020/7946/0321+++",
    "Boston, MA 02108-1234 and 042-10-3594",
]

LABELLED = [
    ("联系人：王经理，13123456789", "13123456789"),
    ("微信同号，13123456789", "13123456789"),
    ("短信爆料13123456789 一经采用", "13123456789"),
    ("请发送短信彩信至13123456789", "13123456789"),
    ("For bookings text 07781 123 456, ask for Jo.", "07781 123 456"),
    ("text 0712 034 567", "0712 034 567"),
    ("call or text 650 253 0000", "650 253 0000"),
    ("اتصلوا على الرقم 0512 345 678 مساء", "0512 345 678"),
    ("الرقم 0512345678", "0512345678"),
    ("Tel.: 030/ 231 2571 0\nFax", "030/ 231 2571 0"),
    ("Tel. 040 6 69 69 12", "040 6 69 69 12"),
    ("Tel. 0221 47 10 32 1.", "0221 47 10 32 1"),
    ("Tel. 0221 47 10 32 1 Stock", "0221 47 10 32"),
    ("Hotline 0800 123 456 7 Tage", "0800 123 456"),
    ("Tel. 01 99 00 41 42 1", "01 99 00 41 42"),
    ("Telefon: 0511-4321-0", "0511-4321-0"),
    ("Tel. 0431 / 8877 – 330", "0431 / 8877 – 330"),
    ("Tel. 06131 / 456-780", "06131 / 456-780"),
    ("Tel. 040/987 654-0", "040/987 654-0"),
    ("040/987654 (Zentrale)", "040/987654"),
    ("meet Eva, 0511-4321098, at noon", "0511-4321098"),
    ("Fax: +1 (617) 555", "+1 (617) 555"),
    ("Telephone: (617)\n  555 0163.", "555 0163"),
    ("Telephone +1 (617) 555 0163 (24 hours, all week)", "+1 (617) 555 0163"),
    ("contact 617 555 0163", "617 555 0163"),
    ("please contact us on 617 555 0163 today", "617 555 0163"),
    ("contact number 6174567", "6174567"),
    ("my number is 6175550163", "6175550163"),
    ("Phone (office): 555-0163", "555-0163"),
    ('"homePhone": "6175550163"', "6175550163"),
    ("phone_number = 6175550163", "6175550163"),
    ("número de móvil: 612 345 678", "612 345 678"),
    ("Handynr. 0151 23 45 67 89", "0151 23 45 67 89"),
    ("Telefon 0043 1 234567", "0043 1 234567"),
    ("Моб. тел.: 8 (912) 345-67-89", "8 (912) 345-67-89"),
    ("Звоните по номеру 8 912 345-67-89", "8 912 345-67-89"),
    ("Appelez-nous au 01 99 00 55 66", "01 99 00 55 66"),
    ("+1.6175550163 (EPP)", "+1.6175550163"),
    ("手机号13812345678", "13812345678"),
    ("電話5550163", "5550163"),
    ("联系电话55501634", "55501634"),
    ("전화 5550163", "5550163"),
    ("팩스5550163", "5550163"),
    ("传真55501634，邮编", "55501634"),
    ("座机：55501634", "55501634"),
]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("电话：0755-55501634 55501637", ["0755-55501634", "55501637"]),
        ("Tel.: 030 55501634 55501635 55501636", ["030 55501634", "55501635", "55501636"]),
        ("電話：02-55501634 20240115", ["02-55501634"]),
        ("Tel.: 030 55501634 90501635", ["030 55501634"]),
    ],
)
def test_a_further_number_after_a_space_resembles_the_first(text: str, numbers: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)] == numbers


@pytest.mark.parametrize("text", NO_NUMBER)
def test_words_of_every_day_make_no_number(text: str) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)] == []


@pytest.mark.parametrize(("text", "number"), LABELLED)
def test_numbers_are_taken_whole_as_people_write_them(text: str, number: str) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("phone",)).find(text)] == [number]


def test_sentences_about_telephoning_are_read_as_promised() -> None:
    find = scanner(("phone",)).find
    for half in (0, 1):
        assert len(masked(WITHOUT_NUMBER[half::2], find)) <= 3
        assert len(missing(NUMBERS[half::2], find)) <= 2


def test_sentences_that_no_rule_was_written_for_are_read_nearly_as_well() -> None:
    whole, numbers, wrongly_masked = unseen_sentences.scores(scanner(("phone",)).find)
    assert whole >= numbers * 0.9
    assert wrongly_masked <= 3


@pytest.mark.parametrize(
    ("groups", "written"),
    [
        ("020 7946 0321", True),
        ("02079 460321", False),
        ("010 123 4567", True),
        ("01 49 07 001 85", False),
        ("0199001234", True),
    ],
)
def test_a_zero_led_number_is_grouped_as_its_country_does(groups: str, written: bool) -> None:
    assert numbering_plans.is_zero_national(groups.encode().split()) == written


@pytest.mark.parametrize(("groups", "written"), [("210 123 4561", True), ("2101 234 561", False)])
def test_people_group_numbers_in_other_ways_than_their_country_prints_them(groups: str, written: bool) -> None:
    assert numbering_plans.is_national(groups.encode().split()) == written


@pytest.mark.parametrize(
    ("digits", "first_group", "fits"),
    [(b"442079460321", 2, True), (b"442079460321", 1, False), (b"0442079460321", 3, False), (b"9999999999", 3, False)],
)
def test_a_calling_code_stands_whole_in_the_first_group(digits: bytes, first_group: int, fits: bool) -> None:
    assert numbering_plans.is_calling_code_and_number(digits, False, first_group) == fits


def test_what_stands_before_a_number_is_read_as_with_all_scripts() -> None:
    pieces = [
        "",
        " ",
        ": ",
        "(home)",
        " (work, x)",
        "is ",
        "no. ",
        "at ",
        "me ",
        "-",
        "\n",
        "_",
        "0",
        "word",
        "#",
        "\t",
        "{",
    ]
    whole = re2.compile(phone_words._TIGHT._source, options())
    fits = 0
    for chosen in itertools.product(pieces, repeat=4):
        gap = "".join(chosen).encode()
        fits += bool(phone_words._TIGHT.occurs_in(gap))
        assert bool(whole.search(gap)) == bool(phone_words._TIGHT.occurs_in(gap)), gap
    assert 0 < fits < len(pieces) ** 4


@pytest.mark.parametrize(
    "rest", [" ext. {}", " / -{}", "/{} ", " oder -{}", "; {} 12 12", ", 1.{}", " or {}.", " {}-34"]
)
def test_what_follows_a_number_is_told_by_its_shape_and_not_by_its_digits(rest: str) -> None:
    data = b"030 226 343"
    ends = {phone_lists.end_of_list(data + rest.format(digits).encode(), len(data)) for digits in ("12", "90", "33")}
    assert len(ends) == 1
