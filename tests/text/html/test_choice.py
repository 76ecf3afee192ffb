"""What belongs together is kept together, however few records or members a page has."""

import numpy as np
import pytest

from corpuskit.text.html.blocks import Block, Kind
from corpuskit.text.html.choice import choose
from corpuskit.text.html.classifier import BlockScores
from corpuskit.text.html.extract import Page, fast
from corpuskit.text.html.rows import Cell, PlacedBlock

PROSE = (
    "The ferry of the north pier takes two carts and nine people, and it waits for the mail if the coach is late on "
    "its way over the hills."
)


def page_text(content: str, title: str = "Tide 2") -> str:
    head = f"<!doctype html><html><head><title>{title}</title></head>"
    return fast(Page(f"{head}<body>{content}</body></html>"), "text").text


def chosen(*blocks: tuple[Kind, str, int, int], cells: tuple[Cell | None, ...] = (), signature: int = 0) -> list[str]:
    """Return the texts kept of blocks of one element each: kind, text, log odds, thousandths of linked characters."""
    placed_blocks = [
        PlacedBlock(
            Block(kind, text), index, index, cells[index] if cells else None, signature=(signature or -index, 0)
        )
        for index, (kind, text, _, _) in enumerate(blocks)
    ]
    half_words = np.array([2 * len(text.split()) for _, text, _, _ in blocks])
    log_odds, linked = (np.array([block[column] for block in blocks]) for column in (2, 3))
    is_kept = choose(placed_blocks, BlockScores(log_odds, half_words, linked)).is_kept
    return [text for (_, text, _, _), keep in zip(blocks, is_kept, strict=True) if keep]


@pytest.mark.parametrize("output", ["ebb 3 4", "(ebb . 3)"])
def test_code_right_after_text_is_kept(output: str) -> None:
    blocks: list[tuple[Kind, str, int, int]] = [("paragraph", PROSE, 4_000, 0), ("line", "Prints:", 3_000, 0)]
    assert output in chosen(*blocks, ("preformatted", output, -3_000, 0))
    assert output not in chosen(*blocks, ("line", "Menu", -5_000, 1_000), ("preformatted", output, -3_000, 0))


def test_signatures_under_headings_are_kept() -> None:
    def members(count: int) -> list[str]:
        blocks: list[tuple[Kind, str, int, int]] = []
        cells: list[Cell | None] = []
        for number in range(count):
            member = f"tide_{number}"
            blocks += [
                ("heading", member, 500, 0),
                ("line", f"int {member}", -1_500, 0),
                ("paragraph", PROSE, 4_000, 0),
            ]
            cells += [None, Cell(number + 1, number + 1, 0), None]
        return chosen(*blocks, cells=tuple(cells))

    assert members(3)[:3] == ["tide_0", "int tide_0", PROSE]
    # Under the only heading of an article it may as well be the day and the place.
    assert members(1) == ["tide_0", PROSE]


def test_the_name_of_the_first_card_is_kept_with_those_of_all_others() -> None:
    names = [f"Rope of {number} ells" for number in range(7)]
    scores = [-900, *[1_500] * 6]
    cards: list[tuple[Kind, str, int, int]] = [
        ("line", name, score, 1_000) for name, score in zip(names, scores, strict=True)
    ]
    assert chosen(*cards, signature=5) == names
    # One in seven says nothing about the others.
    assert len(chosen(*cards[:1], *[(kind, text, -3_000, 1_000) for kind, text, *_ in cards[1:]], signature=5)) < 2


def test_a_table_counts_as_one_where_the_threshold_is_chosen() -> None:
    """Of a table's rows some are surer than others; the threshold must not come to lie between them."""
    rows: list[tuple[Kind, str, int, int]] = [
        ("row", f"tide {number}\tof the long north pier in spring", score, 0)
        for number, score in enumerate((200, -900) * 8)
    ]
    table = tuple(Cell(1, number, 0) for number in range(len(rows)))
    assert len(chosen(*rows, ("heading", "Tides", 3_000, 0), cells=(*table, None))) == len(rows) + 1


def test_a_doubtful_sentence_is_kept_on_a_short_page_only() -> None:
    doubtful = "Ask the harbour master about the other pier, who has the key to its gate."
    menu: tuple[Kind, str, int, int] = ("line", "Tides", -4_000, 1_000)

    def blocks(paragraphs: int) -> list[tuple[Kind, str, int, int]]:
        sure: list[tuple[Kind, str, int, int]] = [("paragraph", PROSE, 3_000, 0)] * paragraphs
        return [menu, *sure, ("paragraph", doubtful, -350, 0), ("line", "Gate 7 opens at dawn", -700, 0)]

    assert doubtful in chosen(*blocks(1))
    assert menu[1] not in chosen(*blocks(1))
    assert doubtful not in chosen(*blocks(12))


def manual(*names: str, label: Kind = "line", numbered: bool = False) -> list[tuple[Kind, str, int, int]]:
    links: list[tuple[Kind, str, int, int]] = [
        ("item", f"{number}. {name}" if numbered else name, 2_000, 1_000) for number, name in enumerate(names, 1)
    ]
    sections: list[tuple[Kind, str, int, int]] = []
    for name in ("Ropes", "Piers", "Carts"):
        sections += [("heading", name, 3_000, 0), ("paragraph", f"{name}: {PROSE}", 4_000, 0)]
    return [("paragraph", PROSE, 4_000, 0), (label, "On this page", 3_000, 0), *links, *sections]


@pytest.mark.parametrize("label", ["line", "heading"])
@pytest.mark.parametrize("numbered", [False, True])
def test_links_that_repeat_the_headings_after_them_are_no_text(label: Kind, numbered: bool) -> None:
    kept = chosen(*manual("Ropes", "Piers", "Carts", label=label, numbered=numbered))
    assert [text.partition(":")[0] for text in kept[1:]] == ["Ropes", "Ropes", "Piers", "Piers", "Carts", "Carts"]


@pytest.mark.parametrize("names", [("Ropes",), ("Ropes", "Piers", "Ferries", "Coaches", "Tides"), ("Tides", "Locks")])
def test_links_to_other_pages_may_be_text(names: tuple[str, ...]) -> None:
    kept = chosen(*manual(*names))
    assert kept[1 : 2 + len(names)] == ["On this page", *names]


def test_headings_before_the_links_do_not_make_them_a_table_of_contents() -> None:
    page = manual("Ropes", "Piers", "Carts")
    assert chosen(*page[5:], *page[2:5])[-3:] == ["Ropes", "Piers", "Carts"]


@pytest.mark.parametrize("kind", ["item", "line", "row", "paragraph", "heading"])
def test_what_a_heading_repeats_is_said_once(kind: Kind) -> None:
    ropes: tuple[Kind, str, int, int] = ("heading", "Ropes", 3_000, 0)
    text: tuple[Kind, str, int, int] = ("paragraph", PROSE, 4_000, 0)
    assert chosen((kind, "Ropes", 3_000, 0), ropes, text) == ["Ropes", PROSE]
    assert chosen((kind, "Piers", 3_000, 0), ropes, text)[-2:] == ["Ropes", PROSE]
    assert chosen(ropes, ("line", "Ropes", 3_000, 0), text) == ["Ropes", "Ropes", PROSE]


def test_members_are_rows_under_their_headings() -> None:
    members = "".join(
        f"<tr><td align=right>void&nbsp;</td><td><a href=#m{number}>moor_{number}</a> (int rope)</td></tr>"
        f"<tr><td>&nbsp;</td><td>Moors a boat of class {number}. <a href=#m{number}>More...</a></td></tr>"
        for number in range(4)
    )
    text = page_text(
        f"<h1>moor.h</h1><div class=contents><p>{PROSE}</p><table class=memberdecls><tr><td colspan=2>"
        f"<h2>Functions</h2></td></tr>{members}</table><h2>Details</h2><p>{PROSE}</p></div>",
        "moor.h",
    )
    assert "void\tmoor_0 (int rope)\n\tMoors a boat of class 0." in text
    assert text.count("void\tmoor_") == 4
