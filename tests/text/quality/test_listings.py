"""Tables of contents and price lists are told from prose with numbers and prices."""

import pytest

from corpuskit.text.quality.rules import SETTINGS
from corpuskit.text.quality.signals import TextSignals

SETTING = {item.name: item.value for item in SETTINGS}
SENTENCE = "The mole keeps the harbour from the sea, and boats lie behind it in all weathers."


def figures(text: str) -> tuple[float, float]:
    """Return the shares of characters in entries of contents, and of lines that are prices."""
    measured = dict(TextSignals([text], SETTING).c4())
    return measured["c4_contents_characters"].item(), measured["c4_price_lines"].item()


@pytest.mark.parametrize("entry", ["{0}.1 On boats", "{0}. On boats", "{0}.2.10. 船和港口", "{0}.1\u3000船"])
def test_numbered_headings_are_contents(entry: str) -> None:
    assert figures("\n".join(entry.format(number) for number in range(1, 30)))[0] == 1


@pytest.mark.parametrize(
    "line",
    [
        "1.1 The owner pays for the boat.",
        "1512 On boats",
        "3 boats",
        f"1. {SENTENCE[:-1]} of the year in which it was built",
        "1. Not afloat. The most common sense of\nall",
        "2. Sailing strangely; especially in\nthe evening",
    ],
)
def test_numbered_sentences_are_no_contents(line: str) -> None:
    assert figures("\n".join([line] * 30))[0] == 0


@pytest.mark.parametrize(("entry", "share"), [("{0}. On boats", 0), ("{0}.1 On boats", 1), ("{0}.1. On boats", 1)])
def test_a_list_beside_sentences_is_no_contents(entry: str, share: int) -> None:
    entries = "\n".join(entry.format(number) for number in range(1, 41))
    assert round(figures(f"{entries}\n\n{SENTENCE} It is old. Nobody built it.")[0]) == share
    assert round(figures(f"{entries}\n\n{SENTENCE}")[0]) == 1


@pytest.mark.parametrize("price", ["$9.95", "€ 12", "12,50 €", "£3", "¥ 400", "₹ 90", "- $1"])
def test_lines_of_prices(price: str) -> None:
    assert figures(f"Boat\n{price}\nOars\n{price}")[1] == 0.5
    # An article has more sentences than prices.
    assert figures(f"{SENTENCE}\n{SENTENCE}\n{price}\nBoat")[1] == 0


@pytest.mark.parametrize("line", ["From $9 on", "1,200", "x$", "Save £3"])
def test_lines_with_more_than_a_price(line: str) -> None:
    assert figures(f"Boat\n{line}\nOars\n{line}")[1] == 0


def test_a_guide_with_a_table_of_prices_is_no_price_list() -> None:
    table = "\n".join(f"{people} in the boat\n${people}.50\n${people * 2}\n${people * 3}" for people in range(1, 9))
    guide = "\n".join([f"{SENTENCE} Whoever rows pays less than those who sit, as he has more to do."] * 9)
    assert figures(table)[1] == 0.75
    assert figures(f"{guide}\n{table}")[1] == 0
    # Half of the page, or few sentences, are not enough.
    half = "\n".join(guide.splitlines()[:5])
    assert figures(f"{half}\n{table}\n{table}")[1] > 0.2
