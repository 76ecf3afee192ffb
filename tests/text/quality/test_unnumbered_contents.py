"""Contents without numbers go from below a chapter whose sections they name; other lists at the foot of a text stay."""

import pytest

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality.unnumbered_contents import without_titles

KNOTS = ["Bowline", "Clove hitch", "Figure of eight", "Reef knot", "Sheet bend", "Stopper knot"]
HEADLINES = [f"Tying the {knot.lower()}" for knot in KNOTS]
BODY = (
    "Take the free end in your right hand and lay it over the standing part, so that the loop is towards you.\n"
    "Pull it tight with both hands. It holds a boat of five tons in a storm, and a child can open it the next day.\n"
    "The harbour master wants to see it on each of the bollards at the outer mole before the first of October.\n"
    "Whoever has never made one should ask the old sailmaker, who teaches it on Thursdays behind the customs house."
)
CHAPTER = "\n".join(
    ["Knots of the harbour", *(f"{headline}\n{BODY}" for headline in HEADLINES), "The Harbour Book, 2nd ed."]
)
THINGS = [
    "anchor",
    "beacon",
    "buoy",
    "chain",
    "davit",
    "fender",
    "gaff",
    "jib",
    "keel",
    "lantern",
    "mast",
    "oar",
    "sail",
]
PARTS = ["Caring for", "Choosing", "Making", "Painting", "Repairing", "Selling"]
ELSEWHERE = [f"{part} {article} {thing}" for part in PARTS for thing in THINGS for article in ("a", "the", "the old")]
CONTENTS = [*ELSEWHERE[:60], "Knots of the harbour", *HEADLINES, *ELSEWHERE[60:]]


def test_the_contents_of_the_whole_go() -> None:
    text = "\n".join([CHAPTER, *CONTENTS])
    assert without_titles(text) == CHAPTER
    outcome = FilterQuality(rules=("c4",)).apply(Document("a", text, {"language": "en", "language_score": 0.95}))
    assert isinstance(outcome, Document)
    assert outcome.text == CHAPTER


def test_a_section_may_be_of_two_chapters() -> None:
    assert without_titles("\n".join([CHAPTER, *CONTENTS, *ELSEWHERE[:80], *HEADLINES])) == CHAPTER


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(ELSEWHERE, id="titles of nothing above"),
        pytest.param(
            [*HEADLINES, *(f"{title} for boats of up to five tons" for title in ELSEWHERE[:60])], id="few titles"
        ),
        pytest.param([*sorted(ELSEWHERE), *HEADLINES[::-1]], id="an index in another order"),
        pytest.param([f"{title}, p. {page}" for page, title in enumerate(CONTENTS)], id="references"),
        pytest.param([f"{title}." for title in CONTENTS], id="sentences"),
        pytest.param([f"{title}," for title in CONTENTS], id="verse or ingredients"),
        pytest.param([f"| {title} | 12 |" for title in CONTENTS], id="rows of a table"),
        pytest.param([f"{title}();" for title in CONTENTS], id="signatures"),
        pytest.param(
            [line for title in CONTENTS for line in (title, "What it does, in one sentence.")], id="a summary"
        ),
        pytest.param([*["true", "false", "none"] * 50, *HEADLINES, *["true", "false", "none"] * 150], id="cells"),
        pytest.param([*CONTENTS, "The mole was built in 1872, and it keeps the sea away."], id="a sentence below"),
    ],
)
def test_other_lists_stay(lines: list[str]) -> None:
    text = "\n".join([CHAPTER, *lines])
    assert without_titles(text) == text


def test_an_index_of_what_stands_above_stays() -> None:
    sections = [f"{title}\n{BODY}" for title in ELSEWHERE]
    text = "\n".join([*sections, "The Harbour Book, 2nd ed.", *ELSEWHERE])
    assert without_titles(text) == text


def test_a_refrain_stays() -> None:
    refrain = [
        "Oh the mole is grey",
        "Oh the sea is wide",
        "Oh the boats are slow",
        "Oh the tide goes by",
        "Oh the lamp is lit",
    ]
    text = "\n".join([CHAPTER, *refrain, "Sung since 1872.", *ELSEWHERE, *refrain])
    assert without_titles(text) == text


def test_a_page_of_nothing_but_titles_stays() -> None:
    text = "\n".join([*(line for headline in HEADLINES for line in (headline, "12", "A")), "2nd ed.", *CONTENTS])
    assert without_titles(text) == text
