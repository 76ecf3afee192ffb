"""Characters that show nothing are no words and no lines, and stay in the words that need them."""

import re

import numpy as np
import pytest

from corpuskit.core.document import Document
from corpuskit.stages.filter_quality import FilterQuality
from corpuskit.text.quality.fillers import INVISIBLES, visible_tokens
from corpuskit.text.quality.languages import profile_of
from corpuskit.text.quality.rules import SETTINGS
from corpuskit.text.quality.signals import TextSignals
from corpuskit.text.quality.vocabulary import LONGEST_WORD
from tests.text.quality.test_around_prose import ARTICLE

SETTING = {item.name: item.value for item in SETTINGS}
FILLERS = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u200e"]
PERSIAN = "او می\u200cگوید که کتاب\u200cها را نمی\u200cخواند و خانه\u200cهای ما را دوست دارد."


def figures(text: str, language: str = "en", like_peer: bool = False) -> dict[str, float]:
    signals = TextSignals([text], SETTING, profile_of(language), like_peer)
    families = ("gopher", "gopher-repetition", "fineweb")
    return {name: figure[0].item() for family in families for name, figure in signals.family(family)}


@pytest.mark.parametrize("filler", FILLERS)
def test_fillers_alone_change_no_figure_but_that_of_characters(filler: str) -> None:
    article = "\n".join(ARTICLE)
    filled = f"{ARTICLE[0]}{' ' + filler}{(' ' + filler * 3) * 80}\n{filler}\n" + f"\n{filler}\n".join(ARTICLE[1:])
    counted = ("words", "length", "alphabetic", "stop", "lines", "short", "newlines")
    before, after = figures(article), figures(filled)
    assert {name: after[name] for name in after if any(part in name for part in counted) and "repet" not in name} == {
        name: before[name] for name in before if any(part in name for part in counted) and "repet" not in name
    }


@pytest.mark.parametrize("filler", FILLERS)
def test_fillers_within_words_have_no_length(filler: str) -> None:
    words = " ".join(f"Kriegs{filler}schiffe" for _ in range(9)) + f" enden !{filler}"
    measured = figures(words, "de")
    assert measured["gopher_words"] == 10
    assert measured["gopher_mean_word_length"] == pytest.approx((9 * 13 + 5) / 10)
    assert measured["fineweb_terminal_lines"] == 1
    assert figures(words.partition(" ")[0], "de", like_peer=True)["gopher_mean_word_length"] == 14


def test_joiners_stay_in_the_words_of_persian_and_hindi() -> None:
    assert figures(PERSIAN, "fa")["gopher_words"] == len(PERSIAN.split())
    document = Document("a", "\n".join([PERSIAN] * 2), {"language": "fa"})
    kept = FilterQuality(rules=("c4",)).apply(document)
    assert isinstance(kept, Document) and kept.text == document.text
    assert figures("क्\u200dष और र्\u200dय यहाँ हैं।", "hi")["gopher_words"] == 5


def test_fillers_are_found_by_their_bytes() -> None:
    for code in range(0x80, 0x10000):
        if 0xD800 <= code < 0xE000 or chr(code).isspace():
            continue
        data = f"{chr(code)} “a” ".encode()
        size = len(chr(code).encode())
        starts, ends = np.array([0, size + 1]), np.array([size, len(data) - 1])
        visible_starts, visible_ends = visible_tokens(data, np.frombuffer(data, np.uint8), starts, ends)
        hidden = re.match(f"[{INVISIBLES}]", chr(code)) is not None
        assert visible_starts.tolist() == starts.tolist()[hidden:], hex(code)
        assert visible_ends.tolist() == ends.tolist()[hidden:], hex(code)


@pytest.mark.parametrize(
    "token", ["QmFzZTY0" * 400, "https://example.org/" + "mole/" * 90, "海堤把港口和大海隔开，船只停在它的后面" * 2]
)
def test_what_is_no_word_of_the_language_has_no_length(token: str) -> None:
    text = "\n".join([*ARTICLE, *[token] * 4])
    assert figures(text)["gopher_mean_word_length"] == figures("\n".join(ARTICLE))["gopher_mean_word_length"]
    names = " ".join(["Hafenbeckenunterhaltungsgesellschaft"] * 30)
    assert len(names.split()[0]) < LONGEST_WORD
    assert figures(names, "de")["gopher_mean_word_length"] > 30


def test_a_page_that_is_half_english_has_no_words_that_are_too_long() -> None:
    chinese = "海堤把港口和大海隔开。船只在任何天气里都停在它的后面，没有人知道是谁修建了它。"
    text = "\n".join([chinese, *ARTICLE])
    kept = FilterQuality().apply(Document("a", text, {"language": "zh", "language_score": 0.9}))
    assert isinstance(kept, Document)
