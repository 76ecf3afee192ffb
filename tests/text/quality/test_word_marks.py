"""The Ethiopic mark between words parts them, as a space does."""

from corpuskit.text.quality.languages import profile_of
from corpuskit.text.quality.rules import FAMILIES, SETTINGS
from corpuskit.text.quality.signals import TextSignals

SETTING = {item.name: item.value for item in SETTINGS}
SPACED = "የሰው ልጅ ሁሉ ሲወለድ ነጻ ነው። ማንኛውም ሰው በሕይወት የመኖር መብት አለው።\nማንኛውም ሰው በባርነት አይገዛም።"
MARKED = SPACED.replace(" ", "\u1361")


def signals(text: str, like_peer: bool = False) -> dict[str, float]:
    measured = TextSignals([text], SETTING, profile_of("am"), like_peer)
    return {name: figures.item() for family in FAMILIES for name, figures in measured.family(family)}


def test_a_mark_between_words_is_a_space() -> None:
    assert signals(MARKED) == signals(SPACED)
    assert signals(MARKED)["gopher_words"] == 16
    assert signals(MARKED, like_peer=True)["gopher_words"] < 16


def test_two_marks_together_end_a_sentence_and_stay() -> None:
    doubled = SPACED.replace("።", "\u1361\u1361")
    lines = TextSignals([doubled], SETTING, profile_of("am")).prose_lines
    assert lines.text(0) == doubled
    assert signals(doubled)["gopher_words"] == 16


def test_a_mark_at_the_edges_of_a_line_is_no_word() -> None:
    assert signals(f"\u1361{MARKED}\u1361\n\u1361")["gopher_words"] == 16
