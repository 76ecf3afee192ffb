"""The kernels against plain restatements of the rules."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.text import repeats, vocabulary
from corpuskit.text.repeats import repeated, word_runs
from corpuskit.text.rules import FAMILIES, RULES, SETTINGS
from corpuskit.text.signals import Signals
from corpuskit.text.words import split_words

SETTING = {item.name: item.value for item in SETTINGS}
PIECES = (
    *("the", "cat", "sat.", "and", "(have", "with)", "…", "...", "-", "• item", "#", "12", "\n", "\n\n", " \r\n"),
    *("don't", "[3]", "[edit]", "{", "Lorem ipsum", "use cookies", "JavaScript", "\0", "\u2028", "really?!", "”"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map(" ".join)


def signals(text: str, **settings: float) -> dict[str, float]:
    changed = {name.replace("_", "-"): value for name, value in settings.items()}
    found = Signals(text, {**SETTING, **changed})
    return {name: value for family in FAMILIES for name, value in found.family(family)}


def plain_runs(words: list[str]) -> dict[str, int]:
    """The same figures by definition: lists of tuples, counters and sets."""
    found = {}
    for n in range(2, 5):
        runs = [tuple(words[place : place + n]) for place in range(len(words) - n + 1)]
        most, times = max(Counter(runs).items(), key=lambda item: item[1], default=((), 0))
        found[f"repetition_top_{n}_gram_characters"] = len(" ".join(most)) * times
    for n in range(5, 11):
        seen, characters, place = set(), 0, 0
        while place + n <= len(words):
            run = tuple(words[place : place + n])
            if run in seen:
                characters += len("".join(run))
                place += n
            else:
                seen.add(run)
                place += 1
        found[f"repetition_duplicate_{n}_gram_characters"] = characters
    return found


@pytest.mark.parametrize("few", [0, 5, 10_000])
@given(words=st.lists(st.sampled_from(["a", "bb", "ccc", "d"]), max_size=120) | st.lists(st.text("ab", min_size=1)))
def test_word_runs_are_those_of_the_definition(few: int, words: list[str]) -> None:
    number = {word: place for place, word in enumerate(dict.fromkeys(words))}
    numbers = np.array([number[word] for word in words], np.int64)
    lengths = np.array([len(word) for word in words], np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "FEW", few)
        assert dict(word_runs(numbers, lengths)) == plain_runs(words)


@given(st.lists(st.text("ab", max_size=3)))
def test_repeated_parts_are_those_met_before(parts: list[str]) -> None:
    again = [part for place, part in enumerate(parts) if part in parts[:place]]
    assert repeated(parts) == (len(again), sum(map(len, again)))


@given(TEXTS)
def test_word_figures_are_those_of_the_words(text: str) -> None:
    words, found = split_words(text), signals(text)
    proper = [word for word in words if not vocabulary.SYMBOLS.issuperset(word)]
    assert found["gopher_words"] == len(proper)
    assert found["gopher_mean_word_length"] == (sum(map(len, proper)) / len(proper) if proper else 0)
    assert found["gopher_stop_words"] == len(set(words) & set(vocabulary.STOP_WORDS))
    if words:
        alphabetic = sum(any(map(str.isalpha, word)) for word in words)
        assert found["gopher_alphabetic_words"] == alphabetic / len(words)
        assert found["gopher_hash_ratio"] == text.count("#") / len(words)
    runs = {name: count / len(text) if text else 0 for name, count in plain_runs(words).items()}
    assert runs.items() <= found.items()


@given(TEXTS)
def test_line_figures_are_those_of_the_lines(text: str) -> None:
    lines, found = text.splitlines(), signals(text)
    if lines:
        bullets = sum(line.lstrip().startswith(("•", "-")) for line in lines)
        ellipses = sum(line.rstrip().endswith(("...", "…")) for line in lines)
        assert found["gopher_bullet_lines"] == bullets / len(lines)
        assert found["gopher_ellipsis_lines"] == ellipses / len(lines)


@given(TEXTS)
def test_a_vocabulary_that_forgets_changes_no_figure(text: str) -> None:
    expected = signals(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "LARGEST_ENTRIES", -1)
        assert signals(text) == expected
    signals("other words " * 5 + text)
    assert signals(text) == expected


@given(TEXTS.filter(lambda text: "[" not in text))
def test_c4_leaves_nothing_to_edit(text: str) -> None:
    edited = Signals(text, SETTING).edited
    again = Signals(edited.text, SETTING).edited
    assert again.text == edited.text
    assert again.sentences == edited.sentences


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("This line ends well.", True),
        ('He said "it ends well"', True),
        ("No end to this line", False),
        ("It trails off into dots...", False),
        ("Too short.", False),
        ("Please enable JavaScript to go on.", False),
        ("We use cookies for your comfort.", False),
        (f"One {'x' * 1001} is too long.", False),
        (f"One {'x' * 1000} is long enough.", True),
    ],
)
def test_which_lines_c4_keeps(line: str, left: bool) -> None:
    text = f"Before it comes a line.\n\n  {line}  \nAfter it comes another line."
    kept = [line] if left else []
    expected = "\n".join(["Before it comes a line.", *kept, "After it comes another line."])
    assert Signals(text, SETTING).edited.text == expected


def test_c4_takes_citation_marks_out() -> None:
    edited = Signals("The moon is far[12][edit] away.[citation needed]\nA year is long. [3] No", SETTING).edited
    assert edited.text == "The moon is far away."


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One is here. Two is here! Is three here?", 3),
        ("Mr. Smith met Dr. No in the U.S. twice.", 1),
        ('He said: "Go now!" Then he left.', 2),
        ("All of it ends here?!", 1),
        ("One line is here.\nAnother line is here.", 2),
        ("no end here", 0),
    ],
)
def test_sentences_are_counted_in_the_lines_that_stay(text: str, sentences: int) -> None:
    assert signals(text)["c4_sentences"] == sentences


def test_switches_of_c4() -> None:
    text = "a title\nWe use cookies in JavaScript here."
    assert signals(text)["c4_sentences"] == 0
    assert signals(text, c4_policy=False, c4_javascript=False)["c4_sentences"] == 1
    assert signals(text, c4_terminal_punctuation=False, c4_min_line_words=0)["c4_sentences"] == 1


def test_fineweb_figures() -> None:
    found = signals("Short one.\nNo end\n\n" + "A long line that ends。\n" * 2)
    assert found["fineweb_lines"] == 4
    assert found["fineweb_terminal_lines"] == 0.75
    assert found["fineweb_short_lines"] == 1
    assert found["fineweb_duplicate_line_characters"] == 22 / 60
    assert signals("Short one.\nNo end", fineweb_short_line_length=6)["fineweb_short_lines"] == 0.5


def test_every_rule_has_a_signal_and_the_signals_come_in_their_order() -> None:
    for family in FAMILIES:
        wanted = list(dict.fromkeys(rule.signal for rule in RULES if rule.family == family))
        assert [name for name, _ in Signals("Some text.", SETTING).family(family)] == wanted


@pytest.mark.parametrize("text", ["", "\n", "\n\n\n", " ", "...", "\0"])
def test_texts_without_words_have_figures(text: str) -> None:
    assert all(value >= 0 for value in signals(text).values())
