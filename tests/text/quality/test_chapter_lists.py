"""Lists of chapters that are called so go from below a chapter, and other lists stay."""

import pytest

from corpuskit.text.quality.chapter_lists import without_chapters
from corpuskit.text.quality.contents_lists import without_contents
from tests.text.quality.test_contents_lists import CHAPTERS

TITLES = ["The harbour", "Oars", "Sails and ropes", "In a storm", "Repairs", "Words"]
LABELS = {
    "Chapter": "Chapter {0}: {1}",
    "capitals": "CHAPTER {0}. {1}",
    "Kapitel": "Kapitel {0}: {1}",
    "Глава": "Глава {0}. {1}",
    "chinese": "第{0}章 {1}",
    "korean": "제{0}장 {1}",
    "han": "第{2}章 {1}",
    "roman": "{3}. {1}",
    "word and roman": "Part {3}: {1}",
}


def listed(label: str, sections: str = "  {0}) Kinds\n  {0}) Care") -> str:
    rows = zip(range(1, 7), TITLES, "一二三四五六", ["I", "II", "III", "IV", "V", "VI"], strict=True)
    return "\n".join(LABELS[label].format(*row) + "\n" + sections.format(1) for row in rows)


@pytest.mark.parametrize("label", LABELS)
def test_lists_of_chapters_go(label: str) -> None:
    chapter = CHAPTERS["en"]
    assert without_chapters(f"{chapter}\n{listed(label)}") == chapter
    assert without_chapters(f"{chapter}\n\nContents\n\n{listed(label)}\n\nNext") == f"{chapter}\n\nNext"


@pytest.mark.parametrize("label", LABELS)
def test_lists_of_what_stands_nowhere_above_stay(label: str) -> None:
    text = f"{CHAPTERS['en']}\n{listed(label)}".replace("2.1 Oars", "2.1 Boats")
    assert without_chapters(text) == text


@pytest.mark.parametrize(
    "below",
    [
        listed("Chapter").replace("Chapter 3", "Chapter 4"),
        "\n".join(listed("Chapter").splitlines()[:12]) + "\nEach chapter may be read alone.",
        "\n".join(f"Part {number}: Oars of kind {number}" for number in range(1, 7)),
        listed("Chapter", "They are long.\n  Care"),
    ],
)
def test_other_lists_stay(below: str) -> None:
    text = f"{CHAPTERS['en']}\n{below}"
    assert without_chapters(text) == text


AGENDA = """1. Opening
1.1 Minutes of the last meeting
2. Reports
2.1 Treasurer
2.2 Harbour master
2.3 Youth team
3. Motions
3.1 New roof for the shed
3.2 Fees
4. Elections
4.1 Chair
4.2 Treasurer
5. Any other business"""
FIGURES = """1 Size
1.1 Length 420 mm
1.2 Width 300 mm
1.3 Height 110 mm
2 Weight
2.1 Empty 2.4 kg
2.2 Full 3.1 kg
3 Power
3.1 Voltage 230 V
3.2 Current 0.4 A
4 Noise
4.1 Idle 20 dB
4.2 Rowing 48 dB"""


@pytest.mark.parametrize("below", [AGENDA, FIGURES])
def test_an_agenda_and_the_figures_of_a_machine_stay(below: str) -> None:
    text = f"{CHAPTERS['en']}\n\n{below}"
    assert without_contents(text) == text
    # Titles that stand above are those of sections, and a list may be called one.
    assert without_contents(f"Treasurer\nWeight\n{text}") == f"Treasurer\nWeight\n{CHAPTERS['en']}"
    assert without_contents(text.replace("\n\n", "\n\nContents\n\n")) == CHAPTERS["en"]
