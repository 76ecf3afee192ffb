"""A line of links is a menu by itself, and so are the titles of other pages below a line that leads to them."""

import pytest

from corpuskit.text.quality.languages import profile_of
from corpuskit.text.quality.signals import TextSignals
from tests.text.quality.test_menus import BODY, SEPARATORS, SETTING, left, page

TEXT = BODY.split("\n\n")
TITLES = [
    "The boats of the north and their masters",
    "Why ferries are late in the winter",
    "A walk along the river with Ann Miller",
    "What fishermen say about the new office",
]


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "row",
    [
        "Home | News | Sport | Contact",
        "Boats | Home | About us | Contact us",
        "Home · Boats · Weather · Contact us",
        "Startseite | Nachrichten | Sport | Kontakt",
        "Accueil • Actualités • Bateaux • Contact",
        "Главная / Новости / Лодки / Контакты",
        "首页 | 新闻 | 船 | 联系我们",
        "Home | News | Boats | Oars | Weather | Blog | Forum | Careers | Contact us",
        "previous | up | next",
        "Home News About us Contact",
        "Startseite Nachrichten Über uns Kontakt",
        "Главная Новости О нас Контакты",
        "首页 新闻 关于我们 联系我们",
    ],
)
def test_a_row_of_links_goes_at_both_ends(separator: str, row: str) -> None:
    assert left(page(separator, [row], [])) == TEXT
    assert left(page(separator, [], [row])) == TEXT
    assert left(page(separator, [row, "The mole of the town"], [row])) == ["The mole of the town", *TEXT]


@pytest.mark.parametrize(
    "lines",
    [
        ["Home » Boats » The mole of the town"],
        ["By Ann Miller | News | 12 May 2020"],
        ["Keywords: search | help | news"],
        ["harbour | mole | search | help | sea"],
        ["git index | search | help"],
        ["Name | Links | Photos | Comments", "w3m | 12 | 3 | 4", "lynx | 2 | 1 | 0"],
        ["Links | Photos | Comments", "12 | 3 | 4"],
        ["Ann Miller • Bo Help • Cy News"],
        ["Home is where the news are", "Help for home owners", "News from home", "home search help"],
    ],
)
def test_tables_keywords_authors_and_usage_stay(lines: list[str]) -> None:
    assert left(page("\n", lines, [])) == [*lines, *TEXT]
    assert left(page("\n", [], lines)) == [*TEXT, *lines]
    assert left(f"{BODY}\nHome | News | Contact\n{BODY}").count("Home | News | Contact") == 1


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize(
    "lead",
    [
        "Related articles",
        "You may also like:",
        "Ähnliche Artikel",
        "Das könnte Sie auch interessieren:",
        "À lire aussi",
        "Noticias relacionadas",
        "Leggi anche:",
        "Zobacz także:",
        "Читайте также:",
        "İlgili haberler",
        "関連記事",
        "相关文章：",
        "관련 기사",
        "مقالات ذات صلة",
    ],
)
def test_titles_of_other_pages_go_with_their_lead(separator: str, lead: str) -> None:
    assert left(page(separator, [], [lead, *TITLES])) == TEXT
    assert left(page(separator, [], [lead, TITLES[0], "12 May 2020", TITLES[1], "Ann Miller"])) == TEXT


@pytest.mark.parametrize("lead", ["Related articles", "Das könnte Sie auch interessieren:", "Читайте также"])
def test_titles_that_end_like_sentences_go_with_their_lead(lead: str) -> None:
    titles = [TITLES[0], "Why do the ferries come so late?", "A walk along the river with Ann ...", TITLES[3]]
    assert left(page("\n", [], [lead, *titles])) == TEXT
    assert left(page("\n", [], [lead, "Where do all of the boats go?"])) == TEXT
    # What follows is a text on something, or no lead is above it.
    assert left(page("\n", [], [lead, *titles, "Ann Miller rows a boat."]))[-1] == "Ann Miller rows a boat."
    assert left(page("\n", [], titles)) == [*TEXT, *titles]


def test_titles_without_a_lead_and_leads_within_the_text_stay() -> None:
    assert left(page("\n", [], TITLES)) == [*TEXT, *TITLES]
    assert left(f"{BODY}\nRelated articles\n{TITLES[0]}\n{BODY}")[2:4] == ["Related articles", TITLES[0]]
    references = ["References", "Miller, A. Boats of the north", "Smith, B. Oars and tar, 1980"]
    assert left(page("\n", [], references)) == [*TEXT, *references]


def test_what_goes_is_the_same_beside_other_texts() -> None:
    text = page("\n", [], ["Terms of use", "Back to top"])
    beside = TextSignals([text, page("\n", ["Mole"], [])], SETTING, profile_of("en")).prose_lines
    assert beside.text(0).split("\n") == TextSignals([text], SETTING, profile_of("en")).prose_lines.text(0).split("\n")


def test_a_title_in_capitals_that_begins_like_a_link_stays() -> None:
    assert left(page("\n", [], ["UPDATE"])) == [*TEXT, "UPDATE"]
    assert left(page("\n", [], ["UPRIVER", "Up", "Home"])) == [*TEXT, "UPRIVER"]


@pytest.mark.parametrize("menu", [["Anasayfa", "İletişim"], ["İLERİ", "GİRİŞ", "HABERLER"]])
def test_links_with_a_dotted_capital_go(menu: list[str]) -> None:
    assert left(page("\n", menu, [])) == TEXT
    assert left(page("\n", [], menu)) == TEXT
