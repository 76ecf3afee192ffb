"""Tables, trees and boxes stay beside prose, with a blank line between or without, and make no code of it."""

import pytest

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality
from tests.text.quality.test_around_prose import ARTICLE

TABLES = {
    "markdown": "| Pier | Boats |\n|------|------:|\n| Mole | 12 |\n| Quay | 7 |\n| Gate | 31 |",
    "tree": "boats\n├── oars\n│   ├── ash\n│   └── oak\n├── sails\n│   └── linen\n└── ropes",
    "bordered": "+------+----+\n| Pier | No |\n+------+----+\n| Mole | 12 |\n| Quay |  7 |\n+------+----+",
    "restructuredtext": "======  =====\nPier    Boats\n======  =====\nMole    12\nQuay    7\nGate    31\n======  =====",
    "box": "┌────────┐\n│ Home   │\n│ News   │\n│ About  │\n└────────┘",
}
PROSE = [" ".join(ARTICLE[:2]), " ".join(ARTICLE[2:4]), " ".join(ARTICLE[4:])]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_tables_stay_wherever_they_stand(name: str, place: int, between: str) -> None:
    text = between.join([*PROSE[:place], TABLES[name], *PROSE[place:]])
    outcome = FilterQuality().apply(Document("a", text, {"language": "en", "language_score": 0.99}))
    assert isinstance(outcome, Document)
    assert outcome.text == text


@pytest.mark.parametrize("name", ["box", "restructuredtext"])
def test_tables_below_a_colon_stay_at_the_end(name: str) -> None:
    text = "\n\n".join([*PROSE, f"The table has the figures:\n{TABLES[name]}"])
    outcome = FilterQuality().apply(Document("a", text, {"language": "en", "language_score": 0.99}))
    assert isinstance(outcome, Document)
    assert outcome.text == text
