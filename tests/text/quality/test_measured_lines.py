"""Code and prose are told apart in pages without blank lines, and in prose with brackets."""

import numpy as np
import pytest

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality.languages import profile_of
from corpuskit.text.quality.layout import TextLayout
from corpuskit.text.quality.measured_lines import code_rows, fenced_rows
from corpuskit.text.quality.rules import SETTINGS
from corpuskit.text.quality.signals import TextSignals
from tests.text.quality.test_around_prose import ARTICLE

SETTING = {item.name: item.value for item in SETTINGS}
LESSON = (
    "The call below sorts the boats by length and returns them as a list that the harbour prints.",
    "boats = sorted(boats, key=length)",
    "print(boats[0].name, end=';')",
    "first = boats[0]; last = boats[-1]",
)
LINKS = """{0}
A {{digital computer}} has {{signal paths}} that
carry {{commands}} from the {{logic unit}} to {{functional
units}} such as the {{ALU}}, {{memory register}} and {{buffers}}.

Named by {{analogy}} with the {{bus}}, each {{signal}} on
it is {{asynchronous}} and goes to {{all units}}. See also {{Boats}}, {{Oars (http://example.org/oars)}}."""


def sentences(text: str) -> float:
    """Return the number of sentences of a text."""
    measured = dict(TextSignals([text], SETTING).c4())
    return float(measured["c4_sentences"].item())


def left(text: str) -> list[str]:
    """Return the lines that C4's rules leave of a text."""
    return TextSignals([text], SETTING).prose_lines.text(0).splitlines()


def curly_bracket_characters(text: str) -> float:
    """Return the share of a text in lines with curly brackets as code has them."""
    return float(dict(TextSignals([text], SETTING).c4())["c4_curly_bracket_characters"].item())


@pytest.mark.parametrize("separator", ["\n", "\n\n"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_without_blank_lines_has_sentences(separator: str, language: str) -> None:
    prose = LESSON[0] if language == "en" else "下面的调用按长度排列船只。"
    assert sentences(separator.join([prose, *LESSON[1:]] * 20)) == 20


def test_menus_of_pages_without_blank_lines_are_no_code() -> None:
    menu = ["Home |", "index |", "next |", "previous |"]
    page = [*menu, *[LESSON[0]] * 50, *menu]
    assert left("\n".join(page)) == page[4:-4]


def test_curly_brackets_of_code_between_lines_of_prose_count_nowhere() -> None:
    code = ["while (boats) {", "    sail(boats[0]);", "}"]
    assert curly_bracket_characters("\n".join([LESSON[0], *code] * 20)) == 0


def test_a_short_paragraph_of_code_is_code_with_its_comments() -> None:
    code = "\n".join(["# Boats are sorted by their length here.", *LESSON[1:]])
    assert sentences(f"{LESSON[0]}\n\n{code}\n\n{LESSON[0]}") == 2


@pytest.mark.parametrize(
    ("stanza", "share"),
    [
        ("The pond is still,\nthe reeds are brown,\na heron stands\nand looks straight down.", 0.5),
        ("池の水は静かで、\n葦は茶色になり、\n鷺が立っている。", 1 / 3),
        ("それは池のキチ\n葦は茶色のハチ\n鷺が立つマチ", 1),
        ("Boats\nOars,\nAll the boats\nGo home", 1),
    ],
)
def test_verse_has_no_short_lines(stanza: str, share: float) -> None:
    language = "en" if stanza.isascii() else "ja"
    measured = TextSignals(["\n\n".join([stanza] * 3)], SETTING, profile_of(language))
    assert dict(measured.fineweb())["fineweb_short_lines"].item() == pytest.approx(share)


@pytest.mark.parametrize(
    ("line", "share"),
    [
        ("Das Boot liegt am Ende der Mole.", 0),
        ("The boat lies at the mole now.", 1),
        ("舟は防波堤の先に静かにつながれている。", 0),
        ("船停靠在防波堤的尽头，很安静。", 1),
        ("배는 방파제 끝에 조용히 매여 있다.", 1),
        ("नाव घाट के सिरे पर बँधी है।", 1),
    ],
)
def test_a_character_of_han_or_kana_is_as_long_as_two_letters(line: str, share: float) -> None:
    text = "\n".join(["The boats of the harbour lie behind the mole in all weathers.", line])
    assert dict(TextSignals([text], SETTING | {"prose-share": 0}).fineweb())["fineweb_short_lines"].item() == share / 2
    of_peer = TextSignals([text], SETTING, like_peer=True)
    assert dict(of_peer.fineweb())["fineweb_short_lines"].item() == (len(line) <= 30) / 2


@pytest.mark.parametrize(
    ("block", "hashes"),
    [
        ("##########\n# Boats and oars\n#\n# All of them\n##########", 0),
        ("    # boats and oars ##\n    ls boats", 0),
        ("#boats and #oars", 2),
        ("boats####", 4),
    ],
)
def test_rules_and_comments_are_no_hashtags(block: str, hashes: int) -> None:
    ratio = dict(TextSignals([block], SETTING).gopher())["gopher_hash_ratio"].item()
    assert (ratio > 0) == (hashes > 0)


@pytest.mark.parametrize("title", ["bus", "control bus\n"])
def test_words_in_curly_brackets_are_prose(title: str) -> None:
    text = LINKS.format(title)
    assert sentences(text) == 3
    assert curly_bracket_characters(text) == 0


@pytest.mark.parametrize(
    "line",
    [
        "${name} = {key}",
        "\\textbf{word} and {\\em x}",
        "use boats::{oar, sail};",
        "call(f'{x}')[0] = {y}",
        "$h{oar} = 1;",
    ],
)
def test_other_curly_brackets_are_code(line: str) -> None:
    assert sentences(f"{LESSON[0]}\n\n{line}\n{line} Oars are out.\n\n{LESSON[0]}") == 2


@pytest.mark.parametrize("separator", ["\n", "\n\n"])
@pytest.mark.parametrize("paragraphs", [1, 2, 4])
def test_labels_beside_long_paragraphs_are_not_judged(separator: str, paragraphs: int) -> None:
    lines = ["Get it", "Boats", *[" ".join([LESSON[0]] * 8)] * paragraphs, "All boats", "Oars"]
    measured = TextSignals([separator.join(lines)], SETTING)
    assert dict(measured.fineweb())["fineweb_short_lines"].item() == 0


def test_the_short_last_line_of_a_wrapped_paragraph_is_judged() -> None:
    wrapped = "The boats of the harbour lie behind\nthe mole in all weathers, and it is as\nold as they."
    assert dict(TextSignals([wrapped], SETTING).fineweb())["fineweb_lines"].item() == 3


@pytest.mark.parametrize(("before", "text"), [("Sail:", "{"), ("Sail", "    {")])
def test_what_is_code_does_not_depend_on_the_texts_around(before: str, text: str) -> None:
    alone = [dict(TextSignals([each], SETTING).c4()) for each in (before, text)]
    together = dict(TextSignals([before, text], SETTING).c4())
    assert {name: figures.tolist() for name, figures in together.items()} == {
        name: [figures[name].item() for figures in alone] for name in together
    }


def test_a_link_in_brackets_lies_in_one_text() -> None:
    layout = TextLayout(["Sail\nsee {oars", "row} it"])
    none = np.zeros(3, bool)
    assert code_rows(layout, none, none).tolist() == [True, True, False]


@pytest.mark.parametrize("cell", ["$A", "软件包", "Größe", "ไฟล์"])
@pytest.mark.parametrize("rows", [5, 60])
@pytest.mark.parametrize("frame", [True, False])
@pytest.mark.parametrize("separator", ["\n", "\n\n"])
def test_a_drawn_table_right_below_a_sentence_stays_and_is_not_judged(
    cell: str, rows: int, frame: bool, separator: str
) -> None:
    table = [f"│ {number} │ {cell} │" if frame else f"{number} │ {cell}" for number in range(rows)]
    if frame:
        table = ["┌────┬────┐", *table, "└────┴────┘"]
    text = separator.join(ARTICLE) + "\n" + "\n".join(table)
    outcome = FilterQuality().apply(Document("a", text, {"language": "en", "language_score": 0.95}))
    assert isinstance(outcome, Document)
    assert outcome.text == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Sail now\n```\nx = 1\ny = 2\nz = 3\n```\nand then\nrow", [0, 1, 1, 1, 1, 1, 0, 0]),
        ("Sizes\n╔══╦══╗\n║ 1║ 2║\n╚══╩══╝\nof boats", [0, 1, 1, 1, 0]),
    ],
)
def test_what_leads_to_fences_and_tables_is_no_part_of_them(text: str, code: list[int]) -> None:
    layout = TextLayout([text])
    assert code_rows(layout, fenced_rows(layout), np.zeros(len(code), bool)).astype(int).tolist() == code


def test_a_tree_of_links_is_no_table() -> None:
    assert not fenced_rows(TextLayout(["Boats\n├─ About us\n│  └─ Oars\n└─ Contact"])).any()
