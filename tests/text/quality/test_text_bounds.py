"""A link that ends like a sentence does not shield its menu, and a list that a line leads to is part of the text."""

import pytest

from tests.text.quality.test_menus import BODY, SEPARATORS, left, page

TEXT = BODY.split("\n\n")


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "menu",
    [
        ["Prev3.1. Oars", "Up", "Home", "Next3.3. Why do the boats not sink?"],
        ["Zurück3.1. Ruder", "Nach oben", "Weiter3.3. Warum sinken die Boote des Nordens nicht?"],
        ["Назад3.1. Вёсла", "Наверх", "Далее3.3. Почему лодки на реке не тонут?"],
        ["Home", "Previous: Of oars and what they weigh ...", "Next: How are the boats of the town built?"],
        ["Home", "Shop", "Contact", "Who made all of these boats?", "Blog", "Forum"],
        ["Home", "Shop", "Boats and oars of the north Inc."],
    ],
)
def test_links_that_end_like_sentences_go_with_their_menu(separator: str, menu: list[str]) -> None:
    assert left(page(separator, [], menu)) == TEXT
    if "Shop" in menu and "Blog" in menu:
        assert left(page(separator, menu, [])) == TEXT


def test_buttons_of_consent_go() -> None:
    buttons = ["Accept all", "Reject all", "Settings"]
    assert left(page("\n", [], buttons)) == TEXT
    assert left(page("\n", [], ["Home", "Shop", "Search..."])) == TEXT


@pytest.mark.parametrize(
    "foot",
    [
        ["Next: take the oars and row to the mole."],
        ["Fax", "Type the number of your fax here.", "Email", "Type your address here."],
        ["Contact", "Ask Ann Miller at the harbour for a boat."],
    ],
)
def test_sentences_below_words_of_links_stay(foot: list[str]) -> None:
    assert left(page("\n", [], foot)) == [*TEXT, *foot]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "lines",
    [
        ["The ferry calls at these islands on its way:", "Zebrano", "Quillon", "Vexley", "Pammon", "Harrow"],
        ["For the crew:", "salt", "ham", "bread", "cheese", "beer"],
        ["Mit dabei:", "Xaver Quint", "Olga Zander", "Udo Pamm", "Ida Wex"],
        ["乘客可以在这些地方下船：", "珠海", "中山", "江门", "佛山", "肇庆"],
    ],
)
def test_lists_that_a_line_leads_to_stay_at_both_ends(separator: str, lines: list[str]) -> None:
    assert left(page(separator, [], lines)) == [*TEXT, *lines]
    assert left(page(separator, [], [*lines, "Home", "Contact"])) == [*TEXT, *lines]
    assert left(page(separator, lines, [])) == [*lines, *TEXT]


@pytest.mark.parametrize(
    "lead", ["Related stories:", "You may also like these pages:", "Follow us on:", "Siehe auch:", "Filed under:"]
)
def test_lists_that_lead_away_go(lead: str) -> None:
    links = ["Zebras", "Violins", "Quartz", "Bagels", "Xylem"]
    assert not set(links) & set(left(page("\n", [], [lead, *links])))


def test_a_sentence_without_spaces_ends_the_head_of_a_page() -> None:
    japanese = "この関数は与えられた文字列を日付に変換し、その結果を返します。"
    lines = [japanese, "Zebra (Quartz)", "Violin", "Bagel", "Xylem", "Pamm"]
    assert left(page("\n", lines, [])) == [*lines, *TEXT]
