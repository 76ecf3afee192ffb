"""The contents of a whole manual go from below its chapters, and lists that are a part of a text stay."""

import pytest

from corpuskit.core.document import Document
from corpuskit.core.step import Drop
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality import contents_lists
from corpuskit.text.quality.contents_lists import without_contents

CHAPTERS = {
    "en": "2.1 Oars\nOars are made of ash, and they are as long as the boat is wide. Nobody sells them here. "
    "Whoever needs one goes to the joiner, who has made them for thirty years and knows what each of the boats "
    "in the harbour wants. He asks for a week, and he has never yet been late with one of them.",
    "de": "2.1 Ruder\nRuder sind aus Esche und so lang, wie das Boot breit ist. Hier verkauft sie niemand. "
    "Wer eines braucht, geht zum Tischler, der sie seit dreißig Jahren macht und der weiß, was jedes der Boote "
    "im Hafen braucht. Er will eine Woche dafür haben, und er ist noch nie mit einem zu spät gekommen.",
    "th": "2.1 ไม้พาย\nไม้พายทำจากไม้เนื้อแข็งและยาวเท่ากับความกว้างของเรือ ที่นี่ไม่มีใครขายไม้พายเลยแม้แต่คนเดียวในหมู่บ้านริมทะเลนี้\n"
    "ใครที่ต้องการไม้พายก็ต้องไปหาช่างไม้ซึ่งทำงานนี้มาสามสิบปีแล้ว และเขารู้ว่าเรือแต่ละลำในท่าเรือต้องการอะไรบ้างเพื่อออกทะเล\n"
    "เขาขอเวลาหนึ่งสัปดาห์ในการทำงานและไม่เคยส่งของช้าเลยแม้แต่ครั้งเดียวตลอดเวลาที่ผ่านมาในการทำงานอันยาวนานของเขาที่นี่",
    "ja": "2.1 櫂\n櫂は木でできていて、舟の幅と同じ長さがある。ここでは誰も売っていない。必要な人は大工のところへ行く。"
    "大工は三十年もこの仕事をしていて、港のそれぞれの舟に何が要るかをよく知っている。一週間ほど待てば、必ず届けてくれる。",
}
TITLES = ["Ash and oak", "櫂と帆", "Длина вёсел", "מה נשבר?", "Wer verkauft sie?", "4 Parts of a boat"]


def contents(chapters: int = 12, sections: int = 6) -> list[str]:
    lines = []
    for chapter in range(1, chapters + 1):
        lines.append(f"{chapter}. {TITLES[chapter % 5]}")
        for section in range(1, sections + 1):
            lines += [f"{chapter}.{section} {TITLES[section % 5]}", f"{chapter}.{section}.1 Tar", TITLES[section % 6]]
    return [*lines, "A. Words", "A.1 Knots", "B. Index"]


@pytest.mark.parametrize("language", CHAPTERS)
@pytest.mark.parametrize("separator", ["\n", "\n\n"])
def test_the_contents_of_the_whole_go_before_the_chapter_is_judged(language: str, separator: str) -> None:
    chapter = CHAPTERS[language]
    text = f"{chapter}\n{separator.join(contents())}"
    outcome = FilterQuality().apply(Document("a", text, {"language": language, "language_score": 0.95}))
    assert isinstance(outcome, Document)
    assert outcome.text == chapter
    assert FilterQuality(c4_edit_lines=False).apply(Document("a", text, {"language": language})) == Document(
        "a", text, {"language": language}
    )


def test_what_stands_above_and_below_the_list() -> None:
    chapter = CHAPTERS["en"]
    listed = ["Contents", "1. Foreword", *(f"1.{section} Thanks" for section in range(1, 14)), *contents()]
    text = "\n".join([chapter, *listed, "© Ann Miller", "Next"])
    assert without_contents(text) == f"{chapter}\n\n© Ann Miller\nNext"


@pytest.mark.parametrize(
    "lines",
    [
        [f"{number}. Take {number} oars" for number in range(1, 40)],
        [f"2.1.{number} Knots of the harbour" for number in range(1, 8)],
        [f"{number}.{number % 3} | {number} | Mole" for number in range(1, 40)],
        [f"{number}.5 kg of tar" for number in range(1, 40)],
        [f"{number}.{part} The boat has {part} oars." for number in range(1, 9) for part in range(1, 6)],
        [line for number in range(1, 20) for line in (f"{number} Rent", f"{number}.1 Who hires a boat pays for it.")],
        [line for number in range(1, 20) for line in (f"{number}. the boat;", f"{number}.1 its oars;")],
        [f"Week {number}: row" for number in range(1, 40)],
        [f"9.{number}.1 Mended" for number in range(40, 1, -1)],
        contents(2, 2)[:10],
    ],
)
def test_lists_of_a_text_stay(lines: list[str]) -> None:
    text = "\n".join([CHAPTERS["en"], *lines])
    assert without_contents(text) == text


def test_contents_between_chapters_stay_and_a_page_of_nothing_else_is_one() -> None:
    text = "\n".join([CHAPTERS["en"], *contents(), *[CHAPTERS["en"]] * 20])
    assert without_contents(text) == text
    listed = "\n".join(
        ["Boats", *(f"{chapter}.{part} All about oars" for chapter in (1, 2, 3) for part in range(9)), "4. A"]
    )
    assert without_contents(listed) == listed
    outcome = FilterQuality(rules=("c4",)).apply(Document("a", listed))
    assert isinstance(outcome, Drop) and outcome.reason == "table-of-contents"


def test_a_list_that_was_read_says_nothing_of_one_that_only_ends_like_it() -> None:
    chapter, listed = CHAPTERS["en"], contents()
    others = [f"{chapter}\n{TITLES[0]}\n{listed[0]}", f"{chapter}\nThey are dear.\n" + "\n".join(listed[-9:])]
    short = ["1. Oars are dear.", *listed[3:]]
    texts = ["\n".join([chapter, *lines]) for lines in (listed, short, listed[20:], listed, ["", *listed])] + others
    alone = []
    for text in texts:
        contents_lists._known_lists.clear()
        alone.append(without_contents(text))
    assert alone[0] == alone[3] == chapter
    assert len(set(alone)) > 3
    for order in (texts, texts[::-1]):
        contents_lists._known_lists.clear()
        assert [without_contents(text) for text in order] == (alone if order is texts else alone[::-1])


def test_the_next_chapter_has_its_list_read_only_where_it_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    contents_lists._known_lists.clear()
    read: list[str] = []
    number = contents_lists._number
    monkeypatch.setattr(contents_lists, "_number", lambda line: read.append(line) or number(line))
    for title in ("2.1 Oars", "2.2 Ropes"):
        chapter = CHAPTERS["en"].replace("2.1 Oars", title)
        read.clear()
        assert without_contents("\n".join([chapter, *contents()])) == chapter
    assert set(read) == set(chapter.splitlines()[1:])
