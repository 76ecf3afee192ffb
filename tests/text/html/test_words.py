"""Words are told by a few of their bytes in the compiled core, and found wherever they stand."""

import random

import numpy as np
import pytest

from corpuskit.text.html.compiled import compiled_core
from corpuskit.text.html.compiled_page import choose_compiled, read_compiled
from corpuskit.text.html.declaring_tags import _head, _head_tags, declaring_tags
from corpuskit.text.html.features import _BOILERPLATE_PHRASES, NAMES
from corpuskit.text.html.json_ld import _comparable_title
from corpuskit.text.html.page_lines import _comments_start, _lines_of
from tests.benchmarks.twins import differences

pytestmark = pytest.mark.skipif(compiled_core() is None, reason="the compiled core was not built")


def has_boilerplate(markup: str) -> bool:
    """Whether the core takes the first block of a page for one with a phrase of boilerplate."""
    features = np.frombuffer(choose_compiled(read_compiled(markup, False), "").features, np.int32)
    return bool(features[NAMES.index("boilerplate")])


@pytest.mark.parametrize(
    "around", ["{}", "{} harbour", "The harbour {}", "The {} harbour", "\u00e9{}\u00e9", "x" * 90 + "{}"]
)
def test_phrases_of_boilerplate_are_known_wherever_they_stand(around: str) -> None:
    for phrase in _BOILERPLATE_PHRASES:
        for spelling in (phrase, phrase.upper(), phrase.replace("k", "\u212a")):
            markup = f"<p>{around.format(spelling)}</p>"
            assert has_boilerplate(markup) or phrase == "by ", markup
            assert differences(markup) == [], markup
    assert not has_boilerplate(f"<p>{around.format('adver tisement')}</p>")


@pytest.mark.parametrize("around", ["{}", "{}e", "e{}", "<b>{}</b>", "{}\u00e9", "\u017f{}", "<span>{}</span>\u212a"])
def test_words_with_a_meaning_within_a_line(around: str) -> None:
    words = (
        "#",
        "#x",
        "#x\u00e9",
        "&para;",
        "&#xB6",
        "&#182;",
        "</b><b>",
        "<sup>2</sup>",
        "<SUB>i</SUB>",
        "<rt>a</rt>",
        "tex",
    )
    for word in words:
        markup = f"<p>The <a href='#x'>boats</a> of {around.format(word)}</p>"
        assert differences(markup) == [], markup


def test_titles_of_ascii_are_compared_by_the_same_words() -> None:
    chance = random.Random(17)
    words_of = compiled_core().comparable_title
    for _ in range(5_000):
        title = "".join(chance.choices("aZ09 _-|\t\x00\x1c\x7f'&", k=chance.choice((0, 1, 5, 40, 511, 512, 513, 700))))
        assert words_of(title) == _comparable_title(title), title
    assert [words_of(title) for title in ("caf\u00e9", "a\ud800")] == [None, None]


def test_comments_begin_at_the_same_tag() -> None:
    chance = random.Random(18)
    parts = [
        "<div",
        "<OL",
        "<section",
        "<ul",
        "<p",
        "<footer",
        "<Footer>",
        " ",
        "\xa0",
        "\n",
        "id=",
        "Class=",
        '"',
        "'",
    ]
    parts += [">", "comment", "Comments", "x", "\u00e9", "x" * 99, "\u00e9" * 99, " " * 299, "<", "<d", "comm", "no-"]
    core = compiled_core()
    starts = set()
    for _ in range(20_000):
        part = "".join(chance.choices(parts, k=chance.randrange(9)))
        start = _comments_start(part)
        assert core.comments_start(part) == start, part
        starts.add(start < len(part))
    assert starts == {True, False}
    for gap in range(297, 304):
        part = f"\u00e9<div {'a' * gap}id='comments'>"
        assert core.comments_start(part) == _comments_start(part), part
    for gap in range(97, 104):
        part = "\u00e9<ol id=" + "\u00e9" * gap + "comments>"
        assert core.comments_start(part) == _comments_start(part), part


@pytest.mark.parametrize(
    "marks", [("noai", "nobot", "tdm-"), ("ai",), tuple(f"{letter}oai" for letter in "abcdefghin")]
)
def test_marks_of_a_head_are_known_wherever_they_stand(marks: tuple[str, ...]) -> None:
    names = frozenset({"robots"})
    numbers = set()
    for gap in (*range(70), 126, 127, 128, 129):
        for word in (*marks, marks[0].upper(), "noa", "noam", "n\x0fai", "td\u0130-", "tdm", ""):
            head = f"{'x' * gap}{word}<meta name=robots content=x>{'x' * (gap % 7)}"
            for markup in (head, f"{head[:gap]}{head[gap + len(word) :]}{word}"):
                tags = declaring_tags(markup, marks, names).of_head
                assert tags == list(_head_tags(_head(markup), marks, names)), markup
                numbers.add(len(tags))
    assert numbers == {0, 1}


@pytest.mark.parametrize("letter", ["x", "\u00e9", "\u4e2d", "\U0001f517"])
def test_characters_are_counted_in_parts_of_any_size(letter: str) -> None:
    for count in (*range(70), 1019, 1020, 1021, 2041, 4080, 4081, 9_000, 100_003):
        part = "x" * (count % 3) + letter * count
        assert compiled_core().comments_start(f"{part}<footer>") == len(part)


def test_spaces_are_made_one_as_python_does() -> None:
    chance = random.Random(19)
    parts = [
        "a",
        "the ",
        " ",
        "  ",
        "\n",
        "\x1f",
        "\x85",
        "\xa0",
        "\u1680",
        "\u2003",
        "\u3000",
        "\u0e01",
        "\u3042",
        "\u00e9",
    ]
    parts += ["x" * 15, "boats and ropes ", "\u00a1", "\u1681", "\u203f", "\u00c2"]
    for _ in range(10_000):
        part = "".join(chance.choices(parts, k=chance.choice((1, 3, 12, 40))))
        lines = [(line.text, line.source, line.is_timed) for line in _lines_of(part, frozenset())]
        assert compiled_core().lines_of(part, -1) == lines, part
