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
        (
            ["Read the book", "Previous", "A book of harbours", "Next", "2.1 Moles"],
            ["Read the book", "A book of harbours"],
        ),
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
