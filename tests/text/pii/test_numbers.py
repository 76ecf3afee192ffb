"""Accounts and cards that a word names: their letters may be small, and a digit of a card wrong."""

import pytest

from corpuskit.text.pii.scanner import scanner
from tests.support.timing import is_quicker, least_seconds


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("iban: fr14 2004 1010 0505 0001 3m02 606", "fr14 2004 1010 0505 0001 3m02 606"),
        ("IBAN Nl91abna0417164300", "Nl91abna0417164300"),
        ("The IBAN is at61 1904 3002 3457 3201, thanks", "at61 1904 3002 3457 3201"),
    ],
)
def test_an_account_after_its_word_may_be_in_small_letters(text: str, account: str) -> None:
    assert [(hit.type, text[hit.start : hit.end]) for hit in scanner().find(text)] == [("iban", account)]


@pytest.mark.parametrize("text", ["at61 1904 3002 3457 3201", "Nl91abna0417164300", "iban at61 1904 3002 3457 3202"])
def test_small_letters_alone_or_wrong_check_digits_are_no_account(text: str) -> None:
    assert [hit for hit in scanner().find(text) if hit.type == "iban"] == []


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("credit card number: 5500 0000 0000 0005", "5500 0000 0000 0005"),
        ("My Visa is 4012-8888-8888-1882.", "4012-8888-8888-1882"),
        ("Kreditkartennummer 378282246310006", "378282246310006"),
        ("tarjeta de crédito número 4012888888881882", "4012888888881882"),
    ],
)
def test_a_stated_card_counts_though_a_digit_is_wrong(text: str, card: str) -> None:
    assert [(hit.type, text[hit.start : hit.end]) for hit in scanner().find(text)] == [("credit-card", card)]


@pytest.mark.parametrize(
    "text",
    ["playing cards 4012888888881882", "credit card orders: 10, id 4012888888881882", "card number 1234567890123456"],
)
def test_other_numbers_with_wrong_check_digits_are_no_cards(text: str) -> None:
    assert [hit for hit in scanner().find(text) if hit.type == "credit-card"] == []


@pytest.mark.parametrize(
    "text",
    [
        "https://example.net/articles/5500000000000004-a-title",
        "https://example.net/item?ref=4012888888881881",
        "see [it](/notes/378282246310005) and img/4012888888881881.jpg",
        "www.example.net/4012888888881881",
    ],
)
def test_an_id_in_an_address_is_no_card(text: str) -> None:
    assert [hit for hit in scanner().find(text) if hit.type == "credit-card"] == []


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("https://example.net/pay?card=4012888888881881", "4012888888881881"),
        ("Visa/4012888888881881", "4012888888881881"),
        ("https://example.net/ 4012888888881881", "4012888888881881"),
        ("paid with 4012 8888 8888 1881 / thanks", "4012 8888 8888 1881"),
    ],
)
def test_a_card_in_or_after_an_address_counts_by_its_word(text: str, card: str) -> None:
    assert [text[hit.start : hit.end] for hit in scanner(("credit-card",)).find(text)] == [card]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4012-8888-8888-1881-4012-8888-8888-1881", []),
        ("0.4012888888881881 and x4012888888881881", []),
        ("4012 8888 8888 1881 4012 8888 8888 1881", ["4012 8888 8888 1881", "4012 8888 8888 1881"]),
        ("7-4012888888881881 card 4012888888881881", ["4012888888881881"]),
        ("61 1090 1014 0000 0712 1981 2874", ["61 1090 1014 0000 0712 1981 2874"]),
        ("9961 1090 1014 0000 0712 1981 2874", []),
        ("x61109010140000071219812874, 61109010140000071219812874", ["61109010140000071219812874"]),
    ],
)
def test_a_card_or_account_is_no_part_of_a_longer_row(text: str, value: list[str]) -> None:
    find = scanner(("credit-card", "iban")).find
    assert [text[hit.start : hit.end] for hit in find(text)] == value


@pytest.mark.parametrize(
    "text",
    [
        "5B9B 59D0 867B 4012 8888 8888 1881 7D62",
        "543E\n4012 8888 8888 1881\n5b45",
        "1024 2048 4012 8888 8888 1881 3072 4096",
        "1024 4012 8888 8888 1881 2048 3072 4096 5120",
    ],
)
def test_cells_of_a_table_are_no_card(text: str) -> None:
    assert scanner(("credit-card",)).find(text) == []
    assert len(scanner(("credit-card",)).find(f"card 4012 8888 8888 1881 {text}")) == 2


@pytest.mark.parametrize("text", ["{0} {0} {0}", "{0}\n{0}\n{0}", "1001 {0} 1225 123", "5B9B {0}", "dead beef {0}"])
def test_a_card_among_a_few_other_groups_is_one(text: str) -> None:
    find = scanner(("credit-card",)).find
    assert len(find(text.format("4012 8888 8888 1881"))) == text.count("{")


@pytest.mark.parametrize("piece", ["1.", "0.", "12.", "1234-", "2019-", "192.0.2.", "00 ", "0033 ", "1:", "1@"])
def test_rows_of_digits_take_little_more_time_than_words(piece: str) -> None:
    size = 100_000
    words = "Ask for 12 of them at 10.30, or call 212-555-0142 to send 3 more. "
    row, prose = (each * (size // len(each)) for each in (piece, words))
    assert is_quicker(lambda: scanner().find(row), 3 * least_seconds(lambda: scanner().find(prose)))
