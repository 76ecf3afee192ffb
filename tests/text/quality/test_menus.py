"""Menus go at the edges of a page, in any shape, and nothing else does."""

import pytest

from corpuskit.text.quality.languages import profile_of
from corpuskit.text.quality.rules import SETTINGS
from corpuskit.text.quality.signals import TextSignals

SETTING = {item.name: item.value for item in SETTINGS}
BODY = (
    "The mole keeps the harbour from the sea, and boats lie behind it in all weathers.\n\n"
    "Nobody knows who built it. The oldest map has it, and on that map the town has no church yet."
)
SEPARATORS = ["\n", "\n\n", "\r\n", "\n \n"]


def left(text: str, language: str = "en") -> list[str]:
    """Return the lines that C4's rules leave of a text, without blank ones."""
    prose = TextSignals([text], SETTING, profile_of(language)).prose_lines
    return [line for line in prose.text(0).splitlines() if line.strip()]


def page(separator: str, head: list[str], foot: list[str]) -> str:
    return separator.join([*head, BODY, *foot])


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "menu",
    [
        ["Home", "Shop", "About us", "Careers", "Contact"],
        ["« previous", "|", "up", "|", "next »"],
        ["[Top][Contents][Index]"] * 2,
        ["Startseite", "Impressum", "Kontakt"],
        ["الرئيسية", "بحث", "اتصل بنا"],
        ["ホーム", "お問い合わせ", "サイトマップ"],
        ["Zebras", "Violins", "Quartz", "Bagels"],
        [f"Zebra{number}" for number in range(400)],
    ],
)
def test_menus_go_at_head_and_foot(separator: str, menu: list[str]) -> None:
    whole = BODY.split("\n\n")
    assert left(page(separator, menu, [])) == whole
    assert left(page(separator, [], menu)) == whole
    assert left(page(separator, [*menu, "The mole of the town"], menu)) == ["The mole of the town", *whole]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "lines",
    [
        ["Mole"],
        ["Mole", "Ann Miller"],
        ["harbour mole", "sea mole", "mole", "molehead"],
        ["Needed", "Boats", "Maps", "Churches"],
        ["2 boats", "300 g rope", "Salt", "1 l tar"],
        ["- Flour", "- Water", "- Salt", "- Yeast"],
        ["SYNOPSIS", "mole [options]", "DESCRIPTION"],
        ["/etc/mole.conf", "mole.so", "x = 1", "y = 2"],
        ["Silence,", "night,", "salt,", "rain"],
        ["2012-01-15"],
        ["# Notes", "## Names", "### Sources", "#### Paper"],
    ],
)
def test_titles_headwords_lists_and_usage_stay(separator: str, lines: list[str]) -> None:
    whole = BODY.split("\n\n")
    assert left(page(separator, lines, [])) == [*lines, *whole]
    assert left(page(separator, [], lines)) == [*whole, *lines]


def test_lists_within_the_text_stay() -> None:
    text = f"{BODY}\nHome\nShop\nZebras\nViolins\nQuartz\n{BODY}"
    assert left(text) == [line for line in text.splitlines() if line]


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (["Harbours 7.4", "Module", "Contents", "Index", "Moles"], ["Harbours 7.4", "Moles"]),
        (["Read the book", "Previous", "A book of harbours", "Next", "2.1 Moles"], ["Read the book"]),
        (["- FAQ", "- Specs", "- Videos", "- Answers"], []),
        (["$9.99"], []),
        (["Moles", "FAQ", "Boats"], ["Moles", "FAQ", "Boats"]),
        (["Moles", "We use cookies on this site."], []),
    ],
)
def test_what_stands_around_a_menu(head: list[str], kept: list[str]) -> None:
    expected = [*kept, "2.1 Moles"] if "2.1 Moles" in head else kept
    assert left(page("\n", head, [])) == [*expected, *BODY.split("\n\n")]


@pytest.mark.parametrize(
    "foot",
    [
        ["Next2.2. Boats", "Up", "Home"],
        ["Next2.2. The boats of the harbour in the year of the flood", "Up", "Home"],
        ["Tags", "Boats"],
        ["Related:"],
        ["You may read this as well:"],
        ["Debug info:", "This page is: /text/mole.html", "Title is: Mole"],
    ],
)
def test_what_leads_away_goes_at_the_foot(foot: list[str]) -> None:
    kept = [line for line in foot if line == "You may read this as well:"]
    assert left(page("\n", [], foot)) == [*BODY.split("\n\n"), *kept]


def test_labels_with_values_stay_at_the_foot() -> None:
    foot = ["What we know:", "Built: 1512", "Length: 300 m"]
    assert left(page("\n", [], foot)) == [*BODY.split("\n\n"), *foot]


def test_menus_of_languages_without_spaces() -> None:
    body = "今天的天气很好，我们去公园散步。\n明天也会很好，我们再去一次。"
    assert left(f"首页\n目录\n下一页\n公园\n{body}", "zh") == ["公园", *body.splitlines()]


@pytest.mark.parametrize(
    "foot",
    [
        ["Předcházející6.4. Boats", "Nahoru", "Domů", "DalšíKapitola 7. Oars"],
        ["Προηγ.6.4. Boats", "Πάνω", "Αρχή", "Επόμενο6.6. Oars"],
        ["Пред.6.4. Boats", "Наверх", "Начало", "След.6.6. Oars"],
        ["Trước đó6.4. Boats", "Lên", "Đầu", "Kế tiếpChương 7. Oars"],
        ["Indietro6.4. Boats", "Risali", "Partenza", "Avanti6.6. Oars"],
        ["戻る6.4. Boats", "上に戻る", "ホーム", "次へ第 7 章 Oars"],
        ["前一頁6.4. Boats", "上一層", "起始頁", "下一頁6.6. Oars"],
        ["Natrag6.4. Boats", "Gore", "Početak", "NaprijedPoglavlje 7. Oars"],
        ["This Page", "Report a Bug", "Show Source"],
    ],
)
def test_links_to_the_pages_beside_go_in_their_language(foot: list[str]) -> None:
    assert left(page("\n", [], foot)) == BODY.split("\n\n")


def test_menus_above_the_notice_of_a_site_go() -> None:
    notice = ["© Copyright 2023, Ann Miller and those who row with her.", "Created with oars 5.3, and with some tar."]
    menu = ["Navigation", "index", "next |", "previous |", "Boats »", "Boats and oars of the north »"]
    assert left(page("\n", [], [*menu, *notice])) == [*BODY.split("\n\n"), *notice]
    # A notice in the text is no foot.
    assert left("\n".join([notice[0], *menu, *[BODY] * 8]))[0] == notice[0]


def test_the_title_of_a_book_between_its_links_goes() -> None:
    book = "The boats of the harbour and their masters"
    assert left(page("\n", ["Prev", book, "Next", "1. Oars"], []))[0] == "1. Oars"
    # Without another title, it is that of the page.
    assert left(page("\n", ["Prev", "Of harbours and moles", "Next"], []))[0] == "Of harbours and moles"
    assert left(page("\n", ["Home", book, "Help", "1. Oars"], []))[0] != "1. Oars"


@pytest.mark.parametrize(
    "cells",
    [
        "Name|Size|Kind|w3m|2828|text|links|2302|text|index|1200|text|home|900|text",
        "-i|--index|index|--top=top|top|--search|search",
        "links|I:190|2828|teks|w3m|lynx|I:4|1935|,|index|I:24|1742|,",
    ],
)
def test_cells_and_values_that_are_words_of_links_stay(cells: str) -> None:
    lines = cells.split("|")
    assert left(page("\n", ["Boats compared", *lines], [])) == ["Boats compared", *lines, *BODY.split("\n\n")]
